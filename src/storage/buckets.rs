//! Buckets.

use crate::domain::bucket::{Bucket, BucketName};
use crate::storage::keys::{bucket_key, in_bucket};
use crate::storage::{FirstSettings, StorageError, Store, settings};

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
        self.create_bucket_with(bucket, FirstSettings::default()).await
    }

    /// As [`Store::create_bucket`]; the bucket and its settings are there together.
    ///
    /// # Errors
    /// The index failed.
    pub async fn create_bucket_with(&self, mut bucket: Bucket, first: FirstSettings) -> Result<CreateBucket, StorageError> {
        let create = move |tables: &super::Tables| {
            let key = bucket_key(&bucket.name);
            if let Some(existing) = tables.buckets.get(&key)? {
                return Ok(CreateBucket::Exists(existing).into());
            }
            first.insert(tables, &mut bucket)?;
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
        is_wanted: impl Fn(&Bucket) -> Result<bool, StorageError> + Send + 'static,
    ) -> Result<Vec<Bucket>, StorageError> {
        self.blocking(move |store| {
            let mut wanted = Vec::new();
            for record in store.0.tables.buckets.scan(marker.as_bytes(), Vec::new()) {
                let (_, bucket) = record?;
                if wanted.len() == limit {
                    break;
                }
                if bucket.name.as_str() > marker.as_str() && is_wanted(&bucket)? {
                    wanted.push(bucket);
                }
            }
            Ok(wanted)
        })
        .await
    }
}
