//! PUT and GET Object acl: `/<key>?acl` (436/7748, 436/7744).

use std::convert::Infallible;

use http::{HeaderMap, StatusCode};

use crate::domain::acl::AclOf;
use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::{acl_document, object_headers};
use crate::storage::{ChangeObject, Object, Version};

/// Locked objects can have theirs changed as well (Object Lock, 436/40134).
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    let acl = acl_document::read(context, body, AclOf::Object).await?;
    let change = move |object: &mut Object| {
        object.attributes.acl = acl;
        Ok::<_, Infallible>(())
    };
    let object = match context.store().change_object(bucket, key, id, change).await? {
        ChangeObject::Changed(object) => *object,
        ChangeObject::Missing => object_headers::object_of(None, id)?,
        ChangeObject::Marker(marker) => object_headers::object_of(Some(Version::Marker(marker)), id)?,
        ChangeObject::Refused(never) => match never {},
    };
    Ok(response::empty(StatusCode::OK, of_version(context, &object)?))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    let object = object_headers::object_of(context.store().version(bucket, key, id)?, id)?;
    let owner = context.owner_id(context.bucket()?);
    Ok(acl_document::answer(object.attributes.acl.as_ref(), AclOf::Object, &owner, of_version(context, &object)?))
}

fn of_version(context: &Context<'_>, object: &Object) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    object_headers::name_version(object, context.bucket()?, &mut headers);
    Ok(headers)
}
