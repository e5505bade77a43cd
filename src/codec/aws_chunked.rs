//! The framing `aws-chunked`: chunks with their sizes and, if signed, signatures in front; then trailers.
//!
//! Holds one line at a time, never a chunk.

use bytes::{Buf, Bytes};

/// The most bytes that a line in front of a chunk, and that all trailers together, may have.
pub const LONGEST_LINE: usize = 8 << 10;

/// Takes a framed body apart, however it arrives.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// The beginning of a line that has not ended.
    line: Vec<u8>,
    /// Bytes of all trailers.
    trailer_bytes: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In front of a chunk.
    #[default]
    Head,
    /// In a chunk that has so many bytes to go.
    Data(u64),
    /// Behind a chunk's bytes.
    Tail,
    /// Behind the last chunk.
    Trailers,
}

/// What comes next in a body.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A chunk begins, the last one with no bytes.
    Chunk { size: u64, signature: Option<String> },
    /// Bytes of the chunk.
    Data(Bytes),
    /// A line behind the last chunk; the name is in lower case.
    Trailer { name: String, value: String },
}

/// Why a body's framing cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    #[error("a chunk begins with {0:?}; it must begin with its size in hex digits")]
    Size(String),
    #[error("a chunk has more bytes than its size says, or lacks the line end behind them")]
    Tail,
    #[error("a line of the framing has more than {LONGEST_LINE} bytes")]
    TooLong,
    #[error("a trailer is {0:?}; it must be a name, a colon and a value")]
    Trailer(String),
    #[error("the last chunk, of size 0, is missing")]
    Incomplete,
}

impl Decoder {
    /// The next event in `input`, of which what was read is taken away; `None` when more is needed. Data comes in pieces of at most
    /// `largest` bytes.
    ///
    /// # Errors
    /// See [`FramingError`].
    pub fn next(&mut self, input: &mut Bytes, largest: usize) -> Result<Option<Event>, FramingError> {
        loop {
            if let State::Data(left) = self.state {
                if input.is_empty() {
                    return Ok(None);
                }
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(input.len()).min(largest);
                let left = left - length as u64;
                self.state = if left == 0 { State::Tail } else { State::Data(left) };
                return Ok(Some(Event::Data(input.split_to(length))));
            }
            let Some(line) = self.take_line(input)? else { return Ok(None) };
            if let Some(event) = self.read(&line)? {
                return Ok(Some(event));
            }
        }
    }

    /// What a last line without an end says.
    ///
    /// # Errors
    /// See [`FramingError`].
    pub fn finish(&mut self) -> Result<Option<Event>, FramingError> {
        if self.state != State::Trailers {
            return Err(FramingError::Incomplete);
        }
        let line = std::mem::take(&mut self.line);
        self.read(&line)
    }

    /// A whole line without its end.
    fn take_line(&mut self, input: &mut Bytes) -> Result<Option<Vec<u8>>, FramingError> {
        let end = input.iter().position(|&byte| byte == b'\n');
        let length = end.unwrap_or(input.len());
        if self.line.len() + length > LONGEST_LINE {
            return Err(FramingError::TooLong);
        }
        self.line.extend_from_slice(&input[..length]);
        input.advance(length + usize::from(end.is_some()));
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }

    fn read(&mut self, line: &[u8]) -> Result<Option<Event>, FramingError> {
        match self.state {
            State::Head => self.read_head(line).map(Some),
            State::Tail if line.is_empty() => {
                self.state = State::Head;
                Ok(None)
            }
            State::Tail | State::Data(_) => Err(FramingError::Tail),
            State::Trailers => self.read_trailer(line),
        }
    }

    /// `<size>` or `<size>;chunk-signature=<signature>`.
    fn read_head(&mut self, line: &[u8]) -> Result<Event, FramingError> {
        let text = String::from_utf8_lossy(line);
        let mut parts = text.split(';');
        let digits = parts.next().unwrap_or_default().trim();
        let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = u64::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        let size = size.ok_or_else(|| FramingError::Size(shortened(&text)))?;
        let signature = parts.find_map(|part| part.trim().strip_prefix("chunk-signature=").map(str::to_owned));
        self.state = if size == 0 { State::Trailers } else { State::Data(size) };
        Ok(Event::Chunk { size, signature })
    }

    /// Empty lines end the trailers, or stand between them in what some clients send.
    fn read_trailer(&mut self, line: &[u8]) -> Result<Option<Event>, FramingError> {
        self.trailer_bytes += line.len();
        if self.trailer_bytes > LONGEST_LINE {
            return Err(FramingError::TooLong);
        }
        let text = String::from_utf8_lossy(line);
        if text.trim().is_empty() {
            return Ok(None);
        }
        let (name, value) = text.split_once(':').ok_or_else(|| FramingError::Trailer(shortened(&text)))?;
        Ok(Some(Event::Trailer { name: name.trim().to_ascii_lowercase(), value: value.trim().to_owned() }))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIGNED: &[u8] = b"5;chunk-signature=ab\r\nhello\r\n3;chunk-signature=cd\r\n\r\n!\r\n0;chunk-signature=ef\r\n\
        X-Amz-Checksum-Crc32: AAAAAA==\r\nx-amz-trailer-signature:12\r\n\r\n";

    /// All events of a body in these pieces; the bytes of neighbouring pieces are joined.
    fn events<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Event>, FramingError> {
        let mut decoder = Decoder::default();
        let mut events: Vec<Event> = Vec::new();
        for piece in pieces {
            let mut input = Bytes::copy_from_slice(piece);
            while let Some(event) = decoder.next(&mut input, 7)? {
                match (events.last_mut(), event) {
                    (Some(Event::Data(before)), Event::Data(bytes)) => *before = [before.as_ref(), &bytes].concat().into(),
                    (_, event) => events.push(event),
                }
            }
            assert!(decoder.line.len() <= LONGEST_LINE && input.is_empty());
        }
        events.extend(decoder.finish()?);
        Ok(events)
    }

    fn whole(body: &[u8]) -> Result<Vec<Event>, FramingError> {
        events(std::iter::once(body))
    }

    fn chunk(size: u64, signature: &str) -> Event {
        Event::Chunk { size, signature: Some(signature.to_owned()).filter(|text| !text.is_empty()) }
    }

    fn trailer(name: &str, value: &str) -> Event {
        Event::Trailer { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn chunks_signatures_and_trailers_come_out() {
        let expected = [
            chunk(5, "ab"),
            Event::Data(Bytes::from_static(b"hello")),
            chunk(3, "cd"),
            Event::Data(Bytes::from_static(b"\r\n!")),
            chunk(0, "ef"),
            trailer("x-amz-checksum-crc32", "AAAAAA=="),
            trailer("x-amz-trailer-signature", "12"),
        ];
        assert_eq!(whole(SIGNED), Ok(expected.into()));
        let unsigned = [chunk(0xA, ""), Event::Data(Bytes::from_static(b"0123456789")), chunk(0, "")];
        assert_eq!(whole(b"a\r\n0123456789\r\n0\r\n\r\n"), Ok(unsigned.into()));
        assert_eq!(whole(b"0\r\n"), Ok(vec![chunk(0, "")]));
    }

    #[test]
    fn trailers_may_end_in_all_the_ways_that_clients_know() {
        for end in ["a:1\n\r\nb:2\r\n\r\n", "a:1\r\nb:2\r\n\r\n", "a:1\r\nb:2\r\n", "a:1\r\nb:2", "a:1\nb:2\n"] {
            let body = format!("0\r\n{end}");
            assert_eq!(whole(body.as_bytes()), Ok(vec![chunk(0, ""), trailer("a", "1"), trailer("b", "2")]), "{end:?}");
        }
    }

    #[test]
    fn broken_framing_is_told_apart() {
        for (body, error) in [
            ("x\r\n", FramingError::Size("x".to_owned())),
            ("\r\n", FramingError::Size(String::new())),
            ("+1\r\na\r\n0\r\n", FramingError::Size("+1".to_owned())),
            ("11111111111111111\r\n", FramingError::Size("11111111111111111".to_owned())),
            ("1\r\nab\r\n0\r\n", FramingError::Tail),
            ("5\r\nhello\r\n", FramingError::Incomplete),
            ("5\r\nhe", FramingError::Incomplete),
            ("", FramingError::Incomplete),
            ("0\r\nname\r\n", FramingError::Trailer("name".to_owned())),
        ] {
            assert_eq!(whole(body.as_bytes()), Err(error), "{body:?}");
        }
        let long = "0".repeat(LONGEST_LINE + 1);
        assert_eq!(whole(long.as_bytes()), Err(FramingError::TooLong));
        assert_eq!(whole(format!("0\r\n{}", "a:1\r\n".repeat(LONGEST_LINE)).as_bytes()), Err(FramingError::TooLong));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(at in proptest::collection::vec(1_usize..40, 1..20), cut in 0..SIGNED.len(), byte: u8) {
            let mut body = SIGNED.to_vec();
            for change in [false, true] {
                if change {
                    body[cut] = byte;
                }
                let mut sizes = at.iter().cycle();
                let mut rest = body.as_slice();
                let pieces = std::iter::from_fn(|| {
                    let (piece, behind) = rest.split_at((*sizes.next()?).min(rest.len()));
                    rest = behind;
                    Some(piece).filter(|piece| !piece.is_empty())
                });
                prop_assert_eq!(events(pieces), whole(&body));
            }
        }

        #[test]
        fn no_garbage_panics(body: Vec<u8>, text in "[0-9a-f;:=\r\n]{0,200}") {
            let _ = (whole(&body), whole(text.as_bytes()));
        }
    }
}
