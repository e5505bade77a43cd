//! Appends: an object grows by immutable bodies.

use crate::codec::crypto::Nonce;
use crate::domain::bucket::BucketName;
use crate::domain::encryption::BodyCipher;
use crate::domain::key::ObjectKey;
use crate::domain::time::Timestamp;
use crate::storage::committer::Changed;
use crate::storage::history::History;
use crate::storage::objects::Slot;
use crate::storage::records::{Body, Content, Object, ObjectKind, Place};
use crate::storage::staging::{LARGEST_INLINE, Staged};
use crate::storage::tables::Tables;
use crate::storage::{PutObject, StorageError, Store, blobs};

impl Store {
    /// Puts a body behind the content of the newest version, if that is appendable, or makes it the first of a new content.
    /// `object` makes the version's new record of what is there and of the content, or refuses; the record replaces the newest
    /// version also where versions are kept. `cipher` makes a body's cipher of its nonce, for what is there and what comes.
    ///
    /// # Errors
    /// The index failed; what was there is then still there.
    pub async fn append_object<Refusal: Send + 'static>(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        staged: Staged,
        now: Timestamp,
        cipher: impl Fn(Nonce) -> Option<BodyCipher> + Send + 'static,
        object: impl FnOnce(&Slot<'_>, Content) -> Result<Object, Refusal> + Send + 'static,
    ) -> Result<PutObject<Refusal>, StorageError> {
        let (bucket, key) = (bucket.clone(), key.clone());
        let append = move |tables: &Tables| {
            let Some(mut history) = History::open(tables, &bucket, &key)? else { return Ok(PutObject::BucketMissing.into()) };
            let slot = history.slot(now)?;
            let bodies =
                slot.current.filter(|object| object.kind == ObjectKind::Appendable).map(|object| object.content.bodies());
            let Joined { bodies, added, replaced } = join(tables, bodies.unwrap_or_default(), staged, cipher)?;
            let outcome = match object(&slot, Content::Joined(bodies)) {
                Err(refusal) => PutObject::Refused(refusal),
                Ok(object) => match history.grow(&object, replaced, now)? {
                    Ok(()) => return Ok(Changed { outcome: PutObject::Stored(Box::new(object)), discarded: history.save()? }),
                    Err(retained) => PutObject::Retained(retained),
                },
            };
            Ok(Changed { outcome, discarded: vec![Content::One(added)] })
        };
        self.0.committer.commit(append).await
    }
}

/// What a content becomes.
struct Joined {
    bodies: Vec<Body>,
    /// The last of them.
    added: Body,
    /// A short body whose bytes are in the one that was added.
    replaced: Option<Body>,
}

/// Puts a body behind others; a short one and a short last one become one, so that a log of lines is not a body a line.
fn join(
    tables: &Tables,
    bodies: &[Body],
    mut staged: Staged,
    cipher: impl Fn(Nonce) -> Option<BodyCipher>,
) -> Result<Joined, StorageError> {
    let mut bodies = bodies.to_vec();
    let is_short = |last: &mut Body| last.place == Place::Index && last.size + staged.size() <= LARGEST_INLINE;
    let replaced = bodies.pop_if(is_short);
    if let Some(last) = &replaced {
        let mut bytes = blobs::read_inline(tables, last, 0..last.size)?;
        apply(&cipher, last.nonce, &mut bytes);
        staged.put_behind(bytes, |nonce, bytes| apply(&cipher, nonce, bytes));
    }
    let added = staged.keep(tables)?;
    bodies.push(added.clone());
    Ok(Joined { bodies, added, replaced })
}

/// Encrypts or decrypts a whole body.
fn apply(cipher: impl Fn(Nonce) -> Option<BodyCipher>, nonce: Option<Nonce>, bytes: &mut [u8]) {
    if let Some(cipher) = nonce.and_then(cipher) {
        cipher.key.apply(&cipher.nonce, 0, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bucket::Bucket;
    use crate::domain::random::Random;
    use crate::storage::{Attributes, Durability, ObjectBytes};
    use bytes::Bytes;
    use futures_util::StreamExt;

    const NOW: Timestamp = Timestamp::from_seconds(1);

    async fn new_store(folder: &tempfile::TempDir) -> (Store, BucketName, ObjectKey) {
        let store = Store::open(folder.path(), Durability::None, &Random::from_seed(1)).expect("a new store");
        let bucket: BucketName = "b-1".parse().expect("a name");
        let region = "ap-x".parse().expect("a region");
        store.create_bucket(Bucket::new(bucket.clone(), region, "1".to_owned(), NOW)).await.expect("stored");
        (store, bucket, "log".parse().expect("a key"))
    }

    async fn append(store: &Store, bucket: &BucketName, key: &ObjectKey, bytes: Vec<u8>) -> Object {
        let mut staging = store.stage(None, false).expect("an id");
        staging.write(Bytes::from(bytes)).await.expect("staged");
        let staged = staging.finish().await.expect("staged");
        let appended = staged.digested.length;
        let object = move |slot: &Slot<'_>, content| {
            let size = slot.current.map_or(0, |object| object.size) + appended;
            let object = Object::new(slot.version, String::new(), size, 0, NOW, Attributes::default(), content);
            Ok::<_, ()>(Object { kind: ObjectKind::Appendable, ..object })
        };
        match store.append_object(bucket, key, staged, NOW, |_| None, object).await.expect("stored") {
            PutObject::Stored(object) => *object,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_log_of_lines_is_a_few_bodies() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, bucket, key) = new_store(&folder).await;
        let mut sizes = Vec::new();
        for _ in 0..250 {
            let object = append(&store, &bucket, &key, vec![b'x'; 100]).await;
            sizes = object.content.bodies().iter().map(|body| body.size).collect();
        }
        assert_eq!(sizes, [16_300, 8_700]);
        store.close().expect("closed");
        assert_eq!(store.0.tables.body_ids().count(), 2, "bodies that became part of others are deleted");
    }

    #[tokio::test]
    async fn a_reader_keeps_what_it_opened_whatever_is_appended_or_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, bucket, key) = new_store(&folder).await;
        append(&store, &bucket, &key, vec![b'a'; 600_000]).await;
        let object = append(&store, &bucket, &key, b"b".to_vec()).await;
        let opened = store.open_object(&bucket, &key, &object, 0..object.size, |_| None).await.expect("read");
        let Some(ObjectBytes::Stream(mut pieces)) = opened else { panic!("two bodies are a stream") };
        append(&store, &bucket, &key, b"c".to_vec()).await;
        store.delete_object(&bucket, &key, None, NOW).await.expect("deleted");
        let mut read = Vec::new();
        while let Some(piece) = pieces.next().await {
            read.extend_from_slice(&piece.expect("still there"));
        }
        assert!(read.len() == 600_001 && read.ends_with(b"ab"));
        drop(pieces);
        store.close().expect("closed");
        assert_eq!((store.0.tables.body_ids().count(), store.0.blobs.ids().expect("read").len()), (0, 0));
    }
}
