//! Tokens that carry their own content and are good only under the key that sealed them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::codec::crypto::Key;

/// Text of `A-Za-z0-9_-` only: Node puts tokens into presigned URLs without escaping them.
pub fn seal(key: &Key, content: &[u8]) -> String {
    let mut bytes = key.mac(&[content]).to_vec();
    bytes.extend_from_slice(content);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The content of a token that `key` sealed; `None` for any other text.
pub fn open(key: &Key, token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (mac, content) = bytes.split_at_checked(32)?;
    bool::from(key.mac(&[content]).ct_eq(mac)).then(|| content.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_opens_under_its_own_key_only(content: Vec<u8>, at: usize) {
            let key = Key::new([1; 32]);
            let token = seal(&key, &content);
            prop_assert_eq!(open(&key, &token), Some(content));
            prop_assert_eq!(open(&Key::new([2; 32]), &token), None);
            let mut forged = token.into_bytes();
            let at = at % forged.len();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(open(&key, std::str::from_utf8(&forged).expect("ASCII")), None);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            prop_assert_eq!(open(&Key::new([1; 32]), &text), None);
        }
    }
}
