//! Abort Multipart Upload: `DELETE /<key>?uploadId` (436/7740).

use http::{HeaderMap, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::response::{self, Response};

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let upload_id = context.head.query("uploadId")?;
    if !context.store().abort_upload(bucket, key, upload_id).await? {
        return Err(ErrorCode::NoSuchUpload.into());
    }
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}
