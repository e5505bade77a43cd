//! Buckets with versions: what writes and deletions keep, and which version reads find.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::version::VersionId;
use http::Method;

use crate::harness::{Answer, BUCKET, Bucket, TestServer};

/// Sets the state of the usual bucket's versioning.
pub(crate) async fn set(cos: &TestServer, versioning: Versioning) {
    let store = &cos.app.services().store;
    let name = BUCKET.parse().expect("a name");
    let change = move |bucket: &mut cos_emulator::domain::bucket::Bucket| {
        bucket.versioning = versioning;
        Ok::<_, ()>(())
    };
    store.change_bucket(&name, change).await.expect("stored");
}

async fn put(bucket: &Bucket<'_>, body: &'static str) -> Option<String> {
    let answer = bucket.put("k", body).await;
    answer.assert_status(200);
    answer.header_opt("x-cos-version-id").map(str::to_owned)
}

/// The texts of all versions, newest first; `-` for a delete marker.
async fn history(bucket: &Bucket<'_>) -> Vec<String> {
    let listing = bucket.get("?versions").await;
    let mut texts = Vec::new();
    for id in listing.elements("VersionId") {
        let answer = bucket.get(&format!("k?versionId={id}")).await;
        texts.push(if answer.status == 404 { "-".to_owned() } else { answer.text() });
    }
    texts
}

fn assert_marker(answer: &Answer, id: &str) {
    answer.assert_error(404, "NoSuchKey");
    assert_eq!((answer.header("x-cos-delete-marker"), answer.header("x-cos-version-id")), ("true", id));
}

#[tokio::test]
async fn an_enabled_bucket_keeps_what_is_replaced() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    assert_eq!(put(&bucket, "before").await, None);
    set(&cos, Versioning::Enabled).await;
    let first = put(&bucket, "first").await.expect("an id");
    let second = put(&bucket, "second").await.expect("an id");
    assert!(VersionId::read(&first).is_some() && first != second);
    let newest = bucket.get("k").await;
    assert_eq!((newest.text().as_str(), newest.header("x-cos-version-id")), ("second", second.as_str()));
    assert_eq!(history(&bucket).await, ["second", "first", "before"]);
    assert_eq!(bucket.get("k?versionId=null").await.header("x-cos-version-id"), "null");
    assert_eq!(bucket.head(&format!("k?versionId={first}")).await.header("content-length"), "5");
    assert_eq!(bucket.get(&format!("k?VersionId={first}")).await.text(), "first");
}

#[tokio::test]
async fn a_deletion_marks_the_key_and_removing_the_marker_brings_it_back() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set(&cos, Versioning::Enabled).await;
    let first = put(&bucket, "first").await.expect("an id");
    let deleted = bucket.delete("k").await;
    deleted.assert_status(204);
    let marker = deleted.header("x-cos-version-id").to_owned();
    assert_eq!(deleted.header("x-cos-delete-marker"), "true");
    assert_marker(&bucket.get("k").await, &marker);
    assert_marker(&bucket.get(&format!("k?versionId={marker}")).await, &marker);
    bucket.head("k").await.assert_head_error(404);
    assert!(bucket.get("").await.elements("Key").is_empty());
    assert_eq!(bucket.get(&format!("k?versionId={first}")).await.text(), "first");

    let second_marker = bucket.delete("k").await.header("x-cos-version-id").to_owned();
    assert_ne!(marker, second_marker);
    assert_eq!(history(&bucket).await, ["-", "-", "first"]);
    for marker in [marker, second_marker] {
        bucket.get("k").await.assert_error(404, "NoSuchKey");
        let removed = bucket.delete(&format!("k?versionId={marker}")).await;
        removed.assert_headers(&[("content-length", "0"), ("x-cos-delete-marker", "true"), ("x-cos-version-id", &marker)]);
    }
    assert_eq!(bucket.get("k").await.text(), "first");
    assert_eq!(bucket.get("").await.elements("Key"), ["k"]);
}

#[tokio::test]
async fn a_missing_key_is_marked_as_well() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set(&cos, Versioning::Enabled).await;
    assert_eq!(bucket.delete("k").await.header("x-cos-delete-marker"), "true");
    assert_eq!(history(&bucket).await, ["-"]);
}

#[tokio::test]
async fn deleting_the_newest_version_makes_the_next_one_the_newest() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set(&cos, Versioning::Enabled).await;
    let first = put(&bucket, "first").await.expect("an id");
    let second = put(&bucket, "second").await.expect("an id");
    let removed = bucket.delete(&format!("k?versionId={second}")).await;
    removed.assert_headers(&[("content-length", "0"), ("x-cos-version-id", &second)]);
    assert_eq!(bucket.get("k").await.text(), "first");
    bucket.get(&format!("k?versionId={second}")).await.assert_error(404, "NoSuchVersion");
    bucket.delete(&format!("k?versionId={first}")).await.assert_status(204);
    let missing = bucket.get("k").await;
    missing.assert_error(404, "NoSuchKey");
    assert_eq!(missing.header_opt("x-cos-delete-marker"), None);
    bucket.delete("").await.assert_status(204);
}

#[tokio::test]
async fn a_suspended_bucket_replaces_its_null_version_only() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "null").await;
    set(&cos, Versioning::Enabled).await;
    put(&bucket, "numbered").await;
    set(&cos, Versioning::Suspended).await;
    assert_eq!(put(&bucket, "null again").await, None);
    assert_eq!(history(&bucket).await, ["null again", "numbered"]);
    assert_eq!(put(&bucket, "null once more").await, None);
    assert_eq!(history(&bucket).await, ["null once more", "numbered"]);

    let deleted = bucket.delete("k").await;
    assert_eq!((deleted.header("x-cos-delete-marker"), deleted.header("x-cos-version-id")), ("true", "null"));
    assert_eq!(history(&bucket).await, ["-", "numbered"]);
    bucket.delete("k").await.assert_status(204);
    assert_eq!(history(&bucket).await, ["-", "numbered"]);
    put(&bucket, "null at last").await;
    assert_eq!(history(&bucket).await, ["null at last", "numbered"]);
}

#[tokio::test]
async fn an_upload_makes_a_version_and_names_it_also_when_it_is_null() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (versioning, expected) in
        [(Versioning::Never, None), (Versioning::Enabled, Some("MT")), (Versioning::Suspended, Some("null"))]
    {
        set(&cos, versioning).await;
        let upload = bucket.initiate("k").await;
        let etag = bucket.part("k", &upload, 1, "text").await;
        let answer = bucket.complete("k", &upload, &[(1, &etag)]).await;
        answer.assert_status(200);
        let id = answer.header_opt("x-cos-version-id");
        assert!(id == expected || id.zip(expected).is_some_and(|(id, expected)| id.starts_with(expected)), "{id:?}");
    }
    assert_eq!(history(&bucket).await, ["text", "text"]);
}

#[tokio::test]
async fn an_id_that_no_version_has_finds_nothing_and_deletes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for versioning in [Versioning::Never, Versioning::Enabled] {
        set(&cos, versioning).await;
        put(&bucket, "text").await;
        for id in ["test", "MTg0NDUxNTc1NjIzMTQ1MDAwODg", "%00"] {
            bucket.get(&format!("k?versionId={id}")).await.assert_error(404, "NoSuchVersion");
            bucket.head(&format!("k?versionId={id}")).await.assert_head_error(404);
            bucket.delete(&format!("k?versionId={id}")).await.assert_headers(&[("content-length", "0")]);
        }
        assert_eq!(bucket.get("k").await.text(), "text");
    }
}

#[tokio::test]
async fn overwriting_is_forbidden_only_where_nothing_is_kept() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "first").await;
    let forbidding = || bucket.request(Method::PUT, "k").header("x-cos-forbid-overwrite", "true").body("second");
    forbidding().send().await.assert_error(409, "FileAlreadyExists");
    for versioning in [Versioning::Enabled, Versioning::Suspended] {
        set(&cos, versioning).await;
        forbidding().send().await.assert_status(200);
        bucket.request(Method::POST, "k?uploads").header("x-cos-forbid-overwrite", "true").send().await.assert_status(200);
    }
}

#[tokio::test]
async fn a_bucket_with_versions_or_markers_is_not_empty() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set(&cos, Versioning::Enabled).await;
    let marker = bucket.delete("k").await.header("x-cos-version-id").to_owned();
    bucket.delete("").await.assert_error(409, "BucketNotEmpty");
    bucket.delete(&format!("k?versionId={marker}")).await.assert_status(204);
    bucket.delete("").await.assert_status(204);
}

#[tokio::test]
async fn large_versions_stay_readable_and_go_with_their_bytes() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    set(&cos, Versioning::Enabled).await;
    let bodies = [crate::harness::full_part(), vec![7; 100_000]];
    let mut ids = Vec::new();
    for body in &bodies {
        ids.push(bucket.put("k", body.clone()).await.header("x-cos-version-id").to_owned());
    }
    bucket.delete("k").await.assert_status(204);
    for (id, body) in ids.iter().zip(&bodies) {
        assert_eq!(bucket.get(&format!("k?versionId={id}")).await.body, *body);
        bucket.delete(&format!("k?versionId={id}")).await.assert_status(204);
        bucket.get(&format!("k?versionId={id}")).await.assert_error(404, "NoSuchVersion");
    }
}
