//! JSON read where it lies: a value stays the text that it is, so that order, numbers and escapes are given back as they came.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::codec::delimited::ReadError;

/// Checks that a text is one JSON value, and gives it without the white space around it.
///
/// # Errors
/// It is none, or more than one.
pub fn value(text: &str) -> Result<&str, serde_json::Error> {
    serde_json::from_str::<&RawValue>(text).map(RawValue::get)
}

/// The members of an object, in order; of any other value none.
pub fn members(value: &str) -> Vec<(Cow<'_, str>, &str)> {
    Deserializer::deserialize_any(&mut serde_json::Deserializer::from_str(value), Members).unwrap_or_default()
}

/// The elements of an array, in order; of any other value none.
pub fn elements(value: &str) -> Vec<&str> {
    serde_json::from_str::<Vec<&RawValue>>(value)
        .map(|values| values.into_iter().map(RawValue::get).collect())
        .unwrap_or_default()
}

/// The text of a string; `None` for any other value, and for a string with half a surrogate pair.
pub fn string(value: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(value).map(|text| text.0).ok()
}

/// Appends a value without the white space in it.
pub fn write_compact(value: &str, out: &mut Vec<u8>) {
    let (mut is_string, mut is_escaped) = (false, false);
    for byte in value.bytes() {
        if is_string || !byte.is_ascii_whitespace() {
            out.push(byte);
        }
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            _ => {}
        }
    }
}

/// Appends a text as a string.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("writing to memory does not fail");
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de str)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(members)
    }
}

/// Reads values that stand one after another, over lines or not, each as text. It finds where a value ends, not whether it is well
/// formed.
pub struct Values<R> {
    source: R,
    longest: usize,
    text: Vec<u8>,
}

/// A value, or what there is of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub bytes: &'a [u8],
    /// Whether the source ended inside the value.
    pub is_cut_off: bool,
}

impl<R: BufRead> Values<R> {
    /// A value has at most `longest` bytes.
    pub fn new(source: R, longest: usize) -> Self {
        Self { source, longest, text: Vec::new() }
    }

    /// The next value; `None` at the end.
    ///
    /// # Errors
    /// The value is too long, or the source fails.
    pub fn next_value(&mut self) -> Result<Option<Found<'_>>, ReadError> {
        self.text.clear();
        let mut end = End::default();
        loop {
            let piece = self.source.fill_buf()?;
            if piece.is_empty() {
                let is_cut_off = end.is_cut_off();
                return Ok((!self.text.is_empty()).then_some(Found { bytes: &self.text, is_cut_off }));
            }
            let skipped =
                if self.text.is_empty() { piece.iter().take_while(|byte| byte.is_ascii_whitespace()).count() } else { 0 };
            let length = end.find(&piece[skipped..]);
            let taken = &piece[skipped..skipped + length.unwrap_or(piece.len() - skipped)];
            if self.text.len() + taken.len() > self.longest {
                return Err(ReadError::TooLong(self.longest));
            }
            self.text.extend_from_slice(taken);
            let consumed = skipped + taken.len();
            self.source.consume(consumed);
            if length.is_some() {
                return Ok(Some(Found { bytes: &self.text, is_cut_off: false }));
            }
        }
    }
}

/// Finds the end of a value.
#[derive(Default)]
struct End {
    depth: usize,
    is_string: bool,
    is_escaped: bool,
    /// Inside a number or a name, which white space ends.
    is_bare: bool,
}

impl End {
    /// How many of these bytes belong to the value, when it ends among them.
    fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        for (index, byte) in bytes.iter().enumerate() {
            let is_over = match byte {
                _ if self.is_escaped => {
                    self.is_escaped = false;
                    false
                }
                b'\\' if self.is_string => {
                    self.is_escaped = true;
                    false
                }
                b'"' => {
                    self.is_string = !self.is_string;
                    !self.is_string && self.depth == 0 && !self.is_bare
                }
                _ if self.is_string => false,
                b'{' | b'[' => {
                    self.depth += 1;
                    false
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.depth == 0
                }
                byte if self.depth == 0 && byte.is_ascii_whitespace() => return Some(index),
                _ => {
                    self.is_bare |= self.depth == 0;
                    false
                }
            };
            if is_over {
                return Some(index + 1);
            }
        }
        None
    }

    fn is_cut_off(&self) -> bool {
        self.depth > 0 || self.is_string
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str, longest: usize) -> Result<(Vec<String>, bool), ReadError> {
        let mut reader = Values::new(text.as_bytes(), longest);
        let (mut values, mut is_cut_off) = (Vec::new(), false);
        while let Some(found) = reader.next_value()? {
            values.push(String::from_utf8(found.bytes.to_vec()).expect("UTF-8"));
            is_cut_off = found.is_cut_off;
        }
        Ok((values, is_cut_off))
    }

    fn compact(value: &str) -> String {
        let mut out = Vec::new();
        write_compact(value, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn values_are_told_apart() {
        for (text, expected, is_cut_off) in [
            ("", &[][..], false),
            (" \n", &[], false),
            ("{\"a\": [1, {}]}\n{\"b\":\"}\\\"\"}[2]", &["{\"a\": [1, {}]}", "{\"b\":\"}\\\"\"}", "[2]"], false),
            ("1 true\n\"a b\" null", &["1", "true", "\"a b\"", "null"], false),
            ("{\"a\":", &["{\"a\":"], true),
            ("\"a", &["\"a"], true),
            ("} {}", &["}", "{}"], false),
        ] {
            let expected: Vec<String> = expected.iter().map(|&value| value.to_owned()).collect();
            assert_eq!(values(text, 100).expect(text), (expected, is_cut_off), "{text}");
        }
        assert!(values("[1234]  ", 6).is_ok());
        assert!(matches!(values("[1234]", 5), Err(ReadError::TooLong(5))));
    }

    #[test]
    fn members_and_elements_stay_as_they_are_written() {
        let expected = [("b", "1.50"), ("a\"", "{ \"c\": [] }"), ("b", "null")].map(|(name, value)| (Cow::from(name), value));
        assert_eq!(members("{\"b\" : 1.50, \"a\\\"\": { \"c\": [] }, \"b\":null}"), expected);
        assert_eq!(elements("[1e3, \"x\" , [2, 3]]"), ["1e3", "\"x\"", "[2, 3]"]);
        assert_eq!((members("[1]").len(), members("1").len(), elements("{}").len()), (0, 0, 0));
        assert_eq!(string("\"a\\u00e9\\n\"").as_deref(), Some("aé\n"));
        assert_eq!((string("1"), string("\"\\ud800\"")), (None, None));
    }

    #[test]
    fn only_white_space_outside_strings_goes() {
        assert_eq!(compact(" { \"a b\\\" \\\\\" : [ 1 ,\n2 ] } "), "{\"a b\\\" \\\\\":[1,2]}");
    }

    proptest! {
        #[test]
        fn compacting_keeps_the_value(text in "[\\[\\]{}\",:a1 \\\\\\n]{0,20}", strings: Vec<String>) {
            let list = serde_json::to_string_pretty(&strings).expect("strings");
            for text in [text, list] {
                if let Ok(parsed) = serde_json::from_str::<serde_json::Value>(&text) {
                    prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&compact(&text)).expect("still JSON"), parsed);
                }
            }
        }

        #[test]
        fn pretty_documents_are_found_whole(lists in prop::collection::vec(prop::collection::vec(any::<String>(), 0..3), 0..4)) {
            let written: Vec<String> = lists.iter().map(|list| serde_json::to_string_pretty(list).expect("strings")).collect();
            prop_assert_eq!(values(&written.join("\n"), 1 << 20).expect("short"), (written, false));
        }

        #[test]
        fn no_bytes_panic_the_readers(bytes: Vec<u8>, text in "[\\[\\]{}\",:a1 \\\\]{0,20}") {
            let mut reader = Values::new(&bytes[..], 10);
            while let Ok(Some(_)) = reader.next_value() {}
            let _ = (value(&text), members(&text), elements(&text), string(&text), compact(&text));
        }
    }
}
