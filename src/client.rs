//! HTTP as the subcommands speak it: one question on a connection, one answer of bounded size, all within a few seconds.

use std::future::Future;
use std::time::Duration;

use cos_emulator::config::base_url::BaseUrl;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Failure;

/// How long a step may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most that is read of an answer; what the emulator is asked for has a few KiB.
const LARGEST_ANSWER: usize = 1 << 20;

/// # Errors
/// The step's own, or that it takes too long.
pub(crate) async fn within_patience<T>(step: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(PATIENCE, step).await.unwrap_or_else(|_| Err(format!("no answer came within {} s", PATIENCE.as_secs()).into()))
}

/// # Errors
/// The name does not resolve, or nobody listens there.
pub(crate) async fn connect(url: &BaseUrl) -> Result<TcpStream, Failure> {
    Ok(TcpStream::connect((url.host.as_str(), url.port)).await?)
}

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

/// A GET of a path on the server's own host, without a signature.
///
/// # Errors
/// As [`connect`] and [`ask`], or that it takes too long.
pub(crate) async fn get(url: &BaseUrl, path: &str) -> Result<Response<Bytes>, Failure> {
    within_patience(async {
        let request = Request::get(path).header("host", url.authority()).body(Empty::new())?;
        ask(connect(url).await?, request).await
    })
    .await
}
