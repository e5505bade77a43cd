//! Server-side encryption of bytes at rest: AES-256-CTR, and the keys that it runs under.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

/// A 256-bit key; never printed, wiped when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

/// The first counter block of a body, fresh for each; stored beside the body.
pub type Nonce = [u8; 16];

impl Key {
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key of its own for `purpose` and `context`; the same three give the same key.
    pub fn derive(&self, purpose: &str, context: &[u8]) -> Self {
        Self(self.mac(&[purpose.as_bytes(), &[0], context]))
    }

    /// HMAC-SHA256 over the joined pieces.
    pub fn mac(&self, pieces: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for piece in pieces {
            mac.update(piece);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether `check` was made of this key, in constant time.
    pub fn matches(&self, check: &KeyCheck) -> bool {
        self.mac(&[&check.salt]).ct_eq(&check.mac).into()
    }

    /// A salted hash to recognise this key by later; nothing leads back from it to the key.
    pub fn check(&self, salt: [u8; 16]) -> KeyCheck {
        KeyCheck { salt, mac: self.mac(&[&salt]) }
    }

    /// Encrypts or decrypts in place; `offset` is where in the body, in bytes, `bytes` begin.
    pub fn apply(&self, nonce: &Nonce, offset: u64, bytes: &mut [u8]) {
        let mut cipher = Ctr128BE::<Aes256>::new(&self.0.into(), &(*nonce).into());
        cipher.seek(offset);
        cipher.apply_keystream(bytes);
    }

    /// The raw bytes, to keep the data folder's own key in its file.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key(…)")
    }
}

/// A salted hash of a customer key (Server-side Encryption, 436/18145: COS keeps one and never the key).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeyCheck {
    salt: [u8; 16],
    mac: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// NIST SP 800-38A, F.5.5, CTR-AES256.Encrypt.
    #[test]
    fn the_vector_of_the_standard() {
        let key = Key::new(
            hex::decode("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").expect("hex").try_into().expect("32"),
        );
        let nonce: Nonce = hex::decode("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff").expect("hex").try_into().expect("16");
        let mut block = hex::decode("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51").expect("hex");
        key.apply(&nonce, 0, &mut block);
        assert_eq!(hex::encode(block), "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5");
    }

    #[test]
    fn a_key_check_knows_its_key_and_no_other() {
        let key = Key::new([7; 32]);
        assert!(key.matches(&key.check([1; 16])));
        assert!(!Key::new([8; 32]).matches(&key.check([1; 16])));
        assert_ne!(key.check([1; 16]), key.check([2; 16]));
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", Key::new([0xAB; 32])), "Key(…)");
    }

    proptest! {
        #[test]
        fn any_slice_decrypts_alone(bytes in prop::collection::vec(any::<u8>(), 1..500), at in 0..500usize) {
            let (key, nonce, at) = (Key::new([1; 32]), [2; 16], at % bytes.len());
            let mut encrypted = bytes.clone();
            key.apply(&nonce, 0, &mut encrypted);
            let tail = &mut encrypted[at..];
            key.apply(&nonce, at as u64, tail);
            prop_assert_eq!(tail, &bytes[at..]);
        }
    }
}
