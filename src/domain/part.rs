//! Parts of an upload, and what Complete Multipart Upload asks of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;

/// The largest body of one request: 5 GiB (Specifications and Limits, 436/14518).
pub const LARGEST_BODY: u64 = 5 << 30;

/// The smallest part but the last: 1 MiB, checked at Complete (Upload Part, 436/7750).
pub const SMALLEST_PART: u64 = 1 << 20;

/// 1 to 10000 (Upload Part, 436/7750).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartNumber(u16);

impl PartNumber {
    pub const fn get(self) -> u16 {
        self.0
    }

    /// `None` outside 1 to 10000.
    pub const fn new(number: u16) -> Option<Self> {
        if 1 <= number && number <= 10_000 { Some(Self(number)) } else { None }
    }
}

impl FromStr for PartNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().ok().and_then(Self::new).ok_or_else(|| {
            ErrorCode::InvalidArgument.because(format!("partNumber is {text:?}; it must be a number from 1 to 10000"))
        })
    }
}

impl fmt::Display for PartNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// 10 digits of the time of initiation, then 64 lower-case hex digits: the order of ids is that of initiation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UploadId(String);

impl UploadId {
    const LENGTH: usize = 74;

    pub fn new(seconds: i64, random: [u8; 32]) -> Self {
        Self(format!("{seconds:010}{}", hex::encode(random)))
    }

    /// What the parts of a copied object stand under: `number` is new in the data folder, and no upload has the time 0.
    pub fn of_copy(number: u64) -> Self {
        Self(format!("{:010}{number:064x}", 0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UploadId {
    type Err = Error;

    /// Any other text names no upload: `NoSuchUpload`.
    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() == Self::LENGTH && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(Self::LENGTH + 1).collect();
        Err(ErrorCode::NoSuchUpload.because(format!("there is no upload {shown:?}; Initiate Multipart Upload gives an uploadId")))
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A part that a Complete lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPart {
    pub number: PartNumber,
    /// As sent: with or without quotes, in any letter case.
    pub etag: String,
}

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedPart {
    pub number: PartNumber,
    pub etag: String,
    pub size: u64,
}

/// Checks a Complete's list against what was uploaded, both in the order given; `uploaded` ascends.
///
/// Gaps between numbers are allowed when every listed part exists (inferred; Complete Multipart Upload, 436/7742, reads as if
/// they were not).
///
/// # Errors
/// `MalformedXML` without parts, `InvalidPartOrder` unless numbers ascend, `InvalidPart` for a part that is missing or has another
/// ETag, `EntityTooSmall` for a part but the last below 1 MiB.
pub fn check_list(listed: &[ListedPart], uploaded: &[UploadedPart]) -> Result<(), Error> {
    if listed.is_empty() {
        return Err(ErrorCode::MalformedXML.because("CompleteMultipartUpload lists no Part; at least one is needed"));
    }
    if let Some(pair) = listed.windows(2).find(|pair| pair[0].number >= pair[1].number) {
        let message = format!("part {} is listed after part {}; the numbers must ascend", pair[1].number, pair[0].number);
        return Err(ErrorCode::InvalidPartOrder.because(message));
    }
    for (index, part) in listed.iter().enumerate() {
        let Ok(at) = uploaded.binary_search_by_key(&part.number, |uploaded| uploaded.number) else {
            return Err(ErrorCode::InvalidPart.because(format!("part {} is listed but was never uploaded", part.number)));
        };
        let found = &uploaded[at];
        if !etag::unquoted(&part.etag).eq_ignore_ascii_case(&found.etag) {
            let shown: String = etag::unquoted(&part.etag).chars().take(64).collect();
            let message = format!("part {} is listed with the ETag {shown:?}, but has {:?}", part.number, found.etag);
            return Err(ErrorCode::InvalidPart.because(message));
        }
        if found.size < SMALLEST_PART && index + 1 < listed.len() {
            let message = format!(
                "part {} has {} bytes; all parts but the last must have at least {SMALLEST_PART}",
                part.number, found.size
            );
            return Err(ErrorCode::EntityTooSmall.because(message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(value: u16) -> PartNumber {
        PartNumber::new(value).expect("in range")
    }

    fn listed(parts: &[(u16, &str)]) -> Vec<ListedPart> {
        parts.iter().map(|&(n, etag)| ListedPart { number: number(n), etag: etag.to_owned() }).collect()
    }

    fn uploaded(parts: &[(u16, u64)]) -> Vec<UploadedPart> {
        parts.iter().map(|&(n, size)| UploadedPart { number: number(n), etag: format!("e{n}"), size }).collect()
    }

    #[test]
    fn part_numbers_are_1_to_10000() {
        for (text, is_valid) in
            [("1", true), ("10000", true), ("0", false), ("10001", false), ("-1", false), ("x", false), ("", false)]
        {
            assert_eq!(text.parse::<PartNumber>().is_ok(), is_valid, "{text}");
        }
    }

    #[test]
    fn an_upload_id_looks_as_cos_makes_it() {
        let id = UploadId::new(1_585_130_821, [0xcb; 32]);
        assert_eq!((id.as_str().len(), &id.as_str()[..12]), (74, "1585130821cb"));
        assert_eq!(id.as_str().parse::<UploadId>().expect("own text"), id);
        let of_copy = UploadId::of_copy(u64::MAX);
        assert_eq!(of_copy.as_str().parse::<UploadId>().expect("own text"), of_copy);
        for text in ["", "none", &"g".repeat(74), &"a".repeat(75)] {
            assert_eq!(text.parse::<UploadId>().expect_err(text).code(), ErrorCode::NoSuchUpload);
        }
    }

    #[test]
    fn the_list_is_checked_as_documented() {
        let stored = uploaded(&[(1, SMALLEST_PART), (3, SMALLEST_PART - 1), (5, 0)]);
        let code = |parts: &[(u16, &str)]| check_list(&listed(parts), &stored).err().map(|error| error.code());
        assert_eq!(code(&[(1, "\"e1\""), (5, "E5")]), None);
        assert_eq!(code(&[(3, "e3")]), None);
        assert_eq!(code(&[]), Some(ErrorCode::MalformedXML));
        assert_eq!(code(&[(3, "e3"), (1, "e1")]), Some(ErrorCode::InvalidPartOrder));
        assert_eq!(code(&[(1, "e1"), (1, "e1")]), Some(ErrorCode::InvalidPartOrder));
        assert_eq!(code(&[(1, "e1"), (2, "e2")]), Some(ErrorCode::InvalidPart));
        assert_eq!(code(&[(1, "e2")]), Some(ErrorCode::InvalidPart));
        assert_eq!(code(&[(1, "e1"), (3, "e3"), (5, "e5")]), Some(ErrorCode::EntityTooSmall));
    }

    proptest! {
        #[test]
        fn any_ascending_choice_of_full_parts_is_accepted(numbers in prop::collection::btree_set(1..=10_000u16, 1..50), skip: u64) {
            let stored: Vec<(u16, u64)> = numbers.iter().map(|&n| (n, SMALLEST_PART)).collect();
            let chosen: Vec<ListedPart> = numbers
                .iter()
                .enumerate()
                .filter(|(index, _)| skip >> (index % 64) & 1 == 0 || *index == 0)
                .map(|(_, &n)| ListedPart { number: number(n), etag: format!("\"e{n}\"") })
                .collect();
            prop_assert!(check_list(&chosen, &uploaded(&stored)).is_ok());
        }
    }
}
