//! Tags in XML, as the operations on tags of buckets and of objects share it.

use serde::{Deserialize, Serialize};

use crate::domain::error::Error;
use crate::domain::tag::{Tagged, Tags};

/// The root element.
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
struct TagElement {
    key: String,
    value: String,
}

impl Tagging {
    /// # Errors
    /// `InvalidTag`.
    pub(super) fn into_tags(self, tagged: Tagged) -> Result<Tags, Error> {
        Tags::new(self.tag_set.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(), tagged)
    }
}

impl From<Tags> for Tagging {
    fn from(tags: Tags) -> Self {
        let tags = tags.iter().map(|(key, value)| TagElement { key: key.to_owned(), value: value.to_owned() });
        Self { tag_set: TagSet { tags: tags.collect() } }
    }
}
