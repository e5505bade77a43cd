//! How long new objects are locked (PUT Bucket ObjectLockConfiguration, 436/40133).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::{Setting, SettingKind};
use crate::domain::time::Timestamp;

/// The only mode.
pub const COMPLIANCE: &str = "COMPLIANCE";

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

/// The end of a lock that a client names with its mode.
///
/// # Errors
/// `InvalidArgument` for another mode, and for an end that is no date in ISO 8601 or has passed (the code is inferred).
pub fn retain_until(mode: &str, date: &str, now: Timestamp) -> Result<Timestamp, Error> {
    if mode != COMPLIANCE {
        return Err(ErrorCode::InvalidArgument.because(format!("the mode of a lock is {mode:?}; it must be {COMPLIANCE}")));
    }
    Timestamp::from_iso(date).filter(|until| *until > now).ok_or_else(|| {
        let message = format!("the end of a lock is {date:?}; it must be a coming date such as 2022-12-10T08:34:48.000Z");
        ErrorCode::InvalidArgument.because(message)
    })
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

    #[test]
    fn a_named_lock_ends_in_the_future() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let read = |mode, date| retain_until(mode, date, now).ok();
        let expected = Some(Timestamp::from_seconds(1_700_000_001));
        assert_eq!(read("COMPLIANCE", "2023-11-14T22:13:21.000Z"), expected);
        assert_eq!(read("COMPLIANCE", "2023-11-15T06:13:21+08:00"), expected);
        for (mode, date) in
            [("GOVERNANCE", "2023-11-14T22:13:21Z"), ("COMPLIANCE", "2023-11-14T22:13:20Z"), ("COMPLIANCE", "tomorrow"), ("", "")]
        {
            assert_eq!(read(mode, date), None, "{mode} {date}");
        }
    }
}
