//! Global acceleration of a bucket (Global Acceleration, 436/33409).

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};

/// Whether the hosts of global acceleration lead to the bucket; it counts as off until it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceleration {
    pub is_enabled: bool,
}

impl Setting for Acceleration {
    const KIND: SettingKind = SettingKind::Accelerate;
}
