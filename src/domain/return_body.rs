//! `x-cos-return-body`: what the answer to an upload shall say (ReturnBody, 436/74574).

use std::str::FromStr;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::IgnoredAny;

use crate::domain::error::{Error, ErrorCode};

/// A JSON text with places for what is known of the object once it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnBody(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(Variable),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    Bucket,
    Object,
    Size,
    Region,
    MimeType,
}

/// What fills the places.
#[derive(Debug, Clone, Copy)]
pub struct Uploaded<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    /// Bytes.
    pub size: u64,
    pub region: &'a str,
    pub content_type: &'a str,
}

const VARIABLES: [(&str, Variable); 5] = [
    ("bucket", Variable::Bucket),
    ("object", Variable::Object),
    ("size", Variable::Size),
    ("region", Variable::Region),
    ("mimeType", Variable::MimeType),
];

/// Variables that look into the content, alone or with what to look for behind a dot.
const OF_CONTENT: [&str; 3] = ["exif", "imageInfo", "videoInfo"];

impl ReturnBody {
    /// The text with all places filled, escaped as JSON is.
    pub fn fill(&self, uploaded: Uploaded<'_>) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(Variable::Bucket) => escaped(uploaded.bucket),
            Piece::Variable(Variable::Object) => escaped(uploaded.key),
            Piece::Variable(Variable::Size) => uploaded.size.to_string(),
            Piece::Variable(Variable::Region) => escaped(uploaded.region),
            Piece::Variable(Variable::MimeType) => escaped(uploaded.content_type),
        });
        pieces.collect()
    }
}

impl FromStr for ReturnBody {
    type Err = Error;

    /// Reads base64, of the alphabet for URLs or of the common one, with or without its end.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| ErrorCode::InvalidArgument.because(format!("x-cos-return-body is {text:?}; {why}"));
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decoded = [URL_SAFE, STANDARD].iter().find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(text).ok());
        let template = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let template = template.ok_or_else(|| refuse("it must be the base64 form, as URLs have it, of a JSON text"))?;
        let pieces = pieces(&template)?;
        // A number fits where a variable stands, with quotes around it or without.
        let tried: String = pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "0" }).collect();
        match serde_json::from_str::<IgnoredAny>(&tried) {
            Ok(_) => Ok(Self(pieces)),
            Err(error) => Err(refuse(&format!("decoded, it is no JSON text: {error}"))),
        }
    }
}

fn pieces(template: &str) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, behind)) = behind.split_once('}') else { break };
        pieces.extend([Piece::Text(before.to_owned()), Piece::Variable(variable(name)?)]);
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

fn variable(name: &str) -> Result<Variable, Error> {
    let found = VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, variable)| *variable);
    found.ok_or_else(|| {
        if OF_CONTENT.contains(&name.split('.').next().unwrap_or_default()) {
            return ErrorCode::NotImplemented
                .because(format!("the variable ${{{name}}} of x-cos-return-body is not implemented"));
        }
        let names: Vec<&str> = VARIABLES.iter().map(|(known, _)| *known).collect();
        let message = format!("x-cos-return-body has the variable ${{{name}}}; there are {}", names.join(", "));
        ErrorCode::InvalidArgument.because(message)
    })
}

/// The inside of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose;
    use proptest::prelude::*;

    fn read(template: &str) -> Result<ReturnBody, Error> {
        general_purpose::URL_SAFE.encode(template).parse()
    }

    fn uploaded(key: &str) -> Uploaded<'_> {
        Uploaded { bucket: "b-1", key, size: 16, region: "ap-guangzhou", content_type: "image/png" }
    }

    #[test]
    fn each_variable_is_filled_in_where_it_stands() {
        let template =
            r#"{"z":"${bucket}","key":"a/${object}","size":${size},"n":"${size}","r":["${region}"],"${mimeType}":"$"}"#;
        let filled = read(template).expect("a template").fill(uploaded("\"x\"\n中"));
        let expected = r#"{"z":"b-1","key":"a/\"x\"\n中","size":16,"n":"16","r":["ap-guangzhou"],"image/png":"$"}"#;
        assert_eq!(filled, expected);
    }

    #[test]
    fn both_alphabets_are_read_with_and_without_their_end() {
        let template = r#"{"a":"??>>"}"#;
        for engine in [general_purpose::URL_SAFE, general_purpose::URL_SAFE_NO_PAD, general_purpose::STANDARD] {
            assert_eq!(engine.encode(template).parse::<ReturnBody>().expect("a template").fill(uploaded("k")), template);
        }
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        let code = |read: Result<ReturnBody, Error>| read.map_err(|error| error.code());
        for text in ["{}", "%", "/w=="] {
            assert_eq!(code(text.parse()), Err(ErrorCode::InvalidArgument), "{text}");
        }
        for template in ["", "x", r#"{"a":"#, r#"{"a":${bucket}"#, r#"{"a":"${etag}"}"#, r#"{"a":"${}"}"#, r#"{"a":${size"#] {
            assert_eq!(code(read(template)), Err(ErrorCode::InvalidArgument), "{template}");
        }
        for template in [r#"{"a":"${imageInfo.height}"}"#, r#"{"a":${exif}}"#, r#"{"a":"${videoInfo.a.b}"}"#] {
            assert_eq!(code(read(template)), Err(ErrorCode::NotImplemented), "{template}");
        }
    }

    proptest! {
        #[test]
        fn a_filled_text_is_json_with_the_key_in_it(key in "\\PC*") {
            let filled = read(r#"{"key":"${object}"}"#).expect("a template").fill(uploaded(&key));
            let json: serde_json::Value = serde_json::from_str(&filled).expect("JSON");
            prop_assert_eq!(json["key"].as_str(), Some(key.as_str()));
        }

        #[test]
        fn no_text_panics(text in "\\PC*", template in "[{}\":$a-z]{0,40}") {
            let _ = text.parse::<ReturnBody>();
            let _ = read(&template);
        }
    }
}
