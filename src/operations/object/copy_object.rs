//! PUT Object - Copy: `PUT /<key>` with `x-cos-copy-source` (436/10881).
//!
//! The service may answer 200 and tell of a failure in the body. Here the answer comes when all is done, with the status that it
//! means.

use http::HeaderMap;
use serde::Serialize;

use crate::domain::copy_source::{CopySource, Directive};
use crate::domain::encryption::{CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::storage_class::StorageClass;
use crate::operations::context::Context;
use crate::operations::copy_source::{self, Source};
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::{METADATA_DIRECTIVE, SSE, SSE_CUSTOMER_ALGORITHM, STORAGE_CLASS, TAGGING_DIRECTIVE};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::operations::s3::Dialect;
use crate::operations::{object_headers, sse_headers};
use crate::storage::{Attributes, NewContent, Object, Slot};

struct CopyObject {
    asked: CopySource,
    metadata: Directive,
    tagging: Directive,
    draft: ObjectDraft,
}

impl CopyObject {
    fn parse(context: &Context<'_>) -> Result<Self, Error> {
        let head = context.head;
        let asked = copy_source::asked(head)?;
        let metadata = head.header_opt(&METADATA_DIRECTIVE)?.unwrap_or_default();
        let tagging = head.header_opt(&TAGGING_DIRECTIVE)?.unwrap_or_default();
        // An older version may be copied over the newest one (inferred).
        let is_itself = asked.version.is_none() && context.object()? == (&asked.bucket, &asked.key);
        let changes = metadata != Directive::Copy
            || tagging != Directive::Copy
            || (head.dialect == Dialect::S3 && names_class_or_encryption(head));
        if is_itself && !changes {
            return Err(ErrorCode::InvalidRequest.because(
                "the object would be copied onto itself and nothing of it would change; x-cos-metadata-directive or \
                 x-cos-tagging-directive must be Replaced then",
            ));
        }
        Ok(Self { asked, metadata, tagging, draft: ObjectDraft::parse(context)? })
    }
}

/// Whether a class or an encryption is named. S3's clients change these of an object by a copy onto itself without `REPLACE`
/// (rclone); COS wants `Replaced` then (436/10881).
fn names_class_or_encryption(head: &RequestHead) -> bool {
    [STORAGE_CLASS, SSE, SSE_CUSTOMER_ALGORITHM].iter().any(|name| head.headers.contains_key(name))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CopyObjectResult {
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(rename = "CRC64")]
    crc64: u64,
    last_modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let CopyObject { asked, metadata, tagging, draft } = CopyObject::parse(context)?;
    let ObjectDraft { mut attributes, customer_key, overwriting, locking } = draft;
    let Copied { source, content, etag } = copy(context, &asked, &attributes, customer_key.as_ref()).await?;

    if metadata == Directive::Copy {
        attributes.metadata = source.attributes.metadata;
    }
    if tagging == Directive::Copy {
        attributes.tags = source.attributes.tags;
    }
    let now = context.services.clock.now();
    let object = move |slot: &Slot<'_>, content| {
        overwriting.check(slot)?;
        let object = Object::new(slot.version, etag, source.size, source.crc64, now, attributes, content);
        Ok(Object { retained_until: locking.until(now), ..object })
    };
    let object = context.store().put_object(bucket, key, content, now, object).await?.stored()?;
    let mut headers = HeaderMap::new();
    copy_source::name_version(&asked, &mut headers);
    object_headers::name_new_version(&object, &mut headers);
    sse_headers::describe(&object.attributes.encryption, &mut headers);
    let result = CopyObjectResult {
        etag: etag::quoted(&object.etag),
        crc64: object.crc64,
        last_modified: object.last_modified.iso_seconds(),
        version_id: (!object.version.is_null()).then(|| object.version.id().to_string()),
    };
    Ok(response::document("CopyObjectResult", &result, headers))
}

struct Copied {
    source: Object,
    content: NewContent,
    etag: String,
}

/// Shares the source's bytes if they may stay as they lie there, and copies them if another encryption is asked for.
async fn copy(
    context: &Context<'_>,
    asked: &CopySource,
    attributes: &Attributes,
    customer_key: Option<&CustomerKey>,
) -> Result<Copied, Error> {
    let encryption = &attributes.encryption;
    // A source that was replaced after it was found: find the new one.
    loop {
        let source = Source::find(context, asked)?;
        copy_source::check_size(source.object.size)?;
        check_class(source.object.attributes.storage_class, attributes.storage_class)?;
        if source.object.attributes.encryption.is_alike(encryption, customer_key) {
            if let Some(linked) = context.store().link_object(&source.bucket, &source.key, &source.object).await? {
                let etag = etag_of_linked(context, &source.object);
                return Ok(Copied { source: source.object, content: linked.into(), etag });
            }
        } else {
            let whole = 0..source.object.size;
            if let Some((staged, etag)) = source.copy(context, whole, encryption, customer_key).await? {
                return Ok(Copied { source: source.object, content: staged.into(), etag });
            }
        }
    }
}

/// The source's, also that of an upload (inferred). Only under SSE-KMS each body has one of its own (samples of 436/10881).
fn etag_of_linked(context: &Context<'_>, source: &Object) -> String {
    let is_of_upload = source.etag.contains('-');
    match source.attributes.encryption {
        Encryption::SseKms { .. } if !is_of_upload => context.services.random.hex::<16>(),
        _ => source.etag.clone(),
    }
}

/// Content of several zones keeps its class.
fn check_class(source: StorageClass, class: StorageClass) -> Result<(), Error> {
    if source.is_multi_az() && source != class {
        let message = format!(
            "the copy source has the storage class {}, which is copied to the same one only; x-cos-storage-class asks for {}",
            source.name(),
            class.name()
        );
        return Err(ErrorCode::InvalidRequest.because(message));
    }
    Ok(())
}
