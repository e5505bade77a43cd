//! Values of SQL expressions, and what one type is to another (Data Types, 436/32476).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use crate::codec::json;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::moment::Moment;
use crate::domain::select::number::Number;

/// The most characters of a value that an error shows.
const LONGEST_EXCERPT: usize = 60;

/// What an expression comes to. A text that stands where another type is needed is read as one, because all that a CSV object
/// holds is text and `s._3 > 100` is to work (436/32360; that the same goes for JSON strings is inferred).
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// There is no such field.
    Missing,
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Moment(Moment),
    /// A list or an object, as JSON.
    Json(Cow<'a, str>),
}

/// What CAST converts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Bool,
    Integer,
    Text,
    Float,
    Decimal,
    Moment,
}

impl<'a> Value<'a> {
    /// The value that a JSON text stands for.
    ///
    /// # Errors
    /// `JSONParsingError` for a string with half a surrogate pair.
    pub fn of_json(text: &'a str) -> Result<Self, Error> {
        Ok(match text.as_bytes().first() {
            None | Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'{' | b'[') => Self::Json(text.into()),
            Some(b'"') => Self::Text(json::string(text).ok_or_else(|| {
                ErrorCode::JSONParsingError.because(format!("the string {} holds half a surrogate pair", excerpt(text)))
            })?),
            Some(_) => text.parse().map_or_else(|_| Self::Text(text.into()), Self::Number),
        })
    }

    /// The same value, as long as this one lives.
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Missing => Value::Missing,
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Moment(moment) => Value::Moment(*moment),
            Self::Json(json) => Value::Json(Cow::Borrowed(json)),
        }
    }

    /// Whether this is NULL or MISSING.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Null | Self::Missing)
    }

    /// A number, or a text that is one.
    ///
    /// # Errors
    /// `CastFailed`.
    pub fn number(&self) -> Result<Number, Error> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => text.trim().parse().map_err(|_| self.cast_failed("a number")),
            _ => Err(self.cast_failed("a number")),
        }
    }

    /// A timestamp, or a text that is one.
    ///
    /// # Errors
    /// `CastFailed`.
    pub fn moment(&self) -> Result<Moment, Error> {
        match self {
            Self::Moment(moment) => Ok(*moment),
            Self::Text(text) => text.trim().parse().map_err(|_| self.cast_failed("a timestamp, such as 2007-04-05T14:30Z")),
            _ => Err(self.cast_failed("a timestamp, such as 2007-04-05T14:30Z")),
        }
    }

    /// True or false, or a text that says so; unknown for NULL and MISSING.
    ///
    /// # Errors
    /// `CastFailed`.
    pub fn truth(&self) -> Result<Option<bool>, Error> {
        match self {
            Self::Null | Self::Missing => Ok(None),
            Self::Bool(bool) => Ok(Some(*bool)),
            Self::Text(text) if text.trim().eq_ignore_ascii_case("true") => Ok(Some(true)),
            Self::Text(text) if text.trim().eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => Err(self.cast_failed("true or false")),
        }
    }

    /// Any value but a list or an object as text; that of NULL and MISSING is empty.
    ///
    /// # Errors
    /// `CastFailed`.
    pub fn text(self) -> Result<Cow<'a, str>, Error> {
        match self {
            Self::Json(_) => Err(self.cast_failed("a string")),
            _ => Ok(self.into_text()),
        }
    }

    /// The value as it stands in a CSV result: as text, nothing for NULL and MISSING, JSON for lists and objects.
    pub fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Missing | Self::Null => Cow::Borrowed(""),
            Self::Bool(bool) => Cow::Borrowed(if bool { "true" } else { "false" }),
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => text,
            Self::Moment(moment) => moment.to_string().into(),
            Self::Json(json) => {
                let mut compact = Vec::with_capacity(json.len());
                json::write_compact(&json, &mut compact);
                String::from_utf8(compact).map_or(json, Cow::Owned)
            }
        }
    }

    /// Appends the value as JSON; MISSING is null.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        match self {
            Self::Missing | Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(bool) => out.extend_from_slice(if *bool { b"true" } else { b"false" }),
            Self::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Text(text) => json::write_string(text, out),
            Self::Moment(moment) => json::write_string(&moment.to_string(), out),
            Self::Json(json) => json::write_compact(json, out),
        }
    }

    /// The order of two values that are there; `None` when their types have none.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(_), _) | (_, Value::Number(_)) => self.number().ok()?.compare(other.number().ok()?),
            (Self::Moment(_), _) | (_, Value::Moment(_)) => Some(self.moment().ok()?.compare(other.moment().ok()?)),
            (Self::Bool(_), _) | (_, Value::Bool(_)) => Some(self.truth().ok()??.cmp(&other.truth().ok()??)),
            (Self::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Self::Json(_), Value::Json(_)) if self.is_same(other) => Some(Ordering::Equal),
            _ => None,
        }
    }

    /// Whether the values are of one type and equal, as NULLIF asks; two absent ones are.
    pub fn is_same(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Text(a), Value::Text(b)) => a == b,
            (Self::Text(_), _) | (_, Value::Text(_)) => false,
            (Self::Json(_), Value::Json(_)) => self.borrowed().into_text() == other.borrowed().into_text(),
            _ if self.is_absent() || other.is_absent() => self.is_absent() && other.is_absent(),
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// CAST; NULL and MISSING stay what they are.
    ///
    /// # Errors
    /// `CastFailed`.
    pub fn cast(self, to: Type) -> Result<Self, Error> {
        if self.is_absent() {
            return Ok(self);
        }
        Ok(match to {
            Type::Bool => match &self {
                Self::Number(number) => Self::Bool(number.compare(Number::Integer(0)) != Some(Ordering::Equal)),
                _ => Self::Bool(self.truth()?.unwrap_or_default()),
            },
            Type::Integer => match &self {
                Self::Bool(bool) => Self::Number(Number::Integer(i64::from(*bool))),
                _ => {
                    let integer = self.number()?.integer().ok_or_else(|| self.cast_failed("an integer of 8 bytes"))?;
                    Self::Number(Number::Integer(integer))
                }
            },
            Type::Text => Self::Text(self.into_text()),
            Type::Float => Self::Number(Number::Float(self.number()?.float())),
            Type::Decimal => {
                let decimal = self.number()?.decimal().ok_or_else(|| self.cast_failed("a decimal of 28 digits"))?;
                Self::Number(Number::Decimal(decimal))
            }
            Type::Moment => Self::Moment(self.moment()?),
        })
    }

    fn cast_failed(&self, wanted: &str) -> Error {
        ErrorCode::CastFailed.because(format!("{self} is not {wanted}"))
    }
}

/// For errors: texts in quotes, long values cut short.
impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("MISSING"),
            Self::Null => formatter.write_str("NULL"),
            Self::Text(text) => write!(formatter, "{:?}", excerpt(text)),
            _ => formatter.write_str(&excerpt(&self.borrowed().into_text())),
        }
    }
}

/// The beginning of a text, for errors.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_EXCERPT) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value<'_> {
        Value::of_json(text).expect(text)
    }

    fn moment(text: &str) -> Value<'static> {
        Value::Moment(text.parse().expect(text))
    }

    #[test]
    fn json_is_read_as_values_and_written_back() {
        for text in ["null", "true", "false", "1", "-1.50", "\"a\\\"é\"", "[1,2]", "{\"b\":1,\"a\":[]}"] {
            let mut written = Vec::new();
            json(text).write_json(&mut written);
            assert_eq!(String::from_utf8(written).expect("UTF-8"), text);
        }
        assert_eq!(json("{ \"a\" : 1 }").into_text(), "{\"a\":1}");
        assert_eq!(Value::of_json("\"\\ud800\"").expect_err("half a pair").code(), ErrorCode::JSONParsingError);
    }

    #[test]
    fn texts_compare_with_other_types_as_if_they_were_of_them() {
        for (a, b, expected) in [
            (json("\"10\""), json("9"), Some(Ordering::Greater)),
            (json("\"10\""), json("\"9\""), Some(Ordering::Less)),
            (json("\" 9 \""), json("9.0"), Some(Ordering::Equal)),
            (json("\"x\""), json("9"), None),
            (json("\"TRUE\""), json("true"), Some(Ordering::Equal)),
            (json("true"), json("1"), None),
            (json("\"2010T\""), moment("2010-01-01"), Some(Ordering::Equal)),
            (moment("2010T"), json("1"), None),
            (json("[1]"), json("[ 1 ]"), Some(Ordering::Equal)),
            (json("[1]"), json("[2]"), None),
            (json("[1]"), json("1"), None),
        ] {
            assert_eq!(a.compare(&b), expected, "{a} {b}");
            assert_eq!(b.compare(&a), expected.map(Ordering::reverse), "{b} {a}");
        }
    }

    #[test]
    fn the_same_is_of_one_type() {
        for (a, b, expected) in
            [("1", "1.0", true), ("1", "\"1\"", false), ("null", "null", true), ("null", "0", false), ("[1]", "[1]", true)]
        {
            assert_eq!(json(a).is_same(&json(b)), expected, "{a} {b}");
        }
        assert!(Value::Missing.is_same(&Value::Null));
    }

    #[test]
    fn casting_converts_or_names_what_it_cannot() {
        for (value, to, expected) in [
            ("\"0.456\"", Type::Float, "0.456"),
            ("0.456", Type::Float, "0.456"),
            ("\" 7 \"", Type::Integer, "7"),
            ("7.9", Type::Integer, "7"),
            ("true", Type::Integer, "1"),
            ("1e2", Type::Decimal, "100"),
            ("7", Type::Text, "7"),
            ("[1, 2]", Type::Text, "[1,2]"),
            ("0", Type::Bool, "false"),
            ("\"True\"", Type::Bool, "true"),
            ("\"2007-04-05T14:30Z\"", Type::Moment, "2007-04-05T14:30Z"),
            ("null", Type::Integer, ""),
        ] {
            assert_eq!(json(value).cast(to).expect(value).into_text(), expected, "{value} {to:?}");
        }
        for (value, to, message) in [
            ("\"x\"", Type::Integer, "\"x\" is not a number"),
            ("\"\"", Type::Decimal, "\"\" is not a number"),
            ("1e30", Type::Integer, "1e30 is not an integer of 8 bytes"),
            ("1e300", Type::Decimal, "1e300 is not a decimal of 28 digits"),
            ("[1]", Type::Float, "[1] is not a number"),
            ("\"maybe\"", Type::Bool, "\"maybe\" is not true or false"),
            ("\"yesterday\"", Type::Moment, "\"yesterday\" is not a timestamp, such as 2007-04-05T14:30Z"),
        ] {
            let error = json(value).cast(to).expect_err(value);
            assert_eq!((error.code(), error.message()), (ErrorCode::CastFailed, message));
        }
    }

    #[test]
    fn long_values_are_cut_short_in_errors() {
        let text = Value::Text("é".repeat(1000).into());
        assert_eq!(text.to_string(), format!("\"{}...\"", "é".repeat(60)));
    }
}
