//! PUT, GET, DELETE and LIST Bucket IntelligentTiering, in the older form and in the one with ids.

use crate::harness::{Answer, Bucket, TestServer};

const LIST_ROOT: &str = "ListBucketIntelligentTieringConfigurationsOutput";

fn document(elements: &str) -> String {
    format!("<IntelligentTieringConfiguration>{elements}</IntelligentTieringConfiguration>")
}

/// The older form.
fn transition(status: &str, days: &str, requests: &str) -> String {
    document(&format!(
        "<Status>{status}</Status><Transition><Days>{days}</Days><RequestFrequent>{requests}</RequestFrequent></Transition>"
    ))
}

/// The elements of the form with ids.
fn rule(id: &str, filter: &str, tierings: &[(&str, &str, &str)]) -> String {
    let tierings: String = tierings
        .iter()
        .map(|(tier, days, more)| format!("<Tiering><AccessTier>{tier}</AccessTier><Days>{days}</Days>{more}</Tiering>"))
        .collect();
    format!("<Id>{id}</Id><Status>Enabled</Status>{filter}{tierings}")
}

const ONCE: &str = "<RequestFrequent>1</RequestFrequent>";

fn default_rule(days: &str) -> String {
    rule("default", "", &[("INFREQUENT", days, ONCE)])
}

async fn put(bucket: &Bucket<'_>, id: &str, elements: &str) -> Answer {
    bucket.put(&format!("?intelligent-tiering&id={id}"), document(elements)).await
}

#[tokio::test]
async fn a_bucket_without_rules_says_so_in_each_form() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?intelligenttiering").await.assert_document("<IntelligentTieringConfiguration/>");
    bucket.get("?intelligent-tiering").await.assert_document(&format!("<{LIST_ROOT}/>"));
    let missing = bucket.get("?intelligent-tiering&id=default").await;
    missing.assert_error(404, "IntelligentTieringConfigurationNotFoundError");
    assert_eq!(missing.element("Message"), "The Intelligenttiering configuration was not found.");
    bucket.delete("?intelligent-tiering&id=default").await.assert_status(204);
}

#[tokio::test]
async fn both_forms_tell_of_the_default_rule_which_stays_as_it_is() {
    let cos = TestServer::start().await;
    for (index, is_older) in [true, false].into_iter().enumerate() {
        let bucket = cos.bucket(&format!("b{index}-1250000000"));
        bucket.put("", "").await.assert_status(200);
        let older = || bucket.put("?intelligenttiering", transition("Enabled", "60", "1"));
        if is_older {
            older().await.assert_status(200);
        } else {
            put(&bucket, "default", &default_rule("60")).await.assert_status(200);
        }
        bucket.get("?intelligenttiering").await.assert_document(&transition("Enabled", "60", "1"));
        bucket.get("?intelligent-tiering&id=default").await.assert_document(&document(&default_rule("60")));
        for (answer, message) in [
            (older().await, "Not support modify intelligent tiering configuration"),
            (put(&bucket, "default", &default_rule("90")).await, "The default rule cannot be modified"),
            (bucket.delete("?intelligent-tiering&id=default").await, "The default rule cannot be modified"),
        ] {
            answer.assert_error(400, "InvalidRequest");
            assert_eq!(answer.element("Message"), message);
        }
        bucket.get("?intelligenttiering").await.assert_document(&transition("Enabled", "60", "1"));
    }
}

#[tokio::test]
async fn a_default_rule_that_is_not_enabled_yet_may_change() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for status in ["Suspended", "Suspended", "Enabled"] {
        bucket.put("?intelligenttiering", transition(status, "30", "1")).await.assert_status(200);
        bucket.get("?intelligenttiering").await.assert_document(&transition(status, "30", "1"));
    }
}

#[tokio::test]
async fn other_rules_come_change_and_go() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let conditions = "<Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>";
    let filter = format!("<Filter><And>{conditions}</And></Filter>");
    let one = rule("one", &filter, &[("ARCHIVE_ACCESS", "90", ""), ("DEEP_ARCHIVE_ACCESS", "180", ONCE)]);
    let two = rule("two", "", &[("ARCHIVE_ACCESS", "120", "")]);
    put(&bucket, "one", &one.replace("<And>", "").replace("</And>", "")).await.assert_status(200);
    put(&bucket, "two", &rule("two", "<Filter/>", &[("ARCHIVE_ACCESS", "91", "")])).await.assert_status(200);
    put(&bucket, "two", &two).await.assert_status(200);
    bucket.put("?intelligenttiering", transition("Enabled", "30", "1")).await.assert_status(200);
    bucket.get("?intelligent-tiering&id=one").await.assert_document(&document(&one));
    let list = |rules: &[&str]| {
        let rules: String = rules.iter().map(|rule| document(rule)).collect();
        format!("<{LIST_ROOT}>{rules}</{LIST_ROOT}>")
    };
    bucket.get("?intelligent-tiering").await.assert_document(&list(&[&one, &two, &default_rule("30")]));
    for _ in 0..2 {
        bucket.delete("?intelligent-tiering&id=one").await.assert_status(204);
        bucket.get("?intelligent-tiering").await.assert_document(&list(&[&two, &default_rule("30")]));
    }
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    for (body, code) in [
        (transition("Disabled", "30", "1"), "InvalidArgument"),
        (transition("Enabled", "31", "1"), "InvalidArgument"),
        (transition("Enabled", "30", "2"), "InvalidArgument"),
        (document("<Status>Enabled</Status>"), "MalformedXML"),
    ] {
        bucket.put("?intelligenttiering", body).await.assert_error(400, code);
    }
    let tags: String = (0..11).map(|index| format!("<Tag><Key>k{index}</Key><Value/></Tag>")).collect();
    for (id, elements, code) in [
        ("a", rule("b", "", &[("ARCHIVE_ACCESS", "90", "")]), "InvalidArgument"),
        ("", rule("", "", &[("ARCHIVE_ACCESS", "90", "")]), "InvalidArgument"),
        ("a", rule("a", "", &[("INFREQUENT", "30", "")]), "InvalidArgument"),
        ("a", rule("a", "", &[("ARCHIVE_ACCESS", "0", "")]), "InvalidArgument"),
        ("a", rule("a", "", &[("ARCHIVE_ACCESS", "90", ""), ("ARCHIVE_ACCESS", "91", "")]), "InvalidArgument"),
        ("a", rule("a", "", &[]), "MalformedXML"),
        ("a", rule("a", &format!("<Filter><And>{tags}</And></Filter>"), &[("ARCHIVE_ACCESS", "90", "")]), "InvalidTag"),
        ("default", rule("default", "", &[("ARCHIVE_ACCESS", "90", "")]), "InvalidArgument"),
        ("default", rule("default", "<Filter><Prefix>p</Prefix></Filter>", &[("INFREQUENT", "30", "")]), "InvalidArgument"),
    ] {
        put(&bucket, id, &elements).await.assert_error(400, code);
    }
    bucket.get("?intelligent-tiering&id=").await.assert_error(400, "InvalidArgument");
    bucket.delete("?intelligent-tiering").await.assert_error(400, "InvalidArgument");
    bucket.get("?intelligent-tiering").await.assert_document(&format!("<{LIST_ROOT}/>"));
    bucket.delete("?intelligenttiering").await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn a_locked_bucket_has_no_tiers() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
    bucket.put("?object-lock", lock).await.assert_status(200);
    bucket.put("?intelligenttiering", transition("Enabled", "30", "1")).await.assert_error(409, "BucketLocked");
}
