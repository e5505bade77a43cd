//! GET Bucket location: `GET /?location`. The bare region, as all SDKs' tests ask for, where a sample has `cos.` before it.

use http::HeaderMap;

use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::response::{self, Response};

pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    Ok(response::document("LocationConstraint", &context.bucket()?.region.as_str(), HeaderMap::new()))
}
