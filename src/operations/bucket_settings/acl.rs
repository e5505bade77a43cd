//! PUT and GET Bucket acl: `/?acl` (436/7737, 436/7733).

use http::{HeaderMap, StatusCode};

use crate::domain::acl::{Acl, AclOf};
use crate::domain::error::Error;
use crate::operations::acl_document;
use crate::operations::bucket_settings::document;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let acl = acl_document::read(context, body, AclOf::Bucket).await?;
    document::change(context, |_, _| Ok(acl)).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let acl: Option<Acl> = context.store().setting(bucket)?;
    Ok(acl_document::answer(acl.as_ref(), AclOf::Bucket, &context.owner_id(bucket), HeaderMap::new()))
}
