//! AWS's signatures, version 4, as S3 clients make them.
//!
//! Pure: the secret key, the request's parts and the authorization go in, a verdict comes out.

mod chunks;
mod parse;
mod steps;

pub use chunks::ChunkSigner;
pub use parse::{Authorization, Credential, LONGEST_EXPIRY, MalformedAuthorization, PolicySignature, Presigned, Scope};
pub use steps::{ALGORITHM, SigningKey, canonical_headers, canonical_query, canonical_request, string_to_sign};

use std::borrow::Cow;

use subtle::ConstantTimeEq;

use crate::codec::percent;

/// The parameter that is not signed, because it is the signature.
const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

/// What the server signed when nothing matched, for a person to compare with the client's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub string_to_sign: String,
    /// Empty for chunks, which have none.
    pub canonical_request: String,
}

/// The signed parts of a request.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    pub method: &'a str,
    /// As sent, undecoded.
    pub path: &'a str,
    /// Host values that the client may have signed; the first is the one reported on a mismatch.
    pub hosts: &'a [&'a str],
    /// Decoded; the signature may be among them.
    pub query: &'a [(String, String)],
    /// As received; `host` does not count.
    pub headers: &'a http::HeaderMap,
    /// What the client says of its body: `UNSIGNED-PAYLOAD`, a SHA-256 in hex, or `STREAMING-…`.
    pub payload_hash: &'a str,
    /// As in `20130524T000000Z`.
    pub date_time: &'a str,
}

/// Checks a signature in constant time against every combination of path and host that the request allows, and gives what
/// verifies the chunks of its body.
///
/// # Errors
/// The text that the server signed, for the first path and host.
pub fn verify(secret_key: &str, authorization: &Authorization, request: SignedRequest<'_>) -> Result<ChunkSigner, Box<Mismatch>> {
    let scope = &authorization.credential.scope;
    let key = SigningKey::new(secret_key, scope);
    let query = canonical_query(request.query.iter().map(pair).filter(|(name, _)| *name != SIGNATURE_PARAMETER));
    let names = &authorization.signed_headers;
    let mut reported = None;
    for path in signed_paths(request.path) {
        for host in request.hosts {
            let headers = canonical_headers(names, host, request.headers);
            let canonical_request = canonical_request(request.method, &path, &query, &headers, names, request.payload_hash);
            let string_to_sign = string_to_sign(request.date_time, scope, &canonical_request);
            if is_valid(&key, &string_to_sign, &authorization.signature) {
                return Ok(ChunkSigner::new(key, request.date_time, scope, authorization.signature.clone()));
            }
            reported.get_or_insert_with(|| Box::new(Mismatch { string_to_sign, canonical_request }));
        }
    }
    Err(reported.unwrap_or_else(|| Box::new(Mismatch { string_to_sign: String::new(), canonical_request: String::new() })))
}

/// Whether a form's policy, its base64 text as sent, has this signature.
pub fn is_policy_signed(secret_key: &str, signed: &PolicySignature, policy: &str) -> bool {
    is_valid(&SigningKey::new(secret_key, &signed.credential.scope), policy, &signed.signature)
}

/// The path as sent; escaped as S3 clients do, for those that send less than they sign; and escaped twice, as clients sign that
/// take S3 for any other service.
fn signed_paths(sent: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let as_sent = std::iter::once(Cow::Borrowed(sent));
    let escaped = std::iter::once_with(move || percent::decode(sent).map(|path| Cow::Owned(percent::encode_key(&path))));
    let twice = std::iter::once_with(move || Cow::Owned(percent::encode_key(sent)));
    as_sent.chain(escaped.flatten()).chain(twice)
}

fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

fn is_valid(key: &SigningKey, string_to_sign: &str, given: &str) -> bool {
    key.sign(string_to_sign).as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::mac::sha256_hex;
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};
    use std::sync::LazyLock;

    /// The keys, host and time of the examples in AWS's documents ("Signature Calculations for the Authorization Header").
    const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const HOST: &str = "examplebucket.s3.amazonaws.com";
    const TIME: &str = "20130524T000000Z";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn authorization(signed_headers: &str, signature: &str) -> Authorization {
        let credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
        format!("AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed_headers},Signature={signature}")
            .parse()
            .expect("well-formed")
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).expect("a name"), HeaderValue::from_str(value).expect("a value"))
        };
        pairs.iter().map(header).collect()
    }

    fn query(text: &str) -> Vec<(String, String)> {
        percent::decode_query(text).expect("UTF-8")
    }

    static NO_HEADERS: LazyLock<HeaderMap> = LazyLock::new(HeaderMap::new);

    /// A GET of this path, with the host for a header.
    fn get(path: &str) -> SignedRequest<'_> {
        SignedRequest {
            method: "GET",
            path,
            hosts: &[HOST],
            query: &[],
            headers: &NO_HEADERS,
            payload_hash: EMPTY,
            date_time: TIME,
        }
    }

    #[test]
    fn the_examples_of_the_documents_verify() {
        let headers = headers(&[("range", "bytes=0-9"), ("x-amz-content-sha256", EMPTY), ("x-amz-date", TIME)]);
        let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        let ranged = authorization("host;range;x-amz-content-sha256;x-amz-date", signature);
        assert!(verify(SECRET_KEY, &ranged, SignedRequest { headers: &headers, ..get("/test.txt") }).is_ok());

        let signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        let listing = authorization("host;x-amz-content-sha256;x-amz-date", signature);
        let query = query("max-keys=2&prefix=J");
        assert!(verify(SECRET_KEY, &listing, SignedRequest { headers: &headers, query: &query, ..get("/") }).is_ok());
    }

    #[test]
    fn the_example_of_a_presigned_address_verifies() {
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let query = query(&format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
        ));
        let field = |name: &str| query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let presigned = Presigned::from_fields(field).expect("well-formed");
        let request = SignedRequest { query: &query, payload_hash: "UNSIGNED-PAYLOAD", ..get("/test.txt") };
        assert!(verify(SECRET_KEY, &presigned.authorization, request).is_ok());
    }

    /// "Signature Calculations: Transferring Payload in Multiple Chunks": 66560 times `a` in chunks of 64 KiB.
    #[test]
    fn the_example_of_a_chunked_body_verifies() {
        let headers = headers(&[
            ("content-encoding", "aws-chunked"),
            ("content-length", "66824"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            ("x-amz-date", TIME),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ]);
        let signed = authorization(
            "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        );
        let request = SignedRequest {
            method: "PUT",
            hosts: &["s3.amazonaws.com"],
            headers: &headers,
            payload_hash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            ..get("/examplebucket/chunkObject.txt")
        };
        let mut chunks = verify(SECRET_KEY, &signed, request).unwrap_or_else(|mismatch| panic!("{mismatch:?}"));
        for (length, signature) in [
            (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
            (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
            (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        ] {
            assert_eq!(chunks.verify_chunk(Sha256::digest(vec![b'a'; length]).into(), signature), Ok(()));
        }
        assert!(chunks.verify_chunk(Sha256::digest(b"").into(), EMPTY).is_err());
    }

    /// The signature over one path and host, computed step by step.
    fn signature_of(path: &str, host: &str) -> Authorization {
        let mut signed = authorization("host", "00");
        let text = format!("GET\n{path}\n\nhost:{host}\n\nhost\n{EMPTY}");
        let text = format!("AWS4-HMAC-SHA256\n{TIME}\n20130524/us-east-1/s3/aws4_request\n{}", sha256_hex(text.as_bytes()));
        signed.signature = SigningKey::new(SECRET_KEY, &signed.credential.scope).sign(&text);
        signed
    }

    #[test]
    fn a_path_may_be_signed_as_sent_escaped_or_escaped_twice() {
        let request = SignedRequest { hosts: &["h:1", "h"], ..get("/a(b)%20+/%2Fc") };
        for path in ["/a(b)%20+/%2Fc", "/a%28b%29%20%2B//c", "/a%28b%29%2520%2B/%252Fc"] {
            for host in ["h:1", "h"] {
                assert!(verify(SECRET_KEY, &signature_of(path, host), request).is_ok(), "{path} {host}");
            }
        }
        for (path, host) in [("/a(b) +//c", "h"), ("/a(b)%20+/%2Fc", "g")] {
            let mismatch = verify(SECRET_KEY, &signature_of(path, host), request).err().expect("differs");
            assert!(mismatch.canonical_request.starts_with("GET\n/a(b)%20+/%2Fc\n\nhost:h:1\n"));
            assert!(
                mismatch.string_to_sign.starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n")
            );
        }
    }

    #[test]
    fn the_policy_of_a_form_is_signed_as_its_base64_text() {
        let scope = authorization("host", "00").credential;
        let signature = SigningKey::new(SECRET_KEY, &scope.scope).sign("e30=");
        let signed = PolicySignature { credential: scope, date_time: TIME.to_owned(), signature };
        assert!(is_policy_signed(SECRET_KEY, &signed, "e30="));
        assert!(!is_policy_signed("another key", &signed, "e30=") && !is_policy_signed(SECRET_KEY, &signed, "e30"));
    }

    proptest! {
        #[test]
        fn a_changed_signature_never_verifies(at in 0_usize..64, digit in "[0-9a-f]") {
            let right = signature_of("/test.txt", HOST);
            let mut changed = right.clone();
            changed.signature.replace_range(at..=at, &digit);
            prop_assert_eq!(verify(SECRET_KEY, &changed, get("/test.txt")).is_ok(), changed == right);
        }

        #[test]
        fn a_changed_request_never_verifies(path in "/[a-z]{0,9}", query in "[a-z]{0,3}", hash in "[0-9a-f]{4}") {
            let signed = signature_of("/TEST", HOST);
            let pairs = [(query, String::new())];
            let verifies = |request| verify(SECRET_KEY, &signed, request).is_ok();
            prop_assert!(verifies(get("/TEST")));
            prop_assert!(!verifies(get(&path)));
            let with_query = SignedRequest { query: &pairs, ..get("/TEST") };
            let with_hash = SignedRequest { payload_hash: &hash, ..get("/TEST") };
            prop_assert!(!verifies(with_query) && !verifies(with_hash));
        }
    }
}
