//! What an S3 client says of its body in `x-amz-content-sha256`.

use std::str::FromStr;

use crate::domain::error::{Error, ErrorCode};

/// Where the body's own signature is, and how the body is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadHash {
    /// The body is not signed.
    Unsigned,
    /// The body has this SHA-256.
    Sha256([u8; 32]),
    /// The body is framed in chunks.
    Chunked {
        /// Each chunk has a signature.
        is_signed: bool,
        has_trailers: bool,
    },
}

impl PayloadHash {
    /// What counts for a body that nothing is said of.
    pub const UNSIGNED: &'static str = "UNSIGNED-PAYLOAD";
}

impl FromStr for PayloadHash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            Self::UNSIGNED => Ok(Self::Unsigned),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Self::Chunked { is_signed: false, has_trailers: true }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Self::Chunked { is_signed: true, has_trailers: false }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Ok(Self::Chunked { is_signed: true, has_trailers: true }),
            text if text.starts_with("STREAMING-AWS4-ECDSA") => Err(ErrorCode::NotImplemented
                .because(format!("x-amz-content-sha256 {text} is not implemented; use AWS4-HMAC-SHA256"))),
            text => hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).map(Self::Sha256).ok_or_else(|| {
                ErrorCode::InvalidArgument.because(format!(
                    "x-amz-content-sha256 is {text:?}; it must be the body's SHA-256 in 64 hex digits, UNSIGNED-PAYLOAD, or \
                     STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or \
                     STREAMING-UNSIGNED-PAYLOAD-TRAILER"
                ))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_known() {
        let chunked = |is_signed, has_trailers| PayloadHash::Chunked { is_signed, has_trailers };
        for (text, expected) in [
            ("UNSIGNED-PAYLOAD", PayloadHash::Unsigned),
            ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", chunked(false, true)),
            ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", chunked(true, false)),
            ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", chunked(true, true)),
        ] {
            assert_eq!(text.parse::<PayloadHash>().expect(text), expected);
        }
        assert_eq!("ab".repeat(32).parse::<PayloadHash>().expect("64 digits"), PayloadHash::Sha256([0xAB; 32]));
        for (text, code) in [
            ("", ErrorCode::InvalidArgument),
            ("ab", ErrorCode::InvalidArgument),
            ("STREAMING", ErrorCode::InvalidArgument),
            ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", ErrorCode::NotImplemented),
        ] {
            assert_eq!(text.parse::<PayloadHash>().expect_err(text).code(), code);
        }
    }
}
