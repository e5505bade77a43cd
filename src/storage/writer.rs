//! A body's file in the making: batches are written one after another where blocking is allowed.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, IoSlice, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::task::spawn_blocking;

use crate::domain::encryption::BodyCipher;
use crate::storage::blobs::Blobs;
use crate::storage::reaper::ReaperHandle;
use crate::storage::records::BodyId;
use crate::storage::staging::Batch;
use crate::storage::{StorageError, lock};

/// A file that deletes itself unless it is kept.
pub(super) struct StagedFile {
    path: Option<PathBuf>,
    file: File,
    reaper: ReaperHandle,
}

impl StagedFile {
    pub(super) fn keep(mut self) {
        self.path = None;
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            self.reaper.delete_file(path);
        }
    }
}

/// What it takes to write a body: its id and its cipher.
#[derive(Clone)]
pub(super) struct Writer {
    pub(super) id: BodyId,
    pub(super) cipher: Option<BodyCipher>,
    pub(super) blobs: Arc<Blobs>,
    pub(super) reaper: ReaperHandle,
}

/// The file of one body, made by the first batch.
pub(super) struct WriteStream {
    writer: Writer,
    stream: Arc<Mutex<Stream>>,
}

#[derive(Default)]
struct Stream {
    /// `None` before the first batch, and while a thread has it.
    file: Option<StagedFile>,
    waiting: VecDeque<Arc<Batch>>,
    is_running: bool,
    fault: Option<StorageError>,
}

impl WriteStream {
    pub(super) fn new(writer: Writer) -> Self {
        Self { writer, stream: Arc::default() }
    }

    /// Adds a batch behind those that came before; it is dropped once it is written, or after a fault.
    pub(super) fn push(&self, batch: Arc<Batch>) {
        let mut stream = lock(&self.stream);
        if stream.fault.is_some() {
            return;
        }
        stream.waiting.push_back(batch);
        if !std::mem::replace(&mut stream.is_running, true) {
            let (writer, stream) = (self.writer.clone(), Arc::clone(&self.stream));
            spawn_blocking(move || run(&writer, &stream));
        }
    }

    /// Why no more can be written, if so.
    pub(super) fn fault(&self) -> Option<StorageError> {
        lock(&self.stream).fault.take()
    }

    /// The file under its final name, once the last batch was dropped without a fault.
    pub(super) fn finish(&self) -> Option<StagedFile> {
        lock(&self.stream).file.take()
    }
}

impl Drop for WriteStream {
    /// What waits is not worth writing any more; the file goes with the thread that has it.
    fn drop(&mut self) {
        lock(&self.stream).waiting.clear();
    }
}

/// Writes until nothing waits.
fn run(writer: &Writer, stream: &Mutex<Stream>) {
    let mut unlocked = lock(stream);
    while let Some(batch) = unlocked.waiting.pop_front() {
        let file = unlocked.file.take();
        drop(unlocked);
        let written = writer.write(file, &batch);
        unlocked = lock(stream);
        match written {
            Ok(file) => unlocked.file = Some(file),
            Err(fault) => {
                unlocked.waiting.clear();
                unlocked.fault = Some(fault);
            }
        }
    }
    unlocked.is_running = false;
}

impl Writer {
    fn write(&self, file: Option<StagedFile>, batch: &Batch) -> Result<StagedFile, StorageError> {
        let mut staged = match file {
            Some(file) => file,
            None => self.create()?,
        };
        let path = || format!("writing {}", self.blobs.staged_path(self.id).display());
        self.append(&mut staged.file, batch).map_err(|error| StorageError::file(path())(error))?;
        if batch.is_last {
            staged.path = Some(self.blobs.publish(self.id)?);
        }
        Ok(staged)
    }

    fn create(&self) -> Result<StagedFile, StorageError> {
        let path = self.blobs.staged_path(self.id);
        let file = File::create_new(&path).map_err(StorageError::file(format!("creating {}", path.display())))?;
        Ok(StagedFile { path: Some(path), file, reaper: self.reaper.clone() })
    }

    fn append(&self, file: &mut File, batch: &Batch) -> std::io::Result<()> {
        match &self.cipher {
            None => write_all(file, &batch.pieces),
            Some(cipher) => {
                let mut bytes = batch.pieces.concat();
                cipher.key.apply(&cipher.nonce, batch.offset, &mut bytes);
                file.write_all(&bytes)
            }
        }
    }
}

fn write_all(file: &mut File, pieces: &[Bytes]) -> std::io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut rest = slices.as_mut_slice();
    while !rest.is_empty() {
        match file.write_vectored(rest) {
            Ok(0) if rest.iter().any(|slice| !slice.is_empty()) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
