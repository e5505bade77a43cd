//! Where do the bucket's host names lead? They are looked up, and nobody is connected to.

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
    let (real, local) = tokio::join!(both(patient, real), both(patient, local));
    for name in &real {
        judge_real(patient, name, report)?;
    }
    for name in &local {
        judge_local(patient, bucket, name, report)?;
    }
    Ok(())
}

/// A name, or two that lead to the same place.
struct Name {
    text: String,
    address: Option<IpAddr>,
    /// Whether programs ask the proxy for it.
    is_proxied: bool,
}

async fn both(patient: &Patient<'_>, [first, second]: [String; 2]) -> Vec<Name> {
    let (first_address, second_address) = tokio::join!(look_up(&first), look_up(&second));
    let name = |text: String, address| {
        let is_proxied = patient.proxy.is_told() && !no_proxy::passes_by(&patient.environment, &text);
        Name { text, address, is_proxied }
    };
    let (first, second) = (name(first, first_address), name(second, second_address));
    if (first.address, first.is_proxied) == (second.address, second.is_proxied) {
        vec![Name { text: format!("{}, {}", first.text, second.text), ..first }]
    } else {
        vec![first, second]
    }
}

/// No address when the name is not known, or nobody says so in time.
async fn look_up(name: &str) -> Option<IpAddr> {
    let found = within_patience(async { Ok::<_, Failure>(lookup_host((name, 443)).await?) }).await;
    found.ok()?.next().map(|address: SocketAddr| address.ip())
}

/// A name of the real service: without a proxy or a hosts entry, requests for it leave this machine.
fn judge_real(patient: &Patient<'_>, name: &Name, report: &mut Report) -> Result<(), Failure> {
    let (text, proxy) = (&name.text, &patient.proxy.url);
    let remedy = format!("set a proxy: {}; or give the client the emulator's address (docs/clients/)", patient.proxy_lines());
    match name.address {
        Some(address) if is_private(address) => report.ok("name", format!("{text}: {address}, which is local")),
        None if name.is_proxied => {
            report.ok("name", format!("{text}: no address, and none is needed: the proxy {proxy} takes the requests"))
        }
        Some(address) if name.is_proxied => {
            report.ok("name", format!("{text}: {address}, the real service, but the proxy {proxy} takes the requests"))
        }
        None => report.warn("name", format!("{text}: no address is found"), remedy),
        Some(address) => report.warn("name", format!("{text}: {address}, so requests go to the real service"), remedy),
    }
}

fn judge_local(patient: &Patient<'_>, bucket: &str, name: &Name, report: &mut Report) -> Result<(), Failure> {
    let text = &name.text;
    let remedy = format!(
        "only if your program uses such a name: `echo 127.0.0.1 {bucket}.cos.localhost {bucket}.localhost | sudo tee -a \
         /etc/hosts`; path style needs none: {}/{bucket}/<key>",
        patient.endpoint
    );
    match name.address {
        Some(address) if is_private(address) => report.ok("name", format!("{text}: {address}")),
        Some(address) => report.warn("name", format!("{text}: {address}, which is not this machine"), remedy),
        None => report.warn("name", format!("{text}: no address is found (browsers and curl know them by themselves)"), remedy),
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
