//! GetCallerIdentity (1150/49453): who the caller is. Nobody needs a policy for that (inferred).

use serde::Serialize;

use crate::domain::account::{Bearer, Identity};
use crate::operations::sts::Context;
use crate::operations::sts::error::StsError;

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CallerIdentity {
    arn: String,
    /// UIN of the root account.
    account_id: String,
    user_id: String,
    /// UIN of the root account or sub-account whose permanent key all began with.
    principal_id: String,
    r#type: &'static str,
}

/// # Errors
/// `UnknownParameter`: there are none.
pub(super) fn handle(context: &Context<'_>) -> Result<CallerIdentity, StsError> {
    context.call.parameters.check(&[])?;
    Ok(of(&context.caller))
}

/// The page shows a sub-account, a role and a federated user; a root account is written as a sub-account is (inferred).
fn of(identity: &Identity) -> CallerIdentity {
    let id = &identity.user.id;
    let (arn, user_id, r#type) = match identity.bearer.as_deref() {
        None => (format!("qcs::cam:{}:uin/{}", id.root, id.user), id.user.clone(), "CAMUser"),
        Some(Bearer::Federated { name, .. }) => {
            (format!("qcs::sts:{}:federated-user/{}", id.root, id.user), format!("{}:{name}", id.user), "CAMUser")
        }
        // A role's user goes by the role's id.
        Some(Bearer::Role { session, .. }) => {
            (format!("qcs::sts:{}:assumed-role/{}", id.root, id.user), format!("{}:{session}", id.user), "CAMRole")
        }
    };
    CallerIdentity { arn, account_id: id.root.clone(), user_id, principal_id: identity.principal().to_owned(), r#type }
}
