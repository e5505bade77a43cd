//! The same object under every form of host, and keys that paths would bend.

use cos_emulator::codec::percent;
use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{Answer, BUCKET, HOST, TestServer, settings};

async fn with_object(settings: Settings) -> TestServer {
    let cos = TestServer::start_with(settings).await;
    cos.put_bucket().await.put("dir/a", "x").await.assert_status(200);
    cos
}

async fn get(cos: &TestServer, host: &str, target: &str) -> Answer {
    cos.request(host, Method::GET, target).send().await
}

#[tokio::test]
async fn one_object_has_many_addresses() {
    let domains = vec!["cos.test".to_owned(), "deep.localhost".to_owned()];
    let cos = with_object(Settings { domains, ..settings() }).await;
    let virtual_hosts = [
        "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com",
        "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com:7436",
        "EXAMPLEBUCKET-1250000000.COS.ap-guangzhou.MyQcloud.com",
        "examplebucket-1250000000.cos.ap-guangzhou.tencentcos.cn",
        "examplebucket-1250000000.cos-internal.ap-guangzhou.tencentcos.cn",
        "examplebucket-1250000000.localhost:7436",
        "examplebucket-1250000000.cos.localhost:7436",
        "examplebucket-1250000000.cos.ap-guangzhou.localhost:7436",
        "examplebucket-1250000000.cos.test:7436",
        "examplebucket-1250000000.cos.ap-guangzhou.cos.test",
        "examplebucket-1250000000.deep.localhost",
        "examplebucket-1250000000.some.other.name",
    ];
    for host in virtual_hosts {
        assert_eq!(get(&cos, host, "dir/a").await.text(), "x", "{host}");
        assert_eq!(get(&cos, host, "").await.elements("Key"), ["dir/a"], "{host}");
    }
    let path_hosts = [
        "127.0.0.1:7436",
        "[::1]:7436",
        "localhost",
        "cos.localhost:7436",
        "cos.test:7436",
        "cos.ap-guangzhou.myqcloud.com",
        "cos.ap-guangzhou.tencentcos.cn",
        "service.cos.myqcloud.com",
        "emulator:7436",
    ];
    for host in path_hosts {
        assert_eq!(get(&cos, host, &format!("{BUCKET}/dir/a")).await.text(), "x", "{host}");
        for target in [BUCKET, "examplebucket-1250000000/", "examplebucket", "examplebucket/"] {
            // COSFS leaves the APPID out.
            assert_eq!(get(&cos, host, target).await.elements("Key"), ["dir/a"], "{host}/{target}");
        }
        assert_eq!(get(&cos, host, "").await.elements("Name"), [BUCKET], "{host}");
    }
}

#[tokio::test]
async fn the_oldest_hosts_name_an_old_region() {
    let cos = TestServer::start().await;
    let host = "examplebucket-1250000000.cn-south.myqcloud.com";
    cos.request(host, Method::PUT, "").send().await.assert_status(200);
    assert_eq!(cos.request(host, Method::HEAD, "").send().await.header("x-cos-bucket-region"), "cn-south");
}

#[tokio::test]
async fn a_region_that_is_not_the_buckets_does_not_find_it() {
    let cos = with_object(settings()).await;
    for (host, target) in [
        ("examplebucket-1250000000.cos.ap-beijing.myqcloud.com", "dir/a"),
        ("examplebucket-1250000000.cos.ap-beijing.myqcloud.com", ""),
        ("cos.ap-beijing.myqcloud.com", "examplebucket-1250000000/dir/a"),
    ] {
        let answer = get(&cos, host, target).await;
        answer.assert_error(404, "NoSuchBucket");
        assert_eq!(
            answer.element("Message"),
            "The specified bucket does not exist: examplebucket-1250000000 is in ap-guangzhou, and the request's host leads to \
             ap-beijing"
        );
    }
}

#[tokio::test]
async fn a_default_bucket_takes_paths_that_name_none() {
    let cos = with_object(Settings { default_bucket: Some(BUCKET.parse().unwrap()), ..settings() }).await;
    cos.bucket("other-1250000000").put("", "").await.assert_status(200);
    cos.bucket("other-1250000000").put("dir/a", "other").await.assert_status(200);
    for host in ["127.0.0.1:7436", "localhost", "[::1]"] {
        assert_eq!(get(&cos, host, "dir/a").await.text(), "x");
        assert_eq!(get(&cos, host, "").await.elements("Key"), ["dir/a"]);
        assert_eq!(get(&cos, host, "examplebucket-1250000000/dir/a").await.text(), "x");
        assert_eq!(get(&cos, host, "other-1250000000/dir/a").await.text(), "other");
        get(&cos, host, "absent-1250000000/dir/a").await.assert_error(404, "NoSuchKey");
    }
    cos.request("127.0.0.1", Method::PUT, "b/c").body("y").send().await.assert_status(200);
    assert_eq!(cos.bucket(BUCKET).get("b/c").await.text(), "y");
    assert_eq!(get(&cos, "service.cos.myqcloud.com", "dir/a").await.text(), "x");
}

#[tokio::test]
async fn a_path_without_a_bucket_is_told_what_is_missing() {
    let cos = with_object(settings()).await;
    let answer = get(&cos, "127.0.0.1:7436", "dir/a").await;
    answer.assert_error(400, "InvalidBucketName");
    let message = answer.element("Message");
    assert!(
        message.contains("/&lt;bucket&gt;-&lt;APPID&gt;/") && message.contains("/dir") && message.contains("--default-bucket")
    );
    get(&cos, "127.0.0.1:7436", "missing-1250000000/a").await.assert_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn hosts_that_serve_something_else_are_refused() {
    let cos = with_object(settings()).await;
    for (host, status, code) in [
        ("100000000001.cos-control.ap-guangzhou.myqcloud.com", 501, "NotImplemented"),
        ("examplebucket-1250000000.ci.ap-guangzhou.myqcloud.com", 501, "NotImplemented"),
        ("examplebucket-1250000000.pic.ap-guangzhou.myqcloud.com", 501, "NotImplemented"),
        ("examplebucket.localhost", 400, "InvalidBucketName"),
        ("examplebucket-1250000000.video.ap-guangzhou.myqcloud.com", 400, "InvalidURI"),
        ("a b", 400, "InvalidURI"),
    ] {
        get(&cos, host, "dir/a").await.assert_error(status, code);
    }
}

#[tokio::test]
async fn health_is_on_hosts_without_a_bucket_and_a_key_elsewhere() {
    let cos = with_object(settings()).await;
    for host in ["127.0.0.1:7436", "localhost", "cos.ap-guangzhou.myqcloud.com"] {
        for target in ["_cos/health/live", "_cos/health/ready"] {
            let answer = cos.request(host, Method::GET, target).anonymous().send().await;
            answer.assert_status(200);
            answer.assert_headers(&[("content-length", "0")]);
        }
        let version = cos.request(host, Method::GET, "_cos/version").anonymous().send().await;
        assert_eq!(version.text(), concat!(r#"{"name":"cos-emulator","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#));
        cos.request(host, Method::GET, "_cos/else").anonymous().send().await.assert_error(501, "NotImplemented");
    }
    let bucket = cos.bucket(BUCKET);
    bucket.get("_cos/health/live").await.assert_error(404, "NoSuchKey");
    bucket.put("_cos/health/live", "a key").await.assert_status(200);
    assert_eq!(bucket.get("_cos/health/live").await.text(), "a key");
    assert_eq!(get(&cos, "127.0.0.1", &format!("{BUCKET}/_cos/health/live")).await.text(), "a key");
}

const ODD_KEYS: &[&str] = &[
    " ",
    " a ",
    "a b/./c+d.txt",
    ".",
    "..",
    "./a",
    "../a",
    "a/..",
    "abc/../x",
    "a/./b",
    "a//b",
    "/a",
    "//",
    "///a/.//d//../../",
    "a/",
    "+",
    "a+b",
    "%",
    "100%",
    "%2F",
    "%252F",
    "a%20b",
    "\\a\\b",
    "腾讯云/文件.txt",
    "\u{2190}\u{1f600}",
    "e\u{301}",
    "é",
    "a?b=c",
    "a#b",
    "a&b=c;d",
    "!'()*~$,:@[]{}|^`<>\"",
    "tab\tnew\nline\r",
    "\u{1}\u{7f}",
    "?uploads",
    "examplebucket-1250000000/a",
    "examplebucket",
];

/// How clients write a key into a path: most leave slashes, Python and Java escape some, and nothing forbids to escape all.
fn spellings(key: &str) -> [String; 3] {
    [percent::encode_key(key), percent::encode_key(key).replace("./", ".%2F").replace("//", "/%2F"), percent::encode(key)]
}

#[tokio::test]
async fn odd_keys_survive_in_every_style_and_spelling() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let styles = [(HOST, String::new()), ("127.0.0.1:7436", format!("{BUCKET}/")), ("localhost", "examplebucket/".to_owned())];
    for key in ODD_KEYS {
        for (host, prefix) in &styles {
            for spelling in spellings(key) {
                let body = format!("{key} by {host} as {spelling}");
                cos.request(host, Method::PUT, &format!("{prefix}{spelling}")).body(body.clone()).send().await.assert_status(200);
                for (host, prefix) in &styles {
                    for spelling in spellings(key) {
                        let answer = get(&cos, host, &format!("{prefix}{spelling}")).await;
                        assert_eq!(answer.text(), body, "{key:?} {host} {spelling}");
                    }
                }
            }
        }
    }
    let mut expected: Vec<&str> = ODD_KEYS.to_vec();
    expected.sort_unstable();
    let bucket = cos.bucket(BUCKET);
    let listed =
        |answer: &Answer| -> Vec<String> { answer.elements("Key").iter().map(|key| percent::decode(key).unwrap()).collect() };
    assert_eq!(listed(&bucket.get("?encoding-type=url").await), expected);
    for key in ODD_KEYS {
        let answer = bucket.get(&format!("?encoding-type=url&prefix={}", percent::encode(key))).await;
        assert_eq!(percent::decode(&answer.element("Prefix")).unwrap(), **key);
        assert!(listed(&answer).iter().all(|listed| listed.starts_with(key)));
        assert_eq!(listed(&answer)[0], **key);
    }
    for (key, (host, prefix)) in ODD_KEYS.iter().zip(styles.iter().cycle()) {
        let target = format!("{prefix}{}", percent::encode_key(key));
        cos.request(host, Method::DELETE, &target).send().await.assert_status(204);
    }
    assert!(bucket.get("").await.elements("Key").is_empty());
}

#[tokio::test]
async fn a_path_that_is_not_utf_8_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let request = bucket.request(Method::GET, "%FF").anonymous();
    request.send().await.assert_error(400, "InvalidURI");
}
