//! The environment of the person who calls, as `cos-emulator doctor` looks at it.

use std::collections::BTreeMap;

/// Variables that are set to something. Their values may hold passwords: they are not for printing as they are.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    pub fn read() -> Self {
        let text =
            |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self::from_iter(std::env::vars_os().filter_map(text))
    }

    /// `None` when it is not set, or empty, which programs take for the same.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
}
