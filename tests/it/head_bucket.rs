//! HEAD Bucket.

use http::Method;

use crate::harness::{BUCKET, HOST, OTHER, TestServer};

#[tokio::test]
async fn the_answer_names_the_region_and_has_no_body() {
    let cos = TestServer::start().await;
    let answer = cos.put_bucket().await.head("").await;
    answer.assert_status(200);
    assert!(answer.body.is_empty());
    // Without x-cos-bucket-arch: coscli and hadoop-cos go other ways when they see one.
    answer.assert_headers(&[
        ("content-length", "0"),
        ("content-type", "application/xml"),
        ("x-cos-bucket-region", "ap-guangzhou"),
    ]);
}

#[tokio::test]
async fn the_region_is_the_buckets_whatever_the_host() {
    let cos = TestServer::start().await;
    let host = format!("{BUCKET}.cos.ap-beijing.myqcloud.com");
    cos.request(&host, Method::PUT, "").send().await.assert_status(200);
    for (host, target) in [(format!("{BUCKET}.localhost"), ""), ("127.0.0.1".to_owned(), BUCKET)] {
        let answer = cos.request(&host, Method::HEAD, target).send().await;
        assert_eq!(answer.header("x-cos-bucket-region"), "ap-beijing", "{host}");
    }
    cos.request(HOST, Method::HEAD, "").send().await.assert_head_error(404);
}

#[tokio::test]
async fn a_missing_bucket_is_404() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).head("").await.assert_head_error(404);
    cos.bucket("nobodys-1999999999").head("").await.assert_head_error(404);
}

#[tokio::test]
async fn others_and_anonymous_callers_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::HEAD, "").signed_by(OTHER.1, OTHER.2).send().await.assert_head_error(403);
    bucket.request(Method::HEAD, "").anonymous().send().await.assert_head_error(403);
}

#[tokio::test]
async fn a_sub_resource_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.head("?notification").await.assert_head_error(501);
    bucket.head("?uploads").await.assert_head_error(405);
    bucket.head("?unknown=1").await.assert_status(200);
}
