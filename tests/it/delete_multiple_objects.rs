//! DELETE Multiple Objects.

use cos_emulator::domain::bucket::Versioning;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::storage::Object;
use http::Method;

use crate::harness::{BUCKET, Bucket, NOW, OTHER, TestServer, bytes};
use crate::versions;

/// `<Object>` elements of keys with their version ids; an empty id is left out.
fn objects(objects: &[(&str, &str)]) -> String {
    let version = |id: &str| if id.is_empty() { String::new() } else { format!("<VersionId>{id}</VersionId>") };
    objects.iter().map(|(key, id)| format!("<Object><Key>{key}</Key>{}</Object>", version(id))).collect()
}

async fn put(bucket: &Bucket<'_>, keys: &[&str]) {
    for key in keys {
        bucket.put(key, "x").await.assert_status(200);
    }
}

async fn keys(bucket: &Bucket<'_>) -> Vec<String> {
    bucket.get("").await.elements("Key")
}

/// `<Deleted>` elements of keys.
fn deleted(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect()
}

#[tokio::test]
async fn each_key_is_answered_for_in_the_order_given_also_when_there_is_nothing_of_it() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["a", "b", "c/d", "kept"]).await;
    bucket.put("large", bytes(100_000)).await.assert_status(200);
    let body = objects(&[("c/d", ""), ("missing", ""), ("a", ""), ("large", ""), ("a", ""), ("b", "")]);
    let answer = bucket.post("?delete", format!("<Delete>{body}</Delete>")).await;
    let expected = deleted(&["c/d", "missing", "a", "large", "a", "b"]);
    answer.assert_document(&format!("<DeleteResult>{expected}</DeleteResult>"));
    assert_eq!(keys(&bucket).await, ["kept"]);
}

#[tokio::test]
async fn a_quiet_answer_says_nothing_of_success() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["a", "b", "c"]).await;
    // Node writes the element last.
    let body = format!("<Delete>{}<Quiet>true</Quiet></Delete>", objects(&[("a", ""), ("b", "")]));
    bucket.post("?delete", body).await.assert_document("<DeleteResult/>");
    assert_eq!(keys(&bucket).await, ["c"]);
    let body = format!("<Delete><Quiet>true</Quiet>{}</Delete>", objects(&[("c", ""), ("", "")]));
    let answer = bucket.post("?delete", body).await;
    assert_eq!((answer.elements("Key"), answer.elements("Code")), (vec![], vec!["InvalidObjectName".to_owned()]));
    assert!(keys(&bucket).await.is_empty());
}

#[tokio::test]
async fn keys_are_taken_literally() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["%20a%20", "a", "//a", "%26lt%3B", "%E4%B8%AD", "%01", "a%2Bb", "a%20b"]).await;
    let listed = [" a ", "//a", "&amp;lt;", "中", "&#1;", "a+b"];
    let body: Vec<(&str, &str)> = listed.iter().map(|key| (*key, "")).collect();
    let answer = bucket.post("?delete", format!("<Delete>\n  <Quiet> false </Quiet>{}\n</Delete>", objects(&body))).await;
    answer.assert_document(&format!("<DeleteResult>{}</DeleteResult>", deleted(&listed)));
    assert_eq!(keys(&bucket).await, ["a", "a b"]);
}

#[tokio::test]
async fn what_is_wrong_with_one_key_leaves_the_others() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["a", "locked", "z"]).await;
    let lock = |object: &mut Object| {
        object.retained_until = Some(Timestamp::from_seconds(NOW + 10));
        Ok::<_, ()>(())
    };
    let (name, key) = (BUCKET.parse().expect("a name"), "locked".parse().expect("a key"));
    cos.app.services().store.change_object(&name, &key, None, lock).await.expect("stored");
    let long = "k".repeat(851);
    let body = objects(&[("a", ""), ("locked", "null"), (&long, ""), ("&#24;", ""), ("z", "")]);
    let answer = bucket.post("?delete", format!("<Delete>{body}</Delete>")).await;
    let error = |key: &str, id: &str, code: &str, message: &str| {
        format!("<Error><Key>{key}</Key>{id}<Code>{code}</Code><Message>{message}</Message></Error>")
    };
    answer.assert_document(&format!(
        "<DeleteResult>{}{}{}{}{}</DeleteResult>",
        deleted(&["a"]),
        error("locked", "<VersionId>null</VersionId>", "ObjectLocked", "the object is locked until 2023-11-14T22:13:30Z"),
        error(&long, "", "KeyTooLong", "the object key has 851 bytes; the longest allowed has 850"),
        error("&#24;", "", "InvalidObjectName", "the object key holds U+0018, which COS does not allow"),
        deleted(&["z"]),
    ));
    assert_eq!(keys(&bucket).await, ["locked"]);
}

#[tokio::test]
async fn markers_and_versions_are_named() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["k"]).await;
    versions::set(&cos, Versioning::Enabled).await;
    let id = bucket.put("k", "second").await.header("x-cos-version-id").to_owned();
    let answer = bucket.post("?delete", format!("<Delete>{}</Delete>", objects(&[("k", "")]))).await;
    let marker = answer.element("DeleteMarkerVersionId");
    answer.assert_document(&format!(
        "<DeleteResult><Deleted><Key>k</Key><DeleteMarker>true</DeleteMarker>\
         <DeleteMarkerVersionId>{marker}</DeleteMarkerVersionId></Deleted></DeleteResult>"
    ));
    let got = bucket.get("k").await;
    got.assert_error(404, "NoSuchKey");
    assert_eq!(got.header("x-cos-version-id"), marker);

    let unknown = "MTg0NDUxNTc1NjIzMTQ1MDAwODg";
    let body = objects(&[("k", &marker), ("k", &id), ("k", "null"), ("k", unknown), ("k", "test")]);
    let answer = bucket.post("?delete", format!("<Delete>{body}</Delete>")).await;
    let of_version = |id: &str| format!("<Deleted><Key>k</Key><VersionId>{id}</VersionId></Deleted>");
    answer.assert_document(&format!(
        "<DeleteResult><Deleted><Key>k</Key><DeleteMarker>true</DeleteMarker>\
         <DeleteMarkerVersionId>{marker}</DeleteMarkerVersionId><VersionId>{marker}</VersionId></Deleted>{}{}{}{}</DeleteResult>",
        of_version(&id),
        of_version("null"),
        of_version(unknown),
        of_version("test"),
    ));
    bucket.delete("").await.assert_status(204);
}

#[tokio::test]
async fn a_suspended_bucket_gets_a_null_marker() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Suspended).await;
    put(&bucket, &["k"]).await;
    let answer = bucket.post("?delete", format!("<Delete>{}</Delete>", objects(&[("k", "")]))).await;
    answer.assert_document(
        "<DeleteResult><Deleted><Key>k</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>null</DeleteMarkerVersionId>\
         </Deleted></DeleteResult>",
    );
    assert_eq!(bucket.get("?versions").await.elements("VersionId"), ["null"]);
}

#[tokio::test]
async fn a_thousand_keys_go_at_once_and_one_more_goes_not_at_all() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["k0", "k999", "k1000"]).await;
    let names: Vec<String> = (0..=1000).map(|number| format!("k{number}")).collect();
    let all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let answer = bucket.post("?delete", format!("<Delete>{}</Delete>", objects(&all))).await;
    answer.assert_error(400, "MalformedXML");
    assert_eq!(answer.element("Message"), "delete key size is greater than 1000");
    assert_eq!(keys(&bucket).await.len(), 3);
    let answer = bucket.post("?delete", format!("<Delete>{}</Delete>", objects(&all[..1000]))).await;
    assert_eq!(answer.elements("Deleted").len(), 1000);
    assert_eq!(keys(&bucket).await, ["k1000"]);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_deletes_nothing() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).post("?delete", "<Delete/>").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    put(&bucket, &["a"]).await;
    let object = objects(&[("a", "")]);
    for (body, code) in [
        (String::new(), "MissingRequestBodyError"),
        ("<Delete/>".to_owned(), "MalformedXML"),
        ("<Delete><Quiet>true</Quiet></Delete>".to_owned(), "MalformedXML"),
        (format!("<Delete><Quiet>yes</Quiet>{object}</Delete>"), "MalformedXML"),
        (format!("<Delete>{object}<Object><VersionId>null</VersionId></Object></Delete>"), "MalformedXML"),
        (format!("<Delete>{object}"), "MalformedXML"),
        (format!("<Remove>{object}</Remove>"), "MalformedXML"),
        (format!("<Delete>{object}</Delete>{}", " ".repeat(4 << 20)), "XMLSizeLimit"),
    ] {
        bucket.post("?delete", body).await.assert_error(400, code);
    }
    let post = |md5: &str| {
        let request = bucket.request(Method::POST, "?delete=").header("content-md5", md5);
        request.body(format!("<Delete>{object}</Delete>")).send()
    };
    post("AAAAAAAAAAAAAAAAAAAAAA==").await.assert_error(400, "BadDigest");
    post("AAAA").await.assert_error(400, "InvalidDigest");
    assert_eq!(keys(&bucket).await, ["a"]);
    post("aFPqFnlCon58cZ4Qt7zwvQ==").await.assert_document(&format!("<DeleteResult>{}</DeleteResult>", deleted(&["a"])));
}

#[tokio::test]
async fn others_and_anonymous_callers_are_denied_each_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["a", "b"]).await;
    let request =
        || bucket.request(Method::POST, "?delete").body(format!("<Delete>{}</Delete>", objects(&[("a", ""), ("b", "")])));
    for request in [request().signed_by(OTHER.1, OTHER.2), request().anonymous()] {
        let error = |key| format!("<Error><Key>{key}</Key><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>");
        request.send().await.assert_document(&format!("<DeleteResult>{}{}</DeleteResult>", error("a"), error("b")));
    }
    assert_eq!(keys(&bucket).await, ["a", "b"]);
}

#[tokio::test]
async fn a_bucket_policy_decides_key_by_key() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    put(&bucket, &["in/a", "out"]).await;
    let statement = format!(
        r#"{{"Statement":[{{"Effect":"allow","Principal":{{"qcs":["qcs::cam::anyone:anyone"]}},"Action":["name/cos:DeleteObject"],
        "Resource":["qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/in/*"]}}],"version":"2.0"}}"#
    );
    bucket.put("?policy", statement).await.assert_status(204);
    let body = format!("<Delete>{}</Delete>", objects(&[("out", ""), ("in/a", ""), ("in/b", "")]));
    let answer = bucket.request(Method::POST, "?delete").body(body).anonymous().send().await;
    answer.assert_document(&format!(
        "<DeleteResult><Error><Key>out</Key><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>{}</DeleteResult>",
        deleted(&["in/a", "in/b"])
    ));
    assert_eq!(keys(&bucket).await, ["out"]);
}
