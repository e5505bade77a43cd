//! The index: records by key. The only file that knows sled.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional};

use crate::domain::bucket::{Bucket, BucketName};
use crate::domain::key::ObjectKey;
use crate::domain::part::{PartNumber, UploadId};
use crate::domain::setting::SettingKind;
use crate::storage::StorageError;
use crate::storage::blobs::delete_file;
use crate::storage::records::{BodyId, Object, Part, Upload};

/// sled's page cache in bytes; what is not in it is read from the file again.
const CACHE: u64 = 16 << 20;

/// How long an index in use is waited for: the process that is being replaced may still be ending, and sled gives its lock back a
/// moment after the last handle is gone.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Present in the index's own tree while a process has it open.
const OPEN_MARK: &[u8] = b"open";

/// A tree per kind of record. Keys sort the way listings need.
pub(super) struct Tables {
    db: sled::Db,
    /// By [`bucket_key`].
    pub(super) buckets: Table<Bucket>,
    /// JSON texts, by [`setting_key`].
    pub(super) settings: Table<String>,
    /// By [`object_key`].
    pub(super) objects: Table<Object>,
    /// Uploads that are neither completed nor aborted, by [`upload_key`].
    pub(super) uploads: Table<Upload>,
    /// Parts of those, and of completed objects, by [`part_key`].
    pub(super) parts: Table<Part>,
    bodies: sled::Tree,
}

/// Records of one kind.
pub(super) struct Table<V> {
    tree: sled::Tree,
    name: &'static str,
    kind: PhantomData<fn() -> V>,
}

impl Tables {
    pub(super) fn open(path: &Path) -> Result<Self, StorageError> {
        let config = sled::Config::new().path(path).cache_capacity(CACHE).flush_every_ms(None);
        let begun = Instant::now();
        let db = loop {
            delete_half_written(path)?;
            match config.open() {
                Ok(db) => break db,
                Err(sled::Error::Io(error)) if error.to_string().contains("lock") => {
                    if begun.elapsed() > LOCK_PATIENCE {
                        return Err(StorageError::Folder(format!("{} is in use by another process", path.display())));
                    }
                    thread::sleep(LOCK_PAUSE);
                }
                Err(error) => return Err(error.into()),
            }
        };
        Ok(Self {
            buckets: Table::open(&db, "buckets")?,
            settings: Table::open(&db, "settings")?,
            objects: Table::open(&db, "objects")?,
            uploads: Table::open(&db, "uploads")?,
            parts: Table::open(&db, "parts")?,
            bodies: db.open_tree("bodies")?,
            db,
        })
    }

    /// Makes all that was written so far outlive the process; blocks.
    pub(super) fn flush(&self) -> Result<(), StorageError> {
        self.db.flush()?;
        Ok(())
    }

    /// Whether the last process ended without [`Self::mark_closed`].
    pub(super) fn was_left_open(&self) -> Result<bool, StorageError> {
        Ok(self.db.contains_key(OPEN_MARK)?)
    }

    pub(super) fn mark_open(&self) -> Result<(), StorageError> {
        self.db.insert(OPEN_MARK, &[])?;
        self.flush()
    }

    pub(super) fn mark_closed(&self) -> Result<(), StorageError> {
        self.db.remove(OPEN_MARK)?;
        self.flush()
    }

    pub(super) fn new_body_id(&self) -> Result<BodyId, StorageError> {
        Ok(self.db.generate_id()?)
    }

    pub(super) fn insert_body(&self, id: BodyId, bytes: &[u8]) -> Result<(), StorageError> {
        self.bodies.insert(id.to_be_bytes(), bytes)?;
        Ok(())
    }

    /// A range of a body's bytes; `None` when there is no such body, or it is shorter.
    pub(super) fn body(&self, id: BodyId, range: Range<usize>) -> Result<Option<Vec<u8>>, StorageError> {
        let body = self.bodies.get(id.to_be_bytes())?;
        Ok(body.and_then(|bytes| bytes.get(range).map(<[u8]>::to_vec)))
    }

    pub(super) fn remove_body(&self, id: BodyId) -> Result<(), StorageError> {
        self.bodies.remove(id.to_be_bytes())?;
        Ok(())
    }

    /// Ids of all bodies that are kept in the index.
    pub(super) fn body_ids(&self) -> impl Iterator<Item = Result<BodyId, StorageError>> {
        self.bodies.iter().keys().map(|key| Ok(key?.as_ref().try_into().map_or(0, BodyId::from_be_bytes)))
    }

    /// Replaces the object and ends the upload: both or, after a crash, neither. Gives the object that was replaced.
    pub(super) fn complete(&self, object_key: &[u8], object: &Object, upload_key: &[u8]) -> Result<Option<Object>, StorageError> {
        let record = encode(object, self.objects.name)?;
        let replaced = (&self.objects.tree, &self.uploads.tree).transaction(|(objects, uploads)| {
            uploads.remove(upload_key)?;
            Ok::<_, ConflictableTransactionError<()>>(objects.insert(object_key, record.as_slice())?)
        });
        match replaced {
            Ok(replaced) => replaced.map(|bytes| decode(&bytes, self.objects.name)).transpose(),
            Err(TransactionError::Storage(error)) => Err(error.into()),
            Err(TransactionError::Abort(())) => unreachable!("nothing aborts the transaction"),
        }
    }
}

/// Deletes what sled was writing of its own when the last process was killed: it would take the half for the whole, and fail.
fn delete_half_written(index: &Path) -> Result<(), StorageError> {
    let find = || match File::open(index.join("db")) {
        // The configuration is written before this file is made.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(vec![index.join("conf")]),
        Err(error) => Err(error),
        // Another process has the index open, and its snapshots are none of ours.
        Ok(db) if db.try_lock().is_err() => Ok(Vec::new()),
        Ok(_) => {
            let mut paths: Vec<PathBuf> = fs::read_dir(index)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "generating"));
            Ok(paths)
        }
    };
    let half_written = find().map_err(StorageError::file(format!("reading {}", index.display())))?;
    half_written.iter().try_for_each(|path| delete_file(path))
}

impl<V: Serialize + DeserializeOwned> Table<V> {
    fn open(db: &sled::Db, name: &'static str) -> Result<Self, StorageError> {
        Ok(Self { tree: db.open_tree(name)?, name, kind: PhantomData })
    }

    /// Reads one record; short enough to be called where it is needed, without a thread of its own.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<V>, StorageError> {
        self.tree.get(key)?.map(|bytes| decode(&bytes, self.name)).transpose()
    }

    pub(super) fn contains(&self, key: &[u8]) -> Result<bool, StorageError> {
        Ok(self.tree.contains_key(key)?)
    }

    /// Gives the record that was replaced.
    pub(super) fn insert(&self, key: &[u8], record: &V) -> Result<Option<V>, StorageError> {
        let replaced = self.tree.insert(key, encode(record, self.name)?)?;
        replaced.map(|bytes| decode(&bytes, self.name)).transpose()
    }

    /// Gives the record that was removed.
    pub(super) fn remove(&self, key: &[u8]) -> Result<Option<V>, StorageError> {
        self.tree.remove(key)?.map(|bytes| decode(&bytes, self.name)).transpose()
    }

    pub(super) fn has_prefix(&self, prefix: &[u8]) -> Result<bool, StorageError> {
        Ok(self.tree.scan_prefix(prefix).next().transpose()?.is_some())
    }

    /// Records from `start` on whose keys have the prefix, in order of keys; may block.
    pub(super) fn scan(&self, start: &[u8], prefix: Vec<u8>) -> Scan<V> {
        Scan { iter: self.tree.range(start.to_vec()..), prefix, name: self.name, kind: PhantomData }
    }
}

/// A run through a table.
pub(super) struct Scan<V> {
    iter: sled::Iter,
    prefix: Vec<u8>,
    name: &'static str,
    kind: PhantomData<fn() -> V>,
}

impl<V: DeserializeOwned> Iterator for Scan<V> {
    type Item = Result<(Vec<u8>, V), StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.iter.next()? {
            Ok((key, _)) if !key.starts_with(&self.prefix) => None,
            Ok((key, bytes)) => Some(decode(&bytes, self.name).map(|record| (key.to_vec(), record))),
            Err(error) => Some(Err(error.into())),
        }
    }
}

impl From<sled::Error> for StorageError {
    fn from(error: sled::Error) -> Self {
        Self::Index(Box::new(error))
    }
}

/// The first byte of every record; a later form takes the next number.
const RECORD_FORM: u8 = 1;

fn encode<V: Serialize>(record: &V, what: &'static str) -> Result<Vec<u8>, StorageError> {
    postcard::to_extend(record, vec![RECORD_FORM]).map_err(|source| StorageError::Corrupt { what, source })
}

fn decode<V: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<V, StorageError> {
    let corrupt = |source| StorageError::Corrupt { what, source };
    match bytes.split_first() {
        Some((&RECORD_FORM, record)) => postcard::from_bytes(record).map_err(corrupt),
        _ => Err(corrupt(postcard::Error::DeserializeBadEncoding)),
    }
}

/// Ends a name inside a key: neither bucket names nor object keys hold the byte, so keys sort as the names do.
const END: u8 = 0;

pub(super) fn bucket_key(bucket: &BucketName) -> Vec<u8> {
    bucket.as_str().as_bytes().to_vec()
}

pub(super) fn setting_key(bucket: &BucketName, kind: SettingKind) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END, kind as u8]].concat()
}

/// What all keys of a bucket's objects, and of its uploads, begin with.
pub(super) fn in_bucket(bucket: &BucketName) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END]].concat()
}

pub(super) fn object_key(bucket: &BucketName, key: &ObjectKey) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END], key.as_str().as_bytes()].concat()
}

pub(super) fn upload_key(bucket: &BucketName, key: &ObjectKey, upload: &UploadId) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END], key.as_str().as_bytes(), &[END], upload.as_str().as_bytes()].concat()
}

/// The object key and upload id in a key that [`upload_key`] made, less the bucket's prefix.
pub(super) fn split_upload_key(rest: &[u8]) -> Option<(&str, &str)> {
    str::from_utf8(rest).ok()?.split_once(char::from(END))
}

/// The upload id in a key that [`upload_key`] made.
pub(super) fn upload_of(key: &[u8]) -> Option<UploadId> {
    let id = key.rsplit(|&byte| byte == END).next()?;
    str::from_utf8(id).ok()?.parse().ok()
}

/// What all keys of an upload's parts begin with.
pub(super) fn of_upload(upload: &UploadId) -> Vec<u8> {
    upload.as_str().as_bytes().to_vec()
}

pub(super) fn part_key(upload: &UploadId, number: PartNumber) -> Vec<u8> {
    [upload.as_str().as_bytes(), &number.get().to_be_bytes()].concat()
}

/// The number in a key that [`part_key`] made.
pub(super) fn part_number(key: &[u8]) -> Option<PartNumber> {
    PartNumber::new(u16::from_be_bytes(key.last_chunk().copied()?))
}

/// The upload in a key that [`part_key`] made.
pub(super) fn part_upload(key: &[u8]) -> Option<UploadId> {
    str::from_utf8(key.split_last_chunk::<2>()?.0).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(key: &str) -> Option<(BucketName, ObjectKey)> {
        Some(("b-1".parse().ok()?, key.parse().ok()?))
    }

    proptest! {
        /// Listings go through records in order of keys, and through the uploads of a key in order of ids.
        #[test]
        fn records_sort_as_their_keys_do(one in "[\u{1}-\u{10}a/中]{1,4}", other in "[\u{1}-\u{10}a/中]{1,4}", ids: [[u8; 32]; 2]) {
            let (Some((bucket, one)), Some((_, other))) = (object(&one), object(&other)) else { return Ok(()) };
            let order = one.as_str().as_bytes().cmp(other.as_str().as_bytes());
            prop_assert_eq!(object_key(&bucket, &one).cmp(&object_key(&bucket, &other)), order);
            let [first, second] = ids.map(|id| UploadId::new(0, id));
            let (upload, upload_of_other) = (upload_key(&bucket, &one, &first), upload_key(&bucket, &other, &second));
            prop_assert_eq!(upload.cmp(&upload_of_other), order.then(first.cmp(&second)));
            prop_assert_eq!(upload_of(&upload), Some(first));
            let rest = &upload[in_bucket(&bucket).len()..];
            prop_assert_eq!(split_upload_key(rest).map(|(key, _)| key), Some(one.as_str()));
        }

        #[test]
        fn a_part_key_gives_back_its_upload_and_number(id: [u8; 32], number in 1..=10_000u16) {
            let (id, number) = (UploadId::new(1_700_000_000, id), PartNumber::new(number).expect("in range"));
            let key = part_key(&id, number);
            prop_assert_eq!((part_upload(&key), part_number(&key)), (Some(id), Some(number)));
        }
    }

    #[test]
    fn a_kill_while_sled_wrote_its_own_files_does_not_stop_the_next_start() {
        let root = tempfile::tempdir().expect("a folder");
        let index = root.path().join("index");
        fs::create_dir(&index).expect("made");
        fs::write(index.join("conf"), "segment_size: 524288\nuse_comp").expect("written");
        Tables::open(&index).expect("made").mark_open().expect("marked");
        for snapshot in ["", "half a snapshot and no checksum"] {
            // sled lets go of a dropped index late, so each start has one of its own.
            let copy = tempfile::tempdir().expect("a folder");
            for file in ["conf", "db"] {
                fs::copy(index.join(file), copy.path().join(file)).expect("copied");
            }
            fs::write(copy.path().join("snap.00000000FFFFFFFF.generating"), snapshot).expect("written");
            assert!(Tables::open(copy.path()).expect("opened").was_left_open().expect("read"));
        }
    }
}
