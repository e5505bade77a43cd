//! Object keys.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};

/// An object's name in its bucket: 1 to 850 bytes of UTF-8, kept exactly as sent (Object Overview, 436/13324).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey(String);

/// The longest key in bytes of UTF-8; that the limit counts these and not escaped bytes is inferred.
const LONGEST: usize = 850;

impl ObjectKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectKey {
    type Err = Error;

    /// A leading `/` is allowed, as the Node SDK's tests need it, though the page forbids it. U+0018 to U+001B are forbidden by
    /// the page; U+0000 is refused besides (inferred).
    fn from_str(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(ErrorCode::InvalidObjectName.because("the object key is empty; it must have 1 to 850 bytes"));
        }
        if text.len() > LONGEST {
            let message = format!("the object key has {} bytes; the longest allowed has {LONGEST}", text.len());
            return Err(ErrorCode::KeyTooLong.because(message));
        }
        if let Some(character) = text.chars().find(|c| matches!(c, '\0' | '\u{18}'..='\u{1b}')) {
            let message = format!("the object key holds U+{:04X}, which COS does not allow", u32::from(character));
            return Err(ErrorCode::InvalidObjectName.because(message));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<&'static str> {
        text.parse::<ObjectKey>().err().map(|error| error.code().name())
    }

    #[test]
    fn keys_are_kept_as_they_are_within_the_limits() {
        for key in ["a", "///a/.//d//../../", "a b+c%/中(1)~*'!", "dir/", &"x".repeat(850)] {
            assert_eq!(key.parse::<ObjectKey>().expect(key).as_str(), key);
        }
        assert_eq!(code(""), Some("InvalidObjectName"));
        assert_eq!(code(&"x".repeat(851)), Some("KeyTooLong"));
        assert_eq!(code(&"中".repeat(284)), Some("KeyTooLong"));
        assert_eq!(code("a\u{18}"), Some("InvalidObjectName"));
        assert_eq!(code("a\0"), Some("InvalidObjectName"));
    }
}
