//! The versions of one key, as a change finds and leaves them.
//!
//! The newest version, when it is an object, stands in the table of objects, so that listings and reads of current objects cost
//! what they cost without versions. All others, and every delete marker, stand in the table of versions, newest first.

use crate::domain::bucket::{BucketName, Versioning};
use crate::domain::encryption::Encryption;
use crate::domain::key::ObjectKey;
use crate::domain::replication::{Replication, Written, WrittenKind};
use crate::domain::setting::SettingKind;
use crate::domain::time::Timestamp;
use crate::domain::version::{VersionId, VersionNumber};
use crate::storage::keys::{bucket_key, object_key, of_object, version_key};
use crate::storage::objects::Slot;
use crate::storage::records::{Body, Content, DeleteMarker, Object, ReplicationStatus, Version};
use crate::storage::tables::{Batch, Tables};
use crate::storage::{StorageError, settings};

pub(super) struct History<'a> {
    tables: &'a Tables,
    versioning: Versioning,
    /// Of the object's record.
    key: Vec<u8>,
    /// The object's key, and the rules by which its versions are copied, where the bucket has any.
    replication: Option<(String, Replication)>,
    asks_for_copies: bool,
    current: Option<Object>,
    /// Applied by [`Self::save`]; a change may add to it.
    pub(super) batch: Batch,
    discarded: Vec<Content>,
}

/// Why a version stays: it is retained until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained(pub Timestamp);

impl Object {
    /// Why the object can neither be overwritten nor deleted at `now`.
    pub fn retained(&self, now: Timestamp) -> Option<Retained> {
        self.retained_until.filter(|until| *until > now).map(Retained)
    }
}

impl<'a> History<'a> {
    /// `None` when there is no such bucket.
    pub(super) fn open(tables: &'a Tables, bucket: &BucketName, key: &ObjectKey) -> Result<Option<Self>, StorageError> {
        let Some(record) = tables.buckets.get(&bucket_key(bucket))? else { return Ok(None) };
        let rules = if record.settings.has(SettingKind::Replication) { settings::read(tables, bucket)? } else { None };
        let replication = rules.map(|rules| (key.as_str().to_owned(), rules));
        let key = object_key(bucket, key);
        let current = tables.objects.get(&key)?;
        let (batch, discarded) = (Batch::default(), Vec::new());
        Ok(Some(Self {
            tables,
            versioning: record.versioning,
            key,
            replication,
            asks_for_copies: false,
            current,
            batch,
            discarded,
        }))
    }

    /// What is written is not copied into other buckets.
    pub(super) fn without_copies(self) -> Self {
        Self { replication: None, ..self }
    }

    pub(super) fn versioning(&self) -> Versioning {
        self.versioning
    }

    /// The newest version, if it is an object.
    pub(super) fn current(&self) -> Option<&Object> {
        self.current.as_ref()
    }

    /// What a write finds now.
    pub(super) fn slot(&self, now: Timestamp) -> Result<Slot<'_>, StorageError> {
        Ok(Slot { current: self.current.as_ref(), versioning: self.versioning, version: self.next_number(now)? })
    }

    /// The newest version for no id, else the one of that id.
    pub(super) fn find(&self, id: Option<VersionId>) -> Result<Option<Version>, StorageError> {
        match (&self.current, id) {
            (Some(object), None) => Ok(Some(Version::Object(Box::new(object.clone())))),
            (Some(object), Some(id)) if object.version.id() == id => Ok(Some(Version::Object(Box::new(object.clone())))),
            (_, id) => find_superseded(self.tables, &self.key, id),
        }
    }

    /// The number of a version that is written now.
    pub(super) fn next_number(&self, now: Timestamp) -> Result<VersionNumber, StorageError> {
        let newest = match &self.current {
            Some(object) => Some(object.version),
            None if self.versioning == Versioning::Never => None,
            None => find_superseded(self.tables, &self.key, None)?.map(|version| version.number()),
        };
        Ok(VersionNumber::next(now, newest, self.versioning != Versioning::Enabled))
    }

    /// Makes an object the newest version, and lets it wait for its copies if rules are for it.
    pub(super) fn push(&mut self, object: &mut Object, now: Timestamp) -> Result<Result<(), Retained>, StorageError> {
        let superseded = self.supersede(now)?;
        if superseded.is_ok() {
            let is_kms = matches!(object.attributes.encryption, Encryption::SseKms { .. });
            if self.is_copied(WrittenKind::Object { tags: &object.attributes.tags, is_kms }) {
                object.replication = Some(ReplicationStatus::Pending);
                self.ask_for_copies(object.version)?;
            }
            self.batch.put_object(&self.key, object)?;
        }
        Ok(superseded)
    }

    /// Adds a version of another bucket's, under the number that it has there; whether there was none of that number yet.
    pub(super) fn adopt(&mut self, version: &Version) -> Result<bool, StorageError> {
        let number = version.number();
        if self.find(Some(number.id()))?.is_some() {
            return Ok(false);
        }
        let is_newest = self.find(None)?.is_none_or(|newest| number.order() < newest.number().order());
        if is_newest && let Some(current) = self.current.take() {
            let superseded = Version::Object(Box::new(current));
            self.batch.put_version(&version_key(&self.key, superseded.number().order()), &superseded)?;
            self.batch.remove_object(&self.key);
        }
        match version {
            Version::Object(object) if is_newest => self.batch.put_object(&self.key, object)?,
            version => self.batch.put_version(&version_key(&self.key, number.order()), version)?,
        }
        Ok(true)
    }

    fn ask_for_copies(&mut self, version: VersionNumber) -> Result<(), StorageError> {
        self.asks_for_copies = true;
        self.batch.put_replication(&version_key(&self.key, version.order()))
    }

    /// Whether a rule copies such a version of the object.
    fn is_copied(&self, kind: WrittenKind<'_>) -> bool {
        let rules = self.replication.as_ref();
        rules.is_some_and(|(key, rules)| !rules.rules_for(Written { key, kind }).is_empty())
    }

    /// Replaces the newest version, if it is an object, by one whose content goes on with that version's; only `replaced` of that
    /// is not in it.
    pub(super) fn grow(
        &mut self,
        object: &Object,
        replaced: Option<Body>,
        now: Timestamp,
    ) -> Result<Result<(), Retained>, StorageError> {
        if let Some(until) = self.current.as_ref().and_then(|current| current.retained(now)) {
            return Ok(Err(until));
        }
        self.batch.put_object(&self.key, object)?;
        self.discarded.extend(replaced.map(Content::One));
        Ok(Ok(()))
    }

    /// Makes a delete marker the newest version.
    pub(super) fn push_marker(&mut self, marker: DeleteMarker, now: Timestamp) -> Result<Result<(), Retained>, StorageError> {
        let has_current = self.current.is_some();
        let superseded = self.supersede(now)?;
        if superseded.is_ok() {
            if has_current {
                self.batch.remove_object(&self.key);
            }
            if self.is_copied(WrittenKind::Marker) {
                self.ask_for_copies(marker.version)?;
            }
            self.batch.put_version(&version_key(&self.key, marker.version.order()), &Version::Marker(marker))?;
        }
        Ok(superseded)
    }

    /// Removes a version that [`Self::find`] gave; what is the newest then takes its place.
    pub(super) fn remove(&mut self, version: Version, now: Timestamp) -> Result<Result<(), Retained>, StorageError> {
        let number = version.number();
        if let Err(retained) = self.discard(version, now) {
            return Ok(Err(retained));
        }
        let is_current = self.current.as_ref().is_some_and(|object| object.version == number);
        if is_current {
            self.current = None;
            self.batch.remove_object(&self.key);
        } else {
            self.batch.remove_version(&version_key(&self.key, number.order()));
        }
        if self.current.is_none() {
            self.promote(number)?;
        }
        Ok(Ok(()))
    }

    /// Replaces a version's record by one of the same content and number.
    pub(super) fn rewrite(&mut self, object: &Object) -> Result<(), StorageError> {
        if self.current.as_ref().is_some_and(|current| current.version == object.version) {
            return self.batch.put_object(&self.key, object);
        }
        let version = Version::Object(Box::new(object.clone()));
        self.batch.put_version(&version_key(&self.key, object.version.order()), &version)
    }

    /// Makes the changes; gives the contents that no version has any more.
    pub(super) fn save(self) -> Result<Vec<Content>, StorageError> {
        self.tables.apply(self.batch)?;
        if self.asks_for_copies {
            self.tables.replication_asked.notify_one();
        }
        Ok(self.discarded)
    }

    /// Takes the current object out of the way of a newer version: as a superseded one, or for ever if it is the null version
    /// that the new one replaces.
    fn supersede(&mut self, now: Timestamp) -> Result<Result<(), Retained>, StorageError> {
        let current = self.current.take();
        let is_replaced = match self.versioning {
            Versioning::Never => true,
            Versioning::Enabled => false,
            Versioning::Suspended => current.as_ref().is_some_and(|object| object.version.is_null()),
        };
        let current = current.map(|object| Version::Object(Box::new(object)));
        if is_replaced {
            return Ok(current.map_or(Ok(()), |version| self.discard(version, now)));
        }
        if let Some(version) = current {
            self.batch.put_version(&version_key(&self.key, version.number().order()), &version)?;
        }
        if self.versioning == Versioning::Suspended
            && let Some(version) = find_superseded(self.tables, &self.key, Some(VersionId::Null))?
        {
            self.batch.remove_version(&version_key(&self.key, version.number().order()));
            return Ok(self.discard(version, now));
        }
        Ok(Ok(()))
    }

    /// Makes the newest superseded version but `removed` the current one, if it is an object.
    fn promote(&mut self, removed: VersionNumber) -> Result<(), StorageError> {
        let mut superseded =
            scan(self.tables, &self.key).filter(|version| version.as_ref().map_or(true, |version| version.number() != removed));
        if let Some(Version::Object(object)) = superseded.next().transpose()? {
            self.batch.remove_version(&version_key(&self.key, object.version.order()));
            self.batch.put_object(&self.key, &object)?;
        }
        Ok(())
    }

    /// Gives up what a version holds, unless it is retained.
    fn discard(&mut self, version: Version, now: Timestamp) -> Result<(), Retained> {
        if let Version::Object(object) = version {
            if let Some(retained) = object.retained(now) {
                return Err(retained);
            }
            self.discarded.push(object.content);
        }
        Ok(())
    }
}

/// The newest version for no id, else the one of that id.
pub(super) fn find_version(tables: &Tables, object_key: &[u8], id: Option<VersionId>) -> Result<Option<Version>, StorageError> {
    match tables.objects.get(object_key)? {
        Some(object) if id.is_none_or(|id| object.version.id() == id) => Ok(Some(Version::Object(Box::new(object)))),
        _ => find_superseded(tables, object_key, id),
    }
}

/// The newest of the superseded versions for no id, else the one of that id.
fn find_superseded(tables: &Tables, object_key: &[u8], id: Option<VersionId>) -> Result<Option<Version>, StorageError> {
    match id {
        Some(VersionId::Number(order)) => {
            let found = tables.versions.get(&version_key(object_key, order))?;
            Ok(found.filter(|version| !version.number().is_null()))
        }
        Some(VersionId::Null) => {
            let is_null = |version: &Result<Version, _>| version.as_ref().map_or(true, |version| version.number().is_null());
            scan(tables, object_key).find(is_null).transpose()
        }
        None => scan(tables, object_key).next().transpose(),
    }
}

fn scan(tables: &Tables, object_key: &[u8]) -> impl Iterator<Item = Result<Version, StorageError>> {
    let prefix = of_object(object_key);
    tables.versions.scan(&prefix, prefix.clone()).map(|record| record.map(|(_, version)| version))
}
