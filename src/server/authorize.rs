//! May the caller do this? The rules are in [`crate::operations::access`]; here is what a refused caller is told.

use crate::domain::account::Caller;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::access;
use crate::operations::authenticate::Authentication;
use crate::operations::context::Context;
use crate::operations::routes::Operation;

/// # Errors
/// `AccessDenied`.
pub(super) fn authorize(context: &Context<'_>, operation: Operation, authentication: &Authentication) -> Result<(), Error> {
    if access::is_allowed(context, operation)? {
        return Ok(());
    }
    Err(match authentication {
        Authentication { caller: Caller::Anonymous, remark: None, .. } if operation == Operation::ListBuckets => {
            let error = ErrorCode::AccessDenied.because("Check auth failure because signature empty.");
            error.with_element("ServerTime", context.now.iso_seconds())
        }
        _ => authentication.refusal(),
    })
}
