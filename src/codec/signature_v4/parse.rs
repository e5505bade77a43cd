//! The parts of an authorization, from a header, a query or a form.

use std::fmt;
use std::str::FromStr;

use crate::codec::signature_v4::ALGORITHM;

/// Who signed, what, and for where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    pub credential: Credential,
    /// In lower case, in the order sent, which is part of what is signed.
    pub signed_headers: Vec<String>,
    /// 64 lower-case hex digits when well formed; compared, never trusted.
    pub signature: String,
}

/// `<secret id>/<scope>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub secret_id: String,
    pub scope: Scope,
}

/// Day, region and service that a signature is good for; written `20130524/us-east-1/s3/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Eight digits.
    pub date: String,
    pub region: String,
    pub service: String,
}

/// An authorization in a query, with the texts that only a query has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    pub authorization: Authorization,
    /// As in `20130524T000000Z`.
    pub date_time: String,
    /// Seconds, 1 to [`LONGEST_EXPIRY`].
    pub expires: u32,
}

/// Seven days, in seconds.
pub const LONGEST_EXPIRY: u32 = 604_800;

/// The fields of a form that sign its policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySignature {
    pub credential: Credential,
    /// As in `20130524T000000Z`.
    pub date_time: String,
    pub signature: String,
}

/// Which part is missing or unusable, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part} is missing or malformed; it must be {expected}")]
pub struct MalformedAuthorization {
    pub part: &'static str,
    pub expected: &'static str,
}

const CREDENTIAL: &str = "<secret id>/<yyyymmdd>/<region>/s3/aws4_request";
const SIGNED_HEADERS: &str = "names of headers in lower case, joined by semicolons, host among them";
const SIGNATURE: &str = "64 lower-case hex digits";
const DATE_TIME: &str = "as in 20130524T000000Z";

impl FromStr for Authorization {
    type Err = MalformedAuthorization;

    /// Reads the header form, `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; the blanks behind the commas may be
    /// missing, and the order is free.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.strip_prefix(ALGORITHM).unwrap_or_default();
        let part = |name: &'static str, expected| {
            let pairs = parts.split(',').filter_map(|pair| pair.trim().split_once('='));
            required(pairs.filter(|(given, _)| *given == name).map(|(_, value)| value).next(), name, expected)
        };
        Ok(Self {
            credential: credential(part("Credential", CREDENTIAL)?, "Credential")?,
            signed_headers: signed_headers(part("SignedHeaders", SIGNED_HEADERS)?, "SignedHeaders")?,
            signature: part("Signature", SIGNATURE)?.to_owned(),
        })
    }
}

impl Presigned {
    /// Builds from parameters looked up by name.
    ///
    /// # Errors
    /// The first parameter that is missing or unusable.
    pub fn from_fields<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<Self, MalformedAuthorization> {
        check_algorithm(field("X-Amz-Algorithm"), "X-Amz-Algorithm")?;
        let (name, expected) = ("X-Amz-Expires", "a number of seconds from 1 to 604800");
        let expires =
            required(field(name), name, expected)?.parse().ok().filter(|seconds| (1..=LONGEST_EXPIRY).contains(seconds));
        Ok(Self {
            authorization: Authorization {
                credential: credential(field("X-Amz-Credential").unwrap_or_default(), "X-Amz-Credential")?,
                signed_headers: signed_headers(field("X-Amz-SignedHeaders").unwrap_or_default(), "X-Amz-SignedHeaders")?,
                signature: required(field("X-Amz-Signature"), "X-Amz-Signature", SIGNATURE)?.to_owned(),
            },
            date_time: required(field("X-Amz-Date"), "X-Amz-Date", DATE_TIME)?.to_owned(),
            expires: expires.ok_or(MalformedAuthorization { part: name, expected })?,
        })
    }
}

impl PolicySignature {
    /// Builds from a form's fields, looked up by name in lower case.
    ///
    /// # Errors
    /// The first field that is missing or unusable.
    pub fn from_fields<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<Self, MalformedAuthorization> {
        check_algorithm(field("x-amz-algorithm"), "x-amz-algorithm")?;
        Ok(Self {
            credential: credential(field("x-amz-credential").unwrap_or_default(), "x-amz-credential")?,
            date_time: required(field("x-amz-date"), "x-amz-date", DATE_TIME)?.to_owned(),
            signature: required(field("x-amz-signature"), "x-amz-signature", SIGNATURE)?.to_owned(),
        })
    }
}

fn check_algorithm(given: Option<&str>, part: &'static str) -> Result<(), MalformedAuthorization> {
    if given == Some(ALGORITHM) { Ok(()) } else { Err(MalformedAuthorization { part, expected: ALGORITHM }) }
}

fn required<'a>(value: Option<&'a str>, part: &'static str, expected: &'static str) -> Result<&'a str, MalformedAuthorization> {
    value.filter(|value| !value.is_empty()).ok_or(MalformedAuthorization { part, expected })
}

/// A secret id may hold slashes, so the text is read from its end.
fn credential(text: &str, part: &'static str) -> Result<Credential, MalformedAuthorization> {
    let malformed = MalformedAuthorization { part, expected: CREDENTIAL };
    let parts: Vec<&str> = text.rsplitn(5, '/').collect();
    let [Scope::TERMINATOR, "s3", region, date, secret_id] = parts[..] else { return Err(malformed) };
    let is_date = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    if !is_date || region.is_empty() || secret_id.is_empty() {
        return Err(malformed);
    }
    let scope = Scope { date: date.to_owned(), region: region.to_owned(), service: "s3".to_owned() };
    Ok(Credential { secret_id: secret_id.to_owned(), scope })
}

/// Without the host a signature would be good for any server.
fn signed_headers(text: &str, part: &'static str) -> Result<Vec<String>, MalformedAuthorization> {
    let names: Vec<String> = text.split(';').map(str::to_ascii_lowercase).collect();
    let is_right = names.iter().any(|name| name == "host") && names.iter().all(|name| !name.is_empty());
    if is_right { Ok(names) } else { Err(MalformedAuthorization { part, expected: SIGNED_HEADERS }) }
}

impl Scope {
    /// The last word of every scope.
    pub const TERMINATOR: &'static str = "aws4_request";
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, region, service } = self;
        write!(formatter, "{date}/{region}/{service}/{}", Self::TERMINATOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str =
        "AWS4-HMAC-SHA256 Credential=AK/ID/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range, Signature=ab";

    const FIELDS: [(&str, &str); 6] = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", "AKID/20130524/ap-x/s3/aws4_request"),
        ("X-Amz-Date", "20130524T000000Z"),
        ("X-Amz-Expires", "86400"),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Signature", "ab"),
    ];

    fn presigned(name: &str, value: &'static str) -> Result<Presigned, MalformedAuthorization> {
        let value = |(given, usual): (&str, &'static str)| if given == name { value } else { usual };
        Presigned::from_fields(|asked| FIELDS.into_iter().find(|(given, _)| *given == asked).map(value))
    }

    #[test]
    fn a_header_is_read_with_and_without_blanks_in_any_order() {
        let parsed: Authorization = TEXT.parse().expect("well-formed");
        assert_eq!((parsed.credential.secret_id.as_str(), parsed.signature.as_str()), ("AK/ID", "ab"));
        assert_eq!(parsed.credential.scope.to_string(), "20130524/us-east-1/s3/aws4_request");
        assert_eq!(parsed.signed_headers, ["host", "range"]);
        assert_eq!(TEXT.replace(", ", ",").parse(), Ok(parsed.clone()));
        let turned = "AWS4-HMAC-SHA256 Signature=ab,SignedHeaders=host;range,Credential=AK/ID/20130524/us-east-1/s3/aws4_request";
        assert_eq!(turned.parse(), Ok(parsed));
    }

    #[test]
    fn the_unusable_part_of_a_header_is_named() {
        for (from, to, part) in [
            ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "Credential"),
            ("AK/ID/20130524", "20130524", "Credential"),
            ("20130524", "2013-5-4", "Credential"),
            ("us-east-1", "", "Credential"),
            ("s3/", "sts/", "Credential"),
            ("aws4_request", "aws5", "Credential"),
            ("host;range", "range", "SignedHeaders"),
            ("host;range", "host;;range", "SignedHeaders"),
            ("Signature=ab", "Signature=", "Signature"),
        ] {
            assert_eq!(TEXT.replace(from, to).parse::<Authorization>().expect_err(to).part, part);
        }
    }

    #[test]
    fn the_unusable_parameter_of_a_query_is_named() {
        assert_eq!(presigned("", "").expect("well-formed").expires, 86400);
        for (name, _) in FIELDS {
            assert_eq!(presigned(name, "").expect_err(name).part, name);
        }
        for expires in ["0", "604801", "-1", "1.5"] {
            assert_eq!(presigned("X-Amz-Expires", expires).expect_err(expires).part, "X-Amz-Expires");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_the_parser(text in "\\PC*", tail in "[/=;, a-z0-9-]{0,60}") {
            let _ = text.parse::<Authorization>();
            let _ = format!("{ALGORITHM} Credential={tail},SignedHeaders=host,Signature={text}").parse::<Authorization>();
        }
    }
}
