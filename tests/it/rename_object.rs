//! Rename Object.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::object_lock::{ObjectLock, Retention};
use http::Method;

use crate::folder::{bodies, settle};
use crate::harness::{Answer, BUCKET, Bucket, OTHER, TestServer, bytes};

/// The usual bucket, with metadata acceleration.
async fn accelerated(cos: &TestServer) -> Bucket<'_> {
    let bucket = cos.bucket(BUCKET);
    let document = "<CreateBucketConfiguration><BucketArchConfig>OFS</BucketArchConfig></CreateBucketConfiguration>";
    bucket.put("", document).await.assert_status(200);
    bucket
}

async fn rename(bucket: &Bucket<'_>, source: &str, target: &str) -> Answer {
    bucket.request(Method::PUT, &format!("{target}?rename")).header("x-cos-rename-source", source).send().await
}

async fn keys(bucket: &Bucket<'_>) -> Vec<String> {
    bucket.get("").await.elements("Key")
}

#[tokio::test]
async fn a_renamed_object_is_the_same_under_another_key() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    bucket.request(Method::PUT, "a").header("x-cos-meta-a", "1").body(bytes(50_000)).send().await.assert_status(200);
    let before = bucket.head("a").await.headers;
    let answer = rename(&bucket, "/a", "b").await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    let mut after = bucket.head("b").await.headers;
    after.insert("x-cos-request-id", before["x-cos-request-id"].clone());
    assert_eq!(after, before);
    assert!(bucket.get("b").await.body == bytes(50_000));
    assert_eq!(bodies(&cos).len(), 1);
}

#[tokio::test]
async fn the_source_is_named_with_a_slash_or_without_escaped_or_not() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    for source in ["/dir/a%20b", "dir/a%20b", "/dir/a b", "%2Fdir%2Fa b"] {
        bucket.put("dir/a%20b", "x").await.assert_status(200);
        rename(&bucket, source, "c").await.assert_status(200);
        assert_eq!(keys(&bucket).await, ["c"], "{source}");
    }
}

#[tokio::test]
async fn a_directory_takes_all_that_is_in_it_along() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    for key in ["a/", "a/1", "a/b/2", "a.txt", "a0", "z"] {
        bucket.put(key, key).await.assert_status(200);
    }
    rename(&bucket, "/a", "new/place").await.assert_status(200);
    assert_eq!(keys(&bucket).await, ["a.txt", "a0", "new/place/", "new/place/1", "new/place/b/2", "z"]);
    assert_eq!(bucket.get("new/place/b/2").await.text(), "a/b/2");
    rename(&bucket, "new/", "a/").await.assert_status(200);
    assert_eq!(keys(&bucket).await, ["a.txt", "a/place/", "a/place/1", "a/place/b/2", "a0", "z"]);
}

#[tokio::test]
async fn an_object_goes_before_a_directory_of_its_name() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    for key in ["a", "a/1"] {
        bucket.put(key, key).await.assert_status(200);
    }
    rename(&bucket, "/a", "b").await.assert_status(200);
    assert_eq!(keys(&bucket).await, ["a/1", "b"]);
}

#[tokio::test]
async fn a_target_object_is_replaced_unless_that_is_forbidden() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    bucket.put("a", bytes(20_000)).await.assert_status(200);
    bucket.put("b", bytes(30_000)).await.assert_status(200);
    let forbidding = bucket.request(Method::PUT, "b?rename").header("x-cos-rename-source", "/a");
    forbidding.header("x-cos-forbid-overwrite", "true").send().await.assert_error(409, "FileAlreadyExists");
    rename(&bucket, "/a", "b").await.assert_status(200);
    assert!(bucket.get("b").await.body == bytes(20_000));
    settle(&cos).await;
    assert_eq!(bodies(&cos).len(), 1);
}

#[tokio::test]
async fn a_target_directory_must_be_empty() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    for key in ["a/1", "b/", "b/2", "c/"] {
        bucket.put(key, key).await.assert_status(200);
    }
    rename(&bucket, "/a", "b").await.assert_error(409, "PathConflict");
    rename(&bucket, "/a", "c").await.assert_status(200);
    assert_eq!(keys(&bucket).await, ["b/", "b/2", "c/1"]);
}

#[tokio::test]
async fn what_cannot_be_renamed_is_refused_and_stays() {
    let cos = TestServer::start().await;
    rename(&cos.bucket(BUCKET), "/a", "b").await.assert_error(404, "NoSuchBucket");
    let bucket = accelerated(&cos).await;
    for key in ["a", "dir/1", &format!("{}/1", "x".repeat(848))] {
        bucket.put(key, "x").await.assert_status(200);
    }
    let before = keys(&bucket).await;
    for (source, target, status, code) in [
        ("/missing", "b", 404, "NoSuchKey"),
        ("/di", "b", 404, "NoSuchKey"),
        ("", "b", 400, "InvalidArgument"),
        ("%FF", "b", 400, "InvalidArgument"),
        ("/", "b", 400, "InvalidObjectName"),
        ("/a", "a", 400, "InvalidArgument"),
        ("/dir", "dir", 400, "InvalidArgument"),
        ("/dir", "dir/in/it", 400, "InvalidArgument"),
        ("/dir", &"y".repeat(849), 400, "KeyTooLong"),
    ] {
        rename(&bucket, source, target).await.assert_error(status, code);
    }
    bucket.put("b?rename", "").await.assert_error(400, "InvalidArgument");
    bucket.get("a?rename").await.assert_error(405, "MethodNotAllowed");
    assert_eq!(keys(&bucket).await, before);
}

#[tokio::test]
async fn only_buckets_with_metadata_acceleration_and_without_versions_rename() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    rename(&bucket, "/a", "b").await.assert_error(405, "MethodNotAllowed");
    cos.change_bucket(|bucket| (bucket.is_ofs, bucket.versioning) = (true, Versioning::Suspended)).await;
    rename(&bucket, "/a", "b").await.assert_error(409, "InvalidBucketState");
    assert_eq!(keys(&bucket).await, ["a"]);
}

#[tokio::test]
async fn locked_objects_neither_move_nor_give_way() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    bucket.put("free", "x").await.assert_status(200);
    // Only an ordinary bucket can get a lock by request.
    let lock = ObjectLock { default: Some(Retention { days: 1, says_mode: true }) };
    let name = BUCKET.parse().expect("a name");
    cos.app.services().store.change_setting(&name, move |_: &_, _| Ok::<_, ()>(Some(lock))).await.expect("stored");
    bucket.put("locked/a", "x").await.assert_status(200);
    for (source, target) in [("/locked/a", "b"), ("/locked", "b"), ("/free", "locked/a")] {
        rename(&bucket, source, target).await.assert_error(409, "ObjectLocked");
    }
    assert_eq!(keys(&bucket).await, ["free", "locked/a"]);
}

#[tokio::test]
async fn who_may_only_write_may_not_take_away() {
    let cos = TestServer::start().await;
    let bucket = accelerated(&cos).await;
    bucket.put("a", "x").await.assert_status(200);
    let rename = || bucket.request(Method::PUT, "b?rename").header("x-cos-rename-source", "/a");
    rename().anonymous().send().await.assert_error(403, "AccessDenied");
    rename().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::PUT, "?acl").header("x-cos-acl", "public-read-write").send().await.assert_status(200);
    bucket.request(Method::PUT, "a?acl").header("x-cos-acl", "private").send().await.assert_status(200);
    rename().anonymous().send().await.assert_error(403, "AccessDenied");
    assert_eq!(keys(&bucket).await, ["a"]);
}
