//! PUT and GET Object acl.

use cos_emulator::domain::bucket::Versioning;
use http::Method;

use crate::harness::{BUCKET, Bucket, OTHER, TestServer};
use crate::people::Who;
use crate::versions;

const OWNER: &str = "qcs::cam::uin/100000000001:uin/100000000001";

fn document(grants: &str) -> String {
    format!(
        "<AccessControlPolicy><Owner><ID>{OWNER}</ID><DisplayName>{OWNER}</DisplayName></Owner>\
         <AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    )
}

fn group(name: &str, permission: &str) -> String {
    format!(
        "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">\
         <URI>http://cam.qcloud.com/groups/global/{name}</URI></Grantee><Permission>{permission}</Permission></Grant>"
    )
}

fn user(id: &str, permission: &str) -> String {
    format!(
        "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">\
         <ID>{id}</ID><DisplayName>{id}</DisplayName></Grantee><Permission>{permission}</Permission></Grant>"
    )
}

async fn assert_acl(bucket: &Bucket<'_>, target: &str, grants: &str, name: Option<&str>) {
    let answer = bucket.get(target).await;
    answer.assert_document(&document(grants));
    assert_eq!(answer.header_opt("x-cos-acl"), name);
}

#[tokio::test]
async fn an_object_without_a_list_has_the_default() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    assert_acl(&bucket, "a?acl", &user(OWNER, "FULL_CONTROL"), Some("default")).await;
}

#[tokio::test]
async fn a_canned_list_is_put_with_the_object_or_later() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let owner = user(OWNER, "FULL_CONTROL");
    for (name, grants) in [
        ("private", owner.clone()),
        ("public-read", format!("{}{owner}", group("AllUsers", "READ"))),
        ("authenticated-read", format!("{}{owner}", group("AuthenticatedUsers", "READ"))),
        ("bucket-owner-read", owner.clone()),
        ("bucket-owner-full-control", owner.clone()),
        ("default", owner.clone()),
    ] {
        bucket.request(Method::PUT, "made").header("x-cos-acl", name).body("x").send().await.assert_status(200);
        assert_acl(&bucket, "made?acl", &grants, Some(name)).await;
        let initiated = bucket.request(Method::POST, "joined?uploads").header("x-cos-acl", name).send().await;
        let upload_id = initiated.element("UploadId");
        let part = bucket.part("joined", &upload_id, 1, "x").await;
        bucket.complete("joined", &upload_id, &[(1, &part)]).await.assert_status(200);
        assert_acl(&bucket, "joined?acl", &grants, Some(name)).await;
        bucket.put("changed", "x").await.assert_status(200);
        let answer = bucket.request(Method::PUT, "changed?acl").header("x-cos-acl", name).send().await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        assert_acl(&bucket, "changed?acl", &grants, Some(name)).await;
    }
}

#[tokio::test]
async fn grants_come_back_as_they_are_and_change_nothing_else() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let made = bucket.put("a", "x").await;
    let other = "qcs::cam::uin/100000000002:uin/100000000002";
    let put = document(&user(other, "READ"));
    bucket.put("a?acl", put.clone()).await.assert_status(200);
    assert_acl(&bucket, "a?acl", &user(other, "READ"), None).await;
    let put = bucket.request(Method::PUT, "a?acl").header("x-cos-grant-read-acp", "id=\"100000000002\"").body(put);
    put.send().await.assert_status(200);
    assert_acl(&bucket, "a?acl", &user(other, "READ_ACP"), None).await;
    let read = bucket.get("a").await;
    assert_eq!((read.text().as_str(), read.header("etag")), ("x", made.header("etag")));
}

#[tokio::test]
async fn what_is_no_list_is_refused() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    bucket.put("a?acl", "").await.assert_error(400, "MissingRequestBodyError");
    bucket.put("a?acl", "<AccessControlList/>").await.assert_error(400, "MalformedXML");
    bucket.put("a?acl", document(&group("AllUsers", "WRITE"))).await.assert_error(400, "InvalidArgument");
    bucket.put("a?acl", document(&user("someone", "READ"))).await.assert_error(400, "InvalidArgument");
    for (name, value) in [
        ("x-cos-acl", "public-read-write"),
        ("x-cos-acl", "public"),
        ("x-cos-grant-write", "id=\"100000000002\""),
        ("x-cos-grant-read", "100000000002"),
    ] {
        bucket.request(Method::PUT, "a?acl").header(name, value).send().await.assert_error(400, "InvalidArgument");
        bucket.request(Method::PUT, "a").header(name, value).body("y").send().await.assert_error(400, "InvalidArgument");
    }
    assert_acl(&bucket, "a?acl", &user(OWNER, "FULL_CONTROL"), Some("default")).await;
    assert_eq!(bucket.get("a").await.text(), "x");
    bucket.delete("a?acl").await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn it_needs_an_object() {
    let cos = TestServer::start().await;
    cos.bucket(BUCKET).get("a?acl").await.assert_error(404, "NoSuchBucket");
    let bucket = cos.put_bucket().await;
    let put = |target: &str| bucket.request(Method::PUT, target).header("x-cos-acl", "private").send();
    bucket.get("a?acl").await.assert_error(404, "NoSuchKey");
    put("a?acl").await.assert_error(404, "NoSuchKey");
    bucket.put("a", "x").await.assert_status(200);
    bucket.get("a?acl&versionId=x").await.assert_error(404, "NoSuchVersion");
    put("a?acl&versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg").await.assert_error(404, "NoSuchVersion");
    put("a?acl&versionId=null").await.assert_status(200);
}

#[tokio::test]
async fn each_version_has_its_own() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    versions::set(&cos, Versioning::Enabled).await;
    let id = bucket.put("a", "x").await.header("x-cos-version-id").to_owned();
    let newer = bucket.put("a", "y").await.header("x-cos-version-id").to_owned();
    let put = bucket.request(Method::PUT, &format!("a?acl&versionId={id}")).header("x-cos-acl", "public-read").send().await;
    put.assert_status(200);
    assert_eq!(put.header("x-cos-version-id"), id);
    assert_eq!(bucket.get(&format!("a?acl&versionId={id}")).await.header("x-cos-acl"), "public-read");
    let newest = bucket.get("a?acl").await;
    assert_eq!((newest.header("x-cos-acl"), newest.header("x-cos-version-id")), ("default", newer.as_str()));
    let read = |target: String| bucket.request(Method::GET, &target).anonymous().send();
    assert_eq!(read(format!("a?versionId={id}")).await.text(), "x");
    read("a".to_owned()).await.assert_error(403, "AccessDenied");
    bucket.delete("a").await.assert_status(204);
    bucket.get("a?acl").await.assert_error(404, "NoSuchKey");
    bucket.request(Method::PUT, "a?acl").header("x-cos-acl", "private").send().await.assert_error(404, "NoSuchKey");
}

#[tokio::test]
async fn the_rights_to_read_and_to_write_the_list_are_rights_of_their_own() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    for (name, may_read, may_write) in [
        ("x-cos-grant-read", 403, 403),
        ("x-cos-grant-read-acp", 200, 403),
        ("x-cos-grant-write-acp", 403, 200),
        ("x-cos-grant-full-control", 200, 200),
    ] {
        bucket.request(Method::PUT, "a?acl").header(name, "id=\"100000000002\"").send().await.assert_status(200);
        let get = Who::Other.sends(bucket.request(Method::GET, "a?acl"));
        assert_eq!(get.send().await.status, may_read, "{name}");
        let put = bucket.request(Method::PUT, "a?acl").header("x-cos-acl", "private").signed_by(OTHER.1, OTHER.2);
        assert_eq!(put.send().await.status, may_write, "{name}");
    }
}

#[tokio::test]
async fn everybody_may_be_granted_by_an_id_as_coscmd_does() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.put("a", "x").await.assert_status(200);
    let grant = "<Grant><Grantee><ID>qcs::cam::anyone:anyone</ID></Grantee><Permission>READ</Permission></Grant>";
    let list = format!("<AccessControlPolicy><AccessControlList>{grant}</AccessControlList></AccessControlPolicy>");
    bucket.put("a?acl", list).await.assert_status(200);
    assert_eq!(bucket.request(Method::GET, "a").anonymous().send().await.text(), "x");
    assert!(bucket.get("a?acl").await.text().contains("groups/global/AllUsers"));
}
