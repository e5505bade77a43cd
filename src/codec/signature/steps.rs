//! The published steps, a pure function each (Request Signature, 436/7778, "Signature steps").

use std::borrow::Cow;
use std::fmt::Write;

use sha1::{Digest, Sha1};

use crate::codec::mac::hmac_sha1;
use crate::codec::percent;

/// SignKey: 40 lower-case hex digits of HMAC-SHA1 over KeyTime, keyed with the secret key.
pub fn sign_key(secret_key: &str, key_time: &str) -> String {
    hex::encode(hmac_sha1(secret_key.as_bytes(), key_time))
}

/// HttpParameters or HttpHeaders: `name=value` of every listed name, sorted, joined with `&`.
///
/// The lists carry encoded names. `values` gives a name's decoded values; a name that is listed as often as it has values gets
/// one entry each, sorted (Go signs repeated headers so); a name without a value counts as empty.
pub fn http_list<'a>(names: &[String], values: impl Fn(&str) -> Vec<&'a str>) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    let mut entries = Vec::with_capacity(names.len());
    for same in names.chunk_by(|one, other| one == other) {
        let decoded = percent::decode(same[0]).map_or(Cow::Borrowed(same[0]), Cow::Owned);
        let key = percent::encode(&decoded).to_ascii_lowercase();
        let found = values(&decoded);
        for index in 0..same.len() {
            entries.push((key.clone(), percent::encode(found.get(index).copied().unwrap_or_default())));
        }
    }
    entries.sort();
    let mut list = String::new();
    for (name, value) in entries {
        let separator = if list.is_empty() { "" } else { "&" };
        let _ = write!(list, "{separator}{name}={value}");
    }
    list
}

/// HttpString: method in lower case, decoded path, parameters and headers, each line ended.
pub fn http_string(method: &str, path: &str, parameters: &str, headers: &str) -> String {
    format!("{}\n{path}\n{parameters}\n{headers}\n", method.to_ascii_lowercase())
}

/// StringToSign: the algorithm, the signing time and the SHA-1 of the HttpString, each line ended.
pub fn string_to_sign(sign_time: &str, http_string: &str) -> String {
    format!("sha1\n{sign_time}\n{}\n", hex::encode(Sha1::digest(http_string)))
}

/// StringToSign of a form's policy: the SHA-1 of its JSON text alone, with neither time nor line end (POST Object, 436/14690).
pub fn policy_string_to_sign(policy: &[u8]) -> String {
    hex::encode(Sha1::digest(policy))
}

/// Signature: 40 lower-case hex digits, keyed with the SignKey's ASCII digits.
pub fn signature(sign_key: &str, string_to_sign: &str) -> String {
    hex::encode(hmac_sha1(sign_key.as_bytes(), string_to_sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's two samples. Its English edition translates the object key, and masks the last four digits of the signatures.
    #[test]
    fn the_samples_of_the_reference_come_out_at_every_step() {
        let upload = "content-length=13&content-md5=mQ%2FfVh815F3k6TAUm8m0eg%3D%3D&content-type=text%2Fplain\
            &date=Thu%2C%2016%20May%202019%2006%3A45%3A51%20GMT&host=examplebucket-1250000000.cos.ap-beijing.myqcloud.com\
            &x-cos-acl=private&x-cos-grant-read=uin%3D%22100000000011%22";
        let to_sign = string_to_sign("1557989151;1557996351", &http_string("PUT", "/exampleobject(腾讯云)", "", upload));
        assert_eq!(to_sign, "sha1\n1557989151;1557996351\n8b2751e77f43a0995d6e9eb9477f4b685cca4172\n");
        assert_eq!(signature("eb2519b498b02ac213cb1f3d1a3d27a3b3c9bc5f", &to_sign), "3b8851a11a569213c17ba8fa7dcf2abec6935172");

        let parameters = "response-cache-control=max-age%3D600&response-content-type=application%2Foctet-stream";
        let download = "date=Thu%2C%2016%20May%202019%2006%3A55%3A53%20GMT\
            &host=examplebucket-1250000000.cos.ap-beijing.myqcloud.com";
        let to_sign =
            string_to_sign("1557989753;1557996953", &http_string("GET", "/exampleobject(腾讯云)", parameters, download));
        assert_eq!(to_sign, "sha1\n1557989753;1557996953\n54ecfe22f59d3514fdc764b87a32d8133ea611e6\n");
        assert_eq!(signature("937914bf490e9e8c189836aad2052e4feeb35eaf", &to_sign), "01681b8c9d798a678e43b685a9f1bba0f6c0e012");
    }

    #[test]
    fn the_sign_key_of_the_emulators_own_vectors() {
        assert_eq!(sign_key("cos-emulator-test-key", "1700000000;1700007200"), "5d60ff66ead5b67a15954caf56193e16340ffab0");
    }

    #[test]
    fn lists_are_encoded_lowered_and_sorted() {
        let list = |names: &[&str]| {
            http_list(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), |name| match name {
                "Key/B" => vec!["a b+"],
                "twice" => vec!["1", "2"],
                _ => vec![],
            })
        };
        assert_eq!(list(&["Key%2FB", "acl"]), "acl=&key%2fb=a%20b%2B");
        assert_eq!(list(&["twice", "twice"]), "twice=1&twice=2");
        assert_eq!(list(&["twice"]), "twice=1");
        assert_eq!(list(&[]), "");
    }

    /// The sample of POST Object (436/14690), from the digest of its policy on.
    #[test]
    fn the_sample_of_a_form_comes_out() {
        let key = sign_key("BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz", "1567150692;1567157892");
        assert_eq!(key, "39acc8c9f34ba5b19bce4e965b370cd3f62d2fba");
        let signature = signature(&key, "d5d903b8360468bc81c1311f134989bc8c8b5b89");
        assert_eq!(signature, "7758dc9a832e9d301dca704cacbf9d9f8172fdef");
    }
}
