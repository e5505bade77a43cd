//! PUT, GET and DELETE Bucket strict-signature, and what the rules ask of signatures.

use cos_emulator::codec::percent;
use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{Answer, HOST, SECRET_ID, SECRET_KEY, TestServer, authorization, settings};

fn rule(id: &str, actions: &[&str], headers: &[&str], params: &[&str]) -> String {
    let list = |list: &str, item: &str, texts: &[&str]| match texts {
        [] => String::new(),
        texts => {
            let items: String = texts.iter().map(|text| format!("<{item}>{text}</{item}>")).collect();
            format!("<{list}>{items}</{list}>")
        }
    };
    let lists = [("actionlist", "action", actions), ("headerlist", "header", headers), ("paramlist", "param", params)];
    let lists: String = lists.iter().map(|(name, item, texts)| list(name, item, texts)).collect();
    format!("<Rule><ID>{id}</ID>{lists}</Rule>")
}

fn document(rules: &str) -> String {
    format!("<StrictSignatureConfiguration>{rules}</StrictSignatureConfiguration>")
}

#[tokio::test]
async fn the_rules_come_back_and_go() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?strict-signature").await.assert_document("<StrictSignatureConfiguration/>");
    bucket.delete("?strict-signature").await.assert_status(204);
    let rules =
        rule("a", &["GetObject", "Delete*"], &["Range", "x-cos-*"], &["versionId"]) + &rule("b", &["HeadObject"], &[], &["all"]);
    bucket.put("?strict-signature", document(&rules)).await.assert_status(200);
    bucket.get("?strict-signature").await.assert_document(&document(&rules));
    let none = rule("c", &["HeadObject"], &["Host"], &[]);
    bucket.put("?strict-signature", document(&none)).await.assert_status(200);
    bucket.get("?strict-signature").await.assert_document(&document(&none));
    bucket.delete("?strict-signature").await.assert_status(204);
    bucket.get("?strict-signature").await.assert_document("<StrictSignatureConfiguration/>");
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let with = |action: &str, header: &str, param: &str| rule("a", &[action], &[header], &[param]);
    let right = with("*", "Host", "all");
    let (long, many) = ("x".repeat(256), |count| vec!["x-cos-acl"; count]);
    for (rules, code) in [
        (String::new(), "MalformedXML"),
        (right.repeat(11), "InvalidArgument"),
        (rule("", &["*"], &["Host"], &[]), "InvalidArgument"),
        (rule("a b", &["*"], &["Host"], &[]), "InvalidArgument"),
        (rule(&long, &["*"], &["Host"], &[]), "InvalidArgument"),
        (rule("a", &[], &["Host"], &[]), "MalformedXML"),
        (rule("a", &["*"], &[], &[]), "MalformedXML"),
        (rule("a", &vec!["GetObject"; 201], &["Host"], &[]), "InvalidArgument"),
        (rule("a", &["*"], &many(21), &[]), "InvalidArgument"),
        (rule("a", &["*"], &[], &many(21)), "InvalidArgument"),
        (with("GetService", "Host", "all"), "InvalidArgument"),
        (with("PostObject", "Host", "all"), "InvalidArgument"),
        (with("CreateJob", "Host", "all"), "InvalidArgument"),
        (with("name/cos:GetObject", "Host", "all"), "InvalidArgument"),
        (with("Head*", "Host", "all"), "InvalidArgument"),
        (with("*", "Date", "all"), "InvalidArgument"),
        (with("*", "Host", &long), "InvalidArgument"),
    ] {
        bucket.put("?strict-signature", document(&rules)).await.assert_error(400, code);
    }
    bucket.get("?strict-signature").await.assert_document("<StrictSignatureConfiguration/>");
    bucket.put("?strict-signature", document(&right.repeat(10))).await.assert_status(200);
}

#[track_caller]
fn assert_denied(answer: &Answer, what: &str, name: &str) {
    answer.assert_error(403, "AccessDenied");
    assert_eq!(answer.element("Message"), format!("Strict signature missing {what} that must be signed"));
    assert_eq!(answer.element(if what == "header" { "MissingHeader" } else { "MissingParam" }), name);
}

#[tokio::test]
async fn what_is_sent_must_be_signed_before_the_signature_counts() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("k", "x").await.assert_status(200);
    let rules = rule("a", &["GetObject"], &["Host", "Range", "x-cos-*"], &["response-expires"]);
    bucket.put("?strict-signature", document(&rules)).await.assert_status(200);
    // The harness signs the host, and nothing else.
    bucket.get("k").await.assert_status(200);
    bucket.get("k?other=1").await.assert_status(200);
    let get = || bucket.request(Method::GET, "k");
    assert_denied(&get().header("range", "bytes=0-0").send().await, "header", "range");
    assert_denied(&get().header("x-cos-traffic-limit", "819200").send().await, "header", "x-cos-traffic-limit");
    assert_denied(&bucket.get("k?response-expires=1").await, "param", "response-expires");
    assert_denied(&get().signed_by(SECRET_ID, "wrong").header("range", "bytes=0-0").send().await, "header", "range");
    get().signed_by(SECRET_ID, "wrong").send().await.assert_error(403, "SignatureDoesNotMatch");
    let head = bucket.request(Method::HEAD, "k").header("range", "bytes=0-0").send().await;
    head.assert_status(200);
}

#[tokio::test]
async fn a_presigned_url_is_judged_without_its_signature() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("k", "x").await.assert_status(200);
    let signed = authorization(SECRET_ID, SECRET_KEY, &Method::GET, "/k", HOST);
    let split = signed.replace(';', "%3B");
    bucket.put("?strict-signature", document(&rule("a", &["Get*"], &[], &["all"]))).await.assert_status(200);
    for query in [split.clone(), format!("sign={}", percent::encode(&signed))] {
        bucket.request(Method::GET, &format!("k?{query}")).anonymous().send().await.assert_status(200);
        let more = bucket.request(Method::GET, &format!("k?{query}&x-extra=1")).anonymous().send().await;
        assert_denied(&more, "param", "x-extra");
    }
}

#[tokio::test]
async fn a_caller_without_a_signature_has_nothing_to_sign() {
    let cos = TestServer::start_with(Settings { check_signatures: false, ..settings() }).await;
    let bucket = cos.put_bucket().await;
    bucket.put("k", "x").await.assert_status(200);
    bucket.put("?strict-signature", document(&rule("a", &["*"], &["Host"], &["all"]))).await.assert_status(200);
    bucket.request(Method::GET, "k?x=1").anonymous().send().await.assert_status(200);
}
