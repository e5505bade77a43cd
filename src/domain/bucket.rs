//! Bucket names, APPIDs, regions, and what is known of a bucket.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::SettingSet;
use crate::domain::time::Timestamp;

/// `<name>-<APPID>`: the name of `a-z 0-9 -`, neither first nor last `-` (Bucket Overview, 436/13312).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BucketName(String);

/// The longest name with its APPID: a DNS label. The page counts 60 characters for the whole host, which some regions' names
/// leave too little of; the lenient bound is inferred.
const LONGEST: usize = 63;

impl BucketName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits after the last `-`.
    pub fn appid(&self) -> &str {
        self.0.rsplit_once('-').expect("parsed").1
    }

    /// What stands before the APPID and its `-`.
    pub fn bare_name(&self) -> &str {
        self.0.rsplit_once('-').expect("parsed").0
    }

    /// Whether `label` has the shape `<name>-<digits>`, by which the first label of a host or path is known for a bucket.
    pub fn is_like(label: &str) -> bool {
        label
            .rsplit_once('-')
            .is_some_and(|(name, appid)| !name.is_empty() && !appid.is_empty() && appid.bytes().all(|b| b.is_ascii_digit()))
    }
}

impl FromStr for BucketName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |rule: &str| {
            Err(ErrorCode::InvalidBucketName
                .because(format!("the bucket name {text:?} is not valid: {rule}, as in demo-1250000000")))
        };
        let Some((name, appid)) = text.rsplit_once('-') else {
            return refuse("it must end in -<APPID>");
        };
        if appid.is_empty() || !appid.bytes().all(|b| b.is_ascii_digit()) {
            return refuse("it must end in -<APPID>, which is all digits");
        }
        if name.is_empty() || !name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            return refuse("only a-z, 0-9 and - are allowed before the APPID");
        }
        if name.starts_with('-') || name.ends_with('-') {
            return refuse("the part before the APPID must not begin or end with -");
        }
        if text.len() > LONGEST {
            let message = format!("the bucket name {text:?} has {} characters; the longest allowed has {LONGEST}", text.len());
            return Err(ErrorCode::BucketNameTooLong.because(message));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A region as it stands in host names, such as `ap-guangzhou`: `[a-z0-9-]+`; unknown ones are allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Region(String);

impl Region {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.is_empty() || !text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            let message = format!("the region {text:?} is not valid: only a-z, 0-9 and - are allowed, as in ap-guangzhou");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A bucket as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub name: BucketName,
    pub region: Region,
    /// APPID of the account that created it; need not be the name's own APPID.
    pub owner: String,
    pub created: Timestamp,
    pub versioning: Versioning,
    /// Whether its objects are kept in several zones (`BucketAZConfig`); fixed when it is made.
    pub is_multi_az: bool,
    /// Whether it has metadata acceleration (`BucketArchConfig` OFS); fixed when it is made.
    pub is_ofs: bool,
    /// What is set on it beside this record.
    pub settings: SettingSet,
}

/// Whether writes keep what they replace (Versioning Overview, 436/19883). A bucket never becomes unversioned again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

impl Bucket {
    /// A bucket on which nothing is set.
    pub fn new(name: BucketName, region: Region, owner: String, created: Timestamp) -> Self {
        let (versioning, settings) = (Versioning::default(), SettingSet::default());
        Self { name, region, owner, created, versioning, is_multi_az: false, is_ofs: false, settings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> Option<&'static str> {
        text.parse::<BucketName>().err().map(|error| error.code().name())
    }

    #[test]
    fn names_follow_the_documented_rules() {
        for name in ["a-1", "demo-1250000000", "a-b--c-1250000000", &format!("{}-1250000000", "x".repeat(52))] {
            let parsed: BucketName = name.parse().expect(name);
            assert_eq!((parsed.as_str(), BucketName::is_like(name)), (name, true));
        }
        for name in ["", "demo", "demo-", "-1250000000", "Demo-1250000000", "de_mo-1", "-a-1", "a--1", "demo-12x", "中-1"] {
            assert_eq!(code(name), Some("InvalidBucketName"), "{name}");
        }
        assert_eq!(code(&format!("{}-1250000000", "x".repeat(53))), Some("BucketNameTooLong"));
        assert_eq!("a-b-12".parse::<BucketName>().expect("valid").appid(), "12");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            if let Ok(name) = text.parse::<BucketName>() {
                prop_assert!(BucketName::is_like(name.as_str()));
            }
            let _ = text.parse::<Region>();
        }
    }
}
