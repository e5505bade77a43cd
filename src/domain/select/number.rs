//! Numbers of SQL expressions: integers, decimals and floats (Data Types, 436/32476).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::error::{Error, ErrorCode};

/// A number; arithmetic gives the widest type of its operands. Decimals have 28 digits, where the service has 38.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    Integer(i64),
    Decimal(Decimal),
    Float(f64),
}

/// Arithmetic of two numbers (Operators, 436/32477).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    /// Of two integers, the integer part of their quotient (inferred).
    Divide,
    /// Has the sign of the first operand (inferred).
    Modulo,
}

impl Number {
    /// # Errors
    /// `SQLParsingError`: the divisor is 0, or the result too large for its type (the code is inferred).
    pub fn apply(self, operator: Operator, other: Self) -> Result<Self, Error> {
        let is_division = matches!(operator, Operator::Divide | Operator::Modulo);
        if is_division && other.is_zero() {
            return Err(ErrorCode::SQLParsingError.because(format!("{self} {} {other} divides by zero", operator.sign())));
        }
        let result = match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => operator.integer(a, b).map(Self::Integer),
            (Self::Float(_), _) | (_, Self::Float(_)) => Some(Self::Float(operator.float(self.float(), other.float()))),
            (a, b) => a.decimal().zip(b.decimal()).and_then(|(a, b)| operator.decimal(a, b)).map(Self::Decimal),
        };
        result.ok_or_else(|| {
            let message = format!("{self} {} {other} is too large a number for its type", operator.sign());
            ErrorCode::SQLParsingError.because(message)
        })
    }

    /// `None` when one is no number, such as infinity less infinity.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(&b)),
            (Self::Float(_), _) | (_, Self::Float(_)) => self.float().partial_cmp(&other.float()),
            (a, b) => Some(a.decimal()?.cmp(&b.decimal()?)),
        }
    }

    /// The integer part; `None` when it does not fit.
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(integer),
            Self::Decimal(decimal) => decimal.trunc().to_i64(),
            Self::Float(float) => float.trunc().to_i64(),
        }
    }

    /// `None` when it does not fit.
    pub fn decimal(self) -> Option<Decimal> {
        match self {
            Self::Integer(integer) => Some(Decimal::from(integer)),
            Self::Decimal(decimal) => Some(decimal),
            Self::Float(float) => Decimal::try_from(float).ok(),
        }
    }

    pub fn float(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "a float is asked for")]
            Self::Integer(integer) => integer as f64,
            Self::Decimal(decimal) => decimal.to_f64().unwrap_or(f64::NAN),
            Self::Float(float) => float,
        }
    }

    pub fn is_finite(self) -> bool {
        !matches!(self, Self::Float(float) if !float.is_finite())
    }

    fn is_zero(self) -> bool {
        self.compare(Self::Integer(0)) == Some(Ordering::Equal)
    }
}

impl Operator {
    /// As expressions write it.
    pub const fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
            Self::Modulo => '%',
        }
    }

    fn integer(self, a: i64, b: i64) -> Option<i64> {
        match self {
            Self::Add => a.checked_add(b),
            Self::Subtract => a.checked_sub(b),
            Self::Multiply => a.checked_mul(b),
            Self::Divide => a.checked_div(b),
            Self::Modulo => Some(a.checked_rem(b).unwrap_or(0)),
        }
    }

    fn decimal(self, a: Decimal, b: Decimal) -> Option<Decimal> {
        match self {
            Self::Add => a.checked_add(b),
            Self::Subtract => a.checked_sub(b),
            Self::Multiply => a.checked_mul(b),
            Self::Divide => a.checked_div(b).map(|quotient| quotient.normalize()),
            Self::Modulo => a.checked_rem(b),
        }
    }

    fn float(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Modulo => a % b,
        }
    }
}

/// Not a number.
#[derive(Debug, PartialEq, Eq)]
pub struct NotANumber;

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads an integer, else a decimal, else a float; a text with an exponent is a float.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        // Without letters but the exponent's: `inf` and `nan` are names.
        let is_sane = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
        if !is_sane {
            return Err(NotANumber);
        }
        let integer = text.parse().map(Self::Integer).ok();
        let number = integer.or_else(|| Decimal::from_str_exact(text).map(Self::Decimal).ok());
        number.or_else(|| text.parse().map(Self::Float).ok()).ok_or(NotANumber)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(formatter),
            Self::Decimal(decimal) => decimal.fmt(formatter),
            Self::Float(float) => write!(formatter, "{float:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        text.parse().expect(text)
    }

    #[test]
    fn texts_are_read_as_the_narrowest_type() {
        for (text, expected) in [
            ("100000", "Integer(100000)"),
            ("-7", "Integer(-7)"),
            ("+7", "Integer(7)"),
            ("9223372036854775808", "Decimal(9223372036854775808)"),
            ("123.456", "Decimal(123.456)"),
            (".5", "Decimal(0.5)"),
            ("1e3", "Float(1000.0)"),
            ("0.00000000000000000000000000000001", "Float(1e-32)"),
        ] {
            assert_eq!(format!("{:?}", number(text)), expected, "{text}");
        }
        for text in ["", " ", "x", "1x", "inf", "NaN", "infinity", "--1", "1_000", "e", ".", "0x10"] {
            assert_eq!(text.parse::<Number>().err(), Some(NotANumber), "{text}");
        }
    }

    #[test]
    fn arithmetic_gives_the_widest_type() {
        for (a, operator, b, expected) in [
            ("7", Operator::Divide, "2", "3"),
            ("-7", Operator::Modulo, "2", "-1"),
            ("-9223372036854775808", Operator::Modulo, "-1", "0"),
            ("7", Operator::Divide, "2.0", "3.5"),
            ("0.1", Operator::Add, "0.2", "0.3"),
            ("1e0", Operator::Add, "0.5", "1.5"),
            ("2", Operator::Multiply, "3", "6"),
            ("5.5", Operator::Modulo, "2", "1.5"),
        ] {
            assert_eq!(number(a).apply(operator, number(b)).expect(a).to_string(), expected, "{a} {operator:?} {b}");
        }
    }

    #[test]
    fn what_has_no_result_is_refused() {
        for (a, operator, b, message) in [
            ("1", Operator::Divide, "0", "1 / 0 divides by zero"),
            ("1.5", Operator::Modulo, "0.0", "1.5 % 0.0 divides by zero"),
            ("1e0", Operator::Divide, "0", "1.0 / 0 divides by zero"),
            ("9223372036854775807", Operator::Add, "1", "9223372036854775807 + 1 is too large a number for its type"),
        ] {
            let error = number(a).apply(operator, number(b)).expect_err(a);
            assert_eq!((error.code(), error.message()), (ErrorCode::SQLParsingError, message));
        }
    }

    #[test]
    fn numbers_of_different_types_compare() {
        for (a, b, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("1", "1e0", Ordering::Equal),
            ("0.3", "3e-1", Ordering::Equal),
            ("9223372036854775807", "9223372036854775808", Ordering::Less),
            ("-1", "-1.5", Ordering::Greater),
        ] {
            assert_eq!(number(a).compare(number(b)), Some(expected), "{a} {b}");
        }
    }

    #[test]
    fn conversions_cut_off_what_does_not_fit() {
        assert_eq!([number("-1.9").integer(), number("1.9e0").integer(), number("1e30").integer()], [Some(-1), Some(1), None]);
        assert_eq!((number("1e300").decimal(), number("1.5").float()), (None, 1.5));
    }

    proptest! {
        #[test]
        fn numbers_are_read_back_as_written(integer: i64, float in -1e300..1e300f64, mantissa: i64, scale in 0u32..20) {
            for number in [Number::Integer(integer), Number::Float(float), Number::Decimal(Decimal::new(mantissa, scale))] {
                let text = number.to_string();
                prop_assert_eq!(text.parse::<Number>().expect("a number").compare(number), Some(Ordering::Equal), "{}", text);
            }
        }

        #[test]
        fn no_text_panics_the_parser(text in "[-+.eE0-9]{0,40}") {
            let _ = text.parse::<Number>();
        }

        #[test]
        fn no_arithmetic_panics(a in "-?[0-9]{1,20}(\\.[0-9]{1,12})?(e-?[0-9]{1,3})?", b in "-?[0-9]{1,20}(\\.[0-9]{1,12})?(e-?[0-9]{1,3})?") {
            for operator in [Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide, Operator::Modulo] {
                let _ = number(&a).apply(operator, number(&b));
            }
            let _ = (number(&a).compare(number(&b)), number(&a).integer(), number(&a).decimal());
        }
    }
}
