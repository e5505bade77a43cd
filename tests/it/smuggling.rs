//! Requests that are made to be read as another than they say, on every way in, and bytes that are no requests.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::harness::{HOST, TestServer};
use crate::raw::{Socket, signed, unsigned};
use crate::secure::{https_through_proxy, tunnel};

/// Other ways to write this machine's own name or address, and names with more in them than one.
const DISGUISES: [&str; 14] = [
    "LOCALHOST",
    "localhost.",
    "localhost:",
    "127.1",
    "127.0.0.1.",
    "0",
    "0x7f.1",
    "2130706433",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "user@localhost",
    "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com@localhost",
    "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com:80@localhost:7436",
];

fn version(host: &str) -> String {
    unsigned("GET", host, "/_cos/version", &[])
}

#[tokio::test]
async fn no_other_spelling_of_its_own_name_leads_through_the_proxy_to_the_control_api() {
    let cos = TestServer::start().await;
    for name in DISGUISES {
        let mut socket = Socket::open(&cos).await;
        socket.send(format!("GET http://{name}/_cos/version HTTP/1.1\r\nHost: {HOST}\r\n\r\n")).await;
        assert_eq!(socket.answer().await.status, 502, "{name}");
        for request in [version(name), format!("GET http://{name}/_cos/version HTTP/1.1\r\nHost: {HOST}\r\n\r\n")] {
            let mut socket = tunnel(&cos, &format!("{HOST}:80")).await;
            socket.send(&request).await;
            assert_eq!(socket.answer().await.status, 502, "{request}");
        }
        let mut socket = Socket::open(&cos).await;
        socket.send(format!("CONNECT {name}:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n{}", version("localhost"))).await;
        let answer = String::from_utf8(socket.rest().await).expect("text");
        let refused = ["HTTP/1.1 502 ", "HTTP/1.1 400 "].iter().any(|status| answer.starts_with(status));
        assert!(refused && answer.matches("HTTP/1.1").count() == 1, "{name}: {answer}");
    }
}

#[tokio::test]
async fn a_name_that_ends_in_the_dot_of_the_root_is_the_same_name() {
    let cos = TestServer::start().await;
    cos.put_bucket().await.put("o", "there").await.assert_status(200);
    let dotted = format!("{HOST}.");
    for target in ["/o".to_owned(), format!("http://{dotted}/o")] {
        let mut socket = Socket::open(&cos).await;
        socket.send(signed("GET", &dotted, "/o", &[]).replacen("GET /o", &format!("GET {target}"), 1)).await;
        assert_eq!(socket.answer().await.text(), "there", "{target}");
    }
    let mut socket = https_through_proxy(&cos, &format!("{dotted}:443"), HOST).await;
    socket.send(signed("GET", &dotted, "/o", &[])).await;
    assert_eq!(socket.answer().await.text(), "there");
}

#[tokio::test]
async fn a_path_is_not_made_shorter_to_find_the_control_api() {
    let cos = TestServer::start().await;
    for path in ["//_cos/version", "/x/../_cos/version", "/./_cos/version", "/%2F_cos/version", "//localhost/_cos/version"] {
        for host in ["localhost", HOST, "cos.localhost"] {
            let mut socket = Socket::open(&cos).await;
            socket.send(unsigned("GET", host, path, &[])).await;
            let answer = socket.answer().await;
            assert!(answer.status >= 400, "{host}{path}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_body_with_two_lengths_hides_no_request() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let hidden = version("localhost");
    let length = format!("Content-Length: {}", hidden.len());
    for [first, second] in [
        [length.as_str(), "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", length.as_str()],
        ["Content-Length: 0", "Transfer-Encoding: chunked"],
        ["Content-Length: 0", length.as_str()],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: identity, chunked", "Transfer-Encoding: x"],
    ] {
        for request in [
            signed("PUT", HOST, "/o", &[first, second]),
            format!("CONNECT {HOST}:80 HTTP/1.1\r\n{first}\r\n{second}\r\n\r\n"),
            format!("GET http://{HOST}/o HTTP/1.1\r\nHost: {HOST}\r\n{first}\r\n{second}\r\n\r\n"),
        ] {
            let mut socket = Socket::open(&cos).await;
            socket.send(format!("{request}0\r\n\r\n{hidden}")).await;
            let answers = String::from_utf8(socket.rest().await).expect("text");
            assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{request}{answers}");
            assert!(!answers.contains(env!("CARGO_PKG_VERSION")), "{request}{answers}");
        }
    }
}

#[tokio::test]
async fn a_host_that_is_folded_padded_or_doubled_is_refused() {
    let cos = TestServer::start().await;
    for lines in [
        format!("Host: {HOST}\r\n localhost\r\n"),
        format!("Host:\r\n\tlocalhost\r\nHost: {HOST}\r\n"),
        "Host : localhost\r\n".to_owned(),
        format!("Host: {HOST}\r\nhost: localhost\r\n"),
        "Host: local\0host\r\n".to_owned(),
        format!("Host: {HOST}, localhost\r\n"),
        "Host: localhost/x\r\n".to_owned(),
        "Host: loc%61lhost\r\n".to_owned(),
    ] {
        let mut socket = Socket::open(&cos).await;
        socket.send(format!("GET /_cos/version HTTP/1.1\r\nConnection: close\r\n{lines}\r\n")).await;
        let answer = String::from_utf8(socket.rest().await).expect("text");
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.matches("HTTP/1.1 ").count() == 1, "{lines:?}: {answer}");
    }
}

/// Pieces of what is understood on the ways in, in any order, with bytes between them.
fn bytes_sent() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "CONNECT ",
            "GET ",
            "http://",
            "https://[",
            HOST,
            "localhost",
            ":443",
            "@",
            "/_cos/",
            "/?%",
            " HTTP/1.1\r\n",
            " HTTP/1.0\r\n",
            "Host: ",
            "Content-Length: ",
            "Transfer-Encoding: chunked",
            "\r\n",
            "\r\n\r\n",
            "5\r\n",
            "\u{16}\u{3}\u{1}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bytes_end_more_than_their_own_connection() {
    let cos = TestServer::start().await;
    let handle = tokio::runtime::Handle::current();
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 200, ..Config::default() });
    let run = |sent: Vec<u8>| {
        tokio::task::block_in_place(|| {
            handle.block_on(async {
                for mut socket in [Socket::open(&cos).await, tunnel(&cos, &format!("{HOST}:443")).await] {
                    socket.exhaust(&sent).await;
                }
                let mut socket = Socket::open(&cos).await;
                socket.send(version("localhost")).await;
                assert_eq!(socket.answer().await.status, 200);
            });
        });
        Ok(())
    };
    runner.run(&bytes_sent(), run).expect("the server answers after any bytes");
}
