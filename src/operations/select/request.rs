//! The body of SELECT Object Content: `<SelectRequest>`, or `<SelectObjectContentRequest>` as Java calls it (436/32360).

use std::str::FromStr;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::codec::csv::Layout;
use crate::codec::xml;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::moment::Moment;
use crate::domain::select::output::Output;
use crate::domain::select::parameters::{
    Compression, CsvInput, FileHeaderInfo, Flag, Input, JsonType, QuoteFields, distinct, record_delimiter, single_byte,
};
use crate::domain::select::statement::Statement;
use crate::operations::s3::Dialect;

/// The most bytes of the body: an expression as long as may be, all of it escaped.
pub(crate) const LARGEST_BODY: usize = 2 << 20;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct SelectRequest {
    pub(crate) statement: Statement,
    pub(crate) compression: Compression,
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) wants_progress: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    expression: Option<String>,
    expression_type: Option<String>,
    input_serialization: Option<InputSerialization>,
    output_serialization: Option<OutputSerialization>,
    request_progress: Option<RequestProgress>,
    scan_range: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct InputSerialization {
    #[serde(rename = "CompressionType")]
    compression_type: Option<String>,
    #[serde(rename = "CSV")]
    csv: Option<CsvElement>,
    #[serde(rename = "JSON")]
    json: Option<JsonElement>,
    #[serde(rename = "Parquet", alias = "PARQUET")]
    parquet: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct OutputSerialization {
    #[serde(rename = "CSV")]
    csv: Option<CsvElement>,
    #[serde(rename = "JSON")]
    json: Option<JsonElement>,
}

/// `CSV` of input and output; each has some of these.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CsvElement {
    file_header_info: Option<String>,
    record_delimiter: Option<String>,
    field_delimiter: Option<String>,
    quote_character: Option<String>,
    quote_escape_character: Option<String>,
    comments: Option<String>,
    allow_quoted_record_delimiter: Option<String>,
    quote_fields: Option<String>,
}

/// `JSON` of input and output; each has one of these.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct JsonElement {
    #[serde(rename = "Type")]
    kind: Option<String>,
    record_delimiter: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RequestProgress {
    enabled: Option<String>,
}

impl SelectRequest {
    /// # Errors
    /// The codes of the page for what is missing, unknown or malformed, and `NotImplemented` for Parquet and ScanRange.
    pub(crate) fn parse(body: &[u8], dialect: Dialect, now: Moment) -> Result<Self, Error> {
        let body: Body = xml::parse_any_root(body)
            .map_err(|error| ErrorCode::InvalidXML.because(format!("the body is not a <SelectRequest> document: {error}")))?;
        if body.scan_range.is_some() {
            return Err(ErrorCode::NotImplemented.because("ScanRange is not implemented"));
        }
        let expression = given(body.expression.as_ref()).ok_or(ErrorCode::MissingExpectedExpression)?;
        check_type(given(body.expression_type.as_ref()))?;
        let input = body.input_serialization.ok_or(ErrorCode::MissingInputSerialization)?;
        let output = body.output_serialization.ok_or(ErrorCode::MissingOutputSerialization)?;
        let progress: Flag = parsed(body.request_progress.and_then(|progress| progress.enabled).as_ref())?;
        Ok(Self {
            compression: parsed(input.compression_type.as_ref())?,
            input: input.parse()?,
            output: output.parse()?,
            wants_progress: progress.0,
            statement: match dialect {
                Dialect::Cos => Statement::parse(expression, now)?,
                Dialect::S3 => Statement::parse_s3(expression, now)?,
            },
        })
    }
}

/// An empty element asks for nothing, as an absent one.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn parsed<T: FromStr<Err = Error> + Default>(text: Option<&String>) -> Result<T, Error> {
    given(text).map_or_else(|| Ok(T::default()), str::parse)
}

fn check_type(expression_type: Option<&str>) -> Result<(), Error> {
    match expression_type {
        None => Err(ErrorCode::MissingRequiredParameter.because("ExpressionType is missing; it must be SQL")),
        Some(text) if text.trim().eq_ignore_ascii_case("SQL") => Ok(()),
        Some(text) => Err(ErrorCode::InvalidRequestParameter.because(format!("ExpressionType is {text:?}; it must be SQL"))),
    }
}

impl InputSerialization {
    fn parse(&self) -> Result<Input, Error> {
        match (&self.csv, &self.json, &self.parquet) {
            (None, None, None) => Err(ErrorCode::MissingInputFormat.because("InputSerialization has neither CSV nor JSON")),
            (None, None, Some(_)) => Err(ErrorCode::NotImplemented.because("Parquet objects are not implemented")),
            (Some(csv), None, None) => csv.input().map(Input::Csv),
            (None, Some(json), None) => json.input(),
            _ => Err(ErrorCode::InvalidRequestParameter.because("InputSerialization must have one of CSV, JSON and Parquet")),
        }
    }
}

impl OutputSerialization {
    fn parse(&self) -> Result<Output, Error> {
        match (&self.csv, &self.json) {
            (None, None) => Err(ErrorCode::MissingOutputFormat.because("OutputSerialization has neither CSV nor JSON")),
            (Some(csv), None) => {
                let quote_fields: QuoteFields = parsed(csv.quote_fields.as_ref())?;
                Ok(Output::Csv { layout: csv.layout("output")?, quotes_always: quote_fields == QuoteFields::Always })
            }
            (None, Some(json)) => {
                let delimiter = given(json.record_delimiter.as_ref()).unwrap_or("\n");
                Ok(Output::Json { record_delimiter: record_delimiter("the output RecordDelimiter of JSON", delimiter)? })
            }
            _ => Err(ErrorCode::InvalidRequestParameter.because("OutputSerialization must have one of CSV and JSON")),
        }
    }
}

impl CsvElement {
    fn layout(&self, side: &str) -> Result<Layout, Error> {
        let byte = |name: &str, text: &Option<String>, default: &'static str| {
            single_byte(&format!("the {side} {name} of CSV"), given(text.as_ref()).unwrap_or(default))
        };
        let delimiter = given(self.record_delimiter.as_ref()).unwrap_or("\n");
        distinct(Layout {
            record_delimiter: record_delimiter(&format!("the {side} RecordDelimiter of CSV"), delimiter)?,
            field_delimiter: byte("FieldDelimiter", &self.field_delimiter, ",")?,
            quote: byte("QuoteCharacter", &self.quote_character, "\"")?,
            escape: byte("QuoteEscapeCharacter", &self.quote_escape_character, "\"")?,
        })
    }

    fn input(&self) -> Result<CsvInput, Error> {
        let quoted: Flag = parsed(self.allow_quoted_record_delimiter.as_ref())
            .map_err(|error| error.code().because(format!("AllowQuotedRecordDelimiter of CSV: {}", error.message())))?;
        let header: FileHeaderInfo = parsed(self.file_header_info.as_ref())?;
        let comment = single_byte("Comments of CSV", given(self.comments.as_ref()).unwrap_or("#"))?;
        Ok(CsvInput { header, layout: self.layout("input")?, comment, has_quoted_delimiters: quoted.0 })
    }
}

impl JsonElement {
    fn input(&self) -> Result<Input, Error> {
        let missing = || ErrorCode::MissingRequiredParameter.because("the Type of JSON is missing; it must be DOCUMENT or LINES");
        Ok(match given(self.kind.as_ref()).ok_or_else(missing)?.parse()? {
            JsonType::Document => Input::JsonDocument,
            JsonType::Lines => Input::JsonLines,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<SelectRequest, Error> {
        SelectRequest::parse(body.as_bytes(), Dialect::Cos, "2019-01-01T00:00Z".parse().expect("a timestamp"))
    }

    /// A request with these elements in its serializations.
    fn request(input: &str, output: &str) -> String {
        format!(
            "<SelectRequest><Expression>Select * from COSObject</Expression><ExpressionType>SQL</ExpressionType>\
             <InputSerialization>{input}</InputSerialization><OutputSerialization>{output}</OutputSerialization></SelectRequest>"
        )
    }

    fn layout() -> Layout {
        Layout { record_delimiter: "\n".to_owned(), field_delimiter: b',', quote: b'"', escape: b'"' }
    }

    #[test]
    fn defaults_are_those_of_the_page() {
        let request = parse(&request("<CSV/>", "<CSV></CSV>")).expect("a request");
        let csv = CsvInput { header: FileHeaderInfo::Use, layout: layout(), comment: b'#', has_quoted_delimiters: false };
        assert_eq!((request.compression, request.input, request.wants_progress), (Compression::None, Input::Csv(csv), false));
        assert_eq!(request.output, Output::Csv { layout: layout(), quotes_always: false });
    }

    #[test]
    fn each_parameter_is_heard() {
        let body = request(
            "<CompressionType>Gzip</CompressionType><CSV><FileHeaderInfo>NONE</FileHeaderInfo><RecordDelimiter>&#13;\n\
             </RecordDelimiter><FieldDelimiter> </FieldDelimiter><QuoteCharacter>'</QuoteCharacter><QuoteEscapeCharacter>\\\
             </QuoteEscapeCharacter><Comments>%</Comments><AllowQuotedRecordDelimiter>TRUE</AllowQuotedRecordDelimiter></CSV>",
            "<JSON><RecordDelimiter>,</RecordDelimiter></JSON>",
        );
        // Java's root, with a member of its own.
        let body = body.replace("SelectRequest>", "SelectObjectContentRequest>");
        let body = body.replace(
            "</OutputSerialization>",
            "</OutputSerialization><RequestProgress><Enabled>true</Enabled></RequestProgress>",
        );
        let request = parse(&body).expect("a request");
        let layout = Layout { record_delimiter: "\r\n".to_owned(), field_delimiter: b' ', quote: b'\'', escape: b'\\' };
        let csv = CsvInput { header: FileHeaderInfo::None, layout, comment: b'%', has_quoted_delimiters: true };
        assert_eq!((request.compression, request.input, request.wants_progress), (Compression::Gzip, Input::Csv(csv), true));
        assert_eq!(request.output, Output::Json { record_delimiter: ",".to_owned() });
        let lines = parse(&self::request("<JSON><Type>LINES</Type></JSON>", "<CSV><QuoteFields>ALWAYS</QuoteFields></CSV>"));
        let lines = lines.expect("a request");
        assert_eq!((lines.input, lines.output), (Input::JsonLines, Output::Csv { layout: self::layout(), quotes_always: true }));
    }

    #[test]
    fn bodies_that_are_no_document_are_refused() {
        for body in
            ["", "x", "<SelectRequest>", "<SelectRequest><Expression>a</Expression><Expression>b</Expression></SelectRequest>"]
        {
            assert_eq!(parse(body).expect_err(body).code(), ErrorCode::InvalidXML);
        }
    }
}
