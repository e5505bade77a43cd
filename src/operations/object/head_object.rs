//! HEAD Object: `HEAD /<key>` (436/7745).

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::conditions::Verdict;
use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::object_headers;
use crate::operations::response::{self, APPLICATION_XML, Response};

/// A range is ignored: the length is that of the whole object (inferred).
pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (object, _) = object_headers::find(context)?;
    if object_headers::judge(context.head, &object)? == Verdict::NotModified {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, APPLICATION_XML)]);
        return Ok(response::empty(StatusCode::NOT_MODIFIED, headers));
    }
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = object_headers::of(&object);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(object.size));
    Ok(response)
}
