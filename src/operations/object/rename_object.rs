//! Rename Object: `PUT /<key>?rename`, of objects and directories, in buckets with metadata acceleration (Java, Python and coscli).

use http::{HeaderMap, StatusCode};

use crate::codec::percent;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::operations::context::Context;
use crate::operations::headers::RENAME_SOURCE;
use crate::operations::overwriting::Overwriting;
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::operations::routes::Operation;
use crate::storage::{MOST_IN_DIRECTORY, NotRenamed};

/// The caller must be allowed to read and delete the source as well (inferred).
pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (name, target) = context.object()?;
    let bucket = context.bucket()?;
    if !bucket.is_ofs {
        let message = format!("{name} has no metadata acceleration (BucketArchConfig OFS); nothing can be renamed there");
        return Err(ErrorCode::MethodNotAllowed.because(message));
    }
    let source = source(context.head)?;
    context.may(Operation::GetObject, bucket, &source)?;
    context.may(Operation::DeleteObject, bucket, &source)?;
    let forbids_overwrite = Overwriting::parse(context.head)?.is_forbidden;
    match context.store().rename(name, &source, target, forbids_overwrite, context.now).await? {
        Ok(()) => Ok(response::empty(StatusCode::OK, HeaderMap::new())),
        Err(refusal) => Err(refused(refusal, &source)),
    }
}

/// `x-cos-rename-source`: a key behind a `/` (coscli, Python) or without (Hadoop), escaped or not.
fn source(head: &RequestHead) -> Result<ObjectKey, Error> {
    let Some(text) = head.header_text(&RENAME_SOURCE)? else {
        let message =
            format!("the header {RENAME_SOURCE} is missing; it must be the key that is to be renamed, as in /dir/a.txt");
        return Err(ErrorCode::InvalidArgument.because(message));
    };
    let Some(key) = percent::decode(text) else {
        let message = format!("the header {RENAME_SOURCE} is {text:?}, which is not UTF-8 once its escapes are decoded");
        return Err(ErrorCode::InvalidArgument.because(message));
    };
    key.strip_prefix('/').unwrap_or(&key).parse()
}

/// Only the code for a missing source is known; the others are inferred.
fn refused(refusal: NotRenamed, source: &ObjectKey) -> Error {
    let source = source.as_str();
    match refusal {
        NotRenamed::Missing => ErrorCode::NoSuchKey.because(format!("there is no object or directory {source:?} to rename")),
        NotRenamed::Versioned => {
            ErrorCode::InvalidBucketState.because("the bucket has or had versions; nothing can be renamed there")
        }
        NotRenamed::TargetExists => ErrorCode::FileAlreadyExists.into(),
        NotRenamed::TargetNotEmpty => ErrorCode::PathConflict.because("the target is a directory that is not empty"),
        NotRenamed::IntoItself => {
            ErrorCode::InvalidArgument.because(format!("{source:?} cannot be renamed to itself, or into itself"))
        }
        NotRenamed::TooMany => ErrorCode::NotImplemented.because(format!(
            "{source:?} has more than {MOST_IN_DIRECTORY} objects; renaming such a directory is not implemented"
        )),
        NotRenamed::KeyTooLong => ErrorCode::KeyTooLong.because(format!("a key in {source:?} would be longer than keys may be")),
        NotRenamed::Retained(retained) => retained.into(),
    }
}
