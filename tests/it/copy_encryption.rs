//! Copies between encryptions: which share bytes, which are encrypted anew, and whose key is asked for.

use std::fs;
use std::os::unix::fs::MetadataExt;

use cos_emulator::operations::headers::{SSE, SSE_CUSTOMER_ALGORITHM, SSE_CUSTOMER_KEY_MD5, SSE_KMS_KEY_ID};
use http::Method;

use crate::copy_object::{SOURCE, copy};
use crate::encryption::{CUSTOMER, Headers, OTHER_CUSTOMER, SSE_COS, SSE_KMS, put, send};
use crate::folder::{bodies, files, settle, until};
use crate::harness::{Bucket, TestServer, bytes, full_part, settings};

const SOURCE_ALGORITHM: &str = "x-cos-copy-source-server-side-encryption-customer-algorithm";
const SOURCE_KEY: &str = "x-cos-copy-source-server-side-encryption-customer-key";
const SOURCE_KEY_MD5: &str = "x-cos-copy-source-server-side-encryption-customer-key-md5";
const KMS_KEY: Headers<'_> = &[
    ("x-cos-server-side-encryption", "cos/kms"),
    ("x-cos-server-side-encryption-cos-kms-key-id", "48ba38aa-26c5-11ea-855c-525400850000"),
];

/// The headers that open a copy's source which was written with these.
fn source_key(customer: Headers<'static>) -> Vec<(&'static str, &'static str)> {
    [SOURCE_ALGORITHM, SOURCE_KEY, SOURCE_KEY_MD5].into_iter().zip(customer).map(|(name, (_, value))| (name, *value)).collect()
}

/// What asks for a kind of encryption, what reads of it need, and what copies from it need.
type Kind = (Headers<'static>, Headers<'static>, Vec<(&'static str, &'static str)>);

fn kinds() -> Vec<Kind> {
    let without_key: [Headers<'_>; 4] = [&[], SSE_COS, SSE_KMS, KMS_KEY];
    let with_key = [CUSTOMER, OTHER_CUSTOMER];
    let without_key = without_key.into_iter().map(|asked| (asked, &[] as Headers<'_>, Vec::new()));
    without_key.chain(with_key.map(|customer| (customer, customer, source_key(customer)))).collect()
}

/// Copies to `copy`, checks the bytes, and that the answer says what reads say. Gives the new ETag, with quotes.
async fn check_copy(bucket: &Bucket<'_>, source: &str, headers: Headers<'_>, reading: Headers<'_>, expected: &[u8]) -> String {
    let answer = copy(bucket, "copy", source, headers).await;
    answer.assert_status(200);
    let read = send(bucket, Method::GET, "copy", reading, Vec::new()).await;
    assert!(read.body == expected, "{headers:?}");
    let told = (answer.element("ETag").replace("&quot;", "\""), answer.element("CRC64"));
    assert_eq!(told, (read.header("etag").to_owned(), read.header("x-cos-hash-crc64ecma").to_owned()));
    for name in [SSE, SSE_KMS_KEY_ID, SSE_CUSTOMER_ALGORITHM, SSE_CUSTOMER_KEY_MD5] {
        assert_eq!(answer.headers.get(&name), read.headers.get(&name));
    }
    told.0
}

#[tokio::test]
async fn between_any_two_kinds_the_bytes_stay_the_same_and_are_shared_if_they_may_be() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (small, large) = (bytes(1000), bytes(100_000));
    for (from, (source, _, key)) in kinds().iter().enumerate() {
        put(&bucket, "small", source, small.clone()).await.assert_status(200);
        let etag = put(&bucket, "large", source, large.clone()).await.header("etag").to_owned();
        for (to, (target, reading, _)) in kinds().iter().enumerate() {
            let headers = [*target, key].concat();
            check_copy(&bucket, "small", &headers, reading, &small).await;
            let copied = check_copy(&bucket, "large", &headers, reading, &large).await;
            let is_shared = bodies(&cos).iter().any(|file| fs::metadata(file).expect("a file").nlink() == 2);
            assert_eq!(is_shared, from == to, "{source:?} to {target:?}");
            // Without encryption and under SSE-COS the MD5, under the same customer key the same, under SSE-KMS always another.
            let (is_md5, is_kms) = (from < 2 && to < 2, (2..4).contains(&to));
            assert_eq!(copied == etag, is_md5 || from == to && !is_kms, "{source:?} to {target:?}");
            bucket.delete("copy").await.assert_status(204);
            until("the copy's file is gone", || bodies(&cos).len() == 1).await;
        }
    }
}

#[tokio::test]
async fn parts_are_joined_when_they_are_encrypted_anew() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = [full_part(), bytes(1000)].concat();
    for (source, reading, key) in kinds() {
        let upload = send(&bucket, Method::POST, "a?uploads", source, Vec::new()).await.element("UploadId");
        let mut etags = Vec::new();
        for (number, part) in [(1, full_part()), (2, bytes(1000))] {
            let answer = put(&bucket, &format!("a?partNumber={number}&uploadId={upload}"), reading, part).await;
            etags.push((number, answer.header("etag").to_owned()));
        }
        let list: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
        bucket.complete("a", &upload, &list).await.assert_status(200);
        for (target, reading) in [(source, reading), (SSE_COS, &[]), (OTHER_CUSTOMER, OTHER_CUSTOMER)] {
            let etag = check_copy(&bucket, "a", &[target, key.as_slice()].concat(), reading, &whole).await;
            assert_eq!(etag.ends_with("-2\""), source == target, "{source:?} to {target:?}");
        }
    }
}

#[tokio::test]
async fn an_encrypted_copy_leaves_nothing_plain_once_its_source_is_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings();
    settings.data_dir = Some(folder.path().join("data"));
    let cos = TestServer::start_with(settings).await;
    let bucket = cos.put_bucket().await;
    let plain = b"plain bytes of the source\n".repeat(5000);
    for (target, _, key) in kinds().into_iter().skip(1) {
        bucket.put("a", plain.clone()).await.assert_status(200);
        copy(&bucket, "b", "a", target).await.assert_status(200);
        copy(&bucket, "c", "b", &[target, key.as_slice()].concat()).await.assert_status(200);
        bucket.delete("a").await.assert_status(204);
    }
    settle(&cos).await;
    for file in files(&folder.path().join("data/bodies")) {
        let stored = fs::read(file).expect("a file");
        assert_eq!(stored.len(), plain.len());
        assert!(!stored.windows(16).any(|window| window == &plain[..16]));
    }
    assert_eq!(bodies(&cos).len(), 2);
}

#[tokio::test]
async fn the_sources_key_is_asked_for_and_only_where_it_belongs() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "customers", CUSTOMER, bytes(100)).await.assert_status(200);
    bucket.put("plain", "text").await.assert_status(200);
    let right = source_key(CUSTOMER);
    let upload = bucket.initiate("b").await;
    for (source, headers, code) in [
        ("customers", vec![], "SsecDecryptHeaderInvalid"),
        ("customers", CUSTOMER.to_vec(), "SsecDecryptHeaderInvalid"),
        ("customers", source_key(OTHER_CUSTOMER), "SsecDecryptHeaderInvalid"),
        ("customers", right[..2].to_vec(), "InvalidArgument"),
        ("customers", vec![(SOURCE_ALGORITHM, "AES"), right[1], right[2]], "InvalidArgument"),
        ("customers", vec![right[0], (SOURCE_KEY, "x"), right[2]], "InvalidArgument"),
        ("customers", vec![right[0], right[1], (SOURCE_KEY_MD5, right[1].1)], "InvalidArgument"),
        ("plain", right.clone(), "SSEHeaderNotAllowed"),
    ] {
        let answer = copy(&bucket, "b", source, &headers).await;
        answer.assert_error(400, code);
        assert!(!answer.text().contains(right[1].1), "{}", answer.text());
        let headers: Vec<_> = headers.into_iter().filter(|(name, _)| name.starts_with(SOURCE)).collect();
        copy(&bucket, &format!("b?partNumber=1&uploadId={upload}"), source, &headers).await.assert_error(400, code);
    }
    bucket.get("b").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_copied_part_is_encrypted_as_its_upload() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = bytes((1 << 20) + 100);
    let (sources, targets) = (kinds(), kinds());
    // Each with itself and with the next.
    for (from, to) in (0..sources.len()).flat_map(|kind| [(kind, kind), (kind, (kind + 1) % targets.len())]) {
        let ((source, _, key), (target, reading, _)) = (&sources[from], &targets[to]);
        put(&bucket, "a", source, whole.clone()).await.assert_status(200);
        let upload = send(&bucket, Method::POST, "b?uploads", target, Vec::new()).await.element("UploadId");
        let mut etags = Vec::new();
        for (number, range) in [(1, ""), (2, "bytes=1048500-1048600")] {
            let headers = [*reading, key, &[("x-cos-copy-source-range", range)]].concat();
            let answer = copy(&bucket, &format!("b?partNumber={number}&uploadId={upload}"), "a", &headers).await;
            answer.assert_status(200);
            let told = target.first().filter(|_| reading.is_empty()).map(|(_, value)| *value);
            assert_eq!(answer.header_opt("x-cos-server-side-encryption"), told);
            etags.push((number, answer.element("ETag")));
        }
        let list: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
        bucket.complete("b", &upload, &list).await.assert_status(200);
        let read = send(&bucket, Method::GET, "b", reading, Vec::new()).await;
        assert!(read.body == [&whole, &whole[1_048_500..=1_048_600]].concat(), "{source:?} to {target:?}");
    }
    let upload = send(&bucket, Method::POST, "c?uploads", CUSTOMER, Vec::new()).await.element("UploadId");
    bucket.put("a", "text").await.assert_status(200);
    let target = format!("c?partNumber=1&uploadId={upload}");
    copy(&bucket, &target, "a", &[]).await.assert_error(400, "InvalidRequest");
    copy(&bucket, &target, "a", OTHER_CUSTOMER).await.assert_error(403, "AccessDenied");
    copy(&bucket, &target, "a", SSE_COS).await.assert_error(400, "SSEHeaderNotAllowed");
}
