//! PUT, GET and DELETE Bucket website.

use crate::harness::TestServer;

/// Every element, in the order in which they come back.
const WHOLE: &str = "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>\
    <RedirectAllRequestsTo><Protocol>https</Protocol></RedirectAllRequestsTo>\
    <AutoAddressing><Status>Enabled</Status></AutoAddressing><ErrorDocument><Key>error.html</Key><Charity404>Disabled</Charity404>\
    <OriginalHttpStatus>Enabled</OriginalHttpStatus></ErrorDocument><RoutingRules><RoutingRule><Condition>\
    <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><Protocol>https</Protocol>\
    <ReplaceKeyWith>404.html</ReplaceKeyWith><URLRedirect>Disabled</URLRedirect></Redirect></RoutingRule><RoutingRule><Condition>\
    <KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith/><URLRedirect>Enabled</URLRedirect>\
    </Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>";

fn website(elements: &str) -> String {
    format!("<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument>{elements}</WebsiteConfiguration>")
}

fn rule(condition: &str, redirect: &str) -> String {
    format!("<RoutingRule><Condition>{condition}</Condition><Redirect>{redirect}</Redirect></RoutingRule>")
}

fn routed(condition: &str, redirect: &str) -> String {
    website(&format!("<RoutingRules>{}</RoutingRules>", rule(condition, redirect)))
}

#[tokio::test]
async fn the_website_comes_back_as_it_was_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for elements in [WHOLE, &website("")] {
        let answer = bucket.put("?website", elements.to_owned()).await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        bucket.get("?website").await.assert_document(elements);
    }
}

#[tokio::test]
async fn a_rule_says_whether_the_client_is_sent_on() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let prefix = "<KeyPrefixEquals>aaa/</KeyPrefixEquals>";
    let error = "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>";
    let (put, got) =
        ("<ReplaceKeyWith>b</ReplaceKeyWith>", "<ReplaceKeyWith>b</ReplaceKeyWith><URLRedirect>Enabled</URLRedirect>");
    bucket.put("?website", routed(prefix, put)).await.assert_status(200);
    bucket.get("?website").await.assert_document(&routed(prefix, got));
    // Java sends both conditions, one of them empty.
    bucket.put("?website", routed(&format!("<KeyPrefixEquals></KeyPrefixEquals>{error}"), put)).await.assert_status(200);
    bucket.get("?website").await.assert_document(&routed(error, got));
    bucket.put("?website", website("<RoutingRules/>")).await.assert_status(200);
    bucket.get("?website").await.assert_document(&website(""));
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?website").await.assert_error(404, "NoSuchWebsiteConfiguration");
    bucket.delete("?website").await.assert_status(204);
    bucket.put("?website", WHOLE).await.assert_status(200);
    bucket.delete("?website").await.assert_status(204);
    bucket.get("?website").await.assert_error(404, "NoSuchWebsiteConfiguration");
    bucket.post("?website", WHOLE).await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn a_website_that_cannot_be_is_refused_and_changes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?website", WHOLE).await.assert_status(200);
    let prefix = "<KeyPrefixEquals>a</KeyPrefixEquals>";
    let key = "<ReplaceKeyWith>b</ReplaceKeyWith>";
    let error = |status: &str| format!("<HttpErrorCodeReturnedEquals>{status}</HttpErrorCodeReturnedEquals>");
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        ("<WebsiteConfiguration/>".to_owned(), "MalformedXML"),
        ("<WebsiteConfiguration><IndexDocument/></WebsiteConfiguration>".to_owned(), "MalformedXML"),
        ("<WebsiteConfiguration><IndexDocument><Suffix/></IndexDocument></WebsiteConfiguration>".to_owned(), "InvalidObjectName"),
        (website(&" ".repeat(64 << 10)), "XMLSizeLimit"),
        (website("<RedirectAllRequestsTo/>"), "MalformedXML"),
        (website("<RedirectAllRequestsTo><Protocol>http</Protocol></RedirectAllRequestsTo>"), "InvalidArgument"),
        (website("<AutoAddressing><Status>On</Status></AutoAddressing>"), "InvalidArgument"),
        (website("<ErrorDocument/>"), "MalformedXML"),
        (website("<ErrorDocument><Key/></ErrorDocument>"), "InvalidObjectName"),
        (website("<ErrorDocument><Key>e</Key><OriginalHttpStatus>200</OriginalHttpStatus></ErrorDocument>"), "InvalidArgument"),
        (routed("", key), "MalformedXML"),
        (routed(&error("500"), key), "InvalidArgument"),
        (routed(&error("x"), key), "InvalidArgument"),
        (routed(prefix, ""), "MalformedXML"),
        (routed(prefix, &format!("{key}<ReplaceKeyPrefixWith>c</ReplaceKeyPrefixWith>")), "MalformedXML"),
        (routed(prefix, &format!("<Protocol>ftp</Protocol>{key}")), "InvalidArgument"),
        (routed(prefix, &format!("{key}<URLRedirect>yes</URLRedirect>")), "InvalidArgument"),
        (website(&format!("<RoutingRules>{}</RoutingRules>", rule(prefix, key).repeat(101))), "InvalidArgument"),
    ] {
        bucket.put("?website", body).await.assert_error(400, code);
    }
    bucket.get("?website").await.assert_document(WHOLE);
}
