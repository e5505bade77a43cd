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
    ids: Vec<Id>,
    shared: Arc<Shared>,
}

impl Leases {
    pub(super) fn new(reaper: ReaperHandle) -> Self {
        Self(Arc::new(Shared { held: Mutex::default(), reaper }))
    }

    /// Takes a lease. The caller then looks whether the record still names the content: only so is the lease in time.
    pub(super) fn take(&self, content: &Content) -> Lease {
        let ids = ids(content);
        let mut held = lock(&self.0.held);
        for id in &ids {
            held.entry(id.clone()).or_default().readers += 1;
        }
        Lease { ids, shared: Arc::clone(&self.0) }
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
        for content in apart(content) {
            match ids(&content).first().and_then(|id| held.get_mut(id)) {
                Some(held) => held.doomed = Some(content),
                None => self.0.reaper.delete(content),
            }
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
        let mut held = lock(&self.shared.held);
        for id in &self.ids {
            held.entry(id.clone()).and_modify(|held| held.doomed = None);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut held = lock(&self.shared.held);
        for id in &self.ids {
            let Some(entry) = held.get_mut(id) else { continue };
            entry.readers -= 1;
            if entry.readers == 0
                && let Some(Held { doomed: Some(content), .. }) = held.remove(id)
            {
                self.shared.reaper.delete(content);
            }
        }
    }
}

/// What readers hold of a content: each body by itself, because an append replaces the last of them only.
fn ids(content: &Content) -> Vec<Id> {
    match content {
        Content::Parts { upload, .. } => vec![Id::Parts(upload.clone())],
        Content::One(_) | Content::Joined(_) => content.bodies().iter().map(|body| Id::Body(body.id)).collect(),
    }
}

/// The contents that readers hold one by one.
fn apart(content: Content) -> Vec<Content> {
    match content {
        Content::Joined(bodies) => bodies.into_iter().map(Content::One).collect(),
        whole => vec![whole],
    }
}
