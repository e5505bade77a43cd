//! Keys of records: they sort the way listings need.

use std::str;

use crate::domain::bucket::BucketName;
use crate::domain::key::ObjectKey;
use crate::domain::part::{PartNumber, UploadId};
use crate::domain::setting::SettingKind;

/// Ends a name inside a key: neither bucket names nor object keys hold the byte, so keys sort as the names do.
const END: u8 = 0;

pub(super) fn bucket_key(bucket: &BucketName) -> Vec<u8> {
    bucket.as_str().as_bytes().to_vec()
}

pub(super) fn setting_key(bucket: &BucketName, kind: SettingKind) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END, kind as u8]].concat()
}

/// What all keys of a bucket's objects, and of its uploads, begin with.
pub(super) fn in_bucket(bucket: &BucketName) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END]].concat()
}

pub(super) fn object_key(bucket: &BucketName, key: &ObjectKey) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END], key.as_str().as_bytes()].concat()
}

pub(super) fn version_key(object_key: &[u8], order: u64) -> Vec<u8> {
    [object_key, &[END], &order.to_be_bytes()].concat()
}

/// What the keys of all versions of an object that were superseded begin with.
pub(super) fn of_object(object_key: &[u8]) -> Vec<u8> {
    [object_key, &[END]].concat()
}

/// The object key in a key that [`version_key`] made, less the bucket's prefix.
pub(super) fn versioned_key(rest: &[u8]) -> &[u8] {
    rest.split_last_chunk::<9>().map_or(rest, |(key, _order)| key)
}

/// The bucket, the object's key and the order in a key that [`version_key`] made.
pub(super) fn split_version_key(key: &[u8]) -> Option<(BucketName, ObjectKey, u64)> {
    let (rest, order) = key.split_last_chunk()?;
    let (bucket, rest) = str::from_utf8(rest).ok()?.split_once(char::from(END))?;
    Some((bucket.parse().ok()?, rest.strip_suffix(char::from(END))?.parse().ok()?, u64::from_be_bytes(*order)))
}

pub(super) fn upload_key(bucket: &BucketName, key: &ObjectKey, upload: &UploadId) -> Vec<u8> {
    [bucket.as_str().as_bytes(), &[END], key.as_str().as_bytes(), &[END], upload.as_str().as_bytes()].concat()
}

/// The object key and upload id in a key that [`upload_key`] made, less the bucket's prefix.
pub(super) fn split_upload_key(rest: &[u8]) -> Option<(&str, &str)> {
    str::from_utf8(rest).ok()?.split_once(char::from(END))
}

/// The upload id in a key that [`upload_key`] made.
pub(super) fn upload_of(key: &[u8]) -> Option<UploadId> {
    let id = key.rsplit(|&byte| byte == END).next()?;
    str::from_utf8(id).ok()?.parse().ok()
}

/// What all keys of an upload's parts begin with.
pub(super) fn of_upload(upload: &UploadId) -> Vec<u8> {
    upload.as_str().as_bytes().to_vec()
}

pub(super) fn part_key(upload: &UploadId, number: PartNumber) -> Vec<u8> {
    [upload.as_str().as_bytes(), &number.get().to_be_bytes()].concat()
}

/// The number in a key that [`part_key`] made.
pub(super) fn part_number(key: &[u8]) -> Option<PartNumber> {
    PartNumber::new(u16::from_be_bytes(key.last_chunk().copied()?))
}

/// The upload in a key that [`part_key`] made.
pub(super) fn part_upload(key: &[u8]) -> Option<UploadId> {
    str::from_utf8(key.split_last_chunk::<2>()?.0).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(key: &str) -> Option<(BucketName, ObjectKey)> {
        Some(("b-1".parse().ok()?, key.parse().ok()?))
    }

    proptest! {
        /// Listings go through records in order of keys, and through the uploads of a key in order of ids.
        #[test]
        fn records_sort_as_their_keys_do(one in "[\u{1}-\u{10}a/中]{1,4}", other in "[\u{1}-\u{10}a/中]{1,4}", ids: [[u8; 32]; 2]) {
            let (Some((bucket, one)), Some((_, other))) = (object(&one), object(&other)) else { return Ok(()) };
            let order = one.as_str().as_bytes().cmp(other.as_str().as_bytes());
            prop_assert_eq!(object_key(&bucket, &one).cmp(&object_key(&bucket, &other)), order);
            let [first, second] = ids.map(|id| UploadId::new(0, id));
            let (upload, upload_of_other) = (upload_key(&bucket, &one, &first), upload_key(&bucket, &other, &second));
            prop_assert_eq!(upload.cmp(&upload_of_other), order.then(first.cmp(&second)));
            prop_assert_eq!(upload_of(&upload), Some(first));
            let rest = &upload[in_bucket(&bucket).len()..];
            prop_assert_eq!(split_upload_key(rest).map(|(key, _)| key), Some(one.as_str()));
        }

        #[test]
        fn a_version_key_gives_back_its_parts(key in "[\u{1}-\u{10}a/中]{1,4}", order: u64) {
            let Some((bucket, key)) = object(&key) else { return Ok(()) };
            let whole = version_key(&object_key(&bucket, &key), order);
            prop_assert_eq!(split_version_key(&whole), Some((bucket, key, order)));
        }

        #[test]
        fn a_part_key_gives_back_its_upload_and_number(id: [u8; 32], number in 1..=10_000u16) {
            let (id, number) = (UploadId::new(1_700_000_000, id), PartNumber::new(number).expect("in range"));
            let key = part_key(&id, number);
            prop_assert_eq!((part_upload(&key), part_number(&key)), (Some(id), Some(number)));
        }
    }
}
