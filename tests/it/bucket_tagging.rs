//! PUT, GET and DELETE Bucket tagging.

use crate::harness::TestServer;

fn document(tags: &[(&str, &str)]) -> String {
    let tags: String = tags.iter().map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
}

#[tokio::test]
async fn tags_come_back_in_the_order_given() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let tags = document(&[("team", "a b"), ("Age", "+-=._:/@1"), ("age", "1")]);
    let answer = bucket.put("?tagging", tags.clone()).await;
    answer.assert_status(204);
    answer.assert_headers(&[("content-length", "0")]);
    bucket.get("?tagging").await.assert_document(&tags);
    bucket.put("?tagging", document(&[("only", "1")])).await.assert_status(204);
    assert_eq!(bucket.get("?tagging").await.elements("Key"), ["only"]);
}

#[tokio::test]
async fn a_bucket_without_tags_has_no_tag_set() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.get("?tagging").await.assert_error(404, "NoSuchTagSet");
    bucket.delete("?tagging").await.assert_status(204);
    bucket.put("?tagging", document(&[("a", "1")])).await.assert_status(204);
    bucket.delete("?tagging").await.assert_status(204);
    bucket.get("?tagging").await.assert_error(404, "NoSuchTagSet");
}

#[tokio::test]
async fn what_breaks_the_rules_is_refused_and_changes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let names: Vec<String> = (0..51).map(|index| format!("k{index}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    bucket.put("?tagging", document(&many[..50])).await.assert_status(204);
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(257));
    for (body, code) in [
        (document(&many), "InvalidTag"),
        (document(&[("a", "1"), ("a", "2")]), "InvalidTag"),
        (document(&[("", "1")]), "InvalidTag"),
        (document(&[("a!", "1")]), "InvalidTag"),
        (document(&[("a", "1,2")]), "InvalidTag"),
        (document(&[("qcs:a", "1")]), "InvalidTag"),
        (document(&[("project", "1")]), "InvalidTag"),
        (document(&[(&long_key, "1")]), "InvalidTag"),
        (document(&[("a", &long_value)]), "InvalidTag"),
        (document(&[]), "MalformedXML"),
        ("<Tagging/>".to_owned(), "MalformedXML"),
        ("<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>".to_owned(), "MalformedXML"),
        (String::new(), "MissingRequestBodyError"),
    ] {
        bucket.put("?tagging", body).await.assert_error(400, code);
    }
    assert_eq!(bucket.get("?tagging").await.elements("Key").len(), 50);
}
