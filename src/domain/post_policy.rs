//! The policy of a form: until when it may be sent, and with which fields (POST Object, 436/14690).

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::time::Timestamp;

/// Conditions that a signed policy must have, so that it is good for one key pair and time only.
const REQUIRED: [&str; 3] = ["q-sign-algorithm", "q-ak", "q-sign-time"];

/// The same of the policies that S3's clients sign (AWS, "POST Policy").
const S3_REQUIRED: [&str; 3] = ["x-amz-algorithm", "x-amz-credential", "x-amz-date"];

/// Fields that such a policy need not speak of, beside those that begin with [`S3_IGNORED`].
const S3_FREE: [&str; 3] = ["policy", "x-amz-signature", "file"];
const S3_IGNORED: &str = "x-ignore-";

/// Fields whose beginning may be a condition, beside user metadata; of all others the whole value must be.
const PREFIXED: [&str; 8] = [
    "key",
    "acl",
    "cache-control",
    "content-type",
    "content-disposition",
    "content-encoding",
    "expires",
    "success_action_redirect",
];

/// What user metadata begins with, in COS's words and in S3's.
const USER_PREFIXES: [&str; 2] = ["x-cos-meta-", "x-amz-meta-"];

/// A policy whose form is right.
#[derive(Debug, PartialEq, Eq)]
pub struct PostPolicy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
    /// How many bytes the file may have.
    size: RangeInclusive<u64>,
}

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    /// As written.
    name: String,
    expected: Expected,
}

#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Whole(String),
    Beginning(String),
}

#[derive(Deserialize)]
struct Document {
    expiration: String,
    #[serde(default)]
    conditions: Vec<Value>,
}

impl PostPolicy {
    /// Reads the JSON text.
    ///
    /// # Errors
    /// `InvalidPolicyDocument`.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let Document { expiration, conditions } =
            serde_json::from_slice(json).map_err(|error| refuse(format!("the policy is not as it must be: {error}")))?;
        let expiration = Timestamp::from_iso(&expiration).ok_or_else(|| {
            refuse(format!("the policy's expiration is {expiration:?}; it must be as in 2019-08-30T09:38:12.414Z"))
        })?;
        if conditions.is_empty() {
            return Err(refuse("You must provide condition if you specify a policy in post object request."));
        }
        let mut policy = Self { expiration, conditions: Vec::new(), size: 0..=u64::MAX };
        conditions.iter().try_for_each(|condition| policy.add(condition))?;
        Ok(policy)
    }

    fn add(&mut self, condition: &Value) -> Result<(), Error> {
        match condition {
            Value::Object(fields) if !fields.is_empty() => {
                for (name, value) in fields {
                    let Value::String(value) = value else { return Err(malformed(condition)) };
                    self.conditions.push(Condition { name: name.clone(), expected: Expected::Whole(value.clone()) });
                }
            }
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(kind), least, most] if kind == "content-length-range" => {
                    let (Some(least), Some(most)) = (number(least), number(most)) else { return Err(malformed(condition)) };
                    self.size = least.max(*self.size.start())..=most.min(*self.size.end());
                }
                [Value::String(kind), Value::String(name), Value::String(value)] => {
                    let Some(name) = name.strip_prefix('$') else { return Err(malformed(condition)) };
                    let expected = match kind.as_str() {
                        "eq" => Expected::Whole(value.clone()),
                        "starts-with" => beginning(name, value)?,
                        _ => return Err(malformed(condition)),
                    };
                    self.conditions.push(Condition { name: name.to_owned(), expected });
                }
                _ => return Err(malformed(condition)),
            },
            _ => return Err(malformed(condition)),
        }
        Ok(())
    }

    /// That the policy says whose it is, as one must that is signed.
    ///
    /// # Errors
    /// `InvalidPolicyDocument` (inferred).
    pub fn check_signer(&self) -> Result<(), Error> {
        self.require(&REQUIRED)
    }

    /// As [`Self::check_signer`], for a form of an S3 client with fields of these names, in lower case: its policy speaks of all
    /// of them, so that nobody can add another.
    ///
    /// # Errors
    /// `InvalidPolicyDocument` (inferred), `AccessDenied`.
    pub fn check_s3_fields<'a>(&self, mut fields: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        self.require(&S3_REQUIRED)?;
        match fields.find(|name| !S3_FREE.contains(name) && !name.starts_with(S3_IGNORED) && !self.speaks_of(name)) {
            None => Ok(()),
            Some(extra) => {
                let message = format!("the form has the field {extra}, of which its policy has no condition");
                Err(ErrorCode::AccessDenied.because(message))
            }
        }
    }

    fn require(&self, required: &[&str]) -> Result<(), Error> {
        match required.iter().find(|required| !self.speaks_of(required)) {
            Some(missing) => {
                Err(refuse(format!("the policy has no condition {missing}; a signed one needs {}", required.join(", "))))
            }
            None => Ok(()),
        }
    }

    fn speaks_of(&self, field: &str) -> bool {
        self.conditions.iter().any(|condition| condition.name.eq_ignore_ascii_case(field))
    }

    /// Holds a form to the policy. `bucket` is the one that it was sent to; `field` gives the text of a field by its name in
    /// lower case, of `key` with the file's name in place.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub fn check<'a>(&self, bucket: &'a str, field: impl Fn(&str) -> Option<&'a str>, now: Timestamp) -> Result<(), Error> {
        if now > self.expiration {
            return Err(ErrorCode::AccessDenied.because(format!(
                "You post object request has been expired, expiration time: {} but the time now : {}",
                self.expiration.seconds(),
                now.seconds()
            )));
        }
        self.conditions.iter().try_for_each(|condition| {
            let given = match condition.name.to_ascii_lowercase().as_str() {
                "bucket" => Some(bucket),
                "q-sign-time" => field("q-key-time"),
                name => field(name),
            };
            condition.check(given)
        })
    }

    /// Holds the file's size to the policy, while it arrives.
    ///
    /// # Errors
    /// `EntityTooLarge`.
    pub fn check_size_so_far(&self, bytes: u64) -> Result<(), Error> {
        if bytes > *self.size.end() { Err(self.wrong_size(ErrorCode::EntityTooLarge, bytes)) } else { Ok(()) }
    }

    /// Holds the whole file's size to the policy.
    ///
    /// # Errors
    /// `EntityTooLarge`, `EntityTooSmall`.
    pub fn check_size(&self, bytes: u64) -> Result<(), Error> {
        self.check_size_so_far(bytes)?;
        if bytes < *self.size.start() { Err(self.wrong_size(ErrorCode::EntityTooSmall, bytes)) } else { Ok(()) }
    }

    fn wrong_size(&self, code: ErrorCode, bytes: u64) -> Error {
        let (least, most) = (self.size.start(), self.size.end());
        let sentence = "Condition key content-length-range doesn't match the value";
        code.because(format!("{sentence} {bytes}: the file must have {least} to {most} bytes"))
    }
}

impl Condition {
    fn check(&self, given: Option<&str>) -> Result<(), Error> {
        let (is_met, value) = match &self.expected {
            Expected::Whole(value) => (given == Some(value), value),
            Expected::Beginning(value) => (given.is_some_and(|given| given.starts_with(value)), value),
        };
        if is_met {
            return Ok(());
        }
        let found = given.map_or_else(|| "the form has no such field".to_owned(), |given| format!("the form has {given:?}"));
        Err(ErrorCode::AccessDenied.because(format!("Condition key {} doesn't match the value {value}: {found}", self.name)))
    }
}

/// A `*` at the end of a beginning of types stands for the rest (Upload Security Restriction, 436/104266).
fn beginning(name: &str, value: &str) -> Result<Expected, Error> {
    let lower = name.to_ascii_lowercase();
    if !PREFIXED.contains(&lower.as_str()) && !USER_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
        return Err(refuse(format!(
            "the policy's condition on {name} must be eq; starts-with is for {}, x-cos-meta-*, x-amz-meta-*",
            PREFIXED.join(", ")
        )));
    }
    let value = if lower == "content-type" { value.strip_suffix('*').unwrap_or(value) } else { value };
    Ok(Expected::Beginning(value.to_owned()))
}

/// A number, or its digits in quotes.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn malformed(condition: &Value) -> Error {
    refuse(format!(
        "the policy's condition {condition} is none; one looks like {{\"acl\":\"private\"}}, [\"eq\",\"$acl\",\"private\"], \
         [\"starts-with\",\"$key\",\"folder/\"] or [\"content-length-range\",1,1024]"
    ))
}

fn refuse(message: impl Into<String>) -> Error {
    ErrorCode::InvalidPolicyDocument.because(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn policy(conditions: &str) -> PostPolicy {
        let json = format!(r#"{{"expiration":"2023-11-14T22:13:20.000Z","conditions":[{conditions}]}}"#);
        PostPolicy::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    fn refusal(conditions: &str, fields: &[(&str, &str)]) -> Option<String> {
        let field = |name: &str| fields.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        let error = policy(conditions).check("b-1", field, NOW).err()?;
        assert_eq!(error.code(), ErrorCode::AccessDenied);
        Some(error.message().to_owned())
    }

    #[test]
    fn each_kind_of_condition_is_held_to() {
        let form = [
            ("key", "folder/a.png"),
            ("acl", "private"),
            ("x-cos-meta-a", ""),
            ("q-key-time", "1;2"),
            ("content-type", "image/png"),
        ];
        for right in [
            r#"{"bucket":"b-1"}"#,
            r#"{"acl":"private"},["eq","$ACL","private"]"#,
            r#"["starts-with","$key","folder/"]"#,
            r#"["starts-with","$key",""],["starts-with","$x-cos-meta-a",""]"#,
            r#"["starts-with","$Content-Type","image/"],["starts-with","$Content-Type","image/*"]"#,
            r#"{"q-sign-time":"1;2"}"#,
            r#"["content-length-range",1,10]"#,
        ] {
            assert_eq!(refusal(right, &form), None, "{right}");
        }
        for (wrong, message) in [
            (r#"{"bucket":"b"}"#, "Condition key bucket doesn't match the value b: the form has \"b-1\""),
            (r#"{"acl":"Private"}"#, "Condition key acl doesn't match the value Private: the form has \"private\""),
            (r#"["eq","$key","folder/"]"#, "Condition key key doesn't match the value folder/: the form has \"folder/a.png\""),
            (r#"["starts-with","$key","a"]"#, "Condition key key doesn't match the value a: the form has \"folder/a.png\""),
            (r#"["starts-with","$Expires",""]"#, "Condition key Expires doesn't match the value : the form has no such field"),
            (r#"{"x-cos-meta-a":"1"}"#, "Condition key x-cos-meta-a doesn't match the value 1: the form has \"\""),
            (r#"{"acl":"private","q-ak":"a"}"#, "Condition key q-ak doesn't match the value a: the form has no such field"),
        ] {
            assert_eq!(refusal(wrong, &form).as_deref(), Some(message));
        }
    }

    #[test]
    fn a_policy_expires() {
        let policy = policy(r#"{"bucket":"b"}"#);
        assert!(policy.check("b", |_| None, NOW).is_ok());
        let error = policy.check("b", |_| None, Timestamp::from_seconds(1_700_000_001)).expect_err("expired");
        let message = "You post object request has been expired, expiration time: 1700000000 but the time now : 1700000001";
        assert_eq!((error.code(), error.message()), (ErrorCode::AccessDenied, message));
    }

    #[test]
    fn a_file_has_its_size_between_the_bounds_of_all_ranges() {
        let policy = policy(r#"["content-length-range",2,10],["content-length-range","1","5"]"#);
        let code = |checked: Result<(), Error>| checked.err().map(|error| error.code());
        for (bytes, so_far, whole) in [
            (0, None, Some(ErrorCode::EntityTooSmall)),
            (1, None, Some(ErrorCode::EntityTooSmall)),
            (2, None, None),
            (5, None, None),
            (6, Some(ErrorCode::EntityTooLarge), Some(ErrorCode::EntityTooLarge)),
        ] {
            assert_eq!((code(policy.check_size_so_far(bytes)), code(policy.check_size(bytes))), (so_far, whole), "{bytes}");
        }
    }

    #[test]
    fn a_signed_policy_names_its_signer() {
        let whole = r#"{"q-sign-algorithm":"sha1"},["eq","$q-ak","a"],{"Q-Sign-Time":"1;2"}"#;
        assert!(policy(whole).check_signer().is_ok());
        for required in REQUIRED {
            let error = policy(&whole.to_lowercase().replace(required, "x")).check_signer().expect_err(required);
            assert_eq!(error.code(), ErrorCode::InvalidPolicyDocument);
        }
    }

    #[test]
    fn a_policy_of_an_s3_client_speaks_of_all_fields() {
        let signer = r#"{"x-amz-algorithm":"a"},["eq","$x-amz-credential","b"],{"X-Amz-Date":"c"}"#;
        let whole = policy(&format!(r#"{signer},["starts-with","$x-amz-meta-a",""],{{"Key":"k"}}"#));
        let named = ["key", "x-amz-meta-a", "policy", "x-amz-signature", "x-ignore-this", "x-amz-date"];
        assert!(whole.check_s3_fields(named.into_iter()).is_ok());
        let error = whole.check_s3_fields(["key", "acl"].into_iter()).expect_err("not named");
        assert_eq!((error.code(), error.message().contains("field acl")), (ErrorCode::AccessDenied, true));
        let unsigned = policy(r#"{"x-amz-algorithm":"a"}"#);
        assert_eq!(unsigned.check_s3_fields([].into_iter()).expect_err("unsigned").code(), ErrorCode::InvalidPolicyDocument);
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let with = |conditions: &str| format!(r#"{{"expiration":"2023-11-14T22:13:20Z","conditions":{conditions}}}"#);
        for text in [
            String::new(),
            "[]".to_owned(),
            r#"{"conditions":[{"acl":"private"}]}"#.to_owned(),
            r#"{"expiration":"tomorrow","conditions":[{"acl":"private"}]}"#.to_owned(),
            r#"{"expiration":"2023-11-14T22:13:20Z"}"#.to_owned(),
            with("[]"),
            with("{}"),
            with("[{}]"),
            with(r#"["acl"]"#),
            with(r#"[{"acl":1}]"#),
            with(r#"[["eq","acl","private"]]"#),
            with(r#"[["eq","$acl"]]"#),
            with(r#"[["eq","$acl","private","x"]]"#),
            with(r#"[["in","$acl","private"]]"#),
            with(r#"[["starts-with","$success_action_status","2"]]"#),
            with(r#"[["starts-with","$x-cos-storage-class","S"]]"#),
            with(r#"[["content-length-range",1]]"#),
            with(r#"[["content-length-range",-1,10]]"#),
            with(r#"[["content-length-range","a","b"]]"#),
        ] {
            assert_eq!(PostPolicy::parse(text.as_bytes()).expect_err(&text).code(), ErrorCode::InvalidPolicyDocument);
        }
    }

    proptest! {
        #[test]
        fn a_form_that_was_copied_from_its_policy_keeps_to_it(values in proptest::collection::vec("\\PC{0,8}", 1..5), at: usize) {
            let conditions: Vec<String> = values
                .iter()
                .enumerate()
                .map(|(index, value)| serde_json::json!(["eq", format!("$x-cos-meta-{index}"), value]).to_string())
                .collect();
            let policy = policy(&conditions.join(","));
            let index = |name: &str| name.strip_prefix("x-cos-meta-").and_then(|index| index.parse::<usize>().ok());
            prop_assert!(policy.check("b", |name| values.get(index(name)?).map(String::as_str), NOW).is_ok());
            let changed = at % values.len();
            let field = |name: &str| if index(name)? == changed { Some("another value") } else { Some(values.get(index(name)?)?.as_str()) };
            prop_assert!(policy.check("b", field, NOW).is_err());
        }

        #[test]
        fn no_bytes_panic_the_parser(bytes: Vec<u8>, conditions in "[\\[\\]{}\",:$a-z0-9 -]{0,80}") {
            let _ = PostPolicy::parse(&bytes);
            let json = format!(r#"{{"expiration":"2023-11-14T22:13:20Z","conditions":[{conditions}]}}"#);
            if let Ok(policy) = PostPolicy::parse(json.as_bytes()) {
                let _ = (policy.check_signer(), policy.check("b", |_| None, NOW), policy.check_size(1));
            }
        }
    }
}
