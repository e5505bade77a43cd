//! List Parts: `GET /<key>?uploadId` (436/7747).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::part::{PartNumber, UploadId};
use crate::operations::context::Context;
use crate::operations::paging::{self, Encoding, Person};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::storage::Part;

struct ListParts {
    upload_id: UploadId,
    marker: u16,
    limit: usize,
    encoding: Encoding,
}

impl ListParts {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        let Some(upload_id) = head.query_opt("uploadId")? else { return Err(ErrorCode::ListPartUploadIdIsEmpty.into()) };
        let marker = match head.query_text("part-number-marker")? {
            None => 0,
            Some(text) => text.parse().map_err(|_| {
                let message = format!("the parameter part-number-marker is {text:?}; it must be a part number, or 0");
                ErrorCode::InvalidArgument.because(message)
            })?,
        };
        Ok(Self { upload_id, marker, limit: paging::limit(head, "max-parts")?, encoding: Encoding::parse(head)? })
    }
}

/// Java reads the markers as numbers even when there is none; sample and schema name the encoding differently, so both do.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListPartsResult<'a> {
    bucket: &'a str,
    encoding_type: &'static str,
    #[serde(rename = "Encoding-type", skip_serializing_if = "Option::is_none")]
    encoding_type_of_schema: Option<&'static str>,
    key: &'a str,
    upload_id: &'a str,
    owner: Person,
    part_number_marker: u16,
    initiator: Person,
    #[serde(rename = "Part")]
    parts: Vec<PartEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_part_number_marker: Option<u16>,
    storage_class: &'static str,
    max_parts: usize,
    is_truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PartEntry {
    part_number: u16,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let ListParts { upload_id, marker, limit, encoding } = ListParts::parse(context.head)?;
    let upload = context.store().upload(bucket, key, &upload_id)?.ok_or(ErrorCode::NoSuchUpload)?;
    let (parts, is_truncated) = context.store().list_parts(&upload_id, marker, limit).await?;
    let owner = &context.bucket()?.owner;
    let result = ListPartsResult {
        bucket: bucket.as_str(),
        encoding_type: encoding.name().unwrap_or_default(),
        encoding_type_of_schema: encoding.name(),
        key: &encoding.apply(key.as_str()),
        upload_id: upload_id.as_str(),
        owner: Person::appid(owner),
        part_number_marker: marker,
        initiator: Person::by_id(&upload.initiator),
        next_part_number_marker: parts.last().filter(|_| is_truncated).map(|(number, _)| number.get()),
        parts: parts.into_iter().map(entry).collect(),
        storage_class: upload.attributes.storage_class.name(),
        max_parts: limit,
        is_truncated,
    };
    Ok(response::document("ListPartsResult", &result, HeaderMap::new()))
}

fn entry((number, part): (PartNumber, Part)) -> PartEntry {
    PartEntry {
        part_number: number.get(),
        last_modified: part.last_modified.iso_millis(),
        etag: etag::quoted(&part.etag),
        size: part.size,
    }
}
