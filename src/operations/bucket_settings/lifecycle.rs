//! PUT, GET and DELETE Bucket lifecycle: `/?lifecycle` (436/8280, 436/8278, 436/8284).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::lifecycle::{
    AccessFrequency, Expiration, Filter, FilterForm, Lifecycle, NoncurrentTransition, Rule, Transition, When,
};
use crate::domain::setting::SettingKind;
use crate::domain::tag::Tagged;
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{STATUS, check_count, choice, given, number, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::tag_set::{self, TagElement};

const MOST_RULES: usize = 1000;
const LONGEST_ID: usize = 255;
const MOST_DAYS: u32 = 3650;

#[derive(Serialize, Deserialize)]
pub(super) struct LifecycleConfiguration {
    #[serde(rename = "Rule")]
    rules: Vec<RuleElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    #[serde(rename = "ID", default)]
    id: String,
    /// Beside no `Filter`, as old clients write.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterElement>,
    status: String,
    #[serde(rename = "Transition", default)]
    transitions: Vec<ActionElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<ActionElement>,
    #[serde(rename = "NoncurrentVersionTransition", default)]
    noncurrent_transitions: Vec<ActionElement>,
    #[serde(rename = "NoncurrentVersionExpiration", skip_serializing_if = "Option::is_none")]
    noncurrent_expiration: Option<ActionElement>,
    #[serde(rename = "AbortIncompleteMultipartUpload", skip_serializing_if = "Option::is_none")]
    abort_uploads: Option<ActionElement>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    and: Option<Box<Self>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default)]
    prefix_not_equals: Vec<String>,
    #[serde(rename = "Tag", default)]
    tags: Vec<TagElement>,
    #[serde(rename = "ObjectSizeGreaterThan", skip_serializing_if = "Option::is_none")]
    larger_than: Option<String>,
    #[serde(rename = "ObjectSizeLessThan", skip_serializing_if = "Option::is_none")]
    smaller_than: Option<String>,
}

/// Any of the five actions: each has some of these.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ActionElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired_object_delete_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noncurrent_days: Option<String>,
    /// Old versions of the Go SDK misspell it.
    #[serde(alias = "DaysAfterInititation", skip_serializing_if = "Option::is_none")]
    days_after_initiation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_frequency: Option<AccessFrequencyElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessFrequencyElement {
    access_count_less_than: String,
    recent_days: String,
}

impl TryFrom<LifecycleConfiguration> for Lifecycle {
    type Error = Error;

    fn try_from(configuration: LifecycleConfiguration) -> Result<Self, Error> {
        check_count("Rule", &configuration.rules, MOST_RULES)?;
        let rules: Vec<Rule> = configuration.rules.into_iter().map(Rule::try_from).collect::<Result<_, _>>()?;
        for (index, rule) in rules.iter().enumerate() {
            if rules[..index].iter().any(|other| other.id == rule.id) {
                let message = format!("Rule ID must be unique. Found same ID for more than one rule: {:?}", rule.id);
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        }
        Ok(Self { rules })
    }
}

impl TryFrom<RuleElement> for Rule {
    type Error = Error;

    fn try_from(rule: RuleElement) -> Result<Self, Error> {
        let rule = Self {
            id: rule.id,
            is_enabled: choice("Status", &rule.status, &STATUS)?,
            filter: filter(rule.filter, rule.prefix)?,
            transitions: rule.transitions.into_iter().map(Transition::try_from).collect::<Result<_, _>>()?,
            expiration: rule.expiration.map(Expiration::try_from).transpose()?,
            noncurrent_transitions: rule
                .noncurrent_transitions
                .into_iter()
                .map(NoncurrentTransition::try_from)
                .collect::<Result<_, _>>()?,
            noncurrent_expiration: rule.noncurrent_expiration.map(|action| action.noncurrent_days(1)).transpose()?,
            abort_uploads: rule
                .abort_uploads
                .map(|action| days("DaysAfterInitiation", action.days_after_initiation, 1))
                .transpose()?,
        };
        match conflict(&rule) {
            Some(conflict) => Err(ErrorCode::InvalidArgument.because(format!("the rule {:?} {conflict}", rule.id))),
            None => Ok(rule),
        }
    }
}

/// What is wrong with a rule whose elements are right each by itself.
fn conflict(rule: &Rule) -> Option<&'static str> {
    let expiration = match &rule.expiration {
        Some(Expiration::When(when)) => Some(when),
        _ => None,
    };
    let of_transitions = || rule.transitions.iter().map(|transition| &transition.when);
    let mut whens = of_transitions().chain(expiration);
    let has_days = |when: &When| when.days().is_some();
    let is_too_soon = |end: Option<u32>, last: Option<u32>| end.zip(last).is_some_and(|(end, last)| end <= last);
    let marks = matches!(rule.expiration, Some(Expiration::LeftoverMarkers(_)));
    if rule.id.len() > LONGEST_ID {
        Some("has an <ID> of more than 255 bytes")
    } else if !rule.has_action() {
        Some("has no action; it must have a transition, an expiration or <AbortIncompleteMultipartUpload>")
    } else if whens.clone().any(has_days) && !whens.all(has_days) {
        Some("has both <Days> and <Date>; a rule has one of them")
    } else if is_too_soon(expiration.and_then(When::days), of_transitions().filter_map(When::days).max())
        || is_too_soon(rule.noncurrent_expiration, rule.noncurrent_transitions.iter().map(|transition| transition.days).max())
    {
        Some("expires objects before it moves them: the days of an expiration must be more than those of the transitions")
    } else if !rule.filter.tags.is_empty() && (marks || rule.abort_uploads.is_some()) {
        Some("filters by tags, which neither uploads nor delete markers have")
    } else {
        None
    }
}

fn filter(filter: Option<FilterElement>, prefix: Option<String>) -> Result<Filter, Error> {
    let (form, filter) = match (filter, prefix) {
        (Some(FilterElement { and: Some(and), .. }), _) => (FilterForm::And, *and),
        (Some(filter), _) => (FilterForm::Plain, filter),
        (None, Some(prefix)) => (FilterForm::PrefixAlone, FilterElement { prefix: Some(prefix), ..FilterElement::default() }),
        (None, None) => {
            return Err(ErrorCode::MalformedXML.because("a <Rule> has no <Filter>; an empty one is for the whole bucket"));
        }
    };
    let size = |name, text| given(text).map(|text| number(name, &text, 0..=u64::MAX)).transpose();
    Ok(Filter {
        form,
        prefix: filter.prefix,
        other_prefixes: filter.prefix_not_equals,
        tags: tag_set::tags(filter.tags, Tagged::Object)?,
        larger_than: size("ObjectSizeGreaterThan", filter.larger_than)?,
        smaller_than: size("ObjectSizeLessThan", filter.smaller_than)?,
    })
}

/// `name` with `fewest` days at least.
fn days(name: &str, text: Option<String>, fewest: u32) -> Result<u32, Error> {
    number(name, &text.unwrap_or_default(), fewest..=MOST_DAYS)
}

impl ActionElement {
    /// One of `Days` and `Date`.
    fn when(self, fewest: u32) -> Result<When, Error> {
        match (given(self.days), given(self.date)) {
            (None, Some(date)) => date.parse().map(When::Date),
            (Some(text), None) => days("Days", Some(text), fewest).map(When::Days),
            _ => Err(ErrorCode::InvalidArgument.because("an action must have one of <Days> and <Date>")),
        }
    }

    /// `NoncurrentDays`, which one page calls `Days` (436/17029).
    fn noncurrent_days(self, fewest: u32) -> Result<u32, Error> {
        days("NoncurrentDays", given(self.noncurrent_days).or(self.days), fewest)
    }

    fn of(when: When) -> Self {
        match when {
            When::Days(days) => Self { days: Some(days.to_string()), ..Self::default() },
            When::Date(date) => Self { date: Some(date.text().to_owned()), ..Self::default() },
        }
    }
}

impl TryFrom<ActionElement> for Transition {
    type Error = Error;

    fn try_from(mut action: ActionElement) -> Result<Self, Error> {
        let class = action.storage_class.take().unwrap_or_default().parse()?;
        let access_frequency = action.access_frequency.take().map(|frequency| AccessFrequency {
            access_count_less_than: frequency.access_count_less_than,
            recent_days: frequency.recent_days,
        });
        Ok(Self { class, access_frequency, when: action.when(0)? })
    }
}

impl TryFrom<ActionElement> for Expiration {
    type Error = Error;

    fn try_from(mut action: ActionElement) -> Result<Self, Error> {
        match given(action.expired_object_delete_marker.take()) {
            None => action.when(1).map(Self::When),
            Some(text) if given(action.days).or(given(action.date)).is_none() => {
                choice("ExpiredObjectDeleteMarker", &text, &[("true", true), ("false", false)]).map(Self::LeftoverMarkers)
            }
            Some(_) => Err(ErrorCode::InvalidArgument.because("<ExpiredObjectDeleteMarker> goes with neither <Days> nor <Date>")),
        }
    }
}

impl TryFrom<ActionElement> for NoncurrentTransition {
    type Error = Error;

    fn try_from(mut action: ActionElement) -> Result<Self, Error> {
        let class = action.storage_class.take().unwrap_or_default().parse()?;
        Ok(Self { class, days: action.noncurrent_days(0)? })
    }
}

impl From<Lifecycle> for LifecycleConfiguration {
    fn from(lifecycle: Lifecycle) -> Self {
        Self { rules: lifecycle.rules.into_iter().map(RuleElement::from).collect() }
    }
}

impl From<Rule> for RuleElement {
    fn from(rule: Rule) -> Self {
        let noncurrent = |days: u32| ActionElement { noncurrent_days: Some(days.to_string()), ..ActionElement::default() };
        let is_bare = rule.filter.form == FilterForm::PrefixAlone;
        Self {
            id: rule.id,
            prefix: rule.filter.prefix.clone().filter(|_| is_bare),
            filter: (!is_bare).then(|| FilterElement::from(rule.filter)),
            status: word(rule.is_enabled, &STATUS),
            transitions: rule.transitions.into_iter().map(ActionElement::from).collect(),
            expiration: rule.expiration.map(|expiration| match expiration {
                Expiration::When(when) => ActionElement::of(when),
                Expiration::LeftoverMarkers(go) => {
                    ActionElement { expired_object_delete_marker: Some(go.to_string()), ..ActionElement::default() }
                }
            }),
            noncurrent_transitions: rule
                .noncurrent_transitions
                .into_iter()
                .map(|transition| ActionElement {
                    storage_class: Some(transition.class.text().to_owned()),
                    ..noncurrent(transition.days)
                })
                .collect(),
            noncurrent_expiration: rule.noncurrent_expiration.map(noncurrent),
            abort_uploads: rule
                .abort_uploads
                .map(|days| ActionElement { days_after_initiation: Some(days.to_string()), ..ActionElement::default() }),
        }
    }
}

impl From<Transition> for ActionElement {
    fn from(transition: Transition) -> Self {
        let access_frequency = transition.access_frequency.map(|frequency| AccessFrequencyElement {
            access_count_less_than: frequency.access_count_less_than,
            recent_days: frequency.recent_days,
        });
        Self { storage_class: Some(transition.class.text().to_owned()), access_frequency, ..Self::of(transition.when) }
    }
}

impl From<Filter> for FilterElement {
    fn from(filter: Filter) -> Self {
        let element = Self {
            and: None,
            prefix: filter.prefix,
            prefix_not_equals: filter.other_prefixes,
            tags: tag_set::elements(&filter.tags),
            larger_than: filter.larger_than.map(|size| size.to_string()),
            smaller_than: filter.smaller_than.map(|size| size.to_string()),
        };
        match filter.form {
            FilterForm::And => Self { and: Some(Box::new(element)), ..Self::default() },
            FilterForm::Plain | FilterForm::PrefixAlone => element,
        }
    }
}

impl Document for Lifecycle {
    type Wire = LifecycleConfiguration;
    const ROOT: &'static str = "LifecycleConfiguration";
    /// Room for all rules (inferred).
    const LARGEST: usize = 1 << 20;
    const UNSET: Unset = Unset::Refused(ErrorCode::NoSuchLifecycleConfiguration);
}

/// Also gives ids to rules that have none, as the service seems to (observed: Terraform).
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let mut configuration: LifecycleConfiguration = context.head.read_xml(body, Lifecycle::ROOT, Lifecycle::LARGEST).await?;
    for rule in configuration.rules.iter_mut().filter(|rule| rule.id.is_empty()) {
        rule.id = context.services.random.hex::<16>();
    }
    let lifecycle = Lifecycle::try_from(configuration)?;
    document::change(context, |bucket, _| check_bucket(bucket, &lifecycle).map(|()| Some(lifecycle))).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

fn check_bucket(bucket: &Bucket, lifecycle: &Lifecycle) -> Result<(), Error> {
    if bucket.settings.has(SettingKind::ObjectLock) {
        return Err(ErrorCode::BucketLocked.because("a bucket with an object lock cannot have lifecycle rules"));
    }
    let mut classes = lifecycle.rules.iter().flat_map(Rule::classes_named);
    match classes.find(|class| class.is_multi_az() != bucket.is_multi_az) {
        None => Ok(()),
        Some(class) if bucket.is_multi_az => {
            let message = format!("the storage class {} is of one zone, and the bucket of several", class.name());
            Err(ErrorCode::OAZOperationNotSupportOnMAZBucket.because(message))
        }
        Some(class) => {
            let message = format!("the storage class {} is of several zones, and the bucket of one", class.name());
            Err(ErrorCode::MAZOperationNotSupportOnOAZBucket.because(message))
        }
    }
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<Lifecycle>(context)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<Lifecycle>(context).await
}
