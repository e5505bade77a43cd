//! HEAD Bucket: `HEAD /` (436/7735).

use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::headers::{BUCKET_ARCH, BUCKET_AZ_TYPE, BUCKET_REGION};
use crate::operations::response::{self, APPLICATION_XML, Response, insert};

pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, APPLICATION_XML);
    insert(&mut headers, BUCKET_REGION, bucket.region.as_str());
    // Never said of other buckets: coscli and hadoop-cos take their way by these.
    if bucket.is_multi_az {
        headers.insert(BUCKET_AZ_TYPE, HeaderValue::from_static("MAZ"));
    }
    if bucket.is_ofs {
        headers.insert(BUCKET_ARCH, HeaderValue::from_static("OFS"));
    }
    Ok(response::empty(StatusCode::OK, headers))
}
