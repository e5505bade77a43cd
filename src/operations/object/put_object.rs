//! PUT Object: `PUT /<key>` (436/7749).

use http::header::ETAG;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::storage_class::StorageClass;
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::{FSIZE_MAX, HASH_CRC64, STORAGE_CLASS};
use crate::operations::receive::{Promise, receive};
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response, insert};
use crate::operations::sse_headers;
use crate::storage::{Object, PutObject};

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let ObjectDraft { metadata, storage_class, encryption, customer_key, overwrite } = ObjectDraft::parse(context)?;
    let promise = Promise::parse(context.head)?.sized(context.head, None, Some(&FSIZE_MAX))?;
    let store = context.store();
    let cipher = encryption.cipher(store.folder_key(), customer_key.as_ref(), context.services.random.bytes());
    let staged = receive(context, body, &promise, cipher.clone()).await?;

    let etag = encryption.etag(staged.digested.md5, cipher.as_ref(), customer_key.as_ref());
    let crc64 = staged.digested.crc64;
    let mut headers = HeaderMap::new();
    insert(&mut headers, ETAG, &etag::quoted(&etag));
    headers.insert(HASH_CRC64, HeaderValue::from(crc64));
    sse_headers::describe(&encryption, &mut headers);
    if storage_class != StorageClass::Standard {
        headers.insert(STORAGE_CLASS, HeaderValue::from_static(storage_class.name()));
    }
    let size = staged.digested.length;
    let now = context.services.clock.now();
    let object = move |content| Object { etag, size, crc64, last_modified: now, storage_class, metadata, encryption, content };
    match store.put_object(bucket, key, staged, overwrite, object).await? {
        PutObject::Stored => Ok(response::empty(StatusCode::OK, headers)),
        PutObject::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
        PutObject::Exists => Err(ErrorCode::FileAlreadyExists.into()),
    }
}
