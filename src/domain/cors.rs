//! Cross-origin rules of a bucket (PUT Bucket cors, 436/8279), and what they grant.

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};
use crate::domain::wildcard;

/// COS's own console may use every bucket without a rule of the bucket's (observed, C++ SDK).
const CONSOLE: &str = "https://console.cloud.tencent.com";

/// The rules in the order in which they are tried; 1 to 100.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRules {
    pub rules: Vec<CorsRule>,
    /// Whether every answer says `Vary: Origin`; `None` as long as nobody said.
    pub response_vary: Option<bool>,
}

/// Texts are as given. One `*` in an origin or header stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRule {
    pub id: Option<String>,
    /// One or more.
    pub origins: Vec<String>,
    /// One or more.
    pub methods: Vec<CorsMethod>,
    pub headers: Vec<String>,
    pub exposed: Vec<String>,
    /// Seconds.
    pub max_age: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CorsMethod {
    Get,
    Put,
    Post,
    Delete,
    Head,
}

impl CorsMethod {
    pub const ALL: [Self; 5] = [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Head];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        }
    }
}

/// A rule that fits a request, and what of it goes into the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsGrant<'a> {
    /// `*` where that is the rule's origin, else the request's.
    pub origin: &'a str,
    pub rule: &'a CorsRule,
}

impl CorsRules {
    /// These rules, and behind them the one for COS's console.
    #[must_use]
    pub fn with_console(mut self) -> Self {
        self.rules.push(CorsRule {
            id: None,
            origins: vec![CONSOLE.to_owned()],
            methods: vec![CorsMethod::Get, CorsMethod::Put, CorsMethod::Post, CorsMethod::Head, CorsMethod::Delete],
            headers: vec!["*".to_owned()],
            exposed: Vec::new(),
            max_age: None,
        });
        self
    }

    /// The first rule that lets a page of `origin` send the method and all of the headers; none are asked for of a request that
    /// is already there. (OPTIONS Object, 436/8288.)
    pub fn grant<'a>(&'a self, origin: &'a str, method: &str, headers: &[&str]) -> Option<CorsGrant<'a>> {
        self.rules.iter().find_map(|rule| {
            let allowed = rule.origins.iter().find(|pattern| wildcard::fits(pattern, origin))?;
            let fits =
                rule.methods.iter().any(|allowed| allowed.name() == method) && headers.iter().all(|name| rule.allows(name));
            fits.then_some(CorsGrant { origin: if allowed == "*" { "*" } else { origin }, rule })
        })
    }
}

impl CorsRule {
    fn allows(&self, header: &str) -> bool {
        let header = header.to_ascii_lowercase();
        self.headers.iter().any(|pattern| wildcard::fits(&pattern.to_ascii_lowercase(), &header))
    }
}

impl CorsGrant<'_> {
    /// Whether the origin is named, so that the page may send cookies and the answer is for that origin only.
    pub fn is_for_one(&self) -> bool {
        self.origin != "*"
    }
}

impl Setting for CorsRules {
    const KIND: SettingKind = SettingKind::Cors;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[CorsMethod], headers: &[&str]) -> CorsRule {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let (origins, headers) = (owned(origins), owned(headers));
        CorsRule { id: None, origins, methods: methods.to_vec(), headers, exposed: vec![], max_age: None }
    }

    fn rules() -> CorsRules {
        let rules = vec![
            rule(&["https://*.example.com", "http://a.com"], &[CorsMethod::Get, CorsMethod::Put], &["x-cos-meta-*", "ETag"]),
            rule(&["*"], &[CorsMethod::Get], &["*"]),
        ];
        CorsRules { rules, response_vary: None }
    }

    /// The number of the rule that fits, and the origin of the answer.
    fn grant(origin: &str, method: &str, headers: &[&str]) -> Option<(usize, String)> {
        let rules = rules();
        let grant = rules.grant(origin, method, headers)?;
        Some((rules.rules.iter().position(|rule| rule == grant.rule)?, grant.origin.to_owned()))
    }

    #[test]
    fn the_first_rule_that_fits_in_all_ways_decides() {
        for (origin, method, headers, expected) in [
            ("http://a.com", "PUT", &["X-COS-Meta-A", "etag"] as &[&str], Some((0, "http://a.com"))),
            ("https://x.example.com", "GET", &[], Some((0, "https://x.example.com"))),
            ("https://x.example.com", "GET", &["range"], Some((1, "*"))),
            ("https://x.example.com", "PUT", &["range"], None),
            ("https://example.com", "PUT", &[], None),
            ("HTTP://a.com", "PUT", &[], None),
            ("null", "GET", &[], Some((1, "*"))),
            ("http://a.com", "DELETE", &[], None),
            ("http://a.com", "get", &[], None),
        ] {
            assert_eq!(grant(origin, method, headers), expected.map(|(rule, text)| (rule, text.to_owned())), "{origin} {method}");
        }
    }

    #[test]
    fn the_console_is_let_in_behind_all_rules() {
        let rules = CorsRules::default().with_console();
        assert!(rules.grant(CONSOLE, "DELETE", &["authorization"]).is_some_and(|grant| grant.is_for_one()));
        assert_eq!(rules.grant("https://other.com", "GET", &[]), None);
        let rules = super::tests::rules().with_console();
        assert_eq!(rules.grant(CONSOLE, "GET", &[]).map(|grant| grant.origin), Some("*"));
    }
}
