//! GetFederationToken (1150/49452): a temporary credential with the caller's own rights, narrowed by a policy.

use crate::domain::account::Bearer;
use crate::operations::sts::credentials::{self, Issued};
use crate::operations::sts::error::{StsError, StsErrorCode};
use crate::operations::sts::{Action, Context};

const PARAMETERS: [&str; 3] = ["Name", "Policy", "DurationSeconds"];

/// Seconds.
const DEFAULT_DURATION: u64 = 1800;
const LONGEST_OF_ROOT: u64 = 7200;
const LONGEST_OF_SUB_ACCOUNT: u64 = 129_600;

/// # Errors
/// `MissingParameter`, `UnknownParameter`, `InvalidParameter.*`, `UnauthorizedOperation`; `FailedOperation.TempKeyNotAllowed`, because
/// only a permanent key may ask (its name fits; that it is this call's is inferred).
pub(super) fn handle(context: &Context<'_>) -> Result<Issued, StsError> {
    let (parameters, user) = (&context.call.parameters, &context.caller.user);
    parameters.check(&PARAMETERS)?;
    if context.caller.bearer.is_some() {
        let message = "a temporary credential cannot ask for another; use a permanent key, or AssumeRole";
        return Err(StsErrorCode::TempKeyNotAllowed.because(message));
    }
    let name = parameters.name("Name", 1, 128)?.to_owned();
    let longest = if user.id.is_root() { LONGEST_OF_ROOT } else { LONGEST_OF_SUB_ACCOUNT };
    let duration = parameters.duration(DEFAULT_DURATION, longest)?;
    parameters.require("Policy")?;
    let policy = parameters.policy()?;
    context.authorize(Action::GetFederationToken, &[format!("qcs::sts::uin/{}:federated-user/{name}", user.id.root)])?;
    let bearer = Bearer::Federated { uin: user.id.user.clone(), name };
    credentials::issue(context.services, &bearer, policy.as_ref(), duration, context.now)
}
