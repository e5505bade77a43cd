//! What COS does, an operation a file. Speaks COS's errors and HTTP's messages; knows no socket.

pub mod context;
pub mod error_body;
pub mod headers;
pub mod request;
pub mod response;
pub mod routes;
pub mod target;

mod bucket;
mod draft;
mod multipart;
mod object;
mod object_headers;
mod paging;
mod receive;
mod select;
mod service;
mod sse_headers;
mod throttle;

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
        Operation::ListObjects => bucket::list_objects::handle(context).await,
        Operation::PutObject => object::put_object::handle(context, body).await,
        Operation::GetObject => object::get_object::handle(context).await,
        Operation::HeadObject => object::head_object::handle(context),
        Operation::DeleteObject => object::delete_object::handle(context).await,
        Operation::SelectObjectContent => object::select_object_content::handle(context, body).await,
        Operation::InitiateMultipartUpload => multipart::initiate_multipart_upload::handle(context).await,
        Operation::UploadPart => multipart::upload_part::handle(context, body).await,
        Operation::CompleteMultipartUpload => multipart::complete_multipart_upload::handle(context, body).await,
        Operation::AbortMultipartUpload => multipart::abort_multipart_upload::handle(context).await,
        Operation::ListParts => multipart::list_parts::handle(context).await,
        Operation::ListMultipartUploads => multipart::list_multipart_uploads::handle(context).await,
    }
}
