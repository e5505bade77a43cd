//! What is set on buckets; a file for the PUT, GET and DELETE of each.

mod document;
mod element;

pub(super) mod accelerate;
pub(super) mod cors;
pub(super) mod lifecycle;
pub(super) mod referer;
pub(super) mod tagging;
pub(super) mod website;
