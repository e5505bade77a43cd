//! GET symlink: `GET /<key>?symlink` (436/109082).

use http::header::{CONTENT_TYPE, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::codec::percent;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::key::ObjectKey;
use crate::operations::context::Context;
use crate::operations::headers::SYMLINK_TARGET;
use crate::operations::object_headers::{self, object_of};
use crate::operations::response::{self, Response, insert};
use crate::storage::ObjectKind;

/// Tells of the link itself, where GET Object tells of its target.
pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    let link = object_of(context.store().version(bucket, key, id)?, id)?;
    let ObjectKind::Symlink(target) = &link.kind else { return Err(ErrorCode::NotSymlink.into()) };
    let mut headers = HeaderMap::new();
    headers.extend(header(target).map(|value| (SYMLINK_TARGET, value)));
    insert(&mut headers, http::header::ETAG, &etag::quoted(&link.etag));
    insert(&mut headers, LAST_MODIFIED, &link.last_modified.http_date());
    let content_type = link.attributes.metadata.iter().find(|(name, _)| *name == CONTENT_TYPE.as_str());
    headers.extend(content_type.and_then(|(_, value)| Some((CONTENT_TYPE, HeaderValue::from_bytes(value).ok()?))));
    object_headers::name_class(link.attributes.storage_class, &mut headers);
    object_headers::name_version(&link, context.bucket()?, &mut headers);
    Ok(response::empty(StatusCode::OK, headers))
}

/// The key as it is; escaped when no header could hold it otherwise.
fn header(target: &ObjectKey) -> Option<HeaderValue> {
    let text = target.as_str();
    HeaderValue::from_bytes(text.as_bytes()).or_else(|_| HeaderValue::try_from(percent::encode_key(text))).ok()
}
