//! Which operation a request asks for: one table.

use http::{HeaderMap, Method};

use crate::domain::error::{Error, ErrorCode};

pub use crate::operations::operation::Operation;

/// What a request's host and path lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Service,
    Bucket,
    Object,
}

/// A row of the table: the request has the method, the scope, all of the query parameters, with or without values, and the header
/// with a value.
#[derive(Debug)]
pub struct Route {
    pub operation: Operation,
    pub method: Method,
    pub scope: Scope,
    pub query: &'static [&'static str],
    /// In lower case.
    pub header: Option<&'static str>,
}

const fn route(operation: Operation, method: Method, scope: Scope, query: &'static [&'static str]) -> Route {
    Route { operation, method, scope, query, header: None }
}

const fn route_with(
    operation: Operation,
    method: Method,
    scope: Scope,
    query: &'static [&'static str],
    header: &'static str,
) -> Route {
    Route { operation, method, scope, query, header: Some(header) }
}

/// Without it a PUT brings its own bytes.
const COPY_SOURCE: &str = "x-cos-copy-source";

/// Tried top to bottom: a row with more conditions stands above the row it narrows.
pub static ROUTES: &[Route] = &[
    route_with(Operation::UploadPartCopy, Method::PUT, Scope::Object, &["uploadId"], COPY_SOURCE),
    route_with(Operation::UploadPartCopy, Method::PUT, Scope::Object, &["partNumber"], COPY_SOURCE),
    route(Operation::UploadPart, Method::PUT, Scope::Object, &["uploadId"]),
    route(Operation::UploadPart, Method::PUT, Scope::Object, &["partNumber"]),
    route(Operation::InitiateMultipartUpload, Method::POST, Scope::Object, &["uploads"]),
    route(Operation::SelectObjectContent, Method::POST, Scope::Object, &["select"]),
    route(Operation::CompleteMultipartUpload, Method::POST, Scope::Object, &["uploadId"]),
    route(Operation::AbortMultipartUpload, Method::DELETE, Scope::Object, &["uploadId"]),
    route(Operation::ListParts, Method::GET, Scope::Object, &["uploadId"]),
    route(Operation::ListMultipartUploads, Method::GET, Scope::Bucket, &["uploads"]),
    route(Operation::ListObjectVersions, Method::GET, Scope::Bucket, &["versions"]),
    route(Operation::GetBucketLocation, Method::GET, Scope::Bucket, &["location"]),
    route(Operation::PutObjectAcl, Method::PUT, Scope::Object, &["acl"]),
    route(Operation::GetObjectAcl, Method::GET, Scope::Object, &["acl"]),
    route(Operation::PutBucketAccelerate, Method::PUT, Scope::Bucket, &["accelerate"]),
    route(Operation::GetBucketAccelerate, Method::GET, Scope::Bucket, &["accelerate"]),
    route(Operation::PutBucketAcl, Method::PUT, Scope::Bucket, &["acl"]),
    route(Operation::GetBucketAcl, Method::GET, Scope::Bucket, &["acl"]),
    route(Operation::PutBucketCors, Method::PUT, Scope::Bucket, &["cors"]),
    route(Operation::GetBucketCors, Method::GET, Scope::Bucket, &["cors"]),
    route(Operation::DeleteBucketCors, Method::DELETE, Scope::Bucket, &["cors"]),
    route(Operation::PutBucketDomain, Method::PUT, Scope::Bucket, &["domain"]),
    route(Operation::GetBucketDomain, Method::GET, Scope::Bucket, &["domain"]),
    route(Operation::DeleteBucketDomain, Method::DELETE, Scope::Bucket, &["domain"]),
    route(Operation::PutBucketDomainCertificate, Method::PUT, Scope::Bucket, &["domaincertificate"]),
    route(Operation::GetBucketDomainCertificate, Method::GET, Scope::Bucket, &["domaincertificate"]),
    route(Operation::DeleteBucketDomainCertificate, Method::DELETE, Scope::Bucket, &["domaincertificate"]),
    route(Operation::PutBucketInventory, Method::PUT, Scope::Bucket, &["inventory"]),
    route(Operation::GetBucketInventory, Method::GET, Scope::Bucket, &["inventory", "id"]),
    route(Operation::ListBucketInventory, Method::GET, Scope::Bucket, &["inventory"]),
    route(Operation::DeleteBucketInventory, Method::DELETE, Scope::Bucket, &["inventory"]),
    route(Operation::PostBucketInventory, Method::POST, Scope::Bucket, &["inventory"]),
    route(Operation::PutBucketLifecycle, Method::PUT, Scope::Bucket, &["lifecycle"]),
    route(Operation::GetBucketLifecycle, Method::GET, Scope::Bucket, &["lifecycle"]),
    route(Operation::DeleteBucketLifecycle, Method::DELETE, Scope::Bucket, &["lifecycle"]),
    route(Operation::PutBucketEncryption, Method::PUT, Scope::Bucket, &["encryption"]),
    route(Operation::GetBucketEncryption, Method::GET, Scope::Bucket, &["encryption"]),
    route(Operation::DeleteBucketEncryption, Method::DELETE, Scope::Bucket, &["encryption"]),
    route(Operation::PutBucketIntelligentTiering, Method::PUT, Scope::Bucket, &["intelligenttiering"]),
    route(Operation::PutBucketIntelligentTiering, Method::PUT, Scope::Bucket, &["intelligent-tiering"]),
    route(Operation::GetBucketIntelligentTiering, Method::GET, Scope::Bucket, &["intelligenttiering"]),
    route(Operation::GetBucketIntelligentTiering, Method::GET, Scope::Bucket, &["intelligent-tiering", "id"]),
    route(Operation::ListBucketIntelligentTiering, Method::GET, Scope::Bucket, &["intelligent-tiering"]),
    route(Operation::DeleteBucketIntelligentTiering, Method::DELETE, Scope::Bucket, &["intelligent-tiering"]),
    route(Operation::PutBucketObjectLockConfiguration, Method::PUT, Scope::Bucket, &["object-lock"]),
    route(Operation::GetBucketObjectLockConfiguration, Method::GET, Scope::Bucket, &["object-lock"]),
    route(Operation::PutBucketPolicy, Method::PUT, Scope::Bucket, &["policy"]),
    route(Operation::GetBucketPolicy, Method::GET, Scope::Bucket, &["policy"]),
    route(Operation::DeleteBucketPolicy, Method::DELETE, Scope::Bucket, &["policy"]),
    route(Operation::PutBucketReferer, Method::PUT, Scope::Bucket, &["referer"]),
    route(Operation::GetBucketReferer, Method::GET, Scope::Bucket, &["referer"]),
    route(Operation::PutBucketReplication, Method::PUT, Scope::Bucket, &["replication"]),
    route(Operation::GetBucketReplication, Method::GET, Scope::Bucket, &["replication"]),
    route(Operation::DeleteBucketReplication, Method::DELETE, Scope::Bucket, &["replication"]),
    route(Operation::PutBucketStrictSignature, Method::PUT, Scope::Bucket, &["strict-signature"]),
    route(Operation::GetBucketStrictSignature, Method::GET, Scope::Bucket, &["strict-signature"]),
    route(Operation::DeleteBucketStrictSignature, Method::DELETE, Scope::Bucket, &["strict-signature"]),
    route(Operation::PutBucketTagging, Method::PUT, Scope::Bucket, &["tagging"]),
    route(Operation::GetBucketTagging, Method::GET, Scope::Bucket, &["tagging"]),
    route(Operation::DeleteBucketTagging, Method::DELETE, Scope::Bucket, &["tagging"]),
    route(Operation::PutBucketLogging, Method::PUT, Scope::Bucket, &["logging"]),
    route(Operation::GetBucketLogging, Method::GET, Scope::Bucket, &["logging"]),
    route(Operation::PutBucketOrigin, Method::PUT, Scope::Bucket, &["origin"]),
    route(Operation::GetBucketOrigin, Method::GET, Scope::Bucket, &["origin"]),
    route(Operation::DeleteBucketOrigin, Method::DELETE, Scope::Bucket, &["origin"]),
    route(Operation::AppendObject, Method::POST, Scope::Object, &["append"]),
    route(Operation::PostObjectRestore, Method::POST, Scope::Object, &["restore"]),
    route(Operation::PutObjectRetention, Method::PUT, Scope::Object, &["retention"]),
    route(Operation::GetObjectRetention, Method::GET, Scope::Object, &["retention"]),
    route(Operation::RenameObject, Method::PUT, Scope::Object, &["rename"]),
    route(Operation::PutSymlink, Method::PUT, Scope::Object, &["symlink"]),
    route(Operation::GetSymlink, Method::GET, Scope::Object, &["symlink"]),
    route(Operation::PutBucketWebsite, Method::PUT, Scope::Bucket, &["website"]),
    route(Operation::GetBucketWebsite, Method::GET, Scope::Bucket, &["website"]),
    route(Operation::DeleteBucketWebsite, Method::DELETE, Scope::Bucket, &["website"]),
    route(Operation::DeleteMultipleObjects, Method::POST, Scope::Bucket, &["delete"]),
    route(Operation::PutObjectTagging, Method::PUT, Scope::Object, &["tagging"]),
    route(Operation::GetObjectTagging, Method::GET, Scope::Object, &["tagging"]),
    route(Operation::DeleteObjectTagging, Method::DELETE, Scope::Object, &["tagging"]),
    route(Operation::PutBucketVersioning, Method::PUT, Scope::Bucket, &["versioning"]),
    route(Operation::GetBucketVersioning, Method::GET, Scope::Bucket, &["versioning"]),
    route(Operation::ListBuckets, Method::GET, Scope::Service, &[]),
    route(Operation::PutBucket, Method::PUT, Scope::Bucket, &[]),
    route(Operation::HeadBucket, Method::HEAD, Scope::Bucket, &[]),
    route(Operation::DeleteBucket, Method::DELETE, Scope::Bucket, &[]),
    route(Operation::ListObjects, Method::GET, Scope::Bucket, &[]),
    route_with(Operation::CopyObject, Method::PUT, Scope::Object, &[], COPY_SOURCE),
    route(Operation::PutObject, Method::PUT, Scope::Object, &[]),
    route(Operation::PostObject, Method::POST, Scope::Bucket, &[]),
    route(Operation::GetObject, Method::GET, Scope::Object, &[]),
    route(Operation::HeadObject, Method::HEAD, Scope::Object, &[]),
    route(Operation::DeleteObject, Method::DELETE, Scope::Object, &[]),
    route(Operation::OptionsObject, Method::OPTIONS, Scope::Object, &[]),
    route(Operation::OptionsObject, Method::OPTIONS, Scope::Bucket, &[]),
    route(Operation::OptionsObject, Method::OPTIONS, Scope::Service, &[]),
];

/// Query parameters that choose an operation of COS's or of services like it (Specifications and Limits, 436/14518, and the SDKs):
/// a request with one never falls through to the plain operation of its method.
const SUB_RESOURCES: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "append",
    "ci-process",
    "cors",
    "delete",
    "domain",
    "domaincertificate",
    "encryption",
    "imageMogr2",
    "imageView2",
    "intelligent-tiering",
    "intelligenttiering",
    "inventory",
    "lifecycle",
    "live",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "origin",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "referer",
    "rename",
    "replication",
    "requestPayment",
    "response-control",
    "restore",
    "retention",
    "select",
    "strict-signature",
    "symlink",
    "tagging",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
];

/// Request headers of COS's that change what an operation does and that the emulator lacks.
const LACKING_HEADERS: &[&str] = &["pic-operations", "x-cos-callback", "x-cos-callback-var", "x-cos-return-body"];

/// Finds the operation.
///
/// # Errors
/// `NotImplemented`, naming what COS has and the emulator lacks; `MethodNotAllowed` when COS has nothing of the kind either.
pub fn resolve(method: &Method, scope: Scope, query: &[(String, String)], headers: &HeaderMap) -> Result<Operation, Error> {
    if *method == Method::OPTIONS {
        // A browser asks with the parameters of the request that it is about to send.
        return Ok(Operation::OptionsObject);
    }
    let has = |name: &str| query.iter().any(|(given, _)| given == name);
    let of_method = || ROUTES.iter().filter(|route| route.method == *method && route.scope == scope);
    // Python sends an empty x-cos-copy-source: empty values count as absent.
    let is_given = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    let has_all = |route: &Route| route.query.iter().all(|name| has(name)) && route.header.is_none_or(is_given);
    let narrowed = of_method().find(|route| !route.query.is_empty() && has_all(route));
    let found = match (narrowed, SUB_RESOURCES.iter().find(|name| has(name))) {
        (Some(route), _) => Some(route),
        (None, Some(name)) => return Err(refuse_sub_resource(method, scope, name)),
        (None, None) => of_method().find(|route| route.query.is_empty() && has_all(route)),
    };
    let route = found.ok_or_else(|| ErrorCode::MethodNotAllowed.because(format!("the method {method} is not allowed here")))?;
    refuse_lacking(headers)?;
    Ok(route.operation)
}

/// Refuses what would change what an operation does, were it not lacking.
///
/// # Errors
/// `NotImplemented`, naming the header.
pub fn refuse_lacking(headers: &HeaderMap) -> Result<(), Error> {
    let is_given = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    match LACKING_HEADERS.iter().find(|name| is_given(name)) {
        Some(name) => Err(ErrorCode::NotImplemented.because(format!("the request header {name} is not implemented"))),
        None => Ok(()),
    }
}

fn refuse_sub_resource(method: &Method, scope: Scope, name: &str) -> Error {
    if ROUTES.iter().any(|route| route.scope == scope && route.query.contains(&name)) {
        return ErrorCode::MethodNotAllowed.because(format!("the method {method} is not allowed with ?{name}"));
    }
    ErrorCode::NotImplemented.because(format!("{method} with ?{name} is not implemented"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn query(names: &[&str]) -> Vec<(String, String)> {
        names.iter().map(|&name| (name.to_owned(), String::new())).collect()
    }

    #[test]
    fn each_row_resolves_to_itself() {
        for row in ROUTES {
            let headers = row.header.iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("x"))).collect();
            let found = resolve(&row.method, row.scope, &query(row.query), &headers);
            assert_eq!(found.expect("resolves"), row.operation, "{row:?} is shadowed");
        }
    }

    #[test]
    fn each_operation_has_a_row() {
        for operation in Operation::ALL {
            assert!(ROUTES.iter().any(|row| row.operation == *operation), "{operation:?}");
        }
    }

    #[test]
    fn the_place_of_a_sub_resource_in_the_query_does_not_matter() {
        let names = query(&["prefix", "q-signature", "uploads"]);
        let found = resolve(&Method::GET, Scope::Bucket, &names, &HeaderMap::new()).expect("resolves");
        assert_eq!(found, Operation::ListMultipartUploads);
    }

    #[test]
    fn what_the_emulator_lacks_is_refused_by_name() {
        let refusal = |method: Method, scope, names: &[&str], header: Option<(&'static str, &str)>| {
            let mut headers = HeaderMap::new();
            if let Some((name, value)) = header {
                headers.insert(name, value.parse().expect("a value"));
            }
            let error = resolve(&method, scope, &query(names), &headers).expect_err("refused");
            (error.code(), error.message().to_owned())
        };
        let lacking = |message: &str| (ErrorCode::NotImplemented, message.to_owned());
        assert_eq!(
            refusal(Method::GET, Scope::Bucket, &["notification"], None),
            lacking("GET with ?notification is not implemented")
        );
        assert_eq!(
            refusal(Method::PUT, Scope::Object, &[], Some(("x-cos-callback", "e30="))),
            lacking("the request header x-cos-callback is not implemented")
        );
        assert_eq!(
            refusal(Method::PUT, Scope::Object, &["live"], Some((COPY_SOURCE, "b/k"))),
            lacking("PUT with ?live is not implemented")
        );
        assert_eq!(refusal(Method::PUT, Scope::Bucket, &["uploads"], None).0, ErrorCode::MethodNotAllowed);
        assert_eq!(refusal(Method::PATCH, Scope::Object, &[], None).0, ErrorCode::MethodNotAllowed);
    }
}
