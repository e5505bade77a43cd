//! PUT, GET and DELETE Bucket cors.

use http::Method;

use crate::harness::{Answer, TestServer};

/// The page's own example, with every element.
const WHOLE: &str = "<CORSConfiguration><CORSRule><ID>r1</ID><AllowedOrigin>https://*.example.com</AllowedOrigin>\
    <AllowedOrigin>http://a.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>\
    <AllowedHeader>x-cos-meta-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader>\
    <MaxAgeSeconds>600</MaxAgeSeconds></CORSRule><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod>\
    </CORSRule><ResponseVary>true</ResponseVary></CORSConfiguration>";

fn rule(elements: &str) -> String {
    format!("<CORSConfiguration><CORSRule>{elements}</CORSRule></CORSConfiguration>")
}

#[track_caller]
fn assert_empty(answer: &Answer, status: u16) {
    answer.assert_status(status);
    answer.assert_headers(&[("content-length", "0")]);
}

#[tokio::test]
async fn the_rules_come_back_as_they_were_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    assert_empty(&bucket.put("?cors", WHOLE).await, 200);
    bucket.get("?cors").await.assert_document(WHOLE);
    let smallest = rule("<AllowedOrigin>twitter.com</AllowedOrigin><AllowedMethod>DELETE</AllowedMethod>");
    bucket.put("?cors=", smallest.clone()).await.assert_status(200);
    bucket.get("?cors=").await.assert_document(&smallest);
}

#[tokio::test]
async fn empty_elements_count_as_absent() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let both = "<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>";
    let empty = "<ID/><AllowedOrigin/><AllowedHeader/><ExposeHeader></ExposeHeader><MaxAgeSeconds/>";
    let body = rule(&format!("{empty}{both}")).replace("</CORSConfiguration>", "<ResponseVary/></CORSConfiguration>");
    bucket.put("?cors", body).await.assert_status(200);
    bucket.get("?cors").await.assert_document(&rule(both));
    bucket.put("?cors", rule("<AllowedOrigin/><AllowedMethod>GET</AllowedMethod>")).await.assert_error(400, "MalformedXML");
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?cors").await.assert_error(404, "NoSuchCORSConfiguration");
    assert_empty(&bucket.delete("?cors").await, 204);
    bucket.put("?cors", WHOLE).await.assert_status(200);
    bucket.delete("?cors").await.assert_status(204);
    bucket.get("?cors").await.assert_error(404, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused_and_change_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?cors", WHOLE).await.assert_status(200);
    let both = "<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>";
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        ("<CORSConfiguration>".to_owned(), "MalformedXML"),
        ("<CORSConfiguration></CORSConfiguration>".to_owned(), "MalformedXML"),
        ("<Configuration/>".to_owned(), "MalformedXML"),
        (rule("<AllowedMethod>GET</AllowedMethod>"), "MalformedXML"),
        (rule("<AllowedOrigin>*</AllowedOrigin>"), "MalformedXML"),
        (rule("<AllowedOrigin>http://*.a.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"), "InvalidArgument"),
        (rule("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>OPTIONS</AllowedMethod>"), "InvalidArgument"),
        (rule(&format!("{both}<AllowedHeader>x-*-*</AllowedHeader>")), "InvalidArgument"),
        (rule(&format!("{both}<ExposeHeader>*</ExposeHeader>")), "InvalidArgument"),
        (rule(&format!("{both}<MaxAgeSeconds>-1</MaxAgeSeconds>")), "InvalidArgument"),
        (
            format!("<CORSConfiguration>{}</CORSConfiguration>", format!("<CORSRule>{both}</CORSRule>").repeat(101)),
            "InvalidArgument",
        ),
        (rule(&format!("{both}<ID>{}</ID>", "x".repeat(64 << 10))), "XMLSizeLimit"),
    ] {
        bucket.put("?cors", body).await.assert_error(400, code);
    }
    bucket.get("?cors").await.assert_document(WHOLE);
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let cos = TestServer::start().await;
    cos.put_bucket().await.post("?cors", WHOLE).await.assert_error(405, "MethodNotAllowed");
}

/// All that an answer tells a browser.
fn told(answer: &Answer) -> Vec<(&str, &str)> {
    let mut told: Vec<(&str, &str)> = (answer.headers.keys().map(http::HeaderName::as_str))
        .filter(|name| name.starts_with("access-control-") || *name == "vary")
        .map(|name| (name, answer.header(name)))
        .collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn answers_and_errors_are_opened_to_the_origin() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?cors", WHOLE.replace("<ResponseVary>true</ResponseVary>", "")).await.assert_status(200);
    let named = |origin| {
        vec![
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", "ETag,x-cos-request-id"),
            ("vary", "Origin"),
        ]
    };
    let from = |method, origin| bucket.request(method, "k").header("origin", origin);
    for (request, status, expected) in [
        (from(Method::PUT, "http://a.com").body("x"), 200, named("http://a.com")),
        (from(Method::GET, "https://b.example.com"), 200, named("https://b.example.com")),
        (from(Method::GET, "http://a.com").header("if-match", "\"other\""), 412, named("http://a.com")),
        (from(Method::GET, "http://a.com").signed_by("AKIDnobody", "x"), 403, named("http://a.com")),
        (from(Method::GET, "http://a.com").anonymous(), 403, named("http://a.com")),
        (from(Method::HEAD, "http://a.com"), 200, vec![("access-control-allow-origin", "*")]),
        (from(Method::GET, "http://b.com"), 200, vec![]),
        (bucket.request(Method::GET, "k"), 200, vec![]),
        (from(Method::DELETE, "http://a.com"), 204, vec![]),
    ] {
        let answer = request.send().await;
        answer.assert_status(status);
        assert_eq!(told(&answer), expected, "{answer:?}");
    }
}

#[tokio::test]
async fn under_response_vary_every_answer_says_so() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?cors", WHOLE).await.assert_status(200);
    for request in [bucket.request(Method::GET, "k"), bucket.request(Method::GET, "").header("origin", "http://b.com")] {
        assert_eq!(told(&request.send().await), [("vary", "Origin")]);
    }
    let answer = bucket.request(Method::HEAD, "").header("origin", "http://b.com").send().await;
    assert_eq!(told(&answer), [("access-control-allow-origin", "*"), ("vary", "Origin")]);
}

#[tokio::test]
async fn without_rules_only_the_console_sees_answers() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let from = |origin| bucket.request(Method::GET, "").header("origin", origin).send();
    assert!(told(&from("http://a.com").await).is_empty());
    assert_eq!(from("https://console.cloud.tencent.com").await.header("access-control-allow-credentials"), "true");
}
