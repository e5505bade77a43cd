//! Uploads and their parts.

use crate::domain::bucket::BucketName;
use crate::domain::key::ObjectKey;
use crate::domain::listing::{self, Page, Query};
use crate::domain::part::{PartNumber, UploadId};
use crate::domain::time::Timestamp;
use crate::storage::bucket_keys::BucketKeys;
use crate::storage::committer::Changed;
use crate::storage::history::{History, Retained};
use crate::storage::keys::{self, of_upload, part_key, part_number, upload_key};
use crate::storage::objects::Slot;
use crate::storage::records::{Content, Object, Part, Upload};
use crate::storage::staging::Staged;
use crate::storage::tables::Tables;
use crate::storage::{StorageError, Store};

/// Which part of which upload.
#[derive(Debug, Clone, Copy)]
pub struct PartAddress<'a> {
    pub bucket: &'a BucketName,
    pub key: &'a ObjectKey,
    pub upload: &'a UploadId,
    pub number: PartNumber,
}

#[derive(Debug, PartialEq)]
pub enum PutPart {
    Stored,
    /// The upload was completed or aborted while the part arrived.
    UploadMissing,
}

#[derive(Debug)]
pub enum CompleteUpload<Refusal> {
    Completed(Box<Object>),
    UploadMissing,
    /// The caller did not accept the parts that are there.
    Refused(Refusal),
    /// What would be replaced is retained.
    Retained(Retained),
}

impl Store {
    /// Begins an upload under an id that was never used. Whether the bucket is there.
    ///
    /// # Errors
    /// The index failed.
    pub async fn create_upload(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        id: &UploadId,
        upload: Upload,
    ) -> Result<bool, StorageError> {
        let (bucket_key, record_key) = (keys::bucket_key(bucket), upload_key(bucket, key, id));
        let create = move |tables: &Tables| {
            let exists = tables.buckets.contains(&bucket_key)?;
            if exists {
                tables.uploads.insert(&record_key, &upload)?;
            }
            Ok(exists.into())
        };
        self.0.committer.commit(create).await
    }

    /// `None` for an id that is unknown, completed, aborted, or of another key.
    ///
    /// # Errors
    /// The index failed.
    pub fn upload(&self, bucket: &BucketName, key: &ObjectKey, id: &UploadId) -> Result<Option<Upload>, StorageError> {
        self.0.tables.uploads.get(&upload_key(bucket, key, id))
    }

    /// Records a body as a part; a part of the same number is replaced. The last to call this stays.
    ///
    /// # Errors
    /// The index failed; the part that was there is then still there.
    pub async fn put_part(
        &self,
        PartAddress { bucket, key, upload, number }: PartAddress<'_>,
        staged: Staged,
        etag: String,
        now: Timestamp,
    ) -> Result<PutPart, StorageError> {
        let (upload_key, part_key) = (upload_key(bucket, key, upload), part_key(upload, number));
        let put = move |tables: &Tables| {
            if !tables.uploads.contains(&upload_key)? {
                return Ok(PutPart::UploadMissing.into());
            }
            let (size, crc64) = (staged.digested.length, staged.digested.crc64);
            let part = Part { etag, size, crc64, last_modified: now, body: staged.keep(tables)? };
            let replaced = tables.parts.insert(&part_key, &part)?;
            Ok(Changed {
                outcome: PutPart::Stored,
                discarded: replaced.into_iter().map(|part| Content::One(part.body)).collect(),
            })
        };
        self.0.committer.commit(put).await
    }

    /// Makes parts of an upload the newest version of an object and ends the upload; moves no bytes, deletes the other parts.
    /// `object` is given what is there and all parts in order, and makes the record, whose content is the parts that it chose.
    ///
    /// # Errors
    /// The index failed; the upload is then still open.
    pub async fn complete_upload<Refusal: Send + 'static>(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        id: UploadId,
        now: Timestamp,
        object: impl FnOnce(&Slot<'_>, &[(PartNumber, Part)]) -> Result<Object, Refusal> + Send + 'static,
    ) -> Result<CompleteUpload<Refusal>, StorageError> {
        let (bucket, key, upload_key) = (bucket.clone(), key.clone(), upload_key(bucket, key, &id));
        let complete = move |tables: &Tables| {
            let Some(mut history) = History::open(tables, &bucket, &key)? else {
                return Ok(CompleteUpload::UploadMissing.into());
            };
            if !tables.uploads.contains(&upload_key)? {
                return Ok(CompleteUpload::UploadMissing.into());
            }
            let parts = parts_of(tables, &id)?;
            let mut object = match object(&history.slot(now)?, &parts) {
                Ok(object) => object,
                Err(refusal) => return Ok(CompleteUpload::Refused(refusal).into()),
            };
            if let Err(retained) = history.push(&mut object, now)? {
                return Ok(CompleteUpload::Retained(retained).into());
            }
            history.batch.remove_upload(&upload_key);
            let mut discarded = history.save()?;
            for (number, part) in parts {
                if !object.content.has_part(number) {
                    tables.parts.remove(&part_key(&id, number))?;
                    discarded.push(Content::One(part.body));
                }
            }
            Ok(Changed { outcome: CompleteUpload::Completed(Box::new(object)), discarded })
        };
        self.0.committer.commit(complete).await
    }

    /// Ends an upload and deletes its parts. Whether there was such an upload.
    ///
    /// # Errors
    /// The index failed.
    pub async fn abort_upload(&self, bucket: &BucketName, key: &ObjectKey, id: UploadId) -> Result<bool, StorageError> {
        let record_key = upload_key(bucket, key, &id);
        let abort = move |tables: &Tables| {
            let existed = tables.uploads.remove(&record_key)?.is_some();
            let parts = existed.then(|| Content::Parts { upload: id, numbers: Vec::new() });
            Ok(Changed { outcome: existed, discarded: parts.into_iter().collect() })
        };
        self.0.committer.commit(abort).await
    }

    /// Parts with greater numbers than `marker`, in order; at most `limit` of them, and whether there are more.
    ///
    /// # Errors
    /// The index failed.
    pub async fn list_parts(
        &self,
        id: &UploadId,
        marker: u16,
        limit: usize,
    ) -> Result<(Vec<(PartNumber, Part)>, bool), StorageError> {
        let id = id.clone();
        self.blocking(move |store| {
            let prefix = of_upload(&id);
            let start = match marker.checked_add(1).and_then(PartNumber::new) {
                Some(first) => part_key(&id, first),
                None => return Ok((Vec::new(), false)),
            };
            let mut scan = store.0.tables.parts.scan(&start, prefix).filter_map(numbered);
            let parts = scan.by_ref().take(limit).collect::<Result<_, _>>()?;
            Ok((parts, limit > 0 && scan.next().transpose()?.is_some()))
        })
        .await
    }

    /// One page of a bucket's uploads. With an upload id marker, uploads of the marker's key with greater ids come first.
    ///
    /// # Errors
    /// The index failed.
    pub async fn list_uploads(
        &self,
        bucket: &BucketName,
        prefix: String,
        delimiter: Option<char>,
        key_marker: String,
        upload_id_marker: String,
        limit: usize,
    ) -> Result<Page<(UploadId, Upload)>, StorageError> {
        let bucket = bucket.clone();
        self.blocking(move |store| {
            let start = match (key_marker.as_str(), upload_id_marker.as_str()) {
                ("", _) => String::new(),
                // Keys of uploads are `<key> 0 <id>`: 1 is behind all uploads of the marker's key and before those of any other.
                (key, "") => format!("{key}\u{1}"),
                (key, id) => format!("{key}\0{id}\0"),
            };
            let read = |key: &[u8], upload| {
                let (key, id) = keys::split_upload_key(key)?;
                Some((key.to_owned(), (id.parse().ok()?, upload)))
            };
            let mut keys = BucketKeys::new(&store.0.tables.uploads, &bucket, start.as_bytes(), read);
            listing::page(&mut keys, Query { prefix: &prefix, delimiter, marker: &key_marker, limit })
        })
        .await
    }
}

pub(super) fn parts_of(tables: &Tables, id: &UploadId) -> Result<Vec<(PartNumber, Part)>, StorageError> {
    let prefix = of_upload(id);
    tables.parts.scan(&prefix, prefix.clone()).filter_map(numbered).collect()
}

fn numbered(record: Result<(Vec<u8>, Part), StorageError>) -> Option<Result<(PartNumber, Part), StorageError>> {
    record.map(|(key, part)| part_number(&key).map(|number| (number, part))).transpose()
}
