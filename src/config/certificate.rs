//! `--tls-cert` and `--tls-key`: a certificate of the user's own.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Reads a certificate, with those that lead to its authority behind it, and its private key, both in PEM.
///
/// # Errors
/// A line that names the option and the file, and says what is wrong with it.
pub(super) fn read(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, String> {
    let wrong_certificate = |reason: &str| format!("--tls-cert {}: {reason}", certificate.display());
    let wrong_key = |reason: &str| format!("--tls-key {}: {reason}", key.display());
    let text = fs::read(certificate).map_err(|error| wrong_certificate(&error.to_string()))?;
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| wrong_certificate(&error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong_certificate("there is no certificate in it; it must be PEM, with a line -----BEGIN CERTIFICATE-----"));
    }
    let text = fs::read(key).map_err(|error| wrong_key(&error.to_string()))?;
    let private_key = PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            wrong_key("there is no private key in it; it must be PEM and not encrypted, as PKCS#8, SEC1 or PKCS#1")
        }
        error => wrong_key(&error.to_string()),
    })?;
    let certified = CertifiedKey::from_der(chain, private_key, &ring::default_provider());
    let certified =
        certified.map_err(|error| wrong_key(&format!("it cannot be used with --tls-cert {}: {error}", certificate.display())))?;
    Ok(Arc::new(certified))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertifiedKey as Made, KeyPair, generate_simple_self_signed};

    #[test]
    fn a_certificate_and_its_key_are_read_and_what_is_neither_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("written");
            path
        };
        let Made { cert, signing_key } = generate_simple_self_signed(["cos.test".to_owned()]).expect("made");
        let (good, key) = (file("cert.pem", &cert.pem()), file("key.pem", &signing_key.serialize_pem()));
        assert_eq!(read(&good, &key).expect("read").cert, [cert.der().clone()]);

        let other = file("other.pem", &KeyPair::generate().expect("made").serialize_pem());
        let (empty, missing) = (file("empty.pem", ""), folder.path().join("missing.pem"));
        let damaged = file("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        for (certificate, key, expected) in [
            (&missing, &key, "--tls-cert"),
            (&empty, &key, "there is no certificate in it"),
            (&damaged, &key, "it cannot be used with --tls-cert"),
            (&good, &missing, "--tls-key"),
            (&good, &good, "there is no private key in it"),
            (&good, &other, "it cannot be used with --tls-cert"),
        ] {
            let refusal = read(certificate, key).expect_err(expected);
            assert!(refusal.contains(expected), "{refusal}");
        }
    }
}
