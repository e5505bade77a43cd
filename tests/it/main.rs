//! Every operation through real HTTP, a file each; one binary, because linking is the slow part.

mod harness;

mod abort_multipart_upload;
mod upload_part;
