//! GET Object: `GET /<key>` (436/7753).

use std::ops::Range;

use axum::body::Body;
use futures_util::stream;
use http::header::{self, ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG};
use http::{HeaderValue, StatusCode};

use crate::domain::byte_range::ByteRange;
use crate::domain::conditions::Verdict;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::traffic_limit::TrafficLimit;
use crate::operations::context::Context;
use crate::operations::headers::HASH_CRC64;
use crate::operations::object_headers::{self, Found};
use crate::operations::response::{self, Response, insert};
use crate::operations::routes::Operation;
use crate::operations::throttle;
use crate::storage::{Object, ObjectBytes, StorageError};

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let limit = throttle::limit(context.head)?;
    let (bucket, _) = context.object()?;
    loop {
        let Found { key, object, customer_key } = object_headers::find(context, Operation::GetObject)?;
        if object_headers::judge(context.head, &object)? == Verdict::NotModified {
            return not_modified(context, &object);
        }
        object_headers::check_readable(&object, context.now)?;
        let (status, range) = range(context, &object)?;
        let mut headers = object_headers::of(&object, context.bucket()?, context.now);
        object_headers::override_by(context, &mut headers)?;
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
        if status == StatusCode::PARTIAL_CONTENT {
            insert(&mut headers, CONTENT_RANGE, &format!("bytes {}-{}/{}", range.start, range.end - 1, object.size));
        }
        let cipher = context.ciphers(object.attributes.encryption.clone(), customer_key);
        // A body that was replaced between the look-up and the opening: look the new one up.
        if let Some(bytes) = context.store().open_object(bucket, &key, &object, range, cipher).await? {
            let mut response = Response::new(body(bytes, limit));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            return Ok(response);
        }
    }
}

/// As the page's sample has it: with the type, ETag and CRC of the object, without its date.
fn not_modified(context: &Context<'_>, object: &Object) -> Result<Response, Error> {
    let mut headers = object_headers::of(object, context.bucket()?, context.now);
    let kept = [CONTENT_TYPE, ETAG, HASH_CRC64].into_iter().filter_map(|name| headers.remove(&name).map(|value| (name, value)));
    Ok(response::empty(StatusCode::NOT_MODIFIED, kept.collect()))
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
