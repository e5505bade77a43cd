//! PUT and GET Bucket referer: `/?referer` (436/31423, 436/30615).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::referer::{RefererList, RefererRules};
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{STATUS, choice, given, required_each, word};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

const LISTS: [(&str, RefererList); 2] = [("Black-List", RefererList::Black), ("White-List", RefererList::White)];
const EMPTY: [(&str, bool); 2] = [("Allow", true), ("Deny", false)];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RefererConfiguration {
    status: String,
    referer_type: String,
    domain_list: DomainList,
    /// May be left out for `Deny`, and is always said.
    empty_refer_configuration: Option<String>,
    /// May be left out for `Disabled`, and is always said; absent from the API's page.
    #[serde(rename = "VerifySignatureURL")]
    verify_signature_url: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct DomainList {
    #[serde(default, rename = "Domain")]
    domains: Vec<String>,
}

impl TryFrom<RefererConfiguration> for RefererRules {
    type Error = Error;

    fn try_from(configuration: RefererConfiguration) -> Result<Self, Error> {
        let empty = given(configuration.empty_refer_configuration);
        let verified = given(configuration.verify_signature_url);
        Ok(Self {
            is_enabled: choice("Status", &configuration.status, &STATUS)?,
            list: choice("RefererType", &configuration.referer_type, &LISTS)?,
            domains: required_each("Domain", configuration.domain_list.domains)?,
            allows_empty: choice("EmptyReferConfiguration", empty.as_deref().unwrap_or("Deny"), &EMPTY)?,
            judges_signed_urls: choice("VerifySignatureURL", verified.as_deref().unwrap_or("Disabled"), &STATUS)?,
        })
    }
}

impl From<RefererRules> for RefererConfiguration {
    fn from(rules: RefererRules) -> Self {
        Self {
            status: word(rules.is_enabled, &STATUS),
            referer_type: word(rules.list, &LISTS),
            domain_list: DomainList { domains: rules.domains },
            empty_refer_configuration: Some(word(rules.allows_empty, &EMPTY)),
            verify_signature_url: Some(word(rules.judges_signed_urls, &STATUS)),
        }
    }
}

impl Document for RefererRules {
    type Wire = RefererConfiguration;
    const ROOT: &'static str = "RefererConfiguration";
    const UNSET: Unset = Unset::EmptyDocument;
}

/// An empty body removes the rules (Python, Go): there is no DELETE.
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let rules: Option<RefererRules> = match document::read(context, body).await {
        Err(error) if error.code() == ErrorCode::MissingRequestBodyError => None,
        rules => Some(rules?),
    };
    document::change(context, |_, _| Ok(rules)).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<RefererRules>(context)
}
