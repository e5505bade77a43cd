//! Records of the result, as CSV or as JSON (436/32360).

use std::borrow::Cow;

use crate::codec::csv::{self, Layout};
use crate::codec::json;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::value::Value;

/// The most bytes of a record, of the object and of the result (436/32472).
pub const LONGEST_RECORD: usize = 1 << 20;

/// The form of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    Csv { layout: Layout, quotes_always: bool },
    Json { record_delimiter: String },
}

impl Output {
    /// Appends a record of named values. In JSON, what is MISSING is left out.
    ///
    /// # Errors
    /// `OverMaxRecordSize`, or `ErrorWritingRow` for infinity and the like.
    pub fn write(&self, cells: Vec<(Cow<'_, str>, Value<'_>)>, out: &mut Vec<u8>) -> Result<(), Error> {
        let unwritable = cells.iter().find(|(_, value)| matches!(value, Value::Number(number) if !number.is_finite()));
        if let Some((name, value)) = unwritable {
            return Err(ErrorCode::ErrorWritingRow.because(format!("the value of {name} is {value}, which cannot be written")));
        }
        self.write_record(out, |out| match self {
            Self::Csv { layout, quotes_always } => {
                for (index, (_, value)) in cells.into_iter().enumerate() {
                    out.extend((index > 0).then_some(layout.field_delimiter));
                    csv::write_field(&value.into_text(), layout, *quotes_always, out);
                }
            }
            Self::Json { .. } => {
                out.push(b'{');
                let present = cells.iter().filter(|(_, value)| !matches!(value, Value::Missing));
                for (index, (name, value)) in present.enumerate() {
                    out.extend((index > 0).then_some(b','));
                    json::write_string(name, out);
                    out.push(b':');
                    value.write_json(out);
                }
                out.push(b'}');
            }
        })
    }

    /// Appends a record that is JSON already.
    ///
    /// # Errors
    /// `OverMaxRecordSize`.
    pub fn write_json(&self, record: &str, out: &mut Vec<u8>) -> Result<(), Error> {
        self.write_record(out, |out| json::write_compact(record, out))
    }

    fn write_record(&self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Error> {
        let before = out.len();
        write(out);
        if out.len() - before > LONGEST_RECORD {
            out.truncate(before);
            let message = format!("a record of the result is longer than {LONGEST_RECORD} bytes");
            return Err(ErrorCode::OverMaxRecordSize.because(message));
        }
        let delimiter = match self {
            Self::Csv { layout, .. } => &layout.record_delimiter,
            Self::Json { record_delimiter } => record_delimiter,
        };
        out.extend_from_slice(delimiter.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::select::number::Number;

    fn written(output: &Output, cells: Vec<(&'static str, Value<'_>)>) -> Result<String, ErrorCode> {
        let mut out = Vec::new();
        let cells = cells.into_iter().map(|(name, value)| (Cow::from(name), value)).collect();
        output.write(cells, &mut out).map_err(|error| error.code())?;
        Ok(String::from_utf8(out).expect("UTF-8"))
    }

    fn csv(quotes_always: bool) -> Output {
        let layout = Layout { record_delimiter: "\r\n".to_owned(), field_delimiter: b';', quote: b'\'', escape: b'\\' };
        Output::Csv { layout, quotes_always }
    }

    fn json() -> Output {
        Output::Json { record_delimiter: ",".to_owned() }
    }

    fn cells() -> Vec<(&'static str, Value<'static>)> {
        vec![
            ("a", Value::Text("it's".into())),
            ("b", Value::Null),
            ("c", Value::Missing),
            ("d\"", Value::Json("[1, 2]".into())),
            ("e", Value::Number(Number::Float(0.5))),
        ]
    }

    #[test]
    fn records_are_written_in_either_form() {
        assert_eq!(written(&csv(false), cells()).as_deref(), Ok("'it\\'s';;;[1,2];0.5\r\n"));
        assert_eq!(written(&csv(true), cells()).as_deref(), Ok("'it\\'s';'';'';'[1,2]';'0.5'\r\n"));
        assert_eq!(written(&json(), cells()).as_deref(), Ok("{\"a\":\"it's\",\"b\":null,\"d\\\"\":[1,2],\"e\":0.5},"));
        let mut out = Vec::new();
        json().write_json("{ \"b\" : 1, \"a\": 2 }", &mut out).expect("short");
        assert_eq!(out, b"{\"b\":1,\"a\":2},");
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let infinite = || vec![("a", Value::Number(Number::Float(f64::INFINITY)))];
        assert_eq!(written(&json(), infinite()), Err(ErrorCode::ErrorWritingRow));
        assert_eq!(written(&csv(false), infinite()), Err(ErrorCode::ErrorWritingRow));
        let long = |length| vec![("a", Value::Text("x".repeat(length).into()))];
        assert_eq!(written(&csv(false), long(LONGEST_RECORD)).map(|text| text.len()), Ok(LONGEST_RECORD + 2));
        assert_eq!(written(&csv(false), long(LONGEST_RECORD + 1)), Err(ErrorCode::OverMaxRecordSize));
        assert_eq!(written(&json(), long(LONGEST_RECORD)), Err(ErrorCode::OverMaxRecordSize));
    }
}
