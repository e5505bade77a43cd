//! PUT and GET Object retention, and what locks forbid.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use http::Method;
use tempfile::TempDir;

use crate::copy_object::copy;
use crate::form;
use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, TestServer, settings};

const DAY: i64 = 24 * 60 * 60;

const TAGS: &str = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";

/// Gives the bucket a lock, of so many days for each new object.
async fn lock(bucket: &Bucket<'_>, days: Option<u32>) {
    let rule =
        days.map(|days| format!("<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>{days}</Days></DefaultRetention></Rule>"));
    let enabled = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>";
    let document = format!("<ObjectLockConfiguration>{enabled}{}</ObjectLockConfiguration>", rule.unwrap_or_default());
    bucket.put("?object-lock", document).await.assert_status(200);
}

fn retention(date: &str) -> String {
    format!("<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>{date}</RetainUntilDate></Retention>")
}

async fn retain(bucket: &Bucket<'_>, key: &str, date: &str) -> Answer {
    bucket.put(&format!("{key}?retention"), retention(date)).await
}

/// Until when the object is locked.
async fn until(bucket: &Bucket<'_>, key: &str) -> Option<String> {
    let answer = bucket.get(&format!("{key}?retention")).await;
    (answer.status == 200).then(|| answer.element("RetainUntilDate"))
}

async fn link(bucket: &Bucket<'_>, key: &str) -> Answer {
    bucket.request(Method::PUT, &format!("{key}?symlink")).header("x-cos-symlink-target", "target").send().await
}

async fn upload(bucket: &Bucket<'_>, key: &str) -> Answer {
    let upload = bucket.initiate(key).await;
    let etag = bucket.part(key, &upload, 1, "text").await;
    bucket.complete(key, &upload, &[(1, &etag)]).await
}

#[tokio::test]
async fn whatever_makes_an_object_locks_it_for_the_buckets_time() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("before", "x").await.assert_status(200);
    lock(&bucket, Some(30)).await;
    bucket.put("put", "x").await.assert_status(200);
    bucket.post("append?append&position=0", "x").await.assert_status(200);
    link(&bucket, "symlink").await.assert_status(200);
    upload(&bucket, "upload").await.assert_status(200);
    copy(&bucket, "copy", "before", &[]).await.assert_status(200);
    form::of(bucket.request(Method::POST, ""), &[("key", "form")], "x").send().await.assert_status(204);
    let expected = "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2023-12-14T22:13:20.000Z</RetainUntilDate></Retention>";
    for key in ["put", "append", "symlink", "upload", "copy", "form"] {
        bucket.get(&format!("{key}?retention")).await.assert_document(expected);
    }
    bucket.get("before?retention").await.assert_error(404, "NoSuchObjectLockConfiguration");
    lock(&bucket, None).await;
    bucket.put("after", "x").await.assert_status(200);
    bucket.get("after?retention").await.assert_error(404, "NoSuchObjectLockConfiguration");
    assert_eq!(until(&bucket, "put").await.as_deref(), Some("2023-12-14T22:13:20.000Z"));
}

#[tokio::test]
async fn a_locked_object_is_neither_replaced_nor_deleted_until_its_time_is_over() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("free", "x").await.assert_status(200);
    lock(&bucket, Some(1)).await;
    for key in ["a", "b"] {
        bucket.post(&format!("{key}?append&position=0"), "text").await.assert_status(200);
    }
    for seconds in [0, DAY - 1] {
        cos.clock.stop(Timestamp::from_seconds(NOW + seconds));
        bucket.put("a", "other").await.assert_error(409, "ObjectLocked");
        bucket.post("a?append&position=4", "more").await.assert_error(409, "ObjectLocked");
        link(&bucket, "a").await.assert_error(409, "ObjectLocked");
        upload(&bucket, "a").await.assert_error(409, "ObjectLocked");
        copy(&bucket, "a", "free", &[]).await.assert_error(409, "ObjectLocked");
        bucket.put("a?tagging", TAGS).await.assert_error(409, "ObjectLocked");
        let refused = bucket.delete("a").await;
        refused.assert_error(409, "ObjectLocked");
        assert_eq!(refused.element("Message"), "the object is locked until 2023-11-15T22:13:20Z");
        assert_eq!(bucket.get("a").await.text(), "text");
    }
    bucket.request(Method::PUT, "a?acl").header("x-cos-acl", "public-read").send().await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + DAY));
    bucket.put("a", "other").await.assert_status(200);
    bucket.delete("b").await.assert_status(204);
    assert_eq!(until(&bucket, "a").await.as_deref(), Some("2023-11-16T22:13:20.000Z"));
}

#[tokio::test]
async fn a_writer_may_name_its_own_end() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    lock(&bucket, Some(30)).await;
    let put = |mode: &str, date: &str| {
        let put = bucket.request(Method::PUT, "a").header("x-cos-object-lock-mode", mode);
        put.header("x-cos-object-lock-retain-until-date", date).body("x").send()
    };
    put("GOVERNANCE", "2024-01-01T00:00:00Z").await.assert_error(400, "InvalidArgument");
    put("COMPLIANCE", "2023-01-01T00:00:00Z").await.assert_error(400, "InvalidArgument");
    put("COMPLIANCE", "").await.assert_error(400, "InvalidArgument");
    put("COMPLIANCE", "2024-01-01T00:00:00Z").await.assert_status(200);
    assert_eq!(until(&bucket, "a").await.as_deref(), Some("2024-01-01T00:00:00.000Z"));

    let initiate = bucket.request(Method::POST, "b?uploads").header("x-cos-object-lock-mode", "COMPLIANCE");
    let upload =
        initiate.header("x-cos-object-lock-retain-until-date", "2024-02-02T00:00:00.000Z").send().await.element("UploadId");
    let etag = bucket.part("b", &upload, 1, "text").await;
    bucket.complete("b", &upload, &[(1, &etag)]).await.assert_status(200);
    assert_eq!(until(&bucket, "b").await.as_deref(), Some("2024-02-02T00:00:00.000Z"));
}

#[tokio::test]
async fn a_lock_needs_a_bucket_with_object_lock() {
    let cos = TestServer::start().await;
    retain(&cos.bucket(BUCKET), "a", "2024-01-01T00:00:00Z").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    retain(&bucket, "a", "2024-01-01T00:00:00Z").await.assert_error(404, "NoSuchObjectLockConfiguration");
    let put = bucket.request(Method::PUT, "a").header("x-cos-object-lock-mode", "COMPLIANCE");
    let put = put.header("x-cos-object-lock-retain-until-date", "2024-01-01T00:00:00Z");
    put.send().await.assert_error(400, "InvalidRequest");
}

#[tokio::test]
async fn an_object_is_locked_later_and_then_only_for_longer() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    lock(&bucket, None).await;
    let answer = retain(&bucket, "a", "2024-01-01T00:00:00.000Z").await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    bucket.delete("a").await.assert_error(409, "ObjectLocked");
    retain(&bucket, "a", "2024-01-01T08:00:00+08:00").await.assert_status(200);
    retain(&bucket, "a", "2023-12-31T23:59:59Z").await.assert_error(409, "InvalidLockedTime");
    assert_eq!(until(&bucket, "a").await.as_deref(), Some("2024-01-01T00:00:00.000Z"));
    retain(&bucket, "a", "2024-06-01T00:00:00Z").await.assert_status(200);
    assert_eq!(until(&bucket, "a").await.as_deref(), Some("2024-06-01T00:00:00.000Z"));
    assert_eq!(bucket.head("a").await.header("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

#[tokio::test]
async fn what_is_no_lock_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    lock(&bucket, None).await;
    retain(&bucket, "a", "2024-01-01T00:00:00Z").await.assert_error(404, "NoSuchKey");
    bucket.get("a?retention").await.assert_error(404, "NoSuchKey");
    bucket.put("a", "x").await.assert_status(200);
    for date in ["2023-11-14T22:13:20Z", "tomorrow", ""] {
        retain(&bucket, "a", date).await.assert_error(400, "InvalidArgument");
    }
    let governance = retention("2024-01-01T00:00:00Z").replace("COMPLIANCE", "GOVERNANCE");
    bucket.put("a?retention", governance).await.assert_error(400, "InvalidArgument");
    bucket.put("a?retention", "<Retention><Mode>COMPLIANCE</Mode></Retention>").await.assert_error(400, "MalformedXML");
    bucket.put("a?retention", "").await.assert_error(400, "MissingRequestBodyError");
    bucket.get("a?retention&versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg").await.assert_error(404, "NoSuchVersion");
    bucket.delete("a?retention").await.assert_error(405, "MethodNotAllowed");
    let get = || bucket.request(Method::GET, "a?retention");
    get().anonymous().send().await.assert_error(403, "AccessDenied");
    get().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn in_a_bucket_with_versions_a_locked_version_stays() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    lock(&bucket, Some(1)).await;
    cos.change_bucket(|bucket| bucket.versioning = Versioning::Enabled).await;
    let id = bucket.put("a", "one").await.header("x-cos-version-id").to_owned();
    bucket.put("a", "two").await.assert_status(200);
    bucket.delete("a").await.assert_status(204);
    bucket.delete(&format!("a?versionId={id}")).await.assert_error(409, "ObjectLocked");
    let by_id = format!("a?versionId={id}&retention");
    bucket.put(&by_id, retention("2023-11-20T00:00:00Z")).await.assert_status(200);
    assert_eq!(bucket.get(&by_id).await.element("RetainUntilDate"), "2023-11-20T00:00:00.000Z");
    cos.clock.stop(Timestamp::from_seconds(NOW + 10 * DAY));
    bucket.delete(&format!("a?versionId={id}")).await.assert_status(204);
}

#[tokio::test]
async fn a_lock_outlives_the_server() {
    let folder = TempDir::new().unwrap();
    let open = || {
        let settings = cos_emulator::server::Settings { data_dir: Some(folder.path().to_owned()), ..settings() };
        TestServer::start_with(settings)
    };
    let cos = open().await;
    let bucket = cos.put_bucket().await;
    lock(&bucket, Some(1)).await;
    bucket.put("a", "x").await.assert_status(200);
    cos.stop().await;
    let cos = open().await;
    cos.bucket(BUCKET).delete("a").await.assert_error(409, "ObjectLocked");
}
