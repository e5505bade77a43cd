//! Expressions, as they are evaluated for each record.

use crate::domain::error::Error;
use crate::domain::select::column::{Column, Record};
use crate::domain::select::function::Function;
use crate::domain::select::value::Value;

/// A scalar expression (SELECT Command, 436/32473).
#[derive(Debug, Clone)]
pub enum Expression {
    Literal(Value<'static>),
    Column(Column),
    /// A function or an operator and its arguments, as many as it takes.
    Call(Function, Vec<Self>),
    /// The result of the statement's aggregate of that number.
    Total(usize),
}

/// What expressions speak of.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// `None` once all records are read, when only totals are left.
    pub record: Option<Record<'a>>,
    pub totals: &'a [Value<'static>],
}

impl<'a> Row<'a> {
    pub fn of(record: Record<'a>) -> Self {
        Self { record: Some(record), totals: &[] }
    }

    pub fn of_totals(totals: &'a [Value<'static>]) -> Self {
        Self { record: None, totals }
    }
}

impl Expression {
    /// # Errors
    /// `CastFailed`, `ComparisonFailed`, `AmbiguousFieldName`, `JSONParsingError`, or `SQLParsingError` for arithmetic that has no
    /// result.
    pub fn evaluate<'a>(&'a self, row: &Row<'a>) -> Result<Value<'a>, Error> {
        match self {
            Self::Literal(value) => Ok(value.borrowed()),
            Self::Column(column) => row.record.map_or(Ok(Value::Missing), |record| column.find(record)),
            Self::Call(function, arguments) => function.evaluate(arguments, row),
            Self::Total(number) => Ok(row.totals.get(*number).map_or(Value::Missing, Value::borrowed)),
        }
    }

    /// All columns that it names.
    pub fn columns_mut(&mut self) -> Vec<&mut Column> {
        match self {
            Self::Literal(_) | Self::Total(_) => Vec::new(),
            Self::Column(column) => vec![column],
            Self::Call(_, arguments) => arguments.iter_mut().flat_map(Self::columns_mut).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;
    use crate::domain::select::statement::{Item, Statement};
    use proptest::prelude::*;

    const RECORD: &str =
        r#"{"i": 7, "f": 1.5, "t": "text", "n": "12", "e": "", "nil": null, "yes": true, "l": [1, 2], "d": "2010-01-01T00:00Z"}"#;

    fn evaluate(expression: &str) -> Result<String, (ErrorCode, String)> {
        let text = format!("SELECT {expression} FROM COSObject s");
        let now = "2019-01-01T14:23:12.123Z".parse().expect("a timestamp");
        let evaluated = Statement::parse(&text, now).and_then(|statement| match statement.items.as_slice() {
            [Item::Value { expression, .. }] => Ok(expression.evaluate(&Row::of(Record::Json(RECORD)))?.to_string()),
            _ => Ok("no single value".to_owned()),
        });
        evaluated.map_err(|error| (error.code(), error.message().to_owned()))
    }

    #[track_caller]
    fn assert_all(cases: &[(&str, &str)]) {
        for (expression, expected) in cases {
            assert_eq!(evaluate(expression).as_deref(), Ok(*expected), "{expression}");
        }
    }

    #[test]
    fn condition_functions_are_as_the_page_has_them() {
        assert_all(&[
            ("COALESCE(1)", "1"),
            ("COALESCE(1, null)", "1"),
            ("COALESCE(null, null, 1)", "1"),
            ("COALESCE(missing, 1)", "1"),
            ("COALESCE(null, 'string')", "\"string\""),
            ("COALESCE(null)", "NULL"),
            ("COALESCE(missing, missing)", "NULL"),
            ("NULLIF(1, 2)", "1"),
            ("NULLIF(1, '1')", "1"),
            ("NULLIF(1, NULL)", "1"),
            ("NULLIF(1, 1)", "NULL"),
            ("NULLIF(1.0, 1)", "NULL"),
            ("NULLIF(missing, null)", "NULL"),
            ("NULLIF([1], [1])", "NULL"),
            ("NULLIF([1], [2])", "[1]"),
            ("NULLIF(NULL, 1)", "NULL"),
        ]);
    }

    #[test]
    fn date_functions_are_as_the_page_has_them() {
        assert_all(&[
            ("DATE_ADD(year, 5, `2010-01-01T`)", "2015-01-01"),
            ("DATE_ADD(hour, 1, `2017T`)", "2017-01-01T01:00-00:00"),
            ("DATE_DIFF(year, `2010-01-01T`, `2011-01-01T`)", "1"),
            ("DATE_DIFF(month, `2011T`, `2010T`)", "-12"),
            ("EXTRACT(YEAR FROM `2010-01-01T`)", "2010"),
            ("EXTRACT(TIMEZONE_HOUR FROM `2017-01-02T03:04:05+07:08`)", "7"),
            ("EXTRACT(TIMEZONE_MINUTE FROM `2017-01-02T03:04:05+07:08`)", "8"),
            ("TO_STRING(`1998-07-20T20:18Z`, 'y-MM-dd''T''H:m:ssX')", "\"1998-07-20T20:18:00Z\""),
            ("TO_TIMESTAMP('2007T')", "2007T"),
            ("CAST('2007-04-05T14:30Z' AS TIMESTAMP)", "2007-04-05T14:30Z"),
            ("UTCNOW()", "2019-01-01T14:23:12.123Z"),
            ("DATE_DIFF(day, s.d, UTCNOW())", "3287"),
        ]);
    }

    #[test]
    fn string_functions_are_as_the_page_has_them() {
        assert_all(&[
            ("CHAR_LENGTH('tencent')", "7"),
            ("CHARACTER_LENGTH('é')", "1"),
            ("LOWER('TENcent')", "\"tencent\""),
            ("UPPER('tenCENT')", "\"TENCENT\""),
            ("SUBSTRING('123456789', 0)", "\"123456789\""),
            ("SUBSTRING('123456789', 1)", "\"123456789\""),
            ("SUBSTRING('123456789', 2)", "\"23456789\""),
            ("SUBSTRING('123456789', -4)", "\"123456789\""),
            ("SUBSTRING('123456789', 0, 999)", "\"123456789\""),
            ("SUBSTRING('123456789', 1, 5)", "\"12345\""),
            ("SUBSTRING('123456789' FROM 2 FOR 3)", "\"234\""),
            ("SUBSTRING('123456789', -1, 4)", "\"12\""),
            ("SUBSTRING('123456789', 20)", "\"\""),
            ("SUBSTRING('a', 5)", "\"a\""),
            ("TRIM('       foobar         ')", "\"foobar\""),
            ("TRIM('      \tfoobar\t         ')", "\"\\tfoobar\\t\""),
            ("TRIM(LEADING FROM '  foobar  ')", "\"foobar  \""),
            ("TRIM(TRAILING FROM '  foobar  ')", "\"  foobar\""),
            ("TRIM(BOTH FROM '  foobar  ')", "\"foobar\""),
            ("TRIM(BOTH '12' FROM '1112211foobar22211122')", "\"foobar\""),
        ]);
    }

    #[test]
    fn operators_bind_as_the_page_has_them() {
        assert_all(&[
            ("1 + 2 * 3 - -4", "11"),
            ("7 % 4 * 2", "6"),
            ("NOT 1 = 2 AND 3 < 4", "true"),
            ("true OR false AND false", "true"),
            ("1 + 1 IN (2, 3)", "true"),
            ("5 BETWEEN 1 + 1 AND 9", "true"),
            ("5 NOT BETWEEN 1 AND 9", "false"),
            ("'ab' NOT LIKE 'a%'", "false"),
            ("'50%' LIKE '50!%' ESCAPE '!'", "true"),
            ("s.t LIKE s.e", "false"),
            ("1 <> 1 OR 1 != 2", "true"),
            ("0.1 + 0.2 = 0.3", "true"),
        ]);
    }

    #[test]
    fn texts_are_read_as_what_they_are_compared_and_reckoned_with() {
        assert_all(&[
            ("s.n > 9", "true"),
            ("s.n > '9'", "false"),
            ("s.n = 12.0", "true"),
            ("s.t = 12", "false"),
            ("s.t <> 12", "true"),
            ("s.n + 1", "13"),
            ("-s.n", "-12"),
            ("s.d < UTCNOW()", "true"),
            ("s.yes = 'true'", "true"),
            ("s.l = s.l", "true"),
            ("s.i IN ('7', 8)", "true"),
        ]);
    }

    #[test]
    fn null_and_missing_are_unknown() {
        assert_all(&[
            ("s.nil", "NULL"),
            ("s.none", "MISSING"),
            ("s.nil = s.nil", "NULL"),
            ("s.none < 1", "MISSING"),
            ("s.nil + s.none", "MISSING"),
            ("LOWER(s.nil)", "NULL"),
            ("NOT s.nil", "NULL"),
            ("s.nil AND false", "false"),
            ("s.nil AND true", "NULL"),
            ("s.nil OR true", "true"),
            ("s.none OR false", "NULL"),
            ("1 IN (2, s.nil)", "NULL"),
            ("2 IN (2, s.nil)", "true"),
            ("s.nil IN (1)", "NULL"),
            ("s.nil BETWEEN 1 AND 2", "NULL"),
            ("CAST(s.nil AS INT)", "NULL"),
            ("s.nil IS NULL", "true"),
            ("s.none IS NULL", "true"),
            ("s.e IS NOT NULL", "true"),
            ("s.nil IS MISSING", "false"),
            ("s.none IS MISSING AND s.i IS NOT MISSING", "true"),
        ]);
    }

    #[test]
    fn what_decides_comes_first() {
        assert_all(&[("s.t <> 'text' AND CAST(s.t AS INT) > 1", "false"), ("s.t = 'text' OR CAST(s.t AS INT) > 1", "true")]);
    }

    #[test]
    fn failures_have_their_codes() {
        for (expression, code, message) in [
            ("s.t > 1", ErrorCode::ComparisonFailed, "\"text\" and 1 have no order: CAST one of them"),
            ("s.l < s.l + 1", ErrorCode::CastFailed, "[1,2] is not a number"),
            ("s.yes < 5", ErrorCode::ComparisonFailed, "true and 5 have no order: CAST one of them"),
            ("s.t BETWEEN 1 AND 2", ErrorCode::ComparisonFailed, "\"text\" and 1 have no order: CAST one of them"),
            ("CAST(s.e AS INT)", ErrorCode::CastFailed, "\"\" is not a number"),
            ("s.t + 1", ErrorCode::CastFailed, "\"text\" is not a number"),
            ("NOT s.i", ErrorCode::CastFailed, "7 is not true or false"),
            ("LOWER(s.l)", ErrorCode::CastFailed, "[1,2] is not a string"),
            ("DATE_ADD(day, 1, s.t)", ErrorCode::CastFailed, "\"text\" is not a timestamp, such as 2007-04-05T14:30Z"),
            ("s.i / 0", ErrorCode::SQLParsingError, "7 / 0 divides by zero"),
            ("SUBSTRING(s.t, 1, -1)", ErrorCode::SQLParsingError, "the length -1 of SUBSTRING is below 0"),
            (
                "DATE_ADD(year, 9999, s.d)",
                ErrorCode::SQLParsingError,
                "DATE_ADD of 9999 to 2010-01-01T00:00Z leaves the years 1 to 9999",
            ),
        ] {
            assert_eq!(evaluate(expression), Err((code, message.to_owned())), "{expression}");
        }
    }

    proptest! {
        #[test]
        fn no_expression_panics(words in prop::collection::vec(prop::sample::select(vec![
            "s.i", "s.f", "s.t", "s.n", "s.nil", "s.none", "s.l", "s.d", "1", "-9223372036854775807", "1e308", "'%a_'", "`2010T`", "+",
            "-", "*", "/", "%", "=", "<", ">=", "AND", "OR", "NOT", "LIKE", "IN (1, s.t)", "IS NULL", "BETWEEN 1 AND", "LOWER(s.t)",
            "SUBSTRING(s.t, -9, 3)", "TRIM(s.t)", "CAST(s.n AS FLOAT)", "DATE_ADD(month, s.i, s.d)", "COALESCE(s.nil, 2)",
        ]), 1..9)) {
            let _ = evaluate(&words.join(" "));
        }
    }
}
