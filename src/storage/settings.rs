//! Buckets' settings: a JSON text a bucket and kind, so that a setting can gain fields.

use crate::domain::bucket::{Bucket, BucketName};
use crate::domain::setting::{Setting, SettingKind};
use crate::storage::keys::{bucket_key, setting_key};
use crate::storage::tables::Tables;
use crate::storage::{StorageError, Store};

#[derive(Debug, PartialEq)]
pub enum ChangeBucket<Refusal> {
    Changed,
    BucketMissing,
    /// The caller did not accept what is there; nothing was changed.
    Refused(Refusal),
}

/// What is set on a bucket from its beginning.
#[derive(Default)]
pub struct FirstSettings(Vec<(SettingKind, String)>);

impl FirstSettings {
    /// One setting more, if there is one.
    #[must_use]
    pub fn with<S: Setting>(mut self, setting: Option<&S>) -> Self {
        self.0.extend(setting.map(|setting| (S::KIND, encode(setting))));
        self
    }

    /// Writes them, and notes them in the bucket's record, which is still to be written.
    pub(super) fn insert(&self, tables: &Tables, bucket: &mut Bucket) -> Result<(), StorageError> {
        for (kind, text) in &self.0 {
            tables.settings.insert(&setting_key(&bucket.name, *kind), text)?;
            bucket.settings = bucket.settings.with(*kind, true);
        }
        Ok(())
    }
}

impl Store {
    /// A setting of a bucket that [`Store::bucket`] gave; a look at the record is enough when it is not set.
    ///
    /// # Errors
    /// The index failed, or what it holds is no setting of that kind.
    pub fn setting<S: Setting>(&self, bucket: &Bucket) -> Result<Option<S>, StorageError> {
        if bucket.settings.has(S::KIND) { read(&self.0.tables, &bucket.name) } else { Ok(None) }
    }

    /// Replaces a setting by what `change` makes of it and of the bucket's record, or removes it for `None`: one step, so
    /// `change` can also look at what else the bucket is.
    ///
    /// # Errors
    /// The index failed.
    pub async fn change_setting<S: Setting, Refusal: Send + 'static>(
        &self,
        bucket: &BucketName,
        change: impl FnOnce(&Bucket, Option<S>) -> Result<Option<S>, Refusal> + Send + 'static,
    ) -> Result<ChangeBucket<Refusal>, StorageError> {
        let (name, key) = (bucket.clone(), bucket_key(bucket));
        let change = move |tables: &Tables| {
            let Some(mut bucket) = tables.buckets.get(&key)? else { return Ok(ChangeBucket::BucketMissing.into()) };
            let setting = match change(&bucket, read(tables, &name)?) {
                Ok(setting) => setting,
                Err(refusal) => return Ok(ChangeBucket::Refused(refusal).into()),
            };
            replace(tables, &mut bucket, setting.as_ref())?;
            Ok(ChangeBucket::Changed.into())
        };
        self.0.committer.commit(change).await
    }

    /// Changes a bucket's own record; `change` may look at it first and refuse.
    ///
    /// # Errors
    /// The index failed.
    pub async fn change_bucket<Refusal: Send + 'static>(
        &self,
        bucket: &BucketName,
        change: impl FnOnce(&mut Bucket) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<ChangeBucket<Refusal>, StorageError> {
        let key = bucket_key(bucket);
        let change = move |tables: &Tables| {
            let Some(mut bucket) = tables.buckets.get(&key)? else { return Ok(ChangeBucket::BucketMissing.into()) };
            if let Err(refusal) = change(&mut bucket) {
                return Ok(ChangeBucket::Refused(refusal).into());
            }
            tables.buckets.insert(&key, &bucket)?;
            Ok(ChangeBucket::Changed.into())
        };
        self.0.committer.commit(change).await
    }
}

pub(super) fn read<S: Setting>(tables: &Tables, bucket: &BucketName) -> Result<Option<S>, StorageError> {
    let Some(text) = tables.settings.get(&setting_key(bucket, S::KIND))? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|source| StorageError::Setting { kind: S::KIND, source })
}

/// Writes or removes a setting, and notes that in the bucket's record.
pub(super) fn replace<S: Setting>(tables: &Tables, bucket: &mut Bucket, setting: Option<&S>) -> Result<(), StorageError> {
    let key = setting_key(&bucket.name, S::KIND);
    match setting {
        Some(setting) => drop(tables.settings.insert(&key, &encode(setting))?),
        None => drop(tables.settings.remove(&key)?),
    }
    bucket.settings = bucket.settings.with(S::KIND, setting.is_some());
    tables.buckets.insert(&bucket_key(&bucket.name), bucket)?;
    Ok(())
}

fn encode<S: Setting>(setting: &S) -> String {
    serde_json::to_string(setting).expect("settings have no keys but texts")
}

/// Removes all settings of a bucket that is being deleted.
pub(super) fn remove_all(tables: &Tables, bucket: &BucketName) -> Result<(), StorageError> {
    SettingKind::ALL.iter().try_for_each(|kind| tables.settings.remove(&setting_key(bucket, *kind)).map(drop))
}
