//! AssumeRole: a temporary credential with a role's rights.

use cos_emulator::domain::policy::Policy;
use cos_emulator::domain::role::{Role, RoleArn};
use cos_emulator::server::Settings;
use http::Method;
use serde_json::json;

use crate::cloud_api::{Call, allowing, by};
use crate::harness::{APPID, OTHER, OTHER_UIN, TestServer, UIN, settings};
use crate::people::{SUB, of_bucket, of_user, with_users};

const READER: &str = "qcs::cam::uin/100000000001:roleName/reader";

fn with_reader(settings: Settings) -> Settings {
    let arn: RoleArn = READER.parse().expect("an ARN");
    let policies = vec![Policy::of_user(&allowing("cos:GetObject")).expect("a policy")];
    Settings { roles: vec![Role { arn, appid: APPID.to_owned(), policies }], ..settings }
}

fn assume<'a>(cos: &'a TestServer, arn: &str) -> Call<'a> {
    cos.call("AssumeRole", json!({ "RoleArn": arn, "RoleSessionName": "ci" }))
}

#[tokio::test]
async fn a_configured_role_may_do_what_its_policies_allow() {
    let cos = TestServer::start_with(with_reader(settings())).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let by_id = format!("qcs::cam::uin/{UIN}:role/{}", READER.parse::<RoleArn>().expect("an ARN").name.id());
    for arn in [READER, &by_id] {
        let credential = assume(&cos, arn).credential().await;
        by(&credential, bucket.request(Method::GET, "a")).send().await.assert_status(200);
        by(&credential, bucket.request(Method::PUT, "a")).body("y").send().await.assert_error(403, "AccessDenied");
    }
    let unknown = format!("qcs::cam::uin/{UIN}:roleName/writer");
    assert_eq!(assume(&cos, &unknown).refusal().await, "ResourceNotFound.RoleNotFound");
}

#[tokio::test]
async fn where_no_roles_are_configured_any_may_do_what_its_account_may() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let credential = assume(&cos, READER).credential().await;
    by(&credential, bucket.request(Method::PUT, "a")).body("x").send().await.assert_status(200);
    by(&credential, bucket.request(Method::GET, "a")).send().await.assert_status(200);
}

#[tokio::test]
async fn a_policy_narrows_the_roles_rights() {
    let cos = TestServer::start_with(with_reader(settings())).await;
    let bucket = cos.put_bucket().await;
    bucket.put("in/a", "x").await.assert_status(200);
    bucket.put("out/a", "x").await.assert_status(200);
    let policy = r#"{"statement":[{"effect":"allow","action":"cos:*","resource":"qcs::cos:::examplebucket-1250000000/in/*"}]}"#;
    let body = json!({ "RoleArn": READER, "RoleSessionName": "ci", "Policy": policy });
    let credential = cos.call("AssumeRole", body).credential().await;
    by(&credential, bucket.request(Method::GET, "in/a")).send().await.assert_status(200);
    by(&credential, bucket.request(Method::GET, "out/a")).send().await.assert_error(403, "AccessDenied");
    by(&credential, bucket.request(Method::PUT, "in/a")).body("y").send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_bucket_policy_names_a_role_by_its_arn() {
    let cos = TestServer::start_with(with_reader(settings())).await;
    let bucket = cos.put_bucket().await;
    bucket.put("?policy", of_bucket(READER, "allow", "name/cos:PutObject", "")).await.assert_status(204);
    let credential = assume(&cos, READER).credential().await;
    by(&credential, bucket.request(Method::PUT, "a")).body("x").send().await.assert_status(200);
    bucket.put("?policy", of_bucket(READER, "deny", "name/cos:GetObject", "")).await.assert_status(204);
    by(&credential, bucket.request(Method::GET, "a")).send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_user_needs_a_policy_to_assume_a_role() {
    for (policy, expected) in [
        (of_user("allow", "sts:AssumeRole"), None),
        (of_user("allow", "cos:*"), Some("UnauthorizedOperation")),
        (of_user("deny", "sts:AssumeRole"), Some("UnauthorizedOperation")),
    ] {
        let cos = TestServer::start_with(with_reader(with_users(&[&policy], &[]))).await;
        let answer = assume(&cos, READER).signed_by(SUB.1, SUB.1).send().await.response();
        assert_eq!(answer["Error"]["Code"].as_str(), expected, "{policy}");
    }
}

#[tokio::test]
async fn a_temporary_credential_may_assume_a_role_if_its_policy_says_so() {
    let cos = TestServer::start_with(with_reader(settings())).await;
    let federated =
        |action: &str| cos.call("GetFederationToken", json!({ "Name": "n", "Policy": allowing(action) })).credential();
    let (may, may_not) = (federated("sts:*").await, federated("cos:*").await);
    assume(&cos, READER).with(&may).credential().await;
    assert_eq!(assume(&cos, READER).with(&may_not).refusal().await, "UnauthorizedOperation");
}

#[tokio::test]
async fn a_role_of_another_account_is_refused() {
    let cos = TestServer::start().await;
    let theirs = format!("qcs::cam::uin/{OTHER_UIN}:roleName/reader");
    assert_eq!(assume(&cos, &theirs).refusal().await, "UnauthorizedOperation");
    assert_eq!(assume(&cos, READER).signed_by(OTHER.1, OTHER.2).refusal().await, "UnauthorizedOperation");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let cos = TestServer::start().await;
    for (name, value, code, said) in [
        ("RoleArn", json!(null), "MissingParameter", "RoleArn"),
        ("RoleArn", json!("reader"), "InvalidParameter.ParamError", "\"reader\""),
        ("RoleSessionName", json!("x"), "InvalidParameter.ParamError", "\"x\""),
        ("DurationSeconds", json!(43_201), "InvalidParameter.OverTimeError", "43201"),
        ("Policy", json!("%7B"), "InvalidParameter.StrategyFormatError", "not JSON"),
        ("Name", json!("n"), "UnknownParameter", "Name"),
    ] {
        let mut body = json!({ "RoleArn": READER, "RoleSessionName": "ci" });
        body[name] = value;
        let (given, message) = cos.call("AssumeRole", body).send().await.api_error();
        assert_eq!(given, code, "{message}");
        assert!(message.contains(said), "{message}");
    }
    let known = json!({ "RoleArn": READER, "RoleSessionName": "ci", "ExternalId": "e", "Tags": [{ "Key": "k", "Value": "v" }],
        "SourceIdentity": "1", "SerialNumber": "s", "TokenCode": "1", "DurationSeconds": 43_200, "Policy": "" });
    cos.call("AssumeRole", known).credential().await;
}
