//! PUT and GET Bucket logging.

use http::Method;

use crate::harness::{Bucket, OTHER, TestServer};

const EMPTY: &str = "<BucketLoggingStatus/>";

fn document(bucket: &str, prefix: &str) -> String {
    format!(
        "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{bucket}</TargetBucket><TargetPrefix>{prefix}</TargetPrefix>\
         </LoggingEnabled></BucketLoggingStatus>"
    )
}

#[tokio::test]
async fn the_target_comes_back_as_it_was_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    cos.bucket("logs-1250000000").put("", "").await.assert_status(200);
    // The second is Python's live test: a bucket may be its own target.
    for status in [document("logs-1250000000", "b1/"), document("examplebucket-1250000000", "test")] {
        let answer = bucket.put("?logging", status.clone()).await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        bucket.get("?logging").await.assert_document(&status);
    }
    let bare = document("logs-1250000000", "").replace("<TargetPrefix></TargetPrefix>", "");
    bucket.put("?logging", bare.clone()).await.assert_status(200);
    bucket.get("?logging").await.assert_document(&bare.replace("</TargetBucket>", "</TargetBucket><TargetPrefix/>"));
}

#[tokio::test]
async fn an_empty_status_ends_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?logging").await.assert_document(EMPTY);
    bucket.put("?logging", document("examplebucket-1250000000", "")).await.assert_status(200);
    for status in [EMPTY, "<BucketLoggingStatus></BucketLoggingStatus>"] {
        bucket.put("?logging", status).await.assert_status(200);
        bucket.get("?logging").await.assert_document(EMPTY);
    }
    bucket.delete("?logging").await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn a_target_is_a_bucket_of_the_same_account_and_region() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let elsewhere = Bucket { server: &cos, host: "far-1250000000.cos.ap-beijing.myqcloud.com".to_owned() };
    elsewhere.put("", "").await.assert_status(200);
    let theirs = cos.bucket("theirs-1250000001").request(Method::PUT, "").signed_by(OTHER.1, OTHER.2);
    theirs.send().await.assert_status(200);
    for target in ["missing-1250000000", "far-1250000000", "theirs-1250000001", "logs", ""] {
        bucket.put("?logging", document(target, "")).await.assert_error(400, "InvalidTargetBucketForLogging");
    }
    bucket.get("?logging").await.assert_document(EMPTY);
}

#[tokio::test]
async fn a_prefix_leaves_room_for_keys() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for prefix in ["&#24;", &"p".repeat(840)] {
        bucket.put("?logging", document("examplebucket-1250000000", prefix)).await.assert_error(400, "LoggingPrefixInvalid");
    }
    bucket.put("?logging", document("examplebucket-1250000000", &"p".repeat(700))).await.assert_status(200);
}

#[tokio::test]
async fn what_is_no_status_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?logging", "").await.assert_error(400, "MissingRequestBodyError");
    let nameless = "<BucketLoggingStatus><LoggingEnabled/></BucketLoggingStatus>";
    bucket.put("?logging", nameless).await.assert_error(400, "MalformedXML");
    bucket.put("?logging", " ".repeat((64 << 10) + 1)).await.assert_error(400, "XMLSizeLimit");
}
