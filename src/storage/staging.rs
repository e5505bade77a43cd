//! Bytes on their way in: digested and written while more arrive, seen by no reader until a record names them.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::codec::checksum::{Digested, Digests};
use crate::codec::crypto::Nonce;
use crate::domain::encryption::BodyCipher;
use crate::storage::digester::DigestStream;
use crate::storage::leases::Lease;
use crate::storage::records::{Body, BodyId, Place};
use crate::storage::tables::Tables;
use crate::storage::writer::{StagedFile, WriteStream, Writer};
use crate::storage::{Inner, StorageError, Store};

/// Larger bodies are files. Measured: `docs/performance.md`, "Where small bodies live".
pub(super) const LARGEST_INLINE: u64 = 16 << 10;

/// How many bytes are digested and written at a time; a body's last batch has fewer.
const BATCH: usize = 256 << 10;

/// How many batches of a body may be on their way to the digester and the file: with the one that fills up, at most 2.25 MiB.
pub(super) const MOST_BATCHES: usize = 8;

/// Smaller pieces are copied together.
const SMALL_PIECE: usize = 4 << 10;

/// A body that is still arriving. Dropped unfinished, it leaves nothing behind.
pub struct Staging {
    inner: Arc<Inner>,
    id: BodyId,
    cipher: Option<BodyCipher>,
    with_sha1: bool,
    received: u64,
    pieces: Vec<Bytes>,
    /// Small pieces that came after `pieces`: a client that sends byte by byte costs no more memory than others.
    joined: BytesMut,
    /// Bytes in `pieces` and `joined`.
    pending: usize,
    /// Begun with the first full batch.
    pipeline: Option<Pipeline>,
}

/// The two ways that each batch goes at the same time.
struct Pipeline {
    digests: DigestStream,
    file: WriteStream,
    free: Arc<Semaphore>,
}

/// A run of a body's bytes; what drops its last handle lets another one in.
pub(super) struct Batch {
    pub(super) pieces: Vec<Bytes>,
    /// Where in the body it begins.
    pub(super) offset: u64,
    pub(super) is_last: bool,
    _place: OwnedSemaphorePermit,
}

/// A whole body without a record; deleted when dropped before a change kept it.
pub struct Staged {
    pub digested: Digested,
    body: Body,
    content: StagedContent,
}

enum StagedContent {
    Inline(Vec<u8>),
    File(StagedFile),
    /// In its place already, with bytes that it shares with another body.
    Linked(Lease),
}

impl Store {
    /// Begins to take in a body.
    ///
    /// # Errors
    /// The index cannot give it an id.
    pub fn stage(&self, cipher: Option<BodyCipher>, with_sha1: bool) -> Result<Staging, StorageError> {
        Ok(Staging {
            inner: Arc::clone(&self.0),
            id: self.0.tables.new_body_id()?,
            cipher,
            with_sha1,
            received: 0,
            pieces: Vec::new(),
            joined: BytesMut::new(),
            pending: 0,
            pipeline: None,
        })
    }
}

impl Staging {
    /// Bytes taken in so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Takes in a piece; waits while as many batches as may be are on their way.
    ///
    /// # Errors
    /// An earlier piece could not be written.
    pub async fn write(&mut self, mut piece: Bytes) -> Result<(), StorageError> {
        self.received += piece.len() as u64;
        // Batches are of one length, so that those of different bodies fill the lanes of the digester to the end.
        while self.pending + piece.len() >= BATCH {
            self.push(piece.split_to(BATCH - self.pending));
            self.dispatch(self.received - piece.len() as u64, false).await?;
        }
        self.push(piece);
        Ok(())
    }

    fn push(&mut self, piece: Bytes) {
        self.pending += piece.len();
        if piece.len() < SMALL_PIECE {
            self.joined.extend_from_slice(&piece);
        } else {
            self.push_joined();
            self.pieces.push(piece);
        }
    }

    /// Ends the body. A short one stays in memory for the index; a longer one has its final name by then.
    ///
    /// # Errors
    /// The bytes could not be written.
    pub async fn finish(mut self) -> Result<Staged, StorageError> {
        if self.received <= LARGEST_INLINE {
            return Ok(self.finish_inline());
        }
        self.dispatch(self.received, true).await?;
        let Some(Pipeline { digests, file, free }) = &self.pipeline else { return Err(StorageError::Closed) };
        // All places are free once every batch is digested and written.
        let _all = free.acquire_many(MOST_BATCHES as u32).await.map_err(|_| StorageError::Closed)?;
        if let Some(fault) = file.fault() {
            return Err(fault);
        }
        let (Some(digests), Some(file)) = (digests.finish(), file.finish()) else { return Err(StorageError::Closed) };
        Ok(Staged { digested: digests.finish(), body: self.body(Place::File), content: StagedContent::File(file) })
    }

    fn finish_inline(mut self) -> Staged {
        self.push_joined();
        let mut bytes = self.pieces.concat();
        let mut digests = Digests::new(self.with_sha1);
        digests.update(&bytes);
        if let Some(cipher) = &self.cipher {
            cipher.key.apply(&cipher.nonce, 0, &mut bytes);
        }
        Staged { digested: digests.finish(), body: self.body(Place::Index), content: StagedContent::Inline(bytes) }
    }

    fn body(&self, place: Place) -> Body {
        Body { id: self.id, size: self.received, place, nonce: self.cipher.as_ref().map(|cipher| cipher.nonce) }
    }

    fn push_joined(&mut self) {
        if !self.joined.is_empty() {
            self.pieces.push(self.joined.split().freeze());
        }
    }

    /// Sends what is pending, and ends at the offset, to the digester and, at the same time, to the file.
    async fn dispatch(&mut self, end: u64, is_last: bool) -> Result<(), StorageError> {
        self.push_joined();
        let pieces = std::mem::take(&mut self.pieces);
        let offset = end - std::mem::take(&mut self.pending) as u64;
        let pipeline = self.pipeline.get_or_insert_with(|| Pipeline {
            digests: self.inner.digester.stream(Digests::new(self.with_sha1)),
            file: WriteStream::new(Writer {
                id: self.id,
                cipher: self.cipher.clone(),
                blobs: Arc::clone(&self.inner.blobs),
                reaper: self.inner.reaper.handle(),
            }),
            free: Arc::new(Semaphore::new(MOST_BATCHES)),
        });
        let place = Arc::clone(&pipeline.free).acquire_owned().await.map_err(|_| StorageError::Closed)?;
        if let Some(fault) = pipeline.file.fault() {
            return Err(fault);
        }
        let batch = Arc::new(Batch { pieces, offset, is_last, _place: place });
        pipeline.digests.push(Arc::clone(&batch));
        pipeline.file.push(batch);
        Ok(())
    }
}

impl Staged {
    /// Bytes of the body.
    pub(super) fn size(&self) -> u64 {
        self.body.size
    }

    /// Puts plain bytes in front of a short body's own, which `apply` encrypts and decrypts under the body's nonce. What was
    /// digested stays what arrived.
    pub(super) fn put_behind(&mut self, mut bytes: Vec<u8>, apply: impl Fn(Option<Nonce>, &mut [u8])) {
        let StagedContent::Inline(own) = &mut self.content else { return };
        apply(self.body.nonce, own);
        bytes.append(own);
        apply(self.body.nonce, &mut bytes);
        self.body.size = bytes.len() as u64;
        *own = bytes;
    }

    pub(super) fn linked(digested: Digested, body: Body, lease: Lease) -> Self {
        Self { digested, body, content: StagedContent::Linked(lease) }
    }

    /// Puts a short body's bytes into the index, and keeps a longer one's file: to be called by the change that records it.
    pub(super) fn keep(self, tables: &Tables) -> Result<Body, StorageError> {
        match self.content {
            StagedContent::Inline(bytes) => tables.insert_body(self.body.id, &bytes)?,
            StagedContent::File(file) => file.keep(),
            StagedContent::Linked(lease) => lease.spare(),
        }
        Ok(self.body)
    }
}
