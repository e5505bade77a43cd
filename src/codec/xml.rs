//! XML bodies, both ways, as lenient and as strict as COS clients need (`buckets.md` §1.4).

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::de::Deserializer;
use quick_xml::events::{BytesText, Event};
use quick_xml::se::{QuoteLevel, Serializer};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The declaration that COS writes, with its single quotes and the blank before the end.
pub const DECLARATION: &str = "<?xml version='1.0' encoding='utf-8' ?>\n";

/// How deep elements may nest; no document of COS's comes near.
const DEEPEST: usize = 64;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    #[error("the root element must be <{expected}>")]
    WrongRoot { expected: &'static str },
    #[error("{0}")]
    Malformed(String),
}

/// Writes a document with the declaration and no white space between elements; quotes in text become `&quot;`.
///
/// Characters that XML 1.0 cannot carry, such as U+0001 in an object key, become numeric references.
pub fn document<T: Serialize>(root: &str, value: &T) -> String {
    let mut body = String::from(DECLARATION);
    let mut serializer = Serializer::with_root(&mut body, Some(root)).expect("roots are literals and valid names");
    serializer.set_quote_level(QuoteLevel::Full);
    value.serialize(serializer).expect("shapes of structs, lists and texts serialize");
    referenced(body)
}

/// Writes a flat document as COS writes errors: a child a line, each after a tab.
pub fn flat_document<'a>(root: &str, children: impl Iterator<Item = (&'static str, &'a str)>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b'\t', 1);
    let written = writer.create_element(root).write_inner_content(|inner| {
        for (name, text) in children {
            inner.create_element(name).write_text_content(BytesText::from_escaped(quick_xml::escape::partial_escape(text)))?;
        }
        Ok(())
    });
    written.expect("writing to memory does not fail");
    referenced(format!("{DECLARATION}{}", String::from_utf8(writer.into_inner()).expect("text in, text out")))
}

/// Text as it may stand between tags, of HTML as well.
pub fn escape(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(text)
}

/// Reads a document whose root is `root`, in any namespace; unknown elements are passed over.
///
/// # Errors
/// The body is not UTF-8, not XML, has another root or lacks a required element.
pub fn parse<T: DeserializeOwned>(root: &'static str, body: &[u8]) -> Result<T, XmlError> {
    parse_below(Some(root), body)
}

/// Reads a document as [`parse`] does, whatever its root is called.
///
/// # Errors
/// As [`parse`], but for the root.
pub fn parse_any_root<T: DeserializeOwned>(body: &[u8]) -> Result<T, XmlError> {
    parse_below(None, body)
}

fn parse_below<T: DeserializeOwned>(root: Option<&'static str>, body: &[u8]) -> Result<T, XmlError> {
    let text = std::str::from_utf8(body).map_err(|_| XmlError::Malformed("the body is not UTF-8".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut deserializer = Deserializer::from_str(&text[root_start(root, text)?..]);
    T::deserialize(&mut deserializer).map_err(|error| XmlError::Malformed(error.to_string()))
}

/// Where the root element begins. Also reads to the end: the deserializer alone stops at the root's last tag.
fn root_start(root: Option<&'static str>, text: &str) -> Result<usize, XmlError> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut root_at = None;
    let mut depth = 0;
    loop {
        let position = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let event = reader.read_event().map_err(|error| XmlError::Malformed(error.to_string()))?;
        if let Event::Start(start) | Event::Empty(start) = &event
            && depth == 0
            && root.is_none_or(|root| start.local_name().as_ref() == root)
        {
            root_at = Some(position);
        }
        match event {
            Event::Start(_) if depth == DEEPEST => {
                return Err(XmlError::Malformed(format!("elements nest more than {DEEPEST} deep")));
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof if depth > 0 => return Err(XmlError::Malformed("the document ends inside an element".to_owned())),
            Event::Eof => {
                let no_root = || XmlError::Malformed("the document has no root element".to_owned());
                return root_at.ok_or_else(|| root.map_or_else(no_root, |expected| XmlError::WrongRoot { expected }));
            }
            _ => {}
        }
    }
}

fn referenced(body: String) -> String {
    let is_illegal = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !body.contains(is_illegal) {
        return body;
    }
    body.chars().map(|c| if is_illegal(c) { format!("&#{};", u32::from(c)) } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Shelf {
        name: String,
        #[serde(default, rename = "Book")]
        books: Vec<Book>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Book {
        number: u32,
    }

    fn shelf(text: &str) -> Result<Shelf, XmlError> {
        parse("Shelf", text.as_bytes())
    }

    #[test]
    fn empty_elements_have_no_white_space_and_quotes_are_escaped() {
        let shelf = Shelf { name: String::new(), books: vec![] };
        assert_eq!(document("Shelf", &shelf), format!("{DECLARATION}<Shelf><Name/></Shelf>"));
        let shelf = Shelf { name: "\"a&b\"\u{1}".to_owned(), books: vec![Book { number: 1 }] };
        let expected = "<Shelf><Name>&quot;a&amp;b&quot;&#1;</Name><Book><Number>1</Number></Book></Shelf>";
        assert_eq!(document("Shelf", &shelf), format!("{DECLARATION}{expected}"));
    }

    #[test]
    fn a_flat_document_is_laid_out_as_cos_does() {
        let body = flat_document("Error", [("Code", "A"), ("FormatString", "get\n/\na=1&b\n")].into_iter());
        let expected = "<Error>\n\t<Code>A</Code>\n\t<FormatString>get\n/\na=1&amp;b\n</FormatString>\n</Error>";
        assert_eq!(body, format!("{DECLARATION}{expected}"));
    }

    #[test]
    fn namespaces_order_unknown_elements_and_odd_spelling_are_accepted() {
        let expected = Shelf { name: "a".to_owned(), books: vec![Book { number: 1 }, Book { number: 2 }] };
        for text in [
            "<Shelf><Name>a</Name><Book><Number>1</Number></Book><Book><Number>2</Number></Book></Shelf>",
            "\u{feff}<?xml version='1.0'?>\n<Shelf xmlns=\"cos xmlns/\">\n <Book ><Number>1</Number></Book >\n <Odd><Name>x</Name></Odd>\n \
             <Book><Number> 2 </Number></Book><Name><![CDATA[a]]></Name></Shelf>\n",
            "<s:Shelf xmlns:s=\"x\"><s:Name>a</s:Name><s:Book><s:Number>1</s:Number></s:Book><s:Name2/><s:Book><s:Number>2</s:Number>\
             </s:Book></s:Shelf>",
        ] {
            assert_eq!(shelf(text).expect(text), expected);
        }
    }

    #[test]
    fn what_is_not_the_document_is_refused() {
        for text in [
            "",
            "x",
            "<Shelf>",
            "<Shelf><Name>a</Name>",
            "<Shelf><Name>a</Shelf></Name>",
            "<Other><Name>a</Name></Other>",
            "<Shelf><Book><Number>x</Number></Book><Name/></Shelf>",
            "<Shelf><Name>&lol;</Name></Shelf>",
            "<Shelf/>",
        ] {
            assert!(shelf(text).is_err(), "{text}");
        }
        assert!(parse::<Shelf>("Shelf", b"<Shelf><Name>\xff</Name></Shelf>").is_err());
    }

    #[test]
    fn any_root_will_do_where_clients_differ() {
        let expected = Shelf { name: " \n".to_owned(), books: vec![] };
        assert_eq!(parse_any_root::<Shelf>(b"<Rack><Name> \n</Name></Rack>").expect("a document"), expected);
        assert!(parse_any_root::<Shelf>(b"").is_err() && parse_any_root::<Shelf>(b"<Rack>").is_err());
    }

    proptest! {
        #[test]
        fn a_document_survives_a_round_trip(name in "[^\\p{C}]*", numbers: Vec<u32>) {
            let shelf = Shelf { name: name.trim().to_owned(), books: numbers.into_iter().map(|number| Book { number }).collect() };
            prop_assert_eq!(parse::<Shelf>("Shelf", document("Shelf", &shelf).as_bytes()).expect("own text"), shelf);
        }

        #[test]
        fn no_bytes_panic_the_parser(bytes: Vec<u8>, text in "[<>/a-zA-Z &;!\\[\\]'\"=?-]{0,80}") {
            let _ = parse::<Shelf>("Shelf", &bytes);
            let _ = parse::<Shelf>("Shelf", text.as_bytes());
        }
    }
}
