//! Headers that let a browser show an answer to a page of another origin (`buckets.md` §6.3).

use http::HeaderMap;
use http::header::ORIGIN;

use crate::domain::bucket::Bucket;
use crate::domain::setting::SettingKind;
use crate::operations::cors_headers;
use crate::operations::request::RequestHead;
use crate::storage::{StorageError, Store};

/// What the answer to a request that is no preflight carries beside its own headers, errors included: a request is never refused
/// because of its origin.
///
/// # Errors
/// The store failed.
pub(super) fn headers(store: &Store, head: &RequestHead, bucket: Option<&Bucket>) -> Result<HeaderMap, StorageError> {
    let origin = head.headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    if origin.is_none() && bucket.is_none_or(|bucket| !bucket.settings.has(SettingKind::Cors)) {
        return Ok(HeaderMap::new());
    }
    let rules = cors_headers::rules(store, bucket)?;
    let grant = origin.and_then(|origin| rules.grant(origin, head.method.as_str(), &[]));
    Ok(cors_headers::of(grant.as_ref(), &rules))
}
