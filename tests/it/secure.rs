//! A TLS client that trusts the server's authority, or does not.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ALL_VERSIONS, ClientConfig, RootCertStore, SupportedProtocolVersion};

use crate::harness::TestServer;
use crate::raw::{Socket, Stream};

/// Trusts these certificates, in PEM, and would rather speak HTTP/2.
pub(crate) fn trusting(pem: &str) -> ClientConfig {
    trusting_in(pem, ALL_VERSIONS)
}

/// As [`trusting`], in these versions of TLS.
pub(crate) fn trusting_in(pem: &str, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("the provider has the suites")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Shakes hands for this name or address.
pub(crate) async fn handshake<S: Stream>(stream: S, config: ClientConfig, name: &str) -> std::io::Result<TlsStream<S>> {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// HTTPS to the server itself.
pub(crate) async fn https(cos: &TestServer, name: &str) -> Socket {
    let config = trusting(cos.app.authority().pem());
    Socket::over(handshake(cos.connect().await, config, name).await.expect("the client trusts the server"))
}

/// Asks for a tunnel to `authority` and shakes hands inside for `name`.
pub(crate) async fn https_through_proxy(cos: &TestServer, authority: &str, name: &str) -> Socket {
    let config = trusting(cos.app.authority().pem());
    let tunnel = tunnel(cos, authority).await.into_stream();
    Socket::over(handshake(tunnel, config, name).await.expect("the client trusts the server"))
}

/// A connection that a CONNECT has made.
pub(crate) async fn tunnel(cos: &TestServer, authority: &str) -> Socket {
    let mut socket = Socket::open(cos).await;
    socket.send(format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nProxy-Connection: keep-alive\r\n\r\n")).await;
    socket.answer_to_head().await.assert_status(200);
    socket
}
