//! Versions of an object, and the ids that COS gives them (Versioning Overview, 436/19883).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// Where a version stands among those of its key, and by which id it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionNumber {
    order: u64,
    is_null: bool,
}

/// What a client calls a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionId {
    /// `null`: written while the bucket was not versioned, or while versioning was suspended.
    Null,
    /// 2^64 less the microseconds since 1970 at which it was made.
    Number(u64),
}

impl VersionNumber {
    /// A version made at `now`, which is newer than `newest`, whatever the clock says.
    pub fn next(now: Timestamp, newest: Option<Self>, is_null: bool) -> Self {
        let order = u64::try_from(now.micros()).unwrap_or(0).max(1).wrapping_neg();
        Self { order: newest.map_or(order, |newest| order.min(newest.order - 1)), is_null }
    }

    /// Newer versions have smaller numbers.
    pub const fn order(self) -> u64 {
        self.order
    }

    pub const fn is_null(self) -> bool {
        self.is_null
    }

    pub const fn id(self) -> VersionId {
        if self.is_null { VersionId::Null } else { VersionId::Number(self.order) }
    }
}

impl VersionId {
    /// `None` for a text that is no version's.
    pub fn read(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(Self::Null);
        }
        let digits = STANDARD_NO_PAD.decode(text).ok().filter(|digits| digits.len() == 20)?;
        std::str::from_utf8(&digits).ok()?.parse().ok().map(Self::Number)
    }
}

/// `null`, or base64 without padding of twenty digits, as in the documentation's samples.
impl fmt::Display for VersionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Number(number) => formatter.write_str(&STANDARD_NO_PAD.encode(format!("{number:020}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_as_the_pages_sample() {
        let id = "MTg0NDUxNTc1NjIzMTQ1MDAwODg";
        let made = Timestamp::from_micros(1_586_511_395_051_528);
        assert_eq!(VersionNumber::next(made, None, false).id().to_string(), id);
        assert_eq!(VersionId::read(id), Some(VersionId::Number(18_445_157_562_314_500_088)));
    }

    #[test]
    fn a_version_is_newer_than_those_before_it_on_a_clock_that_stands_still() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let first = VersionNumber::next(now, None, true);
        let second = VersionNumber::next(now, Some(first), false);
        let third = VersionNumber::next(Timestamp::from_seconds(0), Some(second), false);
        assert!(first.order() > second.order() && second.order() > third.order());
        assert_eq!((first.id(), VersionId::read("null")), (VersionId::Null, Some(VersionId::Null)));
    }

    proptest! {
        #[test]
        fn ids_are_read_back(number: u64, text in "\\PC{0,30}") {
            let id = VersionId::Number(number);
            prop_assert_eq!(VersionId::read(&id.to_string()), Some(id));
            let _ = VersionId::read(&text);
        }
    }
}
