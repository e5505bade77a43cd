//! Files of COS's own making, put into users' buckets.

use bytes::Bytes;

use crate::codec::crypto::Nonce;
use crate::domain::bucket::Bucket;
use crate::domain::encryption::{BodyCipher, DefaultEncryption, Encryption};
use crate::domain::error::Error;
use crate::domain::key::ObjectKey;
use crate::domain::metadata::Metadata;
use crate::operations::context::Services;
use crate::storage::{Attributes, Object, Slot, Staging};

/// A file that is being written into a bucket; it is an object once it is finished.
pub(super) struct Delivery<'a> {
    services: &'a Services,
    bucket: &'a Bucket,
    encryption: Encryption,
    cipher: Option<BodyCipher>,
    staging: Staging,
}

/// A file that was written.
pub(super) struct Delivered {
    /// Bytes.
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
}

impl<'a> Delivery<'a> {
    /// Without an encryption of its own the file has the bucket's.
    ///
    /// # Errors
    /// `InternalError`.
    pub(super) fn begin(services: &'a Services, bucket: &'a Bucket, encryption: Option<Encryption>) -> Result<Self, Error> {
        let encryption = match encryption {
            Some(encryption) => encryption,
            None => {
                let default = services.store.setting::<DefaultEncryption>(bucket)?;
                default.map_or(Encryption::None, |default| default.of_object(&bucket.owner))
            }
        };
        let nonce: Nonce = services.random.bytes();
        let cipher = encryption.cipher(services.store.folder_key(), None, nonce);
        let staging = services.store.stage(cipher.clone(), false)?;
        Ok(Self { services, bucket, encryption, cipher, staging })
    }

    /// # Errors
    /// `InternalError`.
    pub(super) async fn write(&mut self, bytes: impl Into<Bytes>) -> Result<(), Error> {
        Ok(self.staging.write(bytes.into()).await?)
    }

    /// Makes the file an object, as a PUT of the bucket's owner would.
    ///
    /// # Errors
    /// `KeyTooLong`, `NoSuchBucket`, `ObjectLocked`, `InternalError`.
    pub(super) async fn finish(self, key: &str) -> Result<Delivered, Error> {
        let Self { services, bucket, encryption, cipher, staging } = self;
        let key: ObjectKey = key.parse()?;
        let metadata = Metadata::collect(key.as_str(), std::iter::empty())?;
        let staged = staging.finish().await?;
        let (size, crc64, md5) = (staged.digested.length, staged.digested.crc64, staged.digested.md5);
        let etag = encryption.etag(md5, cipher.as_ref(), None);
        let attributes = Attributes { metadata, encryption, ..Attributes::default() };
        let now = services.clock.now();
        let object = move |slot: &Slot<'_>, content| {
            Ok::<_, Error>(Object::new(slot.version, etag, size, crc64, now, attributes, content))
        };
        services.store.put_object(&bucket.name, &key, staged, now, object).await?.stored()?;
        Ok(Delivered { size, md5 })
    }
}
