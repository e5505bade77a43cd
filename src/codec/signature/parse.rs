//! The `q-…` fields of an authorization text.

use std::str::FromStr;

/// The seven fields of a COS authorization. Lists hold the names as sent, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    pub secret_id: String,
    pub sign_time: TimeSpan,
    pub key_time: TimeSpan,
    pub header_list: Vec<String>,
    pub url_param_list: Vec<String>,
    /// 40 lower-case hex digits when well formed; compared, never trusted.
    pub signature: String,
}

/// The four `q-…` fields of a form that sign its policy (POST Object, 436/14690).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySignature {
    pub secret_id: String,
    pub key_time: TimeSpan,
    /// 40 lower-case hex digits when well formed; compared, never trusted.
    pub signature: String,
}

/// `start;end` in Unix seconds, with the text as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeSpan {
    text: String,
    pub start: i64,
    pub end: i64,
}

/// Which field of an authorization is missing or unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is missing or malformed")]
pub struct MalformedAuthorization {
    pub field: &'static str,
}

impl Authorization {
    /// Builds from fields looked up by name, as the split query form carries them.
    ///
    /// # Errors
    /// The first field that is missing or unusable; the two lists may be absent.
    pub fn from_fields<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<Self, MalformedAuthorization> {
        check_algorithm(&field)?;
        let list = |name| names(field(name).unwrap_or_default());
        Ok(Self {
            secret_id: required(&field, "q-ak")?.to_owned(),
            sign_time: span(&field, "q-sign-time")?,
            key_time: span(&field, "q-key-time")?,
            header_list: list("q-header-list"),
            url_param_list: list("q-url-param-list"),
            signature: required(&field, "q-signature")?.to_owned(),
        })
    }
}

impl PolicySignature {
    /// Builds from a form's fields, looked up by name.
    ///
    /// # Errors
    /// The first field that is missing or unusable.
    pub fn from_fields<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<Self, MalformedAuthorization> {
        check_algorithm(&field)?;
        Ok(Self {
            secret_id: required(&field, "q-ak")?.to_owned(),
            key_time: span(&field, "q-key-time")?,
            signature: required(&field, "q-signature")?.to_owned(),
        })
    }
}

fn check_algorithm<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<(), MalformedAuthorization> {
    let name = "q-sign-algorithm";
    if required(field, name)?.eq_ignore_ascii_case("sha1") { Ok(()) } else { Err(MalformedAuthorization { field: name }) }
}

fn required<'a>(field: impl Fn(&str) -> Option<&'a str>, name: &'static str) -> Result<&'a str, MalformedAuthorization> {
    field(name).filter(|value| !value.is_empty()).ok_or(MalformedAuthorization { field: name })
}

fn span<'a>(field: impl Fn(&str) -> Option<&'a str>, name: &'static str) -> Result<TimeSpan, MalformedAuthorization> {
    required(field, name)?.parse().map_err(|()| MalformedAuthorization { field: name })
}

impl FromStr for Authorization {
    type Err = MalformedAuthorization;

    /// Reads the header form, `q-sign-algorithm=sha1&q-ak=…`; the order of fields is free (COSFS swaps the lists).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let field = |name: &str| {
            text.trim().split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
        };
        Self::from_fields(field)
    }
}

impl TimeSpan {
    /// The text as sent, which is what was signed.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for TimeSpan {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (start, end) = text.split_once(';').ok_or(())?;
        let seconds = |part: &str| part.parse().map_err(|_| ());
        Ok(Self { text: text.to_owned(), start: seconds(start)?, end: seconds(end)? })
    }
}

/// Splits a list at `;`; browsers send it encoded once more in presigned URLs, which the query's decoding has undone.
fn names(list: &str) -> Vec<String> {
    list.split(';').filter(|name| !name.is_empty()).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "q-sign-algorithm=sha1&q-ak=AKID&q-sign-time=1;2&q-key-time=3;4&q-url-param-list=partNumber;uploadId\
        &q-header-list=host&q-signature=ab";

    #[test]
    fn fields_may_come_in_any_order() {
        let parsed: Authorization = TEXT.parse().expect("well-formed");
        assert_eq!(parsed.secret_id, "AKID");
        assert_eq!((parsed.sign_time.start, parsed.key_time.end), (1, 4));
        assert_eq!(parsed.url_param_list, ["partnumber", "uploadid"]);
        assert_eq!(parsed.header_list, ["host"]);
    }

    #[test]
    fn the_unusable_field_is_named() {
        for (from, to, field) in [
            ("sha1", "md5", "q-sign-algorithm"),
            ("q-ak=AKID", "q-ak=", "q-ak"),
            ("q-sign-time=1;2", "q-sign-time=1", "q-sign-time"),
            ("q-key-time=3;4", "q-key-time=3;x", "q-key-time"),
            ("q-signature=ab", "", "q-signature"),
        ] {
            assert_eq!(TEXT.replace(from, to).parse::<Authorization>(), Err(MalformedAuthorization { field }));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_the_parser(text in "\\PC*", tail in "[q;=&a-z0-9-]{0,60}") {
            let _ = text.parse::<Authorization>();
            let _ = format!("{TEXT}{tail}").parse::<Authorization>();
        }
    }
}
