//! What is set on buckets; a file for the PUT, GET and DELETE of each.

mod document;
mod element;
mod inventory_element;

pub(super) mod accelerate;
pub(super) mod acl;
pub(super) mod cors;
pub(super) mod domain;
pub(super) mod domain_certificate;
pub(super) mod encryption;
pub(super) mod intelligent_tiering;
pub(super) mod inventory;
pub(super) mod lifecycle;
pub(super) mod logging;
pub(super) mod object_lock_configuration;
pub(super) mod origin;
pub(super) mod policy;
pub(super) mod referer;
pub(super) mod replication;
pub(super) mod strict_signature;
pub(super) mod tagging;
pub(super) mod versioning;
pub(super) mod website;
