//! Objects: written whole or not at all, read even while they are replaced.

use std::ops::Range;
use std::str;

use bytes::Bytes;

use crate::codec::crypto::Nonce;
use crate::domain::bucket::{BucketName, Versioning};
use crate::domain::encryption::BodyCipher;
use crate::domain::key::ObjectKey;
use crate::domain::listing::{self, Page, Query};
use crate::domain::time::Timestamp;
use crate::domain::version::{VersionId, VersionNumber};
use crate::storage::blobs::{self, BodyStream, Slice};
use crate::storage::bucket_keys::BucketKeys;
use crate::storage::committer::Changed;
use crate::storage::history::{self, History, Retained};
use crate::storage::keys::{object_key, version_key};
use crate::storage::leases::Lease;
use crate::storage::links::NewContent;
use crate::storage::records::{Body, Content, DeleteMarker, Object, Place, Version};
use crate::storage::tables::Tables;
use crate::storage::{StorageError, Store, uploads};

/// Where an object is about to be written.
pub struct Slot<'a> {
    /// The newest version, if it is an object.
    pub current: Option<&'a Object>,
    pub versioning: Versioning,
    /// What the new version will be.
    pub version: VersionNumber,
}

#[derive(Debug, PartialEq)]
pub enum PutObject<Refusal> {
    Stored(Box<Object>),
    BucketMissing,
    /// The caller did not accept what is there.
    Refused(Refusal),
    /// What would be replaced is retained.
    Retained(Retained),
}

#[derive(Debug, PartialEq)]
pub enum DeleteObject {
    /// A delete marker is now the newest version.
    Marked(DeleteMarker),
    /// This version is gone for ever.
    Removed(Version),
    /// There was no such object or version.
    Missing,
    BucketMissing,
    Retained(Retained),
}

#[derive(Debug, PartialEq)]
pub enum ChangeObject<Refusal> {
    /// The object as it is now.
    Changed(Box<Object>),
    /// There is no such object or version, or no such bucket.
    Missing,
    /// The version is a delete marker.
    Marker(DeleteMarker),
    /// The caller did not accept what is there; nothing was changed.
    Refused(Refusal),
}

/// The bytes of an object, decrypted.
pub enum ObjectBytes {
    Whole(Bytes),
    Stream(BodyStream),
}

impl Store {
    /// The newest version of a key, if it is an object.
    ///
    /// # Errors
    /// The index failed.
    pub fn object(&self, bucket: &BucketName, key: &ObjectKey) -> Result<Option<Object>, StorageError> {
        self.0.tables.objects.get(&object_key(bucket, key))
    }

    /// The newest version of a key for no id, else the one of that id; it may be a delete marker.
    ///
    /// # Errors
    /// The index failed.
    pub fn version(&self, bucket: &BucketName, key: &ObjectKey, id: Option<VersionId>) -> Result<Option<Version>, StorageError> {
        history::find_version(&self.0.tables, &object_key(bucket, key), id)
    }

    /// Records new bytes as the newest version of an object; `object` makes its record of what is there and of the bytes' content,
    /// or refuses.
    ///
    /// # Errors
    /// The index failed; what was there is then still there.
    pub async fn put_object<Refusal: Send + 'static>(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        bytes: impl Into<NewContent>,
        now: Timestamp,
        object: impl FnOnce(&Slot<'_>, Content) -> Result<Object, Refusal> + Send + 'static,
    ) -> Result<PutObject<Refusal>, StorageError> {
        let (bucket, key, bytes) = (bucket.clone(), key.clone(), bytes.into());
        let put = move |tables: &Tables| {
            let Some(mut history) = History::open(tables, &bucket, &key)? else { return Ok(PutObject::BucketMissing.into()) };
            let content = bytes.keep(tables)?;
            let made = history.slot(now).map(|slot| object(&slot, content.clone()))?;
            let outcome = match made {
                Err(refusal) => PutObject::Refused(refusal),
                Ok(mut object) => match history.push(&mut object, now)? {
                    Ok(()) => return Ok(Changed { outcome: PutObject::Stored(Box::new(object)), discarded: history.save()? }),
                    Err(retained) => PutObject::Retained(retained),
                },
            };
            Ok(Changed { outcome, discarded: vec![content] })
        };
        self.0.committer.commit(put).await
    }

    /// Deletes the object, or in a bucket with versions marks it as deleted; for an id, deletes that version for ever.
    ///
    /// # Errors
    /// The index failed.
    pub async fn delete_object(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        id: Option<VersionId>,
        now: Timestamp,
    ) -> Result<DeleteObject, StorageError> {
        self.delete_if(bucket, key, id, now, None).await
    }

    /// Deletes the object, or in a bucket with versions marks it as deleted, while this version of it is the newest; else it
    /// counts as missing. The mark is not copied into other buckets: the bucket's own rules made it.
    ///
    /// # Errors
    /// The index failed.
    pub async fn delete_newest(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        version: VersionNumber,
        now: Timestamp,
    ) -> Result<DeleteObject, StorageError> {
        self.delete_if(bucket, key, None, now, Some(version)).await
    }

    async fn delete_if(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        id: Option<VersionId>,
        now: Timestamp,
        newest: Option<VersionNumber>,
    ) -> Result<DeleteObject, StorageError> {
        let (bucket, key) = (bucket.clone(), key.clone());
        let delete = move |tables: &Tables| {
            let Some(history) = History::open(tables, &bucket, &key)? else { return Ok(DeleteObject::BucketMissing.into()) };
            match (newest, history.current()) {
                (None, _) => delete(history, id, now),
                (Some(newest), Some(object)) if object.version == newest => delete(history.without_copies(), id, now),
                _ => Ok(DeleteObject::Missing.into()),
            }
        };
        self.0.committer.commit(delete).await
    }

    /// Does as [`Self::delete_object`] with many of a bucket's objects, one after another but in one commit; gives what became of
    /// each.
    ///
    /// # Errors
    /// The index failed; some of the objects may be gone.
    pub async fn delete_objects(
        &self,
        bucket: &BucketName,
        objects: Vec<(ObjectKey, Option<VersionId>)>,
        now: Timestamp,
    ) -> Result<Vec<DeleteObject>, StorageError> {
        let bucket = bucket.clone();
        let delete_all = move |tables: &Tables| {
            let mut all = Changed::from(Vec::with_capacity(objects.len()));
            for (key, id) in &objects {
                let Changed { outcome, discarded } = match History::open(tables, &bucket, key)? {
                    Some(history) => delete(history, *id, now)?,
                    None => DeleteObject::BucketMissing.into(),
                };
                all.outcome.push(outcome);
                all.discarded.extend(discarded);
            }
            Ok(all)
        };
        self.0.committer.commit(delete_all).await
    }

    /// Changes what is known of an object, but not its content; `change` may look at it first and refuse.
    ///
    /// # Errors
    /// The index failed.
    pub async fn change_object<Refusal: Send + 'static>(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        id: Option<VersionId>,
        change: impl FnOnce(&mut Object) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<ChangeObject<Refusal>, StorageError> {
        let (bucket, key) = (bucket.clone(), key.clone());
        let change = move |tables: &Tables| {
            let Some(mut history) = History::open(tables, &bucket, &key)? else { return Ok(ChangeObject::Missing.into()) };
            let mut object = match history.find(id)? {
                Some(Version::Object(object)) => *object,
                Some(Version::Marker(marker)) => return Ok(ChangeObject::Marker(marker).into()),
                None => return Ok(ChangeObject::Missing.into()),
            };
            if let Err(refusal) = change(&mut object) {
                return Ok(ChangeObject::Refused(refusal).into());
            }
            history.rewrite(&object)?;
            Ok(Changed { outcome: ChangeObject::Changed(Box::new(object)), discarded: history.save()? })
        };
        self.0.committer.commit(change).await
    }

    /// Opens a range of an object that [`Self::object`] or [`Self::version`] gave; `cipher` makes a body's cipher of its nonce.
    /// `None` when that version was replaced or deleted since: look again. Once opened, the bytes stay readable whatever happens to the object.
    ///
    /// # Errors
    /// The index failed, or a body that a record names is gone.
    pub async fn open_object(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        object: &Object,
        range: Range<u64>,
        cipher: impl Fn(Nonce) -> Option<BodyCipher> + Send + 'static,
    ) -> Result<Option<ObjectBytes>, StorageError> {
        let is_there = || self.holds(&object_key(bucket, key), object);
        if let [body @ Body { place: Place::Index, .. }] = object.content.bodies() {
            return match blobs::read_inline(&self.0.tables, body, range.clone()) {
                Ok(mut bytes) => {
                    if let Some(cipher) = body.nonce.and_then(cipher) {
                        cipher.key.apply(&cipher.nonce, range.start, &mut bytes);
                    }
                    Ok(Some(ObjectBytes::Whole(bytes.into())))
                }
                Err(_) if !is_there()? => Ok(None),
                Err(error) => Err(error),
            };
        }
        let lease = self.0.leases.take(&object.content);
        if !is_there()? {
            return Ok(None);
        }
        let bodies = match &object.content {
            Content::One(_) | Content::Joined(_) => object.content.bodies().to_vec(),
            Content::Parts { upload, .. } => {
                let (upload, content) = (upload.clone(), object.content.clone());
                self.blocking(move |store| {
                    let parts = uploads::parts_of(&store.0.tables, &upload)?.into_iter();
                    Ok(parts.filter(|(number, _)| content.has_part(*number)).map(|(_, part)| part.body).collect())
                })
                .await?
            }
        };
        Ok(Some(ObjectBytes::Stream(self.stream(bodies, range, cipher, lease))))
    }

    /// Whether a record still names the object's content.
    pub(super) fn holds(&self, object_key: &[u8], object: &Object) -> Result<bool, StorageError> {
        let tables = &self.0.tables;
        if tables.objects.get(object_key)?.is_some_and(|current| current.content == object.content) {
            return Ok(true);
        }
        let superseded = tables.versions.get(&version_key(object_key, object.version.order()))?;
        Ok(matches!(superseded, Some(Version::Object(superseded)) if superseded.content == object.content))
    }

    /// The range of the bodies' joined bytes.
    fn stream(
        &self,
        bodies: Vec<Body>,
        range: Range<u64>,
        cipher: impl Fn(Nonce) -> Option<BodyCipher>,
        lease: Lease,
    ) -> BodyStream {
        let mut slices = Vec::new();
        let mut offset = 0;
        for body in bodies {
            let (start, end) = (range.start.max(offset), range.end.min(offset + body.size));
            if start < end {
                let range = start - offset..end - offset;
                slices.push(Slice { range, cipher: body.nonce.and_then(&cipher), body: body.clone() });
            }
            offset += body.size;
        }
        blobs::stream(self.0.tables.clone(), self.0.blobs.clone(), slices, lease)
    }

    /// One page of a bucket's objects.
    ///
    /// # Errors
    /// The index failed.
    pub async fn list_objects(
        &self,
        bucket: &BucketName,
        prefix: String,
        delimiter: Option<char>,
        marker: String,
        limit: usize,
    ) -> Result<Page<Object>, StorageError> {
        let bucket = bucket.clone();
        self.blocking(move |store| {
            // No key holds the byte 0, so the marker with it is the least text behind the marker's own key.
            let start = if marker.is_empty() { String::new() } else { format!("{marker}\0") };
            let read = |key: &[u8], object| Some((str::from_utf8(key).ok()?.to_owned(), object));
            let mut keys = BucketKeys::new(&store.0.tables.objects, &bucket, start.as_bytes(), read);
            listing::page(&mut keys, Query { prefix: &prefix, delimiter, marker: &marker, limit })
        })
        .await
    }
}

/// What a deletion changes.
fn delete(mut history: History<'_>, id: Option<VersionId>, now: Timestamp) -> Result<Changed<DeleteObject>, StorageError> {
    let (outcome, deleted) = if id.is_none() && history.versioning() != Versioning::Never {
        let marker = DeleteMarker { version: history.next_number(now)?, last_modified: now };
        (DeleteObject::Marked(marker), history.push_marker(marker, now)?)
    } else {
        let Some(version) = history.find(id)? else { return Ok(DeleteObject::Missing.into()) };
        (DeleteObject::Removed(version.clone()), history.remove(version, now)?)
    };
    match deleted {
        Ok(()) => Ok(Changed { outcome, discarded: history.save()? }),
        Err(retained) => Ok(DeleteObject::Retained(retained).into()),
    }
}
