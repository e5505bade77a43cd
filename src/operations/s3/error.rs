//! Errors as S3 writes them: its codes and statuses, and its document.

use std::borrow::Cow;

use axum::body::Body;
use http::{HeaderValue, Method, StatusCode, header};

use crate::codec::xml;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::error_body::{self, Incident};
use crate::operations::response::Response;
use crate::operations::s3::names::HEADERS;

/// Where S3 has another code or status for the same: COS's code, S3's code, S3's status. All others are the same.
const CODES: &[(ErrorCode, &str, u16)] = &[
    (ErrorCode::BucketNameTooLong, "InvalidBucketName", 400),
    // A write that asks not to replace anything: If-None-Match in S3.
    (ErrorCode::FileAlreadyExists, "PreconditionFailed", 412),
    (ErrorCode::InvalidCopySource, "InvalidArgument", 400),
    (ErrorCode::InvalidDelimiter, "InvalidArgument", 400),
    (ErrorCode::InvalidLocationConstraint, "IllegalLocationConstraintException", 400),
    (ErrorCode::InvalidLockedTime, "AccessDenied", 403),
    (ErrorCode::InvalidRequestParameter, "InvalidArgument", 400),
    (ErrorCode::InvalidXML, "MalformedXML", 400),
    (ErrorCode::KeyTooLong, "KeyTooLongError", 400),
    (ErrorCode::KmsKeyNotExist, "KMS.NotFoundException", 400),
    (ErrorCode::ListPartUploadIdIsEmpty, "InvalidArgument", 400),
    (ErrorCode::MAZOperationNotSupportOnOAZBucket, "InvalidStorageClass", 400),
    (ErrorCode::NoSuchEncryptionConfiguration, "ServerSideEncryptionConfigurationNotFoundError", 404),
    (ErrorCode::NoSuchObjectLockConfiguration, "ObjectLockConfigurationNotFoundError", 404),
    (ErrorCode::NotSupportedStorageClass, "InvalidStorageClass", 400),
    (ErrorCode::OAZOperationNotSupportOnMAZBucket, "InvalidStorageClass", 400),
    (ErrorCode::ObjectLocked, "AccessDenied", 403),
    (ErrorCode::RestoreNonArchiveObject, "InvalidObjectState", 403),
    (ErrorCode::SSEHeaderNotAllowed, "InvalidRequest", 400),
    (ErrorCode::SsecDecryptHeaderInvalid, "InvalidRequest", 400),
    (ErrorCode::XMLSizeLimit, "MalformedXML", 400),
];

/// S3's code for one of COS's, by their names; `None` when they are the same.
pub fn renamed(cos: &str) -> Option<&'static str> {
    CODES.iter().find(|(code, _, _)| code.name() == cos).map(|(_, s3, _)| *s3)
}

/// The answer to a request that failed. On HEAD it has the headers only.
pub fn response(error: &Error, method: &Method, incident: &Incident<'_>) -> Response {
    let mut response = error_body::response(error, method, incident);
    let other = CODES.iter().find(|(code, _, _)| *code == error.code());
    if let Some(status) = other.and_then(|(_, _, status)| StatusCode::from_u16(*status).ok()) {
        *response.status_mut() = status;
    }
    if *method != Method::HEAD {
        let code = other.map_or(error.code().name(), |(_, s3, _)| s3);
        let document = document(code, error, incident);
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(document.len()));
        *response.body_mut() = Body::from(document);
    }
    response
}

fn document(code: &str, error: &Error, incident: &Incident<'_>) -> String {
    let message = in_s3_words(error.message());
    let own = [("Code", code), ("Message", message.as_ref())];
    let special = error.elements().iter().map(|(name, text)| (*name, text.as_str()));
    let common = [("Resource", incident.resource), ("RequestId", incident.request_id), ("HostId", incident.trace_id)];
    xml::flat_document("Error", own.into_iter().chain(special).chain(common))
}

/// A message with the names of headers that the client knows.
fn in_s3_words(message: &str) -> Cow<'_, str> {
    let mut message = Cow::Borrowed(message);
    // Longer names first, which begin as others do.
    let mut names: Vec<_> = HEADERS.iter().filter(|(_, cos)| message.contains(cos.as_str())).collect();
    names.sort_by_key(|(_, cos)| std::cmp::Reverse(cos.as_str().len()));
    for (s3, cos) in names {
        message = Cow::Owned(message.replace(cos.as_str(), s3.as_str()));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_s3s_elements_and_the_names_that_the_client_sent() {
        let error = ErrorCode::KmsKeyNotExist.because(
            "x-cos-server-side-encryption-cos-kms-key-id goes with x-cos-server-side-encryption: cos/kms, not x-cos-hash-crc64ecma",
        );
        let incident = Incident { resource: "/b-1/k", request_id: "cmVx", trace_id: "dHJh" };
        assert_eq!(
            document("KMS.NotFoundException", &error, &incident),
            "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>KMS.NotFoundException</Code>\n\
             \t<Message>x-amz-server-side-encryption-aws-kms-key-id goes with x-amz-server-side-encryption: cos/kms, not \
             x-cos-hash-crc64ecma</Message>\n\t<Resource>/b-1/k</Resource>\n\t<RequestId>cmVx</RequestId>\n\
             \t<HostId>dHJh</HostId>\n</Error>"
        );
    }

    #[test]
    fn every_row_is_another_code_or_status_than_coss() {
        for (code, name, status) in CODES {
            assert!(code.name() != *name || code.status().as_u16() != *status, "{name}");
            assert!(StatusCode::from_u16(*status).is_ok_and(|status| status.is_client_error()), "{name}");
            assert_eq!(renamed(code.name()), Some(*name));
        }
        assert_eq!(renamed("NoSuchKey"), None);
    }
}
