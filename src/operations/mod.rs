//! What COS does, an operation a file. Speaks COS's errors and HTTP's messages; knows no socket.

pub mod access;
pub mod authenticate;
pub mod context;
pub mod cors_headers;
pub mod directory;
pub mod error_body;
pub mod headers;
pub mod jobs;
pub mod metadata;
pub mod request;
pub mod response;
pub mod routes;
pub mod s3;
pub mod sts;
pub mod target;
pub mod transport;
pub mod website;

mod acl_document;
mod acl_headers;
mod body;
mod bucket;
mod bucket_settings;
mod copy_source;
mod draft;
mod host;
mod locking;
mod multipart;
mod neighbour;
mod object;
mod object_headers;
pub mod operation;
mod origin;
mod overwriting;
mod paging;
mod receive;
mod return_body;
mod select;
mod service;
mod sse_headers;
mod strict_signature;
mod tag_set;
mod throttle;
mod upload_form;

use crate::domain::error::Error;
use context::Context;
use request::RequestBody;
use response::Response;
use routes::Operation;

/// Does the operation: a line each.
///
/// # Errors
/// The operation's refusal, or `InternalError` for a fault of the store.
pub async fn run(operation: Operation, context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    match operation {
        Operation::ListBuckets => service::list_buckets::handle(context).await,
        Operation::PutBucket => bucket::put_bucket::handle(context, body).await,
        Operation::HeadBucket => bucket::head_bucket::handle(context),
        Operation::DeleteBucket => bucket::delete_bucket::handle(context).await,
        Operation::ListObjects if context.head.lists_by_token() => bucket::list_objects_v2::handle(context).await,
        Operation::ListObjects => bucket::list_objects::handle(context).await,
        Operation::ListObjectVersions => bucket::list_object_versions::handle(context).await,
        Operation::GetBucketLocation => bucket::get_bucket_location::handle(context),
        Operation::PutBucketAccelerate => bucket_settings::accelerate::put(context, body).await,
        Operation::GetBucketAccelerate => bucket_settings::accelerate::get(context),
        Operation::PutBucketAcl => bucket_settings::acl::put(context, body).await,
        Operation::GetBucketAcl => bucket_settings::acl::get(context),
        Operation::PutBucketCors => bucket_settings::cors::put(context, body).await,
        Operation::GetBucketCors => bucket_settings::cors::get(context),
        Operation::DeleteBucketCors => bucket_settings::cors::delete(context).await,
        Operation::PutBucketDomain => bucket_settings::domain::put(context, body).await,
        Operation::GetBucketDomain => bucket_settings::domain::get(context),
        Operation::DeleteBucketDomain => bucket_settings::domain::delete(context).await,
        Operation::PutBucketDomainCertificate => bucket_settings::domain_certificate::put(context, body).await,
        Operation::GetBucketDomainCertificate => bucket_settings::domain_certificate::get(context),
        Operation::DeleteBucketDomainCertificate => bucket_settings::domain_certificate::delete(context).await,
        Operation::PutBucketInventory => bucket_settings::inventory::put(context, body).await,
        Operation::GetBucketInventory => bucket_settings::inventory::get(context),
        Operation::ListBucketInventory => bucket_settings::inventory::list(context),
        Operation::DeleteBucketInventory => bucket_settings::inventory::delete(context).await,
        Operation::PostBucketInventory => bucket_settings::inventory::post(context, body).await,
        Operation::PutBucketLifecycle => bucket_settings::lifecycle::put(context, body).await,
        Operation::GetBucketLifecycle => bucket_settings::lifecycle::get(context),
        Operation::DeleteBucketLifecycle => bucket_settings::lifecycle::delete(context).await,
        Operation::PutBucketEncryption => bucket_settings::encryption::put(context, body).await,
        Operation::GetBucketEncryption => bucket_settings::encryption::get(context),
        Operation::DeleteBucketEncryption => bucket_settings::encryption::delete(context).await,
        Operation::PutBucketIntelligentTiering => bucket_settings::intelligent_tiering::put(context, body).await,
        Operation::GetBucketIntelligentTiering => bucket_settings::intelligent_tiering::get(context),
        Operation::DeleteBucketIntelligentTiering => bucket_settings::intelligent_tiering::delete(context).await,
        Operation::ListBucketIntelligentTiering => bucket_settings::intelligent_tiering::list(context),
        Operation::PutBucketObjectLockConfiguration => bucket_settings::object_lock_configuration::put(context, body).await,
        Operation::GetBucketObjectLockConfiguration => bucket_settings::object_lock_configuration::get(context),
        Operation::PutBucketPolicy => bucket_settings::policy::put(context, body).await,
        Operation::GetBucketPolicy => bucket_settings::policy::get(context),
        Operation::DeleteBucketPolicy => bucket_settings::policy::delete(context).await,
        Operation::PutBucketReferer => bucket_settings::referer::put(context, body).await,
        Operation::GetBucketReferer => bucket_settings::referer::get(context),
        Operation::PutBucketStrictSignature => bucket_settings::strict_signature::put(context, body).await,
        Operation::GetBucketStrictSignature => bucket_settings::strict_signature::get(context),
        Operation::DeleteBucketStrictSignature => bucket_settings::strict_signature::delete(context).await,
        Operation::PutBucketReplication => bucket_settings::replication::put(context, body).await,
        Operation::GetBucketReplication => bucket_settings::replication::get(context),
        Operation::DeleteBucketReplication => bucket_settings::replication::delete(context).await,
        Operation::PutBucketTagging => bucket_settings::tagging::put(context, body).await,
        Operation::GetBucketTagging => bucket_settings::tagging::get(context),
        Operation::DeleteBucketTagging => bucket_settings::tagging::delete(context).await,
        Operation::PutBucketLogging => bucket_settings::logging::put(context, body).await,
        Operation::GetBucketLogging => bucket_settings::logging::get(context),
        Operation::PutBucketOrigin => bucket_settings::origin::put(context, body).await,
        Operation::GetBucketOrigin => bucket_settings::origin::get(context),
        Operation::DeleteBucketOrigin => bucket_settings::origin::delete(context).await,
        Operation::PutBucketWebsite => bucket_settings::website::put(context, body).await,
        Operation::GetBucketWebsite => bucket_settings::website::get(context),
        Operation::DeleteBucketWebsite => bucket_settings::website::delete(context).await,
        Operation::PutBucketVersioning => bucket_settings::versioning::put(context, body).await,
        Operation::GetBucketVersioning => bucket_settings::versioning::get(context),
        Operation::PutObject => object::put_object::handle(context, body).await,
        Operation::AppendObject => object::append_object::handle(context, body).await,
        Operation::CopyObject => object::copy_object::handle(context).await,
        Operation::GetObject => origin::instead_of(context, object::get_object::handle(context).await).await,
        Operation::HeadObject => origin::instead_of(context, object::head_object::handle(context)).await,
        Operation::DeleteObject => object::delete_object::handle(context).await,
        Operation::PostObject => object::post_object::handle(context, body).await,
        Operation::DeleteMultipleObjects => object::delete_multiple_objects::handle(context, body).await,
        Operation::PutObjectTagging => object::tagging::put(context, body).await,
        Operation::GetObjectTagging => object::tagging::get(context),
        Operation::DeleteObjectTagging => object::tagging::delete(context).await,
        Operation::PutObjectAcl => object::acl::put(context, body).await,
        Operation::GetObjectAcl => object::acl::get(context),
        Operation::OptionsObject => object::options_object::handle(context),
        Operation::PostObjectRestore => object::restore::post(context, body).await,
        Operation::SelectObjectContent => object::select_object_content::handle(context, body).await,
        Operation::PutSymlink => object::put_symlink::handle(context).await,
        Operation::GetSymlink => object::get_symlink::handle(context),
        Operation::PutObjectRetention => object::retention::put(context, body).await,
        Operation::GetObjectRetention => object::retention::get(context),
        Operation::RenameObject => object::rename_object::handle(context).await,
        Operation::InitiateMultipartUpload => multipart::initiate_multipart_upload::handle(context).await,
        Operation::UploadPart => multipart::upload_part::handle(context, body).await,
        Operation::UploadPartCopy => multipart::upload_part_copy::handle(context).await,
        Operation::CompleteMultipartUpload => multipart::complete_multipart_upload::handle(context, body).await,
        Operation::AbortMultipartUpload => multipart::abort_multipart_upload::handle(context).await,
        Operation::ListParts => multipart::list_parts::handle(context).await,
        Operation::ListMultipartUploads => multipart::list_multipart_uploads::handle(context).await,
    }
}
