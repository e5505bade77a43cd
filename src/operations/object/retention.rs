//! PUT and GET Object retention: `/<key>?retention` (436/58038, 436/58039; 436/40135).

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::object_lock::{self, COMPLIANCE};
use crate::domain::setting::SettingKind;
use crate::operations::context::Context;
use crate::operations::object_headers::object_of;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::storage::{Object, Retained};

const LARGEST_BODY: usize = 64 << 10;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retention {
    mode: String,
    retain_until_date: String,
}

/// Locks an object, or keeps it locked for longer: never for a shorter time (436/40137).
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    if !context.bucket()?.settings.has(SettingKind::ObjectLock) {
        return Err(ErrorCode::NoSuchObjectLockConfiguration.into());
    }
    let Retention { mode, retain_until_date } = context.head.read_xml(body, "Retention", LARGEST_BODY).await?;
    let now = context.now;
    let until = object_lock::retain_until(mode.trim(), retain_until_date.trim(), now)?;
    let change = move |object: &mut Object| match object.retained(now) {
        Some(Retained(before)) if until < before => {
            let message = format!("the object is locked until {}; it cannot be unlocked earlier", before.iso_seconds());
            Err(ErrorCode::InvalidLockedTime.because(message))
        }
        _ => {
            object.retained_until = Some(until);
            Ok(())
        }
    };
    context.store().change_object(bucket, key, id, change).await?.changed(id)?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

/// The lock's end, also when it is over (inferred).
pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    let object = object_of(context.store().version(bucket, key, id)?, id)?;
    let until = object.retained_until.ok_or(ErrorCode::NoSuchObjectLockConfiguration)?;
    let retention = Retention { mode: COMPLIANCE.to_owned(), retain_until_date: until.iso_millis() };
    Ok(response::document("Retention", &retention, HeaderMap::new()))
}
