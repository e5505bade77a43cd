//! What an operation is given.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::codec::crypto::Nonce;
use crate::domain::account::{Account, Accounts, Caller, Identity, UserId};
use crate::domain::bucket::{Bucket, BucketName, Region};
use crate::domain::encryption::{BodyCipher, CustomerKey, Encryption};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::policy::BucketPolicies;
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::version::VersionId;
use crate::operations::jobs::Agenda;
use crate::operations::object_headers::{marker_error, object_of};
use crate::operations::request::RequestHead;
use crate::operations::target::{Addressing, Resource, Target};
use crate::storage::{ChangeObject, Object, PutObject, Retained, StorageError, Store};

/// What outlives a request.
pub struct Services {
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub accounts: Accounts,
    pub agenda: Agenda,
    pub addressing: Addressing,
    /// `false` takes every caller for the default account.
    pub check_signatures: bool,
    pub policies: BucketPolicies,
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

    /// APPID and UIN of the account that calls, also when one of its sub-accounts does; operations that anonymous callers may
    /// use do not ask.
    ///
    /// # Errors
    /// `AccessDenied` for anonymous callers.
    pub fn account(&self) -> Result<(&str, &str), Error> {
        match self.caller {
            Caller::Signed(Identity { user, .. }) => Ok((&user.appid, &user.id.root)),
            Caller::Anonymous => Err(ErrorCode::AccessDenied.into()),
        }
    }

    /// The root account that owns the bucket and the objects in it.
    pub fn owner_id(&self, bucket: &Bucket) -> UserId {
        UserId::of_root(self.owner_uin(bucket))
    }

    /// What makes the cipher of each body that is encrypted so.
    pub fn ciphers(
        &self,
        encryption: Encryption,
        customer_key: Option<CustomerKey>,
    ) -> impl Fn(Nonce) -> Option<BodyCipher> + Send + use<> {
        let folder_key = self.store().folder_key().clone();
        move |nonce| encryption.cipher(&folder_key, customer_key.as_ref(), nonce)
    }

    /// The UIN of the bucket's owner, or its APPID when no account has that.
    pub fn owner_uin<'b>(&'b self, bucket: &'b Bucket) -> &'b str {
        self.services.accounts.by_appid(&bucket.owner).map_or(&bucket.owner, |Account { uin, .. }| uin)
    }
}

impl PutObject<Error> {
    /// The object that was stored.
    ///
    /// # Errors
    /// `NoSuchBucket`, `ObjectLocked`, or the writer's own refusal.
    pub(super) fn stored(self) -> Result<Object, Error> {
        match self {
            Self::Stored(object) => Ok(*object),
            Self::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
            Self::Refused(error) => Err(error),
            Self::Retained(retained) => Err(retained.into()),
        }
    }
}

impl ChangeObject<Error> {
    /// The object as it is now; `id` is what it was asked for by.
    ///
    /// # Errors
    /// `NoSuchKey`, `NoSuchVersion`, or the caller's own refusal.
    pub(super) fn changed(self, id: Option<VersionId>) -> Result<Object, Error> {
        match self {
            Self::Changed(object) => Ok(*object),
            Self::Refused(error) => Err(error),
            Self::Marker(marker) => Err(marker_error(marker)),
            Self::Missing => object_of(None, id),
        }
    }
}

impl From<Retained> for Error {
    fn from(Retained(until): Retained) -> Self {
        ErrorCode::ObjectLocked.because(format!("the object is locked until {}", until.iso_seconds()))
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        Self::from(ErrorCode::InternalError).caused_by(error)
    }
}
