//! Buckets.

use crate::domain::bucket::{Bucket, BucketName};
use crate::storage::keys::{bucket_key, in_bucket};
use crate::storage::{StorageError, Store, settings};

#[derive(Debug, PartialEq)]
pub enum CreateBucket {
    Created,
    /// The bucket that has the name already; nothing was changed.
    Exists(Bucket),
}

#[derive(Debug, PartialEq)]
pub enum DeleteBucket {
    Deleted,
    Missing,
    /// It holds objects, superseded versions, delete markers or uploads.
    NotEmpty,
}

impl Store {
    /// # Errors
    /// The index failed.
    pub fn bucket(&self, name: &BucketName) -> Result<Option<Bucket>, StorageError> {
        self.0.tables.buckets.get(&bucket_key(name))
    }

    /// # Errors
    /// The index failed.
    pub async fn create_bucket(&self, bucket: Bucket) -> Result<CreateBucket, StorageError> {
        let create = move |tables: &super::Tables| {
            let key = bucket_key(&bucket.name);
            if let Some(existing) = tables.buckets.get(&key)? {
                return Ok(CreateBucket::Exists(existing).into());
            }
            tables.buckets.insert(&key, &bucket)?;
            Ok(CreateBucket::Created.into())
        };
        self.0.committer.commit(create).await
    }

    /// # Errors
    /// The index failed.
    pub async fn delete_bucket(&self, name: BucketName) -> Result<DeleteBucket, StorageError> {
        let delete = move |tables: &super::Tables| {
            let key = bucket_key(&name);
            if !tables.buckets.contains(&key)? {
                return Ok(DeleteBucket::Missing.into());
            }
            let content = in_bucket(&name);
            if tables.objects.has_prefix(&content)?
                || tables.versions.has_prefix(&content)?
                || tables.uploads.has_prefix(&content)?
            {
                return Ok(DeleteBucket::NotEmpty.into());
            }
            tables.buckets.remove(&key)?;
            settings::remove_all(tables, &name)?;
            Ok(DeleteBucket::Deleted.into())
        };
        self.0.committer.commit(delete).await
    }

    /// Buckets that `is_wanted`, in order of names, from the first name after `marker` on; at most `limit` of them.
    ///
    /// # Errors
    /// The index failed.
    pub async fn list_buckets(
        &self,
        marker: String,
        limit: usize,
        is_wanted: impl Fn(&Bucket) -> bool + Send + 'static,
    ) -> Result<Vec<Bucket>, StorageError> {
        self.blocking(move |store| {
            let scan = store.0.tables.buckets.scan(marker.as_bytes(), Vec::new());
            scan.map(|record| record.map(|(_, bucket)| bucket))
                .filter(|bucket| {
                    bucket.as_ref().map_or(true, |bucket| bucket.name.as_str() > marker.as_str() && is_wanted(bucket))
                })
                .take(limit)
                .collect()
        })
        .await
    }
}
