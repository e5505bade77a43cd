//! Random appends against the bytes that they join to.

use std::cell::Cell;
use std::ops::Range;

use bytes::Bytes;
use cos_emulator::codec::crypto::{Key, Nonce};
use cos_emulator::domain::bucket::{Bucket, BucketName};
use cos_emulator::domain::encryption::{BodyCipher, Encryption};
use cos_emulator::domain::key::ObjectKey;
use cos_emulator::domain::random::Random;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::storage::{Attributes, Durability, Object, ObjectBytes, ObjectKind, PutObject, Slot, Store};
use futures_util::StreamExt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;

use crate::harness::bytes;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// How many bytes each appends: few that are joined, those around the limit of what the index holds, and files.
fn sizes() -> impl Strategy<Value = Vec<usize>> {
    let size = prop_oneof![4 => 0..200usize, 2 => (16 << 10) - 200..(16 << 10) + 200usize, 1 => 20_000..60_000usize];
    prop::collection::vec(size, 1..12)
}

struct World<'a> {
    store: &'a Store,
    random: &'a Random,
    bucket: BucketName,
    key: ObjectKey,
    encryption: Encryption,
    expected: Vec<u8>,
}

impl<'a> World<'a> {
    async fn new(store: &'a Store, random: &'a Random, number: usize) -> Self {
        let bucket: BucketName = format!("b{number}-1").parse().expect("a name");
        let made = Bucket::new(bucket.clone(), "ap-x".parse().expect("a region"), "1".to_owned(), NOW);
        store.create_bucket(made).await.expect("stored");
        let encryption = if number.is_multiple_of(2) { Encryption::None } else { Encryption::SseCos };
        Self { store, random, bucket, key: "log".parse().expect("a key"), encryption, expected: Vec::new() }
    }

    fn ciphers(&self) -> impl Fn(Nonce) -> Option<BodyCipher> + Send + use<> {
        let (encryption, key): (Encryption, Key) = (self.encryption.clone(), self.store.folder_key().clone());
        move |nonce| encryption.cipher(&key, None, nonce)
    }

    async fn append(&mut self, chunk: Vec<u8>) {
        let mut staging = self.store.stage(self.ciphers()(self.random.bytes()), false).expect("an id");
        staging.write(Bytes::from(chunk.clone())).await.expect("staged");
        let staged = staging.finish().await.expect("staged");
        self.expected.extend(chunk);
        let (size, encryption) = (self.expected.len() as u64, self.encryption.clone());
        let object = move |slot: &Slot<'_>, content| {
            let attributes = Attributes { encryption, ..Attributes::default() };
            let object = Object::new(slot.version, String::new(), size, 0, NOW, attributes, content);
            Ok::<_, ()>(Object { kind: ObjectKind::Appendable, ..object })
        };
        let appended = self.store.append_object(&self.bucket, &self.key, staged, NOW, self.ciphers(), object).await;
        assert!(matches!(appended.expect("stored"), PutObject::Stored(_)));
    }

    async fn read(&self, range: Range<u64>) -> Vec<u8> {
        let object = self.store.object(&self.bucket, &self.key).expect("read").expect("it is there");
        let opened = self.store.open_object(&self.bucket, &self.key, &object, range, self.ciphers()).await;
        match opened.expect("read").expect("nobody replaced it") {
            ObjectBytes::Whole(bytes) => bytes.to_vec(),
            ObjectBytes::Stream(pieces) => pieces.map(|piece| piece.expect("read")).collect::<Vec<_>>().await.concat(),
        }
    }
}

#[test]
fn appends_read_back_as_the_joined_bytes_over_all_ranges() {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let random = Random::from_seed(1);
    let store = Store::open(folder.path(), Durability::None, &random).expect("a new store");
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let number = Cell::new(0);
    let ranges = prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 20);
    let result = runner.run(&(sizes(), ranges), |(sizes, ranges)| {
        number.set(number.get() + 1);
        runtime.block_on(async {
            let mut world = World::new(&store, &random, number.get()).await;
            for size in sizes {
                world.append(bytes(world.expected.len() + size).split_off(world.expected.len())).await;
            }
            let length = world.expected.len();
            assert!(world.read(0..length as u64).await == world.expected);
            for (one, other) in ranges {
                let (one, other) = (one.index(length + 1), other.index(length + 1));
                let range = one.min(other)..one.max(other);
                assert!(world.read(range.start as u64..range.end as u64).await == world.expected[range.clone()], "{range:?}");
            }
        });
        Ok(())
    });
    result.expect("what was appended is there");
    store.close().expect("closed");
}
