//! HEAD Object: `HEAD /<key>` (436/7745).

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::conditions::Verdict;
use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::error_body::new_trace_id;
use crate::operations::headers::TRACE_ID;
use crate::operations::object_headers::{self, Found};
use crate::operations::response::{self, APPLICATION_XML, Response, insert};
use crate::operations::routes::Operation;

/// A range is ignored: the length is that of the whole object (inferred).
pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let Found { object, .. } = object_headers::find(context, Operation::HeadObject)?;
    if object_headers::judge(context.head, &object)? == Verdict::NotModified {
        // The page's sample has the headers of an error here; GET's has not.
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, APPLICATION_XML)]);
        insert(&mut headers, TRACE_ID, &new_trace_id(&context.services.random));
        return Ok(response::empty(StatusCode::NOT_MODIFIED, headers));
    }
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = object_headers::of(&object, context.bucket()?, context.now);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(object.size));
    Ok(response)
}
