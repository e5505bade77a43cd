//! The framing of a body, `aws-chunked`: taken away, and held to the signatures in it.

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::codec::aws_chunked::{Decoder, Event, FramingError};
use crate::codec::signature_v4::ChunkSigner;
use crate::domain::error::{Error, ErrorCode};
use crate::operations::s3::signature::mismatched;

/// The encoding that says so.
pub(super) const AWS_CHUNKED: &str = "aws-chunked";

const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// A framed body while it arrives.
pub(super) struct Framing {
    decoder: Decoder,
    signed: Option<SignedChunks>,
    /// Names in lower case.
    trailers: Vec<(String, String)>,
}

struct SignedChunks {
    signer: ChunkSigner,
    /// The chunk that is arriving, with its signature.
    chunk: Option<(Sha256, String)>,
    are_trailers_signed: bool,
}

impl Framing {
    /// `signer` verifies the chunks, where they are signed and somebody knows the key.
    pub(super) fn new(signer: Option<ChunkSigner>, are_trailers_signed: bool) -> Self {
        let signed = signer.map(|signer| SignedChunks { signer, chunk: None, are_trailers_signed });
        Self { decoder: Decoder::default(), signed, trailers: Vec::new() }
    }

    /// The next bytes in `sent`, at most `largest`; `None` when more is needed.
    ///
    /// # Errors
    /// `InvalidRequest`, `MalformedTrailerError`, `SignatureDoesNotMatch`.
    pub(super) fn take(&mut self, sent: &mut Bytes, largest: usize) -> Result<Option<Bytes>, Error> {
        while let Some(event) = self.decoder.next(sent, largest).map_err(|error| refused(&error))? {
            let Event::Data(bytes) = event else {
                self.note(event)?;
                continue;
            };
            if let Some(signed) = &mut self.signed {
                signed.update(&bytes);
            }
            return Ok(Some(bytes));
        }
        Ok(None)
    }

    fn note(&mut self, event: Event) -> Result<(), Error> {
        match (event, &mut self.signed) {
            (Event::Chunk { size, signature }, Some(signed)) => signed.begin(size, signature)?,
            (Event::Trailer { name, value }, _) => self.trailers.push((name, value)),
            (Event::Chunk { .. } | Event::Data(_), _) => {}
        }
        Ok(())
    }

    /// Judges the end.
    ///
    /// # Errors
    /// As [`Self::take`], and `IncompleteBody`.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        if let Some(event) = self.decoder.finish().map_err(|error| refused(&error))? {
            self.note(event)?;
        }
        match &mut self.signed {
            Some(signed) if signed.are_trailers_signed => signed.verify_trailers(&self.trailers),
            _ => Ok(()),
        }
    }

    /// The value of a trailer that came.
    pub(super) fn trailer(&self, name: &HeaderName) -> Option<&str> {
        self.trailers.iter().find(|(given, _)| given == name.as_str()).map(|(_, value)| value.as_str())
    }
}

impl SignedChunks {
    fn begin(&mut self, size: u64, signature: Option<String>) -> Result<(), Error> {
        self.end()?;
        let signature = signature.ok_or_else(|| {
            ErrorCode::SignatureDoesNotMatch.because("a chunk has no chunk-signature, which x-amz-content-sha256 promises")
        })?;
        self.chunk = Some((Sha256::new(), signature));
        if size == 0 { self.end() } else { Ok(()) }
    }

    fn update(&mut self, bytes: &[u8]) {
        if let Some((running, _)) = &mut self.chunk {
            running.update(bytes);
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some((running, signature)) = self.chunk.take() else { return Ok(()) };
        self.signer.verify_chunk(running.finalize().into(), &signature).map_err(|mismatch| mismatched(*mismatch))
    }

    fn verify_trailers(&mut self, trailers: &[(String, String)]) -> Result<(), Error> {
        let is_signature = |name: &str| name == TRAILER_SIGNATURE;
        let Some((_, signature)) = trailers.iter().find(|(name, _)| is_signature(name)) else {
            let message =
                format!("the trailers are not signed: {TRAILER_SIGNATURE}, which x-amz-content-sha256 promises, is missing");
            return Err(ErrorCode::SignatureDoesNotMatch.because(message));
        };
        let signed = trailers.iter().filter(|(name, _)| !is_signature(name));
        let text: String = signed.map(|(name, value)| format!("{name}:{value}\n")).collect();
        self.signer.verify_trailers(&text, signature).map_err(|mismatch| mismatched(*mismatch))
    }
}

/// Whether the headers say that the body is framed.
pub(super) fn is_framed(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    encodings.flat_map(|value| value.split(',')).any(|encoding| encoding.trim().eq_ignore_ascii_case(AWS_CHUNKED))
}

/// Takes the framing out of what is kept of the encodings.
pub fn remove(headers: &mut HeaderMap) {
    if !is_framed(headers) {
        return;
    }
    let encodings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let others = encodings.flat_map(|value| value.split(',')).map(str::trim);
    let others: Vec<&str> = others.filter(|encoding| !encoding.eq_ignore_ascii_case(AWS_CHUNKED)).collect();
    let others = HeaderValue::try_from(others.join(","));
    headers.remove(CONTENT_ENCODING);
    if let Some(others) = others.ok().filter(|others| !others.is_empty()) {
        headers.insert(CONTENT_ENCODING, others);
    }
}

fn refused(error: &FramingError) -> Error {
    let code = match error {
        FramingError::Incomplete => ErrorCode::IncompleteBody,
        FramingError::Trailer(_) => ErrorCode::MalformedTrailerError,
        FramingError::Size(_) | FramingError::Tail | FramingError::TooLong => ErrorCode::InvalidRequest,
    };
    code.because(format!("the body is {AWS_CHUNKED}, but {error}"))
}
