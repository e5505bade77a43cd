//! `SELECT … FROM COSObject [[AS] alias] [WHERE …] [LIMIT n]` (SELECT Command, 436/32473).

use sqlparser::ast::SelectItem;

use crate::domain::error::Error;
use crate::domain::select::aggregate::Aggregate;
use crate::domain::select::clauses::{Clauses, TABLE};
use crate::domain::select::column::Column;
use crate::domain::select::expression::Expression;
use crate::domain::select::moment::Moment;
use crate::domain::select::translate::{Translator, refuse};
use crate::domain::select::value::excerpt;

/// What S3's clients call the one table.
const S3_TABLE: &str = "S3Object";

/// The most bytes of an expression (436/32472).
pub const LONGEST_EXPRESSION: usize = 256 << 10;

#[derive(Debug, Clone)]
pub struct Statement {
    pub items: Vec<Item>,
    pub filter: Option<Expression>,
    pub limit: Option<u64>,
    /// With one or more, all records make one row, and the items hold no columns.
    pub aggregates: Vec<Aggregate>,
}

/// What the SELECT list asks for.
#[derive(Debug, Clone)]
pub enum Item {
    /// All fields of the record: `*`, or `alias.*`.
    Everything,
    Value {
        /// In a JSON result: the alias, the column's own name, or its place in the list as in `_2`.
        name: String,
        expression: Expression,
    },
}

impl Statement {
    /// # Errors
    /// `SQLParsingError`, naming what is not understood or not supported.
    pub fn parse(text: &str, now: Moment) -> Result<Self, Error> {
        Self::parse_of(&[TABLE], text, now)
    }

    /// As [`Self::parse`], from an S3 client, which may call the table by S3's name (inferred).
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_s3(text: &str, now: Moment) -> Result<Self, Error> {
        Self::parse_of(&[TABLE, S3_TABLE], text, now)
    }

    fn parse_of(tables: &[&str], text: &str, now: Moment) -> Result<Self, Error> {
        if text.len() > LONGEST_EXPRESSION {
            let length = text.len();
            return Err(refuse(format!("the SQL expression has {length} bytes; at most {LONGEST_EXPRESSION} are allowed")));
        }
        let written = Clauses::parse(text, tables)?;
        let table = written.alias.map_or_else(|| TABLE.to_owned(), |alias| alias.value);
        let mut translator = Translator::new(now, table);
        let items = items(&written.items, &mut translator)?;
        translator.takes_aggregates = false;
        let filter = written.filter.map(|filter| translator.expression(&filter)).transpose()?;
        let mut statement = Self { items, filter, limit: written.limit, aggregates: translator.aggregates };
        statement.refuse_columns_beside_aggregates()?;
        Ok(statement)
    }

    /// All columns that it names, but for `*`.
    pub fn columns_mut(&mut self) -> impl Iterator<Item = &mut Column> {
        let items = self.items.iter_mut().filter_map(Item::expression_mut);
        let arguments = self.aggregates.iter_mut().filter_map(|aggregate| aggregate.argument.as_mut());
        items.chain(arguments).chain(&mut self.filter).flat_map(Expression::columns_mut)
    }

    fn refuse_columns_beside_aggregates(&mut self) -> Result<(), Error> {
        if self.aggregates.is_empty() {
            return Ok(());
        }
        let is_of_records = |item: &mut Item| item.expression_mut().is_none_or(|value| !value.columns_mut().is_empty());
        if self.items.iter_mut().any(is_of_records) {
            return Err(refuse("beside an aggregate, columns may stand in aggregates only: GROUP BY is not supported"));
        }
        Ok(())
    }
}

impl Item {
    fn expression_mut(&mut self) -> Option<&mut Expression> {
        match self {
            Self::Everything => None,
            Self::Value { expression, .. } => Some(expression),
        }
    }
}

fn items(written: &[SelectItem], translator: &mut Translator) -> Result<Vec<Item>, Error> {
    let mut items = Vec::with_capacity(written.len());
    for (index, item) in written.iter().enumerate() {
        items.push(match item {
            SelectItem::Wildcard(_) if written.len() > 1 => {
                return Err(refuse("beside *, other expressions are allowed only as in alias.*"));
            }
            SelectItem::Wildcard(_) => Item::Everything,
            SelectItem::QualifiedWildcard(kind, _)
                if kind.to_string().eq_ignore_ascii_case(&format!("{}.*", translator.table)) =>
            {
                Item::Everything
            }
            SelectItem::UnnamedExpr(expr) => {
                let expression = translator.expression(expr)?;
                let own = match &expression {
                    Expression::Column(column) => column.name().map(str::to_owned),
                    _ => None,
                };
                Item::Value { name: own.unwrap_or_else(|| format!("_{}", index + 1)), expression }
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                Item::Value { name: alias.value.clone(), expression: translator.expression(expr)? }
            }
            other => return Err(refuse(format!("{} is not supported", excerpt(&other.to_string())))),
        });
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;
    use crate::domain::select::dialect::{MOST_IN_A_ROW, MOST_LINKS};
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Statement, Error> {
        Statement::parse(text, "2019-01-01T14:23:12.123Z".parse().expect("a timestamp"))
    }

    fn refusal(text: &str) -> String {
        let error = parse(text).expect_err(text);
        assert_eq!(error.code(), ErrorCode::SQLParsingError, "{text}");
        error.message().to_owned()
    }

    fn names(text: &str) -> Vec<String> {
        let name = |item| match item {
            Item::Everything => "*".to_owned(),
            Item::Value { name, .. } => name,
        };
        parse(text).expect(text).items.into_iter().map(name).collect()
    }

    #[test]
    fn the_documented_statements_are_understood() {
        for text in [
            "Select * from COSObject",
            "select * from cosobject s limit 100",
            "SELECT s._1, s._2 FROM COSObject s WHERE s._3 > 100",
            "SELECT s.Id, s.FirstName FROM COSObject AS s;",
            "SELECT count(*) FROM COSObject s WHERE s._1 < 1",
            "SELECT s.country, s.city from COSObject s where s.city = 'Seattle'",
            "Select s.projects[0].project_name from COSObject s",
            "SELECT s.\"CAST\" from COSObject s",
            "select s[1] from COSObject s where s.a is not missing -- a comment",
            "SELECT avg(cast(_1 as float)) / count(*), max(_2) m FROM COSObject WHERE _1 like 'a!%' escape '!' LIMIT 1",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text).err());
        }
    }

    #[test]
    fn values_are_named_by_alias_column_or_place() {
        assert_eq!(names("SELECT * FROM COSObject"), ["*"]);
        assert_eq!(names("SELECT s.*, s.a FROM COSObject s"), ["*", "a"]);
        let text = "SELECT s.a.b, \"c\" AS d, e f, s.l[0], _3, 1 + 1, lower(_1) FROM COSObject s";
        assert_eq!(names(text), ["b", "d", "f", "_4", "_3", "_6", "_7"]);
    }

    #[test]
    fn what_cos_has_not_is_refused_by_name() {
        for (text, message) in [
            ("", "the SQL expression must begin with SELECT"),
            ("DELETE FROM COSObject", "the SQL expression must begin with SELECT"),
            ("SELECT", "the SELECT list is empty"),
            ("SELECT FROM COSObject", "the SELECT list is empty"),
            ("SELECT _1", "FROM is missing: the SELECT list must be followed by FROM COSObject"),
            ("SELECT _1 WHERE _1 = 2", "WHERE is unexpected; expected was FROM COSObject"),
            ("SELECT *, _1 FROM COSObject", "beside *, other expressions are allowed only as in alias.*"),
            ("SELECT * FROM S3Object", "there is no table S3Object; the only one is COSObject"),
            ("SELECT * FROM COSObject[*].a", "FROM takes COSObject without a path"),
            ("SELECT * FROM COSObject.a", "FROM takes COSObject without a path"),
            ("SELECT * FROM (SELECT 1)", "subqueries are not supported"),
            ("SELECT * FROM COSObject WHERE _1 IN (SELECT 1)", "subqueries are not supported"),
            ("SELECT * FROM COSObject GROUP BY _1", "GROUP is not supported"),
            ("SELECT * FROM COSObject s ORDER BY _1", "ORDER is not supported"),
            ("SELECT * FROM COSObject UNION SELECT * FROM COSObject", "UNION is not supported"),
            ("SELECT * FROM COSObject WHERE _1 = 2 HAVING 1", "HAVING is not supported"),
            ("SELECT * FROM COSObject a JOIN COSObject b ON 1 = 1", "JOIN is not supported"),
            ("SELECT * FROM COSObject a LEFT JOIN COSObject b", "JOIN is not supported"),
            ("SELECT * FROM COSObject a, COSObject b", "FROM takes one table; joins are not supported"),
            ("SELECT DISTINCT _1 FROM COSObject", "DISTINCT is not supported"),
            ("SELECT COUNT(DISTINCT _1) FROM COSObject", "COUNT(DISTINCT _1) is not supported"),
            (
                "SELECT * FROM COSObject select",
                "select is unexpected; expected was an alias, WHERE or LIMIT, in this order, or the end",
            ),
            ("SELECT * FROM COSObject AS select", "select cannot be the table's alias"),
            ("SELECT * FROM COSObject LIMIT -1", "LIMIT is -; it must be a number of records"),
            ("SELECT * FROM COSObject LIMIT 1.5", "LIMIT is 1.5; it must be a number of records"),
            (
                "SELECT * FROM COSObject LIMIT 1 WHERE _1 = 2",
                "WHERE is unexpected; expected was an alias, WHERE or LIMIT, in this order, or the end",
            ),
            (
                "SELECT s.CAST FROM COSObject s",
                "CAST is a reserved word: to name a field, put it in double quotes, as in \"CAST\"",
            ),
            ("SELECT date FROM COSObject", "date is a reserved word: to name a field, put it in double quotes, as in \"date\""),
            ("SELECT CASE WHEN _1 = 1 THEN 2 END FROM COSObject", "CASE WHEN _1 = 1 THEN 2 END is not supported"),
            ("SELECT _1 || _2 FROM COSObject", "the SQL expression could not be understood: the operator || is not supported"),
            (
                "SELECT _1 IS TRUE FROM COSObject",
                "the SQL expression could not be understood: IS takes NULL, NOT NULL, MISSING or NOT MISSING",
            ),
            ("SELECT abs(_1) FROM COSObject", "there is no function abs that takes 1 arguments"),
            ("SELECT nullif(1) FROM COSObject", "there is no function nullif that takes 1 arguments"),
            (
                "SELECT CAST(_1 AS varchar) FROM COSObject",
                "CAST to varchar is not supported; the types are bool, int, integer, string, float, decimal, numeric and timestamp",
            ),
            ("SELECT _1::int FROM COSObject", "the SQL expression could not be understood: the operator :: is not supported"),
            (
                "SELECT date_add(week, 1, _1) FROM COSObject",
                "week is no part of a date; it must be year, month, day, hour, minute or second",
            ),
            (
                "SELECT extract(week from _1) FROM COSObject",
                "WEEK is no part of a date; it must be year, month, day, hour, minute or second",
            ),
            ("SELECT to_string(_1, _2) FROM COSObject", "the pattern of TO_STRING must be a string literal"),
            (
                "SELECT to_string(_1, 'q') FROM COSObject",
                "the pattern \"q\" of TO_STRING has \"q\", which is no symbol of a date or time",
            ),
            ("SELECT `soon` FROM COSObject", "`soon` is no timestamp, such as `2007-04-05T14:30Z`"),
            ("SELECT _1 LIKE 'a' ESCAPE '!!' FROM COSObject", "the ESCAPE of LIKE must be one character"),
            ("SELECT s[x] FROM COSObject s", "[x] leads to no field: [ ] takes a number from 0 on"),
            ("SELECT s[1:2] FROM COSObject s", "[1:2] leads to no field: [ ] takes a number from 0 on"),
            (
                "SELECT * FROM COSObject WHERE count(*) > 1",
                "an aggregate may stand in the SELECT list only, and in no other aggregate",
            ),
            ("SELECT sum(max(_1)) FROM COSObject", "an aggregate may stand in the SELECT list only, and in no other aggregate"),
            ("SELECT sum(*) FROM COSObject", "only COUNT takes *"),
            ("SELECT sum(_1, _2) FROM COSObject", "an aggregate takes one argument, not 2"),
            (
                "SELECT _1, count(*) FROM COSObject",
                "beside an aggregate, columns may stand in aggregates only: GROUP BY is not supported",
            ),
            (
                "SELECT s.*, count(*) FROM COSObject s",
                "beside an aggregate, columns may stand in aggregates only: GROUP BY is not supported",
            ),
        ] {
            assert_eq!(refusal(text), message, "{text}");
        }
        for text in [
            "SELECT 'a FROM COSObject",
            "SELECT (1 FROM COSObject",
            "SELECT _1 FROM COSObject WHERE",
            "SELECT _1 _2 _3 FROM COSObject",
        ] {
            assert!(!refusal(text).is_empty());
        }
    }

    #[test]
    fn long_and_deep_expressions_are_refused_and_nothing_worse() {
        let chain = |operator: &str, length: usize| format!("SELECT {} FROM COSObject", vec!["1"; length].join(operator));
        assert!(parse(&chain("+", MOST_IN_A_ROW)).is_ok());
        assert!(refusal(&chain("+", 100_000)).ends_with("more than 50 operators in a row"));
        assert!(parse(&chain(" OR ", MOST_LINKS)).is_ok());
        assert!(refusal(&chain(" AND ", 40_000)).ends_with("more than 2000 ANDs and ORs"));
        for row in [" IS NULL", " IN (1)", " BETWEEN 1 AND 2", " LIKE 'a'", " IS MISSING"] {
            assert!(
                refusal(&format!("SELECT _1{} FROM COSObject", row.repeat(10_000))).ends_with("more than 50 operators in a row")
            );
        }
        let wide_and_deep =
            format!("{}1{}", "1 + (".repeat(20), ")".repeat(20)).replace("1 + (", &format!("1 + ({}", "1 - ".repeat(40)));
        assert!(refusal(&format!("SELECT {wide_and_deep} FROM COSObject")).contains("nested"));
        let list = vec!["'a'"; 60_000].join(",");
        assert!(parse(&format!("SELECT * FROM COSObject WHERE _1 IN ({list})")).is_ok());
        assert!(
            refusal(&format!("SELECT '{}' FROM COSObject", "a".repeat(LONGEST_EXPRESSION))).starts_with("the SQL expression has")
        );
        for deep in [
            "(",
            "-",
            "NOT ",
            "lower(",
            "CASE WHEN ",
            "[",
            "{",
            "CAST(",
            "x IN (",
            "IF a.b.",
            "a.b(",
            "INTERVAL ",
            "(SELECT ",
            "TRIM(",
            "EXISTS (SELECT ",
            "ARRAY[",
            "x[",
            "1 + (",
            "SUBSTRING(",
            "EXTRACT(YEAR FROM ",
            "STRUCT(",
            "TRIM(BOTH FROM ",
            "1 + (1 - ",
        ] {
            refusal(&format!("SELECT {} FROM COSObject", deep.repeat(2000)));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_the_parser(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec![
            "SELECT", "FROM", "COSObject", "WHERE", "LIMIT", "*", "_1", "s", ".", ",", "(", ")", "[", "]", "'a'", "\"b\"", "`2010T`", "1",
            "AND", "NOT", "IS", "NULL", "MISSING", "LIKE", "IN", "BETWEEN", "CAST", "AS", "INT", "COUNT", "TRIM", "BOTH", "+", "-", "=",
        ]), 0..25)) {
            let _ = parse(&text);
            let _ = parse(&format!("SELECT {text} FROM COSObject"));
            let _ = parse(&words.join(" "));
            let _ = parse(&format!("SELECT {} FROM COSObject", words.join(" ")));
        }
    }
}
