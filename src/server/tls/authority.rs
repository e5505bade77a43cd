//! The emulator's own certificate authority, made once for a data folder.
//!
//! ```text
//! ca.key  its private key (P-256), readable by the owner alone
//! ca.pem  its certificate, which clients are told to trust
//! ```
//!
//! Certificates live by the machine's clock and not by the app's, because clients check them by theirs.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData,
    SanType,
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, RootCertStore};

use crate::domain::time::Timestamp;
use crate::storage::{StorageError, write_whole};

/// Seconds that the authority lives: ten years.
const LIFE: i64 = 10 * 365 * DAY;

/// Seconds that a minted certificate lives; no client asks for fewer days.
pub(super) const LEAF_LIFE: i64 = 90 * DAY;

/// Seconds by which certificates begin earlier, for clients whose clocks are behind.
const EARLIER: i64 = DAY;

const DAY: i64 = 86_400;

/// The bits of a file's mode that are for others than its owner.
const OTHERS: u32 = 0o077;

#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    #[error(transparent)]
    File(#[from] StorageError),
    #[error("{pem} is there without its private key {key}: put that back, or remove {pem}, and a new authority is made")]
    KeyMissing { pem: PathBuf, key: PathBuf },
    #[error(
        "{key} holds no private key that can be used ({reason}): put it back, or remove it and {pem}, and a new authority is made"
    )]
    Key { pem: PathBuf, key: PathBuf, reason: rcgen::Error },
    #[error("{pem} is not a certificate of {key} ({reason}): remove both, and a new authority is made")]
    Certificate { pem: PathBuf, key: PathBuf, reason: String },
    #[error("a certificate could not be made: {0}")]
    Making(#[from] rcgen::Error),
    #[error("a certificate cannot be used: {0}")]
    Using(#[from] rustls::Error),
}

/// Signs certificates for whatever name a client asks for.
pub struct Authority {
    path: PathBuf,
    pem: String,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Reads the folder's authority, or makes one; `now` is the machine's time. Blocks.
    ///
    /// # Errors
    /// A file that is not as it was written, named with what to do about it.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, AuthorityError> {
        let (key_path, path) = (folder.join("ca.key"), folder.join("ca.pem"));
        let key = match (read(&key_path)?, path.exists()) {
            (Some(text), _) => {
                keep_to_owner(&key_path);
                KeyPair::from_pem(&text).map_err(|reason| AuthorityError::Key {
                    pem: path.clone(),
                    key: key_path.clone(),
                    reason,
                })?
            }
            (None, true) => return Err(AuthorityError::KeyMissing { pem: path, key: key_path }),
            (None, false) => {
                let key = KeyPair::generate()?;
                write_whole(&key_path, key.serialize_pem().as_bytes(), 0o600)?;
                key
            }
        };
        let params = authority_params(&key, now);
        let damaged = |reason: String| AuthorityError::Certificate { pem: path.clone(), key: key_path.clone(), reason };
        let (pem, certificate) = match read(&path)? {
            Some(pem) => {
                let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| damaged(error.to_string()))?;
                (pem, certificate)
            }
            None => {
                let made = params.self_signed(&key)?;
                write_whole(&path, made.pem().as_bytes(), 0o644)?;
                (made.pem(), made.der().clone())
            }
        };
        let issuer = Issuer::new(params, key);
        let authority = Self { pem, certificate, issuer, path: path.clone() };
        authority.check(now).map_err(|error| damaged(error.to_string()))?;
        Ok(authority)
    }

    /// The certificate, as clients take it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Where [`Self::pem`] is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A certificate for one name or address, which lives [`LEAF_LIFE`] seconds from `now`, with a key of its own.
    ///
    /// # Errors
    /// The name cannot stand in a certificate.
    pub(super) fn mint(&self, name: &ServerName<'_>, now: Timestamp) -> Result<CertifiedKey, AuthorityError> {
        let alternative = match name {
            ServerName::IpAddress(address) => SanType::IpAddress((*address).into()),
            name => SanType::DnsName(name.to_str().into_owned().try_into()?),
        };
        let mut params = params("cos-emulator", now, LEAF_LIFE);
        params.subject_alt_names = vec![alternative];
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(key.serialized_der().to_vec().into());
        let key = ring::default_provider().key_provider.load_private_key(key)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone(), self.certificate.clone()], key))
    }

    /// Does what a client will do that trusts the certificate.
    fn check(&self, now: Timestamp) -> Result<(), AuthorityError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        let name = ServerName::try_from("localhost").map_err(|error| rustls::Error::General(error.to_string()))?;
        let leaf = self.mint(&name, now)?;
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        verifier.verify_server_cert(leaf.end_entity_cert()?, &[], &name, &[], now)?;
        Ok(())
    }
}

/// The same for the same key but for the time, so that an issuer can be made without reading the certificate.
fn authority_params(key: &KeyPair, now: Timestamp) -> CertificateParams {
    // Authorities of several emulators have different names: some clients find the issuer by its name alone.
    let fingerprint = hex::encode(&Sha256::digest(key.subject_public_key_info())[..4]);
    let mut params = params(&format!("cos-emulator CA {fingerprint}"), now, LIFE);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn params(name: &str, now: Timestamp, life: i64) -> CertificateParams {
    let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = time(now.seconds() - EARLIER);
    params.not_after = time(now.seconds() + life);
    params
}

/// Takes a key from all but its owner: a folder that was copied or unpacked may have lost its modes. Where that cannot be done, as on
/// some mounted folders, it is only said.
fn keep_to_owner(key: &Path) {
    let Ok(metadata) = fs::metadata(key) else { return };
    if metadata.permissions().mode() & OTHERS == 0 {
        return;
    }
    let path = key.display();
    match fs::set_permissions(key, Permissions::from_mode(0o600)) {
        Ok(()) => tracing::warn!("{path} was not its owner's alone and is now; who has read it can pass for any host"),
        Err(error) => tracing::warn!(%error, "{path} is not its owner's alone: who reads it can pass for any host"),
    }
}

/// `None` when there is no such file.
fn read(path: &Path) -> Result<Option<String>, StorageError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StorageError::File { what: format!("reading {}", path.display()), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn refusal(folder: &Path) -> String {
        Authority::open(folder, NOW).err().expect("refused").to_string()
    }

    #[test]
    fn an_authority_is_made_once_and_its_key_is_the_owners() {
        let folder = tempfile::tempdir().expect("a folder");
        let pem = Authority::open(folder.path(), NOW).expect("made").pem().to_owned();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
        let mode = |name| folder.path().join(name).metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("ca.key"), mode("ca.pem")), (0o600, 0o644));
        assert_eq!(Authority::open(folder.path(), NOW).expect("opened").pem(), pem);
        let later = Timestamp::from_seconds(NOW.seconds() + LIFE - 1);
        assert_eq!(Authority::open(folder.path(), later).expect("it lives").pem(), pem);
    }

    #[test]
    fn a_key_that_others_can_read_is_taken_from_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let pem = Authority::open(folder.path(), NOW).expect("made").pem().to_owned();
        let key = folder.path().join("ca.key");
        fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("set");
        assert_eq!(Authority::open(folder.path(), NOW).expect("opened").pem(), pem);
        assert_eq!(key.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_new_key_is_never_written_where_a_link_leads() {
        let (folder, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        for name in ["ca.key", "ca.new", "ca.pem"] {
            symlink(elsewhere.path().join(name), folder.path().join(name)).expect("linked");
        }
        drop(Authority::open(folder.path(), NOW).expect("made"));
        assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
        let mode = folder.path().join("ca.key").symlink_metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_start_that_was_killed_between_the_files_is_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Authority::open(folder.path(), NOW).expect("made"));
        fs::remove_file(folder.path().join("ca.pem")).expect("removed");
        fs::write(folder.path().join("ca.new"), "half").expect("written");
        drop(Authority::open(folder.path(), NOW).expect("made anew for the same key"));
        assert!(Authority::open(folder.path(), NOW).is_ok());
    }

    #[test]
    fn what_does_not_belong_together_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, pem) = (folder.path().join("ca.key"), folder.path().join("ca.pem"));
        drop(Authority::open(folder.path(), NOW).expect("made"));
        let good = fs::read_to_string(&pem).expect("read");
        let other = tempfile::tempdir().expect("a folder");
        let theirs = Authority::open(other.path(), NOW).expect("made");
        for damaged in [theirs.pem(), "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            fs::write(&pem, damaged).expect("written");
            let message = refusal(folder.path());
            assert!(message.contains("ca.pem is not a certificate of"), "{message}");
        }
        fs::write(&pem, good).expect("written");
        fs::write(&key, "not a key").expect("written");
        assert!(refusal(folder.path()).contains("ca.key holds no private key"));
        fs::remove_file(&key).expect("removed");
        assert!(refusal(folder.path()).contains("is there without its private key"));
    }
}
