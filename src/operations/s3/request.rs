//! The head of an S3 request in COS's words.

use std::borrow::Cow;

use http::header::IF_MATCH;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::domain::error::{Error, ErrorCode};
use crate::operations::headers::{GRANT_FULL_CONTROL, GRANT_READ, GRANT_READ_ACP, GRANT_WRITE, GRANT_WRITE_ACP};
use crate::operations::request::RequestHead;
use crate::operations::s3::Dialect;
use crate::operations::s3::names::{
    GROUPS, HARMLESS, HARMLESS_VALUES, HEADERS, LACKING_PARAMETERS, METADATA, PARAMETERS, PART_NUMBER, PREFIX, VALUES,
};

const GRANTS: [HeaderName; 5] = [GRANT_FULL_CONTROL, GRANT_READ, GRANT_READ_ACP, GRANT_WRITE, GRANT_WRITE_ACP];

/// The head as operations read it: as sent by COS's clients, translated for S3's.
///
/// # Errors
/// `NotImplemented`, naming what would change what an operation does and that COS lacks; `InvalidArgument` for a parameter that
/// stands for a header and cannot be one.
pub fn in_cos_words(sent: &RequestHead) -> Result<Cow<'_, RequestHead>, Error> {
    match sent.dialect {
        Dialect::Cos => Ok(Cow::Borrowed(sent)),
        Dialect::S3 => translated(sent).map(Cow::Owned),
    }
}

fn translated(sent: &RequestHead) -> Result<RequestHead, Error> {
    let mut head = RequestHead {
        dialect: Dialect::S3,
        method: sent.method.clone(),
        host: sent.host.clone(),
        path: sent.path.clone(),
        query: Vec::with_capacity(sent.query.len()),
        headers: HeaderMap::with_capacity(sent.headers.len()),
        transport: sent.transport,
    };
    if sent.method == Method::DELETE && sent.headers.contains_key(IF_MATCH) {
        return Err(ErrorCode::NotImplemented.because("If-Match of a DELETE is not implemented"));
    }
    for (name, value) in &sent.headers {
        add_header(&mut head.headers, name, value)?;
    }
    for (name, value) in &sent.query {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with(PREFIX) {
            // SDKs for JavaScript and Go move headers into the URLs that they presign.
            let (name, value) = as_header(&lower, value)?;
            if !sent.headers.contains_key(&name) {
                add_header(&mut head.headers, &name, &value)?;
            }
        } else {
            head.query.push((parameter(sent, name)?.to_owned(), value.clone()));
        }
    }
    Ok(head)
}

fn as_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let refuse = || ErrorCode::InvalidArgument.because(format!("the parameter {name} stands for a header, which it cannot be"));
    Ok((HeaderName::try_from(name).map_err(|_| refuse())?, HeaderValue::try_from(value).map_err(|_| refuse())?))
}

fn parameter<'a>(sent: &RequestHead, name: &'a str) -> Result<&'a str, Error> {
    let reads = [Method::GET, Method::HEAD].contains(&sent.method);
    if LACKING_PARAMETERS.contains(&name) || name == PART_NUMBER && reads {
        return Err(ErrorCode::NotImplemented.because(format!("{} with ?{name} is not implemented", sent.method)));
    }
    if sent.lists_by_token() {
        return Ok(name);
    }
    Ok(PARAMETERS.iter().find(|(s3, _)| *s3 == name).map_or(name, |(_, cos)| cos))
}

fn add_header(headers: &mut HeaderMap, name: &HeaderName, value: &HeaderValue) -> Result<(), Error> {
    if let Some((_, cos)) = HEADERS.iter().find(|(s3, _)| s3 == name) {
        headers.append(cos, in_cos_word(cos, value)?);
    } else if let Some(own) = name.as_str().strip_prefix(METADATA.0) {
        let cos = HeaderName::try_from(format!("{}{own}", METADATA.1)).map_err(|_| lacking(name))?;
        headers.append(cos, value.clone());
    } else if is_harmless(name, value) {
        headers.append(name, value.clone());
    } else {
        return Err(lacking(name));
    }
    Ok(())
}

/// Whether a header says nothing to operations, or says it in COS's words.
fn is_harmless(name: &HeaderName, value: &HeaderValue) -> bool {
    let name = name.as_str();
    !name.starts_with(PREFIX)
        || value.is_empty()
        || HARMLESS.contains(&name)
        || HARMLESS_VALUES
            .iter()
            .any(|(known, harmless)| *known == name && value.as_bytes().eq_ignore_ascii_case(harmless.as_bytes()))
}

fn lacking(name: &HeaderName) -> Error {
    ErrorCode::NotImplemented.because(format!("the request header {name} is not implemented"))
}

/// A value that may be another word in COS's dialect. `cos` is COS's name of the header.
fn in_cos_word(cos: &HeaderName, value: &HeaderValue) -> Result<HeaderValue, Error> {
    if let Some((_, _, word)) = VALUES.iter().find(|(name, s3, _)| name == cos && value.as_bytes() == s3.as_bytes()) {
        return Ok(HeaderValue::from_static(word));
    }
    match value.to_str() {
        Ok(text) if GRANTS.contains(cos) && text.contains(GROUPS.0) => {
            let text = text.replace(GROUPS.0, GROUPS.1);
            HeaderValue::try_from(text).map_err(|_| ErrorCode::InvalidArgument.because(format!("{cos} is no header's value")))
        }
        _ => Ok(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Random;
    use crate::operations::s3::answer::headers_in_s3_words;

    fn head(method: Method, uri: &str, headers: &[(&str, &str)]) -> RequestHead {
        let mut request = http::Request::builder().method(method).uri(uri).header("host", "h").header("x-amz-date", "d");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let parts = request.body(()).expect("a request").into_parts().0;
        let dialect = Dialect::of(&parts.headers, parts.uri.query());
        RequestHead::new(parts, dialect).expect("a head")
    }

    fn headers(sent: &[(&str, &str)]) -> Result<HeaderMap, String> {
        let sent = head(Method::PUT, "/", sent);
        in_cos_words(&sent).map(|head| head.into_owned().headers).map_err(|error| error.message().to_owned())
    }

    fn query(method: Method, uri: &str) -> Result<Vec<(String, String)>, String> {
        let sent = head(method, uri, &[]);
        in_cos_words(&sent).map(|head| head.into_owned().query).map_err(|error| error.message().to_owned())
    }

    fn in_answer(cos: &HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(cos.clone(), HeaderValue::from_static(value))]);
        headers_in_s3_words(&mut headers, "id", &Random::from_seed(1));
        headers
    }

    #[test]
    fn every_header_is_translated_there_and_back() {
        for (s3, cos) in &HEADERS {
            let there = headers(&[(s3.as_str(), "v")]).expect("known");
            assert_eq!((there.get(cos).expect("translated"), there.get(s3)), (&HeaderValue::from_static("v"), None));
            let back = in_answer(cos, "v");
            assert_eq!((back.get(s3).expect("translated"), back.get(cos)), (&HeaderValue::from_static("v"), None));
        }
        assert_eq!(headers(&[("x-amz-meta-a-b", "v")]).expect("known")["x-cos-meta-a-b"], "v");
        assert_eq!(in_answer(&HeaderName::from_static("x-cos-meta-a-b"), "v")["x-amz-meta-a-b"], "v");
    }

    #[test]
    fn every_value_is_translated_there_and_back() {
        for (cos, s3_word, cos_word) in &VALUES {
            let (s3, _) = HEADERS.iter().find(|(_, name)| name == cos).expect("in the table of names");
            assert_eq!(headers(&[(s3.as_str(), s3_word)]).expect("known")[cos], *cos_word);
            assert_eq!(in_answer(cos, cos_word)[s3], *s3_word);
        }
        let grant = headers(&[("x-amz-grant-read", "id=\"1\", uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"")]);
        assert_eq!(grant.expect("known")[GRANT_READ], "id=\"1\", uri=\"http://cam.qcloud.com/groups/global/AllUsers\"");
    }

    #[test]
    fn what_changes_nothing_is_let_pass_and_anything_else_is_refused_by_name() {
        for name in HARMLESS {
            assert_eq!(headers(&[(name, "d")]).expect("harmless")[*name], "d");
        }
        for (name, harmless) in HARMLESS_VALUES {
            assert!(headers(&[(name, harmless)]).is_ok());
            assert_eq!(headers(&[(name, "other")]), Err(format!("the request header {name} is not implemented")));
        }
        assert_eq!(headers(&[("x-amz-new", "1")]), Err("the request header x-amz-new is not implemented".to_owned()));
        assert!(headers(&[("x-amz-new", "")]).is_ok());
    }

    #[test]
    fn parameters_may_stand_for_headers_which_win() {
        let sent = head(Method::PUT, "/?X-Amz-Storage-Class=GLACIER&x-amz-acl=private&a=b", &[("x-amz-acl", "public-read")]);
        let head = in_cos_words(&sent).expect("known");
        assert_eq!(
            (&head.headers["x-cos-storage-class"], &head.headers["x-cos-acl"]),
            (&"ARCHIVE".parse().expect("a value"), &"public-read".parse().expect("a value"))
        );
        assert_eq!(head.query, [("a".to_owned(), "b".to_owned())]);
    }

    #[test]
    fn parameters_of_listings_have_coss_names_but_for_the_second_version() {
        let names = |uri: &str| query(Method::GET, uri).map(|query| query.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
        assert_eq!(
            names("/?max-buckets=1&bucket-region=r&continuation-token=t"),
            Ok(["max-keys", "region", "marker"].map(str::to_owned).into())
        );
        assert_eq!(
            names("/?list-type=2&continuation-token=t"),
            Ok(["list-type", "continuation-token"].map(str::to_owned).into())
        );
        assert_eq!(query(Method::PUT, "/k?partNumber=1&uploadId=u").map(|query| query.len()), Ok(2));
        for name in LACKING_PARAMETERS.iter().copied().chain([PART_NUMBER]) {
            assert_eq!(names(&format!("/k?{name}")), Err(format!("GET with ?{name} is not implemented")));
        }
    }

    #[test]
    fn a_cos_clients_head_is_not_touched() {
        let sent = head(Method::GET, "/?q-signature=s&attributes", &[("x-amz-new", "1")]);
        assert!(matches!(in_cos_words(&sent), Ok(Cow::Borrowed(_))));
    }
}
