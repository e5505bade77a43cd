//! GET Bucket (List Objects): `GET /` (436/30614).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::error::Error;
use crate::domain::etag;
use crate::domain::listing::{Entry, Page};
use crate::domain::restore::RestoreState;
use crate::domain::time::Timestamp;
use crate::operations::context::Context;
use crate::operations::headers::BUCKET_REGION;
use crate::operations::paging::{self, CommonPrefix, Encoding, Grouping, Person};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response, insert};
use crate::storage::Object;

struct ListObjects {
    grouping: Grouping,
    marker: String,
    limit: usize,
}

impl ListObjects {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        Ok(Self {
            grouping: Grouping::parse(head)?,
            marker: paging::text(head, "marker")?,
            limit: paging::limit(head, "max-keys")?,
        })
    }
}

/// Elements stand in the documented order; COSFS takes the first `<Prefix>` of the document for the request's.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListBucketResult {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_type: Option<&'static str>,
    prefix: String,
    marker: String,
    max_keys: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    common_prefixes: Vec<CommonPrefix>,
    contents: Vec<Contents>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Contents {
    key: String,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Person>,
    storage_class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_status: Option<&'static str>,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let ListObjects { grouping, marker, limit } = ListObjects::parse(context.head)?;
    let Grouping { prefix, delimiter, encoding } = &grouping;
    let page = context.store().list_objects(&bucket.name, prefix.clone(), *delimiter, marker.clone(), limit).await?;
    let result = ListBucketResult {
        name: bucket.name.to_string(),
        encoding_type: encoding.name(),
        prefix: encoding.apply(prefix).into_owned(),
        marker: encoding.apply(&marker).into_owned(),
        max_keys: limit,
        delimiter: grouping.delimiter_text(),
        is_truncated: page.is_truncated,
        next_marker: page.next_marker().map(|marker| encoding.apply(marker).into_owned()),
        common_prefixes: common_prefixes(&page, *encoding),
        contents: contents(&page, *encoding, Some(&bucket.owner), context.now),
    };
    let mut headers = HeaderMap::new();
    insert(&mut headers, BUCKET_REGION, bucket.region.as_str());
    Ok(response::document("ListBucketResult", &result, headers))
}

pub(super) fn common_prefixes(page: &Page<Object>, encoding: Encoding) -> Vec<CommonPrefix> {
    let prefixes = page.entries.iter().filter_map(|entry| match entry {
        Entry::CommonPrefix(prefix) => Some(CommonPrefix { prefix: encoding.apply(prefix).into_owned() }),
        Entry::Item(..) => None,
    });
    prefixes.collect()
}

/// The objects of a page, with their owner's APPID if it is to be named.
pub(super) fn contents(page: &Page<Object>, encoding: Encoding, owner: Option<&str>, now: Timestamp) -> Vec<Contents> {
    let contents = page.entries.iter().filter_map(|entry| match entry {
        Entry::CommonPrefix(_) => None,
        Entry::Item(key, object) => Some(Contents {
            key: encoding.apply(key).into_owned(),
            last_modified: object.last_modified.iso_millis(),
            etag: etag::quoted(&object.etag),
            size: object.size,
            owner: owner.map(Person::appid),
            storage_class: object.attributes.storage_class.name(),
            storage_tier: object.attributes.storage_class.is_tiered().then_some("FREQUENT"),
            restore_status: object.restore.as_ref().and_then(|restore| restore.state(now)).map(RestoreState::name),
        }),
    });
    contents.collect()
}
