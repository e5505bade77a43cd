//! URLs in answers: made from the host that the client itself asked, whatever name that is.

use cos_emulator::server::Settings;
use http::Method;

use crate::form;
use crate::harness::{BUCKET, Bucket, HOST, TestServer, part_list, settings};
use crate::raw::{Socket, signed};
use crate::secure::{https, https_through_proxy};

const BOUND: &str = "<DomainConfiguration><DomainRule><Status>ENABLED</Status><Name>files.example.com</Name><Type>REST</Type>\
                     </DomainRule></DomainConfiguration>";

/// Hosts that name the bucket.
const OF_THE_BUCKET: [&str; 8] = [
    HOST,
    "examplebucket-1250000000.cos.ap-guangzhou.tencentcos.cn",
    "examplebucket-1250000000.localhost:7436",
    "examplebucket-1250000000.cos.localhost:7436",
    "examplebucket-1250000000.cos.test:7436",
    "examplebucket-1250000000.alias.example",
    "files.example.com:7436",
    "ExampleBucket-1250000000.LocalHost:7436",
];

/// Hosts that do not: addresses, and containers as Docker, Compose and Kubernetes name them.
const OF_NO_BUCKET: [&str; 9] = [
    "127.0.0.1:7436",
    "[::1]:7436",
    "localhost:7436",
    "cos:7436",
    "my_service:7436",
    "project-cos-1:7436",
    "cos.my_default:7436",
    "cos-emulator.default.svc.cluster.local",
    "cos-emulator-0.cos.default.svc.cluster.local:7436",
];

async fn server() -> TestServer {
    let cos = TestServer::start_with(Settings { domains: vec!["cos.test".to_owned()], ..settings() }).await;
    cos.put_bucket().await.put("?domain", BOUND).await.assert_status(200);
    cos
}

/// Each host with the path that leads to the bucket on it, ending in a slash.
fn hosts() -> impl Iterator<Item = (&'static str, String)> {
    let in_the_host = OF_THE_BUCKET.into_iter().map(|host| (host, "/".to_owned()));
    in_the_host.chain(OF_NO_BUCKET.into_iter().map(|host| (host, format!("/{BUCKET}/"))))
}

async fn complete(bucket: &Bucket<'_>, key: &str) -> String {
    let id = bucket.initiate(key).await;
    let etag = bucket.part(key, &id, 1, "x").await;
    bucket.complete(key, &id, &[(1, &etag)]).await.element("Location")
}

#[tokio::test]
async fn complete_multipart_upload_names_the_object_where_it_was_asked() {
    let cos = server().await;
    for (host, path) in hosts() {
        let bucket = Bucket { server: &cos, host: host.to_owned() };
        let key = format!("{}a%20b", &path[1..]);
        assert_eq!(complete(&bucket, &key).await, format!("http://{host}{path}a%20b"));
    }
}

#[tokio::test]
async fn post_object_names_the_object_where_it_was_asked() {
    let cos = server().await;
    for (host, path) in hosts() {
        let answer = form::of(cos.request(host, Method::POST, &path[1..]), &[("key", "a b")], "x").send().await;
        assert_eq!(answer.header("location"), format!("http://{host}{path}a%20b"));
    }
}

#[tokio::test]
async fn the_scheme_is_the_clients_even_if_a_proxy_ends_tls() {
    let cos = server().await;
    let request = cos.request(HOST, Method::POST, "").header("x-forwarded-proto", "https");
    let answer = form::of(request, &[("key", "a")], "x").send().await;
    assert_eq!(answer.header("location"), format!("https://{HOST}/a"));
}

/// Completes an upload of the key `a` over a connection, and gives the location that the answer names.
async fn complete_over(cos: &TestServer, mut socket: Socket, host: &str) -> String {
    let bucket = cos.bucket(BUCKET);
    let id = bucket.initiate("a").await;
    let list = part_list(&[(1, &bucket.part("a", &id, 1, "x").await)]);
    let length = format!("Content-Length: {}", list.len());
    socket.send(signed("POST", host, &format!("/a?uploadId={id}"), &[&length]) + &list).await;
    let answer = socket.answer().await.text();
    let location = answer.split("<Location>").nth(1).and_then(|rest| rest.split("</Location>").next());
    location.unwrap_or_else(|| panic!("no location in {answer}")).to_owned()
}

#[tokio::test]
async fn over_https_the_scheme_is_https() {
    let cos = server().await;
    let host = "examplebucket-1250000000.localhost:7436";
    let direct = https(&cos, "examplebucket-1250000000.localhost").await;
    assert_eq!(complete_over(&cos, direct, host).await, format!("https://{host}/a"));
    let tunnelled = https_through_proxy(&cos, &format!("{HOST}:443"), HOST).await;
    assert_eq!(complete_over(&cos, tunnelled, HOST).await, format!("https://{HOST}/a"));
}

#[tokio::test]
async fn an_upload_begun_under_one_suffix_is_completed_under_the_other() {
    let cos = server().await;
    let old = cos.bucket(BUCKET);
    let new = Bucket { server: &cos, host: HOST.replace("myqcloud.com", "tencentcos.cn") };
    let id = old.initiate("a").await;
    let etag = new.part("a", &id, 1, "switched").await;
    assert_eq!(old.get(&format!("a?uploadId={id}")).await.elements("PartNumber"), ["1"]);
    let location = new.complete("a", &id, &[(1, &etag)]).await.element("Location");
    assert_eq!(location, format!("http://{}/a", new.host));
    assert_eq!(old.get("a").await.text(), "switched");
    old.put("b", "back").await.assert_status(200);
    assert_eq!(new.get("b").await.text(), "back");
}
