//! Timestamps of SQL expressions: as precise as they are written, from a year to a part of a second (436/32474, 436/32476).

use std::cmp::Ordering;
use std::str::FromStr;

use time::{Date, Duration, Month, PrimitiveDateTime, Time};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::time::Timestamp;

/// A timestamp of the years 0001 to 9999.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Date and time of day at its place; what is finer than the precision is the beginning.
    pub(super) local: PrimitiveDateTime,
    /// Minutes that its place is ahead of UTC; `None` when unknown, which counts as UTC.
    pub(super) offset: Option<i16>,
    pub(super) precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    Year,
    Month,
    Day,
    Minute,
    /// With so many digits of the second's fraction, at most 9.
    Second(u8),
}

/// What DATE_ADD adds to and DATE_DIFF counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// What EXTRACT gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Date(DatePart),
    TimezoneHour,
    TimezoneMinute,
}

impl Moment {
    /// In UTC, with milliseconds, as UTCNOW gives it.
    pub fn utc(now: Timestamp) -> Self {
        let epoch = PrimitiveDateTime::new(Date::from_calendar_date(1970, Month::January, 1).expect("a date"), Time::MIDNIGHT);
        let local = epoch.checked_add(Duration::milliseconds(now.micros().div_euclid(1000))).unwrap_or(epoch);
        Self { local, offset: Some(0), precision: Precision::Second(3) }
    }

    /// DATE_ADD. A month's last days become the last day of a shorter month. The result is as precise as the part at least.
    ///
    /// # Errors
    /// `SQLParsingError` outside the years 1 to 9999 (the code is inferred).
    pub fn plus(self, part: DatePart, quantity: i64) -> Result<Self, Error> {
        let local = match part {
            DatePart::Year => quantity.checked_mul(12).and_then(|months| self.plus_months(months)),
            DatePart::Month => self.plus_months(quantity),
            _ => quantity.checked_mul(part.seconds()).and_then(|seconds| self.local.checked_add(Duration::seconds(seconds))),
        };
        let local = local.filter(|local| local.year() > 0).ok_or_else(|| {
            let message = format!("DATE_ADD of {quantity} to {self} leaves the years 1 to 9999");
            ErrorCode::SQLParsingError.because(message)
        })?;
        Ok(Self { local, precision: self.precision.max(part.precision()), ..self })
    }

    /// DATE_DIFF: how many whole parts lie between this moment and a later one; below 0 when the other is earlier.
    pub fn until(self, later: Self, part: DatePart) -> i64 {
        let (from, to) = (self.utc_time(), later.utc_time());
        match part {
            DatePart::Year => months_between(from, to) / 12,
            DatePart::Month => months_between(from, to),
            _ => (to - from).whole_seconds() / part.seconds(),
        }
    }

    /// EXTRACT. The field of a timestamp that is not as precise has its least value.
    pub fn field(self, field: Field) -> i64 {
        let offset = i64::from(self.offset.unwrap_or(0));
        match field {
            Field::Date(DatePart::Year) => i64::from(self.local.year()),
            Field::Date(DatePart::Month) => i64::from(u8::from(self.local.month())),
            Field::Date(DatePart::Day) => i64::from(self.local.day()),
            Field::Date(DatePart::Hour) => i64::from(self.local.hour()),
            Field::Date(DatePart::Minute) => i64::from(self.local.minute()),
            Field::Date(DatePart::Second) => i64::from(self.local.second()),
            Field::TimezoneHour => offset / 60,
            Field::TimezoneMinute => offset % 60,
        }
    }

    pub fn nanosecond(self) -> u32 {
        self.local.nanosecond()
    }

    /// Compares as points in time.
    pub fn compare(self, other: Self) -> Ordering {
        self.utc_time().cmp(&other.utc_time())
    }

    fn plus_months(self, months: i64) -> Option<PrimitiveDateTime> {
        let months = months_of_era(self.local).checked_add(months)?;
        let year = i32::try_from(months.div_euclid(12)).ok()?;
        let month = Month::try_from(u8::try_from(months.rem_euclid(12) + 1).ok()?).ok()?;
        let day = self.local.day().min(month.length(year));
        Date::from_calendar_date(year, month, day).ok().map(|date| date.with_time(self.local.time()))
    }

    fn utc_time(self) -> PrimitiveDateTime {
        let offset = Duration::minutes(i64::from(self.offset.unwrap_or(0)));
        self.local.checked_sub(offset).unwrap_or(self.local)
    }
}

fn months_of_era(time: PrimitiveDateTime) -> i64 {
    i64::from(time.year()) * 12 + i64::from(u8::from(time.month())) - 1
}

/// Whole months; the last one counts only when it is over.
fn months_between(from: PrimitiveDateTime, to: PrimitiveDateTime) -> i64 {
    let months = months_of_era(to) - months_of_era(from);
    let in_month = |time: PrimitiveDateTime| (time.day(), time.time());
    match in_month(to).cmp(&in_month(from)) {
        Ordering::Less if months > 0 => months - 1,
        Ordering::Greater if months < 0 => months + 1,
        _ => months,
    }
}

impl DatePart {
    /// Of the parts from a day on.
    const fn seconds(self) -> i64 {
        match self {
            Self::Day => 86_400,
            Self::Hour => 3_600,
            Self::Minute => 60,
            Self::Year | Self::Month | Self::Second => 1,
        }
    }

    const fn precision(self) -> Precision {
        match self {
            Self::Year => Precision::Year,
            Self::Month => Precision::Month,
            Self::Day => Precision::Day,
            Self::Hour | Self::Minute => Precision::Minute,
            Self::Second => Precision::Second(0),
        }
    }
}

impl FromStr for DatePart {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        const NAMES: [(&str, DatePart); 6] = [
            ("year", DatePart::Year),
            ("month", DatePart::Month),
            ("day", DatePart::Day),
            ("hour", DatePart::Hour),
            ("minute", DatePart::Minute),
            ("second", DatePart::Second),
        ];
        let found = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, part)| *part).ok_or_else(|| {
            let message = format!("{text} is no part of a date; it must be year, month, day, hour, minute or second");
            ErrorCode::SQLParsingError.because(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment(text: &str) -> Moment {
        text.parse().expect(text)
    }

    #[test]
    fn adding_makes_the_precision_that_it_needs() {
        for (part, quantity, text, expected) in [
            (DatePart::Year, 5, "2010-01-01T", "2015-01-01"),
            (DatePart::Month, 1, "2010T", "2010-02T"),
            (DatePart::Month, 13, "2010T", "2011-02T"),
            (DatePart::Hour, 1, "2017T", "2017-01-01T01:00-00:00"),
            (DatePart::Hour, 1, "2017-01-02T03:04Z", "2017-01-02T04:04Z"),
            (DatePart::Minute, 1, "2017-01-02T03:04:05.006Z", "2017-01-02T03:05:05.006Z"),
            (DatePart::Second, 1, "2017-01-02T03:04:05.006Z", "2017-01-02T03:04:06.006Z"),
            (DatePart::Day, -1, "2017-01-10T", "2017-01-09"),
            (DatePart::Month, 1, "2024-01-31", "2024-02-29"),
            (DatePart::Month, -1, "2024-01-31", "2023-12-31"),
            (DatePart::Second, 0, "2024T", "2024-01-01T00:00:00-00:00"),
        ] {
            assert_eq!(moment(text).plus(part, quantity).expect(text).to_string(), expected, "{part:?} {quantity} {text}");
        }
        for (part, quantity) in
            [(DatePart::Year, 8000), (DatePart::Month, i64::MAX), (DatePart::Day, i64::MIN), (DatePart::Year, -2010)]
        {
            assert_eq!(moment("2010T").plus(part, quantity).expect_err("leaves").code(), ErrorCode::SQLParsingError);
        }
    }

    #[test]
    fn differences_count_whole_parts() {
        for (part, from, to, expected) in [
            (DatePart::Year, "2010-01-01T", "2011-01-01T", 1),
            (DatePart::Month, "2010T", "2010-05T", 4),
            (DatePart::Month, "2010T", "2011T", 12),
            (DatePart::Month, "2011T", "2010T", -12),
            (DatePart::Day, "2010-01-01T23:00T", "2010-01-02T01:00T", 0),
            (DatePart::Day, "2010-01-01T", "2010-01-02T", 1),
            (DatePart::Month, "2010-01-31", "2010-02-01", 0),
            (DatePart::Month, "2010-02-01", "2010-01-31", 0),
            (DatePart::Year, "2010-06-01", "2012-05-31", 1),
            (DatePart::Hour, "2010-01-01T00:00Z", "2010-01-01T00:00-02:30", 2),
            (DatePart::Second, "2010-01-01T00:01Z", "2010-01-01T00:00Z", -60),
        ] {
            assert_eq!(moment(from).until(moment(to), part), expected, "{part:?} {from} {to}");
        }
    }

    #[test]
    fn fields_are_those_of_the_local_time() {
        let text = "2017-01-02T03:04:05+07:08";
        for (field, text, expected) in [
            (Field::Date(DatePart::Year), "2010-01-01T", 2010),
            (Field::Date(DatePart::Month), "2010T", 1),
            (Field::Date(DatePart::Month), "2010-10T", 10),
            (Field::Date(DatePart::Day), text, 2),
            (Field::Date(DatePart::Hour), text, 3),
            (Field::Date(DatePart::Minute), text, 4),
            (Field::Date(DatePart::Second), text, 5),
            (Field::TimezoneHour, text, 7),
            (Field::TimezoneMinute, text, 8),
            (Field::TimezoneMinute, "2017-01-02T03:04-07:08", -8),
        ] {
            assert_eq!(moment(text).field(field), expected, "{field:?} {text}");
        }
    }

    #[test]
    fn now_has_milliseconds() {
        assert_eq!(Moment::utc(Timestamp::from_micros(1_546_352_592_123_456)).to_string(), "2019-01-01T14:23:12.123Z");
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(seconds in 0i64..4_000_000_000, days in -100_000i64..100_000) {
            let from = Moment::utc(Timestamp::from_seconds(seconds));
            let to = from.plus(DatePart::Day, days).expect("near");
            prop_assert_eq!(from.until(to, DatePart::Day), days);
            prop_assert_eq!(from.compare(to), 0.cmp(&days));
        }
    }
}
