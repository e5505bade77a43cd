//! Callers beside the two accounts: sub-accounts, and what is said of them.

use cos_emulator::domain::account::{Bearer, SubAccount, User, UserId};
use cos_emulator::domain::policy::Policy;
use cos_emulator::server::Settings;

use crate::harness::{APPID, OTHER, OTHER_UIN, SECRET_ID, SECRET_KEY, TestRequest, UIN, settings};

/// A sub-account of the default account, and its secret id, which is its secret key as well.
pub(crate) const SUB: (&str, &str) = ("100000000011", "AKIDsub");
/// A sub-account of the other account.
pub(crate) const OTHER_SUB: (&str, &str) = ("100000000021", "AKIDothersub");
pub(crate) const SUB_ID: &str = "qcs::cam::uin/100000000001:uin/100000000011";
pub(crate) const OTHER_ID: &str = "qcs::cam::uin/100000000002:uin/100000000002";
pub(crate) const EVERYBODY: &str = "qcs::cam::anyone:anyone";

/// The usual accounts, each with a sub-account that has these policies.
pub(crate) fn with_users(of_sub: &[&str], of_other_sub: &[&str]) -> Settings {
    let user = |appid: &str, root: &str, (uin, secret): (&str, &str), policies: &[&str]| SubAccount {
        user: User {
            id: UserId { root: root.to_owned(), user: uin.to_owned() },
            appid: appid.to_owned(),
            policies: policies.iter().map(|text| Policy::of_user(text).expect("a valid policy")).collect(),
        },
        secret_id: secret.to_owned(),
        secret_key: secret.to_owned(),
    };
    let sub_accounts = vec![user(APPID, UIN, SUB, of_sub), user(OTHER.0, OTHER_UIN, OTHER_SUB, of_other_sub)];
    Settings { sub_accounts, ..settings() }
}

/// A policy of one statement on everything, for users and temporary credentials.
pub(crate) fn of_user(effect: &str, action: &str) -> String {
    format!(r#"{{"version":"2.0","statement":[{{"effect":"{effect}","action":"{action}","resource":"*"}}]}}"#)
}

/// A bucket's policy of one statement; `rest` may hold further elements, each after a comma.
pub(crate) fn of_bucket(principal: &str, effect: &str, action: &str, rest: &str) -> String {
    format!(
        r#"{{"version":"2.0","Statement":[{{"Principal":{{"qcs":["{principal}"]}},"Effect":"{effect}","Action":["{action}"],"Resource":"*"{rest}}}]}}"#
    )
}

/// Whom a temporary credential is for that acts for this UIN.
pub(crate) fn federated(uin: &str) -> Bearer {
    Bearer::Federated { uin: uin.to_owned(), name: "test".to_owned() }
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Who {
    Owner,
    Other,
    Sub,
    OtherSub,
    Anonymous,
}

impl Who {
    pub(crate) const ALL: [Self; 5] = [Self::Owner, Self::Other, Self::Sub, Self::OtherSub, Self::Anonymous];

    pub(crate) fn sends<'a>(self, request: TestRequest<'a>) -> TestRequest<'a> {
        match self {
            Self::Owner => request.signed_by(SECRET_ID, SECRET_KEY),
            Self::Other => request.signed_by(OTHER.1, OTHER.2),
            Self::Sub => request.signed_by(SUB.1, SUB.1),
            Self::OtherSub => request.signed_by(OTHER_SUB.1, OTHER_SUB.1),
            Self::Anonymous => request.anonymous(),
        }
    }
}
