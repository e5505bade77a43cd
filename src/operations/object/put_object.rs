//! PUT Object: `PUT /<key>` (436/7749).

use http::StatusCode;

use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::FSIZE_MAX;
use crate::operations::object_headers;
use crate::operations::receive::{Promise, receive};
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::storage::{Object, PutObject};

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let ObjectDraft { metadata, storage_class, encryption, customer_key, overwrite } = ObjectDraft::parse(context)?;
    let promise = Promise::parse(context.head)?.sized(context.head, None, Some(&FSIZE_MAX))?;
    let (staged, etag) = receive(context, body, &promise, &encryption, customer_key.as_ref()).await?;

    let (size, crc64) = (staged.digested.length, staged.digested.crc64);
    let mut headers = object_headers::of_body(&etag, crc64, &encryption);
    object_headers::name_class(storage_class, &mut headers);
    let now = context.services.clock.now();
    let object = move |content| Object { etag, size, crc64, last_modified: now, storage_class, metadata, encryption, content };
    match context.store().put_object(bucket, key, staged, overwrite, object).await? {
        PutObject::Stored => Ok(response::empty(StatusCode::OK, headers)),
        PutObject::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
        PutObject::Exists => Err(ErrorCode::FileAlreadyExists.into()),
    }
}
