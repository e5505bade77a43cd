//! What a call says beside who sends it: JSON, or the pairs of a query or form.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::codec::percent;
use crate::domain::policy::{LARGEST_POLICY, Policy};
use crate::operations::sts::error::{StsError, StsErrorCode, excerpt};

/// By their names; those of pairs are all texts.
#[derive(Debug, Default)]
pub(super) struct Parameters(Map<String, Value>);

impl Parameters {
    /// # Errors
    /// `InvalidParameter` unless the text is a JSON object or empty.
    pub(super) fn of_json(text: &[u8]) -> Result<Self, StsError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let read = serde_json::from_slice(text);
        read.map(Self).map_err(|error| StsErrorCode::InvalidParameter.because(format!("the body is not a JSON object: {error}")))
    }

    pub(super) fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
    }

    /// Refuses what is not among `known`. Pairs spell lists as in `Tags.0.Key`.
    ///
    /// # Errors
    /// `UnknownParameter`.
    pub(super) fn check(&self, known: &[&str]) -> Result<(), StsError> {
        let is_known = |name: &str| known.contains(&name.split('.').next().unwrap_or(name));
        match self.0.keys().find(|name| !is_known(name)) {
            None => Ok(()),
            Some(name) => {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let message = format!("the parameter {:?} is not known here; known are {known}", excerpt(name));
                Err(StsErrorCode::UnknownParameter.because(message))
            }
        }
    }

    /// A text; absent or empty is `None`.
    ///
    /// # Errors
    /// `InvalidParameter` for anything that is no text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, StsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(other) => Err(StsErrorCode::InvalidParameter
                .because(format!("the parameter {name} is {}; it must be a text", excerpt(&other.to_string())))),
        }
    }

    /// # Errors
    /// `MissingParameter`, or as [`Self::text`].
    pub(super) fn require(&self, name: &str) -> Result<&str, StsError> {
        self.text(name)?
            .ok_or_else(|| StsErrorCode::MissingParameter.because(format!("the parameter {name} is missing or empty")))
    }

    /// A name of so many characters, as users and sessions have them: letters, digits and `_+=,.@-`.
    ///
    /// # Errors
    /// `InvalidParameter.ParamError`, or as [`Self::require`].
    pub(super) fn name(&self, name: &str, least: usize, most: usize) -> Result<&str, StsError> {
        let text = self.require(name)?;
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if (least..=most).contains(&text.len()) && text.chars().all(is_allowed) {
            return Ok(text);
        }
        let message = format!("{name} is {:?}; it must have {least} to {most} letters, digits and _+=,.@-", excerpt(text));
        Err(StsErrorCode::ParamError.because(message))
    }

    /// `DurationSeconds`, as a number or a text of digits.
    ///
    /// # Errors
    /// `InvalidParameter.ParamError` for what is no number above 0, `InvalidParameter.OverTimeError` above `most` seconds.
    pub(super) fn duration(&self, default: u64, most: u64) -> Result<Duration, StsError> {
        let seconds = match self.0.get("DurationSeconds") {
            None | Some(Value::Null) => Some(default),
            Some(Value::String(text)) => text.parse().ok(),
            Some(other) => other.as_u64(),
        };
        match seconds {
            Some(seconds) if (1..=most).contains(&seconds) => Ok(Duration::from_secs(seconds)),
            Some(seconds) if seconds > most => {
                let message = format!("DurationSeconds is {seconds}; the most allowed for this caller are {most}");
                Err(StsErrorCode::OverTimeError.because(message))
            }
            _ => {
                let given = excerpt(&self.0.get("DurationSeconds").unwrap_or(&Value::Null).to_string());
                Err(StsErrorCode::ParamError.because(format!("DurationSeconds is {given}; it must be a number from 1 to {most}")))
            }
        }
    }

    /// `Policy`, which is URL-encoded once more than the transport asks for; plain JSON will do.
    ///
    /// # Errors
    /// `InvalidParameter.StrategyFormatError`, which says what is wrong, and `InvalidParameter.PolicyTooLong`.
    pub(super) fn policy(&self) -> Result<Option<Policy>, StsError> {
        let Some(text) = self.text("Policy")? else { return Ok(None) };
        let decoded =
            if text.trim_start().starts_with('{') { Some(text.to_owned()) } else { percent::decode(&text.replace('+', " ")) };
        let decoded =
            decoded.ok_or_else(|| StsErrorCode::StrategyFormatError.because("the Policy is not UTF-8 once it is URL-decoded"))?;
        if decoded.len() > LARGEST_POLICY {
            let message = format!("the Policy has {} bytes; the most allowed are {LARGEST_POLICY}", decoded.len());
            return Err(StsErrorCode::PolicyTooLong.because(message));
        }
        let read = Policy::of_session(&decoded);
        read.map(Some).map_err(|error| StsErrorCode::StrategyFormatError.because(format!("the Policy: {}", error.message())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"statement": {"effect": "allow", "action": "cos:Get*", "resource": "*"}}"#;

    fn pairs(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::of_pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn a_policy_is_read_however_it_is_encoded() {
        let expected = Policy::of_session(POLICY).expect("a policy");
        let by_query_escape = percent::encode(POLICY).replace("%20", "+");
        for text in [POLICY, &percent::encode(POLICY), &by_query_escape] {
            assert_eq!(pairs(&[("Policy", text)]).policy(), Ok(Some(expected.clone())), "{text}");
        }
        let code = |text: &str| pairs(&[("Policy", text)]).policy().expect_err(text).code;
        assert_eq!(code("%7B"), StsErrorCode::StrategyFormatError);
        assert_eq!(code("%FF"), StsErrorCode::StrategyFormatError);
        assert_eq!(code(&" ".repeat(LARGEST_POLICY + 1)), StsErrorCode::PolicyTooLong);
        assert_eq!(pairs(&[("Policy", "")]).policy(), Ok(None));
    }

    #[test]
    fn a_duration_is_a_number_within_bounds() {
        for (json, expected) in [
            ("{}", Ok(Duration::from_secs(30))),
            (r#"{"DurationSeconds": 60}"#, Ok(Duration::from_secs(60))),
            (r#"{"DurationSeconds": "60"}"#, Ok(Duration::from_secs(60))),
            (r#"{"DurationSeconds": 61}"#, Err(StsErrorCode::OverTimeError)),
            (r#"{"DurationSeconds": 0}"#, Err(StsErrorCode::ParamError)),
            (r#"{"DurationSeconds": -1}"#, Err(StsErrorCode::ParamError)),
            (r#"{"DurationSeconds": "soon"}"#, Err(StsErrorCode::ParamError)),
        ] {
            let parameters = Parameters::of_json(json.as_bytes()).expect("an object");
            assert_eq!(parameters.duration(30, 60).map_err(|error| error.code), expected, "{json}");
        }
    }

    #[test]
    fn names_have_bounds_and_unknown_ones_are_told() {
        let given = pairs(&[("Name", "a b"), ("Tags.0.Key", "k"), ("Empty", "")]);
        assert_eq!(given.name("Name", 1, 9).expect_err("a blank").code, StsErrorCode::ParamError);
        assert_eq!(given.require("Empty").expect_err("empty").code, StsErrorCode::MissingParameter);
        assert_eq!(given.check(&["Name", "Tags", "Empty"]), Ok(()));
        let error = given.check(&["Name", "Empty"]).expect_err("Tags");
        assert_eq!(error.to_string(), "UnknownParameter: the parameter \"Tags.0.Key\" is not known here; known are Name, Empty");
        assert_eq!(Parameters::of_json(b"[]").expect_err("no object").code, StsErrorCode::InvalidParameter);
        let number = Parameters::of_json(br#"{"Name": 1}"#).expect("an object");
        assert_eq!(number.text("Name").expect_err("no text").code, StsErrorCode::InvalidParameter);
    }
}
