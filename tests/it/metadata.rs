//! The metadata service: a machine's role and its credentials.

use cos_emulator::domain::account::TemporaryCredential;
use cos_emulator::domain::policy::Policy;
use cos_emulator::domain::role::Role;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::server::Settings;
use http::Method;
use serde_json::Value;

use crate::cloud_api::{allowing, by};
use crate::harness::{APPID, Answer, NOW, TestRequest, TestServer, settings};

const METADATA: &str = "metadata.tencentyun.com";
const ROLES: &str = "latest/meta-data/cam/security-credentials/";

fn ask<'a>(cos: &'a TestServer, host: &str, target: &str) -> TestRequest<'a> {
    cos.request(host, Method::GET, target).anonymous()
}

fn credential(answer: &Answer) -> TemporaryCredential {
    let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let text = |name: &str| answer[name].as_str().expect(name).to_owned();
    assert_eq!((text("Code").as_str(), text("Expiration").as_str()), ("Success", "2023-11-15T00:13:20Z"));
    let expires = Timestamp::from_seconds(answer["ExpiredTime"].as_i64().expect("a number"));
    TemporaryCredential { secret_id: text("TmpSecretId"), secret_key: text("TmpSecretKey"), token: text("Token"), expires }
}

#[tokio::test]
async fn it_gives_out_the_machines_role_and_its_credential() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (host, folder) in [
        (METADATA, ROLES),
        (METADATA, "latest/meta-data/cam/security-credentials"),
        (METADATA, "meta-data/cam/service-role-security-credentials/"),
        ("metadata.localhost", ROLES),
        ("127.0.0.1:7436", ROLES),
    ] {
        let role = ask(&cos, host, folder).send().await;
        assert_eq!((role.status.as_u16(), role.text().as_str()), (200, "cos-emulator"), "{host} {folder}");
        let answer = ask(&cos, host, &format!("{}/cos-emulator", folder.trim_end_matches('/'))).send().await;
        let credential = credential(&answer);
        assert_eq!(credential.expires, Timestamp::from_seconds(NOW + 7200));
        by(&credential, bucket.request(Method::PUT, "a")).body("x").send().await.assert_status(200);
    }
}

#[tokio::test]
async fn a_configured_role_is_the_machines() {
    let role = |name: &str, appid: &str| Role {
        arn: format!("qcs::cam::uin/100000000001:roleName/{name}").parse().expect("an ARN"),
        appid: appid.to_owned(),
        policies: vec![Policy::of_user(&allowing("cos:GetObject")).expect("a policy")],
    };
    let cos = TestServer::start_with(Settings { roles: vec![role("reader", APPID)], ..settings() }).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    assert_eq!(ask(&cos, METADATA, ROLES).send().await.text(), "reader");
    let credential = credential(&ask(&cos, METADATA, &format!("{ROLES}reader")).send().await);
    by(&credential, bucket.request(Method::GET, "a")).send().await.assert_status(200);
    by(&credential, bucket.request(Method::PUT, "a")).body("y").send().await.assert_error(403, "AccessDenied");
    let unknown = ask(&cos, METADATA, &format!("{ROLES}cos-emulator")).send().await;
    assert_eq!((unknown.status.as_u16(), unknown.header("content-type")), (404, "text/plain; charset=utf-8"));
    assert!(unknown.text().contains("the machine's is reader"), "{}", unknown.text());
}

#[tokio::test]
async fn browsers_proxies_and_other_methods_are_refused() {
    let cos = TestServer::start().await;
    let target = format!("{ROLES}cos-emulator");
    for (name, value) in [("origin", "http://evil.example"), ("x-forwarded-for", "10.0.0.1"), ("sec-fetch-site", "same-origin")] {
        let answer = ask(&cos, METADATA, &target).header(name, value).send().await;
        answer.assert_status(403);
        assert!(answer.text().contains(name) && !answer.text().contains("Token"), "{}", answer.text());
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        cos.request(METADATA, method, &target).anonymous().send().await.assert_status(405);
    }
    // A name that a page of another site has led here.
    ask(&cos, "rebound.example", &target).send().await.assert_error(400, "InvalidBucketName");
}

#[tokio::test]
async fn nothing_else_is_there() {
    let cos = TestServer::start().await;
    for target in ["", "latest/meta-data/", "latest/meta-data/instance-id", "latest/meta-data/cam/security-credentialsx", "k"] {
        ask(&cos, METADATA, target).send().await.assert_status(404);
    }
}

#[tokio::test]
async fn on_buckets_hosts_the_path_is_a_key() {
    let default_bucket = Some("examplebucket-1250000000".parse().expect("a name"));
    let cos = TestServer::start_with(Settings { default_bucket, ..settings() }).await;
    let bucket = cos.put_bucket().await;
    bucket.put(&format!("{ROLES}a"), "x").await.assert_status(200);
    for host in [bucket.host.as_str(), "127.0.0.1:7436"] {
        let request = cos.request(host, Method::GET, &format!("{ROLES}a"));
        assert_eq!(request.send().await.text(), "x", "{host}");
    }
}
