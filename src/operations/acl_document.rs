//! ACLs as documents, of buckets and objects alike (436/7737, 436/7733, 436/7748, 436/7744).

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::domain::account::UserId;
use crate::domain::acl::{Acl, AclOf, DEFAULT, Grant, Right};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::grantee::{Grantee, Group};
use crate::operations::acl_headers;
use crate::operations::context::Context;
use crate::operations::headers::ACL;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

const ROOT: &str = "AccessControlPolicy";

/// Enough for 100 grants, generously laid out (inferred).
const LARGEST: usize = 64 << 10;

pub(super) const GROUPS: [(&str, Group); 2] = [
    ("http://cam.qcloud.com/groups/global/AllUsers", Group::AllUsers),
    ("http://cam.qcloud.com/groups/global/AuthenticatedUsers", Group::AuthenticatedUsers),
];

/// What is put. The owner is not read: it cannot be changed.
#[derive(Deserialize)]
struct AccessControlPolicy {
    #[serde(rename = "AccessControlList")]
    list: GrantsGiven,
}

#[derive(Deserialize)]
struct GrantsGiven {
    #[serde(default, rename = "Grant")]
    grants: Vec<GrantGiven>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GrantGiven {
    grantee: GranteeGiven,
    permission: String,
}

/// Node leaves the type out and C++ has old names for it, so what there is to read says what it is.
#[derive(Deserialize)]
struct GranteeGiven {
    #[serde(default, rename = "ID")]
    id: String,
    #[serde(default, rename = "URI")]
    uri: String,
}

/// The ACL that a request puts, in headers or else in its body; `None` is an object's `default`.
///
/// # Errors
/// Those of [`acl_headers::read`] and of [`crate::operations::request::RequestHead::read_xml`].
pub(super) async fn read(context: &Context<'_>, body: &mut RequestBody, of: AclOf) -> Result<Option<Acl>, Error> {
    if acl_headers::are_given(context.head) {
        return acl_headers::read(context.head, of);
    }
    let document: AccessControlPolicy = context.head.read_xml(body, ROOT, LARGEST).await?;
    let grants = document.list.grants.into_iter().map(|given| grant(&given, of));
    Acl::new(None, grants.collect::<Result<_, _>>()?).map(Some)
}

fn grant(given: &GrantGiven, of: AclOf) -> Result<Grant, Error> {
    let right: Right = given.permission.parse()?;
    if !right.exists(of) {
        let message = format!("the permission {} is for buckets; objects have none of the kind", right.name());
        return Err(ErrorCode::InvalidArgument.because(message));
    }
    let GranteeGiven { id, uri } = &given.grantee;
    let grantee = match (id.as_str(), GROUPS.iter().find(|(name, _)| name == uri)) {
        ("", Some((_, group))) => Grantee::Group(*group),
        ("", None) => {
            let names = GROUPS.map(|(name, _)| name).join(" or ");
            let message = format!("the grantee has no <ID>, and its <URI> is {uri:?}; it must be {names}");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        (id, _) => id.parse()?,
    };
    Ok(Grant { right, grantee })
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessControlAnswer {
    owner: Person,
    access_control_list: GrantList,
}

#[derive(Serialize)]
struct Person {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "DisplayName")]
    display_name: String,
}

#[derive(Serialize)]
struct GrantList {
    #[serde(rename = "Grant")]
    grants: Vec<GrantElement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GrantElement {
    grantee: GranteeElement,
    permission: &'static str,
}

/// Java needs the type.
#[derive(Serialize)]
struct GranteeElement {
    #[serde(rename = "@xmlns:xsi")]
    namespace: &'static str,
    #[serde(rename = "@xsi:type")]
    kind: &'static str,
    #[serde(rename = "URI", skip_serializing_if = "Option::is_none")]
    uri: Option<&'static str>,
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "DisplayName", skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

const NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// 200 with the list, and `x-cos-acl` with the name that says the same if there is one. An object without a list has `default`
/// there, and in the list its owner.
pub(super) fn answer(acl: Option<&Acl>, of: AclOf, owner: &UserId, mut headers: HeaderMap) -> Response {
    let private = Acl::private();
    let name = match (acl, of) {
        (None, AclOf::Object) => Some(DEFAULT),
        (acl, of) => acl.unwrap_or(&private).canned(of, owner).map(|canned| canned.name()),
    };
    headers.extend(name.map(|name| (ACL, HeaderValue::from_static(name))));
    let grants = acl.unwrap_or(&private).all_grants(owner).iter().map(element).collect();
    let owner = Person { id: owner.to_string(), display_name: owner.to_string() };
    let answer = AccessControlAnswer { owner, access_control_list: GrantList { grants } };
    response::document(ROOT, &answer, headers)
}

fn element(grant: &Grant) -> GrantElement {
    let grantee = match &grant.grantee {
        Grantee::User(user) => GranteeElement {
            namespace: NAMESPACE,
            kind: "CanonicalUser",
            uri: None,
            id: Some(user.to_string()),
            display_name: Some(user.to_string()),
        },
        Grantee::Group(group) => GranteeElement {
            namespace: NAMESPACE,
            kind: "Group",
            uri: GROUPS.iter().find(|(_, known)| known == group).map(|(name, _)| *name),
            id: None,
            display_name: None,
        },
    };
    GrantElement { grantee, permission: grant.right.name() }
}
