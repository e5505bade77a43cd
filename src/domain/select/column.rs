//! Fields of records, by number, name or path (SELECT Command, 436/32473).

use crate::codec::csv::Fields;
use crate::codec::json;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::value::{Value, excerpt};

/// A record of the object.
#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    Csv(&'a Fields),
    /// The text of one JSON value, well formed.
    Json(&'a str),
}

/// Where a value stands in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A field of a CSV record, counted from 0.
    Field(usize),
    /// As the expression has it, less the table's alias. Of a CSV object it is turned into a field before the first record.
    Path(Vec<Step>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Name {
        text: String,
        /// It stood in double quotes, and so is not found in other letter case.
        is_exact: bool,
    },
    /// An element of a list, counted from 0.
    Element(usize),
}

impl Column {
    /// Turns a path into the field of a CSV object; `header` is its first record when that names the fields.
    ///
    /// # Errors
    /// `SQLParsingError` when no field is meant, `AmbiguousFieldName` when several are.
    pub fn bind(&mut self, header: Option<&[String]>) -> Result<(), Error> {
        let Self::Path(steps) = self else { return Ok(()) };
        let refuse = |message: String| Err(ErrorCode::SQLParsingError.because(message));
        let [step @ Step::Name { text, .. }] = steps.as_slice() else {
            let path = Self::describe(steps);
            return refuse(format!(
                "{path} is no column of a CSV object: before it, only the alias or name of the table may stand"
            ));
        };
        let index = match (position(text), header) {
            (Some(0), _) => return refuse("the column _0 is invalid: columns are counted from _1".to_owned()),
            (Some(number), _) => number - 1,
            (None, None) => {
                let name = excerpt(text);
                return refuse(format!(
                    "the column {name} is unknown: without FileHeaderInfo USE columns are named _1, _2 and so on"
                ));
            }
            (None, Some(header)) => {
                let mut found = header.iter().enumerate().filter(|(_, name)| step.is(name));
                match (found.next(), found.next()) {
                    (None, _) => return refuse(format!("the column {} is not in the header of the object", excerpt(text))),
                    (Some((index, _)), None) => index,
                    (Some(_), Some(_)) => return Err(step.ambiguous()),
                }
            }
        };
        *self = Self::Field(index);
        Ok(())
    }

    /// The value in a record.
    ///
    /// # Errors
    /// `AmbiguousFieldName`, or `JSONParsingError` for a string that is no text.
    pub fn find<'a>(&self, record: Record<'a>) -> Result<Value<'a>, Error> {
        match (self, record) {
            (Self::Field(index), Record::Csv(fields)) => {
                Ok(fields.field(*index).map_or(Value::Missing, |text| Value::Text(text.into())))
            }
            (Self::Path(steps), Record::Json(text)) => {
                let mut found = Some(text);
                for step in steps {
                    let Some(value) = found else { break };
                    found = step.find(value)?;
                }
                found.map_or(Ok(Value::Missing), Value::of_json)
            }
            (Self::Field(_), Record::Json(_)) | (Self::Path(_), Record::Csv(_)) => Ok(Value::Missing),
        }
    }

    /// The name that its value has in a JSON result; an element of a list has none.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Path(steps) => match steps.last() {
                Some(Step::Name { text, .. }) => Some(text),
                _ => None,
            },
            Self::Field(_) => None,
        }
    }

    fn describe(steps: &[Step]) -> String {
        let mut path = String::new();
        for step in steps {
            match step {
                Step::Name { text, .. } if path.is_empty() => path.push_str(text),
                Step::Name { text, .. } => path.extend([".", text]),
                Step::Element(index) => path.push_str(&format!("[{index}]")),
            }
        }
        excerpt(&path).into_owned()
    }
}

impl Step {
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Name { text, is_exact: true } => text == name,
            Self::Name { text, is_exact: false } => text.eq_ignore_ascii_case(name),
            Self::Element(_) => false,
        }
    }

    fn find<'a>(&self, value: &'a str) -> Result<Option<&'a str>, Error> {
        if let Self::Element(index) = self {
            return Ok(json::elements(value).get(*index).copied());
        }
        let members = json::members(value);
        let mut found = members.iter().filter(|(name, _)| self.is(name)).map(|(_, value)| *value);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(self.ambiguous()),
            (found, _) => Ok(found),
        }
    }

    fn ambiguous(&self) -> Error {
        let Self::Name { text, is_exact } = self else { return ErrorCode::AmbiguousFieldName.into() };
        let name = excerpt(text);
        let hint = if *is_exact { "" } else { "; put it in double quotes to tell upper from lower case" };
        ErrorCode::AmbiguousFieldName.because(format!("several fields have the name {name}{hint}"))
    }
}

/// The number in `_1`, `_2` and so on.
fn position(name: &str) -> Option<usize> {
    let digits = name.strip_prefix('_').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::csv::Layout;

    fn name(text: &str, is_exact: bool) -> Step {
        Step::Name { text: text.to_owned(), is_exact }
    }

    fn bound(steps: &[Step], header: Option<&[&str]>) -> Result<Column, (ErrorCode, String)> {
        let header: Option<Vec<String>> = header.map(|header| header.iter().map(|&name| name.to_owned()).collect());
        let mut column = Column::Path(steps.to_vec());
        column.bind(header.as_deref()).map_err(|error| (error.code(), error.message().to_owned()))?;
        Ok(column)
    }

    #[test]
    fn names_and_numbers_lead_to_fields() {
        let header = Some(&["Id", "NAME", "name"][..]);
        for (step, header, index) in [
            (name("_1", false), None, 0),
            (name("_12", true), header, 11),
            (name("id", false), header, 0),
            (name("NAME", true), header, 1),
            (name("name", true), header, 2),
        ] {
            assert_eq!(bound(std::slice::from_ref(&step), header), Ok(Column::Field(index)), "{step:?}");
        }
    }

    #[test]
    fn what_is_no_field_is_refused() {
        let header = Some(&["NAME", "name"][..]);
        for (steps, header, code, message) in [
            (vec![name("_0", false)], None, ErrorCode::SQLParsingError, "the column _0 is invalid: columns are counted from _1"),
            (
                vec![name("Id", false)],
                None,
                ErrorCode::SQLParsingError,
                "the column Id is unknown: without FileHeaderInfo USE columns are named _1, _2 and so on",
            ),
            (vec![name("Id", false)], header, ErrorCode::SQLParsingError, "the column Id is not in the header of the object"),
            (vec![name("Name", true)], header, ErrorCode::SQLParsingError, "the column Name is not in the header of the object"),
            (
                vec![name("name", false)],
                header,
                ErrorCode::AmbiguousFieldName,
                "several fields have the name name; put it in double quotes to tell upper from lower case",
            ),
            (
                vec![name("t", false), name("_1", false), Step::Element(0)],
                None,
                ErrorCode::SQLParsingError,
                "t._1[0] is no column of a CSV object: before it, only the alias or name of the table may stand",
            ),
        ] {
            assert_eq!(bound(&steps, header), Err((code, message.to_owned())));
        }
    }

    #[test]
    fn fields_that_a_record_lacks_are_missing() {
        let layout = Layout { record_delimiter: "\n".to_owned(), field_delimiter: b',', quote: b'"', escape: b'"' };
        let mut fields = Fields::default();
        fields.read("a,b", &layout).expect("well formed");
        let text = |index| Column::Field(index).find(Record::Csv(&fields)).expect("found");
        assert_eq!(text(1).into_text(), "b");
        assert!(matches!(text(2), Value::Missing));
    }

    #[test]
    fn paths_lead_into_json() {
        let record = r#"{"name": "Leon", "projects": [{"project_name": "p1"}, {"a": {"B": 1, "b": 2}}], "nil": null}"#;
        let find = |steps: &[Step]| Column::Path(steps.to_vec()).find(Record::Json(record));
        let projects = name("PROJECTS", false);
        let text = |steps: &[Step]| find(steps).expect("found").to_string();
        assert_eq!(text(&[name("Name", false)]), "\"Leon\"");
        assert_eq!(text(&[name("Name", true)]), "MISSING");
        assert_eq!(text(&[projects.clone(), Step::Element(0), name("project_name", true)]), "\"p1\"");
        assert_eq!(text(&[projects.clone(), Step::Element(1), name("a", false), name("B", true)]), "1");
        assert_eq!(text(&[projects.clone(), Step::Element(2)]), "MISSING");
        assert_eq!(text(&[projects.clone(), name("x", false), name("y", false)]), "MISSING");
        assert_eq!(text(&[name("nil", false)]), "NULL");
        assert!(text(&[]).starts_with("{\"name\":\"Leon\""));
        let ambiguous = find(&[projects, Step::Element(1), name("a", false), name("b", false)]);
        assert_eq!(ambiguous.expect_err("two").code(), ErrorCode::AmbiguousFieldName);
    }
}
