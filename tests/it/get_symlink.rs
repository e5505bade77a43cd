//! GET symlink.

use cos_emulator::codec::checksum;
use cos_emulator::domain::bucket::Versioning;
use http::Method;

use crate::harness::{BUCKET, OTHER, TestServer};
use crate::put_symlink::link;

#[tokio::test]
async fn the_answer_tells_of_the_link_itself() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = bucket.request(Method::PUT, "link?symlink").header("x-cos-symlink-target", "dir/target.txt");
    put.header("x-cos-storage-class", "STANDARD_IA").send().await.assert_status(200);
    let answer = bucket.get("link?symlink").await;
    answer.assert_status(200);
    answer.assert_headers(&[
        ("content-length", "0"),
        ("content-type", "text/plain"),
        ("etag", &format!("\"{}\"", hex::encode(checksum::md5(b"dir/target.txt")))),
        ("last-modified", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("x-cos-storage-class", "STANDARD_IA"),
        ("x-cos-symlink-target", "dir/target.txt"),
    ]);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn a_target_that_no_header_can_hold_is_given_escaped() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    link(&bucket, "link", "a%0Ab").await.assert_status(200);
    assert_eq!(bucket.get("link?symlink").await.header("x-cos-symlink-target"), "a%0Ab");
}

#[tokio::test]
async fn each_version_of_a_link_has_its_own_target() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    cos.change_bucket(|bucket| bucket.versioning = Versioning::Enabled).await;
    let first = link(&bucket, "link", "one").await.header("x-cos-version-id").to_owned();
    let second = link(&bucket, "link", "two").await.header("x-cos-version-id").to_owned();
    for (target, id, expected) in [
        ("link?symlink", &second, "two"),
        (&*format!("link?symlink&versionId={first}"), &first, "one"),
        (&*format!("link?symlink&versionId={second}"), &second, "two"),
    ] {
        let answer = bucket.get(target).await;
        assert_eq!((answer.header("x-cos-symlink-target"), answer.header("x-cos-version-id")), (expected, id.as_str()));
    }
    bucket.get("link?symlink&versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg").await.assert_error(404, "NoSuchVersion");
    bucket.delete("link").await.assert_status(204);
    bucket.get("link?symlink").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn only_links_have_targets() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).get("link?symlink").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    bucket.get("link?symlink").await.assert_error(404, "NoSuchKey");
    bucket.put("normal", "x").await.assert_status(200);
    bucket.get("normal?symlink").await.assert_error(400, "NotSymlink");
    bucket.post("log?append&position=0", "x").await.assert_status(200);
    bucket.get("log?symlink").await.assert_error(400, "NotSymlink");
}

#[tokio::test]
async fn others_and_anonymous_callers_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    link(&bucket, "link", "target").await.assert_status(200);
    bucket.request(Method::GET, "link?symlink").anonymous().send().await.assert_error(403, "AccessDenied");
    bucket.request(Method::GET, "link?symlink").signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
}
