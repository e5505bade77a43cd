//! The service's day, which begins at midnight in GMT+8.

use std::str::FromStr;

use time::Date;
use time::util::days_in_month;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::time::Timestamp;

/// A day of GMT+8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

/// The first moment of a day, as a date that rules name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Midnight(Day);

const JULIAN_DAY_OF_1970: i32 = 2_440_588;
const SECONDS: i64 = 24 * 60 * 60;
const GMT_8: i64 = 8 * 60 * 60;

impl Day {
    /// The day that a moment lies in.
    pub fn of(moment: Timestamp) -> Self {
        Self((moment.seconds() + GMT_8).div_euclid(SECONDS))
    }

    pub fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0 * SECONDS - GMT_8)
    }

    /// `YYYYMMDD`.
    pub fn digits(self) -> String {
        let (year, month, day) = self.date().to_calendar_date();
        format!("{year:04}{:02}{day:02}", u8::from(month))
    }

    /// `HHMMSS`, by a clock in GMT+8.
    pub fn clock_digits(moment: Timestamp) -> String {
        Timestamp::from_seconds(moment.seconds() + GMT_8).iso_seconds()[11..19].replace(':', "")
    }

    /// The next day that is the `day`th of a month, or the last of a month that is shorter.
    #[must_use]
    pub fn next_of_month(self, day: u8) -> Self {
        let is_it = |candidate: &Self| {
            let date = candidate.date();
            date.day() == day.clamp(1, days_in_month(date.month(), date.year()))
        };
        (1..=62).map(|days| self.after(days)).find(is_it).expect("each month has such a day")
    }

    fn date(self) -> Date {
        Date::from_julian_day(i32::try_from(self.0).unwrap_or(0) + JULIAN_DAY_OF_1970).unwrap_or(Date::MIN)
    }

    /// So many days later.
    #[must_use]
    pub fn after(self, days: u32) -> Self {
        Self(self.0 + i64::from(days))
    }
}

impl Midnight {
    pub fn moment(self) -> Timestamp {
        self.0.start()
    }
}

impl FromStr for Midnight {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let moment = Timestamp::from_iso(text).filter(|moment| Day::of(*moment).start() == *moment);
        moment.map(|moment| Self(Day::of(moment))).ok_or_else(|| {
            let message = format!("the date {text:?} must be 00:00 in GMT+8, as in 2018-01-01T00:00:00+08:00");
            ErrorCode::InvalidArgument.because(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_gmt_8() {
        let day = |text| Day::of(Timestamp::from_iso(text).expect("a date"));
        let first = day("2024-02-29T00:00:00+08:00");
        assert_eq!((day("2024-02-28T16:00:00Z"), day("2024-02-29T15:59:59Z")), (first, first));
        assert_eq!(day("2024-03-01T00:00:00+08:00"), first.after(1));
        assert_eq!((first.start().iso_seconds().as_str(), first.digits().as_str()), ("2024-02-28T16:00:00Z", "20240229"));
        assert_eq!(Day::clock_digits(Timestamp::from_iso("2024-02-28T16:07:09Z").expect("a date")), "000709");
    }

    #[test]
    fn only_a_midnight_is_a_date() {
        for text in ["2018-07-29T16:00:00.000Z", "2018-07-30T00:00:00+08:00"] {
            assert_eq!(text.parse::<Midnight>().expect(text).moment().iso_seconds(), "2018-07-29T16:00:00Z");
        }
        for text in ["2024-03-01T00:00:00Z", "2024-03-01", "2024-03-01T00:00:01+08:00", ""] {
            assert_eq!(text.parse::<Midnight>().expect_err(text).code(), ErrorCode::InvalidArgument);
        }
    }
}
