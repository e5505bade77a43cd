//! Requests with AWS's signatures, as S3's clients sign them.

use http::HeaderName;
use http::header::{AUTHORIZATION, DATE};

use crate::codec::signature_v4::{
    self, ALGORITHM, Authorization, ChunkSigner, Credential, LONGEST_EXPIRY, MalformedAuthorization, Mismatch, PolicySignature,
    Presigned, SignedRequest,
};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::payload_hash::PayloadHash;
use crate::domain::time::Timestamp;
use crate::operations::authenticate::{SKEW, SignaturePlace, hosts, masked};
use crate::operations::request::RequestHead;
use crate::operations::s3::payload::{self, CONTENT_SHA256};

const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// How the names of headers begin that may not be added to a signed request.
const MUST_BE_SIGNED: [&str; 2] = ["x-amz-", "x-cos-"];

/// Parameters that only a presigned address has: this version's, and those of the one before it.
const PRESIGNED: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];
const SIGNATURE_V2: &str = "AWSAccessKeyId";

/// A signature that was read, but not yet checked.
pub struct S3Signature {
    pub authorization: Authorization,
    pub place: SignaturePlace,
    validity: Validity,
}

/// When a signature was made, and for how long it is good.
#[derive(Debug, Clone, Copy)]
struct Validity {
    begin: Timestamp,
    /// In seconds; without it the signature is good while the clocks agree.
    length: Option<u32>,
}

impl S3Signature {
    /// Reads what S3's clients sign with, in the header or else in the query; `None` where there is no such thing.
    ///
    /// # Errors
    /// `InvalidArgument` for both at once, `InvalidRequest` for another algorithm, `AuthorizationHeaderMalformed`,
    /// `AuthorizationQueryParametersError`, and `AccessDenied` for a header without a date.
    pub fn find(head: &RequestHead) -> Result<Option<Self>, Error> {
        let header = head.headers.get(AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let header = header.filter(|text| !text.is_empty());
        let of_aws = header.as_deref().filter(|text| text.starts_with("AWS"));
        let has = |name: &str| head.query_value(name).is_some();
        let is_presigned = PRESIGNED.iter().any(|name| has(name));
        if (is_presigned || has(SIGNATURE_V2)) && header.is_some() {
            let message =
                "the request is signed in its Authorization header and in its parameters; it may be signed in one of them";
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        match of_aws {
            Some(text) if text.split(' ').next() == Some(ALGORITHM) => Self::of_header(head, text).map(Some),
            Some(text) => Err(other_algorithm(text.split(' ').next().unwrap_or_default())),
            None if is_presigned => Self::of_query(head).map(Some),
            None if has(SIGNATURE_V2) => Err(other_algorithm(SIGNATURE_V2)),
            None => Ok(None),
        }
    }

    fn of_header(head: &RequestHead, text: &str) -> Result<Self, Error> {
        let code = ErrorCode::AuthorizationHeaderMalformed;
        let authorization: Authorization = text.parse().map_err(|error| malformed(code, &error))?;
        let time = match (head.header_text(&AMZ_DATE)?, head.header_text(&DATE)?) {
            (Some(text), _) => Timestamp::from_iso_basic(text),
            (None, Some(text)) => Timestamp::from_http_date(text).or_else(|| Timestamp::from_iso_basic(text)),
            (None, None) => None,
        };
        let time = time.ok_or_else(|| {
            ErrorCode::AccessDenied.because("a signed request needs the header x-amz-date as in 20130524T000000Z, or Date")
        })?;
        check_date(code, &authorization.credential, time)?;
        Ok(Self { authorization, place: SignaturePlace::Header, validity: Validity { begin: time, length: None } })
    }

    fn of_query(head: &RequestHead) -> Result<Self, Error> {
        let code = ErrorCode::AuthorizationQueryParametersError;
        let field = |name: &str| head.query_value(name);
        let Presigned { authorization, date_time, expires } =
            Presigned::from_fields(field).map_err(|error| malformed(code, &error))?;
        let time = Timestamp::from_iso_basic(&date_time)
            .ok_or_else(|| code.because(format!("X-Amz-Date is {date_time:?}; it must be as in 20130524T000000Z")))?;
        check_date(code, &authorization.credential, time)?;
        Ok(Self { authorization, place: SignaturePlace::Url, validity: Validity { begin: time, length: Some(expires) } })
    }

    pub fn secret_id(&self) -> &str {
        &self.authorization.credential.secret_id
    }

    /// Holds the signature to its time.
    ///
    /// # Errors
    /// `AccessDenied` ("Request has expired"), `RequestTimeTooSkewed`.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Error> {
        self.validity.check(now)
    }

    /// Checks what is signed, and the signature; gives what verifies the body's chunks.
    ///
    /// # Errors
    /// `InvalidRequest` for a header form without `x-amz-content-sha256`, `AccessDenied` for a header of S3's or COS's that is not signed,
    /// `SignatureDoesNotMatch`.
    pub fn verify(&self, secret_key: &str, head: &RequestHead) -> Result<ChunkSigner, Error> {
        let payload_hash = match (payload::declared_hash(head)?, self.place) {
            (Some(hash), _) => hash,
            (None, SignaturePlace::Url) => PayloadHash::UNSIGNED,
            (None, SignaturePlace::Header) => {
                return Err(ErrorCode::InvalidRequest.because(format!(
                    "the header {CONTENT_SHA256} is missing; it must be the body's SHA-256 in hex, or {}",
                    PayloadHash::UNSIGNED
                )));
            }
        };
        self.check_covered(head)?;
        // Some clients sign the port that they leave out because it is the usual one.
        let with_port = [80, 443].map(|port| format!("{}:{port}", head.host));
        let mut hosts = hosts(head);
        hosts.extend(with_port.iter().map(String::as_str));
        let request = SignedRequest {
            method: head.method.as_str(),
            path: &head.path,
            hosts: &hosts,
            query: &head.query,
            headers: &head.headers,
            payload_hash,
            date_time: &self.validity.begin.iso_basic(),
        };
        signature_v4::verify(secret_key, &self.authorization, request).map_err(|mismatch| mismatched(*mismatch))
    }

    /// Whoever gets hold of a signature must not be able to add headers that change what it does, in either dialect's words.
    fn check_covered(&self, head: &RequestHead) -> Result<(), Error> {
        let is_free = |name: &HeaderName| *name == CONTENT_SHA256 && self.place == SignaturePlace::Url;
        let is_signed = |name: &HeaderName| self.authorization.signed_headers.iter().any(|signed| signed == name.as_str());
        let must_be = |name: &&HeaderName| MUST_BE_SIGNED.iter().any(|prefix| name.as_str().starts_with(prefix));
        let mut names = head.headers.keys().filter(must_be);
        match names.find(|name| !is_free(name) && !is_signed(name)) {
            None => Ok(()),
            Some(name) => Err(ErrorCode::AccessDenied
                .because(format!(
                    "the header {name} is sent, but not signed; all that begin with {} must be",
                    MUST_BE_SIGNED.join(" or ")
                ))
                .with_element("HeadersNotSigned", name.as_str())),
        }
    }
}

impl Validity {
    fn check(self, now: Timestamp) -> Result<(), Error> {
        let age = now.seconds() - self.begin.seconds();
        match self.length {
            Some(length) if age > i64::from(length) => {
                let end = Timestamp::from_seconds(self.begin.seconds() + i64::from(length));
                Err(ErrorCode::AccessDenied
                    .because("Request has expired")
                    .with_element("X-Amz-Expires", length.to_string())
                    .with_element("Expires", end.iso_seconds())
                    .with_element("ServerTime", now.iso_seconds()))
            }
            None if age > SKEW => Err(self.skewed(now)),
            _ if age < -SKEW => Err(self.skewed(now)),
            _ => Ok(()),
        }
    }

    fn skewed(self, now: Timestamp) -> Error {
        let message = format!(
            "the request was signed at {}, but the server's time is {}: they may differ by {} minutes",
            self.begin.iso_seconds(),
            now.iso_seconds(),
            SKEW / 60
        );
        ErrorCode::RequestTimeTooSkewed
            .because(message)
            .with_element("RequestTime", self.begin.iso_basic())
            .with_element("ServerTime", now.iso_seconds())
            .with_element("MaxAllowedSkewMilliseconds", (SKEW * 1000).to_string())
    }
}

/// Checks the signature of a form's policy, its base64 text. It is good for as long as its key; the policy has an end of its own.
///
/// # Errors
/// `InvalidArgument` for a date that cannot be read, `AccessDenied`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch`.
pub(in crate::operations) fn verify_policy(
    secret_key: &str,
    signed: &PolicySignature,
    policy: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let code = ErrorCode::InvalidArgument;
    let begin = Timestamp::from_iso_basic(&signed.date_time).ok_or_else(|| {
        code.because(format!("the form field x-amz-date is {:?}; it must be as in 20130524T000000Z", signed.date_time))
    })?;
    check_date(code, &signed.credential, begin)?;
    Validity { begin, length: Some(LONGEST_EXPIRY) }.check(now)?;
    if !signature_v4::is_policy_signed(secret_key, signed, policy) {
        // What the server signed may hold a token, and the client has it.
        let message = "the form field x-amz-signature is not that of the field policy, whose base64 text is what is signed";
        return Err(ErrorCode::SignatureDoesNotMatch.because(message));
    }
    Ok(())
}

/// The credential's day must be that of the time.
fn check_date(code: ErrorCode, credential: &Credential, time: Timestamp) -> Result<(), Error> {
    let (date, date_time) = (&credential.scope.date, time.iso_basic());
    if date_time.starts_with(date.as_str()) {
        return Ok(());
    }
    Err(code.because(format!("the credential is for the day {date}, but the request was signed at {date_time}; they must agree")))
}

fn malformed(code: ErrorCode, error: &MalformedAuthorization) -> Error {
    code.because(format!("the signature was not understood: {error}"))
}

/// What a client is told that signs in another way.
pub(in crate::operations) fn other_algorithm(given: &str) -> Error {
    let message = format!("signatures with {given} are not implemented; set the client to Signature Version 4 ({ALGORITHM})");
    ErrorCode::InvalidRequest.because(message)
}

/// What a client is told whose signature is another one.
pub(super) fn mismatched(mismatch: Mismatch) -> Error {
    tracing::trace!(string_to_sign = mismatch.string_to_sign, "the signature does not match");
    let error = Error::from(ErrorCode::SignatureDoesNotMatch).with_element("StringToSign", mismatch.string_to_sign);
    if mismatch.canonical_request.is_empty() {
        return error;
    }
    error.with_element("CanonicalRequest", masked(&mismatch.canonical_request))
}
