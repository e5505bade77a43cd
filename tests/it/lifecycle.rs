//! Lifecycle rules at work, by the app's clock.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::object_lock::{ObjectLock, Retention};
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{BUCKET, Bucket, NOW, TestServer};
use crate::versions;

const DAY: i64 = 24 * 60 * 60;

/// Sets one rule for all keys, with these actions.
async fn set_rule(bucket: &Bucket<'_>, filter: &str, actions: &str) {
    let rule = format!(
        "<LifecycleConfiguration><Rule><ID>r</ID><Filter>{filter}</Filter><Status>Enabled</Status>{actions}</Rule>\
         </LifecycleConfiguration>"
    );
    bucket.put("?lifecycle", rule).await.assert_status(200);
}

/// Moves the clock so many days on, counted from the start, and does what is due.
async fn after(cos: &TestServer, days: i64) {
    cos.clock.stop(Timestamp::from_seconds(NOW + days * DAY));
    cos.request("127.0.0.1", Method::POST, "_cos/run-due").anonymous().send().await.assert_status(204);
}

async fn keys(bucket: &Bucket<'_>) -> Vec<String> {
    bucket.get("").await.elements("Key")
}

#[tokio::test]
async fn objects_expire_at_the_midnight_after_their_last_day() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set_rule(&bucket, "<Prefix>logs/</Prefix>", "<Expiration><Days>2</Days></Expiration>").await;
    for key in ["logs/a", "logs/b", "other"] {
        bucket.put(key, "x").await.assert_status(200);
    }
    // 22:13:20 UTC is the morning of the next day in GMT+8: that day ends after 17 h 46 min 40 s, two more follow.
    for (days, expected) in [(2, 3), (3, 1)] {
        after(&cos, days).await;
        assert_eq!(keys(&bucket).await.len(), expected, "after {days} days");
    }
    bucket.delete("other").await.assert_status(204);
    bucket.delete("").await.assert_status(204);
}

#[tokio::test]
async fn an_object_that_was_written_again_lives_on() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set_rule(&bucket, "", "<Expiration><Days>1</Days></Expiration>").await;
    bucket.put("a", "x").await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + DAY));
    bucket.put("a", "y").await.assert_status(200);
    after(&cos, 2).await;
    assert_eq!(bucket.get("a").await.text(), "y");
    after(&cos, 3).await;
    bucket.get("a").await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_transition_changes_the_class_and_nothing_else() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let class =
        |days: u32, class: &str| format!("<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>");
    set_rule(&bucket, "", &(class(1, "STANDARD_IA") + &class(5, "ARCHIVE"))).await;
    let body = vec![b'x'; 64 << 10];
    bucket.request(Method::PUT, "a").header("x-cos-tagging", "k=v").body(body.clone()).send().await.assert_status(200);
    bucket.put("small", "x").await.assert_status(200);
    let before = bucket.head("a").await;
    after(&cos, 2).await;
    let moved = bucket.get("a").await;
    assert_eq!((moved.header("x-cos-storage-class"), moved.body.as_ref()), ("STANDARD_IA", body.as_slice()));
    for name in ["etag", "last-modified", "x-cos-tagging-count"] {
        assert_eq!(moved.header(name), before.header(name));
    }
    after(&cos, 6).await;
    assert_eq!(bucket.head("a").await.header("x-cos-storage-class"), "ARCHIVE");
    assert_eq!(bucket.head("small").await.header_opt("x-cos-storage-class"), None);
}

#[tokio::test]
async fn with_versions_an_expiration_leaves_a_marker_and_old_versions_go_later() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Enabled).await;
    let noncurrent = "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>";
    set_rule(&bucket, "", &format!("<Expiration><Days>1</Days></Expiration>{noncurrent}")).await;
    bucket.put("a", "1").await.assert_status(200);
    bucket.put("a", "2").await.assert_status(200);
    after(&cos, 2).await;
    bucket.get("a").await.assert_error(404, "NoSuchKey");
    let shown = |text: String| ["<DeleteMarker>", "<Version>"].map(|entry| text.matches(entry).count());
    // The first version became noncurrent on the first day, the second one only now.
    assert_eq!(shown(bucket.get("?versions").await.text()), [1, 2]);
    after(&cos, 3).await;
    assert_eq!(shown(bucket.get("?versions").await.text()), [1, 1]);
    after(&cos, 5).await;
    assert_eq!(shown(bucket.get("?versions").await.text()), [1, 0]);
    // A marker that has nothing left to hide goes as well.
    after(&cos, 6).await;
    assert_eq!(shown(bucket.get("?versions").await.text()), [0, 0]);
}

#[tokio::test]
async fn leftover_markers_go_by_the_thousand() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Enabled).await;
    let deletes = (0..1001).map(|_| bucket.delete("marked"));
    futures_util::future::join_all(deletes).await;
    bucket.put("kept", "x").await.assert_status(200);
    bucket.delete("kept").await.assert_status(204);
    set_rule(&bucket, "", "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>").await;
    after(&cos, 1).await;
    assert_eq!(bucket.get("?versions").await.elements("Key"), ["kept", "kept"]);
}

#[tokio::test]
async fn uploads_that_nobody_completes_are_aborted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let abort = "<DaysAfterInitiation>3</DaysAfterInitiation>";
    let abort = format!("<AbortIncompleteMultipartUpload>{abort}</AbortIncompleteMultipartUpload>");
    set_rule(&bucket, "<Prefix>a/</Prefix>", &abort).await;
    let (mine, other) = (bucket.initiate("a/1").await, bucket.initiate("b/1").await);
    bucket.part("a/1", &mine, 1, "x").await;
    after(&cos, 3).await;
    bucket.get(&format!("a/1?uploadId={mine}")).await.assert_status(200);
    after(&cos, 4).await;
    bucket.get(&format!("a/1?uploadId={mine}")).await.assert_error(404, "NoSuchUpload");
    bucket.get(&format!("b/1?uploadId={other}")).await.assert_status(200);
}

#[tokio::test]
async fn a_rule_that_is_disabled_or_removed_does_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let rule = "<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Disabled</Status><Expiration><Days>1</Days></Expiration>\
                </Rule></LifecycleConfiguration>";
    bucket.put("?lifecycle", rule).await.assert_status(200);
    after(&cos, 9).await;
    set_rule(&bucket, "", "<Expiration><Days>1</Days></Expiration>").await;
    bucket.delete("?lifecycle").await.assert_status(204);
    after(&cos, 10).await;
    assert_eq!(keys(&bucket).await, ["a"]);
}

#[tokio::test]
async fn a_page_cannot_run_what_is_due() {
    let cos = TestServer::start().await;
    let run = |method| cos.request("127.0.0.1", method, "_cos/run-due").anonymous();
    run(Method::POST).header("origin", "https://evil.example").send().await.assert_error(403, "AccessDenied");
    run(Method::POST).header("sec-fetch-site", "same-origin").send().await.assert_error(403, "AccessDenied");
    run(Method::GET).send().await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn appended_objects_have_no_part_in_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set_rule(&bucket, "", "<Expiration><Days>1</Days></Expiration>").await;
    bucket.post("log?append&position=0", "x").await.assert_status(200);
    bucket.put("a", "x").await.assert_status(200);
    after(&cos, 10).await;
    assert_eq!(keys(&bucket).await, ["log"]);
}

#[tokio::test]
async fn a_locked_object_stays_as_it_is_until_its_time_is_over() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set_rule(&bucket, "", "<Expiration><Days>1</Days></Expiration>").await;
    // Only a bucket without rules can get a lock by request.
    let lock = ObjectLock { default: Some(Retention { days: 5, says_mode: true }) };
    let name = BUCKET.parse().expect("a name");
    let set = move |_: &_, _| Ok::<_, ()>(Some(lock));
    cos.app.services().store.change_setting(&name, set).await.expect("stored");
    bucket.put("a", "x").await.assert_status(200);
    for (days, expected) in [(4, 1), (6, 0)] {
        after(&cos, days).await;
        assert_eq!(keys(&bucket).await.len(), expected, "after {days} days");
    }
}
