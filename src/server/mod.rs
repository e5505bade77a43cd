//! Sockets and HTTP: connections in, answers out.

mod accelerate;
mod access_log;
mod app;
mod authorize;
mod connection;
mod control;
mod cors;
mod dispatch;
mod forward_proxy;
mod header_case;
mod observe;
mod referer;
mod request_id;
mod router;
mod schedule;
mod tls;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::operations::jobs;
use connection::Entrance;
use tls::Tls;

pub use app::{App, FirstBucket, Settings, StartError};
pub use tls::{Authority, AuthorityError};

/// How long running requests may take to finish once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Pause after a connection could not be accepted, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until `stop` is done, then finishes what is running and closes the store.
///
/// # Errors
/// The store could not be closed in order; the next start will sweep.
pub async fn serve(listeners: Vec<TcpListener>, app: Arc<App>, stop: impl Future<Output = ()>) -> io::Result<()> {
    let (stopping, told) = watch::channel(false);
    let router = router::router(Arc::clone(&app), header_case::spelling().await);
    let tls = Tls::new(Arc::clone(app.authority()), app.certificate().cloned());
    let entrance = Arc::new(Entrance { router: TowerToHyperService::new(router), tls, stopping: told });
    let schedule = tokio::spawn(schedule::keep(Arc::clone(&app)));
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept(listener, Arc::clone(&entrance)));
    }
    drop(entrance);
    stop.await;
    accepting.shutdown().await;
    schedule.abort();
    // It ends by being aborted.
    let _ = schedule.await;
    stopping.send_replace(true);
    if timeout(DRAIN, stopping.closed()).await.is_err() {
        tracing::warn!("requests were still running after {} s and are broken off", DRAIN.as_secs());
    }
    jobs::write_logs(app.services()).await;
    tokio::task::spawn_blocking(move || app.close()).await.map_err(io::Error::other)?.map_err(io::Error::other)
}

/// Accepts connections until it is dropped.
async fn accept(listener: TcpListener, entrance: Arc<Entrance>) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => drop(tokio::spawn(Arc::clone(&entrance).serve(stream, client))),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
