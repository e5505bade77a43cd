//! Tags in XML, as the operations on tags and those that choose by tags share it.

use serde::{Deserialize, Serialize};

use crate::domain::error::Error;
use crate::domain::tag::{Tagged, Tags};

/// The root element of tags that stand alone.
pub(super) const ROOT: &str = "Tagging";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tagging {
    tag_set: TagSet,
}

#[derive(Serialize, Deserialize)]
struct TagSet {
    #[serde(default, rename = "Tag")]
    tags: Vec<TagElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagElement {
    key: String,
    value: String,
}

/// Tags that stand somewhere else than below `TagSet`.
///
/// # Errors
/// `InvalidTag`.
pub(super) fn tags(elements: Vec<TagElement>, tagged: Tagged) -> Result<Tags, Error> {
    Tags::new(elements.into_iter().map(|tag| (tag.key, tag.value)).collect(), tagged)
}

pub(super) fn elements(tags: &Tags) -> Vec<TagElement> {
    tags.iter().map(|(key, value)| TagElement { key: key.to_owned(), value: value.to_owned() }).collect()
}

impl Tagging {
    /// # Errors
    /// `InvalidTag`.
    pub(super) fn into_tags(self, tagged: Tagged) -> Result<Tags, Error> {
        tags(self.tag_set.tags, tagged)
    }
}

impl From<Tags> for Tagging {
    fn from(tags: Tags) -> Self {
        Self { tag_set: TagSet { tags: elements(&tags) } }
    }
}
