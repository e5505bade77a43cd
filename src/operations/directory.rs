//! What addressing asks of the store.

use crate::domain::bucket::BucketName;
use crate::domain::endpoint::Endpoint;
use crate::storage::Store;

/// The buckets that are there, and the names that lead to them.
pub trait Directory {
    fn has_bucket(&self, name: &BucketName) -> bool;

    /// The bucket that a user's own host name, in lower case, is bound to, and as which kind of host.
    fn bound(&self, name: &str) -> Option<(BucketName, Endpoint)>;
}

/// What cannot be looked up counts as missing; whatever comes next will meet the fault.
impl Directory for Store {
    fn has_bucket(&self, name: &BucketName) -> bool {
        self.bucket(name).is_ok_and(|bucket| bucket.is_some())
    }

    fn bound(&self, name: &str) -> Option<(BucketName, Endpoint)> {
        Self::bound(self, name).unwrap_or_default()
    }
}
