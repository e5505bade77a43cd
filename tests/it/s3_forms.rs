//! Forms whose policy an S3 client signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cos_emulator::codec::signature_v4::{Scope, SigningKey};
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::form;
use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, SECRET_ID, SECRET_KEY, TestServer};

const CREDENTIAL: &str = "AKIDtest/20231114/us-east-1/s3/aws4_request";
const DATE: &str = "20231114T221320Z";

/// The fields that sign a policy with these conditions.
fn signed(secret_key: &str, credential: &str, conditions: &str) -> Vec<(&'static str, String)> {
    let policy = format!(
        r#"{{"expiration":"2023-11-14T22:20:00Z","conditions":[{{"bucket":"examplebucket-1250000000"}},{{"x-amz-algorithm":"AWS4-HMAC-SHA256"}},
        {{"x-amz-credential":"{credential}"}},{{"x-amz-date":"{DATE}"}},["starts-with","$key","folder/"]{conditions}]}}"#
    );
    let policy = STANDARD.encode(policy);
    let scope = Scope { date: "20231114".to_owned(), region: "us-east-1".to_owned(), service: "s3".to_owned() };
    let signature = SigningKey::new(secret_key, &scope).sign(&policy);
    vec![
        ("key", "folder/${filename}".to_owned()),
        ("policy", policy),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("x-amz-credential", credential.to_owned()),
        ("x-amz-date", DATE.to_owned()),
        ("x-amz-signature", signature),
    ]
}

async fn post(bucket: &Bucket<'_>, signed: &[(&'static str, String)], further: &[(&'static str, &str)]) -> Answer {
    let signed = signed.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<(&str, &str)> = signed.chain(further.iter().copied()).collect();
    form::of(bucket.request(Method::POST, "").anonymous(), &fields, "content").send().await
}

#[tokio::test]
async fn a_signed_policy_lets_the_form_in() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let fields = signed(SECRET_KEY, CREDENTIAL, r#",["starts-with","$x-amz-meta-a",""],["content-length-range",1,100]"#);
    post(&bucket, &fields, &[("x-amz-meta-a", "1"), ("x-ignore-b", "2")]).await.assert_status(204);
    assert_eq!(bucket.get("folder/a.txt").await.text(), "content");
}

#[tokio::test]
async fn a_form_that_is_not_as_it_was_signed_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let post_with = |name: &'static str, value: &str| {
        let mut fields = signed(SECRET_KEY, CREDENTIAL, "");
        fields.iter_mut().filter(|(given, _)| *given == name).for_each(|(_, given)| value.clone_into(given));
        let bucket = &bucket;
        async move { post(bucket, &fields, &[]).await }
    };
    post_with("key", "elsewhere").await.assert_error(403, "AccessDenied");
    post_with("x-amz-signature", "00").await.assert_error(403, "SignatureDoesNotMatch");
    post_with("x-amz-signature", "").await.assert_error(400, "InvalidArgument");
    post_with("x-amz-credential", "AKIDtest").await.assert_error(400, "InvalidArgument");
    post_with("x-amz-date", "20231113T221320Z").await.assert_error(400, "InvalidArgument");
    post_with("policy", "").await.assert_error(400, "InvalidArgument");
    let wrong = signed("wrong", CREDENTIAL, "");
    post(&bucket, &wrong, &[]).await.assert_error(403, "SignatureDoesNotMatch");
    let nobody = signed(SECRET_KEY, &CREDENTIAL.replace(SECRET_ID, "AKIDnobody"), "");
    post(&bucket, &nobody, &[]).await.assert_error(403, "InvalidAccessKeyId");
    let other = signed(OTHER.2, &CREDENTIAL.replace(SECRET_ID, OTHER.1), "");
    post(&bucket, &other, &[]).await.assert_error(403, "AccessDenied");
    let unnamed = post(&bucket, &signed(SECRET_KEY, CREDENTIAL, ""), &[("acl", "public-read")]).await;
    unnamed.assert_error(403, "AccessDenied");
    assert!(unnamed.element("Message").contains("field acl"));
    assert!(bucket.get("").await.elements("Key").is_empty());
}

#[tokio::test]
async fn a_checksum_in_a_field_is_that_of_the_file() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let post_with = async |field: (&'static str, &str)| {
        let fields = signed(SECRET_KEY, CREDENTIAL, &format!(r#",{{"{}":"{}"}}"#, field.0, field.1));
        post(&bucket, &fields, &[field]).await
    };
    post_with(("x-amz-checksum-crc32", "AAAAAA==")).await.assert_error(400, "BadDigest");
    post_with(("x-amz-checksum-crc32", "AAAA")).await.assert_error(400, "InvalidRequest");
    post_with(("x-amz-sdk-checksum-algorithm", "SHA1")).await.assert_error(400, "InvalidRequest");
    bucket.get("folder/a.txt").await.assert_error(404, "NoSuchKey");
    let sha256 = "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=";
    post_with(("x-amz-checksum-sha256", sha256)).await.assert_status(204);
    assert_eq!(bucket.get("folder/a.txt").await.text(), "content");
}

#[tokio::test]
async fn tags_stand_in_a_document() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let post_with = async |tags: &str| {
        let fields = signed(SECRET_KEY, CREDENTIAL, &format!(r#",{{"tagging":"{tags}"}}"#));
        post(&bucket, &fields, &[("tagging", tags)]).await
    };
    post_with("k=v").await.assert_error(400, "MalformedXML");
    let tag = |key: &str| format!("<Tag><Key>{key}</Key><Value>+ =1</Value></Tag>");
    post_with(&format!("<Tagging><TagSet>{}</TagSet></Tagging>", tag("k").repeat(2))).await.assert_error(400, "InvalidTag");
    bucket.get("folder/a.txt").await.assert_error(404, "NoSuchKey");
    post_with(&format!("<Tagging><TagSet>{}{}</TagSet></Tagging>", tag("k"), tag("l"))).await.assert_status(204);
    let tags = bucket.get("folder/a.txt?tagging").await;
    assert_eq!((tags.elements("Key"), tags.element("Value")), (vec!["k".to_owned(), "l".to_owned()], "+ =1".to_owned()));
}

#[tokio::test]
async fn who_asks_for_201_is_told_where_the_object_is() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let fields = signed(SECRET_KEY, CREDENTIAL, r#",{"success_action_status":"201"}"#);
    let answer = post(&bucket, &fields, &[("success_action_status", "201")]).await;
    answer.assert_status(201);
    let (location, etag) = (answer.header("location"), answer.header("etag").replace('"', "&quot;"));
    let expected = format!(
        "<PostResponse><Location>{location}</Location><Bucket>{BUCKET}</Bucket><Key>folder/a.txt</Key><ETag>{etag}</ETag></PostResponse>"
    );
    assert!(answer.text().ends_with(&expected), "{}", answer.text());
}

#[tokio::test]
async fn the_policy_ends_when_it_says() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let fields = signed(SECRET_KEY, CREDENTIAL, "");
    cos.clock.stop(Timestamp::from_seconds(NOW + 400));
    post(&bucket, &fields, &[]).await.assert_status(204);
    cos.clock.stop(Timestamp::from_seconds(NOW + 401));
    post(&bucket, &fields, &[]).await.assert_error(403, "AccessDenied");
    cos.clock.stop(Timestamp::from_seconds(NOW - 1000));
    post(&bucket, &fields, &[]).await.assert_error(403, "RequestTimeTooSkewed");
}

#[tokio::test]
async fn forms_of_version_2_are_told_to_change() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let fields = [("key", "a".to_owned()), ("AWSAccessKeyId", SECRET_ID.to_owned()), ("signature", "x".to_owned())];
    let answer = post(&bucket, &fields, &[]).await;
    answer.assert_error(400, "InvalidRequest");
    assert!(answer.element("Message").contains("Signature Version 4"));
}
