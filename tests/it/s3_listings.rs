//! Listings as S3's clients read them, of both versions.

use http::Method;

use crate::harness::{BUCKET, HOST, TestServer};
use crate::s3_client::S3;

const PUT_AT: &str = "2023-11-14T22:13:20.000Z";
const OWNER: &str = "<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>";

async fn with_objects(keys: &[&str]) -> S3 {
    let s3 = S3::start().await;
    for key in keys {
        s3.put(key, "a").await.assert_status(200);
    }
    s3
}

fn contents(key: &str, owner: &str) -> String {
    format!(
        "<Contents><Key>{key}</Key><LastModified>{PUT_AT}</LastModified><ETag>&quot;0cc175b9c0f1b6a831c399e269772661&quot;</ETag>\
         <Size>1</Size>{owner}<StorageClass>STANDARD</StorageClass></Contents>"
    )
}

#[tokio::test]
async fn the_first_version_is_coss_own() {
    let s3 = with_objects(&["a", "b/c"]).await;
    let put = s3.request(Method::PUT, "d").header("x-amz-storage-class", "INTELLIGENT_TIERING").body("a");
    put.send().await.assert_status(200);
    s3.get("?delimiter=%2F&max-keys=3").await.assert_s3_document(&format!(
        "<ListBucketResult><Name>{BUCKET}</Name><Prefix/><Marker/><MaxKeys>3</MaxKeys><Delimiter>/</Delimiter>\
         <IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>{}{}</ListBucketResult>",
        contents("a", OWNER),
        contents("d", OWNER).replace("STANDARD", "INTELLIGENT_TIERING"),
    ));
}

#[tokio::test]
async fn the_second_version_counts_and_goes_on_by_tokens() {
    let s3 = with_objects(&["a", "b/c", "b/d", "e"]).await;
    let answer = s3.get("?list-type=2&delimiter=%2F&max-keys=2&start-after=0").await;
    let token = answer.element("NextContinuationToken");
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{token}");
    answer.assert_s3_document(&format!(
        "<ListBucketResult><Name>{BUCKET}</Name><Prefix/><StartAfter>0</StartAfter>\
         <NextContinuationToken>{token}</NextContinuationToken><KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter>\
         <IsTruncated>true</IsTruncated>{}<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes></ListBucketResult>",
        contents("a", "")
    ));
    let next = format!("?list-type=2&delimiter=%2F&max-keys=2&start-after=0&fetch-owner=true&continuation-token={token}");
    s3.get(&next).await.assert_s3_document(&format!(
        "<ListBucketResult><Name>{BUCKET}</Name><Prefix/><StartAfter>0</StartAfter>\
         <ContinuationToken>{token}</ContinuationToken><KeyCount>1</KeyCount><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter>\
         <IsTruncated>false</IsTruncated>{}</ListBucketResult>",
        contents("e", OWNER)
    ));
}

#[tokio::test]
async fn a_page_of_the_second_version_may_be_empty_or_encoded() {
    let s3 = with_objects(&["x%20y"]).await;
    s3.get("?list-type=2&max-keys=0").await.assert_s3_document(&format!(
        "<ListBucketResult><Name>{BUCKET}</Name><Prefix/><KeyCount>0</KeyCount><MaxKeys>0</MaxKeys>\
         <IsTruncated>false</IsTruncated></ListBucketResult>"
    ));
    let answer = s3.get("?list-type=2&encoding-type=url&prefix=x%20").await;
    assert_eq!((answer.element("Prefix"), answer.element("Key")), ("x%20".to_owned(), "x%20y".to_owned()));
    assert_eq!(answer.element("EncodingType"), "url");
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_named() {
    let s3 = S3::start().await;
    for (query, expected) in [
        ("continuation-token=%2A", "the parameter continuation-token is &quot;*&quot;"),
        ("fetch-owner=1", "the parameter fetch-owner is &quot;1&quot;"),
        ("max-keys=x", "the parameter max-keys is &quot;x&quot;"),
        ("delimiter=ab", "the delimiter is &quot;ab&quot;"),
    ] {
        let answer = s3.get(&format!("?list-type=2&{query}")).await;
        answer.assert_error(400, "InvalidArgument");
        assert!(answer.element("Message").replace('"', "&quot;").starts_with(expected), "{}", answer.text());
    }
}

#[tokio::test]
async fn coss_clients_get_no_namespace_and_no_second_version() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let expected = format!(
        "<ListBucketResult><Name>{BUCKET}</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"
    );
    bucket.get("?list-type=2").await.assert_document(&expected);
}

#[tokio::test]
async fn anonymous_clients_get_the_second_version_too() {
    let s3 = with_objects(&["a"]).await;
    s3.request(Method::PUT, "?acl").header("x-amz-acl", "public-read").send().await.assert_status(200);
    let answer = s3.server.request(HOST, Method::GET, "?list-type=2").anonymous().send().await;
    answer.assert_status(200);
    assert_eq!(answer.element("KeyCount"), "1");
}

#[tokio::test]
async fn versions_without_an_id_are_null() {
    let s3 = with_objects(&["a"]).await;
    s3.get("?versions").await.assert_s3_document(&format!(
        "<ListVersionsResult><Name>{BUCKET}</Name><Prefix/><KeyMarker/><VersionIdMarker/><MaxKeys>1000</MaxKeys>\
         <IsTruncated>false</IsTruncated><Version><Key>a</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>\
         <LastModified>{PUT_AT}</LastModified><ETag>&quot;0cc175b9c0f1b6a831c399e269772661&quot;</ETag><Size>1</Size>\
         <StorageClass>STANDARD</StorageClass>{OWNER}</Version></ListVersionsResult>"
    ));
}

#[tokio::test]
async fn buckets_are_listed_by_pages_prefix_and_region() {
    let s3 = S3::start().await;
    s3.at(Method::PUT, "other-1250000000").send().await.assert_status(200);
    let bucket = |name: &str| {
        format!(
            "<Bucket><Name>{name}</Name><BucketRegion>ap-guangzhou</BucketRegion><CreationDate>2023-11-14T22:13:20Z</CreationDate></Bucket>"
        )
    };
    let owner = "<Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID><DisplayName>100000000001</DisplayName></Owner>";
    let list = |query: &str| s3.at(Method::GET, query).send();
    list("?max-buckets=1").await.assert_s3_document(&format!(
        "<ListAllMyBucketsResult>{owner}<Marker/><ContinuationToken>{BUCKET}</ContinuationToken>\
         <IsTruncated>true</IsTruncated><Buckets>{}</Buckets></ListAllMyBucketsResult>",
        bucket(BUCKET)
    ));
    let names = async |query: &str| list(query).await.elements("Name");
    assert_eq!(names(&format!("?continuation-token={BUCKET}")).await, ["other-1250000000"]);
    assert_eq!(names("?prefix=ex").await, [BUCKET]);
    assert_eq!(names("?bucket-region=ap-beijing").await, [""; 0]);
}
