//! Buckets as settings name them, with their region.

use std::str::FromStr;

use crate::domain::bucket::{BucketName, Region};
use crate::domain::error::{Error, ErrorCode};

/// `qcs::cos:<region>::<name>-<APPID>` (PUT Bucket replication, 436/19223), or the form of old,
/// `qcs:id/0:cos:<region>:appid/<APPID>:<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketResource {
    pub region: Region,
    pub bucket: BucketName,
}

impl FromStr for BucketResource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || match text.split(':').collect::<Vec<_>>()[..] {
            ["qcs", "", "cos", region, "", bucket] => Some((region, bucket.to_owned())),
            ["qcs", project, "cos", region, appid, bucket] if project.starts_with("id/") => {
                Some((region, format!("{bucket}-{}", appid.strip_prefix("appid/")?)))
            }
            _ => None,
        };
        let parsed =
            read().and_then(|(region, bucket)| Some(Self { region: region.parse().ok()?, bucket: bucket.parse().ok()? }));
        parsed.ok_or_else(|| {
            let message = format!("the bucket {text:?} must be written as qcs::cos:<region>::<name>-<APPID>");
            ErrorCode::TargetBucketNameInvalid.because(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_name_region_and_bucket() {
        for text in ["qcs::cos:ap-beijing::dst-1250000000", "qcs:id/0:cos:ap-beijing:appid/1250000000:dst"] {
            let resource: BucketResource = text.parse().expect(text);
            assert_eq!((resource.region.as_str(), resource.bucket.as_str()), ("ap-beijing", "dst-1250000000"));
        }
        for text in [
            "",
            "dst-1250000000",
            "qcs::cos:ap-beijing::dst",
            "qcs::cos:::dst-1250000000",
            "qcs::cos:ap-beijing:x:dst-1250000000",
            "qcs:id/0:cos:ap-beijing:1250000000:dst",
            "qcs::cos:ap-beijing::dst-1250000000:x",
        ] {
            assert_eq!(text.parse::<BucketResource>().expect_err(text).code(), ErrorCode::TargetBucketNameInvalid);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", parts in "[a-z0-9:/-]{0,40}") {
            let _ = text.parse::<BucketResource>();
            let _ = parts.parse::<BucketResource>();
        }
    }
}
