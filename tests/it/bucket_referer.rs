//! PUT and GET Bucket referer, and what the rules do to requests.

use cos_emulator::codec::percent;
use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{Answer, Bucket, HOST, SECRET_ID, SECRET_KEY, TestServer, authorization, settings};

fn document(list: &str, empty: &str) -> String {
    format!(
        "<RefererConfiguration><Status>Enabled</Status><RefererType>{list}</RefererType><DomainList>\
         <Domain>*.example.com</Domain><Domain>a.com:80</Domain></DomainList>\
         <EmptyReferConfiguration>{empty}</EmptyReferConfiguration><VerifySignatureURL>Disabled</VerifySignatureURL>\
         </RefererConfiguration>"
    )
}

#[tokio::test]
async fn the_rules_come_back_with_the_defaults() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?referer").await.assert_document("<RefererConfiguration/>");
    let whole = document("White-List", "Allow").replace("<VerifySignatureURL>Disabled", "<VerifySignatureURL>Enabled");
    bucket.put("?referer", whole.clone()).await.assert_status(200);
    bucket.get("?referer").await.assert_document(&whole);
    let default = document("Black-List", "Deny");
    let short = "<RefererConfiguration><DomainList><Domain>*.example.com</Domain><Domain>a.com:80</Domain></DomainList>\
        <RefererType>Black-List</RefererType><Status>Enabled</Status></RefererConfiguration>";
    bucket.put("?referer", short).await.assert_status(200);
    bucket.get("?referer").await.assert_document(&default);
}

#[tokio::test]
async fn an_empty_body_removes_the_rules() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?referer", document("White-List", "Allow")).await.assert_status(200);
    let md5_of_nothing = "1B2M2Y8AsgTpgAmY7PhCfg==";
    let answer = bucket.request(Method::PUT, "?referer").header("content-md5", md5_of_nothing).send().await;
    answer.assert_status(200);
    bucket.get("?referer").await.assert_document("<RefererConfiguration/>");
    bucket.delete("?referer").await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused_and_change_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = document("White-List", "Allow");
    bucket.put("?referer", whole.clone()).await.assert_status(200);
    for (from, to, code) in [
        ("<Status>Enabled", "<Status>On", "InvalidArgument"),
        ("<RefererType>White-List", "<RefererType>white", "InvalidArgument"),
        ("<EmptyReferConfiguration>Allow", "<EmptyReferConfiguration>Yes", "InvalidArgument"),
        ("<VerifySignatureURL>Disabled", "<VerifySignatureURL>No", "InvalidArgument"),
        ("<Status>Enabled</Status>", "", "MalformedXML"),
        ("<RefererType>White-List</RefererType>", "", "MalformedXML"),
        ("<Domain>*.example.com</Domain><Domain>a.com:80</Domain>", "", "MalformedXML"),
        ("<Domain>*.example.com</Domain><Domain>a.com:80</Domain>", "<Domain/>", "MalformedXML"),
    ] {
        bucket.put("?referer", whole.replace(from, to)).await.assert_error(400, code);
    }
    bucket.get("?referer").await.assert_document(&whole);
}

/// GET of the object `k`, unsigned, by a page.
async fn get(bucket: &Bucket<'_>, target: &str, referer: &str) -> Answer {
    bucket.request(Method::GET, target).anonymous().header("referer", referer).send().await
}

#[track_caller]
fn assert_denied(answer: &Answer) {
    answer.assert_error(403, "AccessDenied");
    assert_eq!(answer.element("Message"), "You are denied by bucket referer rule");
}

/// A server that takes every caller for the owner, so that only the page decides.
async fn open_to_all() -> TestServer {
    TestServer::start_with(Settings { check_signatures: false, ..settings() }).await
}

#[tokio::test]
async fn a_page_may_or_may_not_use_objects() {
    let cos = open_to_all().await;
    let bucket = cos.put_bucket().await;
    bucket.put("k", "x").await.assert_status(200);
    for (list, empty, referer, is_allowed) in [
        ("White-List", "Deny", "https://www.example.com/page", true),
        ("White-List", "Deny", "http://a.com:80/page", true),
        ("White-List", "Deny", "http://a.com/page", false),
        ("White-List", "Deny", "", false),
        ("White-List", "Allow", "", true),
        ("Black-List", "Deny", "https://www.example.com/page", false),
        ("Black-List", "Deny", "http://b.com", true),
        ("Black-List", "Deny", "", false),
        ("Black-List", "Allow", "", true),
    ] {
        bucket.put("?referer", document(list, empty)).await.assert_status(200);
        let answer = get(&bucket, "k", referer).await;
        if is_allowed { answer.assert_status(200) } else { assert_denied(&answer) }
    }
    bucket.put("?referer", document("White-List", "Deny").replace("Enabled", "Disabled")).await.assert_status(200);
    get(&bucket, "k", "http://b.com").await.assert_status(200);
}

#[tokio::test]
async fn the_rules_are_for_objects_and_come_before_rights() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?referer", document("White-List", "Deny")).await.assert_status(200);
    assert_denied(&get(&bucket, "k", "http://b.com").await);
    assert_denied(&bucket.request(Method::PUT, "k").anonymous().send().await);
    for answer in [get(&bucket, "k", "http://a.com:80").await, get(&bucket, "", "http://b.com").await] {
        assert_eq!(answer.element("Message"), "Access Denied.");
    }
    let preflight = bucket.request(Method::OPTIONS, "k").anonymous().send().await;
    preflight.assert_error(403, "AccessForbidden");
}

#[tokio::test]
async fn who_signs_is_exempt_unless_signed_urls_are_judged() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?referer", document("White-List", "Deny")).await.assert_status(200);
    bucket.put("k", "x").await.assert_status(200);
    let signed = format!("k?sign={}", percent::encode(&authorization(SECRET_ID, SECRET_KEY, &Method::GET, "/k", HOST)));
    get(&bucket, &signed, "http://b.com").await.assert_status(200);
    let judged = document("White-List", "Deny").replace("<VerifySignatureURL>Disabled", "<VerifySignatureURL>Enabled");
    bucket.put("?referer", judged).await.assert_status(200);
    assert_denied(&get(&bucket, &signed, "http://b.com").await);
    get(&bucket, &signed, "http://a.com:80").await.assert_status(200);
    bucket.get("k").await.assert_status(200);
    // What cannot be made out is no signature.
    let garbage = bucket.request(Method::GET, "k").anonymous().header("authorization", "garbage");
    assert_denied(&garbage.send().await);
}
