//! `http://127.0.0.1:7436`: where an emulator or a proxy is, as people type it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;

/// The address of a server that speaks plain HTTP: host and port, and no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// A name, or an address; one of IPv6 has no brackets.
    pub host: String,
    pub port: u16,
}

impl BaseUrl {
    /// Where a program on the same machine finds a server that listens here: one on all addresses is asked on the loopback one.
    pub fn of_listener(listen: SocketAddr) -> Self {
        let ip = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Self { host: ip.to_string(), port: listen.port() }
    }

    /// `host:port`, as a Host header has it.
    pub fn authority(&self) -> String {
        let Self { host, port } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    /// Reads `http://cos:7436`, `http://[::1]`, and `cos:7436`.
    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = |why: &str| format!("{why}; a URL without a path is wanted, as in http://127.0.0.1:7436");
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let uri: Uri = with_scheme.parse().map_err(|error| refuse(&format!("it is no URL: {error}")))?;
        if uri.scheme() != Some(&Scheme::HTTP) {
            return Err(refuse("its scheme is not http, which the emulator speaks on the same port as https"));
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(refuse("it has a user's name or password"));
        }
        if !["", "/"].contains(&uri.path()) || uri.query().is_some() {
            return Err(refuse("it has a path or a query"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| refuse("it has no host"))?;
        // What is too large for a port counts as none with `Uri`.
        let port = match uri.authority().and_then(|authority| authority.as_str().strip_prefix(host)?.strip_prefix(':')) {
            Some(port) => port.parse().map_err(|_| refuse("its port is not a number from 0 to 65535"))?,
            None => 80,
        };
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "http://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_as_people_type_them() {
        for (text, expected) in [
            ("http://127.0.0.1:7436", Ok("http://127.0.0.1:7436")),
            ("cos:7436/", Ok("http://cos:7436")),
            ("https://cos.test", Err("its scheme is not http")),
            ("http://[::1]:80", Ok("http://[::1]:80")),
            ("http://my_service", Ok("http://my_service:80")),
            ("socks5://cos:1", Err("its scheme is not http")),
            ("http://me:secret@cos:1", Err("a user's name")),
            ("http://cos/a", Err("a path or a query")),
            ("http://127.0.0.1:70000", Err("its port is not a number")),
            ("cos:port", Err("its port is not a number")),
            ("http://", Err("it is no URL")),
            ("", Err("it is no URL")),
        ] {
            let read = text.parse::<BaseUrl>().map(|url| url.to_string());
            match expected {
                Ok(url) => assert_eq!(read.as_deref(), Ok(url)),
                Err(why) => assert!(read.as_ref().is_err_and(|error| error.contains(why)), "{text}: {read:?}"),
            }
        }
    }

    #[test]
    fn a_listener_on_all_addresses_is_asked_on_the_loopback_one() {
        for (listen, expected) in
            [("0.0.0.0:7436", "http://127.0.0.1:7436"), ("[::]:80", "http://[::1]:80"), ("10.0.0.7:1", "http://10.0.0.7:1")]
        {
            assert_eq!(BaseUrl::of_listener(listen.parse().expect("an address")).to_string(), expected);
        }
    }
}
