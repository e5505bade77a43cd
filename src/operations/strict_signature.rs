//! Does the signature cover what the bucket's rules ask for? Asked before it is checked (436/53892).

use http::HeaderName;

use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::strict_signature::{SignedNames, StrictSignature, Unsigned};
use crate::operations::headers::SECURITY_TOKEN;
use crate::operations::request::RequestHead;
use crate::operations::routes::Operation;
use crate::storage::Store;

/// `signed` gives the names of the headers and of the parameters that the signature covers.
///
/// # Errors
/// `AccessDenied`, naming the header or parameter that is sent and not signed.
pub(super) fn check(
    store: &Store,
    head: &RequestHead,
    operation: Operation,
    bucket: Option<&Bucket>,
    signed: impl FnOnce() -> (Vec<String>, Vec<String>),
) -> Result<(), Error> {
    let Some(strict) = bucket.map(|bucket| store.setting::<StrictSignature>(bucket)).transpose()?.flatten() else {
        return Ok(());
    };
    let headers: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
    let params: Vec<&str> = head.query.iter().map(|(name, _)| name.as_str()).filter(|name| !is_of_signature(name)).collect();
    let (signed_headers, signed_params) = signed();
    let names = SignedNames {
        headers: &headers,
        signed_headers: &signed_headers.iter().map(String::as_str).collect::<Vec<_>>(),
        params: &params,
        signed_params: &signed_params.iter().map(String::as_str).collect::<Vec<_>>(),
    };
    let denied = |message: &'static str| ErrorCode::AccessDenied.because(message);
    match strict.find_unsigned(operation.action(), names) {
        None => Ok(()),
        Some(Unsigned::Header(name)) => {
            Err(denied("Strict signature missing header that must be signed").with_element("MissingHeader", name))
        }
        Some(Unsigned::Param(name)) => {
            Err(denied("Strict signature missing param that must be signed").with_element("MissingParam", name))
        }
    }
}

/// Whether a parameter carries the signature and so is none of the request's own.
fn is_of_signature(name: &str) -> bool {
    name.starts_with("q-") || name == "sign" || name == SECURITY_TOKEN.as_str()
}
