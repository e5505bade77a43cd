//! What an answer tells a browser of a CORS rule (`buckets.md` §6).

use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY};
use http::{HeaderMap, HeaderValue};

use crate::domain::bucket::Bucket;
use crate::domain::cors::{CorsGrant, CorsRules};
use crate::operations::response::insert;
use crate::storage::{StorageError, Store};

/// The bucket's rules and the console's.
///
/// # Errors
/// The store failed.
pub fn rules(store: &Store, bucket: Option<&Bucket>) -> Result<CorsRules, StorageError> {
    let own = bucket.map(|bucket| store.setting::<CorsRules>(bucket)).transpose()?.flatten();
    Ok(own.unwrap_or_default().with_console())
}

/// What every answer to a request with an origin carries.
pub fn of(grant: Option<&CorsGrant<'_>>, rules: &CorsRules) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(grant) = grant {
        insert(&mut headers, ACCESS_CONTROL_ALLOW_ORIGIN, grant.origin);
        if !grant.rule.exposed.is_empty() {
            insert(&mut headers, ACCESS_CONTROL_EXPOSE_HEADERS, &grant.rule.exposed.join(","));
        }
        if grant.is_for_one() {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
    if rules.response_vary == Some(true) || grant.is_some_and(CorsGrant::is_for_one) {
        headers.insert(VARY, HeaderValue::from_static("Origin"));
    }
    headers
}
