//! Random histories of versions against a plain model of them.

use std::cell::Cell;
use std::collections::BTreeMap;

use bytes::Bytes;
use cos_emulator::domain::bucket::{Bucket, BucketName, Versioning};
use cos_emulator::domain::listing::Entry;
use cos_emulator::domain::random::Random;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::domain::version::VersionId;
use cos_emulator::storage::{Attributes, DeleteObject, Durability, Object, ObjectBytes, PutObject, Slot, Store, Version};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;

const KEYS: [&str; 4] = ["a", "a\u{1}", "dir/b", "dir/c"];

#[derive(Debug, Clone)]
enum Step {
    Put(usize),
    Delete(usize),
    /// Deletes the version at this place in the key's history, if it has so many.
    DeleteVersion(usize, usize),
    Switch(Versioning),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = 0..KEYS.len();
    let step = prop_oneof![
        4 => key.clone().prop_map(Step::Put),
        2 => key.clone().prop_map(Step::Delete),
        2 => (key, 0..4usize).prop_map(|(key, place)| Step::DeleteVersion(key, place)),
        1 => prop::sample::select(vec![Versioning::Enabled, Versioning::Suspended]).prop_map(Step::Switch),
    ];
    prop::collection::vec(step, 1..40)
}

/// What a key has: ids and texts, newest first; no text is a delete marker.
type Model = BTreeMap<&'static str, Vec<(VersionId, Option<String>)>>;

struct World {
    store: Store,
    bucket: BucketName,
    versioning: Versioning,
    model: Model,
    written: usize,
}

/// The clock stands still: the order of versions must not depend on it.
const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

impl World {
    async fn take(&mut self, step: &Step) {
        match step {
            Step::Switch(versioning) => {
                self.versioning = *versioning;
                let versioning = *versioning;
                let change = move |bucket: &mut Bucket| {
                    bucket.versioning = versioning;
                    Ok::<_, ()>(())
                };
                self.store.change_bucket(&self.bucket, change).await.expect("stored");
            }
            Step::Put(key) => self.put(KEYS[*key]).await,
            Step::Delete(key) => {
                let key = KEYS[*key];
                let deleted = self.store.delete_object(&self.bucket, &key.parse().expect("a key"), None, NOW).await;
                match deleted.expect("stored") {
                    DeleteObject::Marked(marker) => self.push(key, marker.version.id(), None),
                    DeleteObject::Removed(_) => drop(self.model.remove(key)),
                    DeleteObject::Missing => assert!(!self.model.contains_key(key)),
                    other => panic!("{other:?}"),
                }
            }
            Step::DeleteVersion(key, place) => {
                let key = KEYS[*key];
                let Some(versions) = self.model.get_mut(key).filter(|versions| versions.len() > *place) else { return };
                let (id, _) = versions.remove(*place);
                let deleted = self.store.delete_object(&self.bucket, &key.parse().expect("a key"), Some(id), NOW).await;
                assert!(matches!(deleted.expect("stored"), DeleteObject::Removed(version) if version.number().id() == id));
                self.model.retain(|_, versions| !versions.is_empty());
            }
        }
    }

    async fn put(&mut self, key: &'static str) {
        self.written += 1;
        let text = self.written.to_string();
        let mut staging = self.store.stage(None, false).expect("an id");
        staging.write(Bytes::from(text.clone())).await.expect("staged");
        let staged = staging.finish().await.expect("staged");
        let size = staged.digested.length;
        let object = move |slot: &Slot<'_>, content| {
            Ok::<_, ()>(Object::new(slot.version, String::new(), size, 0, NOW, Attributes::default(), content))
        };
        let put = self.store.put_object(&self.bucket, &key.parse().expect("a key"), staged, NOW, object).await;
        let PutObject::Stored(object) = put.expect("stored") else { panic!("nothing stands in the way") };
        self.push(key, object.version.id(), Some(text));
    }

    /// What a write or a deletion means: the rules of 436/19883, in few words.
    fn push(&mut self, key: &'static str, id: VersionId, text: Option<String>) {
        let versions = self.model.entry(key).or_default();
        match self.versioning {
            Versioning::Never => versions.clear(),
            Versioning::Enabled => assert!(versions.iter().all(|(other, _)| *other != id), "an id is given once"),
            Versioning::Suspended => versions.retain(|(other, _)| *other != VersionId::Null),
        }
        assert_eq!(id == VersionId::Null, self.versioning != Versioning::Enabled);
        versions.insert(0, (id, text));
    }

    async fn check(&self, limit: usize) {
        let expected: Vec<(String, VersionId, Option<String>, bool)> = self
            .model
            .iter()
            .flat_map(|(key, versions)| {
                let each = versions.iter().enumerate();
                each.map(|(place, (id, text))| ((*key).to_owned(), *id, text.clone(), place == 0))
            })
            .collect();
        assert_eq!(self.listed(limit).await, expected);
        let current = self.store.list_objects(&self.bucket, String::new(), None, String::new(), 100).await.expect("read");
        let current: Vec<String> = current.entries.into_iter().map(name).collect();
        let live = self.model.iter().filter(|(_, versions)| versions[0].1.is_some());
        assert_eq!(current, live.map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>());
    }

    /// All versions, from pages of that many.
    async fn listed(&self, limit: usize) -> Vec<(String, VersionId, Option<String>, bool)> {
        let mut all = Vec::new();
        let (mut key_marker, mut version_marker) = (String::new(), None);
        loop {
            let page = self.store.list_versions(&self.bucket, String::new(), None, key_marker, version_marker, limit);
            let page = page.await.expect("read");
            let is_truncated = page.is_truncated;
            for entry in page.entries {
                let Entry::Item(key, (version, is_latest)) = entry else { panic!("no delimiter") };
                let id = version.number().id();
                let text = match version {
                    Version::Object(object) => Some(self.text(&key, &object).await),
                    Version::Marker(_) => None,
                };
                all.push((key, id, text, is_latest));
            }
            let Some((key, id, ..)) = all.last().filter(|_| is_truncated) else { return all };
            (key_marker, version_marker) = (key.clone(), Some(*id));
        }
    }

    async fn text(&self, key: &str, object: &Object) -> String {
        let key = key.parse().expect("a key");
        let opened = self.store.open_object(&self.bucket, &key, object, 0..object.size, |_| None).await.expect("read");
        let Some(ObjectBytes::Whole(bytes)) = opened else { panic!("short bodies are in the index") };
        String::from_utf8(bytes.to_vec()).expect("text")
    }
}

fn name<T>(entry: Entry<T>) -> String {
    match entry {
        Entry::Item(key, _) | Entry::CommonPrefix(key) => key,
    }
}

#[test]
fn random_histories_are_kept_listed_and_paged_as_the_rules_say() {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Durability::None, &Random::from_seed(1)).expect("a new store");
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let number = Cell::new(0);
    let result = runner.run(&(steps(), 1..5usize), |(steps, limit)| {
        number.set(number.get() + 1);
        let bucket: BucketName = format!("b{}-1", number.get()).parse().expect("a name");
        let made = Bucket::new(bucket.clone(), "ap-x".parse().expect("a region"), "1".to_owned(), NOW);
        let mut world = World { store: store.clone(), bucket, versioning: Versioning::Never, model: Model::new(), written: 0 };
        runtime.block_on(async {
            world.store.create_bucket(made).await.expect("stored");
            for step in &steps {
                world.take(step).await;
            }
            world.check(limit).await;
        });
        Ok(())
    });
    result.expect("the store keeps to the model");
    store.close().expect("closed");
}
