//! Upload Part: `PUT /<key>?partNumber&uploadId` (436/7750).

use http::header::ETAG;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::encryption::CustomerKey;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::part::{PartNumber, UploadId};
use crate::operations::context::Context;
use crate::operations::headers::{HASH_CRC64, PSIZE_MAX, PSIZE_MIN};
use crate::operations::receive::{Promise, receive};
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::{self, Response, insert};
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
    sse_headers::check_repeated(context.head, &upload.encryption)?;
    upload.encryption.unlock(customer_key.as_ref())?;

    let cipher = upload.encryption.cipher(store.folder_key(), customer_key.as_ref(), context.services.random.bytes());
    let staged = receive(context, body, &promise, cipher.clone()).await?;

    let etag = upload.encryption.etag(staged.digested.md5, cipher.as_ref(), customer_key.as_ref());
    let mut headers = HeaderMap::new();
    insert(&mut headers, ETAG, &etag::quoted(&etag));
    headers.insert(HASH_CRC64, HeaderValue::from(staged.digested.crc64));
    sse_headers::describe(&upload.encryption, &mut headers);
    let now = context.services.clock.now();
    let part = PartAddress { bucket, key, upload: &upload_id, number: part_number };
    match store.put_part(part, staged, etag, now).await? {
        PutPart::Stored => Ok(response::empty(StatusCode::OK, headers)),
        PutPart::UploadMissing => Err(ErrorCode::NoSuchUpload.into()),
    }
}
