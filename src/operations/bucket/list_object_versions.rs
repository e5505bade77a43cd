//! GET Bucket Object versions: `GET /?versions` (436/31551).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::listing::{Entry, Page};
use crate::domain::restore::RestoreState;
use crate::domain::time::Timestamp;
use crate::domain::version::{VersionId, VersionNumber};
use crate::operations::context::Context;
use crate::operations::paging::{self, CommonPrefix, Encoding, Grouping, Person};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::storage::{DeleteMarker, ListedVersion, Object, Version};

struct ListObjectVersions {
    grouping: Grouping,
    key_marker: String,
    /// As it was sent.
    version_marker: String,
    limit: usize,
}

impl ListObjectVersions {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        let parsed = Self {
            grouping: Grouping::parse(head)?,
            key_marker: paging::text(head, "key-marker")?,
            version_marker: paging::text(head, "version-id-marker")?,
            limit: paging::limit(head, "max-keys")?,
        };
        if parsed.key_marker.is_empty() && !parsed.version_marker.is_empty() {
            return Err(ErrorCode::InvalidArgument.because("the parameter version-id-marker is for use with key-marker only"));
        }
        Ok(parsed)
    }

    fn version_marker(&self) -> Result<Option<VersionId>, Error> {
        if self.version_marker.is_empty() {
            return Ok(None);
        }
        VersionId::read(&self.version_marker).map(Some).ok_or_else(|| {
            let message = format!("the parameter version-id-marker is {:?}, which is no version's id", self.version_marker);
            ErrorCode::InvalidArgument.because(message)
        })
    }
}

/// Elements stand in the documented order, which is not that of GET Bucket (List Objects).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListVersionsResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_type: Option<&'static str>,
    name: String,
    prefix: String,
    key_marker: String,
    version_id_marker: String,
    max_keys: usize,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_key_marker: Option<String>,
    /// Empty behind a common prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_version_id_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    common_prefixes: Vec<CommonPrefix>,
    #[serde(rename = "$value")]
    versions: Vec<VersionEntry>,
}

/// Objects and markers stand in one run, in order of keys and age.
#[derive(Serialize)]
enum VersionEntry {
    DeleteMarker(MarkerEntry),
    Version(ObjectEntry),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MarkerEntry {
    key: String,
    version_id: String,
    is_latest: bool,
    last_modified: String,
    owner: Person,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ObjectEntry {
    key: String,
    version_id: String,
    is_latest: bool,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
    storage_class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_tier: Option<&'static str>,
    /// Not on the page, unlike that of GET Bucket (List Objects) (inferred).
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_status: Option<&'static str>,
    owner: Person,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let request = ListObjectVersions::parse(context.head)?;
    let Grouping { prefix, delimiter, .. } = &request.grouping;
    let (prefix, key_marker) = (prefix.clone(), request.key_marker.clone());
    let store = context.store();
    let page =
        store.list_versions(&bucket.name, prefix, *delimiter, key_marker, request.version_marker()?, request.limit).await?;
    Ok(response::document("ListVersionsResult", &result(bucket, &request, page, context.now), HeaderMap::new()))
}

fn result(bucket: &Bucket, request: &ListObjectVersions, page: Page<ListedVersion>, now: Timestamp) -> ListVersionsResult {
    let encoding = request.grouping.encoding;
    let next_key_marker = page.next_marker().map(|marker| encoding.apply(marker).into_owned());
    let next_version_id_marker = page.is_truncated.then(|| match page.entries.last() {
        Some(Entry::Item(_, (version, _))) => version.number().id().to_string(),
        Some(Entry::CommonPrefix(_)) | None => String::new(),
    });
    let mut common_prefixes = Vec::new();
    let mut versions = Vec::with_capacity(page.entries.len());
    for entry in page.entries {
        match entry {
            Entry::CommonPrefix(prefix) => common_prefixes.push(CommonPrefix { prefix: encoding.apply(&prefix).into_owned() }),
            Entry::Item(key, (Version::Object(object), is_latest)) => {
                versions.push(VersionEntry::Version(object_entry(bucket, &key, &object, is_latest, encoding, now)));
            }
            Entry::Item(key, (Version::Marker(marker), is_latest)) => {
                versions.push(VersionEntry::DeleteMarker(marker_entry(bucket, &key, marker, is_latest, encoding)));
            }
        }
    }
    ListVersionsResult {
        encoding_type: encoding.name(),
        name: bucket.name.as_str().to_owned(),
        prefix: encoding.apply(&request.grouping.prefix).into_owned(),
        key_marker: encoding.apply(&request.key_marker).into_owned(),
        version_id_marker: request.version_marker.clone(),
        max_keys: request.limit,
        is_truncated: page.is_truncated,
        next_key_marker,
        next_version_id_marker,
        delimiter: request.grouping.delimiter_text(),
        common_prefixes,
        versions,
    }
}

fn object_entry(bucket: &Bucket, key: &str, object: &Object, is_latest: bool, encoding: Encoding, now: Timestamp) -> ObjectEntry {
    let class = object.attributes.storage_class;
    ObjectEntry {
        key: encoding.apply(key).into_owned(),
        version_id: id(bucket, object.version),
        is_latest,
        last_modified: object.last_modified.iso_millis(),
        etag: etag::quoted(&object.etag),
        size: object.size,
        storage_class: class.name(),
        storage_tier: class.is_tiered().then_some("FREQUENT"),
        restore_status: object.restore.as_ref().and_then(|restore| restore.state(now)).map(RestoreState::name),
        owner: Person::appid(&bucket.owner),
    }
}

fn marker_entry(bucket: &Bucket, key: &str, marker: DeleteMarker, is_latest: bool, encoding: Encoding) -> MarkerEntry {
    MarkerEntry {
        key: encoding.apply(key).into_owned(),
        version_id: id(bucket, marker.version),
        is_latest,
        last_modified: marker.last_modified.iso_millis(),
        owner: Person::appid(&bucket.owner),
    }
}

/// Empty while the bucket never had versions.
fn id(bucket: &Bucket, version: VersionNumber) -> String {
    if bucket.versioning == Versioning::Never { String::new() } else { version.id().to_string() }
}
