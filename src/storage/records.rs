//! What the index keeps of objects, uploads and parts.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::codec::crypto::Nonce;
use crate::domain::encryption::Encryption;
use crate::domain::metadata::Metadata;
use crate::domain::part::{PartNumber, UploadId};
use crate::domain::storage_class::StorageClass;
use crate::domain::time::Timestamp;

/// An object that can be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Without quotes.
    pub etag: String,
    /// Bytes of plain content.
    pub size: u64,
    /// Of the plain content.
    pub crc64: u64,
    pub last_modified: Timestamp,
    pub storage_class: StorageClass,
    pub metadata: Metadata,
    pub encryption: Encryption,
    pub content: Content,
}

/// Where an object's bytes are. Each body is owned by exactly one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    One(Body),
    /// The parts of a completed upload, in these runs of numbers, still under their upload id: completing moves nothing.
    Parts {
        upload: UploadId,
        numbers: Vec<RangeInclusive<u16>>,
    },
}

/// One immutable run of bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub(super) id: BodyId,
    pub(super) size: u64,
    pub(super) place: Place,
    /// Present when the bytes are encrypted.
    pub(super) nonce: Option<Nonce>,
}

/// Unique within a data folder, for ever.
pub(super) type BodyId = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    /// A record of the index, for bodies up to [`super::staging::LARGEST_INLINE`].
    Index,
    File,
}

/// An upload that is neither completed nor aborted: what its object will be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    pub initiated: Timestamp,
    /// UIN of the caller that initiated it.
    pub initiator: String,
    pub storage_class: StorageClass,
    pub metadata: Metadata,
    pub encryption: Encryption,
    /// Whether Initiate asked not to overwrite an object.
    pub forbid_overwrite: bool,
}

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Without quotes.
    pub etag: String,
    pub size: u64,
    pub crc64: u64,
    pub last_modified: Timestamp,
    pub(super) body: Body,
}

impl Content {
    /// These parts of an upload, in ascending order.
    pub fn of_parts(upload: UploadId, numbers: impl Iterator<Item = PartNumber>) -> Self {
        Self::Parts { upload, numbers: Self::runs(numbers) }
    }

    /// Whether the part of this number belongs to the content.
    pub(super) fn has_part(&self, number: PartNumber) -> bool {
        let Self::Parts { numbers, .. } = self else { return false };
        let at = numbers.partition_point(|run| *run.end() < number.get());
        numbers.get(at).is_some_and(|run| run.contains(&number.get()))
    }

    fn runs(numbers: impl Iterator<Item = PartNumber>) -> Vec<RangeInclusive<u16>> {
        let mut runs: Vec<RangeInclusive<u16>> = Vec::new();
        for number in numbers.map(PartNumber::get) {
            match runs.last_mut() {
                Some(run) if run.end() + 1 == number => *run = *run.start()..=number,
                _ => runs.push(number..=number),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_join_into_runs() {
        let numbers = |list: &[u16]| Content::runs(list.iter().map(|&n| PartNumber::new(n).expect("valid")));
        assert_eq!(numbers(&[1, 2, 3, 7, 9, 10]), [1..=3, 7..=7, 9..=10]);
        assert!(numbers(&[]).is_empty());
        let content = Content::Parts { upload: UploadId::new(0, [0; 32]), numbers: vec![1..=3, 7..=7] };
        let has = |number| content.has_part(PartNumber::new(number).expect("valid"));
        assert!(has(1) && has(3) && has(7) && !has(4) && !has(6) && !has(8));
    }
}
