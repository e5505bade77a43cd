//! PUT and GET Bucket versioning: `/?versioning` (436/19889, 436/19888). The state is part of the bucket's own record.

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::SettingKind;
use crate::operations::bucket_settings::element::{choice, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::storage::ChangeBucket;

const ROOT: &str = "VersioningConfiguration";
const LARGEST: usize = 64 << 10;
const STATUS: [(&str, Versioning); 2] = [("Enabled", Versioning::Enabled), ("Suspended", Versioning::Suspended)];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VersioningConfiguration {
    status: String,
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let configuration: VersioningConfiguration = context.head.read_xml(body, ROOT, LARGEST).await?;
    let versioning = choice("Status", &configuration.status, &STATUS)?;
    let change = move |bucket: &mut Bucket| {
        check(bucket, versioning)?;
        bucket.versioning = versioning;
        Ok(())
    };
    match context.store().change_bucket(&context.bucket()?.name, change).await? {
        ChangeBucket::Changed => Ok(response::empty(StatusCode::OK, HeaderMap::new())),
        ChangeBucket::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
        ChangeBucket::Refused(error) => Err(error),
    }
}

/// A bucket from which rules replicate stays versioned; a locked one is never (436/19883, 436/40133).
fn check(bucket: &Bucket, versioning: Versioning) -> Result<(), Error> {
    if versioning == Versioning::Suspended && bucket.settings.has(SettingKind::Replication) {
        let message = "versioning cannot be suspended while the bucket is the source of a replication; delete its rules first";
        return Err(ErrorCode::InvalidBucketState.because(message));
    }
    if bucket.settings.has(SettingKind::ObjectLock) {
        return Err(ErrorCode::BucketLocked.because("a bucket with object lock cannot be versioned"));
    }
    Ok(())
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    Ok(match context.bucket()?.versioning {
        Versioning::Never => response::document(ROOT, &(), HeaderMap::new()),
        set => response::document(ROOT, &VersioningConfiguration { status: word(set, &STATUS) }, HeaderMap::new()),
    })
}
