//! Services beside COS: which hosts and paths are theirs.

use crate::domain::bucket::BucketName;
use crate::operations::directory::Directory;
use crate::operations::host::{self, before_suffix};
use crate::operations::target::{Addressing, Resource};

/// Where the metadata service keeps all that it tells, also on hosts that name no service.
const METADATA_PATH: &str = "/latest/meta-data/";

/// A service beside COS that is answered as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Neighbour {
    /// Temporary credentials for keys.
    Sts,
    /// What a machine of the cloud is told about itself.
    Metadata,
}

impl Neighbour {
    /// The service behind a name in lower case: `sts.tencentcloudapi.com`, with a region or `internal` in it, and
    /// `metadata.tencentyun.com`; also `sts` and `metadata` below `localhost` and each of `domains`.
    pub(super) fn read(name: &str, domains: &[String]) -> Option<Self> {
        if name == "metadata.tencentyun.com" {
            return Some(Self::Metadata);
        }
        if let Some(labels) = before_suffix(name, "tencentcloudapi.com") {
            let labels: Vec<&str> = labels.split('.').collect();
            return matches!(labels[..], ["sts", ""] | ["sts", _, ""]).then_some(Self::Sts);
        }
        let mut suffixes = ["localhost"].into_iter().chain(domains.iter().map(String::as_str));
        suffixes.find_map(|suffix| match before_suffix(name, suffix)? {
            "sts." => Some(Self::Sts),
            "metadata." => Some(Self::Metadata),
            _ => None,
        })
    }
}

impl Addressing {
    /// What a request to another service is about: one to that service's name, or of the metadata service's path on a host that
    /// names nothing.
    pub(super) fn neighbour(&self, name: &str, path: &str, directory: &impl Directory) -> Option<Resource> {
        let metadata = || Resource::Metadata(path.to_owned());
        match Neighbour::read(name, &self.domains) {
            Some(Neighbour::Sts) => Some(Resource::Sts),
            Some(Neighbour::Metadata) => Some(metadata()),
            None if path.starts_with(METADATA_PATH) && host::is_plain(name, &self.domains) => {
                // No bucket can be meant: `latest` has no APPID, unless it is completed to that of one that is there.
                let completed = format!("latest-{}", self.appid).parse::<BucketName>();
                let is_key = self.default_bucket.is_some() || completed.is_ok_and(|bucket| directory.has_bucket(&bucket));
                (!is_key).then(metadata)
            }
            None => None,
        }
    }

    /// Whether a host names neither a bucket nor another service, so that a request to its root may be for any.
    pub fn names_nothing(&self, host: &str, directory: &impl Directory) -> bool {
        let bare = Self { default_bucket: None, ..self.clone() };
        bare.resolve(host, "/", directory).is_ok_and(|target| target.resource == Resource::Service)
    }
}
