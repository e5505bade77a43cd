//! Locks of objects that are being written (Object Lock Overview, 436/40137).

use crate::domain::error::{Error, ErrorCode};
use crate::domain::object_lock::{self, ObjectLock};
use crate::domain::time::Timestamp;
use crate::operations::context::Context;
use crate::operations::headers::{OBJECT_LOCK_MODE, OBJECT_LOCK_RETAIN_UNTIL};

/// How whatever makes an object locks it.
pub(super) struct Locking {
    /// The end that the writer named.
    pub(super) own: Option<Timestamp>,
    of_bucket: Option<ObjectLock>,
}

impl Locking {
    /// As the request's headers and the bucket say.
    ///
    /// # Errors
    /// `InvalidArgument` for a mode or date that cannot be, `InvalidRequest` in a bucket without object lock (inferred).
    pub(super) fn parse(context: &Context<'_>) -> Result<Self, Error> {
        let locking = Self::with(context, None)?;
        let head = context.head;
        let own = match (head.header_text(&OBJECT_LOCK_MODE)?, head.header_text(&OBJECT_LOCK_RETAIN_UNTIL)?) {
            (None, None) => None,
            (Some(mode), Some(date)) => Some(object_lock::retain_until(mode, date, context.now)?),
            _ => {
                let message = format!("{OBJECT_LOCK_MODE} and {OBJECT_LOCK_RETAIN_UNTIL} go together; one of them is missing");
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        };
        if own.is_some() && locking.of_bucket.is_none() {
            let message = format!("{OBJECT_LOCK_MODE} is for buckets with object lock, which this bucket does not have");
            return Err(ErrorCode::InvalidRequest.because(message));
        }
        Ok(Self { own, ..locking })
    }

    /// With an end that was named before, and else as the bucket says.
    ///
    /// # Errors
    /// Faults of the store.
    pub(super) fn with(context: &Context<'_>, own: Option<Timestamp>) -> Result<Self, Error> {
        Ok(Self { own, of_bucket: context.store().setting(context.bucket()?)? })
    }

    /// Until when an object that is made at `now` is locked.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.own.or_else(|| self.of_bucket.as_ref()?.retain_until(now))
    }
}
