//! `cos-emulator doctor`: the real binary, beside servers that are in order and servers that are not.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use cos_emulator::domain::time::{Clock, Timestamp};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::{BUCKET, OTHER, SECRET_ID, SECRET_KEY, TestServer};

/// What a run said.
struct Examination {
    code: Option<i32>,
    checks: Vec<Value>,
}

impl Examination {
    /// The verdict of a check whose finding has this text, and its remedy.
    #[track_caller]
    fn of(&self, check: &str, found: &str) -> (&str, &str) {
        let is_meant = |finding: &&Value| finding["check"] == check && text(&finding["found"]).contains(found);
        let finding = self.checks.iter().find(is_meant).unwrap_or_else(|| panic!("no {check} {found:?} in {:#?}", self.checks));
        (text(&finding["verdict"]), text(&finding["remedy"]))
    }

    #[track_caller]
    fn assert_failed(&self, check: &str, found: &str, remedy: &str) {
        let (verdict, said) = self.of(check, found);
        assert_eq!((verdict, self.code), ("fail", Some(1)));
        assert!(said.contains(remedy), "{said}");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Runs it in an environment of these variables only.
async fn examine(arguments: &[&str], variables: &[(&str, &str)]) -> Examination {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cos-emulator"));
    command.env_clear().envs(variables.iter().copied()).args(["doctor", "--format", "json"]).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("the binary runs");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let code = output.status.code();
    assert_eq!(report["ok"], code == Some(0));
    let checks = report["checks"].as_array().expect("a list").clone();
    assert!(!checks.iter().any(|finding| finding.to_string().contains(SECRET_KEY)));
    Examination { code, checks }
}

/// A server by the machine's clock, with the usual bucket.
async fn server() -> TestServer {
    let cos = TestServer::start().await;
    cos.clock.stop(Clock::system().now());
    cos.put_bucket().await;
    cos
}

/// Looks at the server with the right key and bucket, and further arguments.
async fn examine_at(cos: &TestServer, arguments: &[&str], variables: &[(&str, &str)]) -> Examination {
    let endpoint = format!("http://{}", cos.address);
    let usual = ["--endpoint", &endpoint, "--secret-id", SECRET_ID, "--secret-key", SECRET_KEY];
    examine(&[&usual, arguments].concat(), variables).await
}

/// A server that is no emulator: it answers everything alike, and remembers what it was asked.
async fn stranger(answer: &'static str) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let asked = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap_or(0);
            heard.lock().expect("no panic").push_str(&String::from_utf8_lossy(&request[..read]));
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, asked)
}

const NGINX: &str = "HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_server_in_order_passes() {
    let cos = server().await;
    let found = examine_at(&cos, &["--bucket", BUCKET], &[]).await;
    assert_eq!(found.code, Some(0), "{:#?}", found.checks);
    for (check, says) in [
        ("address", concat!("cos-emulator ", env!("CARGO_PKG_VERSION"))),
        ("ready", "ready"),
        ("clock", "clock"),
        ("proxy", "answers for http://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com"),
        ("proxy", "takes CONNECT examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com:443"),
        ("trust", "https://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com at 127.0.0.1"),
        ("trust", "through the proxy"),
        ("credentials", "GET Service is answered for AKIDtest"),
        ("bucket", "examplebucket-1250000000 is there, in ap-guangzhou"),
    ] {
        assert_eq!(found.of(check, says), ("ok", ""), "{check} {says}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let closed = listener.local_addr().expect("bound").to_string();
    drop(listener);
    let found = examine(&["--endpoint", &format!("http://{closed}")], &[]).await;
    found.assert_failed("address", "nothing listens there", &format!("cos-emulator --listen {closed}"));
    assert_eq!(found.of("credentials", "no emulator was found").0, "skip");
    let of_the_servers_variable = examine(&[], &[("COS_EMULATOR_LISTEN", &closed)]).await;
    of_the_servers_variable.assert_failed("address", &closed, "--listen");
}

#[tokio::test]
async fn another_server_is_on_the_port() {
    for (answer, found) in [(NGINX, "404 Not Found, Server: nginx"), ("SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP")] {
        let (address, _) = stranger(answer).await;
        let endpoint = format!("http://{address}");
        examine(&["--endpoint", &endpoint], &[]).await.assert_failed("address", found, "--endpoint");
    }
}

#[tokio::test]
async fn a_key_may_be_unknown_wrong_or_anothers() {
    let cos = server().await;
    for (id, key, check, found, remedy) in [
        ("AKIDnobody", SECRET_KEY, "credentials", "InvalidAccessKeyId", "--secret-id AKIDnobody"),
        (SECRET_ID, "another", "credentials", "SignatureDoesNotMatch", "the secret key is another"),
        (OTHER.1, OTHER.2, "bucket", "AccessDenied", "policy"),
    ] {
        let endpoint = cos.address.to_string();
        let arguments = ["--endpoint", &endpoint, "--bucket", BUCKET, "--secret-id", id, "--secret-key", key];
        examine(&arguments, &[]).await.assert_failed(check, found, remedy);
    }
}

#[tokio::test]
async fn a_bucket_may_be_missing_or_elsewhere() {
    let cos = server().await;
    let missing = examine_at(&cos, &["--bucket", "missing-1250000000"], &[]).await;
    missing.assert_failed("bucket", "NoSuchBucket", "cos-emulator --buckets missing-1250000000");
    let elsewhere = examine_at(&cos, &["--bucket", BUCKET, "--region", "ap-beijing"], &[]).await;
    elsewhere.assert_failed("bucket", "is in ap-guangzhou, and the program is told ap-beijing", "the region ap-guangzhou");
    assert_eq!(examine_at(&cos, &[], &[]).await.of("bucket", "no --bucket").0, "skip");
}

#[tokio::test]
async fn of_a_proxy_that_is_not_the_emulator_nothing_is_asked_for_the_bucket() {
    let cos = server().await;
    let (address, asked) = stranger(NGINX).await;
    let proxy = format!("http://{address}");
    for (arguments, variables, told_by) in [
        (&["--proxy", &proxy][..], vec![], "--proxy leads to"),
        (&[], vec![("HTTPS_PROXY", proxy.as_str())], "HTTPS_PROXY leads to"),
    ] {
        let found = examine_at(&cos, arguments, &variables).await;
        found.assert_failed("proxy", told_by, &format!("HTTPS_PROXY=http://{}", cos.address));
        assert!(found.of("proxy", "the real service").0 == "fail");
    }
    let asked = asked.lock().expect("no panic").clone();
    assert!(asked.contains("GET /_cos/version") && !asked.contains("myqcloud") && !asked.contains("CONNECT"), "{asked}");
}

#[tokio::test]
async fn another_emulator_is_told_apart() {
    let (cos, other) = (server().await, server().await);
    let found = examine_at(&cos, &["--proxy", &other.address.to_string()], &[]).await;
    found.assert_failed("proxy", "another emulator", "HTTP_PROXY");
}

#[tokio::test]
async fn proxy_variables_must_agree() {
    let cos = server().await;
    let proxy = format!("http://{}", cos.address);
    let run = async |variables: &[(&str, &str)]| examine_at(&cos, &["--bucket", BUCKET], variables).await;

    let right = run(&[("HTTP_PROXY", &proxy), ("HTTPS_PROXY", &proxy), ("NO_PROXY", "localhost,127.0.0.1")]).await;
    assert_eq!((right.code, right.of("environment", "agree").0), (Some(0), "ok"));
    assert_eq!(right.of("trust", "not set: REQUESTS_CA_BUNDLE, SSL_CERT_FILE,").0, "skip");
    assert_eq!(right.of("name", "myqcloud.com").0, "ok");

    let half = run(&[("http_proxy", &proxy)]).await;
    assert_eq!(half.of("environment", "HTTPS_PROXY is not").0, "warn");
    let contrary = run(&[("https_proxy", &proxy), ("HTTPS_PROXY", "http://elsewhere.test")]).await;
    assert_eq!(contrary.of("environment", "https_proxy and HTTPS_PROXY differ").0, "warn");
    let tls = run(&[("HTTP_PROXY", &proxy), ("HTTPS_PROXY", &proxy.replace("http:", "https:"))]).await;
    assert_eq!(tls.of("environment", "HTTPS_PROXY begins with https://").0, "warn");
    let swallowed = run(&[("HTTPS_PROXY", &proxy), ("no_proxy", "localhost,.myqcloud.com")]).await;
    swallowed.assert_failed("environment", "no_proxy has \".myqcloud.com\"", "take \".myqcloud.com\" out");
    let socks = run(&[("ALL_PROXY", "socks5://me:hidden@127.0.0.1:1080")]).await;
    socks.assert_failed("environment", "ALL_PROXY is socks5://127.0.0.1,", "HTTP_PROXY");
    assert!(!socks.checks.iter().any(|finding| finding.to_string().contains("hidden")));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told() {
    let cos = server().await;
    let moved = |seconds: i64| cos.clock.stop(Timestamp::from_seconds(Clock::system().now().seconds() + seconds));
    moved(-120);
    let found = examine_at(&cos, &[], &[]).await;
    assert_eq!((found.of("clock", "s ahead of the emulator's").0, found.code), ("warn", Some(0)));
    moved(3600);
    let found = examine_at(&cos, &[], &[]).await;
    found.assert_failed("clock", "s behind the emulator's", "set the clock");
    found.assert_failed("credentials", "expired", "set the clock");
}

/// A new authority's certificate in PEM's form.
fn authority(name: &str) -> String {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("signed").pem()
}

fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

#[tokio::test]
async fn a_foreign_authority_is_not_trusted() {
    let cos = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = file(folder.path(), "foreign.pem", &authority("Root CA"));
    let found = examine_at(&cos, &["--ca", &foreign], &[]).await;
    found.assert_failed("trust", "of another authority", "cos-emulator ca --out");
    let found = examine_at(&cos, &["--ca", &file(folder.path(), "empty.pem", "")], &[]).await;
    found.assert_failed("trust", "no certificate in PEM's form", "cos-emulator ca --out");
}

#[tokio::test]
async fn variables_that_name_authorities_are_looked_at() {
    let cos = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name, content: &str| file(folder.path(), name, content);
    let ours = cos.app.authority().pem();
    let foreign = authority("Root CA");
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cos-emulator"));
    command.args(["ca", "--endpoint", &cos.address.to_string(), "--out"]).arg(&out);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let truststore = format!(
        "-Xmx1g -Djavax.net.ssl.trustStore=\"{}\" -Djavax.net.ssl.trustStorePassword=changeit",
        out.join("truststore.p12").display()
    );
    let found = examine_at(
        &cos,
        &[],
        &[
            ("REQUESTS_CA_BUNDLE", &file("both.pem", &format!("{foreign}{ours}"))),
            ("SSL_CERT_FILE", &file("older.pem", &authority("cos-emulator CA 00000000"))),
            ("NODE_EXTRA_CA_CERTS", &file("foreign.pem", &foreign)),
            ("AWS_CA_BUNDLE", "/nowhere/ca.pem"),
            ("CURL_CA_BUNDLE", "/nowhere/ca.pem"),
            ("JAVA_TOOL_OPTIONS", &truststore),
        ],
    )
    .await;
    assert_eq!(found.of("trust", "REQUESTS_CA_BUNDLE: ").0, "ok");
    assert_eq!(found.of("trust", "JAVA_TOOL_OPTIONS: ").0, "ok");
    assert_eq!(found.of("trust", "NODE_EXTRA_CA_CERTS: ").0, "warn");
    found.assert_failed("trust", "older.pem has an older certificate", "cos-emulator ca --out");
    found.assert_failed("trust", "AWS_CA_BUNDLE, CURL_CA_BUNDLE: /nowhere/ca.pem cannot be used", "cos-emulator ca --out");
}

#[test]
fn a_wrong_option_is_told_with_code_2() {
    for (arguments, expected) in [
        (["--endpoint", "https://cos.test"], "its scheme is not http"),
        (["--bucket", "demo"], "'--bucket <NAME>'"),
        (["--poxy", "x"], "'--poxy'"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_cos-emulator")).arg("doctor").args(arguments).output().expect("it runs");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}
