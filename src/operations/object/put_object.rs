//! PUT Object: `PUT /<key>` (436/7749).

use http::StatusCode;

use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::FSIZE_MAX;
use crate::operations::object_headers;
use crate::operations::receive::{Promise, receive};
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let draft = ObjectDraft::parse(context)?;
    let promise = Promise::parse(context.head)?.sized(context.head, None, Some(&FSIZE_MAX))?;
    let (encryption, customer_key) = (&draft.attributes.encryption, draft.customer_key.as_ref());
    let (staged, etag) = receive(context, body, &promise, encryption, customer_key).await?;
    let object = draft.store(context, staged, etag).await?;
    Ok(response::empty(StatusCode::OK, object_headers::of_new(&object)))
}
