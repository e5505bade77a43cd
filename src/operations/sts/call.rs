//! A call of the API, in either of its two forms: described by headers (v3) or by pairs of the query or form (v1).

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, Method};

use crate::codec::api_signature::{tc3, v1};
use crate::codec::percent;
use crate::domain::error::ErrorCode;
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::sts::Action;
use crate::operations::sts::error::{StsError, StsErrorCode, excerpt};
use crate::operations::sts::parameters::Parameters;

/// The one version of the API.
const VERSION: &str = "2018-08-13";

/// The most bytes of a call. API 3.0 allows 1 MB for v1 and 10 MB for v3, which STS's parameters never need; many short pairs take
/// dozens of times their length in memory, before it is known who sends them.
const LARGEST_CALL: usize = 256 << 10;

const FORM: &str = "application/x-www-form-urlencoded";

const X_TC_ACTION: HeaderName = HeaderName::from_static("x-tc-action");
const X_TC_TIMESTAMP: HeaderName = HeaderName::from_static("x-tc-timestamp");
const X_TC_TOKEN: HeaderName = HeaderName::from_static("x-tc-token");
const X_TC_VERSION: HeaderName = HeaderName::from_static("x-tc-version");

/// Pairs of v1 that stand for v3's headers; the others are the action's own.
const COMMON: [&str; 11] = [
    "Action",
    "Version",
    "Region",
    "Timestamp",
    "Nonce",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Token",
    "RequestClient",
    "Language",
];

/// A request as it came.
pub(super) struct Received<'a> {
    pub(super) head: &'a RequestHead,
    /// As sent, undecoded.
    pub(super) query: &'a str,
    pub(super) body: Bytes,
}

pub(super) struct Call {
    pub(super) action: Action,
    pub(super) parameters: Parameters,
    /// Of a temporary credential.
    pub(super) token: Option<String>,
    /// Who sends it; an error only where signatures are checked.
    pub(super) proof: Result<Proof, StsError>,
}

/// What is said to prove who sends a call.
pub(super) struct Proof {
    pub(super) secret_id: String,
    /// As sent.
    pub(super) timestamp: String,
    pub(super) signature: Signature,
}

pub(super) enum Signature {
    V3(tc3::Authorization),
    V1 { method: v1::Method, signature: String, pairs: Vec<(String, String)> },
}

/// Whether a request to the root of a host that names nothing calls the API: no operation of COS's there has these names, nor a
/// form for its body where nothing is asked for. Some tools call any body a form, that of `?delete` too.
pub fn is_call(head: &RequestHead) -> bool {
    let has = |name: &str| head.query_value(name).is_some();
    head.path == "/"
        && (head.headers.contains_key(X_TC_ACTION)
            || has("Action") && has(v1::SIGNATURE)
            || head.method == Method::POST && head.query.is_empty() && is_form(head))
}

fn is_form(head: &RequestHead) -> bool {
    head.headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(FORM.as_bytes()))
}

impl<'a> Received<'a> {
    pub(super) async fn read(head: &'a RequestHead, query: &'a str, body: &mut RequestBody) -> Result<Self, StsError> {
        let read = body.read_whole(LARGEST_CALL, ErrorCode::EntityTooLarge).await;
        let body = read.map_err(|error| {
            let is_too_large = error.code() == ErrorCode::EntityTooLarge;
            let code = if is_too_large { StsErrorCode::RequestSizeLimitExceeded } else { StsErrorCode::InvalidRequest };
            code.because(error.message())
        })?;
        Ok(Self { head, query, body })
    }

    fn header(&self, name: &HeaderName) -> Option<String> {
        let value = self.head.headers.get(name)?;
        String::from_utf8(value.as_bytes().to_vec()).ok().filter(|text| !text.is_empty())
    }
}

impl Call {
    /// # Errors
    /// `UnsupportedProtocol`, `MissingParameter`, `InvalidAction`, `NoSuchVersion`, `InvalidParameter`.
    pub(super) fn read(received: &Received<'_>) -> Result<Self, StsError> {
        if ![Method::GET, Method::POST].contains(&received.head.method) {
            return Err(
                StsErrorCode::UnsupportedProtocol.because(format!("{} is not taken; GET and POST are", received.head.method))
            );
        }
        if received.head.headers.contains_key(X_TC_ACTION) { Self::read_v3(received) } else { Self::read_v1(received) }
    }

    fn read_v3(received: &Received<'_>) -> Result<Self, StsError> {
        let action = action(received.header(&X_TC_ACTION), received.header(&X_TC_VERSION), ["X-TC-Action", "X-TC-Version"])?;
        let parameters = match received.head.method {
            Method::GET => Parameters::of_pairs(received.head.query.clone()),
            _ if is_form(received.head) => Parameters::of_pairs(form(received)?),
            _ => Parameters::of_json(&received.body)?,
        };
        let proof = || {
            let authorization = received.header(&AUTHORIZATION).ok_or_else(|| missing("Authorization"))?;
            let authorization: tc3::Authorization = authorization.parse().map_err(|error| {
                StsErrorCode::InvalidAuthorization.because(format!("the Authorization header was not understood: {error}"))
            })?;
            let timestamp = received.header(&X_TC_TIMESTAMP).ok_or_else(|| missing("X-TC-Timestamp"))?;
            Ok(Proof { secret_id: authorization.secret_id.clone(), timestamp, signature: Signature::V3(authorization) })
        };
        Ok(Self { action, parameters, token: received.header(&X_TC_TOKEN), proof: proof() })
    }

    fn read_v1(received: &Received<'_>) -> Result<Self, StsError> {
        let mut pairs = received.head.query.clone();
        if received.head.method == Method::POST {
            pairs.extend(form(received)?);
        }
        let find =
            |name: &str| pairs.iter().find(|(given, value)| given == name && !value.is_empty()).map(|(_, value)| value.clone());
        let require = |name: &str| find(name).ok_or_else(|| missing(name));
        let action = action(find("Action"), find("Version"), ["Action", "Version"])?;
        let own = pairs.iter().filter(|(name, _)| !COMMON.contains(&name.as_str())).cloned();
        let proof = || {
            let method = find("SignatureMethod");
            let method = v1::Method::read(method.as_deref()).ok_or_else(|| {
                let message =
                    format!("SignatureMethod is {:?}; it must be HmacSHA1 or HmacSHA256", excerpt(&method.unwrap_or_default()));
                StsErrorCode::InvalidParameter.because(message)
            })?;
            let signature = Signature::V1 { method, signature: require(v1::SIGNATURE)?, pairs: pairs.clone() };
            Ok(Proof { secret_id: require("SecretId")?, timestamp: require("Timestamp")?, signature })
        };
        Ok(Self { action, parameters: Parameters::of_pairs(own), token: find("Token"), proof: proof() })
    }
}

fn form(received: &Received<'_>) -> Result<Vec<(String, String)>, StsError> {
    let pairs = std::str::from_utf8(&received.body).ok().and_then(percent::decode_query);
    pairs.ok_or_else(|| StsErrorCode::InvalidParameter.because("the form is not UTF-8 once its escapes are decoded"))
}

fn action(name: Option<String>, version: Option<String>, [of_name, of_version]: [&str; 2]) -> Result<Action, StsError> {
    let name = name.ok_or_else(|| missing(of_name))?;
    match version.ok_or_else(|| missing(of_version))?.as_str() {
        VERSION => Action::read(&name),
        other => Err(StsErrorCode::NoSuchVersion
            .because(format!("there is no version {:?} of this API; there is {VERSION}", excerpt(other)))),
    }
}

fn missing(name: &str) -> StsError {
    StsErrorCode::MissingParameter.because(format!("the request lacks {name}"))
}
