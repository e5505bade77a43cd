//! Texts cut at a delimiter, a record at a time and none longer than a bound.

use std::io::{self, BufRead, Read};

/// Reads records from a source.
pub struct Delimited<R> {
    source: R,
    delimiter: Vec<u8>,
    longest: usize,
    /// The record that was read last, without its delimiter.
    record: Vec<u8>,
    is_unterminated: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("a record is longer than {0} bytes")]
    TooLong(usize),
    #[error(transparent)]
    Source(#[from] io::Error),
}

impl<R: BufRead> Delimited<R> {
    /// The delimiter has one byte or more; a record at most `longest` bytes beside it.
    pub fn new(source: R, delimiter: &[u8], longest: usize) -> Self {
        Self { source, delimiter: delimiter.to_vec(), longest, record: Vec::new(), is_unterminated: false }
    }

    /// Reads the next record; `false` when there is none. `holds` is shown the bytes as they come and says whether the record goes
    /// on behind a delimiter at their end, as in quotes.
    ///
    /// # Errors
    /// The record is too long, or the source fails.
    pub fn advance(&mut self, mut holds: impl FnMut(&[u8]) -> bool) -> Result<bool, ReadError> {
        let last = *self.delimiter.last().expect("a delimiter has a byte or more");
        let most = self.longest + self.delimiter.len();
        self.record.clear();
        loop {
            let seen = self.record.len();
            let read = (&mut self.source).take((most - seen) as u64).read_until(last, &mut self.record)?;
            let is_held = holds(&self.record[seen..]);
            self.is_unterminated = read == 0;
            if self.record.ends_with(&self.delimiter) && !is_held {
                self.record.truncate(self.record.len() - self.delimiter.len());
                return Ok(true);
            }
            if self.record.len() == most || self.is_unterminated && seen > self.longest {
                return Err(ReadError::TooLong(self.longest));
            }
            if self.is_unterminated {
                return Ok(seen > 0);
            }
        }
    }

    /// The record that was read last, without its delimiter.
    pub fn record(&self) -> &[u8] {
        &self.record
    }

    /// Whether the source ended instead of a delimiter.
    pub fn is_unterminated(&self) -> bool {
        self.is_unterminated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The records, and whether the last one lacks its delimiter.
    fn records(text: &[u8], delimiter: &[u8], longest: usize) -> Result<(Vec<Vec<u8>>, bool), ReadError> {
        let mut reader = Delimited::new(text, delimiter, longest);
        let (mut records, mut is_unterminated) = (Vec::new(), false);
        while reader.advance(|_| false)? {
            records.push(reader.record().to_vec());
            is_unterminated = reader.is_unterminated();
        }
        Ok((records, is_unterminated))
    }

    #[test]
    fn records_end_at_the_delimiter_or_with_the_source() {
        let cut = |text: &str, delimiter: &str| records(text.as_bytes(), delimiter.as_bytes(), 10).expect("short records");
        assert_eq!(cut("", "\n"), (vec![], false));
        assert_eq!(cut("a\n\nb\n", "\n"), (vec![b"a".to_vec(), vec![], b"b".to_vec()], false));
        assert_eq!(cut("a\nb", "\n"), (vec![b"a".to_vec(), b"b".to_vec()], true));
        assert_eq!(cut("a\r\nb\nc\r\n", "\r\n"), (vec![b"a".to_vec(), b"b\nc".to_vec()], false));
        assert_eq!(cut("a\r", "\r\n"), (vec![b"a\r".to_vec()], true));
    }

    #[test]
    fn no_record_is_longer_than_the_bound() {
        for (text, delimiter, is_short) in [
            ("0123456789\n", "\n", true),
            ("0123456789", "\n", true),
            ("0123456789\r\n", "\r\n", true),
            ("0123456789a\n", "\n", false),
            ("0123456789a", "\n", false),
            ("0123456789\r", "\r\n", false),
            ("a\n0123456789ab\n", "\n", false),
        ] {
            assert_eq!(records(text.as_bytes(), delimiter.as_bytes(), 10).is_ok(), is_short, "{text:?}");
        }
    }

    #[test]
    fn a_held_record_goes_on_behind_the_delimiter() {
        let mut reader = Delimited::new(&b"'a\nb'\nc"[..], b"\n", 10);
        let mut quotes = 0;
        let mut holds = |bytes: &[u8]| {
            quotes += bytes.iter().filter(|byte| **byte == b'\'').count();
            quotes % 2 == 1
        };
        for expected in [&b"'a\nb'"[..], b"c"] {
            assert!(reader.advance(&mut holds).expect("short"));
            assert_eq!(reader.record(), expected);
        }
        assert!(reader.is_unterminated() && !reader.advance(&mut holds).expect("short"));
    }

    proptest! {
        #[test]
        fn joined_records_are_the_text(text in "[ab\r\n]{0,40}", delimiter in "\n|\r\n|ab") {
            let (mut records, is_unterminated) = records(text.as_bytes(), delimiter.as_bytes(), 100).expect("short records");
            if !is_unterminated {
                records.push(Vec::new());
            }
            prop_assert_eq!(records.join(delimiter.as_bytes()), text.into_bytes());
        }
    }
}
