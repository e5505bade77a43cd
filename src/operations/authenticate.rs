//! Who is calling: a signature in the header, in the query, or none (`protocol.md` §2–3).

use std::borrow::Cow;

use http::HeaderName;
use http::header::AUTHORIZATION;

use crate::codec::percent;
use crate::codec::signature::{self, Authorization, MalformedAuthorization, Mismatch, PolicySignature, SignedRequest, TimeSpan};
use crate::codec::signature_v4::{self, ChunkSigner};
use crate::domain::account::{Accounts, Caller, Credential, Identity};
use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::time::Timestamp;
use crate::operations::context::Services;
use crate::operations::headers::{AMZ_SECURITY_TOKEN, SECURITY_TOKEN};
use crate::operations::request::RequestHead;
use crate::operations::routes::Operation;
use crate::operations::s3;
use crate::operations::s3::signature::S3Signature;
use crate::operations::strict_signature;
use crate::operations::target::Target;

/// How far a client's clock may be ahead, in seconds (Error Codes, 436/7730: 15 minutes).
pub(super) const SKEW: i64 = 900;

/// Where S3's clients send the token of a temporary credential if not in the header of that name.
const AMZ_SECURITY_TOKEN_PARAMETER: &str = "X-Amz-Security-Token";

/// Who calls; for anonymous callers also why, if they tried to be somebody.
pub struct Authentication {
    pub caller: Caller,
    pub remark: Option<String>,
    /// Where the request's signature stands.
    pub signed: Option<SignaturePlace>,
    /// Verifies the chunks of the body, where the signature is of a kind that may go on in them.
    pub chunks: Option<ChunkSigner>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignaturePlace {
    Header,
    Url,
}

impl Authentication {
    pub fn anonymous(remark: Option<String>) -> Self {
        Self { caller: Caller::Anonymous, remark, signed: None, chunks: None }
    }

    fn of(identity: Identity, signed: Option<SignaturePlace>) -> Self {
        Self { caller: Caller::Signed(identity), remark: None, signed, chunks: None }
    }

    /// What the caller is told when it may not do what it asks for.
    pub fn refusal(&self) -> Error {
        match &self.remark {
            Some(remark) => ErrorCode::AccessDenied.because(format!("Access Denied: {remark}")),
            None => ErrorCode::AccessDenied.into(),
        }
    }
}

/// Checks the key, then the time, then what is signed, then the signature. `head` is as sent; `bucket` is the one that the request
/// is for, if it is there.
///
/// # Errors
/// `InvalidAccessKeyId`, `ExpiredToken`, `AccessDenied` ("Request has expired"), `RequestTimeTooSkewed`, `SignatureDoesNotMatch`,
/// `AccessDenied` of a strict signature that leaves something out (436/53892), and those of [`S3Signature`].
pub fn authenticate(
    services: &Services,
    head: &RequestHead,
    target: &Target,
    (operation, bucket): (Operation, Option<&Bucket>),
    now: Timestamp,
) -> Result<Authentication, Error> {
    let accounts = &services.accounts;
    if operation == Operation::OptionsObject {
        // A browser's question may repeat the parameters of the request that is to come, with their signature.
        return Ok(Authentication::anonymous(None));
    }
    let found = find(head);
    if !services.check_signatures {
        return Ok(Authentication::of(accounts.default_identity(), found.ok().and_then(|found| found.place())));
    }
    match found? {
        Found::Nothing => Ok(Authentication::anonymous(None)),
        // COS takes a caller that it cannot make out for an anonymous one (436/30613).
        Found::Unreadable(remark) => Ok(Authentication::anonymous(Some(remark))),
        Found::Cos(authorization, place) => {
            let (identity, secret_key) = credential(accounts, &authorization.secret_id, token(head), now)?;
            check_time(&[&authorization.sign_time, &authorization.key_time], now)?;
            // The names in the lists are escaped.
            let decoded = |names: &[String]| names.iter().filter_map(|name| percent::decode(name)).collect();
            let signed = || (decoded(&authorization.header_list), decoded(&authorization.url_param_list));
            strict_signature::check(&services.store, head, operation, bucket, signed)?;
            check_signature(&authorization, &secret_key, head, target)?;
            Ok(Authentication::of(identity, Some(place)))
        }
        Found::S3(signature) => {
            let (identity, secret_key) = credential(accounts, signature.secret_id(), token(head), now)?;
            signature.check_time(now)?;
            // All parameters are signed, always.
            let params = || head.query.iter().map(|(name, _)| name.clone()).collect();
            let signed = || (signature.authorization.signed_headers.clone(), params());
            strict_signature::check(&services.store, head, operation, bucket, signed)?;
            let chunks = signature.verify(&secret_key, head)?;
            Ok(Authentication { chunks: Some(chunks), ..Authentication::of(identity, Some(signature.place)) })
        }
    }
}

/// As [`authenticate`] where signatures are checked, for a form whose policy, a JSON text, is what was signed
/// (`protocol.md` §2.6).
///
/// # Errors
/// As [`authenticate`].
pub fn authenticate_policy(
    services: &Services,
    signed: &PolicySignature,
    policy: &[u8],
    token: Option<&str>,
    now: Timestamp,
) -> Result<Authentication, Error> {
    let (identity, secret_key) = credential(&services.accounts, &signed.secret_id, token, now)?;
    check_time(&[&signed.key_time], now)?;
    signature::verify_policy(&secret_key, signed, policy).map_err(|mismatch| mismatched(*mismatch))?;
    Ok(Authentication::of(identity, None))
}

/// As [`authenticate_policy`], for a form of an S3 client; the policy is its base64 text as sent.
///
/// # Errors
/// As [`authenticate`], and `InvalidArgument`.
pub fn authenticate_s3_policy(
    services: &Services,
    signed: &signature_v4::PolicySignature,
    policy: &str,
    token: Option<&str>,
    now: Timestamp,
) -> Result<Authentication, Error> {
    let (identity, secret_key) = credential(&services.accounts, &signed.credential.secret_id, token, now)?;
    s3::signature::verify_policy(&secret_key, signed, policy, now)?;
    Ok(Authentication::of(identity, None))
}

fn credential<'a>(
    accounts: &'a Accounts,
    secret_id: &str,
    token: Option<&str>,
    now: Timestamp,
) -> Result<(Identity, Cow<'a, str>), Error> {
    match accounts.credential(secret_id, token, now) {
        Credential::Known { identity, secret_key } => Ok((identity, secret_key)),
        Credential::Unknown => Err(ErrorCode::InvalidAccessKeyId.into()),
        Credential::Expired { expired } => {
            let message = format!("the temporary credential expired at {}", expired.iso_seconds());
            Err(ErrorCode::ExpiredToken.because(message))
        }
    }
}

/// The secret id that a request names, whoever sends it.
pub fn secret_id(head: &RequestHead) -> Option<String> {
    match find(head).ok()? {
        Found::Nothing | Found::Unreadable(_) => None,
        Found::Cos(authorization, _) => Some(authorization.secret_id),
        Found::S3(signature) => Some(signature.secret_id().to_owned()),
    }
}

/// What a request is signed with.
enum Found {
    Nothing,
    Cos(Authorization, SignaturePlace),
    S3(S3Signature),
    /// Something, of which the text tells what is wrong.
    Unreadable(String),
}

impl Found {
    fn place(&self) -> Option<SignaturePlace> {
        match self {
            Self::Nothing | Self::Unreadable(_) => None,
            Self::Cos(_, place) => Some(*place),
            Self::S3(signature) => Some(signature.place),
        }
    }
}

/// The signature in the header, else in the query; an empty header (Python's anonymous mode) is none. Errors are about S3's kind.
fn find(head: &RequestHead) -> Result<Found, Error> {
    if let Some(signature) = S3Signature::find(head)? {
        return Ok(Found::S3(signature));
    }
    let found = |parsed: Result<Authorization, MalformedAuthorization>, place: SignaturePlace, name: &str| match parsed {
        Ok(authorization) => Found::Cos(authorization, place),
        Err(error) => Found::Unreadable(format!("the signature in the {name} was not understood: {error}")),
    };
    if let Some(value) = head.headers.get(AUTHORIZATION).filter(|value| !value.is_empty()) {
        let text = String::from_utf8_lossy(value.as_bytes());
        return Ok(found(text.parse(), SignaturePlace::Header, "Authorization header"));
    }
    let field = |name: &str| head.query_value(name);
    if let Some(text) = field("sign") {
        return Ok(found(text.parse(), SignaturePlace::Url, "parameter sign"));
    }
    let presigned = field("q-signature").map(|_| found(Authorization::from_fields(field), SignaturePlace::Url, "q-… parameters"));
    Ok(presigned.unwrap_or(Found::Nothing))
}

fn token(head: &RequestHead) -> Option<&str> {
    let header = |name: &HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    header(&SECURITY_TOKEN)
        .or_else(|| head.query_value(SECURITY_TOKEN.as_str()))
        .or_else(|| header(&AMZ_SECURITY_TOKEN))
        .or_else(|| head.query_value(AMZ_SECURITY_TOKEN_PARAMETER))
        .filter(|token| !token.is_empty())
}

/// Host values that a client may have signed, as sent first: Python signs the name without the port that it connects to.
pub(super) fn hosts(head: &RequestHead) -> Vec<&str> {
    let without_port = head.host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map(|(name, _)| name);
    std::iter::once(head.host.as_str()).chain(without_port).collect()
}

/// All time spans must hold; a start that lies a little ahead is a clock's inaccuracy (inferred).
fn check_time(spans: &[&TimeSpan], now: Timestamp) -> Result<(), Error> {
    let now_seconds = now.seconds();
    for span in spans {
        if now_seconds > span.end {
            // Node and JS correct their clock on exactly this message.
            return Err(ErrorCode::AccessDenied.because("Request has expired").with_element("ServerTime", now.iso_seconds()));
        }
        if span.start.saturating_sub(now_seconds) > SKEW {
            let message = format!(
                "the signature is valid from {} on, but the server's time is {now_seconds}: the client's clock is more than {} \
                 minutes ahead",
                span.start,
                SKEW / 60
            );
            return Err(ErrorCode::RequestTimeTooSkewed.because(message).with_element("ServerTime", now.iso_seconds()));
        }
    }
    Ok(())
}

fn check_signature(authorization: &Authorization, secret_key: &str, head: &RequestHead, target: &Target) -> Result<(), Error> {
    let hosts = hosts(head);
    let paths: Vec<&str> = target.signed_paths.iter().map(String::as_str).collect();
    let request =
        SignedRequest { method: head.method.as_str(), paths: &paths, hosts: &hosts, query: &head.query, headers: &head.headers };
    signature::verify(secret_key, authorization, request).map_err(|mismatch| mismatched(*mismatch))
}

fn mismatched(mismatch: Mismatch) -> Error {
    tracing::trace!(string_to_sign = mismatch.string_to_sign, "the signature does not match");
    Error::from(ErrorCode::SignatureDoesNotMatch)
        .with_element("StringToSign", mismatch.string_to_sign)
        .with_element("FormatString", masked(&mismatch.format_string))
}

/// The client's own customer key and token stand in the text that it signed; the answer may end up in a log.
pub(super) fn masked(signed_text: &str) -> String {
    let lines = signed_text.split('\n').map(|line| match line.split_once(':') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => format!("{name}:***"),
        _ => line.split('&').map(masked_pair).collect::<Vec<_>>().join("&"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn masked_pair(pair: &str) -> Cow<'_, str> {
    match pair.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => Cow::Owned(format!("{name}=***")),
        _ => Cow::Borrowed(pair),
    }
}

/// Whether a header or parameter, in either dialect, holds a token, or a customer key of an object or of a copy's source.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("server-side-encryption-customer-key") || name.ends_with("-security-token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_key_in_the_signed_text_is_masked() {
        let text =
            "put\n/k\nx-cos-security-token=t\nhost=h&x-cos-server-side-encryption-customer-key=QUJD%3D&x-cos-storage-class=A\n";
        let expected =
            "put\n/k\nx-cos-security-token=***\nhost=h&x-cos-server-side-encryption-customer-key=***&x-cos-storage-class=A\n";
        assert_eq!(masked(text), expected);
    }

    #[test]
    fn so_they_are_in_the_text_of_an_s3_client() {
        let text = "GET\n/k\nX-Amz-Security-Token=t&acl=\nx-amz-security-token:t&u\n\
                    x-amz-server-side-encryption-customer-key:QUJD\nx-amz-acl:private\n";
        let expected = "GET\n/k\nX-Amz-Security-Token=***&acl=\nx-amz-security-token:***\n\
                        x-amz-server-side-encryption-customer-key:***\nx-amz-acl:private\n";
        assert_eq!(masked(text), expected);
    }
}
