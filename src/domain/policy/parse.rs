//! A policy's JSON (PUT Bucket policy, 436/8282). Names of elements have no letter case; where a list is meant, one text will do.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::conditions::Condition;
use crate::domain::policy::patterns::Principal;
use crate::domain::policy::{Effect, LARGEST_POLICY, Policy, Statement};

/// The one version of the language.
const VERSION: &str = "2.0";

/// Whose policy it is: only a bucket's says whom it concerns.
#[derive(Clone, Copy, PartialEq)]
enum Holder {
    Bucket,
    User,
    Session,
}

impl Policy {
    /// A bucket's policy: statements have principals, their own or the policy's.
    ///
    /// # Errors
    /// `MalformedPolicy`, naming what is wrong and what would be right.
    pub fn of_bucket(json: &str) -> Result<Self, Error> {
        parse(json, Holder::Bucket)
    }

    /// The policy of a user or role: it concerns its holder.
    ///
    /// # Errors
    /// As [`Self::of_bucket`]; also when there is a principal.
    pub fn of_user(json: &str) -> Result<Self, Error> {
        parse(json, Holder::User)
    }

    /// The policy of a temporary credential: it concerns its holder. A principal that is everybody, which the STS SDK for Node.js
    /// writes, says the same.
    ///
    /// # Errors
    /// As [`Self::of_bucket`]; also when there is another principal.
    pub fn of_session(json: &str) -> Result<Self, Error> {
        parse(json, Holder::Session)
    }
}

fn malformed(message: impl Into<String>) -> Error {
    ErrorCode::MalformedPolicy.because(message.into())
}

fn parse(json: &str, holder: Holder) -> Result<Policy, Error> {
    if json.len() > LARGEST_POLICY {
        return Err(malformed(format!("the policy has {} bytes; the most allowed are {LARGEST_POLICY}", json.len())));
    }
    let value: Value = serde_json::from_str(json).map_err(|error| malformed(format!("the policy is not JSON: {error}")))?;
    let Value::Object(mut policy) = value else { return Err(malformed("the policy is not a JSON object")) };
    let elements = Elements::new(&policy, "the policy", &["version", "statement", "principal"])?;
    if let Some(version) = elements.get("version")
        && version != VERSION
    {
        return Err(malformed(format!("the version is {}; it must be {VERSION:?}", excerpt(version))));
    }
    let shared = principals(elements.get("principal"), holder)?;
    let listed = match elements.require("statement")? {
        Value::Array(statements) if statements.is_empty() => return Err(malformed("the policy has no statement")),
        Value::Array(statements) => statements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let numbered = listed.iter().zip(1..);
    let statements = numbered
        .map(|(value, number)| {
            let read = statement(value, holder, shared.as_deref());
            read.map_err(|error| malformed(format!("statement {number}: {}", error.message())))
        })
        .collect::<Result<_, Error>>()?;
    rename(&mut policy, "Statement");
    Ok(Policy { text: Value::Object(policy).to_string(), statements })
}

/// Spells the name of an element so, whatever its letter case was.
fn rename(object: &mut Map<String, Value>, name: &str) {
    let given = object.keys().find(|given| given.eq_ignore_ascii_case(name)).cloned();
    if let Some(value) = given.and_then(|given| object.remove(&given)) {
        object.insert(name.to_owned(), value);
    }
}

fn statement(value: &Value, holder: Holder, shared: Option<&[Principal]>) -> Result<Statement, Error> {
    let Value::Object(object) = value else { return Err(malformed(format!("{} is not a JSON object", excerpt(value)))) };
    let elements = Elements::new(object, "it", &["sid", "principal", "effect", "action", "resource", "condition"])?;
    let own = principals(elements.get("principal"), holder)?;
    let principals = match (own.as_deref().or(shared), holder) {
        (_, Holder::Session | Holder::User) => Vec::new(),
        (Some(principals), Holder::Bucket) => principals.to_vec(),
        (None, Holder::Bucket) => return Err(malformed("the element principal is missing")),
    };
    Ok(Statement {
        sid: elements.get("sid").map(sid).transpose()?,
        effect: effect(elements.require("effect")?)?,
        principals,
        actions: list(elements.require("action")?, "action")?,
        resources: list(elements.require("resource")?, "resource")?,
        conditions: elements.get("condition").map(conditions).transpose()?.unwrap_or_default(),
    })
}

fn sid(value: &Value) -> Result<String, Error> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(malformed(format!("the element sid is {}; it must be a text", excerpt(value)))),
    }
}

fn effect(value: &Value) -> Result<Effect, Error> {
    match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("allow") => Ok(Effect::Allow),
        Some(text) if text.eq_ignore_ascii_case("deny") => Ok(Effect::Deny),
        _ => Err(malformed(format!("the effect is {}; it must be \"allow\" or \"deny\"", excerpt(value)))),
    }
}

/// `"*"`, an id, a list of ids, or `{"qcs": [ids]}`; beside it `{"service": […]}`, which is nobody here.
fn principals(value: Option<&Value>, holder: Holder) -> Result<Option<Vec<Principal>>, Error> {
    let Some(value) = value else { return Ok(None) };
    match holder {
        Holder::Bucket => named(value).map(Some),
        Holder::Session if named(value)? == [Principal::Everyone] => Ok(None),
        Holder::Session | Holder::User => Err(malformed("the element principal is for the policies of buckets only")),
    }
}

fn named(value: &Value) -> Result<Vec<Principal>, Error> {
    let Value::Object(kinds) = value else { return list(value, "principal") };
    let elements = Elements::new(kinds, "the principal", &["qcs", "service"])?;
    if kinds.is_empty() {
        return Err(malformed("the principal names nobody"));
    }
    let users = elements.get("qcs").map(|ids| list(ids, "principal")).transpose()?;
    Ok(users.unwrap_or_default())
}

/// Operators, each with keys, each with values.
fn conditions(value: &Value) -> Result<Vec<Condition>, Error> {
    let refuse = || {
        let form = r#"{"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}}"#;
        malformed(format!("the condition is {}; it must be written as in {form}", excerpt(value)))
    };
    let mut conditions = Vec::new();
    for (operator, keys) in value.as_object().ok_or_else(refuse)? {
        for (key, values) in keys.as_object().ok_or_else(refuse)? {
            let values = texts(values).filter(|values| !values.is_empty()).ok_or_else(refuse)?;
            conditions.push(Condition::new(operator, key, values)?);
        }
    }
    Ok(conditions)
}

/// A text, or a list of them which is not empty.
fn list<T: FromStr<Err = Error>>(value: &Value, name: &str) -> Result<Vec<T>, Error> {
    match texts(value) {
        Some(texts) if !texts.is_empty() => texts.iter().map(|text| text.parse()).collect(),
        _ => Err(malformed(format!("the element {name} is {}; it must be a text or a list of texts", excerpt(value)))),
    }
}

/// Values as texts; numbers and truth values also stand without quotes.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        one => text(one).map(|text| vec![text]),
    }
}

/// The beginning of a value, for errors.
fn excerpt(value: &Value) -> String {
    value.to_string().chars().take(100).collect()
}

/// The elements of an object, by their names in lower case.
struct Elements<'a>(&'a Map<String, Value>);

impl<'a> Elements<'a> {
    /// Refuses what is not among `known`: an element that is passed over would change what the policy means.
    fn new(object: &'a Map<String, Value>, whose: &str, known: &[&str]) -> Result<Self, Error> {
        for name in object.keys() {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                return Err(malformed(format!("{whose} has an element {name:?}; known are {}", known.join(", "))));
            }
            if object.keys().filter(|other| other.eq_ignore_ascii_case(name)).count() > 1 {
                return Err(malformed(format!("{whose} has the element {name:?} more than once")));
            }
        }
        Ok(Self(object))
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn require(&self, name: &str) -> Result<&'a Value, Error> {
        self.get(name).ok_or_else(|| malformed(format!("the element {name} is missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"version":"2.0","statement":[{"sid":"one","principal":{"qcs":["qcs::cam::uin/1:uin/11"]},"effect":"allow",
        "action":["name/cos:GetObject"],"resource":["qcs::cos:ap-guangzhou:uid/1:b-1/*"],
        "condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"numeric_less_than":{"cos:content-length":10}}}]}"#;

    #[test]
    fn names_have_no_letter_case_and_one_text_is_a_list() {
        let good = Policy::of_bucket(GOOD).expect("good");
        for (from, to) in [
            ("\"version\":\"2.0\",", ""),
            ("statement", "STATEMENT"),
            ("\"effect\":\"allow\"", "\"Effect\":\"Allow\""),
            ("[\"name/cos:GetObject\"]", "\"name/cos:GetObject\""),
            ("{\"qcs\":[\"qcs::cam::uin/1:uin/11\"]}", "\"qcs::cam::uin/1:uin/11\""),
            (
                "{\"qcs\":[\"qcs::cam::uin/1:uin/11\"]}",
                "{\"QCS\":\"qcs::cam::uin/1:uin/11\",\"service\":[\"cvm.cloud.tencent.com\"]}",
            ),
            ("\"10.0.0.0/8\"", "[\"10.0.0.0/8\"]"),
            (":10}", ":\"10\"}"),
        ] {
            let other = Policy::of_bucket(&GOOD.replace(from, to)).expect(to);
            assert_eq!(other.statements, good.statements, "{to}");
        }
    }

    #[test]
    fn the_text_has_no_blanks_and_its_statements_under_the_name_that_clients_read() {
        let policy = Policy::of_user(r#"{ "version": "2.0", "statement": {"effect":"deny", "action":"*","resource":"*"} }"#);
        let text = policy.expect("good").text().to_owned();
        assert_eq!(text, r#"{"Statement":{"action":"*","effect":"deny","resource":"*"},"version":"2.0"}"#);
        assert_eq!(Policy::of_user(&text).expect("its own text").text(), text);
    }

    #[test]
    fn a_principal_may_stand_above_the_statements() {
        let shared = r#"{"principal":"*","statement":[{"effect":"deny","action":"*","resource":"*"},
            {"principal":"qcs::cam::uin/1:uin/11","effect":"allow","action":"*","resource":"*"}]}"#;
        let policy = Policy::of_bucket(shared).expect("good");
        assert_eq!(policy.statements[0].principals, [Principal::Everyone]);
        assert_eq!(policy.statements[1].principals, [Principal::Users("qcs::cam::uin/1:uin/11".to_owned())]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, expected) in [
            (GOOD, "", "the policy is not JSON: EOF"),
            (GOOD, "[]", "the policy is not a JSON object"),
            (GOOD, "{}", "the element statement is missing"),
            (GOOD, r#"{"statement":[]}"#, "the policy has no statement"),
            (GOOD, r#"{"statement":["x"]}"#, "statement 1: \"x\" is not a JSON object"),
            ("2.0", "2012-10-17", "the version is \"2012-10-17\"; it must be \"2.0\""),
            ("\"version\":\"2.0\"", "\"id\":1", "the policy has an element \"id\"; known are version, statement, principal"),
            ("\"version\":\"2.0\"", "\"Statement\":[]", "the policy has the element \"Statement\" more than once"),
            ("\"action\"", "\"notAction\"", "statement 1: it has an element \"notAction\""),
            ("principal", "sID", "statement 1: it has the element \"sID\" more than once"),
            ("\"sid\":\"one\",\"principal\"", "\"sid\"", "statement 1: the element principal is missing"),
            ("{\"qcs\":[\"qcs::cam::uin/1:uin/11\"]}", "{}", "statement 1: the principal names nobody"),
            ("\"qcs\"", "\"AWS\"", "statement 1: the principal has an element \"AWS\"; known are qcs, service"),
            ("qcs::cam::", "arn:", "statement 1: the principal \"arn:uin/1:uin/11\""),
            ("\"allow\"", "\"permit\"", "statement 1: the effect is \"permit\"; it must be \"allow\" or \"deny\""),
            ("name/cos:GetObject", "GetObject", "statement 1: the action \"GetObject\" is not written as in"),
            ("[\"name/cos:GetObject\"]", "[]", "statement 1: the element action is []; it must be a text or a list of texts"),
            ("[\"name/cos:GetObject\"]", "{}", "statement 1: the element action is {}"),
            ("qcs::cos", "cos", "statement 1: the resource \"cos:ap-guangzhou:uid/1:b-1/*\""),
            ("ip_equal", "ip_equals", "statement 1: the condition operator \"ip_equals\" is not known"),
            ("qcs:ip", "qcs:ips", "statement 1: the condition key \"qcs:ips\" is not one of"),
            ("10.0.0.0/8", "10", "statement 1: the value \"10\" is none for ip_equal"),
            ("\"10.0.0.0/8\"", "[]", "statement 1: the condition is {"),
            ("{\"qcs:ip\":\"10.0.0.0/8\"}", "\"x\"", "statement 1: the condition is {"),
        ] {
            let text = GOOD.replace(from, to);
            let Err(error) = Policy::of_bucket(&text) else { panic!("accepted: {text}") };
            assert!(error.message().starts_with(expected), "{} is not {expected}", error.message());
            assert_eq!(error.code(), ErrorCode::MalformedPolicy);
        }
    }

    #[test]
    fn a_users_policy_names_nobody() {
        let error = Policy::of_user(GOOD).expect_err("has a principal");
        assert_eq!(error.message(), "statement 1: the element principal is for the policies of buckets only");
        let without = GOOD.replace("\"principal\":{\"qcs\":[\"qcs::cam::uin/1:uin/11\"]},", "");
        Policy::of_user(&without).expect("good");
    }

    #[test]
    fn a_temporary_credentials_policy_names_nobody_or_everybody() {
        let everybody = GOOD.replace("qcs::cam::uin/1:uin/11", "*");
        let without = GOOD.replace("\"principal\":{\"qcs\":[\"qcs::cam::uin/1:uin/11\"]},", "");
        let statements = |text: &str| Policy::of_session(text).expect(text).statements;
        assert_eq!(statements(&everybody), statements(&without));
        assert!(Policy::of_session(GOOD).is_err() && Policy::of_user(&everybody).is_err());
    }

    #[test]
    fn it_has_at_most_20_kib() {
        let padded = |length: usize| format!("{GOOD}{}", " ".repeat(length - GOOD.len()));
        Policy::of_bucket(&padded(LARGEST_POLICY)).expect("just fits");
        let error = Policy::of_bucket(&padded(LARGEST_POLICY + 1)).expect_err("too long");
        assert_eq!(error.message(), "the policy has 20481 bytes; the most allowed are 20480");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", json in "[{}\\[\\]\":,a-z*]{0,60}") {
            let _ = Policy::of_bucket(&text);
            let _ = Policy::of_bucket(&json);
        }
    }
}
