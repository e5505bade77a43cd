//! The digests of bodies: one stream alone, and several side by side in SIMD lanes. Throughput is that of all streams together.

use std::hint::black_box;

use bytes::Bytes;
use cos_emulator::codec::checksum::{Digests, Lane, Lanes, crc64_combine};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// What the store digests at a time.
const BATCH: usize = 256 << 10;

fn digests(criterion: &mut Criterion) {
    let body = Bytes::from((0..BATCH).map(|at| (at ^ (at >> 8)) as u8).collect::<Vec<u8>>());
    let mut group = criterion.benchmark_group("MD5 and CRC-64");
    group.throughput(Throughput::Bytes(BATCH as u64));
    group.bench_function("one stream alone", |bencher| {
        let mut digests = Digests::new(false);
        bencher.iter(|| digests.update(black_box(&body)));
    });
    let engine = Lanes::default();
    for streams in [2, 3, 4, 8, 16] {
        group.throughput(Throughput::Bytes((streams * BATCH) as u64));
        group.bench_with_input(BenchmarkId::new("streams in lanes", streams), &streams, |bencher, &streams| {
            let lanes =
                || (0..streams).map(|_| Lane { digests: Digests::new(false), pieces: vec![body.clone()] }).collect::<Vec<_>>();
            bencher.iter_batched_ref(lanes, |lanes| engine.update(lanes), BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn combine(criterion: &mut Criterion) {
    criterion.bench_function("CRC-64 of two parts joined", |bencher| {
        bencher.iter(|| {
            crc64_combine(black_box(0x1234_5678_9abc_def0), black_box(0x0fed_cba9_8765_4321), black_box((8 << 20) + 13))
        });
    });
}

criterion_group!(benches, digests, combine);
criterion_main!(benches);
