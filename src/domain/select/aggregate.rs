//! Aggregates over all records that WHERE lets through (SQL Functions, 436/32474).

use std::cmp::Ordering;

use crate::domain::error::Error;
use crate::domain::select::expression::{Expression, Row};
use crate::domain::select::number::{Number, Operator};
use crate::domain::select::value::Value;

#[derive(Debug, Clone)]
pub struct Aggregate {
    pub kind: Kind,
    /// `None` for `COUNT(*)`.
    pub argument: Option<Expression>,
    count: i64,
    /// Of the values so far: their sum, or the one that is wanted.
    total: Option<Number>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Avg,
    Count,
    Max,
    Min,
    Sum,
}

impl Aggregate {
    pub fn new(kind: Kind, argument: Option<Expression>) -> Self {
        Self { kind, argument, count: 0, total: None }
    }

    /// Takes a record in; NULL and MISSING do not count.
    ///
    /// # Errors
    /// Those of the argument; `CastFailed` for what is no number, but in COUNT; `SQLParsingError` for a sum that is too large.
    pub fn take(&mut self, row: &Row<'_>) -> Result<(), Error> {
        if let Some(argument) = &self.argument {
            let value = argument.evaluate(row)?;
            if value.is_absent() {
                return Ok(());
            }
            if self.kind != Kind::Count {
                let number = value.number()?;
                self.total = Some(match self.total {
                    None => number,
                    Some(total) => self.kind.joined(total, number)?,
                });
            }
        }
        self.count += 1;
        Ok(())
    }

    /// COUNT is an integer, AVG of integers a decimal, anything else is as its argument; all but COUNT of nothing are NULL.
    ///
    /// # Errors
    /// `SQLParsingError` for a number that is too large.
    pub fn result(&self) -> Result<Value<'static>, Error> {
        let number = match (self.kind, self.total) {
            (Kind::Count, _) => Number::Integer(self.count),
            (_, None) => return Ok(Value::Null),
            (Kind::Avg, Some(total)) => {
                let total = if let Number::Integer(integer) = total { Number::Decimal(integer.into()) } else { total };
                total.apply(Operator::Divide, Number::Integer(self.count))?
            }
            (_, Some(total)) => total,
        };
        Ok(Value::Number(number))
    }
}

impl Kind {
    /// Its name in expressions, in lower case.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "avg" => Self::Avg,
            "count" => Self::Count,
            "max" => Self::Max,
            "min" => Self::Min,
            "sum" => Self::Sum,
            _ => return None,
        })
    }

    fn joined(self, total: Number, number: Number) -> Result<Number, Error> {
        let is_wanted = |order| number.compare(total) == Some(order);
        match self {
            Self::Max => Ok(if is_wanted(Ordering::Greater) { number } else { total }),
            Self::Min => Ok(if is_wanted(Ordering::Less) { number } else { total }),
            Self::Avg | Self::Sum | Self::Count => total.apply(Operator::Add, number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;
    use crate::domain::select::column::{Column, Record};

    fn result(kind: Kind, values: &[&str]) -> Result<String, ErrorCode> {
        let whole_record = Expression::Column(Column::Path(Vec::new()));
        let mut aggregate = Aggregate::new(kind, Some(whole_record));
        for value in values {
            aggregate.take(&Row::of(Record::Json(value))).map_err(|error| error.code())?;
        }
        Ok(aggregate.result().map_err(|error| error.code())?.to_string())
    }

    #[test]
    fn results_have_the_types_of_the_page() {
        for (kind, values, expected) in [
            (Kind::Count, &["1", "null", "\"x\""][..], "2"),
            (Kind::Count, &[], "0"),
            (Kind::Sum, &["1", "2", "null"], "3"),
            (Kind::Sum, &["1", "2.50"], "3.50"),
            (Kind::Sum, &["1", "2e0"], "3.0"),
            (Kind::Sum, &[], "NULL"),
            (Kind::Avg, &["1", "2"], "1.5"),
            (Kind::Avg, &["1e0", "2"], "1.5"),
            (Kind::Avg, &["null"], "NULL"),
            (Kind::Max, &["9", "\"10\"", "2.5"], "10"),
            (Kind::Min, &["9", "\"10\"", "2.5"], "2.5"),
        ] {
            assert_eq!(result(kind, values).as_deref(), Ok(expected), "{kind:?} {values:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(result(Kind::Max, &["1", "\"x\""]), Err(ErrorCode::CastFailed));
        assert_eq!(result(Kind::Sum, &["9223372036854775807", "1"]), Err(ErrorCode::SQLParsingError));
    }

    #[test]
    fn a_star_counts_all_records() {
        let mut aggregate = Aggregate::new(Kind::Count, None);
        for record in ["null", "{}"] {
            aggregate.take(&Row::of(Record::Json(record))).expect("counted");
        }
        assert_eq!(aggregate.result().expect("a number").to_string(), "2");
    }
}
