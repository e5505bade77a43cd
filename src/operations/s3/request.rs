//! The head of an S3 request in COS's words.

use std::borrow::Cow;

use http::header::IF_MATCH;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::domain::error::{Error, ErrorCode};
use crate::operations::headers::{GRANT_FULL_CONTROL, GRANT_READ, GRANT_READ_ACP, GRANT_WRITE, GRANT_WRITE_ACP};
use crate::operations::request::RequestHead;
use crate::operations::s3::Dialect;
use crate::operations::s3::names::{
    GROUPS, HARMLESS, HARMLESS_VALUES, HEADERS, LACKING_PARAMETERS, METADATA, PARAMETERS, PART_NUMBER, PREFIX, VALUES,
};

const GRANTS: [HeaderName; 5] = [GRANT_FULL_CONTROL, GRANT_READ, GRANT_READ_ACP, GRANT_WRITE, GRANT_WRITE_ACP];

/// The head as operations read it: as sent by COS's clients, translated for S3's.
///
/// # Errors
/// `NotImplemented`, naming what would change what an operation does and that COS lacks; `InvalidArgument` for a parameter that
/// stands for a header and cannot be one.
pub fn in_cos_words(sent: &RequestHead) -> Result<Cow<'_, RequestHead>, Error> {
    match sent.dialect {
        Dialect::Cos => Ok(Cow::Borrowed(sent)),
        Dialect::S3 => translated(sent).map(Cow::Owned),
    }
}

fn translated(sent: &RequestHead) -> Result<RequestHead, Error> {
    let mut head = RequestHead {
        dialect: Dialect::S3,
        method: sent.method.clone(),
        host: sent.host.clone(),
        path: sent.path.clone(),
        query: Vec::with_capacity(sent.query.len()),
        headers: HeaderMap::with_capacity(sent.headers.len()),
        transport: sent.transport,
    };
    if sent.method == Method::DELETE && sent.headers.contains_key(IF_MATCH) {
        return Err(ErrorCode::NotImplemented.because("If-Match of a DELETE is not implemented"));
    }
    for (name, value) in &sent.headers {
        add_header(&mut head.headers, name, value)?;
    }
    for (name, value) in &sent.query {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with(PREFIX) {
            // SDKs for JavaScript and Go move headers into the URLs that they presign.
            let (name, value) = as_header(&lower, value)?;
            if !sent.headers.contains_key(&name) {
                add_header(&mut head.headers, &name, &value)?;
            }
        } else {
            head.query.push((parameter(sent, name)?.to_owned(), value.clone()));
        }
    }
    Ok(head)
}

fn as_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let refuse = || ErrorCode::InvalidArgument.because(format!("the parameter {name} stands for a header, which it cannot be"));
    Ok((HeaderName::try_from(name).map_err(|_| refuse())?, HeaderValue::try_from(value).map_err(|_| refuse())?))
}

fn parameter<'a>(sent: &RequestHead, name: &'a str) -> Result<&'a str, Error> {
    let reads = [Method::GET, Method::HEAD].contains(&sent.method);
    if LACKING_PARAMETERS.contains(&name) || name == PART_NUMBER && reads {
        return Err(ErrorCode::NotImplemented.because(format!("{} with ?{name} is not implemented", sent.method)));
    }
    if sent.lists_by_token() {
        return Ok(name);
    }
    Ok(PARAMETERS.iter().find(|(s3, _)| *s3 == name).map_or(name, |(_, cos)| cos))
}

fn add_header(headers: &mut HeaderMap, name: &HeaderName, value: &HeaderValue) -> Result<(), Error> {
    if let Some((_, cos)) = HEADERS.iter().find(|(s3, _)| s3 == name) {
        headers.append(cos, in_cos_word(cos, value)?);
    } else if let Some(own) = name.as_str().strip_prefix(METADATA.0) {
        let cos = HeaderName::try_from(format!("{}{own}", METADATA.1)).map_err(|_| lacking(name))?;
        headers.append(cos, value.clone());
    } else if is_harmless(name, value) {
        headers.append(name, value.clone());
    } else {
        return Err(lacking(name));
    }
    Ok(())
}

/// Whether a header says nothing to operations, or says it in COS's words.
fn is_harmless(name: &HeaderName, value: &HeaderValue) -> bool {
    let name = name.as_str();
    !name.starts_with(PREFIX)
        || value.is_empty()
        || HARMLESS.contains(&name)
        || HARMLESS_VALUES
            .iter()
            .any(|(known, harmless)| *known == name && value.as_bytes().eq_ignore_ascii_case(harmless.as_bytes()))
}

fn lacking(name: &HeaderName) -> Error {
    ErrorCode::NotImplemented.because(format!("the request header {name} is not implemented"))
}

/// A value that may be another word in COS's dialect. `cos` is COS's name of the header.
fn in_cos_word(cos: &HeaderName, value: &HeaderValue) -> Result<HeaderValue, Error> {
    if let Some((_, _, word)) = VALUES.iter().find(|(name, s3, _)| name == cos && value.as_bytes() == s3.as_bytes()) {
        return Ok(HeaderValue::from_static(word));
    }
    match value.to_str() {
        Ok(text) if GRANTS.contains(cos) && text.contains(GROUPS.0) => {
            let text = text.replace(GROUPS.0, GROUPS.1);
            HeaderValue::try_from(text).map_err(|_| ErrorCode::InvalidArgument.because(format!("{cos} is no header's value")))
        }
        _ => Ok(value.clone()),
    }
}
