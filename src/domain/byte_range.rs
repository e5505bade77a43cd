//! Ranges of bytes: of a GET (GET Object, 436/7753), of a copied part.

use std::ops::Range;
use std::str::FromStr;

use crate::domain::error::{Error, ErrorCode};

/// What a `Range` header asks of an object of a certain size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByteRange {
    /// No header, several ranges or bad syntax: the whole object, 200 (inferred for the latter two).
    Whole,
    /// These bytes, end exclusive, never empty: 206.
    Part(Range<u64>),
    /// No byte of the range is in the object: 416. An empty object has no range (inferred).
    Unsatisfiable,
}

impl ByteRange {
    /// Applies `bytes=first-last`, `bytes=first-` or `bytes=-suffix` to an object of `size` bytes; `last` past the end is cut.
    pub fn of(header: Option<&str>, size: u64) -> Self {
        let Some((first, last)) =
            header.and_then(|text| text.trim().strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
        else {
            return Self::Whole;
        };
        match (first.trim(), last.trim()) {
            ("", suffix) => match number(suffix) {
                None => Self::Whole,
                Some(length) if length == 0 || size == 0 => Self::Unsatisfiable,
                Some(length) => Self::Part(size.saturating_sub(length)..size),
            },
            (first, last) => match (number(first), if last.is_empty() { Some(u64::MAX) } else { number(last) }) {
                (Some(first), Some(last)) if first > last => Self::Whole,
                (Some(first), Some(_)) if first >= size => Self::Unsatisfiable,
                (Some(first), Some(last)) => Self::Part(first..last.saturating_add(1).min(size)),
                _ => Self::Whole,
            },
        }
    }
}

/// `x-cos-copy-source-range: bytes=first-last` (Upload Part - Copy, 436/8287): unlike `Range` it needs both ends, and the source
/// must have all of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyRange {
    first: u64,
    last: u64,
}

impl CopyRange {
    /// The bytes of a source of that size, end exclusive.
    ///
    /// # Errors
    /// `InvalidRange` when the source is shorter (that it is not cut, and the code, are inferred).
    pub fn within(self, size: u64) -> Result<Range<u64>, Error> {
        if self.last < size {
            return Ok(self.first..self.last + 1);
        }
        let Self { first, last } = self;
        Err(ErrorCode::InvalidRange
            .because(format!("x-cos-copy-source-range is bytes={first}-{last}, but the copy source has {size} bytes")))
    }
}

impl FromStr for CopyRange {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let ends = text.strip_prefix("bytes=").and_then(|text| text.split_once('-'));
        match ends.map(|(first, last)| (number(first), number(last))) {
            Some((Some(first), Some(last))) if first <= last => Ok(Self { first, last }),
            _ => {
                let message = format!("x-cos-copy-source-range is {text:?}; it must be bytes=first-last, as in bytes=0-1048575");
                Err(ErrorCode::InvalidArgument.because(message))
            }
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_forms_and_their_edges() {
        for (header, size, expected) in [
            ("bytes=8-14", 16, ByteRange::Part(8..15)),
            ("bytes=8-", 16, ByteRange::Part(8..16)),
            ("bytes=-3", 16, ByteRange::Part(13..16)),
            ("bytes=-99", 16, ByteRange::Part(0..16)),
            ("bytes=0-99", 16, ByteRange::Part(0..16)),
            ("bytes=15-15", 16, ByteRange::Part(15..16)),
            ("bytes=16-", 16, ByteRange::Unsatisfiable),
            ("bytes=-0", 16, ByteRange::Unsatisfiable),
            ("bytes=0-", 0, ByteRange::Unsatisfiable),
            ("bytes=-1", 0, ByteRange::Unsatisfiable),
            ("bytes=0-1,4-5", 16, ByteRange::Whole),
            ("bytes=5-2", 16, ByteRange::Whole),
            ("bytes=-", 16, ByteRange::Whole),
            ("bytes=+1-2", 16, ByteRange::Whole),
            ("lines=1-2", 16, ByteRange::Whole),
            ("", 16, ByteRange::Whole),
        ] {
            assert_eq!(ByteRange::of(Some(header), size), expected, "{header} of {size}");
        }
        assert_eq!(ByteRange::of(None, 16), ByteRange::Whole);
    }

    #[test]
    fn a_copied_range_has_both_ends_in_the_source() {
        let within =
            |text: &str, size| text.parse::<CopyRange>().and_then(|range| range.within(size)).map_err(|error| error.code());
        assert_eq!((within("bytes=0-0", 1), within("bytes=3-9", 10)), (Ok(0..1), Ok(3..10)));
        for (text, size) in [("bytes=0-0", 0), ("bytes=3-10", 10), ("bytes=10-10", 10), ("bytes=0-18446744073709551615", 10)] {
            assert_eq!(within(text, size), Err(ErrorCode::InvalidRange), "{text}");
        }
        for text in
            ["", "0-1", "bytes=", "bytes=1", "bytes=1-", "bytes=-1", "bytes=2-1", "bytes=+1-2", "bytes=0-1,3-4", "bytes=0-9x"]
        {
            assert_eq!(within(text, 10), Err(ErrorCode::InvalidArgument), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_range_stays_inside_the_object(header in "bytes=[0-9]{0,20}-[0-9]{0,20}", size: u64) {
            if let ByteRange::Part(range) = ByteRange::of(Some(&header), size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }

        #[test]
        fn no_text_panics(header in "\\PC*", size: u64) {
            let _ = ByteRange::of(Some(&header), size);
            let _ = ByteRange::of(Some(&format!("bytes={header}")), size);
        }
    }
}
