//! PUT, GET and DELETE Bucket replication.

use http::Method;

use crate::harness::{Bucket, OTHER, TestServer};

const VERSIONED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const RESOURCE: &str = "qcs::cos:ap-beijing::copies-1250000000";

/// A bucket in Guangzhou and one in Beijing, both with versions.
async fn two(cos: &TestServer) -> (Bucket<'_>, Bucket<'_>) {
    let source = cos.put_bucket().await;
    let copies = Bucket { server: cos, host: "copies-1250000000.cos.ap-beijing.myqcloud.com".to_owned() };
    copies.put("", "").await.assert_status(200);
    for bucket in [&source, &copies] {
        bucket.put("?versioning", VERSIONED).await.assert_status(200);
    }
    (source, copies)
}

fn document(rules: &str) -> String {
    format!(
        "<ReplicationConfiguration><Role>qcs::cam::uin/100000000001:uin/100000000001</Role>{rules}</ReplicationConfiguration>"
    )
}

fn rule(elements: &str, destination: &str) -> String {
    format!("<Rule><Status>Enabled</Status>{elements}<Destination><Bucket>{destination}</Bucket></Destination></Rule>")
}

#[tokio::test]
async fn the_rules_come_back_as_they_were_put() {
    let cos = TestServer::start().await;
    let (bucket, _) = two(&cos).await;
    for rules in [
        // Python's live test.
        format!(
            "<Rule><Status>Enabled</Status><ID>123</ID><Prefix>中文</Prefix><Destination><Bucket>{RESOURCE}</Bucket>\
             <StorageClass>Standard</StorageClass></Destination></Rule>"
        ),
        format!(
            "<Rule><Status>Disabled</Status><Priority>1</Priority><ID>r1</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key>\
             <Value>v</Value></Tag><Tag><Key>l</Key><Value/></Tag></And></Filter><Destination><Bucket>{RESOURCE}</Bucket>\
             <EncryptionConfiguration><ReplicaKmsKeyID>key</ReplicaKmsKeyID></EncryptionConfiguration></Destination>\
             <DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><SourceSelectionCriteria>\
             <SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria></Rule>"
        ),
        rule("<Prefix/>", RESOURCE),
        rule("<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>", "qcs:id/0:cos:ap-beijing:appid/1250000000:copies"),
        rule("<Priority>1</Priority><Prefix>a</Prefix>", RESOURCE)
            + &rule("<Priority>2</Priority><Prefix>a/b</Prefix>", RESOURCE),
    ] {
        let answer = bucket.put("?replication", document(&rules)).await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        let answer = bucket.get("?replication").await;
        answer.assert_document(&document(&rules));
        assert_eq!(answer.header("x-cos-replication-rule-creation-time"), "Tue, 14 Nov 2023 22:13:20 GMT");
    }
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let (bucket, _) = two(&cos).await;
    bucket.get("?replication").await.assert_error(404, "ReplicationConfigurationNotFoundError");
    bucket.delete("?replication").await.assert_status(204);
    bucket.put("?replication", document(&rule("", RESOURCE))).await.assert_status(200);
    bucket.delete("?replication").await.assert_status(204);
    bucket.get("?replication").await.assert_error(404, "ReplicationConfigurationNotFoundError");
    bucket.post("?replication", "").await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn both_buckets_must_have_versions() {
    let cos = TestServer::start().await;
    let (bucket, copies) = two(&cos).await;
    let suspended = VERSIONED.replace("Enabled", "Suspended");
    let rules = document(&rule("", RESOURCE));
    copies.put("?versioning", suspended.clone()).await.assert_status(200);
    bucket.put("?replication", rules.clone()).await.assert_error(400, "BucketVersionNotOpen");
    copies.put("?versioning", VERSIONED).await.assert_status(200);
    bucket.put("?versioning", suspended.clone()).await.assert_status(200);
    bucket.put("?replication", rules.clone()).await.assert_error(400, "BucketVersionNotOpen");
    bucket.put("?versioning", VERSIONED).await.assert_status(200);
    bucket.put("?replication", rules).await.assert_status(200);
    // The source keeps its versions while it has rules; the destination need not.
    bucket.put("?versioning", suspended.clone()).await.assert_error(409, "InvalidBucketState");
    copies.put("?versioning", suspended.clone()).await.assert_status(200);
    bucket.delete("?replication").await.assert_status(204);
    bucket.put("?versioning", suspended).await.assert_status(200);
}

#[tokio::test]
async fn a_destination_is_another_bucket_of_the_same_account() {
    let cos = TestServer::start().await;
    let (bucket, _) = two(&cos).await;
    let theirs = cos.bucket("theirs-1250000001");
    for (target, body) in [("", ""), ("?versioning", VERSIONED)] {
        theirs.request(Method::PUT, target).body(body).signed_by(OTHER.1, OTHER.2).send().await.assert_status(200);
    }
    for (destination, status, code) in [
        ("qcs::cos:ap-guangzhou::theirs-1250000001", 403, "UserNotTargetBucketOwner"),
        ("qcs::cos:ap-guangzhou::copies-1250000000", 400, "TargetBucketNameInvalid"),
        ("qcs::cos:ap-beijing::missing-1250000000", 400, "TargetBucketNameInvalid"),
        ("copies-1250000000", 400, "TargetBucketNameInvalid"),
        ("qcs::cos:ap-guangzhou::examplebucket-1250000000", 400, "InvalidArgument"),
    ] {
        bucket.put("?replication", document(&rule("", destination))).await.assert_error(status, code);
    }
    bucket.get("?replication").await.assert_error(404, "ReplicationConfigurationNotFoundError");
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let cos = TestServer::start().await;
    let (bucket, _) = two(&cos).await;
    let many: String = (0..1001).map(|index| rule(&format!("<Prefix>{index:04}</Prefix>"), RESOURCE)).collect();
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        (document(""), "MalformedXML"),
        (document(&rule("", RESOURCE)).replace("Role>", "Roll>"), "MalformedXML"),
        (document("<Rule><Status>Enabled</Status></Rule>"), "MalformedXML"),
        (document(&rule("", RESOURCE).replace("Enabled", "On")), "InvalidArgument"),
        (document(&rule("<Priority>x</Priority>", RESOURCE)), "InvalidArgument"),
        (document(&rule("<Prefix>a</Prefix><Filter/>", RESOURCE)), "InvalidArgument"),
        (document(&rule("<Filter><Tag><Key/><Value>v</Value></Tag></Filter>", RESOURCE)), "InvalidTag"),
        (
            document(&rule("", RESOURCE).replace("</Bucket>", "</Bucket><StorageClass>X</StorageClass>")),
            "NotSupportedStorageClass",
        ),
        (document(&(rule("<Prefix>a</Prefix>", RESOURCE) + &rule("<Prefix>a/b</Prefix>", RESOURCE))), "InvalidArgument"),
        (document(&many), "InvalidArgument"),
        (document(&" ".repeat(1 << 20)), "XMLSizeLimit"),
    ] {
        bucket.put("?replication", body).await.assert_error(400, code);
    }
    bucket.get("?replication").await.assert_error(404, "ReplicationConfigurationNotFoundError");
}

#[tokio::test]
async fn a_bucket_with_an_object_lock_is_not_replicated() {
    let cos = TestServer::start().await;
    two(&cos).await;
    let locked = cos.bucket("locked-1250000000");
    locked.put("", "").await.assert_status(200);
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
    locked.put("?object-lock", lock).await.assert_status(200);
    locked.put("?replication", document(&rule("", RESOURCE))).await.assert_error(409, "BucketLocked");
}
