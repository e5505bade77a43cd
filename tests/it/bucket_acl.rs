//! PUT and GET Bucket acl.

use http::Method;

use crate::harness::{Bucket, HOST, TestServer};
use crate::people::{Who, with_users};

/// An answer's document with these grants: kind, grantee, permission.
fn document(grants: &[(&str, &str, &str)]) -> String {
    const OWNER: &str = "qcs::cam::uin/100000000001:uin/100000000001";
    let grants: String = grants
        .iter()
        .map(|(kind, grantee, permission)| {
            let grantee = match *kind {
                "Group" => format!("<URI>http://cam.qcloud.com/groups/global/{grantee}</URI>"),
                _ => format!("<ID>qcs::cam::uin/{grantee}</ID><DisplayName>qcs::cam::uin/{grantee}</DisplayName>"),
            };
            format!(
                "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\">{grantee}</Grantee>\
                 <Permission>{permission}</Permission></Grant>"
            )
        })
        .collect();
    let list = if grants.is_empty() {
        "<AccessControlList/>".to_owned()
    } else {
        format!("<AccessControlList>{grants}</AccessControlList>")
    };
    format!("<AccessControlPolicy><Owner><ID>{OWNER}</ID><DisplayName>{OWNER}</DisplayName></Owner>{list}</AccessControlPolicy>")
}

/// What a client puts: kind of grantee with its elements, and permission.
fn body(grants: &[(&str, &str)]) -> String {
    let grants: String = grants
        .iter()
        .map(|(grantee, permission)| format!("<Grant><Grantee>{grantee}</Grantee><Permission>{permission}</Permission></Grant>"))
        .collect();
    format!("<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>")
}

const OWNER: (&str, &str, &str) = ("CanonicalUser", "100000000001:uin/100000000001", "FULL_CONTROL");

async fn assert_acl(bucket: &Bucket<'_>, grants: &[(&str, &str, &str)], canned: Option<&str>) {
    let answer = bucket.get("?acl").await;
    answer.assert_document(&document(grants));
    assert_eq!(answer.header_opt("x-cos-acl"), canned);
}

#[tokio::test]
async fn a_bucket_is_private_until_its_list_is_put() {
    let cos = TestServer::start().await;
    assert_acl(&cos.put_bucket().await, &[OWNER], Some("private")).await;
}

#[tokio::test]
async fn a_canned_list_comes_back_as_its_grants_and_with_its_name() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let (read, write) = (("Group", "AllUsers", "READ"), ("Group", "AllUsers", "WRITE"));
    for (name, grants) in [
        ("public-read", vec![read, OWNER]),
        ("public-read-write", vec![read, write, OWNER]),
        ("authenticated-read", vec![("Group", "AuthenticatedUsers", "READ"), OWNER]),
        ("private", vec![OWNER]),
    ] {
        let answer = bucket.request(Method::PUT, "?acl").header("x-cos-acl", name).send().await;
        answer.assert_status(200);
        answer.assert_headers(&[("content-length", "0")]);
        assert_acl(&bucket, &grants, Some(name)).await;
        let made = cos.bucket(&format!("{name}-1250000000"));
        made.request(Method::PUT, "").header("x-cos-acl", name).send().await.assert_status(200);
        assert_acl(&made, &grants, Some(name)).await;
    }
}

#[tokio::test]
async fn grants_in_headers_are_the_whole_list() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = bucket.request(Method::PUT, "?acl").header("x-cos-grant-write-acp", "id=\"100000000003\"");
    let put = put.header("x-cos-grant-read", "id=\"100000000002\", id=\"qcs::cam::uin/100000000001:uin/100000000011\"");
    put.send().await.assert_status(200);
    let expected = [
        ("CanonicalUser", "100000000001:uin/100000000011", "READ"),
        ("CanonicalUser", "100000000002:uin/100000000002", "READ"),
        ("CanonicalUser", "100000000003:uin/100000000003", "WRITE_ACP"),
    ];
    assert_acl(&bucket, &expected, None).await;
    let made = cos.bucket("granted-1250000000");
    let put = made.request(Method::PUT, "").header("x-cos-grant-full-control", "id=\"100000000001/100000000011\"");
    put.send().await.assert_status(200);
    assert_acl(&made, &[("CanonicalUser", "100000000001:uin/100000000011", "FULL_CONTROL")], None).await;
}

#[tokio::test]
async fn a_document_is_the_whole_list_however_its_grantees_are_typed() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let all_users = "http://cam.qcloud.com/groups/global/AllUsers";
    let put = body(&[
        (&format!("<URI>{all_users}</URI>"), "READ"),
        ("<ID>qcs::cam::uin/100000000002:uin/100000000002</ID><DisplayName/>", "READ_ACP"),
        (&format!("<ID>qcs::cam::uin/100000000002:uin/100000000002</ID><URI>{all_users}</URI>"), "WRITE"),
    ]);
    let put =
        put.replace("<Grantee>", "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"RootAccount\">");
    bucket.put("?acl", put).await.assert_status(200);
    let expected = [
        ("Group", "AllUsers", "READ"),
        ("CanonicalUser", "100000000002:uin/100000000002", "WRITE"),
        ("CanonicalUser", "100000000002:uin/100000000002", "READ_ACP"),
    ];
    assert_acl(&bucket, &expected, None).await;
    bucket.put("?acl", body(&[(&format!("<URI>{all_users}</URI>"), "READ")])).await.assert_status(200);
    assert_acl(&bucket, &[("Group", "AllUsers", "READ")], Some("public-read")).await;
    bucket.put("?acl", body(&[])).await.assert_status(200);
    assert_acl(&bucket, &[], Some("private")).await;
}

#[tokio::test]
async fn headers_win_over_a_document() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    let put = bucket.request(Method::PUT, "?acl").header("x-cos-acl", "public-read");
    put.body(body(&[("<ID>100000000002</ID>", "WRITE")])).send().await.assert_status(200);
    assert_acl(&bucket, &[("Group", "AllUsers", "READ"), OWNER], Some("public-read")).await;
}

#[tokio::test]
async fn what_is_no_list_is_refused_and_changes_nothing() {
    let cos = TestServer::start().await;
    let bucket = cos.put_bucket().await;
    bucket.request(Method::PUT, "?acl").header("x-cos-acl", "public-read").send().await.assert_status(200);
    let many: Vec<String> = (0..101).map(|n| format!("<ID>{}</ID>", 100_000_000_000_u64 + n)).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|grantee| (grantee.as_str(), "READ")).collect();
    for (body, code, expected) in [
        (String::new(), "MissingRequestBodyError", "<AccessControlPolicy>"),
        ("<AccessControlPolicy/>".to_owned(), "MalformedXML", "AccessControlList"),
        (body(&[("<ID>100000000002</ID>", "ALL")]), "InvalidArgument", "the permission \"ALL\" is not one of READ, "),
        (body(&[("<ID>me</ID>", "READ")]), "InvalidArgument", "the user \"me\""),
        (body(&[("<URI>http://x</URI>", "READ")]), "InvalidArgument", "its <URI> is \"http://x\""),
        (body(&[("", "READ")]), "InvalidArgument", "has no <ID>"),
        (body(&many), "InvalidArgument", "the ACL has 101 grants"),
    ] {
        let answer = bucket.put("?acl", body).await;
        answer.assert_error(400, code);
        assert!(answer.text().replace("&lt;", "<").replace("&gt;", ">").contains(expected), "{}", answer.text());
    }
    bucket.put("?acl", body(&many[..100])).await.assert_status(200);
    bucket.request(Method::PUT, "?acl").header("x-cos-acl", "public-read").send().await.assert_status(200);
    for (name, value) in [("x-cos-acl", "public-readd"), ("x-cos-acl", "default"), ("x-cos-grant-read", "all")] {
        bucket.request(Method::PUT, "?acl").header(name, value).send().await.assert_error(400, "InvalidArgument");
        let made = cos.request("other-1250000000.cos.ap-guangzhou.myqcloud.com", Method::PUT, "");
        made.header(name, value).send().await.assert_error(400, "InvalidArgument");
    }
    assert_acl(&bucket, &[("Group", "AllUsers", "READ"), OWNER], Some("public-read")).await;
    cos.bucket("other-1250000000").head("").await.assert_head_error(404);
    cos.request(HOST, Method::DELETE, "?acl").send().await.assert_error(405, "MethodNotAllowed");
}

#[tokio::test]
async fn the_rights_to_read_and_to_write_the_list_are_rights_of_their_own() {
    let cos = TestServer::start_with(with_users(&[], &[])).await;
    let bucket = cos.put_bucket().await;
    for (name, may_read, may_write) in [
        ("x-cos-grant-read", 403, 403),
        ("x-cos-grant-write", 403, 403),
        ("x-cos-grant-read-acp", 200, 403),
        ("x-cos-grant-write-acp", 403, 200),
        ("x-cos-grant-full-control", 200, 200),
    ] {
        bucket.request(Method::PUT, "?acl").header(name, "id=\"100000000002\"").send().await.assert_status(200);
        let get = bucket.request(Method::GET, "?acl");
        assert_eq!(Who::Other.sends(get.clone()).send().await.status, may_read, "{name}");
        // A user of that account needs its word as well.
        assert_eq!(Who::OtherSub.sends(get).send().await.status, 403, "{name}");
        let put = bucket.request(Method::PUT, "?acl").header("x-cos-acl", "private");
        assert_eq!(Who::Other.sends(put).send().await.status, may_write, "{name}");
    }
}
