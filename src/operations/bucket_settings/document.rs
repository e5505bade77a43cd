//! What PUT, GET and DELETE of a setting have in common: an XML document, put whole, given back, removed.

use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::setting::Setting;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::storage::ChangeBucket;

/// A setting that is one document. The rules of its content are those of its `TryFrom`.
pub(super) trait Document: Setting + TryFrom<Self::Wire, Error = Error> {
    /// The shape on the wire, both ways.
    type Wire: DeserializeOwned + Serialize + From<Self>;
    /// The root element.
    const ROOT: &'static str;
    /// The most bytes of it (documented for CORS and website, 436/8279 and 436/30617; inferred for the others).
    const LARGEST: usize = 64 << 10;
    /// What GET answers while nothing is set.
    const UNSET: Unset;
}

/// An answer to the GET of what was never set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unset {
    Refused(ErrorCode),
    /// 200, and the root element with nothing in it.
    EmptyDocument,
}

/// Replaces the setting: 200.
///
/// # Errors
/// Those of [`crate::operations::request::RequestHead::read_xml`], and those of the document's content.
pub(super) async fn put<D: Document>(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    put_if::<D>(context, body, |_, _| Ok(())).await
}

/// As [`put`], if `check` has nothing against it: it sees the bucket as it is when the setting is replaced, and the setting.
///
/// # Errors
/// As [`put`], and those of `check`.
pub(super) async fn put_if<D: Document>(
    context: &Context<'_>,
    body: &mut RequestBody,
    check: impl FnOnce(&Bucket, &D) -> Result<(), Error> + Send + 'static,
) -> Result<Response, Error> {
    let document = read::<D>(context, body).await?;
    change(context, move |bucket, _| check(bucket, &document).map(|()| Some(document))).await?;
    Ok(response::empty(StatusCode::OK, HeaderMap::new()))
}

/// The document in the body, checked.
///
/// # Errors
/// As [`put`].
pub(super) async fn read<D: Document>(context: &Context<'_>, body: &mut RequestBody) -> Result<D, Error> {
    context.head.read_xml::<D::Wire>(body, D::ROOT, D::LARGEST).await?.try_into()
}

/// Gives the setting back: 200.
///
/// # Errors
/// That of [`Document::UNSET`].
pub(super) fn get<D: Document>(context: &Context<'_>) -> Result<Response, Error> {
    match (context.store().setting::<D>(context.bucket()?)?, D::UNSET) {
        (Some(document), _) => Ok(response::document(D::ROOT, &D::Wire::from(document), HeaderMap::new())),
        (None, Unset::EmptyDocument) => Ok(response::document(D::ROOT, &(), HeaderMap::new())),
        (None, Unset::Refused(code)) => Err(code.into()),
    }
}

/// Removes the setting, also when there is none: 204.
///
/// # Errors
/// `NoSuchBucket` when the bucket goes at the same time.
pub(super) async fn delete<S: Setting>(context: &Context<'_>) -> Result<Response, Error> {
    change::<S>(context, |_, _| Ok(None)).await?;
    Ok(response::empty(StatusCode::NO_CONTENT, HeaderMap::new()))
}

/// Makes of the setting what `change` says, as [`crate::storage::Store::change_setting`] does.
///
/// # Errors
/// Those of `change`, and `NoSuchBucket` when the bucket goes at the same time.
pub(super) async fn change<S: Setting>(
    context: &Context<'_>,
    change: impl FnOnce(&Bucket, Option<S>) -> Result<Option<S>, Error> + Send + 'static,
) -> Result<(), Error> {
    match context.store().change_setting(&context.bucket()?.name, change).await? {
        ChangeBucket::Changed => Ok(()),
        ChangeBucket::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
        ChangeBucket::Refused(error) => Err(error),
    }
}
