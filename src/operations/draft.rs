//! What PUT Object and Initiate Multipart Upload alike take from their headers for the object to be.

use crate::domain::encryption::{CustomerKey, Encryption};
use crate::domain::error::Error;
use crate::domain::metadata::Metadata;
use crate::domain::storage_class::StorageClass;
use crate::operations::context::Context;
use crate::operations::headers::{FORBID_OVERWRITE, STORAGE_CLASS};
use crate::operations::sse_headers;
use crate::storage::Overwrite;

pub(super) struct ObjectDraft {
    pub(super) metadata: Metadata,
    pub(super) storage_class: StorageClass,
    pub(super) encryption: Encryption,
    pub(super) customer_key: Option<CustomerKey>,
    pub(super) overwrite: Overwrite,
}

impl ObjectDraft {
    /// # Errors
    /// Those of each header: `NotSupportedStorageClass`, `MAZOperationNotSupportOnOAZBucket`, `OAZOperationNotSupportOnMAZBucket`,
    /// `KeyTooLong`, `InvalidArgument`, `KmsKeyNotExist`.
    pub(super) fn parse(context: &Context<'_>) -> Result<Self, Error> {
        let head = context.head;
        let (_, key) = context.object()?;
        let (encryption, customer_key) = sse_headers::requested(context)?;
        let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        Ok(Self {
            metadata: Metadata::collect(key.as_str(), headers)?,
            storage_class: StorageClass::in_bucket(head.header_opt(&STORAGE_CLASS)?, context.bucket()?.is_multi_az)?,
            encryption,
            customer_key,
            overwrite: overwrite(context)?,
        })
    }
}

/// `x-cos-forbid-overwrite`, which works in buckets that were never versioned (PUT Object, 436/7749).
///
/// # Errors
/// `InvalidArgument` unless it is `true` or `false`.
pub(super) fn overwrite(context: &Context<'_>) -> Result<Overwrite, Error> {
    Ok(if context.head.header_flag(&FORBID_OVERWRITE)? { Overwrite::Forbidden } else { Overwrite::Allowed })
}
