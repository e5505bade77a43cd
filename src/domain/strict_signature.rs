//! What must be signed beside the least (PUT Bucket strict-signature, 436/53889; 436/53892).

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};
use crate::domain::wildcard;

/// 1 to 10 rules, all of which hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrictSignature {
    pub rules: Vec<StrictRule>,
}

/// For its actions: which of its headers and parameters must be signed if they are sent. Texts are as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrictRule {
    pub id: String,
    /// Names without `name/cos:`, or one of [`ACTION_WILDCARDS`].
    pub actions: Vec<String>,
    /// Names, or `x-cos-*` for all that begin so.
    pub headers: Vec<String>,
    /// Names, or [`EVERY_PARAM`].
    pub params: Vec<String>,
}

/// The only wildcards of actions.
pub const ACTION_WILDCARDS: [&str; 5] = ["*", "Get*", "Put*", "Post*", "Delete*"];

/// Actions that are never judged and cannot be named: their signatures stand elsewhere, or they have no bucket. Batch jobs have
/// `Job` in their names.
pub const EXEMPT_ACTIONS: [&str; 2] = ["PostObject", "GetService"];

/// The text for all parameters.
pub const EVERY_PARAM: &str = "all";

/// The headers that a rule may name, beside those that begin with `x-cos-`.
pub const HEADERS: [&str; 5] = ["host", "content-length", "content-type", "content-md5", "range"];

/// Names of what a request has and of what its signature covers; letter case does not count.
#[derive(Debug, Clone, Copy)]
pub struct SignedNames<'a> {
    pub headers: &'a [&'a str],
    pub signed_headers: &'a [&'a str],
    /// Without those of the signature itself.
    pub params: &'a [&'a str],
    pub signed_params: &'a [&'a str],
}

/// What a rule asks for and the signature lacks.
#[derive(Debug, PartialEq, Eq)]
pub enum Unsigned<'a> {
    Header(&'a str),
    Param(&'a str),
}

impl StrictSignature {
    /// The first header or parameter that a request for this action should have signed.
    pub fn find_unsigned<'a>(&self, action: &str, names: SignedNames<'a>) -> Option<Unsigned<'a>> {
        if EXEMPT_ACTIONS.contains(&action) {
            return None;
        }
        self.rules.iter().filter(|rule| fits_any(&rule.actions, action)).find_map(|rule| {
            let header = first_unsigned(names.headers, names.signed_headers, |name| fits_any(&rule.headers, name));
            let is_asked = |name: &str| rule.params.iter().any(|asked| asked == EVERY_PARAM || asked.eq_ignore_ascii_case(name));
            let param = || first_unsigned(names.params, names.signed_params, is_asked);
            header.map(Unsigned::Header).or_else(|| param().map(Unsigned::Param))
        })
    }
}

impl Setting for StrictSignature {
    const KIND: SettingKind = SettingKind::StrictSignature;
}

fn fits_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| wildcard::fits(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase()))
}

fn first_unsigned<'a>(there: &[&'a str], signed: &[&str], is_asked: impl Fn(&str) -> bool) -> Option<&'a str> {
    there.iter().copied().find(|name| is_asked(name) && !signed.iter().any(|signed| signed.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn strict(actions: &[&str], headers: &[&str], params: &[&str]) -> StrictSignature {
        let (actions, headers, params) = (owned(actions), owned(headers), owned(params));
        StrictSignature { rules: vec![StrictRule { id: "r".to_owned(), actions, headers, params }] }
    }

    type Names = &'static [&'static str];

    /// A request with the headers `host`, `range`, `x-cos-acl` and the parameter `versionId`, of which some are signed.
    fn find(strict: &StrictSignature, action: &str, headers: Names, params: Names) -> Option<Unsigned<'static>> {
        let there = SignedNames {
            headers: &["host", "range", "x-cos-acl"],
            signed_headers: headers,
            params: &["versionId"],
            signed_params: params,
        };
        strict.find_unsigned(action, there)
    }

    #[test]
    fn what_is_sent_and_asked_for_must_be_signed() {
        let strict = strict(&["GetObject"], &["Host", "Content-MD5"], &["VersionId"]);
        assert_eq!(find(&strict, "GetObject", &[], &["versionid"]), Some(Unsigned::Header("host")));
        assert_eq!(find(&strict, "GetObject", &["host"], &[]), Some(Unsigned::Param("versionId")));
        assert_eq!(find(&strict, "GetObject", &["host"], &["versionid"]), None);
        assert_eq!(find(&strict, "HeadObject", &[], &[]), None);
    }

    #[test]
    fn wildcards_stand_for_actions_headers_and_parameters() {
        let headers = strict(&["Put*", "get*"], &["x-cos-*"], &[]);
        for (action, expected) in [
            ("PutObject", Some(Unsigned::Header("x-cos-acl"))),
            ("GetBucket", Some(Unsigned::Header("x-cos-acl"))),
            ("DeleteObject", None),
            ("GetService", None),
        ] {
            assert_eq!(find(&headers, action, &["host"], &[]), expected, "{action}");
        }
        let params = strict(&["*"], &[], &["all"]);
        assert_eq!(find(&params, "UploadPart", &[], &["uploadid"]), Some(Unsigned::Param("versionId")));
        assert_eq!(find(&params, "PostObject", &[], &[]), None);
    }
}
