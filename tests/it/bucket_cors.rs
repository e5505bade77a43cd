//! PUT, GET and DELETE Bucket cors.

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
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?cors").await.assert_error(404, "NoSuchCORSConfiguration");
    assert_empty(&bucket.delete("?cors").await, 204);
    bucket.put("?cors", WHOLE).await.assert_status(200);
    assert_empty(&bucket.delete("?cors").await, 204);
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
