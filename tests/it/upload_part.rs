//! Upload Part.

use http::Method;

use crate::harness::{TestServer, bytes, full_part};

#[tokio::test]
async fn a_part_for_an_unknown_upload_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a.txt?partNumber=1&uploadId=none", "x").await.assert_error(404, "NoSuchUpload");
}

#[tokio::test]
async fn the_answer_is_empty_and_names_the_digests_of_the_part() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let answer = bucket.put(&format!("a?partNumber=1&uploadId={id}"), "[Object Part]").await;
    answer.assert_status(200);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("content-length"), "0");
    assert_eq!(answer.header("etag"), "\"108f528eb63b65e734f27ae331f5ffaa\"");
    assert_eq!(answer.header("x-cos-hash-crc64ecma"), "4510578591875220731");
    assert_eq!(answer.header("server"), "tencent-cos");
    assert!(!answer.header("x-cos-request-id").is_empty());
    assert_eq!(answer.header_opt("content-type"), None);
}

#[tokio::test]
async fn a_part_number_outside_1_to_10000_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for number in ["0", "10001", "-1", "x", ""] {
        bucket.put(&format!("a?partNumber={number}&uploadId={id}"), "x").await.assert_error(400, "InvalidArgument");
    }
    bucket.put(&format!("a?uploadId={id}"), "x").await.assert_error(400, "InvalidArgument");
    bucket.put("a?partNumber=1", "x").await.assert_error(400, "InvalidArgument");
    for number in ["1", "10000"] {
        bucket.put(&format!("a?partNumber={number}&uploadId={id}"), "x").await.assert_status(200);
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn the_same_number_again_replaces_the_part() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    for size in [5, 100_000, 20, 300_000] {
        bucket.part("a", &id, 1, bytes(size)).await;
    }
    let etag = bucket.part("a", &id, 1, "the last one").await;
    let listed = bucket.get(&format!("a?uploadId={id}")).await;
    assert_eq!(listed.elements("Size"), ["12"]);
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "the last one");
}

#[tokio::test]
async fn parts_may_come_in_any_order() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let last = bucket.part("a", &id, 9, "tail").await;
    let second = bucket.part("a", &id, 2, vec![b'2'; 1 << 20]).await;
    let first = bucket.part("a", &id, 1, full_part()).await;
    bucket.complete("a", &id, &[(1, &first), (2, &second), (9, &last)]).await.assert_status(200);
    let whole = [full_part(), vec![b'2'; 1 << 20], b"tail".to_vec()].concat();
    assert!(bucket.get("a").await.body == whole);
}

#[tokio::test]
async fn content_md5_is_checked_and_a_wrong_body_leaves_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let put = |md5: &str, body: Vec<u8>| {
        bucket.request(Method::PUT, &format!("a?partNumber=1&uploadId={id}")).header("content-md5", md5).body(body).send()
    };
    put("EI9SjrY7Zec08nrjMfX/qg==", b"[Object Part]".to_vec()).await.assert_status(200);
    put("EI9SjrY7Zec08nrjMfX/qg==", b"[Object Bart]".to_vec()).await.assert_error(400, "BadDigest");
    put("EI9SjrY7Zec08nrjMfX/qg==", bytes(100_000)).await.assert_error(400, "BadDigest");
    put("EI9SjrY7Zec08nrjMfX", b"[Object Part]".to_vec()).await.assert_error(400, "InvalidDigest");
    assert_eq!(bucket.get(&format!("a?uploadId={id}")).await.elements("Size"), ["13"]);
}
