//! PUT, GET and DELETE Bucket replication: `/?replication` (436/19223, 436/19222, 436/19221).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::replication::{Replication, ReplicationFilter, ReplicationFilterForm, ReplicationRule};
use crate::domain::setting::SettingKind;
use crate::domain::tag::Tagged;
use crate::domain::time::Timestamp;
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{STATUS, StatusElement, check_count, choice, given, number, word};
use crate::operations::context::Context;
use crate::operations::headers::REPLICATION_RULE_CREATION_TIME;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response, insert};
use crate::operations::tag_set::{self, TagElement};

const MOST_RULES: usize = 1000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReplicationConfiguration {
    role: String,
    #[serde(rename = "Rule")]
    rules: Vec<RuleElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterElement>,
    destination: DestinationElement,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_marker_replication: Option<StatusElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_selection_criteria: Option<SelectionElement>,
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
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationElement {
    bucket: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_configuration: Option<EncryptionElement>,
}

#[derive(Serialize, Deserialize)]
struct EncryptionElement {
    #[serde(rename = "ReplicaKmsKeyID")]
    kms_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SelectionElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    sse_kms_encrypted_objects: Option<StatusElement>,
}

impl TryFrom<ReplicationConfiguration> for Replication {
    type Error = Error;

    fn try_from(configuration: ReplicationConfiguration) -> Result<Self, Error> {
        check_count("Rule", &configuration.rules, MOST_RULES)?;
        let rules: Vec<ReplicationRule> =
            configuration.rules.into_iter().map(ReplicationRule::try_from).collect::<Result<_, _>>()?;
        for (index, rule) in rules.iter().enumerate() {
            if let Some(other) = rules[..index].iter().find(|other| overlap(rule, other)) {
                let name = |rule: &ReplicationRule| rule.id.clone().unwrap_or_default();
                let message = format!("the rules {:?} and {:?} are for the same keys and bucket", name(other), name(rule));
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        }
        Ok(Self { role: configuration.role, rules, created: Timestamp::from_seconds(0) })
    }
}

/// Of two rules to one bucket neither prefix may begin with the other, unless tags or priorities tell them apart.
fn overlap(one: &ReplicationRule, other: &ReplicationRule) -> bool {
    let (first, second) = (one.filter.prefix.as_deref().unwrap_or_default(), other.filter.prefix.as_deref().unwrap_or_default());
    one.destination.value().bucket == other.destination.value().bucket
        && (first.starts_with(second) || second.starts_with(first))
        && one.priority == other.priority
        && one.filter.tags.is_empty()
        && other.filter.tags.is_empty()
}

impl TryFrom<RuleElement> for ReplicationRule {
    type Error = Error;

    fn try_from(rule: RuleElement) -> Result<Self, Error> {
        let status = |element: Option<StatusElement>| element.map(|element| element.is_enabled()).transpose();
        let DestinationElement { bucket, storage_class, encryption_configuration } = rule.destination;
        Ok(Self {
            id: given(rule.id),
            is_enabled: choice("Status", &rule.status, &STATUS)?,
            priority: given(rule.priority).map(|text| number("Priority", &text, 0..=u32::MAX)).transpose()?,
            filter: filter(rule.prefix, rule.filter)?,
            destination: bucket.parse()?,
            class: given(storage_class).map(|text| text.parse()).transpose()?,
            kms_key: encryption_configuration.map(|element| element.kms_key),
            copies_markers: status(rule.delete_marker_replication)?,
            copies_kms: status(rule.source_selection_criteria.and_then(|element| element.sse_kms_encrypted_objects))?,
        })
    }
}

fn filter(prefix: Option<String>, filter: Option<FilterElement>) -> Result<ReplicationFilter, Error> {
    let (form, FilterElement { prefix, tags, .. }) = match (prefix, filter) {
        (None, Some(FilterElement { and: Some(and), .. })) => (ReplicationFilterForm::And, *and),
        (None, Some(filter)) => (ReplicationFilterForm::Filter, filter),
        (prefix, None) => (ReplicationFilterForm::Prefix, FilterElement { prefix, ..FilterElement::default() }),
        (Some(_), Some(_)) => {
            return Err(ErrorCode::InvalidArgument.because("a <Rule> has both <Prefix> and <Filter>; it must have one of them"));
        }
    };
    Ok(ReplicationFilter { form, prefix, tags: tag_set::tags(tags, Tagged::Object)? })
}

impl From<Replication> for ReplicationConfiguration {
    fn from(replication: Replication) -> Self {
        Self { role: replication.role, rules: replication.rules.into_iter().map(RuleElement::from).collect() }
    }
}

impl From<ReplicationRule> for RuleElement {
    fn from(rule: ReplicationRule) -> Self {
        let ReplicationFilter { form, prefix, tags } = rule.filter;
        let filter = FilterElement { and: None, prefix: prefix.clone(), tags: tag_set::elements(&tags) };
        let (prefix, filter) = match form {
            ReplicationFilterForm::Prefix => (prefix, None),
            ReplicationFilterForm::Filter => (None, Some(filter)),
            ReplicationFilterForm::And => (None, Some(FilterElement { and: Some(Box::new(filter)), ..FilterElement::default() })),
        };
        Self {
            status: word(rule.is_enabled, &STATUS),
            priority: rule.priority.map(|priority| priority.to_string()),
            id: rule.id,
            prefix,
            filter,
            destination: DestinationElement {
                bucket: rule.destination.text().to_owned(),
                storage_class: rule.class.map(|class| class.text().to_owned()),
                encryption_configuration: rule.kms_key.map(|kms_key| EncryptionElement { kms_key }),
            },
            delete_marker_replication: rule.copies_markers.map(StatusElement::of),
            source_selection_criteria: rule
                .copies_kms
                .map(|copies| SelectionElement { sse_kms_encrypted_objects: Some(StatusElement::of(copies)) }),
        }
    }
}

impl Document for Replication {
    type Wire = ReplicationConfiguration;
    const ROOT: &'static str = "ReplicationConfiguration";
    /// Room for all rules (inferred).
    const LARGEST: usize = 1 << 20;
    const UNSET: Unset = Unset::Refused(ErrorCode::ReplicationConfigurationNotFoundError);
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let replication = Replication { created: context.now, ..document::read(context, body).await? };
    for rule in &replication.rules {
        check_destination(context, rule)?;
    }
    document::change(context, |bucket, _| check_source(bucket).map(|()| Some(replication))).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

/// A bucket of the same account that is there, where the rule says, and has versions; the codes are inferred.
fn check_destination(context: &Context<'_>, rule: &ReplicationRule) -> Result<(), Error> {
    let (source, destination) = (context.bucket()?, rule.destination.value());
    let refuse = |code: ErrorCode, why: &str| Err(code.because(format!("the destination {} {why}", rule.destination.text())));
    match context.store().bucket(&destination.bucket)? {
        _ if destination.bucket == source.name => refuse(ErrorCode::InvalidArgument, "is the bucket itself"),
        Some(bucket) if bucket.region != destination.region => refuse(ErrorCode::TargetBucketNameInvalid, "is in another region"),
        Some(bucket) if bucket.owner != source.owner => refuse(ErrorCode::UserNotTargetBucketOwner, "is another account's"),
        Some(bucket) if bucket.versioning != Versioning::Enabled => {
            refuse(ErrorCode::BucketVersionNotOpen, "does not have versioning enabled")
        }
        Some(_) => Ok(()),
        None => refuse(ErrorCode::TargetBucketNameInvalid, "does not exist"),
    }
}

fn check_source(bucket: &Bucket) -> Result<(), Error> {
    if bucket.settings.has(SettingKind::ObjectLock) {
        return Err(ErrorCode::BucketLocked.because("a bucket with an object lock cannot be replicated"));
    }
    if bucket.versioning != Versioning::Enabled {
        let message = format!("the bucket {} does not have versioning enabled, which replication needs", bucket.name);
        return Err(ErrorCode::BucketVersionNotOpen.because(message));
    }
    Ok(())
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let mut answer = document::get::<Replication>(context)?;
    if let Some(replication) = context.store().setting::<Replication>(context.bucket()?)? {
        insert(answer.headers_mut(), REPLICATION_RULE_CREATION_TIME, &replication.created.http_date());
    }
    Ok(answer)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<Replication>(context).await
}
