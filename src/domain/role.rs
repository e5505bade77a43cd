//! Roles: what may be assumed to do things with rights that are not one's own (AssumeRole, 1150/49456).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::account::{User, UserId, is_uin};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::Policy;

/// Ids of roles begin above this, as those of CAM do.
const FIRST_ID: u64 = 1 << 62;

/// What a role of a service has in its ARN before its name or id.
const SERVICE_ROLE: &str = "tencentcloudServiceRole";

/// 1 to 128 of `A-Za-z0-9_+=,.@-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleName(String);

impl RoleName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 19 digits, the same for the same name (inferred). A role that is asked for by its id goes by that.
    pub fn id(&self) -> String {
        if self.is_id() {
            return self.0.clone();
        }
        let hash = Sha256::digest(&self.0);
        let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        (FIRST_ID + u64::from(number)).to_string()
    }

    fn is_id(&self) -> bool {
        self.0.len() == FIRST_ID.to_string().len() && self.0.bytes().all(|b| b.is_ascii_digit())
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for RoleName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if (1..=128).contains(&text.len()) && text.chars().all(is_allowed) {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(128).collect();
        let message = format!("the role name {shown:?} is not valid; it has 1 to 128 letters, digits and _+=,.@-");
        Err(ErrorCode::InvalidArgument.because(message))
    }
}

/// A role and the account that it belongs to: `qcs::cam::uin/<root>:roleName/<name>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleArn {
    /// UIN of the root account.
    pub root: String,
    /// The name; or the id, as it is written in `qcs::cam::uin/<root>:role/<id>`.
    pub name: RoleName,
}

impl RoleArn {
    /// Every way in which policies may name it.
    pub fn names(&self) -> Vec<String> {
        let Self { root, name } = self;
        vec![self.to_string(), format!("qcs::cam::uin/{root}:role/{}", name.id())]
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "qcs::cam::uin/{}:roleName/{}", self.root, self.name)
    }
}

/// Also by id, and both also of a service's role: `…:role/tencentcloudServiceRoleName/<name>`.
impl FromStr for RoleArn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || {
            let (root, role) = text.strip_prefix("qcs::cam::uin/")?.split_once(':')?;
            let (kind, name) = role.split_once('/')?;
            let name = match kind {
                "roleName" => name,
                "role" => match name.strip_prefix(SERVICE_ROLE) {
                    Some(rest) => rest.strip_prefix("Name/").or_else(|| rest.strip_prefix('/'))?,
                    None => name,
                },
                _ => return None,
            };
            is_uin(root).then(|| name.parse().ok()).flatten().map(|name| Self { root: root.to_owned(), name })
        };
        read().ok_or_else(|| {
            let forms = "qcs::cam::uin/100000000001:roleName/reader or qcs::cam::uin/100000000001:role/4611686018427397919";
            let shown: String = text.chars().take(200).collect();
            ErrorCode::InvalidArgument.because(format!("the role {shown:?} is not written as in {forms}"))
        })
    }
}

/// A role as it is configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub arn: RoleArn,
    /// Of its account.
    pub appid: String,
    pub policies: Vec<Policy>,
}

/// All roles that are configured. An account for which there are none has whatever role it is asked for.
#[derive(Debug, Default)]
pub struct Roles(BTreeMap<RoleArn, Arc<User>>);

impl Roles {
    pub fn new(roles: Vec<Role>) -> Self {
        let by_arn = roles.into_iter().map(|Role { arn, appid, policies }| (arn.clone(), Arc::new(user(&arn, appid, policies))));
        Self(by_arn.collect())
    }

    /// The role by its name or id, as the user that who assumes it becomes. `appid` is that of the role's account.
    ///
    /// `None` when the account has roles, but not this one.
    pub fn find(&self, arn: &RoleArn, appid: &str) -> Option<(RoleArn, Arc<User>)> {
        let mut own = self.of(&arn.root).peekable();
        if own.peek().is_none() {
            return Some((arn.clone(), Arc::new(user(arn, appid.to_owned(), vec![Policy::allowing_all()]))));
        }
        let id = arn.name.id();
        own.find(|(own, _)| own.name == arn.name || own.name.id() == id).map(|(arn, user)| (arn.clone(), Arc::clone(user)))
    }

    /// The roles of an account, in order of their names.
    pub fn of(&self, root: &str) -> impl Iterator<Item = (&RoleArn, &Arc<User>)> {
        self.0.iter().filter(move |(arn, _)| arn.root == root)
    }
}

/// A role is like a sub-account that goes by the role's id.
fn user(arn: &RoleArn, appid: String, policies: Vec<Policy>) -> User {
    User { id: UserId { root: arn.root.clone(), user: arn.name.id() }, appid, policies }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(text: &str) -> RoleArn {
        text.parse().expect(text)
    }

    #[test]
    fn an_arn_has_four_forms() {
        for (text, name) in [
            ("qcs::cam::uin/1:roleName/reader", "reader"),
            ("qcs::cam::uin/1:role/4611686018427397919", "4611686018427397919"),
            ("qcs::cam::uin/1:role/tencentcloudServiceRoleName/reader", "reader"),
            ("qcs::cam::uin/1:role/tencentcloudServiceRole/4611686018427397919", "4611686018427397919"),
        ] {
            assert_eq!(arn(text), RoleArn { root: "1".to_owned(), name: name.parse().expect("a name") }, "{text}");
        }
        for text in [
            "",
            "reader",
            "qcs::cam::uin/1:uin/1",
            "qcs::cam::uin/x:roleName/a",
            "qcs::cam::uin/1:roleName/",
            "qcs::cam::uin/1:role/a b",
        ] {
            assert_eq!(text.parse::<RoleArn>().expect_err(text).code(), ErrorCode::InvalidArgument);
        }
    }

    #[test]
    fn a_name_has_always_the_same_id() {
        let (reader, writer): (RoleName, RoleName) = ("reader".parse().expect("a name"), "writer".parse().expect("a name"));
        assert_eq!(reader.id(), reader.id());
        assert_ne!(reader.id(), writer.id());
        let of_id: RoleName = reader.id().parse().expect("digits are a name");
        assert_eq!((of_id.id(), of_id.id().len()), (reader.id(), 19));
    }

    #[test]
    fn an_account_without_roles_has_every_role_and_one_with_roles_only_those() {
        let reader = arn("qcs::cam::uin/1:roleName/reader");
        let roles = Roles::new(vec![Role { arn: reader.clone(), appid: "1".to_owned(), policies: Vec::new() }]);
        let by_id = arn(&format!("qcs::cam::uin/1:role/{}", reader.name.id()));
        for asked in [&reader, &by_id] {
            let (found, user) = roles.find(asked, "1").expect("configured");
            assert_eq!((found, user.id.user.clone(), user.policies.len()), (reader.clone(), reader.name.id(), 0));
        }
        assert!(roles.find(&arn("qcs::cam::uin/1:roleName/writer"), "1").is_none());
        let (_, free) = roles.find(&arn("qcs::cam::uin/2:roleName/writer"), "2").expect("taken to exist");
        assert_eq!((free.appid.as_str(), free.policies.len(), free.id.is_root()), ("2", 1, false));
    }
}
