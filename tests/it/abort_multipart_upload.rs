//! Abort Multipart Upload.

use crate::harness::{TestServer, full_part};

#[tokio::test]
async fn an_aborted_upload_is_gone_with_its_parts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    let etag = bucket.part("a", &id, 1, full_part()).await;

    let answer = bucket.delete(&format!("a?uploadId={id}")).await;
    answer.assert_status(204);
    assert!(answer.body.is_empty());

    bucket.put(&format!("a?partNumber=2&uploadId={id}"), "x").await.assert_error(404, "NoSuchUpload");
    bucket.get(&format!("a?uploadId={id}")).await.assert_error(404, "NoSuchUpload");
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_error(404, "NoSuchUpload");
    bucket.delete(&format!("a?uploadId={id}")).await.assert_error(404, "NoSuchUpload");
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn an_unknown_or_foreign_upload_cannot_be_aborted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.delete("a?uploadId=none").await.assert_error(404, "NoSuchUpload");
    bucket.delete(&format!("b?uploadId={id}")).await.assert_error(404, "NoSuchUpload");
    bucket.delete(&format!("a?uploadId={id}")).await.assert_status(204);
}

/// The parameter alone makes it an abort: without an id it must not fall through to DELETE Object.
#[tokio::test]
async fn an_empty_upload_id_does_not_delete_the_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "kept").await.assert_status(200);
    bucket.delete("a?uploadId=").await.assert_error(400, "InvalidArgument");
    assert_eq!(bucket.get("a").await.text(), "kept");
}

#[tokio::test]
async fn the_bucket_can_be_deleted_once_its_uploads_are_aborted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.delete("").await.assert_error(409, "BucketNotEmpty");
    bucket.delete(&format!("a?uploadId={id}")).await.assert_status(204);
    bucket.delete("").await.assert_status(204);
}
