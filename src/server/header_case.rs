//! Header names on the wire as COS spells them: `ETag`, `Content-Length`, `x-cos-…`.
//!
//! Several SDKs look names up byte for byte, and hyper writes lower case. hyper keeps the spelling of a request that it parsed in
//! an extension, which it honours on a response but lets nobody else build. So it is made to parse a request with the wanted
//! names once, and every response carries a copy of that request's extensions.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use http::{Extensions, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;

use crate::operations::headers::SPELLINGS;

/// The extensions that give a response the spellings.
pub(super) async fn spelling() -> Extensions {
    let headers: String = SPELLINGS.iter().filter(|name| **name != CHUNKED).map(|name| format!("{name}: 0\r\n")).collect();
    let request = format!("GET / HTTP/1.1\r\n{headers}{CHUNKED}: chunked\r\n\r\n0\r\n\r\n");
    let parsed = Arc::new(Mutex::new(Extensions::new()));
    let (mut client, server) = tokio::io::duplex(request.len() + 4096);
    let capture = Arc::clone(&parsed);
    let service = service_fn(move |request: Request<Incoming>| {
        capture.lock().unwrap_or_else(PoisonError::into_inner).extend(request.into_parts().0.extensions);
        async { Ok::<_, Infallible>(Response::new(Body::empty())) }
    });
    let connection =
        http1::Builder::new().preserve_header_case(true).keep_alive(false).serve_connection(TokioIo::new(server), service);
    // The request fits the pipe, so it is written whole before it is read; what the connection comes to does not matter.
    let _ = client.write_all(request.as_bytes()).await;
    let _ = connection.await;
    std::mem::take(&mut *parsed.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The one name whose value hyper would not take to be `0`.
const CHUNKED: &str = "Transfer-Encoding";
