//! PUT symlink, and what GET and HEAD Object make of links.

use cos_emulator::codec::checksum;
use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::copy_object::copy;
use crate::encryption::{CUSTOMER, SSE_COS, send};
use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, TestServer, bytes};

pub(crate) async fn link(bucket: &Bucket<'_>, key: &str, target: &str) -> Answer {
    bucket.request(Method::PUT, &format!("{key}?symlink")).header("x-cos-symlink-target", target).send().await
}

fn etag_of(text: &str) -> String {
    format!("\"{}\"", hex::encode(checksum::md5(text.as_bytes())))
}

#[tokio::test]
async fn a_link_gives_its_targets_content_and_metadata() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = bucket.request(Method::PUT, "dir/target.txt").header("x-cos-meta-a", "of the target");
    put.body("[Object Content]").send().await.assert_status(200);
    cos.clock.stop(Timestamp::from_seconds(NOW + 60));
    let put = bucket.request(Method::PUT, "link?symlink").header("x-cos-symlink-target", "dir/target.txt");
    let answer = put.header("x-cos-meta-a", "of the link").send().await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0"), ("etag", &etag_of("dir/target.txt"))]);

    let (of_target, of_link) = (bucket.get("dir/target.txt").await, bucket.get("link").await);
    assert_eq!(of_link.text(), "[Object Content]");
    let but_its_id = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("x-cos-request-id");
        headers
    };
    assert_eq!(but_its_id(&of_link), but_its_id(&of_target));
    let head = bucket.head("link").await;
    assert_eq!((head.header("x-cos-meta-a"), head.header("content-length")), ("of the target", "16"));
    assert_eq!(bucket.request(Method::GET, "link").header("range", "bytes=8-14").send().await.text(), "Content");
    let conditional = bucket.request(Method::GET, "link").header("if-none-match", of_target.header("etag"));
    conditional.send().await.assert_status(304);

    bucket.put("dir/target.txt", bytes(50_000)).await.assert_status(200);
    assert!(bucket.get("link").await.body == bytes(50_000));
}

#[tokio::test]
async fn a_link_is_copied_and_selected_from_as_its_target() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("target", "1,2\n").await.assert_status(200);
    link(&bucket, "link", "target").await.assert_status(200);
    copy(&bucket, "copy", "link", &[]).await.assert_status(200);
    assert_eq!(bucket.get("copy").await.text(), "1,2\n");
    bucket.get("copy?symlink").await.assert_error(400, "NotSymlink");
    let csv = "<CSV><FileHeaderInfo>NONE</FileHeaderInfo></CSV>";
    let select = format!(
        "<SelectRequest><Expression>SELECT _2 FROM COSObject</Expression><ExpressionType>SQL</ExpressionType>\
         <InputSerialization>{csv}</InputSerialization><OutputSerialization><CSV/></OutputSerialization></SelectRequest>"
    );
    let selected = bucket.post("link?select&select-type=2", select).await;
    selected.assert_status(200);
    assert!(selected.text().contains("2\n"), "{}", selected.text());
}

#[tokio::test]
async fn a_link_is_an_object_of_its_own_in_listings_and_deletions() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("target", "[Object Content]").await.assert_status(200);
    link(&bucket, "link", "target").await.assert_status(200);
    let listing = bucket.get("").await;
    assert_eq!(
        (listing.elements("Key"), listing.elements("Size")),
        (vec!["link".into(), "target".into()], vec!["6".into(), "16".into()])
    );
    assert_eq!(listing.element("ETag"), etag_of("target").replace('"', "&quot;"));
    bucket.delete("link").await.assert_status(204);
    bucket.get("link").await.assert_error(404, "NoSuchKey");
    assert_eq!(bucket.get("target").await.text(), "[Object Content]");
}

#[tokio::test]
async fn a_link_may_lead_nowhere_and_not_to_a_link() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    link(&bucket, "link", "target").await.assert_status(200);
    let missing = bucket.get("link").await;
    missing.assert_error(404, "NoSuchKey");
    assert_eq!(missing.element("Message"), "the object is a link to \"target\", which does not exist");
    bucket.head("link").await.assert_head_error(404);
    link(&bucket, "target", "link").await.assert_status(200);
    bucket.get("link").await.assert_error(400, "InvalidRequest");
    bucket.put("target", "there now").await.assert_status(200);
    assert_eq!(bucket.get("link").await.text(), "there now");
}

#[tokio::test]
async fn writing_over_a_link_makes_an_object_and_the_other_way_round() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("target", "old").await.assert_status(200);
    bucket.put("link", bytes(50_000)).await.assert_status(200);
    link(&bucket, "link", "target").await.assert_status(200);
    assert_eq!(bucket.get("link").await.text(), "old");
    bucket.post("link?append&position=6", "x").await.assert_error(409, "ObjectNotAppendable");
    bucket.put("link", "normal").await.assert_status(200);
    assert_eq!((bucket.get("link").await.text(), bucket.get("target").await.text()), ("normal".into(), "old".into()));
    let forbidding = bucket.request(Method::PUT, "link?symlink").header("x-cos-symlink-target", "target");
    forbidding.header("x-cos-forbid-overwrite", "true").send().await.assert_error(409, "FileAlreadyExists");
}

#[tokio::test]
async fn the_target_is_named_escaped_or_not() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a%20b/%E4%B8%AD", "x").await.assert_status(200);
    for target in ["a%20b%2F%E4%B8%AD", "a b/中"] {
        link(&bucket, "link", target).await.assert_status(200);
        assert_eq!(bucket.get("link").await.text(), "x");
        assert_eq!(bucket.get("link?symlink").await.header("x-cos-symlink-target"), "a b/中");
    }
}

#[tokio::test]
async fn a_target_that_is_no_key_is_refused() {
    let cos = TestServer::start().await;
    link(&cos.bucket(BUCKET), "link", "target").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    bucket.put("link?symlink", "").await.assert_error(400, "InvalidArgument");
    link(&bucket, "link", "").await.assert_error(400, "InvalidArgument");
    link(&bucket, "link", "%FF").await.assert_error(400, "InvalidArgument");
    link(&bucket, "link", "%18").await.assert_error(400, "InvalidObjectName");
    link(&bucket, "link", &"x".repeat(851)).await.assert_error(400, "KeyTooLong");
    bucket.get("link").await.assert_error(404, "NoSuchKey");
    bucket.post("link?symlink", "").await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn the_links_type_comes_from_the_targets_name() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (key, target, expected) in [
        ("link", "a.png", "image/png"),
        ("link.txt", "a.png", "image/png"),
        ("link.txt", "a", "text/plain"),
        ("l", "a", "application/octet-stream"),
    ] {
        link(&bucket, key, target).await.assert_status(200);
        assert_eq!(bucket.get(&format!("{key}?symlink")).await.header("content-type"), expected, "{key} -> {target}");
    }
}

#[tokio::test]
async fn an_encrypted_target_is_unlocked_through_the_link_which_is_not_encrypted() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    send(&bucket, Method::PUT, "target", CUSTOMER, b"secret".to_vec()).await.assert_status(200);
    link(&bucket, "link", "target").await.assert_status(200);
    bucket.get("link").await.assert_error(400, "InvalidRequest");
    assert_eq!(send(&bucket, Method::GET, "link", CUSTOMER, Vec::new()).await.text(), "secret");
    for headers in [SSE_COS, CUSTOMER] {
        let target: &[(&'static str, &str)] = &[("x-cos-symlink-target", "target")];
        let refused = send(&bucket, Method::PUT, "link?symlink", &[headers, target].concat(), Vec::new()).await;
        refused.assert_error(400, "SSEHeaderNotAllowed");
    }
}

#[tokio::test]
async fn an_archived_target_is_no_more_readable_through_a_link() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::PUT, "target").header("x-cos-storage-class", "ARCHIVE").body("x").send().await.assert_status(200);
    link(&bucket, "link", "target").await.assert_status(200);
    bucket.get("link").await.assert_error(403, "InvalidObjectState");
    assert_eq!(bucket.head("link").await.header("x-cos-storage-class"), "ARCHIVE");
    bucket
        .post("link?restore", "<RestoreRequest><Days>1</Days></RestoreRequest>")
        .await
        .assert_error(405, "RestoreNonArchiveObject");
}

#[tokio::test]
async fn a_link_has_versions_and_leads_to_the_targets_newest() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    cos.change_bucket(|bucket| bucket.versioning = Versioning::Enabled).await;
    bucket.put("one", "one").await.assert_status(200);
    bucket.put("two", "two").await.assert_status(200);
    let first = link(&bucket, "link", "one").await.header("x-cos-version-id").to_owned();
    link(&bucket, "link", "two").await.assert_status(200);
    bucket.put("one", "one again").await.assert_status(200);
    assert_eq!(bucket.get("link").await.text(), "two");
    assert_eq!(bucket.get(&format!("link?versionId={first}")).await.text(), "one again");
    bucket.delete("one").await.assert_status(204);
    bucket.get(&format!("link?versionId={first}")).await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn others_make_no_links() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = || bucket.request(Method::PUT, "link?symlink").header("x-cos-symlink-target", "a");
    put().anonymous().send().await.assert_error(403, "AccessDenied");
    put().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
}
