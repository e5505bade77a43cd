//! Rules by which content of the class INTELLIGENT_TIERING would move (PUT Bucket IntelligentTiering, 436/38314). They are kept,
//! and nothing moves: all of it stays in the tier FREQUENT.

use serde::{Deserialize, Serialize};

use crate::domain::setting::{Setting, SettingKind};
use crate::domain::tag::Tags;

/// The id of the rule that the older form of the operations means.
pub const DEFAULT_ID: &str = "default";

/// 1 to 1000 rules, in the order in which they were first put; no id twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntelligentTiering {
    pub rules: Vec<TieringRule>,
}

/// A rule that holds: [`DEFAULT_ID`] has the tier INFREQUENT and no filter, all others archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TieringRule {
    pub id: String,
    pub is_enabled: bool,
    /// `None` for the whole bucket.
    pub filter: Option<TieringFilter>,
    pub tierings: Vec<Tiering>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TieringFilter {
    pub prefix: Option<String>,
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tiering {
    pub tier: AccessTier,
    pub days: u16,
    /// Fewer requests than so many in that time let content move.
    pub requests: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessTier {
    Infrequent,
    Archive,
    DeepArchive,
}

impl IntelligentTiering {
    pub fn rule(&self, id: &str) -> Option<&TieringRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Whether the default rule is enabled: from then on it can be neither changed nor removed.
    pub fn is_fixed(&self) -> bool {
        self.rule(DEFAULT_ID).is_some_and(|rule| rule.is_enabled)
    }

    /// Replaces the rule of the same id, or adds it.
    pub fn put(&mut self, rule: TieringRule) {
        match self.rules.iter_mut().find(|other| other.id == rule.id) {
            Some(other) => *other = rule,
            None => self.rules.push(rule),
        }
    }

    pub fn remove(&mut self, id: &str) {
        self.rules.retain(|rule| rule.id != id);
    }
}

impl TieringFilter {
    /// Whether it chooses nothing, that is, all.
    pub fn is_empty(&self) -> bool {
        self.prefix.is_none() && self.tags.is_empty()
    }
}

impl Setting for IntelligentTiering {
    const KIND: SettingKind = SettingKind::IntelligentTiering;
}
