//! Upload Part - Copy.

use std::fs;
use std::os::unix::fs::MetadataExt;

use cos_emulator::codec::checksum::Digests;
use cos_emulator::domain::bucket::Versioning;
use cos_emulator::storage::ObjectKind;
use http::Method;

use crate::copy_object::{SOURCE, change, copy};
use crate::folder::{bodies, until};
use crate::harness::{Answer, BUCKET, Bucket, HOST, OTHER, TestServer, bytes, full_part};
use crate::versions;

const RANGE: &str = "x-cos-copy-source-range";

async fn copy_part(bucket: &Bucket<'_>, upload: &str, number: u16, source: &str, range: &str) -> Answer {
    copy(bucket, &format!("b?partNumber={number}&uploadId={upload}"), source, &[(RANGE, range)]).await
}

/// ETag and CRC-64 as answers write them.
fn digests(bytes: &[u8]) -> (String, String) {
    let mut digests = Digests::new(false);
    digests.update(bytes);
    let digested = digests.finish();
    (format!("&quot;{}&quot;", hex::encode(digested.md5)), digested.crc64.to_string())
}

#[tokio::test]
async fn the_answer_names_the_digests_of_the_part() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    let upload = bucket.initiate("b").await;
    // Python sends an empty range.
    for (range, text) in [("bytes=1-6", "Object"), ("", "[Object Content]"), ("bytes=0-15", "[Object Content]")] {
        let answer = copy_part(&bucket, &upload, 1, "a", range).await;
        let (etag, crc64) = digests(text.as_bytes());
        answer.assert_document(&format!(
            "<CopyPartResult><ETag>{etag}</ETag><LastModified>2023-11-14T22:13:20.000Z</LastModified><CRC64>{crc64}</CRC64>\
             </CopyPartResult>"
        ));
        answer.assert_headers(&[("content-length", &answer.body.len().to_string()), ("content-type", "application/xml")]);
        let listed = bucket.get(&format!("b?uploadId={upload}")).await;
        assert_eq!((listed.elements("ETag"), listed.elements("Size")), (vec![etag], vec![text.len().to_string()]));
    }
}

#[tokio::test]
async fn copied_ranges_and_sent_parts_become_one_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let source = bytes(3 << 20);
    bucket.put("large", source.clone()).await.assert_status(200);
    let upload = bucket.initiate("parts").await;
    let parts = [bucket.part("parts", &upload, 1, full_part()).await, bucket.part("parts", &upload, 2, vec![7; 5000]).await];
    bucket.complete("parts", &upload, &[(1, &parts[0]), (2, &parts[1])]).await.assert_status(200);
    let of_parts = [full_part(), vec![7; 5000]].concat();

    let upload = bucket.initiate("b").await;
    let mut etags = Vec::new();
    for (number, from, range, expected) in [
        (1, "large", "", &source[..]),
        (2, "parts", "", &of_parts),
        (3, "large", "bytes=1000-1500000", &source[1000..=1_500_000]),
        // Across the border of two parts.
        (4, "parts", "bytes=1-1050000", &of_parts[1..=1_050_000]),
        (6, "parts", "bytes=1048576-1048580", &[7; 5]),
    ] {
        let answer = copy_part(&bucket, &upload, number, from, range).await;
        answer.assert_status(200);
        assert_eq!((answer.element("ETag"), answer.element("CRC64")), digests(expected), "{from} {range}");
        etags.push((number, answer.element("ETag")));
    }
    etags.insert(4, (5, bucket.part("b", &upload, 5, full_part()).await));
    for key in ["large", "parts"] {
        bucket.delete(key).await.assert_status(204);
    }
    let list: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
    let completed = bucket.complete("b", &upload, &list).await;
    completed.assert_status(200);
    let whole = [&source, &of_parts, &source[1000..=1_500_000], &of_parts[1..=1_050_000], &full_part(), &[7; 5]].concat();
    assert!(bucket.get("b").await.body == whole);
    assert_eq!(completed.header("x-cos-hash-crc64ecma"), digests(&whole).1);
}

#[tokio::test]
async fn a_whole_source_of_one_body_is_shared() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let source = bytes(1 << 20);
    bucket.put("a", source.clone()).await.assert_status(200);
    let upload = bucket.initiate("b").await;
    let nlink = || bodies(&cos).iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.nlink()).collect::<Vec<_>>();
    for (number, range, expected) in [(1, "", 2), (2, "bytes=0-1048575", 3), (1, "", 3)] {
        copy_part(&bucket, &upload, number, "a", range).await.assert_status(200);
        until("the replaced part is gone", || nlink() == vec![expected; usize::try_from(expected).expect("few")]).await;
    }
    copy_part(&bucket, &upload, 3, "a", "bytes=0-1048574").await.assert_status(200);
    until("a file of its own", || nlink().contains(&1)).await;
    bucket.delete("a").await.assert_status(204);
    let (etag, _) = digests(&source);
    bucket.complete("b", &upload, &[(1, &etag), (2, &etag)]).await.assert_status(200);
    assert!(bucket.get("b").await.body == [source.clone(), source].concat());
    bucket.delete("b").await.assert_status(204);
    until("no file", || bodies(&cos).is_empty()).await;
}

#[tokio::test]
async fn an_aborted_upload_leaves_the_source_alone() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", bytes(100_000)).await.assert_status(200);
    let upload = bucket.initiate("b").await;
    copy_part(&bucket, &upload, 1, "a", "").await.assert_status(200);
    bucket.delete(&format!("b?uploadId={upload}")).await.assert_status(204);
    until("one name", || bodies(&cos).len() == 1).await;
    assert!(bucket.get("a").await.body == bytes(100_000));
    copy_part(&bucket, &upload, 1, "a", "").await.assert_error(404, "NoSuchUpload");
}

#[tokio::test]
async fn the_range_has_both_ends_and_lies_in_the_source() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "0123456789").await.assert_status(200);
    bucket.put("empty", "").await.assert_status(200);
    let upload = bucket.initiate("b").await;
    for range in ["bytes=0-", "bytes=-5", "bytes=", "0-5", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4", "lines=0-5"] {
        copy_part(&bucket, &upload, 1, "a", range).await.assert_error(400, "InvalidArgument");
    }
    for (source, range) in [("a", "bytes=0-10"), ("a", "bytes=10-10"), ("a", "bytes=50-60"), ("empty", "bytes=0-0")] {
        copy_part(&bucket, &upload, 1, source, range).await.assert_error(416, "InvalidRange");
    }
    assert!(bucket.get(&format!("b?uploadId={upload}")).await.elements("Part").is_empty());
    copy_part(&bucket, &upload, 1, "empty", "").await.assert_status(200);
    copy_part(&bucket, &upload, 2, "a", "bytes=9-9").await.assert_status(200);
    assert_eq!(bucket.get(&format!("b?uploadId={upload}")).await.elements("Size"), ["0", "1"]);
}

#[tokio::test]
async fn versions_are_copied() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Enabled).await;
    let old = bucket.put("a", "old").await.header("x-cos-version-id").to_owned();
    bucket.put("a", "new").await.assert_status(200);
    let upload = bucket.initiate("b").await;
    for (source, named, text) in [("a", None, "new"), (&format!("a?versionId={old}"), Some(old.as_str()), "old")] {
        let answer = copy_part(&bucket, &upload, 1, source, "").await;
        answer.assert_status(200);
        assert_eq!(
            (answer.header_opt("x-cos-copy-source-version-id"), answer.element("ETag")),
            (named, digests(text.as_bytes()).0)
        );
    }
    let marker = bucket.delete("a").await.header("x-cos-version-id").to_owned();
    copy_part(&bucket, &upload, 1, "a", "").await.assert_error(404, "NoSuchKey");
    copy_part(&bucket, &upload, 1, &format!("a?versionId={marker}"), "").await.assert_error(400, "InvalidRequest");
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for key in ["a", "appended", "archived", "link"] {
        bucket.put(key, "text").await.assert_status(200);
    }
    change(&cos, "appended", |object| object.kind = ObjectKind::Appendable).await;
    change(&cos, "archived", |object| object.attributes.storage_class = "ARCHIVE".parse().expect("a class")).await;
    change(&cos, "link", |object| object.kind = ObjectKind::Symlink("a".parse().expect("a key"))).await;
    let upload = bucket.initiate("b").await;
    for (source, status, code) in [
        ("missing", 404, "NoSuchKey"),
        ("a?versionId=none", 404, "NoSuchVersion"),
        ("appended", 400, "InvalidRequest"),
        ("archived", 403, "InvalidObjectState"),
        ("", 400, "InvalidCopySource"),
    ] {
        copy_part(&bucket, &upload, 1, source, "").await.assert_error(status, code);
    }
    for target in ["b?partNumber=1&uploadId=none".to_owned(), format!("c?partNumber=1&uploadId={upload}")] {
        copy(&bucket, &target, "a", &[]).await.assert_error(404, "NoSuchUpload");
    }
    for query in [format!("partNumber=0&uploadId={upload}"), format!("uploadId={upload}"), "partNumber=1".to_owned()] {
        copy(&bucket, &format!("b?{query}"), "a", &[]).await.assert_error(400, "InvalidArgument");
    }
    let target = format!("b?partNumber=1&uploadId={upload}");
    let put = |source: &str| bucket.request(Method::PUT, &target).header(SOURCE, source);
    put("missing-1250000000/a").send().await.assert_error(404, "NoSuchBucket");
    put("not a source").send().await.assert_error(400, "InvalidCopySource");
    put(&format!("{BUCKET}/a")).anonymous().send().await.assert_error(403, "AccessDenied");
    put(&format!("{BUCKET}/a")).signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    let theirs = cos.bucket("theirs-1250000001");
    theirs.request(Method::PUT, "").signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    put("theirs-1250000001/a").send().await.assert_error(403, "AccessDenied");
    assert!(bucket.get(&format!("b?uploadId={upload}")).await.elements("Part").is_empty());
    let answer = copy_part(&bucket, &upload, 1, "link", "").await;
    assert_eq!(answer.element("ETag"), digests(b"text").0);
    bucket.request(Method::PUT, &target).header(SOURCE, &format!("{HOST}/a")).send().await.assert_status(200);
}
