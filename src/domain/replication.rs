//! Replication: which objects are copied into which other buckets (Bucket Replication, 436/19237).

use serde::{Deserialize, Serialize};

use crate::domain::bucket_resource::BucketResource;
use crate::domain::setting::{Setting, SettingKind};
use crate::domain::spelled::Spelled;
use crate::domain::storage_class::StorageClass;
use crate::domain::tag::Tags;
use crate::domain::time::Timestamp;

/// The rules of a bucket in the order given; 1 to 1000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replication {
    /// Who copies, as in `qcs::cam::uin/100000000001:uin/100000000001`; kept only.
    pub role: String,
    pub rules: Vec<ReplicationRule>,
    /// When it was put.
    pub created: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationRule {
    pub id: Option<String>,
    pub is_enabled: bool,
    pub priority: Option<u32>,
    pub filter: ReplicationFilter,
    pub destination: Spelled<BucketResource>,
    /// That of the object, unless said.
    pub class: Option<Spelled<StorageClass>>,
    /// The key that copies are encrypted with where the object is with SSE-KMS; kept only.
    pub kms_key: Option<String>,
    /// Whether delete markers are copied; yes unless said.
    pub copies_markers: Option<bool>,
    /// Whether objects are copied that are encrypted with SSE-KMS; no unless said.
    pub copies_kms: Option<bool>,
}

/// What a rule is for: all conditions must hold, and none means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationFilter {
    pub form: ReplicationFilterForm,
    pub prefix: Option<String>,
    pub tags: Tags,
}

/// How a filter was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplicationFilterForm {
    /// A `Prefix` below the rule.
    #[default]
    Prefix,
    /// Conditions below `Filter`.
    Filter,
    /// Conditions below `Filter`, `And`.
    And,
}

/// What is known of a version that was just written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub key: &'a str,
    pub kind: WrittenKind<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum WrittenKind<'a> {
    Object {
        tags: &'a Tags,
        is_kms: bool,
    },
    /// A delete marker. It has no tags.
    Marker,
}

impl Setting for Replication {
    const KIND: SettingKind = SettingKind::Replication;
}

impl Replication {
    /// The rules that copy a version: to each bucket the one of the highest priority, of several the first (inferred).
    pub fn rules_for(&self, written: Written<'_>) -> Vec<&ReplicationRule> {
        let mut chosen: Vec<&ReplicationRule> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.is_for(written)) {
            match chosen.iter_mut().find(|other| other.destination.value().bucket == rule.destination.value().bucket) {
                Some(other) if rule.priority > other.priority => *other = rule,
                Some(_) => {}
                None => chosen.push(rule),
            }
        }
        chosen
    }
}

impl ReplicationRule {
    fn is_for(&self, Written { key, kind }: Written<'_>) -> bool {
        let ReplicationFilter { prefix, tags: wanted, .. } = &self.filter;
        self.is_enabled
            && prefix.as_ref().is_none_or(|prefix| key.starts_with(prefix))
            && match kind {
                WrittenKind::Object { tags, is_kms } => {
                    wanted.iter().all(|(key, value)| tags.has(key, value)) && (!is_kms || self.copies_kms == Some(true))
                }
                WrittenKind::Marker => wanted.is_empty() && self.copies_markers != Some(false),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tag::Tagged;

    fn rule(id: &str, destination: &str) -> ReplicationRule {
        ReplicationRule {
            id: Some(id.to_owned()),
            is_enabled: true,
            priority: None,
            filter: ReplicationFilter::default(),
            destination: format!("qcs::cos:ap-beijing::{destination}-1").parse().expect("a bucket"),
            class: None,
            kms_key: None,
            copies_markers: None,
            copies_kms: None,
        }
    }

    fn tags(text: &str) -> Tags {
        Tags::from_header(text, Tagged::Object).expect("tags")
    }

    fn with_filter(rule: ReplicationRule, prefix: &str, tagged: &str) -> ReplicationRule {
        let filter = ReplicationFilter { prefix: Some(prefix.to_owned()), tags: tags(tagged), ..ReplicationFilter::default() };
        ReplicationRule { filter, ..rule }
    }

    fn chosen(rules: Vec<ReplicationRule>, key: &str, kind: WrittenKind<'_>) -> String {
        let replication = Replication { role: String::new(), rules, created: Timestamp::from_seconds(0) };
        let ids: Vec<&str> = replication.rules_for(Written { key, kind }).iter().filter_map(|rule| rule.id.as_deref()).collect();
        ids.join(" ")
    }

    #[test]
    fn all_conditions_of_a_rule_must_hold() {
        let tagged = tags("k=v&l=w");
        let object = WrittenKind::Object { tags: &tagged, is_kms: false };
        let rules = || {
            vec![
                with_filter(rule("a", "a"), "logs/", ""),
                with_filter(rule("b", "b"), "", "l=w"),
                with_filter(rule("c", "c"), "", "l=x"),
                ReplicationRule { is_enabled: false, ..rule("d", "d") },
            ]
        };
        assert_eq!(chosen(rules(), "logs/1", object), "a b");
        assert_eq!(chosen(rules(), "log", object), "b");
        assert_eq!(chosen(rules(), "logs/1", WrittenKind::Marker), "a");
    }

    #[test]
    fn markers_are_copied_and_what_kms_encrypts_is_not_unless_said() {
        let none = Tags::default();
        let encrypted = WrittenKind::Object { tags: &none, is_kms: true };
        let said =
            |markers, kms| vec![ReplicationRule { copies_markers: Some(markers), copies_kms: Some(kms), ..rule("r", "a") }];
        assert_eq!(chosen(vec![rule("r", "a")], "k", encrypted), "");
        assert_eq!(chosen(vec![rule("r", "a")], "k", WrittenKind::Marker), "r");
        assert_eq!(chosen(said(false, true), "k", encrypted), "r");
        assert_eq!(chosen(said(false, true), "k", WrittenKind::Marker), "");
        assert_eq!(chosen(said(true, false), "k", encrypted), "");
    }

    #[test]
    fn of_rules_to_one_bucket_the_highest_priority_copies() {
        let with = |id, destination, priority| ReplicationRule { priority, ..rule(id, destination) };
        let rules = vec![with("a", "x", None), with("b", "x", Some(2)), with("c", "y", Some(1)), with("d", "x", Some(2))];
        assert_eq!(chosen(rules, "k", WrittenKind::Marker), "b c");
    }
}
