//! What answers say of an object's bytes, and of the object.

use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::domain::conditions::{Conditions, Verdict};
use crate::domain::encryption::{CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::storage_class::StorageClass;
use crate::domain::time::Timestamp;
use crate::operations::context::Context;
use crate::operations::headers::{HASH_CRC64, STORAGE_CLASS, STORAGE_TIER};
use crate::operations::request::RequestHead;
use crate::operations::response::insert;
use crate::operations::sse_headers;
use crate::storage::Object;

/// Response headers that a signed GET may set for its own answer, by their parameters.
const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-cache-control", http::header::CACHE_CONTROL),
    ("response-content-disposition", http::header::CONTENT_DISPOSITION),
    ("response-content-encoding", http::header::CONTENT_ENCODING),
    ("response-content-language", http::header::CONTENT_LANGUAGE),
    ("response-content-type", CONTENT_TYPE),
    ("response-expires", http::header::EXPIRES),
];

/// Finds the object that GET or HEAD asks for, and the key to it.
///
/// # Errors
/// `NoSuchVersion`, `NoSuchKey`, the refusals of customer keys, and those of
/// [`crate::domain::encryption::Encryption::unlock`].
pub(super) fn find(context: &Context<'_>) -> Result<(Object, Option<CustomerKey>), Error> {
    let (bucket, key) = context.object()?;
    sse_headers::refuse_on_read(context.head)?;
    let customer_key = sse_headers::customer_key(context.head)?;
    context.head.refuse_other_versions()?;
    let object = context.store().object(bucket, key)?.ok_or(ErrorCode::NoSuchKey)?;
    object.encryption.unlock(customer_key.as_ref())?;
    Ok((object, customer_key))
}

/// Judges the condition headers.
///
/// # Errors
/// `PreconditionFailed`.
pub(super) fn judge(head: &RequestHead, object: &Object) -> Result<Verdict, Error> {
    let text = |name| Ok::<_, Error>(head.header_text(&name)?.map(str::to_owned));
    let date = |name| Ok::<_, Error>(head.header_text(&name)?.and_then(Timestamp::from_http_date));
    let conditions = Conditions {
        if_match: text(IF_MATCH)?,
        if_none_match: text(IF_NONE_MATCH)?,
        if_modified_since: date(IF_MODIFIED_SINCE)?,
        if_unmodified_since: date(IF_UNMODIFIED_SINCE)?,
    };
    match conditions.judge(&object.etag, object.last_modified) {
        Verdict::Failed => Err(ErrorCode::PreconditionFailed.into()),
        verdict => Ok(verdict),
    }
}

/// Everything but `Content-Length`, `Content-Range` and `Accept-Ranges`.
pub(super) fn of(object: &Object) -> HeaderMap {
    let mut headers = of_body(&object.etag, object.crc64, &object.encryption);
    insert(&mut headers, LAST_MODIFIED, &object.last_modified.http_date());
    for (name, value) in object.metadata.iter() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    name_class(object.storage_class, &mut headers);
    if object.storage_class.is_tiered() {
        headers.insert(STORAGE_TIER, HeaderValue::from_static("FREQUENT"));
    }
    headers
}

/// ETag, CRC-64 and encryption: of an object, and of a body that was just stored.
pub(super) fn of_body(etag: &str, crc64: u64, encryption: &Encryption) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(16);
    insert(&mut headers, ETAG, &etag::quoted(etag));
    headers.insert(HASH_CRC64, HeaderValue::from(crc64));
    sse_headers::describe(encryption, &mut headers);
    headers
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
