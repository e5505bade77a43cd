//! The thread that deletes what no record names any more.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use crate::domain::part::UploadId;
use crate::storage::blobs::{self, Blobs};
use crate::storage::records::{Body, Content, Place};
use crate::storage::tables::Tables;
use crate::storage::{StorageError, keys, lock};

pub(super) struct Reaper {
    handle: ReaperHandle,
    thread: Mutex<Option<JoinHandle<bool>>>,
}

/// Gives the thread work; never blocks.
#[derive(Clone)]
pub(super) struct ReaperHandle(Arc<Mutex<Option<mpsc::Sender<Doomed>>>>);

enum Doomed {
    Content(Content),
    File(PathBuf),
}

impl Reaper {
    pub(super) fn start(tables: Arc<Tables>, blobs: Arc<Blobs>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let run = move || {
            let mut all_gone = true;
            for doomed in receiver {
                let deleted = match doomed {
                    Doomed::Content(content) => delete_content(&tables, &blobs, &content),
                    Doomed::File(path) => blobs::delete_file(&path),
                };
                if let Err(error) = deleted {
                    tracing::warn!(%error, "what was replaced could not be deleted; the next start will try again");
                    all_gone = false;
                }
            }
            all_gone
        };
        let thread = thread::Builder::new().name("reaper".to_owned()).spawn(run).expect("a thread can be started");
        Self { handle: ReaperHandle(Arc::new(Mutex::new(Some(sender)))), thread: Mutex::new(Some(thread)) }
    }

    pub(super) fn handle(&self) -> ReaperHandle {
        self.handle.clone()
    }

    /// Finishes all deletions; blocks. Whether all went well.
    pub(super) fn stop(&self) -> bool {
        drop(lock(&self.handle.0).take());
        let thread = lock(&self.thread).take();
        thread.is_some_and(|thread| thread.join().unwrap_or(false))
    }
}

impl ReaperHandle {
    pub(super) fn delete(&self, content: Content) {
        self.send(Doomed::Content(content));
    }

    /// A file that never got a record.
    pub(super) fn delete_file(&self, path: PathBuf) {
        self.send(Doomed::File(path));
    }

    fn send(&self, doomed: Doomed) {
        match &*lock(&self.0) {
            Some(sender) => drop(sender.send(doomed)),
            None if let Doomed::File(path) = doomed => drop(std::fs::remove_file(path)),
            None => {}
        }
    }
}

fn delete_content(tables: &Tables, blobs: &Blobs, content: &Content) -> Result<(), StorageError> {
    match content {
        Content::Parts { upload, .. } => delete_parts(tables, blobs, upload),
        Content::One(_) | Content::Joined(_) => content.bodies().iter().try_for_each(|body| delete_body(tables, blobs, body)),
    }
}

/// Deletes every part that is recorded under an upload id, listed at Complete or not.
fn delete_parts(tables: &Tables, blobs: &Blobs, upload: &UploadId) -> Result<(), StorageError> {
    let prefix = keys::of_upload(upload);
    for record in tables.parts.scan(&prefix, prefix.clone()) {
        let (key, part) = record?;
        tables.parts.remove(&key)?;
        delete_body(tables, blobs, &part.body)?;
    }
    Ok(())
}

pub(super) fn delete_body(tables: &Tables, blobs: &Blobs, body: &Body) -> Result<(), StorageError> {
    match body.place {
        Place::Index => tables.remove_body(body.id),
        Place::File => blobs.delete(body.id),
    }
}
