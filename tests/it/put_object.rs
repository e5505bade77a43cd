//! PUT Object.

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{BUCKET, HOST, OTHER, SECRET_ID, SECRET_KEY, TestServer, authorization, bytes};

const ETAG: &str = "\"ee8de918d05640145b18f70f4c3aa602\"";
const CRC64: &str = "16749565679157681890";

/// Puts `a` over a connection of its own, with these headers and exactly these bytes behind them, then says no more.
async fn put_raw(cos: &TestServer, headers: &str, body: &str) -> String {
    let authorization = authorization(SECRET_ID, SECRET_KEY, &Method::PUT, "/a", HOST);
    let head = format!("PUT /a HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {authorization}\r\nConnection: close\r\n{headers}\r\n");
    let mut stream = cos.connect().await;
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("the request is taken");
    stream.shutdown().await.expect("one side closes");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer of text");
    answer
}

#[tokio::test]
async fn the_answer_is_empty_and_names_the_digests() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.put("a", "[Object Content]").await;
    answer.assert_status(200);
    assert!(answer.body.is_empty());
    answer.assert_headers(&[("content-length", "0"), ("etag", ETAG), ("x-cos-hash-crc64ecma", CRC64)]);
    assert_eq!(bucket.get("a").await.text(), "[Object Content]");
}

#[tokio::test]
async fn an_object_may_be_empty() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = bucket.put("dir/", "").await;
    answer.assert_status(200);
    assert_eq!(answer.header("etag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
    assert_eq!(answer.header("x-cos-hash-crc64ecma"), "0");
    let got = bucket.get("dir/").await;
    assert_eq!((got.header("content-length"), got.body.len()), ("0", 0));
}

#[tokio::test]
async fn bodies_of_any_size_come_back_byte_for_byte() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    // On both sides of where bodies move from the index to files, and of what is written at once.
    for size in [1, 4096, (16 << 10) - 1, 16 << 10, (16 << 10) + 1, 512 << 10, (512 << 10) + 1, 5_000_000] {
        bucket.put("a", bytes(size)).await.assert_status(200);
        let answer = bucket.get("a").await;
        assert!(answer.body == bytes(size), "{size}");
        assert_eq!(answer.header("content-length"), size.to_string());
    }
}

#[tokio::test]
async fn a_new_object_replaces_all_of_the_old_one() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let old = bucket.request(Method::PUT, "a").header("x-cos-meta-a", "1").header("x-cos-storage-class", "ARCHIVE");
    old.header("cache-control", "no-store")
        .header("content-type", "text/css")
        .body(bytes(100_000))
        .send()
        .await
        .assert_status(200);
    bucket.put("a", "new").await.assert_status(200);
    let answer = bucket.get("a").await;
    assert_eq!(answer.text(), "new");
    answer.assert_headers(&[
        ("accept-ranges", "bytes"),
        ("content-length", "3"),
        ("content-type", "application/octet-stream"),
        ("etag", "\"22af645d1859cb5ca6da0c484f1f37ea\""),
        ("last-modified", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("x-cos-hash-crc64ecma", answer.header("x-cos-hash-crc64ecma")),
    ]);
    assert_eq!(bucket.get("").await.elements("Key"), ["a"]);
}

#[tokio::test]
async fn digests_are_checked_and_a_wrong_body_leaves_the_old_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "kept").await.assert_status(200);
    let sha1 = "28b7da9a7c5385e6e2669ed36e89af0053f7f58e";
    for (name, value, code) in [
        ("content-md5", "7o3pGNBWQBRbGPcPTDqmAg==", None),
        ("content-md5", "EI9SjrY7Zec08nrjMfX/qg==", Some("BadDigest")),
        ("content-md5", "7o3pGNBWQBRbGPcPTDqm", Some("InvalidDigest")),
        ("content-md5", "ee8de918d05640145b18f70f4c3aa602", Some("InvalidDigest")),
        ("x-cos-content-sha1", sha1, None),
        ("x-cos-hash-sha1", sha1, None),
        ("x-cos-content-sha1", "0000000000000000000000000000000000000000", Some("InvalidSHA1Digest")),
        ("x-cos-hash-sha1", "0000000000000000000000000000000000000000", Some("InvalidSHA1Digest")),
        ("x-cos-content-sha1", "28b7", Some("InvalidSHA1Digest")),
    ] {
        let answer = bucket.request(Method::PUT, "a").header(name, value).body("[Object Content]").send().await;
        match code {
            None => {
                answer.assert_status(200);
                bucket.put("a", "kept").await.assert_status(200);
            }
            Some(code) => answer.assert_error(400, code),
        }
        assert_eq!(bucket.get("a").await.text(), "kept", "{name}: {value}");
    }
    let large = bucket.request(Method::PUT, "a").header("content-md5", "7o3pGNBWQBRbGPcPTDqmAg==").body(bytes(1 << 20));
    large.send().await.assert_error(400, "BadDigest");
    assert_eq!(bucket.get("a").await.text(), "kept");
}

#[tokio::test]
async fn a_chunked_body_needs_no_length() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let body = "8\r\n[Object \r\n8\r\nContent]\r\n0\r\n\r\n";
    let answer = put_raw(&cos, "Transfer-Encoding: chunked\r\n", body).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(&format!("\r\nETag: {ETAG}\r\n")), "{answer}");
    assert_eq!(bucket.get("a").await.text(), "[Object Content]");
}

#[tokio::test]
async fn a_body_without_length_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = put_raw(&cos, "", "").await;
    assert!(answer.starts_with("HTTP/1.1 411 Length Required\r\n"), "{answer}");
    assert!(
        answer
            .contains("<Code>MissingContentLength</Code>\n\t<Message>You must provide the Content-Length HTTP header.</Message>")
    );
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_old_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "kept").await.assert_status(200);
    let body = "x".repeat(100_000);
    for (headers, body) in [
        ("Content-Length: 17\r\n", "[Object Content]"),
        ("Content-Length: 100001\r\n", &body),
        ("Content-Length: 1\r\n", ""),
        ("Transfer-Encoding: chunked\r\n", "8\r\n[Object \r\n"),
    ] {
        let answer = put_raw(&cos, headers, body).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains("<Code>IncompleteBody</Code>"), "{answer}");
        assert_eq!(bucket.get("a").await.text(), "kept");
    }
}

#[tokio::test]
async fn a_body_over_5_gib_is_refused_before_it_comes() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let answer = put_raw(&cos, "Content-Length: 5368709121\r\nExpect: 100-continue\r\n", "").await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains("<Code>EntityTooLarge</Code>"), "{answer}");
}

#[tokio::test]
async fn a_client_that_waits_is_told_to_continue() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = put_raw(&cos, "Content-Length: 16\r\nExpect: 100-continue\r\n", "[Object Content]").await;
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(bucket.get("a").await.text(), "[Object Content]");
}

#[tokio::test]
async fn the_largest_size_may_be_narrowed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = |most: &str| bucket.request(Method::PUT, "a").header("x-cos-fsize-max", most).body("[Object Content]").send();
    put("16").await.assert_status(200);
    put("").await.assert_status(200);
    put("15").await.assert_error(400, "EntityTooLarge");
    put("0").await.assert_error(400, "EntityTooLarge");
    put("16 KB").await.assert_error(400, "InvalidArgument");
    let chunks = "8\r\n[Object \r\n8\r\nContent]\r\n0\r\n\r\n";
    let answer = put_raw(&cos, "x-cos-fsize-max: 15\r\nTransfer-Encoding: chunked\r\n", chunks).await;
    assert!(answer.contains("<Code>EntityTooLarge</Code>"), "{answer}");
}

#[tokio::test]
async fn overwriting_can_be_forbidden() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put =
        |forbid: &str, body: &'static str| bucket.request(Method::PUT, "a").header("x-cos-forbid-overwrite", forbid).body(body);
    put("true", "first").send().await.assert_status(200);
    put("true", "second").send().await.assert_error(409, "FileAlreadyExists");
    put("True", "second").send().await.assert_error(409, "FileAlreadyExists");
    put("yes", "second").send().await.assert_error(400, "InvalidArgument");
    assert_eq!(bucket.get("a").await.text(), "first");
    put("false", "second").send().await.assert_status(200);
    assert_eq!(bucket.get("a").await.text(), "second");
}

#[tokio::test]
async fn storage_classes_are_read_in_any_letter_case_and_named_unless_standard() {
    let cos = TestServer::start().await;
    let (single, multi) = (cos.put_bucket().await, cos.put_multi_az_bucket().await);
    let in_bucket = |class: &str| if class.starts_with("MAZ") { &multi } else { &single };
    let put = |class: &str| in_bucket(class).request(Method::PUT, "a").header("x-cos-storage-class", class).body("x").send();
    for (given, named) in [
        ("", None),
        ("STANDARD", None),
        ("Standard", None),
        ("STANDARD_IA", Some("STANDARD_IA")),
        ("Standard_IA", Some("STANDARD_IA")),
        ("INTELLIGENT_TIERING", Some("INTELLIGENT_TIERING")),
        ("Archive", Some("ARCHIVE")),
        ("DEEP_ARCHIVE", Some("DEEP_ARCHIVE")),
        ("MAZ_STANDARD", Some("MAZ_STANDARD")),
        ("MAZ_STANDARD_IA", Some("MAZ_STANDARD_IA")),
        ("MAZ_INTELLIGENT_TIERING", Some("MAZ_INTELLIGENT_TIERING")),
        ("MAZ_ARCHIVE", Some("MAZ_ARCHIVE")),
        ("MAZ_DEEP_ARCHIVE", Some("MAZ_DEEP_ARCHIVE")),
    ] {
        let answer = put(given).await;
        answer.assert_status(200);
        assert_eq!(answer.header_opt("x-cos-storage-class"), named);
        assert_eq!(in_bucket(given).head("a").await.header_opt("x-cos-storage-class"), named);
    }
    put("REDUCED_REDUNDANCY").await.assert_error(400, "NotSupportedStorageClass");
}

#[tokio::test]
async fn the_type_is_kept_or_guessed_from_the_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (key, given, kept) in [
        ("a.txt", "text/html; charset=utf-8", "text/html; charset=utf-8"),
        ("1.zip", "", "application/zip"),
        ("dir/1.txt", "", "text/plain"),
        ("noext", "", "application/octet-stream"),
    ] {
        bucket.request(Method::PUT, key).header("content-type", given).body("x").send().await.assert_status(200);
        assert_eq!(bucket.head(key).await.header("content-type"), kept);
    }
}

#[tokio::test]
async fn metadata_is_kept_byte_for_byte_within_its_limits() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = |name: &'static str, value: &str| bucket.request(Method::PUT, "a").header(name, value);
    let value = "  a_b: %E8%85%BE  \"c\"".trim_start();
    put("x-cos-meta-Job-ID".to_ascii_lowercase().leak(), value).header("x-cos-meta-empty", "").send().await.assert_status(200);
    let head = bucket.head("a").await;
    assert_eq!((head.header("x-cos-meta-job-id"), head.header_opt("x-cos-meta-empty")), (value, None));
    let (full, over) = ("v".repeat(2047), "v".repeat(2048));
    put("x-cos-meta-a", &full).header("x-cos-meta-b", &full).send().await.assert_status(200);
    put("x-cos-meta-a", &over).send().await.assert_error(400, "KeyTooLong");
    put("x-cos-meta-a", &full)
        .header("x-cos-meta-b", &full)
        .header("x-cos-meta-c", "")
        .header("x-cos-meta-d", "v")
        .send()
        .await
        .assert_error(400, "KeyTooLong");
}

#[tokio::test]
async fn a_key_has_at_most_850_bytes_and_no_forbidden_characters() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put(&"k".repeat(850), "x").await.assert_status(200);
    bucket.put(&"k".repeat(851), "x").await.assert_error(400, "KeyTooLong");
    // Three bytes each; their escapes do not count.
    bucket.put(&"%E8%85%BE".repeat(283), "x").await.assert_status(200);
    bucket.put(&"%E8%85%BE".repeat(284), "x").await.assert_error(400, "KeyTooLong");
    for escape in ["%18", "%19", "%1A", "%1B", "%00"] {
        bucket.put(&format!("a{escape}"), "x").await.assert_error(400, "InvalidObjectName");
    }
    bucket.put("a%17", "x").await.assert_status(200);
    bucket.request(Method::PUT, "a").anonymous().send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn speed_limits_are_checked_in_header_and_query() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put =
        |target: &str, limit: &str| bucket.request(Method::PUT, target).header("x-cos-traffic-limit", limit).body("x").send();
    for limit in ["819199", "838860801", "fast", "-1"] {
        put("a", limit).await.assert_error(400, "InvalidArgument");
        put(&format!("a?x-cos-traffic-limit={limit}"), "").await.assert_error(400, "InvalidArgument");
    }
    put("a", "819200").await.assert_status(200);
    put("a?x-cos-traffic-limit=838860800", "").await.assert_status(200);
}

#[tokio::test]
async fn only_the_types_that_are_let_through_are_stored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = |key: &str, limit: &str| bucket.request(Method::PUT, key).header("x-cos-mime-limit", limit).body("x");
    put("a.png", "text/plain;image/*").send().await.assert_status(200);
    put("b.png", "image/*").header("content-type", "text/plain; charset=utf-8").send().await.assert_error(403, "AccessDenied");
    put("c.txt", "!text/plain").send().await.assert_error(403, "AccessDenied");
    put("d", "!text/plain").send().await.assert_status(200);
    put("e", "text").send().await.assert_error(400, "InvalidArgument");
    assert_eq!(bucket.get("").await.elements("Key"), ["a.png", "d"]);
}

#[tokio::test]
async fn what_is_lacking_is_named_and_stores_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (name, value) in [("x-cos-callback", "e30="), ("x-cos-return-body", "{}"), ("pic-operations", "{}")] {
        let answer = bucket.request(Method::PUT, "a").header(name, value).body("x").send().await;
        answer.assert_error(501, "NotImplemented");
        assert!(answer.element("Message").contains(name), "{}", answer.text());
    }
    for query in ["live", "notification", "imageMogr2"] {
        bucket.put(&format!("a?{query}"), "x").await.assert_error(501, "NotImplemented");
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    // Empty values count as absent; Python sends such.
    for (name, value) in [("x-cos-copy-source", ""), ("x-cos-acl", "default"), ("x-cos-acl", "private"), ("if-none-match", "*")] {
        bucket.request(Method::PUT, "a").header(name, value).body("x").send().await.assert_status(200);
    }
}

#[tokio::test]
async fn it_needs_a_bucket_of_ones_own() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).put("a", "x").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    for body in [bytes(1), bytes(1 << 20)] {
        let put = || bucket.request(Method::PUT, "a").body(body.clone());
        put().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
        put().anonymous().send().await.assert_error(403, "AccessDenied");
    }
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn tags_are_counted_and_checked() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = |tags: &str| bucket.request(Method::PUT, "k").header("x-cos-tagging", tags).body("x").send();
    put("color=red&size=a%20b").await.assert_status(200);
    assert_eq!(bucket.head("k").await.header("x-cos-tagging-count"), "2");
    let eleven: Vec<String> = (0..11).map(|number| format!("k{number}=v")).collect();
    put(&eleven.join("&")).await.assert_error(400, "InvalidTag");
    assert_eq!(bucket.get("k").await.header("x-cos-tagging-count"), "2");
    put("").await.assert_status(200);
    assert_eq!(bucket.head("k").await.header_opt("x-cos-tagging-count"), None);

    let upload = bucket.request(Method::POST, "m?uploads").header("x-cos-tagging", "a=b").send().await.element("UploadId");
    let etag = bucket.part("m", &upload, 1, "x").await;
    bucket.complete("m", &upload, &[(1, &etag)]).await.assert_status(200);
    assert_eq!(bucket.head("m").await.header("x-cos-tagging-count"), "1");
}
