//! `x-amz-expected-bucket-owner`: the account that a client believes to own the bucket, and that of a copy's source.

use http::HeaderName;

use crate::domain::bucket::Bucket;
use crate::domain::copy_source::CopySource;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::headers::COPY_SOURCE;
use crate::operations::s3::Dialect;

const OF_BUCKET: HeaderName = HeaderName::from_static("x-amz-expected-bucket-owner");
const OF_SOURCE: HeaderName = HeaderName::from_static("x-amz-source-expected-bucket-owner");

/// An account is expected by its APPID, by its UIN, or by the id that ACLs name.
///
/// # Errors
/// `AccessDenied` when another account owns the bucket.
pub fn check(context: &Context<'_>) -> Result<(), Error> {
    if context.head.dialect == Dialect::Cos {
        return Ok(());
    }
    check_one(context, &OF_BUCKET, context.bucket.as_ref())?;
    if let Ok(Some(source)) = context.head.header_opt::<CopySource>(&COPY_SOURCE) {
        check_one(context, &OF_SOURCE, context.store().bucket(&source.bucket)?.as_ref())?;
    }
    Ok(())
}

fn check_one(context: &Context<'_>, name: &HeaderName, bucket: Option<&Bucket>) -> Result<(), Error> {
    let (Some(expected), Some(bucket)) = (context.head.header_text(name)?, bucket) else { return Ok(()) };
    let is_owner =
        expected == bucket.owner || expected == context.owner_uin(bucket) || expected == context.owner_id(bucket).to_string();
    if is_owner {
        return Ok(());
    }
    let message = format!("{name} is {expected:?}, but another account owns the bucket {}", bucket.name);
    Err(ErrorCode::AccessDenied.because(message))
}
