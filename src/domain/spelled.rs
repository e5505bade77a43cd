//! Values that are given back letter for letter.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value and the text that it was read from: clients compare what they get with what they put. Stored as the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled<T> {
    value: T,
    text: String,
}

impl<T> Spelled<T> {
    pub fn value(&self) -> &T {
        &self.value
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<T: FromStr> FromStr for Spelled<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        Ok(Self { value: text.parse()?, text: text.to_owned() })
    }
}

impl<T> Serialize for Spelled<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Spelled<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::storage_class::StorageClass;

    #[test]
    fn the_text_survives_storing() {
        let class: Spelled<StorageClass> = "Standard_ia".parse().expect("known");
        let stored = serde_json::to_string(&class).expect("a text");
        assert_eq!(stored, "\"Standard_ia\"");
        let read: Spelled<StorageClass> = serde_json::from_str(&stored).expect("own text");
        assert_eq!((*read.value(), read.text()), (StorageClass::StandardIa, "Standard_ia"));
        assert!(serde_json::from_str::<Spelled<StorageClass>>("\"REDUCED\"").is_err());
    }
}
