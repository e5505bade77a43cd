//! Operations on objects.

pub(super) mod delete_object;
pub(super) mod get_object;
pub(super) mod head_object;
pub(super) mod put_object;
pub(super) mod select_object_content;
