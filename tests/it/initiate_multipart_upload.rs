//! Initiate Multipart Upload.

use http::Method;

use crate::harness::{BUCKET, NOW, OTHER, TestServer};

#[tokio::test]
async fn the_answer_names_bucket_key_and_upload_id() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.post("dir/a%20%26%20%3Cb%3E?uploads", "").await;
    let id = answer.element("UploadId");
    answer.assert_document(&format!(
        "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>dir/a &amp; &lt;b&gt;</Key><UploadId>{id}</UploadId>\
         </InitiateMultipartUploadResult>"
    ));
    assert_eq!(answer.header_opt("etag"), None);
}

#[tokio::test]
async fn an_upload_id_is_the_time_and_64_hex_digits() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (one, other) = (bucket.initiate("a").await, bucket.initiate("a").await);
    assert_ne!(one, other);
    for id in [one, other] {
        assert_eq!((id.len(), &id[..10]), (74, NOW.to_string().as_str()));
        assert!(id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    }
}

/// Go reads the id with a pattern when the key keeps the document from being XML 1.0.
#[tokio::test]
async fn a_key_that_xml_cannot_carry_is_referenced_by_number() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.post("a%01b?uploads", "").await;
    assert_eq!(answer.element("Key"), "a&#1;b");
    let id = answer.element("UploadId");
    bucket.part("a%01b", &id, 1, "x").await;
}

#[tokio::test]
async fn nothing_can_be_read_before_the_upload_is_complete() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("a").await;
    bucket.part("a", &id, 1, "x").await;
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    assert!(bucket.get("").await.elements("Key").is_empty());
}

#[tokio::test]
async fn uploads_of_one_key_are_independent() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (one, other) = (bucket.initiate("a").await, bucket.initiate("a").await);
    let etag = bucket.part("a", &one, 1, "one").await;
    bucket.part("a", &other, 1, "other").await;
    bucket.complete("a", &one, &[(1, &etag)]).await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "one");
    assert_eq!(bucket.get(&format!("a?uploadId={other}")).await.elements("Size"), ["5"]);
    bucket.delete(&format!("a?uploadId={other}")).await.assert_status(204);
    assert_eq!(bucket.get("a").await.text(), "one");
}

#[tokio::test]
async fn an_object_that_must_not_be_overwritten_refuses_the_upload() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "there").await.assert_status(200);
    let initiate = |key: &str, forbid: &str| {
        bucket.request(Method::POST, &format!("{key}?uploads")).header("x-cos-forbid-overwrite", forbid).send()
    };
    initiate("a", "true").await.assert_error(409, "FileAlreadyExists");
    initiate("a", "maybe").await.assert_error(400, "InvalidArgument");
    assert!(bucket.get("?uploads").await.elements("Upload").is_empty());
    initiate("a", "false").await.assert_status(200);
    initiate("b", "true").await.assert_status(200);
}

#[tokio::test]
async fn what_cannot_become_an_object_is_refused_at_once() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let initiate = |key: &str, name: &'static str, value: &str| {
        bucket.request(Method::POST, &format!("{key}?uploads")).header(name, value).send()
    };
    initiate("a", "x-cos-storage-class", "COLD").await.assert_error(400, "NotSupportedStorageClass");
    initiate("a", "x-cos-meta-a", &"v".repeat(2048)).await.assert_error(400, "KeyTooLong");
    initiate("a", "x-cos-acl", "public-read-write").await.assert_error(400, "InvalidArgument");
    initiate("a", "x-cos-grant-write", "id=\"1\"").await.assert_error(400, "InvalidArgument");
    initiate("a.txt", "x-cos-mime-limit", "image/*;video/*").await.assert_error(403, "AccessDenied");
    initiate("a", "x-cos-tagging", "a=1&a=2").await.assert_error(400, "InvalidTag");
    initiate(&"k".repeat(851), "x-cos-acl", "private").await.assert_error(400, "KeyTooLong");
    assert!(bucket.get("?uploads").await.elements("Upload").is_empty());
    initiate(&"k".repeat(850), "x-cos-acl", "private").await.assert_status(200);
}

#[tokio::test]
async fn only_the_owner_of_a_bucket_that_is_there_may_begin_uploads() {
    let cos = TestServer::start().await;
    cos.bucket("missing-1250000000").post("a?uploads", "").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    let initiate = || bucket.request(Method::POST, "a?uploads");
    initiate().anonymous().send().await.assert_error(403, "AccessDenied");
    initiate().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
    assert!(bucket.get("?uploads").await.elements("Upload").is_empty());
}

#[tokio::test]
async fn uploads_is_for_post_and_get_only() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a?uploads", "x").await.assert_error(405, "MethodNotAllowed");
    bucket.delete("a?uploads").await.assert_error(405, "MethodNotAllowed");
    bucket.get("a?uploads").await.assert_error(405, "MethodNotAllowed");
}
