//! An inventory as XML.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::inventory::{
    Destination, Format, IncludedVersions, InventoryField, InventoryFilter, PeriodicInventory, Report, ReportEncryption, Schedule,
};
use crate::domain::tag::Tagged;
use crate::operations::bucket_settings::element::{choice, given, number, word};
use crate::operations::tag_set::{self, TagElement};

const FORMATS: [(&str, Format); 2] = [("CSV", Format::Csv), ("ORC", Format::Orc)];
const VERSIONS: [(&str, IncludedVersions); 2] = [("All", IncludedVersions::All), ("Current", IncludedVersions::Current)];
const FREQUENCIES: [(&str, Schedule); 3] =
    [("Daily", Schedule::Daily), ("Weekly", Schedule::Weekly), ("Monthly", Schedule::Monthly(None))];

/// Elements in the documented order, in which C++ needs some of them. One-time inventories have neither `IsEnabled` nor `Schedule`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InventoryElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_enabled: Option<String>,
    destination: DestinationElement,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<ScheduleElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterElement>,
    included_object_versions: String,
    /// Always there, because Python asks for it.
    #[serde(default)]
    optional_fields: FieldsElement,
}

#[derive(Serialize, Deserialize)]
struct DestinationElement {
    #[serde(rename = "COSBucketDestination")]
    bucket: BucketElement,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BucketElement {
    format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    bucket: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption: Option<EncryptionElement>,
    /// Without `Encryption` around it, as some pages write it.
    #[serde(rename = "SSE-COS", skip_serializing)]
    bare_sse_cos: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct EncryptionElement {
    /// Python and Node write it without the dash.
    #[serde(rename = "SSE-COS", alias = "SSECOS", skip_serializing_if = "Option::is_none")]
    sse_cos: Option<String>,
    #[serde(rename = "SSE-KMS", alias = "SSEKMS", skip_serializing_if = "Option::is_none")]
    sse_kms: Option<KmsElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KmsElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScheduleElement {
    frequency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_date: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    and: Option<Box<Self>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(rename = "Tag", default)]
    tags: Vec<TagElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<PeriodElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PeriodElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct FieldsElement {
    #[serde(rename = "Field", default)]
    fields: Vec<String>,
}

impl InventoryElement {
    /// Whether it is on, and when it is written: of a periodic inventory.
    ///
    /// # Errors
    /// `MalformedXML`, `InvalidArgument`.
    pub(super) fn periodic(&self) -> Result<(bool, Schedule), Error> {
        let missing = |name: &str| ErrorCode::MalformedXML.because(format!("the element <{name}> is missing"));
        let is_enabled = self.is_enabled.as_deref().ok_or_else(|| missing("IsEnabled"))?.to_ascii_lowercase();
        let schedule = self.schedule.as_ref().ok_or_else(|| missing("Schedule"))?;
        let date = schedule.monthly_date.as_deref().filter(|text| !text.is_empty());
        let schedule = match choice("Frequency", &schedule.frequency, &FREQUENCIES)? {
            Schedule::Monthly(_) => Schedule::Monthly(date.map(|text| number("MonthlyDate", text, 1..=31)).transpose()?),
            schedule => schedule,
        };
        Ok((choice("IsEnabled", &is_enabled, &[("true", true), ("false", false)])?, schedule))
    }
}

impl TryFrom<InventoryElement> for Report {
    type Error = Error;

    fn try_from(element: InventoryElement) -> Result<Self, Error> {
        let fields = element.optional_fields.fields.iter().map(|field| field.parse()).collect::<Result<Vec<_>, _>>()?;
        let report = Self {
            destination: element.destination.bucket.try_into()?,
            filter: element.filter.map(InventoryFilter::try_from).transpose()?.unwrap_or_default(),
            versions: choice("IncludedObjectVersions", &element.included_object_versions, &VERSIONS)?,
            fields,
        };
        if !report.filter.tags.is_empty() && !report.fields.iter().any(|field| *field.value() == InventoryField::Tag) {
            return Err(ErrorCode::InvalidArgument.because("a filter by tags needs the field Tag among <OptionalFields>"));
        }
        Ok(report)
    }
}

impl TryFrom<BucketElement> for Destination {
    type Error = Error;

    fn try_from(element: BucketElement) -> Result<Self, Error> {
        let encryption = match element.encryption {
            Some(EncryptionElement { sse_kms: Some(KmsElement { key_id }), .. }) => Some(ReportEncryption::SseKms(given(key_id))),
            Some(EncryptionElement { sse_cos: Some(_), .. }) => Some(ReportEncryption::SseCos),
            _ => element.bare_sse_cos.map(|_| ReportEncryption::SseCos),
        };
        Ok(Self {
            bucket: element.bucket.parse()?,
            account: given(element.account_id),
            format: choice("Format", &element.format, &FORMATS)?,
            prefix: given(element.prefix),
            encryption,
        })
    }
}

impl TryFrom<FilterElement> for InventoryFilter {
    type Error = Error;

    fn try_from(element: FilterElement) -> Result<Self, Error> {
        let seconds = |name, text| given(text).map(|text| number(name, &text, 0..=i64::MAX)).transpose();
        let period = match element.period {
            Some(period) => Some((seconds("StartTime", period.start_time)?, seconds("EndTime", period.end_time)?)),
            None => None,
        };
        let has_and = element.and.is_some();
        let FilterElement { prefix, tags, storage_class, .. } =
            element.and.map_or(FilterElement { and: None, period: None, ..element }, |and| *and);
        Ok(Self {
            has_and,
            prefix,
            tags: tag_set::tags(tags, Tagged::Object)?,
            class: given(storage_class).map(|text| text.parse()).transpose()?,
            period,
        })
    }
}

impl From<PeriodicInventory> for InventoryElement {
    fn from(inventory: PeriodicInventory) -> Self {
        let Report { destination, filter, versions, fields } = inventory.report;
        let (frequency, monthly_date) = match inventory.schedule {
            Schedule::Daily => ("Daily", None),
            Schedule::Weekly => ("Weekly", None),
            Schedule::Monthly(date) => ("Monthly", date),
        };
        Self {
            id: Some(inventory.id.as_str().to_owned()),
            is_enabled: Some(inventory.is_enabled.to_string()),
            destination: DestinationElement { bucket: destination.into() },
            schedule: Some(ScheduleElement {
                frequency: frequency.to_owned(),
                monthly_date: monthly_date.map(|date| date.to_string()),
            }),
            filter: Some(filter).filter(|filter| *filter != InventoryFilter::default()).map(FilterElement::from),
            included_object_versions: word(versions, &VERSIONS),
            optional_fields: FieldsElement { fields: fields.iter().map(|field| field.text().to_owned()).collect() },
        }
    }
}

impl From<Destination> for BucketElement {
    fn from(destination: Destination) -> Self {
        let encryption = destination.encryption.map(|encryption| match encryption {
            ReportEncryption::SseCos => EncryptionElement { sse_cos: Some(String::new()), sse_kms: None },
            ReportEncryption::SseKms(key_id) => EncryptionElement { sse_cos: None, sse_kms: Some(KmsElement { key_id }) },
        });
        Self {
            format: word(destination.format, &FORMATS),
            account_id: destination.account,
            bucket: destination.bucket.text().to_owned(),
            prefix: destination.prefix,
            encryption,
            bare_sse_cos: None,
        }
    }
}

impl From<InventoryFilter> for FilterElement {
    fn from(filter: InventoryFilter) -> Self {
        let period = filter.period.map(|(start, end)| PeriodElement {
            start_time: start.map(|seconds| seconds.to_string()),
            end_time: end.map(|seconds| seconds.to_string()),
        });
        let element = Self {
            and: None,
            prefix: filter.prefix,
            tags: tag_set::elements(&filter.tags),
            storage_class: filter.class.map(|class| class.text().to_owned()),
            period: None,
        };
        if filter.has_and { Self { and: Some(Box::new(element)), period, ..Self::default() } } else { Self { period, ..element } }
    }
}
