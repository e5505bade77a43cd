//! Answers byte for byte: how their headers are spelled, which there are, and where bodies are not.

use crate::harness::{HOST, TestServer, bytes};
use crate::raw::{RawAnswer, Socket, signed, unsigned};

const CUSTOMER: [&str; 3] = [
    "x-cos-server-side-encryption-customer-algorithm: AES256",
    "x-cos-server-side-encryption-customer-key: MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=",
    "x-cos-server-side-encryption-customer-key-MD5: U5L61r7jcwdNvT7frmUG8g==",
];

async fn ask(cos: &TestServer, method: &str, target: &str, headers: &[&str]) -> RawAnswer {
    let mut socket = Socket::open(cos).await;
    socket.send(signed(method, HOST, target, headers)).await;
    if method == "HEAD" { socket.answer_to_head().await } else { socket.answer().await }
}

/// Puts a file of 50,000 bytes with every header that is kept.
async fn put_with_metadata(cos: &TestServer) {
    let mut socket = Socket::open(cos).await;
    let headers = [
        "content-length: 50000",
        "CONTENT-TYPE: image/png",
        "cache-control: max-age=5",
        "content-disposition: inline",
        "content-encoding: gzip",
        "content-language: zh",
        "expires: soon",
        "X-COS-META-Colour: Blue",
        "x-cos-storage-class: STANDARD_IA",
    ];
    socket.send(signed("PUT", HOST, "/o", &headers)).await;
    socket.send(bytes(50_000)).await;
    let answer = socket.answer().await;
    answer.assert_status(200);
    let names = [
        "Connection",
        "Content-Length",
        "Date",
        "ETag",
        "Server",
        "x-cos-hash-crc64ecma",
        "x-cos-request-id",
        "x-cos-storage-class",
    ];
    assert_eq!(answer.names(), names);
}

const OF_THE_OBJECT: [&str; 16] = [
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Last-Modified",
    "Server",
    "x-cos-hash-crc64ecma",
    "x-cos-meta-colour",
    "x-cos-request-id",
    "x-cos-storage-class",
];

fn with(further: &[&'static str]) -> Vec<&'static str> {
    let mut names = [&OF_THE_OBJECT, further].concat();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn names_are_spelled_as_cos_spells_them() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    put_with_metadata(&cos).await;

    let whole = ask(&cos, "GET", "/o", &[]).await;
    assert_eq!((whole.status, whole.names()), (200, with(&["Accept-Ranges"])));
    assert_eq!((whole.version.as_str(), whole.header("Content-Length")), ("HTTP/1.1", "50000"));
    assert!(whole.body == bytes(50_000));

    let part = ask(&cos, "GET", "/o", &["Range: bytes=1-2"]).await;
    assert_eq!((part.status, part.names()), (206, with(&["Accept-Ranges", "Content-Range"])));
    assert_eq!((part.header("Content-Length"), part.header("Content-Range")), ("2", "bytes 1-2/50000"));

    let head = ask(&cos, "HEAD", "/o", &[]).await;
    assert_eq!((head.status, head.names()), (200, with(&[])));
    assert_eq!(head.header("Content-Length"), "50000");

    let etag = format!("If-None-Match: {}", whole.header("ETag"));
    let unchanged = ask(&cos, "GET", "/o", &[&etag]).await;
    let mut names = unchanged.names();
    names.retain(|name| *name != "Content-Length");
    let expected = ["Connection", "Content-Type", "Date", "ETag", "Server", "x-cos-hash-crc64ecma", "x-cos-request-id"];
    assert_eq!((unchanged.status, names), (304, expected.to_vec()));
}

#[tokio::test]
async fn errors_spell_their_headers_alike() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let names = ["Connection", "Content-Length", "Content-Type", "Date", "Server", "x-cos-request-id", "x-cos-trace-id"].to_vec();
    let missing = ask(&cos, "GET", "/missing", &[]).await;
    missing.assert_error(404, "NoSuchKey");
    assert_eq!(missing.names(), names);
    let missing = ask(&cos, "HEAD", "/missing", &[]).await;
    assert_eq!((missing.status, missing.names(), missing.header("Content-Length")), (404, names, "0"));
    put_with_metadata(&cos).await;
    let beyond = ask(&cos, "GET", "/o", &["Range: bytes=50000-"]).await;
    beyond.assert_error(416, "InvalidRange");
    assert_eq!(beyond.header("Content-Range"), "bytes */50000");
}

#[tokio::test]
async fn the_md5_of_a_customer_key_has_its_upper_case_letters() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    let headers = [&CUSTOMER[..], &["Content-Length: 1"]].concat();
    socket.send(signed("PUT", HOST, "/o", &headers)).await;
    socket.send("x").await;
    let put = socket.answer().await;
    for answer in [put, ask(&cos, "GET", "/o", &CUSTOMER).await, ask(&cos, "HEAD", "/o", &CUSTOMER).await] {
        answer.assert_status(200);
        assert_eq!(answer.header("x-cos-server-side-encryption-customer-algorithm"), "AES256");
        assert_eq!(answer.header("x-cos-server-side-encryption-customer-key-MD5"), "U5L61r7jcwdNvT7frmUG8g==");
        assert_eq!(answer.header_opt("x-cos-server-side-encryption-customer-key"), None);
    }
}

#[tokio::test]
async fn a_body_of_known_length_is_never_chunked() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("small", bytes(10)).await.assert_status(200);
    bucket.put("large", bytes(400_000)).await.assert_status(200);
    for target in ["/small", "/large", "/small?x-cos-traffic-limit=838860800", "/large?x-cos-traffic-limit=838860800", "/"] {
        let answer = ask(&cos, "GET", target, &["Accept-Encoding: gzip", "TE: trailers"]).await;
        answer.assert_status(200);
        assert_eq!(answer.header("Content-Length"), answer.body.len().to_string());
        assert_eq!(answer.header_opt("Transfer-Encoding"), None);
    }
}

#[tokio::test]
async fn every_answer_has_the_common_headers() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("o", "x").await.assert_status(200);
    let no_bucket = "missing-1250000000.cos.ap-guangzhou.myqcloud.com";
    for (method, host, target, status) in [
        ("GET", HOST, "/o", 200),
        ("GET", HOST, "/", 200),
        ("GET", HOST, "/?uploads", 200),
        ("HEAD", HOST, "/", 200),
        ("GET", "service.cos.myqcloud.com", "/", 200),
        ("GET", "localhost", "/_cos/health/live", 200),
        ("GET", "127.0.0.1:7436", "/_cos/health/ready", 200),
        ("DELETE", HOST, "/missing", 204),
        ("GET", HOST, "/?prefix=%FF", 400),
        ("GET", "a b", "/", 400),
        ("GET", "bucket.localhost", "/", 400),
        ("GET", "what.ap-guangzhou.myqcloud.com", "/", 400),
        ("GET", HOST, "/o?uploadId=", 400),
        ("GET", no_bucket, "/o", 404),
        ("HEAD", no_bucket, "/o", 404),
        ("HEAD", HOST, "/missing", 404),
        ("PATCH", HOST, "/o", 405),
        ("get", HOST, "/o", 405),
        ("PUT", HOST, "/o", 411),
        ("GET", HOST, "/o?notification", 501),
        ("OPTIONS", HOST, "*", 403),
        ("GET", "localhost", "/_cos/missing", 501),
    ] {
        let mut socket = Socket::open(&cos).await;
        socket.send(signed(method, host, target, &[])).await;
        let answer = if method == "HEAD" { socket.answer_to_head().await } else { socket.answer().await };
        assert_eq!(answer.status, status, "{method} {host} {target}: {}", answer.text());
        answer.assert_common_headers();
        assert_eq!(answer.header("Connection"), "keep-alive");
    }
    let mut socket = Socket::open(&cos).await;
    socket.send(unsigned("GET", HOST, "/%FF", &[])).await;
    socket.answer().await.assert_error(400, "InvalidURI");
    socket.send(signed("PUT", HOST, "/other", &["Content-Length: 0"]).replacen("/other", "/o", 1)).await;
    socket.answer().await.assert_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let mut socket = Socket::open(&cos).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        socket.send(signed("GET", HOST, "/missing", &[])).await;
        let answer = socket.answer().await;
        let id = answer.header("x-cos-request-id").to_owned();
        assert!(answer.text().contains(&format!("<RequestId>{id}</RequestId>")));
        assert!(!ids.contains(&id));
        ids.push(id);
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("small", "x").await.assert_status(200);
    bucket.put("large", bytes(400_000)).await.assert_status(200);
    let mut socket = Socket::open(&cos).await;
    for (target, status, length) in [
        ("/small", 200, "1"),
        ("/large", 200, "400000"),
        ("/missing", 404, "0"),
        ("/small?notification", 501, "0"),
        ("/small?uploadId", 405, "0"),
    ] {
        socket.send(signed("HEAD", HOST, target, &[])).await;
        let answer = socket.answer_to_head().await;
        assert_eq!((answer.status, answer.header("Content-Length")), (status, length), "{target}");
    }
    socket.send(signed("HEAD", HOST, "/small", &["Connection: close"])).await;
    socket.answer_to_head().await.assert_status(200);
    assert!(socket.rest().await.is_empty());
}
