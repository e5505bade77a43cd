//! What stands for an object that a GET does not find: a copy pulled from another bucket of the emulator, or the origin's address.
//! The emulator itself dials nothing.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPIRES, LOCATION};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::codec::percent;
use crate::domain::account::Caller;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::metadata::USER_PREFIX;
use crate::domain::origin::{Origin, OriginKind, OriginRule, OriginScheme};
use crate::operations::context::Context;
use crate::operations::object::{get_object, put_object};
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::{self, Response, insert};
use crate::operations::routes::Operation;

/// What is kept of an origin's answer, beside user metadata (436/52813).
const KEPT: [HeaderName; 5] = [CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, EXPIRES];

/// Gives an answer to GET or HEAD Object on, unless it is an error that a rule of the bucket's origin is for.
///
/// # Errors
/// The answer's own, and `MirrorFailed` (the code is inferred).
pub(super) async fn instead_of(context: &Context<'_>, answer: Result<Response, Error>) -> Result<Response, Error> {
    let Err(error) = answer else { return answer };
    let status = error.code().status().as_u16();
    let (bucket, key) = (context.bucket()?, context.object()?.1);
    if status < 400 || context.head.version_id()?.is_some() {
        return Err(error);
    }
    let Some(origin) = context.store().setting::<Origin>(bucket)? else { return Err(error) };
    let Some(rule) = origin.rule(status, key.as_str()) else { return Err(error) };
    match rule.kind {
        OriginKind::Redirect => Ok(redirect(context, rule)),
        _ if context.head.method != Method::GET => Err(error),
        OriginKind::Proxy => {
            if let Ok(found) = fetch(context, rule).await
                && rule.stores
            {
                store(context, found).await?;
            }
            Ok(redirect(context, rule))
        }
        OriginKind::Mirror => match fetch(context, rule).await {
            Ok(found) if rule.stores => {
                store(context, found).await?;
                get_object::handle(context).await
            }
            Ok(found) => Ok(found),
            Err(failure) if failure.code().status() == StatusCode::NOT_FOUND => Err(error),
            Err(failure) if rule.shows_errors || failure.code() == ErrorCode::MirrorFailed => Err(failure),
            Err(failure) => Err(ErrorCode::MirrorFailed.because(format!("the origin answered: {failure}"))),
        },
    }
}

/// Sends the client to the origin's first host.
fn redirect(context: &Context<'_>, rule: &OriginRule) -> Response {
    let scheme = match rule.scheme {
        OriginScheme::Https => "https",
        OriginScheme::Follow if context.head.is_https() => "https",
        OriginScheme::Http | OriginScheme::Follow => "http",
    };
    let key = rule.mapping.apply(context.target.key().map_or("", |key| key.as_str()));
    let query = if rule.follows_query { context.head.query_string() } else { String::new() };
    let mut headers = HeaderMap::new();
    insert(&mut headers, LOCATION, &format!("{scheme}://{}/{}{query}", rule.hosts[0].name, percent::encode_key(&key)));
    response::empty(StatusCode::from_u16(rule.redirect_status).unwrap_or(StatusCode::FOUND), headers)
}

/// Asks the hosts in order, each before its standbys, until one has the object or an error that no other is asked after.
async fn fetch(context: &Context<'_>, rule: &OriginRule) -> Result<Response, Error> {
    let key = rule.mapping.apply(context.object()?.1.as_str());
    let names: Vec<&String> = rule.hosts.iter().flat_map(|host| [&host.name].into_iter().chain(&host.standbys)).collect();
    let mut failure = ErrorCode::MirrorFailed.into();
    for name in names {
        match ask(context, name, &key).await {
            Err(error) if is_passed_on(rule, &error) => failure = error,
            answer => return answer,
        }
    }
    Err(failure)
}

fn is_passed_on(rule: &OriginRule, error: &Error) -> bool {
    let status = error.code().status();
    error.code() == ErrorCode::MirrorFailed || status.is_server_error() || rule.standby_statuses.contains(&status.as_u16())
}

/// A GET of the object on another host of the emulator: by the owner of both buckets, or by nobody.
async fn ask(context: &Context<'_>, host: &str, key: &str) -> Result<Response, Error> {
    let refuse = |why: &str| Err(ErrorCode::MirrorFailed.because(format!("the origin {host} {why}; the emulator dials nothing")));
    let path = format!("/{}", percent::encode_key(key));
    let Ok(target) = context.services.addressing.resolve(host, &path, context.store()) else {
        return refuse("is no host of a bucket here");
    };
    let (Some(name), Some(key), Endpoint::Rest | Endpoint::Accelerate) = (target.bucket(), target.key(), target.endpoint) else {
        return refuse("is no host of a bucket's objects");
    };
    let Some(bucket) = context.store().bucket(name)? else { return refuse("names a bucket that is not here") };
    let head = head(context, Method::GET, HeaderMap::new());
    let is_ours = bucket.owner == context.bucket()?.owner;
    let asking = Context {
        head: &head,
        target: &target,
        caller: if is_ours { context.caller } else { &Caller::Anonymous },
        bucket: Some(bucket.clone()),
        ..*context
    };
    if !is_ours {
        asking.may(Operation::GetObject, &bucket, key)?;
    }
    get_object::handle(&asking).await
}

/// Stores what the origin gave, as a PUT of it would.
async fn store(context: &Context<'_>, found: Response) -> Result<(), Error> {
    let (parts, body) = found.into_parts();
    let is_kept = |name: &HeaderName| KEPT.contains(name) || name.as_str().starts_with(USER_PREFIX) || name == CONTENT_LENGTH;
    let headers = parts.headers.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (name.clone(), value.clone()));
    let head = head(context, Method::PUT, headers.collect());
    let mut body = RequestBody::new(Body::new(body), &head.headers);
    let putting = Context { head: &head, bucket: context.bucket.clone(), ..*context };
    put_object::handle(&putting, &mut body).await?;
    Ok(())
}

/// A request of the emulator's own.
fn head(context: &Context<'_>, method: Method, headers: HeaderMap) -> RequestHead {
    RequestHead { method, query: Vec::new(), headers, ..context.head.clone() }
}
