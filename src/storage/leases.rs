//! Bodies that are being read are not deleted under their reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::domain::part::UploadId;
use crate::storage::lock;
use crate::storage::reaper::ReaperHandle;
use crate::storage::records::{BodyId, Content};

#[derive(Clone)]
pub(super) struct Leases(Arc<Shared>);

struct Shared {
    held: Mutex<HashMap<Id, Held>>,
    reaper: ReaperHandle,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Id {
    Body(BodyId),
    Parts(UploadId),
}

#[derive(Default)]
struct Held {
    readers: usize,
    doomed: Option<Content>,
}

/// Keeps a content readable while it lives.
pub(super) struct Lease {
    id: Id,
    shared: Arc<Shared>,
}

impl Leases {
    pub(super) fn new(reaper: ReaperHandle) -> Self {
        Self(Arc::new(Shared { held: Mutex::default(), reaper }))
    }

    /// Takes a lease. The caller then looks whether the record still names the content: only so is the lease in time.
    pub(super) fn take(&self, content: &Content) -> Lease {
        let id = id(content);
        lock(&self.0.held).entry(id.clone()).or_default().readers += 1;
        Lease { id, shared: Arc::clone(&self.0) }
    }

    /// Takes a lease on a content that no record names yet: it is deleted with the lease, unless that is told to spare it.
    pub(super) fn take_new(&self, content: Content) -> Lease {
        let lease = self.take(&content);
        self.discard(content);
        lease
    }

    /// Deletes a content that no record names any more, once its last reader is done.
    pub(super) fn discard(&self, content: Content) {
        let mut held = lock(&self.0.held);
        match held.get_mut(&id(&content)) {
            Some(held) => held.doomed = Some(content),
            None => self.0.reaper.delete(content),
        }
    }

    /// Whether no reader holds back a deletion.
    pub(super) fn none_doomed(&self) -> bool {
        lock(&self.0.held).values().all(|held| held.doomed.is_none())
    }
}

impl Lease {
    /// Ends a lease that [`Leases::take_new`] gave, but leaves the content.
    pub(super) fn spare(self) {
        if let Some(held) = lock(&self.shared.held).get_mut(&self.id) {
            held.doomed = None;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut held = lock(&self.shared.held);
        let Some(entry) = held.get_mut(&self.id) else { return };
        entry.readers -= 1;
        if entry.readers == 0
            && let Some(Held { doomed: Some(content), .. }) = held.remove(&self.id)
        {
            self.shared.reaper.delete(content);
        }
    }
}

fn id(content: &Content) -> Id {
    match content {
        Content::One(body) => Id::Body(body.id),
        Content::Parts { upload, .. } => Id::Parts(upload.clone()),
    }
}
