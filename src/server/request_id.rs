//! Request ids in COS's form (`protocol.md` §4.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::random::Random;
use crate::domain::time::Timestamp;

/// The id that `x-cos-request-id`, `<RequestId>` and the log share.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// Base64 of `<time in hex>_<8 hex digits>_<hex>_<hex>`, as in `NjA0NGFjMmFfZTViOTJhMDlfMjA0NDlfNzU0MzM4NQ==`.
    pub(super) fn new(now: Timestamp, random: &Random) -> Self {
        let bytes = random.bytes::<10>();
        let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        Self(STANDARD.encode(format!("{:x}_{:08x}_{:x}_{:x}", now.seconds(), number(0..4), number(4..6), number(6..10))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_services_form() {
        let RequestId(id) = RequestId::new(Timestamp::from_seconds(0x6044_ac2a), &Random::from_seed(1));
        let text = String::from_utf8(STANDARD.decode(id).expect("base64")).expect("text");
        let fields: Vec<&str> = text.split('_').collect();
        assert_eq!((fields.len(), fields[0], fields[1].len()), (4, "6044ac2a", 8));
        assert!(fields.iter().all(|field| field.bytes().all(|b| b.is_ascii_hexdigit())));
    }
}
