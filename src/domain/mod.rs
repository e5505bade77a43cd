//! COS's own words and rules as checked types; knows no HTTP request, no store and no socket.

pub mod accelerate;
pub mod account;
pub mod acl;
pub mod bucket;
pub mod byte_range;
pub mod conditions;
pub mod cors;
pub mod digest;
pub mod encryption;
pub mod error;
pub mod etag;
pub mod key;
pub mod listing;
pub mod metadata;
pub mod object_lock;
pub mod part;
pub mod random;
pub mod referer;
pub mod setting;
pub mod storage_class;
pub mod strict_signature;
pub mod tag;
pub mod tiering;
pub mod time;
pub mod traffic_limit;
pub mod wildcard;
