//! PUT and GET Bucket logging: `/?logging` (436/17054, 436/17053).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::access_log;
use crate::domain::bucket::BucketName;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::logging::Logging;
use crate::operations::bucket_settings::document;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

const ROOT: &str = "BucketLoggingStatus";
const LARGEST: usize = 64 << 10;

/// Empty to log no more, and while nothing is logged.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BucketLoggingStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    logging_enabled: Option<LoggingEnabled>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoggingEnabled {
    target_bucket: String,
    #[serde(default)]
    target_prefix: String,
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let status: BucketLoggingStatus = context.head.read_xml(body, ROOT, LARGEST).await?;
    let logging = status.logging_enabled.map(|enabled| read(context, enabled)).transpose()?;
    document::change(context, |_, _| Ok(logging)).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

fn read(context: &Context<'_>, LoggingEnabled { target_bucket, target_prefix }: LoggingEnabled) -> Result<Logging, Error> {
    let source = context.bucket()?;
    let refuse = |why: &str| {
        let message = format!("<TargetBucket> is {target_bucket:?}, which {why}");
        Err(ErrorCode::InvalidTargetBucketForLogging.because(message))
    };
    let Ok(target) = target_bucket.parse::<BucketName>() else { return refuse("is no bucket's name, as in logs-1250000000") };
    match context.store().bucket(&target)? {
        None => refuse("does not exist"),
        Some(bucket) if bucket.owner != source.owner => refuse("is another account's"),
        Some(bucket) if bucket.region != source.region => refuse(&format!("is not in {}", source.region.as_str())),
        Some(_) => {
            check_prefix(context, &target_prefix)?;
            Ok(Logging { target, prefix: target_prefix })
        }
    }
}

/// Whether log files can have keys that begin so.
fn check_prefix(context: &Context<'_>, prefix: &str) -> Result<(), Error> {
    match access_log::file_key(prefix, context.now, "00000000", usize::MAX).parse::<ObjectKey>() {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = format!("no key of a log file can begin with <TargetPrefix>: {}", error.message());
            Err(ErrorCode::LoggingPrefixInvalid.because(message))
        }
    }
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let logging = context.store().setting::<Logging>(context.bucket()?)?;
    let enabled =
        logging.map(|Logging { target, prefix }| LoggingEnabled { target_bucket: target.to_string(), target_prefix: prefix });
    Ok(response::document(ROOT, &BucketLoggingStatus { logging_enabled: enabled }, HeaderMap::new()))
}
