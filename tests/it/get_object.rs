//! GET Object.

use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, TestServer, bytes, full_part};

const ETAG: &str = "\"ee8de918d05640145b18f70f4c3aa602\"";
const CRC64: &str = "16749565679157681890";
const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

async fn with(bucket: &Bucket<'_>, target: &str, name: &'static str, value: &str) -> Answer {
    bucket.request(Method::GET, target).header(name, value).send().await
}

#[tokio::test]
async fn the_answer_is_the_object_with_all_that_was_kept() {
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
        .header("x-cos-website-redirect-location", "/b")
        .header("x-cos-storage-class", "INTELLIGENT_TIERING")
        .header("if-match", "ignored");
    put.body("[Object Content]").send().await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + 1000));
    // Whatever the client accepts: content is never decoded.
    let answer = with(&bucket, "a.txt", "accept-encoding", "identity").await;
    answer.assert_status(200);
    assert_eq!(answer.text(), "[Object Content]");
    answer.assert_headers(&[
        ("accept-ranges", "bytes"),
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
        ("x-cos-storage-class", "INTELLIGENT_TIERING"),
        ("x-cos-storage-tier", "FREQUENT"),
        ("x-cos-website-redirect-location", "/b"),
    ]);
}

#[tokio::test]
async fn a_missing_object_is_named_in_the_error() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).get("a").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for key in ["b", "a/", "A"] {
        let answer = bucket.get(key).await;
        answer.assert_error(404, "NoSuchKey");
        assert_eq!(answer.element("Message"), "The specified key does not exist.");
        assert_eq!(answer.element("Resource"), format!("{BUCKET}.cos.ap-guangzhou.myqcloud.com/{key}"));
    }
}

#[tokio::test]
async fn a_range_is_a_part_of_the_body_with_the_digests_of_the_whole() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a.txt", "[Object Content]").await.assert_status(200);
    let answer = with(&bucket, "a.txt", "range", "bytes=8-14").await;
    answer.assert_status(206);
    assert_eq!(answer.text(), "Content");
    answer.assert_headers(&[
        ("accept-ranges", "bytes"),
        ("content-length", "7"),
        ("content-range", "bytes 8-14/16"),
        ("content-type", "text/plain"),
        ("etag", ETAG),
        ("last-modified", DATE),
        ("x-cos-hash-crc64ecma", CRC64),
    ]);
}

#[tokio::test]
async fn ranges_are_cut_at_the_end_and_bad_ones_ignored() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    for (range, place, text) in [
        ("bytes=0-0", "bytes 0-0/16", "["),
        ("bytes=15-15", "bytes 15-15/16", "]"),
        ("bytes=8-", "bytes 8-15/16", "Content]"),
        ("bytes=8-99", "bytes 8-15/16", "Content]"),
        ("bytes=-1", "bytes 15-15/16", "]"),
        ("bytes=-99", "bytes 0-15/16", "[Object Content]"),
        ("bytes=0-", "bytes 0-15/16", "[Object Content]"),
        ("bytes=0-18446744073709551615", "bytes 0-15/16", "[Object Content]"),
    ] {
        let answer = with(&bucket, "a", "range", range).await;
        answer.assert_status(206);
        assert_eq!((answer.header("content-range"), answer.text().as_str()), (place, text), "{range}");
    }
    for range in ["bytes=2-1", "bytes=0-1,4-5", "bytes=a-b", "bytes=-", "bytes=", "items=0-1", "0-1", ""] {
        let answer = with(&bucket, "a", "range", range).await;
        answer.assert_status(200);
        assert_eq!((answer.header_opt("content-range"), answer.text().as_str()), (None, "[Object Content]"), "{range}");
    }
}

#[tokio::test]
async fn a_range_without_a_byte_of_the_object_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    bucket.put("empty", "").await.assert_status(200);
    for (key, range, place) in [
        ("a", "bytes=16-", "bytes */16"),
        ("a", "bytes=16-20", "bytes */16"),
        ("a", "bytes=-0", "bytes */16"),
        ("empty", "bytes=0-", "bytes */0"),
        ("empty", "bytes=-1", "bytes */0"),
    ] {
        let answer = with(&bucket, key, "range", range).await;
        answer.assert_error(416, "InvalidRange");
        assert_eq!(answer.header("content-range"), place, "{range}");
    }
}

#[tokio::test]
async fn ranges_of_large_bodies_and_across_parts_are_the_right_bytes() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("one", bytes(3_000_000)).await.assert_status(200);
    let id = bucket.initiate("parts").await;
    let whole = [full_part(), vec![b'2'; 1 << 20], b"tail".to_vec()];
    let mut etags = Vec::new();
    for (number, part) in (1..).zip(&whole) {
        etags.push((number, bucket.part("parts", &id, number, part.clone()).await));
    }
    let etags: Vec<(u16, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
    bucket.complete("parts", &id, &etags).await.assert_status(200);
    const MIB: usize = 1 << 20;
    for (key, body) in [("one", bytes(3_000_000)), ("parts", whole.concat())] {
        for (first, last) in [
            (0, 0),
            (0, MIB - 1),
            (MIB - 1, MIB),
            (MIB, 2 * MIB - 1),
            (100, 2 * MIB + 1),
            (262_143, 262_144),
            (2 * MIB - 1, body.len() - 1),
            (body.len() - 1, body.len() - 1),
        ] {
            let answer = with(&bucket, key, "range", &format!("bytes={first}-{last}")).await;
            answer.assert_status(206);
            assert!(answer.body == body[first..=last], "{key} {first}-{last}");
        }
        assert!(bucket.get(key).await.body == body);
    }
}

#[tokio::test]
async fn conditions_are_judged_in_the_order_of_rfc_7232() {
    const BEFORE: &str = "Tue, 14 Nov 2023 22:13:19 GMT";
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "[Object Content]").await.assert_status(200);
    for (conditions, status) in [
        (&[("if-match", ETAG)][..], 200),
        (&[("if-match", "ee8de918d05640145b18f70f4c3aa602")], 200),
        (&[("if-match", "\"x\", \"ee8de918d05640145b18f70f4c3aa602\"")], 200),
        (&[("if-match", "*")], 200),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-none-match", "\"x\"")], 200),
        (&[("if-none-match", ETAG)], 304),
        (&[("if-none-match", "W/\"ee8de918d05640145b18f70f4c3aa602\"")], 304),
        (&[("if-none-match", "*")], 304),
        (&[("if-modified-since", BEFORE)], 200),
        (&[("if-modified-since", DATE)], 304),
        (&[("if-modified-since", "yesterday")], 200),
        (&[("if-unmodified-since", DATE)], 200),
        (&[("if-unmodified-since", BEFORE)], 412),
        (&[("if-unmodified-since", "yesterday")], 200),
        (&[("if-match", ETAG), ("if-unmodified-since", BEFORE)], 200),
        (&[("if-none-match", "\"x\""), ("if-modified-since", DATE)], 200),
        (&[("if-match", "\"x\""), ("if-none-match", ETAG)], 412),
        (&[("if-match", ETAG), ("if-none-match", ETAG)], 304),
        (&[("if-match", "\"x\""), ("range", "bytes=99-")], 412),
        (&[("if-none-match", ETAG), ("range", "bytes=99-")], 304),
        (&[("if-match", ETAG), ("range", "bytes=0-1")], 206),
    ] {
        let request = bucket.request(Method::GET, "a");
        let request = conditions.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = request.send().await;
        assert_eq!(answer.status.as_u16(), status, "{conditions:?}");
        if status == 412 {
            answer.assert_error(412, "PreconditionFailed");
            assert_eq!(answer.element("Message"), "Precondition not match.");
        }
    }
}

/// As the page's sample: with type, ETag and CRC of the object, without its date.
#[tokio::test]
async fn not_modified_has_no_body() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::PUT, "a.txt").header("x-cos-meta-a", "1").body("[Object Content]").send().await.assert_status(200);
    let answer = with(&bucket, "a.txt", "if-none-match", ETAG).await;
    answer.assert_status(304);
    assert!(answer.body.is_empty());
    let length = ("content-length", "0");
    answer.assert_headers(&[length, ("content-type", "text/plain"), ("etag", ETAG), ("x-cos-hash-crc64ecma", CRC64)]);
}

#[tokio::test]
async fn parameters_override_headers_of_the_answer() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = bucket.request(Method::PUT, "a.txt").header("cache-control", "no-store").body("[Object Content]");
    put.send().await.assert_status(200);
    let query = "response-cache-control=max-age%3D1&response-content-disposition=attachment%3B+filename%3D%22b%22\
                 &response-content-encoding=br&response-content-language=fr&response-content-type=image%2Fpng&response-expires=never";
    let overridden = [
        ("cache-control", "max-age=1"),
        ("content-disposition", "attachment; filename=\"b\""),
        ("content-encoding", "br"),
        ("content-language", "fr"),
        ("content-type", "image/png"),
        ("expires", "never"),
    ];
    for range in ["", "bytes=0-1"] {
        let answer = with(&bucket, &format!("a.txt?{query}"), "range", range).await;
        for (name, value) in overridden {
            assert_eq!(answer.header(name), value);
        }
    }
    let answer = bucket.get("a.txt?response-cache-control=&response-content-type").await;
    assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "text/plain"));
    for query in ["response-expires=a%0Ab", "response-expires=a&response-expires=b"] {
        bucket.get(&format!("a.txt?{query}")).await.assert_error(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn archived_objects_cannot_be_read() {
    let cos = TestServer::start().await;
    let (single, multi) = (cos.put_bucket().await, cos.put_multi_az_bucket().await);
    for (bucket, class) in
        [(&single, "ARCHIVE"), (&single, "DEEP_ARCHIVE"), (&multi, "MAZ_ARCHIVE"), (&multi, "MAZ_DEEP_ARCHIVE")]
    {
        bucket.request(Method::PUT, "a").header("x-cos-storage-class", class).body("x").send().await.assert_status(200);
        let answer = bucket.get("a").await;
        answer.assert_error(403, "InvalidObjectState");
        assert_eq!(answer.element("Message"), "The operation is not valid for the object storage class.");
        assert_eq!(answer.header("x-cos-storage-class"), class);
    }
}

#[tokio::test]
async fn the_version_null_is_the_object_and_there_is_no_other() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for target in ["a?versionId=null", "a?VersionId=null", "a?versionId=", "a?versionId"] {
        assert_eq!(bucket.get(target).await.text(), "x");
    }
    bucket.get("a?versionId=MTg0NDUx").await.assert_error(404, "NoSuchVersion");
    bucket.get("b?versionId=null").await.assert_error(404, "NoSuchVersion");
}

#[tokio::test]
async fn speed_limits_are_checked_in_header_and_query() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for size in [3, 100_000] {
        bucket.put("a", bytes(size)).await.assert_status(200);
        assert!(with(&bucket, "a", "x-cos-traffic-limit", "838860800").await.body == bytes(size));
        assert!(bucket.get("a?x-cos-traffic-limit=838860800").await.body == bytes(size));
    }
    for limit in ["819199", "838860801", "fast"] {
        with(&bucket, "a", "x-cos-traffic-limit", limit).await.assert_error(400, "InvalidArgument");
        bucket.get(&format!("a?x-cos-traffic-limit={limit}")).await.assert_error(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn what_is_lacking_does_not_give_the_object() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for query in ["notification", "imageMogr2", "imageMogr2=", "ci-process=x", "x=1&notification"] {
        bucket.get(&format!("a?{query}")).await.assert_error(501, "NotImplemented");
    }
    bucket.get("a?uploads").await.assert_error(405, "MethodNotAllowed");
    bucket.post("a", "").await.assert_error(405, "MethodNotAllowed");
    bucket.request(Method::PATCH, "a").send().await.assert_error(405, "MethodNotAllowed");
    assert_eq!(bucket.get("a?token=1&clientIP=2&ACL").await.text(), "x");
}

#[tokio::test]
async fn others_and_anonymous_callers_cannot_read() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for target in ["a", "missing", "a?response-expires=1"] {
        bucket.request(Method::GET, target).signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
        bucket.request(Method::GET, target).anonymous().send().await.assert_error(403, "AccessDenied");
    }
}
