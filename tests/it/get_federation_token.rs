//! GetFederationToken: a temporary credential with the caller's own rights, narrowed by a policy.

use cos_emulator::codec::percent;
use cos_emulator::domain::time::Timestamp;
use http::Method;
use serde_json::{Value, json};

use crate::cloud_api::{Call, allowing, by};
use crate::harness::{NOW, TestServer};
use crate::people::{SUB, of_user, with_users};

/// Written as SDKs do: URL-encoded.
fn parameters(policy: &str) -> Value {
    json!({ "Name": "cos-sts", "Policy": percent::encode(policy), "DurationSeconds": 600 })
}

fn get<'a>(cos: &'a TestServer, policy: &str) -> Call<'a> {
    cos.call("GetFederationToken", parameters(policy))
}

#[tokio::test]
async fn the_credential_may_do_what_its_policy_allows_until_it_expires() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("in/a", "x").await.assert_status(200);
    let policy = r#"{"version":"2.0","statement":[{"effect":"allow","action":["name/cos:GetObject"],
        "resource":["qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/in/*"]}]}"#;
    let answer = get(&cos, policy).answer().await;
    assert_eq!((&answer["ExpiredTime"], &answer["Expiration"]), (&json!(NOW + 600), &json!("2023-11-14T22:23:20Z")));
    let credential = get(&cos, policy).credential().await;
    by(&credential, bucket.request(Method::GET, "in/a")).send().await.assert_status(200);
    by(&credential, bucket.request(Method::GET, "out/a")).send().await.assert_error(403, "AccessDenied");
    by(&credential, bucket.request(Method::PUT, "in/a")).body("y").send().await.assert_error(403, "AccessDenied");
    cos.clock.stop(Timestamp::from_seconds(NOW + 601));
    by(&credential, bucket.request(Method::GET, "in/a")).send().await.assert_error(400, "ExpiredToken");
}

#[tokio::test]
async fn a_users_credential_may_no_more_than_the_user() {
    let may = r#"{"statement":[{"effect":"allow","action":["cos:GetObject","sts:GetFederationToken"],"resource":"*"}]}"#;
    let cos = TestServer::start_with(with_users(&[may], &[])).await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let credential = get(&cos, &allowing("*")).signed_by(SUB.1, SUB.1).credential().await;
    by(&credential, bucket.request(Method::GET, "a")).send().await.assert_status(200);
    by(&credential, bucket.request(Method::PUT, "a")).body("y").send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_user_needs_a_policy_to_ask() {
    let cos = TestServer::start_with(with_users(&[&of_user("allow", "cos:*")], &[])).await;
    let answer = get(&cos, &allowing("*")).signed_by(SUB.1, SUB.1).send().await;
    let (code, message) = answer.api_error();
    assert_eq!(code, "UnauthorizedOperation");
    assert!(message.contains("name/sts:GetFederationToken") && message.contains(SUB.0), "{message}");
}

#[tokio::test]
async fn a_temporary_credential_cannot_ask() {
    let cos = TestServer::start().await;
    let credential = get(&cos, &allowing("*")).credential().await;
    assert_eq!(get(&cos, &allowing("*")).with(&credential).refusal().await, "FailedOperation.TempKeyNotAllowed");
}

#[tokio::test]
async fn roots_have_two_hours_and_users_a_day_and_a_half() {
    let cos = TestServer::start_with(with_users(&[&of_user("allow", "*")], &[])).await;
    for (seconds, of_root, of_user) in [(7200, true, true), (7201, false, true), (129_600, false, true), (129_601, false, false)]
    {
        let mut body = parameters(&allowing("*"));
        body["DurationSeconds"] = json!(seconds);
        for ((id, key), expected) in [(("AKIDtest", "test-secret-key"), of_root), ((SUB.1, SUB.1), of_user)] {
            let answer = cos.call("GetFederationToken", body.clone()).signed_by(id, key).send().await.response();
            let code = answer["Error"]["Code"].as_str();
            assert_eq!(code, (!expected).then_some("InvalidParameter.OverTimeError"), "{id} {seconds}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let cos = TestServer::start().await;
    let good = parameters(&allowing("*"));
    for (name, value, code, said) in [
        ("Name", json!(null), "MissingParameter", "Name"),
        ("Name", json!("a b"), "InvalidParameter.ParamError", "\"a b\""),
        ("Policy", json!(null), "MissingParameter", "Policy"),
        ("Policy", json!("{"), "InvalidParameter.StrategyFormatError", "not JSON"),
        ("Policy", json!(allowing("GetObject")), "InvalidParameter.StrategyFormatError", "the action \"GetObject\""),
        ("Policy", json!("x".repeat(30_000)), "InvalidParameter.PolicyTooLong", "30000"),
        ("Policy", json!(allowing(&format!("cos:{}", "x".repeat(4000)))), "InvalidParameter.PolicyTooLong", "4096"),
        ("DurationSeconds", json!("soon"), "InvalidParameter.ParamError", "\"soon\""),
        ("RoleArn", json!("x"), "UnknownParameter", "RoleArn"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let (given, message) = cos.call("GetFederationToken", body).send().await.api_error();
        assert_eq!(given, code, "{message}");
        assert!(message.contains(said), "{message}");
    }
}

#[tokio::test]
async fn the_node_sdks_older_form_of_policies_works() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("in/a", "x").await.assert_status(200);
    let policy = r#"{"version":"2.0","statement":[{"action":"name/cos:GetObject","effect":"allow","principal":{"qcs":"*"},
        "resource":"qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/examplebucket/in/*"}]}"#;
    let credential = get(&cos, policy).credential().await;
    by(&credential, bucket.request(Method::GET, "in/a")).send().await.assert_status(200);
    by(&credential, bucket.request(Method::GET, "out/a")).send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_condition_is_honoured() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for (network, status) in [("127.0.0.0/8", 200), ("10.0.0.0/8", 403)] {
        let condition = format!(r#"{{"ip_equal":{{"qcs:ip":"{network}"}}}}"#);
        let policy = format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"*","resource":"*","condition":{condition}}}]}}"#
        );
        let credential = get(&cos, &policy).credential().await;
        by(&credential, bucket.request(Method::GET, "a")).send().await.assert_status(status);
    }
}
