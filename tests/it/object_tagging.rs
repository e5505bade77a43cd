//! PUT, GET and DELETE Object tagging.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use http::Method;

use crate::harness::{Answer, BUCKET, Bucket, NOW, OTHER, TestServer};
use crate::versions;

fn document(tags: &[(&str, &str)]) -> String {
    let tags: String = tags.iter().map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")).collect();
    if tags.is_empty() {
        "<Tagging><TagSet/></Tagging>".to_owned()
    } else {
        format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
    }
}

/// The answers to all three operations on the same target.
async fn all(bucket: &Bucket<'_>, target: &str) -> [Answer; 3] {
    let put = bucket.put(target, document(&[("a", "1")])).await;
    [put, bucket.get(target).await, bucket.delete(target).await]
}

#[tokio::test]
async fn tags_come_back_in_the_order_given_and_are_replaced_whole() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let before = bucket.head("a").await;
    let tags = document(&[("team", " a b "), ("Age", "+-=._:/@1"), ("age", ""), ("颜色", "红")]);
    let answer = bucket.put("a?tagging", tags.clone()).await;
    answer.assert_status(200);
    answer.assert_headers(&[("content-length", "0")]);
    let got = bucket.get("a?tagging").await;
    got.assert_document(&tags.replace("<Value></Value>", "<Value/>"));
    got.assert_headers(&[("content-length", &got.body.len().to_string()), ("content-type", "application/xml")]);

    let after = bucket.head("a").await;
    assert_eq!(after.header("x-cos-tagging-count"), "4");
    for name in ["etag", "last-modified", "content-length"] {
        assert_eq!(after.header(name), before.header(name));
    }
    bucket.put("a?tagging=", document(&[("only", "1")])).await.assert_status(200);
    bucket.get("a?tagging").await.assert_document(&document(&[("only", "1")]));
}

#[tokio::test]
async fn an_object_without_tags_has_an_empty_set() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.get("a?tagging").await.assert_document("<Tagging><TagSet/></Tagging>");
    let deleted = bucket.delete("a?tagging").await;
    deleted.assert_status(204);
    deleted.assert_headers(&[("content-length", "0")]);
    for end in ["delete", "empty set", "overwrite"] {
        bucket.put("a?tagging", document(&[("a", "1")])).await.assert_status(200);
        match end {
            "delete" => bucket.delete("a?tagging").await.assert_status(204),
            "empty set" => bucket.put("a?tagging", document(&[])).await.assert_status(200),
            _ => bucket.put("a", "y").await.assert_status(200),
        }
        bucket.get("a?tagging").await.assert_document("<Tagging><TagSet/></Tagging>");
        assert_eq!(bucket.head("a").await.header_opt("x-cos-tagging-count"), None, "{end}");
    }
}

#[tokio::test]
async fn tags_sent_with_the_object_are_found_here() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket
        .request(Method::PUT, "a")
        .header("x-cos-tagging", "k%201=v%26&b=")
        .body("x")
        .send()
        .await
        .assert_error(400, "InvalidTag");
    bucket.request(Method::PUT, "a").header("x-cos-tagging", "k%201=v%40&b=").body("x").send().await.assert_status(200);
    bucket.get("a?tagging").await.assert_document(
        "<Tagging><TagSet><Tag><Key>k 1</Key><Value>v@</Value></Tag><Tag><Key>b</Key><Value/></Tag></TagSet></Tagging>",
    );
}

#[tokio::test]
async fn each_version_has_its_own_tags() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("k", "first").await.assert_status(200);
    versions::set(&cos, Versioning::Enabled).await;
    let newest = bucket.put("k", "second").await.header("x-cos-version-id").to_owned();
    let tagged = bucket.put("k?tagging", document(&[("a", "newest")])).await;
    tagged.assert_headers(&[("content-length", "0"), ("x-cos-version-id", &newest)]);
    // The page writes the parameter with a capital V.
    let tagged = bucket.put("k?tagging&VersionId=null", document(&[("a", "first")])).await;
    tagged.assert_headers(&[("content-length", "0"), ("x-cos-version-id", "null")]);

    for (id, value) in [(newest.as_str(), "newest"), ("null", "first")] {
        let got = bucket.get(&format!("k?tagging&versionId={id}")).await;
        assert_eq!((got.element("Value").as_str(), got.header("x-cos-version-id")), (value, id));
        assert_eq!(bucket.head(&format!("k?versionId={id}")).await.header("x-cos-tagging-count"), "1");
    }
    assert_eq!(bucket.get("k?tagging").await.element("Value"), "newest");
    assert_eq!(bucket.delete("k?tagging&versionId=null").await.header("x-cos-version-id"), "null");
    bucket.get("k?tagging&versionId=null").await.assert_document("<Tagging><TagSet/></Tagging>");
    assert_eq!(bucket.get("k?tagging").await.element("Value"), "newest");
}

#[tokio::test]
async fn what_is_not_there_has_no_tags() {
    let cos = TestServer::start().await;
    for answer in all(&cos.bucket(BUCKET), "a?tagging").await {
        answer.assert_error(404, "NoSuchBucket");
    }
    let bucket = cos.put_bucket().await;
    for answer in all(&cos.bucket(BUCKET), "a?tagging").await {
        answer.assert_error(404, "NoSuchKey");
    }
    bucket.put("a", "x").await.assert_status(200);
    for target in ["a?tagging&versionId=test", "a?tagging&versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg"] {
        for answer in all(&cos.bucket(BUCKET), target).await {
            answer.assert_error(404, "NoSuchVersion");
        }
    }
    versions::set(&cos, Versioning::Enabled).await;
    let marker = bucket.delete("a").await.header("x-cos-version-id").to_owned();
    for answer in all(&cos.bucket(BUCKET), "a?tagging").await {
        answer.assert_error(404, "NoSuchKey");
        assert_eq!((answer.header("x-cos-delete-marker"), answer.header("x-cos-version-id")), ("true", marker.as_str()));
    }
}

#[tokio::test]
async fn what_breaks_the_rules_is_refused_and_changes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let names: Vec<String> = (0..11).map(|index| format!("k{index}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    bucket.put("a?tagging", document(&many[..10])).await.assert_status(200);
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(257));
    for (body, code) in [
        (document(&many), "InvalidTag"),
        (document(&[("a", "1"), ("a", "2")]), "InvalidTag"),
        (document(&[("", "1")]), "InvalidTag"),
        (document(&[("a!", "1")]), "InvalidTag"),
        (document(&[("a", "1,2")]), "InvalidTag"),
        (document(&[(&long_key, "1")]), "InvalidTag"),
        (document(&[("a", &long_value)]), "InvalidTag"),
        ("<Tagging/>".to_owned(), "MalformedXML"),
        ("<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>".to_owned(), "MalformedXML"),
        ("<TagSet/>".to_owned(), "MalformedXML"),
        ("x".repeat((64 << 10) + 1), "XMLSizeLimit"),
        (String::new(), "MissingRequestBodyError"),
    ] {
        bucket.put("a?tagging", body).await.assert_error(400, code);
    }
    let put = |md5: &str| bucket.request(Method::PUT, "a?tagging").header("content-md5", md5).body(document(&[])).send();
    put("AAAAAAAAAAAAAAAAAAAAAA==").await.assert_error(400, "BadDigest");
    put("AAAA").await.assert_error(400, "InvalidDigest");
    assert_eq!(bucket.get("a?tagging").await.elements("Key"), names[..10]);
}

#[tokio::test]
async fn a_locked_object_keeps_its_tags() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let name = BUCKET.parse().expect("a name");
    let lock = |object: &mut cos_emulator::storage::Object| {
        object.retained_until = Some(Timestamp::from_seconds(NOW + 10));
        Ok::<_, ()>(())
    };
    cos.app.services().store.change_object(&name, &"a".parse().expect("a key"), None, lock).await.expect("stored");
    bucket.put("a?tagging", document(&[("a", "1")])).await.assert_error(409, "ObjectLocked");
    bucket.delete("a?tagging").await.assert_error(409, "ObjectLocked");
    bucket.get("a?tagging").await.assert_document("<Tagging><TagSet/></Tagging>");
    cos.clock.stop(Timestamp::from_seconds(NOW + 10));
    bucket.put("a?tagging", document(&[("a", "1")])).await.assert_status(200);
}

#[tokio::test]
async fn others_and_anonymous_callers_have_no_access() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = || bucket.request(method.clone(), "a?tagging");
        request().signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
        request().anonymous().send().await.assert_error(403, "AccessDenied");
    }
}
