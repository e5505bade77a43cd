//! Renames: records move to other keys, and bodies stay where they are.

use crate::domain::bucket::{BucketName, Versioning};
use crate::domain::key::ObjectKey;
use crate::domain::time::Timestamp;
use crate::storage::committer::Changed;
use crate::storage::keys::{bucket_key, in_bucket, object_key};
use crate::storage::records::{Content, Object};
use crate::storage::tables::{Batch, Tables};
use crate::storage::{Retained, StorageError, Store};

/// The most objects that a directory may hold to be renamed: they move in one step, for which all other changes wait.
pub const MOST_IN_DIRECTORY: usize = 10_000;

/// Why nothing was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRenamed {
    /// There is no such bucket, object or directory.
    Missing,
    /// The bucket has or had versions, which would have to move as well.
    Versioned,
    /// The target is there and may not be replaced.
    TargetExists,
    /// The target is a directory that holds something.
    TargetNotEmpty,
    /// The target is the source or in it.
    IntoItself,
    /// The directory holds more than [`MOST_IN_DIRECTORY`].
    TooMany,
    /// A key in the directory would be too long.
    KeyTooLong,
    /// What would move or be replaced is retained.
    Retained(Retained),
}

impl Store {
    /// Moves an object to another key, or all objects of a directory, in one step. The source is a directory when it ends in `/`,
    /// and when there is no object of its key: its objects are those whose keys go on behind the `/`.
    ///
    /// # Errors
    /// The index failed.
    pub async fn rename(
        &self,
        bucket: &BucketName,
        source: &ObjectKey,
        target: &ObjectKey,
        forbids_overwrite: bool,
        now: Timestamp,
    ) -> Result<Result<(), NotRenamed>, StorageError> {
        let (bucket, source, target) = (bucket.clone(), source.clone(), target.clone());
        let rename = move |tables: &Tables| {
            let mut moving = Moving { tables, bucket: &bucket, now, batch: Batch::default(), discarded: Vec::new() };
            match moving.collect(&source, &target, forbids_overwrite) {
                Ok(()) => {
                    tables.apply(moving.batch)?;
                    Ok(Changed { outcome: Ok(()), discarded: moving.discarded })
                }
                Err(Stop::Refused(refusal)) => Ok(Err(refusal).into()),
                Err(Stop::Fault(fault)) => Err(fault),
            }
        };
        self.0.committer.commit(rename).await
    }
}

/// What ends a rename before anything is changed.
enum Stop {
    Refused(NotRenamed),
    Fault(StorageError),
}

impl From<NotRenamed> for Stop {
    fn from(refusal: NotRenamed) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StorageError> for Stop {
    fn from(fault: StorageError) -> Self {
        Self::Fault(fault)
    }
}

/// The changes of a rename.
struct Moving<'a> {
    tables: &'a Tables,
    bucket: &'a BucketName,
    now: Timestamp,
    batch: Batch,
    discarded: Vec<Content>,
}

impl Moving<'_> {
    fn collect(&mut self, source: &ObjectKey, target: &ObjectKey, forbids_overwrite: bool) -> Result<(), Stop> {
        let bucket = self.tables.buckets.get(&bucket_key(self.bucket))?.ok_or(NotRenamed::Missing)?;
        if bucket.versioning != Versioning::Never {
            return Err(NotRenamed::Versioned.into());
        }
        let object = self.tables.objects.get(&object_key(self.bucket, source))?;
        match object.filter(|_| !source.as_str().ends_with('/')) {
            Some(object) => self.move_object(source, target, &object, forbids_overwrite),
            None => self.move_directory(&as_directory(source), &as_directory(target)),
        }
    }

    fn move_object(&mut self, from: &ObjectKey, to: &ObjectKey, object: &Object, forbids_overwrite: bool) -> Result<(), Stop> {
        if from == to {
            return Err(NotRenamed::IntoItself.into());
        }
        let (from, to) = (object_key(self.bucket, from), object_key(self.bucket, to));
        match self.tables.objects.get(&to)? {
            Some(_) if forbids_overwrite => return Err(NotRenamed::TargetExists.into()),
            Some(replaced) => self.replace(replaced)?,
            None => {}
        }
        self.move_record(&from, &to, object)
    }

    /// As the rename of file systems: a target may be there already, but must be empty.
    fn move_directory(&mut self, from: &str, to: &str) -> Result<(), Stop> {
        if to.starts_with(from) {
            return Err(NotRenamed::IntoItself.into());
        }
        let base = in_bucket(self.bucket);
        let (from, to) = ([&base, from.as_bytes()].concat(), [&base, to.as_bytes()].concat());
        for record in self.tables.objects.scan(&to, to.clone()).take(2) {
            let (key, placeholder) = record?;
            if key != to {
                return Err(NotRenamed::TargetNotEmpty.into());
            }
            self.batch.remove_object(&key);
            self.replace(placeholder)?;
        }
        let mut count = 0;
        for record in self.tables.objects.scan(&from, from.clone()) {
            let (key, object) = record?;
            count += 1;
            if count > MOST_IN_DIRECTORY {
                return Err(NotRenamed::TooMany.into());
            }
            let moved = [&to, &key[from.len()..]].concat();
            if !str::from_utf8(&moved[base.len()..]).is_ok_and(|key| key.parse::<ObjectKey>().is_ok()) {
                return Err(NotRenamed::KeyTooLong.into());
            }
            self.move_record(&key, &moved, &object)?;
        }
        if count == 0 { Err(NotRenamed::Missing.into()) } else { Ok(()) }
    }

    fn replace(&mut self, object: Object) -> Result<(), Stop> {
        self.check_free(&object)?;
        self.discarded.push(object.content);
        Ok(())
    }

    fn move_record(&mut self, from: &[u8], to: &[u8], object: &Object) -> Result<(), Stop> {
        self.check_free(object)?;
        self.batch.remove_object(from);
        self.batch.put_object(to, object)?;
        Ok(())
    }

    fn check_free(&self, object: &Object) -> Result<(), NotRenamed> {
        object.retained(self.now).map_or(Ok(()), |retained| Err(NotRenamed::Retained(retained)))
    }
}

/// What the keys of a directory's objects begin with.
fn as_directory(key: &ObjectKey) -> String {
    let key = key.as_str();
    if key.ends_with('/') { key.to_owned() } else { format!("{key}/") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bucket::Bucket;
    use crate::domain::random::Random;
    use crate::domain::version::VersionNumber;
    use crate::storage::{Attributes, Durability};

    const NOW: Timestamp = Timestamp::from_seconds(1);

    #[tokio::test]
    async fn a_directory_moves_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Durability::None, &Random::from_seed(1)).expect("a new store");
        let bucket: BucketName = "b-1".parse().expect("a name");
        store
            .create_bucket(Bucket::new(bucket.clone(), "ap-x".parse().expect("a region"), "1".to_owned(), NOW))
            .await
            .expect("stored");
        let key = |text: &str| -> ObjectKey { text.parse().expect("a key") };
        let number = VersionNumber::next(NOW, None, true);
        let object = Object::new(number, String::new(), 0, 0, NOW, Attributes::default(), Content::Joined(Vec::new()));
        let insert = |name: &str| store.0.tables.objects.insert(&object_key(&bucket, &key(name)), &object).expect("stored");
        for number in 0..MOST_IN_DIRECTORY {
            insert(&format!("from/{number:05}"));
        }
        insert("from!");
        insert("from0");
        assert_eq!(store.rename(&bucket, &key("from"), &key("to"), false, NOW).await.expect("stored"), Ok(()));
        insert("to/one more");
        let refused = store.rename(&bucket, &key("to/"), &key("from/"), false, NOW).await.expect("stored");
        assert_eq!(refused, Err(NotRenamed::TooMany));
        let under =
            |prefix| store.0.tables.objects.scan(&object_key(&bucket, &key(prefix)), object_key(&bucket, &key(prefix))).count();
        assert_eq!((under("from/"), under("from"), under("to/")), (0, 2, MOST_IN_DIRECTORY + 1));
        store.close().expect("closed");
    }
}
