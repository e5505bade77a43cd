//! XML elements as they are, for documents that are kept and given back whole.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an element holds: a text, or elements in their order. Attributes and namespaces are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    Text(String),
    Elements(Vec<(String, Self)>),
}

/// The name under which quick-xml gives a text.
const TEXT: &str = "$text";

impl Tree {
    /// The first element of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children(name).next()
    }

    /// All elements of that name.
    pub fn children(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.elements().iter().filter(move |(given, _)| given == name).map(|(_, tree)| tree)
    }

    /// All elements with their names.
    pub fn elements(&self) -> &[(String, Self)] {
        match self {
            Self::Text(_) => &[],
            Self::Elements(elements) => elements,
        }
    }

    /// The text of the first element of that name; `None` when it has none.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.child(name)?.own_text()
    }

    /// Its own text; `None` when it has none.
    pub fn own_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Removes all elements of that name, however deep.
    pub fn remove(&mut self, name: &str) {
        if let Self::Elements(elements) = self {
            elements.retain(|(given, _)| given != name);
            elements.iter_mut().for_each(|(_, tree)| tree.remove(name));
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Elements(elements) => {
                let mut map = serializer.serialize_map(Some(elements.len()))?;
                for (name, tree) in elements {
                    map.serialize_entry(name, tree)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or elements")
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Text(String::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let (mut elements, mut own_text) = (Vec::new(), String::new());
        while let Some((name, tree)) = map.next_entry::<String, Tree>()? {
            match tree {
                Tree::Text(text) if name == TEXT => own_text.push_str(&text),
                tree if !name.starts_with('@') => elements.push((name, tree)),
                _ => {}
            }
        }
        Ok(if elements.is_empty() { Tree::Text(own_text) } else { Tree::Elements(elements) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::xml;
    use proptest::prelude::*;

    fn parse(text: &str) -> Tree {
        xml::parse("R", text.as_bytes()).expect(text)
    }

    #[test]
    fn elements_keep_their_order_and_their_twins() {
        let text = "<R><B>1</B><A><C/><C>x y</C></A><B>2</B><D/></R>";
        let tree = parse(text);
        assert_eq!(xml::document("R", &tree), format!("{}{text}", xml::DECLARATION));
        assert_eq!(tree.children("B").map(|b| b.own_text()).collect::<Vec<_>>(), [Some("1"), Some("2")]);
        let a = tree.child("A").expect("there");
        assert_eq!((a.text("C"), a.children("C").count(), tree.text("D"), tree.child("E")), (None, 2, None, None));
        let stored = serde_json::to_string(&tree).expect("texts");
        assert_eq!(serde_json::from_str::<Tree>(&stored).expect("own text"), tree);
    }

    #[test]
    fn attributes_namespaces_and_white_space_between_elements_are_passed_over() {
        let odd = "<?xml version='1.0'?><x:R xmlns:x='y' k='v'>\n <x:A z='1'>a</x:A>\n <B><![CDATA[<b>]]></B>\n</x:R>";
        assert_eq!(parse(odd), parse("<R><A>a</A><B>&lt;b&gt;</B></R>"));
        assert_eq!(parse("<R> \n </R>"), Tree::Text(String::new()));
    }

    #[test]
    fn a_name_is_removed_wherever_it_stands() {
        let mut tree = parse("<R><S>1</S><A><S>2</S><B><S>3</S><C>4</C></B></A></R>");
        tree.remove("S");
        assert_eq!(tree, parse("<R><A><B><C>4</C></B></A></R>"));
    }

    #[test]
    fn a_document_that_nests_too_deep_is_refused() {
        for (depth, is_right) in [(60, true), (100, false), (20_000, false)] {
            let text = format!("<R>{}{}</R>", "<A>".repeat(depth), "</A>".repeat(depth));
            assert_eq!(xml::parse::<Tree>("R", text.as_bytes()).is_ok(), is_right, "{depth}");
        }
    }

    fn trees() -> impl Strategy<Value = Tree> {
        let leaf = "[a-z<&>\" ]{0,5}".prop_map(|text| Tree::Text(text.trim().to_owned()));
        leaf.prop_recursive(4, 24, 4, |inner| prop::collection::vec(("[A-C]", inner), 1..4).prop_map(Tree::Elements))
    }

    proptest! {
        #[test]
        fn a_tree_survives_both_round_trips(tree in trees()) {
            let stored = serde_json::to_string(&tree).expect("texts");
            let read: Tree = serde_json::from_str(&stored).expect("own text");
            let parsed: Tree = xml::parse("R", xml::document("R", &tree).as_bytes()).expect("own text");
            prop_assert!(read == tree && parsed == tree, "{read:?}, {parsed:?}, {tree:?}");
        }
    }
}
