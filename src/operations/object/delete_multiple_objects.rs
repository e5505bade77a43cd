//! DELETE Multiple Objects: `POST /?delete` (436/8289). Each object is asked for, deleted and answered for by itself, in the
//! order given; only a body that cannot be read fails the whole.

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::domain::bucket::Bucket;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::version::VersionId;
use crate::operations::context::Context;
use crate::operations::request::RequestBody;
use crate::operations::response::{self, Response};
use crate::operations::routes::Operation;
use crate::storage::{DeleteMarker, DeleteObject, Version};

const MOST_OBJECTS: usize = 1000;

/// Enough for that many of the longest keys.
const LARGEST: usize = 4 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    #[serde(default)]
    quiet: Option<String>,
    #[serde(default, rename = "Object")]
    objects: Vec<Listed>,
}

/// An object as the client wrote it: blanks are part of the key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    key: String,
    #[serde(default)]
    version_id: Option<String>,
}

#[derive(Serialize)]
struct DeleteResult {
    #[serde(rename = "$value")]
    entries: Vec<Entry>,
}

#[derive(Serialize)]
enum Entry {
    #[serde(rename_all = "PascalCase")]
    Deleted {
        key: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        delete_marker: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        delete_marker_version_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        version_id: Option<String>,
    },
    #[serde(rename_all = "PascalCase")]
    Error {
        key: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        version_id: Option<String>,
        code: &'static str,
        message: String,
    },
}

/// What is to be done for an entry.
enum Verdict {
    Delete(ObjectKey, Option<VersionId>),
    /// An id that no version can have is that of a missing one (inferred).
    Missing,
    Refuse(Error),
}

pub(crate) async fn handle(context: &Context<'_>, body: &mut RequestBody) -> Result<Response, Error> {
    let bucket = context.bucket()?;
    let delete: Delete = context.head.read_xml(body, "Delete", LARGEST).await?;
    let is_quiet = is_quiet(delete.quiet.as_deref())?;
    check_count(delete.objects.len())?;
    let verdicts: Vec<Verdict> = delete.objects.iter().map(|listed| judge(context, bucket, listed)).collect::<Result<_, _>>()?;
    let doomed = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Delete(key, id) => Some((key.clone(), *id)),
        Verdict::Missing | Verdict::Refuse(_) => None,
    });
    let outcomes = context.store().delete_objects(&bucket.name, doomed.collect(), context.now).await?;
    let mut outcomes = outcomes.iter();

    let mut entries = Vec::new();
    for (listed, verdict) in delete.objects.into_iter().zip(verdicts) {
        let entry = match verdict {
            Verdict::Delete(..) => listed.answer(outcomes.next().expect("one for each that was to be deleted"))?,
            Verdict::Missing => listed.deleted(None),
            Verdict::Refuse(error) => listed.failed(&error),
        };
        if !is_quiet || matches!(entry, Entry::Error { .. }) {
            entries.push(entry);
        }
    }
    Ok(response::document("DeleteResult", &DeleteResult { entries }, HeaderMap::new()))
}

fn is_quiet(text: Option<&str>) -> Result<bool, Error> {
    match text.map(str::trim) {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            Err(ErrorCode::MalformedXML.because(format!("the element <Quiet> is {other:?}; it must be true or false")))
        }
    }
}

/// The sentence of a list that is too long is that of older pages.
fn check_count(count: usize) -> Result<(), Error> {
    match count {
        0 => Err(ErrorCode::MalformedXML.because("the body lists no <Object>; there must be 1 to 1000")),
        1..=MOST_OBJECTS => Ok(()),
        _ => Err(ErrorCode::MalformedXML.because("delete key size is greater than 1000")),
    }
}

/// What is wrong with one key, or with the caller's right to it, does not keep the others from being deleted.
fn judge(context: &Context<'_>, bucket: &Bucket, listed: &Listed) -> Result<Verdict, Error> {
    let key: ObjectKey = match listed.key.parse() {
        Ok(key) => key,
        Err(error) => return Ok(Verdict::Refuse(error)),
    };
    match context.may(Operation::DeleteObject, bucket, &key) {
        Ok(()) => {}
        Err(error) if error.code() == ErrorCode::AccessDenied => return Ok(Verdict::Refuse(error)),
        Err(error) => return Err(error),
    }
    Ok(match listed.version_id.as_deref().filter(|id| !id.is_empty()) {
        None => Verdict::Delete(key, None),
        Some(id) => VersionId::read(id).map_or(Verdict::Missing, |id| Verdict::Delete(key, Some(id))),
    })
}

impl Listed {
    fn answer(self, outcome: &DeleteObject) -> Result<Entry, Error> {
        match outcome {
            DeleteObject::Marked(marker) | DeleteObject::Removed(Version::Marker(marker)) => Ok(self.deleted(Some(*marker))),
            DeleteObject::Removed(Version::Object(_)) | DeleteObject::Missing => Ok(self.deleted(None)),
            DeleteObject::Retained(retained) => Ok(self.failed(&(*retained).into())),
            DeleteObject::BucketMissing => Err(ErrorCode::NoSuchBucket.into()),
        }
    }

    /// `marker` was made or removed.
    fn deleted(self, marker: Option<DeleteMarker>) -> Entry {
        Entry::Deleted {
            delete_marker: marker.map(|_| true),
            delete_marker_version_id: marker.map(|marker| marker.version.id().to_string()),
            version_id: self.given_version(),
            key: self.key,
        }
    }

    fn failed(self, error: &Error) -> Entry {
        let (code, message) = (error.code().name(), error.message().to_owned());
        Entry::Error { version_id: self.given_version(), key: self.key, code, message }
    }

    fn given_version(&self) -> Option<String> {
        self.version_id.clone().filter(|id| !id.is_empty())
    }
}
