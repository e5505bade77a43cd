//! What an S3 client says of its body, and the body held to it: its length, framing, hash, signatures and checksum.
//!
//! Bytes are passed on before it is known whether they are right: nothing is stored of a body that ends in an error.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::codec::signature_v4::ChunkSigner;
use crate::domain::checksum::Checksum;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::payload_hash::PayloadHash;
use crate::operations::request::RequestHead;
use crate::operations::routes::Operation;
use crate::operations::s3::Dialect;
use crate::operations::s3::framing::{self, AWS_CHUNKED, Framing};
use crate::operations::s3::promised_checksum::PromisedChecksum;

/// The body's hash, or how it is framed.
pub const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const DECODED_CONTENT_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");

/// How many bytes are digested at a time: other requests have their turn in between.
const STRIDE: usize = 64 << 10;

/// What the bytes of a body are held to while they are read.
pub struct Payload {
    framing: Option<Framing>,
    /// In bytes, without the framing.
    length: Option<u64>,
    sha256: Option<(Sha256, [u8; 32])>,
    checksum: Option<PromisedChecksum>,
    /// Bytes given out.
    taken: u64,
    /// The checksum that was promised and found.
    verified: Option<Checksum>,
}

impl Payload {
    /// Reads the headers as sent; `None` for COS's clients. `chunks` verifies chunks of a request that is signed, where signatures
    /// are checked.
    ///
    /// Checksums among the parameters do not count: SDKs that presign have no body yet, and name that of an empty one.
    ///
    /// # Errors
    /// `InvalidArgument`, `InvalidRequest`, `MissingContentLength`, `NotImplemented`.
    pub fn parse(sent: &RequestHead, operation: Operation, chunks: Option<ChunkSigner>) -> Result<Option<Self>, Error> {
        if sent.dialect == Dialect::Cos {
            return Ok(None);
        }
        let hash = declared_hash(sent)?.map(str::parse::<PayloadHash>).transpose()?;
        let framing = match hash {
            Some(PayloadHash::Chunked { is_signed, has_trailers }) => {
                Some(Framing::new(chunks.filter(|_| is_signed), has_trailers))
            }
            // Clients that sign nothing leave the hash out.
            None if framing::is_framed(&sent.headers) => Some(Framing::new(None, true)),
            None | Some(PayloadHash::Unsigned | PayloadHash::Sha256(_)) => None,
        };
        let length = framing.as_ref().map(|_| decoded_length(sent)).transpose()?;
        let sha256 = match hash {
            Some(PayloadHash::Sha256(expected)) => Some((Sha256::new(), expected)),
            _ => None,
        };
        // There the checksum is that of the object to be.
        let is_of_body = operation != Operation::CompleteMultipartUpload;
        let checksum = if is_of_body { PromisedChecksum::parse(sent, framing.is_some())? } else { None };
        Ok(Some(Self { framing, length, sha256, checksum, taken: 0, verified: None }))
    }

    /// How long the body is without its framing.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Bytes that were read, without their framing.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The next bytes of the body in `sent`, from which what was read is taken away; `None` when more is needed.
    ///
    /// # Errors
    /// `InvalidRequest` for framing that cannot be read, `SignatureDoesNotMatch`, `IncompleteBody`, `MalformedTrailerError`.
    pub fn take(&mut self, sent: &mut Bytes) -> Result<Option<Bytes>, Error> {
        let taken = match &mut self.framing {
            None if sent.is_empty() => None,
            None => Some(sent.split_to(sent.len().min(STRIDE))),
            Some(framing) => framing.take(sent, STRIDE)?,
        };
        let Some(bytes) = taken else { return Ok(None) };
        self.taken += bytes.len() as u64;
        if self.length.is_some_and(|length| self.taken > length) {
            return Err(self.wrong_length());
        }
        if let Some((running, _)) = &mut self.sha256 {
            running.update(&bytes);
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&bytes);
        }
        Ok(Some(bytes))
    }

    /// Judges the whole body, as often as it is asked.
    ///
    /// # Errors
    /// As [`Self::take`], `XAmzContentSHA256Mismatch`, `BadDigest`.
    pub fn finish(&mut self) -> Result<(), Error> {
        let mut framing = self.framing.take();
        if let Some(framing) = &mut framing {
            framing.finish()?;
        }
        if self.length.is_some_and(|length| self.taken != length) {
            return Err(self.wrong_length());
        }
        if let Some((running, expected)) = self.sha256.take() {
            check_sha256(expected, running.finalize().into())?;
        }
        if let Some(checksum) = self.checksum.take() {
            let trailer = |name: &HeaderName| framing.as_ref().and_then(|framing| framing.trailer(name));
            self.verified = Some(checksum.finish(trailer)?);
        }
        Ok(())
    }

    /// Says in the answer which checksum was found right (PutObject and UploadPart of S3).
    pub fn describe(&self, operation: Operation, headers: &mut HeaderMap) {
        let is_said = matches!(operation, Operation::PutObject | Operation::UploadPart);
        if let Some(checksum) = self.verified.as_ref().filter(|_| is_said)
            && let Ok(value) = HeaderValue::try_from(checksum.to_string())
        {
            headers.insert(checksum.algorithm().header(), value);
        }
    }

    fn wrong_length(&self) -> Error {
        let (length, taken) = (self.length.unwrap_or_default(), self.taken);
        ErrorCode::IncompleteBody.because(format!("{DECODED_CONTENT_LENGTH} is {length}, but the body has {taken} bytes so far"))
    }
}

/// What the client says of its body's hash, in a header or as a parameter.
///
/// # Errors
/// `InvalidArgument` for a header that is given twice or is not UTF-8.
pub(super) fn declared_hash(sent: &RequestHead) -> Result<Option<&str>, Error> {
    let parameter = || sent.query.iter().find(|(name, _)| name == "X-Amz-Content-Sha256").map(|(_, value)| value.as_str());
    Ok(sent.header_text(&CONTENT_SHA256)?.or_else(parameter))
}

fn decoded_length(sent: &RequestHead) -> Result<u64, Error> {
    let missing = || format!("the body is {AWS_CHUNKED}, so it needs {DECODED_CONTENT_LENGTH}");
    sent.header_number(&DECODED_CONTENT_LENGTH)?.ok_or_else(|| ErrorCode::MissingContentLength.because(missing()))
}

fn check_sha256(expected: [u8; 32], received: [u8; 32]) -> Result<(), Error> {
    if expected == received {
        return Ok(());
    }
    let (expected, received) = (hex::encode(expected), hex::encode(received));
    let message = format!("{CONTENT_SHA256} is {expected}, but the body that arrived has {received}");
    Err(ErrorCode::XAmzContentSHA256Mismatch
        .because(message)
        .with_element("ClientComputedContentSHA256", expected)
        .with_element("S3ComputedContentSHA256", received))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::signature_v4::{Scope, SigningKey};
    use proptest::prelude::*;

    const HEADERS: [(&str, &str); 4] = [
        ("host", "h"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "12"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];

    fn signer() -> ChunkSigner {
        let scope = Scope { date: "20231114".to_owned(), region: "r".to_owned(), service: "s3".to_owned() };
        ChunkSigner::new(SigningKey::new("key", &scope), "20231114T221320Z", &scope, "00".to_owned())
    }

    /// `hello, world` in two chunks, with its checksum behind it, all signed.
    fn framed() -> Vec<u8> {
        let (mut signer, mut body) = (signer(), String::new());
        for chunk in ["hello, ", "world", ""] {
            let signature = signer.sign_chunk(Sha256::digest(chunk).into());
            let end = if chunk.is_empty() { "" } else { "\r\n" };
            body += &format!("{:x};chunk-signature={signature}\r\n{chunk}{end}", chunk.len());
        }
        let trailer = "x-amz-checksum-crc32:/6tyOg==";
        let signature = signer.sign_trailers(&format!("{trailer}\n"));
        body += &format!("{trailer}\r\nx-amz-trailer-signature:{signature}\r\n\r\n");
        body.into_bytes()
    }

    /// What comes out of a body in pieces of these sizes: its content, or what it is refused for.
    fn read(body: &[u8], sizes: &[usize]) -> Result<Vec<u8>, ErrorCode> {
        let request = HEADERS.iter().fold(http::Request::builder(), |request, (name, value)| request.header(*name, *value));
        let head = RequestHead::new(request.body(()).expect("a request").into_parts().0, Dialect::S3).expect("a head");
        let payload = Payload::parse(&head, Operation::PutObject, Some(signer())).expect("right");
        let (mut payload, mut content) = (payload.expect("says something"), Vec::new());
        let (mut body, mut sizes) = (Bytes::copy_from_slice(body), sizes.iter().cycle());
        while !body.is_empty() {
            let size = sizes.next().expect("there is one").min(&body.len()).to_owned();
            let mut piece = body.split_to(size);
            while let Some(taken) = payload.take(&mut piece).map_err(|error| error.code())? {
                content.extend_from_slice(&taken);
            }
        }
        payload.finish().map_err(|error| error.code())?;
        Ok(content)
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(sizes in proptest::collection::vec(1_usize..60, 1..20)) {
            prop_assert_eq!(read(&framed(), &sizes), Ok(b"hello, world".to_vec()));
        }

        #[test]
        fn what_was_changed_or_cut_off_is_refused_however_it_comes(sizes in proptest::collection::vec(1_usize..60, 1..20), at: usize, digit in b'a'..=b'z') {
            let mut body = framed();
            let at = at % (body.len() - b"\r\n\r\n".len());
            prop_assert!(read(&body[..at], &sizes).is_err());
            let was = std::mem::replace(&mut body[at], digit);
            let changed = read(&body, &sizes);
            prop_assert_eq!(&changed, &read(&body, &[usize::MAX]));
            if was.to_ascii_lowercase() != digit {
                prop_assert!(changed.is_err(), "{:?}", changed);
            }
        }
    }
}
