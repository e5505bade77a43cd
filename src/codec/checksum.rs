//! MD5, CRC-64 and SHA-1 of a stream in one pass; several streams share one core's SIMD lanes.

use std::ops::Range;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use md5_many::{Md5Many, Md5State};
use sha1::Sha1;

/// The most streams that [`Lanes::update`] takes at once.
pub const MAX_LANES: usize = 16;

/// Below this many streams the scalar MD5 is faster than half-empty lanes (`benches/checksum.rs`).
const FEWEST_LANES: usize = 3;

/// How many bytes of each lane are digested before the next digest reads them: they stay in the core's cache.
const STRIDE: usize = 64 * 1024;

/// The running digests of one stream.
#[derive(Clone)]
pub struct Digests {
    md5: Md5State,
    crc64: crc64fast::Digest,
    sha1: Option<Sha1>,
    length: u64,
}

/// What a finished stream digests to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested {
    pub md5: [u8; 16],
    /// CRC-64/XZ, which COS prints in decimal as `x-cos-hash-crc64ecma`.
    pub crc64: u64,
    /// Present when asked for at the start.
    pub sha1: Option<[u8; 20]>,
    /// Bytes.
    pub length: u64,
}

impl Digests {
    /// MD5, CRC-64 and length; SHA-1 as well when `with_sha1`.
    pub fn new(with_sha1: bool) -> Self {
        Self { md5: Md5State::new(), crc64: crc64fast::Digest::new(), sha1: with_sha1.then(Sha1::new), length: 0 }
    }

    /// Adds bytes to this stream alone.
    pub fn update(&mut self, bytes: &[u8]) {
        for stride in bytes.chunks(STRIDE) {
            self.md5.update(stride);
            self.update_others(stride);
        }
    }

    pub fn finish(self) -> Digested {
        Digested {
            md5: self.md5.finalize(),
            crc64: self.crc64.sum64(),
            sha1: self.sha1.map(|sha1| sha1.finalize().into()),
            length: self.length,
        }
    }

    fn update_others(&mut self, bytes: &[u8]) {
        self.crc64.write(bytes);
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
        self.length += bytes.len() as u64;
    }
}

/// One stream's bytes for [`Lanes::update`], in pieces as they came from the socket.
pub struct Lane {
    pub digests: Digests,
    pub pieces: Vec<Bytes>,
}

/// Digests several streams at the cost of little more than one: their MD5 states share the core's SIMD registers.
pub struct Lanes {
    engine: Md5Many,
    width: usize,
}

impl Default for Lanes {
    fn default() -> Self {
        let engine = Md5Many::new();
        Self { engine, width: engine.lanes().clamp(1, MAX_LANES) }
    }
}

impl Lanes {
    /// Adds each lane's pieces to its digests.
    pub fn update(&self, lanes: &mut [Lane]) {
        let mut cursors: Vec<Cursor> = lanes.iter().map(|_| Cursor::default()).collect();
        loop {
            let active: Vec<usize> = (0..lanes.len()).filter(|&at| !cursors[at].rest(&lanes[at].pieces).is_empty()).collect();
            match active[..] {
                [] => return,
                [only] => {
                    let Lane { digests, pieces } = &mut lanes[only];
                    let range = cursors[only].take(pieces, usize::MAX);
                    digests.update(&pieces[range.0][range.1]);
                }
                _ => self.step(lanes, &mut cursors, &active),
            }
        }
    }

    /// Advances all active lanes by the same number of bytes.
    fn step(&self, lanes: &mut [Lane], cursors: &mut [Cursor], active: &[usize]) {
        let length = active.iter().map(|&at| cursors[at].rest(&lanes[at].pieces).len()).min().unwrap_or(0).min(STRIDE);
        for group in active.chunks(self.width) {
            let inputs: Vec<Bytes> = group
                .iter()
                .map(|&at| {
                    let (piece, range) = cursors[at].take(&lanes[at].pieces, length);
                    lanes[at].pieces[piece].slice(range)
                })
                .collect();
            if group.len() < FEWEST_LANES.min(self.width) {
                for (&at, input) in group.iter().zip(&inputs) {
                    lanes[at].digests.md5.update(input);
                }
            } else {
                self.update_md5(lanes, group, &inputs);
            }
            for (&at, input) in group.iter().zip(&inputs) {
                lanes[at].digests.update_others(input);
            }
        }
    }

    /// Runs full registers: empty lanes repeat the first input into a state that is thrown away, which is several times faster
    /// than the engine's path for a partly filled batch.
    fn update_md5(&self, lanes: &mut [Lane], group: &[usize], inputs: &[Bytes]) {
        let mut states = vec![Md5State::new(); self.width];
        let mut slices: Vec<&[u8]> = vec![&inputs[0]; self.width];
        for (slot, (&at, input)) in group.iter().zip(inputs).enumerate() {
            states[slot] = lanes[at].digests.md5;
            slices[slot] = input;
        }
        self.engine.update_many(&mut states, &slices);
        for (slot, &at) in group.iter().enumerate() {
            lanes[at].digests.md5 = states[slot];
        }
    }
}

#[derive(Default, Clone)]
struct Cursor {
    piece: usize,
    offset: usize,
}

impl Cursor {
    /// The unread bytes of the current piece; empty pieces are passed over.
    fn rest<'a>(&mut self, pieces: &'a [Bytes]) -> &'a [u8] {
        while let Some(piece) = pieces.get(self.piece) {
            if self.offset < piece.len() {
                return &piece[self.offset..];
            }
            self.piece += 1;
            self.offset = 0;
        }
        &[]
    }

    /// At most `length` bytes of the current piece, as its index and range.
    fn take(&mut self, pieces: &[Bytes], length: usize) -> (usize, Range<usize>) {
        let length = self.rest(pieces).len().min(length);
        let range = self.offset..self.offset + length;
        self.offset += length;
        (self.piece, range)
    }
}

/// The MD5 of a short text, such as an XML body or a customer key.
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// The CRC-64/XZ of two byte strings joined, from the CRC of each and the length of the second in bytes.
///
/// The CRC of Complete Multipart Upload comes from its parts so, and moves no bytes (436/34078).
pub fn crc64_combine(first: u64, second: u64, second_length: u64) -> u64 {
    // Appending n zero bytes multiplies the first CRC by x to the power 8n, modulo the polynomial.
    let mut power = ONE;
    for bit in (0..64).filter(|bit| second_length >> bit & 1 == 1) {
        power = multiplied(power, POWERS[bit + 3]);
    }
    multiplied(first, power) ^ second
}

/// Polynomials over GF(2) have their lowest power in the highest bit, as the reflected CRC keeps them.
const ONE: u64 = 1 << 63;
const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;

/// x to the powers 1, 2, 4, 8 and so on, modulo the polynomial.
static POWERS: [u64; 67] = {
    let mut powers = [ONE >> 1; 67];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = multiplied(powers[at - 1], powers[at - 1]);
        at += 1;
    }
    powers
};

/// The product of two polynomials, modulo the polynomial.
const fn multiplied(one: u64, mut other: u64) -> u64 {
    let mut product = 0;
    let mut bit = ONE;
    while bit != 0 {
        if one & bit != 0 {
            product ^= other;
        }
        other = if other & 1 == 1 { (other >> 1) ^ POLYNOMIAL } else { other >> 1 };
        bit >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digested(bytes: &[u8]) -> Digested {
        let mut digests = Digests::new(true);
        digests.update(bytes);
        digests.finish()
    }

    /// `protocol.md` §5.2.
    #[test]
    fn the_vectors_of_the_reference() {
        for (bytes, md5, crc64) in [
            (&b""[..], "d41d8cd98f00b204e9800998ecf8427e", 0),
            (b"123456789", "25f9e794323b453885f5181f1b624d0b", 11_051_210_869_376_104_954),
            (b"[Object Part]", "108f528eb63b65e734f27ae331f5ffaa", 4_510_578_591_875_220_731),
            (b"[Object Content]", "ee8de918d05640145b18f70f4c3aa602", 16_749_565_679_157_681_890),
            (&[0; 1 << 20], "b6d81b360a5672d80c27430f39153e2c", 6_947_770_692_288_575_170),
        ] {
            let digested = digested(bytes);
            assert_eq!((hex::encode(digested.md5).as_str(), digested.crc64), (md5, crc64));
        }
    }

    #[test]
    fn crc64_combines_as_in_the_reference() {
        assert_eq!(crc64_combine(15_106_900_202_298_484_633, 11_785_235_055_569_093_453, 5), 4_510_578_591_875_220_731);
        assert_eq!(crc64_combine(6_701_094_182_323_390_671, 1_564_134_088_860_173_973, 4), 13_869_636_686_921_496_871);
    }

    proptest! {
        #[test]
        fn joined_parts_have_the_crc_of_the_whole(first: Vec<u8>, second: Vec<u8>) {
            let (one, two) = (digested(&first), digested(&second));
            let whole = digested(&[first, second].concat());
            prop_assert_eq!(crc64_combine(one.crc64, two.crc64, two.length), whole.crc64);
        }

        /// Any number of streams, in any pieces, digests as each alone does, and as the reference implementation of MD5 does.
        #[test]
        fn lanes_digest_as_single_streams_do(
            streams in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6), 1..20),
            big in 0..3usize,
        ) {
            let pieces: Vec<Vec<Bytes>> = streams.iter().enumerate().map(|(index, stream)| {
                let mut pieces: Vec<Bytes> = stream.iter().cloned().map(Bytes::from).collect();
                if index % 2 == 0 {
                    pieces.push(Bytes::from(vec![u8::try_from(index).expect("few"); big * (STRIDE + 13)]));
                }
                pieces
            }).collect();
            let mut lanes: Vec<Lane> =
                pieces.iter().map(|pieces| Lane { digests: Digests::new(false), pieces: pieces.clone() }).collect();
            Lanes::default().update(&mut lanes);
            for (lane, pieces) in lanes.into_iter().zip(pieces) {
                let whole = pieces.concat();
                let expected = Digested { sha1: None, ..digested(&whole) };
                prop_assert_eq!(expected.md5, md5(&whole));
                prop_assert_eq!(lane.digests.finish(), expected);
            }
        }
    }
}
