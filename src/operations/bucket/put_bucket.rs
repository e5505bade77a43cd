//! PUT Bucket: `PUT /` (436/7738).

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::domain::acl::AclOf;
use crate::domain::bucket::{Bucket, BucketName, Region};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::tag::{Tagged, Tags};
use crate::operations::acl_headers;
use crate::operations::context::Context;
use crate::operations::headers::TAGGING;
use crate::operations::request::{BodyLength, RequestBody};
use crate::operations::response::{self, Response};
use crate::storage::{CreateBucket, FirstSettings};

const LARGEST_BODY: usize = 64 << 10;

/// Often empty (coscli), or absent.
#[derive(Default, Deserialize)]
struct CreateBucketConfiguration {
    #[serde(rename = "LocationConstraint")]
    location_constraint: Option<String>,
    #[serde(rename = "BucketAZConfig")]
    az: Option<String>,
    #[serde(rename = "BucketArchConfig")]
    arch: Option<String>,
}

impl CreateBucketConfiguration {
    async fn read(context: &Context<'_>, body: &mut RequestBody) -> Result<Self, Error> {
        if matches!(body.length(), BodyLength::Missing | BodyLength::Declared(0)) {
            return Ok(Self::default());
        }
        match context.head.read_xml(body, "CreateBucketConfiguration", LARGEST_BODY).await {
            Err(error) if error.code() == ErrorCode::MissingRequestBodyError => Ok(Self::default()),
            configuration => configuration,
        }
    }

    /// Where the bucket is to be: where the host leads to, else where the body says, else where the emulator is set to be.
    fn region(&self, context: &Context<'_>) -> Result<Region, Error> {
        let asked = self.location_constraint.as_deref().filter(|location| !location.is_empty());
        match (&context.target.region, asked) {
            (Some(region), Some(asked)) if asked != region.as_str() => {
                let message = format!("LocationConstraint is {asked:?}, but the request's host leads to {}", region.as_str());
                Err(ErrorCode::InvalidLocationConstraint.because(message))
            }
            (Some(region), _) => Ok(region.clone()),
            // A host that names no region is the emulator's own, so no source says what the service would do (inferred).
            (None, Some(asked)) => {
                asked.parse().map_err(|error: Error| ErrorCode::InvalidLocationConstraint.because(error.message().to_owned()))
            }
            (None, None) => Ok(context.services.region.clone()),
        }
    }

    /// Makes the bucket what is asked for, if that can be.
    fn apply(&self, bucket: &mut Bucket) -> Result<(), Error> {
        bucket.is_multi_az = is_asked("BucketAZConfig", self.az.as_deref(), "MAZ", Some("OAZ"))?;
        bucket.is_ofs = is_asked("BucketArchConfig", self.arch.as_deref(), "OFS", None)?;
        Ok(())
    }
}

/// Whether an element has the one text that asks for something; `plain` says as much as no element.
fn is_asked(element: &str, text: Option<&str>, special: &str, plain: Option<&str>) -> Result<bool, Error> {
    match text {
        None | Some("") => Ok(false),
        Some(text) if text == special => Ok(true),
        text if text == plain => Ok(false),
        Some(text) => {
            let message = format!("the element <{element}> is {text:?}; it must be {special}, or left out");
            Err(ErrorCode::InvalidArgument.because(message))
        }
    }
}

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let name = context.target.bucket().expect("the table gives this operation requests with a bucket");
    let (appid, _) = context.account()?;
    check_appid(context, name, appid)?;
    let configuration = CreateBucketConfiguration::read(context, body).await?;
    let region = configuration.region(context)?;
    let tags = Tags::from_header(context.head.header_text(&TAGGING)?.unwrap_or_default(), Tagged::Bucket)?;
    let mut bucket = Bucket::new(name.clone(), region, appid.to_owned(), context.now);
    configuration.apply(&mut bucket)?;
    let acl = acl_headers::read(context.head, AclOf::Bucket)?;
    let settings = FirstSettings::default().with((!tags.is_empty()).then_some(&tags)).with(acl.as_ref());
    match context.store().create_bucket_with(bucket, settings).await? {
        CreateBucket::Created => Ok(response::empty(StatusCode::OK, HeaderMap::new())),
        CreateBucket::Exists(existing) if existing.owner == appid => Err(ErrorCode::BucketAlreadyOwnedByYou.into()),
        CreateBucket::Exists(_) => Err(ErrorCode::BucketAlreadyExists.into()),
    }
}

/// A name's APPID that is another account's is refused (inferred); one that is nobody's goes to whoever creates the bucket.
fn check_appid(context: &Context<'_>, name: &BucketName, appid: &str) -> Result<(), Error> {
    if name.appid() != appid && context.services.accounts.by_appid(name.appid()).is_some() {
        let message = format!("the APPID {} of {name} is another account's; yours is {appid}", name.appid());
        return Err(ErrorCode::AccessDenied.because(message));
    }
    Ok(())
}
