//! PUT, GET and DELETE Bucket website: `/?website` (436/30617, 436/30616, 436/30629).

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::website::{Condition, ErrorDocument, Redirect, Replacement, RoutingRule, Website};
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{STATUS, StatusElement, check_count, choice, given, number, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::Response;

const MOST_RULES: usize = 100;
const HTTPS: [(&str, ()); 1] = [("https", ())];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WebsiteConfiguration {
    index_document: IndexElement,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_all_requests_to: Option<RedirectAllElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_addressing: Option<StatusElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_document: Option<ErrorElement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    routing_rules: Option<RulesElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexElement {
    suffix: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RedirectAllElement {
    protocol: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorElement {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    charity404: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_http_status: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct RulesElement {
    #[serde(rename = "RoutingRule", default)]
    rules: Vec<RuleElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    condition: ConditionElement,
    redirect: RedirectElement,
}

/// Java sends an empty `KeyPrefixEquals` beside an error.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConditionElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_error_code_returned_equals: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_prefix_equals: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RedirectElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replace_key_with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replace_key_prefix_with: Option<String>,
    #[serde(rename = "URLRedirect", skip_serializing_if = "Option::is_none")]
    url_redirect: Option<String>,
}

impl TryFrom<WebsiteConfiguration> for Website {
    type Error = Error;

    fn try_from(configuration: WebsiteConfiguration) -> Result<Self, Error> {
        let index = configuration.index_document.suffix;
        index.parse::<ObjectKey>()?;
        let rules = configuration.routing_rules.map(|rules| rules.rules).unwrap_or_default();
        check_count("RoutingRule", &rules, MOST_RULES)?;
        let redirect = configuration.redirect_all_requests_to;
        Ok(Self {
            index,
            is_https_only: redirect.map(|redirect| choice("Protocol", &redirect.protocol, &HTTPS)).transpose()?.is_some(),
            auto_addressing: configuration.auto_addressing.map(|element| element.is_enabled()).transpose()?,
            error_document: configuration.error_document.map(ErrorDocument::try_from).transpose()?,
            rules: rules.into_iter().map(RoutingRule::try_from).collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ErrorElement> for ErrorDocument {
    type Error = Error;

    fn try_from(element: ErrorElement) -> Result<Self, Error> {
        let status = |name, text| given(text).map(|text| choice(name, &text, &STATUS)).transpose();
        Ok(Self {
            key: element.key.parse()?,
            charity_404: status("Charity404", element.charity404)?,
            keeps_status: status("OriginalHttpStatus", element.original_http_status)?,
        })
    }
}

impl TryFrom<RuleElement> for RoutingRule {
    type Error = Error;

    fn try_from(RuleElement { condition, redirect }: RuleElement) -> Result<Self, Error> {
        let error = given(condition.http_error_code_returned_equals);
        let condition = Condition {
            error: error.map(|text| number("HttpErrorCodeReturnedEquals", &text, 400..=499)).transpose()?,
            prefix: given(condition.key_prefix_equals),
        };
        if condition.error.is_none() && condition.prefix.is_none() {
            let message = "a <Condition> has neither <HttpErrorCodeReturnedEquals> nor <KeyPrefixEquals>";
            return Err(ErrorCode::MalformedXML.because(message));
        }
        let replacement = match (given(redirect.replace_key_with), redirect.replace_key_prefix_with) {
            (Some(key), None) => Replacement::Key(key.parse::<ObjectKey>()?.as_str().to_owned()),
            (None, Some(prefix)) => Replacement::Prefix(prefix),
            _ => {
                let message = "a <Redirect> must have one of <ReplaceKeyWith> and <ReplaceKeyPrefixWith>";
                return Err(ErrorCode::MalformedXML.because(message));
            }
        };
        let is_visible = given(redirect.url_redirect).map(|text| choice("URLRedirect", &text, &STATUS)).transpose()?;
        let is_https = given(redirect.protocol).map(|text| choice("Protocol", &text, &HTTPS)).transpose()?.is_some();
        Ok(Self { condition, redirect: Redirect { is_https, replacement, is_visible: is_visible.unwrap_or(true) } })
    }
}

/// Adds nothing that was not put, but for `URLRedirect` (Python and Node compare letter for letter).
impl From<Website> for WebsiteConfiguration {
    fn from(website: Website) -> Self {
        let rules: Vec<RuleElement> = website.rules.into_iter().map(RuleElement::from).collect();
        Self {
            index_document: IndexElement { suffix: website.index },
            redirect_all_requests_to: website.is_https_only.then(|| RedirectAllElement { protocol: "https".to_owned() }),
            auto_addressing: website.auto_addressing.map(StatusElement::of),
            error_document: website.error_document.map(|document| ErrorElement {
                key: document.key.as_str().to_owned(),
                charity404: document.charity_404.map(status),
                original_http_status: document.keeps_status.map(status),
            }),
            routing_rules: (!rules.is_empty()).then_some(RulesElement { rules }),
        }
    }
}

impl From<RoutingRule> for RuleElement {
    fn from(RoutingRule { condition, redirect }: RoutingRule) -> Self {
        let (key, prefix) = match redirect.replacement {
            Replacement::Key(key) => (Some(key), None),
            Replacement::Prefix(prefix) => (None, Some(prefix)),
        };
        Self {
            condition: ConditionElement {
                http_error_code_returned_equals: condition.error.map(|status| status.to_string()),
                key_prefix_equals: condition.prefix,
            },
            redirect: RedirectElement {
                protocol: redirect.is_https.then(|| "https".to_owned()),
                replace_key_with: key,
                replace_key_prefix_with: prefix,
                url_redirect: Some(status(redirect.is_visible)),
            },
        }
    }
}

fn status(is_enabled: bool) -> String {
    word(is_enabled, &STATUS)
}

impl Document for Website {
    type Wire = WebsiteConfiguration;
    const ROOT: &'static str = "WebsiteConfiguration";
    const UNSET: Unset = Unset::Refused(ErrorCode::NoSuchWebsiteConfiguration);
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    document::put::<Website>(context, body).await
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<Website>(context)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<Website>(context).await
}
