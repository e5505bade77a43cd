//! Errors as COS writes them (Error Codes, 436/7730).

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method, header};

use crate::codec::xml;
use crate::domain::error::Error;
use crate::domain::random::Random;
use crate::operations::headers::TRACE_ID;
use crate::operations::response::{APPLICATION_XML, Response, insert};

/// What an answer says of its request; none of the texts may be empty, or Python takes the whole body for invalid.
#[derive(Debug, Clone)]
pub struct Incident<'a> {
    /// Host and path, without scheme and query.
    pub resource: &'a str,
    pub request_id: &'a str,
    pub trace_id: &'a str,
}

/// 172 characters: base64 of 128 hex digits (`protocol.md` §4.2). On errors, and on HEAD Object's 304.
pub fn new_trace_id(random: &Random) -> String {
    STANDARD.encode(random.hex::<64>())
}

/// The answer to a request that failed. On HEAD it has the headers only.
pub fn response(error: &Error, method: &Method, incident: &Incident<'_>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, APPLICATION_XML);
    headers.extend(error.headers().iter().cloned());
    insert(&mut headers, TRACE_ID, incident.trace_id);
    let body = if *method == Method::HEAD { String::new() } else { document(error, incident) };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = error.code().status();
    *response.headers_mut() = headers;
    response
}

/// The answer of a website to a request that failed: a page for people, or on HEAD its headers; `key` is the path without its
/// first `/`.
pub fn page(error: &Error, method: &Method, incident: &Incident<'_>, key: &str) -> Response {
    let status = error.code().status();
    let mut response = response(error, method, incident);
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let lines = [
        ("Code", error.code().name()),
        ("Message", error.message()),
        ("Key", key),
        ("RequestId", incident.request_id),
        ("TraceId", incident.trace_id),
    ];
    let items: String = lines.iter().map(|(name, text)| format!("<li>{name}: {}</li>\n", xml::escape(text))).collect();
    let page = format!(
        "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n{items}</ul>\n</body>\n</html>\n"
    );
    let body = if *method == Method::HEAD { String::new() } else { page };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = Body::from(body);
    response
}

/// The `<Error>` document.
pub fn document(error: &Error, incident: &Incident<'_>) -> String {
    let own = [("Code", error.code().name()), ("Message", error.message())];
    let special = error.elements().iter().map(|(name, text)| (*name, text.as_str()));
    let common = [("Resource", incident.resource), ("RequestId", incident.request_id), ("TraceId", incident.trace_id)];
    xml::flat_document("Error", own.into_iter().chain(special).chain(common))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;

    #[test]
    fn a_trace_id_has_the_services_length() {
        assert_eq!(new_trace_id(&Random::from_seed(1)).len(), 172);
    }

    #[test]
    fn an_error_looks_as_the_reference_prints_it() {
        let error = Error::from(ErrorCode::SignatureDoesNotMatch)
            .with_element("StringToSign", "sha1\n1;2\nab\n")
            .with_element("FormatString", "get\n/\na=&b=\nhost=h\n");
        let incident = Incident { resource: "h/k", request_id: "cmVx", trace_id: "dHJh" };
        assert_eq!(
            document(&error, &incident),
            "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>SignatureDoesNotMatch</Code>\n\
             \t<Message>The Signature you specified is invalid.</Message>\n\t<StringToSign>sha1\n1;2\nab\n</StringToSign>\n\
             \t<FormatString>get\n/\na=&amp;b=\nhost=h\n</FormatString>\n\t<Resource>h/k</Resource>\n\
             \t<RequestId>cmVx</RequestId>\n\t<TraceId>dHJh</TraceId>\n</Error>"
        );
    }
}
