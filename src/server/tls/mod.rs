//! HTTPS: handshakes, and the certificates that clients are shown.

mod authority;
mod certificates;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{AlertDescription, Error, ProtocolVersion};
use tokio_rustls::server::TlsStream;

use crate::domain::time::Clock;
use crate::operations::transport::TlsVersion;
use certificates::Certificates;

pub use authority::{Authority, AuthorityError};

/// The first byte of a TLS handshake; no method of HTTP begins with it.
pub(super) const HANDSHAKE: u8 = 0x16;

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Speaks TLS as the server.
pub(super) struct Tls(Certificates);

impl Tls {
    /// `own` is the user's certificate with its key.
    pub(super) fn new(authority: Arc<Authority>, own: Option<Arc<CertifiedKey>>) -> Self {
        Self(Certificates::new(authority, own, Clock::system()))
    }

    /// Shakes hands. `unnamed` stands for the name that a client asks for when it asks for none, as those do that know an address
    /// only.
    ///
    /// # Errors
    /// What went wrong, and what is probably to be done about it.
    pub(super) async fn accept<S>(&self, stream: S, unnamed: ServerName<'static>) -> Result<(TlsStream<S>, TlsVersion), String>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = async {
            let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await.map_err(|error| advice(&error))?;
            let asked = start.client_hello().server_name().map(str::to_ascii_lowercase);
            let name = asked.and_then(|name| ServerName::try_from(name).ok()).unwrap_or(unnamed);
            let config = self.0.config(name).map_err(|error| error.to_string())?;
            start.into_stream(config).await.map_err(|error| advice(&error))
        };
        let stream =
            timeout(PATIENCE, handshake).await.map_err(|_| format!("it was not done after {} s", PATIENCE.as_secs()))??;
        let version = match stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => TlsVersion::V1_2,
            _ => TlsVersion::V1_3,
        };
        Ok((stream, version))
    }
}

fn advice(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    let probably = match cause {
        Some(Error::AlertReceived(
            AlertDescription::UnknownCA | AlertDescription::BadCertificate | AlertDescription::CertificateUnknown,
        )) => "the client does not trust the emulator's authority: give it ca.pem of the data folder, or of GET /_cos/ca.pem",
        Some(Error::NoApplicationProtocol) => "the client speaks neither HTTP/1.1 nor HTTP/1.0",
        Some(Error::PeerIncompatible(_)) => "the client speaks neither TLS 1.2 nor TLS 1.3",
        _ if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the client went away; some do without a word when they do not trust the certificate"
        }
        _ => return error.to_string(),
    };
    format!("{error}; {probably}")
}
