//! Options whose values may hold secrets: what is said of a bad one does not repeat it, as it would for other options.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Reads a value by the function, whose reasons must not hold the value either.
#[derive(Clone)]
pub(super) struct SecretValue<T>(pub(super) fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for SecretValue<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, option: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let read = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned()).and_then(self.0);
        let name = option.map_or_else(String::new, |option| format!(" for '{option}'"));
        read.map_err(|reason| {
            Error::raw(ErrorKind::ValueValidation, format!("invalid value{name}: {reason}\n")).with_cmd(command)
        })
    }
}
