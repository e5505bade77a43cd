//! HEAD Bucket: `HEAD /` (436/7735).

use http::{HeaderMap, StatusCode, header};

use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::headers::BUCKET_REGION;
use crate::operations::response::{self, APPLICATION_XML, Response, insert};

pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, APPLICATION_XML);
    insert(&mut headers, BUCKET_REGION, bucket.region.as_str());
    Ok(response::empty(StatusCode::OK, headers))
}
