//! Operations on buckets.

pub(super) mod delete_bucket;
pub(super) mod get_bucket_location;
pub(super) mod head_bucket;
pub(super) mod list_object_versions;
pub(super) mod list_objects;
pub(super) mod list_objects_v2;
pub(super) mod put_bucket;
