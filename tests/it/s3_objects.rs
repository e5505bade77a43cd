//! Objects as S3's clients put, get and delete them.

use http::Method;

use crate::harness::{BUCKET, bytes};
use crate::s3_client::S3;

const ETAG: &str = "\"0cc175b9c0f1b6a831c399e269772661\"";

#[tokio::test]
async fn headers_go_in_and_come_back_in_s3s_words() {
    let s3 = S3::start().await;
    let sent = [
        ("content-type", "text/plain"),
        ("x-amz-meta-own", "x"),
        ("x-amz-server-side-encryption", "AES256"),
        ("x-amz-storage-class", "DEEP_ARCHIVE"),
        ("x-amz-tagging", "k=v&l=w"),
        ("x-amz-website-redirect-location", "/other"),
    ];
    let put = sent.iter().fold(s3.request(Method::PUT, "a"), |put, (name, value)| put.header(name, value));
    let answer = put.body("a").send().await;
    answer.assert_status(200);
    assert_eq!((answer.header("etag"), answer.header("x-amz-server-side-encryption")), (ETAG, "AES256"));
    assert_eq!(answer.header("x-amz-storage-class"), "DEEP_ARCHIVE");

    let answer = s3.head("a").await;
    answer.assert_status(200);
    assert_eq!(answer.header("x-amz-tagging-count"), "2");
    for (name, value) in sent.iter().filter(|(name, _)| *name != "x-amz-tagging") {
        assert_eq!(answer.header(name), *value);
    }
    let named_by_cos = answer.headers.keys().filter(|name| name.as_str().starts_with("x-cos-"));
    assert_eq!(named_by_cos.map(|name| name.as_str()).collect::<Vec<_>>(), ["x-cos-hash-crc64ecma", "x-cos-request-id"]);
    assert_eq!(answer.header("x-amz-request-id"), answer.header("x-cos-request-id"));
    assert!(!answer.header("x-amz-id-2").is_empty());
}

#[tokio::test]
async fn glacier_is_coss_archive_and_kms_has_coss_name_too() {
    let s3 = S3::start().await;
    let put = s3.request(Method::PUT, "a").header("x-amz-storage-class", "GLACIER");
    let answer = put.header("x-amz-server-side-encryption", "aws:kms").body("a").send().await;
    answer.assert_status(200);
    assert_eq!(answer.header("x-amz-server-side-encryption"), "aws:kms");
    let key_id = answer.header("x-amz-server-side-encryption-aws-kms-key-id").to_owned();
    assert_eq!(s3.head("a").await.header("x-amz-storage-class"), "GLACIER");

    let answer = s3.server.bucket(BUCKET).head("a").await;
    assert_eq!((answer.header("x-cos-storage-class"), answer.header("x-cos-server-side-encryption")), ("ARCHIVE", "cos/kms"));
    assert_eq!(answer.header("x-cos-server-side-encryption-cos-kms-key-id"), key_id);
    let put = s3.request(Method::PUT, "b").header("x-amz-storage-class", "REDUCED_REDUNDANCY").body("b");
    put.send().await.assert_error(400, "InvalidStorageClass");
}

#[tokio::test]
async fn an_objects_bytes_are_not_looked_at_even_if_they_are_xml() {
    let s3 = S3::start().await;
    let body = "<R><StorageClass>ARCHIVE</StorageClass></R>";
    s3.request(Method::PUT, "a.xml").header("content-type", "application/xml").body(body).send().await.assert_status(200);
    let answer = s3.get("a.xml").await;
    assert_eq!((answer.header("content-type"), answer.text().as_str()), ("application/xml", body));
    let answer = s3.request(Method::GET, "a.xml").header("range", "bytes=1-1").send().await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (206, "R"));
}

#[tokio::test]
async fn what_coss_clients_send_is_understood_of_s3s_as_well() {
    let s3 = S3::start().await;
    s3.request(Method::PUT, "a").header("x-cos-meta-own", "x").body("a").send().await.assert_status(200);
    assert_eq!(s3.head("a").await.header("x-amz-meta-own"), "x");
    assert_eq!(s3.server.bucket(BUCKET).head("a").await.header("x-cos-meta-own"), "x");
}

#[tokio::test]
async fn headers_may_stand_in_a_presigned_url() {
    let s3 = S3::start().await;
    let target = s3.request(Method::PUT, "a").presigned(60, &[("x-amz-meta-own", "x"), ("X-Amz-Storage-Class", "STANDARD_IA")]);
    let answer = s3.server.request("127.0.0.1", Method::PUT, &target).anonymous().body("a").send().await;
    answer.assert_status(200);
    let answer = s3.head("a").await;
    assert_eq!((answer.header("x-amz-meta-own"), answer.header("x-amz-storage-class")), ("x", "STANDARD_IA"));
}

#[tokio::test]
async fn a_write_may_depend_on_what_is_there() {
    let s3 = S3::start().await;
    let put = |name: &'static str, value: &str| s3.request(Method::PUT, "a").header(name, value).body("a").send();
    put("if-match", ETAG).await.assert_error(404, "NoSuchKey");
    put("if-none-match", "*").await.assert_status(200);
    put("if-none-match", "*").await.assert_error(412, "PreconditionFailed");
    put("if-match", "\"0\"").await.assert_error(412, "PreconditionFailed");
    put("if-match", ETAG).await.assert_status(200);
    put("if-none-match", ETAG).await.assert_error(501, "NotImplemented");

    // COS's own guard does nothing in versioned buckets; S3's conditions do.
    s3.enable_versions().await;
    put("if-none-match", "*").await.assert_error(412, "PreconditionFailed");
    s3.delete("a").await.assert_status(204);
    put("if-none-match", "*").await.assert_status(200);
    let delete = s3.request(Method::DELETE, "a").header("if-match", ETAG);
    delete.send().await.assert_error(501, "NotImplemented");
}

#[tokio::test]
async fn for_coss_clients_such_conditions_say_nothing_of_writes() {
    let s3 = S3::start().await;
    let bucket = s3.server.bucket(BUCKET);
    for _ in 0..2 {
        bucket.request(Method::PUT, "a").header("if-none-match", "*").body("a").send().await.assert_status(200);
    }
}

#[tokio::test]
async fn versions_have_s3s_headers() {
    let s3 = S3::start().await;
    s3.enable_versions().await;
    let id = s3.put("a", "a").await.header("x-amz-version-id").to_owned();
    let answer = s3.delete("a").await;
    answer.assert_status(204);
    assert_eq!(answer.header("x-amz-delete-marker"), "true");
    let answer = s3.get("a").await;
    answer.assert_error(404, "NoSuchKey");
    assert_eq!(answer.header("x-amz-delete-marker"), "true");
    let answer = s3.get(&format!("a?versionId={id}&x-id=GetObject")).await;
    assert_eq!((answer.text().as_str(), answer.header("x-amz-version-id")), ("a", id.as_str()));
}

#[tokio::test]
async fn a_customer_key_is_asked_for_in_s3s_words() {
    let s3 = S3::start().await;
    let with_key = |method: Method| {
        let request = s3.request(method, "a").header("x-amz-server-side-encryption-customer-algorithm", "AES256");
        let key = "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=";
        let request = request.header("x-amz-server-side-encryption-customer-key", key);
        request.header("x-amz-server-side-encryption-customer-key-md5", "U5L61r7jcwdNvT7frmUG8g==")
    };
    let answer = with_key(Method::PUT).body("a").send().await;
    answer.assert_status(200);
    assert_eq!(answer.header("x-amz-server-side-encryption-customer-key-md5"), "U5L61r7jcwdNvT7frmUG8g==");
    assert_eq!(with_key(Method::GET).send().await.text(), "a");
    let answer = s3.get("a").await;
    answer.assert_error(400, "InvalidRequest");
    assert!(answer.element("Message").contains("x-amz-server-side-encryption-customer-algorithm"), "{}", answer.text());
}

#[tokio::test]
async fn archived_objects_are_restored_with_s3s_document() {
    let s3 = S3::start().await;
    s3.request(Method::PUT, "a").header("x-amz-storage-class", "GLACIER").body("a").send().await.assert_status(200);
    s3.get("a").await.assert_error(403, "InvalidObjectState");
    let body =
        "<RestoreRequest><Days>1</Days><GlacierJobParameters><Tier>Expedited</Tier></GlacierJobParameters></RestoreRequest>";
    s3.post("a?restore", body).await.assert_status(202);
    assert_eq!(s3.head("a").await.header("x-amz-restore"), "ongoing-request=\"true\"");
    s3.put("b", "b").await.assert_status(200);
    s3.post("b?restore", body).await.assert_error(403, "InvalidObjectState");
}

#[tokio::test]
async fn a_select_may_call_the_table_by_s3s_name() {
    let s3 = S3::start().await;
    s3.put("a.csv", "1,2\n3,4\n").await.assert_status(200);
    let body = "<SelectObjectContentRequest><Expression>SELECT s._2 FROM S3Object s</Expression>\
                <ExpressionType>SQL</ExpressionType><InputSerialization><CSV><FileHeaderInfo>NONE</FileHeaderInfo></CSV></InputSerialization>\
                <OutputSerialization><CSV/></OutputSerialization></SelectObjectContentRequest>";
    let answer = s3.post("a.csv?select&select-type=2", body).await;
    answer.assert_status(200);
    assert!(answer.text().contains("2\n4\n"), "{}", answer.text());
}

#[tokio::test]
async fn many_objects_are_deleted_at_once() {
    let s3 = S3::start().await;
    s3.put("a", bytes(1)).await.assert_status(200);
    let body =
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object><Object><Key/></Object></Delete>";
    let answer = s3.post("?delete", body).await;
    let message = answer.element("Message");
    answer.assert_s3_document(&format!(
        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key/><Code>InvalidObjectName</Code><Message>{message}</Message></Error></DeleteResult>"
    ));
    let body = "<Delete><Object><Key>a</Key><ETag>x</ETag></Object></Delete>";
    s3.post("?delete", body).await.assert_error(501, "NotImplemented");
}
