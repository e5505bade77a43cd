//! S3's dialect: COS takes the clients of AWS's S3 on the same hosts (`protocol.md` §2.7).

pub mod framing;
pub mod payload;
pub mod signature;
