//! A connection from its first byte to its end: TLS or not, HTTP, and what a CONNECT makes of it.

use std::convert::Infallible;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::upgrade::{self, OnUpgrade};
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::operations::transport::{Transport, Way};
use crate::server::tls::{self, Tls};

/// How long a connection may be idle, or take to send a request's head.
const HEAD_PATIENCE: Duration = Duration::from_secs(75);

/// The most bytes of a head, and of a body that are read at once.
const READ_BUFFER: usize = 512 << 10;

/// What all connections share; it is gone when the last of them is.
pub(super) struct Entrance {
    pub(super) router: TowerToHyperService<axum::Router>,
    pub(super) tls: Tls,
    /// Becomes true when the server is told to stop: connections end as soon as they are idle.
    pub(super) stopping: watch::Receiver<bool>,
}

impl Entrance {
    /// Serves a connection to its end.
    pub(super) async fn serve(self: Arc<Self>, stream: TcpStream, client: SocketAddr) {
        // Without it, the second write of a small answer waits for the client's delayed ACK.
        let _ = stream.set_nodelay(true);
        let here = stream.local_addr().map_or(client, |here| here).ip().to_canonical();
        self.speak(stream, Transport::direct(client.ip()), named(here)).await;
    }

    /// What is spoken is told by the first byte. `unnamed` is the name of the certificate for clients that ask for none.
    async fn speak<S>(self: Arc<Self>, stream: S, transport: Transport, unnamed: ServerName<'static>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // A buffer of one byte is passed by once that byte is read.
        let mut stream = BufReader::with_capacity(1, stream);
        match self.first_byte(&mut stream).await {
            None => {}
            Some(tls::HANDSHAKE) => match self.tls.accept(stream, unnamed).await {
                Ok((stream, version)) => self.converse(stream, Transport { tls: Some(version), ..transport }).await,
                Err(reason) => tracing::debug!(client = %transport.client, reason, "a TLS handshake failed"),
            },
            Some(_) => self.converse(stream, transport).await,
        }
    }

    /// `None` when the client goes away or sends nothing for a long time, or when the server stops.
    async fn first_byte(&self, stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<u8> {
        let arrived = timeout(HEAD_PATIENCE, stream.fill_buf());
        tokio::select! {
            biased;
            arrived = arrived => arrived.ok()?.ok()?.first().copied(),
            () = stopped(self.stopping.clone()) => None,
        }
    }

    async fn converse<S>(self: Arc<Self>, stream: S, transport: Transport)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stopped = stopped(self.stopping.clone());
        let service = service_fn(move |request| Arc::clone(&self).answer(request, transport));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .half_close(true)
            .max_buf_size(READ_BUFFER)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            () = stopped => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        ended.unwrap_or_else(|error| ended_early(&error));
    }

    async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        transport: Transport,
    ) -> Result<Response<axum::body::Body>, Infallible> {
        let tunnel = (request.method() == Method::CONNECT).then(|| Tunnel::of(&mut request, transport));
        request.extensions_mut().insert(transport);
        let response = self.router.call(request).await?;
        match tunnel {
            Some(tunnel) if response.status().is_success() => tunnel.open(self),
            Some(tunnel) => tunnel.refuse(),
            None => {}
        }
        Ok(response)
    }
}

/// What a CONNECT will make of its connection once it has been answered.
struct Tunnel {
    upgrade: OnUpgrade,
    transport: Transport,
    /// The host that the CONNECT names.
    host: ServerName<'static>,
}

impl Tunnel {
    fn of(request: &mut Request<Incoming>, transport: Transport) -> Self {
        let host = request.uri().host().and_then(|host| ServerName::try_from(host.to_ascii_lowercase()).ok());
        Self {
            upgrade: upgrade::on(request),
            transport: Transport { tls: None, way: Way::Tunnel, ..transport },
            host: host.unwrap_or_else(|| named(transport.client)),
        }
    }

    /// Ends the connection in order, which hyper leaves to whoever might have got it.
    fn refuse(self) {
        tokio::spawn(async move {
            if let Ok(upgraded) = self.upgrade.await {
                let _ = TokioIo::new(upgraded).shutdown().await;
            }
        });
    }

    /// Serves what comes next on the connection as a connection of its own.
    fn open(self, entrance: Arc<Entrance>) {
        let Self { upgrade, transport, host } = self;
        tokio::spawn(async move {
            match upgrade.await {
                Ok(upgraded) => entrance.speak(TokioIo::new(upgraded), transport, host).await,
                Err(error) => ended_early(&error),
            }
        });
    }
}

/// Done when the server is told to stop.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
}

fn named(address: IpAddr) -> ServerName<'static> {
    ServerName::IpAddress(address.into())
}

fn ended_early(error: &impl Display) {
    tracing::debug!(%error, "a connection ended early");
}
