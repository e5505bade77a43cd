//! Connections: which requests they carry, in which order, and when they end.

use tokio::io::AsyncWriteExt;

use crate::folder::{bodies, settle, staged, until};
use crate::harness::{HOST, TestServer, bytes};
use crate::raw::{Socket, signed};

const CONTINUE: &str = "Expect: 100-continue";

/// A signed request with a signature that belongs to another path.
fn missigned(method: &str, target: &str, headers: &[&str]) -> String {
    signed(method, HOST, "/signed-path", headers).replacen("/signed-path", target, 1)
}

#[tokio::test]
async fn a_body_that_is_expected_is_asked_for() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    for expect in [CONTINUE, "expect: 100-Continue"] {
        socket.send(signed("PUT", HOST, "/o", &["Content-Length: 5", expect])).await;
        let interim = socket.answer().await;
        assert_eq!((interim.status, interim.headers.len()), (100, 0));
        socket.send("whole").await;
        let answer = socket.answer().await;
        answer.assert_status(200);
        assert_eq!(answer.header("Connection"), "keep-alive");
    }
    assert_eq!(bucket.get("o").await.text(), "whole");
}

#[tokio::test]
async fn a_body_that_is_expected_but_refused_is_not_asked_for() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("o").await;
    let part = format!("/o?partNumber=1&uploadId={id}");
    for (request, status, code) in [
        (signed("PUT", HOST, "/o?partNumber=1&uploadId=none", &["Content-Length: 5", CONTINUE]), 404, "NoSuchUpload"),
        (signed("PUT", HOST, "/o?partNumber=0&uploadId=none", &["Content-Length: 5", CONTINUE]), 400, "InvalidArgument"),
        (signed("PUT", HOST, &part, &["Content-Length: 5", CONTINUE, "Content-MD5: x"]), 400, "InvalidDigest"),
        (missigned("PUT", &part, &["Content-Length: 5", CONTINUE]), 403, "SignatureDoesNotMatch"),
        (missigned("PUT", "/o", &["Transfer-Encoding: chunked", CONTINUE]), 403, "SignatureDoesNotMatch"),
        (signed("PUT", "missing-1250000000.localhost", "/o", &["Content-Length: 5", CONTINUE]), 404, "NoSuchBucket"),
    ] {
        let mut socket = Socket::open(&cos).await;
        socket.send(request).await;
        let answer = socket.answer().await;
        answer.assert_error(status, code);
        assert_eq!(answer.header("Connection"), "close");
        assert!(socket.rest().await.is_empty());
    }
}

#[tokio::test]
async fn a_refused_body_is_read_on_and_the_connection_used_again() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    let mut socket = Socket::open(&cos).await;
    for (request, status, code) in [
        (missigned("PUT", "/o", &["Content-Length: 3000000"]), 403, "SignatureDoesNotMatch"),
        (signed("PUT", HOST, "/o?partNumber=1&uploadId=none", &["Content-Length: 3000000"]), 404, "NoSuchUpload"),
        (signed("PUT", HOST, "/o", &["Content-Length: 3000000", "x-cos-fsize-max: 10"]), 400, "EntityTooLarge"),
        (signed("GET", HOST, "/missing", &["Content-Length: 3000000"]), 404, "NoSuchKey"),
    ] {
        socket.send(request).await;
        socket.send(bytes(3_000_000)).await;
        let answer = socket.answer().await;
        answer.assert_error(status, code);
        assert_eq!(answer.header("Connection"), "keep-alive");
    }
    socket.send(missigned("PUT", "/o", &["Transfer-Encoding: chunked"])).await;
    socket.send("5\r\nabcde\r\n").await;
    socket.answer().await.assert_error(403, "SignatureDoesNotMatch");
    socket.send("3\r\nfgh\r\n0\r\n\r\n").await;
    socket.send(signed("GET", HOST, "/o", &[])).await;
    assert_eq!(socket.answer().await.text(), "there");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    let requests = [
        signed("PUT", HOST, "/o", &["Content-Length: 5"]),
        "first".to_owned(),
        signed("GET", HOST, "/o", &[]),
        signed("HEAD", HOST, "/o", &[]),
        signed("GET", HOST, "/missing", &[]),
        signed("PUT", HOST, "/o", &["Content-Length: 6"]),
        "second".to_owned(),
        signed("GET", HOST, "/o", &[]),
        signed("DELETE", HOST, "/o", &[]),
        signed("GET", HOST, "/o", &["Connection: close"]),
    ];
    socket.send(requests.concat()).await;
    socket.answer().await.assert_status(200);
    assert_eq!(socket.answer().await.text(), "first");
    assert_eq!(socket.answer_to_head().await.header("Content-Length"), "5");
    socket.answer().await.assert_error(404, "NoSuchKey");
    socket.answer().await.assert_status(200);
    assert_eq!(socket.answer().await.text(), "second");
    socket.answer().await.assert_status(204);
    socket.answer().await.assert_error(404, "NoSuchKey");
    assert!(socket.rest().await.is_empty());
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_rest_of_the_next_request() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    let next = signed("GET", HOST, "/missing", &[]);
    let mut socket = Socket::open(&cos).await;
    socket.send(signed("GET", HOST, "/o", &[]) + &next[..20]).await;
    assert_eq!(socket.answer().await.text(), "there");
    socket.send(&next[20..]).await;
    socket.answer().await.assert_error(404, "NoSuchKey");
}

/// The object is cut to the length that was declared (PUT Object, 436/7749).
#[tokio::test]
async fn bytes_beyond_the_declared_length_are_not_stored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    socket.send(signed("PUT", HOST, "/o", &["Content-Length: 5"]) + "whole and more").await;
    socket.answer().await.assert_status(200);
    assert_eq!(bucket.get("o").await.text(), "whole");
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_nothing_behind() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let id = bucket.initiate("o").await;
    for target in ["/o".to_owned(), format!("/o?partNumber=1&uploadId={id}")] {
        let mut socket = Socket::open(&cos).await;
        socket.send(signed("PUT", HOST, &target, &["Content-Length: 5000000"])).await;
        socket.send(bytes(2_000_000)).await;
        until("the first bytes are in a file", || staged(&cos).len() == 1).await;
        drop(socket);
        until("the file is deleted", || staged(&cos).is_empty()).await;
    }
    bucket.get("o").await.assert_error(404, "NoSuchKey");
    assert!(bucket.get(&format!("o?uploadId={id}")).await.elements("Part").is_empty());
    settle(&cos).await;
    assert!(bodies(&cos).is_empty());
}

#[tokio::test]
async fn a_client_that_hangs_up_while_it_reads_harms_nobody() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", bytes(20_000_000)).await.assert_status(200);
    let mut socket = Socket::open(&cos).await;
    socket.send(signed("GET", HOST, "/o", &[])).await;
    assert_eq!(socket.answer_to_head().await.header("Content-Length"), "20000000");
    drop(socket);
    bucket.delete("o").await.assert_status(204);
    until("the body is deleted once nobody reads it", || bodies(&cos).is_empty()).await;
}

#[tokio::test]
async fn an_object_that_is_deleted_while_it_is_read_is_read_to_its_end() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = bytes(16_000_000);
    bucket.put("single", whole.clone()).await.assert_status(200);
    let id = bucket.initiate("parts").await;
    let one = bucket.part("parts", &id, 1, whole[..8_000_000].to_vec()).await;
    let two = bucket.part("parts", &id, 2, whole[8_000_000..].to_vec()).await;
    bucket.complete("parts", &id, &[(1, &one), (2, &two)]).await.assert_status(200);
    for key in ["single", "parts"] {
        let mut socket = Socket::open(&cos).await;
        socket.send(signed("GET", HOST, &format!("/{key}"), &["Connection: close"])).await;
        assert_eq!(socket.answer_to_head().await.header("Content-Length"), "16000000");
        bucket.delete(key).await.assert_status(204);
        bucket.get(key).await.assert_error(404, "NoSuchKey");
        assert!(!bodies(&cos).is_empty());
        assert!(socket.rest().await == whole);
    }
    settle(&cos).await;
    assert!(bodies(&cos).is_empty());
}

#[tokio::test]
async fn a_connection_ends_when_the_client_asks_for_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    for close in ["Connection: close", "connection: Close", "Connection: x, close"] {
        let mut socket = Socket::open(&cos).await;
        socket.send(signed("GET", HOST, "/o", &[close])).await;
        let answer = socket.answer().await;
        assert_eq!((answer.text().as_str(), answer.header("Connection")), ("there", "close"));
        assert!(socket.rest().await.is_empty());
    }
}

#[tokio::test]
async fn http_1_0_closes_unless_asked_to_go_on() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", bytes(50_000)).await.assert_status(200);
    let old = |headers: &[&str]| signed("GET", HOST, "/o", headers).replacen("HTTP/1.1", "HTTP/1.0", 1);
    let mut socket = Socket::open(&cos).await;
    socket.send(old(&["Connection: keep-alive"])).await;
    assert_eq!(socket.answer().await.header("Connection"), "keep-alive");
    socket.send(old(&[])).await;
    let answer = socket.answer().await;
    assert_eq!((answer.header("Connection"), answer.header("Content-Length")), ("close", "50000"));
    assert!(answer.body == bytes(50_000) && socket.rest().await.is_empty());
}

#[tokio::test]
async fn an_offer_to_speak_another_protocol_is_passed_over() {
    let cos = TestServer::start().await;
    cos.put_bucket().await.put("o", "there").await.assert_status(200);
    let mut socket = Socket::open(&cos).await;
    for _ in 0..2 {
        socket.send(signed("GET", HOST, "/o", &["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"])).await;
        let answer = socket.answer().await;
        assert_eq!((answer.text().as_str(), answer.header("Connection")), ("there", "keep-alive"));
    }
}

#[tokio::test]
async fn the_target_may_be_a_whole_url() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    for host in [HOST, "proxy.example"] {
        let request = signed("GET", HOST, "/o", &[]).replacen("GET /o", &format!("GET http://{HOST}/o"), 1);
        let mut socket = Socket::open(&cos).await;
        socket.send(request.replacen(&format!("Host: {HOST}"), &format!("Host: {host}"), 1)).await;
        assert_eq!(socket.answer().await.text(), "there");
    }
}

#[tokio::test]
async fn a_request_without_a_usable_host_is_refused() {
    let cos = TestServer::start().await;
    let mut socket = Socket::open(&cos).await;
    for (headers, code) in [("", "InvalidRequest"), ("Host: \r\n", "InvalidURI"), ("Host: a b\r\n", "InvalidURI")] {
        socket.send(format!("GET /o HTTP/1.1\r\n{headers}\r\n")).await;
        let answer = socket.answer().await;
        answer.assert_error(400, code);
        assert!(!answer.text().contains("<Resource></Resource>"));
    }
}

/// These never get as far as the emulator's own code, so the answers are plain.
#[tokio::test]
async fn what_is_not_http_is_refused_and_the_connection_ended() {
    let cos = TestServer::start().await;
    let many: Vec<String> = (0..101).map(|number| format!("x-{number}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (request, status) in [
        ("\u{1}\u{2} garbage\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("GET /a b HTTP/1.1\r\nHost: {HOST}\r\n\r\n"), "400 Bad Request"),
        (format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nno colon\r\n\r\n"), "400 Bad Request"),
        (signed("PUT", HOST, "/o", &["Content-Length: -1"]), "400 Bad Request"),
        (signed("PUT", HOST, "/o", &["Content-Length: 1", "Content-Length: 2"]) + "xx", "400 Bad Request"),
        (signed("PUT", HOST, "/o", &["Transfer-Encoding: gzip"]) + "x", "400 Bad Request"),
        (signed("GET", HOST, &format!("/{}", "k".repeat(70_000)), &[]), "414 URI Too Long"),
        (signed("GET", HOST, "/o", &many), "431 Request Header Fields Too Large"),
    ] {
        let mut socket = Socket::open(&cos).await;
        socket.send(&request).await;
        let answer = String::from_utf8(socket.rest().await).expect("text");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{:.60?}: {answer:?}", request);
    }
    cos.put_bucket().await;
}

#[tokio::test]
async fn a_body_whose_chunks_cannot_be_read_is_incomplete() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    socket.send(signed("PUT", HOST, "/o", &["Transfer-Encoding: chunked"])).await;
    socket.send("5\r\nabcde\r\nnot a length\r\n").await;
    let answer = socket.answer().await;
    answer.assert_error(400, "IncompleteBody");
    assert_eq!(answer.header("Connection"), "close");
    assert!(socket.rest().await.is_empty());
    bucket.get("o").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_long_header_is_read_and_an_endless_one_cut_off() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "there").await.assert_status(200);
    let mut socket = Socket::open(&cos).await;
    socket.send(signed("GET", HOST, "/o", &[&format!("x: {}", "x".repeat(100_000))])).await;
    assert_eq!(socket.answer().await.text(), "there");

    let mut endless = cos.connect().await;
    endless.write_all(b"GET / HTTP/1.1\r\nx: ").await.expect("the server reads");
    let mut sent = 0;
    while endless.write_all(&[b'x'; 65_536]).await.is_ok() {
        sent += 65_536;
        assert!(sent < 64 << 20, "a head of any length is read");
    }
    assert_eq!(bucket.get("o").await.text(), "there");
}
