//! What a SELECT Object Content asks for beside its expression (436/32360).

use std::str::FromStr;

use crate::codec::csv::Layout;
use crate::domain::error::{Error, ErrorCode};

/// How the object is compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    #[default]
    None,
    Gzip,
    Bzip2,
}

/// What the object's text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Csv(CsvInput),
    /// One value a line.
    JsonLines,
    /// Values over any number of lines; each is a record, and so as short as a record must be (inferred).
    JsonDocument,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvInput {
    pub header: FileHeaderInfo,
    pub layout: Layout,
    /// A record that begins with this byte is passed over.
    pub comment: u8,
    /// Whether a record delimiter in quotes is text.
    pub has_quoted_delimiters: bool,
}

/// What the first record of a CSV object is. Without the parameter it is no record, as Java's SelectObjectTest has it; that it names
/// the fields then is inferred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileHeaderInfo {
    /// A record as any other.
    None,
    /// The names of the fields.
    #[default]
    Use,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    Document,
    Lines,
}

/// When fields of a CSV result are in quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QuoteFields {
    Always,
    #[default]
    AsNeeded,
}

/// A parameter that is `TRUE` or `FALSE`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

/// Reads one of a few words, in any case; `None` for another.
fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim())).map(|(_, value)| *value)
}

impl FromStr for Compression {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        word(text, &[("NONE", Self::None), ("GZIP", Self::Gzip), ("BZIP2", Self::Bzip2)]).ok_or_else(|| {
            ErrorCode::InvalidCompressionFormat.because(format!("CompressionType is {text:?}; it must be NONE, GZIP or BZIP2"))
        })
    }
}

impl FromStr for FileHeaderInfo {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        word(text, &[("NONE", Self::None), ("USE", Self::Use), ("IGNORE", Self::Ignore)]).ok_or_else(|| {
            ErrorCode::InvalidFileHeaderInfo.because(format!("FileHeaderInfo is {text:?}; it must be NONE, USE or IGNORE"))
        })
    }
}

impl FromStr for JsonType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        word(text, &[("DOCUMENT", Self::Document), ("LINES", Self::Lines)]).ok_or_else(|| {
            ErrorCode::InvalidJsonType.because(format!("the Type of JSON is {text:?}; it must be DOCUMENT or LINES"))
        })
    }
}

impl FromStr for QuoteFields {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        word(text, &[("ALWAYS", Self::Always), ("ASNEEDED", Self::AsNeeded)]).ok_or_else(|| {
            ErrorCode::InvalidQuoteFields.because(format!("QuoteFields is {text:?}; it must be ALWAYS or ASNEEDED"))
        })
    }
}

impl FromStr for Flag {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let flag = word(text, &[("TRUE", Self(true)), ("FALSE", Self(false))]);
        flag.ok_or_else(|| ErrorCode::InvalidRequestParameter.because(format!("{text:?} must be TRUE or FALSE")))
    }
}

/// What stands between records, or is a byte of its own: text as the request has it, with `\n`, `\r` and `\t` written out or not.
fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
}

/// Reads a record delimiter.
///
/// # Errors
/// `InvalidRequestParameter` unless it is one or two bytes; `name` is for the message.
pub fn record_delimiter(name: &str, text: &str) -> Result<String, Error> {
    let delimiter = unescaped(text);
    if matches!(delimiter.len(), 1 | 2) {
        return Ok(delimiter);
    }
    Err(ErrorCode::InvalidRequestParameter.because(format!("{name} is {text:?}; it must be one or two bytes")))
}

/// Reads a delimiter of fields, a quote, an escape or a comment's mark.
///
/// # Errors
/// `InvalidRequestParameter` unless it is one byte; `name` is for the message.
pub fn single_byte(name: &str, text: &str) -> Result<u8, Error> {
    match unescaped(text).as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(ErrorCode::InvalidRequestParameter.because(format!("{name} is {text:?}; it must be one byte"))),
    }
}

/// Refuses a layout in which fields, records and quotes cannot be told apart (inferred).
///
/// # Errors
/// `InvalidRequestParameter`.
pub fn distinct(layout: Layout) -> Result<Layout, Error> {
    let records = layout.record_delimiter.as_bytes();
    let is_distinct = layout.field_delimiter != layout.quote
        && layout.field_delimiter != layout.escape
        && [layout.field_delimiter, layout.quote, layout.escape].iter().all(|byte| !records.contains(byte));
    if is_distinct {
        return Ok(layout);
    }
    let message = "RecordDelimiter, FieldDelimiter and QuoteCharacter must be different, and QuoteEscapeCharacter no delimiter";
    Err(ErrorCode::InvalidRequestParameter.because(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(
            ["None", "gzip", " BZIP2\n"].map(|text| text.parse().ok()),
            [Some(Compression::None), Some(Compression::Gzip), Some(Compression::Bzip2)]
        );
        assert_eq!("Use".parse().ok(), Some(FileHeaderInfo::Use));
        assert_eq!(("lines".parse().ok(), "ALWAYS".parse().ok()), (Some(JsonType::Lines), Some(QuoteFields::Always)));
        assert_eq!("true".parse().ok(), Some(Flag(true)));
    }

    #[test]
    fn other_words_have_their_codes() {
        assert_eq!("ZIP".parse::<Compression>().expect_err("unknown").code(), ErrorCode::InvalidCompressionFormat);
        assert_eq!("".parse::<FileHeaderInfo>().expect_err("unknown").code(), ErrorCode::InvalidFileHeaderInfo);
        assert_eq!("x".parse::<JsonType>().expect_err("unknown").code(), ErrorCode::InvalidJsonType);
        assert_eq!("NEVER".parse::<QuoteFields>().expect_err("unknown").code(), ErrorCode::InvalidQuoteFields);
        assert_eq!("1".parse::<Flag>().expect_err("unknown").code(), ErrorCode::InvalidRequestParameter);
    }

    #[test]
    fn delimiters_may_be_written_out() {
        let record = |text| record_delimiter("RecordDelimiter", text).map_err(|error| error.message().to_owned());
        for (text, expected) in
            [("\\n", "\n"), ("\n", "\n"), ("\\r\\n", "\r\n"), ("\\t", "\t"), (";", ";"), ("||", "||"), ("é", "é")]
        {
            assert_eq!(record(text).as_deref(), Ok(expected));
        }
        assert_eq!(record("").unwrap_err(), "RecordDelimiter is \"\"; it must be one or two bytes");
        assert_eq!(record("abc").unwrap_err(), "RecordDelimiter is \"abc\"; it must be one or two bytes");
        let byte = |text| single_byte("Comments", text).map_err(|error| error.code());
        assert_eq!(
            [byte("\\t"), byte(" "), byte("é"), byte("##")],
            [Ok(b'\t'), Ok(b' '), Err(ErrorCode::InvalidRequestParameter), Err(ErrorCode::InvalidRequestParameter)]
        );
    }

    #[test]
    fn layouts_must_tell_fields_and_records_apart() {
        let layout = |record: &str, field, quote, escape| {
            let layout = Layout { record_delimiter: record.to_owned(), field_delimiter: field, quote, escape };
            distinct(layout).is_ok()
        };
        assert!(layout("\n", b',', b'"', b'"') && layout("\r\n", b';', b'"', b'\\'));
        assert!(!layout(",", b',', b'"', b'"') && !layout("\n", b'"', b'"', b'"'));
        assert!(!layout("\n\"", b',', b'"', b'"') && !layout("\n", b',', b'"', b','));
    }
}
