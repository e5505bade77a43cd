//! PUT, GET, List, DELETE and POST Bucket inventory: `/?inventory` (436/30625, 436/30623, 436/30627, 436/30626, 436/46869).

use http::{HeaderMap, StatusCode};
use serde::Serialize;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::inventory::{Inventories, InventoryId, OneTimeInventory, PeriodicInventory, Report};
use crate::operations::bucket_settings::document;
use crate::operations::bucket_settings::inventory_element::InventoryElement;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};

const ROOT: &str = "InventoryConfiguration";
const LARGEST: usize = 64 << 10;
const MOST_INVENTORIES: usize = 1000;
const LARGEST_PAGE: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListInventoryConfigurationResult {
    #[serde(rename = "InventoryConfiguration")]
    inventories: Vec<InventoryElement>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_continuation_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PostInventoryResult {
    job_id: String,
}

pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (id, element) = read(context, body).await?;
    let (is_enabled, schedule) = element.periodic()?;
    let report = Report::try_from(element)?;
    check_destination(context, &report)?;
    let made = context.now;
    document::change(context, move |_, inventories: Option<Inventories>| {
        let mut inventories = inventories.unwrap_or_default();
        let put = PeriodicInventory { number: inventories.next, id, is_enabled, schedule, report, made, last_run: None };
        if let Some(known) = inventories.periodic.iter_mut().find(|known| known.id == put.id) {
            *known = PeriodicInventory { number: known.number, made: known.made, last_run: known.last_run, ..put };
            return Ok(Some(inventories));
        }
        if inventories.periodic.len() == MOST_INVENTORIES {
            return Err(
                ErrorCode::InventoryFull.because(format!("the bucket has {MOST_INVENTORIES} inventories, the most allowed"))
            );
        }
        inventories.next += 1;
        inventories.periodic.push(put);
        Ok(Some(inventories))
    })
    .await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    let id: InventoryId = context.head.query("id")?;
    let found = periodic(context)?.into_iter().find(|inventory| inventory.id == id);
    let inventory = found.ok_or(ErrorCode::InventoryConfigurationNotFoundError)?;
    Ok(response::document(ROOT, &InventoryElement::from(inventory), HeaderMap::new()))
}

/// A page in the order in which they were made (observed: Python).
pub(crate) fn list(context: &Context<'_>) -> Result<Response, Error> {
    let token = context.head.query_text("continuation-token")?;
    let from = token.map_or(Ok(0), read_token)?;
    let mut rest = periodic(context)?;
    rest.retain(|inventory| inventory.number >= from);
    let next = rest.get(LARGEST_PAGE).map(|inventory| write_token(inventory.number));
    rest.truncate(LARGEST_PAGE);
    let result = ListInventoryConfigurationResult {
        inventories: rest.into_iter().map(InventoryElement::from).collect(),
        is_truncated: next.is_some(),
        continuation_token: token.map(str::to_owned),
        next_continuation_token: next,
    };
    Ok(response::document("ListInventoryConfigurationResult", &result, HeaderMap::new()))
}

/// 204, also when there is none (observed: Python).
pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    let id: InventoryId = context.head.query("id")?;
    document::change(context, move |_, inventories: Option<Inventories>| {
        let mut inventories = inventories.unwrap_or_default();
        inventories.periodic.retain(|inventory| inventory.id != id);
        Ok(Some(inventories).filter(|inventories| !inventories.is_empty()))
    })
    .await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}

/// Asks for one report, which is begun at once. Java needs the document in the answer.
pub(crate) async fn post(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (id, element) = read(context, body).await?;
    let report = Report::try_from(element)?;
    check_destination(context, &report)?;
    let job = context.services.random.hex::<16>();
    let asked = OneTimeInventory { job: job.clone(), id, report };
    document::change(context, move |_, inventories: Option<Inventories>| {
        let mut inventories = inventories.unwrap_or_default();
        let mut taken = inventories.once.iter().map(|once| &once.id).chain(inventories.periodic.iter().map(|known| &known.id));
        if taken.any(|id| *id == asked.id) {
            let message =
                format!("the id {:?} is that of a periodic inventory, or of one that is still being written", asked.id.as_str());
            return Err(ErrorCode::DuplicateInventoryId.because(message));
        }
        inventories.once.push(asked);
        Ok(Some(inventories))
    })
    .await?;
    context.services.agenda.ask();
    Ok(response::document("PostInventoryResult", &PostInventoryResult { job_id: job }, HeaderMap::new()))
}

/// The inventory in the body, and its id in the query, which it must repeat if it has one.
async fn read(context: &Context<'_>, body: &mut RequestBody) -> Result<(InventoryId, InventoryElement), Error> {
    let element: InventoryElement = context.head.read_xml(body, ROOT, LARGEST).await?;
    let id: InventoryId = context.head.query("id")?;
    match &element.id {
        Some(other) if other != id.as_str() => {
            let message = format!("<Id> is {other:?}, but the parameter id is {:?}; they must be equal", id.as_str());
            Err(ErrorCode::InvalidArgument.because(message))
        }
        _ => Ok((id, element)),
    }
}

/// A bucket of the same account that is there, where the inventory says (the codes are inferred).
fn check_destination(context: &Context<'_>, report: &Report) -> Result<(), Error> {
    let resource = &report.destination.bucket;
    let refuse = |code: ErrorCode, why: &str| Err(code.because(format!("the destination {} {why}", resource.text())));
    match context.store().bucket(&resource.value().bucket)? {
        None => refuse(ErrorCode::TargetBucketNameInvalid, "does not exist"),
        Some(bucket) if bucket.region != resource.value().region => {
            refuse(ErrorCode::TargetBucketNameInvalid, "is in another region")
        }
        Some(bucket) if bucket.owner != context.bucket()?.owner => {
            refuse(ErrorCode::UserNotTargetBucketOwner, "is another account's")
        }
        Some(_) => Ok(()),
    }
}

fn periodic(context: &Context<'_>) -> Result<Vec<PeriodicInventory>, Error> {
    Ok(context.store().setting::<Inventories>(context.bucket()?)?.map(|inventories| inventories.periodic).unwrap_or_default())
}

fn write_token(number: u64) -> String {
    format!("{number:016x}")
}

fn read_token(text: &str) -> Result<u64, Error> {
    u64::from_str_radix(text, 16).map_err(|_| {
        ErrorCode::InvalidArgument.because(format!("the parameter continuation-token is {text:?}, which no answer gave out"))
    })
}
