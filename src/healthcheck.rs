//! `cos-emulator healthcheck`: asks a running emulator whether it is ready.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Failure;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks at the first address.
///
/// # Errors
/// Nobody listens, the answer is another than 200, or none comes for 5 s.
pub(crate) async fn check(listen: &[SocketAddr]) -> Result<(), Failure> {
    let address = reachable(*listen.first().ok_or("--listen: no address is given")?);
    let status =
        timeout(PATIENCE, ask(address)).await.map_err(|_| format!("{address} did not answer for {} s", PATIENCE.as_secs()))?;
    match status.map_err(|error| format!("{address}: {error}"))? {
        StatusCode::OK => Ok(()),
        status => Err(format!("{address} answered {status}").into()),
    }
}

async fn ask(address: SocketAddr) -> Result<StatusCode, Failure> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/_cos/health/ready").header("host", address.to_string()).body(Empty::<Bytes>::new())?;
    Ok(sender.send_request(request).await?.status())
}

/// An emulator that listens on all addresses is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
