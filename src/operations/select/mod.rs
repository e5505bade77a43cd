//! SELECT Object Content, but for its request line: the request's body, the object's bytes, and the scan that joins them.

pub(super) mod request;
pub(super) mod scan;

mod messages;
mod records;
mod source;
