//! Documents rewritten an element at a time: other names, other words, a namespace. All else stays as it is.

use std::borrow::Cow;

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use crate::codec::xml::XmlError;

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Kept,
    Named(&'static str),
    /// With all that is in it.
    Dropped,
}

/// What is rewritten. Elements are asked for by their names without a prefix, in the order of the document.
pub trait Rules {
    /// Asked for the start and for the end of an element, and has the same answer to both.
    fn fate(&mut self, name: &str) -> Fate;

    /// What stands in an element in place of `text`, all that it holds; `""` when it is empty.
    fn text(&mut self, name: &str, text: &str) -> Option<Cow<'static, str>>;
}

/// Rewrites a document, whose root gets `namespace` in place of its own if there is one.
///
/// # Errors
/// `Malformed`.
pub fn rewrite(document: &str, namespace: Option<&str>, rules: &mut impl Rules) -> Result<String, XmlError> {
    let mut reader = Reader::from_str(document);
    let mut writer = Writer::new(Vec::with_capacity(document.len() + 64));
    let mut is_root = true;
    // The element that was opened by the event before.
    let mut opened: Option<String> = None;
    loop {
        let event = reader.read_event().map_err(|error| malformed(&error))?;
        let just_opened = opened.take();
        let written = match event {
            Event::Eof => break,
            Event::Start(start) => {
                let name = start.local_name().into_inner().to_owned();
                let fate = rules.fate(&name);
                if fate == Fate::Dropped {
                    reader.read_to_end(start.name()).map_err(|error| malformed(&error))?;
                    continue;
                }
                let start = renamed(start, fate, namespace.filter(|_| std::mem::take(&mut is_root)));
                opened = Some(name);
                Event::Start(start)
            }
            Event::Empty(start) => {
                let name = start.local_name().into_inner().to_owned();
                let fate = rules.fate(&name);
                if fate == Fate::Dropped {
                    continue;
                }
                let start = renamed(start, fate, namespace.filter(|_| std::mem::take(&mut is_root)));
                if let Some(text) = rules.text(&name, "") {
                    write(&mut writer, Event::Start(start.borrow()));
                    write(&mut writer, Event::Text(BytesText::new(&text)));
                    write(&mut writer, Event::End(start.to_end()));
                    continue;
                }
                Event::Empty(start)
            }
            Event::End(end) => {
                if let Some(text) = just_opened.and_then(|name| rules.text(&name, "")) {
                    write(&mut writer, Event::Text(BytesText::new(&text)));
                }
                match rules.fate(end.local_name().into_inner()) {
                    Fate::Named(name) => Event::End(BytesEnd::new(name)),
                    Fate::Kept | Fate::Dropped => Event::End(end),
                }
            }
            Event::Text(text) => {
                let other = just_opened.and_then(|name| rules.text(&name, &text.xml10_content()));
                other.map_or(Event::Text(text), |other| Event::Text(BytesText::from_escaped(quick_xml::escape::escape(other))))
            }
            other => other,
        };
        write(&mut writer, written);
    }
    Ok(String::from_utf8(writer.into_inner()).expect("text in, text out"))
}

fn renamed<'a>(mut start: BytesStart<'a>, fate: Fate, namespace: Option<&str>) -> BytesStart<'a> {
    if let Fate::Named(name) = fate {
        start.set_name(name);
    }
    let Some(namespace) = namespace else { return start };
    let mut root = BytesStart::new(start.name().into_inner().to_owned());
    root.push_attribute(("xmlns", namespace));
    root.extend_attributes(start.attributes().flatten().filter(|attribute| attribute.key.as_ref() != "xmlns"));
    root
}

fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    writer.write_event(event).expect("writing to memory does not fail");
}

fn malformed(error: &quick_xml::Error) -> XmlError {
    XmlError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Example;

    impl Rules for Example {
        fn fate(&mut self, name: &str) -> Fate {
            match name {
                "Old" => Fate::Named("New"),
                "Gone" => Fate::Dropped,
                _ => Fate::Kept,
            }
        }

        fn text(&mut self, name: &str, text: &str) -> Option<Cow<'static, str>> {
            match (name, text) {
                ("Word", "") => Some("nothing".into()),
                ("Word", "one") => Some("1 < 2".into()),
                _ => None,
            }
        }
    }

    fn rewritten(document: &str) -> String {
        rewrite(document, Some("ns"), &mut Example).expect(document)
    }

    #[test]
    fn names_words_and_the_roots_namespace_change_and_all_else_stays() {
        for (document, expected) in [
            ("<R/>", "<R xmlns=\"ns\"/>"),
            ("<?xml version='1.0'?>\n<R xmlns='x' a='b'>\n</R>", "<?xml version='1.0'?>\n<R xmlns=\"ns\" a=\"b\">\n</R>"),
            ("<R><Old k='v'><Old/></Old></R>", "<R xmlns=\"ns\"><New k='v'><New/></New></R>"),
            ("<R><Gone/><A>x &amp; y</A><Gone><B>1</B></Gone></R>", "<R xmlns=\"ns\"><A>x &amp; y</A></R>"),
            (
                "<R><Word/><Word></Word><Word>one</Word><Word>two</Word></R>",
                "<R xmlns=\"ns\"><Word>nothing</Word><Word>nothing</Word><Word>1 &lt; 2</Word><Word>two</Word></R>",
            ),
            ("<R><Key>one</Key><Word><Key>one</Key></Word></R>", "<R xmlns=\"ns\"><Key>one</Key><Word><Key>one</Key></Word></R>"),
        ] {
            assert_eq!(rewritten(document), expected);
        }
        assert_eq!(rewrite("<R a='1'/>", None, &mut Example).expect("a document"), "<R a='1'/>");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["<R></S>", "<R", "<R><Gone></R>"] {
            assert!(rewrite(text, None, &mut Example).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[<>/a-zA-Z &;!\\[\\]'\"=?-]{0,80}", any in "\\PC{0,40}") {
            let _ = rewrite(&text, Some("ns"), &mut Example);
            let _ = rewrite(&any, Some("ns"), &mut Example);
        }
    }
}
