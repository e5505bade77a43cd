//! The headers of server-side encryption, both ways (`protocol.md` §7).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};

use crate::codec::checksum;
use crate::codec::crypto::Key;
use crate::domain::encryption::{CustomerKey, DefaultEncryption, Encryption, default_kms_key_id, kms_key_exists};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::headers::{
    COPY_SOURCE_SSE_CUSTOMER_ALGORITHM, COPY_SOURCE_SSE_CUSTOMER_KEY, COPY_SOURCE_SSE_CUSTOMER_KEY_MD5, SSE, SSE_CONTEXT,
    SSE_CUSTOMER_ALGORITHM, SSE_CUSTOMER_KEY, SSE_CUSTOMER_KEY_MD5, SSE_KMS_KEY_ID,
};
use crate::operations::request::RequestHead;
use crate::operations::response::insert;

const AES256: &str = "AES256";
const COS_KMS: &str = "cos/kms";

/// The encryption that a new object or upload asks for, else the bucket's own, and the customer key if it is SSE-C. Writing
/// operations only.
///
/// # Errors
/// `InvalidArgument` for an unknown algorithm, a malformed context or key, or SSE-C beside another kind; `KmsKeyNotExist`.
pub(super) fn requested(context: &Context<'_>) -> Result<(Encryption, Option<CustomerKey>), Error> {
    let head = context.head;
    let customer_key = customer_key(head)?;
    let key_id = head.header_text(&SSE_KMS_KEY_ID)?;
    let kms_context = head.header_text(&SSE_CONTEXT)?;
    let encryption = match (head.header_text(&SSE)?, &customer_key) {
        (Some(_), Some(_)) => {
            let message = format!("{SSE} and {SSE_CUSTOMER_ALGORITHM} were both sent; an object has one kind of encryption");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        (Some(AES256), None) => Encryption::SseCos,
        (Some(COS_KMS), None) => {
            kms_context.map(check_kms_context).transpose()?;
            let key_id = match key_id {
                Some(key_id) if !kms_key_exists(key_id) => return Err(ErrorCode::KmsKeyNotExist.into()),
                Some(key_id) => key_id.to_owned(),
                None => default_kms_key_id(&context.bucket()?.owner),
            };
            return Ok((Encryption::SseKms { key_id, context: kms_context.map(str::to_owned) }, None));
        }
        (Some(other), None) => {
            let message = format!("{SSE} is {other:?}; it must be {AES256} (SSE-COS) or {COS_KMS} (SSE-KMS)");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
        (None, Some(customer)) => {
            Encryption::SseC { key_md5: customer.md5.clone(), check: customer.key.check(context.services.random.bytes()) }
        }
        (None, None) => of_bucket(context)?,
    };
    if key_id.is_some() || kms_context.is_some() {
        let message = format!("{SSE_KMS_KEY_ID} and {SSE_CONTEXT} go with {SSE}: {COS_KMS} only");
        return Err(ErrorCode::InvalidArgument.because(message));
    }
    Ok((encryption, customer_key))
}

fn of_bucket(context: &Context<'_>) -> Result<Encryption, Error> {
    let bucket = context.bucket()?;
    let default = context.store().setting::<DefaultEncryption>(bucket)?;
    Ok(default.map_or(Encryption::None, |default| default.of_object(&bucket.owner)))
}

/// Refuses the headers of SSE-COS and SSE-KMS on operations that read.
///
/// # Errors
/// `SSEHeaderNotAllowed`.
pub(super) fn refuse_on_read(head: &RequestHead) -> Result<(), Error> {
    match head.header_text(&SSE)? {
        Some(_) => Err(ErrorCode::SSEHeaderNotAllowed.because(format!("{SSE} must not be sent with {} requests", head.method))),
        None => Ok(()),
    }
}

/// Lets a part repeat its upload's encryption, and an append that of the first one, but not ask for another.
///
/// # Errors
/// `SSEHeaderNotAllowed`.
pub(super) fn check_repeated(head: &RequestHead, encryption: &Encryption) -> Result<(), Error> {
    let of_first = match encryption {
        Encryption::SseCos => Some(AES256),
        Encryption::SseKms { .. } => Some(COS_KMS),
        Encryption::None | Encryption::SseC { .. } => None,
    };
    match head.header_text(&SSE)? {
        Some(given) if Some(given) != of_first => {
            let message =
                format!("{SSE} is {given:?}, but these bytes are encrypted as the upload or the first append asked for");
            Err(ErrorCode::SSEHeaderNotAllowed.because(message))
        }
        _ => Ok(()),
    }
}

/// The key in the three SSE-C headers, when they are there.
///
/// # Errors
/// `InvalidArgument` when one is missing, the algorithm is not AES256, the key is not 32 bytes or has another MD5 (inferred).
pub(super) fn customer_key(head: &RequestHead) -> Result<Option<CustomerKey>, Error> {
    key_in(head, &[SSE_CUSTOMER_ALGORITHM, SSE_CUSTOMER_KEY, SSE_CUSTOMER_KEY_MD5])
}

/// The key to a copy's source, when there is one, and whether it is the right one.
///
/// # Errors
/// As [`customer_key`]; `SsecDecryptHeaderInvalid` when the source needs a key and this is none or another, `SSEHeaderNotAllowed`
/// when it needs none (inferred).
pub(super) fn source_key(head: &RequestHead, encryption: &Encryption) -> Result<Option<CustomerKey>, Error> {
    let names = [COPY_SOURCE_SSE_CUSTOMER_ALGORITHM, COPY_SOURCE_SSE_CUSTOMER_KEY, COPY_SOURCE_SSE_CUSTOMER_KEY_MD5];
    let key = key_in(head, &names)?;
    match encryption.unlock(key.as_ref()).map_err(|error| error.code()) {
        Ok(()) => Ok(key),
        Err(ErrorCode::SSEHeaderNotAllowed) => Err(ErrorCode::SSEHeaderNotAllowed.because(
            "x-cos-copy-source-server-side-encryption-customer-* headers were sent, but the copy source is not encrypted with a \
             customer key",
        )),
        Err(_) => Err(ErrorCode::SsecDecryptHeaderInvalid.because(
            "the copy source is encrypted with a customer key (SSE-C); the headers \
             x-cos-copy-source-server-side-encryption-customer-algorithm, -key and -key-MD5 must give that key",
        )),
    }
}

/// The key in headers of these names: of the algorithm, the key and its MD5.
fn key_in(head: &RequestHead, names: &[HeaderName; 3]) -> Result<Option<CustomerKey>, Error> {
    let [algorithm_name, key_name, md5_name] = names;
    let refuse = |message: String| Err(ErrorCode::InvalidArgument.because(message));
    let (algorithm, key, md5) =
        match (head.header_text(algorithm_name)?, head.header_text(key_name)?, head.header_text(md5_name)?) {
            (None, None, None) => return Ok(None),
            (Some(algorithm), Some(key), Some(md5)) => (algorithm, key, md5),
            _ => {
                return refuse(format!("one of {algorithm_name}, {key_name} and {md5_name} is missing; SSE-C needs all three"));
            }
        };
    if algorithm != AES256 {
        return refuse(format!("{algorithm_name} must be {AES256}"));
    }
    let Some(bytes) = STANDARD.decode(key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) else {
        return refuse(format!("{key_name} is not the base64 form of 32 bytes"));
    };
    if STANDARD.encode(checksum::md5(&bytes)) != md5 {
        // Without the value: it may be the key, sent in the wrong header.
        return refuse(format!("{md5_name} is not the base64 form of the key's MD5"));
    }
    Ok(Some(CustomerKey { key: Key::new(bytes), md5: md5.to_owned() }))
}

/// What an answer says of the encryption; never the key.
pub(super) fn describe(encryption: &Encryption, headers: &mut HeaderMap) {
    match encryption {
        Encryption::None => {}
        Encryption::SseCos => insert(headers, SSE, AES256),
        Encryption::SseKms { key_id, .. } => {
            insert(headers, SSE, COS_KMS);
            insert(headers, SSE_KMS_KEY_ID, key_id);
        }
        Encryption::SseC { key_md5, .. } => {
            insert(headers, SSE_CUSTOMER_ALGORITHM, AES256);
            insert(headers, SSE_CUSTOMER_KEY_MD5, key_md5);
        }
    }
}

fn check_kms_context(text: &str) -> Result<(), Error> {
    let is_object = STANDARD
        .decode(text)
        .ok()
        .and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok())
        .is_some_and(|value| value.is_object());
    if is_object {
        return Ok(());
    }
    Err(ErrorCode::InvalidArgument.because(format!("{SSE_CONTEXT} must be the base64 form of a JSON object, as in e30=")))
}
