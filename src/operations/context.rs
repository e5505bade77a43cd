//! What an operation is given.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::domain::account::{Account, Accounts, Caller};
use crate::domain::bucket::{Bucket, BucketName, Region};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};
use crate::operations::request::RequestHead;
use crate::operations::target::{Resource, Target};
use crate::storage::{StorageError, Store};

/// What outlives a request.
pub struct Services {
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub accounts: Accounts,
    /// The region of buckets that are created through a host that names none.
    pub region: Region,
    /// Permits for scans of SELECT Object Content, each of which holds a thread while it lasts.
    pub scans: Arc<Semaphore>,
}

/// How many SELECTs may scan at the same time (inferred); one more is refused as `Busy`.
pub const MOST_SCANS: usize = 64;

/// One request, authenticated and authorized.
pub struct Context<'a> {
    pub services: &'a Services,
    pub head: &'a RequestHead,
    pub target: &'a Target,
    pub caller: &'a Caller,
    /// The target's bucket, when there is one of that name in the region that the host names.
    pub bucket: Option<Bucket>,
    pub now: Timestamp,
}

impl Context<'_> {
    pub fn store(&self) -> &Store {
        &self.services.store
    }

    /// # Errors
    /// `NoSuchBucket`.
    pub fn bucket(&self) -> Result<&Bucket, Error> {
        self.bucket.as_ref().ok_or_else(|| ErrorCode::NoSuchBucket.into())
    }

    /// The bucket's name and the object's key.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn object(&self) -> Result<(&BucketName, &ObjectKey), Error> {
        self.bucket()?;
        match &self.target.resource {
            Resource::Object(bucket, key) => Ok((bucket, key)),
            _ => unreachable!("the table gives operations on objects requests with a key"),
        }
    }

    /// The account that calls; operations that anonymous callers may use do not ask.
    ///
    /// # Errors
    /// `AccessDenied` for anonymous callers.
    pub fn account(&self) -> Result<(&str, &str), Error> {
        match self.caller {
            Caller::Account { appid, uin } => Ok((appid, uin)),
            Caller::Anonymous => Err(ErrorCode::AccessDenied.into()),
        }
    }

    /// The UIN of the bucket's owner, or its APPID when no account has that.
    pub fn owner_uin<'b>(&'b self, bucket: &'b Bucket) -> &'b str {
        self.services.accounts.by_appid(&bucket.owner).map_or(&bucket.owner, |Account { uin, .. }| uin)
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        Self::from(ErrorCode::InternalError).caused_by(error)
    }
}
