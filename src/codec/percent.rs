//! Percent-encoding as COS uses it: in signatures, paths, queries and listings.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but `A-Z a-z 0-9 - _ . ~` is escaped (Request Signature, 436/7778).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const UNRESERVED_AND_SLASH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Escapes with upper-case hex all bytes but the unreserved ones.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// As [`encode`], but leaves `/`: object keys in URLs and under `encoding-type=url`.
pub fn encode_key(key: &str) -> String {
    utf8_percent_encode(key, UNRESERVED_AND_SLASH).to_string()
}

/// Unescapes a path; `+` stays a plus. `None` when the bytes are not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// Splits and unescapes a query, in the order given; a name without `=` has the value `""`.
///
/// `+` means space here and `;` is data (Node presigns with a raw `;`). `None` when the bytes are not UTF-8.
pub fn decode_query(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode_form(name)?, decode_form(value)?))
        })
        .collect()
}

fn decode_form(text: &str) -> Option<String> {
    if text.contains('+') { decode(&text.replace('+', " ")) } else { decode(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plus_is_a_space_in_the_query_only() {
        assert_eq!(decode("a+b%2Bc").as_deref(), Some("a+b+c"));
        assert_eq!(
            decode_query("prefix=a+b%2B&acl&q-sign-time=1;2").expect("UTF-8"),
            [("prefix", "a b+"), ("acl", ""), ("q-sign-time", "1;2")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        assert_eq!(decode("%FF"), None);
        assert_eq!(decode_query("a=%FF"), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in "\\PC*") {
            prop_assert_eq!(decode(&encode(&text)), Some(text.clone()));
            prop_assert_eq!(decode(&encode_key(&text)), Some(text.clone()));
            let query = format!("{}={}", encode(&text), encode(&text));
            prop_assert_eq!(decode_query(&query), Some(vec![(text.clone(), text)]));
        }

        #[test]
        fn the_encoded_form_has_unreserved_bytes_only(text in "\\PC*") {
            prop_assert!(encode(&text).bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)));
        }
    }
}
