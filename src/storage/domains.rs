//! Names of users' own: each leads to one bucket at most.
//!
//! The table of names is a hint, written before and removed after the settings that it points to: a name belongs to a bucket
//! whose setting says so.

use crate::domain::bucket::{Bucket, BucketName};
use crate::domain::custom_domain::{CustomDomains, DomainName};
use crate::domain::endpoint::Endpoint;
use crate::storage::keys::bucket_key;
use crate::storage::tables::Tables;
use crate::storage::{StorageError, Store, settings};

#[derive(Debug, PartialEq)]
pub enum BindDomains {
    Bound,
    BucketMissing,
    /// Another bucket has the name, and the rule does not replace that; nothing was changed.
    Taken {
        name: DomainName,
        by: BucketName,
    },
}

impl Store {
    /// Replaces the names of a bucket, and takes those from other buckets that are to be replaced.
    ///
    /// # Errors
    /// The index failed.
    pub async fn bind_domains(&self, bucket: &BucketName, domains: CustomDomains) -> Result<BindDomains, StorageError> {
        let name = bucket.clone();
        let bind = move |tables: &Tables| {
            let Some(mut bucket) = tables.buckets.get(&bucket_key(&name))? else { return Ok(BindDomains::BucketMissing.into()) };
            let mut others = Vec::new();
            for rule in &domains.rules {
                let Some((by, _)) = holder(tables, rule.name.value().as_str())?.filter(|(by, _)| by.name != name) else {
                    continue;
                };
                if rule.replaces.is_none() {
                    return Ok(BindDomains::Taken { name: rule.name.value().clone(), by: by.name }.into());
                }
                others.push((by.name, rule.name.value().clone()));
            }
            for (other, taken) in others {
                take(tables, &other, &taken)?;
            }
            let before: Option<CustomDomains> = settings::read(tables, &name)?;
            for rule in &domains.rules {
                tables.domains.insert(rule.name.value().as_str().as_bytes(), &name)?;
            }
            settings::replace(tables, &mut bucket, Some(&domains).filter(|domains| !domains.rules.is_empty()))?;
            let gone = before.iter().flat_map(|before| &before.rules).map(|rule| rule.name.value().as_str());
            gone.filter(|gone| domains.rule(gone).is_none())
                .try_for_each(|gone| tables.domains.remove(gone.as_bytes()).map(drop))?;
            Ok(BindDomains::Bound.into())
        };
        self.0.committer.commit(bind).await
    }

    /// The bucket that a name in lower case leads to, and as which kind of host; short enough to be called where it is needed.
    ///
    /// # Errors
    /// The index failed.
    pub fn bound(&self, name: &str) -> Result<Option<(BucketName, Endpoint)>, StorageError> {
        let Some((bucket, domains)) = holder(&self.0.tables, name)? else { return Ok(None) };
        let rule = domains.rule(name).filter(|rule| rule.is_enabled);
        Ok(rule.map(|rule| (bucket.name, rule.endpoint)))
    }
}

/// The bucket that has a name, with all its names.
fn holder(tables: &Tables, name: &str) -> Result<Option<(Bucket, CustomDomains)>, StorageError> {
    let Some(bucket) = tables.domains.get(name.as_bytes())? else { return Ok(None) };
    let Some(bucket) = tables.buckets.get(&bucket_key(&bucket))? else { return Ok(None) };
    let domains: Option<CustomDomains> = settings::read(tables, &bucket.name)?;
    Ok(domains.filter(|domains| domains.rule(name).is_some()).map(|domains| (bucket, domains)))
}

fn take(tables: &Tables, from: &BucketName, name: &DomainName) -> Result<(), StorageError> {
    let Some(mut bucket) = tables.buckets.get(&bucket_key(from))? else { return Ok(()) };
    let mut domains: CustomDomains = settings::read(tables, from)?.unwrap_or_default();
    domains.rules.retain(|rule| rule.name.value() != name);
    settings::replace(tables, &mut bucket, Some(&domains).filter(|domains| !domains.rules.is_empty()))
}
