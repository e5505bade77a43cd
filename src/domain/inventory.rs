//! Inventories: lists of a bucket's objects that are written into a bucket (Inventory Overview, 436/30622).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::bucket_resource::BucketResource;
use crate::domain::day::Day;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::{Setting, SettingKind};
use crate::domain::spelled::Spelled;
use crate::domain::storage_class::StorageClass;
use crate::domain::tag::Tags;
use crate::domain::time::Timestamp;

/// The inventories of a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventories {
    /// In the order in which they were made; 1000 at most.
    pub periodic: Vec<PeriodicInventory>,
    /// Still to be written, in the order in which they were asked for.
    pub once: Vec<OneTimeInventory>,
    /// The number of the next periodic one.
    pub next: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicInventory {
    /// Its place among the others, which stays its own.
    pub number: u64,
    pub id: InventoryId,
    pub is_enabled: bool,
    pub schedule: Schedule,
    pub report: Report,
    pub made: Timestamp,
    pub last_run: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeInventory {
    /// What the answer called it.
    pub job: String,
    pub id: InventoryId,
    pub report: Report,
}

/// `[A-Za-z0-9._-]`, 1 to 64 (the length is inferred).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryId(String);

/// What is listed, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub destination: Destination,
    pub filter: InventoryFilter,
    pub versions: IncludedVersions,
    pub fields: Vec<Spelled<InventoryField>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    pub bucket: Spelled<BucketResource>,
    /// As given.
    pub account: Option<String>,
    pub format: Format,
    /// Without the `/` that stands between it and what follows.
    pub prefix: Option<String>,
    pub encryption: Option<ReportEncryption>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    Csv,
    /// Kept only: the emulator writes none.
    Orc,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportEncryption {
    SseCos,
    /// With the id of a key, or the default one.
    SseKms(Option<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    Daily,
    Weekly,
    /// On this day of the month, or the first.
    Monthly(Option<u8>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncludedVersions {
    All,
    Current,
}

/// All conditions must hold, and none means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryFilter {
    /// Whether the conditions but the period stand below `And`.
    pub has_and: bool,
    pub prefix: Option<String>,
    pub tags: Tags,
    pub class: Option<Spelled<StorageClass>>,
    /// Unix seconds of the first and last moment at which an object may have been written.
    pub period: Option<(Option<i64>, Option<i64>)>,
}

/// A column beside those that every report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryField {
    Size,
    LastModifiedDate,
    ETag,
    StorageClass,
    IsMultipartUploaded,
    ReplicationStatus,
    Tag,
    Crc64,
    /// `x-cos-meta-*`.
    UserMetadata,
}

/// What is known of a version that may be listed.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    pub key: &'a str,
    pub written: Timestamp,
    /// `None` for a delete marker.
    pub object: Option<(StorageClass, &'a Tags)>,
}

impl Setting for Inventories {
    const KIND: SettingKind = SettingKind::Inventory;
}

impl Inventories {
    pub fn is_empty(&self) -> bool {
        self.periodic.is_empty() && self.once.is_empty()
    }
}

impl InventoryId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InventoryId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(is_allowed) {
            return Ok(Self(text.to_owned()));
        }
        let message = format!("the inventory id {text:?} must have 1 to 64 of the characters a-z, A-Z, 0-9, -, _ and .");
        Err(ErrorCode::InvalidArgument.because(message))
    }
}

impl FromStr for InventoryField {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "Size" => Self::Size,
            "LastModifiedDate" => Self::LastModifiedDate,
            "ETag" => Self::ETag,
            "StorageClass" => Self::StorageClass,
            // Pages spell it both ways.
            "IsMultipartUploaded" | "IsMultipartUpload" => Self::IsMultipartUploaded,
            "ReplicationStatus" => Self::ReplicationStatus,
            "Tag" => Self::Tag,
            "Crc64" => Self::Crc64,
            "x-cos-meta-*" => Self::UserMetadata,
            _ => {
                let message = format!(
                    "the field {text:?} is not one of Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded, \
                     ReplicationStatus, Tag, Crc64 and x-cos-meta-*"
                );
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        })
    }
}

impl PeriodicInventory {
    /// Whether a report is due: the first on the day after it was made, and for months on their day; then one a period (days
    /// are GMT+8's; when exactly the service starts is not documented).
    pub fn is_due(&self, now: Timestamp) -> bool {
        let (today, before) = (Day::of(now), Day::of(self.last_run.unwrap_or(self.made)));
        let next = match (self.schedule, self.last_run) {
            (Schedule::Weekly, Some(_)) => before.after(7),
            (Schedule::Daily | Schedule::Weekly, _) => before.after(1),
            (Schedule::Monthly(day), _) => before.next_of_month(day.unwrap_or(1)),
        };
        self.is_enabled && today >= next
    }
}

impl InventoryFilter {
    /// A delete marker has neither class nor tags.
    pub fn matches(&self, listed: &Listed<'_>) -> bool {
        let has_class = |class: &Spelled<StorageClass>| listed.object.is_some_and(|(own, _)| own == *class.value());
        let has_tag = |(key, value): (&str, &str)| listed.object.is_some_and(|(_, tags)| tags.has(key, value));
        self.matches_key(listed.key)
            && self.tags.iter().all(has_tag)
            && self.class.as_ref().is_none_or(has_class)
            && self.period.is_none_or(|(start, end)| {
                let written = listed.written.seconds();
                start.is_none_or(|start| written >= start) && end.is_none_or(|end| written <= end)
            })
    }

    pub fn matches_key(&self, key: &str) -> bool {
        self.prefix.as_ref().is_none_or(|prefix| key.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tag::Tagged;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_iso(&format!("{text}T12:00:00+08:00")).expect("a date")
    }

    fn inventory(schedule: Schedule, made: &str, last_run: Option<&str>) -> PeriodicInventory {
        let destination = Destination {
            bucket: "qcs::cos:ap-x::b-1".parse().expect("a bucket"),
            account: None,
            format: Format::Csv,
            prefix: None,
            encryption: None,
        };
        let report =
            Report { destination, filter: InventoryFilter::default(), versions: IncludedVersions::All, fields: Vec::new() };
        let id = "i".parse().expect("an id");
        PeriodicInventory { number: 0, id, is_enabled: true, schedule, report, made: at(made), last_run: last_run.map(at) }
    }

    #[test]
    fn a_report_is_due_once_a_period() {
        for (schedule, made, last_run, before, then) in [
            (Schedule::Daily, "2024-02-28", None, "2024-02-28", "2024-02-29"),
            (Schedule::Daily, "2024-01-01", Some("2024-02-29"), "2024-02-29", "2024-03-01"),
            (Schedule::Weekly, "2024-02-28", None, "2024-02-28", "2024-02-29"),
            (Schedule::Weekly, "2024-01-01", Some("2024-02-25"), "2024-03-02", "2024-03-03"),
            (Schedule::Monthly(None), "2024-02-28", None, "2024-02-29", "2024-03-01"),
            (Schedule::Monthly(Some(31)), "2024-01-31", None, "2024-02-28", "2024-02-29"),
            (Schedule::Monthly(Some(31)), "2024-01-01", Some("2024-02-29"), "2024-03-30", "2024-03-31"),
            (Schedule::Monthly(Some(5)), "2023-12-20", None, "2024-01-04", "2024-01-05"),
        ] {
            let inventory = inventory(schedule, made, last_run);
            assert!(!inventory.is_due(at(before)) && inventory.is_due(at(then)), "{schedule:?} {made} {last_run:?}");
            assert!(!PeriodicInventory { is_enabled: false, ..inventory }.is_due(at(then)));
        }
    }

    #[test]
    fn a_filter_holds_when_all_its_conditions_do() {
        let tags = Tags::from_header("k=v&l=w", Tagged::Object).expect("tags");
        let object = Listed { key: "p/a", written: Timestamp::from_seconds(100), object: Some((StorageClass::Archive, &tags)) };
        let marker = Listed { object: None, ..object };
        let filter = |prefix: &str, tagged: &str, class: Option<&str>, period| InventoryFilter {
            prefix: Some(prefix.to_owned()),
            tags: Tags::from_header(tagged, Tagged::Object).expect("tags"),
            class: class.map(|class| class.parse().expect("a class")),
            period,
            has_and: false,
        };
        let matched = |filter: &InventoryFilter| (filter.matches(&object), filter.matches(&marker));
        assert_eq!(matched(&filter("p/", "", None, Some((Some(100), Some(100))))), (true, true));
        assert_eq!(matched(&filter("q", "", None, None)), (false, false));
        assert_eq!(matched(&filter("", "l=w", Some("archive"), None)), (true, false));
        assert_eq!(matched(&filter("", "l=v", None, None)), (false, false));
        assert_eq!(matched(&filter("", "", Some("STANDARD"), None)), (false, false));
        assert_eq!(matched(&filter("", "", None, Some((Some(101), None)))), (false, false));
        assert_eq!(matched(&filter("", "", None, Some((None, Some(99))))), (false, false));
    }

    #[test]
    fn ids_and_fields_are_of_the_documented_ones() {
        for id in ["list1", "A-b_c.9", &"x".repeat(64)] {
            assert_eq!(id.parse::<InventoryId>().expect(id).as_str(), id);
        }
        for id in ["", "a b", "中", "a/b", &"x".repeat(65)] {
            assert_eq!(id.parse::<InventoryId>().expect_err(id).code(), ErrorCode::InvalidArgument);
        }
        assert_eq!("IsMultipartUpload".parse::<InventoryField>().expect("known"), InventoryField::IsMultipartUploaded);
        assert!("size".parse::<InventoryField>().is_err());
    }
}
