//! PUT, GET and DELETE Bucket encryption, and what the default does to uploads.

use std::fs;

use cos_emulator::domain::encryption::default_kms_key_id;
use http::Method;

use crate::encryption::{CUSTOMER, SSE_COS, SSE_KMS, put, send};
use crate::folder::{files, settle};
use crate::harness::{APPID, Answer, Bucket, TestServer, settings};

const KMS_KEY: &str = "48ba38aa-26c5-11ea-855c-525400850000";

fn document(rule: &str) -> String {
    format!("<ServerSideEncryptionConfiguration><Rule>{rule}</Rule></ServerSideEncryptionConfiguration>")
}

fn apply(elements: &str) -> String {
    let name = "ApplyServerSideEncryptionByDefault";
    document(&format!("<{name}>{elements}</{name}>"))
}

fn aes256() -> String {
    apply("<SSEAlgorithm>AES256</SSEAlgorithm>")
}

#[tokio::test]
async fn the_default_comes_back_and_goes() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?encryption").await.assert_error(404, "NoSuchEncryptionConfiguration");
    bucket.delete("?encryption").await.assert_status(204);
    let kms =
        format!("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>{KMS_KEY}</KMSMasterKeyID><KMSAlgorithm>AES256</KMSAlgorithm>");
    for whole in [
        aes256(),
        apply("<SSEAlgorithm>KMS</SSEAlgorithm>"),
        apply(&kms),
        aes256().replace("<Rule>", "<Rule><BucketKeyEnabled>false</BucketKeyEnabled>"),
    ] {
        bucket.put("?encryption", whole.clone()).await.assert_status(200);
        bucket.get("?encryption").await.assert_document(&whole);
    }
    bucket.delete("?encryption").await.assert_status(204);
    bucket.get("?encryption").await.assert_error(404, "NoSuchEncryptionConfiguration");
}

#[tokio::test]
async fn the_name_that_python_sends_is_understood() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let sent = aes256().replace("ApplyServerSideEncryptionByDefault", "ApplySideEncryptionConfiguration");
    bucket.put("?encryption", sent).await.assert_status(200);
    bucket.get("?encryption").await.assert_document(&aes256());
}

#[tokio::test]
async fn a_default_that_cannot_be_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (body, status, code) in [
        (document(""), 400, "MalformedXML"),
        (apply(""), 400, "MalformedXML"),
        (apply("<SSEAlgorithm>aes</SSEAlgorithm>"), 400, "InvalidArgument"),
        (apply("<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>x</KMSMasterKeyID>"), 400, "InvalidArgument"),
        (apply("<SSEAlgorithm>KMS</SSEAlgorithm><KMSAlgorithm>DES</KMSAlgorithm>"), 400, "InvalidArgument"),
        (apply("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>x</KMSMasterKeyID>"), 400, "KmsKeyNotExist"),
        (aes256().replace("<Rule>", "<Rule><BucketKeyEnabled>1</BucketKeyEnabled>"), 400, "InvalidArgument"),
        (apply("<SSEAlgorithm>SM4</SSEAlgorithm>"), 501, "NotImplemented"),
        (apply("<SSEAlgorithm>KMS</SSEAlgorithm><KMSAlgorithm>SM4</KMSAlgorithm>"), 501, "NotImplemented"),
    ] {
        bucket.put("?encryption", body).await.assert_error(status, code);
    }
    bucket.get("?encryption").await.assert_error(404, "NoSuchEncryptionConfiguration");
}

/// What an answer tells of encryption: the kind, and the KMS key.
fn told(answer: &Answer) -> (Option<&str>, Option<&str>) {
    answer.assert_status(200);
    let name = "x-cos-server-side-encryption";
    (answer.header_opt(name), answer.header_opt(&format!("{name}-cos-kms-key-id")))
}

async fn assert_uploads_are(bucket: &Bucket<'_>, expected: (Option<&str>, Option<&str>)) {
    assert_eq!(told(&bucket.put("k", "plain").await), expected);
    assert_eq!(told(&bucket.head("k").await), expected);
    let answer = bucket.get("k").await;
    assert_eq!((told(&answer), answer.text().as_str()), (expected, "plain"));
    let initiated = bucket.post("parts?uploads", "").await;
    assert_eq!(told(&initiated), expected);
    let id = initiated.element("UploadId");
    let part = bucket.put(&format!("parts?partNumber=1&uploadId={id}"), "plain").await;
    assert_eq!(told(&part), expected);
    assert_eq!(told(&bucket.complete("parts", &id, &[(1, part.header("etag"))]).await), expected);
    assert_eq!(told(&bucket.head("parts").await), expected);
}

#[tokio::test]
async fn uploads_that_name_no_encryption_take_the_default() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("before", "x").await.assert_status(200);
    let default_key = default_kms_key_id(APPID);
    let kms = format!("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>{KMS_KEY}</KMSMasterKeyID>");
    for (body, expected) in [
        (aes256(), (Some("AES256"), None)),
        (apply("<SSEAlgorithm>KMS</SSEAlgorithm>"), (Some("cos/kms"), Some(default_key.as_str()))),
        (apply(&kms), (Some("cos/kms"), Some(KMS_KEY))),
    ] {
        bucket.put("?encryption", body).await.assert_status(200);
        assert_uploads_are(&bucket, expected).await;
        assert_eq!(told(&bucket.head("before").await), (None, None));
    }
    bucket.delete("?encryption").await.assert_status(204);
    assert_uploads_are(&bucket, (None, None)).await;
}

#[tokio::test]
async fn what_a_request_asks_for_wins() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?encryption", aes256()).await.assert_status(200);
    assert_eq!(told(&put(&bucket, "k", SSE_KMS, b"x".to_vec()).await).0, Some("cos/kms"));
    let answer = put(&bucket, "k", CUSTOMER, b"x".to_vec()).await;
    assert_eq!((told(&answer).0, answer.header(CUSTOMER[0].0)), (None, "AES256"));
    bucket.put("?encryption", apply("<SSEAlgorithm>KMS</SSEAlgorithm>")).await.assert_status(200);
    assert_eq!(told(&put(&bucket, "k", SSE_COS, b"x".to_vec()).await), (Some("AES256"), None));
    let id = send(&bucket, Method::POST, "k?uploads", SSE_COS, Vec::new()).await.element("UploadId");
    assert_eq!(told(&bucket.put(&format!("k?partNumber=1&uploadId={id}"), "x").await), (Some("AES256"), None));
}

#[tokio::test]
async fn bytes_at_rest_are_encrypted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings();
    settings.data_dir = Some(folder.path().join("data"));
    let cos = TestServer::start_with(settings).await;
    let bucket = cos.put_bucket().await;
    bucket.put("plain", b"seen plain bytes\n".repeat(2000)).await.assert_status(200);
    bucket.put("?encryption", aes256()).await.assert_status(200);
    bucket.put("large", b"hidden plain bytes\n".repeat(2000)).await.assert_status(200);
    bucket.put("small", "hidden plain bytes").await.assert_status(200);
    settle(&cos).await;
    let all: Vec<u8> = files(&folder.path().join("data")).iter().flat_map(|file| fs::read(file).expect("a file")).collect();
    let has = |needle: &[u8]| all.windows(needle.len()).any(|window| window == needle);
    assert!(has(b"seen plain bytes") && !has(b"hidden plain bytes"));
}
