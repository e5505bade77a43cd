//! Parameters and texts that all listings share (`buckets.md` §5.1, `objects.md` §7.6).

use std::borrow::Cow;
use std::str::FromStr;

use serde::Serialize;

use crate::codec::percent;
use crate::domain::account::UserId;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::request::RequestHead;

/// The most entries of a page.
pub(super) const LARGEST_PAGE: usize = 1000;

/// A page's size, such as `max-keys`: default 1000; more is cut to 1000 (inferred).
///
/// # Errors
/// `InvalidArgument` unless it is a number, 0 or more.
pub(super) fn limit(head: &RequestHead, name: &str) -> Result<usize, Error> {
    limit_up_to(head, name, LARGEST_PAGE)
}

/// As [`limit`], with another most, which is also the default.
///
/// # Errors
/// As [`limit`].
pub(super) fn limit_up_to(head: &RequestHead, name: &str, most: usize) -> Result<usize, Error> {
    match head.query_text(name)? {
        None => Ok(most),
        Some(text) => text.parse().map(|limit: usize| limit.min(most)).map_err(|_| {
            ErrorCode::InvalidArgument.because(format!("the parameter {name} is {text:?}; it must be a number from 0 to {most}"))
        }),
    }
}

/// The one character that keys are grouped at.
#[derive(Debug, Clone, Copy)]
struct Delimiter(char);

impl FromStr for Delimiter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(Self(character)),
            _ => Err(ErrorCode::InvalidDelimiter.because(format!("the delimiter is {text:?}; it must be one character"))),
        }
    }
}

/// A group of keys in a listing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CommonPrefix {
    pub(super) prefix: String,
}

/// An owner or initiator in a listing: an id and a name.
#[derive(Serialize)]
pub(super) struct Person {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "DisplayName")]
    display_name: String,
}

impl Person {
    /// The root account of a UIN, with its full id.
    pub(super) fn account(uin: &str) -> Self {
        Self { id: UserId::of_root(uin).to_string(), display_name: uin.to_owned() }
    }

    /// A caller by its full id; the name is its own UIN.
    pub(super) fn by_id(id: &str) -> Self {
        let own = id.rsplit(':').next().unwrap_or_default();
        Self { id: id.to_owned(), display_name: own.trim_start_matches("uin/").to_owned() }
    }

    /// An account by its APPID, in both places.
    pub(super) fn appid(appid: &str) -> Self {
        Self { id: appid.to_owned(), display_name: appid.to_owned() }
    }
}

/// What the two listings of keys have in common: which keys, how grouped, how written.
pub(super) struct Grouping {
    pub(super) prefix: String,
    pub(super) delimiter: Option<char>,
    pub(super) encoding: Encoding,
}

impl Grouping {
    /// # Errors
    /// `InvalidDelimiter`, and those of [`Encoding::parse`].
    pub(super) fn parse(head: &RequestHead) -> Result<Self, Error> {
        Ok(Self {
            prefix: text(head, "prefix")?,
            delimiter: head.query_opt("delimiter")?.map(|Delimiter(character)| character),
            encoding: Encoding::parse(head)?,
        })
    }

    /// The text of the element that repeats the delimiter.
    pub(super) fn delimiter_text(&self) -> Option<String> {
        self.delimiter.map(|character| self.encoding.apply(&character.to_string()).into_owned())
    }
}

/// A parameter's text; `""` when it is absent.
///
/// # Errors
/// `InvalidArgument` when it is given twice.
pub(super) fn text(head: &RequestHead, name: &str) -> Result<String, Error> {
    Ok(head.query_text(name)?.unwrap_or_default().to_owned())
}

/// How names stand in the answer: `encoding-type=url` or as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    /// # Errors
    /// `InvalidArgument` for any type but `url` (inferred).
    pub(super) fn parse(head: &RequestHead) -> Result<Self, Error> {
        match head.query_text("encoding-type")? {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(other) => {
                Err(ErrorCode::InvalidArgument.because(format!("the parameter encoding-type is {other:?}; only url is known")))
            }
        }
    }

    /// Space becomes `%20`, `/` stays.
    pub(super) fn apply(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Plain => Cow::Borrowed(name),
            Self::Url => Cow::Owned(percent::encode_key(name)),
        }
    }

    /// The text of the element that repeats the parameter.
    pub(super) fn name(self) -> Option<&'static str> {
        (self == Self::Url).then_some("url")
    }
}
