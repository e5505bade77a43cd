//! Tags of buckets and objects (Tag Overview, 436/31509).

use serde::{Deserialize, Serialize};

use crate::codec::percent;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::{Setting, SettingKind};

/// The most bytes of a key and of a value; other pages say one less.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Beginnings of keys that a bucket's tags may not have.
const RESERVED: [&str; 2] = ["qcs:", "project"];

/// What carries tags; the limits differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged {
    Bucket,
    Object,
}

impl Tagged {
    /// The most tags (PUT Bucket, 436/7738; PUT Object tagging, 436/42997). The overview says 10 for buckets as well.
    pub const fn most(self) -> usize {
        match self {
            Self::Bucket => 50,
            Self::Object => 10,
        }
    }
}

/// Keys with their values, in the order given; no key twice. Letter case counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// # Errors
    /// `InvalidTag`: too many, a key twice, or a text that is too long or has other characters than letters, digits, blanks and
    /// `+ - = . _ : / @`.
    pub fn new(tags: Vec<(String, String)>, tagged: Tagged) -> Result<Self, Error> {
        let refuse = |message: String| Err(ErrorCode::InvalidTag.because(message));
        if tags.len() > tagged.most() {
            return refuse(format!("there are {} tags; at most {} are allowed here", tags.len(), tagged.most()));
        }
        for (index, (key, value)) in tags.iter().enumerate() {
            if key.is_empty() || key.len() > LONGEST_KEY {
                return refuse(format!("the tag key {key:?} has {} bytes; it must have 1 to {LONGEST_KEY}", key.len()));
            }
            if value.len() > LONGEST_VALUE {
                return refuse(format!("the value of the tag {key:?} has {} bytes; it may have {LONGEST_VALUE}", value.len()));
            }
            if let Some(character) = key.chars().chain(value.chars()).find(|character| !is_allowed(*character)) {
                let message = format!(
                    "the tag {key:?} with the value {value:?} has the character {character:?}; letters, digits, blanks and \
                     + - = . _ : / @ are allowed"
                );
                return refuse(message);
            }
            if tagged == Tagged::Bucket && RESERVED.iter().any(|prefix| key.starts_with(prefix)) {
                return refuse(format!("the tag key {key:?} begins with {}, which COS keeps for itself", RESERVED.join(" or ")));
            }
            if tags[..index].iter().any(|(other, _)| other == key) {
                return refuse(format!("the tag key {key:?} is given more than once"));
            }
        }
        Ok(Self(tags))
    }

    /// Reads `x-cos-tagging`: `k1=v1&k2=v2`, each side escaped as in a query.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_header(text: &str, tagged: Tagged) -> Result<Self, Error> {
        let tags = percent::decode_query(text)
            .ok_or_else(|| ErrorCode::InvalidTag.because("the tags are not UTF-8 once their escapes are decoded"))?;
        Self::new(tags, tagged)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, key: &str, value: &str) -> bool {
        self.iter().any(|tag| tag == (key, value))
    }
}

/// Letters of every language count as letters (inferred).
fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || " +-=._:/@".contains(character)
}

/// A bucket's tags.
impl Setting for Tags {
    const KIND: SettingKind = SettingKind::Tagging;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, tagged: Tagged) -> Result<Vec<(String, String)>, ErrorCode> {
        Tags::from_header(text, tagged).map(|tags| tags.0).map_err(|error| error.code())
    }

    #[test]
    fn a_header_is_split_before_it_is_unescaped() {
        let expected = [("a b", "1=2"), ("中", ""), ("c", "+")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read("a+b=1%3D2&%E4%B8%AD&c=%2B", Tagged::Object), Ok(expected.to_vec()));
        assert_eq!(read("", Tagged::Object), Ok(vec![]));
    }

    #[test]
    fn tags_keep_to_their_limits() {
        let refused = Err(ErrorCode::InvalidTag);
        for text in ["a=%FF", "=v", "a=1&a=2", "a!=1", "a=%00", "a=%2C"] {
            assert_eq!(read(text, Tagged::Object), refused, "{text}");
        }
        for (key, value, is_right) in [(128, 256, true), (129, 1, false), (1, 257, false)] {
            let text = format!("{}={}", "k".repeat(key), "v".repeat(value));
            assert_eq!(read(&text, Tagged::Object).is_ok(), is_right, "{key} {value}");
        }
        for (tagged, most) in [(Tagged::Bucket, 50), (Tagged::Object, 10)] {
            let text = |count: usize| (0..count).map(|index| format!("k{index}=v")).collect::<Vec<_>>().join("&");
            assert_eq!((read(&text(most), tagged).is_ok(), read(&text(most + 1), tagged)), (true, refused.clone()));
        }
    }

    #[test]
    fn some_keys_are_reserved_on_buckets_only() {
        for text in ["qcs:a=1", "project=1"] {
            assert_eq!(read(text, Tagged::Bucket), Err(ErrorCode::InvalidTag));
            assert!(read(text, Tagged::Object).is_ok());
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", pairs in "[a-z=&%+0-9A-F]{0,60}") {
            let _ = Tags::from_header(&text, Tagged::Bucket);
            let _ = Tags::from_header(&pairs, Tagged::Object);
        }
    }
}
