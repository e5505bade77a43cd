//! A request as operations read it: typed query and headers, and short bodies whole.

use std::str::FromStr;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Method, header, request};
use serde::de::DeserializeOwned;

use crate::codec::{checksum, percent, xml};
use crate::domain::digest::ContentMd5;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::version::VersionId;
use crate::operations::headers::CONTENT_MD5;
use crate::operations::s3::{Dialect, document};
use crate::operations::transport::{Transport, Way};

pub use crate::operations::body::{BodyLength, RequestBody};

/// Said by whoever ends TLS in front of the emulator.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The request line and headers, decoded.
#[derive(Debug, Clone)]
pub struct RequestHead {
    /// How the client speaks: names and words of the head are COS's once it is translated, those of the body are still its own.
    pub dialect: Dialect,
    pub method: Method,
    /// The host as sent, with its port: of an absolute-form target, else of the Host header.
    pub host: String,
    /// As sent, undecoded.
    pub path: String,
    /// Decoded, in the order sent.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub transport: Transport,
}

impl RequestHead {
    /// `dialect` is that of these headers and this query ([`Dialect::of`]).
    ///
    /// # Errors
    /// `InvalidRequest` without a host or with several, `InvalidURI` when the query is not UTF-8.
    pub fn new(parts: request::Parts, dialect: Dialect) -> Result<Self, Error> {
        let host = parts.uri.authority().map(|authority| host_and_port(authority).to_owned()).or_else(|| {
            let host = parts.headers.get(header::HOST)?;
            String::from_utf8(host.as_bytes().to_vec()).ok()
        });
        if parts.headers.get_all(header::HOST).iter().count() > 1 {
            return Err(ErrorCode::InvalidRequest.because("the request has more than one Host header"));
        }
        let query = percent::decode_query(parts.uri.query().unwrap_or_default());
        let mut transport: Transport = parts.extensions.get().copied().unwrap_or_default();
        if parts.uri.authority().is_some() && transport.way == Way::Direct {
            transport.way = Way::AbsoluteForm;
        }
        Ok(Self {
            dialect,
            host: host.ok_or_else(|| ErrorCode::InvalidRequest.because("the request has no Host header"))?,
            path: parts.uri.path().to_owned(),
            query: query.ok_or_else(|| ErrorCode::InvalidURI.because("the query is not UTF-8 once its escapes are decoded"))?,
            method: parts.method,
            headers: parts.headers,
            transport,
        })
    }

    /// Whether a listing of objects is to be S3's second version, which goes on by tokens.
    pub fn lists_by_token(&self) -> bool {
        self.dialect == Dialect::S3 && self.query.iter().any(|(name, value)| name == "list-type" && value == "2")
    }

    /// Whether the client speaks HTTPS, to the emulator or to a proxy in front of it.
    pub fn is_https(&self) -> bool {
        self.transport.tls.is_some()
            || self.headers.get(FORWARDED_PROTO).is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
    }

    /// Scheme, host and port as the client has them: what a URL of this server begins with in an answer.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.is_https() { "https" } else { "http" }, self.host)
    }

    /// `?` and the query, escaped anew; nothing when there is none.
    pub fn query_string(&self) -> String {
        let pairs: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(value))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// A query parameter's first value as it is, be it empty.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter's text; absent or empty (Go sends `versionId=`) is `None`.
    ///
    /// # Errors
    /// `InvalidArgument` when it is given twice.
    pub fn query_text(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut given = self.query.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        match (given.next(), given.next()) {
            (_, Some(_)) => Err(ErrorCode::InvalidArgument.because(format!("the parameter {name} is given more than once"))),
            (first, None) => Ok(first.filter(|text| !text.is_empty())),
        }
    }

    /// # Errors
    /// The type's own, or `InvalidArgument` when it is given twice.
    pub fn query_opt<T: FromStr<Err = Error>>(&self, name: &str) -> Result<Option<T>, Error> {
        self.query_text(name)?.map(str::parse).transpose()
    }

    /// # Errors
    /// As [`Self::query_opt`], and `InvalidArgument` when it is missing or empty.
    pub fn query<T: FromStr<Err = Error>>(&self, name: &str) -> Result<T, Error> {
        self.query_opt(name)?
            .ok_or_else(|| ErrorCode::InvalidArgument.because(format!("the parameter {name} is missing or empty")))
    }

    /// Which version is meant; `None` means the newest. Go spells the parameter `VersionId`.
    ///
    /// # Errors
    /// `NoSuchVersion` for a text that is no version's id.
    pub fn version_id(&self) -> Result<Option<VersionId>, Error> {
        let mut given = self.query.iter().filter(|(name, id)| name.eq_ignore_ascii_case("versionId") && !id.is_empty());
        let Some((_, id)) = given.next() else { return Ok(None) };
        let found = VersionId::read(id);
        found.map(Some).ok_or_else(|| ErrorCode::NoSuchVersion.because(format!("there is no version {id:?} of this object")))
    }

    /// A header's text; absent or empty (Node sends such) is `None`.
    ///
    /// # Errors
    /// `InvalidArgument` when it is given twice or is not UTF-8.
    pub fn header_text(&self, name: &HeaderName) -> Result<Option<&str>, Error> {
        let mut given = self.headers.get_all(name).iter();
        let refuse = |why: &str| Err(ErrorCode::InvalidArgument.because(format!("the header {name} {why}")));
        match (given.next(), given.next()) {
            (_, Some(_)) => refuse("is given more than once"),
            (None, None) => Ok(None),
            (Some(value), None) => match std::str::from_utf8(value.as_bytes()) {
                Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
                Err(_) => refuse("is not UTF-8"),
            },
        }
    }

    /// # Errors
    /// The type's own, or as [`Self::header_text`].
    pub fn header_opt<T: FromStr<Err = Error>>(&self, name: &HeaderName) -> Result<Option<T>, Error> {
        self.header_text(name)?.map(str::parse).transpose()
    }

    /// A header that is a number of bytes or parts.
    ///
    /// # Errors
    /// `InvalidArgument` when it is not a number, or as [`Self::header_text`].
    pub fn header_number(&self, name: &HeaderName) -> Result<Option<u64>, Error> {
        let number = |text: &str| {
            text.parse()
                .map_err(|_| ErrorCode::InvalidArgument.because(format!("the header {name} is {text:?}; it must be a number")))
        };
        self.header_text(name)?.map(number).transpose()
    }

    /// A header that is `true` or `false`; absent is `false`.
    ///
    /// # Errors
    /// `InvalidArgument` for any other text, or as [`Self::header_text`].
    pub fn header_flag(&self, name: &HeaderName) -> Result<bool, Error> {
        match self.header_text(name)? {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) => {
                Err(ErrorCode::InvalidArgument.because(format!("the header {name} is {text:?}; it must be true or false")))
            }
        }
    }

    /// Reads an XML body of at most `limit` bytes, checks its Content-MD5 when there is one, and parses it.
    ///
    /// # Errors
    /// `MissingRequestBodyError`, `XMLSizeLimit`, `InvalidDigest`, `BadDigest`, `MalformedXML`, `IncompleteBody`.
    pub async fn read_xml<T: DeserializeOwned>(
        &self,
        body: &mut RequestBody,
        root: &'static str,
        limit: usize,
    ) -> Result<T, Error> {
        let bytes = self.read_document(body, root, limit).await?;
        xml::parse(root, &bytes)
            .map_err(|error| ErrorCode::MalformedXML.because(format!("the body is not a <{root}> document: {error}")))
    }

    /// Reads an XML body of at most `limit` bytes and checks its Content-MD5 when there is one; `root` is for messages.
    ///
    /// # Errors
    /// `MissingRequestBodyError`, `XMLSizeLimit`, `InvalidDigest`, `BadDigest`, `IncompleteBody`.
    pub async fn read_document(&self, body: &mut RequestBody, root: &'static str, limit: usize) -> Result<Bytes, Error> {
        let bytes = self.read_bytes(body, limit, ErrorCode::XMLSizeLimit).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(ErrorCode::MissingRequestBodyError.because(format!("the body is empty; it must be a <{root}> document")));
        }
        match self.dialect {
            Dialect::Cos => Ok(bytes),
            Dialect::S3 => document::in_cos_words(root, bytes),
        }
    }

    /// Reads a text of at most `limit` bytes and checks its Content-MD5 when there is one; `malformed` is the code of a body that
    /// is longer or not UTF-8.
    ///
    /// # Errors
    /// `malformed`, `MissingRequestBodyError`, `InvalidDigest`, `BadDigest`, `IncompleteBody`.
    pub async fn read_text(&self, body: &mut RequestBody, limit: usize, malformed: ErrorCode) -> Result<String, Error> {
        let bytes = self.read_bytes(body, limit, malformed).await?;
        if bytes.is_empty() {
            return Err(ErrorCode::MissingRequestBodyError.into());
        }
        String::from_utf8(bytes.into()).map_err(|_| malformed.because("the body is not UTF-8"))
    }

    async fn read_bytes(&self, body: &mut RequestBody, limit: usize, too_long: ErrorCode) -> Result<Bytes, Error> {
        let content_md5 = self.header_opt::<ContentMd5>(&CONTENT_MD5)?;
        let bytes = body.read_whole(limit, too_long).await?;
        if let Some(content_md5) = content_md5 {
            content_md5.check(checksum::md5(&bytes))?;
        }
        Ok(bytes)
    }
}

/// Without the user and password that a URL may have.
pub fn host_and_port(authority: &Authority) -> &str {
    authority.as_str().rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::part::PartNumber;

    fn head(uri: &str, headers: &[(&str, &str)]) -> RequestHead {
        let mut request = http::Request::builder().uri(uri).header("host", "h");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        RequestHead::new(request.body(()).expect("a request").into_parts().0, Dialect::Cos).expect("a head")
    }

    #[test]
    fn missing_repeated_and_unparsable_are_different_failures() {
        let number = |uri| head(uri, &[]).query::<PartNumber>("partNumber").map_err(|error| error.message().to_owned());
        assert_eq!(number("/?partNumber=7"), Ok(PartNumber::new(7).expect("valid")));
        assert_eq!(number("/?partNumber="), Err("the parameter partNumber is missing or empty".to_owned()));
        assert_eq!(number("/?partNumber=1&partNumber=2"), Err("the parameter partNumber is given more than once".to_owned()));
        assert_eq!(number("/?partNumber=x"), Err("partNumber is \"x\"; it must be a number from 1 to 10000".to_owned()));
    }

    #[test]
    fn a_second_host_header_is_refused() {
        let request = http::Request::builder().uri("/").header("host", "h").header("host", "other").body(()).expect("a request");
        assert_eq!(
            RequestHead::new(request.into_parts().0, Dialect::Cos).expect_err("refused").code(),
            ErrorCode::InvalidRequest
        );
    }

    #[test]
    fn an_absolute_target_names_the_host() {
        assert_eq!(head("http://b-1.cos.ap-x.myqcloud.com/k", &[]).host, "b-1.cos.ap-x.myqcloud.com");
        assert_eq!(head("http://user:password@b-1.localhost:7436/k", &[]).host, "b-1.localhost:7436");
        assert_eq!(head("/k", &[]).host, "h");
    }

    #[test]
    fn flags_and_numbers_are_checked() {
        let head = head("/", &[("x-cos-forbid-overwrite", "TRUE"), ("x-cos-fsize-max", "x"), ("x-cos-pnum-max", "")]);
        let name = |name| HeaderName::from_static(name);
        assert!(head.header_flag(&name("x-cos-forbid-overwrite")).expect("a flag"));
        assert!(!head.header_flag(&name("absent")).expect("absent"));
        assert!(head.header_number(&name("x-cos-fsize-max")).is_err());
        assert_eq!(head.header_number(&name("x-cos-pnum-max")).expect("empty is absent"), None);
    }
}
