//! What the server serves: settings made into services.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::domain::account::{Account, Accounts, SubAccount};
use crate::domain::bucket::{Bucket, BucketName, Region, Versioning};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::policy::BucketPolicies;
use crate::domain::random::Random;
use crate::domain::role::Role;
use crate::domain::time::Clock;
use crate::operations::context::{MOST_SCANS, Services};
use crate::operations::jobs::{self, Agenda};
use crate::operations::target::Addressing;
use crate::server::tls::{Authority, AuthorityError};
use crate::storage::{Durability, StorageError, Store};

/// All that can be chosen, checked and with defaults applied.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `None` keeps data in a temporary folder, which is removed at the end.
    pub data_dir: Option<PathBuf>,
    /// Made at the start unless they are there.
    pub buckets: Vec<FirstBucket>,
    pub account: Account,
    pub further_accounts: Vec<Account>,
    pub sub_accounts: Vec<SubAccount>,
    pub roles: Vec<Role>,
    /// `false` takes every caller for the default account.
    pub check_signatures: bool,
    /// Host suffixes beside COS's own, in lower case.
    pub domains: Vec<String>,
    pub default_bucket: Option<BucketName>,
    pub region: Region,
    /// The user's own certificate with its key, for HTTPS under the names that it covers.
    pub certificate: Option<Arc<CertifiedKey>>,
}

/// A bucket to make at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstBucket {
    pub name: BucketName,
    pub versioning: Versioning,
}

impl FromStr for FirstBucket {
    type Err = Error;

    /// Reads `demo-1250000000` and `demo-1250000000:versioning`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, versioning) = match text.split_once(':') {
            None => (text, Versioning::Never),
            Some((name, "versioning")) => (name, Versioning::Enabled),
            Some((_, setting)) => {
                let message = format!("the bucket setting :{setting} is not known; :versioning is");
                return Err(ErrorCode::InvalidArgument.because(message));
            }
        };
        Ok(Self { name: name.parse()?, versioning })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("a temporary folder could not be made: {0}")]
    TemporaryFolder(std::io::Error),
    #[error("the data folder cannot be used: {0}")]
    Store(#[from] StorageError),
    #[error("the data folder's certificate authority cannot be used: {0}")]
    Authority(#[from] AuthorityError),
}

/// One emulator, without its sockets.
pub struct App {
    pub(super) services: Services,
    authority: Arc<Authority>,
    certificate: Option<Arc<CertifiedKey>>,
    data_dir: PathBuf,
    temporary: Option<TempDir>,
}

impl App {
    /// Opens the data folder and makes the buckets that were asked for.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub async fn open(settings: Settings, clock: Clock, random: Random) -> Result<Arc<Self>, StartError> {
        let (temporary, data_dir) = match settings.data_dir {
            Some(folder) => (None, folder),
            None => {
                let folder = tempfile::Builder::new().prefix("cos-emulator-").tempdir().map_err(StartError::TemporaryFolder)?;
                let path = folder.path().to_owned();
                (Some(folder), path)
            }
        };
        let durability = if temporary.is_some() { Durability::None } else { Durability::BeforeAnswer };
        let (folder, for_store) = (data_dir.clone(), random.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let store = Store::open(&folder, durability, &for_store)?;
            Ok::<_, StartError>((store, Authority::open(&folder, Clock::system().now())?))
        });
        let (store, authority) = opened.await.unwrap_or(Err(StorageError::Closed.into()))?;
        for FirstBucket { name, versioning } in settings.buckets {
            let owner = settings.account.appid.clone();
            let bucket = Bucket::new(name, settings.region.clone(), owner, clock.now());
            store.create_bucket(Bucket { versioning, ..bucket }).await?;
        }
        let addressing = Addressing {
            domains: settings.domains,
            default_bucket: settings.default_bucket,
            appid: settings.account.appid.clone(),
        };
        let seal = store.folder_key().derive("temporary credentials", b"");
        let accounts = Accounts::new(settings.account, settings.further_accounts, settings.sub_accounts, settings.roles, seal);
        let (policies, scans) = (BucketPolicies::default(), Arc::new(Semaphore::new(MOST_SCANS)));
        let (region, check_signatures) = (settings.region, settings.check_signatures);
        let services = Services {
            store,
            clock,
            random,
            accounts,
            agenda: Agenda::default(),
            addressing,
            check_signatures,
            policies,
            region,
            scans,
        };
        let authority = Arc::new(authority);
        Ok(Arc::new(Self { services, authority, certificate: settings.certificate, data_dir, temporary }))
    }

    /// What operations use; tests reach behind the server through it.
    pub fn services(&self) -> &Services {
        &self.services
    }

    pub fn authority(&self) -> &Arc<Authority> {
        &self.authority
    }

    pub(super) fn certificate(&self) -> Option<&Arc<CertifiedKey>> {
        self.certificate.as_ref()
    }

    /// Does what has become due by the app's clock, such as lifecycle rules; it is done when this returns.
    pub async fn run_what_is_due(&self) {
        jobs::run(&self.services).await;
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// Finishes all writing; blocks.
    ///
    /// # Errors
    /// The last flush failed.
    pub(super) fn close(&self) -> Result<(), StorageError> {
        self.services.store.close()
    }
}
