//! APPEND Object.

use cos_emulator::codec::checksum;
use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use http::Method;
use tempfile::TempDir;

use crate::encryption::{CUSTOMER, Headers, SSE_COS, SSE_KMS, send};
use crate::folder::{bodies, settle};
use crate::harness::{Answer, BUCKET, Bucket, HOST, NOW, TestServer, bytes, settings};
use crate::raw::{RawAnswer, Socket, signed};

async fn append(bucket: &Bucket<'_>, position: u64, body: impl Into<bytes::Bytes>) -> Answer {
    bucket.post(&format!("log?append&position={position}"), body).await
}

fn md5(text: &str) -> String {
    hex::encode(checksum::md5(text.as_bytes()))
}

/// Sends the first append with these headers and then these bytes.
async fn append_raw(cos: &TestServer, headers: &[&str], body: &str) -> RawAnswer {
    let mut socket = Socket::open(cos).await;
    socket.send(signed("POST", HOST, "/log?append&position=0", headers) + body).await;
    socket.answer().await
}

#[tokio::test]
async fn each_append_tells_where_the_next_one_begins() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let first = append(&bucket, 0, "[Object ").await;
    first.assert_status(200);
    let first_etag = first.header("etag").to_owned();
    assert!(first_etag.len() == 34 && first_etag.starts_with('"'), "{first_etag}");
    first.assert_headers(&[
        ("content-length", "0"),
        ("etag", &first_etag),
        ("x-cos-content-sha1", &md5("[Object ")),
        ("x-cos-next-append-position", "8"),
    ]);
    cos.clock.stop(Timestamp::from_seconds(NOW + 60));
    let second = append(&bucket, 8, "Content]").await;
    assert_eq!((second.header("x-cos-content-sha1"), second.header("x-cos-next-append-position")), (&*md5("Content]"), "16"));
    assert_ne!(second.header("etag"), first_etag);

    let answer = bucket.get("log").await;
    assert_eq!(answer.text(), "[Object Content]");
    answer.assert_headers(&[
        ("accept-ranges", "bytes"),
        ("content-length", "16"),
        ("content-type", "application/octet-stream"),
        ("etag", second.header("etag")),
        ("last-modified", "Tue, 14 Nov 2023 22:14:20 GMT"),
        ("x-cos-hash-crc64ecma", "16749565679157681890"),
        ("x-cos-object-type", "appendable"),
    ]);
    let head = bucket.head("log").await;
    assert_eq!((head.header("x-cos-object-type"), head.header("content-length")), ("appendable", "16"));
    assert_eq!(bucket.get("").await.element("Size"), "16");
}

#[tokio::test]
async fn the_first_append_says_what_the_object_is() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let request = |position: u64, class: &str, job: &str| {
        let request = bucket.request(Method::POST, &format!("log?append&position={position}"));
        request.header("x-cos-storage-class", class).header("x-cos-meta-job", job).header("x-cos-tagging", job)
    };
    request(0, "STANDARD_IA", "one").header("content-type", "text/plain").body("a").send().await.assert_status(200);
    request(1, "DEEP_ARCHIVE", "two").header("content-type", "text/html").body("b").send().await.assert_status(200);
    let head = bucket.head("log").await;
    assert_eq!((head.header("x-cos-storage-class"), head.header("x-cos-meta-job")), ("STANDARD_IA", "one"));
    assert_eq!((head.header("content-type"), head.header("x-cos-tagging-count")), ("text/plain", "1"));
    request(2, "unheard-of", "three").body("c").send().await.assert_error(400, "NotSupportedStorageClass");
}

#[tokio::test]
async fn no_bytes_make_an_empty_object_and_change_nothing_but_the_etag() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for body in ["", "", "text", ""] {
        let before = bucket.head("log").await;
        let position = before.header_opt("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let appended = append(&bucket, position, body).await;
        appended.assert_status(200);
        assert_ne!(before.header_opt("etag"), Some(appended.header("etag")));
    }
    assert_eq!(bucket.get("log").await.text(), "text");
}

#[tokio::test]
async fn another_position_than_the_length_is_refused_before_the_body() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    append(&bucket, 1, "a").await.assert_error(409, "AppendPositionErr");
    bucket.head("log").await.assert_head_error(404);
    append(&bucket, 0, "abc").await.assert_status(200);
    for position in [0, 2, 4, u64::MAX] {
        let refused = append(&bucket, position, "d").await;
        refused.assert_error(409, "AppendPositionErr");
        assert_eq!(refused.element("Message"), format!("the parameter position is {position}, but the object has 3 bytes"));
    }
    for query in ["append", "append&position=", "append&position=x", "append&position=-1", "append&position=3&position=3"] {
        bucket.post(&format!("log?{query}"), "d").await.assert_error(400, "InvalidArgument");
    }
    let refused = append_raw(&cos, &["Content-Length: 5", "Expect: 100-continue"], "").await;
    refused.assert_error(409, "AppendPositionErr");
    assert_eq!(bucket.get("log").await.text(), "abc");
}

#[tokio::test]
async fn of_appends_at_the_same_position_one_wins() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    append(&bucket, 0, "-").await.assert_status(200);
    let append = |byte: u8| append(&bucket, 1, vec![byte; 20_000]);
    let (one, two, three) = tokio::join!(append(b'1'), append(b'2'), append(b'3'));
    let mut statuses = [one, two, three].map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
    let content = bucket.get("log").await.body;
    assert_eq!(content.len(), 20_001);
    assert!(content[1..].iter().all(|byte| *byte == content[1]));
}

#[tokio::test]
async fn only_what_was_appended_can_be_appended_to() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("log", "abc").await.assert_status(200);
    for position in [0, 3] {
        let refused = append(&bucket, position, "d").await;
        refused.assert_error(409, "ObjectNotAppendable");
        assert_eq!(refused.element("Message"), "The operation is not valid for the current state of the object.");
    }
    bucket.delete("log").await.assert_status(204);
    append(&bucket, 0, "abc").await.assert_status(200);
    bucket.put("log", "normal").await.assert_status(200);
    assert_eq!(bucket.head("log").await.header_opt("x-cos-object-type"), None);
    append(&bucket, 6, "d").await.assert_error(409, "ObjectNotAppendable");

    bucket.delete("log").await.assert_status(204);
    append(&bucket, 0, "abc").await.assert_status(200);
    let upload = bucket.initiate("log").await;
    let etag = bucket.part("log", &upload, 1, "whole").await;
    bucket.complete("log", &upload, &[(1, &etag)]).await.assert_status(200);
    append(&bucket, 5, "d").await.assert_error(409, "ObjectNotAppendable");
}

#[tokio::test]
async fn some_classes_and_buckets_take_no_appends() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).post("log?append&position=0", "x").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    for class in ["INTELLIGENT_TIERING", "DEEP_ARCHIVE"] {
        let request = bucket.request(Method::POST, "log?append&position=0").header("x-cos-storage-class", class);
        request.body("x").send().await.assert_error(400, "NotSupportedStorageClass");
    }
    cos.change_bucket(|bucket| bucket.is_multi_az = true).await;
    append(&bucket, 0, "x").await.assert_error(400, "OAZOperationNotSupportOnMAZBucket");
    for versioning in [Versioning::Enabled, Versioning::Suspended] {
        cos.change_bucket(move |bucket| bucket.versioning = versioning).await;
        append(&bucket, 0, "x").await.assert_error(409, "InvalidBucketState");
    }
}

#[tokio::test]
async fn bodies_are_held_to_their_digests_and_lengths() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    append(&bucket, 0, "abc").await.assert_status(200);
    let with = |name: &'static str, value: &str| {
        bucket.request(Method::POST, "log?append&position=3").header(name, value).body("[Object Content]").send()
    };
    with("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==").await.assert_error(400, "BadDigest");
    with("content-md5", "short").await.assert_error(400, "InvalidDigest");
    with("x-cos-content-sha1", &"0".repeat(40)).await.assert_error(400, "InvalidSHA1Digest");
    with("x-cos-traffic-limit", "1").await.assert_error(400, "InvalidArgument");
    assert_eq!(bucket.get("log").await.text(), "abc");
    with("content-md5", "7o3pGNBWQBRbGPcPTDqmAg==").await.assert_status(200);
    assert_eq!(bucket.get("log").await.text(), "abc[Object Content]");
    bucket.delete("log").await.assert_status(204);

    append_raw(&cos, &[], "").await.assert_error(411, "MissingContentLength");
    append_raw(&cos, &["Content-Length: 5368709121"], "").await.assert_error(400, "EntityTooLarge");
    let chunks = "4\r\nText\r\n1\r\n!\r\n0\r\n\r\n";
    append_raw(&cos, &["Transfer-Encoding: chunked"], chunks).await.assert_status(200);
    assert_eq!(bucket.get("log").await.text(), "Text!");
}

#[tokio::test]
async fn an_object_is_encrypted_as_its_first_append_asked() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let chunks: [Vec<u8>; 4] = [b"secret ".to_vec(), b"line".to_vec(), bytes(20_000), b"!".to_vec()];
    for (kind, repeated) in [(SSE_COS, SSE_COS), (SSE_KMS, &[] as Headers<'_>), (CUSTOMER, CUSTOMER)] {
        let mut whole = Vec::new();
        for (number, chunk) in chunks.iter().enumerate() {
            let headers = if number == 0 { kind } else { repeated };
            let target = format!("log?append&position={}", whole.len());
            let answer = send(&bucket, Method::POST, &target, headers, chunk.clone()).await;
            answer.assert_status(200);
            assert_eq!(answer.header("x-cos-content-sha1"), hex::encode(checksum::md5(chunk)));
            whole.extend_from_slice(chunk);
        }
        let read = if kind == CUSTOMER { CUSTOMER } else { &[] };
        assert!(send(&bucket, Method::GET, "log", read, Vec::new()).await.body == whole, "{kind:?}");
        bucket.delete("log").await.assert_status(204);
    }
}

#[tokio::test]
async fn a_later_append_cannot_ask_for_another_encryption() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let append = |position: usize, headers: Headers<'static>| {
        let bucket = &bucket;
        async move { send(bucket, Method::POST, &format!("log?append&position={position}"), headers, b"text".to_vec()).await }
    };
    append(0, &[]).await.assert_status(200);
    append(4, SSE_COS).await.assert_error(400, "SSEHeaderNotAllowed");
    append(4, CUSTOMER).await.assert_error(400, "SSEHeaderNotAllowed");
    bucket.delete("log").await.assert_status(204);
    append(0, CUSTOMER).await.assert_status(200);
    append(4, &[]).await.assert_error(400, "InvalidRequest");
    append(4, CUSTOMER).await.assert_status(200);
}

#[tokio::test]
async fn what_was_appended_outlives_the_server_and_goes_with_the_object() {
    let folder = TempDir::new().unwrap();
    let open = || {
        let settings = cos_emulator::server::Settings { data_dir: Some(folder.path().to_owned()), ..settings() };
        TestServer::start_with(settings)
    };
    let mut whole = Vec::new();
    for (round, chunk) in [bytes(100), bytes(30_000), bytes(16 << 10), bytes(50_000), bytes(7)].into_iter().enumerate() {
        let cos = open().await;
        let bucket = if round == 0 { cos.put_bucket().await } else { cos.bucket(BUCKET) };
        append(&bucket, whole.len() as u64, chunk.clone()).await.assert_status(200);
        whole.extend(chunk);
        cos.stop().await;
    }
    let cos = open().await;
    let bucket = cos.bucket(BUCKET);
    assert!(bucket.get("log").await.body == whole);
    assert_eq!(bodies(&cos).len(), 2);
    bucket.delete("log").await.assert_status(204);
    settle(&cos).await;
    assert!(bodies(&cos).is_empty());
}
