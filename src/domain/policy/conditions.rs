//! When a statement holds: operators over what is known of a request (Conditions, 436/46206).

use std::borrow::Cow;
use std::net::IpAddr;
use std::str::FromStr;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::Facts;
use crate::domain::wildcard::fits;

macro_rules! condition_keys {
    ($($name:ident $text:literal,)+) => {
        /// What a condition can ask about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ConditionKey { $(#[doc = concat!("`", $text, "`")] $name,)+ }

        impl ConditionKey {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it stands in a policy.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

condition_keys! {
    Ip "qcs:ip",
    RequestTag "qcs:request_tag",
    Vpc "qcs:vpc",
    RequesterVpc "vpc:requester_vpc",
    SecureTransport "cos:secure-transport",
    TlsVersion "cos:tls-version",
    StorageClass "cos:x-cos-storage-class",
    VersionId "cos:versionid",
    Prefix "cos:prefix",
    Acl "cos:x-cos-acl",
    ContentLength "cos:content-length",
    ContentType "cos:content-type",
    ResponseContentType "cos:response-content-type",
    ForbidOverwrite "cos:x-cos-forbid-overwrite",
}

impl FromStr for ConditionKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|key| key.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|key| key.name()).collect();
            ErrorCode::MalformedPolicy.because(format!("the condition key {text:?} is not one of {}", names.join(", ")))
        })
    }
}

/// One operator over one key. Several values are alternatives (inferred from CAM); a negation denies them all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    key: ConditionKey,
    test: Test,
    /// `_if_exist`: holds where the request has nothing of the kind, which any other does not.
    holds_if_absent: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Text(Relation, Vec<String>),
    Address {
        is_negated: bool,
        networks: Vec<Network>,
    },
    Number(Comparison, Vec<f64>),
    Bool(Vec<bool>),
    /// `for_all_value:`: the request's values are among these.
    Subset(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Relation {
    /// Also `for_any_value:`: one of the request's values is among these.
    Equal,
    NotEqual,
    Like,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Condition {
    /// # Errors
    /// `MalformedPolicy` for an unknown operator or key, and for a value that the operator cannot be applied to.
    pub(super) fn new(operator: &str, key: &str, values: Vec<String>) -> Result<Self, Error> {
        let lower = operator.to_ascii_lowercase();
        let (name, holds_if_absent) = match lower.strip_suffix("_if_exist") {
            Some(name) => (name, true),
            None => (lower.as_str(), false),
        };
        let text = |relation, values| Ok(Test::Text(relation, values));
        let number = |comparison, values: Vec<String>| Ok(Test::Number(comparison, parse_all(operator, &values, number)?));
        let test = match name {
            "string_equal" | "for_any_value:string_equal" => text(Relation::Equal, values),
            "string_not_equal" => text(Relation::NotEqual, values),
            "string_like" => text(Relation::Like, values),
            "for_all_value:string_equal" => Ok(Test::Subset(values)),
            "ip_equal" | "ip_not_equal" => {
                let networks = parse_all(operator, &values, |text| text.parse().ok())?;
                Ok(Test::Address { is_negated: name == "ip_not_equal", networks })
            }
            "numeric_equal" => number(Comparison::Equal, values),
            "numeric_not_equal" => number(Comparison::NotEqual, values),
            "numeric_greater_than" => number(Comparison::Greater, values),
            "numeric_greater_than_equal" => number(Comparison::GreaterOrEqual, values),
            "numeric_less_than" => number(Comparison::Less, values),
            "numeric_less_than_equal" => number(Comparison::LessOrEqual, values),
            "bool_equal" => Ok(Test::Bool(parse_all(operator, &values, |text| text.to_ascii_lowercase().parse().ok())?)),
            _ => Err(ErrorCode::MalformedPolicy.because(format!(
                "the condition operator {operator:?} is not known; those for texts, addresses, numbers and truth are \
                 string_equal, ip_equal, numeric_equal and bool_equal, and their kin"
            ))),
        }?;
        Ok(Self { key: key.parse()?, test, holds_if_absent })
    }

    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        let values = facts.values(self.key);
        if values.is_empty() { self.holds_if_absent } else { self.test.holds(&values) }
    }
}

impl Test {
    fn holds(&self, given: &[Cow<'_, str>]) -> bool {
        match self {
            Self::Text(Relation::Equal, texts) => given.iter().any(|given| texts.iter().any(|text| text == given)),
            Self::Text(Relation::NotEqual, texts) => given.iter().all(|given| texts.iter().all(|text| text != given)),
            Self::Text(Relation::Like, texts) => given.iter().any(|given| texts.iter().any(|text| fits(text, given))),
            Self::Subset(texts) => given.iter().all(|given| texts.iter().any(|text| text == given)),
            Self::Address { is_negated, networks } => given.iter().any(|given| match given.parse() {
                Ok(address) => networks.iter().any(|network| network.contains(address)) != *is_negated,
                Err(_) => false,
            }),
            Self::Number(comparison, numbers) => {
                given.iter().any(|given| number(given).is_some_and(|given| comparison.holds(given, numbers)))
            }
            Self::Bool(bools) => given.iter().any(|given| bools.iter().any(|is_true| given == &is_true.to_string())),
        }
    }
}

impl Comparison {
    fn holds(self, given: f64, numbers: &[f64]) -> bool {
        match self {
            Self::NotEqual => numbers.iter().all(|number| given != *number),
            Self::Equal => numbers.contains(&given),
            Self::Greater => numbers.iter().any(|number| given > *number),
            Self::GreaterOrEqual => numbers.iter().any(|number| given >= *number),
            Self::Less => numbers.iter().any(|number| given < *number),
            Self::LessOrEqual => numbers.iter().any(|number| given <= *number),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn parse_all<T>(operator: &str, values: &[String], parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Error> {
    let parsed = values.iter().map(|value| {
        parse(value).ok_or_else(|| ErrorCode::MalformedPolicy.because(format!("the value {value:?} is none for {operator}")))
    });
    parsed.collect()
}

/// An address, or a block of them such as `10.0.0.0/8`.
#[derive(Debug, Clone, PartialEq)]
struct Network {
    address: IpAddr,
    /// How many leading bits count.
    length: u32,
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(32 - self.length).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(128 - self.length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(longest), str::parse).map_err(|_| ())?;
        if length > longest { Err(()) } else { Ok(Self { address, length }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every key has these values.
    struct Given(&'static [&'static str]);

    impl Facts for Given {
        fn values(&self, _: ConditionKey) -> Vec<Cow<'_, str>> {
            self.0.iter().map(|value| Cow::Borrowed(*value)).collect()
        }
    }

    fn holds(operator: &str, values: &[&str], given: &'static [&'static str]) -> bool {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Condition::new(operator, "cos:prefix", values).expect(operator).holds(&Given(given))
    }

    #[test]
    fn each_operator_does_what_its_name_says() {
        for (operator, values, holding, failing) in [
            ("string_equal", &["a", "b"][..], &["b"][..], &["B"][..]),
            ("String_Equal", &["a"], &["a"], &["A"]),
            ("string_not_equal", &["a", "b"], &["c"], &["b"]),
            ("string_like", &["img/*", "*.txt"], &["x.txt"], &["x.png"]),
            ("ip_equal", &["10.0.0.0/8", "192.168.1.7"], &["10.1.2.3"], &["192.168.1.8"]),
            ("ip_equal", &["0.0.0.0/0"], &["8.8.8.8"], &["::1"]),
            ("ip_equal", &["192.168.1.7"], &["::ffff:192.168.1.7"], &["not an address"]),
            ("ip_equal", &["2001:db8::/32"], &["2001:db8:1::1"], &["2001:db9::1"]),
            ("ip_not_equal", &["10.0.0.0/8", "::1"], &["11.0.0.1"], &["::1"]),
            ("numeric_equal", &["1.2", "10"], &["10"], &["11"]),
            ("numeric_not_equal", &["1", "2"], &["3"], &["2"]),
            ("numeric_greater_than", &["5"], &["6"], &["5"]),
            ("numeric_greater_than_equal", &["5"], &["5"], &["4"]),
            ("numeric_less_than", &["5"], &["4"], &["5"]),
            ("numeric_less_than_equal", &["5"], &["5"], &["x"]),
            ("bool_equal", &["true"], &["true"], &["false"]),
            ("bool_equal", &["False"], &["false"], &["true"]),
            ("for_any_value:string_equal", &["a", "b"], &["x", "b"], &["x", "y"]),
            ("for_all_value:string_equal", &["a", "b", "c"], &["b", "a"], &["a", "x"]),
        ] {
            assert!(holds(operator, values, holding), "{operator} {values:?} {holding:?}");
            assert!(!holds(operator, values, failing), "{operator} {values:?} {failing:?}");
            assert!(!holds(operator, values, &[]), "{operator} holds of what is absent");
            let if_exist = format!("{operator}_if_exist");
            assert!(holds(&if_exist, values, &[]) && !holds(&if_exist, values, failing), "{if_exist}");
        }
    }

    #[test]
    fn what_is_not_known_or_not_fitting_is_named() {
        let refusal = |operator: &str, key: &str, value: &str| {
            let error = Condition::new(operator, key, vec![value.to_owned()]).expect_err(operator);
            assert_eq!(error.code(), ErrorCode::MalformedPolicy);
            error.message().to_owned()
        };
        assert!(refusal("string_equals", "cos:prefix", "a").contains("\"string_equals\""));
        assert!(refusal("string_equal", "qcs:resource_tag", "a").contains("\"qcs:resource_tag\" is not one of qcs:ip, "));
        for (operator, value) in [
            ("ip_equal", "10.0.0.0/33"),
            ("ip_equal", "10.0.0"),
            ("ip_not_equal", "::1/129"),
            ("numeric_equal", "inf"),
            ("numeric_less_than", ""),
            ("bool_equal", "yes"),
        ] {
            assert_eq!(refusal(operator, "qcs:ip", value), format!("the value {value:?} is none for {operator}"));
        }
    }

    #[test]
    fn each_key_is_known_by_its_name() {
        for key in ConditionKey::ALL {
            assert_eq!(key.name().parse::<ConditionKey>().expect("its name"), *key);
            assert_eq!(key.name().to_uppercase().parse::<ConditionKey>().expect("in any case"), *key);
        }
    }
}
