//! What a write asks of the object that it would replace.

use http::header::{IF_MATCH, IF_NONE_MATCH};

use crate::domain::bucket::Versioning;
use crate::domain::conditions::Conditions;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::headers::FORBID_OVERWRITE;
use crate::operations::request::RequestHead;
use crate::operations::s3::Dialect;
use crate::storage::{Object, Slot};

#[derive(Debug, Clone, Default)]
pub(super) struct Overwriting {
    /// `x-cos-forbid-overwrite`, which works in buckets that were never versioned (PUT Object, 436/7749).
    pub(super) is_forbidden: bool,
    /// `If-None-Match: *` of S3's writes: there must be no object, versioned or not.
    must_be_new: bool,
    /// `If-Match` of S3's writes: the object must have this ETag.
    must_be: Conditions,
}

impl Overwriting {
    /// # Errors
    /// `InvalidArgument` unless `x-cos-forbid-overwrite` is `true` or `false`; `NotImplemented` for an `If-None-Match` that names
    /// ETags, as in S3.
    pub(super) fn parse(head: &RequestHead) -> Result<Self, Error> {
        let is_forbidden = head.header_flag(&FORBID_OVERWRITE)?;
        if head.dialect == Dialect::Cos {
            return Ok(Self { is_forbidden, ..Self::default() });
        }
        let must_be_new = match head.header_text(&IF_NONE_MATCH)? {
            None => false,
            Some("*") => true,
            Some(other) => {
                let message =
                    format!("If-None-Match of a write is {other:?}; only * is implemented, for an object that is not there");
                return Err(ErrorCode::NotImplemented.because(message));
            }
        };
        let if_match = head.header_text(&IF_MATCH)?.map(str::to_owned);
        Ok(Self { is_forbidden, must_be_new, must_be: Conditions { if_match, ..Conditions::default() } })
    }

    /// Also forbids it if what began the write did.
    #[must_use]
    pub(super) fn or_forbidden(self, is_forbidden: bool) -> Self {
        Self { is_forbidden: self.is_forbidden || is_forbidden, ..self }
    }

    /// # Errors
    /// `FileAlreadyExists`; for S3's conditions `PreconditionFailed`, and `NoSuchKey` when there is nothing to match.
    pub(super) fn check(&self, slot: &Slot<'_>) -> Result<(), Error> {
        if self.is_forbidden && slot.versioning == Versioning::Never && slot.current.is_some() {
            return Err(ErrorCode::FileAlreadyExists.into());
        }
        match slot.current {
            Some(_) if self.must_be_new => {
                Err(ErrorCode::PreconditionFailed.because("If-None-Match is *, but the object exists"))
            }
            Some(Object { etag, last_modified, .. }) if !self.must_be.all_hold(etag, *last_modified) => {
                Err(ErrorCode::PreconditionFailed.because(format!("If-Match names another ETag than the object's, \"{etag}\"")))
            }
            None if self.must_be.if_match.is_some() => Err(ErrorCode::NoSuchKey.into()),
            _ => Ok(()),
        }
    }
}
