//! How long new objects are locked (PUT Bucket ObjectLockConfiguration, 436/40133).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};
use crate::domain::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Object lock of a bucket; it is never switched off again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLock {
    /// What new objects get that bring no time of their own.
    pub default: Option<Retention>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// 1 to 36500.
    pub days: u16,
    /// Whether `COMPLIANCE`, the only mode, was named.
    pub says_mode: bool,
}

impl ObjectLock {
    /// Until when an object that is written now may be neither replaced nor deleted.
    pub fn retain_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.default.as_ref().map(|retention| now.after(DAY * u32::from(retention.days)))
    }
}

impl Setting for ObjectLock {
    const KIND: SettingKind = SettingKind::ObjectLock;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_object_is_locked_for_whole_days_from_its_writing() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let lock = ObjectLock { default: Some(Retention { days: 36_500, says_mode: true }) };
        assert_eq!(lock.retain_until(now), Some(Timestamp::from_seconds(1_700_000_000 + 36_500 * 86_400)));
        assert_eq!(ObjectLock { default: None }.retain_until(now), None);
    }
}
