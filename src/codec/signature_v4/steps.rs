//! The published steps, a function each (AWS, "Signature Version 4 signing process", with S3's own rules for paths).

use std::fmt::Write;

use http::HeaderMap;

use crate::codec::mac::{hmac_sha256, sha256_hex};
use crate::codec::percent;
use crate::codec::signature_v4::Scope;

/// What all texts that are signed begin with.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A key that is good for a day, a region and a service. Knows no way to be printed.
#[derive(Clone)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// Derives the key of a scope from the secret key.
    pub fn new(secret_key: &str, scope: &Scope) -> Self {
        let date = hmac_sha256(format!("AWS4{secret_key}").as_bytes(), &scope.date);
        let region = hmac_sha256(&date, &scope.region);
        let service = hmac_sha256(&region, &scope.service);
        Self(hmac_sha256(&service, Scope::TERMINATOR))
    }

    /// 64 lower-case hex digits.
    pub fn sign(&self, string_to_sign: &str) -> String {
        hex::encode(hmac_sha256(&self.0, string_to_sign))
    }
}

/// CanonicalQueryString: decoded pairs, escaped anew and then sorted.
pub fn canonical_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs: Vec<(String, String)> = pairs.map(|(name, value)| (percent::encode(name), percent::encode(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// CanonicalHeaders: a line for each of the listed names, sorted. Values of a repeated header are joined by commas, runs of blanks
/// are one blank, and a header that is absent has an empty value.
pub fn canonical_headers(names: &[String], host: &str, headers: &HeaderMap) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    let mut lines = String::new();
    for name in names {
        let values: Vec<String> = if name == "host" {
            vec![host.to_owned()]
        } else {
            headers.get_all(name).iter().map(|value| collapsed(&String::from_utf8_lossy(value.as_bytes()))).collect()
        };
        let _ = writeln!(lines, "{name}:{}", values.join(","));
    }
    lines
}

fn collapsed(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// CanonicalRequest. `path` is escaped, `headers` are lines that each end, `payload_hash` is the text that the client gave.
pub fn canonical_request(method: &str, path: &str, query: &str, headers: &str, names: &[String], payload_hash: &str) -> String {
    format!("{method}\n{path}\n{query}\n{headers}\n{}\n{payload_hash}", names.join(";"))
}

/// StringToSign of a request; `date_time` as in `20130524T000000Z`.
pub fn string_to_sign(date_time: &str, scope: &Scope, canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{date_time}\n{scope}\n{}", sha256_hex(canonical_request.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn pairs_are_sorted_once_they_are_escaped() {
        let pairs = [("b", "1"), ("a", " +"), ("a", "!"), ("é", ""), ("a-", "/")];
        assert_eq!(canonical_query(pairs.into_iter()), "%C3%A9=&a=%20%2B&a=%21&a-=%2F&b=1");
        assert_eq!(canonical_query([].into_iter()), "");
    }

    #[test]
    fn values_are_trimmed_and_joined() {
        let mut headers = HeaderMap::new();
        headers.append("x-amz-meta-a", HeaderValue::from_static("  one   two "));
        headers.append("x-amz-meta-a", HeaderValue::from_static("three"));
        let lines = canonical_headers(&names(&["x-amz-meta-a", "host", "absent"]), "h:1", &headers);
        assert_eq!(lines, "absent:\nhost:h:1\nx-amz-meta-a:one two,three\n");
    }
}
