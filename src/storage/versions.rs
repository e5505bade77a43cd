//! Listing all versions of a bucket's objects: two tables read as one run.

use std::str;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::bucket::BucketName;
use crate::domain::listing::{self, Keys, Page, Query};
use crate::domain::version::VersionId;
use crate::storage::bucket_keys::BucketKeys;
use crate::storage::keys::{in_bucket, versioned_key};
use crate::storage::records::{Object, Version};
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
    current: Run<'a, Object>,
    superseded: Run<'a, Version>,
    /// The key whose newest version was passed.
    begun: Option<String>,
}

/// The versions in one table, with a look at the next.
struct Run<'a, V> {
    keys: BucketKeys<'a, V, Version>,
    /// Once looked at: the next version, if there is one.
    next: Option<Option<(String, Version)>>,
}

impl<'a> VersionKeys<'a> {
    fn new(tables: &'a Tables, bucket: &BucketName, marker: &str, version: Option<VersionId>) -> Result<Self, StorageError> {
        let found = match version {
            Some(id) => history::find_version(tables, &[&in_bucket(bucket), marker.as_bytes()].concat(), Some(id))?,
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
        let read_current = |key: &[u8], object| Some((text(key)?, Version::Object(Box::new(object))));
        let read_superseded = |key: &[u8], version| Some((text(versioned_key(key))?, version));
        Ok(Self {
            current: Run { keys: BucketKeys::new(&tables.objects, bucket, &from, read_current), next: None },
            superseded: Run { keys: BucketKeys::new(&tables.versions, bucket, &behind, read_superseded), next: None },
            begun: found.map(|_| marker.to_owned()),
        })
    }
}

impl Keys for VersionKeys<'_> {
    type Item = ListedVersion;
    type Fault = StorageError;

    fn next(&mut self) -> Result<Option<(String, ListedVersion)>, StorageError> {
        let is_current_first = match (self.current.peek()?, self.superseded.peek()?) {
            (Some(current), Some(superseded)) => current <= superseded,
            (current, _) => current.is_some(),
        };
        let next = if is_current_first { self.current.next.take() } else { self.superseded.next.take() };
        let Some((key, version)) = next.flatten() else { return Ok(None) };
        let is_latest = self.begun.as_ref() != Some(&key);
        if is_latest {
            self.begun = Some(key.clone());
        }
        Ok(Some((key, (version, is_latest))))
    }

    fn seek(&mut self, key: &[u8]) {
        self.current.seek(key);
        self.superseded.seek(key);
    }
}

impl<V: Serialize + DeserializeOwned> Run<'_, V> {
    /// The key of the next version.
    fn peek(&mut self) -> Result<Option<&str>, StorageError> {
        let next = match self.next.take() {
            Some(next) => next,
            None => self.keys.next()?,
        };
        Ok(self.next.insert(next).as_ref().map(|(key, _)| key.as_str()))
    }

    /// A run that stands at or behind the key already, or at its end, is spared the search.
    fn seek(&mut self, key: &[u8]) {
        let is_beyond = |next: &Option<(String, Version)>| next.as_ref().is_none_or(|(next, _)| next.as_bytes() >= key);
        if !self.next.as_ref().is_some_and(is_beyond) {
            self.next = None;
            self.keys.seek(key);
        }
    }
}

fn text(key: &[u8]) -> Option<String> {
    str::from_utf8(key).ok().map(str::to_owned)
}
