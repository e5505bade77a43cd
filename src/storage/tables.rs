//! The index: records by key. The only file that knows sled.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional};
use tokio::sync::Notify;

use crate::domain::bucket::{Bucket, BucketName};
use crate::storage::StorageError;
use crate::storage::blobs::delete_file;
use crate::storage::records::{BodyId, Object, Part, Upload, Version};

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
    /// By [`super::keys::bucket_key`].
    pub(super) buckets: Table<Bucket>,
    /// JSON texts, by [`super::keys::setting_key`].
    pub(super) settings: Table<String>,
    /// The buckets of users' own host names, by the name.
    pub(super) domains: Table<BucketName>,
    /// Current objects, by [`super::keys::object_key`].
    pub(super) objects: Table<Object>,
    /// Objects that were superseded, and all delete markers, by [`super::keys::version_key`].
    pub(super) versions: Table<Version>,
    /// Versions that are still to be copied into other buckets, by [`super::keys::version_key`].
    pub(super) replications: Table<()>,
    /// Told when there is one more.
    pub(super) replication_asked: Notify,
    /// Uploads that are neither completed nor aborted, by [`super::keys::upload_key`].
    pub(super) uploads: Table<Upload>,
    /// Parts of those, and of completed objects, by [`super::keys::part_key`].
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
            domains: Table::open(&db, "domains")?,
            objects: Table::open(&db, "objects")?,
            versions: Table::open(&db, "versions")?,
            replications: Table::open(&db, "replications")?,
            replication_asked: Notify::new(),
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

    /// Makes the changes: all of them or, after a crash, none.
    pub(super) fn apply(&self, Batch(changes): Batch) -> Result<(), StorageError> {
        let trees = [&self.objects.tree, &self.versions.tree, &self.uploads.tree, &self.replications.tree];
        if let [Change { table, key, record }] = changes.as_slice() {
            match record {
                Some(record) => trees[*table].insert(key, record.as_slice())?,
                None => trees[*table].remove(key)?,
            };
            return Ok(());
        }
        let applied = trees.as_slice().transaction(|trees| {
            for Change { table, key, record } in &changes {
                match record {
                    Some(record) => trees[*table].insert(key.as_slice(), record.as_slice())?,
                    None => trees[*table].remove(key.as_slice())?,
                };
            }
            Ok::<_, ConflictableTransactionError<()>>(())
        });
        applied.map_err(|error| match error {
            TransactionError::Storage(error) => error.into(),
            TransactionError::Abort(()) => unreachable!("nothing aborts the transaction"),
        })
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

/// Changes that are made together.
#[derive(Default)]
pub(super) struct Batch(Vec<Change>);

struct Change {
    /// Which of the trees of [`Tables::apply`].
    table: usize,
    key: Vec<u8>,
    /// `None` removes what is there.
    record: Option<Vec<u8>>,
}

impl Batch {
    pub(super) fn put_object(&mut self, key: &[u8], object: &Object) -> Result<(), StorageError> {
        self.push(0, key, Some(encode(object, "objects")?));
        Ok(())
    }

    pub(super) fn remove_object(&mut self, key: &[u8]) {
        self.push(0, key, None);
    }

    pub(super) fn put_version(&mut self, key: &[u8], version: &Version) -> Result<(), StorageError> {
        self.push(1, key, Some(encode(version, "versions")?));
        Ok(())
    }

    pub(super) fn remove_version(&mut self, key: &[u8]) {
        self.push(1, key, None);
    }

    pub(super) fn remove_upload(&mut self, key: &[u8]) {
        self.push(2, key, None);
    }

    pub(super) fn put_replication(&mut self, key: &[u8]) -> Result<(), StorageError> {
        self.push(3, key, Some(encode(&(), "replications")?));
        Ok(())
    }

    pub(super) fn remove_replication(&mut self, key: &[u8]) {
        self.push(3, key, None);
    }

    fn push(&mut self, table: usize, key: &[u8], record: Option<Vec<u8>>) {
        self.0.push(Change { table, key: key.to_vec(), record });
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

#[cfg(test)]
mod tests {
    use super::*;

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
