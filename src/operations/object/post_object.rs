//! POST Object: `POST /` with a form (436/14690). Its signature stands in the form, so the operation itself asks who calls, and
//! whether the caller may.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode, Uri};
use serde::Serialize;
use tracing::Span;

use crate::codec::percent;
use crate::codec::signature::PolicySignature;
use crate::codec::signature_v4;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::post_policy::PostPolicy;
use crate::domain::return_body::ReturnBody;
use crate::operations::access;
use crate::operations::authenticate::{self, Authentication};
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::{AMZ_SECURITY_TOKEN, FSIZE_MAX, SECURITY_TOKEN};
use crate::operations::object_headers;
use crate::operations::receive::{Intake, Promise};
use crate::operations::request::{RequestBody, RequestHead};
use crate::operations::response::{self, Response, insert};
use crate::operations::return_body;
use crate::operations::routes::{self, Operation};
use crate::operations::s3::promised_checksum::PromisedChecksum;
use crate::operations::s3::{self, Dialect};
use crate::operations::target::{Resource, Target};
use crate::operations::upload_form::{Fields, File, UploadForm};
use crate::storage::Object;

/// Any of these says that the form is signed by its policy.
const POLICY_SIGNATURE: [&str; 4] = ["q-sign-algorithm", "q-ak", "q-key-time", "q-signature"];

/// And any of these that an S3 client signed it.
const S3_POLICY_SIGNATURE: [&str; 3] = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"];

/// The signer's key in forms of S3's signature version 2.
const S3_POLICY_SIGNATURE_V2: &str = "awsaccesskeyid";

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let UploadForm { fields, file } = UploadForm::read(context.head, body).await?;
    let policy = fields.text("policy").map(Policy::parse).transpose()?;
    let authentication = authenticate(context, &fields, policy.as_ref())?;
    let (bucket, key) = (context.bucket()?, fields.key()?);
    Span::current().record("key", key.as_str());
    let head = fields.head(context.head)?;
    let target = Target { resource: Resource::Object(bucket.name.clone(), key), ..context.target.clone() };
    let (caller, bucket) = (&authentication.caller, context.bucket.clone());
    let put = Context { head: &head, target: &target, caller, bucket, ..*context };
    if !access::is_allowed(&put, Operation::PostObject)? {
        return Err(authentication.refusal());
    }
    if let Some(policy) = &policy {
        policy.rules.check(put.bucket()?.name.as_str(), |name| fields.given(name), context.now)?;
    }
    let return_body = return_body::asked(&put)?;
    let object = store(&put, file, policy.as_ref()).await?;
    answer(context.head, &fields, &put, &object, return_body.as_ref())
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PostResponse<'a> {
    location: String,
    bucket: &'a str,
    key: &'a str,
    #[serde(rename = "ETag")]
    etag: String,
}

/// A form's policy, and the text of it that is signed.
struct Policy {
    /// As sent.
    base64: String,
    json: Vec<u8>,
    rules: PostPolicy,
}

impl Policy {
    /// # Errors
    /// `InvalidPolicyDocument`.
    fn parse(text: &str) -> Result<Self, Error> {
        let json = STANDARD
            .decode(text)
            .map_err(|error| ErrorCode::InvalidPolicyDocument.because(format!("the form field policy is not base64: {error}")))?;
        Ok(Self { rules: PostPolicy::parse(&json)?, base64: text.to_owned(), json })
    }
}

/// Asks the form's own signature, of its policy or in the field `Signature`, and without one the request's.
fn authenticate(context: &Context<'_>, fields: &Fields, policy: Option<&Policy>) -> Result<Authentication, Error> {
    let (services, now) = (context.services, context.now);
    let of_head = |head: &RequestHead| {
        let asked = (Operation::PostObject, context.bucket.as_ref());
        authenticate::authenticate(services, head, context.target, asked, now)
    };
    let has_one_of = |names: &[&str]| names.iter().any(|name| fields.text(name).is_some());
    if services.check_signatures && has_one_of(&S3_POLICY_SIGNATURE) {
        return authenticate_s3(context, fields, policy);
    }
    if services.check_signatures && has_one_of(&[S3_POLICY_SIGNATURE_V2]) {
        return Err(s3::signature::other_algorithm(S3_POLICY_SIGNATURE_V2));
    }
    if let Some(signature) = fields.text("signature") {
        return of_head(&fields.signed_head(context.head, signature)?);
    }
    if !services.check_signatures || !has_one_of(&POLICY_SIGNATURE) {
        return of_head(context.head);
    }
    let remark = match (PolicySignature::from_fields(|name| fields.text(name)), policy) {
        (Ok(signed), Some(policy)) => {
            policy.rules.check_signer()?;
            let token = fields.text(SECURITY_TOKEN.as_str());
            return authenticate::authenticate_policy(services, &signed, &policy.json, token, now);
        }
        (Ok(_), None) => "the form is signed, but has no field policy".to_owned(),
        (Err(error), _) => format!("the signature in the form was not understood: {error}"),
    };
    Ok(Authentication::anonymous(Some(remark)))
}

/// Asks the signature of an S3 client, whose policy must speak of all fields.
fn authenticate_s3(context: &Context<'_>, fields: &Fields, policy: Option<&Policy>) -> Result<Authentication, Error> {
    let refuse = |message: String| ErrorCode::InvalidArgument.because(message);
    let signed = signature_v4::PolicySignature::from_fields(|name| fields.text(name))
        .map_err(|error| refuse(format!("the form is signed, but its field {error}")))?;
    let policy = policy.ok_or_else(|| refuse("the form is signed, but has no field policy".to_owned()))?;
    policy.rules.check_s3_fields(fields.names())?;
    authenticate::authenticate_s3_policy(
        context.services,
        &signed,
        &policy.base64,
        fields.text(AMZ_SECURITY_TOKEN.as_str()),
        context.now,
    )
}

/// As PUT Object stores a body; `context` is what that would have been given.
async fn store(context: &Context<'_>, mut file: File<'_>, policy: Option<&Policy>) -> Result<Object, Error> {
    routes::refuse_lacking(&context.head.headers)?;
    let draft = ObjectDraft::parse(context)?;
    let promise = Promise::parse(context.head)?.sized(context.head, None, Some(&FSIZE_MAX))?;
    // S3's clients promise the file's in a field; that of the whole body is another one.
    let mut checksum = PromisedChecksum::parse(context.head, false)?;
    let mut intake = Intake::begin(context, &promise, &draft.attributes.encryption, draft.customer_key.as_ref())?;
    while let Some(piece) = file.next().await? {
        if let Some(checksum) = &mut checksum {
            checksum.update(&piece);
        }
        intake.take(piece).await?;
        if let Some(policy) = policy {
            policy.rules.check_size_so_far(intake.received())?;
        }
    }
    if let Some(policy) = policy {
        policy.rules.check_size(intake.received())?;
    }
    file.finish().await?;
    if let Some(checksum) = checksum {
        checksum.finish(|_| None)?;
    }
    let (staged, etag) = intake.finish().await?;
    draft.store(context, staged, etag).await
}

/// What the form asks for: another page, to which the answer leads, or a status, which is 200 with a body and else 204. To
/// S3's clients 201 brings a document.
fn answer(
    sent: &RequestHead,
    fields: &Fields,
    put: &Context<'_>,
    object: &Object,
    return_body: Option<&ReturnBody>,
) -> Result<Response, Error> {
    let mut headers = object_headers::of_new(object);
    let (bucket, key) = put.object()?;
    let (bucket, key) = (bucket.as_str(), key.as_str());
    if let Some(page) = fields.text("success_action_redirect").and_then(page) {
        let separator = if page.contains('?') { '&' } else { '?' };
        let etag = percent::encode(&etag::quoted(&object.etag));
        let told = format!("bucket={}&key={}&etag={etag}", percent::encode(bucket), percent::encode(key));
        insert(&mut headers, LOCATION, &format!("{page}{separator}{told}"));
        return Ok(response::empty(StatusCode::SEE_OTHER, headers));
    }
    let path = sent.path.trim_end_matches('/');
    insert(&mut headers, LOCATION, &format!("{}{path}/{}", sent.origin(), percent::encode_key(key)));
    let asked = match fields.text("success_action_status") {
        Some("200") => Some(StatusCode::OK),
        Some("201") => Some(StatusCode::CREATED),
        _ => None,
    };
    if asked == Some(StatusCode::CREATED) && put.head.dialect == Dialect::S3 && return_body.is_none() {
        return Ok(s3_document(bucket, key, object, headers));
    }
    let Some(return_body) = return_body else {
        return Ok(response::empty(asked.unwrap_or(StatusCode::NO_CONTENT), headers));
    };
    let mut response = return_body::answer(put, return_body, object, headers)?;
    *response.status_mut() = asked.unwrap_or(StatusCode::OK);
    Ok(response)
}

/// S3's clients that ask for 201 read the object's place from a document (AWS, POST Object).
fn s3_document(bucket: &str, key: &str, object: &Object, headers: HeaderMap) -> Response {
    let location = headers.get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default().to_owned();
    let result = PostResponse { location, bucket, key, etag: etag::quoted(&object.etag) };
    let mut response = response::document("PostResponse", &result, headers);
    *response.status_mut() = StatusCode::CREATED;
    response
}

/// The address of a page, without its fragment; another text counts for nothing (inferred).
fn page(text: &str) -> Option<&str> {
    let page = text.split('#').next().unwrap_or_default();
    let uri: Uri = page.parse().ok()?;
    (uri.scheme().is_some() && uri.host().is_some()).then_some(page)
}
