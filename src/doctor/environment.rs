//! Do the proxy variables say what they should, and all the same?

use http::Uri;

use super::report::Report;
use super::{Patient, no_proxy, proxy};
use crate::Failure;

/// Each with its other spelling; clients differ in which they read first, and curl reads only the small `http_proxy`.
const VARIABLES: [(&str, &str); 4] =
    [("http_proxy", "HTTP_PROXY"), ("https_proxy", "HTTPS_PROXY"), ("all_proxy", "ALL_PROXY"), ("no_proxy", "NO_PROXY")];

pub(super) fn check(patient: &Patient<'_>, report: &mut Report) -> Result<(), Failure> {
    let environment = &patient.environment;
    let set = patient.proxy_lines();
    let is_set = |(small, large): (&str, &str)| environment.get(small).or(environment.get(large)).is_some();
    if !VARIABLES[..3].iter().copied().any(is_set) {
        return report.skip("environment", "no proxy variable is set: programs connect where their own options say");
    }
    let mut is_in_order = true;
    for (small, large) in VARIABLES {
        if let (Some(one), Some(other)) = (environment.get(small), environment.get(large))
            && one != other
        {
            is_in_order = false;
            let found = format!("{small} and {large} differ, and clients differ in which they read");
            report.warn("environment", found, format!("make them the same: `export {small}=\"${large}\"`"))?;
        }
    }
    for name in VARIABLES[..3].iter().flat_map(|(small, large)| [*small, *large]) {
        let Some(value) = environment.get(name) else { continue };
        match proxy::read(value) {
            Ok(_) => {}
            Err(_) if value.starts_with("https://") => {
                is_in_order = false;
                let found = format!("{name} begins with https://, so clients speak TLS to the proxy itself, which few can");
                report.warn("environment", found, format!("write http:// there, also for HTTPS_PROXY: {set}"))?;
            }
            Err(_) => {
                is_in_order = false;
                report.fail("environment", format!("{name} is {}, which is no proxy's URL of plain HTTP", shown(value)), &set)?;
            }
        }
    }
    if is_set(VARIABLES[0]) && !is_set(VARIABLES[1]) && !is_set(VARIABLES[2]) {
        is_in_order = false;
        let found = "HTTP_PROXY is set and HTTPS_PROXY is not: https:// goes past the emulator, and is most SDKs' default";
        report.warn("environment", found, &set)?;
    }
    if let Some((variable, entry)) = no_proxy::entry(environment, &patient.host) {
        is_in_order = false;
        let found = format!("{variable} has {entry:?}, so requests for {} pass the proxy by", patient.host);
        report.fail("environment", found, format!("take {entry:?} out of NO_PROXY and no_proxy"))?;
    }
    if is_in_order {
        report.ok("environment", format!("the proxy variables agree: {}", patient.proxy.url))?;
    }
    Ok(())
}

/// A proxy's URL without the user's name and password.
fn shown(value: &str) -> String {
    match value.parse::<Uri>().ok().and_then(|uri| Some((uri.scheme_str()?.to_owned(), uri.host()?.to_owned()))) {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => "unreadable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        assert_eq!(shown("socks5://me:secret@proxy.test:1080/x"), "socks5://proxy.test");
        assert_eq!(shown("me:secret@ x"), "unreadable");
    }
}
