//! `cos-emulator ca`: what clients need to trust the emulator's certificates, as files of one folder. The CA's key stays where it is.

mod env_file;
mod truststore;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cos_emulator::config::CaOptions;
use cos_emulator::config::base_url::BaseUrl;
use cos_emulator::domain::time::Clock;
use cos_emulator::server::Authority;
use cos_emulator::storage::{self, write_whole};
use http::StatusCode;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::Failure;
use crate::client;

pub(crate) use env_file::TRUST_VARIABLES;

/// Where a running emulator gives it.
pub(crate) const PATH: &str = "/_cos/ca.pem";

/// The mode of files with nothing secret in them, less what the user's mask takes away.
const READABLE: u32 = 0o666;

/// Writes `ca.pem`, `truststore.p12` and `env.sh`, and says on standard output who reads what.
///
/// # Errors
/// There is no certificate where it was looked for, or a file cannot be written.
pub(crate) async fn hand_out(options: &CaOptions) -> Result<(), Failure> {
    let endpoint = options.endpoint.url();
    let (pem, source) = match options.data_dir() {
        Some(folder) => read(folder)?,
        None => fetch(&endpoint).await?,
    };
    let certificate = CertificateDer::from_pem_slice(&pem).map_err(|error| format!("{source} is no certificate: {error}"))?;

    fs::create_dir_all(&options.out).map_err(|error| format!("--out {}: {error}", options.out.display()))?;
    let out = fs::canonicalize(&options.out).map_err(|error| format!("--out {}: {error}", options.out.display()))?;
    let files = Files::within(&out)?;
    if out.join("ca.key").exists() && fs::read(&files.pem).ok().as_ref() != Some(&pem) {
        return Err(format!("--out {}: it is another emulator's data folder; name another folder", out.display()).into());
    }
    write_whole(&files.pem, &pem, READABLE)?;
    write_whole(&files.truststore, &truststore::of(&certificate)?, READABLE)?;
    write_whole(&files.env, env_file::text(&files, &endpoint)?.as_bytes(), READABLE)?;
    io::stdout().write_all(env_file::guide(&files, &endpoint).as_bytes())?;
    Ok(())
}

/// Where the files are, absolute: programs with other working folders read them.
struct Files {
    pem: PathBuf,
    truststore: PathBuf,
    env: PathBuf,
}

impl Files {
    /// # Errors
    /// The path is not UTF-8, so that no shell line can name it.
    fn within(folder: &Path) -> Result<Self, Failure> {
        if folder.to_str().is_none() {
            return Err(format!("--out {}: the path is not UTF-8", folder.display()).into());
        }
        let file = |name: &str| folder.join(name);
        Ok(Self { pem: file("ca.pem"), truststore: file("truststore.p12"), env: file("env.sh") })
    }
}

/// The data folder's own; an emulator that starts there later finds it made.
fn read(folder: &Path) -> Result<(Vec<u8>, String), Failure> {
    storage::claim(folder).map_err(|error| format!("--data-dir: {error}"))?;
    let authority = Authority::open(folder, Clock::system().now()).map_err(|error| format!("--data-dir: {error}"))?;
    Ok((authority.pem().as_bytes().to_vec(), authority.path().display().to_string()))
}

/// Asks a running emulator.
async fn fetch(endpoint: &BaseUrl) -> Result<(Vec<u8>, String), Failure> {
    let source = format!("{endpoint}{PATH}");
    let remedy = "start the emulator, name another with --listen or --endpoint, or its data folder with --data-dir";
    let answer = client::get(endpoint, PATH).await.map_err(|error| format!("{source}: {error}: {remedy}"))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("{source} answered {}: {remedy}", answer.status()).into());
    }
    Ok((answer.into_body().into(), source))
}
