//! Lifecycle rules: what they do to objects, versions and uploads, and when (Lifecycle Overview, 436/17028).

use serde::{Deserialize, Serialize};

use crate::domain::day::{Day, Midnight};
use crate::domain::setting::{Setting, SettingKind};
use crate::domain::spelled::Spelled;
use crate::domain::storage_class::StorageClass;
use crate::domain::tag::Tags;
use crate::domain::time::Timestamp;

/// The rules of a bucket in the order given; 1 to 1000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    pub rules: Vec<Rule>,
}

/// One rule; it has one action at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// As given, or made up; unique among the rules.
    pub id: String,
    pub is_enabled: bool,
    pub filter: Filter,
    pub transitions: Vec<Transition>,
    pub expiration: Option<Expiration>,
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// Days.
    pub noncurrent_expiration: Option<u32>,
    /// Days after the upload began.
    pub abort_uploads: Option<u32>,
}

/// What a rule is for: all conditions must hold, and none means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub form: FilterForm,
    pub prefix: Option<String>,
    /// Prefixes that a key must not have.
    pub other_prefixes: Vec<String>,
    pub tags: Tags,
    /// Bytes.
    pub larger_than: Option<u64>,
    /// Bytes.
    pub smaller_than: Option<u64>,
}

/// How a filter was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterForm {
    /// Conditions below `Filter`.
    #[default]
    Plain,
    /// Conditions below `Filter`, `And`.
    And,
    /// A `Prefix` beside no `Filter`, as old clients write.
    PrefixAlone,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    pub when: When,
    pub class: Spelled<StorageClass>,
    /// Kept only: a transition with it does nothing, for nobody counts reads here.
    pub access_frequency: Option<AccessFrequency>,
}

/// Texts as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessFrequency {
    pub access_count_less_than: String,
    pub recent_days: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentTransition {
    pub days: u32,
    pub class: Spelled<StorageClass>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expiration {
    When(When),
    /// `ExpiredObjectDeleteMarker`: whether delete markers go that have nothing left to hide.
    LeftoverMarkers(bool),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// Days after the object was written.
    Days(u32),
    /// From then on, whatever the object's age.
    Date(Spelled<Midnight>),
}

/// What is known of an object, a version of one, or a delete marker.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    pub key: &'a str,
    pub standing: Standing,
    /// When its content was written, copied or completed; a transition does not count.
    pub written: Timestamp,
    pub class: StorageClass,
    /// Bytes.
    pub size: u64,
    pub tags: &'a [(String, String)],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// An object of an unversioned bucket, or the newest version.
    Current,
    /// A version that another came after, then.
    Noncurrent { since: Timestamp },
    /// A delete marker of a key that has no versions with content any more, only markers: so many. Other markers stay.
    LeftoverMarker { of: usize },
}

/// What is due to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// As DELETE Object without a version: in a bucket that was ever versioned this adds a delete marker.
    Expire,
    /// The version itself, for good.
    Remove,
    Transition(StorageClass),
}

/// Smaller objects stay in their class.
const SMALLEST_TO_MOVE: u64 = 64 << 10;

impl Setting for Lifecycle {
    const KIND: SettingKind = SettingKind::Lifecycle;
}

impl Lifecycle {
    /// What the rules do to a version at `now`: deletion before transition, and of transitions the one to the coldest class.
    pub fn due(&self, version: &Version<'_>, now: Timestamp) -> Option<Due> {
        let rules = || self.rules.iter().filter(|rule| rule.is_enabled && rule.filter.matches(version));
        if rules().any(|rule| rule.deletes(version, now)) {
            return Some(if version.standing == Standing::Current { Due::Expire } else { Due::Remove });
        }
        let classes = rules().flat_map(|rule| rule.classes(version, now));
        let colder = classes.filter(|class| class.coldness() > version.class.coldness() && version.size >= SMALLEST_TO_MOVE);
        // Of two that are equally cold the first rule's: `reduce` keeps it, `max_by_key` would not.
        colder.reduce(|coldest, class| if class.coldness() > coldest.coldness() { class } else { coldest }).map(Due::Transition)
    }

    /// Whether an upload that began then is aborted at `now`.
    pub fn aborts(&self, key: &str, initiated: Timestamp, now: Timestamp) -> bool {
        self.rules.iter().any(|rule| {
            let days = rule.abort_uploads.filter(|_| rule.is_enabled && rule.filter.matches_upload(key));
            days.is_some_and(|days| now >= midnight_after(initiated, days))
        })
    }
}

impl Rule {
    pub fn has_action(&self) -> bool {
        !self.transitions.is_empty()
            || self.expiration.is_some()
            || !self.noncurrent_transitions.is_empty()
            || self.noncurrent_expiration.is_some()
            || self.abort_uploads.is_some()
    }

    /// The classes that it may move objects to.
    pub fn classes_named(&self) -> impl Iterator<Item = StorageClass> {
        let current = self.transitions.iter().map(|transition| &transition.class);
        current.chain(self.noncurrent_transitions.iter().map(|transition| &transition.class)).map(|class| *class.value())
    }

    fn deletes(&self, version: &Version<'_>, now: Timestamp) -> bool {
        match (version.standing, &self.expiration) {
            (Standing::Current, Some(Expiration::When(when))) => when.has_come(version.written, now),
            (Standing::Current, _) => false,
            (Standing::Noncurrent { since }, _) => {
                self.noncurrent_expiration.is_some_and(|days| now >= midnight_after(since, days))
            }
            (Standing::LeftoverMarker { .. }, Some(Expiration::LeftoverMarkers(true))) => true,
            (Standing::LeftoverMarker { of }, _) => of == 1 && self.noncurrent_expiration.is_some(),
        }
    }

    /// The classes that the version should be in by now.
    fn classes(&self, version: &Version<'_>, now: Timestamp) -> Vec<StorageClass> {
        match version.standing {
            Standing::Current => {
                let acting = self.transitions.iter().filter(|transition| transition.access_frequency.is_none());
                let due = acting.filter(|transition| transition.when.has_come(version.written, now));
                due.map(|transition| *transition.class.value()).collect()
            }
            Standing::Noncurrent { since } => {
                let due = self.noncurrent_transitions.iter().filter(|transition| now >= midnight_after(since, transition.days));
                due.map(|transition| *transition.class.value()).collect()
            }
            Standing::LeftoverMarker { .. } => Vec::new(),
        }
    }
}

impl Filter {
    fn matches(&self, version: &Version<'_>) -> bool {
        self.matches_key(version.key)
            && self.tags.as_slice().iter().all(|tag| version.tags.contains(tag))
            && self.larger_than.is_none_or(|bound| version.size > bound)
            && self.smaller_than.is_none_or(|bound| version.size < bound)
    }

    /// An upload has neither size nor tags: a filter that asks for them is for none (inferred).
    fn matches_upload(&self, key: &str) -> bool {
        self.matches_key(key) && self.tags.is_empty() && self.larger_than.is_none() && self.smaller_than.is_none()
    }

    fn matches_key(&self, key: &str) -> bool {
        self.prefix.as_ref().is_none_or(|prefix| key.starts_with(prefix))
            && !self.other_prefixes.iter().any(|prefix| key.starts_with(prefix))
    }
}

impl When {
    pub fn days(&self) -> Option<u32> {
        match self {
            Self::Days(days) => Some(*days),
            Self::Date(_) => None,
        }
    }

    fn has_come(&self, written: Timestamp, now: Timestamp) -> bool {
        now >= match self {
            Self::Days(days) => midnight_after(written, *days),
            Self::Date(date) => date.value().moment(),
        }
    }
}

/// The midnight that ends the day of `moment`, and so many days later.
fn midnight_after(moment: Timestamp, days: u32) -> Timestamp {
    Day::of(moment).after(days).after(1).start()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tag::Tagged;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_iso(text).expect("a date")
    }

    fn rule() -> Rule {
        Rule {
            id: "r".to_owned(),
            is_enabled: true,
            filter: Filter::default(),
            transitions: Vec::new(),
            expiration: None,
            noncurrent_transitions: Vec::new(),
            noncurrent_expiration: None,
            abort_uploads: None,
        }
    }

    fn transition(days: u32, class: &str) -> Transition {
        Transition { when: When::Days(days), class: class.parse().expect("a class"), access_frequency: None }
    }

    fn expires(days: u32) -> Option<Expiration> {
        Some(Expiration::When(When::Days(days)))
    }

    /// Written on the 1st, five minutes before midnight in GMT+8.
    fn version() -> Version<'static> {
        Version {
            key: "logs/a",
            standing: Standing::Current,
            written: at("2024-03-01T23:55:00+08:00"),
            class: StorageClass::Standard,
            size: 1 << 20,
            tags: &[],
        }
    }

    fn due(rules: Vec<Rule>, version: &Version<'_>, now: &str) -> Option<Due> {
        Lifecycle { rules }.due(version, at(now))
    }

    #[test]
    fn days_count_from_the_midnight_after_the_write() {
        for (days, before, then) in [
            (0, "2024-03-01T23:59:59+08:00", "2024-03-02T00:00:00+08:00"),
            (1, "2024-03-02T23:59:59+08:00", "2024-03-03T00:00:00+08:00"),
            (30, "2024-03-31T23:59:59+08:00", "2024-04-01T00:00:00+08:00"),
        ] {
            let rule = Rule { transitions: vec![transition(days, "ARCHIVE")], ..rule() };
            assert_eq!(due(vec![rule.clone()], &version(), before), None);
            assert_eq!(due(vec![rule], &version(), then), Some(Due::Transition(StorageClass::Archive)));
            let uploads = Lifecycle { rules: vec![Rule { abort_uploads: Some(days), ..self::rule() }] };
            assert!(!uploads.aborts("k", version().written, at(before)) && uploads.aborts("k", version().written, at(then)));
        }
    }

    #[test]
    fn a_date_does_not_look_at_the_age() {
        let date = When::Date("2024-02-29T16:00:00.000Z".parse().expect("midnight in GMT+8"));
        let rule = Rule { expiration: Some(Expiration::When(date)), ..rule() };
        assert_eq!(due(vec![rule.clone()], &version(), "2024-02-29T23:59:59+08:00"), None);
        assert_eq!(due(vec![rule], &version(), "2024-03-01T00:00:00+08:00"), Some(Due::Expire));
    }

    #[test]
    fn deletion_goes_before_transition_and_the_coldest_class_before_others() {
        let now = "2024-05-01T00:00:00+08:00";
        let to = |class| Rule { transitions: vec![transition(1, class)], ..rule() };
        let expiring = Rule { expiration: expires(10), ..rule() };
        let cold = Some(Due::Transition(StorageClass::DeepArchive));
        assert_eq!(due(vec![to("ARCHIVE"), to("DEEP_ARCHIVE"), to("STANDARD_IA")], &version(), now), cold);
        assert_eq!(due(vec![to("DEEP_ARCHIVE"), expiring], &version(), now), Some(Due::Expire));
        let tiered = Some(Due::Transition(StorageClass::IntelligentTiering));
        assert_eq!(due(vec![to("INTELLIGENT_TIERING"), to("STANDARD_IA")], &version(), now), tiered);
        let disabled = Rule { is_enabled: false, ..to("ARCHIVE") };
        assert_eq!(due(vec![disabled], &version(), now), None);
        let counted = AccessFrequency { access_count_less_than: "1".to_owned(), recent_days: "30".to_owned() };
        let counted = Transition { access_frequency: Some(counted), ..transition(1, "ARCHIVE") };
        assert_eq!(due(vec![Rule { transitions: vec![counted], ..rule() }], &version(), now), None);
    }

    #[test]
    fn a_filter_holds_when_all_its_conditions_do() {
        let tags = [("k".to_owned(), "v".to_owned()), ("l".to_owned(), "w".to_owned())];
        let version = Version { tags: &tags, ..version() };
        let matches = |filter: Filter| filter.matches(&version);
        let tag = |key: &str, value: &str| Tags::new(vec![(key.to_owned(), value.to_owned())], Tagged::Object).expect("a tag");
        assert!(matches(Filter { prefix: Some(String::new()), tags: tag("l", "w"), ..Filter::default() }));
        assert!(!matches(Filter { prefix: Some("log/".to_owned()), tags: tag("l", "w"), ..Filter::default() }));
        assert!(!matches(Filter { tags: tag("l", "v"), ..Filter::default() }));
        assert!(!matches(Filter { other_prefixes: vec!["x".to_owned(), "logs/".to_owned()], ..Filter::default() }));
        assert!(matches(Filter { larger_than: Some((1 << 20) - 1), smaller_than: Some((1 << 20) + 1), ..Filter::default() }));
        assert!(!matches(Filter { larger_than: Some(1 << 20), ..Filter::default() }));
        assert!(!matches(Filter { smaller_than: Some(1 << 20), ..Filter::default() }));
        assert!(!Filter { tags: tag("k", "v"), ..Filter::default() }.matches_upload("k"));
    }

    #[test]
    fn old_versions_count_from_when_they_became_old() {
        let noncurrent = NoncurrentTransition { days: 1, class: "ARCHIVE".parse().expect("a class") };
        let rule =
            Rule { expiration: expires(1), noncurrent_transitions: vec![noncurrent], noncurrent_expiration: Some(9), ..rule() };
        let old = Version { standing: Standing::Noncurrent { since: at("2024-04-01T12:00:00+08:00") }, ..version() };
        let due = |now| due(vec![rule.clone()], &old, now);
        assert_eq!(due("2024-04-02T23:59:59+08:00"), None);
        assert_eq!(due("2024-04-03T00:00:00+08:00"), Some(Due::Transition(StorageClass::Archive)));
        assert_eq!(due("2024-04-11T00:00:00+08:00"), Some(Due::Remove));
    }

    #[test]
    fn leftover_markers_go_alone_or_when_asked_for() {
        let marker = |of| Version { standing: Standing::LeftoverMarker { of }, size: 0, ..version() };
        let old_versions = Rule { noncurrent_expiration: Some(9), ..rule() };
        let asked = |is_asked| Rule { expiration: Some(Expiration::LeftoverMarkers(is_asked)), ..rule() };
        let due = |rule: &Rule, of| due(vec![rule.clone()], &marker(of), "2024-03-01T23:56:00+08:00");
        assert_eq!((due(&old_versions, 1), due(&old_versions, 2)), (Some(Due::Remove), None));
        assert_eq!((due(&asked(true), 1), due(&asked(true), 2)), (Some(Due::Remove), Some(Due::Remove)));
        assert_eq!((due(&asked(false), 1), due(&Rule { expiration: expires(0), ..rule() }, 1)), (None, None));
    }

    fn any_class() -> impl Strategy<Value = StorageClass> {
        prop::sample::select(StorageClass::ALL)
    }

    proptest! {
        /// What is due stays due: a run that comes late does the same.
        #[test]
        fn time_only_adds(written in 0..2_000_000_000i64, days in 0..3650u32, now in 0..3_000_000_000i64, later in 0..1_000_000_000i64) {
            let version = Version { written: Timestamp::from_seconds(written), ..version() };
            let rules = Lifecycle { rules: vec![Rule { expiration: expires(days), ..rule() }] };
            let is_due = |now| rules.due(&version, Timestamp::from_seconds(now)).is_some();
            prop_assert!(!is_due(now) || is_due(now + later));
            prop_assert!(!is_due(written + i64::from(days) * 86_400) && is_due(written + i64::from(days + 1) * 86_400));
        }

        #[test]
        fn a_transition_leads_to_a_colder_class_and_leaves_small_objects(
            from in any_class(), to in prop::collection::vec((0..9u32, any_class()), 1..5), size in 0..200_000u64
        ) {
            let transitions = to.iter().map(|(days, class)| transition(*days, class.name())).collect();
            let rules = Lifecycle { rules: vec![Rule { transitions, ..rule() }] };
            let version = Version { class: from, size, ..version() };
            let coldest = to.iter().map(|(_, class)| class.coldness()).max().expect("not empty");
            match rules.due(&version, at("2025-01-01T00:00:00+08:00")) {
                Some(Due::Transition(class)) => prop_assert!(size >= SMALLEST_TO_MOVE && class.coldness() == coldest && coldest > from.coldness()),
                due => prop_assert!(due.is_none() && (size < SMALLEST_TO_MOVE || coldest <= from.coldness())),
            }
        }
    }
}
