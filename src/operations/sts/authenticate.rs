//! Whose key signed a call: the same keys as on COS, permanent and temporary, under the API's own signatures.

use http::HeaderName;

use crate::codec::api_signature::{tc3, v1};
use crate::domain::account::{Credential, Identity};
use crate::domain::time::Timestamp;
use crate::operations::authenticate::hosts;
use crate::operations::context::Services;
use crate::operations::sts::call::{Call, Proof, Received, Signature};
use crate::operations::sts::error::{StsError, StsErrorCode, excerpt};

/// How far a client's clock may be off, in seconds (common parameters of API 3.0: 5 minutes).
const SKEW: i64 = 300;

/// How much of what was to be signed a client is told, in characters.
const LONGEST_ECHO: usize = 4096;

/// The service in a credential's scope.
const SERVICE: &str = "sts";

/// What clients sign as host that are told to go elsewhere, as `qcloud-python-sts` with its `url` alone.
const REAL_HOST: &str = "sts.tencentcloudapi.com";

const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-tc-content-sha256");
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// # Errors
/// `MissingParameter`, `AuthFailure.*`, `InvalidParameter`.
pub(super) fn authenticate(
    services: &Services,
    received: &Received<'_>,
    call: &Call,
    now: Timestamp,
) -> Result<Identity, StsError> {
    if !services.check_signatures {
        return Ok(services.accounts.default_identity());
    }
    let proof = call.proof.as_ref().map_err(Clone::clone)?;
    let sent = check_time(&proof.timestamp, now)?;
    let token = call.token.as_deref();
    let (identity, secret_key) = match services.accounts.credential(&proof.secret_id, token, now) {
        Credential::Known { identity, secret_key } => (identity, secret_key),
        Credential::Expired { expired } => {
            let message = format!("the temporary credential expired at {}", expired.iso_seconds());
            return Err(StsErrorCode::TokenFailure.because(message));
        }
        Credential::Unknown if token.is_some() => {
            return Err(StsErrorCode::TokenFailure.because("the token is not that of the SecretId"));
        }
        Credential::Unknown => {
            let message = format!("there is no SecretId {:?}; a temporary one needs its token", excerpt(&proof.secret_id));
            return Err(StsErrorCode::SecretIdNotFound.because(message));
        }
    };
    check_signature(received, proof, &secret_key, sent).map_err(|signed| {
        let signed = token.map_or_else(|| signed.clone(), |token| signed.replace(token, "***"));
        let signed: String = signed.chars().take(LONGEST_ECHO).collect();
        StsErrorCode::SignatureFailure.because(format!("the signature does not match; what was to be signed is {signed:?}"))
    })?;
    Ok(identity)
}

fn check_time(timestamp: &str, now: Timestamp) -> Result<Timestamp, StsError> {
    let seconds: i64 = timestamp.parse().map_err(|_| {
        StsErrorCode::InvalidParameter
            .because(format!("the timestamp is {:?}; it must be in seconds since 1970", excerpt(timestamp)))
    })?;
    if seconds.abs_diff(now.seconds()) > SKEW.unsigned_abs() {
        let message =
            format!("the timestamp is {seconds}, but the server's time is {}: more than 5 minutes apart", now.seconds());
        return Err(StsErrorCode::SignatureExpire.because(message));
    }
    Ok(Timestamp::from_seconds(seconds))
}

/// # Errors
/// What was to be signed.
fn check_signature(received: &Received<'_>, proof: &Proof, secret_key: &str, sent: Timestamp) -> Result<(), String> {
    let head = received.head;
    let mut hosts = hosts(head);
    match &proof.signature {
        Signature::V1 { method, signature, pairs } => {
            hosts.push(REAL_HOST);
            let request = v1::SignedRequest { method: head.method.as_str(), hosts: &hosts, path: &head.path, parameters: pairs };
            v1::verify(secret_key, *method, signature, &request)
        }
        Signature::V3(authorization) => check_v3(received, authorization, &proof.timestamp, &hosts, secret_key, sent),
    }
}

fn check_v3(
    received: &Received<'_>,
    authorization: &tc3::Authorization,
    timestamp: &str,
    hosts: &[&str],
    secret_key: &str,
    sent: Timestamp,
) -> Result<(), String> {
    let head = received.head;
    let (date, day) = (&authorization.date, &sent.iso_seconds()[..10]);
    if date != day || authorization.service != SERVICE {
        return Err(format!("with the scope {day}/{SERVICE}/tc3_request, not {date}/{}/…", authorization.service));
    }
    let is_unsigned = head.headers.get(CONTENT_SHA256).is_some_and(|value| value.as_bytes() == UNSIGNED_PAYLOAD.as_bytes());
    let payload = if is_unsigned { UNSIGNED_PAYLOAD.as_bytes() } else { &received.body };
    let mut reported = None;
    for host in hosts {
        let value = |name: &String| match name.as_str() {
            "host" => *host,
            name => head.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok()).unwrap_or_default(),
        };
        let headers: Vec<&str> = authorization.signed_headers.iter().map(value).collect();
        let (method, path, query) = (head.method.as_str(), head.path.as_str(), received.query);
        let request = tc3::SignedRequest { method, path, query, headers: &headers, payload, timestamp };
        match tc3::verify(secret_key, authorization, &request) {
            Ok(()) => return Ok(()),
            Err(signed) => reported = reported.or(Some(signed)),
        }
    }
    Err(reported.unwrap_or_default())
}
