//! PUT and GET Bucket ObjectLockConfiguration: `/?object-lock` (436/40133, 436/40134).

use serde::{Deserialize, Serialize};

use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::object_lock::{ObjectLock, Retention};
use crate::domain::setting::SettingKind;
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::bucket_settings::element::{choice, given, number};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::Response;

const MOST_DAYS: u16 = 36_500;

/// What a locked bucket cannot have.
const EXCLUDED: [(SettingKind, &str); 3] = [
    (SettingKind::Replication, "a replication"),
    (SettingKind::Lifecycle, "a lifecycle"),
    (SettingKind::IntelligentTiering, "intelligent tiering"),
];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ObjectLockConfiguration {
    object_lock_enabled: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleElement>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleElement {
    default_retention: DefaultRetention,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DefaultRetention {
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    days: String,
}

impl TryFrom<ObjectLockConfiguration> for ObjectLock {
    type Error = Error;

    fn try_from(configuration: ObjectLockConfiguration) -> Result<Self, Error> {
        choice("ObjectLockEnabled", &configuration.object_lock_enabled, &[("Enabled", ())])?;
        Ok(Self { default: configuration.rule.map(|rule| rule.default_retention.try_into()).transpose()? })
    }
}

impl TryFrom<DefaultRetention> for Retention {
    type Error = Error;

    fn try_from(DefaultRetention { mode, days }: DefaultRetention) -> Result<Self, Error> {
        let mode = given(mode).map(|text| choice("Mode", &text, &[("COMPLIANCE", ())])).transpose()?;
        Ok(Self { days: number("Days", &days, 1..=MOST_DAYS)?, says_mode: mode.is_some() })
    }
}

impl From<ObjectLock> for ObjectLockConfiguration {
    fn from(lock: ObjectLock) -> Self {
        let rule = |Retention { days, says_mode }: Retention| RuleElement {
            default_retention: DefaultRetention { mode: says_mode.then(|| "COMPLIANCE".to_owned()), days: days.to_string() },
        };
        Self { object_lock_enabled: "Enabled".to_owned(), rule: lock.default.map(rule) }
    }
}

impl Document for ObjectLock {
    type Wire = ObjectLockConfiguration;
    const ROOT: &'static str = "ObjectLockConfiguration";
    const UNSET: Unset = Unset::Refused(ErrorCode::NoSuchObjectLockConfiguration);
}

/// The time may be changed or removed again, for objects to come (pages since 2024).
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    document::put_if::<ObjectLock>(context, body, |bucket, _| check(bucket)).await
}

fn check(bucket: &Bucket) -> Result<(), Error> {
    if let Some((_, what)) = EXCLUDED.iter().find(|(kind, _)| bucket.settings.has(*kind)) {
        return Err(ErrorCode::BucketLocked.because(format!("a bucket that has {what} cannot have object lock")));
    }
    if bucket.versioning != Versioning::Never {
        return Err(ErrorCode::InvalidBucketState.because("a bucket that was ever versioned cannot have object lock"));
    }
    Ok(())
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<ObjectLock>(context)
}
