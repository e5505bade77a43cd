//! The signature among the parameters (Signature v1): the secret key itself signs method, host, path and all
//! parameters, sorted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use crate::codec::mac::{hmac_sha1, hmac_sha256};

/// The parameter that is not signed itself.
pub const SIGNATURE: &str = "Signature";

/// `SignatureMethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    HmacSha1,
    HmacSha256,
}

impl Method {
    /// Without the parameter it is HMAC-SHA1; `None` for a name that is none.
    pub fn read(name: Option<&str>) -> Option<Self> {
        match name {
            None | Some("HmacSHA1") => Some(Self::HmacSha1),
            Some("HmacSHA256") => Some(Self::HmacSha256),
            Some(_) => None,
        }
    }

    fn sign(self, key: &str, text: &str) -> String {
        match self {
            Self::HmacSha1 => STANDARD.encode(hmac_sha1(key.as_bytes(), text)),
            Self::HmacSha256 => STANDARD.encode(hmac_sha256(key.as_bytes(), text)),
        }
    }
}

/// The signed parts of a request, decoded.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Host values that the client may have signed; the first is the one reported on a mismatch.
    pub hosts: &'a [&'a str],
    pub path: &'a str,
    /// All of them, in any order.
    pub parameters: &'a [(String, String)],
}

/// Checks a signature, which is base64, in constant time.
///
/// # Errors
/// The text that was to be signed, for the first host.
pub fn verify(secret_key: &str, method: Method, signature: &str, request: &SignedRequest<'_>) -> Result<(), String> {
    let texts: Vec<String> = request.hosts.iter().map(|host| string_to_sign(host, request)).collect();
    let is_signed = |text: &String| bool::from(method.sign(secret_key, text).as_bytes().ct_eq(signature.as_bytes()));
    if texts.iter().any(is_signed) { Ok(()) } else { Err(texts.into_iter().next().unwrap_or_default()) }
}

fn string_to_sign(host: &str, request: &SignedRequest<'_>) -> String {
    let mut pairs: Vec<&(String, String)> = request.parameters.iter().filter(|(name, _)| name != SIGNATURE).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}{host}{}?{}", request.method, request.path, pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recomputed with `printf … | openssl dgst -sha1 -hmac test-secret-key -binary | base64`, and with `-sha256`.
    const SHA1: &str = "CvH7KypEZL/Twhkpki3WZu6xIPg=";
    const SHA256: &str = "8pKJhNi4SYjDCxxl8LmjduHsvllUMZfaMWuw/aM1xgc=";

    fn verifies(method: Method, signature: &str, hosts: &[&str], nonce: &str) -> Result<(), String> {
        let parameters = [("Nonce", nonce), ("Signature", signature), ("Action", "GetCallerIdentity"), ("Policy", "%7B a+b")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = SignedRequest { method: "POST", hosts, path: "/", parameters: &parameters };
        verify("test-secret-key", method, signature, &request)
    }

    #[test]
    fn the_golden_examples_verify_and_nothing_else_does() {
        let hosts = ["127.0.0.1:7436", "sts.tencentcloudapi.com"];
        assert_eq!(verifies(Method::HmacSha1, SHA1, &hosts, "7"), Ok(()));
        assert_eq!(verifies(Method::HmacSha256, SHA256, &hosts, "7"), Ok(()));
        assert!(verifies(Method::HmacSha256, SHA1, &hosts, "7").is_err());
        assert!(verifies(Method::HmacSha1, SHA1, &hosts, "8").is_err());
        assert!(verifies(Method::HmacSha1, SHA1, &hosts[..1], "7").is_err());
    }

    #[test]
    fn a_mismatch_tells_what_was_to_be_signed() {
        let text = verifies(Method::HmacSha1, "x", &["h"], "7").expect_err("not the signature");
        assert_eq!(text, "POSTh/?Action=GetCallerIdentity&Nonce=7&Policy=%7B a+b");
    }

    #[test]
    fn the_method_is_sha1_unless_another_is_named() {
        assert_eq!(Method::read(None), Some(Method::HmacSha1));
        assert_eq!(Method::read(Some("HmacSHA256")), Some(Method::HmacSha256));
        assert_eq!(Method::read(Some("TC3-HMAC-SHA256")), None);
    }
}
