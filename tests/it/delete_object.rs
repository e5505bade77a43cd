//! DELETE Object.

use http::Method;

use crate::harness::{BUCKET, OTHER, TestServer, bytes, full_part};

#[tokio::test]
async fn a_deleted_object_is_gone() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for body in [vec![], bytes(100), bytes(1 << 20)] {
        bucket.put("a/b", body).await.assert_status(200);
        let answer = bucket.delete("a/b").await;
        answer.assert_status(204);
        assert!(answer.body.is_empty());
        answer.assert_headers(&[("content-length", "0")]);
        bucket.get("a/b").await.assert_error(404, "NoSuchKey");
        bucket.head("a/b").await.assert_head_error(404);
        assert!(bucket.get("").await.elements("Key").is_empty());
    }
}

#[tokio::test]
async fn a_missing_object_is_deleted_as_well_as_any_other() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for _ in 0..2 {
        bucket.delete("never/there").await.assert_status(204);
    }
}

#[tokio::test]
async fn a_missing_bucket_is_an_error() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).delete("a").await.assert_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn a_folder_is_an_object_of_its_own() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for key in ["dir/", "dir/1", "dir"] {
        bucket.put(key, "").await.assert_status(200);
    }
    bucket.delete("dir/").await.assert_status(204);
    assert_eq!(bucket.get("").await.elements("Key"), ["dir", "dir/1"]);
}

#[tokio::test]
async fn uploads_of_the_key_go_on() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "old").await.assert_status(200);
    let id = bucket.initiate("a").await;
    let etag = bucket.part("a", &id, 1, full_part()).await;
    bucket.delete("a").await.assert_status(204);
    bucket.complete("a", &id, &[(1, &etag)]).await.assert_status(200);
    assert!(bucket.get("a").await.body == full_part());
    bucket.delete("a").await.assert_status(204);
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn the_version_null_is_the_object_and_there_is_no_other() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for target in ["a?versionId=MTg0NDUx", "a?VersionId=MTg0NDUx"] {
        bucket.delete(target).await.assert_headers(&[("content-length", "0")]);
    }
    assert_eq!(bucket.get("a").await.text(), "x");
    // Go spells it so, and sends it empty.
    for target in ["a?VersionId=null", "a?versionId=null", "a?VersionId=", "a?versionId"] {
        bucket.put("a", "x").await.assert_status(200);
        bucket.delete(target).await.assert_status(204);
        bucket.get("a").await.assert_error(404, "NoSuchKey");
    }
}

#[tokio::test]
async fn others_and_anonymous_callers_cannot_delete() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.request(Method::DELETE, "a").signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::DELETE, "a").anonymous().send().await.assert_error(403, "AccessDenied");
    assert_eq!(bucket.get("a").await.text(), "x");
}

/// What the emulator lacks must not fall through and delete the object itself.
#[tokio::test]
async fn deleting_a_part_of_an_object_does_not_delete_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.delete("a?tagging").await.assert_status(204);
    bucket.delete("a?notification=").await.assert_error(501, "NotImplemented");
    bucket.delete("a?uploads").await.assert_error(405, "MethodNotAllowed");
    bucket.delete("a?partNumber=1").await.assert_error(405, "MethodNotAllowed");
    assert_eq!(bucket.get("a").await.text(), "x");
}
