//! The patterns of TO_STRING (SQL Functions, 436/32474).

use std::fmt::Write;
use std::str::FromStr;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::moment::{DatePart, Field, Moment};

/// A pattern such as `y-MM-dd'T'H:m:ssX`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Symbol(Symbol),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    /// A field of at least so many digits.
    Digits(DatePart, usize),
    TwoDigitYear,
    /// `Jan`
    ShortMonth,
    /// `January`
    LongMonth,
    /// `J`
    MonthLetter,
    AmPm,
    /// From 1 to 12, of at least so many digits.
    TwelveHour(usize),
    /// So many digits of the second's fraction.
    Fraction(usize),
    Nanosecond,
    /// How the offset is written, and whether UTC is `Z`.
    Offset(Offset, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offset {
    /// `+01`
    Hours,
    /// `+0100`
    HoursMinutes,
    /// `+01:00`
    HoursColonMinutes,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// The most digits of a second's fraction.
const MOST_DIGITS: usize = 9;

impl Pattern {
    pub fn write(&self, moment: Moment) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Symbol(symbol) => symbol.write(moment, &mut out),
            }
        }
        out
    }
}

impl FromStr for Pattern {
    type Err = Error;

    /// Letters are symbols unless they stand in single quotes; two single quotes are one.
    fn from_str(pattern: &str) -> Result<Self, Error> {
        let refuse = |why: &str| ErrorCode::SQLParsingError.because(format!("the pattern {pattern:?} of TO_STRING {why}"));
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let length = if first == '\'' {
                let (text, length) = quoted(rest).ok_or_else(|| refuse("has a quote that is not closed"))?;
                pieces.push(Piece::Text(text));
                length
            } else if first.is_ascii_alphabetic() {
                let length = rest.bytes().take_while(|byte| *byte == first as u8).count();
                let symbol = Symbol::new(first, length)
                    .ok_or_else(|| refuse(&format!("has {:?}, which is no symbol of a date or time", &rest[..length])))?;
                pieces.push(Piece::Symbol(symbol));
                length
            } else {
                let length = rest.find(|next: char| next == '\'' || next.is_ascii_alphabetic()).unwrap_or(rest.len());
                pieces.push(Piece::Text(rest[..length].to_owned()));
                length
            };
            rest = &rest[length..];
        }
        Ok(Self(pieces))
    }
}

/// The text in the quotes that a pattern begins with, and the length of both.
fn quoted(pattern: &str) -> Option<(String, usize)> {
    if pattern.starts_with("''") {
        return Some(("'".to_owned(), 2));
    }
    let (mut text, mut from) = (String::new(), 1);
    loop {
        let end = from + pattern[from..].find('\'')?;
        text.push_str(&pattern[from..end]);
        if !pattern[end..].starts_with("''") {
            return Some((text, end + 1));
        }
        text.push('\'');
        from = end + 2;
    }
}

impl Symbol {
    fn new(letter: char, count: usize) -> Option<Self> {
        Some(match (letter, count) {
            ('y', 1) => Self::Digits(DatePart::Year, 1),
            ('y', 2) => Self::TwoDigitYear,
            ('y', 4) => Self::Digits(DatePart::Year, 4),
            ('M', 1 | 2) => Self::Digits(DatePart::Month, count),
            ('M', 3) => Self::ShortMonth,
            ('M', 4) => Self::LongMonth,
            ('M', 5) => Self::MonthLetter,
            ('d', 1 | 2) => Self::Digits(DatePart::Day, count),
            ('a', 1) => Self::AmPm,
            ('h', 1 | 2) => Self::TwelveHour(count),
            ('H', 1 | 2) => Self::Digits(DatePart::Hour, count),
            ('m', 1 | 2) => Self::Digits(DatePart::Minute, count),
            ('s', 1 | 2) => Self::Digits(DatePart::Second, count),
            ('S', 1..=MOST_DIGITS) => Self::Fraction(count),
            ('n', 1) => Self::Nanosecond,
            ('x' | 'X', 1) => Self::Offset(Offset::Hours, letter == 'X'),
            ('x' | 'X', 2 | 4) => Self::Offset(Offset::HoursMinutes, letter == 'X'),
            ('x' | 'X', 3 | 5) => Self::Offset(Offset::HoursColonMinutes, letter == 'X'),
            _ => return None,
        })
    }

    fn write(self, moment: Moment, out: &mut String) {
        let field = |part| moment.field(Field::Date(part));
        let month = || MONTHS[usize::try_from(field(DatePart::Month)).map_or(0, |month| (month - 1) % 12)];
        let hour = field(DatePart::Hour);
        let written = match self {
            Self::Digits(part, digits) => write!(out, "{:0digits$}", field(part)),
            Self::TwoDigitYear => write!(out, "{:02}", field(DatePart::Year) % 100),
            Self::ShortMonth => write!(out, "{:.3}", month()),
            Self::LongMonth => out.write_str(month()),
            Self::MonthLetter => write!(out, "{:.1}", month()),
            Self::AmPm => out.write_str(if hour < 12 { "AM" } else { "PM" }),
            Self::TwelveHour(digits) => write!(out, "{:0digits$}", (hour + 11) % 12 + 1),
            Self::Fraction(digits) => write!(out, "{:.digits$}", format_args!("{:09}", moment.nanosecond()).to_string()),
            Self::Nanosecond => write!(out, "{}", moment.nanosecond()),
            Self::Offset(form, has_z) => {
                let (hours, minutes) = (moment.field(Field::TimezoneHour), moment.field(Field::TimezoneMinute));
                let sign = if hours < 0 || minutes < 0 { '-' } else { '+' };
                let (hours, minutes) = (hours.abs(), minutes.abs());
                match form {
                    _ if has_z && hours == 0 && minutes == 0 => out.write_str("Z"),
                    Offset::Hours => write!(out, "{sign}{hours:02}"),
                    Offset::HoursMinutes => write!(out, "{sign}{hours:02}{minutes:02}"),
                    Offset::HoursColonMinutes => write!(out, "{sign}{hours:02}:{minutes:02}"),
                }
            }
        };
        written.expect("writing to memory does not fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(moment: &str, pattern: &str) -> String {
        pattern.parse::<Pattern>().expect(pattern).write(moment.parse().expect(moment))
    }

    #[test]
    fn the_samples_of_the_page_come_out() {
        for (moment, pattern, expected) in [
            ("1998-07-20T20:18Z", "MMMM d, y", "July 20, 1998"),
            ("1998-07-20T20:18Z", "MMM d, yyyy", "Jul 20, 1998"),
            // The page has 69 for the year.
            ("1998-07-20T20:18Z", "M-d-yy", "7-20-98"),
            ("1998-07-20T20:18Z", "MM-d-y", "07-20-1998"),
            ("1998-07-20T20:18Z", "MMMM d, y h:m a", "July 20, 1998 8:18 PM"),
            ("1998-07-20T20:18Z", "y-MM-dd'T'H:m:ssX", "1998-07-20T20:18:00Z"),
            ("1998-07-20T20:18+08:00", "y-MM-dd'T'H:m:ssXXXX", "1998-07-20T20:18:00+0800"),
            ("1998-07-20T20:18+08:00", "y-MM-dd'T'H:m:ssXXXXX", "1998-07-20T20:18:00+08:00"),
        ] {
            assert_eq!(written(moment, pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn each_symbol_has_its_form() {
        let moment = "0199-01-02T00:04:05.006-01:30";
        for (pattern, expected) in [
            ("y yy yyyy", "199 99 0199"),
            ("M MM MMM MMMM MMMMM", "1 01 Jan January J"),
            ("d dd", "2 02"),
            ("a h hh H HH", "AM 12 12 0 00"),
            ("m mm s ss", "4 04 5 05"),
            ("S SS SSS SSSSSSSSS n", "0 00 006 006000000 6000000"),
            ("X XX XXX XXXX XXXXX", "-01 -0130 -01:30 -0130 -01:30"),
            ("x xx xxx", "-01 -0130 -01:30"),
            ("'o''clock' é", "o'clock é"),
        ] {
            assert_eq!(written(moment, pattern), expected, "{pattern}");
        }
        assert_eq!(written("2000-01-01T12:00Z", "X XXX x xxx a h"), "Z Z +00 +00:00 PM 12");
    }

    #[test]
    fn unknown_symbols_and_open_quotes_are_refused() {
        for pattern in ["yyy", "MMMMMM", "ddd", "D", "SSSSSSSSSS", "XXXXXX", "'T", "q"] {
            assert_eq!(pattern.parse::<Pattern>().expect_err(pattern).code(), ErrorCode::SQLParsingError);
        }
    }

    proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[yMdahHmsSnXx' :é-]{0,20}") {
            if let Ok(pattern) = pattern.parse::<Pattern>() {
                pattern.write("2017-01-02T03:04:05.006-07:08".parse().expect("a timestamp"));
            }
        }
    }
}
