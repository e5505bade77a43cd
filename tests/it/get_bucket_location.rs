//! GET Bucket location.

use http::Method;

use crate::harness::{BUCKET, TestServer};

#[tokio::test]
async fn the_region_is_the_whole_document() {
    let cos = TestServer::start().await;
    cos.put_bucket().await.get("?location").await.assert_document("<LocationConstraint>ap-guangzhou</LocationConstraint>");
    let host = "elsewhere-1250000000.cos.ap-beijing.myqcloud.com";
    cos.request(host, Method::PUT, "").send().await.assert_status(200);
    let answer = cos.request("127.0.0.1", Method::GET, "elsewhere-1250000000?location").send().await;
    answer.assert_document("<LocationConstraint>ap-beijing</LocationConstraint>");
}

#[tokio::test]
async fn a_missing_bucket_has_none_and_it_is_not_set() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).get("?location").await.assert_error(404, "NoSuchBucket");
    cos.put_bucket().await.put("?location", "").await.assert_error(405, "MethodNotAllowed");
}
