//! ETags: hex without quotes inside the emulator, quoted on the wire.

use md5::{Digest, Md5};

use crate::codec::crypto::Key;

/// The ETag of a whole body without encryption or with SSE-COS: its MD5 in lower-case hex.
pub fn of_plain(md5: [u8; 16]) -> String {
    hex::encode(md5)
}

/// The ETag of a body under SSE-KMS or SSE-C: 32 hex digits that are not its MD5, the same for equal bytes and key.
///
/// The customer key itself gives SSE-C its stable value, a body's fresh key gives SSE-KMS a new one each time (samples of
/// PUT Object, 436/7749). The formula is the emulator's own; the service's is not known.
pub fn of_encrypted(key: &Key, md5: [u8; 16]) -> String {
    hex::encode(&key.mac(&[b"ETag", &md5])[..16])
}

/// The ETag of a completed upload: `<32 hex>-<number of parts>`, new for each upload even of equal parts
/// (samples of Complete Multipart Upload, 436/7742). Not S3's formula, nor is the service's.
pub fn of_upload<'a>(upload_id: &str, part_etags: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = part_etags.len();
    let mut md5 = Md5::new_with_prefix(upload_id);
    for etag in part_etags {
        md5.update(etag);
    }
    format!("{}-{count}", hex::encode(md5.finalize()))
}

/// The ETag of an appended object: 32 hex digits that change with each append, from the ETag before it (`""` for none) and the
/// MD5 of what was appended. The formula is the emulator's own (inferred).
pub fn of_append(before: &str, appended_md5: [u8; 16]) -> String {
    let md5 = Md5::new_with_prefix(before).chain_update(appended_md5);
    hex::encode(md5.finalize())
}

/// The form in headers and in XML.
pub fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// What a client sent as an ETag, without `W/` and quotes; COS takes either (Java sends none in Complete).
pub fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("W/").unwrap_or(text);
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_and_go() {
        assert_eq!(quoted("ab"), "\"ab\"");
        for text in ["ab", "\"ab\"", " W/\"ab\" "] {
            assert_eq!(unquoted(text), "ab");
        }
        assert_eq!(unquoted("\""), "\"");
    }

    #[test]
    fn an_uploads_etag_counts_its_parts_and_is_its_own() {
        let parts = ["108f528eb63b65e734f27ae331f5ffaa", "ee8de918d05640145b18f70f4c3aa602"];
        let etag = of_upload("one", parts.into_iter());
        assert!(etag.ends_with("-2") && etag.len() == 34);
        assert_ne!(etag, of_upload("two", parts.into_iter()));
    }

    #[test]
    fn an_append_changes_the_etag_even_of_no_bytes() {
        let first = of_append("", [1; 16]);
        assert_eq!(first.len(), 32);
        assert_ne!(first, of_append(&first, [1; 16]));
        assert_ne!(of_append(&first, [1; 16]), of_append(&first, [2; 16]));
    }

    #[test]
    fn an_encrypted_etag_depends_on_bytes_and_key() {
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        assert_eq!(of_encrypted(&key, [0; 16]), of_encrypted(&key, [0; 16]));
        assert_ne!(of_encrypted(&key, [0; 16]), of_encrypted(&other, [0; 16]));
        assert_ne!(of_encrypted(&key, [0; 16]), of_encrypted(&key, [1; 16]));
        assert_ne!(of_encrypted(&key, [0; 16]), of_plain([0; 16]));
    }
}
