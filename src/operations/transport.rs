//! The way a request came: from whom, over which kind of connection.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// What is known of a request's connection; the server notes it in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    /// The other end of the connection.
    pub client: IpAddr,
    /// Of the innermost TLS; `None` for plain HTTP.
    pub tls: Option<TlsVersion>,
    pub way: Way,
}

/// How the client found the emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It connected to the emulator as to any server.
    Direct,
    /// It takes the emulator for its proxy: the request's target is a whole URL.
    AbsoluteForm,
    /// It takes the emulator for its proxy, and the request came through a CONNECT.
    Tunnel,
}

/// As the condition key `cos:tls-version` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersion {
    V1_2,
    V1_3,
}

impl Transport {
    pub fn direct(client: IpAddr) -> Self {
        Self { client, tls: None, way: Way::Direct }
    }
}

/// Of requests that no connection brought, such as a test's.
impl Default for Transport {
    fn default() -> Self {
        Self::direct(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// `1.2` or `1.3`.
impl fmt::Display for TlsVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        })
    }
}
