//! Taking in a body for an object or a part.

use bytes::Bytes;
use http::HeaderName;

use crate::domain::digest::{ContentMd5, ContentSha1};
use crate::domain::encryption::{BodyCipher, CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::part::LARGEST_BODY;
use crate::domain::traffic_limit::TrafficLimit;
use crate::operations::context::Context;
use crate::operations::headers::{CONTENT_MD5, CONTENT_SHA1, HASH_SHA1};
use crate::operations::request::{BodyLength, RequestBody, RequestHead};
use crate::operations::throttle::{self, Throttle};
use crate::storage::{Staged, Staging};

/// What a client promises of its body, and what it allows it to be.
pub(super) struct Promise {
    content_md5: Option<ContentMd5>,
    content_sha1: Option<ContentSha1>,
    limit: Option<TrafficLimit>,
    smallest: u64,
    largest: u64,
}

impl Promise {
    /// Reads the headers, before the body is touched.
    ///
    /// # Errors
    /// `InvalidDigest`, `InvalidSHA1Digest`, `InvalidArgument`.
    pub(super) fn parse(head: &RequestHead) -> Result<Self, Error> {
        let content_sha1 = match head.header_opt(&CONTENT_SHA1)? {
            Some(sha1) => Some(sha1),
            None => head.header_opt(&HASH_SHA1)?,
        };
        Ok(Self {
            content_md5: head.header_opt(&CONTENT_MD5)?,
            content_sha1,
            limit: throttle::limit(head)?,
            smallest: 0,
            largest: LARGEST_BODY,
        })
    }

    /// Narrows the size by headers such as `x-cos-psize-max`, in bytes.
    ///
    /// # Errors
    /// `InvalidArgument` when one is not a number.
    pub(super) fn sized(
        mut self,
        head: &RequestHead,
        smallest: Option<&HeaderName>,
        largest: Option<&HeaderName>,
    ) -> Result<Self, Error> {
        if let Some(name) = smallest {
            self.smallest = head.header_number(name)?.unwrap_or(0);
        }
        if let Some(name) = largest {
            self.largest = head.header_number(name)?.unwrap_or(u64::MAX).min(LARGEST_BODY);
        }
        Ok(self)
    }

    /// Narrows the size to so many bytes.
    pub(super) fn at_most(mut self, bytes: u64) -> Self {
        self.largest = self.largest.min(bytes);
        self
    }

    fn check_size(&self, size: u64) -> Result<(), Error> {
        if size > self.largest {
            let message = format!("the body has {size} bytes or more; {} are allowed here", self.largest);
            return Err(ErrorCode::EntityTooLarge.because(message));
        }
        Ok(())
    }
}

/// Reads the whole body into the store, a piece at a time and encrypted as asked, and holds it to the promise; also gives its
/// ETag. Refused bodies leave nothing.
///
/// # Errors
/// `MissingContentLength` and `EntityTooLarge` before the body is touched; `IncompleteBody`, `RequestTimeout`, `EntityTooLarge`,
/// `EntityTooSmall`, `BadDigest` and `InvalidSHA1Digest` after.
pub(super) async fn receive(
    context: &Context<'_>,
    body: &mut RequestBody,
    promise: &Promise,
    encryption: &Encryption,
    customer_key: Option<&CustomerKey>,
) -> Result<(Staged, String), Error> {
    match body.length() {
        BodyLength::Missing => return Err(ErrorCode::MissingContentLength.into()),
        BodyLength::Declared(length) => promise.check_size(length)?,
        BodyLength::Chunked => {}
    }
    let mut intake = Intake::begin(context, promise, encryption, customer_key)?;
    while let Some(piece) = body.next().await? {
        intake.take(piece).await?;
    }
    if let BodyLength::Declared(declared) = body.length()
        && intake.received() != declared
    {
        let message = format!("Content-Length is {declared}, but {} bytes came", intake.received());
        return Err(ErrorCode::IncompleteBody.because(message));
    }
    intake.finish().await
}

/// A body on its way into the store; dropped unfinished, it leaves nothing there.
pub(super) struct Intake<'a> {
    promise: &'a Promise,
    encryption: &'a Encryption,
    customer_key: Option<&'a CustomerKey>,
    cipher: Option<BodyCipher>,
    throttle: Option<Throttle>,
    staging: Staging,
}

impl<'a> Intake<'a> {
    /// # Errors
    /// A fault of the store.
    pub(super) fn begin(
        context: &Context<'_>,
        promise: &'a Promise,
        encryption: &'a Encryption,
        customer_key: Option<&'a CustomerKey>,
    ) -> Result<Self, Error> {
        let cipher = encryption.cipher(context.store().folder_key(), customer_key, context.services.random.bytes());
        let staging = context.store().stage(cipher.clone(), promise.content_sha1.is_some())?;
        Ok(Self { promise, encryption, customer_key, cipher, throttle: promise.limit.map(Throttle::new), staging })
    }

    /// Bytes taken in so far.
    pub(super) fn received(&self) -> u64 {
        self.staging.received()
    }

    /// Takes in the next piece, as fast as was promised.
    ///
    /// # Errors
    /// `EntityTooLarge`.
    pub(super) async fn take(&mut self, piece: Bytes) -> Result<(), Error> {
        if let Some(throttle) = &mut self.throttle {
            throttle.pass(piece.len()).await;
        }
        self.staging.write(piece).await?;
        self.promise.check_size(self.staging.received())
    }

    /// The whole body and its ETag.
    ///
    /// # Errors
    /// `EntityTooSmall`, `BadDigest`, `InvalidSHA1Digest`.
    pub(super) async fn finish(self) -> Result<(Staged, String), Error> {
        let Self { promise, encryption, customer_key, cipher, staging, .. } = self;
        let staged = staging.finish().await?;
        let digested = &staged.digested;
        if digested.length < promise.smallest {
            let message = format!("the body has {} bytes; at least {} are needed here", digested.length, promise.smallest);
            return Err(ErrorCode::EntityTooSmall.because(message));
        }
        if let Some(content_md5) = promise.content_md5 {
            content_md5.check(digested.md5)?;
        }
        if let Some((content_sha1, received)) = promise.content_sha1.zip(digested.sha1) {
            content_sha1.check(received)?;
        }
        let etag = encryption.etag(digested.md5, cipher.as_ref(), customer_key);
        Ok((staged, etag))
    }
}
