//! What the index keeps of objects, uploads and parts.

use std::ops::RangeInclusive;
use std::slice;

use serde::{Deserialize, Serialize};

use crate::codec::crypto::Nonce;
use crate::domain::acl::Acl;
use crate::domain::encryption::Encryption;
use crate::domain::key::ObjectKey;
use crate::domain::metadata::Metadata;
use crate::domain::part::{PartNumber, UploadId};
use crate::domain::restore::Restore;
use crate::domain::storage_class::StorageClass;
use crate::domain::tag::Tags;
use crate::domain::time::Timestamp;
use crate::domain::version::VersionNumber;

/// An object that can be read, current or superseded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub version: VersionNumber,
    pub kind: ObjectKind,
    /// Without quotes.
    pub etag: String,
    /// Bytes of plain content.
    pub size: u64,
    /// Of the plain content.
    pub crc64: u64,
    pub last_modified: Timestamp,
    pub attributes: Attributes,
    /// Of archived content, once asked for.
    pub restore: Option<Restore>,
    /// Until then the object can neither be overwritten nor deleted.
    pub retained_until: Option<Timestamp>,
    pub replication: Option<ReplicationStatus>,
    pub content: Content,
}

impl Object {
    /// A normal object that was just written, without restore, lock or copies.
    pub fn new(
        version: VersionNumber,
        etag: String,
        size: u64,
        crc64: u64,
        last_modified: Timestamp,
        attributes: Attributes,
        content: Content,
    ) -> Self {
        let (restore, retained_until, replication) = (None, None, None);
        let kind = ObjectKind::Normal;
        Self { version, kind, etag, size, crc64, last_modified, attributes, restore, retained_until, replication, content }
    }
}

/// What a writer chooses for an object, and for the object that an upload will be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    pub storage_class: StorageClass,
    pub metadata: Metadata,
    pub encryption: Encryption,
    pub tags: Tags,
    /// `None` is COS's `default`: the bucket's list applies.
    pub acl: Option<Acl>,
}

/// What an object was made by, as far as it matters later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectKind {
    #[default]
    Normal,
    /// By APPEND Object.
    Appendable,
    /// By PUT symlink, to this key of the same bucket.
    Symlink(ObjectKey),
}

/// How far an object's copy into another bucket has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplicationStatus {
    Pending,
    Completed,
    Failed,
    /// The object is such a copy itself.
    Replica,
}

impl ReplicationStatus {
    /// As `x-cos-replication-status` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Replica => "REPLICA",
        }
    }
}

/// One of the versions of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Version {
    Object(Box<Object>),
    Marker(DeleteMarker),
}

/// A deletion in a bucket with versions: while it is the newest version, the key counts as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteMarker {
    pub version: VersionNumber,
    pub last_modified: Timestamp,
}

impl Version {
    pub fn number(&self) -> VersionNumber {
        match self {
            Self::Object(object) => object.version,
            Self::Marker(marker) => marker.version,
        }
    }

    pub fn last_modified(&self) -> Timestamp {
        match self {
            Self::Object(object) => object.last_modified,
            Self::Marker(marker) => marker.last_modified,
        }
    }
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
    /// Several bodies, read one after another.
    Joined(Vec<Body>),
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
    /// Full id of the caller that initiated it, as in `qcs::cam::uin/100000000001:uin/100000000011`.
    pub initiator: String,
    pub attributes: Attributes,
    /// Whether Initiate asked not to overwrite an object.
    pub forbids_overwrite: bool,
    /// The end of a lock that Initiate named for the object.
    pub retained_until: Option<Timestamp>,
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

    /// The bodies that the record itself names: none of a content of parts.
    pub(super) fn bodies(&self) -> &[Body] {
        match self {
            Self::One(body) => slice::from_ref(body),
            Self::Joined(bodies) => bodies,
            Self::Parts { .. } => &[],
        }
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
