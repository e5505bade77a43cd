//! Listing all versions of a bucket's objects: two tables read as one run.

use std::iter::Peekable;

use crate::domain::bucket::BucketName;
use crate::domain::listing::{self, Keys, Page, Query};
use crate::domain::version::VersionId;
use crate::storage::keys::{in_bucket, versioned_key};
use crate::storage::records::Version;
use crate::storage::tables::Tables;
use crate::storage::{StorageError, Store, history};

/// A version in a listing, and whether it is its key's newest.
pub type ListedVersion = (Version, bool);

impl Store {
    /// One page of all versions: keys in order, the newest version of each first. With a version marker, older versions of the
    /// marker's key come first; a marker that is gone begins the key anew (inferred).
    ///
    /// # Errors
    /// The index failed.
    pub async fn list_versions(
        &self,
        bucket: &BucketName,
        prefix: String,
        delimiter: Option<char>,
        key_marker: String,
        version_marker: Option<VersionId>,
        limit: usize,
    ) -> Result<Page<ListedVersion>, StorageError> {
        let bucket = bucket.clone();
        self.blocking(move |store| {
            let mut versions = VersionKeys::new(&store.0.tables, &bucket, &key_marker, version_marker)?;
            listing::page(&mut versions, Query { prefix: &prefix, delimiter, marker: &key_marker, limit })
        })
        .await
    }
}

/// All versions of a bucket.
struct VersionKeys<'a> {
    tables: &'a Tables,
    base: Vec<u8>,
    current: Run,
    superseded: Run,
    /// The key whose newest version was passed.
    begun: Option<String>,
}

/// Object keys and versions of one table, in order.
type Run = Peekable<Box<dyn Iterator<Item = Result<(String, Version), StorageError>> + Send>>;

impl<'a> VersionKeys<'a> {
    fn new(tables: &'a Tables, bucket: &BucketName, marker: &str, version: Option<VersionId>) -> Result<Self, StorageError> {
        let base = in_bucket(bucket);
        let found = match version {
            Some(id) => history::find_version(tables, &[&base, marker.as_bytes()].concat(), Some(id))?,
            None => None,
        };
        // No key holds the byte 0: behind a key it stands before all longer keys, and 1 behind all superseded versions.
        let (from, behind) = match (marker, version, &found) {
            ("", ..) => (Vec::new(), Vec::new()),
            (key, None, _) => ([key.as_bytes(), &[0]].concat(), [key.as_bytes(), &[1]].concat()),
            (key, Some(_), None) => (key.as_bytes().to_vec(), key.as_bytes().to_vec()),
            (key, Some(_), Some(version)) => {
                let behind = version.number().order().saturating_add(1).to_be_bytes();
                ([key.as_bytes(), &[0]].concat(), [key.as_bytes(), &[0], &behind].concat())
            }
        };
        let begun = found.map(|_| marker.to_owned());
        let (current, superseded) = (current(tables, &base, &from), superseded(tables, &base, &behind));
        Ok(Self { tables, current, superseded, base, begun })
    }
}

impl Keys for VersionKeys<'_> {
    type Item = ListedVersion;
    type Fault = StorageError;

    fn next(&mut self) -> Result<Option<(String, ListedVersion)>, StorageError> {
        let is_current_first = match (self.current.peek(), self.superseded.peek()) {
            (Some(Ok((current, _))), Some(Ok((superseded, _)))) => current <= superseded,
            (Some(_), _) => true,
            (None, _) => false,
        };
        let run = if is_current_first { &mut self.current } else { &mut self.superseded };
        let Some((key, version)) = run.next().transpose()? else { return Ok(None) };
        let is_latest = self.begun.as_ref() != Some(&key);
        if is_latest {
            self.begun = Some(key.clone());
        }
        Ok(Some((key, (version, is_latest))))
    }

    fn seek(&mut self, key: &[u8]) {
        if !is_beyond(&mut self.current, key) {
            self.current = current(self.tables, &self.base, key);
        }
        if !is_beyond(&mut self.superseded, key) {
            self.superseded = superseded(self.tables, &self.base, key);
        }
    }
}

/// Whether the run stands at or after `key` already, which saves the search for it.
fn is_beyond(run: &mut Run, key: &[u8]) -> bool {
    match run.peek() {
        Some(Ok((next, _))) => next.as_bytes() >= key,
        Some(Err(_)) | None => true,
    }
}

/// Current objects from `start` on, which is without the bucket's name.
fn current(tables: &Tables, base: &[u8], start: &[u8]) -> Run {
    let length = base.len();
    let scan = tables.objects.scan(&[base, start].concat(), base.to_vec()).map(move |record| {
        let (key, object) = record?;
        Ok((text(&key[length..]), Version::Object(Box::new(object))))
    });
    (Box::new(scan) as Box<dyn Iterator<Item = _> + Send>).peekable()
}

/// All other versions, likewise.
fn superseded(tables: &Tables, base: &[u8], start: &[u8]) -> Run {
    let length = base.len();
    let scan = tables.versions.scan(&[base, start].concat(), base.to_vec()).map(move |record| {
        let (key, version) = record?;
        Ok((text(versioned_key(&key[length..])), version))
    });
    (Box::new(scan) as Box<dyn Iterator<Item = _> + Send>).peekable()
}

fn text(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}
