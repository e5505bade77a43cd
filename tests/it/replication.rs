//! Replication at work: versions of one bucket are copied into others.

use std::os::unix::fs::MetadataExt;
use std::{fs, iter};

use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::folder;
use crate::harness::{Answer, Bucket, NOW, TestServer, bytes};

const VERSIONED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const KMS_KEY: &str = "01234567-89ab-cdef-0123-456789abcdef";

/// A bucket in Guangzhou with these rules, and one in Beijing, both with versions.
async fn pair<'a>(cos: &'a TestServer, rules: &str) -> (Bucket<'a>, Bucket<'a>) {
    let source = cos.put_bucket().await;
    let copies = Bucket { server: cos, host: "copies-1250000000.cos.ap-beijing.myqcloud.com".to_owned() };
    copies.put("", "").await.assert_status(200);
    for bucket in [&source, &copies] {
        bucket.put("?versioning", VERSIONED).await.assert_status(200);
    }
    set(&source, rules).await;
    (source, copies)
}

async fn set(source: &Bucket<'_>, rules: &str) {
    let role = "<Role>qcs::cam::uin/100000000001:uin/100000000001</Role>";
    let document = format!("<ReplicationConfiguration>{role}{rules}</ReplicationConfiguration>");
    source.put("?replication", document).await.assert_status(200);
}

fn rule(elements: &str) -> String {
    rule_to("<Bucket>qcs::cos:ap-beijing::copies-1250000000</Bucket>", elements)
}

fn rule_to(destination: &str, elements: &str) -> String {
    format!("<Rule><Status>Enabled</Status><Destination>{destination}</Destination>{elements}</Rule>")
}

/// Until all copies are made.
async fn run(cos: &TestServer) {
    cos.request("127.0.0.1", Method::POST, "_cos/run-due").anonymous().send().await.assert_status(204);
}

fn status(answer: &Answer) -> Option<&str> {
    answer.header_opt("x-cos-replication-status")
}

#[tokio::test]
async fn a_copy_is_the_version_itself() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    let put = source.request(Method::PUT, "a").header("x-cos-meta-job", "7").header("x-cos-tagging", "k=v").body("content");
    let put = put.header("x-cos-acl", "public-read").header("content-type", "x/y").send().await;
    cos.clock.stop(Timestamp::from_seconds(NOW + 100));
    run(&cos).await;
    let (original, copy) = (source.get("a").await, copies.get("a").await);
    assert_eq!((status(&original), status(&copy)), (Some("COMPLETED"), Some("REPLICA")));
    assert_eq!((copy.text().as_str(), copy.header("x-cos-meta-job"), copy.header("content-type")), ("content", "7", "x/y"));
    for name in ["x-cos-version-id", "last-modified", "etag", "x-cos-hash-crc64ecma", "x-cos-tagging-count"] {
        assert_eq!(copy.header(name), original.header(name), "{name}");
    }
    assert_eq!(copy.header("x-cos-version-id"), put.header("x-cos-version-id"));
    copies.request(Method::GET, "a").anonymous().send().await.assert_status(200);
}

#[tokio::test]
async fn all_ways_of_writing_are_copied_and_share_their_bytes() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    source.put("large", bytes(100_000)).await.assert_status(200);
    let upload = source.initiate("parts").await;
    let etag = source.part("parts", &upload, 1, bytes(50_000)).await;
    source.complete("parts", &upload, &[(1, &etag)]).await.assert_status(200);
    let copied = source.request(Method::PUT, "copied").header("x-cos-copy-source", &format!("{}/large", source.host));
    copied.send().await.assert_status(200);
    run(&cos).await;
    for (key, length) in [("large", 100_000), ("parts", 50_000), ("copied", 100_000)] {
        assert_eq!(copies.get(key).await.body, bytes(length), "{key}");
    }
    let mut inodes: Vec<u64> = folder::bodies(&cos).iter().map(|body| fs::metadata(body).expect("a file").ino()).collect();
    inodes.sort_unstable();
    inodes.dedup();
    assert_eq!((folder::bodies(&cos).len(), inodes.len()), (6, 2));
}

#[tokio::test]
async fn versions_and_markers_keep_their_order() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    for body in ["one", "two"] {
        source.put("k", body).await.assert_status(200);
    }
    source.delete("k").await.assert_status(204);
    source.put("k", "three").await.assert_status(200);
    source.delete("k").await.assert_status(204);
    run(&cos).await;
    let listed = |listing: &Answer| (listing.elements("VersionId"), listing.elements("IsLatest"), listing.elements("Key"));
    let (original, copy) = (source.get("?versions").await, copies.get("?versions").await);
    assert_eq!((listed(&original), original.elements("VersionId").len()), (listed(&copy), 5));
    copies.get("k").await.assert_error(404, "NoSuchKey");
    // A version that is deleted by its id stays in the copy.
    let id = &original.elements("VersionId")[1];
    source.delete(&format!("k?versionId={id}")).await.assert_status(204);
    run(&cos).await;
    assert_eq!(copies.get(&format!("k?versionId={id}")).await.text(), "three");
}

#[tokio::test]
async fn only_what_a_rule_is_for_is_copied() {
    let cos = TestServer::start().await;
    let filter = "<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>";
    let class = "<Bucket>qcs::cos:ap-beijing::copies-1250000000</Bucket><StorageClass>Standard_IA</StorageClass>";
    let quiet = "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Prefix>c/</Prefix>";
    let (source, copies) = pair(&cos, &(rule(filter) + &rule_to(class, quiet))).await;
    for (key, tags) in [("a/tagged", "k=v"), ("a/other", "k=w"), ("b/tagged", "k=v"), ("c/plain", "")] {
        let put = source.request(Method::PUT, key).header("x-cos-tagging", tags).body("x");
        put.send().await.assert_status(200);
    }
    source.delete("c/plain").await.assert_status(204);
    run(&cos).await;
    assert_eq!(copies.get("").await.elements("Key"), ["a/tagged", "c/plain"]);
    assert_eq!(copies.head("c/plain").await.header("x-cos-storage-class"), "STANDARD_IA");
    assert_eq!(status(&source.head("a/other").await), None);
    set(&source, &rule("").replace("Enabled", "Disabled")).await;
    source.put("later", "x").await.assert_status(200);
    run(&cos).await;
    copies.head("later").await.assert_head_error(404);
}

#[tokio::test]
async fn what_was_there_before_the_rule_is_not_copied() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    source.delete("?replication").await.assert_status(204);
    source.put("before", "x").await.assert_status(200);
    set(&source, &rule("")).await;
    source.put("after", "x").await.assert_status(200);
    run(&cos).await;
    assert_eq!(copies.get("").await.elements("Key"), ["after"]);
    assert_eq!(status(&source.head("before").await), None);
}

#[tokio::test]
async fn a_copy_is_not_copied_on() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    let back = "<Bucket>qcs::cos:ap-guangzhou::examplebucket-1250000000</Bucket>";
    set(&copies, &rule_to(back, "")).await;
    source.put("a", "x").await.assert_status(200);
    copies.put("b", "y").await.assert_status(200);
    source.delete("a").await.assert_status(204);
    run(&cos).await;
    run(&cos).await;
    for (bucket, kept) in [(&source, "b"), (&copies, "b")] {
        assert_eq!(bucket.get("").await.elements("Key"), [kept]);
        assert_eq!(bucket.get("?versions").await.elements("Key"), ["a", "a", "b"]);
    }
    assert_eq!((status(&source.head("b").await), status(&copies.head("b").await)), (Some("REPLICA"), Some("COMPLETED")));
}

#[tokio::test]
async fn a_version_goes_to_several_buckets() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    let third = cos.bucket("third-1250000000");
    third.put("", "").await.assert_status(200);
    third.put("?versioning", VERSIONED).await.assert_status(200);
    set(&source, &(rule("") + &rule_to("<Bucket>qcs::cos:ap-guangzhou::third-1250000000</Bucket>", ""))).await;
    source.put("a", "x").await.assert_status(200);
    run(&cos).await;
    for bucket in [&copies, &third] {
        assert_eq!(bucket.get("a").await.text(), "x");
    }
    // A bucket that keeps no versions any more takes none.
    third.put("?versioning", VERSIONED.replace("Enabled", "Suspended")).await.assert_status(200);
    source.put("b", "x").await.assert_status(200);
    run(&cos).await;
    assert_eq!(status(&source.head("b").await), Some("FAILED"));
    assert_eq!(copies.get("b").await.text(), "x");
    third.head("b").await.assert_head_error(404);
}

#[tokio::test]
async fn encryption_is_the_targets_own_but_for_kms() {
    let cos = TestServer::start().await;
    let kms = "<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects>\
        </SourceSelectionCriteria><Filter/>";
    let destination = format!(
        "<Bucket>qcs::cos:ap-beijing::copies-1250000000</Bucket><EncryptionConfiguration><ReplicaKmsKeyID>{KMS_KEY}\
         </ReplicaKmsKeyID></EncryptionConfiguration>"
    );
    let (source, copies) = pair(&cos, &rule("")).await;
    let put = |key: &'static str, headers: Vec<(&'static str, &'static str)>| {
        let request = source.request(Method::PUT, key).body(bytes(20_000));
        headers.into_iter().fold(request, |request, (name, value)| request.header(name, value)).send()
    };
    let of_cos = vec![("x-cos-server-side-encryption", "AES256")];
    let of_kms = vec![("x-cos-server-side-encryption", "cos/kms")];
    let of_customer = vec![
        ("x-cos-server-side-encryption-customer-algorithm", "AES256"),
        ("x-cos-server-side-encryption-customer-key", "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY="),
        ("x-cos-server-side-encryption-customer-key-md5", "U5L61r7jcwdNvT7frmUG8g=="),
    ];
    put("kms-before", of_kms.clone()).await.assert_status(200);
    set(&source, &rule_to(&destination, kms)).await;
    for (key, headers) in [("cos", of_cos), ("kms", of_kms), ("customer", of_customer)] {
        put(key, headers).await.assert_status(200);
    }
    run(&cos).await;
    assert_eq!(copies.get("").await.elements("Key"), ["cos", "kms"]);
    let plain = copies.get("cos").await;
    assert_eq!((plain.header_opt("x-cos-server-side-encryption"), plain.body.len()), (None, 20_000));
    let encrypted = copies.get("kms").await;
    assert_eq!(encrypted.header("x-cos-server-side-encryption-cos-kms-key-id"), KMS_KEY);
    assert!(iter::zip(&encrypted.body, bytes(20_000)).all(|(one, other)| *one == other));
}

#[tokio::test]
async fn what_lifecycle_rules_delete_stays_in_the_copy() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    let expiring = "<Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>";
    let document = format!("<LifecycleConfiguration>{expiring}</LifecycleConfiguration>");
    source.put("?lifecycle", document).await.assert_status(200);
    source.put("a", "x").await.assert_status(200);
    run(&cos).await;
    cos.clock.stop(Timestamp::from_seconds(NOW + 5 * 24 * 60 * 60));
    run(&cos).await;
    source.get("a").await.assert_error(404, "NoSuchKey");
    run(&cos).await;
    assert_eq!(copies.get("a").await.text(), "x");
}

#[tokio::test]
async fn a_version_that_is_gone_before_its_turn_is_not_missed() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    let id = source.put("a", "x").await.header("x-cos-version-id").to_owned();
    source.delete(&format!("a?versionId={id}")).await.assert_status(204);
    source.put("b", "y").await.assert_status(200);
    run(&cos).await;
    assert_eq!(copies.get("b").await.text(), "y");
    source.delete(&format!("b?versionId={}", source.head("b").await.header("x-cos-version-id"))).await.assert_status(204);
    source.delete("").await.assert_status(204);
}

/// Nobody asks for it here: the answer to the write does.
#[tokio::test]
async fn copies_are_made_at_once() {
    let cos = TestServer::start().await;
    let (source, copies) = pair(&cos, &rule("")).await;
    source.put("a", "x").await.assert_status(200);
    let store = cos.app.services().store.clone();
    let (bucket, key) = ("copies-1250000000".parse().unwrap(), "a".parse().unwrap());
    folder::until("the copy is there", || store.object(&bucket, &key).is_ok_and(|object| object.is_some())).await;
    assert_eq!(copies.get("a").await.text(), "x");
}
