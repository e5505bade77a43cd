//! PUT and GET Bucket versioning.

use cos_emulator::domain::bucket::Bucket;
use cos_emulator::domain::setting::SettingKind;
use cos_emulator::server::Settings;
use cos_emulator::storage::ChangeBucket;

use crate::harness::{BUCKET, TestServer, settings};

/// Makes the usual bucket's record say that something of the kind is set on it, or not.
pub(crate) async fn mark(cos: &TestServer, kind: SettingKind, is_set: bool) {
    let change = move |bucket: &mut Bucket| {
        bucket.settings = bucket.settings.with(kind, is_set);
        Ok::<_, ()>(())
    };
    let changed = cos.app.services().store.change_bucket(&BUCKET.parse().expect("a name"), change).await;
    assert_eq!(changed.expect("stored"), ChangeBucket::Changed);
}

fn document(status: &str) -> String {
    format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>")
}

#[tokio::test]
async fn the_status_comes_back_and_never_becomes_unset_again() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?versioning").await.assert_document("<VersioningConfiguration/>");
    for status in ["Enabled", "Suspended", "Suspended", "Enabled"] {
        let answer = bucket.put("?versioning", document(status)).await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        bucket.get("?versioning").await.assert_document(&document(status));
    }
    bucket.delete("?versioning").await.assert_error(405, "MethodNotAllowed");
    bucket.get("?versioning").await.assert_document(&document("Enabled"));
}

#[tokio::test]
async fn other_texts_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (body, code) in [
        (document("Disabled"), "InvalidArgument"),
        (document("enabled"), "InvalidArgument"),
        ("<VersioningConfiguration/>".to_owned(), "MalformedXML"),
        (String::new(), "MissingRequestBodyError"),
        (document(&"x".repeat(64 << 10)), "XMLSizeLimit"),
    ] {
        bucket.put("?versioning", body).await.assert_error(400, code);
    }
    bucket.get("?versioning").await.assert_document("<VersioningConfiguration/>");
}

#[tokio::test]
async fn a_locked_bucket_is_never_versioned() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
    bucket.put("?object-lock", lock).await.assert_status(200);
    bucket.put("?versioning", document("Enabled")).await.assert_error(409, "BucketLocked");
    bucket.get("?versioning").await.assert_document("<VersioningConfiguration/>");
}

#[tokio::test]
async fn the_source_of_a_replication_stays_versioned() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?versioning", document("Enabled")).await.assert_status(200);
    mark(&cos, SettingKind::Replication, true).await;
    bucket.put("?versioning", document("Suspended")).await.assert_error(409, "InvalidBucketState");
    bucket.put("?versioning", document("Enabled")).await.assert_status(200);
    mark(&cos, SettingKind::Replication, false).await;
    bucket.put("?versioning", document("Suspended")).await.assert_status(200);
}

#[tokio::test]
async fn a_bucket_of_the_settings_may_be_versioned_from_the_start() {
    let buckets = vec![format!("{BUCKET}:versioning").parse().expect("valid"), "plain-1250000000".parse().expect("valid")];
    let cos = TestServer::start_with(Settings { buckets, ..settings() }).await;
    cos.bucket(BUCKET).get("?versioning").await.assert_document(&document("Enabled"));
    cos.bucket("plain-1250000000").get("?versioning").await.assert_document("<VersioningConfiguration/>");
}
