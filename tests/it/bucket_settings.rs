//! What all operations on buckets' settings have in common.

use cos_emulator::operations::routes::{ROUTES, Route, Scope};
use http::Method;

use crate::harness::{Answer, Bucket, OTHER, TestRequest, TestServer};

/// The rows of the table for `?cors` and the like, and what requests for them look like; some have an id.
fn settings() -> impl Iterator<Item = (&'static Route, String)> {
    const OTHERS: [&str; 3] = ["delete", "uploads", "versions"];
    let of_settings = ROUTES.iter().filter(|row| row.scope == Scope::Bucket && !row.query.is_empty());
    of_settings.filter(|row| !OTHERS.contains(&row.query[0])).map(|row| (row, format!("?{}=&id=1", row.query[0])))
}

async fn send<'a>(bucket: &Bucket<'a>, row: &Route, target: &str, change: impl Fn(TestRequest<'a>) -> TestRequest<'a>) -> Answer {
    change(bucket.request(row.method.clone(), target)).send().await
}

#[tokio::test]
async fn the_bucket_must_be_there_and_ones_own() {
    let cos = TestServer::start().await;
    let (missing, bucket) = (cos.bucket("missing-1250000000"), cos.put_bucket().await);
    assert!(settings().count() > 0);
    for (row, target) in settings() {
        send(&missing, row, &target, |request| request).await.assert_error(404, "NoSuchBucket");
        send(&bucket, row, &target, |request| request.signed_by(OTHER.1, OTHER.2)).await.assert_error(403, "AccessDenied");
        send(&bucket, row, &target, TestRequest::anonymous).await.assert_error(403, "AccessDenied");
    }
}

#[tokio::test]
async fn a_document_is_whole_and_has_its_md5() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (row, target) in settings().filter(|(row, _)| row.method == Method::PUT) {
        // The one document that is JSON.
        let malformed = if row.query == ["policy"] { "MalformedPolicy" } else { "MalformedXML" };
        for body in ["<Unclosed>", "<Other/>", "no XML"] {
            send(&bucket, row, &target, |request| request.body(body)).await.assert_error(400, malformed);
        }
        for (md5, code) in [("7o3pGNBWQBRbGPcPTDqmAg==", "BadDigest"), ("7o3pGNBWQBRbGPcPTDqm", "InvalidDigest")] {
            let answer = send(&bucket, row, &target, |request| request.header("content-md5", md5).body("<A/>")).await;
            answer.assert_error(400, code);
        }
    }
}
