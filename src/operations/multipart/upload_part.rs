//! Upload Part: `PUT /<key>?partNumber&uploadId` (436/7750).

use http::StatusCode;

use crate::domain::encryption::CustomerKey;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::part::{PartNumber, UploadId};
use crate::operations::context::Context;
use crate::operations::headers::{PSIZE_MAX, PSIZE_MIN};
use crate::operations::object_headers;
use crate::operations::receive::{Promise, receive};
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::{self, Response};
use crate::operations::sse_headers;
use crate::storage::{PartAddress, PutPart};

struct UploadPart {
    part_number: PartNumber,
    upload_id: UploadId,
    customer_key: Option<CustomerKey>,
    promise: Promise,
}

impl UploadPart {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        Ok(Self {
            part_number: head.query("partNumber")?,
            upload_id: head.query("uploadId")?,
            customer_key: sse_headers::customer_key(head)?,
            promise: Promise::parse(head)?.sized(head, Some(&PSIZE_MIN), Some(&PSIZE_MAX))?,
        })
    }
}

/// All that can be refused is refused before the body is touched, so `Expect: 100-continue` gets its answer and no 100. That a
/// part is at least 1 MiB long is asked by Complete Multipart Upload, which knows the last one.
pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let UploadPart { part_number, upload_id, customer_key, promise } = UploadPart::parse(context.head)?;
    let store = context.store();
    let upload = store.upload(bucket, key, &upload_id)?.ok_or(ErrorCode::NoSuchUpload)?;
    sse_headers::check_repeated(context.head, &upload.attributes.encryption)?;
    upload.attributes.encryption.unlock(customer_key.as_ref())?;

    let (staged, etag) = receive(context, body, &promise, &upload.attributes.encryption, customer_key.as_ref()).await?;

    let headers = object_headers::of_bytes(&etag, staged.digested.crc64, &upload.attributes.encryption);
    let now = context.services.clock.now();
    let part = PartAddress { bucket, key, upload: &upload_id, number: part_number };
    match store.put_part(part, staged, etag, now).await? {
        PutPart::Stored => Ok(response::empty(StatusCode::OK, headers)),
        PutPart::UploadMissing => Err(ErrorCode::NoSuchUpload.into()),
    }
}
