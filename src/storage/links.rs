//! Copies that move no bytes: files get second names, each the name of a body of its own.

use crate::codec::checksum::Digested;
use crate::domain::bucket::BucketName;
use crate::domain::key::ObjectKey;
use crate::domain::part::UploadId;
use crate::storage::keys::{object_key, part_key};
use crate::storage::leases::Lease;
use crate::storage::records::{Body, Content, Object, Part, Place};
use crate::storage::staging::Staged;
use crate::storage::tables::Tables;
use crate::storage::{StorageError, Store, blobs, uploads};

/// The bytes of an object once more, as another content without a record; deleted when dropped before a change kept it.
pub struct Linked {
    content: Content,
    lease: Lease,
}

/// Bytes that no record names yet.
pub enum NewContent {
    Staged(Staged),
    Linked(Linked),
}

impl From<Staged> for NewContent {
    fn from(staged: Staged) -> Self {
        Self::Staged(staged)
    }
}

impl From<Linked> for NewContent {
    fn from(linked: Linked) -> Self {
        Self::Linked(linked)
    }
}

impl NewContent {
    /// To be called by the change that records the content.
    pub(super) fn keep(self, tables: &Tables) -> Result<Content, StorageError> {
        match self {
            Self::Staged(staged) => Ok(Content::One(staged.keep(tables)?)),
            Self::Linked(Linked { content, lease }) => {
                lease.spare();
                Ok(content)
            }
        }
    }
}

impl Store {
    /// Makes the bytes of an object that [`Self::version`] gave the content of another one as well. Whatever happens to either,
    /// the other stays. `None` when that version was replaced or deleted since: look again.
    ///
    /// # Errors
    /// The index failed, or a body that a record names is gone.
    pub async fn link_object(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        object: &Object,
    ) -> Result<Option<Linked>, StorageError> {
        let content = object.content.clone();
        self.while_held(bucket, key, object, move |store| store.link(&content)).await
    }

    /// As [`Self::link_object`], for a part: `body` is all that the object is, and `md5` that of its plain bytes.
    ///
    /// # Errors
    /// As [`Self::link_object`].
    pub async fn link_body(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        object: &Object,
        body: &Body,
        md5: [u8; 16],
    ) -> Result<Option<Staged>, StorageError> {
        let (body, digested) = (body.clone(), Digested { md5, crc64: object.crc64, sha1: None, length: object.size });
        let link = move |store: &Self| {
            let (body, lease) = store.link_one(&body)?;
            Ok(Staged::linked(digested, body, lease))
        };
        self.while_held(bucket, key, object, link).await
    }

    /// Does the work while the object's content cannot go; `None` when it is gone already.
    async fn while_held<T: Send + 'static>(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        object: &Object,
        work: impl FnOnce(&Self) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<Option<T>, StorageError> {
        let lease = self.0.leases.take(&object.content);
        if !self.holds(&object_key(bucket, key), object)? {
            return Ok(None);
        }
        let work = move |store: &Self| {
            let _lease = lease;
            work(store)
        };
        self.blocking(work).await.map(Some)
    }

    /// Each new content is leased before its first byte has a place, so that it goes however this ends.
    fn link(&self, content: &Content) -> Result<Linked, StorageError> {
        let tables = &self.0.tables;
        match content {
            Content::One(body) => {
                let (body, lease) = self.link_one(body)?;
                Ok(Linked { content: Content::One(body), lease })
            }
            Content::Joined(bodies) => {
                let twins = bodies.iter().map(|body| self.twin(body)).collect::<Result<Vec<_>, _>>()?;
                let lease = self.0.leases.take_new(Content::Joined(twins.clone()));
                bodies.iter().zip(&twins).try_for_each(|(body, twin)| self.share(body, twin))?;
                Ok(Linked { content: Content::Joined(twins), lease })
            }
            Content::Parts { upload, numbers } => {
                let copy = UploadId::of_copy(tables.new_body_id()?);
                let linked = Content::Parts { upload: copy.clone(), numbers: numbers.clone() };
                let lease = self.0.leases.take_new(linked.clone());
                for (number, part) in
                    uploads::parts_of(tables, upload)?.into_iter().filter(|(number, _)| content.has_part(*number))
                {
                    let body = self.twin(&part.body)?;
                    self.share(&part.body, &body)?;
                    tables.parts.insert(&part_key(&copy, number), &Part { body, ..part })?;
                }
                Ok(Linked { content: linked, lease })
            }
        }
    }

    fn link_one(&self, body: &Body) -> Result<(Body, Lease), StorageError> {
        let twin = self.twin(body)?;
        let lease = self.0.leases.take_new(Content::One(twin.clone()));
        self.share(body, &twin)?;
        Ok((twin, lease))
    }

    /// A body of the same bytes and nonce that has no place yet.
    fn twin(&self, body: &Body) -> Result<Body, StorageError> {
        Ok(Body { id: self.0.tables.new_body_id()?, ..body.clone() })
    }

    fn share(&self, body: &Body, twin: &Body) -> Result<(), StorageError> {
        match body.place {
            Place::Index => {
                let bytes = blobs::read_inline(&self.0.tables, body, 0..body.size)?;
                self.0.tables.insert_body(twin.id, &bytes)
            }
            Place::File => self.0.blobs.link(body.id, twin.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use tempfile::TempDir;

    use super::*;
    use crate::domain::bucket::Bucket;
    use crate::domain::part::PartNumber;
    use crate::domain::random::Random;
    use crate::domain::time::Timestamp;
    use crate::storage::{Attributes, Durability, PartAddress, PutObject, Slot, Upload};

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn open(folder: &Path) -> Store {
        Store::open(folder, Durability::None, &Random::from_seed(1)).expect("opened")
    }

    fn bucket() -> BucketName {
        "b-1".parse().expect("a name")
    }

    fn key(text: &str) -> ObjectKey {
        text.parse().expect("a key")
    }

    async fn staged(store: &Store, bytes: Vec<u8>) -> Staged {
        let mut staging = store.stage(None, false).expect("an id");
        staging.write(bytes.into()).await.expect("taken in");
        staging.finish().await.expect("written")
    }

    /// An object of 100,000 bytes in one body.
    async fn put(store: &Store, name: &str, bytes: impl Into<NewContent>) -> Object {
        let object = |slot: &Slot<'_>, content| {
            Ok::<_, ()>(Object::new(slot.version, "etag".to_owned(), 100_000, 0, NOW, Attributes::default(), content))
        };
        match store.put_object(&bucket(), &key(name), bytes, NOW, object).await.expect("stored") {
            PutObject::Stored(object) => *object,
            other => panic!("{other:?}"),
        }
    }

    /// An object of three parts: two are files, the last one is in the index.
    async fn put_parts(store: &Store, name: &str) -> Object {
        let (bucket, key, id) = (bucket(), key(name), UploadId::new(1, [7; 32]));
        let upload = Upload {
            initiated: NOW,
            initiator: "1".to_owned(),
            attributes: Attributes::default(),
            forbids_overwrite: false,
            retained_until: None,
        };
        assert!(store.create_upload(&bucket, &key, &id, upload).await.expect("stored"));
        for (number, length) in [(1, 50_000), (2, 50_000), (5, 10)] {
            let number = PartNumber::new(number).expect("in range");
            let address = PartAddress { bucket: &bucket, key: &key, upload: &id, number };
            store.put_part(address, staged(store, vec![7; length]).await, "etag".to_owned(), NOW).await.expect("stored");
        }
        let content = Content::of_parts(id.clone(), [1, 2, 5].into_iter().filter_map(PartNumber::new));
        let object = move |slot: &Slot<'_>, _: &[_]| {
            Ok::<_, ()>(Object::new(slot.version, "etag".to_owned(), 100_010, 0, NOW, Attributes::default(), content))
        };
        store.complete_upload(&bucket, &key, id, NOW, object).await.expect("stored");
        store.object(&bucket, &key).expect("read").expect("there")
    }

    async fn made(folder: &Path) -> Store {
        let store = open(folder);
        let bucket = Bucket::new(bucket(), "ap-guangzhou".parse().expect("a region"), "1".to_owned(), NOW);
        store.create_bucket(bucket).await.expect("stored");
        store
    }

    /// Inodes of the body files, one for each name.
    fn inodes(folder: &Path) -> Vec<u64> {
        let entries = |path: &Path| fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
        let files = entries(&folder.join("bodies")).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
        let mut inodes: Vec<u64> = files.map(|file| fs::metadata(file).expect("a file").ino()).collect();
        inodes.sort_unstable();
        inodes
    }

    fn records(store: &Store) -> (usize, usize) {
        let tables = &store.0.tables;
        (tables.parts.scan(b"", Vec::new()).count(), tables.body_ids().count())
    }

    /// What a kill leaves: a copy of the folder as it is now.
    fn copy_folder(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).expect("a folder") {
            let path = entry.expect("an entry").path();
            let copy = to.join(path.file_name().expect("a name"));
            if path.is_dir() {
                fs::create_dir(&copy).expect("made");
                copy_folder(&path, &copy);
            } else {
                fs::copy(path, copy).expect("copied");
            }
        }
    }

    #[tokio::test]
    async fn linked_files_are_one_file_and_go_unless_they_are_kept() {
        let folder = TempDir::new().expect("a folder");
        let store = made(folder.path()).await;
        let objects = [put(&store, "one", staged(&store, vec![7; 100_000]).await).await, put_parts(&store, "parts").await];
        let sources = inodes(folder.path());
        for (name, object) in ["one", "parts"].into_iter().zip(&objects) {
            let link = async || store.link_object(&bucket(), &key(name), object).await.expect("linked").expect("there");
            let (kept, dropped) = (link().await, link().await);
            put(&store, &format!("copy of {name}"), kept).await;
            drop(dropped);
        }
        store.close().expect("closed");
        assert_eq!(
            (inodes(folder.path()), records(&store)),
            (sources.into_iter().flat_map(|inode| [inode; 2]).collect(), (6, 2))
        );
    }

    #[tokio::test]
    async fn an_object_that_is_gone_is_not_linked() {
        let folder = TempDir::new().expect("a folder");
        let store = made(folder.path()).await;
        let gone = put(&store, "a", staged(&store, vec![7; 100_000]).await).await;
        put(&store, "a", staged(&store, vec![8; 100_000]).await).await;
        assert!(store.link_object(&bucket(), &key("a"), &gone).await.expect("looked").is_none());
    }

    #[tokio::test]
    async fn a_kill_before_the_record_leaves_nothing_and_one_after_it_everything() {
        let folder = TempDir::new().expect("a folder");
        let store = made(folder.path()).await;
        let objects = [put(&store, "one", staged(&store, vec![7; 100_000]).await).await, put_parts(&store, "parts").await];
        for is_recorded in [false, true] {
            for (name, object) in ["one", "parts"].into_iter().zip(&objects) {
                let linked = store.link_object(&bucket(), &key(name), object).await.expect("linked").expect("there");
                if is_recorded {
                    put(&store, &format!("copy of {name}"), linked).await;
                } else {
                    std::mem::forget(linked);
                }
            }
            store.0.tables.flush().expect("flushed");
            let killed = TempDir::new().expect("a folder");
            copy_folder(folder.path(), killed.path());
            let times = if is_recorded { 2 } else { 1 };
            let store = open(killed.path());
            assert_eq!((inodes(killed.path()).len(), records(&store)), (3 * times, (3 * times, times)));
        }
    }
}
