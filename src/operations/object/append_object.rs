//! APPEND Object: `POST /<key>?append&position` (436/7741).

use std::str::FromStr;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::codec::checksum::{Digested, crc64_combine};
use crate::domain::bucket::{Bucket, Versioning};
use crate::domain::encryption::CustomerKey;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::part::LARGEST_BODY;
use crate::domain::storage_class::StorageClass;
use crate::domain::time::Timestamp;
use crate::operations::context::Context;
use crate::operations::draft::ObjectDraft;
use crate::operations::headers::{CONTENT_SHA1, NEXT_APPEND_POSITION};
use crate::operations::receive::{Promise, receive};
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response, insert};
use crate::operations::sse_headers;
use crate::storage::{Attributes, Content, Object, ObjectKind, Slot};

/// How many bytes the client believes to be there.
#[derive(Debug, Clone, Copy)]
struct Position(u64);

impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| {
            let message = format!("the parameter position is {text:?}; it must be the object's length in bytes");
            ErrorCode::InvalidArgument.because(message)
        })
    }
}

impl Position {
    /// Whether bytes may follow here: asked before the body is touched, and again when it is there.
    fn check(self, current: Option<&Object>) -> Result<(), Error> {
        let length = match current {
            Some(object) if object.kind != ObjectKind::Appendable => return Err(ErrorCode::ObjectNotAppendable.into()),
            Some(object) => object.size,
            None => 0,
        };
        if self.0 != length {
            let message = format!("the parameter position is {}, but the object has {length} bytes", self.0);
            return Err(ErrorCode::AppendPositionErr.because(message));
        }
        Ok(())
    }
}

/// The first append says what the object is to be; of later ones only the bytes count.
pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let (bucket, key) = context.object()?;
    check_bucket(context.bucket()?)?;
    let position: Position = context.head.query("position")?;
    let current = context.store().object(bucket, key)?;
    position.check(current.as_ref())?;
    let ObjectDraft { attributes, customer_key, locking, .. } = ObjectDraft::parse(context)?;
    let attributes = grown_attributes(context, current, attributes, customer_key.as_ref())?;
    let promise = Promise::parse(context.head)?.at_most(LARGEST_BODY.saturating_sub(position.0));
    let (staged, _) = receive(context, body, &promise, &attributes.encryption, customer_key.as_ref()).await?;

    let mut headers = HeaderMap::new();
    sse_headers::describe(&attributes.encryption, &mut headers);
    // By its name a SHA-1, and so in the page's sample; Go and C++ compare it with the MD5 of what they sent.
    insert(&mut headers, CONTENT_SHA1, &hex::encode(staged.digested.md5));
    let (now, digested) = (context.services.clock.now(), staged.digested.clone());
    let ciphers = context.ciphers(attributes.encryption.clone(), customer_key);
    let object = move |slot: &Slot<'_>, content| {
        check_versioning(slot.versioning)?;
        position.check(slot.current)?;
        let object = grown(slot, attributes, &digested, content, now)?;
        Ok(Object { kind: ObjectKind::Appendable, retained_until: locking.until(now), ..object })
    };
    let object = context.store().append_object(bucket, key, staged, now, ciphers, object).await?.stored()?;
    insert(&mut headers, http::header::ETAG, &etag::quoted(&object.etag));
    headers.insert(NEXT_APPEND_POSITION, HeaderValue::from(object.size));
    Ok(response::empty(StatusCode::OK, headers))
}

/// Where the page allows no appends; the codes are inferred.
fn check_bucket(bucket: &Bucket) -> Result<(), Error> {
    check_versioning(bucket.versioning)?;
    if bucket.is_multi_az {
        return Err(
            ErrorCode::OAZOperationNotSupportOnMAZBucket.because("nothing can be appended to objects of a multi-AZ bucket")
        );
    }
    Ok(())
}

fn check_versioning(versioning: Versioning) -> Result<(), Error> {
    if versioning != Versioning::Never {
        return Err(ErrorCode::InvalidBucketState.because("the bucket has or had versions; appending needs one that never had"));
    }
    Ok(())
}

/// What the object is, or will be by the headers of this first append.
fn grown_attributes(
    context: &Context<'_>,
    current: Option<Object>,
    first: Attributes,
    customer_key: Option<&CustomerKey>,
) -> Result<Attributes, Error> {
    let Some(current) = current else {
        check_class(first.storage_class)?;
        return Ok(first);
    };
    let encryption = &current.attributes.encryption;
    sse_headers::check_repeated(context.head, encryption)?;
    encryption.unlock(customer_key)?;
    Ok(current.attributes)
}

/// Those that the page excludes; the code is inferred.
fn check_class(class: StorageClass) -> Result<(), Error> {
    use StorageClass::{Archive, Standard, StandardIa};
    if !matches!(class, Standard | StandardIa | Archive) {
        let message = format!("an appendable object cannot be {}; it must be STANDARD, STANDARD_IA or ARCHIVE", class.name());
        return Err(ErrorCode::NotSupportedStorageClass.because(message));
    }
    Ok(())
}

/// The object with what was appended.
fn grown(slot: &Slot<'_>, first: Attributes, appended: &Digested, content: Content, now: Timestamp) -> Result<Object, Error> {
    let Some(before) = slot.current else {
        let etag = etag::of_append("", appended.md5);
        return Ok(Object::new(slot.version, etag, appended.length, appended.crc64, now, first, content));
    };
    if before.attributes.encryption != first.encryption {
        return Err(ErrorCode::AppendPositionErr.because("the object was replaced while these bytes came"));
    }
    let etag = etag::of_append(&before.etag, appended.md5);
    let crc64 = crc64_combine(before.crc64, appended.crc64, appended.length);
    let size = before.size + appended.length;
    let object = Object::new(slot.version, etag, size, crc64, now, before.attributes.clone(), content);
    Ok(Object { restore: before.restore.clone(), ..object })
}
