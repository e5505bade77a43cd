//! Accounts, their keys, and who is calling.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::codec::crypto::Key;
use crate::codec::token;
use crate::domain::error::{Error, ErrorCode};
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

/// Who sends a request; anonymous is a caller too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Anonymous,
    /// The APPID and UIN of the account whose key signed, or whose temporary credential did.
    Account {
        appid: String,
        uin: String,
    },
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

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "qcs::cam::uin/{}:uin/{}", self.root, self.user)
    }
}

impl FromStr for UserId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_uin = |uin: &&str| !uin.is_empty() && uin.bytes().all(|b| b.is_ascii_digit());
        let uins = text.strip_prefix("qcs::cam::uin/").and_then(|uins| uins.split_once(":uin/"));
        match uins.filter(|(root, user)| is_uin(root) && is_uin(user)) {
            Some((root, user)) => Ok(Self { root: root.to_owned(), user: user.to_owned() }),
            None => {
                let form = "qcs::cam::uin/100000000001:uin/100000000011";
                Err(ErrorCode::InvalidArgument.because(format!("the user {text:?} is not written as in {form}")))
            }
        }
    }
}

/// Every key that the emulator knows, and the seal under which temporary ones are issued.
#[derive(Debug, Clone)]
pub struct Accounts {
    accounts: Vec<Account>,
    seal: Key,
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
#[derive(Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    Known { account: &'a Account, secret_key: String },
    Unknown,
    Expired { expired: Timestamp },
}

/// What a token carries. The secret key is not in it: it is made anew from the token under the seal.
#[derive(Serialize, Deserialize)]
struct TokenContent<'a> {
    secret_id: &'a str,
    appid: &'a str,
    expires: Timestamp,
}

impl Accounts {
    /// The first account is the default one; `seal` signs the tokens of temporary credentials.
    pub fn new(default: Account, others: Vec<Account>, seal: Key) -> Self {
        let mut accounts = vec![default];
        accounts.extend(others);
        Self { accounts, seal }
    }

    /// The account that every caller is while signatures are off.
    pub fn default_account(&self) -> &Account {
        &self.accounts[0]
    }

    pub fn by_appid(&self, appid: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.appid == appid)
    }

    /// Looks a key pair up. A permanent key ignores a stray token; a temporary one needs its own (order of `protocol.md` §3).
    pub fn credential(&self, secret_id: &str, token: Option<&str>, now: Timestamp) -> Credential<'_> {
        if let Some(account) = self.accounts.iter().find(|account| account.secret_id == secret_id) {
            return Credential::Known { account, secret_key: account.secret_key.clone() };
        }
        let Some(token) = token else { return Credential::Unknown };
        let Some(content) = token::open(&self.seal, token) else { return Credential::Unknown };
        let Ok(content) = postcard::from_bytes::<TokenContent<'_>>(&content) else { return Credential::Unknown };
        match self.by_appid(content.appid) {
            Some(_) if content.secret_id != secret_id => Credential::Unknown,
            Some(_) if content.expires < now => Credential::Expired { expired: content.expires },
            Some(account) => Credential::Known { account, secret_key: self.temporary_secret_key(token) },
            None => Credential::Unknown,
        }
    }

    /// Issues a temporary key pair for an account; `nonce` makes its secret id unique. Nothing is kept: the token carries it all,
    /// so it outlives a restart on the same data folder.
    ///
    /// `None` when no account has the APPID.
    pub fn issue(&self, appid: &str, nonce: [u8; 16], expires: Timestamp) -> Option<TemporaryCredential> {
        let account = self.by_appid(appid)?;
        let secret_id = format!("AKID{}", hex::encode(nonce));
        let content = TokenContent { secret_id: &secret_id, appid: &account.appid, expires };
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
            uin: "100000000001".to_owned(),
            secret_id: secret_id.to_owned(),
            secret_key: "sk".to_owned(),
        };
        Accounts::new(account("1", "ak1"), vec![account("2", "ak2")], Key::new([3; 32]))
    }

    #[test]
    fn a_permanent_key_is_found_with_or_without_a_token() {
        let accounts = accounts();
        for token in [None, Some("stray")] {
            let Credential::Known { account, secret_key } = accounts.credential("ak2", token, Timestamp::from_seconds(0)) else {
                panic!("ak2 is known");
            };
            assert_eq!((account.appid.as_str(), secret_key.as_str()), ("2", "sk"));
        }
        assert_eq!(accounts.credential("ak3", None, Timestamp::from_seconds(0)), Credential::Unknown);
    }

    #[test]
    fn a_temporary_key_needs_its_own_token_and_time() {
        let accounts = accounts();
        let issued = accounts.issue("2", [9; 16], Timestamp::from_seconds(100)).expect("the account exists");
        let other = accounts.issue("2", [8; 16], Timestamp::from_seconds(100)).expect("the account exists");
        let at = |token, seconds| accounts.credential(&issued.secret_id, token, Timestamp::from_seconds(seconds));
        let Credential::Known { account, secret_key } = at(Some(issued.token.as_str()), 100) else { panic!("not expired") };
        assert_eq!((account.appid.as_str(), &secret_key), ("2", &issued.secret_key));
        assert_eq!(at(Some(issued.token.as_str()), 101), Credential::Expired { expired: Timestamp::from_seconds(100) });
        assert_eq!(at(None, 0), Credential::Unknown);
        assert_eq!(at(Some(other.token.as_str()), 0), Credential::Unknown);
        assert_eq!(at(Some("forged"), 0), Credential::Unknown);
        assert!(accounts.issue("3", [9; 16], Timestamp::from_seconds(100)).is_none());
    }

    #[test]
    fn secrets_are_never_printed() {
        assert!(!format!("{:?}", accounts()).contains("sk"));
    }
}
