//! The API of STS as such: hosts, forms of calls, signatures, and what is wrong with them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cos_emulator::codec::percent;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::server::Settings;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha1::Sha1;

use crate::cloud_api::{Call, STS, allowing};
use crate::harness::{Answer, BUCKET, HOST, NOW, SECRET_ID, SECRET_KEY, TestServer, UIN, settings};

fn who(cos: &TestServer) -> Call<'_> {
    cos.call("GetCallerIdentity", json!({}))
}

/// A call in the older form, signed for `signed_host`; values as they are before they are escaped.
async fn send_v1(cos: &TestServer, method: Method, [host, signed_host]: [&str; 2], more: &[(&str, &str)]) -> Answer {
    let timestamp = NOW.to_string();
    let mut pairs = vec![("Action", "GetCallerIdentity"), ("Version", "2018-08-13"), ("Nonce", "7"), ("Region", "ap-guangzhou")];
    pairs.extend([("SecretId", SECRET_ID), ("Timestamp", &timestamp)]);
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    pairs.extend_from_slice(more);
    pairs.sort_unstable();
    let join = |pairs: Vec<String>| pairs.join("&");
    let text = join(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect());
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET_KEY.as_bytes()).expect("any length");
    mac.update(format!("{method}{signed_host}/?{text}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    pairs.push(("Signature", &signature));
    let form = join(pairs.iter().map(|(name, value)| format!("{name}={}", percent::encode(value))).collect());
    let request = match method {
        Method::GET => cos.request(host, method, &format!("?{form}")),
        _ => cos.request(host, method, "").body(form).header("content-type", "application/x-www-form-urlencoded"),
    };
    request.anonymous().send().await
}

#[tokio::test]
async fn it_is_at_its_own_names_and_at_hosts_that_name_nothing() {
    let domains = vec!["cos.test".to_owned()];
    let default_bucket = Some(BUCKET.parse().expect("a name"));
    let cos = TestServer::start_with(Settings { domains, default_bucket, ..settings() }).await;
    cos.put_bucket().await;
    for host in [
        STS,
        "sts.ap-guangzhou.tencentcloudapi.com",
        "sts.internal.tencentcloudapi.com",
        "sts.localhost:7436",
        "sts.cos.test",
        "127.0.0.1:7436",
        "localhost",
        "cos-emulator",
    ] {
        assert_eq!(Call { host, ..who(&cos) }.answer().await["AccountId"], UIN, "{host}");
        let answer = send_v1(&cos, Method::POST, [host, host], &[]).await;
        assert_eq!(answer.response()["AccountId"], UIN, "{host}");
    }
    let to_bucket = Call { host: HOST, ..who(&cos) }.send().await;
    assert_eq!(to_bucket.header("content-type"), "application/xml", "{}", to_bucket.text());
}

/// `curl --data` calls any body a form.
#[tokio::test]
async fn a_deletion_that_is_called_a_form_is_no_call() {
    let default_bucket = Some(BUCKET.parse().expect("a name"));
    let cos = TestServer::start_with(Settings { default_bucket, ..settings() }).await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    let delete = cos.request("127.0.0.1:7436", Method::POST, "?delete").body("<Delete><Object><Key>o</Key></Object></Delete>");
    let answer = delete.header("content-type", "application/x-www-form-urlencoded").send().await;
    assert_eq!(answer.elements("Deleted").len(), 1, "{}", answer.text());
}

#[tokio::test]
async fn it_is_reached_through_a_proxys_form_of_request() {
    let cos = TestServer::start().await;
    let answer = who(&cos).request().in_absolute_form().send().await;
    assert_eq!(answer.response()["AccountId"], UIN);
}

#[tokio::test]
async fn the_older_signature_works_with_get_and_post_and_with_the_real_host_signed() {
    let cos = TestServer::start().await;
    for method in [Method::GET, Method::POST] {
        for hosts in [[STS, STS], ["127.0.0.1:7436", "127.0.0.1:7436"], ["127.0.0.1:7436", "127.0.0.1"], ["127.0.0.1:7436", STS]]
        {
            let answer = send_v1(&cos, method.clone(), hosts, &[]).await;
            assert_eq!(answer.response()["AccountId"], UIN, "{method} {hosts:?}");
        }
        let (code, message) = send_v1(&cos, method, [STS, "elsewhere"], &[]).await.api_error();
        assert_eq!(code, "AuthFailure.SignatureFailure");
        assert!(message.contains("sts.tencentcloudapi.com/?Action=GetCallerIdentity&Nonce=7"), "{message}");
    }
    let issued = [("Action", "GetFederationToken"), ("Name", "n"), ("Policy", "%7B%22statement%22%3A+%5B%5D%7D")];
    let (code, message) = send_v1(&cos, Method::POST, [STS, STS], &issued).await.api_error();
    assert_eq!(code, "InvalidParameter.StrategyFormatError");
    assert!(message.contains("no statement"), "{message}");
}

#[tokio::test]
async fn a_get_in_the_newer_form_is_signed_with_its_query() {
    let cos = TestServer::start().await;
    // Recomputed with the shell's tools: sha256sum and openssl dgst -mac HMAC.
    let authorization = "TC3-HMAC-SHA256 Credential=AKIDtest/2023-11-14/sts/tc3_request, SignedHeaders=content-type;host, \
                         Signature=52f51c25e11fdab9d38d100c2d18394bcaad4a565350b0169f70375a0547d01f";
    let get = |target: &str| {
        let request = cos.request(STS, Method::GET, target).anonymous();
        let request = request.header("content-type", "application/x-www-form-urlencoded").header("authorization", authorization);
        let request = request.header("x-tc-action", "GetFederationToken").header("x-tc-version", "2018-08-13");
        request.header("x-tc-timestamp", &NOW.to_string()).send()
    };
    let answer = get("?Name=n&Policy=%257B%257D").await.api_error();
    assert_eq!(answer.0, "InvalidParameter.StrategyFormatError", "{answer:?}");
    assert_eq!(get("?Name=m&Policy=%257B%257D").await.api_error().0, "AuthFailure.SignatureFailure");
}

#[tokio::test]
async fn a_wrong_key_or_token_is_refused() {
    let cos = TestServer::start().await;
    assert_eq!(who(&cos).signed_by("AKIDnobody", SECRET_KEY).refusal().await, "AuthFailure.SecretIdNotFound");
    let (code, message) = who(&cos).signed_by(SECRET_ID, "wrong").send().await.api_error();
    assert_eq!(code, "AuthFailure.SignatureFailure");
    assert!(message.contains("content-type:application/json"), "{message}");

    let credential = cos.call("GetFederationToken", json!({ "Name": "n", "Policy": allowing("*") })).credential().await;
    let without = who(&cos).signed_by(&credential.secret_id, &credential.secret_key);
    assert_eq!(without.refusal().await, "AuthFailure.SecretIdNotFound");
    let forged = Call { token: Some("forged".to_owned()), ..who(&cos).with(&credential) };
    assert_eq!(forged.refusal().await, "AuthFailure.TokenFailure");
    let later = NOW + 1801;
    cos.clock.stop(Timestamp::from_seconds(later));
    let expired = Call { timestamp: later, ..who(&cos).with(&credential) };
    assert_eq!(expired.refusal().await, "AuthFailure.TokenFailure");
}

#[tokio::test]
async fn a_token_is_not_repeated() {
    let cos = TestServer::start().await;
    let credential = cos.call("GetFederationToken", json!({ "Name": "n", "Policy": allowing("*") })).credential().await;
    let pairs = [("SecretId", credential.secret_id.as_str()), ("Token", &credential.token)];
    let (code, message) = send_v1(&cos, Method::POST, [STS, STS], &pairs).await.api_error();
    assert_eq!(code, "AuthFailure.SignatureFailure");
    assert!(message.contains("Token=***") && !message.contains(&credential.token), "{message}");
}

#[tokio::test]
async fn the_clocks_may_be_five_minutes_apart() {
    let cos = TestServer::start().await;
    for seconds in [-300, 300] {
        Call { timestamp: NOW + seconds, ..who(&cos) }.answer().await;
    }
    for seconds in [-301, 301] {
        assert_eq!(Call { timestamp: NOW + seconds, ..who(&cos) }.refusal().await, "AuthFailure.SignatureExpire");
    }
    assert_eq!(Call { date: "2023-11-13", ..who(&cos) }.refusal().await, "AuthFailure.SignatureFailure");
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let cos = TestServer::start().await;
    let (code, message) = cos.call("AssumeRoleWithSAML", json!({})).send().await.api_error();
    assert_eq!(code, "InvalidAction");
    assert!(message.contains("AssumeRole, GetCallerIdentity, GetFederationToken"), "{message}");
    assert_eq!(Call { version: "2017-03-12", ..who(&cos) }.refusal().await, "NoSuchVersion");
    assert_eq!(Call { body: json!([]), ..who(&cos) }.refusal().await, "InvalidParameter");
    let too_large = Value::from("x".repeat(256 << 10));
    assert_eq!(Call { body: too_large, ..who(&cos) }.refusal().await, "RequestSizeLimitExceeded");
    let bare = |method: Method| {
        let request = cos.request(STS, method, "").anonymous().header("x-tc-version", "2018-08-13");
        request.header("x-tc-action", "GetCallerIdentity")
    };
    for (request, expected) in [
        (cos.request(STS, Method::GET, "").anonymous(), "MissingParameter"),
        (bare(Method::PUT), "UnsupportedProtocol"),
        (bare(Method::POST), "MissingParameter"),
        (bare(Method::POST).header("authorization", "SKIP"), "AuthFailure.InvalidAuthorization"),
    ] {
        assert_eq!(request.send().await.api_error().0, expected);
    }
    for (name, value, expected) in [
        ("SignatureMethod", "HmacMD5", "InvalidParameter"),
        ("Timestamp", "soon", "InvalidParameter"),
        ("Timestamp", "", "MissingParameter"),
        ("SecretId", "", "MissingParameter"),
    ] {
        let answer = send_v1(&cos, Method::POST, [STS, STS], &[(name, value)]).await;
        assert_eq!(answer.api_error().0, expected, "{name}");
    }
}

#[tokio::test]
async fn without_signatures_everybody_is_the_default_account() {
    let cos = TestServer::start_with(Settings { check_signatures: false, ..settings() }).await;
    assert_eq!(who(&cos).signed_by("nobody", "x").answer().await["UserId"], UIN);
    let bare = cos.request(STS, Method::POST, "").anonymous();
    let bare = bare.header("x-tc-action", "GetCallerIdentity").header("x-tc-version", "2018-08-13");
    assert_eq!(bare.send().await.response()["UserId"], UIN);
}
