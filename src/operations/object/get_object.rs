//! GET Object: `GET /<key>` (436/7753).

use std::ops::Range;

use axum::body::Body;
use futures_util::stream;
use http::header::{self, ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG};
use http::{HeaderValue, StatusCode};

use crate::codec::crypto::Nonce;
use crate::domain::byte_range::ByteRange;
use crate::domain::conditions::Verdict;
use crate::domain::encryption::{BodyCipher, CustomerKey};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::traffic_limit::TrafficLimit;
use crate::operations::context::Context;
use crate::operations::headers::{HASH_CRC64, STORAGE_CLASS};
use crate::operations::response::{self, Response, insert};
use crate::operations::{object_headers, throttle};
use crate::storage::{Object, ObjectBytes, StorageError};

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let limit = throttle::limit(context.head)?;
    let (bucket, key) = context.object()?;
    loop {
        let (object, customer_key) = object_headers::find(context)?;
        if object_headers::judge(context.head, &object)? == Verdict::NotModified {
            return Ok(not_modified(&object));
        }
        refuse_archived(&object)?;
        let (status, range) = range(context, &object)?;
        let mut headers = object_headers::of(&object);
        object_headers::override_by(context, &mut headers)?;
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
        if status == StatusCode::PARTIAL_CONTENT {
            insert(&mut headers, CONTENT_RANGE, &format!("bytes {}-{}/{}", range.start, range.end - 1, object.size));
        }
        let cipher = cipher(context, &object, customer_key);
        // A body that was replaced between the look-up and the opening: look the new one up.
        if let Some(bytes) = context.store().open_object(bucket, key, &object, range, cipher).await? {
            let mut response = Response::new(body(bytes, limit));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            return Ok(response);
        }
    }
}

/// As the page's sample has it: with the type, ETag and CRC of the object, without its date.
fn not_modified(object: &Object) -> Response {
    let mut headers = object_headers::of(object);
    let kept = [CONTENT_TYPE, ETAG, HASH_CRC64].into_iter().filter_map(|name| headers.remove(&name).map(|value| (name, value)));
    response::empty(StatusCode::NOT_MODIFIED, kept.collect())
}

/// Archived content cannot be read; the emulator has no restore yet.
pub(super) fn refuse_archived(object: &Object) -> Result<(), Error> {
    if object.storage_class.is_archived() {
        let class = HeaderValue::from_static(object.storage_class.name());
        return Err(Error::from(ErrorCode::InvalidObjectState).with_header(STORAGE_CLASS, class));
    }
    Ok(())
}

fn range(context: &Context<'_>, object: &Object) -> Result<(StatusCode, Range<u64>), Error> {
    let asked = context.head.header_text(&header::RANGE)?;
    match ByteRange::of(asked, object.size) {
        ByteRange::Whole => Ok((StatusCode::OK, 0..object.size)),
        ByteRange::Part(range) => Ok((StatusCode::PARTIAL_CONTENT, range)),
        ByteRange::Unsatisfiable => {
            let message =
                format!("the range {:?} holds no byte of an object of {} bytes", asked.unwrap_or_default(), object.size);
            let error = ErrorCode::InvalidRange.because(message);
            Err(match HeaderValue::try_from(format!("bytes */{}", object.size)) {
                Ok(value) => error.with_header(CONTENT_RANGE, value),
                Err(_) => error,
            })
        }
    }
}

/// What makes the cipher of each of the object's bodies.
pub(super) fn cipher(
    context: &Context<'_>,
    object: &Object,
    customer_key: Option<CustomerKey>,
) -> impl Fn(Nonce) -> Option<BodyCipher> + Send + 'static {
    let (encryption, folder_key) = (object.encryption.clone(), context.store().folder_key().clone());
    move |nonce| encryption.cipher(&folder_key, customer_key.as_ref(), nonce)
}

fn body(bytes: ObjectBytes, limit: Option<TrafficLimit>) -> Body {
    match (bytes, limit) {
        (ObjectBytes::Whole(bytes), None) => Body::from(bytes),
        (ObjectBytes::Stream(bytes), None) => Body::from_stream(bytes),
        (ObjectBytes::Whole(bytes), Some(limit)) => {
            let bytes = stream::iter([Ok::<_, StorageError>(bytes)]);
            Body::from_stream(throttle::throttled(limit, bytes))
        }
        (ObjectBytes::Stream(bytes), Some(limit)) => Body::from_stream(throttle::throttled(limit, bytes)),
    }
}
