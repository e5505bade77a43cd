//! Digests that a client sends along with a body.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::error::{Error, ErrorCode};

/// `Content-MD5`: base64 of 16 bytes, 24 characters (Common Request Headers, 436/7728).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentMd5([u8; 16]);

/// `x-cos-content-sha1`: 40 hex digits; an old check of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentSha1([u8; 20]);

impl ContentMd5 {
    /// # Errors
    /// `BadDigest` when the body has another MD5.
    pub fn check(self, received: [u8; 16]) -> Result<(), Error> {
        if self.0 == received {
            return Ok(());
        }
        let (declared, received) = (STANDARD.encode(self.0), STANDARD.encode(received));
        Err(ErrorCode::BadDigest.because(format!("Content-MD5 is {declared}, but the body that arrived has {received}")))
    }
}

impl FromStr for ContentMd5 {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or_else(|| {
            let message = format!("Content-MD5 is {text:?}; it must be the base64 form of 16 bytes, 24 characters");
            ErrorCode::InvalidDigest.because(message)
        })
    }
}

impl ContentSha1 {
    /// # Errors
    /// `InvalidSHA1Digest` when the body has another SHA-1.
    pub fn check(self, received: [u8; 20]) -> Result<(), Error> {
        if self.0 == received {
            return Ok(());
        }
        let (declared, received) = (hex::encode(self.0), hex::encode(received));
        let message = format!("x-cos-content-sha1 is {declared}, but the body that arrived has {received}");
        Err(ErrorCode::InvalidSHA1Digest.because(message))
    }
}

impl FromStr for ContentSha1 {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or_else(|| {
            ErrorCode::InvalidSHA1Digest.because(format!("x-cos-content-sha1 is {text:?}; it must be 40 hex digits"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_and_wrong_digests_differ() {
        let md5: ContentMd5 = "7o3pGNBWQBRbGPcPTDqmAg==".parse().expect("valid");
        let received = hex::decode("ee8de918d05640145b18f70f4c3aa602").expect("hex").try_into().expect("16 bytes");
        assert!(md5.check(received).is_ok());
        assert_eq!(md5.check([0; 16]).expect_err("differs").code(), ErrorCode::BadDigest);
        for text in ["", "x", "7o3pGNBWQBRbGPcPTDqmAg", "ee8de918d05640145b18f70f4c3aa602", "7o3pGNBWQBRbGPcPTDqm"] {
            assert_eq!(text.parse::<ContentMd5>().expect_err(text).code(), ErrorCode::InvalidDigest);
        }
        let sha1: ContentSha1 = "0000000000000000000000000000000000000000".parse().expect("valid");
        assert!(sha1.check([0; 20]).is_ok());
        assert_eq!(sha1.check([1; 20]).expect_err("differs").code(), ErrorCode::InvalidSHA1Digest);
        assert!("00".parse::<ContentSha1>().is_err());
    }
}
