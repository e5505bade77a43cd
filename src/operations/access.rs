//! Whether a caller may do something, asked for the request itself and for whatever else it touches.

use crate::domain::account::Caller;
use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::operations::context::Context;
use crate::operations::routes::Operation;

impl Context<'_> {
    /// Whether the caller may also do `operation` on this object: GetObject on a copy's source, DeleteObject on each key of a
    /// multi-delete. The object need not be there.
    ///
    /// # Errors
    /// `AccessDenied`, and `InternalError` for a fault of the store.
    pub fn may(&self, operation: Operation, bucket: &Bucket, key: &ObjectKey) -> Result<(), Error> {
        let _ = (operation, key);
        match self.caller {
            Caller::Account { appid, .. } if *appid == bucket.owner => Ok(()),
            _ => Err(ErrorCode::AccessDenied.into()),
        }
    }
}
