//! Operations on objects.

pub(super) mod acl;
pub(super) mod append_object;
pub(super) mod copy_object;
pub(super) mod delete_multiple_objects;
pub(super) mod delete_object;
pub(super) mod get_object;
pub(super) mod get_symlink;
pub(super) mod head_object;
pub(super) mod options_object;
pub(super) mod post_object;
pub(super) mod put_object;
pub(super) mod put_symlink;
pub(super) mod rename_object;
pub(super) mod restore;
pub(super) mod retention;
pub(super) mod select_object_content;
pub(super) mod tagging;
