//! DELETE Object: `DELETE /<key>` (436/7743). A missing object is deleted as well as any other.

use http::{HeaderMap, StatusCode};

use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::response::{self, Response};

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    context.head.refuse_other_versions()?;
    context.store().delete_object(bucket, key).await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}
