//! Body files: where they are, and how ranges of bodies are read as one stream.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::domain::encryption::BodyCipher;
use crate::storage::StorageError;
use crate::storage::folder::Folder;
use crate::storage::leases::Lease;
use crate::storage::records::{Body, BodyId, Place};
use crate::storage::tables::Tables;

/// The most bytes of a body that a reader holds; one more piece of it is read ahead.
const PIECE: u64 = 256 << 10;

pub(super) struct Blobs {
    bodies: PathBuf,
    staging: PathBuf,
}

impl Blobs {
    pub(super) fn new(folder: &Folder) -> Self {
        Self { bodies: folder.bodies(), staging: folder.staging() }
    }

    /// Where a body is written until it is whole.
    pub(super) fn staged_path(&self, id: BodyId) -> PathBuf {
        self.staging.join(format!("{id:016x}"))
    }

    /// Gives a whole body its final name; blocks.
    pub(super) fn publish(&self, id: BodyId) -> Result<PathBuf, StorageError> {
        let (from, to) = (self.staged_path(id), self.path(id));
        let renamed = in_its_folder(&to, || fs::rename(&from, &to));
        renamed.map_err(StorageError::file(format!("renaming {} to {}", from.display(), to.display())))?;
        Ok(to)
    }

    /// Gives a body's bytes a second name, that of a new body, and copies them where files cannot be linked; blocks.
    pub(super) fn link(&self, id: BodyId, new: BodyId) -> Result<(), StorageError> {
        let (from, to) = (self.path(id), self.path(new));
        match in_its_folder(&to, || fs::hard_link(&from, &to)) {
            Ok(()) => Ok(()),
            // A file has as many names as it may have, or the file system gives none but the first.
            Err(error) if error.kind() != ErrorKind::NotFound => self.copy(id, new),
            Err(error) => Err(StorageError::file(format!("linking {} to {}", from.display(), to.display()))(error)),
        }
    }

    fn copy(&self, id: BodyId, new: BodyId) -> Result<(), StorageError> {
        let (from, staged) = (self.path(id), self.staged_path(new));
        let copied = fs::copy(&from, &staged)
            .map_err(StorageError::file(format!("copying {} to {}", from.display(), staged.display())))
            .and_then(|_| self.publish(new));
        if copied.is_err() {
            let _ = fs::remove_file(&staged);
        }
        copied.map(drop)
    }

    /// A body that is gone already is no fault; blocks.
    pub(super) fn delete(&self, id: BodyId) -> Result<(), StorageError> {
        delete_file(&self.path(id))
    }

    /// Ids of all body files; other files are passed over. Blocks.
    pub(super) fn ids(&self) -> Result<Vec<BodyId>, StorageError> {
        let mut ids = Vec::new();
        for folder in read_dir(&self.bodies)? {
            for file in read_dir(&folder)? {
                let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                ids.extend(BodyId::from_str_radix(name, 16).ok().filter(|_| name.len() == 16));
            }
        }
        Ok(ids)
    }

    /// Deletes all that was still arriving when the last process ended; blocks.
    pub(super) fn empty_staging(&self) -> Result<(), StorageError> {
        read_dir(&self.staging)?.iter().try_for_each(|path| delete_file(path))
    }

    fn path(&self, id: BodyId) -> PathBuf {
        self.bodies.join(format!("{:02x}", id & 0xff)).join(format!("{id:016x}"))
    }
}

/// Makes a file of this name, and its folder first where that is missing.
fn in_its_folder(path: &Path, make: impl Fn() -> io::Result<()>) -> io::Result<()> {
    make().or_else(|error| match (error.kind(), path.parent()) {
        (ErrorKind::NotFound, Some(folder)) => {
            fs::create_dir_all(folder)?;
            make()
        }
        _ => Err(error),
    })
}

pub(super) fn delete_file(path: &Path) -> Result<(), StorageError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StorageError::file(format!("deleting {}", path.display()))(error))
        }
        _ => Ok(()),
    }
}

fn read_dir(path: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let read = || fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>();
    read().map_err(StorageError::file(format!("reading {}", path.display())))
}

/// Plain bytes in pieces of bounded size.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, StorageError>> + Send>>;

/// A range of one body, and what decrypts it.
pub(super) struct Slice {
    pub(super) body: Body,
    pub(super) range: Range<u64>,
    pub(super) cipher: Option<BodyCipher>,
}

/// The slices' bytes one after another; the lease lives as long as the stream.
pub(super) fn stream(tables: Arc<Tables>, blobs: Arc<Blobs>, slices: Vec<Slice>, lease: Lease) -> BodyStream {
    let reader = Reader { tables, blobs, slices: slices.into_iter(), current: None, _lease: lease };
    Box::pin(stream::try_unfold(begin(reader), async |reading| {
        let Some(reading) = reading else { return Ok(None) };
        let (piece, reader) = reading.await.map_err(|_| StorageError::Closed)??;
        Ok((!piece.is_empty()).then(|| (piece, begin(reader))))
    }))
}

type Reading = JoinHandle<Result<(Bytes, Reader), StorageError>>;

/// Begins to read the next piece; `None` at the end.
fn begin(mut reader: Reader) -> Option<Reading> {
    if reader.current.as_ref().is_none_or(|current| current.slice.range.is_empty()) {
        let slice = reader.slices.find(|slice| !slice.range.is_empty())?;
        reader.current = Some(Current { slice, file: None });
    }
    Some(spawn_blocking(move || reader.piece().map(|piece| (piece, reader))))
}

struct Reader {
    tables: Arc<Tables>,
    blobs: Arc<Blobs>,
    slices: std::vec::IntoIter<Slice>,
    current: Option<Current>,
    _lease: Lease,
}

/// The slice being read: what is left of its range, and its file once opened.
struct Current {
    slice: Slice,
    file: Option<File>,
}

impl Reader {
    fn piece(&mut self) -> Result<Bytes, StorageError> {
        let Some(Current { slice, file }) = &mut self.current else { return Ok(Bytes::new()) };
        let Range { start, end } = slice.range;
        let mut bytes = match slice.body.place {
            Place::Index => {
                slice.range.start = end;
                read_inline(&self.tables, &slice.body, start..end)?
            }
            Place::File => {
                let stop = end.min(start + PIECE);
                slice.range.start = stop;
                read_file(file, &self.blobs.path(slice.body.id), start..stop)?
            }
        };
        if let Some(cipher) = &slice.cipher {
            cipher.key.apply(&cipher.nonce, start, &mut bytes);
        }
        Ok(bytes.into())
    }
}

pub(super) fn read_inline(tables: &Tables, body: &Body, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
    let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
    tables
        .body(body.id, at(range.start)..at(range.end))?
        .ok_or_else(|| StorageError::Index(format!("body {:016x} is not as long as its record says, or is gone", body.id).into()))
}

fn read_file(file: &mut Option<File>, path: &Path, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
    let length = range.end - range.start;
    let mut read = || {
        let file = match file {
            Some(file) => file,
            None => {
                let file = file.insert(File::open(path)?);
                file.seek(SeekFrom::Start(range.start))?;
                file
            }
        };
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
    };
    read().map_err(StorageError::file(format!("reading {}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::domain::random::Random;

    #[test]
    fn what_cannot_be_linked_is_copied() {
        let root = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::new(&Folder::open(root.path(), &Random::from_seed(1)).expect("made"));
        fs::write(blobs.staged_path(1), "bytes").expect("written");
        blobs.publish(1).expect("published");
        // No file can be linked to a name that is taken.
        fs::create_dir_all(blobs.path(3).parent().expect("a folder")).expect("made");
        fs::write(blobs.path(3), "").expect("written");
        for (id, is_link) in [(2, true), (3, false)] {
            blobs.link(1, id).expect("linked or copied");
            assert_eq!(fs::read(blobs.path(id)).expect("a file"), b"bytes");
            let inode = |id| fs::metadata(blobs.path(id)).expect("a file").ino();
            assert_eq!(inode(1) == inode(id), is_link);
        }
        assert!(blobs.link(4, 5).is_err() && blobs.copy(4, 5).is_err());
        assert_eq!((blobs.ids().expect("read").len(), read_dir(&blobs.staging).expect("read").len()), (3, 0));
    }
}
