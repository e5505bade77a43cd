//! PUT, GET and DELETE Bucket domaincertificate.

use std::fs;

use crate::folder;
use crate::harness::{Bucket, TestServer};

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nTm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\nVGhlIHNlY3JldCBvZiB0aGlz\nIHRlc3Q=\n-----END RSA PRIVATE KEY-----\n";

fn document(certificate: &str, names: &[&str]) -> String {
    let names: String = names.iter().map(|name| format!("<DomainList><DomainName>{name}</DomainName></DomainList>")).collect();
    format!(
        "<DomainCertificate><CertificateInfo><CertType>CustomCert</CertType><CustomCert>{certificate}</CustomCert>\
         </CertificateInfo>{names}</DomainCertificate>"
    )
}

fn custom(certificate: &str, key: &str) -> String {
    format!("<Cert>{certificate}</Cert><PrivateKey>{key}</PrivateKey>")
}

async fn bind(bucket: &Bucket<'_>, names: &[&str]) {
    let rule = |name: &&str| format!("<DomainRule><Status>ENABLED</Status><Name>{name}</Name><Type>REST</Type></DomainRule>");
    let rules: String = names.iter().map(rule).collect();
    bucket.put("?domain", format!("<DomainConfiguration>{rules}</DomainConfiguration>")).await.assert_status(200);
}

async fn assert_status(bucket: &Bucket<'_>, name: &str, status: &str) {
    let answer = bucket.get(&format!("?domaincertificate&domainname={name}")).await;
    answer.assert_document(&format!("<DomainCertificate><Status>{status}</Status></DomainCertificate>"));
}

#[tokio::test]
async fn a_name_has_a_certificate_from_put_to_delete() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bind(&bucket, &["a.example.com", "b.example.com", "c.example.com"]).await;
    assert_status(&bucket, "a.example.com", "Disabled").await;
    let answer = bucket.put("?domaincertificate", document(&custom(CERTIFICATE, KEY), &["a.example.com", "B.example.com"])).await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    for (name, status) in [("A.example.com", "Enabled"), ("b.example.com", "Enabled"), ("c.example.com", "Disabled")] {
        assert_status(&bucket, name, status).await;
    }
    bucket.put("?domaincertificate", document("<CertId>abc</CertId>", &["c.example.com"])).await.assert_status(200);
    for _ in 0..2 {
        bucket.delete("?domaincertificate&domainname=a.example.com").await.assert_status(204);
        assert_status(&bucket, "a.example.com", "Disabled").await;
    }
    assert_status(&bucket, "b.example.com", "Enabled").await;
    assert_status(&bucket, "c.example.com", "Enabled").await;
}

#[tokio::test]
async fn neither_certificate_nor_key_is_kept() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bind(&bucket, &["a.example.com"]).await;
    bucket.put("?domaincertificate", document(&custom(CERTIFICATE, KEY), &["a.example.com"])).await.assert_status(200);
    folder::settle(&cos).await;
    let files: Vec<Vec<u8>> = folder::files(cos.app.data_dir()).iter().map(|file| fs::read(file).expect("readable")).collect();
    let is_kept = |text: &str| files.iter().any(|file| file.windows(text.len()).any(|window| window == text.as_bytes()));
    assert!(is_kept("a.example.com") && !is_kept("VGhlIHNlY3JldCBvZiB0aGlz") && !is_kept("Tm90IGEgY2VydGlmaWNhdGU"));
}

#[tokio::test]
async fn what_is_no_certificate_of_the_buckets_names_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bind(&bucket, &["a.example.com"]).await;
    let names = ["a.example.com"];
    let whole = document(&custom(CERTIFICATE, KEY), &names);
    for (body, status, code) in [
        (String::new(), 400, "MissingRequestBodyError"),
        (document("", &names), 400, "MalformedXML"),
        (document(&format!("<Cert>{CERTIFICATE}</Cert>"), &names), 400, "MalformedXML"),
        (document(&custom(CERTIFICATE, KEY), &[]), 400, "MalformedXML"),
        (whole.replace("CustomCert</CertType>", "Other</CertType>"), 400, "InvalidArgument"),
        (document(&custom("certificate", KEY), &names), 400, "InvalidArgument"),
        (document(&custom(KEY, CERTIFICATE), &names), 400, "InvalidArgument"),
        (document(&custom(CERTIFICATE, &KEY.replace("VGhl", "!!!!")), &names), 400, "InvalidArgument"),
        (document(&custom(CERTIFICATE, KEY), &["111"]), 400, "InvalidArgument"),
        (document(&custom(CERTIFICATE, KEY), &["other.example.com"]), 404, "DomainConfigNotFoundError"),
    ] {
        let answer = bucket.put("?domaincertificate", body).await;
        answer.assert_error(status, code);
        assert!(!answer.text().contains("VGhl"), "{}", answer.text());
    }
    assert_status(&bucket, "a.example.com", "Disabled").await;
    bucket.get("?domaincertificate").await.assert_error(400, "InvalidArgument");
    bucket.delete("?domaincertificate").await.assert_error(400, "InvalidArgument");
}
