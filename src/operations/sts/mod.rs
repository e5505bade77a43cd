//! STS, the API that gives out temporary credentials: `sts.tencentcloudapi.com`, version 2018-08-13 (1150/49443).

mod assume_role;
mod authenticate;
mod call;
mod credentials;
mod error;
mod get_caller_identity;
mod get_federation_token;
mod parameters;

use std::borrow::Cow;

pub use call::is_call;

use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Span;

use crate::domain::access::may_call_sts;
use crate::domain::account::Identity;
use crate::domain::policy::{ConditionKey, Facts, StsAct};
use crate::domain::time::Timestamp;
use crate::operations::context::Services;
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::{self, Response};
use call::{Call, Received};
use error::{StsError, StsErrorCode, excerpt};

/// What the API does; its other actions are refused as `InvalidAction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    AssumeRole,
    GetCallerIdentity,
    GetFederationToken,
}

impl Action {
    /// All of them, for tests and documentation.
    pub const ALL: [Self; 3] = [Self::AssumeRole, Self::GetCallerIdentity, Self::GetFederationToken];

    pub const fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::GetCallerIdentity => "GetCallerIdentity",
            Self::GetFederationToken => "GetFederationToken",
        }
    }

    fn read(name: &str) -> Result<Self, StsError> {
        Self::ALL.into_iter().find(|action| action.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            StsErrorCode::InvalidAction.because(format!("the action {:?} is not implemented; there are {known}", excerpt(name)))
        })
    }
}

/// A call whose sender is known.
struct Context<'a> {
    services: &'a Services,
    call: &'a Call,
    caller: Identity,
    now: Timestamp,
    facts: CallFacts<'a>,
}

impl Context<'_> {
    /// # Errors
    /// `UnauthorizedOperation`.
    fn authorize(&self, action: Action, resources: &[String]) -> Result<(), StsError> {
        let act = StsAct { action: action.name(), resources, facts: &self.facts };
        if may_call_sts(&self.caller, &act) {
            return Ok(());
        }
        let (caller, action, resource) = (&self.caller, action.name(), resources.first().map_or("*", String::as_str));
        let message = format!("no policy of {caller} allows name/sts:{action} on {resource}, or one denies it");
        Err(StsErrorCode::UnauthorizedOperation.because(message))
    }
}

/// What conditions of policies may ask of a call.
struct CallFacts<'a> {
    head: &'a RequestHead,
}

impl Facts for CallFacts<'_> {
    fn values(&self, key: ConditionKey) -> Vec<Cow<'_, str>> {
        match key {
            ConditionKey::Ip => vec![Cow::Owned(self.head.transport.client.to_string())],
            ConditionKey::SecureTransport => vec![Cow::Owned(self.head.is_https().to_string())],
            _ => Vec::new(),
        }
    }
}

/// Answers a call: always with status 200, as the service does. `query` is as sent, undecoded.
pub async fn answer(services: &Services, head: &RequestHead, query: &str, body: &mut RequestBody, request_id: &str) -> Response {
    let mut answer = match run(services, head, query, body).await {
        Ok(answer) => answer,
        Err(StsError { code, message }) => {
            Span::current().record("code", code.name());
            tracing::debug!(code = code.name(), message, "the call was refused");
            json!({ "Error": { "Code": code.name(), "Message": message } })
        }
    };
    answer["RequestId"] = Value::from(request_id);
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    response::whole(json!({ "Response": answer }).to_string(), headers)
}

async fn run(services: &Services, head: &RequestHead, query: &str, body: &mut RequestBody) -> Result<Value, StsError> {
    let received = Received::read(head, query, body).await?;
    let call = Call::read(&received)?;
    Span::current().record("operation", call.action.name());
    let now = services.clock.now();
    let caller = authenticate::authenticate(services, &received, &call, now)?;
    tracing::debug!(action = call.action.name(), %caller, "STS is called");
    let context = Context { services, call: &call, caller, now, facts: CallFacts { head } };
    match call.action {
        Action::AssumeRole => value(&assume_role::handle(&context)?),
        Action::GetCallerIdentity => value(&get_caller_identity::handle(&context)?),
        Action::GetFederationToken => value(&get_federation_token::handle(&context)?),
    }
}

fn value(answer: &impl Serialize) -> Result<Value, StsError> {
    serde_json::to_value(answer).map_err(|error| StsErrorCode::InternalError.because(error.to_string()))
}
