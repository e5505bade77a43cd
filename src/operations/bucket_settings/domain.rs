//! PUT, GET and DELETE Bucket domain: `/?domain` (Custom Endpoints, 436/31507).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::codec::checksum;
use crate::domain::accelerate::Acceleration;
use crate::domain::bucket::Bucket;
use crate::domain::custom_domain::{CustomDomains, DomainRule, Replaces};
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::SettingKind;
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{check_count, choice, given, word};
use crate::operations::context::Context;
use crate::operations::headers::DOMAIN_TXT_VERIFICATION;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response, insert};
use crate::storage::BindDomains;

const MOST_RULES: usize = 20;
const STATUS: [(&str, bool); 2] = [("ENABLED", true), ("DISABLED", false)];
const TYPE: [(&str, Endpoint); 3] =
    [("REST", Endpoint::Rest), ("WEBSITE", Endpoint::Website), ("ACCELERATE", Endpoint::Accelerate)];
const REPLACEMENT: [(&str, Replaces); 2] = [("CNAME", Replaces::Cname), ("TXT", Replaces::Txt)];

#[derive(Serialize, Deserialize)]
pub(super) struct DomainConfiguration {
    #[serde(rename = "DomainRule")]
    rules: Vec<RuleElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    status: String,
    name: String,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    forced_replacement: Option<String>,
}

impl TryFrom<DomainConfiguration> for CustomDomains {
    type Error = Error;

    fn try_from(configuration: DomainConfiguration) -> Result<Self, Error> {
        check_count("DomainRule", &configuration.rules, MOST_RULES)?;
        let rules: Vec<DomainRule> = configuration.rules.into_iter().map(DomainRule::try_from).collect::<Result<_, _>>()?;
        for (index, rule) in rules.iter().enumerate() {
            if rules[..index].iter().any(|other| other.name.value() == rule.name.value()) {
                let message = format!("the domain {} is given more than once", rule.name.text());
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        }
        Ok(Self { rules })
    }
}

impl TryFrom<RuleElement> for DomainRule {
    type Error = Error;

    fn try_from(rule: RuleElement) -> Result<Self, Error> {
        Ok(Self {
            name: rule.name.parse()?,
            is_enabled: choice("Status", &rule.status, &STATUS)?,
            endpoint: choice("Type", &rule.r#type, &TYPE)?,
            replaces: given(rule.forced_replacement).map(|text| choice("ForcedReplacement", &text, &REPLACEMENT)).transpose()?,
        })
    }
}

impl From<CustomDomains> for DomainConfiguration {
    fn from(domains: CustomDomains) -> Self {
        let rules = domains.rules.iter().map(|rule| RuleElement {
            status: word(rule.is_enabled, &STATUS),
            name: rule.name.text().to_owned(),
            r#type: word(rule.endpoint, &TYPE),
            forced_replacement: rule.replaces.map(|replaces| word(replaces, &REPLACEMENT)),
        });
        Self { rules: rules.collect() }
    }
}

impl Document for CustomDomains {
    type Wire = DomainConfiguration;
    const ROOT: &'static str = "DomainConfiguration";
    const UNSET: Unset = Unset::Refused(ErrorCode::DomainConfigNotFoundError);
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let domains = document::read::<CustomDomains>(context, body).await?;
    for rule in domains.rules.iter().filter(|rule| rule.is_enabled) {
        check_endpoint(context, rule)?;
    }
    bind(context, domains).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

/// What a name leads to must be there (the codes are inferred).
fn check_endpoint(context: &Context<'_>, rule: &DomainRule) -> Result<(), Error> {
    let bucket = context.bucket()?;
    let (is_there, what) = match rule.endpoint {
        Endpoint::Rest => return Ok(()),
        Endpoint::Website => (bucket.settings.has(SettingKind::Website), "a website configuration"),
        Endpoint::Accelerate => {
            let acceleration = context.store().setting::<Acceleration>(bucket)?;
            (acceleration.is_some_and(|acceleration| acceleration.is_enabled), "global acceleration")
        }
    };
    if is_there {
        return Ok(());
    }
    let message = format!("the domain {} is for {what}, which the bucket {} does not have", rule.name.text(), bucket.name);
    Err(ErrorCode::InvalidRequest.because(message))
}

async fn bind(context: &Context<'_>, domains: CustomDomains) -> Result<(), Error> {
    match context.store().bind_domains(&context.bucket()?.name, domains).await? {
        BindDomains::Bound => Ok(()),
        BindDomains::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
        BindDomains::Taken { name, by } => {
            let message = format!("the domain {name} is bound to the bucket {by}; <ForcedReplacement> would take it from there");
            Err(ErrorCode::DomainConfigConflict.because(message))
        }
    }
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let mut answer = document::get::<CustomDomains>(context)?;
    insert(answer.headers_mut(), DOMAIN_TXT_VERIFICATION, &verification(context.bucket()?));
    Ok(answer)
}

/// The record of DNS by which a domain's owner would agree to `ForcedReplacement` TXT; what it is made of is the emulator's own.
fn verification(bucket: &Bucket) -> String {
    format!("tencent-cloud-cos-verification={}", hex::encode(checksum::md5(bucket.name.as_str().as_bytes())))
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    bind(context, CustomDomains::default()).await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}
