//! Bodies in chunks, `aws-chunked`, as S3's clients send what they sign or digest on the way.

use cos_emulator::codec::signature_v4::ChunkSigner;
use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{Bucket, TestServer, bytes, settings};
use crate::s3::{
    self, S3Request, SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER, UNSIGNED_CHUNKS, signed_chunks, signed_trailer, unsigned_chunks,
};

/// Of `hello, world`.
const CRC32: (&str, &str) = ("x-amz-checksum-crc32", "/6tyOg==");
const CHUNKS: [&[u8]; 2] = [b"hello, ", b"world"];

fn put<'a>(bucket: &Bucket<'a>, payload: &str, length: usize) -> S3Request<'a> {
    let request = s3::request(bucket, Method::PUT, "a").header("content-encoding", "aws-chunked").payload(payload);
    request.header("x-amz-decoded-content-length", &length.to_string())
}

fn signed(mut signer: ChunkSigner) -> Vec<u8> {
    let mut body = signed_chunks(&mut signer, &CHUNKS);
    body.extend(b"\r\n");
    body
}

fn signed_with_trailer(mut signer: ChunkSigner) -> Vec<u8> {
    let mut body = signed_chunks(&mut signer, &CHUNKS);
    body.extend(signed_trailer(&mut signer, CRC32.0, CRC32.1).bytes());
    body
}

#[tokio::test]
async fn signed_chunks_are_stored_without_their_framing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, SIGNED_CHUNKS, 12).send_framed(signed).await.assert_status(200);
    let answer = bucket.get("a").await;
    assert_eq!((answer.text().as_str(), answer.header_opt("content-encoding")), ("hello, world", None));
    let upload = bucket.initiate("b").await;
    let target = format!("b?partNumber=1&uploadId={upload}");
    let part = s3::request(&bucket, Method::PUT, &target).payload(SIGNED_CHUNKS).header("x-amz-decoded-content-length", "12");
    let answer = part.send_framed(signed).await;
    answer.assert_status(200);
    bucket.complete("b", &upload, &[(1, answer.header("etag"))]).await.assert_status(200);
    assert_eq!(bucket.get("b").await.text(), "hello, world");
}

#[tokio::test]
async fn other_encodings_stay() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let request = s3::request(&bucket, Method::PUT, "a").header("content-encoding", "aws-chunked, gzip").payload(SIGNED_CHUNKS);
    request.header("x-amz-decoded-content-length", "12").send_framed(signed).await.assert_status(200);
    assert_eq!(bucket.head("a").await.header("content-encoding"), "gzip");
}

#[tokio::test]
async fn trailers_are_verified_and_their_checksum_is_said_again() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let request = || put(&bucket, SIGNED_CHUNKS_AND_TRAILER, 12).header("x-amz-trailer", CRC32.0);
    let answer = request().send_framed(signed_with_trailer).await;
    answer.assert_status(200);
    assert_eq!(answer.header(CRC32.0), CRC32.1);
    let request = put(&bucket, UNSIGNED_CHUNKS, 12).header("x-amz-trailer", CRC32.0);
    let answer = request.clone().send_framed(|_| unsigned_chunks(&CHUNKS, CRC32)).await;
    answer.assert_status(200);
    assert_eq!(answer.header(CRC32.0), CRC32.1);
    assert_eq!(bucket.get("a").await.text(), "hello, world");
    let answer = request.clone().send_framed(|_| unsigned_chunks(&CHUNKS, (CRC32.0, "AAAAAA=="))).await;
    answer.assert_error(400, "BadDigest");
    let answer = request.send_framed(|_| unsigned_chunks(&CHUNKS, ("x-amz-other", "1"))).await;
    answer.assert_error(400, "MalformedTrailerError");
}

#[tokio::test]
async fn what_was_changed_on_the_way_is_not_stored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let replaced = |body: Vec<u8>, from: &str, to: &str| {
        let text = String::from_utf8(body).expect("ASCII");
        assert!(text.contains(from), "{text}");
        text.replacen(from, to, 1).into_bytes()
    };
    for (from, to) in
        [("hello", "jello"), ("world", "sword"), ("chunk-signature=", "chunk-signature=0"), (";chunk-signature", ";x")]
    {
        let answer = put(&bucket, SIGNED_CHUNKS, 12).send_framed(|signer| replaced(signed(signer), from, to)).await;
        answer.assert_error(403, "SignatureDoesNotMatch");
    }
    let request = || put(&bucket, SIGNED_CHUNKS_AND_TRAILER, 12).header("x-amz-trailer", CRC32.0);
    for (from, to) in [("/6tyOg==", "AAAAAA=="), ("x-amz-trailer-signature", "x-amz-nothing")] {
        let answer = request().send_framed(|signer| replaced(signed_with_trailer(signer), from, to)).await;
        answer.assert_error(403, "SignatureDoesNotMatch");
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn broken_framing_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (body, code) in [
        ("hello, world\r\n", "InvalidRequest"),
        ("hello, world", "IncompleteBody"),
        ("c\r\nhello, world!\r\n0\r\n\r\n", "InvalidRequest"),
        ("c\r\nhello, world\r\n", "IncompleteBody"),
        ("c\r\nhello", "IncompleteBody"),
        ("", "IncompleteBody"),
        ("c\r\nhello, world\r\n0\r\ntrailer\r\n\r\n", "MalformedTrailerError"),
        ("d\r\nhello, world!\r\n0\r\n\r\n", "IncompleteBody"),
        ("5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
    ] {
        let answer = put(&bucket, UNSIGNED_CHUNKS, 12).send_framed(|_| body.into()).await;
        answer.assert_error(400, code);
    }
    let unending = "0".repeat(1 << 20);
    put(&bucket, UNSIGNED_CHUNKS, 12).send_framed(|_| unending.into()).await.assert_error(400, "InvalidRequest");
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn the_length_behind_the_framing_must_be_said() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let request = s3::request(&bucket, Method::PUT, "a").payload(UNSIGNED_CHUNKS);
    request.send_framed(|_| unsigned_chunks(&CHUNKS, CRC32)).await.assert_error(411, "MissingContentLength");
}

#[tokio::test]
async fn nobodys_chunks_and_those_of_unchecked_signatures_are_unframed() {
    let cos = TestServer::start_with(Settings { check_signatures: false, ..settings() }).await;
    let bucket = cos.put_bucket().await;
    let answer = put(&bucket, SIGNED_CHUNKS, 12).signed_by("AKIDnobody", "wrong").send_framed(signed).await;
    answer.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "hello, world");
    let request = bucket.request(Method::PUT, "b").anonymous().header("content-encoding", "aws-chunked");
    let request = request.header("x-amz-decoded-content-length", "12").header("x-amz-trailer", CRC32.0);
    request.body(unsigned_chunks(&CHUNKS, CRC32)).send().await.assert_status(200);
    assert_eq!(bucket.get("b").await.text(), "hello, world");
}

#[tokio::test]
async fn large_chunks_come_out_whole() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let content = bytes(3 << 20);
    let chunks: Vec<&[u8]> = content.chunks(1 << 20).collect();
    let answer = put(&bucket, SIGNED_CHUNKS, content.len()).send_framed(|mut signer| signed_chunks(&mut signer, &chunks)).await;
    answer.assert_status(200);
    assert_eq!(bucket.get("a").await.body, content);
}
