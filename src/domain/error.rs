//! COS's error codes, and the error that every operation gives.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderName, HeaderValue, StatusCode};

macro_rules! error_codes {
    ($($name:ident $status:literal $message:literal,)+) => {
        /// COS's error vocabulary (Error Codes, 436/7730); a row per code that the emulator can give.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode { $($name,)+ }

        impl ErrorCode {
            /// All codes, for tests and documentation.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// HTTP status, wire `<Code>`, default `<Message>`.
            pub const fn row(self) -> (u16, &'static str, &'static str) {
                match self { $(Self::$name => ($status, stringify!($name), $message),)+ }
            }
        }
    };
}

error_codes! {
    ActionAccelerateNotSupported 400 "The action is not supported through global acceleration.",
    AmbiguousFieldName 400 "The field name matches several fields of the object.",
    AuthorizationHeaderMalformed 400 "The Authorization header is malformed.",
    AuthorizationQueryParametersError 400 "The parameters of the signature are malformed.",
    BadDigest 400 "The Content-MD5 you specified did not match what was received.",
    BucketAccelerateNotEnabled 400 "Global acceleration is not enabled for the bucket.",
    BucketNameTooLong 400 "The specified bucket name is too long.",
    BucketVersionNotOpen 400 "Versioning is not enabled for the bucket.",
    Busy 400 "The service is busy. Please try again later.",
    Bzip2DecompressError 400 "The object could not be decompressed as BZIP2.",
    CastFailed 400 "A value could not be converted to another type.",
    ComparisonFailed 400 "Two values could not be compared.",
    CSVParsingError 400 "A record of the object could not be read as CSV.",
    EntityTooLarge 400 "Your proposed upload exceeds the maximum allowed object size.",
    EntityTooSmall 400 "Your proposed upload is smaller than the minimum allowed size.",
    ErrorWritingRow 400 "A record of the result could not be written.",
    ExpiredToken 400 "The provided token has expired.",
    GzipDecompressError 400 "The object could not be decompressed as GZIP.",
    IncompleteBody 400 "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    IncorrectNumberOfFilesInPostRequest 400 "The form must bring exactly one file.",
    InvalidArgument 400 "Invalid argument.",
    InvalidBucketName 400 "The specified bucket is not valid.",
    InvalidCopySource 400 "The copy source is not valid.",
    InvalidCompressionFormat 400 "The compression type must be NONE, GZIP or BZIP2.",
    InvalidDelimiter 400 "The delimiter must be one character.",
    InvalidDigest 400 "The Content-MD5 you specified is not valid.",
    InvalidFileHeaderInfo 400 "FileHeaderInfo must be NONE, USE or IGNORE.",
    InvalidJsonType 400 "The JSON type must be DOCUMENT or LINES.",
    InvalidLocationConstraint 400 "The specified location constraint is not valid.",
    InvalidObjectName 400 "The specified object key is not valid.",
    InvalidPart 400 "One or more of the specified parts could not be found.",
    InvalidPartOrder 400 "The list of parts was not in ascending order.",
    InvalidPolicyDocument 400 "The policy of the form is not valid.",
    InvalidQuoteFields 400 "QuoteFields must be ALWAYS or ASNEEDED.",
    InvalidRequest 400 "The request is not valid.",
    InvalidRequestParameter 400 "A parameter of the request is not valid.",
    InvalidSHA1Digest 400 "The SHA1 you specified did not match what was received.",
    InvalidTextEncoding 400 "The object must be UTF-8 text.",
    InvalidTargetBucketForLogging 400 "The target bucket for logging is not valid.",
    InventoryFull 400 "The number of inventories reached its limit.",
    InvalidURI 400 "The request's URI could not be parsed.",
    InvalidTag 400 "The tag provided was not a valid tag.",
    InvalidXML 400 "The XML of the request is not valid.",
    JSONParsingError 400 "A record of the object could not be read as JSON.",
    KeyTooLong 400 "The specified object key is too long.",
    KmsKeyNotExist 400 "The kms key you provided can not be found in kms",
    LastRecordParseFail 400 "The last record of the object could not be read.",
    ListPartUploadIdIsEmpty 400 "The uploadId is empty.",
    MalformedPolicy 400 "The policy is not valid.",
    LoggingPrefixInvalid 400 "The prefix of the log files is not valid.",
    MAZOperationNotSupportOnOAZBucket 400 "The operation is for buckets of several zones only.",
    MalformedPOSTRequest 400 "The body of your POST request is not well-formed multipart/form-data.",
    MalformedTrailerError 400 "The trailers behind the body are not well-formed.",
    MalformedXML 400 "The XML you provided was not well-formed or did not validate.",
    MaxPostPreDataLengthExceededError 400 "The fields in front of the form's file are too long.",
    MissingExpectedExpression 400 "The SQL expression is missing.",
    MissingInputFormat 400 "The input format is missing.",
    MissingInputSerialization 400 "The input serialization is missing.",
    MissingOutputFormat 400 "The output format is missing.",
    MissingOutputSerialization 400 "The output serialization is missing.",
    MissingRequestBodyError 400 "The request body is empty.",
    MissingRequiredParameter 400 "The request lacks a required parameter.",
    NotSupportedStorageClass 400 "The specified storage class is not supported.",
    OAZOperationNotSupportOnMAZBucket 400 "The operation is for buckets of one zone only.",
    NotSymlink 400 "The object is not a symlink.",
    OverMaxRecordSize 400 "A record is longer than 1 MB.",
    RequestTimeout 400 "Your socket connection to the server was not read from within the timeout period.",
    SQLParsingError 400 "The SQL expression could not be understood.",
    SSEHeaderNotAllowed 400 "A server-side encryption header is not allowed for this request.",
    SsecDecryptHeaderInvalid 400 "The key to decrypt the copy source with is missing or not the right one.",
    TargetBucketNameInvalid 400 "The target bucket is not valid.",
    XAmzContentSHA256Mismatch 400 "The x-amz-content-sha256 you specified did not match what was received.",
    XMLSizeLimit 400 "The XML body is too long.",
    AccessDenied 403 "Access Denied.",
    AccessForbidden 403 "CORSResponse: This CORS request is not allowed.",
    InvalidAccessKeyId 403 "The Access Key Id you provided does not exist in our records",
    InvalidObjectState 403 "The operation is not valid for the object storage class.",
    RequestTimeTooSkewed 403 "The difference between the request time and the server's time is too large.",
    SignatureDoesNotMatch 403 "The Signature you specified is invalid.",
    UserNotTargetBucketOwner 403 "You do not own the target bucket.",
    DomainConfigNotFoundError 404 "Bucket domain config not found.",
    IntelligentTieringConfigurationNotFoundError 404 "The Intelligenttiering configuration was not found.",
    NoSuchBucket 404 "The specified bucket does not exist.",
    NoSuchBucketPolicy 404 "The bucket has no policy.",
    NoSuchCORSConfiguration 404 "The CORS configuration does not exist.",
    NoSuchEncryptionConfiguration 404 "The server side encryption configuration does not exist.",
    NoSuchKey 404 "The specified key does not exist.",
    NoSuchLifecycleConfiguration 404 "The lifecycle configuration does not exist.",
    NoSuchObjectLockConfiguration 404 "The object lock configuration does not exist.",
    NoSuchTagSet 404 "The TagSet does not exist.",
    NoSuchUpload 404 "The specified multipart upload does not exist.",
    NoSuchVersion 404 "The specified version does not exist.",
    NoSuchWebsiteConfiguration 404 "The website configuration does not exist.",
    OriginConfigurationNotFoundError 404 "The origin configuration does not exist.",
    ReplicationConfigurationNotFoundError 404 "The replication configuration was not found.",
    InventoryConfigurationNotFoundError 404 "The inventory configuration was not found.",
    MethodNotAllowed 405 "The specified method is not allowed against this resource.",
    RestoreNonArchiveObject 405 "The object is not archived.",
    AppendPositionErr 409 "The position differs from the object's length.",
    BucketAlreadyExists 409 "The requested bucket name is not available.",
    BucketAlreadyOwnedByYou 409 "Your previous request to create the named bucket succeeded and you already own it.",
    BucketLocked 409 "The bucket has an object lock, which the operation is against.",
    BucketNotEmpty 409 "The bucket you tried to delete is not empty.",
    DomainConfigConflict 409 "The domain is bound to another bucket.",
    DuplicateInventoryId 409 "The inventory id is in use.",
    FileAlreadyExists 409 "The object you specified already exists.",
    InvalidBucketState 409 "The request is not valid for the current state of the bucket.",
    InvalidLockedTime 409 "The time of the lock is not valid.",
    ObjectLocked 409 "The object is locked.",
    ObjectNotAppendable 409 "The operation is not valid for the current state of the object.",
    PathConflict 409 "Path conflict.",
    RestoreAlreadyInProgress 409 "Object restore is already in progress.",
    MissingContentLength 411 "You must provide the Content-Length HTTP header.",
    PreconditionFailed 412 "Precondition not match.",
    InvalidRange 416 "The requested range cannot be satisfied.",
    MirrorFailed 424 "The object could not be pulled from its origin.",
    InternalError 500 "We encountered an internal error. Please try again.",
    NotImplemented 501 "The functionality is not implemented.",
    BadGateway 502 "The host is not served through this proxy.",
}

impl ErrorCode {
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().0).expect("the table has valid statuses")
    }

    /// The wire `<Code>`.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// An error with its own sentence: the offending value, and what would be right.
    pub fn because(self, message: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Details { code: self, message: message.into(), cause: None, elements: Vec::new(), headers: Vec::new() }))
    }
}

/// A refusal or a fault, as COS words it, with what only the log may see. One pointer wide.
pub struct Error(Box<Details>);

struct Details {
    code: ErrorCode,
    message: Cow<'static, str>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    elements: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Error {
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The underlying failure, for the log only.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.cause.as_deref()
    }

    /// Elements between `<Message>` and `<Resource>`, such as `StringToSign`.
    pub fn elements(&self) -> &[(&'static str, String)] {
        &self.0.elements
    }

    /// Headers of the answer beside the common ones, such as `Content-Range` of a 416.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.headers
    }

    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    #[must_use]
    pub fn with_element(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.0.elements.push((name, text.into()));
        self
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        code.because(code.row().2)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code().name(), self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self} (cause: {:?})", self.cause())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_an_error_with_a_sentence() {
        for code in ErrorCode::ALL {
            let (status, name, message) = code.row();
            assert!((400..=599).contains(&status) && !message.is_empty(), "{name}");
            assert_eq!(ErrorCode::ALL.iter().filter(|other| other.name() == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }
}
