//! Operations on the service.

pub(super) mod list_buckets;
