//! PUT, GET and DELETE Bucket cors: `/?cors` (436/8279, 436/8274, 436/8283).

use serde::{Deserialize, Serialize};

use crate::domain::cors::{CorsMethod, CorsRule, CorsRules};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{check_count, choice, given, given_each, number, required_each, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::Response;

const MOST_RULES: usize = 100;
const VARIES: [(&str, bool); 2] = [("true", true), ("false", false)];

#[derive(Serialize, Deserialize)]
pub(super) struct CorsConfiguration {
    #[serde(rename = "CORSRule")]
    rules: Vec<RuleElement>,
    #[serde(rename = "ResponseVary", skip_serializing_if = "Option::is_none")]
    response_vary: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default)]
    allowed_origin: Vec<String>,
    #[serde(default)]
    allowed_method: Vec<String>,
    #[serde(default)]
    allowed_header: Vec<String>,
    #[serde(default)]
    expose_header: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_seconds: Option<String>,
}

impl TryFrom<CorsConfiguration> for CorsRules {
    type Error = Error;

    fn try_from(configuration: CorsConfiguration) -> Result<Self, Error> {
        check_count("CORSRule", &configuration.rules, MOST_RULES)?;
        let varies = given(configuration.response_vary);
        Ok(Self {
            rules: configuration.rules.into_iter().map(CorsRule::try_from).collect::<Result<_, _>>()?,
            response_vary: varies.map(|text| choice("ResponseVary", &text, &VARIES)).transpose()?,
        })
    }
}

impl TryFrom<RuleElement> for CorsRule {
    type Error = Error;

    fn try_from(rule: RuleElement) -> Result<Self, Error> {
        for (element, text) in (rule.allowed_origin.iter().map(|text| ("AllowedOrigin", text)))
            .chain(rule.allowed_header.iter().map(|text| ("AllowedHeader", text)))
        {
            if text.matches('*').count() > 1 {
                let message = format!("the element <{element}> is {text:?}; it may have one * at most");
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        }
        if let Some(text) = rule.expose_header.iter().find(|text| text.contains('*')) {
            let message = format!("the element <ExposeHeader> is {text:?}; it must be the name of a header, without *");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        let choices = CorsMethod::ALL.map(|method| (method.name(), method));
        let methods = required_each("AllowedMethod", rule.allowed_method)?;
        let max_age = given(rule.max_age_seconds);
        Ok(Self {
            id: given(rule.id),
            origins: required_each("AllowedOrigin", rule.allowed_origin)?,
            methods: methods.iter().map(|text| choice("AllowedMethod", text, &choices)).collect::<Result<_, _>>()?,
            headers: given_each(rule.allowed_header),
            exposed: given_each(rule.expose_header),
            max_age: max_age.map(|text| number("MaxAgeSeconds", &text, 0..=u32::MAX)).transpose()?,
        })
    }
}

impl From<CorsRules> for CorsConfiguration {
    fn from(CorsRules { rules, response_vary }: CorsRules) -> Self {
        let response_vary = response_vary.map(|varies| word(varies, &VARIES));
        Self { rules: rules.into_iter().map(RuleElement::from).collect(), response_vary }
    }
}

impl From<CorsRule> for RuleElement {
    fn from(rule: CorsRule) -> Self {
        Self {
            id: rule.id,
            allowed_origin: rule.origins,
            allowed_method: rule.methods.iter().map(|method| method.name().to_owned()).collect(),
            allowed_header: rule.headers,
            expose_header: rule.exposed,
            max_age_seconds: rule.max_age.map(|seconds| seconds.to_string()),
        }
    }
}

impl Document for CorsRules {
    type Wire = CorsConfiguration;
    const ROOT: &'static str = "CORSConfiguration";
    const UNSET: Unset = Unset::Refused(ErrorCode::NoSuchCORSConfiguration);
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    document::put::<CorsRules>(context, body).await
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<CorsRules>(context)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<CorsRules>(context).await
}
