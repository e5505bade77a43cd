//! One request from head to answer: the only file that sees all the steps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use http::header::{CONNECTION, HOST};
use http::{HeaderMap, HeaderValue, Method, Uri, request};
use hyper::ext::ReasonPhrase;
use tokio::time::timeout;
use tracing::Span;

use crate::domain::bucket::Bucket;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::part::LARGEST_BODY;
use crate::operations::authenticate::Authentication;
use crate::operations::context::{Context, Services};
use crate::operations::error_body::{self, Incident, new_trace_id};
use crate::operations::request::{RequestBody, RequestHead, host_and_port};
use crate::operations::response::Response;
use crate::operations::routes::Operation;
use crate::operations::s3::payload::Payload;
use crate::operations::s3::{self, Dialect, framing};
use crate::operations::target::{Resource, Target};
use crate::operations::{self, authenticate, metadata, routes, sts, website};
use crate::server::access_log::{Draft, Exchange};
use crate::server::app::App;
use crate::server::request_id::RequestId;
use crate::server::{accelerate, authorize, control, cors, forward_proxy, referer};

/// How long the rest of a refused body is read and thrown away.
const DISCARD_PATIENCE: Duration = Duration::from_secs(30);

/// Answers a request, errors included.
pub(super) async fn dispatch(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = RequestBody::new(body, &parts.headers);
    let method = parts.method.clone();
    let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let (uri, host) = (parts.uri.clone(), parts.headers.get(HOST).cloned());
    let dialect = Dialect::of(&parts.headers, parts.uri.query());
    let begun = Instant::now();
    let mut manner = Manner::default();
    let asked = Asked { uri: &uri, request_id: &request_id, dialect };
    let answered = answer(&app, parts, asked, &mut body, &mut manner).await;
    let mut response = answered.unwrap_or_else(|error| {
        log(&error);
        if let Some(draft) = &mut manner.draft {
            draft.note_error(&error);
        }
        let resource = match dialect {
            Dialect::Cos => resource(&uri, host.as_ref()),
            Dialect::S3 => uri.path().to_owned(),
        };
        let trace_id = new_trace_id(&app.services.random);
        let incident = Incident { resource: &resource, request_id: &request_id, trace_id: &trace_id };
        match (&manner.page, dialect) {
            (Some(key), _) => error_body::page(&error, &method, &incident, key),
            (None, Dialect::Cos) => error_body::response(&error, &method, &incident),
            (None, Dialect::S3) => s3::error::response(&error, &method, &incident),
        }
    });
    response.headers_mut().extend(manner.cors);
    if method == Method::CONNECT && !response.status().is_success() {
        // Whatever the client has sent behind it was meant for another server.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(draft) = manner.draft {
        let exchange = Exchange { request_id: &request_id, uri: &uri, body: &body, begun };
        response = draft.finish(&app, &exchange, response);
    }
    if dialect == Dialect::S3 {
        s3::answer::headers_in_s3_words(response.headers_mut(), &request_id, &app.services.random);
    }
    leave_in_order(body, response.headers_mut());
    response
}

/// How an answer is given, be it an error or not.
#[derive(Default)]
struct Manner {
    /// The key that a website was asked for: its errors are pages.
    page: Option<String>,
    /// What the bucket's CORS rules add.
    cors: HeaderMap,
    /// What the bucket's access log will tell.
    draft: Option<Draft>,
}

/// What a request is known by beside its head.
#[derive(Clone, Copy)]
struct Asked<'a> {
    uri: &'a Uri,
    request_id: &'a str,
    dialect: Dialect,
}

async fn answer(
    app: &App,
    parts: request::Parts,
    asked: Asked<'_>,
    body: &mut RequestBody,
    manner: &mut Manner,
) -> Result<Response, Error> {
    let services = &app.services;
    let sent = RequestHead::new(parts, asked.dialect)?;
    forward_proxy::check(services, &sent, body.length())?;
    if sent.method == Method::CONNECT {
        return Ok(established());
    }
    let target = find_target(services, &sent)?;
    forward_proxy::check_target(&sent, &target)?;
    let Some(scope) = target.scope() else { return answer_beside_cos(app, &sent, &target, asked, body).await };
    let mut head = s3::request::in_cos_words(&sent)?;
    let operation = match target.endpoint {
        Endpoint::Website => {
            manner.page = Some(target.key().map_or_else(String::new, |key| key.as_str().to_owned()));
            website::operation(&head.method)?
        }
        Endpoint::Rest | Endpoint::Accelerate => routes::resolve(&head.method, scope, &head.query, &head.headers)?,
    };
    record(operation, &target);

    let now = services.clock.now();
    let found = find_bucket(app, &target, operation);
    let bucket = found.as_ref().ok().and_then(Option::as_ref);
    manner.draft = bucket.and_then(|bucket| Draft::begin(app, bucket, operation, &sent));
    manner.cors = cors::headers(&services.store, &head, bucket)?;
    if target.endpoint == Endpoint::Accelerate {
        accelerate::check(&services.store, operation, bucket)?;
    }
    // Who sends a form, and for which key, stands in its body: the operation itself asks for both.
    let is_form = operation == Operation::PostObject;
    let mut authentication = if is_form {
        Authentication::anonymous(None)
    } else {
        authenticate::authenticate(services, &sent, &target, (operation, bucket), now)?
    };
    if let Some(draft) = &mut manner.draft {
        draft.note_caller(&authentication.caller);
    }
    if let Some(payload) = Payload::parse(&sent, operation, authentication.chunks.take())? {
        body.hold_to(payload);
        framing::remove(&mut head.to_mut().headers);
    }
    if operation != Operation::OptionsObject {
        referer::check(&services.store, &head, &target, bucket, authentication.signed)?;
    }
    let bucket = found?;
    let context = Context { services, head: &head, target: &target, caller: &authentication.caller, bucket, now };
    if manner.page.is_some() && operation != Operation::OptionsObject {
        return website::serve(&context).await;
    }
    if !is_form {
        authorize::authorize(&context, operation, &authentication)?;
    }
    s3::bucket_owner::check(&context)?;
    let response = operations::run(operation, &context, body).await?;
    let mut response = s3::answer::document_in(head.dialect, &head.method, operation, response).await?;
    if let Some(payload) = body.payload() {
        payload.describe(operation, response.headers_mut());
    }
    Ok(response)
}

/// Answers what has no operation of COS's.
async fn answer_beside_cos(
    app: &App,
    head: &RequestHead,
    target: &Target,
    asked: Asked<'_>,
    body: &mut RequestBody,
) -> Result<Response, Error> {
    let services = &app.services;
    match &target.resource {
        Resource::Sts => {
            let query = asked.uri.query().unwrap_or_default();
            Ok(sts::answer(services, head, query, body, asked.request_id).await)
        }
        Resource::Metadata(path) => Ok(metadata::answer(services, head, path)),
        Resource::Control(path) => control::answer(app, head, path).await,
        Resource::Service | Resource::Bucket(_) | Resource::Object(..) => unreachable!("COS's own have a scope"),
    }
}

/// What the request is about. A call of STS may also go to the root of a host that names nothing, so that it works without names.
fn find_target(services: &Services, head: &RequestHead) -> Result<Target, Error> {
    let addressing = &services.addressing;
    let target = addressing.resolve(&head.host, &head.path, &services.store);
    if sts::is_call(head) && addressing.names_nothing(&head.host, &services.store) {
        return Ok(Target { resource: Resource::Sts, ..target? });
    }
    target
}

/// The target's bucket. One that is elsewhere than the host says is not found, as on the service (inferred).
fn find_bucket(app: &App, target: &Target, operation: Operation) -> Result<Option<Bucket>, Error> {
    let Some(name) = target.bucket().filter(|_| operation != Operation::PutBucket) else { return Ok(None) };
    let Some(bucket) = app.services.store.bucket(name)? else {
        return Err(ErrorCode::NoSuchBucket.because(format!("The specified bucket does not exist: {name}")));
    };
    match &target.region {
        Some(region) if *region != bucket.region => {
            let (here, there) = (region.as_str(), bucket.region.as_str());
            let message =
                format!("The specified bucket does not exist: {name} is in {there}, and the request's host leads to {here}");
            Err(ErrorCode::NoSuchBucket.because(message))
        }
        _ => Ok(Some(bucket)),
    }
}

/// What a CONNECT is answered before the connection is another.
fn established() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(ReasonPhrase::from_static(b"Connection established"));
    response
}

fn record(operation: Operation, target: &Target) {
    let span = Span::current();
    span.record("operation", operation.name());
    if let Some(bucket) = target.bucket() {
        span.record("bucket", bucket.as_str());
    }
    if let Resource::Object(_, key) = &target.resource {
        span.record("key", key.as_str());
    }
}

/// Logs a failure once: faults loudly, refusals quietly.
fn log(error: &Error) {
    let (code, message) = (error.code().name(), error.message());
    Span::current().record("code", code);
    match error.cause() {
        Some(cause) if error.code() == ErrorCode::InternalError => tracing::error!(code, message, %cause, "the request failed"),
        Some(cause) => tracing::debug!(code, message, %cause, "the request was refused"),
        None => tracing::debug!(code, message, "the request was refused"),
    }
}

/// Host and path as sent, as errors name their resource.
fn resource(uri: &Uri, host: Option<&HeaderValue>) -> String {
    let host = uri.authority().map(host_and_port).or_else(|| host?.to_str().ok()).unwrap_or_default();
    format!("{host}{}", uri.path())
}

/// Reads on what the client still sends, so that it gets to read its answer and the connection can be used again. A client that
/// waited for `100 Continue` sends nothing more, nor does one that broke off: that connection ends.
fn leave_in_order(mut body: RequestBody, headers: &mut HeaderMap) {
    if body.ends_connection() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    } else if body.is_unread() {
        tokio::spawn(async move {
            let discard = async {
                let mut discarded = 0;
                while let Ok(Some(piece)) = body.next().await {
                    discarded += piece.len() as u64;
                    if discarded > LARGEST_BODY {
                        break;
                    }
                }
            };
            let _ = timeout(DISCARD_PATIENCE, discard).await;
        });
    }
}
