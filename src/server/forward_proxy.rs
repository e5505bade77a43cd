//! The emulator as a client's proxy: it answers for the hosts that it serves, and forwards nothing.

use http::Method;

use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Services;
use crate::operations::request::{BodyLength, RequestHead};
use crate::operations::target::{Resource, Target};
use crate::operations::transport::Way;

/// May the request come this way? Asked before anything else. Inside of a CONNECT the host is asked for again: a client may name
/// any there.
///
/// # Errors
/// `BadGateway` for a host that is not served; `InvalidRequest` for a CONNECT within a CONNECT, or with a body.
pub(super) fn check(services: &Services, head: &RequestHead, length: BodyLength) -> Result<(), Error> {
    let way = head.transport.way;
    if way == Way::Direct {
        return Ok(());
    }
    if head.method == Method::CONNECT {
        if way == Way::Tunnel {
            return Err(ErrorCode::InvalidRequest.because("a CONNECT was sent within a CONNECT, which leads nowhere"));
        }
        if !matches!(length, BodyLength::Missing | BodyLength::Declared(0)) {
            return Err(
                ErrorCode::InvalidRequest.because("a CONNECT has no body: leave out Content-Length and Transfer-Encoding")
            );
        }
    }
    if services.addressing.serves(&head.host, &services.store) {
        return Ok(());
    }
    Err(ErrorCode::BadGateway.because(format!(
        "the emulator is no proxy for the host {:?}: it answers itself for COS's hosts, those of --domain and those bound to a \
         bucket, and forwards nothing; let other hosts pass it by with NO_PROXY",
        head.host
    )))
}

/// Who speaks through a proxy may be a page or a program that was given nothing but that: the control API is not for it.
///
/// # Errors
/// `AccessDenied`.
pub(super) fn check_target(head: &RequestHead, target: &Target) -> Result<(), Error> {
    match target.resource {
        Resource::Control(_) if head.transport.way != Way::Direct => Err(ErrorCode::AccessDenied
            .because("the control API cannot be reached through the proxy; ask the emulator's own address")),
        _ => Ok(()),
    }
}
