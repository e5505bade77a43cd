//! Upload Part - Copy: `PUT /<key>?partNumber&uploadId` with `x-cos-copy-source` (436/8287).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::byte_range::CopyRange;
use crate::domain::copy_source::CopySource;
use crate::domain::encryption::{CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::part::{PartNumber, UploadId};
use crate::operations::context::Context;
use crate::operations::copy_source::{self, Source};
use crate::operations::headers::COPY_SOURCE_RANGE;
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::operations::sse_headers;
use crate::storage::{Body, Content, PartAddress, PutPart, Staged};

struct UploadPartCopy {
    part_number: PartNumber,
    upload_id: UploadId,
    customer_key: Option<CustomerKey>,
    asked: CopySource,
    /// `None` for the whole source.
    range: Option<CopyRange>,
}

impl UploadPartCopy {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        Ok(Self {
            part_number: head.query("partNumber")?,
            upload_id: head.query("uploadId")?,
            customer_key: sse_headers::customer_key(head)?,
            asked: copy_source::asked(head)?,
            range: head.header_opt(&COPY_SOURCE_RANGE)?,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CopyPartResult {
    #[serde(rename = "ETag")]
    etag: String,
    last_modified: String,
    #[serde(rename = "CRC64")]
    crc64: u64,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let UploadPartCopy { part_number, upload_id, customer_key, asked, range } = UploadPartCopy::parse(context.head)?;
    let store = context.store();
    let upload = store.upload(bucket, key, &upload_id)?.ok_or(ErrorCode::NoSuchUpload)?;
    let encryption = &upload.attributes.encryption;
    sse_headers::check_repeated(context.head, encryption)?;
    encryption.unlock(customer_key.as_ref())?;

    let (staged, etag) = copy(context, &asked, range, encryption, customer_key.as_ref()).await?;

    let mut headers = HeaderMap::new();
    copy_source::name_version(&asked, &mut headers);
    sse_headers::describe(encryption, &mut headers);
    let now = context.services.clock.now();
    let result = CopyPartResult { etag: etag::quoted(&etag), last_modified: now.iso_millis(), crc64: staged.digested.crc64 };
    let part = PartAddress { bucket, key, upload: &upload_id, number: part_number };
    match store.put_part(part, staged, etag, now).await? {
        PutPart::Stored => Ok(response::document("CopyPartResult", &result, headers)),
        PutPart::UploadMissing => Err(ErrorCode::NoSuchUpload.into()),
    }
}

/// The range as a body of the upload, and its ETag: shared with the source if that is just this body, copied if not.
async fn copy(
    context: &Context<'_>,
    asked: &CopySource,
    range: Option<CopyRange>,
    encryption: &Encryption,
    customer_key: Option<&CustomerKey>,
) -> Result<(Staged, String), Error> {
    // A source that was replaced after it was found: find the new one.
    loop {
        let source = Source::find(context, asked)?;
        let whole = 0..source.object.size;
        let range = range.map_or(Ok(whole.clone()), |range| range.within(whole.end))?;
        copy_source::check_size(range.end - range.start)?;
        let copied = match shareable(&source, encryption).filter(|_| range == whole) {
            Some((body, md5)) => {
                let linked = context.store().link_body(&source.bucket, &source.key, &source.object, body, md5).await?;
                linked.map(|staged| (staged, source.object.etag.clone()))
            }
            None => source.copy(context, range, encryption, customer_key).await?,
        };
        if let Some(copied) = copied {
            return Ok(copied);
        }
    }
}

/// The one body that the source is, and its MD5, if it can be one of the upload's as it lies there.
fn shareable<'a>(source: &'a Source, encryption: &Encryption) -> Option<(&'a Body, [u8; 16])> {
    let object = &source.object;
    let md5 = object.attributes.encryption.md5(&object.etag)?;
    match &object.content {
        Content::One(body) if object.attributes.encryption == *encryption => Some((body, md5)),
        _ => None,
    }
}
