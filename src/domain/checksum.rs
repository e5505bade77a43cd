//! The checksums that S3 clients send with a body (AWS, "Checking object integrity").

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderName;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::domain::error::{Error, ErrorCode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumAlgorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// A body's checksum: the algorithm, and the value with its highest byte first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    algorithm: ChecksumAlgorithm,
    value: Vec<u8>,
}

/// A checksum in the making.
pub struct RunningChecksum {
    algorithm: ChecksumAlgorithm,
    state: State,
}

enum State {
    Crc32(crc32fast::Hasher),
    Crc(crc_fast::Digest),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl ChecksumAlgorithm {
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The header, or trailer, that holds the value.
    pub const fn header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        })
    }

    /// The one whose value a header of this name holds.
    pub fn of_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| name.eq_ignore_ascii_case(algorithm.header().as_str()))
    }

    /// Bytes of a value.
    const fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

impl FromStr for ChecksumAlgorithm {
    type Err = Error;

    /// Reads `x-amz-sdk-checksum-algorithm` and its like, in any letter case.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|algorithm| text.eq_ignore_ascii_case(algorithm.name())).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            ErrorCode::InvalidRequest.because(format!("the checksum algorithm is {text:?}; it must be one of {names}"))
        })
    }
}

impl Checksum {
    /// # Errors
    /// `InvalidRequest` for a text that is not the base64 form of as many bytes as the algorithm gives.
    pub fn parse(algorithm: ChecksumAlgorithm, text: &str) -> Result<Self, Error> {
        let value = STANDARD.decode(text).ok().filter(|value| value.len() == algorithm.length());
        value.map(|value| Self { algorithm, value }).ok_or_else(|| {
            let (name, length) = (algorithm.header(), algorithm.length());
            ErrorCode::InvalidRequest.because(format!("{name} is {text:?}; it must be the base64 form of {length} bytes"))
        })
    }

    pub fn algorithm(&self) -> ChecksumAlgorithm {
        self.algorithm
    }

    /// # Errors
    /// `BadDigest` when the body has another one.
    pub fn check(&self, received: &Self) -> Result<(), Error> {
        if self == received {
            return Ok(());
        }
        let name = self.algorithm.header();
        Err(ErrorCode::BadDigest.because(format!("{name} is {self}, but the body that arrived has {received}")))
    }
}

impl fmt::Display for Checksum {
    /// The base64 form.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&STANDARD.encode(&self.value))
    }
}

impl RunningChecksum {
    pub fn new(algorithm: ChecksumAlgorithm) -> Self {
        let state = match algorithm {
            ChecksumAlgorithm::Crc32 => State::Crc32(crc32fast::Hasher::new()),
            ChecksumAlgorithm::Crc32c => State::Crc(crc_fast::Digest::new(CrcAlgorithm::Crc32Iscsi)),
            ChecksumAlgorithm::Crc64Nvme => State::Crc(crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme)),
            ChecksumAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            ChecksumAlgorithm::Sha256 => State::Sha256(Sha256::new()),
        };
        Self { algorithm, state }
    }

    pub fn algorithm(&self) -> ChecksumAlgorithm {
        self.algorithm
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc32(hasher) => hasher.update(bytes),
            State::Crc(digest) => digest.update(bytes),
            State::Sha1(sha1) => sha1.update(bytes),
            State::Sha256(sha256) => sha256.update(bytes),
        }
    }

    pub fn finish(self) -> Checksum {
        let value = match self.state {
            State::Crc32(hasher) => hasher.finalize().to_be_bytes().to_vec(),
            // The narrower CRC stands in the lower bytes.
            State::Crc(digest) => digest.finalize().to_be_bytes()[8 - self.algorithm.length()..].to_vec(),
            State::Sha1(sha1) => sha1.finalize().to_vec(),
            State::Sha256(sha256) => sha256.finalize().to_vec(),
        };
        Checksum { algorithm: self.algorithm, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the CRC catalogue and of FIPS 180 for `123456789`.
    const OF_DIGITS: [(ChecksumAlgorithm, &str); 5] = [
        (ChecksumAlgorithm::Crc32, "cbf43926"),
        (ChecksumAlgorithm::Crc32c, "e3069283"),
        (ChecksumAlgorithm::Crc64Nvme, "ae8b14860a799888"),
        (ChecksumAlgorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        (ChecksumAlgorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
    ];

    #[test]
    fn each_algorithm_gives_its_published_value() {
        for (algorithm, expected) in OF_DIGITS {
            let mut running = RunningChecksum::new(algorithm);
            running.update(b"1234");
            running.update(b"56789");
            let received = running.finish();
            assert_eq!(received.value, hex::decode(expected).expect("hex"), "{}", algorithm.name());
            let declared = Checksum::parse(algorithm, &received.to_string()).expect("own text");
            assert!(declared.check(&received).is_ok());
            let error = declared.check(&RunningChecksum::new(algorithm).finish()).expect_err("of nothing");
            assert_eq!(error.code(), ErrorCode::BadDigest);
        }
    }

    #[test]
    fn names_and_headers_lead_to_their_algorithm() {
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(algorithm.name().to_lowercase().parse::<ChecksumAlgorithm>().expect("known"), algorithm);
            assert_eq!(ChecksumAlgorithm::of_header(algorithm.header().as_str()), Some(algorithm));
        }
        assert_eq!("MD5".parse::<ChecksumAlgorithm>().expect_err("none").code(), ErrorCode::InvalidRequest);
        assert_eq!(ChecksumAlgorithm::of_header("x-amz-checksum-mode"), None);
    }

    #[test]
    fn a_value_of_another_length_is_refused() {
        for text in ["", "AAAA", "AAAAAAA=", "AAAAAA", "00000000", "!"] {
            let error = Checksum::parse(ChecksumAlgorithm::Crc32, text).expect_err(text);
            assert_eq!(error.code(), ErrorCode::InvalidRequest);
        }
    }
}
