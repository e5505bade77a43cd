//! PUT and GET Bucket ObjectLockConfiguration.

use cos_emulator::domain::setting::SettingKind;

use crate::bucket_versioning::mark;
use crate::harness::TestServer;

const LOCKED: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";

fn document(retention: &str) -> String {
    format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>{retention}\
         </DefaultRetention></Rule></ObjectLockConfiguration>"
    )
}

#[tokio::test]
async fn the_lock_comes_back_and_its_time_may_change() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?object-lock").await.assert_error(404, "NoSuchObjectLockConfiguration");
    for whole in [
        document("<Mode>COMPLIANCE</Mode><Days>30</Days>"),
        document("<Mode>COMPLIANCE</Mode><Days>1</Days>"),
        document("<Days>36500</Days>"),
        LOCKED.to_owned(),
    ] {
        bucket.put("?object-lock", whole.clone()).await.assert_status(200);
        bucket.get("?object-lock").await.assert_document(&whole);
    }
    bucket.delete("?object-lock").await.assert_error(405, "MethodNotAllowed");
    bucket.delete("").await.assert_status(204);
}

#[tokio::test]
async fn a_lock_that_cannot_be_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (body, code) in [
        (LOCKED.replace(">Enabled", ">Disabled"), "InvalidArgument"),
        ("<ObjectLockConfiguration/>".to_owned(), "MalformedXML"),
        (document(""), "MalformedXML"),
        (document("<Mode>COMPLIANCE</Mode>"), "MalformedXML"),
        (document("<Mode>GOVERNANCE</Mode><Days>1</Days>"), "InvalidArgument"),
        (document("<Days>0</Days>"), "InvalidArgument"),
        (document("<Days>36501</Days>"), "InvalidArgument"),
        (document("<Days>x</Days>"), "InvalidArgument"),
    ] {
        bucket.put("?object-lock", body).await.assert_error(400, code);
    }
    bucket.get("?object-lock").await.assert_error(404, "NoSuchObjectLockConfiguration");
}

#[tokio::test]
async fn what_changes_objects_by_itself_excludes_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for kind in [SettingKind::Replication, SettingKind::Lifecycle, SettingKind::IntelligentTiering] {
        mark(&cos, kind, true).await;
        bucket.put("?object-lock", LOCKED).await.assert_error(409, "BucketLocked");
        mark(&cos, kind, false).await;
    }
    let versioned = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    bucket.put("?versioning", versioned).await.assert_status(200);
    bucket.put("?object-lock", LOCKED).await.assert_error(409, "InvalidBucketState");
    bucket.get("?object-lock").await.assert_error(404, "NoSuchObjectLockConfiguration");
}
