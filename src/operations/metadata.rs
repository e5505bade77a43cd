//! The metadata service of a machine of the cloud, of which only its role's credentials are there
//! (`http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/`, 213/47668 and cos-go-sdk-v5:auth.go).
//!
//! It asks for no signature: whoever reaches the port gets what the machine's role may do, as on a machine of the cloud.

use std::time::Duration;

use http::header::{CONTENT_TYPE, FORWARDED};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::domain::account::Bearer;
use crate::domain::role::{RoleArn, RoleName};
use crate::operations::context::Services;
use crate::operations::headers::SENT_BY_PAGES;
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};

/// The machine's role where none is configured.
const MACHINE_ROLE: &str = "cos-emulator";

/// How long its credentials are good (inferred); SDKs ask anew before the end.
const DURATION: Duration = Duration::from_secs(7200);

/// What forwarding proxies send along: like pages, they are no programs on the machine.
const SENT_BY_PROXIES: [HeaderName; 2] = [FORWARDED, HeaderName::from_static("x-forwarded-for")];

/// Folders of credentials; clients of services' own roles look into the second one first.
const FOLDERS: [&str; 2] = ["cam/security-credentials", "cam/service-role-security-credentials"];

/// Answers what is asked of a path such as `/latest/meta-data/cam/security-credentials/<role>`, in plain text and JSON.
pub fn answer(services: &Services, head: &RequestHead, path: &str) -> Response {
    if ![Method::GET, Method::HEAD].contains(&head.method) {
        return text(StatusCode::METHOD_NOT_ALLOWED, "the metadata service takes GET");
    }
    if let Some(name) = SENT_BY_PAGES.iter().chain(&SENT_BY_PROXIES).find(|name| head.headers.contains_key(*name)) {
        return text(StatusCode::FORBIDDEN, &format!("the metadata service answers no request with the header {name}"));
    }
    let path = path.strip_prefix("/latest").unwrap_or(path);
    let below = path.strip_prefix("/meta-data/").unwrap_or_default();
    match FOLDERS.iter().find_map(|folder| below.strip_prefix(folder)) {
        // SDKs take the whole answer for the role's name: a machine has one role, and no line ends.
        Some("" | "/") => text(StatusCode::OK, machine_role(services).name.as_str()),
        Some(role) if role.starts_with('/') => credentials(services, &role[1..]),
        _ => text(StatusCode::NOT_FOUND, &format!("there is nothing at {path:?}; there is /latest/meta-data/{}/", FOLDERS[0])),
    }
}

fn credentials(services: &Services, role: &str) -> Response {
    let machine = machine_role(services);
    let arn = role.parse::<RoleName>().ok().map(|name| RoleArn { name, ..machine.clone() });
    let found = arn.and_then(|arn| services.accounts.role(&arn));
    let Some(arn) = found else {
        return text(StatusCode::NOT_FOUND, &format!("there is no role {role:?}; the machine's is {}", machine.name));
    };
    tracing::debug!(role = %arn, "the metadata service gives out credentials");
    let expires = services.clock.now().after(DURATION);
    let bearer = Bearer::Role { uin: arn.root.clone(), arn, session: MACHINE_ROLE.to_owned() };
    let Some(issued) = services.accounts.issue(&bearer, None, services.random.bytes(), expires) else {
        return text(StatusCode::NOT_FOUND, "the role is no longer there");
    };
    let answer = json!({
        "TmpSecretId": issued.secret_id,
        "TmpSecretKey": issued.secret_key,
        "ExpiredTime": issued.expires.seconds(),
        "Expiration": issued.expires.iso_seconds(),
        "Token": issued.token,
        "Code": "Success",
    });
    with_type(StatusCode::OK, "application/json", answer.to_string())
}

fn machine_role(services: &Services) -> RoleArn {
    services.accounts.machine_role(MACHINE_ROLE.parse().expect("it is a name"))
}

fn text(status: StatusCode, text: &str) -> Response {
    with_type(status, "text/plain; charset=utf-8", text.to_owned())
}

fn with_type(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    let mut response = response::whole(body, headers);
    *response.status_mut() = status;
    response
}
