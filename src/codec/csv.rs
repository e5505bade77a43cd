//! Fields of CSV records, both ways. The delimiters are freer than CSV libraries have them: two bytes between records, any byte
//! for the escape.

/// How fields stand in a record. All bytes are ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// One or two bytes.
    pub record_delimiter: String,
    pub field_delimiter: u8,
    pub quote: u8,
    /// Stands before a quote that is text; may be the quote itself.
    pub escape: u8,
}

/// Why a record could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("a quote is not closed")]
    UnclosedQuote,
    #[error("text follows a closing quote")]
    TextAfterQuote,
}

/// The fields of a record, without quotes and escapes. Kept from record to record to spare allocations.
#[derive(Debug, Default)]
pub struct Fields {
    text: String,
    ends: Vec<usize>,
}

impl Fields {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Counted from 0.
    pub fn field(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Some(&self.text[start..end])
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.field(index))
    }

    /// Takes a record apart.
    ///
    /// # Errors
    /// A quote is out of place.
    pub fn read(&mut self, record: &str, layout: &Layout) -> Result<(), Flaw> {
        self.text.clear();
        self.ends.clear();
        let mut rest = record;
        loop {
            let after = if rest.as_bytes().first() == Some(&layout.quote) {
                self.read_quoted(&rest[1..], layout)?
            } else {
                let end = position(rest, |byte| byte == layout.field_delimiter);
                self.text.push_str(&rest[..end]);
                &rest[end..]
            };
            self.ends.push(self.text.len());
            match after.as_bytes().first() {
                None => return Ok(()),
                Some(byte) if *byte == layout.field_delimiter => rest = &after[1..],
                Some(_) => return Err(Flaw::TextAfterQuote),
            }
        }
    }

    /// Reads behind an opening quote; gives what follows the closing one.
    fn read_quoted<'a>(&mut self, mut rest: &'a str, layout: &Layout) -> Result<&'a str, Flaw> {
        loop {
            let end = position(rest, |byte| byte == layout.quote || byte == layout.escape);
            self.text.push_str(&rest[..end]);
            let (special, next) = (rest.as_bytes().get(end), rest.as_bytes().get(end + 1));
            match (special, next) {
                (None, _) => return Err(Flaw::UnclosedQuote),
                (Some(byte), Some(next)) if *byte == layout.escape && (*next == layout.quote || *next == layout.escape) => {
                    self.text.push(char::from(*next));
                    rest = &rest[end + 2..];
                }
                (Some(byte), _) if *byte == layout.quote => return Ok(&rest[end + 1..]),
                // An escape before any other character is text.
                (Some(byte), _) => {
                    self.text.push(char::from(*byte));
                    rest = &rest[end + 1..];
                }
            }
        }
    }
}

/// Follows a record as it is read and tells whether it is inside quotes, where a record delimiter is text.
#[derive(Debug)]
pub struct Quotes {
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// Behind the escape in a quoted field; when the escape is the quote, also behind a closing quote.
    Escaped,
}

impl Default for Quotes {
    fn default() -> Self {
        Self { state: State::FieldStart }
    }
}

impl Quotes {
    /// Whether the record is inside quotes after these bytes more of it.
    pub fn are_open_after(&mut self, bytes: &[u8], layout: &Layout) -> bool {
        for byte in bytes {
            self.state = match self.state {
                State::Quoted if *byte == layout.escape => State::Escaped,
                State::Quoted if *byte == layout.quote => State::Plain,
                State::Quoted => State::Quoted,
                State::Escaped if layout.escape != layout.quote || *byte == layout.quote => State::Quoted,
                State::FieldStart if *byte == layout.quote => State::Quoted,
                _ if *byte == layout.field_delimiter => State::FieldStart,
                _ => State::Plain,
            };
        }
        match self.state {
            State::Quoted => true,
            State::Escaped => layout.escape != layout.quote,
            State::FieldStart | State::Plain => false,
        }
    }
}

/// Appends a field, in quotes where its text or `always` asks for them.
pub fn write_field(text: &str, layout: &Layout, always: bool, out: &mut Vec<u8>) {
    let is_special =
        |byte: u8| byte == layout.field_delimiter || byte == layout.quote || layout.record_delimiter.as_bytes().contains(&byte);
    if !always && !text.bytes().any(is_special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(layout.quote);
    for byte in text.bytes() {
        if byte == layout.quote || byte == layout.escape {
            out.push(layout.escape);
        }
        out.push(byte);
    }
    out.push(layout.quote);
}

/// Where the first such byte stands, or the text's end.
fn position(text: &str, is_sought: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(is_sought).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::delimited::Delimited;
    use proptest::prelude::*;

    fn layout(escape: u8) -> Layout {
        Layout { record_delimiter: "\r\n".to_owned(), field_delimiter: b',', quote: b'"', escape }
    }

    fn read(record: &str, escape: u8) -> Result<Vec<String>, Flaw> {
        let mut fields = Fields::default();
        fields.read(record, &layout(escape))?;
        Ok(fields.iter().map(str::to_owned).collect())
    }

    #[test]
    fn quotes_and_escapes_are_taken_off() {
        for (record, escape, expected) in [
            ("", b'"', &[""][..]),
            ("a,b", b'"', &["a", "b"]),
            (",", b'"', &["", ""]),
            ("\"a,b\",c", b'"', &["a,b", "c"]),
            ("\"\"\" a , b \"\"\"", b'"', &["\" a , b \""]),
            ("\"\",\"\"", b'"', &["", ""]),
            ("a\"b\",c", b'"', &["a\"b\"", "c"]),
            ("\"a\\\"b\\\\\\c\"", b'\\', &["a\"b\\\\c"]),
            ("a\\,b", b'\\', &["a\\", "b"]),
            ("é,\"ü\"", b'"', &["é", "ü"]),
        ] {
            assert_eq!(read(record, escape).expect(record), expected, "{record}");
        }
    }

    #[test]
    fn misplaced_quotes_are_flaws() {
        for (record, escape, flaw) in [
            ("\"a", b'"', Flaw::UnclosedQuote),
            ("a,\"", b'"', Flaw::UnclosedQuote),
            ("\"a\\\"", b'\\', Flaw::UnclosedQuote),
            ("\"a\\", b'\\', Flaw::UnclosedQuote),
            ("\"a\"b", b'"', Flaw::TextAfterQuote),
            ("\"a\"b\"", b'"', Flaw::TextAfterQuote),
        ] {
            assert_eq!(read(record, escape), Err(flaw), "{record}");
        }
    }

    #[test]
    fn quotes_are_written_where_they_are_needed() {
        let written = |text: &str, always| {
            let mut out = Vec::new();
            write_field(text, &layout(b'"'), always, &mut out);
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!([written("a b", false), written("a,b", false), written("a\"b", false)], ["a b", "\"a,b\"", "\"a\"\"b\""]);
        assert_eq!([written("", false), written("", true), written("a\nb", false)], ["", "\"\"", "\"a\nb\""]);
    }

    proptest! {
        #[test]
        fn written_records_are_read_back(
            records in prop::collection::vec(prop::collection::vec("[a,\"\\\\\r\né]{0,6}", 1..4), 1..4),
            escape in prop::sample::select(vec![b'"', b'\\', b'\'']),
            always: bool,
        ) {
            let layout = layout(escape);
            let mut text = Vec::new();
            for record in &records {
                for (index, field) in record.iter().enumerate() {
                    text.extend((index > 0).then_some(layout.field_delimiter));
                    write_field(field, &layout, always, &mut text);
                }
                text.extend_from_slice(layout.record_delimiter.as_bytes());
            }
            let mut reader = Delimited::new(&text[..], layout.record_delimiter.as_bytes(), 1000);
            let mut found = Vec::new();
            loop {
                let mut quotes = Quotes::default();
                if !reader.advance(|bytes| quotes.are_open_after(bytes, &layout)).expect("short records") {
                    break;
                }
                let mut fields = Fields::default();
                fields.read(std::str::from_utf8(reader.record()).expect("UTF-8"), &layout).expect("well written");
                found.push(fields.iter().map(str::to_owned).collect::<Vec<_>>());
            }
            prop_assert_eq!(found, records);
        }

        #[test]
        fn no_record_panics_the_reader(record in "[a,\"\\\\é]{0,20}", escape in prop::sample::select(vec![b'"', b'\\'])) {
            let _ = read(&record, escape);
        }
    }
}
