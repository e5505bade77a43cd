//! Threads that digest the bodies of many uploads together.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::codec::checksum::{Digests, Lane, Lanes, MAX_LANES};
use crate::storage::staging::Batch;

/// One queue for all: a thread that comes free takes all streams that wait, and digests them in SIMD lanes side by side.
pub(super) struct Digester(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    arrival: Condvar,
}

#[derive(Default)]
struct Queue {
    streams: VecDeque<Arc<Mutex<Stream>>>,
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
        if !std::mem::replace(&mut stream.is_queued, true) {
            drop(stream);
            self.shared.enqueue(Arc::clone(&self.stream));
        }
    }

    /// The digests, once all batches were dropped; `None` before that.
    pub(super) fn finish(&self) -> Option<Digests> {
        lock(&self.stream).digests.take()
    }
}

impl Shared {
    fn enqueue(&self, stream: Arc<Mutex<Stream>>) {
        lock(&self.queue).streams.push_back(stream);
        self.arrival.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(shared: &Shared) {
    let engine = Lanes::default();
    loop {
        let mut queue = lock(&shared.queue);
        while queue.streams.is_empty() {
            if queue.is_closed {
                return;
            }
            queue = shared.arrival.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let count = queue.streams.len().min(MAX_LANES);
        let streams: Vec<_> = queue.streams.drain(..count).collect();
        drop(queue);
        digest(shared, &engine, &streams);
    }
}

/// Digests all that waits in these streams, and queues again those that got more meanwhile.
fn digest(shared: &Shared, engine: &Lanes, streams: &[Arc<Mutex<Stream>>]) {
    let mut batches = Vec::with_capacity(streams.len());
    let mut lanes = Vec::with_capacity(streams.len());
    for stream in streams {
        let mut stream = lock(stream);
        let waiting = std::mem::take(&mut stream.waiting);
        let pieces = waiting.iter().flat_map(|batch| batch.pieces.iter().cloned()).collect();
        let digests = stream.digests.take().expect("a queued stream is with one thread at a time");
        lanes.push(Lane { digests, pieces });
        batches.push(waiting);
    }
    engine.update(&mut lanes);
    for ((stream, lane), done) in streams.iter().zip(lanes).zip(batches) {
        let mut unlocked = lock(stream);
        unlocked.digests = Some(lane.digests);
        unlocked.is_queued = !unlocked.waiting.is_empty();
        let goes_on = unlocked.is_queued;
        drop(unlocked);
        if goes_on {
            shared.enqueue(Arc::clone(stream));
        }
        // Only now: whoever waits for all batches to be dropped finds the digests complete.
        drop(done);
    }
}
