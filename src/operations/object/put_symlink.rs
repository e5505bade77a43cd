//! PUT symlink: `PUT /<key>?symlink` (436/109082).

use std::path::Path;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::codec::percent;
use crate::domain::encryption::Encryption;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::key::ObjectKey;
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::SYMLINK_TARGET;
use crate::operations::object_headers;
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response, insert};
use crate::operations::sse_headers;
use crate::storage::{Attributes, Object, ObjectKind, Slot};

/// A link is an object whose content is the target's key, with metadata of its own. The target need not exist (inferred).
pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let target = target(context.head)?;
    let ObjectDraft { attributes, overwriting, locking, .. } = ObjectDraft::parse_named(context, name(&target, key))?;
    // What it holds is no secret: it stands in the answer to GET symlink.
    sse_headers::refuse_on_read(context.head)?;
    Encryption::None.unlock(sse_headers::customer_key(context.head)?.as_ref())?;
    let attributes = Attributes { encryption: Encryption::None, ..attributes };
    let mut staging = context.store().stage(None, false)?;
    staging.write(Bytes::from(target.as_str().to_owned())).await?;
    let staged = staging.finish().await?;

    let (size, crc64, etag) = (staged.digested.length, staged.digested.crc64, etag::of_plain(staged.digested.md5));
    let now = context.services.clock.now();
    let object = move |slot: &Slot<'_>, content| {
        overwriting.check(slot)?;
        let object = Object::new(slot.version, etag, size, crc64, now, attributes, content);
        Ok(Object { kind: ObjectKind::Symlink(target), retained_until: locking.until(now), ..object })
    };
    let object = context.store().put_object(bucket, key, staged, now, object).await?.stored()?;
    let mut headers = HeaderMap::new();
    insert(&mut headers, http::header::ETAG, &etag::quoted(&object.etag));
    object_headers::name_class(object.attributes.storage_class, &mut headers);
    object_headers::name_new_version(&object, &mut headers);
    Ok(response::empty(StatusCode::OK, headers))
}

/// `x-cos-symlink-target`: escaped (Go) or as it is (Python, Java).
fn target(head: &RequestHead) -> Result<ObjectKey, Error> {
    let Some(text) = head.header_text(&SYMLINK_TARGET)? else {
        let message = format!("the header {SYMLINK_TARGET} is missing; it must be the key of an object of the same bucket");
        return Err(ErrorCode::InvalidArgument.because(message));
    };
    let Some(key) = percent::decode(text) else {
        let message = format!("the header {SYMLINK_TARGET} is {text:?}, which is not UTF-8 once its escapes are decoded");
        return Err(ErrorCode::InvalidArgument.because(message));
    };
    key.parse()
}

/// The name that tells the default Content-Type: the target's, or the link's when that has no suffix.
fn name<'a>(target: &'a ObjectKey, link: &'a ObjectKey) -> &'a str {
    let has_suffix = Path::new(target.as_str()).extension().is_some();
    if has_suffix { target.as_str() } else { link.as_str() }
}
