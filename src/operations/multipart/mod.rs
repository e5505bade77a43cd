//! Operations on uploads and their parts.

pub(super) mod abort_multipart_upload;
pub(super) mod complete_multipart_upload;
pub(super) mod initiate_multipart_upload;
pub(super) mod list_multipart_uploads;
pub(super) mod list_parts;
pub(super) mod upload_part;
pub(super) mod upload_part_copy;
