//! The one thread that changes the index.

use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::storage::leases::Leases;
use crate::storage::records::Content;
use crate::storage::tables::Tables;
use crate::storage::{Durability, StorageError, lock};

/// Changes that wait together share a flush, up to this many.
const MOST_TOGETHER: usize = 256;

type Change = Box<dyn FnOnce(&Tables) -> Answer + Send>;

/// Called once the change is as durable as it is to be, or with why it is not.
type Answer = Box<dyn FnOnce(Result<(), StorageError>) + Send>;

/// What a change came to, and the contents that no record names any more.
pub(super) struct Changed<T> {
    pub(super) outcome: T,
    pub(super) discarded: Vec<Content>,
}

impl<T> From<T> for Changed<T> {
    fn from(outcome: T) -> Self {
        Self { outcome, discarded: Vec::new() }
    }
}

pub(super) struct Committer {
    changes: Mutex<Option<mpsc::Sender<Change>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    leases: Leases,
}

impl Committer {
    pub(super) fn start(tables: Arc<Tables>, leases: Leases, durability: Durability) -> Self {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("commit".to_owned())
            .spawn(move || run(&receiver, &tables, durability))
            .expect("a thread can be started");
        Self { changes: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)), leases }
    }

    /// Makes a change after all that were asked for before it, and answers when it is durable; what it discarded is then deleted.
    /// A caller that goes away stops neither.
    pub(super) async fn commit<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Tables) -> Result<Changed<T>, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (sender, receiver) = oneshot::channel();
        let leases = self.leases.clone();
        let change: Change = Box::new(move |tables| {
            let changed = change(tables);
            Box::new(move |flushed| {
                let outcome = flushed.and(changed).map(|Changed { outcome, discarded }| {
                    discarded.into_iter().for_each(|content| leases.discard(content));
                    outcome
                });
                let _ = sender.send(outcome);
            })
        });
        let is_sent = match &*lock(&self.changes) {
            Some(changes) => changes.send(change).is_ok(),
            None => false,
        };
        if !is_sent {
            return Err(StorageError::Closed);
        }
        receiver.await.map_err(|_| StorageError::Closed)?
    }

    /// Finishes what was asked for and refuses the rest; blocks.
    pub(super) fn stop(&self) {
        drop(lock(&self.changes).take());
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
    }
}

fn run(changes: &mpsc::Receiver<Change>, tables: &Tables, durability: Durability) {
    let mut answers = Vec::new();
    while let Ok(first) = changes.recv() {
        answers.push(first(tables));
        answers.extend(changes.try_iter().take(MOST_TOGETHER - 1).map(|change| change(tables)));
        let flushed = match durability {
            Durability::BeforeAnswer => tables.flush().map_err(|error| error.to_string()),
            Durability::None => Ok(()),
        };
        for answer in answers.drain(..) {
            answer(flushed.clone().map_err(|message| StorageError::Index(message.into())));
        }
    }
}
