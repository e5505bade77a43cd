//! The emulator as a client's proxy.

use cos_emulator::server::Settings;
use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::{HOST, TestServer, bytes, settings};
use crate::raw::{Socket, signed, unsigned};
use crate::secure::{handshake, https, https_through_proxy, trusting, tunnel};

/// A request whose target is a whole URL, as a proxy is sent it.
fn absolute(method: &str, host: &str, path: &str, headers: &[&str]) -> String {
    signed(method, host, path, headers).replacen(&format!("{method} "), &format!("{method} http://{host}"), 1)
}

#[tokio::test]
async fn objects_are_stored_and_fetched_in_absolute_form() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    let proxied = ["Content-Length: 5", "Proxy-Connection: keep-alive", "Proxy-Authorization: Basic c2VjcmV0"];
    socket.send(absolute("PUT", HOST, "/o", &proxied) + "there").await;
    socket.answer().await.assert_status(200);
    // The name in the target counts, whatever the Host header says.
    socket.send(absolute("GET", HOST, "/o", &[]).replacen(&format!("Host: {HOST}"), "Host: 127.0.0.1", 1)).await;
    let answer = socket.answer().await;
    assert_eq!(answer.text(), "there");
    assert!(!answer.names().iter().any(|name| name.to_lowercase().contains("proxy")), "{:?}", answer.headers);
}

#[tokio::test]
async fn https_is_spoken_through_a_connect() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = https_through_proxy(&cos, &format!("{HOST}:443"), HOST).await;
    let body = bytes(5 << 20);
    socket.send(signed("PUT", HOST, "/o", &[&format!("Content-Length: {}", body.len())])).await;
    socket.send(&body).await;
    socket.answer().await.assert_status(200);
    // The connection stays: another host of the same bucket's data answers on it, too.
    for host in [HOST, "examplebucket-1250000000.cos.ap-guangzhou.tencentcos.cn"] {
        socket.send(signed("GET", host, "/o", &[])).await;
        assert!(socket.answer().await.body == body);
    }
}

#[tokio::test]
async fn plain_http_is_spoken_through_a_connect() {
    let cos = TestServer::start().await;
    let mut socket = tunnel(&cos, &format!("{HOST}:80")).await;
    socket.send(signed("PUT", HOST, "/", &["Content-Length: 0"])).await;
    socket.answer().await.assert_status(200);
    socket.send(signed("HEAD", HOST, "/", &[])).await;
    socket.answer_to_head().await.assert_status(200);
}

/// As Python before 3.12 asks; its answer must leave the connection open.
#[tokio::test]
async fn a_connect_of_http_1_0_has_no_host_header() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    socket.send(format!("CONNECT {HOST}:443 HTTP/1.0\r\n\r\n")).await;
    let answer = socket.answer_to_head().await;
    answer.assert_status(200);
    for absent in ["Connection", "connection", "Content-Length", "content-length", "Transfer-Encoding", "transfer-encoding"] {
        assert_eq!(answer.header_opt(absent), None);
    }
    let config = trusting(cos.app.authority().pem());
    let mut socket = Socket::over(handshake(socket.into_stream(), config, HOST).await.expect("trusted"));
    socket.send(signed("HEAD", HOST, "/", &[])).await;
    socket.answer_to_head().await.assert_status(200);
}

#[tokio::test]
async fn the_proxy_itself_may_be_spoken_to_in_https() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = https(&cos, "localhost").await;
    socket.send(format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n")).await;
    socket.answer_to_head().await.assert_status(200);
    let config = trusting(cos.app.authority().pem());
    let mut inner = Socket::over(handshake(socket.into_stream(), config, HOST).await.expect("trusted"));
    inner.send(signed("HEAD", HOST, "/", &[])).await;
    inner.answer_to_head().await.assert_status(200);
}

#[tokio::test]
async fn a_connect_is_answered_with_the_words_that_clients_know() {
    let cos = TestServer::start().await;
    let mut stream = cos.connect().await;
    stream.write_all(format!("CONNECT {HOST}:443 HTTP/1.1\r\n\r\n").as_bytes()).await.expect("the server reads");
    let mut line = [0; 37];
    stream.read_exact(&mut line).await.expect("an answer");
    assert_eq!(&line, b"HTTP/1.1 200 Connection established\r\n");
}

#[tokio::test]
async fn the_hosts_of_domains_and_of_bound_names_are_served() {
    let domains = vec!["cos.test".to_owned()];
    let cos = TestServer::start_with(Settings { domains, ..settings() }).await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    let rule = "<DomainConfiguration><DomainRule><Status>ENABLED</Status><Name>files.example.com</Name><Type>REST</Type>\
                </DomainRule></DomainConfiguration>";
    bucket.put("?domain", rule).await.assert_status(200);
    for host in ["examplebucket-1250000000.cos.test", "files.example.com", "examplebucket-1250000000.localhost"] {
        let mut socket = Socket::open(&cos).await;
        socket.send(absolute("GET", host, "/o", &[])).await;
        assert_eq!(socket.answer().await.text(), "there", "{host}");
        let mut socket = https_through_proxy(&cos, &format!("{host}:443"), host).await;
        socket.send(signed("GET", host, "/o", &[])).await;
        assert_eq!(socket.answer().await.text(), "there", "{host}");
    }
}

#[tokio::test]
async fn any_other_host_is_refused_and_never_dialled() {
    let cos = TestServer::start().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let there = elsewhere.local_addr().expect("bound");
    for host in [there.to_string(), format!("localhost:{}", there.port()), format!("app.localhost:{}", there.port())] {
        for request in [
            absolute("GET", &host, "/o", &[]),
            format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            format!("CONNECT {host} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"),
            format!("CONNECT {host} HTTP/1.0\r\n\r\n"),
        ] {
            let mut socket = Socket::open(&cos).await;
            socket.send(request).await;
            let answer = socket.answer().await;
            answer.assert_error(502, "BadGateway");
            assert!(answer.text().contains(&host) && answer.text().contains("NO_PROXY"), "{}", answer.text());
        }
    }
    for host in ["example.com:443", "sms.myqcloud.com:443", "cvm.tencentcloudapi.com:443", "[::1]:443"] {
        let mut socket = Socket::open(&cos).await;
        socket.send(format!("CONNECT {host} HTTP/1.1\r\n\r\n")).await;
        socket.answer().await.assert_error(502, "BadGateway");
        assert!(socket.rest().await.is_empty());
    }
    assert!(elsewhere.accept().now_or_never().is_none(), "a refused host was dialled");
}

#[tokio::test]
async fn the_control_api_cannot_be_reached_in_absolute_form() {
    let cos = TestServer::start().await;
    let own = cos.address.to_string();
    let mut direct = Socket::open(&cos).await;
    direct.send(unsigned("GET", &own, "/_cos/health/live", &[])).await;
    direct.answer().await.assert_status(200);
    for (host, status) in [
        (own.as_str(), 502),
        ("localhost", 502),
        ("cos-emulator", 502),
        ("cos.ap-guangzhou.myqcloud.com", 403),
        ("service.cos.myqcloud.com", 403),
        ("cos.localhost", 403),
        ("metadata.tencentyun.com", 404),
    ] {
        for path in ["/_cos/health/live", "/_cos/ca.pem", "/%5fcos/health/live"] {
            for sent_host in [host, own.as_str()] {
                let mut socket = Socket::open(&cos).await;
                socket.send(format!("GET http://{host}{path} HTTP/1.1\r\nHost: {sent_host}\r\n\r\n")).await;
                let answer = socket.answer().await;
                assert_eq!(answer.status, status, "{host}{path}: {}", answer.text());
            }
        }
    }
    // Whatever is asked there is asked of STS.
    let mut sts = Socket::open(&cos).await;
    sts.send(unsigned("GET", "sts.tencentcloudapi.com", "http://sts.tencentcloudapi.com/_cos/ca.pem", &[])).await;
    assert!(sts.answer().await.text().contains("MissingParameter"));
}

#[tokio::test]
async fn the_control_api_cannot_be_reached_through_a_connect() {
    let cos = TestServer::start().await;
    let own = cos.address.to_string();
    let service = "cos.ap-guangzhou.myqcloud.com";
    for (target, host, status) in [
        ("/_cos/health/live".to_owned(), own.as_str(), 502),
        ("/_cos/health/live".to_owned(), "localhost", 502),
        ("/_cos/health/live".to_owned(), service, 403),
        (format!("http://{own}/_cos/health/live"), HOST, 502),
        (format!("http://{service}/_cos/health/live"), HOST, 403),
    ] {
        let request = unsigned("GET", host, &target, &[]);
        let mut plain = tunnel(&cos, &format!("{HOST}:80")).await;
        plain.send(&request).await;
        assert_eq!(plain.answer().await.status, status, "{request}");
        let mut secure = https_through_proxy(&cos, &format!("{HOST}:443"), HOST).await;
        secure.send(&request).await;
        assert_eq!(secure.answer().await.status, status, "{request}");
        // Behind the head of the CONNECT, in the same packet.
        let mut smuggled = Socket::open(&cos).await;
        smuggled.send(format!("CONNECT {HOST}:80 HTTP/1.1\r\nHost: {HOST}:80\r\n\r\n{request}")).await;
        smuggled.answer_to_head().await.assert_status(200);
        assert_eq!(smuggled.answer().await.status, status, "{request}");
    }
}

#[tokio::test]
async fn what_follows_a_refused_connect_is_not_read() {
    let cos = TestServer::start().await;
    let live = unsigned("GET", "localhost", "/_cos/health/live", &[]);
    for connect in [
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n".to_owned(),
        format!("CONNECT {HOST}:443 HTTP/1.1\r\nContent-Length: {}\r\n\r\n", live.len()),
        format!("CONNECT / HTTP/1.1\r\nHost: {HOST}\r\n\r\n"),
        format!("CONNECT {HOST}:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ] {
        let mut socket = Socket::open(&cos).await;
        socket.send(connect + &live).await;
        assert!([400, 502].contains(&socket.answer().await.status));
        assert!(socket.rest().await.is_empty());
    }
}

#[tokio::test]
async fn a_connect_within_a_connect_is_refused() {
    let cos = TestServer::start().await;
    for host in [HOST, "localhost"] {
        let mut socket = https_through_proxy(&cos, &format!("{HOST}:443"), HOST).await;
        socket.send(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
        socket.answer().await.assert_error(400, "InvalidRequest");
        assert!(socket.rest().await.is_empty());
    }
}

#[tokio::test]
async fn tunnels_do_not_keep_the_server_from_stopping() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut silent = tunnel(&cos, &format!("{HOST}:443")).await;
    let mut idle = https_through_proxy(&cos, &format!("{HOST}:443"), HOST).await;
    idle.send(signed("HEAD", HOST, "/", &[])).await;
    idle.answer_to_head().await.assert_status(200);
    cos.stop().await;
    assert!(silent.rest().await.is_empty() && idle.rest().await.is_empty());
}
