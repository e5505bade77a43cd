//! Reading an object's content, as GET Object does and copies do.

use http::HeaderValue;

use crate::codec::crypto::Nonce;
use crate::domain::encryption::{BodyCipher, CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::context::Context;
use crate::operations::headers::STORAGE_CLASS;
use crate::storage::Object;

/// Archived content cannot be read; the emulator has no restore yet.
///
/// # Errors
/// `InvalidObjectState`.
pub(super) fn refuse_archived(object: &Object) -> Result<(), Error> {
    if object.attributes.storage_class.is_archived() {
        let class = HeaderValue::from_static(object.attributes.storage_class.name());
        return Err(Error::from(ErrorCode::InvalidObjectState).with_header(STORAGE_CLASS, class));
    }
    Ok(())
}

/// What makes the cipher of each body of an object that is encrypted so.
pub(super) fn cipher(
    context: &Context<'_>,
    encryption: &Encryption,
    customer_key: Option<CustomerKey>,
) -> impl Fn(Nonce) -> Option<BodyCipher> + Send + use<> {
    let (encryption, folder_key) = (encryption.clone(), context.store().folder_key().clone());
    move |nonce| encryption.cipher(&folder_key, customer_key.as_ref(), nonce)
}
