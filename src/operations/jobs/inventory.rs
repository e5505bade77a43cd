//! Inventories at work: reports are written into their buckets (Inventory Overview, 436/30622).

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::codec::checksum;
use crate::domain::bucket::{Bucket, BucketName};
use crate::domain::encryption::{Encryption, default_kms_key_id};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::inventory::{Format, IncludedVersions, Inventories, InventoryId, Listed, Report, ReportEncryption};
use crate::domain::inventory_report::{self, Count, Manifest, ReportFile, Row, RowObject};
use crate::domain::time::Timestamp;
use crate::operations::context::Services;
use crate::operations::jobs::delivery::Delivery;
use crate::operations::jobs::version_pages::VersionPages;
use crate::storage::{ReplicationStatus, StorageError, Version};

/// Writes the reports that are due of a bucket, and those that were asked for once.
///
/// # Errors
/// The index failed.
pub(super) async fn run(services: &Services, bucket: &Bucket) -> Result<(), StorageError> {
    let Some(inventories) = services.store.setting::<Inventories>(bucket)? else { return Ok(()) };
    let now = services.clock.now();
    for once in inventories.once {
        deliver(services, bucket, &once.id, &once.report).await;
        change(services, &bucket.name, move |inventories| inventories.once.retain(|other| other.job != once.job)).await?;
    }
    for due in inventories.periodic.into_iter().filter(|inventory| inventory.is_due(now)) {
        deliver(services, bucket, &due.id, &due.report).await;
        let note = move |inventories: &mut Inventories| {
            let noted = inventories.periodic.iter_mut().filter(|inventory| inventory.number == due.number);
            noted.for_each(|inventory| inventory.last_run = Some(now));
        };
        change(services, &bucket.name, note).await?;
    }
    Ok(())
}

async fn change(
    services: &Services,
    bucket: &BucketName,
    change: impl FnOnce(&mut Inventories) + Send + 'static,
) -> Result<(), StorageError> {
    let change = |_: &Bucket, inventories: Option<Inventories>| {
        let mut inventories = inventories.unwrap_or_default();
        change(&mut inventories);
        Ok::<_, ()>(Some(inventories).filter(|inventories| !inventories.is_empty()))
    };
    services.store.change_setting(bucket, change).await.map(drop)
}

/// Tries once: a report that cannot be written is not written later either, as on the service.
async fn deliver(services: &Services, bucket: &Bucket, id: &InventoryId, report: &Report) {
    let (bucket_name, id_text) = (bucket.name.as_str(), id.as_str());
    if report.destination.format == Format::Orc {
        tracing::warn!(bucket = bucket_name, id = id_text, "the emulator writes no inventories in the format ORC");
        return;
    }
    match write(services, bucket, id, report).await {
        Ok(count) => {
            tracing::info!(bucket = bucket_name, id = id_text, objects = count.objects, "an inventory was written");
        }
        Err(error) => tracing::warn!(%error, bucket = bucket_name, id = id_text, "an inventory could not be written"),
    }
}

/// The rows, then the manifest that names them, then the manifest's MD5.
async fn write(services: &Services, bucket: &Bucket, id: &InventoryId, report: &Report) -> Result<Count, Error> {
    let target = services.store.bucket(&report.destination.bucket.value().bucket)?.ok_or(ErrorCode::NoSuchBucket)?;
    let encryption = report.destination.encryption.as_ref().map(|encryption| match encryption {
        ReportEncryption::SseCos => Encryption::SseCos,
        ReportEncryption::SseKms(key_id) => {
            let key_id = key_id.clone().unwrap_or_else(|| default_kms_key_id(&target.owner));
            Encryption::SseKms { key_id, context: None }
        }
    });
    let now = services.clock.now();
    let folder = inventory_report::folder(report, &bucket.name, id);
    let begin = || Delivery::begin(services, &target, encryption.clone());
    let mut rows = Rows {
        encoder: GzEncoder::new(Vec::new(), Compression::default()),
        delivery: begin()?,
        all: Count::default(),
        chosen: Count::default(),
    };
    rows.write_all(services, bucket, report).await?;
    let (all, chosen) = (rows.all, rows.chosen);
    let key = format!("{folder}{}.csv.gz", services.random.hex::<16>());
    let delivered = rows.finish(&key).await?;
    let file = ReportFile { key, size: delivered.size.to_string(), md5_checksum: hex::encode(delivered.md5) };

    let manifest = Manifest::new(report, &bucket.name, all, chosen, vec![file]);
    let manifest = serde_json::to_vec_pretty(&manifest).expect("texts and lists of them");
    let checksum = hex::encode(checksum::md5(&manifest));
    let folder = format!("{folder}{}", inventory_report::day_folder(now));
    for (name, bytes) in [("manifest.json", manifest), ("manifest.checksum", checksum.into_bytes())] {
        let mut delivery = begin()?;
        delivery.write(bytes).await?;
        delivery.finish(&format!("{folder}{name}")).await?;
    }
    Ok(chosen)
}

/// The rows of a report on their way into its file, a page at a time.
struct Rows<'a> {
    encoder: GzEncoder<Vec<u8>>,
    delivery: Delivery<'a>,
    all: Count,
    chosen: Count,
}

impl Rows<'_> {
    /// # Errors
    /// `InternalError`.
    async fn write_all(&mut self, services: &Services, bucket: &Bucket, report: &Report) -> Result<(), Error> {
        let prefix = report.filter.prefix.clone().unwrap_or_default();
        let mut pages = VersionPages::new(&services.store, &bucket.name, prefix);
        while let Some(versions) = pages.next().await? {
            for (key, version, is_latest) in versions {
                let is_current = is_latest && matches!(version, Version::Object(_));
                if is_current || report.versions == IncludedVersions::All {
                    self.write_row(report, &bucket.name, &key, &version, is_latest);
                }
            }
            self.pass_on().await?;
        }
        Ok(())
    }

    fn write_row(&mut self, report: &Report, bucket: &BucketName, key: &str, version: &Version, is_latest: bool) {
        let object = match version {
            Version::Object(object) => Some(object),
            Version::Marker(_) => None,
        };
        let size = object.map_or(0, |object| object.size);
        self.all.add(size);
        let written: Timestamp = version.last_modified();
        let facts = object.map(|object| (object.attributes.storage_class, &object.attributes.tags));
        if !report.filter.matches(&Listed { key, written, object: facts }) {
            return;
        }
        self.chosen.add(size);
        let object = object.map(|object| RowObject {
            size,
            etag: &object.etag,
            class: object.attributes.storage_class,
            replication: object.replication.map(ReplicationStatus::name),
            tags: &object.attributes.tags,
            crc64: object.crc64,
            metadata: &object.attributes.metadata,
        });
        let mut row = Vec::new();
        let version_id = version.number().id().to_string();
        inventory_report::write_row(report, bucket, &Row { key, version_id: &version_id, is_latest, written, object }, &mut row);
        self.encoder.write_all(&row).expect("memory takes what is written to it");
    }

    /// Hands over what is compressed so far.
    async fn pass_on(&mut self) -> Result<(), Error> {
        let compressed = std::mem::take(self.encoder.get_mut());
        self.delivery.write(compressed).await
    }

    async fn finish(mut self, key: &str) -> Result<super::delivery::Delivered, Error> {
        let rest = self.encoder.finish().expect("memory takes what is written to it");
        self.delivery.write(rest).await?;
        self.delivery.finish(key).await
    }
}
