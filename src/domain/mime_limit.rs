//! `x-cos-mime-limit`: which content types an upload may have (PUT Object, 436/7749).

use std::str::FromStr;

use crate::domain::error::{Error, ErrorCode};

/// `text/plain;image/*`, or with a `!` in front all but these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MimeLimit {
    is_negated: bool,
    /// `type/subtype` in lower case; a subtype of `*` stands for all.
    types: Vec<String>,
}

impl MimeLimit {
    /// Holds a Content-Type to the limit, whatever its parameters and letter case (that the header counts, not the content, is
    /// inferred).
    ///
    /// # Errors
    /// `AccessDenied` (inferred).
    pub fn check(&self, content_type: &str) -> Result<(), Error> {
        let given = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_listed = self.types.iter().any(|listed| match listed.strip_suffix('*') {
            Some("*/") => true,
            Some(main) => given.starts_with(main),
            None => *listed == given,
        });
        if is_listed != self.is_negated {
            return Ok(());
        }
        let (may, types) = (if self.is_negated { "may not" } else { "must" }, self.types.join(" or "));
        Err(ErrorCode::AccessDenied.because(format!("the content type is {given:?}; by x-cos-mime-limit it {may} be {types}")))
    }
}

impl FromStr for MimeLimit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (is_negated, list) = text.strip_prefix('!').map_or((false, text), |list| (true, list));
        let types: Vec<String> = list.split(';').map(|listed| listed.trim().to_ascii_lowercase()).collect();
        let is_type = |listed: &String| listed.split_once('/').is_some_and(|(main, sub)| !main.is_empty() && !sub.is_empty());
        if types.iter().all(is_type) {
            return Ok(Self { is_negated, types });
        }
        let message =
            format!("x-cos-mime-limit is {text:?}; it must list types as in text/plain;image/*, behind a ! if they are barred");
        Err(ErrorCode::InvalidArgument.because(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn allows(limit: &str, content_type: &str) -> bool {
        limit.parse::<MimeLimit>().expect(limit).check(content_type).is_ok()
    }

    #[test]
    fn listed_types_are_let_through() {
        for content_type in ["text/plain", "Text/Plain; charset=utf-8", "img/jpg", "img/png"] {
            assert!(allows("text/plain;img/jpg; img/*", content_type), "{content_type}");
            assert!(!allows("!text/plain;img/*", content_type), "{content_type}");
        }
        for content_type in ["text/html", "img", "imgs/png", "application/octet-stream", ""] {
            assert!(!allows("text/plain;img/*", content_type), "{content_type}");
            assert!(allows("!text/plain;img/*", content_type), "{content_type}");
        }
        assert!(allows("*/*", "a/b") && !allows("!*/*", "a/b"));
    }

    #[test]
    fn a_list_without_types_is_refused() {
        for text in ["", "!", "text", "text/plain;", "/plain", "text/", ";"] {
            assert_eq!(text.parse::<MimeLimit>().expect_err(text).code(), ErrorCode::InvalidArgument);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(limit in "\\PC*", content_type in "\\PC*") {
            if let Ok(limit) = limit.parse::<MimeLimit>() {
                let _ = limit.check(&content_type);
            }
        }
    }
}
