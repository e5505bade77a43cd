//! `--users FILE`: sub-accounts, their keys and what they may do, as JSON (README, "Who may do what").

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::account::{Account, SubAccount, User, UserId};
use crate::domain::policy::Policy;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsersFile {
    users: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    uin: String,
    /// Of the account that the user belongs to; the default account's when it is left out.
    appid: Option<String>,
    secret_id: String,
    secret_key: String,
    #[serde(default)]
    policies: Vec<Value>,
}

/// Reads the file; `accounts` are the root accounts, the default one first.
///
/// # Errors
/// A line that names the file, the user and the reason.
pub(super) fn read(path: &Path, accounts: &[&Account]) -> Result<Vec<SubAccount>, String> {
    let refuse = |reason: String| format!("--users {}: {reason}", path.display());
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    parse(&text, accounts).map_err(refuse)
}

fn parse(text: &str, accounts: &[&Account]) -> Result<Vec<SubAccount>, String> {
    let file: UsersFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut taken: HashSet<&str> =
        accounts.iter().flat_map(|account| [account.uin.as_str(), account.secret_id.as_str()]).collect();
    let mut users = Vec::new();
    for entry in &file.users {
        let refuse = |reason: String| format!("user {:?}: {reason}", entry.uin);
        for (name, value) in [("uin", &entry.uin), ("secret_id", &entry.secret_id)] {
            if !taken.insert(value) {
                return Err(refuse(format!("the {name} {value:?} is another's already")));
            }
        }
        users.push(sub_account(entry, accounts).map_err(refuse)?);
    }
    Ok(users)
}

fn sub_account(entry: &Entry, accounts: &[&Account]) -> Result<SubAccount, String> {
    if entry.uin.is_empty() || !entry.uin.bytes().all(|b| b.is_ascii_digit()) {
        return Err("a uin is all digits, as in 100000000011".to_owned());
    }
    if entry.secret_id.is_empty() || entry.secret_key.is_empty() {
        return Err("secret_id and secret_key must not be empty".to_owned());
    }
    let belongs = |account: &&&Account| entry.appid.as_ref().is_none_or(|appid| account.appid == *appid);
    let Some(account) = accounts.iter().find(belongs) else {
        let known: Vec<&str> = accounts.iter().map(|account| account.appid.as_str()).collect();
        let given = entry.appid.as_deref().unwrap_or_default();
        return Err(format!("no account has the appid {given:?}; there are {}", known.join(", ")));
    };
    let policies = entry.policies.iter().zip(1..).map(|(policy, number)| {
        Policy::of_user(&policy.to_string()).map_err(|error| format!("policy {number}: {}", error.message()))
    });
    Ok(SubAccount {
        user: User {
            id: UserId { root: account.uin.clone(), user: entry.uin.clone() },
            appid: account.appid.clone(),
            policies: policies.collect::<Result<_, _>>()?,
        },
        secret_id: entry.secret_id.clone(),
        secret_key: entry.secret_key.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"users": [{"uin": "1001", "appid": "2", "secret_id": "ak", "secret_key": "sk", "policies": [
        {"version": "2.0", "statement": [{"effect": "allow", "action": "cos:Get*", "resource": "*"}]}]}]}"#;

    fn users(text: &str) -> Result<Vec<SubAccount>, String> {
        let account = |appid: &str| Account {
            appid: appid.to_owned(),
            uin: format!("10{appid}"),
            secret_id: format!("ak{appid}"),
            secret_key: "root-sk".to_owned(),
        };
        parse(text, &[&account("1"), &account("2")])
    }

    #[test]
    fn a_user_belongs_to_its_account_or_the_default_one() {
        let user = &users(GOOD).expect("good")[0];
        assert_eq!(user.user.id, UserId { root: "102".to_owned(), user: "1001".to_owned() });
        assert_eq!((user.user.appid.as_str(), user.user.policies.len(), user.secret_id.as_str()), ("2", 1, "ak"));
        let user = &users(&GOOD.replace(r#""appid": "2", "#, "")).expect("good")[0];
        assert_eq!((user.user.appid.as_str(), user.user.id.root.as_str()), ("1", "101"));
        assert!(users(r#"{"users": []}"#).expect("good").is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_user() {
        for (from, to, expected) in [
            (GOOD, "{}", "missing field `users`"),
            (GOOD, "x", "expected value"),
            ("\"secret_id\"", "\"secretId\"", "unknown field `secretId`"),
            ("\"1001\"", "\"me\"", "user \"me\": a uin is all digits"),
            ("\"1001\"", "\"102\"", "user \"102\": the uin \"102\" is another's already"),
            ("\"ak\"", "\"ak1\"", "user \"1001\": the secret_id \"ak1\" is another's already"),
            ("\"sk\"", "\"\"", "user \"1001\": secret_id and secret_key must not be empty"),
            ("\"appid\": \"2\"", "\"appid\": \"3\"", "user \"1001\": no account has the appid \"3\"; there are 1, 2"),
            ("cos:Get*", "Get", "user \"1001\": policy 1: statement 1: the action \"Get\""),
        ] {
            let error = users(&GOOD.replace(from, to)).expect_err(expected);
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
