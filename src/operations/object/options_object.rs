//! OPTIONS Object: `OPTIONS /<key>` (436/8288), a browser's question before it sends a request to another origin. Neither key nor
//! parameters matter, and it is never signed.

use http::StatusCode;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};

use crate::domain::cors::CorsRule;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::cors_headers;
use crate::operations::response::{self, Response, insert};

pub(crate) fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let head = context.head;
    let refuse =
        |why: String| Err(ErrorCode::AccessForbidden.because(format!("CORSResponse: This CORS request is not allowed. {why}")));
    let (Some(origin), Some(method)) = (head.header_text(&ORIGIN)?, head.header_text(&ACCESS_CONTROL_REQUEST_METHOD)?) else {
        return refuse(format!("It must have the headers {ORIGIN} and {ACCESS_CONTROL_REQUEST_METHOD}."));
    };
    let asked = head.header_text(&ACCESS_CONTROL_REQUEST_HEADERS)?.unwrap_or_default();
    let names: Vec<&str> = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let rules = cors_headers::rules(context.store(), context.bucket.as_ref())?;
    let Some(grant) = rules.grant(origin, method, &names) else {
        return refuse(format!(
            "No rule of the bucket has the origin {origin:?} with the method {method:?} and the headers {names:?}."
        ));
    };
    let mut headers = cors_headers::of(Some(&grant), &rules);
    let methods: Vec<&str> = grant.rule.methods.iter().map(|method| method.name()).collect();
    insert(&mut headers, ACCESS_CONTROL_ALLOW_METHODS, &methods.join(","));
    let allowed = allowed_headers(grant.rule, asked);
    if !allowed.is_empty() {
        insert(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS, &allowed);
    }
    if let Some(seconds) = grant.rule.max_age {
        headers.insert(ACCESS_CONTROL_MAX_AGE, seconds.into());
    }
    Ok(response::empty(StatusCode::OK, headers))
}

/// What was asked for where the rule allows every header, else all that it allows.
fn allowed_headers(rule: &CorsRule, asked: &str) -> String {
    if rule.headers.iter().any(|name| name == "*") { asked.to_owned() } else { rule.headers.join(",").to_ascii_lowercase() }
}
