//! OPTIONS Object.

use http::Method;

use crate::harness::{Answer, Bucket, HOST, TestServer};

const RULES: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin>\
    <AllowedOrigin>http://a.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>\
    <AllowedHeader>x-cos-Meta-*</AllowedHeader><AllowedHeader>ETag</AllowedHeader><ExposeHeader>ETag</ExposeHeader>\
    <ExposeHeader>x-cos-request-id</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule><CORSRule>\
    <AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule>\
    </CORSConfiguration>";

const ORIGIN: &str = "origin";
const METHOD: &str = "access-control-request-method";
const HEADERS: &str = "access-control-request-headers";

async fn with_rules(cos: &TestServer) -> Bucket<'_> {
    let bucket = cos.put_bucket().await;
    bucket.put("?cors", RULES).await.assert_status(200);
    bucket
}

async fn ask(bucket: &Bucket<'_>, target: &str, headers: &[(&'static str, &str)]) -> Answer {
    let request = bucket.request(Method::OPTIONS, target).anonymous();
    headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await
}

#[tokio::test]
async fn a_named_origin_is_told_all_that_its_rule_allows() {
    let cos = TestServer::start().await;
    let bucket = with_rules(&cos).await;
    let expected = |origin| {
        [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "x-cos-meta-*,etag"),
            ("access-control-allow-methods", "PUT,GET"),
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", "ETag,x-cos-request-id"),
            ("access-control-max-age", "600"),
            ("content-length", "0"),
            ("vary", "Origin"),
        ]
    };
    let answer = ask(&bucket, "no/such/key", &[(ORIGIN, "http://a.com"), (METHOD, "GET")]).await;
    answer.assert_status(200);
    answer.assert_headers(&expected("http://a.com"));
    let asked = [(ORIGIN, "https://b.c.example.com"), (METHOD, "PUT"), (HEADERS, "X-Cos-Meta-A, etag")];
    ask(&bucket, "k", &asked).await.assert_headers(&expected("https://b.c.example.com"));
}

#[tokio::test]
async fn any_origin_is_told_so_and_gets_back_the_headers_it_asked_for() {
    let cos = TestServer::start().await;
    let bucket = with_rules(&cos).await;
    let answer = ask(&bucket, "k", &[(ORIGIN, "http://b.com"), (METHOD, "HEAD"), (HEADERS, "Authorization,x-Any")]).await;
    answer.assert_headers(&[
        ("access-control-allow-headers", "Authorization,x-Any"),
        ("access-control-allow-methods", "HEAD"),
        ("access-control-allow-origin", "*"),
        ("content-length", "0"),
    ]);
    let answer = ask(&bucket, "k", &[(ORIGIN, "http://b.com"), (METHOD, "HEAD")]).await;
    assert_eq!(answer.header_opt("access-control-allow-headers"), None);
}

#[tokio::test]
async fn neither_path_nor_parameters_nor_signature_matter() {
    let cos = TestServer::start().await;
    let bucket = with_rules(&cos).await;
    let presigned =
        "k?q-sign-algorithm=sha1&q-ak=x&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=x";
    for target in ["", "?lifecycle", "?uploads", "k?uploadId=1&partNumber=1", "?notification", presigned] {
        ask(&bucket, target, &[(ORIGIN, "http://a.com"), (METHOD, "PUT")]).await.assert_status(200);
    }
    let forged = bucket.request(Method::OPTIONS, "k").signed_by("AKIDnobody", "x");
    forged.header(ORIGIN, "http://a.com").header(METHOD, "PUT").send().await.assert_status(200);
}

#[tokio::test]
async fn what_no_rule_allows_is_forbidden() {
    let cos = TestServer::start().await;
    let bucket = with_rules(&cos).await;
    for headers in [
        &[] as &[(&'static str, &str)],
        &[(METHOD, "GET")],
        &[(ORIGIN, "http://a.com")],
        &[(ORIGIN, "http://b.com"), (METHOD, "GET")],
        &[(ORIGIN, "http://a.com"), (METHOD, "DELETE")],
        &[(ORIGIN, "http://a.com"), (METHOD, "GET"), (HEADERS, "etag, range")],
    ] {
        let answer = ask(&bucket, "k", headers).await;
        answer.assert_error(403, "AccessForbidden");
        assert!(answer.element("Message").starts_with("CORSResponse: This CORS request is not allowed. "), "{}", answer.text());
        assert_eq!(answer.header_opt("access-control-allow-origin"), None);
    }
    bucket.delete("?cors").await.assert_status(204);
    ask(&bucket, "k", &[(ORIGIN, "http://a.com"), (METHOD, "GET")]).await.assert_error(403, "AccessForbidden");
    let missing = cos.bucket("missing-1250000000");
    ask(&missing, "k", &[(ORIGIN, "http://a.com"), (METHOD, "GET")]).await.assert_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn the_console_needs_no_rule() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let origin = "https://console.cloud.tencent.com";
    let asked = [(ORIGIN, origin), (METHOD, "PUT"), (HEADERS, "x-cos-acl,authorization")];
    let expected = [
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-headers", "x-cos-acl,authorization"),
        ("access-control-allow-methods", "GET,PUT,POST,HEAD,DELETE"),
        ("access-control-allow-origin", origin),
        ("content-length", "0"),
        ("vary", "Origin"),
    ];
    ask(&bucket, "k", &asked).await.assert_headers(&expected);
    let service = Bucket { server: &cos, host: HOST.split_once('.').expect("a bucket's host").1.to_owned() };
    ask(&service, "", &asked).await.assert_headers(&expected);
    ask(&service, "", &[(ORIGIN, "http://a.com"), (METHOD, "PUT")]).await.assert_error(403, "AccessForbidden");
}
