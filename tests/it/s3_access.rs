//! Access lists and owners as S3's clients name them.

use http::Method;

use crate::harness::{APPID, BUCKET, OTHER, UIN};
use crate::s3_client::S3;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const OWNER: &str = "qcs::cam::uin/100000000001:uin/100000000001";

fn policy(grants: &str) -> String {
    format!(
        "<AccessControlPolicy><Owner><ID>{OWNER}</ID><DisplayName>{OWNER}</DisplayName></Owner>\
         <AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    )
}

fn grant(kind: &str, inner: &str, right: &str) -> String {
    format!(
        "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\">{inner}</Grantee>\
         <Permission>{right}</Permission></Grant>"
    )
}

fn everybody(right: &str) -> String {
    grant("Group", &format!("<URI>{ALL_USERS}</URI>"), right)
}

fn owner(right: &str) -> String {
    grant("CanonicalUser", &format!("<ID>{OWNER}</ID><DisplayName>{OWNER}</DisplayName>"), right)
}

#[tokio::test]
async fn an_acl_is_canned_or_granted_to_s3s_groups() {
    let s3 = S3::start().await;
    let put = |name: &'static str, value: &str| s3.request(Method::PUT, "?acl").header(name, value).send();
    for canned in ["private", "public-read", "public-read-write", "authenticated-read"] {
        put("x-amz-acl", canned).await.assert_status(200);
    }
    put("x-amz-grant-read", &format!("uri=\"{ALL_USERS}\"")).await.assert_status(200);
    s3.get("?acl").await.assert_s3_document(&policy(&everybody("READ")));
    put("x-amz-acl", "public-read").await.assert_status(200);
    let document = policy(&format!("{}{}", everybody("READ"), owner("FULL_CONTROL")));
    s3.get("?acl").await.assert_s3_document(&document);
    // What was read can be put again.
    s3.put("?acl", document.clone()).await.assert_status(200);
    s3.get("?acl").await.assert_s3_document(&document);

    let answer = put("x-amz-grant-read", "emailAddress=\"a@example.com\"").await;
    answer.assert_error(400, "InvalidArgument");
    assert!(answer.element("Message").starts_with("x-amz-grant-read has "), "{}", answer.text());
}

#[tokio::test]
async fn an_objects_acl_opens_it() {
    let s3 = S3::start().await;
    let put = s3.request(Method::PUT, "a").header("x-amz-acl", "public-read").body("a");
    put.send().await.assert_status(200);
    let path = format!("{BUCKET}/a");
    let get = || s3.server.request("127.0.0.1", Method::GET, &path).anonymous().send();
    get().await.assert_status(200);
    s3.request(Method::PUT, "a?acl").header("x-amz-acl", "bucket-owner-full-control").send().await.assert_status(200);
    get().await.assert_error(403, "AccessDenied");
}

#[tokio::test]
async fn an_expected_owner_must_be_the_owner() {
    let s3 = S3::start().await;
    for owner in [APPID, UIN, OWNER] {
        let answer = s3.request(Method::HEAD, "").header("x-amz-expected-bucket-owner", owner).send().await;
        answer.assert_status(200);
    }
    let put = s3.request(Method::PUT, "a").header("x-amz-expected-bucket-owner", OTHER.0).body("a");
    put.send().await.assert_error(403, "AccessDenied");
    s3.get("a").await.assert_error(404, "NoSuchKey");
    s3.put("a", "a").await.assert_status(200);
    let copy = s3.request(Method::PUT, "b").header("x-amz-copy-source", &format!("{BUCKET}/a"));
    copy.header("x-amz-source-expected-bucket-owner", OTHER.0).send().await.assert_error(403, "AccessDenied");
}
