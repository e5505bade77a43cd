//! Pulling from an origin: what stands for an object that is not there (PUT Bucket origin, 436/52813).

use serde::{Deserialize, Serialize};

use crate::codec::tree::Tree;
use crate::domain::setting::{Setting, SettingKind};

/// A bucket's origins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// As put, for GET: it has more than the rules below. Secrets are left out.
    pub document: Tree,
    /// The first priority first.
    pub rules: Vec<OriginRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginRule {
    pub kind: OriginKind,
    pub condition: OriginCondition,
    /// One or more.
    pub hosts: Vec<OriginHost>,
    pub mapping: KeyMapping,
    pub scheme: OriginScheme,
    /// Whether a client that is sent on takes its parameters along.
    pub follows_query: bool,
    /// Whether the origin's errors are shown as they are.
    pub shows_errors: bool,
    /// Whether what was pulled is stored.
    pub stores: bool,
    /// 301, 302 or 307.
    pub redirect_status: u16,
    /// Statuses beside 5xx at which a standby host is asked.
    pub standby_statuses: Vec<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OriginKind {
    /// The object is fetched, stored and shown.
    Mirror,
    /// The client is sent to the origin, and the object stored.
    Proxy,
    /// The client is sent to the origin.
    Redirect,
}

/// When a rule is followed; prefix and suffix are empty for any key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginCondition {
    pub status: StatusPattern,
    pub prefix: String,
    pub suffix: String,
}

/// `404`, or `4xx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusPattern {
    One(u16),
    Hundred(u16),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginHost {
    pub name: String,
    /// Asked in this order when the host itself fails.
    pub standbys: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OriginScheme {
    Http,
    Https,
    /// That of the request.
    Follow,
}

/// Which key the origin is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMapping {
    /// A prefix and what stands for it at the origin.
    pub prefix: Option<(String, String)>,
    /// A suffix and what stands for it.
    pub suffix: Option<(String, String)>,
    /// The one key, whatever was asked for.
    pub fixed: Option<String>,
}

impl Setting for Origin {
    const KIND: SettingKind = SettingKind::Origin;
}

impl Origin {
    /// The first rule for an answer with this status.
    pub fn rule(&self, status: u16, key: &str) -> Option<&OriginRule> {
        self.rules.iter().find(|OriginRule { condition, .. }| {
            condition.status.covers(status) && key.starts_with(&condition.prefix) && key.ends_with(&condition.suffix)
        })
    }
}

impl StatusPattern {
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::One(one) => one == status,
            Self::Hundred(hundred) => hundred == status / 100,
        }
    }

    /// `None` for a text that is neither an error's status nor a hundred of them.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "4xx" | "4XX" => Some(Self::Hundred(4)),
            "5xx" | "5XX" => Some(Self::Hundred(5)),
            _ => text.parse().ok().filter(|status| (400..600).contains(status)).map(Self::One),
        }
    }
}

impl KeyMapping {
    pub fn apply(&self, key: &str) -> String {
        if let Some(fixed) = &self.fixed {
            return fixed.clone();
        }
        let (prefix, key) = match &self.prefix {
            Some((prefix, other)) if key.starts_with(prefix) => (other.as_str(), &key[prefix.len()..]),
            _ => ("", key),
        };
        let (key, suffix) = match &self.suffix {
            Some((suffix, other)) if key.ends_with(suffix) => (&key[..key.len() - suffix.len()], other.as_str()),
            _ => (key, ""),
        };
        format!("{prefix}{key}{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(one: &str, other: &str) -> Option<(String, String)> {
        Some((one.to_owned(), other.to_owned()))
    }

    #[test]
    fn a_status_is_one_or_a_hundred() {
        assert!(StatusPattern::read("404").expect("one").covers(404) && !StatusPattern::One(404).covers(403));
        assert!(StatusPattern::read("4XX").expect("many").covers(499) && !StatusPattern::Hundred(4).covers(500));
        for text in ["", "x", "4", "302", "600", "3xx", "-404"] {
            assert_eq!(StatusPattern::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_mapped_at_both_ends() {
        let mapping = KeyMapping { prefix: pair("a/", "b/"), suffix: pair(".j", ".jpg"), fixed: None };
        for (key, expected) in [("a/x.j", "b/x.jpg"), ("c/x.j", "c/x.jpg"), ("a/x", "b/x"), ("a/.j", "b/.jpg"), ("x", "x")] {
            assert_eq!(mapping.apply(key), expected);
        }
        // An old form adds instead of replacing.
        assert_eq!(KeyMapping { prefix: pair("", "p/"), suffix: pair("", ".s"), fixed: None }.apply("k"), "p/k.s");
        assert_eq!(KeyMapping { fixed: Some("x.html".to_owned()), ..mapping }.apply("a/x.j"), "x.html");
    }

    proptest! {
        #[test]
        fn no_key_panics(key in "\\PC{0,9}", prefix in "\\PC{0,3}", suffix in "\\PC{0,3}") {
            let mapping = KeyMapping { prefix: pair(&prefix, "<"), suffix: pair(&suffix, ">"), fixed: None };
            let mapped = mapping.apply(&key);
            prop_assert_eq!(mapped.starts_with('<'), key.starts_with(&prefix) || key.starts_with('<'));
        }
    }
}
