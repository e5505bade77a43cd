//! Copies of archived content that can be read for a time (POST Object restore, 436/12633).

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::storage_class::StorageClass;
use crate::domain::time::Timestamp;

/// How fast a copy is wanted, the fastest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tier {
    Expedited,
    Standard,
    Bulk,
}

/// How many days a copy can be read: 1 to 36500 (that there is an upper bound is inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u32);

const MOST_DAYS: u32 = 36_500;

/// A copy that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    pub tier: Tier,
    pub requested: Timestamp,
    /// From when on the copy can be read.
    pub ready: Timestamp,
    /// From when on it is gone.
    pub expires: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreState {
    Ongoing,
    Done,
}

impl RestoreState {
    /// As listings spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ongoing => "ONGOING",
            Self::Done => "DONE",
        }
    }
}

impl Tier {
    /// As headers spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expedited => "expedited",
            Self::Standard => "standard",
            Self::Bulk => "bulk",
        }
    }

    /// How long it takes until a copy can be read: the most that the page gives for the class, so that whoever waits as long as
    /// it says finds the copy. `None` where the class has no such tier.
    fn patience(self, class: StorageClass) -> Option<Duration> {
        use StorageClass::{Archive, DeepArchive, MazArchive, MazDeepArchive};
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let hours = |hours: u64| minutes(hours * 60);
        match (class, self) {
            (Archive | MazArchive, Self::Expedited) => Some(minutes(5)),
            (Archive | MazArchive, Self::Standard) => Some(hours(5)),
            (Archive | MazArchive, Self::Bulk) => Some(hours(12)),
            (DeepArchive | MazDeepArchive, Self::Standard) => Some(hours(24)),
            (DeepArchive | MazDeepArchive, Self::Bulk) => Some(hours(48)),
            _ => None,
        }
    }
}

impl FromStr for Tier {
    type Err = Error;

    /// In any letter case.
    fn from_str(text: &str) -> Result<Self, Error> {
        let tiers = [Self::Expedited, Self::Standard, Self::Bulk];
        tiers.into_iter().find(|tier| tier.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let message = format!("the element <Tier> is {text:?}; it must be Expedited, Standard or Bulk");
            ErrorCode::InvalidArgument.because(message)
        })
    }
}

impl FromStr for Days {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let days = text.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        days.map(Self).ok_or_else(|| {
            let message = format!("the element <Days> is {text:?}; it must be a number from 1 to {MOST_DAYS}");
            ErrorCode::InvalidArgument.because(message)
        })
    }
}

impl Restore {
    /// What comes of asking for a copy of content of a class.
    ///
    /// # Errors
    /// `RestoreNonArchiveObject`; `RestoreAlreadyInProgress`, unless a faster copy of DEEP_ARCHIVE is asked for (436/38304);
    /// `InvalidArgument` for a tier that the class lacks (the code is inferred).
    pub fn ask(class: StorageClass, before: Option<&Self>, tier: Tier, days: Days, now: Timestamp) -> Result<Self, Error> {
        if !class.is_archived() {
            return Err(ErrorCode::RestoreNonArchiveObject.because(format!("the object is {}, not archived", class.name())));
        }
        let patience = tier.patience(class).ok_or_else(|| {
            let message = format!("objects of {} are not restored with the tier {}", class.name(), tier.name());
            ErrorCode::InvalidArgument.because(message)
        })?;
        let ready = now.after(patience);
        match before.and_then(|before| before.state(now).map(|state| (before, state))) {
            Some((done, RestoreState::Done)) => Ok(Self { expires: expiry(now, days), ..done.clone() }),
            Some((ongoing, RestoreState::Ongoing))
                if class.coldness() < StorageClass::DeepArchive.coldness() || tier >= ongoing.tier =>
            {
                Err(ErrorCode::RestoreAlreadyInProgress
                    .because(format!("a copy is being made until {}", ongoing.ready.iso_seconds())))
            }
            Some((ongoing, RestoreState::Ongoing)) => {
                let ready = ready.min(ongoing.ready);
                Ok(Self { tier, requested: now, ready, expires: expiry(ready, days) })
            }
            None => Ok(Self { tier, requested: now, ready, expires: expiry(ready, days) }),
        }
    }

    /// `None` once the copy is gone.
    pub fn state(&self, now: Timestamp) -> Option<RestoreState> {
        if now < self.ready {
            return Some(RestoreState::Ongoing);
        }
        (now < self.expires).then_some(RestoreState::Done)
    }
}

/// The end of the service's day in which the days are over, as in the page's samples (the rule is inferred).
fn expiry(from: Timestamp, Days(days): Days) -> Timestamp {
    Day::of(from).after(days + 1).start()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_iso(text).expect("a date")
    }

    fn ask(class: StorageClass, before: Option<&Restore>, tier: &str, now: &str) -> Result<Restore, &'static str> {
        let days = "3".parse().expect("days");
        Restore::ask(class, before, tier.parse().expect("a tier"), days, at(now)).map_err(|error| error.code().name())
    }

    #[test]
    fn a_copy_is_ready_when_the_tier_says_and_expires_at_midnight_in_gmt_8() {
        for (class, tier, ready) in [
            (StorageClass::Archive, "Expedited", "2020-04-10T12:05:00Z"),
            (StorageClass::Archive, "standard", "2020-04-10T17:00:00Z"),
            (StorageClass::MazArchive, "BULK", "2020-04-11T00:00:00Z"),
            (StorageClass::DeepArchive, "Standard", "2020-04-11T12:00:00Z"),
            (StorageClass::DeepArchive, "Bulk", "2020-04-12T12:00:00Z"),
        ] {
            assert_eq!(ask(class, None, tier, "2020-04-10T12:00:00Z").expect("restored").ready, at(ready), "{class:?} {tier}");
        }
        let restore = ask(StorageClass::Archive, None, "Expedited", "2020-04-10T12:00:00Z").expect("restored");
        assert_eq!(restore.expires, at("2020-04-13T16:00:00Z"));
        for (now, state) in [
            ("2020-04-10T12:04:59Z", Some(RestoreState::Ongoing)),
            ("2020-04-10T12:05:00Z", Some(RestoreState::Done)),
            ("2020-04-13T15:59:59Z", Some(RestoreState::Done)),
            ("2020-04-13T16:00:00Z", None),
        ] {
            assert_eq!(restore.state(at(now)), state, "{now}");
        }
    }

    #[test]
    fn asking_again_is_refused_meanwhile_and_counts_the_days_anew_later() {
        let first = ask(StorageClass::Archive, None, "Bulk", "2020-04-10T00:00:00Z").expect("restored");
        let again = |now| ask(StorageClass::Archive, Some(&first), "Expedited", now);
        assert_eq!(again("2020-04-10T11:59:59Z"), Err("RestoreAlreadyInProgress"));
        let extended = again("2020-04-12T00:00:00Z").expect("extended");
        assert_eq!(extended, Restore { expires: at("2020-04-15T16:00:00Z"), ..first.clone() });
        let anew = again("2020-05-12T00:00:00Z").expect("restored");
        assert_eq!((anew.tier, anew.ready), (Tier::Expedited, at("2020-05-12T00:05:00Z")));
    }

    #[test]
    fn a_faster_copy_of_deep_archive_can_be_asked_for_meanwhile() {
        let bulk = ask(StorageClass::DeepArchive, None, "Bulk", "2020-04-10T00:00:00Z").expect("restored");
        let again = |tier, now| ask(StorageClass::DeepArchive, Some(&bulk), tier, now);
        assert_eq!(again("Bulk", "2020-04-10T01:00:00Z"), Err("RestoreAlreadyInProgress"));
        let faster = again("Standard", "2020-04-10T01:00:00Z").expect("restored");
        assert_eq!((faster.tier, faster.ready), (Tier::Standard, at("2020-04-11T01:00:00Z")));
        assert_eq!(again("Standard", "2020-04-11T23:00:00Z").expect("restored").ready, bulk.ready);
    }

    #[test]
    fn what_cannot_be_restored_is_refused() {
        assert_eq!(ask(StorageClass::Standard, None, "Bulk", "2020-04-10T00:00:00Z"), Err("RestoreNonArchiveObject"));
        assert_eq!(ask(StorageClass::DeepArchive, None, "Expedited", "2020-04-10T00:00:00Z"), Err("InvalidArgument"));
        for days in ["0", "-1", "36501", "x", ""] {
            assert_eq!(days.parse::<Days>().expect_err(days).code(), ErrorCode::InvalidArgument);
        }
        assert_eq!("Fast".parse::<Tier>().expect_err("refused").code(), ErrorCode::InvalidArgument);
    }
}
