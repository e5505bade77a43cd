//! `--users FILE`: sub-accounts, their keys and what they may do, and roles, as JSON (README, "Who may do what").

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::account::{Account, SubAccount, User, UserId, is_uin};
use crate::domain::error::Error;
use crate::domain::policy::Policy;
use crate::domain::role::{Role, RoleArn};

/// Whom the file names.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) sub_accounts: Vec<SubAccount>,
    pub(super) roles: Vec<Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsersFile {
    users: Option<Vec<Entry>>,
    roles: Option<Vec<RoleEntry>>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleEntry {
    name: String,
    /// Of the account that the role belongs to; the default account's when it is left out.
    appid: Option<String>,
    #[serde(default)]
    policies: Vec<Value>,
}

/// Reads the file; `accounts` are the root accounts, the default one first.
///
/// # Errors
/// A line that names the file, the user or role, and the reason.
pub(super) fn read(path: &Path, accounts: &[&Account]) -> Result<People, String> {
    let refuse = |reason: String| format!("--users {}: {reason}", path.display());
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    parse(&text, accounts).map_err(refuse)
}

fn parse(text: &str, accounts: &[&Account]) -> Result<People, String> {
    let file: UsersFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if file.users.is_none() && file.roles.is_none() {
        return Err("it has neither users nor roles".to_owned());
    }
    let sub_accounts = sub_accounts(&file.users.unwrap_or_default(), accounts)?;
    let roles = roles(&file.roles.unwrap_or_default(), accounts)?;
    Ok(People { sub_accounts, roles })
}

fn sub_accounts(entries: &[Entry], accounts: &[&Account]) -> Result<Vec<SubAccount>, String> {
    let mut taken: HashSet<&str> =
        accounts.iter().flat_map(|account| [account.uin.as_str(), account.secret_id.as_str()]).collect();
    let mut users = Vec::new();
    for entry in entries {
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
    if !is_uin(&entry.uin) {
        return Err("a uin is all digits, as in 100000000011".to_owned());
    }
    if entry.secret_id.is_empty() || entry.secret_key.is_empty() {
        return Err("secret_id and secret_key must not be empty".to_owned());
    }
    let account = account(entry.appid.as_deref(), accounts)?;
    Ok(SubAccount {
        user: User {
            id: UserId { root: account.uin.clone(), user: entry.uin.clone() },
            appid: account.appid.clone(),
            policies: policies(&entry.policies)?,
        },
        secret_id: entry.secret_id.clone(),
        secret_key: entry.secret_key.clone(),
    })
}

fn roles(entries: &[RoleEntry], accounts: &[&Account]) -> Result<Vec<Role>, String> {
    let mut roles: Vec<Role> = Vec::new();
    for entry in entries {
        let refuse = |reason: String| format!("role {:?}: {reason}", entry.name);
        let role = role(entry, accounts).map_err(refuse)?;
        if roles.iter().any(|other| other.arn == role.arn) {
            return Err(refuse("its account has a role of that name already".to_owned()));
        }
        roles.push(role);
    }
    Ok(roles)
}

fn role(entry: &RoleEntry, accounts: &[&Account]) -> Result<Role, String> {
    let name = entry.name.parse().map_err(|error: Error| error.message().to_owned())?;
    let account = account(entry.appid.as_deref(), accounts)?;
    let arn = RoleArn { root: account.uin.clone(), name };
    Ok(Role { arn, appid: account.appid.clone(), policies: policies(&entry.policies)? })
}

/// The account of an APPID, the default one without.
fn account<'a>(appid: Option<&str>, accounts: &[&'a Account]) -> Result<&'a Account, String> {
    let belongs = |account: &&&Account| appid.is_none_or(|appid| account.appid == appid);
    accounts.iter().find(belongs).copied().ok_or_else(|| {
        let known: Vec<&str> = accounts.iter().map(|account| account.appid.as_str()).collect();
        format!("no account has the appid {:?}; there are {}", appid.unwrap_or_default(), known.join(", "))
    })
}

fn policies(values: &[Value]) -> Result<Vec<Policy>, String> {
    let policies = values.iter().zip(1..).map(|(policy, number)| {
        Policy::of_user(&policy.to_string()).map_err(|error| format!("policy {number}: {}", error.message()))
    });
    policies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"users": [{"uin": "1001", "appid": "2", "secret_id": "ak", "secret_key": "sk", "policies": [
        {"version": "2.0", "statement": [{"effect": "allow", "action": "cos:Get*", "resource": "*"}]}]}]}"#;

    const ROLES: &str = r#"{"roles": [{"name": "reader", "appid": "2", "policies": [
        {"version": "2.0", "statement": [{"effect": "allow", "action": "cos:Get*", "resource": "*"}]}]}, {"name": "idle"}]}"#;

    fn people(text: &str) -> Result<People, String> {
        let account = |appid: &str| Account {
            appid: appid.to_owned(),
            uin: format!("10{appid}"),
            secret_id: format!("ak{appid}"),
            secret_key: "root-sk".to_owned(),
        };
        parse(text, &[&account("1"), &account("2")])
    }

    fn users(text: &str) -> Result<Vec<SubAccount>, String> {
        people(text).map(|people| people.sub_accounts)
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
            (GOOD, "{}", "it has neither users nor roles"),
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

    #[test]
    fn a_role_belongs_to_its_account_or_the_default_one() {
        let People { sub_accounts, roles } = people(ROLES).expect("good");
        let arns: Vec<String> = roles.iter().map(|role| role.arn.to_string()).collect();
        assert_eq!(arns, ["qcs::cam::uin/102:roleName/reader", "qcs::cam::uin/101:roleName/idle"]);
        assert_eq!((roles[0].appid.as_str(), roles[0].policies.len(), roles[1].policies.len()), ("2", 1, 0));
        assert!(sub_accounts.is_empty());
        for (from, to, expected) in [
            ("\"reader\"", "\"a role\"", "role \"a role\": the role name \"a role\" is not valid"),
            ("\"idle\"", "\"reader\", \"appid\": \"2\"", "role \"reader\": its account has a role of that name already"),
            ("\"appid\": \"2\"", "\"appid\": \"3\"", "role \"reader\": no account has the appid \"3\"; there are 1, 2"),
            ("cos:Get*", "Get", "role \"reader\": policy 1: statement 1: the action \"Get\""),
        ] {
            let error = people(&ROLES.replace(from, to)).expect_err(expected);
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
