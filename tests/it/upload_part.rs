//! Upload Part.

use http::Method;

use crate::harness::{BUCKET, OTHER, SECRET_ID, TestServer, bytes, full_part};

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

#[tokio::test]
async fn a_finished_or_aborted_upload_takes_no_more_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let finished = bucket.initiate("a").await;
    let etag = bucket.part("a", &finished, 1, "whole").await;
    bucket.complete("a", &finished, &[(1, &etag)]).await.assert_status(200);
    let aborted = bucket.initiate("a").await;
    bucket.delete(&format!("a?uploadId={aborted}")).await.assert_status(204);
    for id in [finished, aborted] {
        bucket.put(&format!("a?partNumber=1&uploadId={id}"), "late").await.assert_error(404, "NoSuchUpload");
    }
    assert_eq!(bucket.get("a").await.text(), "whole");
}

#[tokio::test]
async fn an_upload_belongs_to_one_key_of_one_bucket() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let other = cos.bucket("other-1250000000");
    other.request(Method::PUT, "").send().await.assert_status(200);
    let id = bucket.initiate("a").await;
    for key in ["b", "a/", "a/a", "A"] {
        bucket.put(&format!("{key}?partNumber=1&uploadId={id}"), "x").await.assert_error(404, "NoSuchUpload");
    }
    other.put(&format!("a?partNumber=1&uploadId={id}"), "x").await.assert_error(404, "NoSuchUpload");
    let missing = cos.bucket("missing-1250000000");
    missing.put(&format!("a?partNumber=1&uploadId={id}"), "x").await.assert_error(404, "NoSuchBucket");
    assert!(bucket.get(&format!("a?uploadId={id}")).await.elements("Part").is_empty());
}

#[tokio::test]
async fn an_upload_in_path_style_is_the_same_upload() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("dir/a%20b").await;
    let target = format!("{BUCKET}/dir/a%20b?partNumber=1&uploadId={id}");
    cos.request("127.0.0.1", Method::PUT, &target).body("x").send().await.assert_status(200);
    assert_eq!(bucket.get(&format!("dir/a%20b?uploadId={id}")).await.elements("Size"), ["1"]);
}

#[tokio::test]
async fn the_size_limits_of_the_request_are_kept() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let put = |least: &str, most: &str, size: usize| {
        bucket
            .request(Method::PUT, &format!("a?partNumber=1&uploadId={id}"))
            .header("x-cos-psize-min", least)
            .header("x-cos-psize-max", most)
            .body(bytes(size))
            .send()
    };
    put("10", "20", 9).await.assert_error(400, "EntityTooSmall");
    put("10", "20", 21).await.assert_error(400, "EntityTooLarge");
    put("ten", "20", 10).await.assert_error(400, "InvalidArgument");
    put("10", "-1", 10).await.assert_error(400, "InvalidArgument");
    assert!(bucket.get(&format!("a?uploadId={id}")).await.elements("Part").is_empty());
    for (least, most, size) in [("10", "20", 10), ("10", "20", 20), ("", "", 30_000)] {
        put(least, most, size).await.assert_status(200);
    }
    assert_eq!(bucket.get(&format!("a?uploadId={id}")).await.elements("Size"), ["30000"]);
}

#[tokio::test]
async fn a_sha1_that_the_client_sends_is_checked() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let put = |name: &'static str, sha1: &str, body: &'static [u8]| {
        bucket.request(Method::PUT, &format!("a?partNumber=1&uploadId={id}")).header(name, sha1).body(body).send()
    };
    // Of `abc`, from FIPS 180.
    let right = "a9993e364706816aba3e25717850c26c9cd0d89d";
    for name in ["x-cos-content-sha1", "x-cos-hash-sha1"] {
        put(name, right, b"abc").await.assert_status(200);
        put(name, &right.to_uppercase(), b"abc").await.assert_status(200);
        put(name, right, b"abd").await.assert_error(400, "InvalidSHA1Digest");
        put(name, "a9993e36", b"abc").await.assert_error(400, "InvalidSHA1Digest");
        put(name, "abc", b"abc").await.assert_error(400, "InvalidSHA1Digest");
    }
    assert_eq!(bucket.get(&format!("a?uploadId={id}")).await.elements("ETag"), ["&quot;900150983cd24fb0d6963f7d28e17f72&quot;"]);
}

#[tokio::test]
async fn an_empty_part_is_a_part() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let request = bucket.request(Method::PUT, &format!("a?partNumber=1&uploadId={id}"));
    let answer = request.header("content-length", "0").send().await;
    answer.assert_status(200);
    assert_eq!(answer.header("etag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
    assert_eq!(answer.header("x-cos-hash-crc64ecma"), "0");
    let etag = answer.header("etag");
    bucket.complete("a", &id, &[(1, etag)]).await.assert_status(200);
    assert_eq!(bucket.head("a").await.header("content-length"), "0");
}

#[tokio::test]
async fn only_the_buckets_owner_may_upload_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let put = || bucket.request(Method::PUT, &format!("a?partNumber=1&uploadId={id}")).body("x");
    put().anonymous().send().await.assert_error(403, "AccessDenied");
    put().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    put().signed_by(SECRET_ID, "wrong").send().await.assert_error(403, "SignatureDoesNotMatch");
    assert!(bucket.get(&format!("a?uploadId={id}")).await.elements("Part").is_empty());
}
