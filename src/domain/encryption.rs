//! Server-side encryption (Server-side Encryption Overview, 436/18145): what kind, under which key.

use serde::{Deserialize, Serialize};

use crate::codec::crypto::{Key, KeyCheck, Nonce};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::etag;
use crate::domain::setting::{Setting, SettingKind};

/// How the bytes of an object or an upload are encrypted at rest; no kind holds a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    #[default]
    None,
    /// `x-cos-server-side-encryption: AES256`.
    SseCos,
    /// `x-cos-server-side-encryption: cos/kms`; the context is the base64 text as sent.
    SseKms { key_id: String, context: Option<String> },
    /// The client's own key, known again by a salted hash; its MD5 is kept because answers name it.
    SseC { key_md5: String, check: KeyCheck },
}

/// How a bucket encrypts what names no kind of its own (PUT Bucket encryption, 436/33459).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultEncryption {
    pub kind: DefaultKind,
    /// `BucketKeyEnabled` of some SDKs, which changes nothing here.
    pub bucket_key: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultKind {
    SseCos,
    /// Without an id under the owner's default key.
    SseKms {
        key_id: Option<String>,
        /// Whether the cipher, always AES-256, was named.
        says_algorithm: bool,
    },
}

impl DefaultEncryption {
    /// The encryption of a new object in a bucket of this owner.
    pub fn of_object(self, owner: &str) -> Encryption {
        match self.kind {
            DefaultKind::SseCos => Encryption::SseCos,
            DefaultKind::SseKms { key_id, .. } => {
                Encryption::SseKms { key_id: key_id.unwrap_or_else(|| default_kms_key_id(owner)), context: None }
            }
        }
    }
}

impl Setting for DefaultEncryption {
    const KIND: SettingKind = SettingKind::Encryption;
}

/// A key that a request brought in its SSE-C headers, already checked against its MD5.
#[derive(Debug, Clone)]
pub struct CustomerKey {
    pub key: Key,
    /// Base64, as sent.
    pub md5: String,
}

/// The key and first counter block of one body.
#[derive(Debug, Clone)]
pub struct BodyCipher {
    pub key: Key,
    pub nonce: Nonce,
}

impl Encryption {
    /// Checks that a later request brings the right key, or none where none belongs.
    ///
    /// # Errors
    /// `InvalidRequest` when the key is missing, `AccessDenied` when it is another, `SSEHeaderNotAllowed` when there is one to
    /// what SSE-C does not encrypt (all three codes inferred, `protocol.md` §7.3).
    pub fn unlock(&self, customer_key: Option<&CustomerKey>) -> Result<(), Error> {
        match (self, customer_key) {
            (Self::SseC { check, .. }, Some(customer)) if customer.key.matches(check) => Ok(()),
            (Self::SseC { .. }, Some(_)) => Err(ErrorCode::AccessDenied
                .because("the key in x-cos-server-side-encryption-customer-key is not the one that this was encrypted with")),
            (Self::SseC { .. }, None) => Err(ErrorCode::InvalidRequest.because(
                "this is encrypted with a customer key (SSE-C); the headers x-cos-server-side-encryption-customer-algorithm, -key and \
                 -key-MD5 must give that key again",
            )),
            (_, Some(_)) => Err(ErrorCode::SSEHeaderNotAllowed
                .because("x-cos-server-side-encryption-customer-* headers were sent to what is not encrypted with a customer key")),
            (_, None) => Ok(()),
        }
    }

    /// The cipher of one body: a key of its own, from the data folder's key or, under SSE-C, from the customer's.
    ///
    /// `None` without encryption. The customer key must have passed [`Self::unlock`].
    pub fn cipher(&self, folder_key: &Key, customer_key: Option<&CustomerKey>, nonce: Nonce) -> Option<BodyCipher> {
        let key = match self {
            Self::None => return None,
            Self::SseCos => folder_key.derive("SSE-COS", &nonce),
            Self::SseKms { key_id, context } => {
                let of_context = folder_key.derive("SSE-KMS", key_id.as_bytes());
                of_context.derive(context.as_deref().unwrap_or_default(), &nonce)
            }
            Self::SseC { .. } => customer_key?.key.derive("SSE-C", &nonce),
        };
        Some(BodyCipher { key, nonce })
    }

    /// Whether bodies that are encrypted so are, as they lie there, also bodies of an object encrypted as `other`; the customer
    /// key is the other's.
    pub fn is_alike(&self, other: &Self, customer_key: Option<&CustomerKey>) -> bool {
        match (self, other) {
            (Self::SseC { check, .. }, Self::SseC { .. }) => customer_key.is_some_and(|customer| customer.key.matches(check)),
            (one, other) => one == other,
        }
    }

    /// The MD5 of a single body's plain bytes, if its ETag tells it.
    pub fn md5(&self, etag: &str) -> Option<[u8; 16]> {
        match self {
            Self::None | Self::SseCos => hex::decode(etag).ok()?.try_into().ok(),
            Self::SseKms { .. } | Self::SseC { .. } => None,
        }
    }

    /// The ETag of a single body of this kind (`protocol.md` §5.1); `cipher` is the body's own.
    pub fn etag(&self, md5: [u8; 16], cipher: Option<&BodyCipher>, customer_key: Option<&CustomerKey>) -> String {
        match (self, cipher, customer_key) {
            (Self::SseKms { .. }, Some(cipher), _) => etag::of_encrypted(&cipher.key, md5),
            (Self::SseC { .. }, _, Some(customer)) => etag::of_encrypted(&customer.key, md5),
            _ => etag::of_plain(md5),
        }
    }
}

/// The id of the key that SSE-KMS takes when a request names none: one for each account.
pub fn default_kms_key_id(appid: &str) -> String {
    let digest = hex::encode(crate::codec::checksum::md5(format!("default KMS key of {appid}").as_bytes()));
    format!("{}-{}-{}-{}-{}", &digest[..8], &digest[8..12], &digest[12..16], &digest[16..20], &digest[20..])
}

/// Whether a KMS key of this id exists: the emulator takes every id of a UUID's form for an existing, enabled key (inferred).
pub fn kms_key_exists(key_id: &str) -> bool {
    let lengths: Vec<usize> = key_id.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && key_id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(byte: u8) -> CustomerKey {
        CustomerKey { key: Key::new([byte; 32]), md5: format!("md5-{byte}") }
    }

    fn sse_c(byte: u8) -> Encryption {
        Encryption::SseC { key_md5: format!("md5-{byte}"), check: Key::new([byte; 32]).check([9; 16]) }
    }

    #[test]
    fn a_customer_key_is_asked_for_again_and_only_where_it_belongs() {
        let code = |encryption: &Encryption, key: Option<&CustomerKey>| encryption.unlock(key).err().map(|error| error.code());
        assert_eq!(code(&sse_c(1), Some(&customer(1))), None);
        assert_eq!(code(&sse_c(1), Some(&customer(2))), Some(ErrorCode::AccessDenied));
        assert_eq!(code(&sse_c(1), None), Some(ErrorCode::InvalidRequest));
        assert_eq!(code(&Encryption::SseCos, Some(&customer(1))), Some(ErrorCode::SSEHeaderNotAllowed));
        assert_eq!(code(&Encryption::None, None), None);
    }

    #[test]
    fn every_body_has_a_key_of_its_own() {
        let folder = Key::new([5; 32]);
        let kms = |context: Option<&str>| Encryption::SseKms { key_id: "k".to_owned(), context: context.map(str::to_owned) };
        let kinds = [Encryption::SseCos, kms(None), kms(Some("e30=")), sse_c(1)];
        let keys: Vec<[u8; 32]> = kinds
            .iter()
            .flat_map(|kind| {
                [[0; 16], [1; 16]].map(|nonce| *kind.cipher(&folder, Some(&customer(1)), nonce).expect("encrypted").key.bytes())
            })
            .collect();
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key));
        }
        assert!(Encryption::None.cipher(&folder, None, [0; 16]).is_none());
    }

    #[test]
    fn bodies_are_alike_under_the_same_key_only() {
        let kms =
            |id: &str, context: Option<&str>| Encryption::SseKms { key_id: id.to_owned(), context: context.map(str::to_owned) };
        // Each has its own salt.
        let again = Encryption::SseC { key_md5: "md5-1".to_owned(), check: Key::new([1; 32]).check([8; 16]) };
        let kinds = [Encryption::None, Encryption::SseCos, kms("k", None), kms("l", None), kms("k", Some("e30=")), sse_c(1)];
        for (index, one) in kinds.iter().enumerate() {
            for (other_index, other) in kinds.iter().enumerate() {
                assert_eq!(one.is_alike(other, Some(&customer(1))), index == other_index, "{one:?} {other:?}");
            }
        }
        assert!(sse_c(1).is_alike(&again, Some(&customer(1))));
        assert!(!sse_c(1).is_alike(&sse_c(2), Some(&customer(2))) && !sse_c(1).is_alike(&again, None));
    }

    #[test]
    fn only_kms_and_customer_keys_change_the_etag() {
        let folder = Key::new([5; 32]);
        let etag = |kind: &Encryption, nonce| {
            kind.etag([7; 16], kind.cipher(&folder, Some(&customer(1)), nonce).as_ref(), Some(&customer(1)))
        };
        let kms = Encryption::SseKms { key_id: "k".to_owned(), context: None };
        let md5 = etag::of_plain([7; 16]);
        assert_eq!(etag(&Encryption::None, [0; 16]), md5);
        assert_eq!(etag(&Encryption::SseCos, [0; 16]), md5);
        assert_eq!(etag(&sse_c(1), [0; 16]), etag(&sse_c(1), [1; 16]));
        assert_ne!(etag(&sse_c(1), [0; 16]), md5);
        assert_ne!(etag(&kms, [0; 16]), etag(&kms, [1; 16]));
        for (kind, told) in [(Encryption::None, true), (Encryption::SseCos, true), (kms, false), (sse_c(1), false)] {
            assert_eq!(kind.md5(&etag(&kind, [0; 16])), told.then_some([7; 16]));
            assert_eq!(kind.md5(&format!("{md5}-1")), None);
        }
    }

    #[test]
    fn kms_keys_are_uuids() {
        assert!(kms_key_exists("48ba38aa-26c5-11ea-855c-525400850000"));
        assert!(kms_key_exists(&default_kms_key_id("1250000000")));
        for id in ["", "alias", "48ba38aa-26c5-11ea-855c-52540085000g", "48ba38aa26c511ea855c525400850000"] {
            assert!(!kms_key_exists(id), "{id}");
        }
    }
}
