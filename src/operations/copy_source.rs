//! The object that PUT Object - Copy and Upload Part - Copy read from.

use std::ops::Range;

use futures_util::StreamExt;
use http::HeaderMap;

use crate::domain::bucket::BucketName;
use crate::domain::copy_source::CopySource;
use crate::domain::encryption::{BodyCipher, CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::part::LARGEST_BODY;
use crate::domain::version::VersionId;
use crate::operations::context::{Context, Services};
use crate::operations::headers::{
    COPY_SOURCE, COPY_SOURCE_IF_MATCH, COPY_SOURCE_IF_MODIFIED_SINCE, COPY_SOURCE_IF_NONE_MATCH, COPY_SOURCE_IF_UNMODIFIED_SINCE,
    COPY_SOURCE_VERSION_ID,
};
use crate::operations::request::RequestHead;
use crate::operations::response::insert;
use crate::operations::routes::Operation;
use crate::operations::{object_headers, sse_headers};
use crate::storage::{Object, ObjectBytes, ObjectKind, Staged, StorageError, Version};

/// An object that the caller may copy.
pub(super) struct Source {
    pub(super) bucket: BucketName,
    pub(super) key: ObjectKey,
    pub(super) object: Object,
    customer_key: Option<CustomerKey>,
}

/// `x-cos-copy-source`.
///
/// # Errors
/// `InvalidCopySource`, `NoSuchVersion`.
pub(super) fn asked(head: &RequestHead) -> Result<CopySource, Error> {
    head.header_opt(&COPY_SOURCE)?.ok_or_else(|| ErrorCode::InvalidCopySource.because("x-cos-copy-source is missing or empty"))
}

/// `x-cos-copy-source-version-id`, when the request named a version.
pub(super) fn name_version(asked: &CopySource, headers: &mut HeaderMap) {
    if let Some(id) = asked.version {
        insert(headers, COPY_SOURCE_VERSION_ID, &id.to_string());
    }
}

impl Source {
    /// Finds the object, follows it if it is a symbolic link, and asks all that a reader would be asked.
    ///
    /// # Errors
    /// `NoSuchBucket`, `AccessDenied`, `NoSuchKey`, `NoSuchVersion`; `InvalidRequest` for a delete marker's id and for what cannot
    /// be copied; the refusals of customer keys; `PreconditionFailed`; `InvalidObjectState`.
    pub(super) fn find(context: &Context<'_>, asked: &CopySource) -> Result<Self, Error> {
        let bucket = asked.bucket.clone();
        let (key, object) = locate(context, asked)?;
        let customer_key = sse_headers::source_key(context.head, &object.attributes.encryption)?;
        let names =
            [COPY_SOURCE_IF_MATCH, COPY_SOURCE_IF_NONE_MATCH, COPY_SOURCE_IF_MODIFIED_SINCE, COPY_SOURCE_IF_UNMODIFIED_SINCE];
        if !object_headers::conditions(context.head, &names)?.all_hold(&object.etag, object.last_modified) {
            return Err(ErrorCode::PreconditionFailed.into());
        }
        object_headers::check_readable(&object, context.now)?;
        Ok(Self { bucket, key, object, customer_key })
    }

    /// Copies a range into a body that is encrypted so, a piece at a time; also gives its ETag. `None` when the source was replaced
    /// since it was found.
    ///
    /// # Errors
    /// `InternalError` when the bytes could not be read or written.
    pub(super) async fn copy(
        &self,
        context: &Context<'_>,
        range: Range<u64>,
        encryption: &Encryption,
        customer_key: Option<&CustomerKey>,
    ) -> Result<Option<(Staged, String)>, Error> {
        let services = context.services;
        let decipher = context.ciphers(self.object.attributes.encryption.clone(), self.customer_key.clone());
        let Some(bytes) = services.store.open_object(&self.bucket, &self.key, &self.object, range, decipher).await? else {
            return Ok(None);
        };
        let cipher = encryption.cipher(services.store.folder_key(), customer_key, services.random.bytes());
        let staged = stage(services, bytes, cipher.clone()).await?;
        let etag = encryption.etag(staged.digested.md5, cipher.as_ref(), customer_key);
        Ok(Some((staged, etag)))
    }
}

/// Writes an object's bytes anew, a piece at a time.
///
/// # Errors
/// The bytes could not be read or written.
pub(super) async fn stage(services: &Services, bytes: ObjectBytes, cipher: Option<BodyCipher>) -> Result<Staged, StorageError> {
    let mut staging = services.store.stage(cipher, false)?;
    match bytes {
        ObjectBytes::Whole(bytes) => staging.write(bytes).await?,
        ObjectBytes::Stream(mut bytes) => {
            while let Some(piece) = bytes.next().await {
                staging.write(piece?).await?;
            }
        }
    }
    staging.finish().await
}

/// What one request may copy.
///
/// # Errors
/// `InvalidRequest` over 5 GiB (436/10881; the code is inferred).
pub(super) fn check_size(size: u64) -> Result<(), Error> {
    if size > LARGEST_BODY {
        let message = format!(
            "{size} bytes of the copy source are asked for; one request copies {LARGEST_BODY} at most, and Upload Part - Copy takes \
             larger objects apart with x-cos-copy-source-range"
        );
        return Err(ErrorCode::InvalidRequest.because(message));
    }
    Ok(())
}

/// The object that is copied, and its key. A symbolic link leads to its target, whose content and metadata are copied (inferred).
fn locate(context: &Context<'_>, asked: &CopySource) -> Result<(ObjectKey, Object), Error> {
    let Some(bucket) = context.store().bucket(&asked.bucket)? else {
        let message = format!("The specified bucket does not exist: {}, the bucket of the copy source", asked.bucket);
        return Err(ErrorCode::NoSuchBucket.because(message));
    };
    let read = |key: &ObjectKey, id| {
        context.may(Operation::GetObject, &bucket, key)?;
        object_of(context.store().version(&bucket.name, key, id)?, &bucket.name, key, id)
    };
    let (mut key, mut object) = (asked.key.clone(), read(&asked.key, asked.version)?);
    if let ObjectKind::Symlink(target) = &object.kind {
        key = target.clone();
        object = read(&key, None)?;
    }
    let refuse = |what: &str| {
        let message = format!("the copy source {}/{} is {what}, which cannot be copied", bucket.name, key.as_str());
        Err(ErrorCode::InvalidRequest.because(message))
    };
    match object.kind {
        ObjectKind::Normal => Ok((key, object)),
        ObjectKind::Appendable => refuse("an appendable object"),
        ObjectKind::Symlink(_) => refuse("a symbolic link to another one"),
    }
}

fn object_of(found: Option<Version>, bucket: &BucketName, key: &ObjectKey, id: Option<VersionId>) -> Result<Object, Error> {
    let source = format!("the copy source {bucket}/{}", key.as_str());
    Err(match (found, id) {
        (Some(Version::Object(object)), _) => return Ok(*object),
        (Some(Version::Marker(_)), Some(id)) => {
            ErrorCode::InvalidRequest.because(format!("the version {id} of {source} is a delete marker, which cannot be copied"))
        }
        (Some(Version::Marker(_)), None) => ErrorCode::NoSuchKey.because(format!("{source} is deleted")),
        (None, Some(id)) => ErrorCode::NoSuchVersion.because(format!("{source} has no version {id}")),
        (None, None) => ErrorCode::NoSuchKey.because(format!("{source} does not exist")),
    })
}
