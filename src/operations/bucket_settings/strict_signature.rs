//! PUT, GET and DELETE Bucket strict-signature: `/?strict-signature` (436/53889, 436/53890, 436/53891).

use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::strict_signature::{ACTION_WILDCARDS, EXEMPT_ACTIONS, HEADERS, StrictRule, StrictSignature};
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::check_count;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::Response;

const MOST_RULES: usize = 10;
const MOST_ACTIONS: usize = 200;
/// Of headers and of parameters.
const MOST_NAMES: usize = 20;
/// The most bytes of an id and of a parameter.
const LONGEST: usize = 255;

#[derive(Serialize, Deserialize)]
pub(super) struct StrictSignatureConfiguration {
    #[serde(rename = "Rule")]
    rules: Vec<RuleElement>,
}

#[derive(Serialize, Deserialize)]
struct RuleElement {
    #[serde(rename = "ID")]
    id: String,
    actionlist: ActionList,
    #[serde(skip_serializing_if = "Option::is_none")]
    headerlist: Option<HeaderList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paramlist: Option<ParamList>,
}

#[derive(Serialize, Deserialize)]
struct ActionList {
    action: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct HeaderList {
    #[serde(default)]
    header: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct ParamList {
    #[serde(default)]
    param: Vec<String>,
}

impl TryFrom<StrictSignatureConfiguration> for StrictSignature {
    type Error = Error;

    fn try_from(configuration: StrictSignatureConfiguration) -> Result<Self, Error> {
        check_count("Rule", &configuration.rules, MOST_RULES)?;
        Ok(Self { rules: configuration.rules.into_iter().map(StrictRule::try_from).collect::<Result<_, _>>()? })
    }
}

impl TryFrom<RuleElement> for StrictRule {
    type Error = Error;

    fn try_from(rule: RuleElement) -> Result<Self, Error> {
        let headers = rule.headerlist.map(|list| list.header).unwrap_or_default();
        let params = rule.paramlist.map(|list| list.param).unwrap_or_default();
        if headers.is_empty() && params.is_empty() {
            let message = format!("the rule {:?} names neither a <header> nor a <param> that must be signed", rule.id);
            return Err(ErrorCode::MalformedXML.because(message));
        }
        let actions = rule.actionlist.action;
        check_count("action", &actions, MOST_ACTIONS)?;
        check_count("header", &headers, MOST_NAMES)?;
        check_count("param", &params, MOST_NAMES)?;
        let id = std::slice::from_ref(&rule.id);
        check_each("ID", id, is_id, "1 to 255 letters, digits and - _ .")?;
        check_each("action", &actions, is_action, "an action such as GetObject, or one of * Get* Put* Post* Delete*")?;
        check_each("header", &headers, is_header, "Host, Content-Length, Content-Type, Content-MD5, Range or x-cos-…")?;
        check_each("param", &params, is_param, "a name of 1 to 255 bytes, or all")?;
        Ok(Self { id: rule.id, actions, headers, params })
    }
}

fn check_each(element: &str, texts: &[String], is_right: impl Fn(&str) -> bool, right: &str) -> Result<(), Error> {
    match texts.iter().find(|text| !is_right(text)) {
        None => Ok(()),
        Some(text) => Err(ErrorCode::InvalidArgument.because(format!("the element <{element}> is {text:?}; it must be {right}"))),
    }
}

fn is_id(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    is_param(text) && text.bytes().all(is_allowed)
}

fn is_action(text: &str) -> bool {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_exempt = EXEMPT_ACTIONS.contains(&text) || text.contains("Job");
    ACTION_WILDCARDS.contains(&text) || is_name && !is_exempt
}

fn is_header(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    HEADERS.contains(&text.as_str()) || text.starts_with("x-cos-")
}

fn is_param(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
}

impl From<StrictSignature> for StrictSignatureConfiguration {
    fn from(strict: StrictSignature) -> Self {
        Self { rules: strict.rules.into_iter().map(RuleElement::from).collect() }
    }
}

impl From<StrictRule> for RuleElement {
    fn from(StrictRule { id, actions, headers, params }: StrictRule) -> Self {
        Self {
            id,
            actionlist: ActionList { action: actions },
            headerlist: (!headers.is_empty()).then_some(HeaderList { header: headers }),
            paramlist: (!params.is_empty()).then_some(ParamList { param: params }),
        }
    }
}

impl Document for StrictSignature {
    type Wire = StrictSignatureConfiguration;
    const ROOT: &'static str = "StrictSignatureConfiguration";
    const UNSET: Unset = Unset::EmptyDocument;
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    document::put::<StrictSignature>(context, body).await
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<StrictSignature>(context)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<StrictSignature>(context).await
}
