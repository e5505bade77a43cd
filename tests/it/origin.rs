//! What stands for objects that are not there: pulled from another bucket, or an address to go to.

use http::Method;

use crate::harness::{Answer, Bucket, OTHER, TestServer};

const SOURCE: &str = "source-1250000000";
const SOURCE_HOST: &str = "source-1250000000.cos.ap-guangzhou.myqcloud.com";

async fn source(cos: &TestServer) -> Bucket<'_> {
    let source = cos.bucket(SOURCE);
    source.put("", "").await.assert_status(200);
    source
}

fn host(names: &[&str]) -> String {
    names.iter().map(|name| format!("<HostInfo><HostName>{name}</HostName></HostInfo>")).collect()
}

fn rule(priority: u32, kind: &str, elements: &str, info: &str) -> String {
    format!(
        "<OriginRule><RulePriority>{priority}</RulePriority><OriginType>{kind}</OriginType>{elements}\
         <OriginInfo>{info}</OriginInfo></OriginRule>"
    )
}

async fn set(bucket: &Bucket<'_>, rules: &str) {
    bucket.put("?origin", format!("<OriginConfiguration>{rules}</OriginConfiguration>")).await.assert_status(200);
}

#[track_caller]
fn assert_redirect(answer: &Answer, status: u16, location: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location"), answer.text().as_str()), (status, location, ""));
}

#[tokio::test]
async fn a_missing_object_is_mirrored_and_stays() {
    let cos = TestServer::start().await;
    let (bucket, source) = (cos.put_bucket().await, source(&cos).await);
    let put = source
        .request(Method::PUT, "a%20b.txt")
        .body("content")
        .header("x-cos-meta-job", "7")
        .header("cache-control", "no-cache");
    put.header("x-cos-storage-class", "STANDARD_IA").header("content-language", "de").send().await.assert_status(200);
    set(&bucket, &rule(1, "Mirror", "", &host(&[SOURCE_HOST]))).await;

    bucket.head("a%20b.txt").await.assert_head_error(404);
    let part = bucket.request(Method::GET, "a%20b.txt").header("range", "bytes=0-2").send().await;
    assert_eq!((part.status.as_u16(), part.text().as_str()), (206, "con"));
    source.delete("a%20b.txt").await.assert_status(204);
    let kept = bucket.get("a%20b.txt").await;
    assert_eq!((kept.text().as_str(), kept.header("x-cos-meta-job"), kept.header("cache-control")), ("content", "7", "no-cache"));
    assert_eq!((kept.header("content-type"), kept.header_opt("content-language")), ("text/plain", None));
    assert_eq!(kept.header_opt("x-cos-storage-class"), None);
    bucket.get("never").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn what_is_there_is_not_pulled() {
    let cos = TestServer::start().await;
    let (bucket, source) = (cos.put_bucket().await, source(&cos).await);
    source.put("a", "theirs").await.assert_status(200);
    set(&bucket, &rule(1, "Mirror", "", &host(&[SOURCE_HOST]))).await;
    bucket.put("a", "mine").await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "mine");
    bucket.get("b?versionId=null").await.assert_error(404, "NoSuchVersion");
}

#[tokio::test]
async fn a_mirrored_object_need_not_be_stored() {
    let cos = TestServer::start().await;
    let (bucket, source) = (cos.put_bucket().await, source(&cos).await);
    source.put("a", "content").await.assert_status(200);
    let parameter = "<OriginParameter><CopyOriginData>false</CopyOriginData></OriginParameter>";
    set(&bucket, &rule(1, "Mirror", parameter, &host(&[SOURCE_HOST]))).await;
    assert_eq!(bucket.get("a").await.text(), "content");
    bucket.head("a").await.assert_head_error(404);
}

#[tokio::test]
async fn a_key_is_mapped_for_the_origin() {
    let cos = TestServer::start().await;
    let (bucket, source) = (cos.put_bucket().await, source(&cos).await);
    source.put("theirs/a.jpg", "picture").await.assert_status(200);
    source.put("fixed", "the one").await.assert_status(200);
    let replaced = "<FileInfo><PrefixConfiguration><Prefix>mine/</Prefix><ReplacedWithPrefix>theirs/</ReplacedWithPrefix>\
        </PrefixConfiguration><SuffixConfiguration><Suffix>.j</Suffix><ReplacedWithSuffix>.jpg</ReplacedWithSuffix>\
        </SuffixConfiguration></FileInfo>";
    set(&bucket, &rule(1, "Mirror", "", &(host(&[SOURCE_HOST]) + replaced))).await;
    assert_eq!(bucket.get("mine/a.j").await.text(), "picture");
    assert_eq!(bucket.head("mine/a.j").await.header("content-length"), "7");
    let fixed = "<FileInfo><FixedFileConfiguration><FixedFilePath>fixed</FixedFilePath></FixedFileConfiguration></FileInfo>";
    set(&bucket, &rule(1, "Mirror", "", &(host(&[SOURCE_HOST]) + fixed))).await;
    assert_eq!(bucket.get("anything").await.text(), "the one");
}

#[tokio::test]
async fn a_host_that_is_no_bucket_here_is_not_dialled() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for name in [
        "www.example.com",
        "missing-1250000000.cos.ap-guangzhou.myqcloud.com",
        "b-1.cos-website.ap-guangzhou.myqcloud.com",
        "service.cos.myqcloud.com",
    ] {
        set(&bucket, &rule(1, "Mirror", "", &host(&[name]))).await;
        let failed = bucket.get("a").await;
        failed.assert_error(424, "MirrorFailed");
        assert!(
            failed.element("Message").contains(name) && failed.element("Message").contains("dials nothing"),
            "{}",
            failed.text()
        );
    }
}

#[tokio::test]
async fn a_bucket_of_another_account_is_asked_by_nobody() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let theirs = cos.bucket("theirs-1250000001");
    theirs.request(Method::PUT, "").signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    theirs.request(Method::PUT, "a").body("secret").signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    let open = theirs.request(Method::PUT, "b").header("x-cos-acl", "public-read").body("open");
    open.signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    let hosts = host(&["theirs-1250000001.cos.ap-guangzhou.myqcloud.com"]);
    set(&bucket, &rule(1, "Mirror", "", &hosts)).await;
    let failed = bucket.get("a").await;
    failed.assert_error(424, "MirrorFailed");
    assert!(failed.element("Message").contains("AccessDenied"));
    assert_eq!(bucket.get("b").await.text(), "open");
    let shown = "<OriginParameter><TransparentErrorCode>true</TransparentErrorCode></OriginParameter>";
    set(&bucket, &rule(1, "Mirror", shown, &hosts)).await;
    bucket.get("a").await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_standby_is_asked_when_a_host_fails() {
    let cos = TestServer::start().await;
    let (bucket, source) = (cos.put_bucket().await, source(&cos).await);
    source.put("a", "content").await.assert_status(200);
    set(&bucket, &rule(1, "Mirror", "", &host(&["www.example.com", SOURCE_HOST]))).await;
    assert_eq!(bucket.get("a").await.text(), "content");

    let empty = cos.bucket("empty-1250000000");
    empty.put("", "").await.assert_status(200);
    source.put("b", "content").await.assert_status(200);
    let standby = format!(
        "<HostInfo><HostName>empty-1250000000.cos.ap-guangzhou.myqcloud.com</HostName>\
         <StandbyHostName_1>{SOURCE_HOST}</StandbyHostName_1></HostInfo>"
    );
    set(&bucket, &rule(1, "Mirror", "", &standby)).await;
    bucket.get("b").await.assert_error(404, "NoSuchKey");
    let codes = "<HTTPStandbyCode><StatusCode>404</StatusCode></HTTPStandbyCode>";
    set(&bucket, &rule(1, "Mirror", codes, &standby)).await;
    assert_eq!(bucket.get("b").await.text(), "content");
}

#[tokio::test]
async fn the_first_rule_that_fits_sends_the_client_on() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let condition = |status: &str, prefix: &str| {
        format!("<OriginCondition><HTTPStatusCode>{status}</HTTPStatusCode><Prefix>{prefix}</Prefix></OriginCondition>")
    };
    let parameter = "<OriginParameter><Protocol>HTTPS</Protocol><HttpRedirectCode>301</HttpRedirectCode>\
        <FollowQueryString>true</FollowQueryString></OriginParameter>";
    let rules = rule(3, "Redirect", &condition("4xx", ""), &host(&["last.example.com"]))
        + &rule(1, "Redirect", &(condition("404", "img/") + parameter), &host(&["img.example.com"]));
    set(&bucket, &rules).await;
    bucket.request(Method::PUT, "cold").header("x-cos-storage-class", "ARCHIVE").body("x").send().await.assert_status(200);
    let get = |target: &'static str| bucket.get(target);
    assert_redirect(&get("img/a%20b?v=1").await, 301, "https://img.example.com/img/a%20b?v=1");
    assert_redirect(&get("a?v=1").await, 302, "http://last.example.com/a");
    assert_redirect(&get("cold").await, 302, "http://last.example.com/cold");
    assert_redirect(&bucket.head("a").await, 302, "http://last.example.com/a");
    let follow = "<OriginParameter><Protocol>FOLLOW</Protocol></OriginParameter>";
    set(&bucket, &rule(1, "Redirect", follow, &host(&["o.example.com"]))).await;
    assert_redirect(&get("a").await, 302, "http://o.example.com/a");
    let https = bucket.request(Method::GET, "a").header("x-forwarded-proto", "https").send().await;
    assert_redirect(&https, 302, "https://o.example.com/a");
    bucket.request(Method::GET, "a").anonymous().send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn a_proxy_sends_the_client_on_and_stores_what_is_there() {
    let cos = TestServer::start().await;
    let (bucket, source) = (cos.put_bucket().await, source(&cos).await);
    source.put("a", "content").await.assert_status(200);
    set(&bucket, &rule(1, "Proxy", "", &host(&[SOURCE_HOST]))).await;
    assert_redirect(&bucket.get("a").await, 302, &format!("http://{SOURCE_HOST}/a"));
    assert_eq!(bucket.get("a").await.text(), "content");
    assert_redirect(&bucket.get("missing").await, 302, &format!("http://{SOURCE_HOST}/missing"));
    set(&bucket, &rule(1, "Proxy", "", &host(&["www.example.com"]))).await;
    assert_redirect(&bucket.get("b").await, 302, "http://www.example.com/b");
}
