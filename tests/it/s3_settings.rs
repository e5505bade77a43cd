//! Buckets and their settings as S3's clients make and read them.

use http::Method;

use crate::harness::BUCKET;
use crate::s3_client::S3;

/// Puts a document and gets it back as it was.
async fn assert_kept(s3: &S3, target: &str, status: u16, document: &str) {
    s3.put(target, document.to_owned()).await.assert_status(status);
    s3.get(target).await.assert_s3_document(document);
}

#[tokio::test]
async fn a_bucket_is_where_the_constraint_says() {
    let s3 = S3::start().await;
    let body = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>ap-beijing</LocationConstraint></CreateBucketConfiguration>";
    s3.at(Method::PUT, "far-1250000000").body(body).send().await.assert_status(200);
    let answer = s3.at(Method::HEAD, "far-1250000000").send().await;
    assert_eq!(answer.header("x-amz-bucket-region"), "ap-beijing");
    let answer = s3.at(Method::GET, "far-1250000000?location").send().await;
    answer.assert_s3_document("<LocationConstraint>ap-beijing</LocationConstraint>");
    assert_eq!(s3.head("").await.header("x-amz-bucket-region"), "ap-guangzhou");

    s3.put("", "").await.assert_error(409, "BucketAlreadyOwnedByYou");
    let body = "<CreateBucketConfiguration><LocationConstraint>A B</LocationConstraint></CreateBucketConfiguration>";
    let answer = s3.at(Method::PUT, "near-1250000000").body(body).send().await;
    answer.assert_error(400, "IllegalLocationConstraintException");
    let answer = s3.at(Method::PUT, "locked-1250000000").header("x-amz-bucket-object-lock-enabled", "true").send().await;
    answer.assert_error(501, "NotImplemented");
}

#[tokio::test]
async fn settings_come_back_as_they_were_put() {
    let s3 = S3::start().await;
    for (target, status, document) in [
        ("?tagging", 204, "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"),
        (
            "?cors",
            200,
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
             <ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>",
        ),
        (
            "?encryption",
            200,
            "<ServerSideEncryptionConfiguration><Rule><BucketKeyEnabled>true</BucketKeyEnabled>\
             <ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
             </ServerSideEncryptionConfiguration>",
        ),
        (
            "?lifecycle",
            200,
            "<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status>\
             <Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition><Expiration><Days>90</Days></Expiration>\
             </Rule><Rule><ID>b</ID><Filter><Prefix>old/</Prefix></Filter><Status>Disabled</Status>\
             <Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>",
        ),
        ("?versioning", 200, "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"),
        (
            "?website",
            200,
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
        ),
    ] {
        assert_kept(&s3, target, status, document).await;
    }
}

#[tokio::test]
async fn elements_that_cos_lacks_are_refused_by_name() {
    let s3 = S3::start().await;
    for (target, document, element) in [
        (
            "?lifecycle",
            "<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><NoncurrentVersionExpiration>\
             <NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>\
             </NoncurrentVersionExpiration></Rule></LifecycleConfiguration>",
            "NewerNoncurrentVersions",
        ),
        (
            "?versioning",
            "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>",
            "MfaDelete",
        ),
    ] {
        let answer = s3.put(target, document).await;
        answer.assert_error(501, "NotImplemented");
        assert!(answer.text().contains(&format!("the element &lt;{element}&gt; of ")), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_unset_setting_is_empty_where_s3_has_it_so() {
    let s3 = S3::start().await;
    s3.get("?versioning").await.assert_s3_document("<VersioningConfiguration/>");
    s3.get("?logging").await.assert_s3_document("<BucketLoggingStatus/>");
}

#[tokio::test]
async fn a_policy_is_coss_own() {
    let s3 = S3::start().await;
    let policy = format!(
        r#"{{"version":"2.0","Statement":[{{"Effect":"Allow","Principal":{{"qcs":["qcs::cam::anyone:anyone"]}},"Action":["name/cos:GetObject"],"Resource":["qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/*"]}}]}}"#
    );
    s3.put("?policy", policy).await.assert_status(204);
    assert_eq!(s3.get("?policy").await.header("content-type"), "application/json");
    s3.put("?policy", r#"{"Version":"2012-10-17","Statement":[]}"#).await.assert_error(400, "MalformedPolicy");
}
