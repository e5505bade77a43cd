//! What answers say of an object's bytes, and of the object.

use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::conditions::{Conditions, Verdict};
use crate::domain::encryption::{CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::key::ObjectKey;
use crate::domain::restore::{Restore, RestoreState};
use crate::domain::storage_class::StorageClass;
use crate::domain::time::Timestamp;
use crate::domain::version::VersionId;
use crate::operations::context::Context;
use crate::operations::headers::{
    DELETE_MARKER, HASH_CRC64, OBJECT_TYPE, REPLICATION_STATUS, RESTORE, RESTORE_STATUS, STORAGE_CLASS, STORAGE_TIER,
    TAGGING_COUNT, VERSION_ID,
};
use crate::operations::request::RequestHead;
use crate::operations::response::insert;
use crate::operations::routes::Operation;
use crate::operations::sse_headers;
use crate::storage::{DeleteMarker, Object, ObjectKind, Version};

/// Response headers that a signed GET may set for its own answer, by their parameters.
const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-cache-control", http::header::CACHE_CONTROL),
    ("response-content-disposition", http::header::CONTENT_DISPOSITION),
    ("response-content-encoding", http::header::CONTENT_ENCODING),
    ("response-content-language", http::header::CONTENT_LANGUAGE),
    ("response-content-type", CONTENT_TYPE),
    ("response-expires", http::header::EXPIRES),
];

/// What GET or HEAD asks for.
pub(super) struct Found {
    /// That of a link's target, if the request names a link.
    pub(super) key: ObjectKey,
    pub(super) object: Object,
    /// What unlocks it.
    pub(super) customer_key: Option<CustomerKey>,
}

/// Finds the object that `operation` is to read.
///
/// # Errors
/// `NoSuchVersion`, `NoSuchKey`, the refusals of customer keys, and those of [`follow`] and
/// [`crate::domain::encryption::Encryption::unlock`].
pub(super) fn find(context: &Context<'_>, operation: Operation) -> Result<Found, Error> {
    let (bucket, key) = context.object()?;
    sse_headers::refuse_on_read(context.head)?;
    let customer_key = sse_headers::customer_key(context.head)?;
    let id = context.head.version_id()?;
    let object = object_of(context.store().version(bucket, key, id)?, id)?;
    let (key, object) = follow(context, operation, context.bucket()?, key, object)?;
    object.attributes.encryption.unlock(customer_key.as_ref())?;
    Ok(Found { key, object, customer_key })
}

/// The object that a link leads to; any other is given back. The caller must be allowed to do `operation` on both (inferred).
///
/// # Errors
/// `NoSuchKey` when the link leads nowhere, `InvalidRequest` when it leads to another link (both inferred), `AccessDenied`.
pub(super) fn follow(
    context: &Context<'_>,
    operation: Operation,
    bucket: &Bucket,
    key: &ObjectKey,
    object: Object,
) -> Result<(ObjectKey, Object), Error> {
    let ObjectKind::Symlink(target) = object.kind else { return Ok((key.clone(), object)) };
    context.may(operation, bucket, &target)?;
    match context.store().object(&bucket.name, &target)? {
        None => {
            let message = format!("the object is a link to {:?}, which does not exist", target.as_str());
            Err(ErrorCode::NoSuchKey.because(message))
        }
        Some(Object { kind: ObjectKind::Symlink(_), .. }) => {
            let message = format!("the object is a link to {:?}, which is a link itself; only one is followed", target.as_str());
            Err(ErrorCode::InvalidRequest.because(message))
        }
        Some(object) => Ok((target, object)),
    }
}

/// The object in what was found for an id, or for none.
///
/// # Errors
/// `NoSuchKey` and, when there is nothing of that id, `NoSuchVersion`; for a delete marker `NoSuchKey` with its headers (that
/// its own id gets the same is inferred).
pub(super) fn object_of(found: Option<Version>, id: Option<VersionId>) -> Result<Object, Error> {
    match found {
        Some(Version::Object(object)) => Ok(*object),
        Some(Version::Marker(marker)) => Err(marker_error(marker)),
        None => Err(missing(id)),
    }
}

/// What a caller is told when there is nothing of an id, or nothing at all.
pub(super) fn missing(id: Option<VersionId>) -> Error {
    if id.is_some() { ErrorCode::NoSuchVersion.into() } else { ErrorCode::NoSuchKey.into() }
}

/// What a reader is told of a delete marker.
pub(super) fn marker_error(marker: DeleteMarker) -> Error {
    let error = Error::from(ErrorCode::NoSuchKey).with_header(DELETE_MARKER, HeaderValue::from_static("true"));
    match HeaderValue::try_from(marker.version.id().to_string()) {
        Ok(id) => error.with_header(VERSION_ID, id),
        Err(_) => error,
    }
}

/// Judges the condition headers.
///
/// # Errors
/// `PreconditionFailed`.
pub(super) fn judge(head: &RequestHead, object: &Object) -> Result<Verdict, Error> {
    let names = [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE];
    match conditions(head, &names)?.judge(&object.etag, object.last_modified) {
        Verdict::Failed => Err(ErrorCode::PreconditionFailed.into()),
        verdict => Ok(verdict),
    }
}

/// Whether the content can be read now: asked by whatever reads it.
///
/// # Errors
/// `InvalidObjectState` for archived content without a restored copy.
pub(super) fn check_readable(object: &Object, now: Timestamp) -> Result<(), Error> {
    let class = object.attributes.storage_class;
    let state = object.restore.as_ref().and_then(|restore| restore.state(now));
    if class.is_archived() && state != Some(RestoreState::Done) {
        let class = HeaderValue::from_static(class.name());
        return Err(Error::from(ErrorCode::InvalidObjectState).with_header(STORAGE_CLASS, class));
    }
    Ok(())
}

/// The conditions in headers of these names, in the order of the fields.
///
/// # Errors
/// `InvalidArgument` for a header that is given twice.
pub(super) fn conditions(head: &RequestHead, names: &[HeaderName; 4]) -> Result<Conditions, Error> {
    let text = |name| Ok::<_, Error>(head.header_text(name)?.map(str::to_owned));
    let date = |name| Ok::<_, Error>(head.header_text(name)?.and_then(Timestamp::from_http_date));
    let [if_match, if_none_match, if_modified_since, if_unmodified_since] = names;
    Ok(Conditions {
        if_match: text(if_match)?,
        if_none_match: text(if_none_match)?,
        if_modified_since: date(if_modified_since)?,
        if_unmodified_since: date(if_unmodified_since)?,
    })
}

/// Everything but `Content-Length`, `Content-Range` and `Accept-Ranges`, as it is at `now`.
pub(super) fn of(object: &Object, bucket: &Bucket, now: Timestamp) -> HeaderMap {
    let mut headers = of_body(object);
    name_version(object, bucket, &mut headers);
    insert(&mut headers, LAST_MODIFIED, &object.last_modified.http_date());
    for (name, value) in object.attributes.metadata.iter() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    // Absent when there are none (tests of Node and C++).
    if !object.attributes.tags.is_empty() {
        headers.insert(TAGGING_COUNT, HeaderValue::from(object.attributes.tags.iter().len()));
    }
    // A normal object's type is left out, as the Node SDK's page has it.
    if object.kind == ObjectKind::Appendable {
        headers.insert(OBJECT_TYPE, HeaderValue::from_static("appendable"));
    }
    name_class(object.attributes.storage_class, &mut headers);
    if object.attributes.storage_class.is_tiered() {
        headers.insert(STORAGE_TIER, HeaderValue::from_static("FREQUENT"));
    }
    if let Some(restore) = &object.restore {
        describe_restore(restore, now, &mut headers);
    }
    if let Some(status) = object.replication {
        headers.insert(REPLICATION_STATUS, HeaderValue::from_static(status.name()));
    }
    headers
}

/// `x-cos-restore`, and while the copy is being made `x-cos-restore-status` (HEAD Object, 436/7745).
fn describe_restore(restore: &Restore, now: Timestamp, headers: &mut HeaderMap) {
    match restore.state(now) {
        None => {}
        Some(RestoreState::Ongoing) => {
            let (tier, date) = (restore.tier.name(), restore.requested.http_date());
            headers.insert(RESTORE, HeaderValue::from_static("ongoing-request=\"true\""));
            insert(headers, RESTORE_STATUS, &format!("tier=\"{tier}\"; request-date=\"{date}\""));
        }
        Some(RestoreState::Done) => {
            let date = restore.expires.http_date();
            insert(headers, RESTORE, &format!("ongoing-request=\"false\", expiry-date=\"{date}\""));
        }
    }
}

/// What the answer to a write says: ETag, CRC-64, encryption, and class and version where they are named.
pub(super) fn of_new(object: &Object) -> HeaderMap {
    let mut headers = of_body(object);
    name_class(object.attributes.storage_class, &mut headers);
    name_new_version(object, &mut headers);
    headers
}

/// ETag, CRC-64 and encryption.
pub(super) fn of_body(object: &Object) -> HeaderMap {
    of_bytes(&object.etag, object.crc64, &object.attributes.encryption)
}

/// ETag, CRC-64 and encryption: of a part as well.
pub(super) fn of_bytes(etag: &str, crc64: u64, encryption: &Encryption) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(16);
    insert(&mut headers, ETAG, &etag::quoted(etag));
    headers.insert(HASH_CRC64, HeaderValue::from(crc64));
    sse_headers::describe(encryption, &mut headers);
    headers
}

/// `x-cos-version-id`, in buckets that have or had versions; `null` for what was written without.
pub(super) fn name_version(object: &Object, bucket: &Bucket, headers: &mut HeaderMap) {
    if bucket.versioning != Versioning::Never {
        insert(headers, VERSION_ID, &object.version.id().to_string());
    }
}

/// `x-cos-version-id` of what was just written: PUT Object leaves `null` out (436/7749).
pub(super) fn name_new_version(object: &Object, headers: &mut HeaderMap) {
    if !object.version.is_null() {
        insert(headers, VERSION_ID, &object.version.id().to_string());
    }
}

/// `x-cos-storage-class`, which is left out for STANDARD (Python's tests ask for its absence).
pub(super) fn name_class(class: StorageClass, headers: &mut HeaderMap) {
    if class != StorageClass::Standard {
        headers.insert(STORAGE_CLASS, HeaderValue::from_static(class.name()));
    }
}

/// Applies the `response-*` parameters.
///
/// # Errors
/// `InvalidRequest` for an anonymous caller (the code is inferred), `InvalidArgument` for text that no header can hold.
pub(super) fn override_by(context: &Context<'_>, headers: &mut HeaderMap) -> Result<(), Error> {
    for (parameter, name) in OVERRIDES {
        let Some(text) = context.head.query_text(parameter)? else { continue };
        context
            .account()
            .map_err(|_| ErrorCode::InvalidRequest.because(format!("the parameter {parameter} is for signed requests only")))?;
        let value = HeaderValue::from_bytes(text.as_bytes())
            .map_err(|_| ErrorCode::InvalidArgument.because(format!("the parameter {parameter} holds what no header can")))?;
        headers.insert(name, value);
    }
    Ok(())
}
