//! List Multipart Uploads: `GET /?uploads` (436/7736).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::error::Error;
use crate::domain::listing::Entry;
use crate::operations::context::Context;
use crate::operations::paging::{self, CommonPrefix, Grouping, Person};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};

struct ListMultipartUploads {
    grouping: Grouping,
    key_marker: String,
    upload_id_marker: String,
    limit: usize,
}

impl ListMultipartUploads {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        Ok(Self {
            grouping: Grouping::parse(head)?,
            key_marker: paging::text(head, "key-marker")?,
            upload_id_marker: paging::text(head, "upload-id-marker")?,
            limit: paging::limit(head, "max-uploads")?,
        })
    }
}

/// Docs and Go call the encoding `Encoding-Type`, Java `EncodingType`: both are there when asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListMultipartUploadsResult {
    bucket: String,
    #[serde(rename = "Encoding-Type")]
    encoding_type: &'static str,
    #[serde(rename = "EncodingType", skip_serializing_if = "Option::is_none")]
    encoding_type_of_java: Option<&'static str>,
    key_marker: String,
    upload_id_marker: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_key_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_upload_id_marker: Option<String>,
    max_uploads: usize,
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    is_truncated: bool,
    #[serde(rename = "Upload")]
    uploads: Vec<UploadEntry>,
    common_prefixes: Vec<CommonPrefix>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UploadEntry {
    key: String,
    upload_id: String,
    initiator: Person,
    owner: Person,
    storage_class: &'static str,
    initiated: String,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let asked = ListMultipartUploads::parse(context.head)?;
    let encode = |text: &str| asked.grouping.encoding.apply(text).into_owned();
    let page = context
        .store()
        .list_uploads(
            &bucket.name,
            asked.grouping.prefix.clone(),
            asked.grouping.delimiter,
            asked.key_marker.clone(),
            asked.upload_id_marker.clone(),
            asked.limit,
        )
        .await?;
    let owner = context.owner_uin(bucket);
    let mut result = ListMultipartUploadsResult {
        bucket: bucket.name.to_string(),
        encoding_type: asked.grouping.encoding.name().unwrap_or_default(),
        encoding_type_of_java: asked.grouping.encoding.name(),
        key_marker: encode(&asked.key_marker),
        upload_id_marker: asked.upload_id_marker.clone(),
        next_key_marker: page.next_marker().map(encode),
        next_upload_id_marker: match page.entries.last() {
            Some(Entry::Item(_, (id, _))) if page.is_truncated => Some(id.to_string()),
            _ => None,
        },
        max_uploads: asked.limit,
        prefix: encode(&asked.grouping.prefix),
        delimiter: asked.grouping.delimiter_text(),
        is_truncated: page.is_truncated,
        uploads: Vec::new(),
        common_prefixes: Vec::new(),
    };
    for entry in page.entries {
        match entry {
            Entry::CommonPrefix(prefix) => result.common_prefixes.push(CommonPrefix { prefix: encode(&prefix) }),
            Entry::Item(key, (id, upload)) => result.uploads.push(UploadEntry {
                key: encode(&key),
                upload_id: id.to_string(),
                initiator: Person::by_id(&upload.initiator),
                owner: Person::account(owner),
                storage_class: upload.attributes.storage_class.name(),
                initiated: upload.initiated.iso_millis(),
            }),
        }
    }
    Ok(response::document("ListMultipartUploadsResult", &result, HeaderMap::new()))
}
