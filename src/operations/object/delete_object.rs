//! DELETE Object: `DELETE /<key>` (436/7743). A missing object is deleted as well as any other.

use http::{HeaderMap, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::response::{self, Response};

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    // Go sends `VersionId`; the id "null" is the object itself, any other names nothing in a bucket without versions (inferred).
    let version = context.head.query.iter().find(|(name, value)| name.eq_ignore_ascii_case("versionId") && !value.is_empty());
    match version {
        Some((_, id)) if id != "null" => {
            return Err(ErrorCode::NoSuchVersion.because(format!("there is no version {id:?} of this object")));
        }
        _ => context.store().delete_object(bucket, key).await?,
    };
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}
