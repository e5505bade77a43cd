//! May the request come through a host of global acceleration? (436/33409)

use crate::domain::accelerate::Acceleration;
use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::routes::Operation;
use crate::storage::Store;

/// Uploads and downloads; nothing else goes that way, not even a deletion.
const ACCELERATED: &[Operation] = &[
    Operation::PutObject,
    Operation::PostObject,
    Operation::GetObject,
    Operation::HeadObject,
    Operation::OptionsObject,
    Operation::InitiateMultipartUpload,
    Operation::UploadPart,
    Operation::CompleteMultipartUpload,
    Operation::AbortMultipartUpload,
    Operation::ListParts,
    Operation::ListMultipartUploads,
];

/// `bucket` is the one that the request is for, if it is there.
///
/// # Errors
/// `ActionAccelerateNotSupported`, `BucketAccelerateNotEnabled`.
pub(super) fn check(store: &Store, operation: Operation, bucket: Option<&Bucket>) -> Result<(), Error> {
    if !ACCELERATED.contains(&operation) {
        let message = format!("{} is not possible through a host of global acceleration", operation.title());
        return Err(ErrorCode::ActionAccelerateNotSupported.because(message));
    }
    let Some(bucket) = bucket else { return Ok(()) };
    if store.setting::<Acceleration>(bucket)?.is_some_and(|acceleration| acceleration.is_enabled) {
        return Ok(());
    }
    let message = format!("global acceleration is not enabled for the bucket {}; PUT Bucket accelerate enables it", bucket.name);
    Err(ErrorCode::BucketAccelerateNotEnabled.because(message))
}
