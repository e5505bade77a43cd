//! Lifecycle rules at work: transitions, expirations, markers and uploads that are left over (Lifecycle Overview, 436/17028).
//!
//! The service begins at midnight in GMT+8. The rules count in those days, so a run at any other time does what the last
//! midnight's left undone and nothing more.

use crate::domain::bucket::Bucket;
use crate::domain::key::ObjectKey;
use crate::domain::lifecycle::{self, Due, Lifecycle, Standing};
use crate::domain::listing::Entry;
use crate::domain::storage_class::StorageClass;
use crate::domain::time::Timestamp;
use crate::domain::version::VersionNumber;
use crate::operations::context::Services;
use crate::operations::jobs::version_pages::VersionPages;
use crate::storage::{ChangeObject, DeleteMarker, DeleteObject, Object, ObjectKind, StorageError, Version};

const PAGE: usize = 1000;

/// How often each thing was done.
#[derive(Debug, Default)]
struct Done {
    expired: u64,
    removed: u64,
    moved: u64,
    aborted: u64,
}

struct Run<'a> {
    services: &'a Services,
    bucket: &'a Bucket,
    rules: Lifecycle,
    now: Timestamp,
    done: Done,
}

/// Does what a bucket's rules say is due.
///
/// # Errors
/// The index failed.
pub(super) async fn run(services: &Services, bucket: &Bucket) -> Result<(), StorageError> {
    let Some(rules) = services.store.setting::<Lifecycle>(bucket)? else { return Ok(()) };
    let mut run = Run { services, bucket, rules, now: services.clock.now(), done: Done::default() };
    run.go_through_versions().await?;
    run.go_through_uploads().await?;
    let Done { expired, removed, moved, aborted } = run.done;
    if expired + removed + moved + aborted > 0 {
        tracing::info!(bucket = bucket.name.as_str(), expired, removed, moved, aborted, "lifecycle rules were applied");
    }
    Ok(())
}

impl Run<'_> {
    async fn go_through_versions(&mut self) -> Result<(), StorageError> {
        let mut keys = Keys::default();
        let mut pages = VersionPages::new(&self.services.store, &self.bucket.name, String::new());
        while let Some(versions) = pages.next().await? {
            for (key, version, is_latest) in versions {
                let Ok(key) = key.parse::<ObjectKey>() else { continue };
                self.end_key(keys.take_leftovers(&key)).await?;
                let since = keys.pass(&key, &version, is_latest);
                if let Version::Object(object) = version {
                    self.apply(&key, &object, since).await?;
                }
            }
        }
        self.end_key(keys.leftovers()).await
    }

    /// Judges one object or version and acts on it.
    async fn apply(&mut self, key: &ObjectKey, object: &Object, since: Option<Timestamp>) -> Result<(), StorageError> {
        // Appended objects have no part in lifecycles (436/7741); locked ones stay as they are until they are free (436/40136).
        if object.kind == ObjectKind::Appendable || object.retained(self.now).is_some() {
            return Ok(());
        }
        let version = lifecycle::Version {
            key: key.as_str(),
            standing: since.map_or(Standing::Current, |since| Standing::Noncurrent { since }),
            written: object.last_modified,
            class: object.attributes.storage_class,
            size: object.size,
            tags: object.attributes.tags.as_slice(),
        };
        match self.rules.due(&version, self.now) {
            None => Ok(()),
            Some(Due::Expire) => self.expire(key, object).await,
            Some(Due::Remove) => self.remove(key, object.version).await,
            Some(Due::Transition(class)) => self.transition(key, object, class).await,
        }
    }

    /// Judges the markers of a key that has nothing else.
    async fn end_key(&mut self, leftovers: Option<(ObjectKey, Vec<DeleteMarker>)>) -> Result<(), StorageError> {
        let Some((key, markers)) = leftovers else { return Ok(()) };
        for marker in &markers {
            let version = lifecycle::Version {
                key: key.as_str(),
                standing: Standing::LeftoverMarker { of: markers.len() },
                written: marker.last_modified,
                class: StorageClass::default(),
                size: 0,
                tags: &[],
            };
            if self.rules.due(&version, self.now).is_some() {
                self.remove(&key, marker.version).await?;
            }
        }
        Ok(())
    }

    /// As DELETE Object, unless the object was replaced meanwhile.
    async fn expire(&mut self, key: &ObjectKey, object: &Object) -> Result<(), StorageError> {
        let deleted = self.services.store.delete_newest(&self.bucket.name, key, object.version, self.now).await?;
        if matches!(deleted, DeleteObject::Marked(_) | DeleteObject::Removed(_)) {
            self.done.expired += 1;
        }
        Ok(())
    }

    async fn remove(&mut self, key: &ObjectKey, version: VersionNumber) -> Result<(), StorageError> {
        let deleted = self.services.store.delete_object(&self.bucket.name, key, Some(version.id()), self.now).await?;
        if matches!(deleted, DeleteObject::Removed(_)) {
            self.done.removed += 1;
        }
        Ok(())
    }

    /// Leaves Last-Modified as it is.
    async fn transition(&mut self, key: &ObjectKey, object: &Object, class: StorageClass) -> Result<(), StorageError> {
        let number = object.version;
        let change = move |object: &mut Object| {
            if object.version != number {
                return Err(());
            }
            object.attributes.storage_class = class;
            Ok(())
        };
        let changed = self.services.store.change_object(&self.bucket.name, key, Some(number.id()), change).await?;
        if matches!(changed, ChangeObject::Changed(_)) {
            self.done.moved += 1;
        }
        Ok(())
    }

    async fn go_through_uploads(&mut self) -> Result<(), StorageError> {
        let store = &self.services.store;
        let (mut key_marker, mut id_marker) = (String::new(), String::new());
        loop {
            let (name, prefix) = (&self.bucket.name, String::new());
            let page = store.list_uploads(name, prefix, None, key_marker, id_marker, PAGE).await?;
            let mut last = None;
            for entry in page.entries {
                let Entry::Item(key, (id, upload)) = entry else { continue };
                last = Some((key.clone(), id.as_str().to_owned()));
                let Ok(key) = key.parse::<ObjectKey>() else { continue };
                if self.rules.aborts(key.as_str(), upload.initiated, self.now) && store.abort_upload(name, &key, id).await? {
                    self.done.aborted += 1;
                }
            }
            let Some(last) = last.filter(|_| page.is_truncated) else { return Ok(()) };
            (key_marker, id_marker) = last;
        }
    }
}

/// What is remembered of the key whose versions are being gone through.
#[derive(Default)]
struct Keys {
    key: Option<ObjectKey>,
    /// When the version before, which is newer, was made.
    newer: Option<Timestamp>,
    /// All versions so far, while they are markers.
    markers: Option<Vec<DeleteMarker>>,
}

impl Keys {
    /// The markers of the key before, if it had nothing else. A page may begin a key anew.
    fn take_leftovers(&mut self, key: &ObjectKey) -> Option<(ObjectKey, Vec<DeleteMarker>)> {
        if self.key.as_ref() == Some(key) { None } else { self.leftovers() }
    }

    fn leftovers(&mut self) -> Option<(ObjectKey, Vec<DeleteMarker>)> {
        self.key.take().zip(self.markers.take())
    }

    /// Notes a version; gives when it became a noncurrent one, if it did.
    fn pass(&mut self, key: &ObjectKey, version: &Version, is_latest: bool) -> Option<Timestamp> {
        if is_latest {
            *self = Self { key: Some(key.clone()), newer: None, markers: Some(Vec::new()) };
        }
        match version {
            Version::Marker(marker) => self.markers.iter_mut().for_each(|markers| markers.push(*marker)),
            Version::Object(_) => self.markers = None,
        }
        self.newer.replace(version.last_modified())
    }
}
