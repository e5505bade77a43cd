//! Answers to uploads that say what `x-cos-return-body` asks for.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

use crate::domain::error::Error;
use crate::domain::return_body::{ReturnBody, Uploaded};
use crate::operations::context::Context;
use crate::operations::headers::RETURN_BODY;
use crate::operations::response::{self, Response};
use crate::storage::Object;

/// What the request asks for; to be read before anything is stored.
///
/// # Errors
/// `InvalidArgument`, and `NotImplemented` for variables that look into the content.
pub(super) fn asked(context: &Context<'_>) -> Result<Option<ReturnBody>, Error> {
    context.head.header_opt(&RETURN_BODY)
}

/// 200 with that text; its type is inferred.
///
/// # Errors
/// Those of [`Context::object`].
pub(super) fn answer(
    context: &Context<'_>,
    return_body: &ReturnBody,
    object: &Object,
    mut headers: HeaderMap,
) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let text = return_body.fill(Uploaded {
        bucket: bucket.as_str(),
        key: key.as_str(),
        size: object.size,
        region: context.bucket()?.region.as_str(),
        content_type: &object.attributes.metadata.content_type(),
    });
    Ok(response::whole(text, headers))
}
