//! POST Object restore.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::copy_object::copy;
use crate::encryption::{CUSTOMER, send};
use crate::harness::{Answer, BUCKET, Bucket, NOW, TestServer};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

async fn put(bucket: &Bucket<'_>, key: &str, class: &str) -> Answer {
    bucket.request(Method::PUT, key).header("x-cos-storage-class", class).body("[Object Content]").send().await
}

async fn restore(bucket: &Bucket<'_>, target: &str, days: &str, tier: &str) -> Answer {
    let job = format!("<CASJobParameters><Tier>{tier}</Tier></CASJobParameters>");
    bucket.post(target, format!("<RestoreRequest><Days>{days}</Days>{job}</RestoreRequest>")).await
}

fn advance(cos: &TestServer, seconds: i64) {
    cos.clock.stop(Timestamp::from_seconds(NOW + seconds));
}

#[tokio::test]
async fn a_restored_object_can_be_read_once_the_tier_is_over_and_until_it_expires() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    bucket.get("a").await.assert_error(403, "InvalidObjectState");
    let answer = restore(&bucket, "a?restore", "3", "Expedited").await;
    answer.assert_status(202);
    answer.assert_headers(&[("content-length", "0")]);

    advance(&cos, 5 * MINUTE - 1);
    copy(&bucket, "copy", "a", &[]).await.assert_error(403, "InvalidObjectState");
    let refused = bucket.get("a").await;
    refused.assert_error(403, "InvalidObjectState");
    assert_eq!(refused.header("x-cos-storage-class"), "ARCHIVE");
    let head = bucket.head("a").await;
    assert_eq!(head.header("x-cos-restore"), "ongoing-request=\"true\"");
    let status = "tier=\"expedited\"; request-date=\"Tue, 14 Nov 2023 22:13:20 GMT\"";
    assert_eq!(head.header("x-cos-restore-status"), status);
    assert_eq!(bucket.get("").await.elements("RestoreStatus"), ["ONGOING"]);

    advance(&cos, 5 * MINUTE);
    let read = bucket.get("a").await;
    assert_eq!((read.text().as_str(), read.header("x-cos-storage-class")), ("[Object Content]", "ARCHIVE"));
    assert_eq!(bucket.request(Method::GET, "a").header("range", "bytes=8-14").send().await.text(), "Content");
    let head = bucket.head("a").await;
    let expiry = "ongoing-request=\"false\", expiry-date=\"Sat, 18 Nov 2023 16:00:00 GMT\"";
    assert_eq!((head.header("x-cos-restore"), head.header_opt("x-cos-restore-status")), (expiry, None));
    copy(&bucket, "copy", "a", &[]).await.assert_status(200);
    assert_eq!(bucket.head("copy").await.header_opt("x-cos-restore"), None);
    assert_eq!(bucket.get("").await.elements("RestoreStatus"), ["DONE"]);
    assert_eq!(bucket.get("?versions").await.elements("RestoreStatus"), ["DONE"]);

    cos.clock.stop(Timestamp::from_http_date("Sat, 18 Nov 2023 16:00:00 GMT").expect("a date"));
    bucket.get("a").await.assert_error(403, "InvalidObjectState");
    copy(&bucket, "copy", "a", &[]).await.assert_error(403, "InvalidObjectState");
    assert_eq!(bucket.head("a").await.header_opt("x-cos-restore"), None);
    assert!(bucket.get("").await.elements("RestoreStatus").is_empty());
}

#[tokio::test]
async fn each_class_and_tier_takes_its_own_time() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (number, (class, tier, time)) in [
        ("ARCHIVE", "Standard", 5 * HOUR),
        ("ARCHIVE", "Bulk", 12 * HOUR),
        ("DEEP_ARCHIVE", "Standard", 24 * HOUR),
        ("DEEP_ARCHIVE", "Bulk", 48 * HOUR),
    ]
    .into_iter()
    .enumerate()
    {
        let begun = number as i64 * 10 * DAY;
        advance(&cos, begun);
        put(&bucket, "a", class).await.assert_status(200);
        restore(&bucket, "a?restore", "1", tier).await.assert_status(202);
        advance(&cos, begun + time - 1);
        bucket.get("a").await.assert_error(403, "InvalidObjectState");
        advance(&cos, begun + time);
        bucket.get("a").await.assert_status(200);
    }
}

#[tokio::test]
async fn the_tier_is_standard_unless_it_is_said() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    bucket.post("a?restore", "<RestoreRequest><Days>1</Days></RestoreRequest>").await.assert_status(202);
    assert!(bucket.head("a").await.header("x-cos-restore-status").starts_with("tier=\"standard\""));
}

#[tokio::test]
async fn a_second_request_is_refused_meanwhile_and_moves_the_expiry_later() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    restore(&bucket, "a?restore", "1", "Expedited").await.assert_status(202);
    restore(&bucket, "a?restore", "1", "Expedited").await.assert_error(409, "RestoreAlreadyInProgress");
    advance(&cos, HOUR);
    for (days, date) in [("30", "Fri, 15 Dec 2023 16:00:00 GMT"), ("1", "Thu, 16 Nov 2023 16:00:00 GMT")] {
        restore(&bucket, "a?restore", days, "Bulk").await.assert_status(200);
        let expected = format!("ongoing-request=\"false\", expiry-date=\"{date}\"");
        assert_eq!(bucket.head("a").await.header("x-cos-restore"), expected);
        bucket.get("a").await.assert_status(200);
    }
}

#[tokio::test]
async fn deep_archive_can_be_asked_for_again_but_faster() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", "DEEP_ARCHIVE").await.assert_status(200);
    restore(&bucket, "a?restore", "1", "Expedited").await.assert_error(400, "InvalidArgument");
    restore(&bucket, "a?restore", "1", "Bulk").await.assert_status(202);
    restore(&bucket, "a?restore", "1", "Bulk").await.assert_error(409, "RestoreAlreadyInProgress");
    restore(&bucket, "a?restore", "1", "Standard").await.assert_status(202);
    advance(&cos, 24 * HOUR);
    bucket.get("a").await.assert_status(200);
}

#[tokio::test]
async fn only_archived_objects_that_are_there_can_be_restored() {
    let cos = TestServer::start().await;
    restore(&cos.bucket(BUCKET), "a?restore", "1", "Bulk").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    restore(&bucket, "a?restore", "1", "Bulk").await.assert_error(404, "NoSuchKey");
    for class in ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING"] {
        put(&bucket, "a", class).await.assert_status(200);
        restore(&bucket, "a?restore", "1", "Bulk").await.assert_error(405, "RestoreNonArchiveObject");
    }
}

#[tokio::test]
async fn a_version_can_be_restored_by_its_id() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    cos.change_bucket(|bucket| bucket.versioning = Versioning::Enabled).await;
    let id = put(&bucket, "a", "ARCHIVE").await.header("x-cos-version-id").to_owned();
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    restore(&bucket, &format!("a?restore&versionId={id}"), "1", "Expedited").await.assert_status(202);
    advance(&cos, HOUR);
    bucket.get("a").await.assert_error(403, "InvalidObjectState");
    assert_eq!(bucket.get(&format!("a?versionId={id}")).await.text(), "[Object Content]");
    restore(&bucket, "a?restore&versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg", "1", "Bulk").await.assert_error(404, "NoSuchVersion");
    bucket.delete("a").await.assert_status(204);
    restore(&bucket, "a?restore", "1", "Bulk").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_body_that_is_no_restore_request_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    bucket.post("a?restore", "").await.assert_error(400, "MissingRequestBodyError");
    for body in ["<RestoreRequest/>", "<Restore><Days>1</Days></Restore>", "<RestoreRequest><Days>1</Days>", "1"] {
        bucket.post("a?restore", body).await.assert_error(400, "MalformedXML");
    }
    for (days, tier) in [("0", "Bulk"), ("-1", "Bulk"), ("36501", "Bulk"), ("x", "Bulk"), ("1", "Fast")] {
        restore(&bucket, "a?restore", days, tier).await.assert_error(400, "InvalidArgument");
    }
    let digested = bucket.request(Method::POST, "a?restore").header("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==");
    digested.body("<RestoreRequest><Days>1</Days></RestoreRequest>").send().await.assert_error(400, "BadDigest");
    assert_eq!(bucket.head("a").await.header_opt("x-cos-restore"), None);
}

#[tokio::test]
async fn a_customer_key_may_come_but_must_be_the_right_one() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let class: &[(&'static str, &str)] = &[("x-cos-storage-class", "ARCHIVE")];
    send(&bucket, Method::PUT, "a", &[CUSTOMER, class].concat(), b"x".to_vec()).await.assert_status(200);
    put(&bucket, "b", "ARCHIVE").await.assert_status(200);
    let body = || b"<RestoreRequest><Days>1</Days></RestoreRequest>".to_vec();
    send(&bucket, Method::POST, "b?restore", CUSTOMER, body()).await.assert_error(400, "SSEHeaderNotAllowed");
    send(&bucket, Method::POST, "b?restore", &[], body()).await.assert_status(202);
    send(&bucket, Method::POST, "a?restore", CUSTOMER, body()).await.assert_status(202);
}

#[tokio::test]
async fn overwriting_ends_a_restore() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    restore(&bucket, "a?restore", "1", "Expedited").await.assert_status(202);
    put(&bucket, "a", "ARCHIVE").await.assert_status(200);
    assert_eq!(bucket.head("a").await.header_opt("x-cos-restore"), None);
}
