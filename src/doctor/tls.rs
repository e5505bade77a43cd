//! A TLS handshake as a client makes it that trusts given authorities and no others.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error, RootCertStore};

use crate::Failure;

/// Why a client goes away, in words for a person.
///
/// # Errors
/// What the client does not like, or that something else than TLS is spoken.
pub(super) async fn shake_hands<S>(stream: S, host: &str, authorities: &[CertificateDer<'static>]) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| plainly(&error))?;
    Ok(())
}

fn plainly(error: &io::Error) -> String {
    match error.get_ref().and_then(|cause| cause.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "the certificate is of another authority than the one that is trusted".to_owned()
        }
        Some(Error::InvalidCertificate(reason)) => format!("the certificate is refused: {reason}"),
        Some(Error::InvalidMessage(_)) => "something else than TLS is spoken there".to_owned(),
        _ => error.to_string(),
    }
}
