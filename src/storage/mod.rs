//! What is kept: records in sled, larger bodies in files. Speaks in outcomes; knows neither HTTP nor COS's error codes.
//!
//! All changes run one after another on the commit thread, so what a change reads, decides and writes is one step, and changes
//! that wait together share one flush. Order of effects: bytes to a staged file, file to its final name, record, answer; then
//! what the record replaced is deleted. A crash leaves orphans at most, which the next start sweeps.

mod appends;
mod blobs;
mod bucket_keys;
mod buckets;
mod committer;
mod digester;
mod domains;
mod folder;
mod history;
mod keys;
mod leases;
mod links;
mod objects;
mod reaper;
mod records;
mod renames;
mod replications;
mod settings;
mod staging;
mod sweep;
mod tables;
mod uploads;
mod versions;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use blobs::BodyStream;
pub use buckets::{CreateBucket, DeleteBucket};
pub use domains::BindDomains;
pub use folder::{claim, write_whole};
pub use history::Retained;
pub use links::{Linked, NewContent};
pub use objects::{ChangeObject, DeleteObject, ObjectBytes, PutObject, Slot};
pub use records::{Attributes, Body, Content, DeleteMarker, Object, ObjectKind, Part, ReplicationStatus, Upload, Version};
pub use renames::{MOST_IN_DIRECTORY, NotRenamed};
pub use replications::{PutReplica, Replica, Waiting};
pub use settings::{ChangeBucket, FirstSettings};
pub use staging::{Staged, Staging};
pub use uploads::{CompleteUpload, PartAddress, PutPart};
pub use versions::ListedVersion;

use crate::codec::crypto::Key;
use crate::domain::random::Random;
use crate::domain::setting::SettingKind;
use blobs::Blobs;
use committer::Committer;
use digester::Digester;
use folder::Folder;
use leases::Leases;
use reaper::Reaper;
use tables::Tables;

/// A fault of the machine or of the data folder; expected outcomes are values, never this.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("{what}: {source}")]
    File { what: String, source: std::io::Error },
    #[error("the index failed: {0}")]
    Index(Box<dyn std::error::Error + Send + Sync>),
    #[error("the record of {what} cannot be read: {source}")]
    Corrupt { what: &'static str, source: postcard::Error },
    #[error("the setting {kind:?} cannot be read: {source}")]
    Setting { kind: SettingKind, source: serde_json::Error },
    #[error("{0}")]
    Folder(String),
    #[error("the store is closed")]
    Closed,
}

impl StorageError {
    fn file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { what: what.into(), source }
    }
}

/// Whether a write is answered only once it would outlive the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The index is flushed before an answer; body files have reached the operating system by then.
    BeforeAnswer,
    /// For folders that are thrown away at the end.
    None,
}

/// A cheap handle on one data folder.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    tables: Arc<Tables>,
    committer: Committer,
    digester: Digester,
    blobs: Arc<Blobs>,
    leases: Leases,
    reaper: Reaper,
    folder: Folder,
}

/// Locks, even after a thread panicked while it held the lock: what is behind these locks is whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens the folder, or makes it when it is missing or empty; blocks. After a crash this also sweeps what it left behind.
    ///
    /// # Errors
    /// The folder is not one of the emulator's, is in use by another process, or cannot be read or written.
    pub fn open(path: &Path, durability: Durability, random: &Random) -> Result<Self, StorageError> {
        let folder = Folder::open(path, random)?;
        let tables = Arc::new(Tables::open(&folder.index())?);
        let blobs = Arc::new(Blobs::new(&folder));
        if tables.was_left_open()? {
            sweep::sweep(&tables, &blobs)?;
        }
        tables.mark_open()?;
        let reaper = Reaper::start(Arc::clone(&tables), Arc::clone(&blobs));
        let leases = Leases::new(reaper.handle());
        Ok(Self(Arc::new(Inner {
            committer: Committer::start(Arc::clone(&tables), leases.clone(), durability),
            digester: Digester::start(),
            leases,
            tables,
            blobs,
            reaper,
            folder,
        })))
    }

    /// Finishes all work and leaves the folder so that the next start has nothing to sweep; blocks. Later calls fail.
    ///
    /// # Errors
    /// The last flush failed.
    pub fn close(&self) -> Result<(), StorageError> {
        self.0.committer.stop();
        let none_held_back = self.0.leases.none_doomed();
        let all_deleted = self.0.reaper.stop();
        if none_held_back && all_deleted { self.0.tables.mark_closed() } else { self.0.tables.flush() }
    }

    /// The folder's own key, from which the keys of SSE-COS, SSE-KMS and tokens are derived.
    pub fn folder_key(&self) -> &Key {
        self.0.folder.key()
    }

    /// Runs work that scans or reads files where blocking is allowed.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store)).await.map_err(|_| StorageError::Closed)?
    }
}
