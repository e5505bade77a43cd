//! The control API: whether the server lives and which one it is, its authority's certificate, and doing what is due.

use axum::body::Body;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::domain::error::{Error, ErrorCode};
use crate::operations::headers::SENT_BY_PAGES;
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::server::app::App;

/// `path` is what stands behind `/_cos/`.
///
/// # Errors
/// `MethodNotAllowed`, `AccessDenied`, and `NotImplemented` for what is not there.
pub(super) async fn answer(app: &App, head: &RequestHead, path: &str) -> Result<Response, Error> {
    match (&head.method, path) {
        (_, "health/live" | "health/ready") => Ok(response::empty(StatusCode::OK, HeaderMap::new())),
        (&Method::GET | &Method::HEAD, "version") => Ok(version()),
        (_, "version") => Err(ErrorCode::MethodNotAllowed.because("/_cos/version takes GET")),
        (&Method::GET | &Method::HEAD, "ca.pem") => Ok(certificate(app)),
        (_, "ca.pem") => Err(ErrorCode::MethodNotAllowed.because("/_cos/ca.pem takes GET")),
        (&Method::POST, "run-due") if SENT_BY_PAGES.iter().any(|name| head.headers.contains_key(name)) => {
            Err(ErrorCode::AccessDenied.because("the control API answers no page of a browser"))
        }
        (&Method::POST, "run-due") => {
            app.run_what_is_due().await;
            Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
        }
        (_, "run-due") => Err(ErrorCode::MethodNotAllowed.because("/_cos/run-due takes POST")),
        _ => Err(ErrorCode::NotImplemented.because(format!("/_cos/{path} is not implemented"))),
    }
}

/// By this a client knows that it is the emulator that answers, and which.
fn version() -> Response {
    let version = json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")});
    let mut response = Response::new(Body::from(version.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// For everybody: it is no secret, and whoever needs it has no way to sign yet.
fn certificate(app: &App) -> Response {
    let mut response = Response::new(Body::from(app.authority().pem().to_owned()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-pem-file"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"cos-emulator-ca.pem\""));
    response
}
