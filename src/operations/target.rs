//! Host and path -> what the request is about (`protocol.md` §1, `clients.md` §1).

use crate::codec::percent;
use crate::domain::bucket::{BucketName, Region};
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::operations::directory::Directory;
use crate::operations::host::{self, Host};
use crate::operations::routes::Scope;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub resource: Resource,
    pub endpoint: Endpoint,
    /// The region that the host names, if any.
    pub region: Option<Region>,
    /// Paths that a client may have signed, decoded: the path as sent, and in path style the path without the bucket.
    pub signed_paths: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    Service,
    Bucket(BucketName),
    Object(BucketName, ObjectKey),
    /// `/_cos/…` on a host that names no bucket; the path behind that.
    Control(String),
    /// The API that gives out temporary credentials.
    Sts,
    /// What a machine of the cloud is told about itself; the path, decoded.
    Metadata(String),
}

impl Target {
    pub fn bucket(&self) -> Option<&BucketName> {
        match &self.resource {
            Resource::Bucket(bucket) | Resource::Object(bucket, _) => Some(bucket),
            Resource::Service | Resource::Control(_) | Resource::Sts | Resource::Metadata(_) => None,
        }
    }

    pub fn key(&self) -> Option<&ObjectKey> {
        match &self.resource {
            Resource::Object(_, key) => Some(key),
            _ => None,
        }
    }

    /// `None` for the control API and other services, which have no operations of COS's.
    pub fn scope(&self) -> Option<Scope> {
        match self.resource {
            Resource::Service => Some(Scope::Service),
            Resource::Bucket(_) => Some(Scope::Bucket),
            Resource::Object(..) => Some(Scope::Object),
            Resource::Control(_) | Resource::Sts | Resource::Metadata(_) => None,
        }
    }
}

/// What the command line says about hosts and names.
#[derive(Debug, Clone)]
pub struct Addressing {
    /// Suffixes beside COS's own and `localhost`, in lower case.
    pub domains: Vec<String>,
    /// The bucket of a path that names none.
    pub default_bucket: Option<BucketName>,
    /// Completes a bucket of a path that has no APPID (COSFS sends such).
    pub appid: String,
}

impl Addressing {
    /// Whether a client that takes the emulator for its proxy is served under this host, which may have a port: COS's hosts and
    /// those of the credentials for them, every `--domain`, hosts below `localhost`, and names that are bound to a bucket.
    pub fn serves(&self, host: &str, directory: &impl Directory) -> bool {
        let Ok(name) = host::host_name(host) else { return false };
        host::is_served(&name, &self.domains) || host::may_be_bound(&name, &self.domains) && directory.bound(&name).is_some()
    }

    /// Resolves a request. `path` is as sent, undecoded.
    ///
    /// # Errors
    /// `InvalidURI` for a host or path that cannot be read, `InvalidBucketName`, `InvalidObjectName`, `KeyTooLong`, and
    /// `NotImplemented` for hosts of other services.
    pub fn resolve(&self, host: &str, path: &str, directory: &impl Directory) -> Result<Target, Error> {
        let name = host::host_name(host)?;
        let decoded = percent::decode(path)
            .ok_or_else(|| ErrorCode::InvalidURI.because("the path is not UTF-8 once its escapes are decoded"))?;
        if let Some(resource) = self.neighbour(&name, &decoded, directory) {
            return Ok(Target { resource, endpoint: Endpoint::Rest, region: None, signed_paths: vec![decoded] });
        }
        let bound = if host::may_be_bound(&name, &self.domains) { directory.bound(&name) } else { None };
        let (bucket, endpoint, region) = match bound {
            Some((bucket, endpoint)) => (bucket, endpoint, None),
            None => {
                let Host { bucket, endpoint, region } = Host::read(&name, &self.domains)?;
                let region = region.map(str::parse).transpose()?;
                let Some(bucket) = bucket else { return self.resolve_path(path, decoded, endpoint, region, directory) };
                (bucket.parse()?, endpoint, region)
            }
        };
        let resource = resource(bucket, decoded.strip_prefix('/').unwrap_or(&decoded))?;
        Ok(Target { resource, endpoint, region, signed_paths: vec![decoded] })
    }

    /// Path style: `/<bucket>-<appid>/<key>`, or a key of the default bucket.
    fn resolve_path(
        &self,
        path: &str,
        decoded: String,
        endpoint: Endpoint,
        region: Option<Region>,
        directory: &impl Directory,
    ) -> Result<Target, Error> {
        let exists = |name: &BucketName| directory.has_bucket(name);
        if let Some(rest) = decoded.strip_prefix("/_cos/") {
            return Ok(Target { resource: Resource::Control(rest.to_owned()), endpoint, region, signed_paths: vec![decoded] });
        }
        // Split before decoding: an escaped slash is part of the name.
        let (first, rest) = path
            .strip_prefix('/')
            .unwrap_or(path)
            .split_once('/')
            .map_or_else(|| (path.trim_start_matches('/'), None), |(first, rest)| (first, Some(rest)));
        if first.is_empty() && rest.is_none() {
            let resource = match &self.default_bucket {
                Some(bucket) if exists(bucket) => Resource::Bucket(bucket.clone()),
                _ => Resource::Service,
            };
            return Ok(Target { resource, endpoint, region, signed_paths: vec![decoded] });
        }
        let completed = || format!("{first}-{}", self.appid).parse::<BucketName>().ok().filter(&exists);
        let named = match first.parse::<BucketName>() {
            Ok(bucket) if self.default_bucket.is_none() || exists(&bucket) => Some(bucket),
            _ => completed(),
        };
        if let Some(bucket) = named {
            let key = percent::decode(rest.unwrap_or_default()).unwrap_or_default();
            let signed_paths = vec![decoded, format!("/{key}")];
            return Ok(Target { resource: resource(bucket, &key)?, endpoint, region, signed_paths });
        }
        if let Some(bucket) = &self.default_bucket {
            let resource = resource(bucket.clone(), decoded.strip_prefix('/').unwrap_or(&decoded))?;
            return Ok(Target { resource, endpoint, region, signed_paths: vec![decoded] });
        }
        if BucketName::is_like(first) {
            first.parse::<BucketName>()?;
        }
        let first: String = first.chars().take(80).collect();
        Err(ErrorCode::InvalidBucketName.because(format!(
            "the host names no bucket, so the path must begin with /<bucket>-<APPID>/, but it begins with /{first}; a bucket's name \
             ends in the APPID of an account, as in demo-{}; or start the emulator with --default-bucket for clients that send the \
             bucket nowhere",
            self.appid
        )))
    }
}

fn resource(bucket: BucketName, key: &str) -> Result<Resource, Error> {
    if key.is_empty() { Ok(Resource::Bucket(bucket)) } else { Ok(Resource::Object(bucket, key.parse()?)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn addressing() -> Addressing {
        Addressing { domains: vec!["cos.test".to_owned()], default_bucket: None, appid: "1250000000".to_owned() }
    }

    fn with_default() -> Addressing {
        Addressing { default_bucket: Some("home-1250000000".parse().expect("valid")), ..addressing() }
    }

    /// Two buckets, and names that lead to one of them.
    struct Two;

    impl Directory for Two {
        fn has_bucket(&self, name: &BucketName) -> bool {
            ["b-1250000000", "home-1250000000"].contains(&name.as_str())
        }

        fn bound(&self, name: &str) -> Option<(BucketName, Endpoint)> {
            assert!(!name.ends_with("myqcloud.com") && !name.starts_with("b-1250000000."), "{name} is looked up");
            let endpoint = match name {
                "files.example.com" | "files.localhost" | "a-1.example.com" => Endpoint::Rest,
                "www.example.com" => Endpoint::Website,
                _ => return None,
            };
            Some(("b-1250000000".parse().expect("valid"), endpoint))
        }
    }

    fn resolve(addressing: &Addressing, host: &str, path: &str) -> Result<Target, Error> {
        addressing.resolve(host, path, &Two)
    }

    fn described(target: Result<Target, Error>) -> String {
        match target {
            Ok(Target { resource, endpoint, region, .. }) => {
                let region = region.map_or(String::new(), |region| format!(" in {}", region.as_str()));
                let endpoint = if endpoint == Endpoint::Rest { String::new() } else { format!(" {endpoint:?}") };
                match resource {
                    Resource::Service => format!("service{region}{endpoint}"),
                    Resource::Bucket(bucket) => format!("{bucket}{region}{endpoint}"),
                    Resource::Object(bucket, key) => format!("{bucket} {}{region}{endpoint}", key.as_str()),
                    Resource::Control(path) => format!("control {path}"),
                    Resource::Sts => "sts".to_owned(),
                    Resource::Metadata(path) => format!("metadata {path}"),
                }
            }
            Err(error) => error.code().name().to_owned(),
        }
    }

    /// `protocol.md` §1.1, numbered as there, then §3 of the design.
    #[test]
    fn every_form_of_host() {
        for (host, path, expected) in [
            ("b-1250000000.cos.ap-guangzhou.myqcloud.com", "/k", "b-1250000000 k in ap-guangzhou"),
            ("B-1250000000.COS.ap-guangzhou.MyQcloud.com:7436", "/", "b-1250000000 in ap-guangzhou"),
            ("b-1250000000.cos.ap-guangzhou.myqcloud.com.:7436", "/k", "b-1250000000 k in ap-guangzhou"),
            ("files.example.com.", "/k", "b-1250000000 k"),
            ("service.cos.myqcloud.com", "/", "service"),
            ("service.cos.tencentcos.cn", "/", "service"),
            ("cos.ap-guangzhou.myqcloud.com", "/", "service in ap-guangzhou"),
            ("cos.ap-guangzhou.myqcloud.com", "/b-1250000000/k", "b-1250000000 k in ap-guangzhou"),
            ("b-1250000000.cos.ap-beijing-1.tencentcos.cn", "/k", "b-1250000000 k in ap-beijing-1"),
            ("b-1250000000.cos-internal.ap-guangzhou.tencentcos.cn", "/k", "b-1250000000 k in ap-guangzhou"),
            ("b-1250000000.cos.accelerate.myqcloud.com", "/k", "b-1250000000 k Accelerate"),
            ("b-1250000000.cos-internal.accelerate.tencentcos.cn", "/k", "b-1250000000 k Accelerate"),
            ("b-1250000000.cos-website.ap-guangzhou.myqcloud.com", "/k", "b-1250000000 k in ap-guangzhou Website"),
            ("b-1250000000.cos-website.ap-guangzhou.tencentcos.cn", "/", "b-1250000000 in ap-guangzhou Website"),
            ("b-1250000000.cos-website.ap-guangzhou.localhost:7436", "/k", "b-1250000000 k in ap-guangzhou Website"),
            ("b-1250000000.cos-website.cos.test", "/k", "b-1250000000 k Website"),
            ("cos-website.ap-guangzhou.myqcloud.com", "/", "InvalidURI"),
            ("1250000000.cos-control.ap-guangzhou.myqcloud.com", "/jobs", "NotImplemented"),
            ("b-1250000000.ci.ap-guangzhou.myqcloud.com", "/k", "NotImplemented"),
            ("b-1250000000.pic.ap-guangzhou.myqcloud.com", "/k", "NotImplemented"),
            ("b-1250000000.cn-south.myqcloud.com", "/k", "b-1250000000 k in cn-south"),
            ("b-1250000000.cosv6.ap-guangzhou.myqcloud.com", "/k", "b-1250000000 k in ap-guangzhou"),
            ("b-1250000000.cos-cdc.ap-guangzhou.myqcloud.com", "/k", "b-1250000000 k in ap-guangzhou"),
            ("b-1250000000.localhost:7436", "/k", "b-1250000000 k"),
            ("b-1250000000.cos.localhost", "/k", "b-1250000000 k"),
            ("b-1250000000.cos.test", "/k", "b-1250000000 k"),
            ("b-1250000000.cos.ap-shanghai.cos.test", "/k", "b-1250000000 k in ap-shanghai"),
            ("cos.test", "/b-1250000000/k", "b-1250000000 k"),
            ("c-1250000000.unknown.example", "/k", "c-1250000000 k"),
            ("Files.Example.com:7436", "/k", "b-1250000000 k"),
            ("www.example.com", "/", "b-1250000000 Website"),
            ("files.localhost", "/_cos/k", "b-1250000000 _cos/k"),
            ("a-1.example.com", "/k", "b-1250000000 k"),
            ("127.0.0.1:7436", "/b-1250000000/k", "b-1250000000 k"),
            ("[::1]:7436", "/b-1250000000/k", "b-1250000000 k"),
            ("localhost:7436", "/", "service"),
            ("cos-emulator:7436", "/b-1250000000", "b-1250000000"),
            ("my_service:7436", "/b-1250000000/k", "b-1250000000 k"),
            ("cos.my_default:7436", "/b-1250000000/k", "b-1250000000 k"),
            ("cos-1.my_default:7436", "/b-1250000000/k", "b-1250000000 k"),
            ("cos-emulator.default.svc.cluster.local", "/b-1250000000/k", "b-1250000000 k"),
            ("cos-emulator.default.svc.cluster.local.:7436", "/", "service"),
            ("cos-emulator-0.cos.default.svc.cluster.local", "/b-1250000000/k", "b-1250000000 k"),
            ("c-1250000000.cos.my_default:7436", "/k", "c-1250000000 k"),
            ("cos_1", "/_cos/health/live", "control health/live"),
            ("localhost", "/_cos/health/live", "control health/live"),
            ("b-1250000000.localhost", "/_cos/health/live", "b-1250000000 _cos/health/live"),
            ("sts.tencentcloudapi.com", "/", "sts"),
            ("sts.ap-guangzhou.tencentcloudapi.com:443", "/", "sts"),
            ("sts.internal.tencentcloudapi.com", "/", "sts"),
            ("sts.localhost:7436", "/", "sts"),
            ("sts.cos.test", "/", "sts"),
            ("metadata.tencentyun.com", "/latest/meta-data/", "metadata /latest/meta-data/"),
            ("metadata.localhost", "/k", "metadata /k"),
            ("127.0.0.1:7436", "/latest/meta-data/cam/", "metadata /latest/meta-data/cam/"),
            ("cos-emulator", "/latest/meta-data/cam/", "metadata /latest/meta-data/cam/"),
            ("rebound.example.com", "/latest/meta-data/cam/", "InvalidBucketName"),
            ("b-1250000000.localhost", "/latest/meta-data/k", "b-1250000000 latest/meta-data/k"),
            ("bucket.localhost", "/k", "InvalidBucketName"),
            ("what.ap-guangzhou.myqcloud.com", "/k", "InvalidURI"),
            ("a b", "/", "InvalidURI"),
        ] {
            assert_eq!(described(resolve(&addressing(), host, path)), expected, "{host}{path}");
        }
    }

    #[test]
    fn a_proxy_serves_coss_own_hosts_and_the_users() {
        for (host, is_served) in [
            ("b-1250000000.cos.ap-guangzhou.myqcloud.com:443", true),
            ("B-1250000000.COS.ap-guangzhou.tencentcos.cn", true),
            ("b-1250000000.cos-internal.accelerate.tencentcos.cn", true),
            ("b-1250000000.cos-website.ap-guangzhou.myqcloud.com", true),
            ("b-1250000000.cn-south.myqcloud.com", true),
            ("service.cos.myqcloud.com:80", true),
            ("cos.ap-guangzhou.myqcloud.com", true),
            ("1250000000.cos-control.ap-guangzhou.myqcloud.com", true),
            ("b-1250000000.cos.localhost:7436", true),
            ("cos.ap-guangzhou.localhost", true),
            ("cos.test", true),
            ("b-1250000000.cos.test", true),
            ("files.example.com", true),
            ("sts.tencentcloudapi.com", true),
            ("sts.ap-guangzhou.tencentcloudapi.com:443", true),
            ("metadata.tencentyun.com", true),
            ("localhost", false),
            ("app.localhost:3000", false),
            ("127.0.0.1:7436", false),
            ("[::1]:7436", false),
            ("cos-emulator", false),
            ("myqcloud.com", false),
            ("sms.myqcloud.com", false),
            ("cvm.tencentcloudapi.com", false),
            ("sts.a.b.tencentcloudapi.com", false),
            ("cos.ap-guangzhou.myqcloud.com.example.com", false),
            ("eviltencentcos.cn", false),
            ("other.example.com", false),
            ("files.example.com@other.example.com", false),
            ("other.example.com@files.example.com", false),
            ("a b", false),
        ] {
            assert_eq!(addressing().serves(host, &Two), is_served, "{host}");
        }
    }

    #[test]
    fn keys_are_decoded_once_and_never_normalised() {
        for (path, expected) in [
            ("/a%20b/.%2Fc%2Bd.txt", "b-1250000000 a b/./c+d.txt"),
            ("/a+b", "b-1250000000 a+b"),
            ("//a//../b/", "b-1250000000 /a//../b/"),
            ("/%2Fname", "b-1250000000 /name"),
            ("/a%252F", "b-1250000000 a%2F"),
            ("/%FF", "InvalidURI"),
        ] {
            assert_eq!(described(resolve(&addressing(), "b-1250000000.localhost", path)), expected, "{path}");
            let in_path_style = format!("/b-1250000000{path}");
            assert_eq!(described(resolve(&addressing(), "127.0.0.1", &in_path_style)), expected, "{in_path_style}");
        }
    }

    #[test]
    fn a_path_without_a_bucket_needs_the_default_bucket() {
        for (path, without, with) in [
            ("/b-1250000000/k", "b-1250000000 k", "b-1250000000 k"),
            ("/new-1250000000/k", "new-1250000000 k", "home-1250000000 new-1250000000/k"),
            ("/b/k", "b-1250000000 k", "b-1250000000 k"),
            ("/dir/k", "InvalidBucketName", "home-1250000000 dir/k"),
            ("/", "service", "home-1250000000"),
            ("/latest/meta-data/k", "metadata /latest/meta-data/k", "home-1250000000 latest/meta-data/k"),
        ] {
            assert_eq!(described(resolve(&addressing(), "127.0.0.1", path)), without, "{path}");
            assert_eq!(described(resolve(&with_default(), "127.0.0.1", path)), with, "{path}");
        }
    }

    #[test]
    fn a_host_that_names_nothing_is_known() {
        for (host, expected) in [
            ("127.0.0.1:7436", true),
            ("localhost", true),
            ("cos-emulator", true),
            ("b-1250000000.localhost", false),
            ("files.example.com", false),
            ("sts.localhost", false),
            ("a b", false),
        ] {
            assert_eq!(with_default().names_nothing(host, &Two), expected, "{host}");
        }
    }

    #[test]
    fn in_path_style_the_path_without_the_bucket_may_be_signed() {
        let target = resolve(&addressing(), "127.0.0.1", "/b-1250000000/a%2Fb").expect("resolves");
        assert_eq!(target.signed_paths, ["/b-1250000000/a/b", "/a/b"]);
        let target = resolve(&addressing(), "b-1250000000.localhost", "/a").expect("resolves");
        assert_eq!(target.signed_paths, ["/a"]);
    }

    proptest! {
        #[test]
        fn no_host_or_path_panics(host in "\\PC{0,30}", labels in "[a-z0-9.:-]{0,40}", path in "[/%a-zA-Z0-9._+-]{0,30}") {
            for addressing in [addressing(), with_default()] {
                for host in [&host, &labels, &format!("{labels}.myqcloud.com"), &format!("{labels}localhost")] {
                    let _ = resolve(&addressing, host, &path);
                    let _ = resolve(&addressing, host, &format!("/{path}"));
                }
            }
        }
    }
}
