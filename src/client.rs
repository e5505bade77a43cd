//! HTTP as the subcommands speak it: one question on a connection, one answer of bounded size.

use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::Failure;

/// The most that is read of an answer; what the emulator is asked for has a few KiB.
const LARGEST_ANSWER: usize = 1 << 20;

/// Asks, and reads the whole answer.
///
/// # Errors
/// Something else than HTTP is spoken, the connection breaks off, or the answer has more than 1 MiB.
pub(crate) async fn ask<S>(stream: S, request: Request<Empty<Bytes>>) -> Result<Response<Bytes>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, LARGEST_ANSWER).collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(head, body))
}
