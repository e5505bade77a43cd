//! POST Object: what the fields of a form do, and which forms are none. Who may send it: `form_signatures.rs`.

use cos_emulator::domain::bucket::Versioning;
use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::form::{self, TYPE, body, field, file, part};
use crate::harness::{Answer, BUCKET, Bucket, HOST, SECRET_ID, SECRET_KEY, TestServer, authorization, bytes};

const ETAG: &str = "\"ee8de918d05640145b18f70f4c3aa602\"";
const CONTENT: &str = "[Object Content]";

/// Posts fields and the usual content, signed in the header.
async fn post(bucket: &Bucket<'_>, fields: &[(&str, &str)]) -> Answer {
    form::of(bucket.request(Method::POST, ""), fields, CONTENT).send().await
}

async fn post_parts(bucket: &Bucket<'_>, parts: &[Vec<u8>]) -> Answer {
    bucket.request(Method::POST, "").header("content-type", TYPE).body(body(parts)).send().await
}

async fn keys(bucket: &Bucket<'_>) -> Vec<String> {
    bucket.get("").await.elements("Key")
}

#[tokio::test]
async fn the_file_is_stored_with_what_the_fields_say() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = post(
        &bucket,
        &[
            ("KEY", "folder/a b.png"),
            ("Content-Type", "image/png"),
            ("Cache-Control", "no-store"),
            ("Content-Disposition", "inline; filename=\"中\""),
            ("Content-Encoding", "gzip"),
            ("Expires", "tomorrow"),
            ("x-cos-meta-Color", "rot"),
            ("x-cos-tagging", "a=1&b=2"),
            ("x-cos-storage-class", "Standard_IA"),
            ("x-cos-website-redirect-location", "/b"),
            ("x-cos-traffic-limit", "838860800"),
            ("Content-MD5", "7o3pGNBWQBRbGPcPTDqmAg=="),
            ("submit", "Upload"),
        ],
    )
    .await;
    answer.assert_status(204);
    answer.assert_headers(&[
        ("content-length", "0"),
        ("etag", ETAG),
        ("location", &format!("http://{HOST}/folder/a%20b.png")),
        ("x-cos-hash-crc64ecma", "16749565679157681890"),
        ("x-cos-storage-class", "STANDARD_IA"),
    ]);
    let got = bucket.get("folder/a%20b.png").await;
    assert_eq!(got.text(), CONTENT);
    got.assert_headers(&[
        ("accept-ranges", "bytes"),
        ("cache-control", "no-store"),
        ("content-disposition", "inline; filename=\"中\""),
        ("content-encoding", "gzip"),
        ("content-length", "16"),
        ("content-type", "image/png"),
        ("etag", ETAG),
        ("expires", "tomorrow"),
        ("last-modified", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("x-cos-hash-crc64ecma", "16749565679157681890"),
        ("x-cos-meta-color", "rot"),
        ("x-cos-storage-class", "STANDARD_IA"),
        ("x-cos-tagging-count", "2"),
        ("x-cos-website-redirect-location", "/b"),
    ]);
}

#[tokio::test]
async fn neither_the_files_type_nor_the_requests_headers_count() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let request = bucket.request(Method::POST, "").header("cache-control", "max-age=0").header("x-cos-meta-a", "1");
    // The mini-program SDK sends an empty type.
    form::of(request, &[("key", "a"), ("Content-Type", "")], "x").send().await.assert_status(204);
    let got = bucket.get("a").await;
    assert_eq!(got.header("content-type"), "application/octet-stream");
    assert_eq!((got.header_opt("cache-control"), got.header_opt("x-cos-meta-a")), (None, None));
}

#[tokio::test]
async fn the_name_of_the_file_fills_its_place_in_the_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (key, head) in [
        ("up/${filename}", "name=\"file\"; filename=\"照片 1.png\""),
        ("${filename}/${filename}", "name=file; filename=b"),
        ("c${filename}", "name=\"file\""),
    ] {
        post_parts(&bucket, &[field("key", key), part(head, CONTENT)]).await.assert_status(204);
    }
    assert_eq!(keys(&bucket).await, ["b/b", "c", "up/照片 1.png"]);
}

#[tokio::test]
async fn the_form_chooses_the_status() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (asked, status) in [("200", 200), ("201", 201), ("204", 204), ("404", 204), ("", 204)] {
        let answer = post(&bucket, &[("key", "a"), ("success_action_status", asked)]).await;
        answer.assert_status(status);
        assert_eq!((answer.header("content-length"), answer.body.len(), answer.header("etag")), ("0", 0, ETAG));
        assert_eq!(answer.header("location"), format!("http://{HOST}/a"));
    }
}

#[tokio::test]
async fn the_form_may_lead_to_another_page() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let told = format!("bucket={BUCKET}&key=a%2Fb%20c&etag=%22ee8de918d05640145b18f70f4c3aa602%22");
    for (page, expected) in [
        ("https://example.com/done", format!("https://example.com/done?{told}")),
        ("http://example.com:8080/?from=cos#top", format!("http://example.com:8080/?from=cos&{told}")),
    ] {
        let answer =
            post(&bucket, &[("key", "a/b c"), ("success_action_redirect", page), ("success_action_status", "200")]).await;
        answer.assert_status(303);
        assert_eq!((answer.header("location"), answer.header("etag")), (expected.as_str(), ETAG));
    }
    for page in ["done.html", "https://", "ht tp://example.com", "https://example.com/\n"] {
        let answer = post(&bucket, &[("key", "a"), ("success_action_redirect", page)]).await;
        answer.assert_status(204);
    }
}

#[tokio::test]
async fn in_path_style_the_location_has_the_bucket() {
    let cos = TestServer::start().await;
    cos.put_bucket().await;
    let host = cos.address.to_string();
    for path in [BUCKET.to_owned(), format!("{BUCKET}/")] {
        let request = form::of(cos.request(&host, Method::POST, &path), &[("key", "a/b")], CONTENT);
        assert_eq!(request.send().await.header("location"), format!("http://{host}/{BUCKET}/a/b"));
    }
}

#[tokio::test]
async fn versions_are_made_and_overwriting_can_be_forbidden() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let forbidding = [("key", "k"), ("x-cos-forbid-overwrite", "true")];
    post(&bucket, &forbidding).await.assert_status(204);
    post(&bucket, &forbidding).await.assert_error(409, "FileAlreadyExists");
    cos.change_bucket(|bucket| bucket.versioning = Versioning::Enabled).await;
    let answer = post(&bucket, &forbidding).await;
    let id = answer.header("x-cos-version-id");
    assert_eq!(bucket.get(&format!("k?versionId={id}")).await.text(), CONTENT);
    cos.change_bucket(|bucket| bucket.versioning = Versioning::Suspended).await;
    assert_eq!(post(&bucket, &forbidding).await.header_opt("x-cos-version-id"), None);
    assert_eq!(bucket.get("?versions").await.elements("VersionId").len(), 2);
}

#[tokio::test]
async fn encryption_and_lists_are_fields_too() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let answer = post(&bucket, &[("key", "a"), ("x-cos-server-side-encryption", "AES256")]).await;
    assert_eq!(answer.header("x-cos-server-side-encryption"), "AES256");
    assert_eq!(bucket.get("a").await.header("x-cos-server-side-encryption"), "AES256");

    let key = [
        ("x-cos-server-side-encryption-customer-algorithm", "AES256"),
        ("x-cos-server-side-encryption-customer-key", "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY="),
        ("x-cos-server-side-encryption-customer-key-MD5", "U5L61r7jcwdNvT7frmUG8g=="),
    ];
    let answer = post(&bucket, &[&[("key", "b")], &key[..]].concat()).await;
    assert_eq!(answer.header("x-cos-server-side-encryption-customer-key-md5"), key[2].1);
    bucket.get("b").await.assert_error(400, "InvalidRequest");

    post(&bucket, &[("key", "c"), ("acl", "public-read"), ("x-cos-grant-full-control", "id=\"100000000009\"")])
        .await
        .assert_status(204);
    assert_eq!(bucket.request(Method::GET, "c").anonymous().send().await.text(), CONTENT);
    assert!(bucket.get("c?acl").await.text().contains("100000000009"));
}

#[tokio::test]
async fn files_of_any_size_and_content_come_back_byte_for_byte() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let tricky = "\r\n------a-boundar\r\n--".repeat(40_000).into_bytes();
    for content in [vec![], bytes(16 << 10), bytes((16 << 10) + 1), bytes(5_000_000), tricky] {
        form::of(bucket.request(Method::POST, ""), &[("key", "a")], &content).send().await.assert_status(204);
        assert!(bucket.get("a").await.body == content, "{}", content.len());
    }
}

#[tokio::test]
async fn a_form_brings_exactly_one_file_and_what_follows_it_counts_for_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let parts = [field("key", "a"), file("x"), field("x-cos-meta-a", "1"), field("key", "b"), field("", &"v".repeat(100_000))];
    post_parts(&bucket, &parts).await.assert_status(204);
    assert_eq!(keys(&bucket).await, ["a"]);
    assert_eq!(bucket.head("a").await.header_opt("x-cos-meta-a"), None);
    for parts in [
        vec![],
        vec![field("key", "b")],
        vec![field("key", "b"), part("name=\"files\"; filename=\"a\"", "x")],
        vec![field("key", "b"), file("x"), file("y")],
        vec![field("key", "b"), file("x"), field("z", "z"), part("name=\"FILE\"", "y")],
    ] {
        post_parts(&bucket, &parts).await.assert_error(400, "IncorrectNumberOfFilesInPostRequest");
    }
    assert_eq!(keys(&bucket).await, ["a"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_field_is_named_and_nothing_is_stored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let long = "k".repeat(851);
    for (fields, status, code) in [
        (vec![], 400, "InvalidArgument"),
        (vec![("key", "")], 400, "InvalidObjectName"),
        (vec![("key", "${filename"), ("Key", "b")], 400, "InvalidArgument"),
        (vec![("key", &long)], 400, "KeyTooLong"),
        (vec![("key", "a\u{18}")], 400, "InvalidObjectName"),
        (vec![("key", "a"), ("Content-MD5", "EI9SjrY7Zec08nrjMfX/qg==")], 400, "BadDigest"),
        (vec![("key", "a"), ("Content-MD5", "none")], 400, "InvalidDigest"),
        (vec![("key", "a"), ("x-cos-content-sha1", &"0".repeat(40))], 400, "InvalidSHA1Digest"),
        (vec![("key", "a"), ("x-cos-storage-class", "COLD")], 400, "NotSupportedStorageClass"),
        (vec![("key", "a"), ("x-cos-tagging", "a=1&a=2")], 400, "InvalidTag"),
        (vec![("key", "a"), ("x-cos-traffic-limit", "1")], 400, "InvalidArgument"),
        (vec![("key", "a"), ("x-cos-fsize-max", "15")], 400, "EntityTooLarge"),
        (vec![("key", "a"), ("x-cos-mime-limit", "image/*")], 403, "AccessDenied"),
        (vec![("key", "a"), ("acl", "public-read-write")], 400, "InvalidArgument"),
        (vec![("key", "a"), ("x-cos-meta-é", "1")], 400, "InvalidArgument"),
        (vec![("key", "a"), ("x-cos-meta-a", "1\n2")], 400, "InvalidArgument"),
        (vec![("key", "a"), ("x-cos-server-side-encryption", "rot13")], 400, "InvalidArgument"),
        (vec![("key", "a"), ("x-cos-callback", "e30=")], 501, "NotImplemented"),
        (vec![("key", "a"), ("Pic-Operations", "{}")], 501, "NotImplemented"),
        (vec![("key", "a"), ("x-cos-meta-a", &"v".repeat(70_000))], 400, "MaxPostPreDataLengthExceededError"),
    ] {
        post(&bucket, &fields).await.assert_error(status, code);
    }
    let many: Vec<Vec<u8>> = (0..101).map(|index| field(&format!("f{index}"), "")).collect();
    post_parts(&bucket, &[many, vec![field("key", "a"), file("x")]].concat())
        .await
        .assert_error(400, "MaxPostPreDataLengthExceededError");
    post_parts(&bucket, &[part("name=\"key\"", b"\xff"), file("x")]).await.assert_error(400, "InvalidArgument");
    assert!(keys(&bucket).await.is_empty());
    cos.bucket("missing-1250000000").request(Method::POST, "").send().await.assert_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn a_body_that_is_no_form_is_malformed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = body(&[field("key", "a"), file("x")]);
    let post = |content_type: &str, body: &[u8]| {
        bucket.request(Method::POST, "").header("content-type", content_type).body(body.to_vec()).send()
    };
    for content_type in
        ["text/plain", "multipart/form-data", "multipart/mixed; boundary=----a-boundary", "multipart/form-data; boundary=b"]
    {
        post(content_type, &whole).await.assert_error(400, "MalformedPOSTRequest");
    }
    for length in [0, 10, 60, whole.len() - 8, whole.len() - 30] {
        post(TYPE, &whole[..length]).await.assert_error(400, "MalformedPOSTRequest");
    }
    bucket.request(Method::POST, "").body(whole).send().await.assert_error(400, "MalformedPOSTRequest");
    assert!(keys(&bucket).await.is_empty());
}

#[tokio::test]
async fn a_form_needs_a_length_or_chunks_and_must_arrive_whole() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let whole = body(&[field("key", "a"), file("x")]);
    let authorization = authorization(SECRET_ID, SECRET_KEY, &Method::POST, "/", HOST);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {authorization}\r\nContent-Type: {TYPE}\r\nConnection: close\r\n"
    );
    let send = async |rest: Vec<u8>| {
        let mut stream = cos.connect().await;
        stream.write_all(&[head.as_bytes(), &rest].concat()).await.expect("taken");
        stream.shutdown().await.expect("one side closes");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer of text");
        answer
    };
    assert!(send(b"\r\n".to_vec()).await.contains("<Code>MissingContentLength</Code>"));
    let cut = [format!("Content-Length: {}\r\n\r\n", whole.len()).as_bytes(), &whole[..whole.len() - 40]].concat();
    assert!(send(cut).await.contains("<Code>IncompleteBody</Code>"));
    assert!(keys(&bucket).await.is_empty());
    let chunks =
        [format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", whole.len()).as_bytes(), &whole, b"\r\n0\r\n\r\n"].concat();
    assert!(send(chunks).await.starts_with("HTTP/1.1 204"));
    assert_eq!(bucket.get("a").await.text(), "x");
}
