//! Objects: written whole or not at all, read even while they are replaced.

use std::ops::Range;
use std::str;

use bytes::Bytes;

use crate::codec::crypto::Nonce;
use crate::domain::bucket::BucketName;
use crate::domain::encryption::BodyCipher;
use crate::domain::key::ObjectKey;
use crate::domain::listing::{self, Page, Query};
use crate::storage::blobs::{self, BodyStream, Slice};
use crate::storage::bucket_keys::BucketKeys;
use crate::storage::committer::Changed;
use crate::storage::leases::Lease;
use crate::storage::records::{Body, Content, Object, Place};
use crate::storage::staging::Staged;
use crate::storage::tables::{Tables, bucket_key, object_key};
use crate::storage::{StorageError, Store, uploads};

/// Whether a write may replace an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    Allowed,
    Forbidden,
}

#[derive(Debug, PartialEq)]
pub enum PutObject {
    Stored,
    BucketMissing,
    /// There is an object of that key, and overwriting was forbidden.
    Exists,
}

/// The bytes of an object, decrypted.
pub enum ObjectBytes {
    Whole(Bytes),
    Stream(BodyStream),
}

impl Store {
    /// # Errors
    /// The index failed.
    pub fn object(&self, bucket: &BucketName, key: &ObjectKey) -> Result<Option<Object>, StorageError> {
        self.0.tables.objects.get(&object_key(bucket, key))
    }

    /// Records a body as an object; `object` makes the record of the body's content.
    ///
    /// # Errors
    /// The index failed; the object that was there is then still there.
    pub async fn put_object(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        staged: Staged,
        overwrite: Overwrite,
        object: impl FnOnce(Content) -> Object + Send + 'static,
    ) -> Result<PutObject, StorageError> {
        let (bucket_key, record_key) = (bucket_key(bucket), object_key(bucket, key));
        let put = move |tables: &Tables| {
            if !tables.buckets.contains(&bucket_key)? {
                return Ok(PutObject::BucketMissing.into());
            }
            if overwrite == Overwrite::Forbidden && tables.objects.contains(&record_key)? {
                return Ok(PutObject::Exists.into());
            }
            let body = staged.keep(tables)?;
            let replaced = tables.objects.insert(&record_key, &object(Content::One(body)))?;
            Ok(Changed { outcome: PutObject::Stored, discarded: replaced.into_iter().map(|object| object.content).collect() })
        };
        self.0.committer.commit(put).await
    }

    /// Whether there was such an object.
    ///
    /// # Errors
    /// The index failed.
    pub async fn delete_object(&self, bucket: &BucketName, key: &ObjectKey) -> Result<bool, StorageError> {
        let record_key = object_key(bucket, key);
        let delete = move |tables: &Tables| {
            let removed = tables.objects.remove(&record_key)?;
            Ok(Changed { outcome: removed.is_some(), discarded: removed.into_iter().map(|object| object.content).collect() })
        };
        self.0.committer.commit(delete).await
    }

    /// Opens a range of an object that [`Self::object`] gave; `cipher` makes a body's cipher of its nonce. `None` when the object
    /// was replaced or deleted since: look again. Once opened, the bytes stay readable whatever happens to the object.
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
        let is_current = || Ok::<_, StorageError>(self.object(bucket, key)?.is_some_and(|now| now.content == object.content));
        if let Content::One(body @ Body { place: Place::Index, .. }) = &object.content {
            return match blobs::read_inline(&self.0.tables, body, range.clone()) {
                Ok(mut bytes) => {
                    if let Some(cipher) = body.nonce.and_then(cipher) {
                        cipher.key.apply(&cipher.nonce, range.start, &mut bytes);
                    }
                    Ok(Some(ObjectBytes::Whole(bytes.into())))
                }
                Err(_) if !is_current()? => Ok(None),
                Err(error) => Err(error),
            };
        }
        let lease = self.0.leases.take(&object.content);
        if !is_current()? {
            return Ok(None);
        }
        let bodies = match &object.content {
            Content::One(body) => vec![body.clone()],
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
            let mut keys = BucketKeys::new(&store.0.tables.objects, &bucket, &start, read);
            listing::page(&mut keys, Query { prefix: &prefix, delimiter, marker: &marker, limit })
        })
        .await
    }
}
