//! A statement at work: records go in one after another, the result comes out.

use std::borrow::Cow;

use crate::codec::json;
use crate::domain::error::Error;
use crate::domain::select::column::Record;
use crate::domain::select::expression::Row;
use crate::domain::select::output::Output;
use crate::domain::select::statement::{Item, Statement};
use crate::domain::select::value::Value;

pub struct Query {
    statement: Statement,
    output: Output,
    /// Names of a CSV object's fields, when its first record has them.
    header: Vec<String>,
    /// Records of the result so far.
    returned: u64,
}

type Cell<'a> = (Cow<'a, str>, Value<'a>);

impl Query {
    pub fn new(statement: Statement, output: Output) -> Self {
        Self { statement, output, header: Vec::new(), returned: 0 }
    }

    /// Finds the columns of a CSV object; `header` is its first record when that names them. Before the first record.
    ///
    /// # Errors
    /// `SQLParsingError` for a column that there is not, `AmbiguousFieldName` for one that there is twice.
    pub fn bind(&mut self, header: Option<Vec<String>>) -> Result<(), Error> {
        for column in self.statement.columns_mut() {
            column.bind(header.as_deref())?;
        }
        self.header = header.unwrap_or_default();
        Ok(())
    }

    /// Takes a record and appends what it adds to the result.
    ///
    /// # Errors
    /// Those of the expressions, and of [`Output::write`].
    pub fn take(&mut self, record: Record<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let row = Row::of(record);
        let is_wanted = match &self.statement.filter {
            Some(filter) => filter.evaluate(&row)?.truth()? == Some(true),
            None => true,
        };
        if !is_wanted {
            return Ok(());
        }
        if !self.statement.aggregates.is_empty() {
            return self.statement.aggregates.iter_mut().try_for_each(|aggregate| aggregate.take(&row));
        }
        self.returned += 1;
        match (self.statement.items.as_slice(), record, &self.output) {
            ([Item::Everything], Record::Json(text), Output::Json { .. }) => self.output.write_json(text, out),
            _ => self.output.write(self.cells(&row)?, out),
        }
    }

    /// Whether no record can add anything.
    pub fn is_done(&self) -> bool {
        let limit = self.statement.limit.unwrap_or(u64::MAX);
        limit == 0 || self.statement.aggregates.is_empty() && self.returned >= limit
    }

    /// Appends what all records together make.
    ///
    /// # Errors
    /// Those of the aggregates, and of [`Output::write`].
    pub fn finish(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        if self.statement.aggregates.is_empty() || self.is_done() {
            return Ok(());
        }
        let totals = self.statement.aggregates.iter().map(|aggregate| aggregate.result()).collect::<Result<Vec<_>, _>>()?;
        self.output.write(self.cells(&Row::of_totals(&totals))?, out)
    }

    fn cells<'a>(&'a self, row: &Row<'a>) -> Result<Vec<Cell<'a>>, Error> {
        let mut cells = Vec::with_capacity(self.statement.items.len());
        for item in &self.statement.items {
            match (item, row.record) {
                (Item::Value { name, expression }, _) => cells.push((name.into(), expression.evaluate(row)?)),
                (Item::Everything, Some(record)) => self.add_all(record, &mut cells)?,
                (Item::Everything, None) => {}
            }
        }
        Ok(cells)
    }

    /// All fields of a record. JSON that is no object has one, `_1` (inferred).
    fn add_all<'a>(&'a self, record: Record<'a>, cells: &mut Vec<Cell<'a>>) -> Result<(), Error> {
        match record {
            Record::Csv(fields) => cells.extend(fields.iter().enumerate().map(|(index, text)| {
                let name = self.header.get(index).map_or_else(|| format!("_{}", index + 1).into(), Cow::from);
                (name, Value::Text(text.into()))
            })),
            Record::Json(text) if text.starts_with('{') => {
                for (name, value) in json::members(text) {
                    cells.push((name, Value::of_json(value)?));
                }
            }
            Record::Json(text) => cells.push(("_1".into(), Value::of_json(text)?)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::csv::{Fields, Layout};
    use crate::domain::error::ErrorCode;

    fn layout() -> Layout {
        Layout { record_delimiter: "\n".to_owned(), field_delimiter: b',', quote: b'"', escape: b'"' }
    }

    fn csv_output() -> Output {
        Output::Csv { layout: layout(), quotes_always: false }
    }

    fn json_output() -> Output {
        Output::Json { record_delimiter: "\n".to_owned() }
    }

    fn query(text: &str, output: Output) -> Query {
        let now = "2019-01-01T14:23:12.123Z".parse().expect("a timestamp");
        Query::new(Statement::parse(text, now).expect(text), output)
    }

    fn finished(query: &Query, mut out: Vec<u8>) -> String {
        query.finish(&mut out).expect("finished");
        String::from_utf8(out).expect("UTF-8")
    }

    fn of_csv(text: &str, output: Output, header: Option<&[&str]>, records: &[&str]) -> String {
        let (mut query, mut out, mut fields) = (query(text, output), Vec::new(), Fields::default());
        query.bind(header.map(|header| header.iter().map(|&name| name.to_owned()).collect())).expect("bound");
        for record in records {
            if query.is_done() {
                break;
            }
            fields.read(record, &layout()).expect("well formed");
            query.take(Record::Csv(&fields), &mut out).expect("taken");
        }
        finished(&query, out)
    }

    fn of_json(text: &str, output: Output, records: &[&str]) -> String {
        let (mut query, mut out) = (query(text, output), Vec::new());
        for record in records {
            query.take(Record::Json(record), &mut out).expect("taken");
        }
        finished(&query, out)
    }

    const ROWS: &[&str] = &["1,Ann,30", "2,\"Bob, jr\",100", "3,Cy,200"];
    const HEADER: Option<&[&str]> = Some(&["Id", "FirstName", "Total"]);

    #[test]
    fn csv_goes_in_and_comes_out() {
        let csv = |text: &str| of_csv(text, csv_output(), None, ROWS);
        assert_eq!(csv("SELECT * FROM COSObject"), "1,Ann,30\n2,\"Bob, jr\",100\n3,Cy,200\n");
        assert_eq!(csv("SELECT s._2, s._1 FROM COSObject s WHERE s._3 > 50"), "\"Bob, jr\",2\nCy,3\n");
        assert_eq!(csv("SELECT _1, _4 FROM COSObject LIMIT 1"), "1,\n");
        assert_eq!(csv("SELECT _1 FROM COSObject LIMIT 0"), "");
        assert_eq!(csv("SELECT s.*, s._1 FROM COSObject s WHERE _1 = 3"), "3,Cy,200,3\n");
        assert_eq!(csv("SELECT _2 FROM COSObject WHERE _4 = 1 OR _4 <> 1"), "");
    }

    #[test]
    fn csv_becomes_json_under_its_names() {
        let json = |text: &str, header| of_csv(text, json_output(), header, &ROWS[..1]);
        assert_eq!(json("SELECT * FROM COSObject", None), "{\"_1\":\"1\",\"_2\":\"Ann\",\"_3\":\"30\"}\n");
        assert_eq!(json("SELECT * FROM COSObject", Some(&["a", "b"])), "{\"a\":\"1\",\"b\":\"Ann\",\"_3\":\"30\"}\n");
        assert_eq!(
            json("SELECT s.id, s._3, CAST(s.Total AS INT) n, _9 FROM COSObject s", HEADER),
            "{\"id\":\"1\",\"_3\":\"30\",\"n\":30}\n"
        );
    }

    #[test]
    fn json_is_given_back_as_it_came() {
        let records = ["{ \"b\": 1.50, \"a\": \"\\u00e9\" }", "[1, 2]", "7"];
        let all = |output| of_json("SELECT * FROM COSObject", output, &records);
        assert_eq!(all(json_output()), "{\"b\":1.50,\"a\":\"\\u00e9\"}\n[1,2]\n7\n");
        assert_eq!(all(csv_output()), "1.50,é\n\"[1,2]\"\n7\n");
        let more = |text| of_json(text, json_output(), &records[..1]);
        assert_eq!(more("SELECT s.*, s.b FROM COSObject s"), "{\"b\":1.50,\"a\":\"é\",\"b\":1.50}\n");
        assert_eq!(more("SELECT s.a, s.c FROM COSObject s"), "{\"a\":\"é\"}\n");
        assert_eq!(of_json("SELECT s[1] FROM COSObject s", json_output(), &records), "{}\n{\"_1\":2}\n{}\n");
    }

    #[test]
    fn aggregates_make_one_row() {
        let text = "SELECT COUNT(*), SUM(_3) AS s, AVG(_3), MIN(_1) + MAX(_1), 'x' FROM COSObject WHERE _3 >= 100";
        assert_eq!(of_csv(text, csv_output(), None, ROWS), "2,300,150,5,x\n");
        assert_eq!(of_csv(text, json_output(), None, &[]), "{\"_1\":0,\"s\":null,\"_3\":null,\"_4\":null,\"_5\":\"x\"}\n");
        assert_eq!(of_csv("SELECT COUNT(*) FROM COSObject LIMIT 1", csv_output(), None, ROWS), "3\n");
        assert_eq!(of_csv("SELECT COUNT(*) FROM COSObject LIMIT 0", csv_output(), None, ROWS), "");
        assert_eq!(of_csv("SELECT COUNT(_2) FROM COSObject", csv_output(), None, &["1,2", "3"]), "1\n");
    }

    #[test]
    fn unknown_columns_are_found_before_the_first_record() {
        for (text, header, code) in [
            ("SELECT Id FROM COSObject", None, ErrorCode::SQLParsingError),
            ("SELECT _1 FROM COSObject WHERE id2 = 1", HEADER, ErrorCode::SQLParsingError),
            ("SELECT COUNT(id2) FROM COSObject", HEADER, ErrorCode::SQLParsingError),
            ("SELECT a FROM COSObject", Some(&["A", "a"][..]), ErrorCode::AmbiguousFieldName),
        ] {
            let header = header.map(|header| header.iter().map(|&name| name.to_owned()).collect());
            assert_eq!(query(text, csv_output()).bind(header).expect_err(text).code(), code);
        }
    }
}
