//! What a host name says: a bucket or none, and what is behind it (`protocol.md` §1.1).

use http::uri::Authority;

use crate::domain::bucket::BucketName;
use crate::domain::custom_domain::COS_SUFFIXES;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::neighbour::Neighbour;

/// Labels after the bucket's that name a service of COS's own.
const OBJECT_ENDPOINTS: [&str; 4] = ["cos", "cos-internal", "cos-cdc", "cosv6"];

/// The label of hosts of static websites.
const WEBSITE_ENDPOINT: &str = "cos-website";

/// Labels of hosts that serve something else than buckets.
const OTHER_ENDPOINTS: [&str; 3] = ["cos-control", "ci", "pic"];

/// Regions of the oldest hosts, which have no `cos` label.
const LEGACY_REGIONS: [&str; 6] = ["cn-north", "cn-south", "cn-south-2", "cn-east", "cn-southwest", "sg"];

/// Digits of the number behind a container's name.
const MOST_REPLICA_DIGITS: usize = 3;

/// A host's meaning.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Host<'a> {
    pub(super) bucket: Option<&'a str>,
    pub(super) endpoint: Endpoint,
    pub(super) region: Option<&'a str>,
}

impl<'a> Host<'a> {
    /// Reads a name in lower case; `domains` are suffixes beside COS's own and `localhost`.
    ///
    /// # Errors
    /// `InvalidURI`, `InvalidBucketName`, and `NotImplemented` for hosts of other services.
    pub(super) fn read(name: &'a str, domains: &'a [String]) -> Result<Self, Error> {
        let none = Self { bucket: None, endpoint: Endpoint::Rest, region: None };
        let local = ["localhost"].into_iter().chain(domains.iter().map(String::as_str));
        let is_cos = COS_SUFFIXES.iter().any(|suffix| before_suffix(name, suffix).is_some());
        let suffixes = COS_SUFFIXES.into_iter().chain(local);
        // The longest suffix wins, so that a --domain below localhost keeps its own meaning.
        let Some(rest) = suffixes.filter_map(|suffix| before_suffix(name, suffix)).min_by_key(|rest| rest.len()) else {
            // An unknown name, an address: a first label like a bucket's is one (inferred), anything else means path style.
            let first = first_label(name);
            let is_bucket = BucketName::is_like(first) && name.contains('.') && !is_replica(first);
            return Ok(Self { bucket: is_bucket.then_some(first), ..none });
        };
        let mut labels = rest.split('.').filter(|label| !label.is_empty()).peekable();
        let bucket = labels.next_if(|label| BucketName::is_like(label));
        let (endpoint, region) = match (labels.next(), labels.next()) {
            (None, _) => (Endpoint::Rest, None),
            (Some("service"), Some("cos")) => return Ok(none),
            (Some(WEBSITE_ENDPOINT), region) if bucket.is_some() => (Endpoint::Website, region),
            (Some(label), Some("accelerate")) if OBJECT_ENDPOINTS.contains(&label) => (Endpoint::Accelerate, None),
            (Some(label), region) if OBJECT_ENDPOINTS.contains(&label) => (Endpoint::Rest, region),
            // Batch jobs have the account in front: 1250000000.cos-control.
            (Some(endpoint), _) | (Some(_), Some(endpoint)) if OTHER_ENDPOINTS.contains(&endpoint) => {
                let message = format!("the service behind {endpoint}.<region> hosts is not implemented (the host is {name})");
                return Err(ErrorCode::NotImplemented.because(message));
            }
            (Some(region), None) if is_cos && LEGACY_REGIONS.contains(&region) => (Endpoint::Rest, Some(region)),
            (Some(label), _) if bucket.is_none() && !is_cos => {
                let message =
                    format!("the host {name} names the bucket {label:?}, which lacks its -<APPID>, as in demo-1250000000");
                return Err(ErrorCode::InvalidBucketName.because(message));
            }
            (Some(label), _) => {
                let message = format!("the host {name} is not one of COS's: {label:?} stands where cos.<region> should");
                return Err(ErrorCode::InvalidURI.because(message));
            }
        };
        Ok(Self { bucket, endpoint, region })
    }
}

/// Whether a name can be a user's own: the emulator's own names, and addresses, are not looked up.
pub(super) fn may_be_bound(name: &str, domains: &[String]) -> bool {
    let is_below = |suffix: &str| before_suffix(name, suffix).is_some();
    let is_local = is_below("localhost") || domains.iter().any(|domain| is_below(domain));
    let is_own = COS_SUFFIXES.into_iter().any(is_below) || is_local && BucketName::is_like(first_label(name));
    let is_address = name.starts_with('[') || name.ends_with(|last: char| last.is_ascii_digit());
    name.contains('.') && !is_address && !is_own
}

/// Whether a name in lower case is one of those that a client's proxy answers itself, whatever is bound to buckets: a name that
/// belongs to somebody else must not be answered in its place. `localhost` and `app.localhost` are other programs' names.
pub(super) fn is_served(name: &str, domains: &[String]) -> bool {
    let is_below = |suffix: &str| before_suffix(name, suffix).is_some_and(|rest| !rest.is_empty());
    let is_cos = COS_SUFFIXES.into_iter().chain(["localhost"]).any(is_below) && is_readable(name, domains);
    let is_users = domains.iter().any(|domain| before_suffix(name, domain).is_some());
    is_cos || is_users || Neighbour::read(name, domains).is_some()
}

/// Also the names of services that the emulator lacks and refuses by name.
fn is_readable(name: &str, domains: &[String]) -> bool {
    Host::read(name, domains).map_or_else(|error| error.code() == ErrorCode::NotImplemented, |_| true)
}

/// Whether a name is certainly the emulator's: an address, a single label, `localhost` or a further suffix. A name that a page of
/// another site has led here is none.
pub(super) fn is_plain(name: &str, domains: &[String]) -> bool {
    let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
    is_address || !name.contains('.') || domains.iter().any(|domain| domain == name)
}

/// Lower-case, without the port, and without the dot of the root that a name may end in: with and without it is one name.
pub(super) fn host_name(host: &str) -> Result<String, Error> {
    let refuse = || ErrorCode::InvalidURI.because(format!("the Host header {host:?} is not a host name"));
    let authority: Authority = host.parse().map_err(|_| refuse())?;
    // A URL's user would stand in front.
    if authority.as_str().contains('@') {
        return Err(refuse());
    }
    let name = authority.host().to_ascii_lowercase();
    Ok(name.strip_suffix('.').map(str::to_owned).unwrap_or(name))
}

/// `cos-0`, `project-cos-1`: how Kubernetes and Docker Compose number containers. An APPID has more digits.
fn is_replica(label: &str) -> bool {
    label.rsplit_once('-').is_some_and(|(_, number)| number.len() <= MOST_REPLICA_DIGITS)
}

fn first_label(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// The labels in front of a suffix, with their dots.
pub(super) fn before_suffix<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let rest = name.strip_suffix(suffix)?;
    (rest.is_empty() || rest.ends_with('.')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_lower_case_and_without_port_and_last_dot() {
        for (host, expected) in [
            ("B-1250000000.COS.test:443", Some("b-1250000000.cos.test")),
            ("cos.test.", Some("cos.test")),
            ("cos.test.:7436", Some("cos.test")),
            ("[::1]:7436", Some("[::1]")),
            ("user@cos.test", None),
            ("cos.test/x", None),
            ("cos%2etest", None),
            ("", None),
        ] {
            assert_eq!(host_name(host).ok().as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn a_proxy_serves_this_machine_under_no_spelling_of_its_name() {
        for host in ["LOCALHOST", "localhost.:80", "127.0.0.1.", "127.1", "0", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"] {
            let name = host_name(host).expect("a name");
            assert!(!is_served(&name, &[]), "{host}");
            assert!(!may_be_bound(&name, &[]), "{host}");
        }
        let served = host_name("b-1250000000.cos.ap-guangzhou.myqcloud.com.:443").expect("a name");
        assert!(is_served(&served, &[]));
    }
}
