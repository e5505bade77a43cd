//! An object's bytes for code that reads and waits: decompressed, and counted on both sides. Blocks.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use bytes::{Buf, Bytes};
use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use futures_util::StreamExt;
use tokio::runtime::Handle;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::select::parameters::Compression;
use crate::storage::{BodyStream, ObjectBytes, StorageError};

const BUFFER: usize = 64 << 10;

/// How many bytes went by.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Rc<Cell<u64>>);

impl Meter {
    pub(super) fn bytes(&self) -> u64 {
        self.0.get()
    }
}

/// Reads an object; `scanned` counts its stored bytes, `processed` those of its text.
pub(super) fn text_of(bytes: ObjectBytes, compression: Compression, scanned: Meter, processed: Meter) -> impl BufRead {
    let stored = Counted { source: Pieces::new(bytes), meter: scanned };
    let source: Box<dyn Read> = match compression {
        Compression::None => Box::new(stored),
        Compression::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, stored))),
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(BufReader::with_capacity(BUFFER, stored))),
    };
    BufReader::with_capacity(BUFFER, Counted { source, meter: processed })
}

/// What a failure to read means: the store's own fault, or an object that is not compressed as it was said to be.
pub(super) fn failure(error: io::Error, compression: Compression) -> Error {
    let error = match error.downcast::<StorageError>() {
        Ok(fault) => return fault.into(),
        Err(error) => error,
    };
    let (code, name) = match compression {
        Compression::None => return Error::from(ErrorCode::InternalError).caused_by(error),
        Compression::Gzip => (ErrorCode::GzipDecompressError, "GZIP"),
        Compression::Bzip2 => (ErrorCode::Bzip2DecompressError, "BZIP2"),
    };
    code.because(format!("the object cannot be decompressed: it is damaged, or not {name}")).caused_by(error)
}

struct Counted<R> {
    source: R,
    meter: Meter,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.meter.0.set(self.meter.0.get() + read as u64);
        Ok(read)
    }
}

/// The pieces of a stream, one after another.
struct Pieces {
    piece: Bytes,
    /// What is left, and who drives it.
    rest: Option<(BodyStream, Handle)>,
}

impl Pieces {
    fn new(bytes: ObjectBytes) -> Self {
        match bytes {
            ObjectBytes::Whole(piece) => Self { piece, rest: None },
            ObjectBytes::Stream(stream) => Self { piece: Bytes::new(), rest: Some((stream, Handle::current())) },
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty()
            && let Some((stream, runtime)) = &mut self.rest
        {
            match runtime.block_on(stream.next()) {
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
                None => self.rest = None,
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn bzip2(text: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn read(stored: Vec<u8>, compression: Compression) -> Result<(Vec<u8>, u64, u64), ErrorCode> {
        let (scanned, processed) = (Meter::default(), Meter::default());
        let mut text = Vec::new();
        let mut source = text_of(ObjectBytes::Whole(stored.into()), compression, scanned.clone(), processed.clone());
        source.read_to_end(&mut text).map_err(|error| failure(error, compression).code())?;
        Ok((text, scanned.bytes(), processed.bytes()))
    }

    #[test]
    fn texts_are_decompressed_and_counted() {
        let text = b"a,b\n".repeat(50_000);
        for (stored, compression) in
            [(text.clone(), Compression::None), (gzip(&text), Compression::Gzip), (bzip2(&text), Compression::Bzip2)]
        {
            let length = stored.len() as u64;
            assert_eq!(read(stored, compression), Ok((text.clone(), length, 200_000)), "{compression:?}");
        }
    }

    #[test]
    fn members_one_after_another_are_one_text() {
        assert_eq!(read([gzip(b"a"), gzip(b"b")].concat(), Compression::Gzip).map(|(text, ..)| text), Ok(b"ab".to_vec()));
        assert_eq!(read([bzip2(b"a"), bzip2(b"b")].concat(), Compression::Bzip2).map(|(text, ..)| text), Ok(b"ab".to_vec()));
    }

    #[test]
    fn what_is_damaged_or_not_compressed_is_told() {
        for (compression, packed, code) in [
            (Compression::Gzip, gzip(b"abc"), ErrorCode::GzipDecompressError),
            (Compression::Bzip2, bzip2(b"abc"), ErrorCode::Bzip2DecompressError),
        ] {
            assert_eq!(read(b"a,b\nc,d\n".to_vec(), compression), Err(code));
            assert_eq!(read(packed[..packed.len() - 3].to_vec(), compression), Err(code));
            let mut damaged = packed;
            let last = damaged.len() - 6;
            damaged[last] ^= 1;
            assert_eq!(read(damaged, compression), Err(code));
        }
    }
}
