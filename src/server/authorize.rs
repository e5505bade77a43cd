//! May the caller do this? The rules are in [`crate::operations::access`]; here is what a refused caller is told.

use crate::domain::account::Caller;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::access;
use crate::operations::context::Context;
use crate::operations::routes::Operation;

/// # Errors
/// `AccessDenied`, whose message says why a caller that tried to sign is taken for an anonymous one: that is the `remark`.
pub(super) fn authorize(context: &Context<'_>, operation: Operation, remark: Option<&str>) -> Result<(), Error> {
    if access::is_allowed(context, operation)? {
        return Ok(());
    }
    Err(match (context.caller, remark) {
        (Caller::Anonymous, Some(remark)) => ErrorCode::AccessDenied.because(format!("Access Denied: {remark}")),
        (Caller::Anonymous, None) if operation == Operation::ListBuckets => ErrorCode::AccessDenied
            .because("Check auth failure because signature empty.")
            .with_element("ServerTime", context.now.iso_seconds()),
        _ => ErrorCode::AccessDenied.into(),
    })
}
