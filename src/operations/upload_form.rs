//! A form that brings an object (POST Object, 436/14690): fields of text, and then the file.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::codec::form::{Field, Form, FormError};
use crate::codec::{percent, xml};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::metadata;
use crate::domain::tag::Tagged;
use crate::operations::headers::{ACL, TAGGING};
use crate::operations::request::{BodyLength, RequestBody, RequestHead};
use crate::operations::s3::{Dialect, names, request};
use crate::operations::tag_set::{ROOT, Tagging};

/// What may stand in front of the file, in bytes of names and values, and in fields.
const LARGEST_FIELDS: usize = 64 << 10;
const MOST_FIELDS: usize = 100;

const FILE: &str = "file";
const FILE_NAME: &str = "${filename}";

/// Fields that mean what the header of that name does, beside those of [`metadata::KEPT`], COS's own and S3's.
const HEADER_FIELDS: [&str; 2] = ["content-md5", "pic-operations"];

/// The field with a document of tags, in forms of S3's clients.
const S3_TAGGING: &str = "tagging";

/// A form read up to its file.
pub(super) struct UploadForm<'a> {
    pub(super) fields: Fields,
    pub(super) file: File<'a>,
}

/// The fields in front of the file; names in lower case, and none twice.
#[derive(Default)]
pub(super) struct Fields {
    fields: Vec<(String, String)>,
    bytes: usize,
}

/// The file and what stands behind it.
pub(super) struct File<'a> {
    content: Field<'a>,
    form: Form<'a>,
}

impl<'a> UploadForm<'a> {
    /// # Errors
    /// `MissingContentLength`, `MalformedPOSTRequest`, `IncorrectNumberOfFilesInPostRequest`,
    /// `MaxPostPreDataLengthExceededError`, and `InvalidArgument` for a field that is given twice or is not UTF-8.
    pub(super) async fn read(head: &RequestHead, body: &'a mut RequestBody) -> Result<Self, Error> {
        if body.length() == BodyLength::Missing {
            return Err(ErrorCode::MissingContentLength.into());
        }
        let content_type = head.header_text(&CONTENT_TYPE)?.unwrap_or_default();
        let mut form = Form::new(content_type, body.pieces()).map_err(refused)?;
        let mut fields = Fields::default();
        while let Some(field) = form.next_field().await.map_err(refused)? {
            if is_file(&field) {
                fields.name_file(field.file_name().unwrap_or_default());
                return Ok(Self { fields, file: File { content: field, form } });
            }
            fields.add(field).await?;
        }
        Err(ErrorCode::IncorrectNumberOfFilesInPostRequest
            .because("the form has no field named file; it must have one, as the last"))
    }
}

impl Fields {
    /// A field's text, which may be empty. The name is in lower case.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// A field's text; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|text| !text.is_empty())
    }

    /// In lower case.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// # Errors
    /// `InvalidArgument` when there is none (inferred), and those of every key.
    pub(super) fn key(&self) -> Result<ObjectKey, Error> {
        self.given("key").ok_or_else(|| ErrorCode::InvalidArgument.because("the form has no field named key"))?.parse()
    }

    /// What PUT Object would have had as its head. Of the request's own headers only the length counts.
    ///
    /// # Errors
    /// `InvalidArgument` for a field that no header could hold, `MalformedXML` and `InvalidTag` for the tags of an S3 client, and
    /// those of [`request::in_cos_words`].
    pub(super) fn head(&self, sent: &RequestHead) -> Result<RequestHead, Error> {
        let mut headers = HeaderMap::new();
        headers.extend(sent.headers.get(CONTENT_LENGTH).map(|length| (CONTENT_LENGTH, length.clone())));
        self.replace(&mut headers)?;
        let (method, host, path) = (sent.method.clone(), sent.host.clone(), sent.path.clone());
        let dialect = Dialect::of(&headers, None);
        let head = RequestHead { dialect, method, host, path, query: Vec::new(), headers, transport: sent.transport };
        let mut head = request::in_cos_words(&head).map(Cow::into_owned)?;
        if let Some(document) = self.text(S3_TAGGING).filter(|_| dialect == Dialect::S3) {
            head.headers.insert(TAGGING, header_value(S3_TAGGING, &tags_as_header(document)?)?);
        }
        Ok(head)
    }

    /// The request as one that was signed by the field `Signature`: the names in its list may be those of fields (cos-wx-sdk).
    ///
    /// # Errors
    /// As [`Self::head`].
    pub(super) fn signed_head(&self, sent: &RequestHead, signature: &str) -> Result<RequestHead, Error> {
        let mut head = sent.clone();
        self.replace(&mut head.headers)?;
        head.headers.insert(AUTHORIZATION, header_value("signature", signature)?);
        Ok(head)
    }

    fn replace(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        for (name, value) in self.fields.iter().filter(|(_, value)| !value.is_empty()) {
            if let Some(header) = header_name(name)? {
                headers.insert(header, header_value(name, value)?);
            }
        }
        Ok(())
    }

    async fn add(&mut self, mut field: Field<'_>) -> Result<(), Error> {
        let name = field.name().to_lowercase();
        if self.given(&name).is_some() {
            return Err(ErrorCode::InvalidArgument.because(format!("the form field {name} is given more than once")));
        }
        self.bytes += name.len();
        let mut value = Vec::new();
        while let Some(piece) = field.next().await.map_err(refused)? {
            self.bytes += piece.len();
            if self.bytes > LARGEST_FIELDS {
                return Err(too_long());
            }
            value.extend_from_slice(&piece);
        }
        if self.fields.len() == MOST_FIELDS {
            return Err(too_long());
        }
        let value = String::from_utf8(value)
            .map_err(|_| ErrorCode::InvalidArgument.because(format!("the form field {name} is not UTF-8")))?;
        self.fields.push((name, value));
        Ok(())
    }

    fn name_file(&mut self, file_name: &str) {
        if let Some((_, key)) = self.fields.iter_mut().find(|(name, _)| name == "key") {
            *key = key.replace(FILE_NAME, file_name);
        }
    }
}

impl File<'_> {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// `MalformedPOSTRequest`, and those of a body that breaks off.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        self.content.next().await.map_err(refused)
    }

    /// Reads what stands behind the file, which counts for nothing.
    ///
    /// # Errors
    /// As [`Self::next`], and `IncorrectNumberOfFilesInPostRequest`.
    pub(super) async fn finish(self) -> Result<(), Error> {
        let Self { content, mut form } = self;
        drop(content);
        while let Some(mut field) = form.next_field().await.map_err(refused)? {
            if is_file(&field) {
                let message = "the form has more than one field named file; it must have one, as the last";
                return Err(ErrorCode::IncorrectNumberOfFilesInPostRequest.because(message));
            }
            while field.next().await.map_err(refused)?.is_some() {}
        }
        Ok(())
    }
}

fn is_file(field: &Field<'_>) -> bool {
    field.name().eq_ignore_ascii_case(FILE)
}

/// The header that a field stands for, if it does.
fn header_name(field: &str) -> Result<Option<HeaderName>, Error> {
    if field == "acl" {
        return Ok(Some(ACL));
    }
    let is_own = ["x-cos-", names::PREFIX].iter().any(|prefix| field.starts_with(prefix));
    if !is_own && !metadata::KEPT.contains(&field) && !HEADER_FIELDS.contains(&field) {
        return Ok(None);
    }
    let refuse = |_| ErrorCode::InvalidArgument.because(format!("the form field {field:?} has a name that no header can have"));
    HeaderName::try_from(field).map(Some).map_err(refuse)
}

fn header_value(field: &str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| ErrorCode::InvalidArgument.because(format!("the form field {field} holds characters that no header can")))
}

/// The tags of a document as a header has them.
fn tags_as_header(document: &str) -> Result<String, Error> {
    let tagging: Tagging = xml::parse(ROOT, document.as_bytes()).map_err(|error| {
        ErrorCode::MalformedXML.because(format!("the form field {S3_TAGGING} is not a <{ROOT}> document: {error}"))
    })?;
    let tags = tagging.into_tags(Tagged::Object)?;
    let pairs: Vec<String> =
        tags.iter().map(|(key, value)| format!("{}={}", percent::encode(key), percent::encode(value))).collect();
    Ok(pairs.join("&"))
}

fn too_long() -> Error {
    let message = format!("in front of its file a form may have {MOST_FIELDS} fields of {LARGEST_FIELDS} bytes in all");
    ErrorCode::MaxPostPreDataLengthExceededError.because(message)
}

fn refused(error: FormError) -> Error {
    match error {
        FormError::Source(cause) => match cause.downcast::<Error>() {
            Ok(error) => *error,
            Err(cause) => Error::from(ErrorCode::InternalError).caused_by(cause),
        },
        error => {
            let sentence = "The body of your POST request is not well-formed multipart/form-data";
            ErrorCode::MalformedPOSTRequest.because(format!("{sentence}: {error}"))
        }
    }
}
