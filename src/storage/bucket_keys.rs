//! A bucket's records as the run of keys that listings page through.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::bucket::BucketName;
use crate::domain::listing::Keys;
use crate::storage::StorageError;
use crate::storage::keys::in_bucket;
use crate::storage::tables::{Scan, Table};

/// Records of one table whose keys begin with the bucket's name.
pub(super) struct BucketKeys<'a, V, T> {
    table: &'a Table<V>,
    base: Vec<u8>,
    scan: Scan<V>,
    read: Read<V, T>,
}

/// Makes an object key and an item of the rest of a record's key and the record; what is `None` is passed over.
type Read<V, T> = fn(&[u8], V) -> Option<(String, T)>;

impl<'a, V: Serialize + DeserializeOwned, T> BucketKeys<'a, V, T> {
    /// From the first key at or after `start` on, which is without the bucket's name.
    pub(super) fn new(table: &'a Table<V>, bucket: &BucketName, start: &[u8], read: Read<V, T>) -> Self {
        let base = in_bucket(bucket);
        let scan = table.scan(&[&base, start].concat(), base.clone());
        Self { table, base, scan, read }
    }
}

impl<V: Serialize + DeserializeOwned, T> Keys for BucketKeys<'_, V, T> {
    type Item = T;
    type Fault = StorageError;

    fn next(&mut self) -> Result<Option<(String, T)>, StorageError> {
        while let Some((key, record)) = self.scan.next().transpose()? {
            if let Some(found) = (self.read)(&key[self.base.len()..], record) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn seek(&mut self, key: &[u8]) {
        self.scan = self.table.scan(&[&self.base, key].concat(), self.base.clone());
    }
}
