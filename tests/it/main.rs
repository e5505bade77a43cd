//! Every operation through real HTTP, a file each; one binary, because linking is the slow part.

mod harness;

mod abort_multipart_upload;
mod addressing;
mod delete_bucket;
mod delete_object;
mod encryption;
mod get_object;
mod head_bucket;
mod head_object;
mod keep;
mod list_buckets;
mod list_objects;
mod put_bucket;
mod put_object;
mod signatures;
mod temporary_credentials;
mod upload_part;
