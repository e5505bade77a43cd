//! What PUT Object and Initiate Multipart Upload alike take from their headers for the object to be.

use crate::domain::acl::AclOf;
use crate::domain::encryption::CustomerKey;
use crate::domain::error::Error;
use crate::domain::metadata::Metadata;
use crate::domain::mime_limit::MimeLimit;
use crate::domain::storage_class::StorageClass;
use crate::domain::tag::{Tagged, Tags};
use crate::operations::acl_headers;
use crate::operations::context::Context;
use crate::operations::headers::{MIME_LIMIT, STORAGE_CLASS, TAGGING};
use crate::operations::locking::Locking;
use crate::operations::overwriting::Overwriting;
use crate::operations::request::RequestHead;
use crate::operations::sse_headers;
use crate::storage::{Attributes, Object, Slot, Staged};

pub(super) struct ObjectDraft {
    pub(super) attributes: Attributes,
    pub(super) customer_key: Option<CustomerKey>,
    pub(super) overwriting: Overwriting,
    pub(super) locking: Locking,
}

impl ObjectDraft {
    /// # Errors
    /// Those of each header: `NotSupportedStorageClass`, `MAZOperationNotSupportOnOAZBucket`, `OAZOperationNotSupportOnMAZBucket`,
    /// `KeyTooLong`, `AccessDenied`, `InvalidTag`, `InvalidArgument`, `InvalidRequest`, `KmsKeyNotExist`.
    pub(super) fn parse(context: &Context<'_>) -> Result<Self, Error> {
        Self::parse_named(context, context.object()?.1.as_str())
    }

    /// As [`Self::parse`], with the name whose suffix tells the default Content-Type.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(super) fn parse_named(context: &Context<'_>, name: &str) -> Result<Self, Error> {
        let head = context.head;
        let (encryption, customer_key) = sse_headers::requested(context)?;
        let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let metadata = Metadata::collect(name, headers)?;
        if let Some(limit) = head.header_opt::<MimeLimit>(&MIME_LIMIT)? {
            limit.check(&metadata.content_type())?;
        }
        let attributes = Attributes {
            storage_class: StorageClass::in_bucket(head.header_opt(&STORAGE_CLASS)?, context.bucket()?.is_multi_az)?,
            metadata,
            encryption,
            tags: tags(head)?,
            acl: acl_headers::read(head, AclOf::Object)?,
        };
        Ok(Self { attributes, customer_key, overwriting: Overwriting::parse(head)?, locking: Locking::parse(context)? })
    }
}

impl ObjectDraft {
    /// Stores the object, now that its body is there.
    ///
    /// # Errors
    /// `FileAlreadyExists`, `ObjectLocked`, `NoSuchBucket`.
    pub(super) async fn store(self, context: &Context<'_>, staged: Staged, etag: String) -> Result<Object, Error> {
        let (bucket, key) = context.object()?;
        let Self { attributes, overwriting, locking, .. } = self;
        let (size, crc64) = (staged.digested.length, staged.digested.crc64);
        let now = context.services.clock.now();
        let object = move |slot: &Slot<'_>, content| {
            overwriting.check(slot)?;
            let object = Object::new(slot.version, etag, size, crc64, now, attributes, content);
            Ok(Object { retained_until: locking.until(now), ..object })
        };
        context.store().put_object(bucket, key, staged, now, object).await?.stored()
    }
}

/// `x-cos-tagging`; none when it is absent.
///
/// # Errors
/// `InvalidTag`.
pub(super) fn tags(head: &RequestHead) -> Result<Tags, Error> {
    Ok(head.header_text(&TAGGING)?.map(|text| Tags::from_header(text, Tagged::Object)).transpose()?.unwrap_or_default())
}
