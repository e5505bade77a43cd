//! Static websites: which keys a path stands for, and where a request is sent instead (Setting Up a Static Website, 436/30958).

use serde::{Deserialize, Serialize};

use crate::domain::key::ObjectKey;
use crate::domain::setting::{Setting, SettingKind};

/// A bucket's website, which is seen on its `cos-website` host alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Website {
    /// Appended to paths that end in `/`, as in `index.html`.
    pub index: String,
    /// Whether plain HTTP is sent to HTTPS (`RedirectAllRequestsTo`).
    pub is_https_only: bool,
    /// Whether a key may be asked for without its `.html`; no unless said.
    pub auto_addressing: Option<bool>,
    pub error_document: Option<ErrorDocument>,
    /// In the order in which they are tried; 100 at most.
    pub rules: Vec<RoutingRule>,
}

/// The object that is shown in the place of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDocument {
    pub key: ObjectKey,
    /// Kept only.
    pub charity_404: Option<bool>,
    /// Whether it has the error's status, and not 200; yes unless said.
    pub keeps_status: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRule {
    pub condition: Condition,
    pub redirect: Redirect,
}

/// One of the two at least; of both, both must hold (inferred).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The status that the request would be answered with: 4xx.
    pub error: Option<u16>,
    /// Not empty.
    pub prefix: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub is_https: bool,
    pub replacement: Replacement,
    /// Whether the client is sent on, and not given the other key's content under the same address.
    pub is_visible: bool,
}

/// What stands for the key that was asked for; always a key of the same bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replacement {
    Key(String),
    /// Replaces the prefix of the condition, or nothing where that has none.
    Prefix(String),
}

/// Where a rule leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    pub key: String,
    pub is_https: bool,
    pub is_visible: bool,
}

impl Setting for Website {
    const KIND: SettingKind = SettingKind::Website;
}

impl Website {
    /// Where the first rule on prefixes leads that fits; `key` is the path without its first `/`.
    pub fn detour(&self, key: &str) -> Option<Detour> {
        self.first_rule(None, key)
    }

    /// Where the first rule on errors leads that fits.
    pub fn detour_after(&self, status: u16, key: &str) -> Option<Detour> {
        self.first_rule(Some(status), key)
    }

    /// The keys that may hold what was asked for, in the order in which they are looked up.
    pub fn candidates(&self, key: &str) -> Vec<String> {
        if key.is_empty() || key.ends_with('/') {
            return vec![format!("{key}{}", self.index)];
        }
        let mut keys = vec![key.to_owned()];
        if self.auto_addressing == Some(true) {
            keys.push(format!("{key}.html"));
        }
        keys
    }

    fn first_rule(&self, error: Option<u16>, key: &str) -> Option<Detour> {
        let fits = |rule: &&RoutingRule| {
            rule.condition.error == error && rule.condition.prefix.as_ref().is_none_or(|prefix| key.starts_with(prefix))
        };
        let RoutingRule { condition, redirect } = self.rules.iter().find(fits)?;
        let prefix = condition.prefix.as_deref().unwrap_or_default();
        let key = match &redirect.replacement {
            Replacement::Key(other) => other.clone(),
            Replacement::Prefix(other) => format!("{other}{}", &key[prefix.len()..]),
        };
        Some(Detour { key, is_https: redirect.is_https, is_visible: redirect.is_visible })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn website(rules: Vec<RoutingRule>) -> Website {
        let index = "index.html".to_owned();
        Website { index, is_https_only: false, auto_addressing: None, error_document: None, rules }
    }

    fn rule(error: Option<u16>, prefix: &str, replacement: Replacement) -> RoutingRule {
        let prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
        let redirect = Redirect { is_https: false, replacement, is_visible: true };
        RoutingRule { condition: Condition { error, prefix }, redirect }
    }

    fn with_prefix(prefix: &str) -> Replacement {
        Replacement::Prefix(prefix.to_owned())
    }

    fn with_key(key: &str) -> Replacement {
        Replacement::Key(key.to_owned())
    }

    #[test]
    fn a_folder_is_its_index_and_a_page_may_lack_its_suffix() {
        let plain = website(Vec::new());
        assert_eq!(plain.candidates(""), ["index.html"]);
        assert_eq!(plain.candidates("a/b/"), ["a/b/index.html"]);
        assert_eq!(plain.candidates("a/b"), ["a/b"]);
        let addressing = Website { auto_addressing: Some(true), ..plain };
        assert_eq!(addressing.candidates("a/b"), ["a/b", "a/b.html"]);
        assert_eq!(addressing.candidates("a/"), ["a/index.html"]);
    }

    #[test]
    fn the_first_rule_that_fits_leads_on() {
        let website = website(vec![
            rule(Some(404), "img/", with_key("no-image.png")),
            rule(Some(404), "", with_prefix("found/")),
            rule(None, "docs/", with_prefix("documents/")),
            rule(None, "docs/old/", with_key("never.html")),
        ]);
        let key = |detour: Option<Detour>| detour.map(|detour| detour.key);
        assert_eq!(key(website.detour("docs/old/a")).as_deref(), Some("documents/old/a"));
        assert_eq!(key(website.detour("Docs/a")), None);
        assert_eq!(key(website.detour("img/a")), None);
        assert_eq!(key(website.detour_after(404, "img/a")).as_deref(), Some("no-image.png"));
        assert_eq!(key(website.detour_after(404, "b")).as_deref(), Some("found/b"));
        assert_eq!(key(website.detour_after(403, "b")), None);
    }

    proptest! {
        #[test]
        fn no_key_panics(key in "\\PC{0,12}", prefix in "\\PC{0,3}", other in "\\PC{0,3}") {
            let website = website(vec![rule(None, &prefix, with_prefix(&other)), rule(Some(404), &prefix, with_prefix(&other))]);
            let expected = key.strip_prefix(&prefix).map(|rest| format!("{other}{rest}"));
            for detour in [website.detour(&key), website.detour_after(404, &key)] {
                prop_assert_eq!(&detour.map(|detour| detour.key), &expected);
            }
            prop_assert!(!website.candidates(&key).is_empty());
        }
    }
}
