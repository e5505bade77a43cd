//! XML documents: those of S3 requests in COS's words, and those of answers in S3's.

use std::borrow::Cow;

use bytes::Bytes;

use crate::codec::xml_rewrite::{Fate, Rules, rewrite};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::s3::error;
use crate::operations::s3::names::{COS_ELEMENTS, ELEMENTS, LACKING_ELEMENTS, TEXTS};

/// Of the root of every answer but errors.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The root and the name of the element that says on which day a lifecycle rule begins to apply.
const LIFECYCLE_DATE: (&str, &str) = ("LifecycleConfiguration", "Date");

/// When a day begins in S3, which is written in two ways, and in COS: the day stays the same.
const MIDNIGHTS: [&str; 2] = ["T00:00:00Z", "T00:00:00.000Z"];
const COS_MIDNIGHT: &str = "T00:00:00+08:00";

/// The body of a request, whose root is to be `root`. One that is no XML is given back as it is: its reader says so.
///
/// # Errors
/// `NotImplemented`, naming an element that would change what an operation does and that COS lacks.
pub fn in_cos_words(root: &'static str, sent: Bytes) -> Result<Bytes, Error> {
    let mut rules = ToCos { root, lacking: None };
    let Some(Ok(translated)) = std::str::from_utf8(&sent).ok().map(|text| rewrite(text, None, &mut rules)) else {
        return Ok(sent);
    };
    match rules.lacking {
        Some(element) => {
            Err(ErrorCode::NotImplemented.because(format!("the element <{element}> of <{root}> is not implemented")))
        }
        None => Ok(translated.into()),
    }
}

struct ToCos {
    root: &'static str,
    lacking: Option<&'static str>,
}

impl ToCos {
    /// Notes an element that is lacking; `text` is what it holds, once that is known.
    fn note(&mut self, name: &str, text: Option<&str>) {
        let is_meant = |harmless: Option<&str>| harmless.is_none() || text.is_some_and(|text| harmless != Some(text.trim()));
        let found = LACKING_ELEMENTS.iter().find(|(root, element, _)| *root == self.root && *element == name);
        self.lacking = self.lacking.or(found.filter(|(_, _, harmless)| is_meant(*harmless)).map(|(_, element, _)| *element));
    }
}

impl Rules for ToCos {
    fn fate(&mut self, name: &str) -> Fate {
        self.note(name, None);
        let other = ELEMENTS.iter().find(|(root, s3, _)| *root == self.root && *s3 == name);
        other.map_or(Fate::Kept, |(_, _, cos)| Fate::Named(cos))
    }

    fn text(&mut self, name: &str, text: &str) -> Option<Cow<'static, str>> {
        self.note(name, Some(text));
        if (self.root, name) == LIFECYCLE_DATE {
            return MIDNIGHTS.iter().find_map(|s3| Some(format!("{}{COS_MIDNIGHT}", text.strip_suffix(s3)?).into()));
        }
        TEXTS.iter().find(|(element, s3, _)| *element == name && *s3 == text).map(|(_, _, cos)| Cow::Borrowed(*cos))
    }
}

/// A document that an operation answers with.
pub fn in_s3_words(document: &str) -> String {
    rewrite(document, Some(NAMESPACE), &mut ToS3 { root: None }).expect("the emulator's own documents are XML")
}

struct ToS3 {
    root: Option<String>,
}

impl Rules for ToS3 {
    fn fate(&mut self, name: &str) -> Fate {
        let root = self.root.get_or_insert_with(|| name.to_owned()).as_str();
        if COS_ELEMENTS.contains(&name) {
            return Fate::Dropped;
        }
        let other = ELEMENTS.iter().find(|(of, _, cos)| *of == root && *cos == name);
        other.map_or(Fate::Kept, |(_, s3, _)| Fate::Named(s3))
    }

    fn text(&mut self, name: &str, text: &str) -> Option<Cow<'static, str>> {
        if self.root.as_deref().is_some_and(|root| (root, name) == LIFECYCLE_DATE) {
            return Some(format!("{}{}", text.strip_suffix(COS_MIDNIGHT)?, MIDNIGHTS[0]).into());
        }
        match (name, text) {
            // Of objects that were written while the bucket had no versions.
            ("VersionId", "") => Some(Cow::Borrowed("null")),
            ("Code", code) => error::renamed(code).map(Cow::Borrowed),
            _ => TEXTS.iter().find(|(element, _, cos)| *element == name && *cos == text).map(|(_, s3, _)| Cow::Borrowed(*s3)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_cos(root: &'static str, text: &str) -> Result<String, String> {
        let translated = in_cos_words(root, Bytes::from(text.to_owned())).map_err(|error| error.message().to_owned())?;
        Ok(String::from_utf8(translated.into()).expect("UTF-8"))
    }

    #[test]
    fn every_text_is_translated_there_and_back() {
        for (element, s3, cos) in TEXTS {
            let document = |text: &str| format!("<R><{element}>{text}</{element}></R>");
            assert_eq!(to_cos("R", &document(s3)), Ok(document(cos)));
            assert_eq!(in_s3_words(&document(cos)), document(s3).replacen("<R>", &format!("<R xmlns=\"{NAMESPACE}\">"), 1));
        }
    }

    #[test]
    fn every_element_is_translated_there_and_back() {
        for (root, s3, cos) in ELEMENTS {
            let document = |name: &str| format!("<{root}><A><{name}>x</{name}></A></{root}>");
            assert_eq!(to_cos(root, &document(s3)), Ok(document(cos)));
            let namespace = format!("<{root} xmlns=\"{NAMESPACE}\">");
            assert_eq!(in_s3_words(&document(cos)), document(s3).replacen(&format!("<{root}>"), &namespace, 1));
        }
    }

    #[test]
    fn a_lifecycles_day_begins_where_the_service_is() {
        let document =
            |time: &str| format!("<LifecycleConfiguration><Rule><Date>2030-01-01{time}</Date></Rule></LifecycleConfiguration>");
        for midnight in MIDNIGHTS {
            assert_eq!(to_cos("LifecycleConfiguration", &document(midnight)), Ok(document(COS_MIDNIGHT)));
        }
        assert_eq!(to_cos("LifecycleConfiguration", &document("T01:00:00Z")), Ok(document("T01:00:00Z")));
        assert!(in_s3_words(&document(COS_MIDNIGHT)).contains("<Date>2030-01-01T00:00:00Z</Date>"));
    }

    #[test]
    fn what_cos_lacks_is_refused_by_name_unless_it_says_what_is_so_anyway() {
        for (root, element, harmless) in LACKING_ELEMENTS {
            let document = |text: &str| format!("<{root}><A><{element}>{text}</{element}></A></{root}>");
            let refusal = Err(format!("the element <{element}> of <{root}> is not implemented"));
            assert_eq!(to_cos(root, &document("1")), refusal);
            if let Some(harmless) = harmless {
                assert_eq!(to_cos(root, &document(harmless)), Ok(document(harmless)));
            }
        }
        assert_eq!(
            to_cos("Tagging", "<Tagging><Years>1</Years></Tagging>"),
            Ok("<Tagging><Years>1</Years></Tagging>".to_owned())
        );
    }

    #[test]
    fn a_body_that_is_no_xml_is_left_to_its_reader() {
        assert_eq!(to_cos("Tagging", "<Tagging><"), Ok("<Tagging><".to_owned()));
        assert_eq!(in_cos_words("Tagging", Bytes::from_static(b"\xff")).expect("as it is"), b"\xff"[..]);
    }

    #[test]
    fn versions_without_an_id_are_null_and_what_only_cos_has_is_left_out() {
        let document =
            "<ListVersionsResult><Version><VersionId/><StorageTier>FREQUENT</StorageTier></Version></ListVersionsResult>";
        let expected = format!(
            "<ListVersionsResult xmlns=\"{NAMESPACE}\"><Version><VersionId>null</VersionId></Version></ListVersionsResult>"
        );
        assert_eq!(in_s3_words(document), expected);
    }
}
