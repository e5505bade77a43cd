//! Answers, but for the headers that every answer has.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::codec::xml;

pub type Response = http::Response<Body>;

pub const APPLICATION_XML: HeaderValue = HeaderValue::from_static("application/xml");

/// No body, and `Content-Length: 0` in so many words: COS sends it with 204 and 304 as well, and Python's GET needs it there.
pub fn empty(status: StatusCode, headers: HeaderMap) -> Response {
    // hyper leaves the header out of a 204 or 304 whose body it knows to be empty; a stream that turns out empty keeps it.
    let mut response = Response::new(Body::from_stream(stream::empty::<Result<Bytes, Infallible>>()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(0));
    response
}

/// 200 with an XML document.
pub fn document<T: Serialize>(root: &str, value: &T, mut headers: HeaderMap) -> Response {
    headers.insert(header::CONTENT_TYPE, APPLICATION_XML);
    whole(xml::document(root, value), headers)
}

/// 200 with a text of known length.
pub fn whole(text: String, headers: HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = headers;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    *response.body_mut() = Body::from(text);
    response
}

/// A header value made of text that the emulator wrote or has checked before; other text leaves the header out.
pub fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}
