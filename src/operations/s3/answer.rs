//! Answers to S3 clients: headers and documents in their words.

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::BodyExt;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::random::Random;
use crate::operations::error_body::new_trace_id;
use crate::operations::headers::TRACE_ID;
use crate::operations::response::{APPLICATION_XML, Response, insert};
use crate::operations::routes::Operation;
use crate::operations::s3::Dialect;
use crate::operations::s3::document;
use crate::operations::s3::names::{HEADERS, METADATA, VALUES};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

/// Puts the document that an operation answered with into the client's words; an object's bytes stay what they are.
///
/// # Errors
/// `InternalError`, which a document in memory does not cause.
pub async fn document_in(dialect: Dialect, method: &Method, operation: Operation, response: Response) -> Result<Response, Error> {
    let has_objects_bytes = matches!(operation, Operation::GetObject | Operation::SelectObjectContent);
    let has_document = !has_objects_bytes
        && *method != Method::HEAD
        && response.headers().get(CONTENT_TYPE) == Some(&APPLICATION_XML)
        && response.headers().get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    if dialect == Dialect::Cos || !has_document {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| Error::from(ErrorCode::InternalError).caused_by(error))?;
    let translated = document::in_s3_words(&String::from_utf8_lossy(&body.to_bytes()));
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(translated.len()));
    Ok(Response::from_parts(parts, Body::from(translated)))
}

/// Gives the headers of an answer S3's names and words, and both of S3's ids. What S3 has no name for keeps COS's.
pub fn headers_in_s3_words(headers: &mut HeaderMap, request_id: &str, random: &Random) {
    if !headers.contains_key(TRACE_ID) {
        insert(headers, TRACE_ID, &new_trace_id(random));
    }
    let mut translated = HeaderMap::with_capacity(headers.len() + 1);
    for (name, value) in headers.iter() {
        let known = HEADERS.iter().find(|(_, cos)| cos == name).map(|(s3, _)| s3.clone());
        let own = || HeaderName::try_from(format!("{}{}", METADATA.0, name.as_str().strip_prefix(METADATA.1)?)).ok();
        translated.append(known.or_else(own).unwrap_or_else(|| name.clone()), in_s3_word(name, value));
    }
    insert(&mut translated, REQUEST_ID, request_id);
    *headers = translated;
}

/// `cos` is COS's name of the header.
fn in_s3_word(cos: &HeaderName, value: &HeaderValue) -> HeaderValue {
    let other = VALUES.iter().find(|(name, _, word)| name == cos && value.as_bytes() == word.as_bytes());
    other.map_or_else(|| value.clone(), |(_, s3, _)| HeaderValue::from_static(s3))
}
