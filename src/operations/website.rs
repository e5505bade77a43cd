//! A bucket's static website, on its `cos-website` host: pages to read and nothing of the API (436/30958).

use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, LOCATION, RANGE};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::codec::percent;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::website::{Detour, ErrorDocument, Website};
use crate::operations::context::Context;
use crate::operations::object::{get_object, head_object};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response, insert};
use crate::operations::routes::Operation;
use crate::operations::target::{Resource, Target};

/// Kept with an object: where readers of it are sent.
const REDIRECT_LOCATION: &str = "x-cos-website-redirect-location";

/// What a request is for that a page was found in the place of.
const OF_THE_PAGE: [HeaderName; 5] = [IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, RANGE];

/// The operation that a method stands for on the host.
///
/// # Errors
/// `MethodNotAllowed`.
pub fn operation(method: &Method) -> Result<Operation, Error> {
    match *method {
        Method::GET => Ok(Operation::GetObject),
        Method::HEAD => Ok(Operation::HeadObject),
        Method::OPTIONS => Ok(Operation::OptionsObject),
        _ => Err(ErrorCode::MethodNotAllowed.because(format!("the method {method} is not allowed on a website"))),
    }
}

/// Answers a GET or HEAD, and asks for each object itself whether the caller may read it. Parameters are ignored.
///
/// # Errors
/// `NoSuchWebsiteConfiguration`, and those of GET Object for the page that was asked for.
pub async fn serve(context: &Context<'_>) -> Result<Response, Error> {
    let Some(website) = context.store().setting::<Website>(context.bucket()?)? else {
        return Err(ErrorCode::NoSuchWebsiteConfiguration.into());
    };
    let path = context.target.key().map_or("", ObjectKey::as_str);
    if website.is_https_only && !context.head.is_https() {
        let RequestHead { host, path, .. } = context.head;
        let location = format!("https://{host}{path}{}", context.head.query_string());
        return Ok(redirect(StatusCode::MOVED_PERMANENTLY, &location));
    }
    let shown = match website.detour(path) {
        Some(detour) => follow(context, context.head, &detour).await,
        None => first_of(context, &website.candidates(path)).await,
    };
    match shown {
        Err(error) if error.code().status().is_client_error() => instead_of(context, &website, path, error).await,
        shown => shown,
    }
}

/// Sends the client on, or shows it what is there.
async fn follow(context: &Context<'_>, head: &RequestHead, detour: &Detour) -> Result<Response, Error> {
    if !detour.is_visible {
        return show(context, head, &detour.key).await;
    }
    let origin = if detour.is_https { format!("https://{}", head.host) } else { head.origin() };
    let location = format!("{origin}/{}", percent::encode_key(&detour.key));
    Ok(redirect(StatusCode::FOUND, &location))
}

/// The first of the keys that is there.
async fn first_of(context: &Context<'_>, keys: &[String]) -> Result<Response, Error> {
    let (last, others) = keys.split_last().expect("a path has a candidate");
    for key in others {
        match show(context, context.head, key).await {
            Err(error) if error.code() == ErrorCode::NoSuchKey => {}
            shown => return shown,
        }
    }
    show(context, context.head, last).await
}

/// What stands for an error: where a rule leads, else the error document, else nothing.
async fn instead_of(context: &Context<'_>, website: &Website, path: &str, error: Error) -> Result<Response, Error> {
    let status = error.code().status();
    let head = plain(context.head);
    if let Some(detour) = website.detour_after(status.as_u16(), path) {
        return follow(context, &head, &detour).await.map_err(|_| error);
    }
    let Some(ErrorDocument { key, keeps_status, .. }) = &website.error_document else { return Err(error) };
    let mut shown = show(context, &head, key.as_str()).await.map_err(|_| error)?;
    if *keeps_status != Some(false) {
        *shown.status_mut() = status;
    }
    Ok(shown)
}

/// An object, if the caller may read it.
async fn show(context: &Context<'_>, head: &RequestHead, key: &str) -> Result<Response, Error> {
    let (bucket, key) = (context.bucket()?, key.parse()?);
    context.may(operation(&head.method)?, bucket, &key)?;
    let target = Target { resource: Resource::Object(bucket.name.clone(), key), ..context.target.clone() };
    let head = RequestHead { query: Vec::new(), ..head.clone() };
    let context = Context { head: &head, target: &target, bucket: Some(bucket.clone()), ..*context };
    let shown = if head.method == Method::HEAD { head_object::handle(&context)? } else { get_object::handle(&context).await? };
    match shown.headers().get(REDIRECT_LOCATION).and_then(|location| location.to_str().ok()) {
        Some(location) => Ok(redirect(StatusCode::MOVED_PERMANENTLY, location)),
        None => Ok(shown),
    }
}

/// The request without what was asked of another page.
fn plain(head: &RequestHead) -> RequestHead {
    let mut head = head.clone();
    for name in OF_THE_PAGE {
        head.headers.remove(name);
    }
    head
}

fn redirect(status: StatusCode, location: &str) -> Response {
    let mut headers = HeaderMap::new();
    insert(&mut headers, LOCATION, location);
    response::empty(status, headers)
}
