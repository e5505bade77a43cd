//! Access logs at work: what a bucket was asked stands in files of another.

use std::io::Read;

use cos_emulator::domain::time::Timestamp;
use flate2::read::GzDecoder;
use http::Method;

use crate::folder;
use crate::harness::{Bucket, NOW, SECRET_ID, TestServer, bytes, settings};
use crate::s3::{self, UNSIGNED_CHUNKS, unsigned_chunks};

const TARGET: &str = "logs-1250000000";

/// A bucket with a log, and one for its files.
async fn pair(cos: &TestServer) -> (Bucket<'_>, Bucket<'_>) {
    let (bucket, logs) = (cos.put_bucket().await, cos.bucket(TARGET));
    logs.put("", "").await.assert_status(200);
    let target = format!("<TargetBucket>{TARGET}</TargetBucket><TargetPrefix>b1/</TargetPrefix>");
    let status = format!("<BucketLoggingStatus><LoggingEnabled>{target}</LoggingEnabled></BucketLoggingStatus>");
    bucket.put("?logging", status).await.assert_status(200);
    (bucket, logs)
}

async fn run(cos: &TestServer) {
    cos.request("127.0.0.1", Method::POST, "_cos/run-due").anonymous().send().await.assert_status(204);
}

/// The lines of all files, taken apart at blanks outside quotes.
async fn lines(logs: &Bucket<'_>) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for key in logs.get("?prefix=b1/").await.elements("Key") {
        let mut text = String::new();
        GzDecoder::new(logs.get(&key).await.body.as_ref()).read_to_string(&mut text).expect("gzip");
        lines.extend(text.lines().map(fields));
    }
    lines
}

fn fields(line: &str) -> Vec<String> {
    let mut is_quoted = false;
    let is_end = |character: char| {
        is_quoted ^= character == '"';
        character == ' ' && !is_quoted
    };
    line.split(is_end).map(|field| field.trim_matches('"').to_owned()).collect()
}

#[tokio::test]
async fn a_request_is_told_of_in_31_fields() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    let put = bucket.request(Method::PUT, "a%20b?x=1").header("user-agent", "tool/1 (test)").header("referer", "http://r/");
    let answer = put.header("x-cos-storage-class", "STANDARD_IA").body("content").send().await;
    answer.assert_status(200);
    let refused = bucket.request(Method::GET, "missing").anonymous().send().await;
    refused.assert_error(403, "AccessDenied");
    run(&cos).await;

    let key = &logs.get("").await.elements("Key")[0];
    let (folder, file) = key.split_at("b1/2023/11/15/061320_".len());
    assert_eq!((folder, file.len(), &file[8..]), ("b1/2023/11/15/061320_", 13, "_1.gz"));
    let lines = lines(&logs).await;
    assert_eq!(lines.len(), 2);
    let (total, server) = (&lines[0][18], &lines[0][22]);
    let expected = [
        "1.0",
        "examplebucket-1250000000",
        "ap-guangzhou",
        "2023-11-14T22:13:20Z",
        bucket.host.as_str(),
        "PutObject",
        "127.0.0.1",
        SECRET_ID,
        "-",
        "7",
        "7",
        "/a%20b",
        "put",
        "tool/1 (test)",
        "200",
        "-",
        "-",
        "0",
        total,
        "USER",
        "STANDARD_IA",
        "100000000001",
        server,
        "100000000001:100000000001",
        answer.header("x-cos-request-id"),
        "7",
        "-",
        "-",
        "http://r/",
        "PUT /a%20b?x=1 HTTP/1.1",
        "-",
    ];
    assert_eq!(lines[0], expected);
    assert!(total.parse::<u64>().is_ok() && server.parse::<u64>().is_ok());
    let of_refused = [5, 7, 14, 15, 16, 17, 23, 24].map(|index| lines[1][index].as_str());
    let length = refused.body.len().to_string();
    let id = refused.header("x-cos-request-id");
    assert_eq!(of_refused, ["GetObject", "-", "403", "AccessDenied", "Access Denied.", &length, "-", id]);
}

#[tokio::test]
async fn bytes_are_counted_as_they_are_sent() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    bucket.put("large", bytes(300_000)).await.assert_status(200);
    let range = bucket.request(Method::GET, "large").header("range", "bytes=10-19").send().await;
    range.assert_status(206);
    bucket.get("large").await.assert_status(200);
    bucket.head("large").await.assert_status(200);
    bucket.delete("large").await.assert_status(204);
    run(&cos).await;
    // Action, bytes received and sent, growth, size.
    let told = lines(&logs).await.iter().map(|line| [5, 9, 17, 10, 25].map(|index| line[index].clone())).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            ["PutObject", "300000", "0", "300000", "300000"],
            ["GetObject", "0", "10", "0", "300000"],
            ["GetObject", "0", "300000", "0", "300000"],
            ["HeadObject", "0", "0", "0", "300000"],
            ["DeleteObject", "0", "0", "0", "-"],
        ]
        .map(|line| line.map(str::to_owned))
    );
}

#[tokio::test]
async fn a_signature_in_the_address_is_not_told() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    bucket.get("a?q-signature=secret1&x-cos-security-token=secret2&q-ak=AKIDx&sign=secret3").await.assert_error(404, "NoSuchKey");
    run(&cos).await;
    let lines = lines(&logs).await;
    assert_eq!(lines[0][29], "GET /a?q-signature=***&x-cos-security-token=***&q-ak=AKIDx&sign=*** HTTP/1.1");
}

#[tokio::test]
async fn only_a_bucket_with_a_log_is_told_of() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    cos.bucket("other-1250000000").put("", "").await.assert_status(200);
    cos.bucket("other-1250000000").get("").await.assert_status(200);
    run(&cos).await;
    assert!(logs.get("").await.elements("Key").is_empty());
    bucket.put("?logging", "<BucketLoggingStatus/>").await.assert_status(200);
    bucket.get("").await.assert_status(200);
    run(&cos).await;
    // What was still waiting when the log ended goes with it.
    assert!(logs.get("").await.elements("Key").is_empty());
}

#[tokio::test]
async fn a_bucket_may_be_its_own_target() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let target = "<TargetBucket>examplebucket-1250000000</TargetBucket><TargetPrefix>b1/</TargetPrefix>";
    let status = format!("<BucketLoggingStatus><LoggingEnabled>{target}</LoggingEnabled></BucketLoggingStatus>");
    bucket.put("?logging", status).await.assert_status(200);
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    for _ in 0..3 {
        run(&cos).await;
    }
    // The file that was written is no request: it makes no file of its own.
    let keys = bucket.get("?prefix=b1/").await.elements("Key");
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn a_target_that_is_gone_takes_its_lines_along() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    bucket.get("").await.assert_status(200);
    logs.delete("").await.assert_status(204);
    run(&cos).await;
    logs.put("", "").await.assert_status(200);
    run(&cos).await;
    assert!(logs.get("").await.elements("Key").is_empty());
}

#[tokio::test]
async fn logs_are_written_every_five_minutes_and_at_the_end() {
    let data = tempfile::tempdir().expect("a folder");
    let kept = || cos_emulator::server::Settings { data_dir: Some(data.path().to_owned()), ..settings() };
    let cos = TestServer::start_with(kept()).await;
    let (bucket, logs) = pair(&cos).await;
    bucket.get("").await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + 300));
    folder::until_found("the log is written", async || !logs.get("").await.elements("Key").is_empty()).await;
    bucket.get("").await.assert_status(200);
    cos.stop().await;
    let cos = TestServer::start_with(kept()).await;
    assert_eq!(lines(&cos.bucket(TARGET)).await.len(), 2);
}

#[tokio::test]
async fn s3_clients_are_told_of_by_their_key_and_without_their_signature() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    let target = s3::request(&bucket, Method::GET, "missing").presigned(60, &[("X-Amz-Security-Token", "")]);
    bucket.request(Method::GET, &target).anonymous().send().await.assert_error(404, "NoSuchKey");
    let put = s3::request(&bucket, Method::PUT, "a").payload(UNSIGNED_CHUNKS).header("x-amz-decoded-content-length", "5");
    put.send_framed(|_| unsigned_chunks(&[b"hello"], ("x-amz-ignored", "1"))).await.assert_status(200);
    run(&cos).await;
    let lines = lines(&logs).await;
    let [get, put] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((get[7].as_str(), put[7].as_str()), (SECRET_ID, SECRET_ID));
    assert_eq!((put[9].as_str(), put[10].as_str()), ("5", "5"));
    let uri = get.iter().find(|field| field.contains("X-Amz-Signature")).expect("the address is told");
    assert!(uri.contains("X-Amz-Security-Token=***&X-Amz-Signature=*** HTTP"), "{uri}");
}

#[tokio::test]
async fn a_customer_key_in_a_presigned_address_is_not_told() {
    let cos = TestServer::start().await;
    let (bucket, logs) = pair(&cos).await;
    let key = [("x-amz-server-side-encryption-customer-key", "c2VjcmV0")];
    let target = s3::request(&bucket, Method::GET, "missing").presigned(60, &key);
    assert!(target.contains("c2VjcmV0"), "{target}");
    bucket.request(Method::GET, &target).anonymous().send().await;
    run(&cos).await;
    let lines = lines(&logs).await;
    let told = lines[0].join(" ");
    assert!(told.contains("customer-key=***") && !told.contains("c2VjcmV0"), "{told}");
}
