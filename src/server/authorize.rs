//! May the caller do this? Everything is private: the owner of a bucket may do all, nobody else anything.

use crate::domain::account::Caller;
use crate::domain::acl::Permission;
use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::time::Timestamp;
use crate::operations::routes::Operation;
use crate::server::authenticate::Authentication;

/// # Errors
/// `AccessDenied`, whose message says why a caller that tried to sign is taken for an anonymous one.
pub(super) fn authorize(
    authentication: &Authentication,
    operation: Operation,
    bucket: Option<&Bucket>,
    now: Timestamp,
) -> Result<(), Error> {
    let is_allowed = match (&authentication.caller, bucket) {
        _ if operation.permission() == Permission::Anybody => true,
        (Caller::Anonymous, _) => false,
        (Caller::Account { .. }, None) => true,
        (Caller::Account { appid, .. }, Some(bucket)) => bucket.owner == *appid,
    };
    tracing::debug!(is_allowed, action = operation.action(), caller = ?authentication.caller, "authorized");
    if is_allowed {
        return Ok(());
    }
    Err(match (&authentication.caller, &authentication.remark) {
        (Caller::Anonymous, Some(remark)) => ErrorCode::AccessDenied.because(format!("Access Denied: {remark}")),
        (Caller::Anonymous, None) if operation == Operation::ListBuckets => ErrorCode::AccessDenied
            .because("Check auth failure because signature empty.")
            .with_element("ServerTime", now.iso_seconds()),
        _ => ErrorCode::AccessDenied.into(),
    })
}
