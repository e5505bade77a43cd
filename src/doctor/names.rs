//! Where do the bucket's host names lead? They are looked up, and nobody is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::lookup_host;

use super::report::Report;
use super::{Patient, no_proxy};
use crate::Failure;
use crate::client::within_patience;

pub(super) async fn check(patient: &Patient<'_>, bucket: &str, report: &mut Report) -> Result<(), Failure> {
    let region = patient.options.region.as_str();
    let real = [patient.host.clone(), format!("{bucket}.cos.{region}.tencentcos.cn")];
    let local = [format!("{bucket}.cos.localhost"), format!("{bucket}.localhost")];
    let (real_found, local_found) = tokio::join!(both(&real), both(&local));
    for (name, addresses) in real.iter().zip(real_found) {
        judge_real(patient, name, &addresses, report)?;
    }
    for (name, addresses) in local.iter().zip(local_found) {
        judge_local(patient, bucket, name, &addresses, report)?;
    }
    Ok(())
}

async fn both(names: &[String; 2]) -> [Vec<IpAddr>; 2] {
    let (first, second) = tokio::join!(look_up(&names[0]), look_up(&names[1]));
    [first, second]
}

/// No address when the name is not known, or nobody says so in time.
async fn look_up(name: &str) -> Vec<IpAddr> {
    let found = within_patience(async { Ok::<_, Failure>(lookup_host((name, 443)).await.map_err(io::Error::other)?) }).await;
    found.map(|found| found.map(|address: SocketAddr| address.ip()).collect()).unwrap_or_default()
}

/// A name of the real service: without a proxy or a hosts entry, requests for it leave this machine.
fn judge_real(patient: &Patient<'_>, name: &str, addresses: &[IpAddr], report: &mut Report) -> Result<(), Failure> {
    let is_proxied = patient.proxy.is_told() && !no_proxy::passes_by(&patient.environment, name);
    let proxy = &patient.proxy.url;
    let remedy = format!(
        "set a proxy: export HTTP_PROXY={0} HTTPS_PROXY={0}; or give the client the emulator's address (docs/clients/)",
        patient.endpoint
    );
    match addresses.first() {
        None if is_proxied => report.ok("name", format!("{name} does not resolve, nor need it: the proxy {proxy} takes it")),
        None => report.warn("name", format!("{name} does not resolve"), remedy),
        Some(address) if is_private(*address) => report.ok("name", format!("{name} resolves to {address}, which is local")),
        Some(address) if is_proxied => {
            report.ok("name", format!("{name} resolves to {address}, the real service, but the proxy {proxy} takes it"))
        }
        Some(address) => report.warn("name", format!("{name} resolves to {address}: requests go to the real service"), remedy),
    }
}

fn judge_local(
    patient: &Patient<'_>,
    bucket: &str,
    name: &str,
    addresses: &[IpAddr],
    report: &mut Report,
) -> Result<(), Failure> {
    let remedy = format!(
        "only if your program uses it: echo '127.0.0.1 {name}' | sudo tee -a /etc/hosts; path style needs no name: \
         {}/{bucket}/<key>",
        patient.endpoint
    );
    match addresses.first() {
        None => report.warn("name", format!("{name} does not resolve here (browsers and curl know it by themselves)"), remedy),
        Some(address) if is_private(*address) => report.ok("name", format!("{name} resolves to {address}")),
        Some(address) => report.warn("name", format!("{name} resolves to {address}, which is not this machine"), remedy),
    }
}

/// Of this machine, of a container network, or of an office: not of the service.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_service_are_public_ones() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("172.17.0.2", true),
            ("::1", true),
            ("fd00::1", true),
            ("::ffff:10.0.0.1", true),
            ("169.254.0.23", true),
            ("119.28.1.1", false),
            ("2402:4e00::1", false),
        ] {
            assert_eq!(is_private(address.parse().expect("an address")), expected, "{address}");
        }
    }
}
