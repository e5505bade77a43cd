//! AssumeRole (1150/49456): a temporary credential with a role's rights, narrowed by a policy if there is one.

use crate::domain::account::Bearer;
use crate::domain::error::Error;
use crate::domain::role::RoleArn;
use crate::operations::sts::credentials::{self, Issued};
use crate::operations::sts::error::{StsError, StsErrorCode};
use crate::operations::sts::{Action, Context};

/// Those behind `Policy` are taken without effect.
const PARAMETERS: [&str; 9] = [
    "RoleArn",
    "RoleSessionName",
    "DurationSeconds",
    "Policy",
    "ExternalId",
    "Tags",
    "SourceIdentity",
    "SerialNumber",
    "TokenCode",
];

/// Seconds.
const DEFAULT_DURATION: u64 = 7200;
const LONGEST: u64 = 43_200;

/// # Errors
/// `MissingParameter`, `UnknownParameter`, `InvalidParameter.*`, `ResourceNotFound.RoleNotFound`, and `UnauthorizedOperation`: roles
/// have no trust policies here, and are for their own account's users.
pub(super) fn handle(context: &Context<'_>) -> Result<Issued, StsError> {
    let parameters = &context.call.parameters;
    parameters.check(&PARAMETERS)?;
    let arn = parameters.require("RoleArn")?.parse::<RoleArn>();
    let arn = arn.map_err(|error: Error| StsErrorCode::ParamError.because(format!("RoleArn: {}", error.message())))?;
    let session = parameters.name("RoleSessionName", 2, 128)?.to_owned();
    let duration = parameters.duration(DEFAULT_DURATION, LONGEST)?;
    let policy = parameters.policy()?;
    let own = &context.caller.user.id.root;
    if arn.root != *own {
        let message = format!("{arn} is of another account; the caller, of {own}, may assume only roles of its own");
        return Err(StsErrorCode::UnauthorizedOperation.because(message));
    }
    let found = context.services.accounts.role(&arn);
    let arn = found.ok_or_else(|| StsErrorCode::RoleNotFound.because(format!("{arn} is not among the roles of --users")))?;
    context.authorize(Action::AssumeRole, &arn.names())?;
    if !context.services.accounts.has_roles(&arn.root) {
        tracing::debug!(role = %arn, "no roles are configured: this one is taken to exist and to have its account's rights");
    }
    let bearer = Bearer::Role { uin: context.caller.principal().to_owned(), arn, session };
    credentials::issue(context.services, &bearer, policy.as_ref(), duration, context.now)
}
