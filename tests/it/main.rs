//! Every operation through real HTTP, a file each; one binary, because linking is the slow part.

mod folder;
mod harness;
mod raw;

mod abort_multipart_upload;
mod addressing;
mod complete_multipart_upload;
mod delete_bucket;
mod delete_object;
mod encryption;
mod encryption_at_rest;
mod fixtures;
mod get_object;
mod head_bucket;
mod head_object;
mod initiate_multipart_upload;
mod keep;
mod list_buckets;
mod list_multipart_uploads;
mod list_objects;
mod list_parts;
mod put_bucket;
mod put_object;
mod select_object_content;
mod signatures;
mod temporary_credentials;
mod upload_part;
mod upload_part_bodies;
mod wire;
mod wire_connections;
