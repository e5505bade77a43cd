//! What is kept of a request's headers and given back with the object.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};

/// Standard headers that COS keeps (PUT Object, 436/7749), in lower case.
pub const KEPT: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-cos-website-redirect-location",
];

/// The prefix of user metadata, in lower case.
pub const USER_PREFIX: &str = "x-cos-meta-";

/// The most bytes of name and value that one user header, and all together, may have (Initiate Multipart Upload, 436/7746).
const LARGEST_ONE: usize = 2 << 10;
const LARGEST_ALL: usize = 4 << 10;

/// Kept headers in the order received: lower-case names, values byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata(Vec<(String, Vec<u8>)>);

impl Metadata {
    /// Keeps what is to be kept of `headers`; empty values count as absent (Node sends such). Without a Content-Type one is
    /// guessed from the key's suffix.
    ///
    /// # Errors
    /// `KeyTooLong` when user metadata is over its limits, as older pages say (the status is documented, the code inferred).
    pub fn collect<'a>(key: &str, headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Self, Error> {
        let mut kept = Vec::new();
        let mut user_bytes = 0;
        for (name, value) in headers.filter(|(_, value)| !value.is_empty()) {
            if let Some(suffix) = name.strip_prefix(USER_PREFIX) {
                let bytes = suffix.len() + value.len();
                user_bytes += bytes;
                if bytes > LARGEST_ONE || user_bytes > LARGEST_ALL {
                    let message = format!(
                        "{name} makes the user metadata too large: a header may have {LARGEST_ONE} bytes, all together {LARGEST_ALL}"
                    );
                    return Err(ErrorCode::KeyTooLong.because(message));
                }
            } else if !KEPT.contains(&name) {
                continue;
            }
            kept.push((name.to_owned(), value.to_vec()));
        }
        if !kept.iter().any(|(name, _)| name == "content-type") {
            let guess = mime_guess::from_path(key).first_raw().unwrap_or("application/octet-stream");
            kept.push(("content-type".to_owned(), guess.as_bytes().to_vec()));
        }
        Ok(Self(kept))
    }

    /// As kept, whole.
    pub fn content_type(&self) -> Cow<'_, str> {
        let found = self.0.iter().find(|(name, _)| name == "content-type");
        found.map_or(Cow::Borrowed(""), |(_, value)| String::from_utf8_lossy(value))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(key: &str, headers: &[(&str, &str)]) -> Result<Vec<(String, String)>, Error> {
        let metadata = Metadata::collect(key, headers.iter().map(|(name, value)| (*name, value.as_bytes())))?;
        Ok(metadata.iter().map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned())).collect())
    }

    #[test]
    fn kept_headers_and_no_others_are_kept() {
        let kept = collect("a", &[("content-type", "x/y"), ("x-cos-meta-job-id", "é"), ("date", "now"), ("expires", "")]);
        let expected = [("content-type", "x/y"), ("x-cos-meta-job-id", "é")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(kept.expect("within limits"), expected);
    }

    #[test]
    fn a_missing_or_empty_content_type_is_guessed() {
        for (key, expected) in [("1.zip", "application/zip"), ("a/1.txt", "text/plain"), ("noext", "application/octet-stream")] {
            let kept = collect(key, &[("content-type", "")]).expect("within limits");
            assert_eq!(kept, [("content-type".to_owned(), expected.to_owned())]);
        }
    }

    #[test]
    fn user_metadata_is_limited() {
        let value = "v".repeat(2047);
        assert!(collect("a", &[("x-cos-meta-a", &value), ("x-cos-meta-b", &value)]).is_ok());
        assert!(collect("a", &[("x-cos-meta-ab", &value)]).is_err());
        let three = [("x-cos-meta-a", value.as_str()), ("x-cos-meta-b", &value), ("x-cos-meta-c", "v")];
        assert_eq!(collect("a", &three).expect_err("over 4 KiB").code(), ErrorCode::KeyTooLong);
    }
}
