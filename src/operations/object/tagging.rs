//! PUT, GET and DELETE Object tagging: `/<key>?tagging` (436/35709, 436/35710, 436/35711).

use http::{HeaderMap, StatusCode};

use crate::domain::error::Error;
use crate::domain::tag::{Tagged, Tags};
use crate::operations::context::Context;
use crate::operations::object_headers;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::tag_set::{ROOT, Tagging};
use crate::storage::{ChangeObject, Object, Retained};

/// Enough for ten tags, generously laid out.
const LARGEST: usize = 64 << 10;

/// Replaces all tags, also by none at all: 200.
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let tagging: Tagging = context.head.read_xml(body, ROOT, LARGEST).await?;
    let headers = replace(context, tagging.into_tags(Tagged::Object)?).await?;
    Ok(response::empty(StatusCode::OK, headers))
}

/// 200 also without tags: an empty `<TagSet>` (tests of Java and C++).
pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    let object = object_headers::object_of(context.store().version(bucket, key, id)?, id)?;
    let headers = version(context, &object)?;
    Ok(response::document(ROOT, &Tagging::from(object.attributes.tags), headers))
}

/// 204, also when there were none.
pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    let headers = replace(context, Tags::default()).await?;
    Ok(response::empty(StatusCode::NO_CONTENT, headers))
}

async fn replace(context: &Context<'_>, tags: Tags) -> Result<HeaderMap, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    let now = context.now;
    let change = move |object: &mut Object| {
        if let Some(until) = object.retained_until.filter(|until| *until > now) {
            return Err(Error::from(Retained(until)));
        }
        object.attributes.tags = tags;
        Ok(())
    };
    match context.store().change_object(bucket, key, id, change).await? {
        ChangeObject::Changed(object) => version(context, &object),
        ChangeObject::Refused(error) => Err(error),
        ChangeObject::Marker(marker) => Err(object_headers::marker_error(marker)),
        ChangeObject::Missing => Err(object_headers::missing(id)),
    }
}

fn version(context: &Context<'_>, object: &Object) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    object_headers::name_version(object, context.bucket()?, &mut headers);
    Ok(headers)
}
