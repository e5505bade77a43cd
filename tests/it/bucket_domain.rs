//! PUT, GET and DELETE Bucket domain, and the hosts that they bind.

use http::Method;

use crate::harness::{BUCKET, Bucket, TestServer};

const OTHER_BUCKET: &str = "other-1250000000";

fn rule(name: &str, kind: &str, more: &str) -> String {
    format!("<DomainRule><Status>ENABLED</Status><Name>{name}</Name><Type>{kind}</Type>{more}</DomainRule>")
}

fn document(rules: &str) -> String {
    format!("<DomainConfiguration>{rules}</DomainConfiguration>")
}

async fn other(cos: &TestServer) -> Bucket<'_> {
    let other = cos.bucket(OTHER_BUCKET);
    other.put("", "").await.assert_status(200);
    other
}

#[tokio::test]
async fn the_names_come_back_as_they_were_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    // Node's live test has capital letters, and a website name on a bucket without a website.
    let rules = rule("files.example.com", "REST", "<ForcedReplacement>CNAME</ForcedReplacement>")
        + "<DomainRule><Status>DISABLED</Status><Name>www.testDomain2.com</Name><Type>WEBSITE</Type></DomainRule>";
    let answer = bucket.put("?domain", document(&rules)).await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    let answer = bucket.get("?domain").await;
    answer.assert_document(&document(&rules));
    let verification = answer.header("x-cos-domain-txt-verification");
    let digits = verification.strip_prefix("tencent-cloud-cos-verification=").expect("the documented form");
    assert!(digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{digits}");
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let missing = bucket.get("?domain").await;
    missing.assert_error(404, "DomainConfigNotFoundError");
    assert_eq!(missing.element("Message"), "Bucket domain config not found.");
    bucket.delete("?domain").await.assert_status(204);
    bucket.put("?domain", document(&rule("a.example.com", "REST", ""))).await.assert_status(200);
    bucket.delete("?domain").await.assert_status(204);
    bucket.get("?domain").await.assert_error(404, "DomainConfigNotFoundError");
}

#[tokio::test]
async fn a_bound_name_leads_to_its_bucket() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("dir/a", "content").await.assert_status(200);
    let send = |host: &'static str, target: &'static str| cos.request(host, Method::GET, target).send();
    send("files.example.com", "dir/a").await.assert_error(400, "InvalidBucketName");
    bucket.put("?domain", document(&rule("Files.Example.com", "REST", ""))).await.assert_status(200);
    assert_eq!(send("files.example.com", "dir/a").await.text(), "content");
    assert_eq!(send("FILES.example.com:7436", "dir/a").await.text(), "content");
    send("example.com", "dir/a").await.assert_error(400, "InvalidBucketName");
    // Python's live test asks for the bucket through the name.
    cos.request("files.example.com", Method::HEAD, "").send().await.assert_status(200);
    cos.request("files.example.com", Method::PUT, "b").body("x").send().await.assert_status(200);
    cos.request("files.example.com", Method::GET, "dir/a").anonymous().send().await.assert_error(403, "AccessDenied");

    let disabled = rule("files.example.com", "REST", "").replace("ENABLED", "DISABLED");
    bucket.put("?domain", document(&disabled)).await.assert_status(200);
    send("files.example.com", "dir/a").await.assert_error(400, "InvalidBucketName");
    bucket.put("?domain", document(&rule("files.localhost", "REST", ""))).await.assert_status(200);
    assert_eq!(send("files.localhost", "dir/a").await.text(), "content");
    bucket.delete("?domain").await.assert_status(204);
    send("files.localhost", "dir/a").await.assert_error(400, "InvalidBucketName");
}

#[tokio::test]
async fn a_name_may_lead_to_the_website() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("index.html", "hello").await.assert_status(200);
    let domain = document(&rule("www.example.com", "WEBSITE", ""));
    bucket.put("?domain", domain.clone()).await.assert_error(400, "InvalidRequest");
    let website = "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>";
    bucket.put("?website", website).await.assert_status(200);
    bucket.put("?domain", domain).await.assert_status(200);
    let www = |method| cos.request("www.example.com", method, "").send();
    assert_eq!(www(Method::GET).await.text(), "hello");
    www(Method::PUT).await.assert_status(405);
}

#[tokio::test]
async fn a_name_for_acceleration_needs_it_enabled() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let domain = document(&rule("fast.example.com", "ACCELERATE", ""));
    let acceleration = |status: &str| format!("<AccelerateConfiguration><Status>{status}</Status></AccelerateConfiguration>");
    for (status, expected) in [("Suspended", 400), ("Enabled", 200)] {
        bucket.put("?accelerate", acceleration(status)).await.assert_status(200);
        bucket.put("?domain", domain.clone()).await.assert_status(expected);
    }
    cos.request("fast.example.com", Method::PUT, "a").body("x").send().await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "x");
}

#[tokio::test]
async fn a_name_leads_to_one_bucket_only() {
    let cos = TestServer::start().await;
    let (bucket, other) = (cos.put_bucket().await, other(&cos).await);
    let plain = document(&rule("a.example.com", "REST", ""));
    let two = document(&(rule("a.example.com", "REST", "") + &rule("b.example.com", "REST", "")));
    let forced = document(&rule("a.example.com", "REST", "<ForcedReplacement>TXT</ForcedReplacement>"));
    bucket.put("?domain", two.clone()).await.assert_status(200);
    bucket.put("?domain", two).await.assert_status(200);
    let conflict = other.put("?domain", plain.clone()).await;
    conflict.assert_error(409, "DomainConfigConflict");
    assert!(conflict.element("Message").contains(BUCKET));
    other.get("?domain").await.assert_error(404, "DomainConfigNotFoundError");

    other.put("?domain", forced.clone()).await.assert_status(200);
    other.get("?domain").await.assert_document(&forced);
    bucket.get("?domain").await.assert_document(&document(&rule("b.example.com", "REST", "")));
    other.put("mine", "other's").await.assert_status(200);
    assert_eq!(cos.request("a.example.com", Method::GET, "mine").send().await.text(), "other's");

    // What nobody has any more is free.
    other.delete("?domain").await.assert_status(204);
    bucket.put("?domain", plain.clone()).await.assert_status(200);
    bucket.delete("").await.assert_status(204);
    other.put("?domain", plain).await.assert_status(200);
}

#[tokio::test]
async fn the_last_name_that_is_taken_leaves_nothing_set() {
    let cos = TestServer::start().await;
    let (bucket, other) = (cos.put_bucket().await, other(&cos).await);
    bucket.put("?domain", document(&rule("a.example.com", "REST", ""))).await.assert_status(200);
    let forced = rule("A.example.com", "REST", "<ForcedReplacement>CNAME</ForcedReplacement>");
    other.put("?domain", document(&forced)).await.assert_status(200);
    bucket.get("?domain").await.assert_error(404, "DomainConfigNotFoundError");
}

#[tokio::test]
async fn names_that_cannot_be_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        (document(""), "MalformedXML"),
        (document("<DomainRule><Name>a.example.com</Name><Type>REST</Type></DomainRule>"), "MalformedXML"),
        (document(&rule("111", "REST", "")), "InvalidArgument"),
        (document(&rule("examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com", "REST", "")), "InvalidArgument"),
        (document(&rule("a.example.com", "rest", "")), "InvalidArgument"),
        (document(&rule("a.example.com", "REST", "").replace("ENABLED", "Enabled")), "InvalidArgument"),
        (document(&rule("a.example.com", "REST", "<ForcedReplacement>yes</ForcedReplacement>")), "InvalidArgument"),
        (document(&(rule("a.example.com", "REST", "") + &rule("A.example.com", "REST", ""))), "InvalidArgument"),
        (
            document(&(0..21).map(|index| rule(&format!("a{index}.example.com"), "REST", "")).collect::<String>()),
            "InvalidArgument",
        ),
    ] {
        bucket.put("?domain", body).await.assert_error(400, code);
    }
    bucket.get("?domain").await.assert_error(404, "DomainConfigNotFoundError");
}
