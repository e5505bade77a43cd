//! How timestamps are written: ISO 8601 as Ion has it, a `T` at the end of what is less than a day.

use std::fmt;
use std::str::FromStr;

use time::{Date, Month, Time};

use crate::domain::select::moment::{Moment, Precision};

/// Not a timestamp.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAMoment;

impl FromStr for Moment {
    type Err = NotAMoment;

    /// Reads `2010T`, `2010-05T`, `2010-05-01` with or without a `T`, `2010-05-01T23:00Z`, and the same with seconds, their
    /// fraction and an offset such as `+07:08`; `-00:00`, none and a bare `T` are unknown offsets. Digits behind the ninth of a
    /// fraction are cut off.
    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        Reader { rest: text }.moment().ok_or(NotAMoment)
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn moment(&mut self) -> Option<Moment> {
        let (year, mut month, mut day, mut precision) = (self.number(4)?, 1, 1, Precision::Year);
        if self.take('-') {
            (month, precision) = (self.number(2)?, Precision::Month);
            if self.take('-') {
                (day, precision) = (self.number(2)?, Precision::Day);
            }
        }
        let date =
            Date::from_calendar_date(i32::from(year), Month::try_from(u8::try_from(month).ok()?).ok()?, u8::try_from(day).ok()?)
                .ok()?;
        let has_t = self.take('T');
        let (time, precision) = if has_t && precision == Precision::Day && !self.rest.is_empty() {
            self.time()?
        } else if has_t || precision == Precision::Day {
            (Time::MIDNIGHT, precision)
        } else {
            return None;
        };
        let offset = if precision < Precision::Minute { None } else { self.offset()? };
        let is_whole = self.rest.is_empty() && year > 0;
        is_whole.then_some(Moment { local: date.with_time(time), offset, precision })
    }

    fn time(&mut self) -> Option<(Time, Precision)> {
        let hour = u8::try_from(self.number(2)?).ok()?;
        let minute = if self.take(':') { u8::try_from(self.number(2)?).ok()? } else { return None };
        if !self.take(':') {
            return Some((Time::from_hms(hour, minute, 0).ok()?, Precision::Minute));
        }
        let second = u8::try_from(self.number(2)?).ok()?;
        let (mut nanosecond, mut digits) = (0, 0);
        if self.take('.') {
            let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, rest) = self.rest.split_at(length);
            self.rest = rest;
            digits = u8::try_from(length.min(9)).ok().filter(|digits| *digits > 0)?;
            let kept: u32 = fraction[..usize::from(digits)].parse().ok()?;
            nanosecond = kept * 10_u32.pow(9 - u32::from(digits));
        }
        Some((Time::from_hms_nano(hour, minute, second, nanosecond).ok()?, Precision::Second(digits)))
    }

    #[expect(clippy::option_option, reason = "an unknown offset is none, text that is no offset is neither")]
    fn offset(&mut self) -> Option<Option<i16>> {
        if self.take('Z') {
            return Some(Some(0));
        }
        if self.rest.is_empty() || self.take('T') {
            return Some(None);
        }
        let is_behind = self.take('-');
        if !is_behind && !self.take('+') {
            return None;
        }
        let (hours, minutes) = (self.number(2)?, if self.take(':') { self.number(2)? } else { return None });
        let offset = i16::try_from(hours * 60 + minutes).ok().filter(|_| hours < 24 && minutes < 60)?;
        Some(match (is_behind, offset) {
            (true, 0) => None,
            (true, offset) => Some(-offset),
            (false, offset) => Some(offset),
        })
    }

    fn number(&mut self, digits: usize) -> Option<u16> {
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
    }

    fn take(&mut self, character: char) -> bool {
        match self.rest.strip_prefix(character) {
            Some(rest) => self.rest = rest,
            None => return false,
        }
        true
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.local.to_calendar_date();
        let (hour, minute, second, nanosecond) = self.local.as_hms_nano();
        write!(formatter, "{year:04}")?;
        match self.precision {
            Precision::Year => return formatter.write_str("T"),
            Precision::Month => return write!(formatter, "-{:02}T", u8::from(month)),
            Precision::Day => return write!(formatter, "-{:02}-{day:02}", u8::from(month)),
            Precision::Minute | Precision::Second(_) => {
                write!(formatter, "-{:02}-{day:02}T{hour:02}:{minute:02}", u8::from(month))?;
            }
        }
        if let Precision::Second(digits) = self.precision {
            write!(formatter, ":{second:02}")?;
            if digits > 0 {
                write!(formatter, ".{}", &format!("{nanosecond:09}")[..usize::from(digits)])?;
            }
        }
        match self.offset {
            Some(0) => formatter.write_str("Z"),
            None => formatter.write_str("-00:00"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                write!(formatter, "{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
            }
        }
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
    fn timestamps_are_written_as_precisely_as_they_were_read() {
        for (text, written) in [
            ("2010T", "2010T"),
            ("2010-05T", "2010-05T"),
            ("2010-05-01T", "2010-05-01"),
            ("2010-05-01", "2010-05-01"),
            ("2010-01-01T23:00T", "2010-01-01T23:00-00:00"),
            ("2017-01-02T03:04Z", "2017-01-02T03:04Z"),
            ("2017-01-02T03:04:05+07:08", "2017-01-02T03:04:05+07:08"),
            ("2007-02-23T12:14:33.079-08:00", "2007-02-23T12:14:33.079-08:00"),
            ("2007-02-23T12:14:33.1234567899+00:00", "2007-02-23T12:14:33.123456789Z"),
            ("2007-02-23T12:14:33", "2007-02-23T12:14:33-00:00"),
        ] {
            assert_eq!(moment(text).to_string(), written, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_timestamps() {
        for text in [
            "",
            "2010",
            "2010-05",
            "2010-1-1",
            "201T",
            "2010-13T",
            "2010-02-30",
            "0000T",
            "2010-05-01 10:00",
            "2010-05-01T10",
            "2010-05-01T24:00Z",
            "2010-05-01T10:60Z",
            "2010-05-01T10:00:60Z",
            "2010-05-01T10:00:00.Z",
            "2010-05-01T10:00+7:00",
            "2010-05-01T10:00+07",
            "2010-05-01T10:00+24:00",
            "2010-05-01T10:00Zx",
            "2010-05-01Z",
            "1998-07-20T20:18+08:00Z",
            "+010T",
            "２０１０T",
        ] {
            assert_eq!(text.parse::<Moment>().err(), Some(NotAMoment), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(year in 1u16..=9999, rest in "T|-0[1-9]T|-1[0-2]-[0-2][1-8]T[01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?(Z|[-+]0[1-9]:30)") {
            let text = format!("{year:04}{rest}");
            prop_assert_eq!(moment(&text).to_string(), text);
        }

        #[test]
        fn no_text_panics_the_reader(text in "[-+:.TZ0-9é]{0,35}") {
            let _ = text.parse::<Moment>();
        }
    }
}
