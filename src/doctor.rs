//! `cos-emulator doctor`: looks, from the client's side, at what people trip on, and says what to do.
//!
//! It connects to the emulator and to the proxy, and to nothing else; what it asks of a proxy that is not the emulator is only
//! whether it is.

mod address;
mod certificates;
mod clock;
mod credentials;
mod environment;
mod names;
mod no_proxy;
mod proxy;
mod report;
mod tls;
mod trust;

use std::process::ExitCode;

use cos_emulator::config::base_url::BaseUrl;
use cos_emulator::config::{DoctorOptions, Environment};

use crate::Failure;
use proxy::Proxy;
use report::Report;

/// The bucket whose names are looked at when none is given.
const ANY_BUCKET: &str = "demo-1250000000";

/// What the examination is about.
struct Patient<'a> {
    options: &'a DoctorOptions,
    environment: Environment,
    /// Where the emulator should be.
    endpoint: BaseUrl,
    proxy: Proxy,
    /// `<bucket>.cos.<region>.myqcloud.com`
    host: String,
}

impl Patient<'_> {
    /// What to type so that programs take the emulator for their proxy.
    fn proxy_lines(&self) -> String {
        format!("`export HTTP_PROXY={0} http_proxy={0} HTTPS_PROXY={0} https_proxy={0}`", self.endpoint)
    }
}

/// Prints a line for each check; the exit code is 1 when one of them failed.
///
/// # Errors
/// The report cannot be written.
pub(crate) async fn examine(options: &DoctorOptions) -> Result<ExitCode, Failure> {
    let (environment, endpoint) = (Environment::read(), options.endpoint.url());
    let proxy = Proxy::chosen(options, &environment, &endpoint);
    let bucket = options.bucket.as_ref().map_or(ANY_BUCKET, |bucket| bucket.as_str());
    let host = format!("{bucket}.cos.{}.myqcloud.com", options.region.as_str());
    let patient = Patient { options, environment, endpoint, proxy, host };

    let mut report = Report::begin(options.format);
    let emulator = address::check(&patient, &mut report).await?;
    names::check(&patient, bucket, &mut report).await?;
    environment::check(&patient, &mut report)?;
    match &emulator {
        Some(emulator) => {
            clock::check(emulator, &mut report)?;
            let is_tunnelled = proxy::check(&patient, emulator, &mut report).await?;
            trust::check(&patient, emulator, is_tunnelled, &mut report).await?;
            credentials::check(&patient, &mut report).await?;
        }
        None => {
            for check in ["clock", "proxy", "trust", "credentials"] {
                report.skip(check, "no emulator was found")?;
            }
        }
    }
    report.end()
}
