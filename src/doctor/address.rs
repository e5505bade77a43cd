//! Does anything listen at the endpoint, is it a cos-emulator, and is it ready?

use std::io;

use cos_emulator::config::base_url::BaseUrl;
use cos_emulator::domain::time::{Clock, Timestamp};
use http::StatusCode;
use http::header::{DATE, SERVER};
use serde::Deserialize;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::Patient;
use super::report::Report;
use crate::Failure;
use crate::ca;
use crate::client;

/// An emulator that answers.
pub(super) struct Emulator {
    version: String,
    /// Its time and this machine's, both at the answer.
    pub(super) times: Option<(Timestamp, Timestamp)>,
    /// The certificate of its authority; emulators that speak no TLS have none.
    pub(super) certificate: Option<CertificateDer<'static>>,
}

/// What `/_cos/version` answers.
#[derive(Deserialize)]
struct Version {
    name: String,
    version: String,
}

/// Why there is no emulator at an address.
pub(super) enum Absence {
    /// No answer of HTTP came.
    Silent(Failure),
    /// Something else answers: what it says of itself.
    Stranger(String),
}

pub(super) async fn check(patient: &Patient<'_>, report: &mut Report) -> Result<Option<Emulator>, Failure> {
    let endpoint = &patient.endpoint;
    let emulator = match find(endpoint).await {
        Ok(emulator) => emulator,
        Err(Absence::Silent(error)) => {
            let start = format!("start it: `cos-emulator --listen {}`; or say where it is: --endpoint URL", endpoint.authority());
            report.fail("address", format!("nothing answers at {endpoint}: {}", plainly(&error)), start)?;
            return Ok(None);
        }
        Err(Absence::Stranger(what)) => {
            let elsewhere = "stop that program, or start the emulator on another port (`cos-emulator --listen 127.0.0.1:7437`) \
                             and say so: --endpoint http://127.0.0.1:7437";
            report.fail("address", format!("something else than cos-emulator answers at {endpoint}: {what}"), elsewhere)?;
            return Ok(None);
        }
    };
    report.ok("address", format!("cos-emulator {} answers at {endpoint}", emulator.version))?;
    match client::get(endpoint, "/_cos/health/ready").await.map(|answer| answer.status()) {
        Ok(StatusCode::OK) => report.ok("ready", "it is ready"),
        Ok(status) => report.warn("ready", format!("it is not ready: {status}"), "wait, and see its log"),
        Err(error) => report.fail("ready", format!("it does not say whether it is ready: {error}"), "see its log"),
    }?;
    Ok(Some(emulator))
}

/// Asks who answers at an address.
pub(super) async fn find(url: &BaseUrl) -> Result<Emulator, Absence> {
    let answer = client::get(url, "/_cos/version").await.map_err(Absence::Silent)?;
    let now = Clock::system().now();
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(Version { version, .. }) =
        serde_json::from_slice(answer.body()).ok().filter(|version: &Version| version.name == env!("CARGO_PKG_NAME"))
    else {
        let server = header(SERVER).map_or_else(String::new, |server| format!(", Server: {server}"));
        return Err(Absence::Stranger(format!("{}{server}", answer.status())));
    };
    let times = header(DATE).and_then(Timestamp::from_http_date).map(|theirs| (theirs, now));
    let pem = client::get(url, ca::PATH).await.ok().filter(|answer| answer.status() == StatusCode::OK);
    let certificate = pem.and_then(|answer| CertificateDer::from_pem_slice(answer.body()).ok());
    Ok(Emulator { version, times, certificate })
}

/// The system's words for a failed connection have numbers that help nobody.
fn plainly(error: &Failure) -> String {
    match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "the connection is refused, so nothing listens there".to_owned(),
        _ => match error.downcast_ref::<hyper::Error>() {
            Some(error) if error.is_parse() => "what answers does not speak HTTP".to_owned(),
            _ => error.to_string(),
        },
    }
}
