//! Functions and operators (SQL Functions, 436/32474, and Operators, 436/32477). Unless it is said otherwise, one that is given
//! MISSING is MISSING, and else one that is given NULL is NULL (inferred).

use std::cmp::Ordering;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::expression::{Expression, Row};
use crate::domain::select::like::LikePattern;
use crate::domain::select::moment::{DatePart, Field};
use crate::domain::select::number::{Number, Operator};
use crate::domain::select::pattern::Pattern;
use crate::domain::select::value::{Type, Value};

#[derive(Debug, Clone)]
pub enum Function {
    /// Of one or more; false as soon as one is, else unknown when one is.
    And,
    /// Of one or more; true as soon as one is, else unknown when one is.
    Or,
    Not,
    Compare(Comparison),
    /// With the bounds. Of three.
    Between,
    /// Whether the first equals one of the others.
    In,
    /// Of a text and a pattern, unless the pattern is known.
    Like(Like),
    /// NULL and MISSING are.
    IsNull,
    IsMissing,
    Arithmetic(Operator),
    /// Minus, of one.
    Negate,
    Cast(Type),
    /// The first of one or more that is neither NULL nor MISSING, else NULL.
    Coalesce,
    /// NULL when both are the same, else the first; never MISSING.
    NullIf,
    /// Of a quantity and a timestamp.
    DateAdd(DatePart),
    /// Of two timestamps.
    DateDiff(DatePart),
    Extract(Field),
    ToString(Pattern),
    ToTimestamp,
    CharLength,
    Lower,
    Upper,
    /// Of a text, where to begin (from 1) and, perhaps, how many characters.
    Substring,
    /// Of a text and, perhaps, the characters that go; blanks unless it is said.
    Trim(Side),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
pub enum Like {
    Known(LikePattern),
    /// The pattern comes with the record; it has this escape.
    PerRecord(Option<char>),
}

/// What TRIM trims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Both,
    Leading,
    Trailing,
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// Values of types that have no order are different, and neither is the greater.
    fn of(self, left: &Value<'_>, right: &Value<'_>) -> Result<bool, Error> {
        match (left.compare(right), self) {
            (Some(order), _) => Ok(self.holds(order)),
            (None, Self::Equal) => Ok(false),
            (None, Self::NotEqual) => Ok(true),
            (None, _) => Err(ErrorCode::ComparisonFailed.because(format!("{left} and {right} have no order: CAST one of them"))),
        }
    }
}

impl Function {
    /// Evaluates as many of the arguments as are needed.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub fn evaluate<'a>(&'a self, arguments: &'a [Expression], row: &Row<'a>) -> Result<Value<'a>, Error> {
        let argument = |index: usize| arguments.get(index).map_or(Ok(Value::Missing), |argument| argument.evaluate(row));
        match self {
            Self::And => all_are(true, arguments, row),
            Self::Or => all_are(false, arguments, row),
            Self::In => is_in(arguments, row),
            Self::Coalesce => {
                for argument in arguments {
                    let value = argument.evaluate(row)?;
                    if !value.is_absent() {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            Self::NullIf => {
                let (value, other) = (argument(0)?, argument(1)?);
                Ok(if value.is_absent() || value.is_same(&other) { Value::Null } else { value })
            }
            Self::IsNull => Ok(Value::Bool(argument(0)?.is_absent())),
            Self::IsMissing => Ok(Value::Bool(matches!(argument(0)?, Value::Missing))),
            Self::Not => Ok(argument(0)?.truth()?.map_or(Value::Null, |is_true| Value::Bool(!is_true))),
            _ => {
                let values = [argument(0)?, argument(1)?, argument(2)?];
                let mut given = values.iter().take(arguments.len());
                if given.clone().any(Value::is_absent) {
                    let is_missing = given.any(|value| matches!(value, Value::Missing));
                    return Ok(if is_missing { Value::Missing } else { Value::Null });
                }
                self.of_present(values, arguments.len())
            }
        }
    }

    /// Of so many values that are there; the others are MISSING.
    fn of_present<'a>(&self, values: [Value<'a>; 3], count: usize) -> Result<Value<'a>, Error> {
        let [first, second, third] = values;
        let integer = |integer| Ok(Value::Number(Number::Integer(integer)));
        match self {
            Self::Compare(comparison) => Ok(Value::Bool(comparison.of(&first, &second)?)),
            Self::Between => {
                let is_between = Comparison::GreaterOrEqual.of(&first, &second)? && Comparison::LessOrEqual.of(&first, &third)?;
                Ok(Value::Bool(is_between))
            }
            Self::Like(Like::Known(pattern)) => Ok(Value::Bool(pattern.matches(&first.text()?))),
            Self::Like(Like::PerRecord(escape)) => {
                Ok(Value::Bool(LikePattern::new(&second.text()?, *escape)?.matches(&first.text()?)))
            }
            Self::Arithmetic(operator) => Ok(Value::Number(first.number()?.apply(*operator, second.number()?)?)),
            Self::Negate => Ok(Value::Number(Number::Integer(0).apply(Operator::Subtract, first.number()?)?)),
            Self::Cast(to) => first.cast(*to),
            Self::DateAdd(part) => Ok(Value::Moment(second.moment()?.plus(*part, whole(&first)?)?)),
            Self::DateDiff(part) => integer(first.moment()?.until(second.moment()?, *part)),
            Self::Extract(field) => integer(first.moment()?.field(*field)),
            Self::ToString(pattern) => Ok(Value::Text(pattern.write(first.moment()?).into())),
            Self::ToTimestamp => Ok(Value::Moment(first.moment()?)),
            Self::CharLength => integer(i64::try_from(first.text()?.chars().count()).unwrap_or(i64::MAX)),
            Self::Lower => Ok(Value::Text(first.text()?.to_lowercase().into())),
            Self::Upper => Ok(Value::Text(first.text()?.to_uppercase().into())),
            Self::Substring => {
                let length = if count > 2 { Some(whole(&third)?) } else { None };
                Ok(Value::Text(substring(&first.text()?, whole(&second)?, length)?.into()))
            }
            Self::Trim(side) => {
                let characters = if count > 1 { second.text()? } else { " ".into() };
                Ok(Value::Text(trim(&first.text()?, *side, &characters).to_owned().into()))
            }
            Self::And | Self::Or | Self::Not | Self::In | Self::IsNull | Self::IsMissing | Self::Coalesce | Self::NullIf => {
                unreachable!("these take absent values as well")
            }
        }
    }
}

/// AND, and with `false` OR.
fn all_are<'a>(wanted: bool, arguments: &'a [Expression], row: &Row<'a>) -> Result<Value<'a>, Error> {
    let mut result = Value::Bool(wanted);
    for argument in arguments {
        match argument.evaluate(row)?.truth()? {
            Some(truth) if truth == wanted => {}
            Some(_) => return Ok(Value::Bool(!wanted)),
            None => result = Value::Null,
        }
    }
    Ok(result)
}

fn is_in<'a>(arguments: &'a [Expression], row: &Row<'a>) -> Result<Value<'a>, Error> {
    let Some((sought, list)) = arguments.split_first() else { return Ok(Value::Null) };
    let sought = sought.evaluate(row)?;
    if sought.is_absent() {
        return Ok(Value::Null);
    }
    let mut is_unknown = false;
    for element in list {
        let element = element.evaluate(row)?;
        if element.is_absent() {
            is_unknown = true;
        } else if Comparison::Equal.of(&sought, &element)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(if is_unknown { Value::Null } else { Value::Bool(false) })
}

fn whole(value: &Value<'_>) -> Result<i64, Error> {
    let number = value.number()?;
    number.integer().ok_or_else(|| ErrorCode::CastFailed.because(format!("{value} is not an integer of 8 bytes")))
}

/// The characters from `start` on, counted from 1. What lies before the first is passed over, and counts in the length.
fn substring(text: &str, start: i64, length: Option<i64>) -> Result<String, Error> {
    let length = length.unwrap_or(i64::MAX);
    if length < 0 {
        return Err(ErrorCode::SQLParsingError.because(format!("the length {length} of SUBSTRING is below 0")));
    }
    // Of a text of one character, that one is meant by any index behind it (436/32474).
    let is_single = text.chars().nth(1).is_none();
    let start = if is_single { start.min(1) } else { start };
    let end = start.saturating_add(length).max(1);
    let start = start.max(1);
    let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    Ok(text.chars().skip(count(start - 1)).take(count(end.saturating_sub(start))).collect())
}

fn trim<'a>(text: &'a str, side: Side, characters: &str) -> &'a str {
    let goes = |character| characters.contains(character);
    match side {
        Side::Both => text.trim_matches(goes),
        Side::Leading => text.trim_start_matches(goes),
        Side::Trailing => text.trim_end_matches(goes),
    }
}
