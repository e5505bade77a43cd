//! Checksums that S3's clients send along with a body.

use http::Method;

use crate::harness::{Bucket, TestServer};
use crate::s3::{self, S3Request};

/// Of `hello, world`, computed with other programs.
const OF_BODY: [(&str, &str); 5] = [
    ("x-amz-checksum-crc32", "/6tyOg=="),
    ("x-amz-checksum-crc32c", "aZmkHw=="),
    ("x-amz-checksum-crc64nvme", "imGzfIgXKM8="),
    ("x-amz-checksum-sha1", "t+I+wpryKwtOQdox6GjVciYSHIQ="),
    ("x-amz-checksum-sha256", "Ccp+TqpuiunH0mEWcSkYSINkTQffuny/vEyKLgg2DVs="),
];

fn put<'a>(bucket: &Bucket<'a>) -> S3Request<'a> {
    s3::request(bucket, Method::PUT, "a").body("hello, world")
}

#[tokio::test]
async fn a_right_checksum_is_said_again() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let upload = bucket.initiate("b").await;
    for (name, value) in OF_BODY {
        let answer = put(&bucket).header(name, value).send().await;
        answer.assert_status(200);
        assert_eq!(answer.header(name), value);
        let part = s3::request(&bucket, Method::PUT, &format!("b?partNumber=1&uploadId={upload}")).body("hello, world");
        assert_eq!(part.header(name, value).send().await.header(name), value);
    }
    assert!(put(&bucket).send().await.headers.keys().all(|name| !name.as_str().contains("checksum")));
}

#[tokio::test]
async fn a_wrong_checksum_stores_nothing_and_is_named() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (name, value) in OF_BODY {
        let answer = put(&bucket).body("another").header(name, value).send().await;
        answer.assert_error(400, "BadDigest");
        let message = answer.element("Message");
        assert!(message.contains(name) && message.contains(value), "{message}");
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_checksum_that_cannot_be_meant_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let [crc32, crc32c, ..] = OF_BODY;
    for headers in [
        vec![crc32, crc32c],
        vec![("x-amz-checksum-crc32", "AAAA")],
        vec![crc32, ("x-amz-sdk-checksum-algorithm", "SHA1")],
        vec![("x-amz-sdk-checksum-algorithm", "CRC32")],
        vec![crc32, ("x-amz-sdk-checksum-algorithm", "MD4")],
    ] {
        let request = headers.iter().fold(put(&bucket), |request, (name, value)| request.header(name, value));
        request.send().await.assert_error(400, "InvalidRequest");
    }
    put(&bucket).header(crc32.0, crc32.1).header("x-amz-sdk-checksum-algorithm", "CRC32").send().await.assert_status(200);
}

#[tokio::test]
async fn documents_are_checked_as_well() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let body = "<Delete><Object><Key>a</Key></Object></Delete>";
    let delete =
        |checksum: &str| s3::request(&bucket, Method::POST, "?delete").header("x-amz-checksum-crc32", checksum).body(body).send();
    delete("v6Ysrw==").await.assert_status(200);
    delete("AAAAAA==").await.assert_error(400, "BadDigest");
}

/// There it is the checksum of the object to be, which is not that of the body.
#[tokio::test]
async fn the_checksum_of_a_completed_upload_is_not_that_of_the_list() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let upload = bucket.initiate("a").await;
    let etag = bucket.part("a", &upload, 1, "hello, world").await;
    let body = crate::harness::part_list(&[(1, &etag)]);
    let request = s3::request(&bucket, Method::POST, &format!("a?uploadId={upload}")).body(body);
    request.header("x-amz-checksum-crc32", OF_BODY[0].1).send().await.assert_status(200);
}

/// SDKs presign before there is a body, with the checksum of an empty one.
#[tokio::test]
async fn a_checksum_among_the_parameters_does_not_count() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let empty = [("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-sdk-checksum-algorithm", "CRC32")];
    let target = s3::request(&bucket, Method::PUT, "a").presigned(60, &empty);
    bucket.request(Method::PUT, &target).anonymous().body("hello, world").send().await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "hello, world");
}
