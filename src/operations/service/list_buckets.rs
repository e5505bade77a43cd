//! GET Service (List Buckets): `GET /` on a host that names no bucket (436/8291).

use http::HeaderMap;
use serde::Serialize;

use crate::domain::bucket::{Bucket, Region};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::tag::Tags;
use crate::operations::context::Context;
use crate::operations::paging::{self, Person};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response};
use crate::operations::s3::Dialect;
use crate::storage::{StorageError, Store};

/// The most buckets of a page, and the default.
const LARGEST_PAGE: usize = 2000;

struct ListBuckets {
    marker: String,
    limit: usize,
    filter: Filter,
}

/// Which of the account's buckets are wanted.
struct Filter {
    /// Only S3's clients ask for it.
    prefix: Option<String>,
    region: Option<Region>,
    created: Option<(Comparison, i64)>,
    tag: Option<(String, String)>,
}

enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl ListBuckets {
    fn parse(context: &Context<'_>) -> Result<Self, Error> {
        let head = context.head;
        let region = match head.query_opt("region")? {
            Some(region) => Some(region),
            None => context.target.region.clone(),
        };
        let prefix = head.query_text("prefix")?.filter(|_| head.dialect == Dialect::S3).map(str::to_owned);
        let tag = match (head.query_text("tagkey")?, head.query_text("tagvalue")?) {
            (None, None) => None,
            (Some(key), Some(value)) => Some((key.to_owned(), value.to_owned())),
            _ => return Err(ErrorCode::InvalidArgument.because("the parameters tagkey and tagvalue go together")),
        };
        Ok(Self {
            marker: head.query_text("marker")?.unwrap_or_default().to_owned(),
            limit: paging::limit_up_to(head, "max-keys", LARGEST_PAGE)?,
            filter: Filter { prefix, region, created: created(head)?, tag },
        })
    }
}

/// `create-time`, Unix seconds of any size, with `range`.
fn created(head: &RequestHead) -> Result<Option<(Comparison, i64)>, Error> {
    let (time, range) = match (head.query_text("create-time")?, head.query_text("range")?) {
        (None, None) => return Ok(None),
        (Some(time), Some(range)) => (time, range),
        _ => return Err(ErrorCode::InvalidArgument.because("the parameters create-time and range go together")),
    };
    let comparison = match range {
        "lt" => Comparison::Less,
        "lte" => Comparison::LessOrEqual,
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        _ => {
            let message = format!("the parameter range is {range:?}; it must be lt, lte, gt or gte");
            return Err(ErrorCode::InvalidArgument.because(message));
        }
    };
    let time = time.parse().map_err(|_| {
        ErrorCode::InvalidArgument.because(format!("the parameter create-time is {time:?}; it must be a number of seconds"))
    })?;
    Ok(Some((comparison, time)))
}

impl Filter {
    fn wants(&self, store: &Store, bucket: &Bucket) -> Result<bool, StorageError> {
        let created = bucket.created.seconds();
        let in_time = self.created.as_ref().is_none_or(|(comparison, time)| match comparison {
            Comparison::Less => created < *time,
            Comparison::LessOrEqual => created <= *time,
            Comparison::Greater => created > *time,
            Comparison::GreaterOrEqual => created >= *time,
        });
        let in_prefix = self.prefix.as_ref().is_none_or(|prefix| bucket.name.as_str().starts_with(prefix.as_str()));
        let in_region = self.region.as_ref().is_none_or(|region| *region == bucket.region);
        match &self.tag {
            Some((key, value)) if in_time && in_region && in_prefix => {
                Ok(store.setting::<Tags>(bucket)?.is_some_and(|tags| tags.has(key, value)))
            }
            _ => Ok(in_time && in_region && in_prefix),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListAllMyBucketsResult {
    owner: Person,
    marker: String,
    next_marker: String,
    is_truncated: bool,
    buckets: Buckets,
}

#[derive(Serialize)]
struct Buckets {
    #[serde(rename = "Bucket")]
    buckets: Vec<BucketEntry>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BucketEntry {
    name: String,
    location: String,
    creation_date: String,
    bucket_type: &'static str,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let ListBuckets { marker, limit, filter } = ListBuckets::parse(context)?;
    let (appid, uin) = context.account()?;
    let (owner, store) = (appid.to_owned(), context.store().clone());
    let is_wanted = move |bucket: &Bucket| Ok(bucket.owner == owner && filter.wants(&store, bucket)?);
    let mut buckets = context.store().list_buckets(marker.clone(), limit + 1, is_wanted).await?;
    let is_truncated = limit > 0 && buckets.len() > limit;
    buckets.truncate(limit);
    let next_marker = buckets.last().filter(|_| is_truncated).map(|bucket| bucket.name.to_string());
    let result = ListAllMyBucketsResult {
        owner: Person::account(uin),
        marker,
        next_marker: next_marker.unwrap_or_default(),
        is_truncated,
        buckets: Buckets { buckets: buckets.iter().map(entry).collect() },
    };
    Ok(response::document("ListAllMyBucketsResult", &result, HeaderMap::new()))
}

fn entry(bucket: &Bucket) -> BucketEntry {
    BucketEntry {
        name: bucket.name.to_string(),
        location: bucket.region.as_str().to_owned(),
        creation_date: bucket.created.iso_seconds(),
        bucket_type: "cos",
    }
}
