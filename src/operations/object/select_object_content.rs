//! SELECT Object Content: `POST /<key>?select&select-type=2` (436/32360).

use axum::body::Body;
use futures_util::{StreamExt, stream};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::moment::Moment;
use crate::operations::context::Context;
use crate::operations::object_headers::{self, Found};
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::Response;
use crate::operations::routes::Operation;
use crate::operations::select::request::{LARGEST_BODY, SelectRequest};
use crate::operations::select::scan::{self, PAUSE};
use crate::storage::ObjectBytes;

/// Chunks, of a message or a few, that wait for the client while the scan goes on.
const CHUNKS_AHEAD: usize = 2;

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    check_type(context.head)?;
    let document = context.head.read_document(body, "SelectRequest", LARGEST_BODY).await?;
    let request = SelectRequest::parse(&document, context.head.dialect, Moment::utc(context.now))?;
    let bytes = open(context).await?;
    let permit = context.services.scans.clone().try_acquire_owned().map_err(|_| ErrorCode::Busy)?;
    let (sender, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
    spawn_blocking(move || {
        scan::run(request, bytes, PAUSE, sender);
        drop(permit);
    });
    // What fails before the first message is an answer of its own.
    let first = chunks.recv().await.ok_or(ErrorCode::InternalError)??;
    let rest = stream::poll_fn(move |task| chunks.poll_recv(task));
    let mut response = Response::new(Body::from_stream(stream::iter([Ok(first)]).chain(rest)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(response)
}

/// `select-type` is the version of the request; there is one (the code is inferred).
fn check_type(head: &RequestHead) -> Result<(), Error> {
    match head.query_text("select-type")? {
        Some("2") => Ok(()),
        given => {
            let given = given.unwrap_or_default();
            Err(ErrorCode::InvalidArgument.because(format!("the parameter select-type is {given:?}; it must be 2")))
        }
    }
}

/// The object's bytes, found and refused as those of GET Object.
async fn open(context: &Context<'_>) -> Result<ObjectBytes, Error> {
    let (bucket, _) = context.object()?;
    loop {
        let Found { key, object, customer_key } = object_headers::find(context, Operation::SelectObjectContent)?;
        object_headers::check_readable(&object, context.now)?;
        let cipher = context.ciphers(object.attributes.encryption.clone(), customer_key);
        // A body that was replaced between the look-up and the opening: look the new one up.
        if let Some(bytes) = context.store().open_object(bucket, &key, &object, 0..object.size, cipher).await? {
            return Ok(bytes);
        }
    }
}
