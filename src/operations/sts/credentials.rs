//! Temporary credentials as STS gives them out (Data Types, 1150/49457).

use std::time::Duration;

use serde::Serialize;

use crate::domain::account::Bearer;
use crate::domain::policy::Policy;
use crate::domain::time::Timestamp;
use crate::operations::context::Services;
use crate::operations::sts::error::{StsError, StsErrorCode};

/// The most bytes of a token (1150/49457).
const LONGEST_TOKEN: usize = 4096;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Issued {
    credentials: Credentials,
    /// Seconds since 1970.
    expired_time: i64,
    /// The same, as ISO 8601.
    expiration: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    token: String,
    tmp_secret_id: String,
    tmp_secret_key: String,
}

/// # Errors
/// `ResourceNotFound.RoleNotFound`; `InvalidParameter.PolicyTooLong`, because the token carries the policy.
pub(super) fn issue(
    services: &Services,
    bearer: &Bearer,
    policy: Option<&Policy>,
    duration: Duration,
    now: Timestamp,
) -> Result<Issued, StsError> {
    let issued = services.accounts.issue(bearer, policy, services.random.bytes(), now.after(duration));
    let issued = issued.ok_or_else(|| StsErrorCode::RoleNotFound.because("the role is no longer there"))?;
    if issued.token.len() > LONGEST_TOKEN {
        let message = format!("with this Policy the token has {} bytes; the most are {LONGEST_TOKEN}", issued.token.len());
        return Err(StsErrorCode::PolicyTooLong.because(message));
    }
    Ok(Issued {
        expired_time: issued.expires.seconds(),
        expiration: issued.expires.iso_seconds(),
        credentials: Credentials { token: issued.token, tmp_secret_id: issued.secret_id, tmp_secret_key: issued.secret_key },
    })
}
