//! Access logs of a bucket (Logging Overview, 436/16920): where they go.

use serde::{Deserialize, Serialize};

use crate::domain::bucket::BucketName;
use crate::domain::setting::{Setting, SettingKind};

/// Where the records of a bucket's requests are written; without it, none are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logging {
    /// Of the same account and region.
    pub target: BucketName,
    /// What the keys of log files begin with; may be empty.
    pub prefix: String,
}

impl Setting for Logging {
    const KIND: SettingKind = SettingKind::Logging;
}
