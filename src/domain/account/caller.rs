//! Who sends a request.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::account::User;
use crate::domain::policy::Policy;
use crate::domain::role::RoleArn;

/// Who sends a request; anonymous is a caller too.
#[derive(Debug, Clone, PartialEq)]
pub enum Caller {
    Anonymous,
    Signed(Identity),
}

/// The full id, as listings name who began an upload.
impl fmt::Display for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => formatter.write_str("qcs::cam::anyone:anyone"),
            Self::Signed(identity) => identity.fmt(formatter),
        }
    }
}

/// Whose key signed; cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    pub user: Arc<User>,
    /// The policy that a temporary credential was issued with.
    pub session: Option<Arc<Policy>>,
    /// How it came by its temporary credential; `None` with a permanent key.
    pub bearer: Option<Arc<Bearer>>,
}

impl Identity {
    pub(super) fn permanent(user: &Arc<User>) -> Self {
        Self { user: Arc::clone(user), session: None, bearer: None }
    }

    /// UIN of the root account or sub-account whose permanent key all began with.
    pub fn principal(&self) -> &str {
        self.bearer.as_ref().map_or(&self.user.id.user, |bearer| bearer.uin())
    }
}

/// The id by which bucket policies name the caller: a role's is `qcs::cam::uin/<root>:roleName/<name>` (inferred).
impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bearer.as_deref() {
            Some(Bearer::Role { arn, .. }) => arn.fmt(formatter),
            Some(Bearer::Federated { .. }) | None => self.user.id.fmt(formatter),
        }
    }
}

/// Whom a temporary credential is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// Somebody who acts for the root account or sub-account of that UIN (GetFederationToken).
    Federated { uin: String, name: String },
    /// Whoever assumed a role with that UIN's key, under a name of its choice (AssumeRole).
    Role { uin: String, arn: RoleArn, session: String },
}

impl Bearer {
    pub(super) fn uin(&self) -> &str {
        match self {
            Self::Federated { uin, .. } | Self::Role { uin, .. } => uin,
        }
    }
}
