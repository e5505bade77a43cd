//! The parts of a statement that are patterns: whom, what, on what. `*` stands for any text, also for none.

use std::str::FromStr;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::Resource;
use crate::domain::wildcard::fits;

/// Whom a statement concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Principal {
    /// Everybody; a `deny` binds anonymous callers only (Access Policy Evaluation, 436/35240).
    Everyone,
    /// Full ids such as `qcs::cam::uin/100000000001:uin/*`.
    Users(String),
}

/// Ids of everybody: the last is not documented and accepted as other services do.
const EVERYONE: [&str; 3] = ["qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous", "*"];

impl Principal {
    pub(super) fn names(&self, id: &str) -> bool {
        match self {
            Self::Everyone => false,
            Self::Users(pattern) => fits(pattern, id),
        }
    }
}

impl FromStr for Principal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if EVERYONE.contains(&text) {
            return Ok(Self::Everyone);
        }
        if text.strip_prefix("qcs::cam::uin/").is_some_and(|rest| rest.contains(':')) {
            return Ok(Self::Users(text.to_owned()));
        }
        let message =
            format!("the principal {text:?} is not written as in qcs::cam::uin/100000000001:uin/100000000011 or {}", EVERYONE[0]);
        Err(ErrorCode::MalformedPolicy.because(message))
    }
}

/// Actions of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionPattern {
    /// As in `cos`; `*` is any.
    service: String,
    /// Without prefix, as in `GetBucket*`.
    name: String,
}

impl ActionPattern {
    /// Whether an action of COS is meant.
    pub(super) fn matches(&self, action: &str) -> bool {
        // Pages spell PutBucketAcl and PutBucketACL, and CORS likewise; all else has its letter case.
        if is_spelled_either_way(&self.name) {
            return self.is_of("cos") && fits(&self.name.to_ascii_lowercase(), &action.to_ascii_lowercase());
        }
        self.matches_of("cos", action)
    }

    /// Whether an action of a service is meant, as in `sts` and `AssumeRole`.
    pub(super) fn matches_of(&self, service: &str, action: &str) -> bool {
        self.is_of(service) && fits(&self.name, action)
    }

    fn is_of(&self, service: &str) -> bool {
        self.service == service || self.service == "*"
    }
}

fn is_spelled_either_way(pattern: &str) -> bool {
    let pattern = pattern.trim_end_matches('*').to_ascii_lowercase();
    pattern.ends_with("acl") || pattern.ends_with("cors")
}

impl FromStr for ActionPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let action = text.strip_prefix("name/").unwrap_or(text);
        match action.split_once(':') {
            _ if action == "*" => Ok(Self { service: action.to_owned(), name: action.to_owned() }),
            Some((service, name)) if !service.is_empty() && !name.is_empty() => {
                Ok(Self { service: service.to_owned(), name: name.to_owned() })
            }
            _ => {
                let message = format!("the action {text:?} is not written as in name/cos:GetObject or name/cos:Get*");
                Err(ErrorCode::MalformedPolicy.because(message))
            }
        }
    }
}

/// Resources of a statement, of which an empty field means any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ResourcePattern {
    Any,
    OfCos {
        region: String,
        account: String,
        path: String,
    },
    /// The pattern as it is written.
    OfOtherService(String),
}

impl ResourcePattern {
    pub(super) fn matches(&self, resource: &Resource<'_>) -> bool {
        let Self::OfCos { region, account, path } = self else { return *self == Self::Any };
        let is_account = || {
            let pattern = account.strip_prefix("uid/").unwrap_or(account);
            pattern.is_empty() || resource.appids.iter().any(|appid| fits(pattern, appid))
        };
        (region.is_empty() || fits(region, resource.region)) && is_account() && fits(path, resource.path)
    }

    /// Whether a resource of another service is meant that has these names, such as the role
    /// `qcs::cam::uin/100000000001:roleName/reader`.
    pub(super) fn matches_names(&self, names: &[String]) -> bool {
        match self {
            Self::Any => true,
            Self::OfCos { .. } => false,
            Self::OfOtherService(pattern) => names.iter().any(|name| fits(pattern, name)),
        }
    }
}

/// `<bucket>-<appid>/<key>` of the older form `prefix//<appid>/<bucket>/<key>`, in which some STS SDKs still write.
fn of_prefix_form(path: &str) -> Option<String> {
    let (appid, rest) = path.strip_prefix("prefix//")?.split_once('/')?;
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    (!appid.is_empty() && !bucket.is_empty()).then(|| format!("{bucket}-{appid}/{key}"))
}

impl FromStr for ResourcePattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let refuse = || {
            let form = "qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/*";
            Err(ErrorCode::MalformedPolicy.because(format!("the resource {text:?} is not written as in {form}")))
        };
        let mut fields = text.splitn(6, ':');
        let mut next = || fields.next();
        match (next(), next(), next(), next(), next(), next()) {
            (Some("qcs"), Some(_), Some("cos" | "*" | ""), Some(region), Some(account), Some(path)) => {
                let is_account = matches!(account, "" | "*") || account.starts_with("uid/");
                if path.is_empty() || !is_account {
                    return refuse();
                }
                let path = match of_prefix_form(path) {
                    Some(path) => path,
                    // A bucket's name alone is the bucket (inferred).
                    None if !path.contains(['/', '*']) => format!("{path}/"),
                    None => path.to_owned(),
                };
                Ok(Self::OfCos { region: region.to_owned(), account: account.to_owned(), path })
            }
            (Some("qcs"), Some(_), Some(_), Some(_), Some(_), Some(_)) => Ok(Self::OfOtherService(text.to_owned())),
            _ => refuse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_ids_patterns_or_everybody() {
        let users = |text: &str, id: &str| text.parse::<Principal>().expect(text).names(id);
        assert!(users("qcs::cam::uin/1:uin/11", "qcs::cam::uin/1:uin/11"));
        assert!(!users("qcs::cam::uin/1:uin/1", "qcs::cam::uin/1:uin/11"));
        for pattern in ["qcs::cam::uin/1:*", "qcs::cam::uin/1:uin/*", "qcs::cam::uin/*:uin/*"] {
            assert!(users(pattern, "qcs::cam::uin/1:uin/11"), "{pattern}");
        }
        for text in EVERYONE {
            assert_eq!(text.parse::<Principal>().expect(text), Principal::Everyone);
        }
        for text in ["", "100000000001", "qcs::cam::uin/1", "arn:aws:iam::1:root"] {
            assert_eq!(text.parse::<Principal>().expect_err(text).code(), ErrorCode::MalformedPolicy);
        }
    }

    #[test]
    fn actions_have_prefixes_and_stars_and_the_letter_case_of_two_kinds_is_free() {
        let is = |pattern: &str, action: &str| pattern.parse::<ActionPattern>().expect(pattern).matches(action);
        for pattern in ["*", "name/*", "name/cos:*", "cos:*", "cos:GetObject", "name/cos:GetObject", "name/cos:Get*", "*:*"] {
            assert!(is(pattern, "GetObject"), "{pattern}");
        }
        for pattern in ["name/cos:getobject", "cos:HeadObject", "cos:GetObject2", "name/ci:*", "cvm:DescribeInstances"] {
            assert!(!is(pattern, "GetObject"), "{pattern}");
        }
        for pattern in ["name/cos:PutBucketAcl", "name/cos:PutBucketACL", "cos:*Acl", "cos:PutBucketAcl*"] {
            assert!(is(pattern, "PutBucketACL"), "{pattern}");
        }
        assert!(is("cos:PutBucketCors", "PutBucketCORS"));
        for text in ["", "GetObject", "cos:", ":GetObject", "name/"] {
            assert!(text.parse::<ActionPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn other_services_have_their_own_actions_and_resources() {
        let is = |pattern: &str| pattern.parse::<ActionPattern>().expect(pattern).matches_of("sts", "AssumeRole");
        assert!(["*", "sts:*", "name/sts:AssumeRole", "sts:Assume*", "*:*"].into_iter().all(is));
        assert!(!["cos:*", "sts:GetFederationToken", "cam:AssumeRole"].into_iter().any(is));
        let names = ["qcs::cam::uin/1:role/7".to_owned(), "qcs::cam::uin/1:roleName/reader".to_owned()];
        let is = |pattern: &str| pattern.parse::<ResourcePattern>().expect(pattern).matches_names(&names);
        assert!(["*", "qcs::cam::uin/1:role/7", "qcs::cam::uin/1:roleName/*"].into_iter().all(is));
        assert!(!["qcs::cam::uin/2:roleName/*", "qcs::cos:::*"].into_iter().any(is));
    }

    #[test]
    fn resources_have_six_fields_of_which_empty_ones_mean_any() {
        let object = Resource { region: "ap-guangzhou", appids: ["1", "2"], path: "b-1/dir/k" };
        let bucket = Resource { path: "b-1/", ..object };
        let service = Resource { region: "", appids: ["1", "1"], path: "" };
        for (pattern, expected) in [
            ("*", [true, true, true]),
            ("qcs::cos:ap-guangzhou:uid/1:b-1/*", [true, true, false]),
            ("qcs::cos:ap-guangzhou:uid/2:b-1/dir/*", [true, false, false]),
            ("qcs::cos:::b-1/dir/k", [true, false, false]),
            ("qcs::cos:*:*:b-1/", [false, true, false]),
            ("qcs::cos:ap-guangzhou:uid/1:b-1", [false, true, false]),
            ("qcs:0:cos:ap-guangzhou:uid/1:*", [true, true, false]),
            ("qcs::cos:*:uid/1:*", [true, true, true]),
            ("qcs::cos:ap-beijing:uid/1:*", [false, false, false]),
            ("qcs::cos::uid/3:*", [false, false, false]),
            ("qcs::cvm:ap-guangzhou:uid/1:*", [false, false, false]),
            ("qcs::cos:ap-guangzhou:uid/1:prefix//1/b/*", [true, true, false]),
            ("qcs::cos:ap-guangzhou:uid/1:prefix//1/b/dir/k", [true, false, false]),
            ("qcs::cos:ap-guangzhou:uid/1:prefix//2/b/*", [false, false, false]),
        ] {
            let parsed: ResourcePattern = pattern.parse().expect(pattern);
            assert_eq!([&object, &bucket, &service].map(|resource| parsed.matches(resource)), expected, "{pattern}");
        }
        for text in
            ["", "b-1/*", "qcs::cos:ap-guangzhou:uid/1", "qcs::cos:ap-guangzhou:uid/1:", "qcs::cos:r:1:b-1/*", "arn:a:b:c:d:e"]
        {
            assert_eq!(text.parse::<ResourcePattern>().expect_err(text).code(), ErrorCode::MalformedPolicy);
        }
    }
}
