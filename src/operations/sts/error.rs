//! Errors as STS writes them: a code and a message in a 200 answer (Error Codes, 1150/49458; common ones of the API).

use std::fmt;

macro_rules! error_codes {
    ($($name:ident $text:literal,)+) => {
        /// STS's error vocabulary; a row per code that the emulator can give.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum StsErrorCode { $($name,)+ }

        impl StsErrorCode {
            /// As it is written on the wire.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

error_codes! {
    InternalError "InternalError",
    InvalidAction "InvalidAction",
    InvalidAuthorization "AuthFailure.InvalidAuthorization",
    InvalidParameter "InvalidParameter",
    InvalidRequest "InvalidRequest",
    MissingParameter "MissingParameter",
    NoSuchVersion "NoSuchVersion",
    OverTimeError "InvalidParameter.OverTimeError",
    ParamError "InvalidParameter.ParamError",
    PolicyTooLong "InvalidParameter.PolicyTooLong",
    RequestSizeLimitExceeded "RequestSizeLimitExceeded",
    RoleNotFound "ResourceNotFound.RoleNotFound",
    SecretIdNotFound "AuthFailure.SecretIdNotFound",
    SignatureExpire "AuthFailure.SignatureExpire",
    SignatureFailure "AuthFailure.SignatureFailure",
    StrategyFormatError "InvalidParameter.StrategyFormatError",
    TempKeyNotAllowed "FailedOperation.TempKeyNotAllowed",
    TokenFailure "AuthFailure.TokenFailure",
    UnauthorizedOperation "UnauthorizedOperation",
    UnknownParameter "UnknownParameter",
    UnsupportedProtocol "UnsupportedProtocol",
}

impl StsErrorCode {
    /// This error, with a message that says more.
    pub(super) fn because(self, message: impl Into<String>) -> StsError {
        StsError { code: self, message: message.into() }
    }
}

/// The beginning of what a client sent, for messages.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(200).collect()
}

/// What a refused call is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StsError {
    pub(super) code: StsErrorCode,
    pub(super) message: String,
}

impl fmt::Display for StsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.name(), self.message)
    }
}
