//! The certificate as a PKCS#12 truststore, which Java reads.

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry};
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::Failure;

/// Java's own custom; what it protects is public.
pub(super) const PASSWORD: &str = "changeit";

/// The entry's name, as `keytool -list` shows it.
const ALIAS: &str = "cos-emulator";

/// The bytes of a truststore with this one certificate. Java trusts it because the entry carries Oracle's attribute for that.
///
/// # Errors
/// The certificate cannot be read.
pub(super) fn of(certificate: &CertificateDer<'_>) -> Result<Vec<u8>, Failure> {
    let mut store = KeyStore::new();
    store.add_entry(ALIAS, KeyStoreEntry::Certificate(Certificate::from_der(certificate)?));
    Ok(store.writer(PASSWORD).write()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use p12_keystore::Pkcs12ImportPolicy;

    #[test]
    fn the_truststore_holds_the_certificate() {
        let made = rcgen::generate_simple_self_signed(["ca.test".to_owned()]).expect("made");
        let bytes = of(made.cert.der()).expect("written");
        let store = KeyStore::from_pkcs12(&bytes, PASSWORD, Pkcs12ImportPolicy::Strict).expect("read");
        let Some(KeyStoreEntry::Certificate(kept)) = store.entry(ALIAS) else { panic!("no {ALIAS}") };
        assert_eq!((kept.as_der(), store.entries_len()), (made.cert.der().as_ref(), 1));
    }
}
