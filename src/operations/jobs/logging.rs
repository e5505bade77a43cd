//! Access logs at work: what waits is written into the buckets that the logs go to (Logging Overview, 436/16920).

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::domain::access_log;
use crate::domain::bucket::BucketName;
use crate::domain::error::Error;
use crate::domain::logging::Logging;
use crate::operations::context::Services;
use crate::operations::jobs::delivery::Delivery;

/// Writes a file for each bucket that was asked something. What cannot be written is lost, as on the service.
pub(super) async fn run(services: &Services) {
    for (bucket, lines) in services.agenda.take_logs() {
        if let Err(error) = write(services, &bucket, &lines).await {
            tracing::warn!(%error, bucket = bucket.as_str(), "an access log could not be written");
        }
    }
}

async fn write(services: &Services, bucket: &BucketName, lines: &str) -> Result<(), Error> {
    let store = &services.store;
    let Some(source) = store.bucket(bucket)? else { return Ok(()) };
    let Some(Logging { target, prefix }) = store.setting::<Logging>(&source)? else { return Ok(()) };
    // A log into a bucket that is gone fails in silence.
    let Some(target) = store.bucket(&target)? else { return Ok(()) };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(lines.as_bytes()).expect("memory takes what is written to it");
    let mut delivery = Delivery::begin(services, &target, None)?;
    delivery.write(encoder.finish().expect("memory takes what is written to it")).await?;
    let key = access_log::file_key(&prefix, services.clock.now(), &services.random.hex::<4>(), 1);
    delivery.finish(&key).await.map(drop)
}
