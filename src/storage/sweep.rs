//! After a crash: deletes bodies and parts that no record names.

use std::collections::{HashMap, HashSet};

use crate::domain::part::UploadId;
use crate::storage::StorageError;
use crate::storage::blobs::Blobs;
use crate::storage::keys;
use crate::storage::reaper::delete_body;
use crate::storage::records::{BodyId, Content, Version};
use crate::storage::tables::Tables;

/// Reads every record once, then deletes what none of them names; blocks.
pub(super) fn sweep(tables: &Tables, blobs: &Blobs) -> Result<(), StorageError> {
    blobs.empty_staging()?;
    let mut bodies: HashSet<BodyId> = HashSet::new();
    let mut completed: HashMap<UploadId, Content> = HashMap::new();
    let current = tables.objects.scan(b"", Vec::new()).map(|record| Ok(Some(record?.1.content)));
    let superseded = tables.versions.scan(b"", Vec::new()).map(|record| match record?.1 {
        Version::Object(object) => Ok(Some(object.content)),
        Version::Marker(_) => Ok(None),
    });
    for content in current.chain(superseded).filter_map(Result::<_, StorageError>::transpose) {
        let content = content?;
        bodies.extend(content.bodies().iter().map(|body| body.id));
        if let Content::Parts { ref upload, .. } = content {
            completed.insert(upload.clone(), content);
        }
    }
    let mut open: HashSet<UploadId> = HashSet::new();
    for record in tables.uploads.scan(b"", Vec::new()) {
        open.extend(keys::upload_of(&record?.0));
    }
    let mut swept = 0;
    for record in tables.parts.scan(b"", Vec::new()) {
        let (key, part) = record?;
        let is_named = keys::part_upload(&key).zip(keys::part_number(&key)).is_some_and(|(upload, number)| {
            open.contains(&upload) || completed.get(&upload).is_some_and(|content| content.has_part(number))
        });
        if is_named {
            bodies.insert(part.body.id);
        } else {
            tables.parts.remove(&key)?;
            delete_body(tables, blobs, &part.body)?;
            swept += 1;
        }
    }
    for id in blobs.ids()?.into_iter().filter(|id| !bodies.contains(id)) {
        blobs.delete(id)?;
        swept += 1;
    }
    for id in tables.body_ids() {
        let id = id?;
        if !bodies.contains(&id) {
            tables.remove_body(id)?;
            swept += 1;
        }
    }
    tracing::info!(swept, "the last process did not end in order; what it left half done is swept");
    Ok(())
}
