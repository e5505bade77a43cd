//! Texts of elements, checked. An empty element counts as an absent one.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};

/// The texts of a switch.
pub(super) const STATUS: [(&str, bool); 2] = [("Enabled", true), ("Disabled", false)];

/// A switch in an element of its own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatusElement {
    status: String,
}

impl StatusElement {
    pub(super) fn of(is_enabled: bool) -> Self {
        Self { status: word(is_enabled, &STATUS) }
    }

    /// # Errors
    /// `InvalidArgument`.
    pub(super) fn is_enabled(&self) -> Result<bool, Error> {
        choice("Status", &self.status, &STATUS)
    }
}

/// An element that may be missing.
pub(super) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Elements that may be missing and repeated.
pub(super) fn given_each(mut texts: Vec<String>) -> Vec<String> {
    texts.retain(|text| !text.is_empty());
    texts
}

/// Elements of which there must be one at least.
///
/// # Errors
/// `MalformedXML`.
pub(super) fn required_each(name: &str, texts: Vec<String>) -> Result<Vec<String>, Error> {
    let texts = given_each(texts);
    if texts.is_empty() {
        return Err(ErrorCode::MalformedXML.because(format!("the element <{name}> is missing or empty")));
    }
    Ok(texts)
}

/// An element that may have few texts, each with its meaning.
///
/// # Errors
/// `InvalidArgument`, with all texts (inferred).
pub(super) fn choice<T: Copy>(name: &str, text: &str, choices: &[(&str, T)]) -> Result<T, Error> {
    choices.iter().find(|(choice, _)| *choice == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let choices: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
        ErrorCode::InvalidArgument.because(format!("the element <{name}> is {text:?}; it must be {}", choices.join(" or ")))
    })
}

/// The text of an element by its meaning, as [`choice`] reads it.
pub(super) fn word<T: Copy + PartialEq>(meaning: T, choices: &[(&str, T)]) -> String {
    let (text, _) = choices.iter().find(|(_, of_choice)| *of_choice == meaning).expect("every meaning has a text");
    (*text).to_owned()
}

/// An element that is a number.
///
/// # Errors
/// `InvalidArgument`, with the range (inferred).
pub(super) fn number<T>(name: &str, text: &str, range: RangeInclusive<T>) -> Result<T, Error>
where
    T: FromStr + PartialOrd + Display,
{
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let (first, last) = (range.start(), range.end());
        let message = format!("the element <{name}> is {text:?}; it must be a number from {first} to {last}");
        ErrorCode::InvalidArgument.because(message)
    })
}

/// That a list of elements is not too long.
///
/// # Errors
/// `InvalidArgument` (inferred).
pub(super) fn check_count<T>(name: &str, list: &[T], most: usize) -> Result<(), Error> {
    if list.len() > most {
        let message = format!("there are {} elements <{name}>; at most {most} are allowed", list.len());
        return Err(ErrorCode::InvalidArgument.because(message));
    }
    Ok(())
}
