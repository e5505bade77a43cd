//! Host names of the user's own that lead to a bucket (PUT Bucket domain).

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::{Setting, SettingKind};
use crate::domain::spelled::Spelled;

/// A bucket's names in the order given; no name twice, 20 at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomDomains {
    pub rules: Vec<DomainRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRule {
    pub name: Spelled<DomainName>,
    /// Whether the name leads anywhere; it is taken in any case.
    pub is_enabled: bool,
    pub endpoint: Endpoint,
    /// Takes the name from a bucket that has it.
    pub replaces: Option<Replaces>,
}

/// By which record of DNS the service would see that the name is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replaces {
    Cname,
    Txt,
}

/// The names of a bucket that have a certificate. Neither certificates nor their keys are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainCertificates {
    pub certified: Vec<DomainName>,
}

/// A host name of two labels or more, in lower case: neither an address nor one of COS's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainName(String);

/// The suffixes of COS's own hosts.
pub const COS_SUFFIXES: [&str; 2] = ["myqcloud.com", "tencentcos.cn"];

impl CustomDomains {
    /// The rule of a name in lower case.
    pub fn rule(&self, name: &str) -> Option<&DomainRule> {
        self.rules.iter().find(|rule| rule.name.value().as_str() == name)
    }
}

impl DomainName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let name = text.to_ascii_lowercase();
        let refuse = |rule: &str| {
            let message = format!("the domain {text:?} is not valid: {rule}, as in www.example.com");
            Err(ErrorCode::InvalidArgument.because(message))
        };
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if !name.split('.').all(is_label) || name.len() > 253 {
            return refuse("it must be labels of letters, digits and - with dots between them");
        }
        if !name.contains('.') || name.parse::<Ipv4Addr>().is_ok() {
            return refuse("it must be a name of two labels or more");
        }
        let is_below = |suffix: &&str| name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if let Some(suffix) = COS_SUFFIXES.iter().find(|suffix| is_below(suffix)) {
            return refuse(&format!("names below {suffix} are COS's own"));
        }
        Ok(Self(name))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Setting for CustomDomains {
    const KIND: SettingKind = SettingKind::Domain;
}

impl Setting for DomainCertificates {
    const KIND: SettingKind = SettingKind::DomainCertificate;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_has_labels_and_is_not_coss_own() {
        for name in ["www.example.com", "WWW.TestDomain1.com", "a.localhost", "b-1.example.com", "_x.a.b", "notmyqcloud.com"] {
            assert_eq!(name.parse::<DomainName>().expect(name).as_str(), name.to_ascii_lowercase());
        }
        for name in [
            "",
            "111",
            "localhost",
            "127.0.0.1",
            "a..b",
            "-a.com",
            "a-.com",
            "a b.com",
            "*.example.com",
            "www.example.com:80",
            "中.com",
            "b-1.cos.ap-guangzhou.myqcloud.com",
            "tencentcos.cn.",
            "a.tencentcos.cn",
            &format!("{}.com", "a".repeat(64)),
            &["a"; 128].join("."),
        ] {
            assert_eq!(name.parse::<DomainName>().expect_err(name).code(), ErrorCode::InvalidArgument);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", labels in "[a-z0-9.-]{0,40}") {
            let _ = text.parse::<DomainName>();
            if let Ok(name) = labels.parse::<DomainName>() {
                prop_assert_eq!(name.as_str(), labels);
            }
        }
    }
}
