//! PUT, GET and DELETE Bucket lifecycle.

use cos_emulator::domain::setting::{Setting, SettingKind};
use serde::{Deserialize, Serialize};

use crate::harness::{BUCKET, Bucket, TestServer};

/// Every element, in the order in which they come back.
const WHOLE: &str = "<LifecycleConfiguration><Rule><ID>all</ID><Filter><And><Prefix>logs/</Prefix>\
    <PrefixNotEquals>logs/keep/</PrefixNotEquals><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value/></Tag>\
    <ObjectSizeGreaterThan>65536</ObjectSizeGreaterThan><ObjectSizeLessThan>1048576</ObjectSizeLessThan></And></Filter>\
    <Status>Enabled</Status><Transition><Days>0</Days><StorageClass>Standard_IA</StorageClass></Transition>\
    <Transition><Days>30</Days><StorageClass>ARCHIVE</StorageClass><AccessFrequency><AccessCountLessThan>1</AccessCountLessThan>\
    <RecentDays>30</RecentDays></AccessFrequency></Transition><Expiration><Days>3650</Days></Expiration>\
    <NoncurrentVersionTransition><NoncurrentDays>0</NoncurrentDays><StorageClass>DEEP_ARCHIVE</StorageClass>\
    </NoncurrentVersionTransition><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>\
    </Rule><Rule><ID>uploads</ID><Filter/><Status>Disabled</Status><Expiration><ExpiredObjectDeleteMarker>true\
    </ExpiredObjectDeleteMarker></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>\
    </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";

fn rule(elements: &str) -> String {
    format!("<LifecycleConfiguration><Rule>{elements}</Rule></LifecycleConfiguration>")
}

/// A rule for the whole bucket with these actions.
fn acting(actions: &str) -> String {
    rule(&format!("<ID>r</ID><Filter/><Status>Enabled</Status>{actions}"))
}

async fn assert_kept(bucket: &Bucket<'_>, put: &str, got: &str) {
    let answer = bucket.put("?lifecycle", put.to_owned()).await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    bucket.get("?lifecycle").await.assert_document(got);
}

#[tokio::test]
async fn the_rules_come_back_as_they_were_put() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    assert_kept(&bucket, WHOLE, WHOLE).await;
    for elements in [
        // Node's live test compares the date letter for letter.
        "<ID>1</ID><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Transition><Date>2018-07-29T16:00:00.000Z</Date>\
         <StorageClass>STANDARD_IA</StorageClass></Transition>",
        "<ID>1</ID><Filter><Tag><Key>datalevel</Key><Value>backup</Value></Tag></Filter><Status>Enabled</Status>\
         <Expiration><Date>2018-01-01T00:00:00+08:00</Date></Expiration>",
        "<ID>1</ID><Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>",
        "<ID>1</ID><Filter><Prefix/></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>",
    ] {
        assert_kept(&bucket, &rule(elements), &rule(elements)).await;
    }
}

#[tokio::test]
async fn odd_spellings_come_back_in_the_usual_one() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (put, got) in [
        // Python's live test misspells an element.
        (
            "<Transation><Days>30</Days></Transation><Expiration><Days>100</Days></Expiration>",
            "<Expiration><Days>100</Days></Expiration>",
        ),
        (
            "<NoncurrentVersionExpiration><Days>9</Days></NoncurrentVersionExpiration>",
            "<NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration>",
        ),
        (
            "<AbortIncompleteMultipartUpload><DaysAfterInititation>9</DaysAfterInititation></AbortIncompleteMultipartUpload>",
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>9</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
        ),
    ] {
        assert_kept(&bucket, &acting(put), &acting(got)).await;
    }
}

#[tokio::test]
async fn a_rule_without_an_id_is_given_one() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let nameless = "<Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>".repeat(2);
    bucket.put("?lifecycle", format!("<LifecycleConfiguration>{nameless}</LifecycleConfiguration>")).await.assert_status(200);
    let ids = bucket.get("?lifecycle").await.elements("ID");
    assert!(ids.len() == 2 && ids[0] != ids[1] && ids.iter().all(|id| id.len() == 32), "{ids:?}");
    assert_eq!(bucket.get("?lifecycle").await.elements("ID"), ids);
}

#[tokio::test]
async fn what_was_never_set_or_is_deleted_is_not_there() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?lifecycle").await.assert_error(404, "NoSuchLifecycleConfiguration");
    bucket.delete("?lifecycle").await.assert_status(204);
    bucket.put("?lifecycle", WHOLE).await.assert_status(200);
    bucket.delete("?lifecycle").await.assert_status(204);
    bucket.get("?lifecycle").await.assert_error(404, "NoSuchLifecycleConfiguration");
    bucket.post("?lifecycle", WHOLE).await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn a_document_without_its_parts_is_malformed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?lifecycle", "").await.assert_error(400, "MissingRequestBodyError");
    bucket.put("?lifecycle", "x".repeat((1 << 20) + 1)).await.assert_error(400, "XMLSizeLimit");
    for body in [
        "<LifecycleConfiguration/>".to_owned(),
        rule("<ID>r</ID><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>"),
        rule("<ID>r</ID><Filter/><Expiration><Days>1</Days></Expiration>"),
    ] {
        bucket.put("?lifecycle", body).await.assert_error(400, "MalformedXML");
    }
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused_and_change_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("?lifecycle", WHOLE).await.assert_status(200);
    let expiring = "<Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>";
    let tagged = "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Status>Enabled</Status>";
    let twice = format!("<Rule><ID>same</ID>{expiring}</Rule>").repeat(2);
    let many: String = (0..1001).map(|index| format!("<Rule><ID>{index}</ID>{expiring}</Rule>")).collect();
    for (body, word) in [
        (format!("<LifecycleConfiguration>{twice}</LifecycleConfiguration>"), "same ID"),
        (format!("<LifecycleConfiguration>{many}</LifecycleConfiguration>"), "1001"),
        (rule(&format!("<ID>{}</ID>{expiring}", "i".repeat(256))), "255"),
        (rule("<Filter/><Status>enabled</Status><Expiration><Days>1</Days></Expiration>"), "\"enabled\""),
        (acting(""), "no action"),
        (acting("<Expiration/>"), "<Days> and <Date>"),
        (acting("<Expiration><Days>0</Days></Expiration>"), "1 to 3650"),
        (acting("<Expiration><Days>3651</Days></Expiration>"), "1 to 3650"),
        (acting("<Transition><Days>-1</Days><StorageClass>ARCHIVE</StorageClass></Transition>"), "0 to 3650"),
        (acting("<AbortIncompleteMultipartUpload/>"), "DaysAfterInitiation"),
        (acting("<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>"), "1 to 3650"),
        (acting("<Expiration><Date>2018-01-01T00:00:00Z</Date></Expiration>"), "2018-01-01T00:00:00Z"),
        (acting("<Expiration><Days>1</Days><Date>2018-01-01T00:00:00+08:00</Date></Expiration>"), "<Days> and <Date>"),
        (
            acting(
                "<Transition><Days>1</Days><StorageClass>ARCHIVE</StorageClass></Transition>\
                 <Expiration><Date>2018-01-01T00:00:00+08:00</Date></Expiration>",
            ),
            "both <Days> and <Date>",
        ),
        (
            acting(
                "<Transition><Days>9</Days><StorageClass>ARCHIVE</StorageClass></Transition>\
                 <Expiration><Days>9</Days></Expiration>",
            ),
            "before it moves them",
        ),
        (
            acting(
                "<NoncurrentVersionTransition><NoncurrentDays>9</NoncurrentDays><StorageClass>ARCHIVE</StorageClass>\
                 </NoncurrentVersionTransition><NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays>\
                 </NoncurrentVersionExpiration>",
            ),
            "before it moves them",
        ),
        (
            acting("<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"),
            "ExpiredObjectDeleteMarker",
        ),
        (acting("<Expiration><ExpiredObjectDeleteMarker>yes</ExpiredObjectDeleteMarker></Expiration>"), "true or false"),
        (rule(&format!("{tagged}<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>")), "tags"),
        (
            rule(&format!(
                "{tagged}<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
            )),
            "tags",
        ),
        (
            rule(
                "<Filter><ObjectSizeLessThan>x</ObjectSizeLessThan></Filter><Status>Enabled</Status>\
                 <Expiration><Days>1</Days></Expiration>",
            ),
            "ObjectSizeLessThan",
        ),
    ] {
        let answer = bucket.put("?lifecycle", body).await;
        answer.assert_error(400, "InvalidArgument");
        assert!(answer.text().replace("&lt;", "<").replace("&gt;", ">").contains(word), "{word}: {}", answer.text());
    }
    let tags: String = (0..11).map(|index| format!("<Tag><Key>{index}</Key><Value>v</Value></Tag>")).collect();
    for tags in [tags, "<Tag><Key>k</Key><Value>v</Value></Tag>".repeat(2), "<Tag><Key/><Value>v</Value></Tag>".to_owned()] {
        let body =
            rule(&format!("<Filter><And>{tags}</And></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>"));
        bucket.put("?lifecycle", body).await.assert_error(400, "InvalidTag");
    }
    bucket.get("?lifecycle").await.assert_document(WHOLE);
}

#[tokio::test]
async fn a_class_must_be_one_that_the_bucket_can_hold() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let to = |class: &str| acting(&format!("<Transition><Days>1</Days><StorageClass>{class}</StorageClass></Transition>"));
    bucket.put("?lifecycle", to("REDUCED")).await.assert_error(400, "NotSupportedStorageClass");
    bucket.put("?lifecycle", to("MAZ_STANDARD_IA")).await.assert_error(400, "MAZOperationNotSupportOnOAZBucket");
    let in_zones = |bucket: &mut cos_emulator::domain::bucket::Bucket| {
        bucket.is_multi_az = true;
        Ok::<_, ()>(())
    };
    cos.app.services().store.change_bucket(&BUCKET.parse().unwrap(), in_zones).await.unwrap();
    bucket.put("?lifecycle", to("ARCHIVE")).await.assert_error(400, "OAZOperationNotSupportOnMAZBucket");
    bucket.put("?lifecycle", to("MAZ_STANDARD_IA")).await.assert_status(200);
}

/// Stands for an object lock, whatever it holds.
#[derive(Serialize, Deserialize)]
struct Lock;

impl Setting for Lock {
    const KIND: SettingKind = SettingKind::ObjectLock;
}

#[tokio::test]
async fn a_bucket_with_an_object_lock_has_no_rules() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let lock = |_: &_, _| Ok::<_, ()>(Some(Lock));
    cos.app.services().store.change_setting(&BUCKET.parse().unwrap(), lock).await.unwrap();
    bucket.put("?lifecycle", WHOLE).await.assert_error(409, "BucketLocked");
    bucket.get("?lifecycle").await.assert_error(404, "NoSuchLifecycleConfiguration");
}
