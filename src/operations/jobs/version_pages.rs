//! All versions in a bucket, a page at a time, as jobs go through them.

use crate::domain::bucket::BucketName;
use crate::domain::listing::Entry;
use crate::domain::version::VersionId;
use crate::storage::{StorageError, Store, Version};

const PAGE: usize = 1000;

pub(super) struct VersionPages<'a> {
    store: &'a Store,
    bucket: &'a BucketName,
    prefix: String,
    /// The key and version that the next page comes behind; `None` once the last page was given.
    behind: Option<(String, Option<VersionId>)>,
}

impl<'a> VersionPages<'a> {
    /// Of keys with this prefix.
    pub(super) fn new(store: &'a Store, bucket: &'a BucketName, prefix: String) -> Self {
        Self { store, bucket, prefix, behind: Some((String::new(), None)) }
    }

    /// The next versions with their keys, and whether each is its key's newest. A key is begun anew when the version that a page
    /// ended with is gone.
    ///
    /// # Errors
    /// The index failed.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<(String, Version, bool)>>, StorageError> {
        let Some((key, version)) = self.behind.take() else { return Ok(None) };
        let page = self.store.list_versions(self.bucket, self.prefix.clone(), None, key, version, PAGE).await?;
        let versions = page.entries.into_iter().filter_map(|entry| match entry {
            Entry::Item(key, (version, is_latest)) => Some((key, version, is_latest)),
            Entry::CommonPrefix(_) => None,
        });
        let versions: Vec<_> = versions.collect();
        let last = versions.last().filter(|_| page.is_truncated);
        self.behind = last.map(|(key, version, _)| (key.clone(), Some(version.number().id())));
        Ok(Some(versions))
    }
}
