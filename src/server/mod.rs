//! Sockets and HTTP: connections in, answers out.

mod accelerate;
mod access_log;
mod app;
mod authorize;
mod cors;
mod dispatch;
mod header_case;
mod observe;
mod referer;
mod request_id;
mod router;
mod schedule;

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::operations::jobs;
use crate::operations::transport::Transport;

pub use app::{App, FirstBucket, Settings, StartError};

/// How long running requests may take to finish once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How long a connection may be idle, or take to send a request's head.
const HEAD_PATIENCE: Duration = Duration::from_secs(75);

/// The most bytes of a head, and of a body that are read at once.
const READ_BUFFER: usize = 512 << 10;

/// Pause after a connection could not be accepted, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until `stop` is done, then finishes what is running and closes the store.
///
/// # Errors
/// The store could not be closed in order; the next start will sweep.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) -> io::Result<()> {
    let router = router::router(Arc::clone(&app), header_case::spelling().await);
    let connections = GracefulShutdown::new();
    let schedule = tokio::spawn(schedule::keep(Arc::clone(&app)));
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    let service = TowerToHyperService::new(router.clone());
                    connect(stream, client.ip(), service, &connections);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    schedule.abort();
    // It ends by being aborted.
    let _ = schedule.await;
    if timeout(DRAIN, connections.shutdown()).await.is_err() {
        tracing::warn!("requests were still running after {} s and are broken off", DRAIN.as_secs());
    }
    jobs::write_logs(app.services()).await;
    tokio::task::spawn_blocking(move || app.close()).await.map_err(io::Error::other)?.map_err(io::Error::other)
}

/// Serves one connection. TLS and the forward proxy have their place here, before HTTP is spoken.
fn connect(stream: TcpStream, client: IpAddr, router: TowerToHyperService<axum::Router>, connections: &GracefulShutdown) {
    // Without it, the second write of a small answer waits for the client's delayed ACK.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Transport::direct(client));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .half_close(true)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
