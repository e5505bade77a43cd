//! Files of authorities that programs trust: PEM, and Java's truststores.

use std::fs;
use std::path::Path;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::Failure;

/// How the subjects of emulators' authorities begin.
const OUR_SUBJECT: &str = "cos-emulator CA";

/// The first bytes of Java's older truststores.
const JKS: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];

/// What a file has of the emulator's authority.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Holding {
    This,
    /// That of another data folder, or of one that was made anew.
    Another,
    Nothing,
}

pub(super) fn holding(authorities: &[CertificateDer<'_>], certificate: &CertificateDer<'_>) -> Holding {
    let is_of_an_emulator = |authority: &CertificateDer<'_>| {
        Certificate::from_der(authority).is_ok_and(|known| known.subject().contains(OUR_SUBJECT))
    };
    if authorities.contains(certificate) {
        Holding::This
    } else if authorities.iter().any(is_of_an_emulator) {
        Holding::Another
    } else {
        Holding::Nothing
    }
}

/// The certificates of a PEM file.
///
/// # Errors
/// It cannot be read, or has none.
pub(super) fn of_pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let pem = fs::read(path)?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err("it has no certificate in PEM's form".into());
    }
    Ok(certificates)
}

/// The certificates of a PKCS#12 truststore.
///
/// # Errors
/// It cannot be read, the password is another, or it is in Java's older form.
pub(super) fn of_truststore(path: &Path, password: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = fs::read(path)?;
    if bytes.starts_with(&JKS) {
        return Err("it is a JKS file, into which this does not look".into());
    }
    let store = KeyStore::from_pkcs12(&bytes, password, Pkcs12ImportPolicy::Relaxed)?;
    let trusted = store.entries().filter_map(|(_, entry)| match entry {
        KeyStoreEntry::Certificate(certificate) => Some(CertificateDer::from(certificate.as_der().to_vec())),
        _ => None,
    });
    Ok(trusted.collect())
}

/// The value of a `-D` option in `JAVA_TOOL_OPTIONS`, whose words may be quoted in part; the last one counts.
pub(super) fn java_property(options: &str, name: &str) -> Option<String> {
    let prefix = format!("-D{name}=");
    java_words(options).into_iter().rev().find_map(|word| word.strip_prefix(&prefix).map(str::to_owned))
}

fn java_words(options: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for character in options.chars() {
        let word = words.last_mut().expect("there is always one");
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, _) if character.is_whitespace() => words.push(String::new()),
            _ => word.push(character),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(name: &str) -> CertificateDer<'static> {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("signed").der().clone()
    }

    #[test]
    fn an_authority_made_anew_is_known_by_its_name() {
        let (ours, older, other) = (authority("cos-emulator CA 1"), authority("cos-emulator CA 2"), authority("Root CA"));
        assert_eq!(holding(&[other.clone(), ours.clone()], &ours), Holding::This);
        assert_eq!(holding(&[other.clone(), older], &ours), Holding::Another);
        assert_eq!(holding(&[other], &ours), Holding::Nothing);
    }

    #[test]
    fn javas_options_are_read_with_their_quotes() {
        let options = "-Xmx1g -Da.b=first  -Da.b=\"/a b/c's\" -Dc='\"'";
        assert_eq!(java_property(options, "a.b").as_deref(), Some("/a b/c's"));
        assert_eq!(java_property(options, "c").as_deref(), Some("\""));
        assert_eq!(java_property(options, "a"), None);
    }
}
