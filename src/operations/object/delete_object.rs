//! DELETE Object: `DELETE /<key>` (436/7743). A missing object or version is deleted as well as any other.

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::headers::{DELETE_MARKER, VERSION_ID};
use crate::operations::response::{self, Response, insert};
use crate::storage::{DeleteObject, Version};

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let done = |headers| Ok(response::empty(StatusCode::NO_CONTENT, headers));
    // An id that no version can have is that of a missing one (inferred).
    let Ok(id) = context.head.version_id() else { return done(HeaderMap::new()) };
    let mut headers = HeaderMap::new();
    match context.store().delete_object(bucket, key, id, context.now).await? {
        DeleteObject::Marked(marker) => name(&Version::Marker(marker), &mut headers),
        DeleteObject::Removed(version) if id.is_some() => name(&version, &mut headers),
        DeleteObject::Removed(_) | DeleteObject::Missing => {}
        DeleteObject::BucketMissing => return Err(ErrorCode::NoSuchBucket.into()),
        DeleteObject::Retained(retained) => return Err(retained.into()),
    }
    done(headers)
}

/// The version that was made or removed.
fn name(version: &Version, headers: &mut HeaderMap) {
    insert(headers, VERSION_ID, &version.number().id().to_string());
    if matches!(version, Version::Marker(_)) {
        headers.insert(DELETE_MARKER, HeaderValue::from_static("true"));
    }
}
