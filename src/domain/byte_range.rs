//! The `Range` of a GET (GET Object, 436/7753): one range of bytes.

use std::ops::Range;

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
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
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
