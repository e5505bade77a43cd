//! Records of an object's text.

use std::io::{self, BufRead};

use crate::codec::csv::{Fields, Quotes};
use crate::codec::delimited::{Delimited, ReadError};
use crate::codec::json::{self, Values};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::column::Record;
use crate::domain::select::output::LONGEST_RECORD;
use crate::domain::select::parameters::{CsvInput, Input};

/// What some editors put before a text in UTF-8; it is no part of the first record (inferred).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) struct Records<R> {
    form: Form<R>,
    /// How many were begun, comments and empty lines included.
    number: u64,
}

enum Form<R> {
    Csv { source: Delimited<R>, input: CsvInput, fields: Fields },
    Lines(Delimited<R>),
    Document(Values<R>),
}

#[derive(Debug)]
pub(super) enum Failure {
    Record(Error),
    Source(io::Error),
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(input: Input, source: R) -> Self {
        let form = match input {
            Input::Csv(input) => {
                let source = Delimited::new(source, input.layout.record_delimiter.as_bytes(), LONGEST_RECORD);
                Form::Csv { source, input, fields: Fields::default() }
            }
            Input::JsonLines => Form::Lines(Delimited::new(source, b"\n", LONGEST_RECORD)),
            Input::JsonDocument => Form::Document(Values::new(source, LONGEST_RECORD)),
        };
        Self { form, number: 0 }
    }

    /// The next record; `None` at the end. Empty ones are passed over (inferred), and comments.
    ///
    /// # Errors
    /// `OverMaxRecordSize`, `InvalidTextEncoding`, `CSVParsingError`, `JSONParsingError`, and `LastRecordParseFail` when the
    /// object ends inside a record; or the source fails.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, Failure> {
        match &mut self.form {
            Form::Csv { source, input, fields } => next_of_csv(source, input, fields, &mut self.number),
            Form::Lines(source) => next_line(source, &mut self.number),
            Form::Document(values) => {
                self.number += 1;
                match values.next_value().map_err(|error| unread(error, self.number))? {
                    Some(found) => json_record(text(found.bytes, self.number)?, self.number, found.is_cut_off).map(Some),
                    None => Ok(None),
                }
            }
        }
    }
}

fn next_of_csv<'a, R: BufRead>(
    source: &mut Delimited<R>,
    input: &CsvInput,
    fields: &'a mut Fields,
    number: &mut u64,
) -> Result<Option<Record<'a>>, Failure> {
    loop {
        *number += 1;
        let (mut quotes, mut is_comment) = (Quotes::default(), None);
        let holds = |bytes: &[u8]| {
            let is_comment = *is_comment.get_or_insert(bytes.first() == Some(&input.comment));
            input.has_quoted_delimiters && !is_comment && quotes.are_open_after(bytes, &input.layout)
        };
        if !source.advance(holds).map_err(|error| unread(error, *number))? {
            return Ok(None);
        }
        let record = text(source.record(), *number)?;
        if record.is_empty() || record.as_bytes().first() == Some(&input.comment) {
            continue;
        }
        fields.read(record, &input.layout).map_err(|flaw| {
            let code = if source.is_unterminated() { ErrorCode::LastRecordParseFail } else { ErrorCode::CSVParsingError };
            Failure::Record(code.because(format!("record {number} cannot be read as CSV: {flaw}")))
        })?;
        return Ok(Some(Record::Csv(fields)));
    }
}

fn next_line<'a, R: BufRead>(source: &'a mut Delimited<R>, number: &mut u64) -> Result<Option<Record<'a>>, Failure> {
    loop {
        *number += 1;
        if !source.advance(|_| false).map_err(|error| unread(error, *number))? {
            return Ok(None);
        }
        if !source.record().iter().all(u8::is_ascii_whitespace) {
            break;
        }
    }
    json_record(text(source.record(), *number)?, *number, source.is_unterminated()).map(Some)
}

fn json_record(text: &str, number: u64, is_last: bool) -> Result<Record<'_>, Failure> {
    json::value(text).map(Record::Json).map_err(|error| {
        let code = if is_last && error.is_eof() { ErrorCode::LastRecordParseFail } else { ErrorCode::JSONParsingError };
        Failure::Record(code.because(format!("record {number} is not one JSON value: {error}")))
    })
}

fn text(bytes: &[u8], number: u64) -> Result<&str, Failure> {
    let bytes = if number == 1 { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) } else { bytes };
    std::str::from_utf8(bytes).map_err(|_| {
        Failure::Record(ErrorCode::InvalidTextEncoding.because(format!("record {number} is not UTF-8, as the object must be")))
    })
}

fn unread(error: ReadError, number: u64) -> Failure {
    match error {
        ReadError::Source(error) => Failure::Source(error),
        ReadError::TooLong(most) => {
            Failure::Record(ErrorCode::OverMaxRecordSize.because(format!("record {number} is longer than {most} bytes")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::csv::Layout;
    use crate::domain::select::parameters::FileHeaderInfo;

    fn csv(record_delimiter: &str, has_quoted_delimiters: bool) -> Input {
        let layout = Layout { record_delimiter: record_delimiter.to_owned(), field_delimiter: b',', quote: b'"', escape: b'"' };
        Input::Csv(CsvInput { header: FileHeaderInfo::None, layout, comment: b'#', has_quoted_delimiters })
    }

    /// The records, fields parted by `|`, or the code of the failure.
    fn records(input: Input, text: &[u8]) -> Result<Vec<String>, ErrorCode> {
        let (mut records, mut found) = (Records::new(input, text), Vec::new());
        loop {
            match records.next_record() {
                Ok(None) => return Ok(found),
                Ok(Some(Record::Csv(fields))) => found.push(fields.iter().collect::<Vec<_>>().join("|")),
                Ok(Some(Record::Json(text))) => found.push(text.to_owned()),
                Err(Failure::Record(error)) => return Err(error.code()),
                Err(Failure::Source(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn comments_and_empty_records_are_passed_over() {
        let text = b"\xef\xbb\xbf1,2\n#3,\"\n\n4#,5\n#6";
        assert_eq!(records(csv("\n", true), text), Ok(vec!["1|2".to_owned(), "4#|5".to_owned()]));
        let lines = b" {\"a\": 1} \n\n\t\n[2]\n3";
        assert_eq!(records(Input::JsonLines, lines), Ok(["{\"a\": 1}", "[2]", "3"].map(str::to_owned).to_vec()));
        let document = b"\xef\xbb\xbf{\n \"a\": 1}\n [2]";
        assert_eq!(records(Input::JsonDocument, document), Ok(["{\n \"a\": 1}", "[2]"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_delimiter_in_quotes_is_text_only_when_asked_for() {
        let text = b"\"a\nb\",c\nd";
        assert_eq!(records(csv("\n", true), text), Ok(["a\nb|c", "d"].map(str::to_owned).to_vec()));
        assert_eq!(records(csv("\n", false), text), Err(ErrorCode::CSVParsingError));
        assert_eq!(
            records(csv("\r\n", true), b"\"a\r\nb\",\"\"\"\"\r\nc\n"),
            Ok(["a\r\nb|\"", "c\n"].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn flawed_records_have_their_codes() {
        let long = [b"1\n".to_vec(), vec![b'x'; LONGEST_RECORD + 1]].concat();
        for (input, text, code) in [
            (csv("\n", false), &b"\"a\"b\n"[..], ErrorCode::CSVParsingError),
            (csv("\n", false), b"1\n\"a", ErrorCode::LastRecordParseFail),
            (csv("\n", true), b"\"a\n1\n2\n", ErrorCode::LastRecordParseFail),
            (csv("\n", false), b"\xff\n", ErrorCode::InvalidTextEncoding),
            (csv("\n", false), &long, ErrorCode::OverMaxRecordSize),
            (Input::JsonLines, b"{\"a\":\n1}\n", ErrorCode::JSONParsingError),
            (Input::JsonLines, b"{} {}\n", ErrorCode::JSONParsingError),
            (Input::JsonLines, b"{}\n{\"a\":", ErrorCode::LastRecordParseFail),
            (Input::JsonLines, b"{}\n{a}", ErrorCode::JSONParsingError),
            (Input::JsonLines, b"\"\xff\"", ErrorCode::InvalidTextEncoding),
            (Input::JsonLines, &long, ErrorCode::OverMaxRecordSize),
            (Input::JsonDocument, b"{\"a\":\n", ErrorCode::LastRecordParseFail),
            (Input::JsonDocument, b"{]", ErrorCode::JSONParsingError),
            (Input::JsonDocument, b"[\"\xff\"]", ErrorCode::InvalidTextEncoding),
            (Input::JsonDocument, &long, ErrorCode::OverMaxRecordSize),
        ] {
            assert_eq!(records(input.clone(), text), Err(code), "{input:?}");
        }
    }
}
