//! Static websites on their own hosts.

use http::Method;

use crate::harness::{Answer, Bucket, TestServer};

const HOST: &str = "examplebucket-1250000000.cos-website.ap-guangzhou.myqcloud.com";

/// A website with these elements and pages, each of which holds its own key.
async fn publish<'a>(cos: &'a TestServer, elements: &str, pages: &[&str]) -> Bucket<'a> {
    let bucket = cos.put_bucket().await;
    let index = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";
    let website = format!("<WebsiteConfiguration>{index}{elements}</WebsiteConfiguration>");
    bucket.put("?website", website).await.assert_status(200);
    for page in pages {
        bucket.put(page, page.to_string()).await.assert_status(200);
    }
    bucket
}

async fn get(cos: &TestServer, target: &str) -> Answer {
    cos.request(HOST, Method::GET, target).send().await
}

#[track_caller]
fn assert_page(answer: &Answer, status: u16, key: &str) {
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (status, key));
}

#[track_caller]
fn assert_redirect(answer: &Answer, status: u16, location: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location"), answer.text().as_str()), (status, location, ""));
}

fn rule(condition: &str, redirect: &str) -> String {
    format!("<RoutingRule><Condition>{condition}</Condition><Redirect>{redirect}</Redirect></RoutingRule>")
}

#[tokio::test]
async fn a_folder_shows_its_index() {
    let cos = TestServer::start().await;
    publish(&cos, "", &["index.html", "docs/index.html", "docs/a.html"]).await;
    for (target, key) in [
        ("", "index.html"),
        ("index.html", "index.html"),
        ("docs/", "docs/index.html"),
        ("docs/a.html?v=1&acl&response-content-type=x/y&versionId=none", "docs/a.html"),
    ] {
        assert_page(&get(&cos, target).await, 200, key);
    }
    let page = get(&cos, "docs/a.html").await;
    assert_eq!((page.header("content-type"), page.header("content-length")), ("text/html", "11"));
    let head = cos.request(HOST, Method::HEAD, "").send().await;
    assert_eq!((head.status.as_u16(), head.header("content-length"), head.body.len()), (200, "10", 0));
    let range = cos.request(HOST, Method::GET, "").header("range", "bytes=0-4").send().await;
    assert_page(&range, 206, "index");
}

#[tokio::test]
async fn every_form_of_its_host_leads_to_it() {
    let cos = TestServer::start().await;
    publish(&cos, "", &["index.html"]).await;
    for host in [
        "examplebucket-1250000000.cos-website.ap-guangzhou.tencentcos.cn",
        "examplebucket-1250000000.cos-website.ap-guangzhou.localhost:7436",
        "examplebucket-1250000000.cos-website.localhost",
    ] {
        assert_page(&cos.request(host, Method::GET, "").send().await, 200, "index.html");
    }
    let elsewhere = HOST.replace("guangzhou", "beijing");
    cos.request(&elsewhere, Method::GET, "").send().await.assert_status(404);
}

#[tokio::test]
async fn an_error_is_a_page() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = get(&cos, "a%3Cb%3E").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "text/html; charset=utf-8"));
    let (request_id, trace_id) = (answer.header("x-cos-request-id"), answer.header("x-cos-trace-id"));
    let expected = format!(
        "<!DOCTYPE html>\n<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n<ul>\n\
         <li>Code: NoSuchWebsiteConfiguration</li>\n<li>Message: The website configuration does not exist.</li>\n\
         <li>Key: a&lt;b&gt;</li>\n<li>RequestId: {request_id}</li>\n<li>TraceId: {trace_id}</li>\n</ul>\n</body>\n</html>\n"
    );
    assert_eq!(answer.text(), expected);
    let head = cos.request(HOST, Method::HEAD, "a").send().await;
    assert_eq!((head.status.as_u16(), head.header("content-length"), head.body.len()), (404, "0", 0));
    bucket
        .put("?website", "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>")
        .await;
    let missing = get(&cos, "a").await;
    assert!(missing.status.as_u16() == 404 && missing.text().contains("<li>Code: NoSuchKey</li>"), "{}", missing.text());
    cos.request("missing-1250000000.cos-website.ap-guangzhou.myqcloud.com", Method::GET, "").send().await.assert_status(404);
}

#[tokio::test]
async fn it_is_read_only() {
    let cos = TestServer::start().await;
    let bucket = publish(&cos, "", &["index.html"]).await;
    for method in [Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
        let answer = cos.request(HOST, method, "index.html").send().await;
        assert!(answer.status.as_u16() == 405 && answer.text().contains("<li>Code: MethodNotAllowed</li>"), "{}", answer.text());
    }
    assert_page(&bucket.get("index.html").await, 200, "index.html");
}

#[tokio::test]
async fn a_caller_who_may_not_read_is_refused() {
    let cos = TestServer::start().await;
    let error = "<HttpErrorCodeReturnedEquals>403</HttpErrorCodeReturnedEquals>";
    let routed = rule(&format!("<KeyPrefixEquals>a/</KeyPrefixEquals>{error}"), "<ReplaceKeyWith>login.html</ReplaceKeyWith>");
    let elements = format!("<ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules>{routed}</RoutingRules>");
    publish(&cos, &elements, &["index.html", "error.html"]).await;
    let anonymous = |target| cos.request(HOST, Method::GET, target).anonymous().send();
    let refused = anonymous("").await;
    // The error document is as private as the page.
    assert!(refused.status.as_u16() == 403 && refused.text().contains("<li>Code: AccessDenied</li>"), "{}", refused.text());
    assert_redirect(&anonymous("a/b").await, 302, &format!("http://{HOST}/login.html"));
}

#[tokio::test]
async fn everybody_sees_what_is_public() {
    let cos = TestServer::start().await;
    let bucket = publish(&cos, "<ErrorDocument><Key>error.html</Key></ErrorDocument>", &["private.html"]).await;
    for page in ["index.html", "error.html"] {
        let put = bucket.request(Method::PUT, page).header("x-cos-acl", "public-read").body(page);
        put.send().await.assert_status(200);
    }
    let anonymous = |target| cos.request(HOST, Method::GET, target).anonymous().send();
    assert_page(&anonymous("").await, 200, "index.html");
    assert_page(&anonymous("private.html").await, 403, "error.html");
}

#[tokio::test]
async fn an_error_document_stands_for_what_is_missing() {
    let cos = TestServer::start().await;
    let bucket = publish(&cos, "<ErrorDocument><Key>error.html</Key></ErrorDocument>", &["index.html"]).await;
    let bare = get(&cos, "missing").await;
    assert!(bare.status.as_u16() == 404 && bare.text().contains("<li>Code: NoSuchKey</li>"), "{}", bare.text());
    bucket.put("error.html", "sorry").await.assert_status(200);
    assert_page(&get(&cos, "missing").await, 404, "sorry");
    let etag = bucket.head("error.html").await.header("etag").to_owned();
    let request = cos.request(HOST, Method::GET, "missing").header("if-none-match", &etag).header("range", "bytes=0-1");
    assert_page(&request.send().await, 404, "sorry");
}

#[tokio::test]
async fn an_error_document_may_be_an_application() {
    let cos = TestServer::start().await;
    let elements = "<ErrorDocument><Key>index.html</Key><OriginalHttpStatus>Disabled</OriginalHttpStatus></ErrorDocument>";
    publish(&cos, elements, &["index.html"]).await;
    assert_page(&get(&cos, "some/route").await, 200, "index.html");
}

#[tokio::test]
async fn a_page_may_be_asked_for_without_its_suffix() {
    let cos = TestServer::start().await;
    let elements = "<AutoAddressing><Status>Enabled</Status></AutoAddressing><ErrorDocument><Key>e</Key></ErrorDocument>";
    publish(&cos, elements, &["a.html", "b", "b.html", "e"]).await;
    for (target, status, key) in [("a", 200, "a.html"), ("b", 200, "b"), ("c", 404, "e"), ("a.html", 200, "a.html")] {
        assert_page(&get(&cos, target).await, status, key);
    }
}

#[tokio::test]
async fn rules_lead_elsewhere_before_the_key_is_looked_up() {
    let cos = TestServer::start().await;
    let rules = [
        rule("<KeyPrefixEquals>docs/</KeyPrefixEquals>", "<ReplaceKeyPrefixWith>new docs/</ReplaceKeyPrefixWith>"),
        rule("<KeyPrefixEquals>img/</KeyPrefixEquals>", "<Protocol>https</Protocol><ReplaceKeyWith>i.png</ReplaceKeyWith>"),
        rule(
            "<KeyPrefixEquals>hid/</KeyPrefixEquals>",
            "<ReplaceKeyPrefixWith>seen/</ReplaceKeyPrefixWith><URLRedirect>Disabled</URLRedirect>",
        ),
    ]
    .concat();
    let elements = format!("<RoutingRules>{rules}</RoutingRules>");
    publish(&cos, &elements, &["docs/a", "seen/a"]).await;
    assert_redirect(&get(&cos, "docs/a?v=1").await, 302, &format!("http://{HOST}/new%20docs/a"));
    assert_redirect(&get(&cos, "img/x").await, 302, &format!("https://{HOST}/i.png"));
    assert_page(&get(&cos, "hid/a").await, 200, "seen/a");
    get(&cos, "hid/b").await.assert_status(404);
}

#[tokio::test]
async fn rules_on_errors_go_before_the_error_document() {
    let cos = TestServer::start().await;
    let error = "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>";
    let rules = [
        rule(
            &format!("{error}<KeyPrefixEquals>app/</KeyPrefixEquals>"),
            "<ReplaceKeyWith>app</ReplaceKeyWith><URLRedirect>Disabled</URLRedirect>",
        ),
        rule(error, "<ReplaceKeyWith>404.html</ReplaceKeyWith>"),
    ]
    .concat();
    let elements = format!("<ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules>{rules}</RoutingRules>");
    publish(&cos, &elements, &["error.html", "app"]).await;
    assert_redirect(&get(&cos, "missing").await, 302, &format!("http://{HOST}/404.html"));
    assert_page(&get(&cos, "app/route").await, 200, "app");
}

#[tokio::test]
async fn plain_http_is_sent_to_https_unless_a_proxy_speaks_it() {
    let cos = TestServer::start().await;
    publish(&cos, "<RedirectAllRequestsTo><Protocol>https</Protocol></RedirectAllRequestsTo>", &["index.html"]).await;
    assert_redirect(&get(&cos, "a%20b/?q=1%262&r").await, 301, &format!("https://{HOST}/a%20b/?q=1%262&r="));
    let forwarded = cos.request(HOST, Method::GET, "").header("x-forwarded-proto", "https").send().await;
    assert_page(&forwarded, 200, "index.html");
}

#[tokio::test]
async fn an_object_may_send_its_readers_elsewhere() {
    let cos = TestServer::start().await;
    let bucket = publish(&cos, "", &[]).await;
    let moved = bucket.request(Method::PUT, "old").header("x-cos-website-redirect-location", "/new").body("x");
    moved.send().await.assert_status(200);
    assert_redirect(&get(&cos, "old").await, 301, "/new");
    assert_page(&bucket.get("old").await, 200, "x");
}
