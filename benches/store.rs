//! The store without HTTP: writing parts, completing 10,000 of them, and listing pages out of 1,000,000 keys.

use std::time::{Duration, Instant};

use bytes::Bytes;
use cos_emulator::domain::bucket::{Bucket, BucketName, Versioning};
use cos_emulator::domain::part::{PartNumber, UploadId};
use cos_emulator::domain::random::Random;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::storage::{
    Attributes, CompleteUpload, Content, Durability, Object, Part, PartAddress, PutObject, Slot, Store, Upload,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use tokio::runtime::Runtime;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
const KEYS: u32 = 1_000_000;

struct Bench {
    runtime: Runtime,
    store: Store,
    bucket: BucketName,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = Runtime::new().expect("a runtime");
        let store = Store::open(folder.path(), Durability::BeforeAnswer, &Random::from_seed(1)).expect("a new store");
        let name: BucketName = "bench-1250000000".parse().expect("valid");
        let region = "ap-guangzhou".parse().expect("valid");
        let bucket = Bucket::new(name.clone(), region, "1250000000".to_owned(), NOW);
        runtime.block_on(store.create_bucket(bucket)).expect("created");
        Self { runtime, store, bucket: name, _folder: folder }
    }

    async fn initiate(&self, id: &UploadId) {
        let upload = Upload {
            initiated: NOW,
            initiator: "100000000001".to_owned(),
            attributes: Attributes::default(),
            forbids_overwrite: false,
            retained_until: None,
        };
        let key = "k".parse().expect("valid");
        assert!(self.store.create_upload(&self.bucket, &key, id, upload).await.expect("stored"));
    }

    async fn put_part(&self, id: &UploadId, number: u16, body: Bytes) {
        let mut staging = self.store.stage(None, false).expect("staged");
        staging.write(body).await.expect("written");
        let staged = staging.finish().await.expect("written");
        let (key, number) = ("k".parse().expect("valid"), PartNumber::new(number).expect("valid"));
        let etag = "108f528eb63b65e734f27ae331f5ffaa".to_owned();
        let part = PartAddress { bucket: &self.bucket, key: &key, upload: id, number };
        self.store.put_part(part, staged, etag, NOW).await.expect("stored");
    }

    async fn complete(&self, id: UploadId) {
        let key = "k".parse().expect("valid");
        let content_id = id.clone();
        let object = move |slot: &Slot<'_>, parts: &[(PartNumber, Part)]| {
            let numbers = parts.iter().map(|(number, _)| *number);
            Ok::<_, ()>(object(slot, Content::of_parts(content_id, numbers), parts.len() as u64))
        };
        let outcome = self.store.complete_upload(&self.bucket, &key, id, NOW, object).await.expect("stored");
        assert!(matches!(outcome, CompleteUpload::Completed(_)));
    }
}

impl Bench {
    async fn put_object(&self, number: u32) {
        let staged = self.store.stage(None, false).expect("staged").finish().await.expect("written");
        let key = format!("dir{:03}/{number:07}", number % 1000).parse().expect("valid");
        let make = |slot: &Slot<'_>, content| Ok::<_, ()>(object(slot, content, 0));
        let put = self.store.put_object(&self.bucket, &key, staged, NOW, make);
        assert!(matches!(put.await.expect("stored"), PutObject::Stored(_)));
    }
}

fn object(slot: &Slot<'_>, content: Content, size: u64) -> Object {
    let etag = "108f528eb63b65e734f27ae331f5ffaa".to_owned();
    Object::new(slot.version, etag, size, 0, NOW, Attributes::default(), content)
}

fn parts(criterion: &mut Criterion) {
    let bench = Bench::new();
    let id = UploadId::new(NOW.seconds(), [1; 32]);
    bench.runtime.block_on(bench.initiate(&id));
    let mut group = criterion.benchmark_group("write a part");
    for size in [1 << 10, 16 << 10, 64 << 10, 1 << 20, 8 << 20] {
        let body = Bytes::from(vec![7; size]);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &body, |bencher, body| {
            bencher.to_async(&bench.runtime).iter(|| bench.put_part(&id, 1, body.clone()));
        });
    }
    group.finish();
}

fn complete(criterion: &mut Criterion) {
    let bench = Bench::new();
    let mut group = criterion.benchmark_group("complete an upload");
    group.sample_size(10);
    group.bench_function("of 10000 parts", |bencher| {
        bencher.iter_custom(|iterations| {
            let mut spent = Duration::ZERO;
            for iteration in 0..iterations {
                let id = UploadId::new(NOW.seconds(), Random::from_seed(iteration).bytes());
                bench.runtime.block_on(async {
                    bench.initiate(&id).await;
                    for number in 1..=10_000 {
                        bench.put_part(&id, number, Bytes::from_static(b"x")).await;
                    }
                    let begun = Instant::now();
                    bench.complete(id).await;
                    spent += begun.elapsed();
                });
            }
            spent
        });
    });
    group.finish();
}

impl Bench {
    fn put_objects(&self, numbers: impl Iterator<Item = u32>) {
        let numbers: Vec<u32> = numbers.collect();
        for some in numbers.chunks(500) {
            // Those that are put at once share a flush.
            self.runtime.block_on(join_all(some.iter().map(|&number| self.put_object(number))));
        }
    }

    fn enable_versions(&self) {
        let change = |bucket: &mut Bucket| {
            bucket.versioning = Versioning::Enabled;
            Ok::<_, ()>(())
        };
        self.runtime.block_on(self.store.change_bucket(&self.bucket, change)).expect("stored");
    }
}

/// Of 1,000,000 keys, then also of their versions, once a tenth of the keys has three each.
fn listing(criterion: &mut Criterion) {
    let bench = Bench::new();
    bench.put_objects(0..KEYS);
    let mut group = criterion.benchmark_group("list 1000 of 1000000 keys");
    for (name, delimiter, marker) in
        [("plain", None, ""), ("plain, from the middle", None, "dir500/"), ("1000 common prefixes", Some('/'), "")]
    {
        group.bench_function(name, |bencher| {
            bencher.to_async(&bench.runtime).iter(async || {
                let page = bench.store.list_objects(&bench.bucket, String::new(), delimiter, marker.to_owned(), 1000).await;
                assert_eq!(page.expect("listed").entries.len(), 1000);
            });
        });
    }
    bench.enable_versions();
    for _ in 0..2 {
        bench.put_objects((0..KEYS).step_by(10));
    }
    for (name, delimiter, marker) in [
        ("versions", None, ""),
        ("versions, from the middle", None, "dir500/"),
        ("1000 common prefixes of versions", Some('/'), ""),
    ] {
        group.bench_function(name, |bencher| {
            bencher.to_async(&bench.runtime).iter(async || {
                let (prefix, marker) = (String::new(), marker.to_owned());
                let page = bench.store.list_versions(&bench.bucket, prefix, delimiter, marker, None, 1000).await;
                assert_eq!(page.expect("listed").entries.len(), 1000);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parts, complete, listing);
criterion_main!(benches);
