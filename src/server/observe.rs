//! Around every request: an id, a span, the headers that all answers have, one line in the log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use http::header::{CONNECTION, DATE, SERVER};
use http::{Extensions, HeaderMap, HeaderValue, Method, Uri, Version};
use tracing::{Instrument, field};

use crate::domain::random::Random;
use crate::domain::time::Clock;
use crate::operations::headers::REQUEST_ID;
use crate::operations::request::host_and_port;
use crate::operations::response::{Response, insert};
use crate::server::app::App;
use crate::server::request_id::RequestId;

pub(super) struct Observer {
    clock: Clock,
    random: Random,
    spelling: Extensions,
}

impl Observer {
    pub(super) fn new(app: &App, spelling: Extensions) -> Self {
        Self { clock: app.services.clock.clone(), random: app.services.random.clone(), spelling }
    }
}

pub(super) async fn observe(State(observer): State<Arc<Observer>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let request_id = RequestId::new(observer.clock.now(), &observer.random);
    let span = tracing::info_span!(
        "request",
        request_id = request_id.0,
        method = %request.method(),
        path = asked(request.uri()),
        operation = field::Empty,
        bucket = field::Empty,
        key = field::Empty,
        code = field::Empty,
        rule = field::Empty,
    );
    let stays_open = stays_open(request.version(), request.headers());
    let is_connect = request.method() == Method::CONNECT;
    request.extensions_mut().insert(request_id.clone());

    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    let headers = response.headers_mut();
    insert(headers, REQUEST_ID, &request_id.0);
    insert(headers, DATE, &observer.clock.now().http_date());
    headers.insert(SERVER, HeaderValue::from_static("tencent-cos"));
    let connection = if stays_open && !headers.contains_key(CONNECTION) { "keep-alive" } else { "close" };
    // The connection that a CONNECT was sent on is another's once it is answered.
    if !(is_connect && status.is_success()) {
        headers.insert(CONNECTION, HeaderValue::from_static(connection));
    }
    response.extensions_mut().extend(observer.spelling.clone());
    let latency_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status = status.as_u16(), latency_us, "answered"));
    response
}

/// The path, or what a CONNECT names in its stead.
fn asked(uri: &Uri) -> &str {
    if uri.path().is_empty() { uri.authority().map_or("", host_and_port) } else { uri.path() }
}

/// Whether the client wants to go on using the connection.
fn stays_open(version: Version, headers: &HeaderMap) -> bool {
    let asks = |wanted: &str| {
        let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case(wanted))
    };
    if version == Version::HTTP_11 { !asks("close") } else { asks("keep-alive") }
}
