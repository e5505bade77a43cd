//! Initiate Multipart Upload: `POST /<key>?uploads` (436/7746).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::bucket::Versioning;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::part::UploadId;
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::response::{self, Response};
use crate::operations::sse_headers;
use crate::storage::Upload;

/// The id is of digits and letters only, and the key is escaped for XML but not for URLs.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateMultipartUploadResult<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let ObjectDraft { attributes, overwriting, locking, .. } = ObjectDraft::parse(context)?;
    let is_versioned = context.bucket()?.versioning != Versioning::Never;
    if overwriting.is_forbidden && !is_versioned && context.store().object(bucket, key)?.is_some() {
        return Err(ErrorCode::FileAlreadyExists.into());
    }
    let mut headers = HeaderMap::new();
    sse_headers::describe(&attributes.encryption, &mut headers);
    let upload = Upload {
        initiated: context.now,
        initiator: context.caller.to_string(),
        attributes,
        forbids_overwrite: overwriting.is_forbidden,
        retained_until: locking.own,
    };
    let id = UploadId::new(context.now.seconds(), context.services.random.bytes());
    if !context.store().create_upload(bucket, key, &id, upload).await? {
        return Err(ErrorCode::NoSuchBucket.into());
    }
    let result = InitiateMultipartUploadResult { bucket: bucket.as_str(), key: key.as_str(), upload_id: id.as_str() };
    Ok(response::document("InitiateMultipartUploadResult", &result, headers))
}
