//! Accounts and their users, their keys, and who is calling.

mod caller;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub use caller::{Bearer, Caller, Identity};

use serde::{Deserialize, Serialize};

use crate::codec::crypto::Key;
use crate::codec::token;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::Policy;
use crate::domain::role::{Role, RoleArn, RoleName, Roles};
use crate::domain::time::Timestamp;

/// A root account and its permanent key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub appid: String,
    /// The owner's number in ACLs and listings, which is not the APPID.
    pub uin: String,
    pub secret_id: String,
    pub secret_key: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Account({})", self.appid)
    }
}

impl Account {
    fn user(&self) -> User {
        User { id: UserId::of_root(&self.uin), appid: self.appid.clone(), policies: Vec::new() }
    }
}

/// A sub-account and its permanent key pair.
#[derive(Clone)]
pub struct SubAccount {
    pub user: User,
    pub secret_id: String,
    pub secret_key: String,
}

impl fmt::Debug for SubAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SubAccount({})", self.user.id)
    }
}

/// A root account or sub-account, without its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    /// Of its root account.
    pub appid: String,
    /// What it may do; a root account needs none.
    pub policies: Vec<Policy>,
}

/// A root account or sub-account by its UINs: `qcs::cam::uin/<root>:uin/<user>`, which are the same for a root account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UserId {
    pub root: String,
    pub user: String,
}

impl UserId {
    pub fn of_root(uin: &str) -> Self {
        Self { root: uin.to_owned(), user: uin.to_owned() }
    }

    pub fn is_root(&self) -> bool {
        self.root == self.user
    }
}

/// Whether a text can be somebody's number: digits alone.
pub fn is_uin(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "qcs::cam::uin/{}:uin/{}", self.root, self.user)
    }
}

/// Also without the words, as in `100000000001/100000000011` for a sub-account and `100000000001` for a root account (436/7737).
impl FromStr for UserId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let uins = match text.strip_prefix("qcs::cam::uin/") {
            Some(uins) => uins.split_once(":uin/"),
            None => Some(text.split_once('/').unwrap_or((text, text))),
        };
        match uins.filter(|(root, user)| is_uin(root) && is_uin(user)) {
            Some((root, user)) => Ok(Self { root: root.to_owned(), user: user.to_owned() }),
            None => {
                let forms = "100000000001, 100000000001/100000000011 or qcs::cam::uin/100000000001:uin/100000000011";
                Err(ErrorCode::InvalidArgument.because(format!("the user {text:?} is not written as in {forms}")))
            }
        }
    }
}

/// Every key that the emulator knows, and the seal under which temporary ones are issued.
#[derive(Debug)]
pub struct Accounts {
    accounts: Vec<Account>,
    default: Arc<User>,
    /// By UIN: root accounts and sub-accounts.
    users: HashMap<String, Arc<User>>,
    /// By secret id.
    keys: HashMap<String, PermanentKey>,
    roles: Roles,
    seal: Key,
}

struct PermanentKey {
    secret_key: String,
    user: Arc<User>,
}

impl fmt::Debug for PermanentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PermanentKey of {}", self.user.id)
    }
}

/// A temporary key pair with its token, as STS gives it out.
#[derive(Clone, PartialEq, Eq)]
pub struct TemporaryCredential {
    pub secret_id: String,
    pub secret_key: String,
    pub token: String,
    pub expires: Timestamp,
}

/// What a secret id and token lead to.
#[derive(Debug, PartialEq)]
pub enum Credential<'a> {
    Known { identity: Identity, secret_key: Cow<'a, str> },
    Unknown,
    Expired { expired: Timestamp },
}

/// What a token carries. The secret key is not in it: it is made anew from the token under the seal.
#[derive(Serialize, Deserialize)]
struct TokenContent<'a> {
    secret_id: &'a str,
    bearer: Cow<'a, Bearer>,
    expires: Timestamp,
    policy: Option<&'a str>,
}

impl Accounts {
    /// The first account is the default one; `seal` signs the tokens of temporary credentials.
    pub fn new(default: Account, others: Vec<Account>, sub_accounts: Vec<SubAccount>, roles: Vec<Role>, seal: Key) -> Self {
        let default_user = Arc::new(default.user());
        let mut accounts = vec![default];
        accounts.extend(others);
        let roots = accounts.iter().map(|account| SubAccount {
            user: account.user(),
            secret_id: account.secret_id.clone(),
            secret_key: account.secret_key.clone(),
        });
        let (mut users, mut keys) = (HashMap::new(), HashMap::new());
        // Of two with the same secret id, the one that was named first has it.
        let all: Vec<SubAccount> = roots.chain(sub_accounts).collect();
        for SubAccount { user, secret_id, secret_key } in all.into_iter().rev() {
            let user = Arc::new(user);
            users.insert(user.id.user.clone(), Arc::clone(&user));
            keys.insert(secret_id, PermanentKey { secret_key, user });
        }
        Self { accounts, default: default_user, users, keys, roles: Roles::new(roles), seal }
    }

    /// Who every caller is while signatures are off.
    pub fn default_identity(&self) -> Identity {
        Identity::permanent(&self.default)
    }

    pub fn by_appid(&self, appid: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.appid == appid)
    }

    /// A role, by its name or id; `None` when the account is not there, or has roles but not this one.
    pub fn role(&self, arn: &RoleArn) -> Option<RoleArn> {
        self.find_role(arn).map(|(arn, _)| arn)
    }

    /// Whether the account of that UIN has roles configured, and so no others.
    pub fn has_roles(&self, root: &str) -> bool {
        self.roles.of(root).next().is_some()
    }

    /// The role that a machine of the default account has: the first by name that is configured, else `otherwise`.
    pub fn machine_role(&self, otherwise: RoleName) -> RoleArn {
        let root = &self.default.id.root;
        let first = self.roles.of(root).next().map(|(arn, _)| arn.clone());
        first.unwrap_or_else(|| RoleArn { root: root.clone(), name: otherwise })
    }

    fn find_role(&self, arn: &RoleArn) -> Option<(RoleArn, Arc<User>)> {
        let account = self.accounts.iter().find(|account| account.uin == arn.root)?;
        self.roles.find(arn, &account.appid)
    }

    /// Looks a key pair up. A permanent key ignores a stray token; a temporary one needs its own (order of `protocol.md` §3).
    pub fn credential(&self, secret_id: &str, token: Option<&str>, now: Timestamp) -> Credential<'_> {
        if let Some(PermanentKey { secret_key, user }) = self.keys.get(secret_id) {
            return Credential::Known { identity: Identity::permanent(user), secret_key: Cow::Borrowed(secret_key) };
        }
        token.and_then(|token| self.temporary(secret_id, token, now)).unwrap_or(Credential::Unknown)
    }

    fn temporary(&self, secret_id: &str, token: &str, now: Timestamp) -> Option<Credential<'_>> {
        let content = token::open(&self.seal, token)?;
        let content = postcard::from_bytes::<TokenContent<'_>>(&content).ok()?;
        let user = self.user_of(&content.bearer).filter(|_| content.secret_id == secret_id)?;
        if content.expires < now {
            return Some(Credential::Expired { expired: content.expires });
        }
        let session = content.policy.map(Policy::of_session).transpose().ok()?.map(Arc::new);
        let identity = Identity { user, session, bearer: Some(Arc::new(content.bearer.into_owned())) };
        Some(Credential::Known { identity, secret_key: Cow::Owned(self.temporary_secret_key(token)) })
    }

    /// Whose rights a temporary credential has, before its own policy; `None` when the user or the role is no longer there.
    fn user_of(&self, bearer: &Bearer) -> Option<Arc<User>> {
        let user = self.users.get(bearer.uin())?;
        match bearer {
            Bearer::Federated { .. } => Some(Arc::clone(user)),
            Bearer::Role { arn, .. } => self.find_role(arn).map(|(_, user)| user),
        }
    }

    /// Issues a temporary key pair, good only for what `policy`, if there is one, allows as well. `nonce` makes its secret id
    /// unique. Nothing is kept: the token carries it all, so it outlives a restart on the same data folder.
    ///
    /// `None` when nobody has the UIN, or the role is not there.
    pub fn issue(
        &self,
        bearer: &Bearer,
        policy: Option<&Policy>,
        nonce: [u8; 16],
        expires: Timestamp,
    ) -> Option<TemporaryCredential> {
        self.user_of(bearer)?;
        let secret_id = format!("AKID{}", hex::encode(nonce));
        let policy = policy.map(Policy::text);
        let content = TokenContent { secret_id: &secret_id, bearer: Cow::Borrowed(bearer), expires, policy };
        let content = postcard::to_stdvec(&content).expect("texts and a number always encode");
        let token = token::seal(&self.seal, &content);
        Some(TemporaryCredential { secret_key: self.temporary_secret_key(&token), secret_id, token, expires })
    }

    fn temporary_secret_key(&self, token: &str) -> String {
        hex::encode(&self.seal.derive("temporary secret key", token.as_bytes()).bytes()[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Accounts {
        let account = |appid: &str, secret_id: &str| Account {
            appid: appid.to_owned(),
            uin: format!("10{appid}"),
            secret_id: secret_id.to_owned(),
            secret_key: "sk".to_owned(),
        };
        let user = User {
            id: UserId { root: "102".to_owned(), user: "1021".to_owned() },
            appid: "2".to_owned(),
            policies: vec![policy()],
        };
        let sub_account = SubAccount { user, secret_id: "ak21".to_owned(), secret_key: "sub-sk".to_owned() };
        Accounts::new(account("1", "ak1"), vec![account("2", "ak2")], vec![sub_account], Vec::new(), Key::new([3; 32]))
    }

    fn federated(uin: &str) -> Bearer {
        Bearer::Federated { uin: uin.to_owned(), name: "test".to_owned() }
    }

    fn policy() -> Policy {
        Policy::of_user(r#"{"statement":{"effect":"allow","action":"cos:Get*","resource":"*"}}"#).expect("valid")
    }

    #[test]
    fn a_permanent_key_is_found_with_or_without_a_token() {
        let accounts = accounts();
        for token in [None, Some("stray")] {
            for (secret_id, expected_key, uin, policies) in [("ak2", "sk", "102", 0), ("ak21", "sub-sk", "1021", 1)] {
                let found = accounts.credential(secret_id, token, Timestamp::from_seconds(0));
                let Credential::Known { identity, secret_key } = found else { panic!("{secret_id} is known") };
                let user = identity.user;
                assert_eq!((user.appid.as_str(), user.id.user.as_str(), user.policies.len()), ("2", uin, policies));
                assert_eq!((secret_key.as_ref(), identity.session), (expected_key, None));
            }
        }
        assert_eq!(accounts.credential("ak3", None, Timestamp::from_seconds(0)), Credential::Unknown);
    }

    #[test]
    fn a_temporary_key_needs_its_own_token_and_time() {
        let accounts = accounts();
        let issue = |uin, nonce: u8| accounts.issue(&federated(uin), None, [nonce; 16], Timestamp::from_seconds(100));
        let (issued, other) = (issue("102", 9).expect("the account exists"), issue("102", 8).expect("the account exists"));
        let at = |token, seconds| accounts.credential(&issued.secret_id, token, Timestamp::from_seconds(seconds));
        let Credential::Known { identity, secret_key } = at(Some(issued.token.as_str()), 100) else { panic!("not expired") };
        assert_eq!((identity.user.appid.as_str(), secret_key.as_ref()), ("2", issued.secret_key.as_str()));
        assert_eq!(at(Some(issued.token.as_str()), 101), Credential::Expired { expired: Timestamp::from_seconds(100) });
        assert_eq!(at(None, 0), Credential::Unknown);
        assert_eq!(at(Some(other.token.as_str()), 0), Credential::Unknown);
        assert_eq!(at(Some("forged"), 0), Credential::Unknown);
        assert!(issue("103", 7).is_none());
    }

    #[test]
    fn a_token_carries_the_policy_that_it_was_issued_with() {
        let accounts = accounts();
        let issued = accounts.issue(&federated("1021"), Some(&policy()), [1; 16], Timestamp::from_seconds(100));
        let issued = issued.expect("the user exists");
        let found = accounts.credential(&issued.secret_id, Some(&issued.token), Timestamp::from_seconds(0));
        let Credential::Known { identity, .. } = found else { panic!("known") };
        assert_eq!((identity.user.id.user.as_str(), identity.session.as_deref()), ("1021", Some(&policy())));
        assert!(issued.token.len() < 250, "{}", issued.token);
    }

    #[test]
    fn a_role_acts_under_its_own_name() {
        let accounts = accounts();
        let arn: RoleArn = "qcs::cam::uin/102:roleName/reader".parse().expect("an ARN");
        let bearer = Bearer::Role { uin: "1021".to_owned(), arn: arn.clone(), session: "s".to_owned() };
        let issued = accounts.issue(&bearer, None, [1; 16], Timestamp::from_seconds(100)).expect("the role is taken to exist");
        let found = accounts.credential(&issued.secret_id, Some(&issued.token), Timestamp::from_seconds(0));
        let Credential::Known { identity, .. } = found else { panic!("known") };
        assert_eq!((identity.to_string(), identity.principal()), (arn.to_string(), "1021"));
        assert_eq!((identity.user.appid.as_str(), identity.user.id.is_root()), ("2", false));
        let elsewhere = RoleArn { root: "103".to_owned(), ..arn };
        let bearer = Bearer::Role { uin: "1021".to_owned(), arn: elsewhere, session: "s".to_owned() };
        assert!(accounts.issue(&bearer, None, [2; 16], Timestamp::from_seconds(100)).is_none());
    }

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = UserId { root: "1".to_owned(), user: "11".to_owned() };
        for text in ["qcs::cam::uin/1:uin/11", "1/11", &id.to_string()] {
            assert_eq!(text.parse::<UserId>().expect(text), id);
        }
        assert!("1".parse::<UserId>().expect("a root account") == UserId::of_root("1") && !id.is_root());
        for text in [
            "",
            "x",
            "1/",
            "1/1/1",
            "qcs::cam::uin/1",
            "qcs::cam::uin/:uin/1",
            "qcs::cam::uin/1:uin/x",
            "qcs::cam::anyone:anyone",
        ] {
            assert_eq!(text.parse::<UserId>().expect_err(text).code(), ErrorCode::InvalidArgument);
        }
    }

    #[test]
    fn secrets_are_never_printed() {
        let accounts = accounts();
        assert!(!format!("{accounts:?}").contains("sk"));
    }
}
