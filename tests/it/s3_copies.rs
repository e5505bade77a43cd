//! Copies as S3's clients ask for them.

use http::Method;

use crate::harness::{BUCKET, full_part};
use crate::s3_client::S3;

#[tokio::test]
async fn an_object_is_copied_with_its_headers_or_with_new_ones() {
    let s3 = S3::start().await;
    s3.request(Method::PUT, "a").header("x-amz-meta-own", "x").body("a").send().await.assert_status(200);
    let copy = |key: &str| s3.request(Method::PUT, key).header("x-amz-copy-source", &format!("{BUCKET}/a"));
    copy("b").send().await.assert_s3_document(
        "<CopyObjectResult><ETag>&quot;0cc175b9c0f1b6a831c399e269772661&quot;</ETag><LastModified>2023-11-14T22:13:20Z</LastModified></CopyObjectResult>",
    );
    assert_eq!(s3.head("b").await.header("x-amz-meta-own"), "x");
    let replacing = copy("c").header("x-amz-metadata-directive", "REPLACE").header("x-amz-meta-new", "y");
    replacing.header("x-amz-storage-class", "GLACIER").send().await.assert_status(200);
    let answer = s3.head("c").await;
    assert_eq!((answer.header("x-amz-meta-new"), answer.header("x-amz-storage-class")), ("y", "GLACIER"));
    assert_eq!(answer.header_opt("x-amz-meta-own"), None);
}

#[tokio::test]
async fn an_object_changes_its_class_by_a_copy_onto_itself() {
    let s3 = S3::start().await;
    s3.request(Method::PUT, "a").header("x-amz-meta-own", "x").body("a").send().await.assert_status(200);
    let copy = || s3.request(Method::PUT, "a").header("x-amz-copy-source", &format!("{BUCKET}/a"));
    copy().send().await.assert_error(400, "InvalidRequest");
    copy().header("x-amz-storage-class", "STANDARD_IA").send().await.assert_status(200);
    let answer = s3.get("a").await;
    assert_eq!((answer.header("x-amz-meta-own"), answer.header("x-amz-storage-class")), ("x", "STANDARD_IA"));
    assert_eq!(answer.text(), "a");
}

#[tokio::test]
async fn a_copy_may_name_a_version_and_depend_on_its_source() {
    let s3 = S3::start().await;
    s3.enable_versions().await;
    let id = s3.put("a", "1").await.header("x-amz-version-id").to_owned();
    s3.put("a", "2").await.assert_status(200);
    let copy = || s3.request(Method::PUT, "b").header("x-amz-copy-source", &format!("/{BUCKET}/a?versionId={id}"));
    let answer = copy().send().await;
    answer.assert_status(200);
    assert_eq!(answer.header("x-amz-copy-source-version-id"), id);
    assert_eq!(s3.get("b").await.text(), "1");
    copy().header("x-amz-copy-source-if-match", "\"0\"").send().await.assert_error(412, "PreconditionFailed");
    copy().header("if-none-match", "*").send().await.assert_error(412, "PreconditionFailed");
}

#[tokio::test]
async fn a_part_is_copied() {
    let s3 = S3::start().await;
    s3.put("a", full_part()).await.assert_status(200);
    let id = s3.post("b?uploads", "").await.element("UploadId");
    let copy = s3.request(Method::PUT, &format!("b?partNumber=1&uploadId={id}"));
    let copy = copy.header("x-amz-copy-source", &format!("{BUCKET}/a")).header("x-amz-copy-source-range", "bytes=0-9");
    let answer = copy.send().await;
    let etag = answer.element("ETag");
    answer.assert_s3_document(&format!(
        "<CopyPartResult><ETag>{etag}</ETag><LastModified>2023-11-14T22:13:20.000Z</LastModified></CopyPartResult>"
    ));
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_said_in_s3s_words() {
    let s3 = S3::start().await;
    let copy = |source: &str| s3.request(Method::PUT, "b").header("x-amz-copy-source", source).send();
    let answer = copy("nothing").await;
    answer.assert_error(400, "InvalidArgument");
    assert!(answer.element("Message").starts_with("x-amz-copy-source is "), "{}", answer.text());
    copy(&format!("{BUCKET}/none")).await.assert_error(404, "NoSuchKey");
}
