//! Which certificate a client is shown: the user's own for the names that it covers, a minted one for any other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::server::{ParsedCertificate, ResolvesServerCertUsingSni};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::domain::time::{Clock, Timestamp};
use crate::server::tls::authority::{Authority, AuthorityError, LEAF_LIFE};

/// Names whose certificates are kept; with one more, all are minted again as they are asked for.
const MOST_MINTED: usize = 1024;

/// Seconds after which a certificate is minted again, long before it ends.
const FRESH: i64 = LEAF_LIFE / 3 * 2;

/// What is spoken inside of TLS; HTTP/2 is not.
const HTTP_1_1: &[u8] = b"http/1.1";

pub(super) struct Certificates {
    authority: Arc<Authority>,
    /// The user's, and how it is served.
    own: Option<(Arc<CertifiedKey>, Arc<ServerConfig>)>,
    /// All that does not depend on the name; its copies share the sessions that clients may resume.
    base: ServerConfig,
    minted: Mutex<HashMap<ServerName<'static>, Minted>>,
    /// The machine's, by which clients judge certificates.
    clock: Clock,
}

struct Minted {
    config: Arc<ServerConfig>,
    at: Timestamp,
}

impl Certificates {
    pub(super) fn new(authority: Arc<Authority>, own: Option<Arc<CertifiedKey>>, clock: Clock) -> Self {
        let mut base = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has the suites of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new()));
        base.alpn_protocols = vec![HTTP_1_1.to_vec()];
        let own = own.map(|own| {
            let config = serving(&base, Arc::clone(&own));
            (own, config)
        });
        Self { authority, own, base, minted: Mutex::default(), clock }
    }

    /// How a client is served that asks for this name, which is in lower case.
    ///
    /// # Errors
    /// The name cannot stand in a certificate.
    pub(super) fn config(&self, name: ServerName<'static>) -> Result<Arc<ServerConfig>, AuthorityError> {
        if let Some((own, config)) = &self.own
            && covers(own, &name)?
        {
            return Ok(Arc::clone(config));
        }
        let now = self.clock.now();
        let mut minted = self.minted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Minted { config, at }) = minted.get(&name)
            && (0..FRESH).contains(&(now.seconds() - at.seconds()))
        {
            return Ok(Arc::clone(config));
        }
        if minted.len() >= MOST_MINTED {
            minted.clear();
        }
        let config = serving(&self.base, Arc::new(self.authority.mint(&name, now)?));
        minted.insert(name, Minted { config: Arc::clone(&config), at: now });
        Ok(config)
    }
}

fn serving(base: &ServerConfig, certificate: Arc<CertifiedKey>) -> Arc<ServerConfig> {
    let mut config = base.clone();
    config.cert_resolver = Arc::new(SingleCertAndKey::from(certificate));
    Arc::new(config)
}

fn covers(own: &CertifiedKey, name: &ServerName<'_>) -> Result<bool, rustls::Error> {
    let certificate = ParsedCertificate::try_from(own.end_entity_cert()?)?;
    Ok(verify_server_name(&certificate, name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn name(text: &str) -> ServerName<'static> {
        ServerName::try_from(text.to_owned()).expect("a name")
    }

    #[test]
    fn a_certificate_is_kept_while_it_is_fresh_and_their_number_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::stopped(Timestamp::from_seconds(1_700_000_000));
        let authority = Arc::new(Authority::open(folder.path(), clock.now()).expect("made"));
        let certificates = Certificates::new(authority, None, clock.clone());
        let first = certificates.config(name("a.test")).expect("minted");
        assert!(Arc::ptr_eq(&first, &certificates.config(name("a.test")).expect("kept")));
        clock.stop(clock.now().after(Duration::from_secs(FRESH.unsigned_abs())));
        let second = certificates.config(name("a.test")).expect("minted");
        assert!(!Arc::ptr_eq(&first, &second));
        for number in 0..MOST_MINTED {
            certificates.config(name(&format!("{number}.test"))).expect("minted");
        }
        assert!(certificates.minted.lock().expect("no panic").len() <= MOST_MINTED);
    }
}
