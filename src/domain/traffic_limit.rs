//! `x-cos-traffic-limit` (Single-URL Speed Limits, 436/34072).

use std::str::FromStr;
use std::time::Duration;

use crate::domain::error::{Error, ErrorCode};

/// A limit on one request's body, 819200 to 838860800 bit/s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficLimit {
    bits_per_second: u64,
}

impl TrafficLimit {
    /// How long `bytes` take at this speed.
    pub fn duration_of(self, bytes: u64) -> Duration {
        Duration::from_secs_f64(bytes as f64 * 8.0 / self.bits_per_second as f64)
    }

    /// A tenth of a second's worth of bytes: pieces no larger than this make the speed even.
    pub fn piece(self) -> usize {
        usize::try_from(self.bits_per_second / 80).unwrap_or(usize::MAX)
    }
}

impl FromStr for TrafficLimit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.parse() {
            Ok(bits_per_second @ 819_200..=838_860_800) => Ok(Self { bits_per_second }),
            _ => {
                let message = format!("x-cos-traffic-limit is {text:?}; it must be a number of bit/s from 819200 to 838860800");
                Err(ErrorCode::InvalidArgument.because(message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_range_is_kept() {
        for text in ["819200", "838860800"] {
            assert!(text.parse::<TrafficLimit>().is_ok());
        }
        for text in ["819199", "838860801", "", "-1", "1e6", "fast"] {
            assert_eq!(text.parse::<TrafficLimit>().expect_err(text).code(), ErrorCode::InvalidArgument);
        }
    }

    #[test]
    fn bytes_take_their_time() {
        let limit: TrafficLimit = "819200".parse().expect("valid");
        assert_eq!(limit.duration_of(102_400), Duration::from_secs(1));
        assert_eq!(limit.piece(), 10_240);
    }
}
