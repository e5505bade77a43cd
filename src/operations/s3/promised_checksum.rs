//! The checksum that an S3 client promises of a body.

use http::HeaderName;

use crate::domain::checksum::{Checksum, ChecksumAlgorithm, RunningChecksum};
use crate::domain::error::{Error, ErrorCode};
use crate::operations::request::RequestHead;

const SDK_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("x-amz-sdk-checksum-algorithm");
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

/// A checksum in the making, and what it must come to.
pub struct PromisedChecksum {
    running: RunningChecksum,
    /// That stands behind the body if it is `None`.
    expected: Option<Checksum>,
}

impl PromisedChecksum {
    /// The checksum in a header, or, where the body may have trailers, announced as one of them.
    ///
    /// # Errors
    /// `InvalidRequest` for several checksums, for one that cannot be meant, and for another than
    /// `x-amz-sdk-checksum-algorithm` names.
    pub fn parse(head: &RequestHead, may_have_trailers: bool) -> Result<Option<Self>, Error> {
        let mut promised = Vec::new();
        for algorithm in ChecksumAlgorithm::ALL {
            if let Some(text) = head.header_text(&algorithm.header())? {
                promised.push(Self::new(algorithm, Some(Checksum::parse(algorithm, text)?)));
            }
        }
        if let Some(names) = head.header_text(&TRAILER)?.filter(|_| may_have_trailers) {
            for name in names.split(',').map(str::trim) {
                promised.push(Self::new(announced(name)?, None));
            }
        }
        if promised.len() > 1 {
            let names: Vec<&str> = promised.iter().map(|promised| promised.running.algorithm().name()).collect();
            let message = format!("the request has several checksums, {}; it may have one", names.join(" and "));
            return Err(ErrorCode::InvalidRequest.because(message));
        }
        let promised = promised.pop();
        if let Some(named) = head.header_opt::<ChecksumAlgorithm>(&SDK_CHECKSUM_ALGORITHM)? {
            let found = promised.as_ref().map(|promised| promised.running.algorithm());
            if found != Some(named) {
                let found = found.map_or("no checksum", ChecksumAlgorithm::name);
                let message = format!("{SDK_CHECKSUM_ALGORITHM} is {}, but the request brings {found}", named.name());
                return Err(ErrorCode::InvalidRequest.because(message));
            }
        }
        Ok(promised)
    }

    fn new(algorithm: ChecksumAlgorithm, expected: Option<Checksum>) -> Self {
        Self { running: RunningChecksum::new(algorithm), expected }
    }

    /// Adds bytes of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        self.running.update(bytes);
    }

    /// Judges the whole body, and gives the checksum that was found right; `trailer` looks up what stands behind the body.
    ///
    /// # Errors
    /// `BadDigest`, and for a trailer that is not there `MalformedTrailerError`, for one that cannot be meant `InvalidRequest`.
    pub fn finish<'a>(self, trailer: impl FnOnce(&HeaderName) -> Option<&'a str>) -> Result<Checksum, Error> {
        let algorithm = self.running.algorithm();
        let expected = match self.expected {
            Some(expected) => expected,
            None => {
                let header = algorithm.header();
                let text = trailer(&header).ok_or_else(|| {
                    ErrorCode::MalformedTrailerError.because(format!("{TRAILER} announces {header}, but no such trailer came"))
                })?;
                Checksum::parse(algorithm, text)?
            }
        };
        expected.check(&self.running.finish())?;
        Ok(expected)
    }
}

/// The algorithm of a trailer that is to come.
fn announced(name: &str) -> Result<ChecksumAlgorithm, Error> {
    ChecksumAlgorithm::of_header(name).ok_or_else(|| {
        let known = ChecksumAlgorithm::ALL.map(|algorithm| algorithm.header().to_string()).join(", ");
        ErrorCode::InvalidRequest.because(format!("{TRAILER} is {name:?}; it must be one of {known}"))
    })
}
