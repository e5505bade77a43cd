//! GET Bucket Object versions.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{Bucket, NOW, TestServer};
use crate::versions;

/// What a listing shows: common prefixes, then `key@body` or `key@-` for markers, `*` behind the newest of a key.
async fn listed(bucket: &Bucket<'_>, query: &str) -> String {
    let answer = bucket.get(&format!("?versions&{query}")).await;
    answer.assert_status(200);
    let text = answer.text();
    let groups = text.split("<CommonPrefixes><Prefix>").skip(1).filter_map(|rest| rest.split('<').next());
    let mut shown: Vec<String> = groups.map(|prefix| format!("{prefix} |")).collect();
    let newest = answer.elements("IsLatest");
    let sizes = text.split("<Key>").skip(1).map(|entry| entry.split_once("<Size>").map_or("-", |(_, rest)| &rest[..1]));
    // An entry's size stands behind its key and before the next key; a marker has none.
    for ((key, is_latest), size) in answer.elements("Key").iter().zip(newest).zip(sizes) {
        shown.push(format!("{key}@{size}{}", if is_latest == "true" { "*" } else { "" }));
    }
    shown.join(" ")
}

/// Bodies of 1, 2, … bytes: sizes tell versions apart.
async fn put(bucket: &Bucket<'_>, key: &str, size: usize) -> String {
    let answer = bucket.put(key, vec![b'x'; size]).await;
    answer.assert_status(200);
    answer.header_opt("x-cos-version-id").unwrap_or("null").to_owned()
}

#[tokio::test]
async fn a_listing_says_all_of_each_version_and_marker() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a.txt", "[Object Content]").await.assert_status(200);
    versions::set(&cos, Versioning::Enabled).await;
    cos.clock.stop(Timestamp::from_seconds(NOW + 60));
    let marker = bucket.delete("a.txt").await.header("x-cos-version-id").to_owned();
    let class = bucket.request(Method::PUT, "b").header("x-cos-storage-class", "INTELLIGENT_TIERING").body("x").send().await;
    let tiered = class.header("x-cos-version-id");
    let owner = "<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>";
    bucket.get("?versions").await.assert_document(&format!(
        "<ListVersionsResult><Name>examplebucket-1250000000</Name><Prefix/><KeyMarker/><VersionIdMarker/><MaxKeys>1000</MaxKeys>\
         <IsTruncated>false</IsTruncated>\
         <DeleteMarker><Key>a.txt</Key><VersionId>{marker}</VersionId><IsLatest>true</IsLatest>\
         <LastModified>2023-11-14T22:14:20.000Z</LastModified>{owner}</DeleteMarker>\
         <Version><Key>a.txt</Key><VersionId>null</VersionId><IsLatest>false</IsLatest>\
         <LastModified>2023-11-14T22:13:20.000Z</LastModified><ETag>&quot;ee8de918d05640145b18f70f4c3aa602&quot;</ETag>\
         <Size>16</Size><StorageClass>STANDARD</StorageClass>{owner}</Version>\
         <Version><Key>b</Key><VersionId>{tiered}</VersionId><IsLatest>true</IsLatest>\
         <LastModified>2023-11-14T22:14:20.000Z</LastModified><ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag>\
         <Size>1</Size><StorageClass>INTELLIGENT_TIERING</StorageClass><StorageTier>FREQUENT</StorageTier>{owner}</Version>\
         </ListVersionsResult>"
    ));
}

#[tokio::test]
async fn an_unversioned_bucket_lists_its_objects_with_empty_ids() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, "a", 1).await;
    let answer = bucket.get("?versions").await;
    assert!(answer.text().contains("<Key>a</Key><VersionId/><IsLatest>true</IsLatest>"), "{}", answer.text());
}

#[tokio::test]
async fn versions_of_a_key_stand_together_newest_first() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Enabled).await;
    for (key, size) in [("a", 1), ("b", 2), ("a", 3), ("a%01", 4), ("c/1", 5), ("c/2", 6)] {
        put(&bucket, key, size).await;
    }
    bucket.delete("b").await.assert_status(204);
    assert_eq!(listed(&bucket, "").await, "a@3* a@1 a&#1;@4* b@-* b@2 c/1@5* c/2@6*");
    assert_eq!(listed(&bucket, "delimiter=/").await, "c/ | a@3* a@1 a&#1;@4* b@-* b@2");
    assert_eq!(listed(&bucket, "prefix=c/").await, "c/1@5* c/2@6*");
    assert_eq!(listed(&bucket, "key-marker=a").await, "a&#1;@4* b@-* b@2 c/1@5* c/2@6*");
    assert_eq!(listed(&bucket, "key-marker=b&delimiter=/").await, "c/ |");
    assert_eq!(listed(&bucket, "key-marker=c/&delimiter=/").await, "");
    assert_eq!(listed(&bucket, "encoding-type=url&prefix=a").await, "a@3* a@1 a%01@4*");
}

#[tokio::test]
async fn a_page_ends_inside_a_key_and_the_next_goes_on_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Enabled).await;
    put(&bucket, "a", 1).await;
    let second = put(&bucket, "a", 2).await;
    put(&bucket, "a", 3).await;
    put(&bucket, "c/1", 4).await;
    put(&bucket, "d", 5).await;
    let answer = bucket.get("?versions&max-keys=2").await;
    assert_eq!(answer.element("IsTruncated"), "true");
    assert_eq!((answer.element("NextKeyMarker"), answer.element("NextVersionIdMarker")), ("a".to_owned(), second.clone()));
    assert_eq!(listed(&bucket, &format!("key-marker=a&version-id-marker={second}")).await, "a@1 c/1@4* d@5*");
    let gone = format!("key-marker=a&version-id-marker={second}");
    bucket.delete(&format!("a?versionId={second}")).await.assert_status(204);
    assert_eq!(listed(&bucket, &gone).await, "a@3* a@1 c/1@4* d@5*");

    let answer = bucket.get("?versions&delimiter=/&key-marker=a&max-keys=1").await;
    assert_eq!(answer.element("NextKeyMarker"), "c/");
    assert!(answer.text().contains("<NextVersionIdMarker/><Delimiter>/</Delimiter><CommonPrefixes>"), "{}", answer.text());
    assert_eq!(listed(&bucket, "delimiter=/&key-marker=c/").await, "d@5*");
}

#[tokio::test]
async fn parameters_that_mean_nothing_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (query, code) in [
        ("version-id-marker=null", "InvalidArgument"),
        ("key-marker=a&version-id-marker=x", "InvalidArgument"),
        ("max-keys=x", "InvalidArgument"),
        ("encoding-type=x", "InvalidArgument"),
        ("delimiter=ab", "InvalidDelimiter"),
    ] {
        bucket.get(&format!("?versions&{query}")).await.assert_error(400, code);
    }
    cos.bucket("missing-1250000000").get("?versions").await.assert_error(404, "NoSuchBucket");
    assert_eq!(listed(&bucket, "max-keys=0").await, "");
}
