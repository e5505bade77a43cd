//! Replication at work: versions that were just written are copied into other buckets (Bucket Replication, 436/19237).

use crate::codec::crypto::Nonce;
use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::encryption::{BodyCipher, DefaultEncryption, Encryption, default_kms_key_id};
use crate::domain::replication::{Replication, ReplicationRule, Written, WrittenKind};
use crate::operations::context::Services;
use crate::operations::copy_source;
use crate::storage::{Attributes, NewContent, Object, PutReplica, Replica, ReplicationStatus, StorageError, Version, Waiting};

const PAGE: usize = 100;

/// Copies all versions that wait.
///
/// # Errors
/// The index failed.
pub(super) async fn run(services: &Services) -> Result<(), StorageError> {
    let mut last = None;
    loop {
        let page = services.store.waiting_replications(last, PAGE).await?;
        for waiting in &page {
            if let Err(error) = copy(services, waiting).await {
                let (bucket, key) = (waiting.bucket.as_str(), waiting.key.as_str());
                tracing::error!(%error, bucket, key, "a version could not be copied, and will be tried again");
            }
        }
        last = page.into_iter().next_back();
        if last.is_none() {
            return Ok(());
        }
    }
}

/// Makes all copies of a version, and notes with it what came of them.
async fn copy(services: &Services, waiting: &Waiting) -> Result<(), StorageError> {
    let store = &services.store;
    let version = store.version(&waiting.bucket, &waiting.key, Some(waiting.version()))?;
    let source = store.bucket(&waiting.bucket)?;
    // What was deleted since is copied no more, nor what no rule is for any more.
    let (Some(version), Some(source)) = (version, source) else { return store.end_replication(waiting, None).await };
    let rules = store.setting::<Replication>(&source)?;
    let kind = match &version {
        Version::Marker(_) => WrittenKind::Marker,
        Version::Object(object) => {
            let Attributes { tags, encryption, .. } = &object.attributes;
            WrittenKind::Object { tags, is_kms: matches!(encryption, Encryption::SseKms { .. }) }
        }
    };
    let mut status = None;
    for rule in rules.iter().flat_map(|rules| rules.rules_for(Written { key: waiting.key.as_str(), kind })) {
        let is_copied = copy_by(services, &source, waiting, &version, rule).await?;
        let is_failed = status == Some(ReplicationStatus::Failed) || !is_copied;
        status = Some(if is_failed { ReplicationStatus::Failed } else { ReplicationStatus::Completed });
    }
    tracing::debug!(bucket = source.name.as_str(), key = waiting.key.as_str(), ?status, "a version was copied");
    store.end_replication(waiting, status).await
}

/// Whether the copy is there now.
async fn copy_by(
    services: &Services,
    source: &Bucket,
    waiting: &Waiting,
    version: &Version,
    rule: &ReplicationRule,
) -> Result<bool, StorageError> {
    let Some(target) = services.store.bucket(&rule.destination.value().bucket)? else { return Ok(false) };
    if target.versioning != Versioning::Enabled || target.owner != source.owner {
        return Ok(false);
    }
    let replica = match version {
        Version::Marker(marker) => Replica::Marker(*marker),
        Version::Object(object) => match replica(services, waiting, object, rule, &target).await? {
            Some(replica) => replica,
            None => return Ok(false),
        },
    };
    Ok(services.store.put_replica(&target.name, &waiting.key, replica).await? == PutReplica::Stored)
}

/// A copy of an object; `None` when only the customer has the key to it, or it is gone.
async fn replica(
    services: &Services,
    waiting: &Waiting,
    object: &Object,
    rule: &ReplicationRule,
    target: &Bucket,
) -> Result<Option<Replica>, StorageError> {
    let Some(encryption) = encryption(services, object, rule, target)? else { return Ok(None) };
    let Some(bytes) = bytes(services, waiting, object, &encryption).await? else { return Ok(None) };
    let storage_class = rule.class.as_ref().map_or(object.attributes.storage_class, |class| *class.value());
    let attributes = Attributes { storage_class, encryption, ..object.attributes.clone() };
    let replication = Some(ReplicationStatus::Replica);
    let record = Object { attributes, replication, restore: None, retained_until: None, ..object.clone() };
    Ok(Some(Replica::Object(Box::new(record), bytes)))
}

/// The target's own, but for what is encrypted with SSE-KMS: that stays so, under the rule's key.
fn encryption(
    services: &Services,
    object: &Object,
    rule: &ReplicationRule,
    target: &Bucket,
) -> Result<Option<Encryption>, StorageError> {
    Ok(match &object.attributes.encryption {
        Encryption::SseC { .. } => None,
        Encryption::SseKms { .. } => {
            let key_id = rule.kms_key.clone().unwrap_or_else(|| default_kms_key_id(&target.owner));
            Some(Encryption::SseKms { key_id, context: None })
        }
        Encryption::None | Encryption::SseCos => {
            let default = services.store.setting::<DefaultEncryption>(target)?;
            Some(default.map_or(Encryption::None, |default| default.of_object(&target.owner)))
        }
    })
}

/// The object's bytes once more: as they lie there, or encrypted anew. `None` when they are gone.
async fn bytes(
    services: &Services,
    Waiting { bucket, key, .. }: &Waiting,
    object: &Object,
    encryption: &Encryption,
) -> Result<Option<NewContent>, StorageError> {
    let store = &services.store;
    if object.attributes.encryption.is_alike(encryption, None) {
        return Ok(store.link_object(bucket, key, object).await?.map(NewContent::from));
    }
    let (from, folder_key) = (object.attributes.encryption.clone(), store.folder_key().clone());
    let decipher = move |nonce: Nonce| -> Option<BodyCipher> { from.cipher(&folder_key, None, nonce) };
    let Some(bytes) = store.open_object(bucket, key, object, 0..object.size, decipher).await? else { return Ok(None) };
    let cipher = encryption.cipher(store.folder_key(), None, services.random.bytes());
    Ok(Some(copy_source::stage(services, bytes, cipher).await?.into()))
}
