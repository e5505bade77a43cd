//! Threads that digest the bodies of many uploads together.
//!
//! Eight streams in SIMD lanes cost little more than one, so a thread does not take the first stream that has something: it waits
//! until all that are active have, until one cannot go on without it, or for a moment.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::codec::checksum::{Digests, Lane, Lanes, MAX_LANES};
use crate::storage::lock;
use crate::storage::staging::{Batch, MOST_BATCHES};

/// How long a stream waits for company. Its client does not notice: more batches arrive meanwhile.
const MOMENT: Duration = Duration::from_millis(1);

/// One queue for all: a thread that comes free takes all streams that wait, and digests them in SIMD lanes side by side.
pub(super) struct Digester(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    arrival: Condvar,
}

#[derive(Default)]
struct Queue {
    /// With when each began to wait.
    streams: VecDeque<(Instant, Arc<Mutex<Stream>>)>,
    /// Bodies that are arriving, waiting or not.
    active: usize,
    /// One of the waiting streams cannot go on.
    is_pressed: bool,
    is_closed: bool,
}

/// One body's digests, and its batches that are not yet in them.
struct Stream {
    /// `None` while a thread has them.
    digests: Option<Digests>,
    waiting: VecDeque<Arc<Batch>>,
    /// In the queue, or with a thread.
    is_queued: bool,
}

impl Stream {
    /// Whether its client waits: for its answer, or for a place for the next batch.
    fn is_pressed(&self) -> bool {
        self.waiting.len() >= MOST_BATCHES || self.waiting.back().is_some_and(|batch| batch.is_last)
    }
}

impl Digester {
    /// Half the cores digest: the other half feeds them from sockets and writes files.
    pub(super) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let threads = thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 4));
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            let run = move || run(&shared);
            thread::Builder::new().name("digest".to_owned()).spawn(run).expect("a thread can be started");
        }
        Self(shared)
    }

    pub(super) fn stream(&self, digests: Digests) -> DigestStream {
        lock(&self.0.queue).active += 1;
        let stream = Stream { digests: Some(digests), waiting: VecDeque::new(), is_queued: false };
        DigestStream { stream: Arc::new(Mutex::new(stream)), shared: Arc::clone(&self.0) }
    }
}

impl Drop for Digester {
    fn drop(&mut self) {
        lock(&self.0.queue).is_closed = true;
        self.0.arrival.notify_all();
    }
}

/// The digests of one body in the making.
pub(super) struct DigestStream {
    stream: Arc<Mutex<Stream>>,
    shared: Arc<Shared>,
}

impl DigestStream {
    /// Adds a batch behind those that came before; it is dropped once it is digested.
    pub(super) fn push(&self, batch: Arc<Batch>) {
        let mut stream = lock(&self.stream);
        stream.waiting.push_back(batch);
        let is_new = !std::mem::replace(&mut stream.is_queued, true);
        let is_pressed = stream.is_pressed();
        drop(stream);
        if is_new || is_pressed {
            self.shared.announce(is_new.then_some(&self.stream), is_pressed);
        }
    }

    /// The digests, once all batches were dropped; `None` before that.
    pub(super) fn finish(&self) -> Option<Digests> {
        lock(&self.stream).digests.take()
    }
}

impl Drop for DigestStream {
    fn drop(&mut self) {
        lock(&self.shared.queue).active -= 1;
    }
}

impl Shared {
    fn announce(&self, stream: Option<&Arc<Mutex<Stream>>>, is_pressed: bool) {
        let mut queue = lock(&self.queue);
        queue.streams.extend(stream.map(|stream| (Instant::now(), Arc::clone(stream))));
        queue.is_pressed |= is_pressed;
        drop(queue);
        self.arrival.notify_one();
    }

    /// Waits until it is worth to digest; `None` at the end.
    fn take(&self) -> Option<Vec<Arc<Mutex<Stream>>>> {
        let mut queue = lock(&self.queue);
        loop {
            let Some((since, _)) = queue.streams.front() else {
                if queue.is_closed {
                    return None;
                }
                queue = self.arrival.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let waited = since.elapsed();
            if queue.is_pressed || queue.streams.len() >= queue.active.min(MAX_LANES) || waited >= MOMENT {
                break;
            }
            queue = self.arrival.wait_timeout(queue, MOMENT - waited).unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.is_pressed = false;
        let count = queue.streams.len().min(MAX_LANES);
        Some(queue.streams.drain(..count).map(|(_, stream)| stream).collect())
    }
}

fn run(shared: &Shared) {
    let engine = Lanes::default();
    while let Some(streams) = shared.take() {
        digest(shared, &engine, &streams);
    }
}

/// Digests as many batches of each stream as all of them have, and queues again those that have more.
fn digest(shared: &Shared, engine: &Lanes, streams: &[Arc<Mutex<Stream>>]) {
    let count = streams.iter().map(|stream| lock(stream).waiting.len()).min().unwrap_or(0);
    let mut batches = Vec::with_capacity(streams.len());
    let mut lanes = Vec::with_capacity(streams.len());
    for stream in streams {
        let mut stream = lock(stream);
        let taken: Vec<Arc<Batch>> = stream.waiting.drain(..count).collect();
        let pieces = taken.iter().flat_map(|batch| batch.pieces.iter().cloned()).collect();
        let digests = stream.digests.take().expect("a queued stream is with one thread at a time");
        lanes.push(Lane { digests, pieces });
        batches.push(taken);
    }
    engine.update(&mut lanes);
    for ((stream, lane), done) in streams.iter().zip(lanes).zip(batches) {
        let mut unlocked = lock(stream);
        unlocked.digests = Some(lane.digests);
        unlocked.is_queued = !unlocked.waiting.is_empty();
        let (goes_on, is_pressed) = (unlocked.is_queued, unlocked.is_pressed());
        drop(unlocked);
        if goes_on {
            shared.announce(Some(stream), is_pressed);
        }
        // Only now: whoever waits for all batches to be dropped finds the digests complete.
        drop(done);
    }
}
