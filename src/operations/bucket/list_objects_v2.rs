//! ListObjectsV2: `GET /?list-type=2`, which only S3 clients send: the same listing as GET Bucket (List Objects), gone through by
//! tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use serde::Serialize;

use crate::domain::error::{Error, ErrorCode};
use crate::operations::bucket::list_objects::{Contents, common_prefixes, contents};
use crate::operations::context::Context;
use crate::operations::headers::BUCKET_REGION;
use crate::operations::paging::{self, CommonPrefix, Grouping};
use crate::operations::request::RequestHead;
use crate::operations::response::{self, Response, insert};

struct ListObjectsV2 {
    grouping: Grouping,
    start_after: Option<String>,
    token: Option<Token>,
    limit: usize,
    /// `fetch-owner`.
    names_owner: bool,
}

/// Where a page begins: behind a key or common prefix, in letters that need no escapes in a URL.
struct Token {
    sent: String,
    marker: String,
}

impl ListObjectsV2 {
    fn parse(head: &RequestHead) -> Result<Self, Error> {
        Ok(Self {
            grouping: Grouping::parse(head)?,
            start_after: head.query_text("start-after")?.map(str::to_owned),
            token: head.query_opt("continuation-token")?,
            limit: paging::limit(head, "max-keys")?,
            names_owner: names_owner(head)?,
        })
    }

    fn marker(&self) -> &str {
        self.token.as_ref().map(|token| &token.marker).or(self.start_after.as_ref()).map_or("", String::as_str)
    }
}

fn names_owner(head: &RequestHead) -> Result<bool, Error> {
    match head.query_text("fetch-owner")? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let message = format!("the parameter fetch-owner is {other:?}; it must be true or false");
            Err(ErrorCode::InvalidArgument.because(message))
        }
    }
}

impl Token {
    fn behind(marker: &str) -> String {
        URL_SAFE_NO_PAD.encode(marker)
    }
}

impl std::str::FromStr for Token {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let marker = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
            let message = format!("the parameter continuation-token is {text:?}; it must be the NextContinuationToken of a page");
            ErrorCode::InvalidArgument.because(message)
        })?;
        Ok(Self { sent: text.to_owned(), marker })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListBucketResult {
    name: String,
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_continuation_token: Option<String>,
    /// Of objects and common prefixes.
    key_count: usize,
    max_keys: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_type: Option<&'static str>,
    is_truncated: bool,
    contents: Vec<Contents>,
    common_prefixes: Vec<CommonPrefix>,
}

pub(crate) async fn handle(context: &Context<'_>) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let asked = ListObjectsV2::parse(context.head)?;
    let Grouping { prefix, delimiter, encoding } = &asked.grouping;
    let marker = asked.marker().to_owned();
    let page = context.store().list_objects(&bucket.name, prefix.clone(), *delimiter, marker, asked.limit).await?;
    let owner = asked.names_owner.then_some(bucket.owner.as_str());
    let result = ListBucketResult {
        name: bucket.name.to_string(),
        prefix: encoding.apply(prefix).into_owned(),
        next_continuation_token: page.next_marker().map(Token::behind),
        key_count: page.entries.len(),
        max_keys: asked.limit,
        delimiter: asked.grouping.delimiter_text(),
        encoding_type: encoding.name(),
        is_truncated: page.is_truncated,
        contents: contents(&page, *encoding, owner, context.now),
        common_prefixes: common_prefixes(&page, *encoding),
        start_after: asked.start_after.map(|key| encoding.apply(&key).into_owned()),
        continuation_token: asked.token.map(|token| token.sent),
    };
    let mut headers = HeaderMap::new();
    insert(&mut headers, BUCKET_REGION, bucket.region.as_str());
    Ok(response::document("ListBucketResult", &result, headers))
}
