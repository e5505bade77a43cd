//! Where a copy comes from, and what it takes along (PUT Object - Copy, 436/10881).

use std::str::FromStr;

use crate::codec::percent;
use crate::domain::bucket::BucketName;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::key::ObjectKey;
use crate::domain::version::VersionId;

/// `x-cos-copy-source`: an object of any bucket, and which version of it; `None` means the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopySource {
    pub bucket: BucketName,
    pub key: ObjectKey,
    pub version: Option<VersionId>,
}

impl FromStr for CopySource {
    type Err = Error;

    /// Reads `<bucket>-<appid>.<any host>/<key>`, `<bucket>-<appid>/<key>` and `<any host>/<bucket>-<appid>/<key>`, each with or
    /// without `/` in front and `?versionId=` behind, the key escaped or, as COSFS sends it, everything. The host's region is not
    /// looked at.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            let shown: String = text.chars().take(200).collect();
            ErrorCode::InvalidCopySource.because(format!(
                "x-cos-copy-source is {shown:?}: {why}; it must be <bucket>-<APPID>.cos.<region>.myqcloud.com/<key>, the key escaped \
                 as in a URL, with ?versionId=<id> behind it if another version than the newest is meant"
            ))
        };
        let decode = |text: &str| percent::decode(text).ok_or_else(|| refuse("it is not UTF-8 once its escapes are decoded"));
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = without_slash(path);
        let (bucket, key) = if path.contains('/') {
            let (bucket, key) = split(path).map_err(refuse)?;
            (bucket, decode(key)?)
        } else {
            let path = decode(path)?;
            let (bucket, key) = split(without_slash(&path)).map_err(refuse)?;
            (bucket, key.to_owned())
        };
        Ok(Self {
            bucket: bucket.parse().map_err(|error: Error| refuse(error.message()))?,
            key: key.parse().map_err(|error: Error| refuse(error.message()))?,
            version: version(query)?,
        })
    }
}

/// What a copy does with the source's metadata, or with its tags: `x-cos-metadata-directive`, `x-cos-tagging-directive`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Directive {
    #[default]
    Copy,
    /// Nothing of the source's is kept; what the request says is taken.
    Replaced,
}

impl FromStr for Directive {
    type Err = Error;

    /// In any letter case; `REPLACE` as well (Java, COSFS).
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "copy" => Ok(Self::Copy),
            "replaced" | "replace" => Ok(Self::Replaced),
            _ => Err(ErrorCode::InvalidArgument.because(format!("the directive is {text:?}; it must be Copy or Replaced"))),
        }
    }
}

fn without_slash(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// The names of bucket and key, or why there are none.
fn split(path: &str) -> Result<(String, &str), &'static str> {
    let (place, rest) = path.split_once('/').ok_or("it names no key")?;
    let label = place.split(['.', ':']).next().unwrap_or_default().to_ascii_lowercase();
    if BucketName::is_like(&label) {
        return Ok((label, rest));
    }
    match rest.split_once('/') {
        Some((bucket, key)) if BucketName::is_like(bucket) => Ok((bucket.to_owned(), key)),
        _ => Err("it names no bucket"),
    }
}

fn version(query: &str) -> Result<Option<VersionId>, Error> {
    let parameters = percent::decode_query(query).unwrap_or_default();
    let mut given = parameters.iter().filter(|(name, id)| name.eq_ignore_ascii_case("versionId") && !id.is_empty());
    let Some((_, id)) = given.next() else { return Ok(None) };
    let found = VersionId::read(id);
    found.map(Some).ok_or_else(|| ErrorCode::NoSuchVersion.because(format!("the copy source has no version {id:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "MTg0NDUxNTc1NjIzMTQ1MDAwODg";

    fn read(text: &str) -> Result<(String, String, Option<String>), ErrorCode> {
        let source: CopySource = text.parse().map_err(|error: Error| error.code())?;
        let version = source.version.map(|version| version.to_string());
        Ok((source.bucket.to_string(), source.key.as_str().to_owned(), version))
    }

    #[test]
    fn every_spelling_of_the_clients_is_read() {
        for place in [
            "b-1250000000.cos.ap-guangzhou.myqcloud.com",
            "b-1250000000.cos-internal.ap-guangzhou.tencentcos.cn",
            "b-1250000000.ap-guangzhou.example.com",
            "B-1250000000.cos.localhost:7436",
            "b-1250000000",
            "127.0.0.1:7436/b-1250000000",
            "cos.ap-guangzhou.myqcloud.com/b-1250000000",
        ] {
            for slash in ["", "/", "%2F"] {
                let expected = |version: Option<&str>| {
                    Ok(("b-1250000000".to_owned(), "dir/a b+%2F?".to_owned(), version.map(str::to_owned)))
                };
                let source = format!("{slash}{place}/dir/a%20b+%252F%3F");
                if slash != "%2F" {
                    assert_eq!(read(&source), expected(None), "{source}");
                    assert_eq!(read(&format!("{source}?versionId={ID}")), expected(Some(ID)), "{source}");
                }
                let escaped = format!("{slash}{}", percent::encode(&format!("{place}/dir/a b+%2F?")));
                assert_eq!(read(&escaped), expected(None), "{escaped}");
                assert_eq!(read(&format!("{escaped}?x=y&VersionId={ID}")), expected(Some(ID)), "{escaped}");
            }
        }
    }

    #[test]
    fn a_key_is_taken_as_it_is() {
        for (text, key) in [("b-1//a", "/a"), ("b-1/a/", "a/"), ("b-1/a%2fb", "a/b"), ("b-1/中%", "中%"), ("b-1/b-2/c", "b-2/c")]
        {
            assert_eq!(read(text), Ok(("b-1".to_owned(), key.to_owned(), None)), "{text}");
        }
        assert_eq!(read("b-1/a?versionId=null").expect("read").2.as_deref(), Some("null"));
        assert_eq!(read("b-1/a?versionId=").expect("read").2, None);
    }

    #[test]
    fn other_texts_are_refused() {
        let long = format!("b-1/{}", "x".repeat(851));
        for text in ["/", "b-1", "b-1/", "/b-1/", "a/b", "host.com/a/b", "b_-1/a", "-1/a", "b-1/%FF", "%FF", "b-1/%00", &long] {
            assert_eq!(read(text), Err(ErrorCode::InvalidCopySource), "{text}");
        }
        assert_eq!(read("b-1/a?versionId=none"), Err(ErrorCode::NoSuchVersion));
    }

    #[test]
    fn directives_are_read_in_any_letter_case() {
        for (text, expected) in [
            ("Copy", Some(Directive::Copy)),
            ("COPY", Some(Directive::Copy)),
            ("Replaced", Some(Directive::Replaced)),
            ("REPLACE", Some(Directive::Replaced)),
            ("replaces", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Directive>().ok(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_key_is_read_back_however_it_is_escaped(key in "\\PC{1,60}", slash in "/?") {
            let expected = Ok(("b-1".to_owned(), key.clone(), None));
            for text in [
                format!("{slash}b-1.cos.ap-x.myqcloud.com/{}", percent::encode_key(&key)),
                format!("{slash}b-1/{}", percent::encode(&key)),
                percent::encode(&format!("{slash}b-1/{key}")),
            ] {
                prop_assert_eq!(&read(&text), &expected, "{}", text);
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC*", path in "[/%?&=.:a-z0-9-]{0,40}") {
            let _ = text.parse::<CopySource>();
            let _ = path.parse::<CopySource>();
        }
    }
}
