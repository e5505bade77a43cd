//! Errors as S3's clients read them.

use http::Method;

use crate::harness::{BUCKET, HOST};
use crate::s3_client::S3;

#[tokio::test]
async fn an_error_has_s3s_elements() {
    let s3 = S3::start().await;
    let answer = s3.get("a").await;
    answer.assert_error(404, "NoSuchKey");
    let (id, host) = (answer.header("x-amz-request-id"), answer.header("x-amz-id-2"));
    assert_eq!(
        answer.text(),
        format!(
            "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>NoSuchKey</Code>\n\
             \t<Message>The specified key does not exist.</Message>\n\t<Resource>/{BUCKET}/a</Resource>\n\
             \t<RequestId>{id}</RequestId>\n\t<HostId>{host}</HostId>\n</Error>"
        )
    );
    assert_eq!(answer.header_opt("x-cos-trace-id"), None);
    assert_eq!(answer.header("x-cos-request-id"), id);
}

#[tokio::test]
async fn a_heads_error_has_s3s_headers() {
    let s3 = S3::start().await;
    let answer = s3.head("a").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (404, 0));
    assert!(!answer.header("x-amz-request-id").is_empty() && !answer.header("x-amz-id-2").is_empty());
}

#[tokio::test]
async fn coss_clients_keep_coss_errors() {
    let s3 = S3::start().await;
    let answer = s3.server.bucket(BUCKET).get("a").await;
    answer.assert_error(404, "NoSuchKey");
    assert_eq!((answer.element("Resource"), answer.header_opt("x-amz-request-id")), (format!("{HOST}/a"), None));
}

#[tokio::test]
async fn what_is_not_there_has_s3s_codes() {
    let s3 = S3::start().await;
    for (target, code) in [
        ("?cors", "NoSuchCORSConfiguration"),
        ("?encryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("?lifecycle", "NoSuchLifecycleConfiguration"),
        ("?object-lock", "ObjectLockConfigurationNotFoundError"),
        ("?policy", "NoSuchBucketPolicy"),
        ("?replication", "ReplicationConfigurationNotFoundError"),
        ("?tagging", "NoSuchTagSet"),
        ("?website", "NoSuchWebsiteConfiguration"),
        ("a?versionId=null", "NoSuchVersion"),
    ] {
        s3.get(target).await.assert_error(404, code);
    }
}

#[tokio::test]
async fn what_s3_has_and_cos_lacks_is_refused_by_name() {
    let s3 = S3::start().await;
    for target in
        ["a?attributes", "a?legal-hold", "a?torrent", "?policyStatus", "?publicAccessBlock", "?requestPayment", "?session"]
    {
        s3.get(target).await.assert_error(501, "NotImplemented");
    }
    for (name, value) in
        [("x-amz-object-lock-legal-hold", "ON"), ("x-amz-write-offset-bytes", "0"), ("x-amz-what-is-yet-to-come", "1")]
    {
        let answer = s3.request(Method::PUT, "a").header(name, value).send().await;
        answer.assert_error(501, "NotImplemented");
        assert_eq!(answer.element("Message"), format!("the request header {name} is not implemented"));
    }
    s3.request(Method::PUT, "a").header("x-amz-object-lock-legal-hold", "OFF").send().await.assert_status(200);
}

#[tokio::test]
async fn a_bucket_without_an_appid_is_told_what_its_name_lacks() {
    let s3 = S3::start().await;
    let answer = s3.at(Method::PUT, "photos").send().await;
    answer.assert_error(400, "InvalidBucketName");
    assert!(answer.element("Message").contains("ends in the APPID of an account, as in demo-1250000000"), "{}", answer.text());
}
