//! Every operation through real HTTP, a file each; one binary, because linking is the slow part.

mod folder;
mod harness;
mod raw;

mod abort_multipart_upload;
mod complete_multipart_upload;
mod encryption;
mod encryption_at_rest;
mod fixtures;
mod initiate_multipart_upload;
mod list_multipart_uploads;
mod list_parts;
mod upload_part;
mod upload_part_bodies;
mod wire;
mod wire_connections;
