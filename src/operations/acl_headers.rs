//! ACLs in headers: `x-cos-acl` and `x-cos-grant-…` (PUT Bucket acl, 436/7737; PUT Object, 436/7749).

use http::HeaderName;

use crate::domain::acl::{Acl, AclOf, CannedAcl, Grant, Right};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::grantee::Grantee;
use crate::operations::acl_document::GROUPS;
use crate::operations::headers::{ACL, GRANT_FULL_CONTROL, GRANT_READ, GRANT_READ_ACP, GRANT_WRITE, GRANT_WRITE_ACP};
use crate::operations::request::RequestHead;

const GRANTS: [(HeaderName, Right); 5] = [
    (GRANT_READ, Right::Read),
    (GRANT_WRITE, Right::Write),
    (GRANT_FULL_CONTROL, Right::FullControl),
    (GRANT_WRITE_ACP, Right::WriteAcp),
    (GRANT_READ_ACP, Right::ReadAcp),
];

/// Whether there is any of them; empty ones count as absent.
pub(super) fn are_given(head: &RequestHead) -> bool {
    let is_given = |name: &HeaderName| head.headers.get(name).is_some_and(|value| !value.is_empty());
    is_given(&ACL) || GRANTS.iter().any(|(name, _)| is_given(name))
}

/// The ACL that they make; `None` when there are none, and for an object's `default`. Grants come on top of a canned ACL, which
/// Python's own examples send together.
///
/// # Errors
/// `InvalidArgument` for an unknown name, a grantee that is not written as it should be, WRITE of an object, or too many grants.
pub(super) fn read(head: &RequestHead, of: AclOf) -> Result<Option<Acl>, Error> {
    let canned = head.header_text(&ACL)?.map(|text| CannedAcl::parse(text, of)).transpose()?.flatten();
    let mut grants = Vec::new();
    for (name, right) in GRANTS {
        let Some(text) = head.header_text(&name)? else { continue };
        if !right.exists(of) {
            return Err(ErrorCode::InvalidArgument.because(format!("{name} is for buckets; objects have no WRITE")));
        }
        for grantee in text.split(',') {
            grants.push(Grant { right, grantee: read_grantee(&name, grantee.trim())? });
        }
    }
    if canned.is_none() && grants.is_empty() { Ok(None) } else { Acl::new(canned, grants).map(Some) }
}

/// `id="100000000001"`, `uin=` on older pages (436/7778), and `uri=` with a group's name, which S3's clients send (inferred).
fn read_grantee(name: &HeaderName, grantee: &str) -> Result<Grantee, Error> {
    let group = |uri: &str| GROUPS.into_iter().find(|(name, _)| *name == uri).map(|(_, group)| Grantee::Group(group));
    let named = grantee.split_once('=').map(|(kind, id)| (kind, id.trim_matches('"')));
    match (named, named.and_then(|(_, uri)| group(uri))) {
        (Some(("id" | "uin", id)), _) => id.parse(),
        (Some(("uri", _)), Some(group)) => Ok(group),
        _ => {
            let message =
                format!("{name} has {grantee:?}; it must be written as in id=\"100000000001\",id=\"100000000001/100000000011\"");
            Err(ErrorCode::InvalidArgument.because(message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::UserId;
    use crate::domain::grantee::Group;
    use crate::operations::s3::Dialect;

    fn read_all(headers: &[(&str, &str)], of: AclOf) -> Result<Option<Acl>, String> {
        let mut request = http::Request::builder().uri("/").header("host", "h");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let head = RequestHead::new(request.body(()).expect("a request").into_parts().0, Dialect::Cos).expect("a head");
        let is_any = headers.iter().any(|(_, value)| !value.is_empty());
        assert_eq!(are_given(&head), is_any);
        read(&head, of).map_err(|error| error.message().to_owned())
    }

    fn acl(canned: Option<CannedAcl>, grants: &[(Right, &str, &str)]) -> Option<Acl> {
        let user = |root: &str, user: &str| Grantee::User(UserId { root: root.to_owned(), user: user.to_owned() });
        let grants = grants.iter().map(|(right, root, sub)| Grant { right: *right, grantee: user(root, sub) });
        Some(Acl::new(canned, grants.collect()).expect("few"))
    }

    #[test]
    fn grantees_are_written_in_any_of_the_documented_ways() {
        for text in [
            r#"id="1",id="1/11""#,
            r#"id="qcs::cam::uin/1:uin/1", id="qcs::cam::uin/1:uin/11""#,
            r#"uin="1", uin="1/11""#,
            r#"id="1/11",id="1",id="1""#,
        ] {
            let given = read_all(&[("x-cos-grant-read", text)], AclOf::Object);
            assert_eq!(given, Ok(acl(None, &[(Right::Read, "1", "1"), (Right::Read, "1", "11")])), "{text}");
        }
    }

    #[test]
    fn a_group_may_be_granted_to() {
        let text = r#"uri="http://cam.qcloud.com/groups/global/AllUsers""#;
        let grants = vec![Grant { right: Right::Read, grantee: Grantee::Group(Group::AllUsers) }];
        assert_eq!(read_all(&[("x-cos-grant-read", text)], AclOf::Bucket), Ok(Some(Acl::new(None, grants).expect("few"))));
    }

    #[test]
    fn each_header_grants_its_own_right_beside_the_canned_acl() {
        let headers = [
            ("x-cos-acl", "public-read"),
            ("x-cos-grant-read", "id=\"1\""),
            ("x-cos-grant-write", "id=\"2\""),
            ("x-cos-grant-read-acp", "id=\"3\""),
            ("x-cos-grant-write-acp", "id=\"4\""),
            ("x-cos-grant-full-control", "id=\"5\""),
        ];
        let expected = [
            (Right::Read, "1", "1"),
            (Right::Write, "2", "2"),
            (Right::ReadAcp, "3", "3"),
            (Right::WriteAcp, "4", "4"),
            (Right::FullControl, "5", "5"),
        ];
        assert_eq!(read_all(&headers, AclOf::Bucket), Ok(acl(Some(CannedAcl::PublicRead), &expected)));
    }

    #[test]
    fn nothing_and_default_are_no_list() {
        assert_eq!(read_all(&[], AclOf::Bucket), Ok(None));
        assert_eq!(read_all(&[("x-cos-acl", ""), ("x-cos-grant-read", "")], AclOf::Object), Ok(None));
        assert_eq!(read_all(&[("x-cos-acl", "default")], AclOf::Object), Ok(None));
        assert_eq!(read_all(&[("x-cos-acl", "private")], AclOf::Bucket), Ok(acl(Some(CannedAcl::Private), &[])));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value, of, expected) in [
            ("x-cos-acl", "public-readd", AclOf::Bucket, "the ACL \"public-readd\" is not one of private, "),
            ("x-cos-grant-write", "id=\"1\"", AclOf::Object, "x-cos-grant-write is for buckets"),
            ("x-cos-grant-read", "1", AclOf::Bucket, "x-cos-grant-read has \"1\"; it must be written as in id="),
            ("x-cos-grant-read", "id=\"1\",", AclOf::Bucket, "x-cos-grant-read has \"\"; "),
            ("x-cos-grant-read", "uri=\"http://x/AllUsers\"", AclOf::Bucket, "x-cos-grant-read has \"uri="),
            ("x-cos-grant-read", "email=\"a@b\"", AclOf::Bucket, "x-cos-grant-read has \"email=\\\"a@b\\\"\"; "),
            ("x-cos-grant-read", "id=\"me\"", AclOf::Bucket, "the user \"me\" is not written as in "),
        ] {
            let error = read_all(&[(name, value)], of).expect_err(expected);
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
