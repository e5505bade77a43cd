//! POST Object restore: `POST /<key>?restore` (436/12633).

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::domain::error::Error;
use crate::domain::restore::{Days, Restore, Tier};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::sse_headers;
use crate::storage::Object;

const LARGEST_BODY: usize = 64 << 10;

#[derive(Deserialize)]
struct RestoreRequest {
    #[serde(rename = "Days")]
    days: String,
    #[serde(default, rename = "CASJobParameters")]
    job: JobParameters,
}

#[derive(Default, Deserialize)]
struct JobParameters {
    #[serde(rename = "Tier")]
    tier: Option<String>,
}

/// 202 for a new copy, 200 for more or fewer days of one that is there (inferred).
pub(crate) async fn post(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    let id = context.head.version_id()?;
    // Python sends the customer key; it is not needed, but must be the right one.
    let customer_key = sse_headers::customer_key(context.head)?;
    let RestoreRequest { days, job } = context.head.read_xml(body, "RestoreRequest", LARGEST_BODY).await?;
    let days: Days = days.trim().parse()?;
    // The page asks for a tier; that it can be left out is inferred.
    let tier = job.tier.as_deref().map(str::trim).filter(|tier| !tier.is_empty()).map_or(Ok(Tier::Standard), str::parse)?;
    let now = context.now;
    let change = move |object: &mut Object| {
        if customer_key.is_some() {
            object.attributes.encryption.unlock(customer_key.as_ref())?;
        }
        let class = object.attributes.storage_class;
        object.restore = Some(Restore::ask(class, object.restore.as_ref(), tier, days, now)?);
        Ok(())
    };
    let object = context.store().change_object(bucket, key, id, change).await?.changed(id)?;
    let is_new = object.restore.is_some_and(|restore| restore.requested == now);
    Ok(response::empty(if is_new { StatusCode::ACCEPTED } else { StatusCode::OK }, HeaderMap::new()))
}
