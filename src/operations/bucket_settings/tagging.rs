//! PUT, GET and DELETE Bucket tagging: `/?tagging` (436/8281, 436/8277, 436/8286).

use http::{HeaderMap, StatusCode};

use crate::domain::error::{Error, ErrorCode};
use crate::domain::tag::{Tagged, Tags};
use crate::operations::bucket_settings::document::{self, Document, Unset};
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::tag_set::{ROOT, Tagging};

impl TryFrom<Tagging> for Tags {
    type Error = Error;

    fn try_from(tagging: Tagging) -> Result<Self, Error> {
        let tags = tagging.into_tags(Tagged::Bucket)?;
        if tags.is_empty() {
            return Err(ErrorCode::MalformedXML.because("the element <TagSet> is empty; it must hold a <Tag> at least"));
        }
        Ok(tags)
    }
}

impl Document for Tags {
    type Wire = Tagging;
    const ROOT: &'static str = ROOT;
    const UNSET: Unset = Unset::Refused(ErrorCode::NoSuchTagSet);
}

/// Alone among the documents it is answered with 204.
pub(crate) async fn put(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let tags: Tags = document::read(context, body).await?;
    document::change(context, |_, _| Ok(Some(tags))).await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}

pub(crate) fn get(context: &Context<'_>) -> Result<Response, Error> {
    document::get::<Tags>(context)
}

pub(crate) async fn delete(context: &Context<'_>) -> Result<Response, Error> {
    document::delete::<Tags>(context).await
}
