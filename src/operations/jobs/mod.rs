//! What COS does by itself, once its time has come.

mod agenda;
mod delivery;
mod inventory;
mod lifecycle;
mod logging;
mod replication;
mod version_pages;

pub use agenda::Agenda;

use crate::domain::bucket::Bucket;
use crate::domain::setting::SettingKind;
use crate::operations::context::Services;

/// Does all that is due by the app's clock; when it returns, it is done. What could not be done is logged.
pub async fn run(services: &Services) {
    let _turn = services.agenda.turn().await;
    copy(services).await;
    logging::run(services).await;
    for bucket in buckets_with(services, SettingKind::Lifecycle).await {
        if let Err(error) = lifecycle::run(services, &bucket).await {
            tracing::error!(%error, bucket = bucket.name.as_str(), "lifecycle rules could not be applied");
        }
    }
    list(services).await;
}

/// Copies what was written in buckets with replication rules; does not wait for a time.
pub async fn replicate(services: &Services) {
    let _turn = services.agenda.turn().await;
    copy(services).await;
}

/// Writes the reports that were asked for, and all lines of logs.
pub async fn write_files(services: &Services) {
    let _turn = services.agenda.turn().await;
    logging::run(services).await;
    list(services).await;
}

/// Writes all lines of logs.
pub async fn write_logs(services: &Services) {
    let _turn = services.agenda.turn().await;
    logging::run(services).await;
}

async fn copy(services: &Services) {
    if let Err(error) = replication::run(services).await {
        tracing::error!(%error, "the versions that wait for copies could not be listed");
    }
}

async fn list(services: &Services) {
    for bucket in buckets_with(services, SettingKind::Inventory).await {
        if let Err(error) = inventory::run(services, &bucket).await {
            tracing::error!(%error, bucket = bucket.name.as_str(), "inventories could not be written");
        }
    }
}

async fn buckets_with(services: &Services, kind: SettingKind) -> Vec<Bucket> {
    let has_it = move |bucket: &Bucket| Ok(bucket.settings.has(kind));
    services.store.list_buckets(String::new(), usize::MAX, has_it).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the buckets could not be listed");
        Vec::new()
    })
}
