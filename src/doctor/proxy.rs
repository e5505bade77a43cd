//! The proxy that programs are told to use: is it the emulator, and does it take requests for the bucket?

use cos_emulator::config::base_url::BaseUrl;
use cos_emulator::config::{DoctorOptions, Environment};
use http::{Method, Request, StatusCode};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::upgrade::{self, Upgraded};
use hyper_util::rt::TokioIo;

use super::Patient;
use super::address::{self, Absence, Emulator};
use super::report::Report;
use crate::Failure;
use crate::client::{ask, connect, within_patience};

/// In the order in which most clients read them.
const VARIABLES: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

pub(super) struct Proxy {
    pub(super) url: BaseUrl,
    /// The option or variable that names it; `None` when nothing does, and the emulator itself is tried as one.
    told_by: Option<&'static str>,
}

impl Proxy {
    pub(super) fn chosen(options: &DoctorOptions, environment: &Environment, endpoint: &BaseUrl) -> Self {
        if let Some(url) = &options.proxy {
            return Self { url: url.clone(), told_by: Some("--proxy") };
        }
        let of_variable = |name: &'static str| Some(Self { url: read(environment.get(name)?).ok()?, told_by: Some(name) });
        VARIABLES.into_iter().find_map(of_variable).unwrap_or_else(|| Self { url: endpoint.clone(), told_by: None })
    }

    /// Whether programs know of it.
    pub(super) fn is_told(&self) -> bool {
        self.told_by.is_some()
    }
}

/// The address in a variable. A user's name and password may stand before it: the emulator ignores them.
///
/// # Errors
/// It is no URL of plain HTTP, or has a path.
pub(super) fn read(variable: &str) -> Result<BaseUrl, String> {
    match (variable.split_once("://"), variable.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, address))) => format!("{scheme}://{address}").parse(),
        (None, Some((_, address))) => address.parse(),
        (_, None) => variable.parse(),
    }
}

/// Gives whether a tunnel through it leads to the emulator.
pub(super) async fn check(patient: &Patient<'_>, emulator: &Emulator, report: &mut Report) -> Result<bool, Failure> {
    let (proxy, host) = (&patient.proxy.url, &patient.host);
    // Of another's proxy nothing is asked for the bucket's host: it would ask the real service.
    if *proxy != patient.endpoint && !is_the_same(patient, emulator, report).await? {
        return Ok(false);
    }
    let refused = "read the answer above; a host that is none of COS's needs --domain NAME at the emulator's start";
    match within_patience(absolute_form(proxy, host)).await {
        Ok(()) => report.ok("proxy", format!("{proxy} answers for http://{host}"))?,
        Err(error) => report.fail("proxy", format!("{proxy} does not answer for http://{host}: {error}"), refused)?,
    }
    let opened = within_patience(tunnel(proxy, host)).await;
    match &opened {
        Ok(_) => report.ok("proxy", format!("{proxy} takes CONNECT {host}:443"))?,
        Err(error) => report.fail("proxy", format!("{proxy} does not take CONNECT {host}:443: {error}"), refused)?,
    }
    Ok(opened.is_ok())
}

/// Whether the proxy and the endpoint are one emulator, which its certificate tells.
async fn is_the_same(patient: &Patient<'_>, emulator: &Emulator, report: &mut Report) -> Result<bool, Failure> {
    let Proxy { url, told_by } = &patient.proxy;
    let told_by = told_by.unwrap_or_default();
    let remedy = patient.proxy_lines();
    match address::find(url).await {
        Ok(found) if found.certificate == emulator.certificate => Ok(true),
        Ok(_) => {
            let found = format!("{told_by} leads to {url}, which is another emulator than {}", patient.endpoint);
            report.fail("proxy", found, remedy)?;
            Ok(false)
        }
        Err(Absence::Silent(error)) => {
            report.fail("proxy", format!("{told_by} leads to {url}, where nobody answers: {error}"), remedy)?;
            Ok(false)
        }
        Err(Absence::Stranger(what)) => {
            let found =
                format!("{told_by} leads to {url}, which is not the emulator ({what}): requests go to the real service there");
            report.fail("proxy", found, remedy)?;
            Ok(false)
        }
    }
}

/// Asks for the bucket as programs do through a proxy, unsigned: any answer of COS's will do.
async fn absolute_form(proxy: &BaseUrl, host: &str) -> Result<(), Failure> {
    let request = Request::get(format!("http://{host}/")).header("host", host).body(Empty::new())?;
    let answer = ask(connect(proxy).await?, request).await?;
    match answer.status() {
        StatusCode::BAD_GATEWAY => Err(excerpt(answer.body()).into()),
        _ if answer.headers().contains_key("x-cos-request-id") => Ok(()),
        status => Err(format!("{status}, and not by COS").into()),
    }
}

/// A connection to the host's HTTPS port, through the proxy.
pub(super) async fn tunnel(proxy: &BaseUrl, host: &str) -> Result<TokioIo<Upgraded>, Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(connect(proxy).await?)).await?;
    tokio::spawn(connection.with_upgrades());
    let authority = format!("{host}:443");
    let request = Request::builder().method(Method::CONNECT).uri(&authority).header("host", &authority);
    let answer = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
    if !answer.status().is_success() {
        return Err(format!("{}", answer.status()).into());
    }
    Ok(TokioIo::new(upgrade::on(answer).await?))
}

/// The beginning of an answer, for a person.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|character| !character.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_name_and_password_do_not_count() {
        for (variable, expected) in [
            ("http://me:se@cret@cos:1", Some("http://cos:1")),
            ("me:secret@cos:1", Some("http://cos:1")),
            ("cos:1", Some("http://cos:1")),
            ("https://me:secret@cos:1", None),
            ("socks5://cos:1", None),
        ] {
            assert_eq!(read(variable).ok().map(|url| url.to_string()).as_deref(), expected, "{variable}");
        }
    }
}
