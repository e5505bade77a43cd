//! Versions that wait to be copied into other buckets, and the copies.

use crate::domain::bucket::{BucketName, Versioning};
use crate::domain::key::ObjectKey;
use crate::domain::version::VersionId;
use crate::storage::committer::Changed;
use crate::storage::history::History;
use crate::storage::keys::{split_version_key, version_key};
use crate::storage::records::{DeleteMarker, Object, ReplicationStatus, Version};
use crate::storage::tables::Tables;
use crate::storage::{NewContent, StorageError, Store, keys};

/// A version that was written and is still to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub bucket: BucketName,
    pub key: ObjectKey,
    order: u64,
}

impl Waiting {
    pub fn version(&self) -> VersionId {
        VersionId::Number(self.order)
    }
}

/// What is put beside the versions of another bucket.
pub enum Replica {
    /// The record of a copy, and its bytes: their content takes the place of the record's.
    Object(Box<Object>, NewContent),
    Marker(DeleteMarker),
}

#[derive(Debug, PartialEq, Eq)]
pub enum PutReplica {
    /// It is there, perhaps since before.
    Stored,
    /// There is no such bucket, or it does not keep versions.
    Refused,
}

impl Store {
    /// Versions that wait, from the one behind `last` on.
    ///
    /// # Errors
    /// The index failed.
    pub async fn waiting_replications(&self, last: Option<Waiting>, limit: usize) -> Result<Vec<Waiting>, StorageError> {
        self.blocking(move |store| {
            let start = last.map(|last| [key_of(&last), vec![0]].concat()).unwrap_or_default();
            let records = store.0.tables.replications.scan(&start, Vec::new()).take(limit);
            let waiting = records.filter_map(|record| match record {
                Ok((key, ())) => split_version_key(&key).map(|(bucket, key, order)| Ok(Waiting { bucket, key, order })),
                Err(error) => Some(Err(error)),
            });
            waiting.collect()
        })
        .await
    }

    /// Waits until a version begins to wait, if none has since the last call.
    pub async fn replication_asked(&self) {
        self.0.tables.replication_asked.notified().await;
    }

    /// Adds a copy to a bucket with versions, under the number of the version that it is a copy of.
    ///
    /// # Errors
    /// The index failed.
    pub async fn put_replica(&self, bucket: &BucketName, key: &ObjectKey, replica: Replica) -> Result<PutReplica, StorageError> {
        let (bucket, key) = (bucket.clone(), key.clone());
        let put = move |tables: &Tables| {
            let history = History::open(tables, &bucket, &key)?;
            let Some(mut history) = history.filter(|history| history.versioning() == Versioning::Enabled) else {
                return Ok(PutReplica::Refused.into());
            };
            let version = match replica {
                Replica::Object(object, bytes) => Version::Object(Box::new(Object { content: bytes.keep(tables)?, ..*object })),
                Replica::Marker(marker) => Version::Marker(marker),
            };
            if history.adopt(&version)? {
                return Ok(Changed { outcome: PutReplica::Stored, discarded: history.save()? });
            }
            let discarded = if let Version::Object(object) = version { vec![object.content] } else { Vec::new() };
            Ok(Changed { outcome: PutReplica::Stored, discarded })
        };
        self.0.committer.commit(put).await
    }

    /// Lets a version wait no more, and says with it what came of its copies.
    ///
    /// # Errors
    /// The index failed; it then waits on.
    pub async fn end_replication(&self, waiting: &Waiting, status: Option<ReplicationStatus>) -> Result<(), StorageError> {
        let waiting = waiting.clone();
        let end = move |tables: &Tables| {
            let Some(mut history) = History::open(tables, &waiting.bucket, &waiting.key)? else {
                tables.replications.remove(&key_of(&waiting))?;
                return Ok(().into());
            };
            if let Some(Version::Object(object)) = history.find(Some(waiting.version()))? {
                history.rewrite(&Object { replication: status, ..*object })?;
            }
            history.batch.remove_replication(&key_of(&waiting));
            Ok(Changed { outcome: (), discarded: history.save()? })
        };
        self.0.committer.commit(end).await
    }
}

fn key_of(waiting: &Waiting) -> Vec<u8> {
    version_key(&keys::object_key(&waiting.bucket, &waiting.key), waiting.order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bucket::Bucket;
    use crate::domain::random::Random;
    use crate::domain::replication::{Replication, ReplicationFilter, ReplicationRule};
    use crate::domain::time::Timestamp;
    use crate::storage::{Attributes, Durability, FirstSettings, PutObject, Slot};

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn names() -> (BucketName, ObjectKey) {
        ("b-1".parse().expect("a name"), "k".parse().expect("a key"))
    }

    fn open(folder: &std::path::Path) -> Store {
        Store::open(folder, Durability::BeforeAnswer, &Random::from_seed(1)).expect("opened")
    }

    async fn put(store: &Store) -> Object {
        let (bucket, key) = names();
        let mut staging = store.stage(None, false).expect("an id");
        staging.write("x".into()).await.expect("taken in");
        let staged = staging.finish().await.expect("written");
        let object = |slot: &Slot<'_>, content| {
            Ok::<_, ()>(Object::new(slot.version, "e".to_owned(), 1, 0, NOW, Attributes::default(), content))
        };
        match store.put_object(&bucket, &key, staged, NOW, object).await.expect("stored") {
            PutObject::Stored(object) => *object,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_version_waits_through_restarts_until_its_copies_are_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let (bucket, key) = names();
        let rule = ReplicationRule {
            id: None,
            is_enabled: true,
            priority: None,
            filter: ReplicationFilter::default(),
            destination: "qcs::cos:ap-x::c-1".parse().expect("a bucket"),
            class: None,
            kms_key: None,
            copies_markers: None,
            copies_kms: None,
        };
        let rules = Replication { role: String::new(), rules: vec![rule], created: NOW };
        let store = open(folder.path());
        let record = Bucket::new(bucket.clone(), "ap-x".parse().expect("a region"), "1".to_owned(), NOW);
        let record = Bucket { versioning: Versioning::Enabled, ..record };
        store.create_bucket_with(record, FirstSettings::default().with(Some(&rules))).await.expect("stored");
        let object = put(&store).await;
        assert_eq!(object.replication, Some(ReplicationStatus::Pending));
        store.replication_asked().await;
        store.close().expect("closed");
        drop(store);

        let store = open(folder.path());
        let waiting = store.waiting_replications(None, 9).await.expect("listed");
        assert_eq!((waiting.len(), waiting[0].version()), (1, object.version.id()));
        assert!(store.waiting_replications(waiting.first().cloned(), 9).await.expect("listed").is_empty());
        store.end_replication(&waiting[0], Some(ReplicationStatus::Completed)).await.expect("ended");
        assert!(store.waiting_replications(None, 9).await.expect("listed").is_empty());
        let ended = store.object(&bucket, &key).expect("read").expect("there");
        assert_eq!(ended, Object { replication: Some(ReplicationStatus::Completed), ..object });
    }
}
