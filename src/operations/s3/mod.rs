//! S3's dialect: COS takes the clients of AWS's S3 on the same hosts (`protocol.md` §2.7).
//!
//! The API is the same in another spelling, so there is one set of operations, which speak COS's. A request's head is translated
//! before its operation is looked up, an XML body when the operation reads it, and the answer on its way out. Documents are
//! translated as text, element by element: the two dialects have the same shapes, so operations need not know of the other one,
//! and none of these documents is larger than a page of a listing. The bytes of objects are never looked at.

pub mod answer;
pub mod bucket_owner;
pub mod document;
pub mod error;
pub mod framing;
pub mod names;
pub mod payload;
pub mod promised_checksum;
pub mod request;
pub mod signature;

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    #[default]
    Cos,
    S3,
}

/// Parameters of presigned URLs that say who signed, and how: S3's and COS's.
const S3_SIGNATURE: [&str; 3] = ["X-Amz-Signature", "X-Amz-Credential", "AWSAccessKeyId"];
const COS_SIGNATURE: [&str; 2] = ["q-signature", "sign"];

impl Dialect {
    /// Tells by the signature, and where there is none by what only S3's clients send. `query` is as sent.
    pub fn of(headers: &HeaderMap, query: Option<&str>) -> Self {
        let pairs = || query.unwrap_or_default().split('&');
        let has_one_of = |names: &[&str]| pairs().any(|pair| names.contains(&pair.split('=').next().unwrap_or_default()));
        let is_s3 = if let Some(authorization) = headers.get(AUTHORIZATION).filter(|value| !value.is_empty()) {
            authorization.as_bytes().starts_with(b"AWS")
        } else if has_one_of(&S3_SIGNATURE) {
            true
        } else if has_one_of(&COS_SIGNATURE) {
            false
        } else {
            headers.keys().any(|name| name.as_str().starts_with(names::PREFIX)) || pairs().any(|pair| pair == "list-type=2")
        };
        if is_s3 { Self::S3 } else { Self::Cos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn dialect(headers: &[(&'static str, &'static str)], query: &str) -> Dialect {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Dialect::of(&headers.collect(), Some(query))
    }

    #[test]
    fn a_signature_tells_the_dialect_whatever_else_is_sent() {
        assert_eq!(dialect(&[("authorization", "AWS4-HMAC-SHA256 Credential=a")], ""), Dialect::S3);
        assert_eq!(dialect(&[("authorization", "AWS id:signature")], ""), Dialect::S3);
        assert_eq!(dialect(&[("authorization", "q-sign-algorithm=sha1"), ("x-amz-acl", "private")], "list-type=2"), Dialect::Cos);
        assert_eq!(dialect(&[], "X-Amz-Credential=a&X-Amz-Signature=b"), Dialect::S3);
        assert_eq!(dialect(&[], "AWSAccessKeyId=a&Signature=b&Expires=1"), Dialect::S3);
        assert_eq!(dialect(&[("x-amz-acl", "private")], "q-ak=a&q-signature=b"), Dialect::Cos);
        assert_eq!(dialect(&[("x-amz-acl", "private")], "sign=b"), Dialect::Cos);
    }

    #[test]
    fn without_a_signature_what_only_s3_has_tells() {
        assert_eq!(dialect(&[("authorization", ""), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], ""), Dialect::S3);
        assert_eq!(dialect(&[], "prefix=a&list-type=2"), Dialect::S3);
        assert_eq!(dialect(&[], "list-type=1&prefix=list-type=2"), Dialect::Cos);
        assert_eq!(dialect(&[("x-amzn-trace-id", "a"), ("x-cos-acl", "private")], "acl"), Dialect::Cos);
        assert_eq!(Dialect::of(&HeaderMap::new(), None), Dialect::Cos);
    }
}
