//! Buckets' policies: stored as texts, and remembered as what was read from them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::domain::error::Error;
use crate::domain::policy::Policy;
use crate::domain::setting::{Setting, SettingKind};

/// How many policies are remembered.
const MOST: usize = 256;

/// The text of a policy that [`Policy::of_bucket`] has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketPolicy(String);

impl BucketPolicy {
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<Policy> for BucketPolicy {
    fn from(policy: Policy) -> Self {
        Self(policy.text)
    }
}

impl Setting for BucketPolicy {
    const KIND: SettingKind = SettingKind::Policy;
}

/// What was read lately, by its text, so that it need not be read again for every request: that takes 0.5 ms for 60 statements.
#[derive(Debug, Default)]
pub struct BucketPolicies(Mutex<HashMap<String, Arc<Policy>>>);

impl BucketPolicies {
    /// # Errors
    /// The text is no policy, which a stored one always is.
    pub fn read(&self, BucketPolicy(text): BucketPolicy) -> Result<Arc<Policy>, Error> {
        if let Some(policy) = self.remembered().get(&text) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(Policy::of_bucket(&text)?);
        let mut remembered = self.remembered();
        if remembered.len() >= MOST {
            remembered.clear();
        }
        remembered.insert(text, Arc::clone(&policy));
        Ok(policy)
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<String, Arc<Policy>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(sid: usize) -> BucketPolicy {
        let text = format!(r#"{{"statement":{{"sid":"{sid}","principal":"*","effect":"allow","action":"*","resource":"*"}}}}"#);
        Policy::of_bucket(&text).expect("valid").into()
    }

    #[test]
    fn a_text_is_read_once_and_not_too_many_are_remembered() {
        let policies = BucketPolicies::default();
        let first = policies.read(policy(0)).expect("valid");
        assert!(Arc::ptr_eq(&first, &policies.read(policy(0)).expect("valid")));
        for sid in 0..2 * MOST {
            assert_eq!(policies.read(policy(sid)).expect("valid").text(), policy(sid).text());
        }
        assert!(policies.remembered().len() <= MOST);
    }
}
