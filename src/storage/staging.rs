//! Bytes on their way in: digested and written while more arrive, seen by no reader until a record names them.

use std::fs::File;
use std::io::{IoSlice, Write};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::codec::checksum::{Digested, Digests};
use crate::domain::encryption::BodyCipher;
use crate::storage::blobs::Blobs;
use crate::storage::digester::Digesting;
use crate::storage::reaper::ReaperHandle;
use crate::storage::records::{Body, BodyId, Place};
use crate::storage::tables::Tables;
use crate::storage::{Inner, StorageError, Store};

/// Larger bodies are files. Measured: `docs/performance.md`, "Where small bodies live".
pub(super) const LARGEST_INLINE: u64 = 16 << 10;

/// How many bytes are digested and written at a time; while they are, as many more may arrive.
const BATCH: usize = 512 << 10;

/// Smaller pieces are copied together.
const SMALL_PIECE: usize = 4 << 10;

/// A body that is still arriving. Dropped unfinished, it leaves nothing behind.
pub struct Staging {
    inner: Arc<Inner>,
    id: BodyId,
    cipher: Option<BodyCipher>,
    received: u64,
    pieces: Vec<Bytes>,
    /// Small pieces that came after `pieces`, copied together: a client that sends byte by byte costs no more memory than others.
    joined: BytesMut,
    /// Bytes in `pieces` and `joined`.
    pending: usize,
    state: State,
}

enum State {
    Idle {
        digests: Digests,
        file: Option<StagedFile>,
    },
    Busy {
        digesting: Digesting,
        writing: JoinHandle<Result<StagedFile, StorageError>>,
    },
    /// Only while the state changes, or after a fault.
    Broken,
}

/// A whole body without a record; deleted when dropped before a change kept it.
pub struct Staged {
    pub digested: Digested,
    pub(super) body: Body,
    bytes: Vec<u8>,
    file: Option<StagedFile>,
}

/// A file that deletes itself unless it is kept.
struct StagedFile {
    path: Option<PathBuf>,
    file: File,
    reaper: ReaperHandle,
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            self.reaper.delete_file(path);
        }
    }
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
            received: 0,
            pieces: Vec::new(),
            joined: BytesMut::new(),
            pending: 0,
            state: State::Idle { digests: Digests::new(with_sha1), file: None },
        })
    }
}

impl Staging {
    /// Bytes taken in so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Takes in a piece. At most two batches of 512 KiB, and the piece, are held in memory.
    ///
    /// # Errors
    /// An earlier piece could not be written.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), StorageError> {
        self.received += piece.len() as u64;
        self.pending += piece.len();
        if piece.len() < SMALL_PIECE {
            self.joined.extend_from_slice(&piece);
        } else {
            self.push_joined();
            self.pieces.push(piece);
        }
        if self.pending >= BATCH { self.dispatch(false).await } else { Ok(()) }
    }

    /// Ends the body. A short one stays in memory for the index; a longer one has its final name by then.
    ///
    /// # Errors
    /// The bytes could not be written.
    pub async fn finish(mut self) -> Result<Staged, StorageError> {
        if self.received <= LARGEST_INLINE
            && let State::Idle { mut digests, .. } = std::mem::replace(&mut self.state, State::Broken)
        {
            self.push_joined();
            let mut bytes = self.pieces.concat();
            digests.update(&bytes);
            if let Some(cipher) = &self.cipher {
                cipher.key.apply(&cipher.nonce, 0, &mut bytes);
            }
            return Ok(Staged { digested: digests.finish(), body: self.body(Place::Index), bytes, file: None });
        }
        self.dispatch(true).await?;
        let (digests, file) = self.idle().await?;
        Ok(Staged { digested: digests.finish(), body: self.body(Place::File), bytes: Vec::new(), file })
    }

    fn push_joined(&mut self) {
        if !self.joined.is_empty() {
            self.pieces.push(self.joined.split().freeze());
        }
    }

    fn body(&self, place: Place) -> Body {
        Body { id: self.id, size: self.received, place, nonce: self.cipher.as_ref().map(|cipher| cipher.nonce) }
    }

    /// Hands the pending pieces to the digester and, at the same time, to the file.
    async fn dispatch(&mut self, is_last: bool) -> Result<(), StorageError> {
        let (digests, file) = self.idle().await?;
        self.push_joined();
        let pieces = std::mem::take(&mut self.pieces);
        let offset = self.received - std::mem::take(&mut self.pending) as u64;
        let digesting = self.inner.digester.begin(digests, pieces.clone());
        let writer = Writer {
            id: self.id,
            blobs: Arc::clone(&self.inner.blobs),
            reaper: self.inner.reaper.handle(),
            cipher: self.cipher.clone(),
        };
        let writing = spawn_blocking(move || writer.write(file, pieces, offset, is_last));
        self.state = State::Busy { digesting, writing };
        Ok(())
    }

    /// Waits for the batch that is being worked on.
    async fn idle(&mut self) -> Result<(Digests, Option<StagedFile>), StorageError> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Idle { digests, file } => Ok((digests, file)),
            State::Busy { digesting, writing } => {
                let file = writing.await.map_err(|_| StorageError::Closed)??;
                Ok((digesting.finish().await?, Some(file)))
            }
            State::Broken => Err(StorageError::Closed),
        }
    }
}

impl Staged {
    /// Puts a short body's bytes into the index, and keeps a longer one's file: to be called by the change that records it.
    pub(super) fn keep(mut self, tables: &Tables) -> Result<Body, StorageError> {
        if self.body.place == Place::Index {
            tables.insert_body(self.body.id, &self.bytes)?;
        }
        if let Some(file) = &mut self.file {
            file.path = None;
        }
        Ok(self.body)
    }
}

/// What the blocking half of a batch needs.
struct Writer {
    id: BodyId,
    blobs: Arc<Blobs>,
    reaper: ReaperHandle,
    cipher: Option<BodyCipher>,
}

impl Writer {
    fn write(
        &self,
        file: Option<StagedFile>,
        pieces: Vec<Bytes>,
        offset: u64,
        is_last: bool,
    ) -> Result<StagedFile, StorageError> {
        let mut staged = match file {
            Some(file) => file,
            None => self.create()?,
        };
        self.append(&mut staged.file, pieces, offset)
            .map_err(StorageError::file(format!("writing {}", self.blobs.staged_path(self.id).display())))?;
        if is_last {
            staged.path = Some(self.blobs.publish(self.id)?);
        }
        Ok(staged)
    }

    fn create(&self) -> Result<StagedFile, StorageError> {
        let path = self.blobs.staged_path(self.id);
        let file = File::create_new(&path).map_err(StorageError::file(format!("creating {}", path.display())))?;
        Ok(StagedFile { path: Some(path), file, reaper: self.reaper.clone() })
    }

    fn append(&self, file: &mut File, pieces: Vec<Bytes>, offset: u64) -> std::io::Result<()> {
        if let Some(cipher) = &self.cipher {
            let mut bytes = pieces.concat();
            drop(pieces);
            cipher.key.apply(&cipher.nonce, offset, &mut bytes);
            return file.write_all(&bytes);
        }
        let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            let written = file.write_vectored(rest)?;
            if written == 0 && rest.iter().any(|slice| !slice.is_empty()) {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
            IoSlice::advance_slices(&mut rest, written);
        }
        Ok(())
    }
}
