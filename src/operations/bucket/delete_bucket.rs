//! DELETE Bucket: `DELETE /` (436/7732).

use http::{HeaderMap, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::response::{self, Response};
use crate::storage::DeleteBucket;

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    match context.store().delete_bucket(context.bucket()?.name.clone()).await? {
        DeleteBucket::Deleted => Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new())),
        DeleteBucket::Missing => Err(ErrorCode::NoSuchBucket.into()),
        DeleteBucket::NotEmpty => Err(ErrorCode::BucketNotEmpty
            .because("The bucket you tried to delete is not empty: it holds objects or unfinished multipart uploads.")),
    }
}
