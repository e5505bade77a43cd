//! Would a client trust the emulator's certificates, and do the variables say so that clients read?

use std::path::Path;

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::address::Emulator;
use super::certificates::{self, Holding};
use super::report::Report;
use super::{Patient, proxy, tls};
use crate::Failure;
use crate::ca::TRUST_VARIABLES;
use crate::client::{connect, within_patience};

/// `is_tunnelled` says whether the proxy may be asked for a connection to the bucket's host.
pub(super) async fn check(
    patient: &Patient<'_>,
    emulator: &Emulator,
    is_tunnelled: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let write = format!(
        "write the files anew: `cos-emulator ca --out DIR --endpoint {}`; and let the shell read the variables: `. DIR/env.sh`",
        patient.endpoint
    );
    let authorities = match (&patient.options.ca, &emulator.certificate) {
        (Some(file), _) => match certificates::of_pem(file) {
            Ok(authorities) => authorities,
            Err(error) => return report.fail("trust", format!("--ca {}: {error}", file.display()), write),
        },
        (None, Some(certificate)) => vec![certificate.clone()],
        (None, None) => {
            let name = "it is older than this doctor: start the same version, or name a file: --ca FILE";
            return report.fail("trust", format!("{} gives no certificate at /_cos/ca.pem", patient.endpoint), name);
        }
    };
    let (endpoint, proxy, host) = (&patient.endpoint, &patient.proxy.url, &patient.host);
    let direct = async { tls::shake_hands(connect(endpoint).await?, host, &authorities).await };
    judge(report, &format!("https://{host} at {}", endpoint.authority()), within_patience(direct).await, &write)?;
    if is_tunnelled {
        let tunnelled = async { tls::shake_hands(proxy::tunnel(proxy, host).await?, host, &authorities).await };
        judge(report, &format!("https://{host} through the proxy {proxy}"), within_patience(tunnelled).await, &write)?;
    }
    match &emulator.certificate {
        Some(certificate) => check_variables(patient, certificate, report, &write),
        None => Ok(()),
    }
}

fn judge(report: &mut Report, what: &str, shaken: Result<(), Failure>, remedy: &str) -> Result<(), Failure> {
    match shaken {
        Ok(()) => report.ok("trust", format!("{what}: the certificate is trusted")),
        Err(error) => report.fail("trust", format!("{what}: {error}"), remedy),
    }
}

fn check_variables(
    patient: &Patient<'_>,
    certificate: &CertificateDer<'_>,
    report: &mut Report,
    remedy: &str,
) -> Result<(), Failure> {
    let (mut files, mut unset) = (Vec::<(&str, Vec<&str>)>::new(), Vec::new());
    for variable in TRUST_VARIABLES.iter().map(|variable| variable.name) {
        let Some(path) = patient.environment.get(variable) else {
            unset.push(variable);
            continue;
        };
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, variables)) => variables.push(variable),
            None => files.push((path, vec![variable])),
        }
    }
    for (path, variables) in files {
        let held = certificates::of_pem(Path::new(path));
        judge_file(report, &variables.join(", "), path, held, certificate, remedy)?;
    }
    let options = patient.environment.get("JAVA_TOOL_OPTIONS").unwrap_or_default();
    match certificates::java_property(options, "javax.net.ssl.trustStore") {
        Some(path) => {
            let password = certificates::java_property(options, "javax.net.ssl.trustStorePassword").unwrap_or_default();
            let held = certificates::of_truststore(Path::new(&path), &password);
            judge_file(report, "JAVA_TOOL_OPTIONS", &path, held, certificate, remedy)?;
        }
        None => unset.push("JAVA_TOOL_OPTIONS"),
    }
    if unset.is_empty() {
        return Ok(());
    }
    let guide = "clients that read them cannot speak https:// here; `cos-emulator ca` writes the lines";
    report.skip("trust", format!("not set: {} ({guide})", unset.join(", ")))
}

fn judge_file(
    report: &mut Report,
    variables: &str,
    path: &str,
    held: Result<Vec<CertificateDer<'static>>, Failure>,
    certificate: &CertificateDer<'_>,
    remedy: &str,
) -> Result<(), Failure> {
    match held.map(|held| certificates::holding(&held, certificate)) {
        Ok(Holding::This) => report.ok("trust", format!("{variables}: {path} has the emulator's certificate")),
        Ok(Holding::Another) => {
            report.fail("trust", format!("{variables}: {path} has an older certificate, or that of another emulator"), remedy)
        }
        Ok(Holding::Nothing) => report.warn("trust", format!("{variables}: {path} lacks the emulator's certificate"), remedy),
        Err(error) => report.fail("trust", format!("{variables}: {path} cannot be used: {error}"), remedy),
    }
}
