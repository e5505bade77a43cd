//! Threads that digest the bodies of many uploads together.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::codec::checksum::{Digests, Lane, Lanes, MAX_LANES};
use crate::storage::StorageError;

/// One queue for all: a thread that comes free takes all that waits, and digests it in SIMD lanes side by side.
pub(super) struct Digester(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    arrival: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<(Lane, oneshot::Sender<Digests>)>,
    is_closed: bool,
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

    /// Begins to add pieces to a stream's digests; the receiver gives the digests back.
    pub(super) fn begin(&self, digests: Digests, pieces: Vec<Bytes>) -> Digesting {
        let (sender, receiver) = oneshot::channel();
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).jobs.push_back((Lane { digests, pieces }, sender));
        self.0.arrival.notify_one();
        Digesting(receiver)
    }
}

/// Digests that are being made.
pub(super) struct Digesting(oneshot::Receiver<Digests>);

impl Digesting {
    pub(super) async fn finish(self) -> Result<Digests, StorageError> {
        self.0.await.map_err(|_| StorageError::Closed)
    }
}

impl Drop for Digester {
    fn drop(&mut self) {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
        self.0.arrival.notify_all();
    }
}

fn run(shared: &Shared) {
    let engine = Lanes::default();
    loop {
        let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        while queue.jobs.is_empty() {
            if queue.is_closed {
                return;
            }
            queue = shared.arrival.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let count = queue.jobs.len().min(MAX_LANES);
        let (mut lanes, senders): (Vec<Lane>, Vec<_>) = queue.jobs.drain(..count).unzip();
        drop(queue);
        engine.update(&mut lanes);
        for (lane, sender) in lanes.into_iter().zip(senders) {
            let _ = sender.send(lane.digests);
        }
    }
}
