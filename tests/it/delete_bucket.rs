//! DELETE Bucket.

use http::Method;

use crate::harness::{BUCKET, OTHER, TestServer, bytes, full_part};

#[tokio::test]
async fn a_deleted_bucket_is_gone_for_every_operation() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.delete("").await;
    answer.assert_status(204);
    assert!(answer.body.is_empty());
    answer.assert_headers(&[("content-length", "0")]);

    bucket.head("").await.assert_head_error(404);
    bucket.head("a").await.assert_head_error(404);
    for answer in [
        bucket.get("").await,
        bucket.get("a").await,
        bucket.put("a", "x").await,
        bucket.put("a", bytes(100_000)).await,
        bucket.delete("a").await,
        bucket.delete("").await,
        bucket.post("a?uploads", "").await,
        bucket.get("?uploads").await,
        bucket.get("a?uploadId=1").await,
        bucket.put("a?partNumber=1&uploadId=1", "x").await,
        bucket.complete("a", "1", &[(1, "e")]).await,
        bucket.delete("a?uploadId=1").await,
    ] {
        answer.assert_error(404, "NoSuchBucket");
    }
}

#[tokio::test]
async fn the_error_names_the_bucket() {
    let cos = TestServer::start().await;
    let answer = cos.bucket(BUCKET).delete("").await;
    answer.assert_error(404, "NoSuchBucket");
    assert_eq!(answer.element("Message"), format!("The specified bucket does not exist: {BUCKET}"));
    assert_eq!(answer.element("Resource"), format!("{BUCKET}.cos.ap-guangzhou.myqcloud.com/"));
}

#[tokio::test]
async fn a_bucket_with_an_object_stays() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for body in [vec![], bytes(10), bytes(100_000)] {
        bucket.put("dir/a", body.clone()).await.assert_status(200);
        bucket.delete("").await.assert_error(409, "BucketNotEmpty");
        assert!(bucket.get("dir/a").await.body == body);
        bucket.delete("dir/a").await.assert_status(204);
    }
    bucket.delete("").await.assert_status(204);
}

#[tokio::test]
async fn a_bucket_with_an_unfinished_upload_stays() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.delete("").await.assert_error(409, "BucketNotEmpty");
    let etag = bucket.part("a", &id, 1, full_part()).await;
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_status(200);
    bucket.delete("").await.assert_error(409, "BucketNotEmpty");
    bucket.delete("a").await.assert_status(204);
    bucket.delete("").await.assert_status(204);
}

/// Keys of one bucket must not count as keys of a bucket whose name begins alike.
#[tokio::test]
async fn a_neighbours_objects_do_not_keep_a_bucket() {
    let cos = TestServer::start().await;
    for name in ["a-1", "a-12", "a-1-2"] {
        cos.bucket(name).put("", "").await.assert_status(200);
    }
    cos.bucket("a-12").put("k", "x").await.assert_status(200);
    cos.bucket("a-1-2").initiate("k").await;
    cos.bucket("a-1").delete("").await.assert_status(204);
    assert_eq!(cos.bucket("a-12").get("k").await.text(), "x");
}

#[tokio::test]
async fn the_name_is_free_at_once_and_the_new_bucket_is_empty() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.delete("a").await.assert_status(204);
    bucket.delete("").await.assert_status(204);
    let elsewhere = format!("{BUCKET}.cos.ap-beijing.myqcloud.com");
    cos.request(&elsewhere, Method::PUT, "").send().await.assert_status(200);
    let listed = cos.request(&elsewhere, Method::GET, "").send().await;
    assert_eq!((listed.header("x-cos-bucket-region"), listed.elements("Key").len()), ("ap-beijing", 0));
}

#[tokio::test]
async fn others_and_anonymous_callers_cannot_delete_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::DELETE, "").signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::DELETE, "").anonymous().send().await.assert_error(403, "AccessDenied");
    bucket.head("").await.assert_status(200);
}

/// A sub-resource, be it one that the emulator lacks, must not fall through and delete the bucket itself.
#[tokio::test]
async fn deleting_a_setting_does_not_delete_the_bucket() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for setting in ["cors", "lifecycle", "policy", "tagging", "website", "encryption=", "replication", "inventory&id=1"] {
        bucket.delete(&format!("?{setting}")).await;
        bucket.head("").await.assert_status(200);
    }
    bucket.delete("?uploads").await.assert_error(405, "MethodNotAllowed");
    bucket.head("").await.assert_status(200);
}
