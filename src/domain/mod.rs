//! COS's own words and rules as checked types; knows no HTTP request, no store and no socket.

pub mod account;
pub mod bucket;
pub mod byte_range;
pub mod conditions;
pub mod digest;
pub mod encryption;
pub mod error;
pub mod etag;
pub mod key;
pub mod listing;
pub mod metadata;
pub mod part;
pub mod random;
pub mod select;
pub mod storage_class;
pub mod time;
pub mod traffic_limit;
