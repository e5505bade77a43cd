//! Signatures of Tencent Cloud's API 3.0, which STS speaks: [`tc3`] (TC3-HMAC-SHA256) and the older [`v1`].
//!
//! Pure: the secret key, the request's parts and the signature go in, a verdict comes out.

pub mod tc3;
pub mod v1;
