//! Access control lists: who but the owner may do what (ACL Overview, 436/30583).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::account::UserId;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::grantee::{Grantee, Group};
use crate::domain::setting::{Setting, SettingKind};

/// What an operation asks of an ACL for callers other than the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// READ of the object, or of the bucket for operations on buckets.
    Read,
    /// WRITE of the bucket.
    Write,
    ReadAcp,
    WriteAcp,
    /// No ACL grants it; a policy may.
    PolicyOnly,
    /// Everybody may, also unsigned; the operation itself decides the rest.
    Anybody,
}

/// The most grants of a list (PUT Bucket acl, 436/7737).
pub const MOST_GRANTS: usize = 100;

/// The list of a bucket or an object. Its owner may do all, whatever the list says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acl {
    /// What `x-cos-acl` named.
    canned: Option<CannedAcl>,
    /// What was granted one by one.
    grants: Vec<Grant>,
}

/// What `x-cos-acl` says of an object without a list of its own: the bucket's applies.
pub const DEFAULT: &str = "default";

/// What an ACL belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AclOf {
    Bucket,
    Object,
}

/// The lists that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CannedAcl {
    Private,
    PublicRead,
    PublicReadWrite,
    AuthenticatedRead,
    BucketOwnerRead,
    BucketOwnerFullControl,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    pub right: Right,
    pub grantee: Grantee,
}

/// What a grant gives, in the order in which COS lists grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Right {
    Read,
    Write,
    FullControl,
    WriteAcp,
    ReadAcp,
}

impl Setting for Acl {
    const KIND: SettingKind = SettingKind::Acl;
}

impl Acl {
    /// # Errors
    /// `InvalidArgument` for more than [`MOST_GRANTS`].
    pub fn new(canned: Option<CannedAcl>, mut grants: Vec<Grant>) -> Result<Self, Error> {
        grants.sort();
        grants.dedup();
        if grants.len() > MOST_GRANTS {
            let message = format!("the ACL has {} grants; the most allowed are {MOST_GRANTS}", grants.len());
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        Ok(Self { canned, grants })
    }

    /// The list of a bucket that has none.
    pub const fn private() -> Self {
        Self { canned: Some(CannedAcl::Private), grants: Vec::new() }
    }

    /// Whether it grants `permission` to a caller that signs, by name or as one of those who sign.
    pub fn grants_to(&self, caller: &UserId, permission: Permission) -> bool {
        let names = |grant: &Grant| matches!(&grant.grantee, Grantee::User(user) if user == caller);
        self.grants.iter().any(|grant| names(grant) && grant.right.covers(permission))
            || self.grants_to_group(Group::AuthenticatedUsers, permission)
    }

    /// Whether it grants `permission` to everybody.
    pub fn grants_to_everyone(&self, permission: Permission) -> bool {
        self.grants_to_group(Group::AllUsers, permission)
    }

    fn grants_to_group(&self, group: Group, permission: Permission) -> bool {
        let mut given = self.grants.iter().filter(|grant| grant.grantee == Grantee::Group(group)).map(|grant| grant.right);
        let mut canned = self.canned_groups().iter().filter(|(_, given)| *given == group).map(|(right, _)| *right);
        given.any(|right| right.covers(permission)) || canned.any(|right| right.covers(permission))
    }

    fn canned_groups(&self) -> &'static [(Right, Group)] {
        self.canned.map(CannedAcl::groups).unwrap_or_default()
    }

    /// All grants in COS's order; a canned ACL has the owner's as well.
    pub fn all_grants(&self, owner: &UserId) -> Vec<Grant> {
        let mut grants = self.grants.clone();
        let groups = self.canned_groups().iter().map(|(right, group)| Grant { right: *right, grantee: Grantee::Group(*group) });
        grants.extend(groups);
        if self.canned.is_some() {
            grants.push(Grant { right: Right::FullControl, grantee: Grantee::User(owner.clone()) });
        }
        grants.sort();
        grants.dedup();
        grants
    }

    /// The canned ACL that says the same, if there is one. What is granted to the owner says nothing.
    pub fn canned(&self, of: AclOf, owner: &UserId) -> Option<CannedAcl> {
        if let (Some(canned), []) = (self.canned, self.grants.as_slice()) {
            return Some(canned);
        }
        let owner_grantee = Grantee::User(owner.clone());
        let mut others = self.all_grants(owner);
        others.retain(|grant| grant.grantee != owner_grantee);
        let is_same = |canned: &CannedAcl| {
            let groups = canned.groups().iter().map(|(right, group)| (*right, Grantee::Group(*group)));
            groups.eq(others.iter().map(|grant| (grant.right, grant.grantee.clone())))
        };
        CannedAcl::all(of).find(is_same)
    }
}

impl Right {
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::FullControl, Self::WriteAcp, Self::ReadAcp];

    /// As it stands in a `<Permission>`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::FullControl => "FULL_CONTROL",
            Self::WriteAcp => "WRITE_ACP",
            Self::ReadAcp => "READ_ACP",
        }
    }

    /// Objects know no WRITE.
    pub fn exists(self, of: AclOf) -> bool {
        of == AclOf::Bucket || self != Self::Write
    }

    fn covers(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => matches!(self, Self::Read | Self::FullControl),
            Permission::Write => matches!(self, Self::Write | Self::FullControl),
            Permission::ReadAcp => matches!(self, Self::ReadAcp | Self::FullControl),
            Permission::WriteAcp => matches!(self, Self::WriteAcp | Self::FullControl),
            Permission::PolicyOnly | Permission::Anybody => false,
        }
    }
}

impl FromStr for Right {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|right| right.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            ErrorCode::InvalidArgument.because(format!("the permission {text:?} is not one of {names}"))
        })
    }
}

impl CannedAcl {
    /// Those that a bucket or an object can have; `private` comes first.
    fn all(of: AclOf) -> impl Iterator<Item = Self> {
        let all: &[Self] = match of {
            AclOf::Bucket => &[Self::Private, Self::PublicRead, Self::PublicReadWrite, Self::AuthenticatedRead],
            AclOf::Object => {
                &[Self::Private, Self::PublicRead, Self::AuthenticatedRead, Self::BucketOwnerRead, Self::BucketOwnerFullControl]
            }
        };
        all.iter().copied()
    }

    /// As it stands in `x-cos-acl`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::PublicReadWrite => "public-read-write",
            Self::AuthenticatedRead => "authenticated-read",
            Self::BucketOwnerRead => "bucket-owner-read",
            Self::BucketOwnerFullControl => "bucket-owner-full-control",
        }
    }

    /// Reads `x-cos-acl`; [`DEFAULT`] is no list at all.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that buckets, or objects, do not have.
    pub fn parse(text: &str, of: AclOf) -> Result<Option<Self>, Error> {
        if of == AclOf::Object && text == DEFAULT {
            return Ok(None);
        }
        if let Some(canned) = Self::all(of).find(|canned| canned.name() == text) {
            return Ok(Some(canned));
        }
        let default = (of == AclOf::Object).then_some(DEFAULT);
        let names: Vec<&str> = default.into_iter().chain(Self::all(of).map(Self::name)).collect();
        Err(ErrorCode::InvalidArgument.because(format!("the ACL {text:?} is not one of {}", names.join(", "))))
    }

    /// What others than the owner get, in COS's order. A bucket's owner owns its objects, whoever wrote them.
    fn groups(self) -> &'static [(Right, Group)] {
        match self {
            Self::Private | Self::BucketOwnerRead | Self::BucketOwnerFullControl => &[],
            Self::PublicRead => &[(Right::Read, Group::AllUsers)],
            Self::PublicReadWrite => &[(Right::Read, Group::AllUsers), (Right::Write, Group::AllUsers)],
            Self::AuthenticatedRead => &[(Right::Read, Group::AuthenticatedUsers)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(user: &str) -> UserId {
        UserId { root: "1".to_owned(), user: user.to_owned() }
    }

    fn acl(canned: Option<CannedAcl>, grants: &[(Right, Grantee)]) -> Acl {
        let grants = grants.iter().map(|(right, grantee)| Grant { right: *right, grantee: grantee.clone() }).collect();
        Acl::new(canned, grants).expect("not too many")
    }

    /// What the owner "1" is told, and what "2" and everybody may.
    #[test]
    fn a_canned_acl_grants_what_the_overview_says() {
        let asked = [Permission::Read, Permission::Write, Permission::ReadAcp, Permission::WriteAcp, Permission::PolicyOnly];
        for (canned, users, everybody, listed) in [
            (CannedAcl::Private, [false; 5], [false; 5], "FULL_CONTROL owner"),
            (CannedAcl::PublicRead, [false; 5], [true, false, false, false, false], "READ AllUsers, FULL_CONTROL owner"),
            (
                CannedAcl::PublicReadWrite,
                [false; 5],
                [true, true, false, false, false],
                "READ AllUsers, WRITE AllUsers, FULL_CONTROL owner",
            ),
            (
                CannedAcl::AuthenticatedRead,
                [true, false, false, false, false],
                [false; 5],
                "READ AuthenticatedUsers, FULL_CONTROL owner",
            ),
            (CannedAcl::BucketOwnerRead, [false; 5], [false; 5], "FULL_CONTROL owner"),
            (CannedAcl::BucketOwnerFullControl, [false; 5], [false; 5], "FULL_CONTROL owner"),
        ] {
            let acl = acl(Some(canned), &[]);
            assert_eq!(asked.map(|permission| acl.grants_to(&id("2"), permission)), users, "{canned:?}");
            assert_eq!(asked.map(|permission| acl.grants_to_everyone(permission)), everybody, "{canned:?}");
            let grants = acl.all_grants(&id("1"));
            let texts: Vec<String> = grants
                .iter()
                .map(|grant| match &grant.grantee {
                    Grantee::User(_) => format!("{} owner", grant.right.name()),
                    Grantee::Group(group) => format!("{} {group:?}", grant.right.name()),
                })
                .collect();
            assert_eq!(texts.join(", "), listed);
            assert_eq!(acl.canned(AclOf::Bucket, &id("1")), Some(canned));
        }
    }

    #[test]
    fn a_right_covers_its_own_permission_and_full_control_all() {
        let asked = [Permission::Read, Permission::Write, Permission::ReadAcp, Permission::WriteAcp, Permission::PolicyOnly];
        for (right, expected) in [
            (Right::Read, [true, false, false, false, false]),
            (Right::Write, [false, true, false, false, false]),
            (Right::ReadAcp, [false, false, true, false, false]),
            (Right::WriteAcp, [false, false, false, true, false]),
            (Right::FullControl, [true, true, true, true, false]),
        ] {
            let acl = acl(None, &[(right, Grantee::User(id("2")))]);
            assert_eq!(asked.map(|permission| acl.grants_to(&id("2"), permission)), expected, "{right:?}");
            assert!(asked.iter().all(|permission| !acl.grants_to(&id("3"), *permission) && !acl.grants_to_everyone(*permission)));
            assert_eq!(right.name().parse::<Right>().expect("its own name"), right);
        }
        assert!("read".parse::<Right>().is_err());
    }

    #[test]
    fn grants_are_listed_by_right_users_before_groups_and_once() {
        let user = || Grantee::User(id("2"));
        let everybody = || Grantee::Group(Group::AllUsers);
        let given = [
            (Right::ReadAcp, user()),
            (Right::WriteAcp, user()),
            (Right::FullControl, user()),
            (Right::Write, user()),
            (Right::Read, everybody()),
            (Right::Read, user()),
            (Right::Read, user()),
        ];
        let listed: Vec<_> =
            acl(None, &given).all_grants(&id("1")).into_iter().map(|grant| (grant.right, grant.grantee)).collect();
        let expected = [
            (Right::Read, user()),
            (Right::Read, everybody()),
            (Right::Write, user()),
            (Right::FullControl, user()),
            (Right::WriteAcp, user()),
            (Right::ReadAcp, user()),
        ];
        assert_eq!(listed, expected);
    }

    #[test]
    fn the_canned_name_is_known_from_the_grants() {
        let owner = (Right::FullControl, Grantee::User(id("1")));
        let read = (Right::Read, Grantee::Group(Group::AllUsers));
        let write = (Right::Write, Grantee::Group(Group::AllUsers));
        let name = |grants: &[(Right, Grantee)]| acl(None, grants).canned(AclOf::Bucket, &id("1")).map(CannedAcl::name);
        assert_eq!(name(std::slice::from_ref(&owner)), Some("private"));
        assert_eq!(name(&[]), Some("private"));
        assert_eq!(name(&[read.clone(), owner.clone()]), Some("public-read"));
        assert_eq!(name(&[write.clone(), read.clone()]), Some("public-read-write"));
        assert_eq!(name(&[write]), None);
        assert_eq!(name(&[read, owner, (Right::Read, Grantee::User(id("2")))]), None);
        let both = acl(Some(CannedAcl::PublicRead), &[(Right::Read, Grantee::User(id("2")))]);
        assert_eq!(both.canned(AclOf::Bucket, &id("1")), None);
        assert!(both.grants_to_everyone(Permission::Read) && both.grants_to(&id("2"), Permission::Read));
    }

    #[test]
    fn buckets_and_objects_have_their_own_names() {
        for (of, names) in [
            (AclOf::Bucket, "private, public-read, public-read-write, authenticated-read"),
            (AclOf::Object, "default, private, public-read, authenticated-read, bucket-owner-read, bucket-owner-full-control"),
        ] {
            for name in names.split(", ") {
                let parsed = CannedAcl::parse(name, of).expect(name).map_or(DEFAULT, CannedAcl::name);
                assert_eq!(parsed, name);
            }
            let error = CannedAcl::parse("public-readd", of).expect_err("unknown");
            assert_eq!(error.message(), format!("the ACL \"public-readd\" is not one of {names}"));
        }
        assert!(CannedAcl::parse(DEFAULT, AclOf::Bucket).is_err());
        assert!(CannedAcl::parse("public-read-write", AclOf::Object).is_err());
    }

    #[test]
    fn a_hundred_grants_are_allowed() {
        let grants = |count: usize| -> Vec<Grant> {
            (0..count).map(|n| Grant { right: Right::Read, grantee: Grantee::User(UserId::of_root(&n.to_string())) }).collect()
        };
        let acl = Acl::new(None, grants(100)).expect("allowed");
        assert_eq!(Acl::new(None, grants(101)).expect_err("too many").code(), ErrorCode::InvalidArgument);
        let bytes = postcard::to_stdvec(&acl).expect("it encodes");
        assert_eq!(postcard::from_bytes::<Acl>(&bytes).expect("it decodes"), acl);
    }
}
