//! May a request come from this page? Asked before the caller's rights, of requests for objects that are not signed: who signs
//! has the owner's leave, wherever the link stands (`buckets.md` §1.7, §10).

use http::header::REFERER;

use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::referer::RefererRules;
use crate::operations::authenticate::SignaturePlace;
use crate::operations::request::RequestHead;
use crate::operations::target::{Resource, Target};
use crate::storage::Store;

/// `signed` is where the signature stands, if there is one.
///
/// # Errors
/// `AccessDenied`.
pub(super) fn check(
    store: &Store,
    head: &RequestHead,
    target: &Target,
    bucket: Option<&Bucket>,
    signed: Option<SignaturePlace>,
) -> Result<(), Error> {
    let (Resource::Object(..), Some(bucket)) = (&target.resource, bucket) else { return Ok(()) };
    let Some(rules) = store.setting::<RefererRules>(bucket)? else { return Ok(()) };
    let is_exempt = match signed {
        None => false,
        Some(SignaturePlace::Header) => true,
        Some(SignaturePlace::Url) => !rules.judges_signed_urls,
    };
    let referer = head.headers.get(REFERER).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if is_exempt || rules.allow(referer.as_deref()) {
        return Ok(());
    }
    Err(ErrorCode::AccessDenied.because("You are denied by bucket referer rule"))
}
