//! Server-side encryption: what lies in the data folder, what ranges of it decrypt to, and what answers never tell.

use std::fs;

use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::encryption::{ALGORITHM, CUSTOMER, Headers, KEY, KEY_MD5, SSE_COS, SSE_KMS, put, send};
use crate::folder::{bodies, files, settle};
use crate::harness::{Bucket, HOST, KEY_TIME, NOW, SECRET_ID, SECRET_KEY, TestServer, UIN, bytes, settings};
use crate::people::federated;
use crate::raw::{Socket, unsigned};

const RAW_KEY: &[u8] = b"0123456789ABCDEF0123456789ABCDEF";

/// What asks for a kind of encryption, and what must come with reads and parts.
const KINDS: [(Headers<'_>, Headers<'_>); 4] = [(&[], &[]), (SSE_COS, &[]), (SSE_KMS, &[]), (CUSTOMER, CUSTOMER)];

fn has(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

async fn put_in_parts(bucket: &Bucket<'_>, key: &str, (asked, repeated): (Headers<'_>, Headers<'_>), parts: &[Vec<u8>]) {
    let id = send(bucket, Method::POST, &format!("{key}?uploads"), asked, Vec::new()).await.element("UploadId");
    let mut etags = Vec::new();
    for (number, part) in (1..).zip(parts) {
        let answer = put(bucket, &format!("{key}?partNumber={number}&uploadId={id}"), repeated, part.clone()).await;
        etags.push((number, answer.header("etag").to_owned()));
    }
    let list: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
    bucket.complete(key, &id, &list).await.assert_status(200);
}

/// Writes an object in the index, one in a file and one in parts of both sorts, and gives the bytes of all files.
async fn data_folder(kind: (Headers<'_>, Headers<'_>)) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings();
    settings.data_dir = Some(folder.path().join("data"));
    let cos = TestServer::start_with(settings).await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "small", kind.0, b"plain bytes of the small object".to_vec()).await.assert_status(200);
    put(&bucket, "large", kind.0, b"plain bytes of the large object\n".repeat(1000)).await.assert_status(200);
    let parts = [b"plain bytes of the large part!!\n".repeat(1 << 15), b"plain bytes of the small part".to_vec()];
    put_in_parts(&bucket, "parts", kind, &parts).await;
    // An upload that stays open.
    let id = send(&bucket, Method::POST, "open?uploads", kind.0, Vec::new()).await.element("UploadId");
    put(&bucket, &format!("open?partNumber=1&uploadId={id}"), kind.1, b"plain bytes of the open part".to_vec()).await;
    settle(&cos).await;
    files(&folder.path().join("data")).iter().flat_map(|file| fs::read(file).expect("a file")).collect()
}

#[tokio::test]
async fn the_data_folder_holds_neither_plain_bytes_nor_keys() {
    let plain = ["small object", "large object\n", "large part!!\n", "small part", "open part"]
        .map(|what| format!("plain bytes of the {what}").into_bytes());
    let unencrypted = data_folder(KINDS[0]).await;
    assert!(plain.iter().all(|needle| has(&unencrypted, needle)), "the search finds what is there");
    for kind in &KINDS[1..] {
        let folder = data_folder(*kind).await;
        for needle in &plain {
            assert!(!has(&folder, needle), "{}", String::from_utf8_lossy(needle));
        }
        let hex = RAW_KEY.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        for key in [RAW_KEY, CUSTOMER[1].1.as_bytes(), hex.as_bytes(), hex.to_uppercase().as_bytes(), SECRET_KEY.as_bytes()] {
            assert!(!has(&folder, key));
        }
    }
}

#[tokio::test]
async fn equal_bodies_are_encrypted_differently() {
    for (asked, _) in KINDS {
        let cos = TestServer::start().await;
        let bucket = cos.put_bucket().await;
        for key in ["a", "b", "c"] {
            put(&bucket, key, asked, vec![0; 20_000]).await.assert_status(200);
        }
        let mut stored: Vec<Vec<u8>> = bodies(&cos).iter().map(|file| fs::read(file).expect("a file")).collect();
        stored.sort();
        stored.dedup();
        assert_eq!(stored.len(), if asked.is_empty() { 1 } else { 3 });
        // Nor do equal blocks within a body repeat.
        assert!(asked.is_empty() || stored.iter().all(|body| body[..16] != body[16..32]));
    }
}

#[tokio::test]
async fn any_range_decrypts_alone() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let parts = [bytes(1 << 20), bytes((1 << 20) + 7), bytes(5000)];
    let objects = [("small", bytes(1000)), ("large", bytes(700_001)), ("parts", parts.concat())];
    for kind in KINDS {
        put(&bucket, "small", kind.0, objects[0].1.clone()).await.assert_status(200);
        put(&bucket, "large", kind.0, objects[1].1.clone()).await.assert_status(200);
        put_in_parts(&bucket, "parts", kind, &parts).await;
        for (key, whole) in &objects {
            let last = whole.len() - 1;
            let mut ranges = vec![(0, 0), (1, 1), (15, 16), (17, 999), (0, last), (last, last), (last / 2 + 1, last)];
            if *key == "parts" {
                let (second, third) = (1 << 20, (2 << 20) + 7);
                ranges.extend([
                    (second - 1, second),
                    (second, second),
                    (third - 20, third + 20),
                    (second - 3, third + 3),
                    (third, last),
                ]);
            }
            for (first, end) in ranges {
                let range = format!("bytes={first}-{end}");
                let headers = [kind.1, &[("range", range.as_str())]].concat();
                let answer = send(&bucket, Method::GET, key, &headers, Vec::new()).await;
                answer.assert_status(206);
                assert!(answer.body == whole[first..=end], "{key} {range} {:?}", kind.0);
            }
        }
    }
}

#[tokio::test]
async fn a_replaced_objects_encryption_goes_with_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for size in [100, 50_000] {
        for (asked, repeated) in KINDS {
            put(&bucket, "a", asked, bytes(size)).await.assert_status(200);
            assert!(send(&bucket, Method::GET, "a", repeated, Vec::new()).await.body == bytes(size));
        }
    }
}

#[tokio::test]
async fn no_error_repeats_a_customer_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "cos", SSE_COS, bytes(10)).await.assert_status(200);
    let [algorithm, key, md5] = [CUSTOMER[0], CUSTOMER[1], CUSTOMER[2]];
    let cases: &[Headers<'_>] = &[
        CUSTOMER,
        &[key, md5],
        &[(ALGORITHM, "AES"), key, md5],
        &[algorithm, key, (KEY_MD5, "x")],
        &[algorithm, key, (KEY_MD5, key.1)],
        &[algorithm, (KEY, md5.1), (KEY_MD5, key.1)],
        &[algorithm, key, key, md5],
    ];
    for headers in cases {
        for (method, target) in [(Method::GET, "cos"), (Method::PUT, "cos?partNumber=1&uploadId=none")] {
            let answer = send(&bucket, method, target, headers, Vec::new()).await;
            assert!(answer.status.is_client_error());
            assert!(!answer.text().contains(key.1), "{}", answer.text());
        }
    }
}

/// The text that a client signed comes back when its signature does not fit, but for the secrets in it.
#[tokio::test]
async fn signed_secrets_are_masked_in_the_text_that_was_signed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let authorization = format!(
        "Authorization: q-sign-algorithm=sha1&q-ak={SECRET_ID}&q-sign-time={KEY_TIME}&q-key-time={KEY_TIME}\
         &q-header-list=host;x-cos-security-token;{KEY}&q-url-param-list=x-cos-security-token&q-signature={}",
        "0".repeat(40)
    );
    let key = format!("{KEY}: {}", CUSTOMER[1].1);
    let headers = [authorization.as_str(), "X-Cos-Security-Token: secret-token", &key];
    let mut socket = Socket::open(&cos).await;
    socket.send(unsigned("GET", HOST, "/a?x-cos-security-token=secret-token", &headers)).await;
    let answer = socket.answer().await;
    answer.assert_error(403, "SignatureDoesNotMatch");
    let text = answer.text();
    let format_string = format!(
        "<FormatString>get\n/a\nx-cos-security-token=***\nhost={HOST}&amp;x-cos-security-token=***&amp;{KEY}=***\n</FormatString>"
    );
    assert!(text.contains(&format_string), "{text}");
    assert!(!text.contains("secret-token") && !text.contains("MDEyMzQ1"), "{text}");
}

#[tokio::test]
async fn no_error_repeats_a_token_or_a_secret_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let issue = |expires| {
        cos.app
            .services()
            .accounts
            .issue(&federated(UIN), None, [7; 16], Timestamp::from_seconds(expires))
            .expect("the account is there")
    };
    let (valid, expired) = (issue(NOW + 60), issue(NOW - 60));
    for (credential, secret_key, status, code) in [
        (&valid, valid.secret_key.as_str(), 404, "NoSuchKey"),
        (&valid, "wrong", 403, "SignatureDoesNotMatch"),
        (&expired, expired.secret_key.as_str(), 400, "ExpiredToken"),
    ] {
        let request = bucket.request(Method::GET, &format!("missing?x-cos-security-token={}", credential.token));
        let request = request.header("x-cos-security-token", &credential.token).signed_by(&credential.secret_id, secret_key);
        let answer = request.send().await;
        answer.assert_error(status, code);
        let text = answer.text();
        assert!(!text.contains(&credential.token) && !text.contains(&credential.secret_key), "{text}");
    }
    let stranger = bucket.request(Method::GET, "missing").header("x-cos-security-token", "stolen-token");
    let answer = stranger.signed_by("AKIDstranger", SECRET_KEY).send().await;
    answer.assert_error(403, "InvalidAccessKeyId");
    assert!(!answer.text().contains("stolen-token") && !answer.text().contains(SECRET_KEY));
}
