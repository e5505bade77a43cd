//! HEAD Object.

use http::Method;

use crate::harness::{BUCKET, OTHER, TestServer, bytes, full_part};

const ETAG: &str = "\"ee8de918d05640145b18f70f4c3aa602\"";
const CRC64: &str = "16749565679157681890";
const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

#[tokio::test]
async fn the_answer_says_all_of_the_object_and_has_no_body() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = bucket
        .request(Method::PUT, "a.txt")
        .header("cache-control", "max-age=60")
        .header("content-disposition", "attachment; filename=\"a.txt\"")
        .header("content-encoding", "gzip")
        .header("content-language", "de")
        .header("expires", "whenever")
        .header("x-cos-meta-job-id", "7")
        .header("x-cos-storage-class", "standard_ia");
    put.body("[Object Content]").send().await.assert_status(200);
    let answer = bucket.head("a.txt").await;
    answer.assert_status(200);
    assert!(answer.body.is_empty());
    answer.assert_headers(&[
        ("cache-control", "max-age=60"),
        ("content-disposition", "attachment; filename=\"a.txt\""),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-length", "16"),
        ("content-type", "text/plain"),
        ("etag", ETAG),
        ("expires", "whenever"),
        ("last-modified", DATE),
        ("x-cos-hash-crc64ecma", CRC64),
        ("x-cos-meta-job-id", "7"),
        ("x-cos-storage-class", "STANDARD_IA"),
    ]);
}

#[tokio::test]
async fn it_says_what_get_says() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("empty", "").await.assert_status(200);
    bucket.put("large", bytes(3_000_000)).await.assert_status(200);
    let id = bucket.initiate("parts").await;
    let parts = [bucket.part("parts", &id, 1, full_part()).await, bucket.part("parts", &id, 2, "tail").await];
    bucket.complete("parts", &id, &[(1, &parts[0]), (2, &parts[1])]).await.assert_status(200);
    for (key, length) in [("empty", "0"), ("large", "3000000"), ("parts", "1048580")] {
        let (head, get) = (bucket.head(key).await, bucket.get(key).await);
        assert_eq!(head.header("content-length"), length);
        let mut expected = get.headers.clone();
        // As in the samples, only GET says this.
        assert_eq!(expected.remove("accept-ranges").unwrap(), "bytes");
        expected.insert("x-cos-request-id", head.headers["x-cos-request-id"].clone());
        assert_eq!(head.headers, expected);
    }
}

#[tokio::test]
async fn a_range_is_ignored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    for range in ["bytes=1-2", "bytes=100-"] {
        let answer = bucket.request(Method::HEAD, "a").header("range", range).send().await;
        answer.assert_status(200);
        assert_eq!((answer.header("content-length"), answer.header_opt("content-range")), ("16", None));
    }
}

#[tokio::test]
async fn conditions_are_judged() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    for (name, value, status) in [
        ("if-match", ETAG, 200),
        ("if-match", "\"other\"", 412),
        ("if-none-match", "\"other\"", 200),
        ("if-none-match", ETAG, 304),
        ("if-modified-since", "Tue, 14 Nov 2023 22:13:19 GMT", 200),
        ("if-modified-since", DATE, 304),
        ("if-unmodified-since", DATE, 200),
        ("if-unmodified-since", "Tue, 14 Nov 2023 22:13:19 GMT", 412),
    ] {
        let answer = bucket.request(Method::HEAD, "a").header(name, value).send().await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (status, 0), "{name}: {value}");
        if status == 412 {
            answer.assert_head_error(412);
        }
    }
}

/// Unlike GET's, as in the sample: application/xml, a trace id and no ETag.
#[tokio::test]
async fn not_modified_says_nothing_of_the_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    let answer = bucket.request(Method::HEAD, "a").header("if-none-match", ETAG).send().await;
    answer.assert_status(304);
    let trace_id = answer.header("x-cos-trace-id");
    assert_eq!(trace_id.len(), 172);
    answer.assert_headers(&[("content-length", "0"), ("content-type", "application/xml"), ("x-cos-trace-id", trace_id)]);
}

#[tokio::test]
async fn archived_objects_have_a_head() {
    let cos = TestServer::start().await;
    let (single, multi) = (cos.put_bucket().await, cos.put_multi_az_bucket().await);
    for (bucket, class, tier) in [
        (&single, "ARCHIVE", None),
        (&single, "DEEP_ARCHIVE", None),
        (&single, "INTELLIGENT_TIERING", Some("FREQUENT")),
        (&multi, "MAZ_INTELLIGENT_TIERING", Some("FREQUENT")),
    ] {
        bucket.request(Method::PUT, "a").header("x-cos-storage-class", class).body("x").send().await.assert_status(200);
        let answer = bucket.head("a").await;
        answer.assert_status(200);
        assert_eq!((answer.header("x-cos-storage-class"), answer.header_opt("x-cos-storage-tier")), (class, tier));
        assert_eq!(answer.header_opt("x-cos-restore"), None);
    }
}

#[tokio::test]
async fn missing_objects_buckets_and_versions_are_404() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).head("a").await.assert_head_error(404);
    let bucket = cos.put_bucket().await;
    bucket.head("a").await.assert_head_error(404);
    bucket.put("a", "x").await.assert_status(200);
    bucket.head("a/").await.assert_head_error(404);
    bucket.head("a?versionId=test").await.assert_head_error(404);
    bucket.head("a?versionId=null").await.assert_status(200);
    bucket.head("a?versionId=").await.assert_status(200);
}

#[tokio::test]
async fn a_customer_key_is_asked_for_again() {
    const KEY: [(&str, &str); 3] = [
        ("x-cos-server-side-encryption-customer-algorithm", "AES256"),
        ("x-cos-server-side-encryption-customer-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        ("x-cos-server-side-encryption-customer-key-md5", "hRasmdxgYDKV3nvbahU1MA=="),
    ];
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let with_key = |method: Method, key: &str| {
        let request = bucket.request(method, key).body("[Object Content]");
        KEY.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    };
    with_key(Method::PUT, "a").send().await.assert_status(200);
    bucket.head("a").await.assert_head_error(400);
    let answer = with_key(Method::HEAD, "a").body("").send().await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-length"), "16");
    assert_eq!(answer.header(KEY[0].0), KEY[0].1);
    assert_eq!(answer.header(KEY[2].0), KEY[2].1);
    assert_eq!(answer.header_opt(KEY[1].0), None);
    bucket.put("plain", "x").await.assert_status(200);
    with_key(Method::HEAD, "plain").body("").send().await.assert_head_error(400);
    let asks = bucket.request(Method::HEAD, "plain").header("x-cos-server-side-encryption", "AES256");
    asks.send().await.assert_head_error(400);
}

#[tokio::test]
async fn others_and_anonymous_callers_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.request(Method::HEAD, "a").signed_by(OTHER.1, OTHER.2).send().await.assert_head_error(403);
    bucket.request(Method::HEAD, "a").anonymous().send().await.assert_head_error(403);
}

#[tokio::test]
async fn a_sub_resource_that_is_lacking_is_not_a_head() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.head("a?notification").await.assert_head_error(501);
    bucket.head("a?uploadId=1").await.assert_head_error(405);
}
