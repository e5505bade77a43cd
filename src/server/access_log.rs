//! What a bucket's access log is told of a request (Logging Overview, 436/16920).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes};
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, REFERER, USER_AGENT};
use http::{HeaderMap, HeaderName, Uri};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use crate::domain::access_log::AccessRecord;
use crate::domain::account::Caller;
use crate::domain::bucket::Bucket;
use crate::domain::error::Error;
use crate::domain::setting::SettingKind;
use crate::operations::authenticate::{is_secret, secret_id};
use crate::operations::headers::{STORAGE_CLASS, VERSION_ID};
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::Response;
use crate::operations::routes::Operation;
use crate::server::app::App;

/// Parameters whose values let their reader repeat the request.
const SIGNATURES: [&str; 4] = ["q-signature", "sign", "X-Amz-Signature", "Signature"];

/// A record in the making.
pub(super) struct Draft {
    bucket: Bucket,
    operation: Operation,
    record: AccessRecord,
}

impl Draft {
    /// Notes the request; `None` for a bucket without a log.
    pub(super) fn begin(app: &App, bucket: &Bucket, operation: Operation, head: &RequestHead) -> Option<Self> {
        if !bucket.settings.has(SettingKind::Logging) {
            return None;
        }
        let text = |name: HeaderName| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let account = app.services.accounts.by_appid(&bucket.owner);
        let record = AccessRecord {
            bucket: bucket.name.to_string(),
            region: bucket.region.as_str().to_owned(),
            host: head.host.clone(),
            action: operation.action(),
            remote_ip: head.transport.client.to_string(),
            secret_id: secret_id(head).unwrap_or_default(),
            path: head.path.clone(),
            method: head.method.to_string(),
            user_agent: text(USER_AGENT).unwrap_or_default(),
            owner: account.map_or_else(String::new, |account| account.uin.clone()),
            referer: text(REFERER).unwrap_or_default(),
            ..AccessRecord::default()
        };
        Some(Self { bucket: bucket.clone(), operation, record })
    }

    pub(super) fn note_caller(&mut self, caller: &Caller) {
        if let Caller::Signed(identity) = caller {
            let id = &identity.user.id;
            self.record.requester = format!("{}:{}", id.root, id.user);
        }
    }

    pub(super) fn note_error(&mut self, error: &Error) {
        self.record.error_code = error.code().name().to_owned();
        self.record.error_message = error.message().to_owned();
    }

    /// Notes the answer, and adds the record to the log as soon as its last byte is on its way, or the client gone.
    pub(super) fn finish(mut self, app: &Arc<App>, exchange: &Exchange<'_>, response: Response) -> Response {
        let record = &mut self.record;
        record.request_id = exchange.request_id.to_owned();
        record.uri = masked(exchange.uri);
        record.received = exchange.body.received();
        record.server_millis = millis(exchange.body.last_read().unwrap_or(exchange.begun));
        record.status = response.status().as_u16();
        if response.status().is_success() {
            describe(record, self.operation, response.headers());
        }
        let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let mut sent = Sent { body: Body::empty(), length, draft: Some(self), app: Arc::clone(app), begun: exchange.begun };
        if length == Some(0) || response.body().is_end_stream() {
            sent.end();
            return response;
        }
        response.map(|body| {
            sent.body = body;
            Body::new(sent)
        })
    }
}

/// What is known of a request beside its head.
pub(super) struct Exchange<'a> {
    pub(super) request_id: &'a str,
    pub(super) uri: &'a Uri,
    pub(super) body: &'a RequestBody,
    pub(super) begun: Instant,
}

/// Sizes and class of the object that an operation was about, as far as the answer tells them.
fn describe(record: &mut AccessRecord, operation: Operation, headers: &HeaderMap) {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    record.version_id = text(VERSION_ID).unwrap_or_default().to_owned();
    match operation {
        Operation::GetObject | Operation::HeadObject => {
            let total = text(CONTENT_RANGE).and_then(|range| range.rsplit_once('/')).map(|(_, total)| total);
            record.object_size = total.or(text(CONTENT_LENGTH)).and_then(|size| size.parse().ok());
        }
        Operation::PutObject => record.object_size = Some(record.received),
        Operation::UploadPart | Operation::AppendObject => {}
        _ => return,
    }
    record.storage_class = text(STORAGE_CLASS).unwrap_or("STANDARD").to_owned();
    if !matches!(operation, Operation::GetObject | Operation::HeadObject) {
        record.growth = i64::try_from(record.received).unwrap_or(i64::MAX);
    }
}

fn masked(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SIGNATURES.contains(&name) || is_secret(name) => format!("{name}=***"),
        _ => pair.to_owned(),
    });
    format!("{}?{}", uri.path(), pairs.collect::<Vec<_>>().join("&"))
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The body of an answer that is told of in a log.
struct Sent {
    body: Body,
    /// As announced.
    length: Option<u64>,
    /// Until it is in the log.
    draft: Option<Draft>,
    app: Arc<App>,
    begun: Instant,
}

impl Sent {
    fn end(&mut self) {
        let Some(Draft { bucket, mut record, .. }) = self.draft.take() else { return };
        record.time = Some(self.app.services.clock.now());
        record.total_millis = millis(self.begun);
        self.app.services.agenda.log(&bucket.name, &record.line());
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let length = self.length;
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let mut is_last = frame.is_none();
        if let (Some(draft), Some(Ok(frame))) = (&mut self.draft, &frame) {
            draft.record.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
            is_last = Some(draft.record.sent) == length;
        }
        // A client that has all that was announced may ask for the log before this body is dropped.
        if is_last {
            self.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.end();
    }
}
