//! PUT and GET Bucket IntelligentTiering, `/?intelligenttiering` for the default rule alone, and PUT, GET, DELETE and LIST
//! `/?intelligent-tiering&id` for all of them (436/38314, 436/38315, 436/60836).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::SettingKind;
use crate::domain::tag::Tagged;
use crate::domain::tiering::{AccessTier, DEFAULT_ID, IntelligentTiering, Tiering, TieringFilter, TieringRule};
use crate::operations::bucket_settings::document::change;
use crate::operations::bucket_settings::element::{check_count, choice, given, number, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::tag_set::{self, TagElement};

const ROOT: &str = "IntelligentTieringConfiguration";
/// As Java and Go have it; the page leaves the first `s` out.
const LIST_ROOT: &str = "ListBucketIntelligentTieringConfigurationsOutput";
const LARGEST: usize = 64 << 10;
const MOST_RULES: usize = 1000;
const MOST_DAYS: u16 = 3650;

const STATUS: [(&str, bool); 2] = [("Enabled", true), ("Suspended", false)];
const DEFAULT_DAYS: [(&str, u16); 3] = [("30", 30), ("60", 60), ("90", 90)];
const DEFAULT_TIERS: [(&str, AccessTier); 1] = [("INFREQUENT", AccessTier::Infrequent)];
const OTHER_TIERS: [(&str, AccessTier); 2] =
    [("ARCHIVE_ACCESS", AccessTier::Archive), ("DEEP_ARCHIVE_ACCESS", AccessTier::DeepArchive)];

/// The older form: the default rule.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DefaultElement {
    status: String,
    transition: Transition,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Transition {
    days: String,
    request_frequent: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    id: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterElement>,
    #[serde(rename = "Tiering")]
    tierings: Vec<TieringElement>,
}

/// Read with and without `And`, written with it: Java needs that.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    and: Option<Conditions>,
    #[serde(skip_serializing)]
    prefix: Option<String>,
    #[serde(default, rename = "Tag", skip_serializing)]
    tags: Vec<TagElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Conditions {
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, rename = "Tag")]
    tags: Vec<TagElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TieringElement {
    access_tier: String,
    days: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_frequent: Option<String>,
}

#[derive(Serialize)]
struct RuleList {
    #[serde(rename = "IntelligentTieringConfiguration")]
    rules: Vec<RuleElement>,
}

impl TryFrom<DefaultElement> for TieringRule {
    type Error = Error;

    fn try_from(DefaultElement { status, transition }: DefaultElement) -> Result<Self, Error> {
        let element = TieringElement {
            access_tier: "INFREQUENT".to_owned(),
            days: transition.days,
            request_frequent: Some(transition.request_frequent),
        };
        RuleElement { id: DEFAULT_ID.to_owned(), status, filter: None, tierings: vec![element] }.try_into()
    }
}

impl TryFrom<RuleElement> for TieringRule {
    type Error = Error;

    fn try_from(rule: RuleElement) -> Result<Self, Error> {
        let is_default = rule.id == DEFAULT_ID;
        let filter = rule.filter.map(TieringFilter::try_from).transpose()?.filter(|filter| !filter.is_empty());
        if is_default && filter.is_some() {
            return Err(ErrorCode::InvalidArgument.because("the default rule is for the whole bucket; it has no <Filter>"));
        }
        let most = if is_default { DEFAULT_TIERS.len() } else { OTHER_TIERS.len() };
        check_count("Tiering", &rule.tierings, most)?;
        let mut tierings: Vec<Tiering> = Vec::new();
        for element in rule.tierings {
            let tiering = tiering(element, is_default)?;
            if tierings.iter().any(|other| other.tier == tiering.tier) {
                return Err(ErrorCode::InvalidArgument.because("an <AccessTier> is given twice"));
            }
            tierings.push(tiering);
        }
        Ok(Self { id: rule.id, is_enabled: choice("Status", &rule.status, &STATUS)?, filter, tierings })
    }
}

impl TryFrom<FilterElement> for TieringFilter {
    type Error = Error;

    fn try_from(FilterElement { and, prefix, tags }: FilterElement) -> Result<Self, Error> {
        let Conditions { prefix, tags } = and.unwrap_or(Conditions { prefix, tags });
        Ok(Self { prefix: given(prefix), tags: tag_set::tags(tags, Tagged::Object)? })
    }
}

fn tiering(element: TieringElement, is_default: bool) -> Result<Tiering, Error> {
    let requests = given(element.request_frequent);
    Ok(if is_default {
        requests.map(|text| choice("RequestFrequent", &text, &[("1", ())])).transpose()?;
        Tiering {
            tier: choice("AccessTier", &element.access_tier, &DEFAULT_TIERS)?,
            days: choice("Days", &element.days, &DEFAULT_DAYS)?,
            requests: Some(1),
        }
    } else {
        Tiering {
            tier: choice("AccessTier", &element.access_tier, &OTHER_TIERS)?,
            days: number("Days", &element.days, 1..=MOST_DAYS)?,
            requests: requests.map(|text| number("RequestFrequent", &text, 0..=u32::MAX)).transpose()?,
        }
    })
}

impl From<&TieringRule> for RuleElement {
    fn from(rule: &TieringRule) -> Self {
        let filter = rule.filter.as_ref().map(|filter| FilterElement {
            and: Some(Conditions { prefix: filter.prefix.clone(), tags: tag_set::elements(&filter.tags) }),
            prefix: None,
            tags: Vec::new(),
        });
        let tierings = rule.tierings.iter().map(|tiering| TieringElement {
            access_tier: word(tiering.tier, &[DEFAULT_TIERS.as_slice(), &OTHER_TIERS].concat()),
            days: tiering.days.to_string(),
            request_frequent: tiering.requests.map(|requests| requests.to_string()),
        });
        Self { id: rule.id.clone(), status: word(rule.is_enabled, &STATUS), filter, tierings: tierings.collect() }
    }
}

/// Which of the two forms a request has: the older one for `None`, else the rule of this id.
fn asked_id(context: &Context<'_>) -> Result<Option<String>, Error> {
    match context.head.query.iter().any(|(name, _)| name == "intelligenttiering") {
        true => Ok(None),
        false => context.head.query_text("id")?.map(|id| Some(id.to_owned())).ok_or_else(|| {
            ErrorCode::InvalidArgument
                .because("the parameter id is missing or empty; it must be the id of a rule, as in id=default")
        }),
    }
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let id = asked_id(context)?;
    let rule: TieringRule = match &id {
        None => context.head.read_xml::<DefaultElement>(body, ROOT, LARGEST).await?.try_into()?,
        Some(id) => {
            let rule: RuleElement = context.head.read_xml(body, ROOT, LARGEST).await?;
            if rule.id != *id {
                let message = format!("the element <Id> is {:?}, but the parameter id is {id:?}; they must agree", rule.id);
                return Err(ErrorCode::InvalidArgument.because(message));
            }
            rule.try_into()?
        }
    };
    // Python looks for the first of these texts, letter by letter.
    let fixed = if id.is_none() { "Not support modify intelligent tiering configuration" } else { FIXED };
    change(context, move |bucket, tiering: Option<IntelligentTiering>| {
        check_unlocked(bucket)?;
        let mut tiering = tiering.unwrap_or_default();
        if rule.id == DEFAULT_ID && tiering.is_fixed() {
            return Err(ErrorCode::InvalidRequest.because(fixed));
        }
        tiering.put(rule);
        check_count(ROOT, &tiering.rules, MOST_RULES)?;
        Ok(Some(tiering))
    })
    .await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

const FIXED: &str = "The default rule cannot be modified";

fn check_unlocked(bucket: &Bucket) -> Result<(), Error> {
    if bucket.settings.has(SettingKind::ObjectLock) {
        return Err(ErrorCode::BucketLocked.because("a bucket with object lock cannot have intelligent tiering"));
    }
    Ok(())
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let tiering = context.store().setting::<IntelligentTiering>(context.bucket()?)?.unwrap_or_default();
    match asked_id(context)? {
        Some(id) => match tiering.rule(&id) {
            Some(rule) => Ok(response::document(ROOT, &RuleElement::from(rule), HeaderMap::new())),
            None => Err(ErrorCode::IntelligentTieringConfigurationNotFoundError.into()),
        },
        None => Ok(match tiering.rule(DEFAULT_ID) {
            Some(rule) => response::document(ROOT, &default_element(rule), HeaderMap::new()),
            None => response::document(ROOT, &(), HeaderMap::new()),
        }),
    }
}

/// Nothing but status and transition: the C++ SDK knows no other element here.
fn default_element(rule: &TieringRule) -> DefaultElement {
    let days = rule.tierings.first().map_or(30, |tiering| tiering.days).to_string();
    let transition = Transition { days, request_frequent: "1".to_owned() };
    DefaultElement { status: word(rule.is_enabled, &STATUS), transition }
}

pub(crate) fn list(context: &Context<'_>) -> Result<Response, Error> {
    let tiering = context.store().setting::<IntelligentTiering>(context.bucket()?)?.unwrap_or_default();
    let list = RuleList { rules: tiering.rules.iter().map(RuleElement::from).collect() };
    Ok(response::document(LIST_ROOT, &list, HeaderMap::new()))
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    let id = asked_id(context)?.unwrap_or_else(|| DEFAULT_ID.to_owned());
    change(context, move |_, tiering: Option<IntelligentTiering>| {
        let Some(mut tiering) = tiering else { return Ok(None) };
        if id == DEFAULT_ID && tiering.is_fixed() {
            return Err(ErrorCode::InvalidRequest.because(FIXED));
        }
        tiering.remove(&id);
        Ok((!tiering.rules.is_empty()).then_some(tiering))
    })
    .await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}
