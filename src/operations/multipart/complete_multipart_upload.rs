//! Complete Multipart Upload: `POST /<key>?uploadId` (436/7742).
//!
//! The service answers 200 at once and sends blanks until the parts are joined. Joining moves nothing here, so the answer comes
//! in one piece, with the status that it means.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::codec::checksum::crc64_combine;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::part::{ListedPart, PartNumber, UploadId, UploadedPart, check_list};
use crate::domain::time::Timestamp;
use crate::operations::context::Context;
use crate::operations::headers::{HASH_CRC64, PNUM_MAX, PNUM_MIN};
use crate::operations::locking::Locking;
use crate::operations::object_headers;
use crate::operations::overwriting::Overwriting;
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::{self, Response};
use crate::operations::return_body;
use crate::operations::s3::Dialect;
use crate::operations::sse_headers;
use crate::storage::{CompleteUpload, Content, Object, Part, Slot, Upload};

/// Enough for 10,000 parts, generously laid out.
const LARGEST_LIST: usize = 4 << 20;

/// How large an S3 client believes the object to be, in bytes.
const MP_OBJECT_SIZE: HeaderName = HeaderName::from_static("x-amz-mp-object-size");

#[derive(Deserialize)]
struct CompleteMultipartUpload {
    #[serde(default, rename = "Part")]
    parts: Vec<PartEntry>,
}

#[derive(Deserialize)]
struct PartEntry {
    #[serde(rename = "PartNumber")]
    number: String,
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CompleteMultipartUploadResult<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    location: String,
    bucket: &'a str,
    key: &'a str,
    #[serde(rename = "ETag")]
    etag: String,
}

/// The one namespace of a success that Python strips.
const NAMESPACE: &str = "http://www.qcloud.com/document/product/436/7751";

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let upload_id: UploadId = context.head.query("uploadId")?;
    let store = context.store();
    let upload = store.upload(bucket, key, &upload_id)?.ok_or(ErrorCode::NoSuchUpload)?;
    let listed = read_list(context.head, body).await?;
    check_count(context.head, listed.len())?;
    let return_body = return_body::asked(context)?;
    let expected_size = match context.head.dialect {
        Dialect::Cos => None,
        Dialect::S3 => context.head.header_number(&MP_OBJECT_SIZE)?,
    };
    let overwriting = Overwriting::parse(context.head)?.or_forbidden(upload.forbids_overwrite);

    let locking = Locking::with(context, upload.retained_until)?;
    let mut headers = HeaderMap::new();
    sse_headers::describe(&upload.attributes.encryption, &mut headers);
    let now = context.services.clock.now();
    let id = upload_id.clone();
    let object = move |slot: &Slot<'_>, parts: &[(PartNumber, Part)]| {
        overwriting.check(slot)?;
        let object = object(slot, parts, &listed, upload, id, now)?;
        check_size(object.size, expected_size)?;
        Ok(Object { retained_until: locking.until(now), ..object })
    };
    match store.complete_upload(bucket, key, upload_id, now, object).await? {
        CompleteUpload::Completed(object) => {
            headers.insert(HASH_CRC64, HeaderValue::from(object.crc64));
            // Unlike PUT Object, this also names the null version (436/7742).
            object_headers::name_version(&object, context.bucket()?, &mut headers);
            if let Some(return_body) = return_body {
                return return_body::answer(context, &return_body, &object, headers);
            }
            let result = CompleteMultipartUploadResult {
                namespace: NAMESPACE,
                location: format!("{}{}", context.head.origin(), context.head.path),
                bucket: bucket.as_str(),
                key: key.as_str(),
                etag: etag::quoted(&object.etag),
            };
            Ok(response::document("CompleteMultipartUploadResult", &result, headers))
        }
        CompleteUpload::UploadMissing => Err(ErrorCode::NoSuchUpload.into()),
        CompleteUpload::Refused(error) => Err(error),
        CompleteUpload::Retained(retained) => Err(retained.into()),
    }
}

async fn read_list(head: &RequestHead, body: &mut RequestBody) -> Result<Vec<ListedPart>, Error> {
    let list: CompleteMultipartUpload = head.read_xml(body, "CompleteMultipartUpload", LARGEST_LIST).await?;
    list.parts.into_iter().map(|part| Ok(ListedPart { number: part.number.trim().parse()?, etag: part.etag })).collect()
}

/// `x-cos-pnum-min` and `x-cos-pnum-max`; the codes of a breach are inferred.
fn check_count(head: &RequestHead, count: usize) -> Result<(), Error> {
    let count = count as u64;
    for (name, is_kept) in [
        (PNUM_MIN, head.header_number(&PNUM_MIN)?.is_none_or(|least| count >= least)),
        (PNUM_MAX, head.header_number(&PNUM_MAX)?.is_none_or(|most| count <= most)),
    ] {
        if !is_kept {
            return Err(ErrorCode::InvalidArgument.because(format!("{count} parts are listed, which {name} does not allow")));
        }
    }
    Ok(())
}

fn check_size(size: u64, expected: Option<u64>) -> Result<(), Error> {
    match expected.filter(|expected| *expected != size) {
        None => Ok(()),
        Some(expected) => {
            let message = format!("{MP_OBJECT_SIZE} is {expected}, but the listed parts have {size} bytes");
            Err(ErrorCode::InvalidRequest.because(message))
        }
    }
}

/// The object that the listed parts make, or why they make none. `parts` are all that were uploaded, in order.
fn object(
    slot: &Slot<'_>,
    parts: &[(PartNumber, Part)],
    listed: &[ListedPart],
    upload: Upload,
    id: UploadId,
    now: Timestamp,
) -> Result<Object, Error> {
    let uploaded: Vec<UploadedPart> =
        parts.iter().map(|(number, part)| UploadedPart { number: *number, etag: part.etag.clone(), size: part.size }).collect();
    check_list(listed, &uploaded)?;
    let is_listed = |number: PartNumber| listed.binary_search_by_key(&number, |part| part.number).is_ok();
    let chosen: Vec<&Part> = parts.iter().filter(|(number, _)| is_listed(*number)).map(|(_, part)| part).collect();
    let etag = etag::of_upload(id.as_str(), chosen.iter().map(|part| part.etag.as_str()));
    let size = chosen.iter().map(|part| part.size).sum();
    let crc64 = chosen.iter().fold(0, |crc64, part| crc64_combine(crc64, part.crc64, part.size));
    let content = Content::of_parts(id, listed.iter().map(|part| part.number));
    Ok(Object::new(slot.version, etag, size, crc64, now, upload.attributes, content))
}
