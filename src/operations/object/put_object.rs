//! PUT Object: `PUT /<key>` (436/7749).

use http::StatusCode;

use crate::domain::error::Error;
use crate::operations::context::Context;
use crate::operations::draft::{self, ObjectDraft};
use crate::operations::headers::FSIZE_MAX;
use crate::operations::object_headers;
use crate::operations::receive::{Promise, receive};
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::storage::{Object, Slot};

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let ObjectDraft { attributes, customer_key, forbids_overwrite, locking } = ObjectDraft::parse(context)?;
    let promise = Promise::parse(context.head)?.sized(context.head, None, Some(&FSIZE_MAX))?;
    let (staged, etag) = receive(context, body, &promise, &attributes.encryption, customer_key.as_ref()).await?;

    let (size, crc64) = (staged.digested.length, staged.digested.crc64);
    let now = context.services.clock.now();
    let object = move |slot: &Slot<'_>, content| {
        draft::check_overwrite(forbids_overwrite, slot)?;
        let object = Object::new(slot.version, etag, size, crc64, now, attributes, content);
        Ok(Object { retained_until: locking.until(now), ..object })
    };
    let object = context.store().put_object(bucket, key, staged, now, object).await?.stored()?;
    let mut headers = object_headers::of_body(&object);
    object_headers::name_class(object.attributes.storage_class, &mut headers);
    object_headers::name_new_version(&object, &mut headers);
    Ok(response::empty(StatusCode::OK, headers))
}
