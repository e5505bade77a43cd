//! What COS does by itself, once its time has come.

mod lifecycle;
mod replication;

use crate::domain::bucket::Bucket;
use crate::domain::setting::SettingKind;
use crate::operations::context::Services;

/// Does all that is due by the app's clock; when it returns, it is done. What could not be done is logged, and is due again.
pub async fn run(services: &Services) {
    replicate(services).await;
    run_lifecycles(services).await;
}

/// Copies what was written in buckets with replication rules; does not wait for a time.
pub async fn replicate(services: &Services) {
    if let Err(error) = replication::run(services).await {
        tracing::error!(%error, "the versions that wait for copies could not be listed");
    }
}

async fn run_lifecycles(services: &Services) {
    let has_rules = |bucket: &Bucket| Ok(bucket.settings.has(SettingKind::Lifecycle));
    let buckets = match services.store.list_buckets(String::new(), usize::MAX, has_rules).await {
        Ok(buckets) => buckets,
        Err(error) => return tracing::error!(%error, "the buckets could not be listed"),
    };
    for bucket in &buckets {
        if let Err(error) = lifecycle::run(services, bucket).await {
            tracing::error!(%error, bucket = bucket.name.as_str(), "lifecycle rules could not be applied");
        }
    }
}
