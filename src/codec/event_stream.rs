//! The messages of SELECT Object Content's answer: headers and a payload between checksums (436/32360).

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::codec::xml;

/// The most bytes of a message, all told. Java's decoder holds 128 KiB.
pub const LARGEST_MESSAGE: usize = 64 << 10;

/// The most bytes that one `Records` message carries.
pub const LARGEST_PAYLOAD: usize = LARGEST_MESSAGE - 256;

/// Bytes of a message beside headers and payload: two lengths and two checksums.
const FRAME: usize = 16;

/// The type of all header values: a string of at most 65,535 bytes.
const STRING: u8 = 7;

/// The most bytes of an error's sentence; Node reads header lengths as signed numbers of 16 bits.
const LONGEST_SENTENCE: usize = 4 << 10;

/// How far a scan has come, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Progress {
    /// Of the object as it is stored.
    pub bytes_scanned: u64,
    /// Of the object once it is decompressed.
    pub bytes_processed: u64,
    /// Of the result.
    pub bytes_returned: u64,
}

/// A piece of the result, at most [`LARGEST_PAYLOAD`] bytes; records may go on in the next one.
pub fn records(payload: &[u8]) -> Bytes {
    event("Records", Some("application/octet-stream"), payload)
}

/// Keeps a connection alive that has nothing to tell.
pub fn continuation() -> Bytes {
    event("Cont", None, b"")
}

/// How far the scan has come.
pub fn progress(progress: &Progress) -> Bytes {
    event("Progress", Some("text/xml"), xml::document("Progress", progress).as_bytes())
}

/// How far the scan came, once it is over.
pub fn stats(stats: &Progress) -> Bytes {
    event("Stats", Some("text/xml"), xml::document("Stats", stats).as_bytes())
}

/// The last message of an answer that is whole.
pub fn end() -> Bytes {
    event("End", None, b"")
}

/// The last message of an answer that failed on the way.
pub fn error(code: &str, sentence: &str) -> Bytes {
    let ends = sentence.char_indices().map(|(start, character)| start + character.len_utf8());
    let end = ends.take_while(|end| *end <= LONGEST_SENTENCE).last().unwrap_or(0);
    message(&[(":error-code", code), (":error-message", &sentence[..end]), (":message-type", "error")], b"")
}

fn event(kind: &str, content_type: Option<&str>, payload: &[u8]) -> Bytes {
    let mut headers = vec![(":message-type", "event"), (":event-type", kind)];
    headers.extend(content_type.map(|content_type| (":content-type", content_type)));
    message(&headers, payload)
}

fn message(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let header_length: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let length = FRAME + header_length + payload.len();
    let mut message = BytesMut::with_capacity(length);
    message.put_u32(u32::try_from(length).expect("messages are short"));
    message.put_u32(u32::try_from(header_length).expect("headers are short"));
    message.put_u32(crc32fast::hash(&message));
    for (name, value) in headers {
        message.put_u8(u8::try_from(name.len()).expect("names are literals and short"));
        message.put_slice(name.as_bytes());
        message.put_u8(STRING);
        message.put_u16(u16::try_from(value.len()).expect("values are short"));
        message.put_slice(value.as_bytes());
    }
    message.put_slice(payload);
    message.put_u32(crc32fast::hash(&message));
    message.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The checksum bit by bit, as RFC 1952 defines it.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes
            .iter()
            .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))))
    }

    fn number(bytes: &[u8], at: usize) -> u32 {
        u32::from_be_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
    }

    /// Headers and payload of a message whose lengths and checksums are right.
    fn decode(message: &[u8]) -> (Vec<(String, String)>, Vec<u8>) {
        let end = message.len() - 4;
        assert_eq!(number(message, 0) as usize, message.len());
        assert_eq!(number(message, 8), crc32(&message[..8]));
        assert_eq!(number(message, end), crc32(&message[..end]));
        let (mut rest, payload) = message[12..end].split_at(number(message, 4) as usize);
        let mut headers = Vec::new();
        while let [name_length, more @ ..] = rest {
            let (name, more) = more.split_at(usize::from(*name_length));
            assert_eq!(more[0], 7);
            let (value, more) = more[3..].split_at(usize::from(u16::from_be_bytes([more[1], more[2]])));
            headers.push((String::from_utf8(name.to_vec()).unwrap(), String::from_utf8(value.to_vec()).unwrap()));
            rest = more;
        }
        (headers, payload.to_vec())
    }

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_checksum_is_that_of_zlib() {
        assert_eq!((crc32(b"123456789"), crc32fast::hash(b"123456789")), (0xCBF4_3926, 0xCBF4_3926));
    }

    #[test]
    fn an_end_message_is_laid_out_byte_for_byte() {
        let message = end();
        let body = b"\x0d:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x03End";
        assert_eq!((&message[..8], &message[12..message.len() - 4]), (&b"\x00\x00\x00\x38\x00\x00\x00\x28"[..], &body[..]));
    }

    #[test]
    fn messages_have_the_headers_and_payloads_of_their_kind() {
        let event = |kind| headers(&[(":message-type", "event"), (":event-type", kind)]);
        assert_eq!(decode(&continuation()), (event("Cont"), vec![]));
        let (given, payload) = decode(&stats(&Progress { bytes_scanned: 512, bytes_processed: 1024, bytes_returned: 1 }));
        assert_eq!(given, [event("Stats"), headers(&[(":content-type", "text/xml")])].concat());
        let expected = "<Stats><BytesScanned>512</BytesScanned><BytesProcessed>1024</BytesProcessed><BytesReturned>1</BytesReturned>\
                        </Stats>";
        assert_eq!(String::from_utf8(payload).unwrap(), format!("{}{expected}", xml::DECLARATION));
        assert!(decode(&progress(&Progress::default())).1.ends_with(b"</Progress>"));
        let (given, payload) = decode(&error("CastFailed", "no number"));
        let expected = [(":error-code", "CastFailed"), (":error-message", "no number"), (":message-type", "error")];
        assert_eq!((given, payload), (headers(&expected), vec![]));
    }

    #[test]
    fn long_sentences_are_cut_between_characters() {
        let (headers, _) = decode(&error("CastFailed", &"é".repeat(40_000)));
        assert_eq!(headers[1].1, "é".repeat(LONGEST_SENTENCE / 2));
    }

    #[test]
    fn the_largest_message_keeps_to_its_bound() {
        assert!(records(&[0; LARGEST_PAYLOAD]).len() <= LARGEST_MESSAGE);
    }

    proptest! {
        #[test]
        fn records_carry_their_payload(payload in prop::collection::vec(any::<u8>(), 0..2000)) {
            let (given, decoded) = decode(&records(&payload));
            let expected =
                [(":message-type", "event"), (":event-type", "Records"), (":content-type", "application/octet-stream")];
            prop_assert_eq!((given, decoded), (headers(&expected), payload));
        }
    }
}
