//! TC3-HMAC-SHA256 (Signature v3, 1021/34193): a key of the day and the service signs method, path, query, headers and body.

use std::str::FromStr;

use subtle::ConstantTimeEq;

use crate::codec::mac::{hmac_sha256, sha256_hex};

/// The one algorithm, which begins the Authorization header.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// Ends every credential's scope.
const TERMINATOR: &str = "tc3_request";

/// Headers that must be signed.
const REQUIRED_HEADERS: [&str; 2] = ["content-type", "host"];

/// `TC3-HMAC-SHA256 Credential=<id>/<date>/<service>/tc3_request, SignedHeaders=content-type;host, Signature=<hex>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    pub secret_id: String,
    /// Of the timestamp in UTC, as in `2023-11-14`.
    pub date: String,
    pub service: String,
    /// In lower case, in the order given.
    pub signed_headers: Vec<String>,
    pub signature: String,
}

/// What is wrong with an Authorization header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MalformedAuthorization(String);

impl FromStr for Authorization {
    type Err = MalformedAuthorization;

    fn from_str(text: &str) -> Result<Self, MalformedAuthorization> {
        let refuse = |why: &str| MalformedAuthorization(why.to_owned());
        let fields = text.strip_prefix(ALGORITHM).ok_or_else(|| refuse("it does not begin with TC3-HMAC-SHA256"))?;
        let field = |name: &str| {
            let found = fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| MalformedAuthorization(format!("it has no {name}=")))
        };
        let credential = field("Credential")?;
        let [secret_id, date, service, TERMINATOR] = credential.split('/').collect::<Vec<_>>()[..] else {
            return Err(refuse("its Credential is not written as in AKID…/2023-11-14/sts/tc3_request"));
        };
        let signed_headers: Vec<String> = field("SignedHeaders")?.split(';').map(str::to_ascii_lowercase).collect();
        if let Some(missing) = REQUIRED_HEADERS.iter().find(|name| !signed_headers.iter().any(|signed| signed == *name)) {
            return Err(MalformedAuthorization(format!("its SignedHeaders lack {missing}")));
        }
        Ok(Self {
            secret_id: secret_id.to_owned(),
            date: date.to_owned(),
            service: service.to_owned(),
            signed_headers,
            signature: field("Signature")?.to_owned(),
        })
    }
}

/// The signed parts of a request.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// As sent, undecoded; empty for POST.
    pub query: &'a str,
    /// Values of `SignedHeaders`, in their order.
    pub headers: &'a [&'a str],
    /// What stands for the body: its bytes, or `UNSIGNED-PAYLOAD`.
    pub payload: &'a [u8],
    /// Seconds since 1970, as sent.
    pub timestamp: &'a str,
}

/// Checks a signature in constant time. Clients differ in whether header values are signed as sent or in lower case, as the page
/// has it: either will do.
///
/// # Errors
/// The canonical request that was to be signed, with header values as sent.
pub fn verify(secret_key: &str, authorization: &Authorization, request: &SignedRequest<'_>) -> Result<(), String> {
    let as_sent: Vec<String> = request.headers.iter().map(|value| value.trim().to_owned()).collect();
    let in_lower_case: Vec<String> = as_sent.iter().map(|value| value.to_lowercase()).collect();
    let key = signing_key(secret_key, &authorization.date, &authorization.service);
    let is_signed = |canonical: &str| {
        let expected = hex::encode(hmac_sha256(&key, &string_to_sign(authorization, request, canonical)));
        bool::from(expected.as_bytes().ct_eq(authorization.signature.as_bytes()))
    };
    let reported = canonical_request(authorization, request, &as_sent);
    if is_signed(&reported) || is_signed(&canonical_request(authorization, request, &in_lower_case)) {
        return Ok(());
    }
    Err(reported)
}

fn canonical_request(authorization: &Authorization, request: &SignedRequest<'_>, values: &[String]) -> String {
    let names = &authorization.signed_headers;
    let headers: String = names.iter().zip(values).map(|(name, value)| format!("{name}:{value}\n")).collect();
    let SignedRequest { method, path, query, .. } = request;
    let payload_hash = sha256_hex(request.payload);
    format!("{method}\n{path}\n{query}\n{headers}\n{}\n{payload_hash}", names.join(";"))
}

fn string_to_sign(authorization: &Authorization, request: &SignedRequest<'_>, canonical_request: &str) -> String {
    let Authorization { date, service, .. } = authorization;
    let hash = sha256_hex(canonical_request.as_bytes());
    format!("{ALGORITHM}\n{}\n{date}/{service}/{TERMINATOR}\n{hash}", request.timestamp)
}

fn signing_key(secret_key: &str, date: &str, service: &str) -> [u8; 32] {
    let of_date = hmac_sha256(format!("TC3{secret_key}").as_bytes(), date);
    hmac_sha256(&hmac_sha256(&of_date, service), TERMINATOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    const HEADER: &str = "TC3-HMAC-SHA256 Credential=AKIDtest/2023-11-14/sts/tc3_request, SignedHeaders=content-type;host, \
                          Signature=SIGNATURE";

    /// Recomputed with the shell's tools, step by step: `printf … | sha256sum`, `openssl dgst -sha256 -mac HMAC`.
    const POST_SIGNATURE: &str = "71a7319f539f9d05a679f563df61c9a8d8dbf61decefa69cb0e40503988509ca";
    const GET_SIGNATURE: &str = "03de385e7a92d579e7cab37ff165d14e7505bc6e3e895ad7398e438029be906c";

    const POST: SignedRequest<'static> = SignedRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &["application/json", "sts.tencentcloudapi.com"],
        payload: b"{}",
        timestamp: "1700000000",
    };

    fn signed(signature: &str) -> Authorization {
        HEADER.replace("SIGNATURE", signature).parse().expect("well-formed")
    }

    #[test]
    fn the_golden_examples_verify_and_nothing_else_does() {
        let get = SignedRequest {
            method: "GET",
            query: "Name=a+b",
            headers: &["application/x-www-form-urlencoded", "127.0.0.1:7436"],
            payload: b"",
            ..POST
        };
        for (signature, request) in [(POST_SIGNATURE, POST), (GET_SIGNATURE, get)] {
            assert_eq!(verify("test-secret-key", &signed(signature), &request), Ok(()));
            for other in [
                SignedRequest { method: "PUT", ..request },
                SignedRequest { path: "/x", ..request },
                SignedRequest { query: "a=b", ..request },
                SignedRequest { headers: &["application/json", "h"], ..request },
                SignedRequest { payload: b"[]", ..request },
                SignedRequest { timestamp: "1700000001", ..request },
            ] {
                assert!(verify("test-secret-key", &signed(signature), &other).is_err(), "{other:?}");
            }
            assert!(verify("another", &signed(signature), &request).is_err());
        }
    }

    #[test]
    fn a_header_may_be_signed_in_lower_case() {
        let shouted = SignedRequest { headers: &[" Application/JSON ", "STS.tencentcloudapi.com"], ..POST };
        assert_eq!(verify("test-secret-key", &signed(POST_SIGNATURE), &shouted), Ok(()));
    }

    #[test]
    fn a_mismatch_tells_what_was_to_be_signed() {
        let text = verify("test-secret-key", &signed("00"), &POST).expect_err("not the signature");
        let head = "POST\n/\n\ncontent-type:application/json\nhost:sts.tencentcloudapi.com\n\ncontent-type;host\n";
        assert_eq!(text, format!("{head}{}", hex::encode(Sha256::digest("{}"))));
    }

    #[test]
    fn a_malformed_header_is_told_what_it_lacks() {
        for (from, to, expected) in [
            ("TC3-HMAC-SHA256", "AWS4-HMAC-SHA256", "it does not begin with TC3-HMAC-SHA256"),
            ("Credential=", "Key=", "it has no Credential="),
            ("/sts/tc3_request", "/tc3_request", "its Credential is not written as in"),
            ("tc3_request", "aws4_request", "its Credential is not written as in"),
            ("SignedHeaders", "Headers", "it has no SignedHeaders="),
            ("content-type;", "", "its SignedHeaders lack content-type"),
            ("Signature=", "sig=", "it has no Signature="),
        ] {
            let error = HEADER.replace(from, to).parse::<Authorization>().expect_err(expected).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Authorization>();
            let _ = format!("TC3-HMAC-SHA256 {text}").parse::<Authorization>();
        }
    }
}
