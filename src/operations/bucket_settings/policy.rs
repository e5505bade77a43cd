//! PUT, GET and DELETE Bucket policy: `/?policy` (436/8282, 436/8276, 436/8285).

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::{BucketPolicy, LARGEST_POLICY, Policy};
use crate::operations::bucket_settings::document;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let text = context.head.read_text(body, LARGEST_POLICY, ErrorCode::MalformedPolicy).await?;
    let policy = BucketPolicy::from(Policy::of_bucket(&text)?);
    document::change(context, |_, _| Ok(Some(policy))).await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    match context.store().setting::<BucketPolicy>(context.bucket()?)? {
        Some(policy) => {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
            Ok(response::whole(policy.text().to_owned(), headers))
        }
        None => Err(ErrorCode::NoSuchBucketPolicy.into()),
    }
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<BucketPolicy>(context).await
}
