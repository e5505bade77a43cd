//! COS request signatures, `q-sign-algorithm=sha1` (Request Signature, 436/7778).
//!
//! Pure: the secret key, the request's parts and the authorization go in, a verdict comes out.

mod parse;
mod steps;

pub use parse::{Authorization, MalformedAuthorization, PolicySignature, TimeSpan};
pub use steps::{http_list, http_string, policy_string_to_sign, sign_key, signature, string_to_sign};

use subtle::ConstantTimeEq;

/// What the server signed when nothing matched, for a person to compare with the client's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub string_to_sign: String,
    /// The HttpString: method, path, parameters and headers, a line each.
    pub format_string: String,
}

/// The signed parts of a request, decoded. Names in any letter case.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    pub method: &'a str,
    /// Percent-decoded paths that the client may have signed; the first is the one reported on a mismatch.
    pub paths: &'a [&'a str],
    /// Host values that the client may have signed; the first is the one reported on a mismatch.
    pub hosts: &'a [&'a str],
    pub query: &'a [(String, String)],
    /// Header values other than `host`, as received.
    pub headers: &'a http::HeaderMap,
}

/// Checks a signature in constant time against every combination of path and host that the request allows.
///
/// # Errors
/// The text that the server signed, for the first path and host.
pub fn verify(secret_key: &str, authorization: &Authorization, request: SignedRequest<'_>) -> Result<(), Box<Mismatch>> {
    let key = sign_key(secret_key, authorization.key_time.text());
    let parameters = http_list(&authorization.url_param_list, |name| {
        request.query.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
    });
    let mut reported = None;
    for host in request.hosts {
        let headers = http_list(&authorization.header_list, |name| {
            if name.eq_ignore_ascii_case("host") {
                vec![*host]
            } else {
                request.headers.get_all(name).iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok()).collect()
            }
        });
        for path in request.paths {
            let format_string = http_string(request.method, path, &parameters, &headers);
            let string_to_sign = string_to_sign(authorization.sign_time.text(), &format_string);
            if is_valid(&key, &string_to_sign, &authorization.signature) {
                return Ok(());
            }
            reported.get_or_insert_with(|| Box::new(Mismatch { string_to_sign, format_string }));
        }
    }
    Err(reported.unwrap_or_else(|| Box::new(Mismatch { string_to_sign: String::new(), format_string: String::new() })))
}

/// Checks the signature of a form's policy, which is its JSON text.
///
/// # Errors
/// The text that the server signed.
pub fn verify_policy(secret_key: &str, signed: &PolicySignature, policy: &[u8]) -> Result<(), Box<Mismatch>> {
    let string_to_sign = policy_string_to_sign(policy);
    if is_valid(&sign_key(secret_key, signed.key_time.text()), &string_to_sign, &signed.signature) {
        return Ok(());
    }
    Err(Box::new(Mismatch { string_to_sign, format_string: String::from_utf8_lossy(policy).into_owned() }))
}

fn is_valid(sign_key: &str, string_to_sign: &str, given: &str) -> bool {
    signature(sign_key, string_to_sign).as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderName, HeaderValue};

    const HOST: &str = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com";
    const SECRET_KEY: &str = "cos-emulator-test-key";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::try_from(*name).expect("a name"), HeaderValue::from_str(value).expect("a value")))
            .collect()
    }

    fn authorization(headers: &str, parameters: &str, signature: &str) -> Authorization {
        format!(
            "q-sign-algorithm=sha1&q-ak=cos-emulator-test-id&q-sign-time=1700000000;1700007200&q-key-time=1700000000;1700007200\
             &q-header-list={headers}&q-url-param-list={parameters}&q-signature={signature}"
        )
        .parse()
        .expect("well-formed")
    }

    fn query(text: &str) -> Vec<(String, String)> {
        crate::codec::percent::decode_query(text).expect("UTF-8")
    }

    /// `protocol.md` V3: GET Bucket with a list of parameters.
    #[test]
    fn a_listing_verifies() {
        let query = query("prefix=dir%2Fa%20b&delimiter=%2F&max-keys=10&encoding-type=url");
        let headers = headers(&[("date", "Tue, 14 Nov 2023 22:13:20 GMT")]);
        let request = SignedRequest { method: "GET", paths: &["/"], hosts: &[HOST], query: &query, headers: &headers };
        let parameters = "delimiter;encoding-type;max-keys;prefix";
        let right = authorization("date;host", parameters, "e67de88347266b71809428be4abfac9e8876128d");
        assert_eq!(verify(SECRET_KEY, &right, request), Ok(()));
        let without_date = authorization("host", parameters, "aa8d1ce0089316525b891f6d9e29e30bf527e789");
        assert_eq!(verify(SECRET_KEY, &without_date, request), Ok(()));
    }

    #[test]
    fn a_mismatch_tells_what_the_server_signed() {
        let query = query("prefix=dir%2Fa%20b&delimiter=%2F&max-keys=10&encoding-type=url");
        let headers = headers(&[("date", "Tue, 14 Nov 2023 22:13:20 GMT")]);
        let request = SignedRequest { method: "GET", paths: &["/"], hosts: &[HOST], query: &query, headers: &headers };
        let wrong = authorization("date;host", "delimiter;encoding-type;max-keys;prefix", "00");
        let mismatch = verify(SECRET_KEY, &wrong, request).expect_err("the signature is wrong");
        assert_eq!(mismatch.string_to_sign, "sha1\n1700000000;1700007200\n1441d9a00b9a2e2580aed82207ff6b59ed4d80d6\n");
        assert_eq!(
            mismatch.format_string,
            "get\n/\ndelimiter=%2F&encoding-type=url&max-keys=10&prefix=dir%2Fa%20b\n\
             date=Tue%2C%2014%20Nov%202023%2022%3A13%3A20%20GMT&host=examplebucket-1250000000.cos.ap-beijing.myqcloud.com\n"
        );
    }

    /// `protocol.md` V4: Upload Part with SSE-C and a key that needs escaping.
    #[test]
    fn an_upload_part_with_ssec_verifies() {
        let query = query("partNumber=1&uploadId=1585130821cbb7df1d11846c073ad648e8f33b087cec2381df437acdc833cf654b9ecc6361");
        let headers = headers(&[
            ("content-length", "13"),
            ("content-type", "application/octet-stream"),
            ("content-md5", "EI9SjrY7Zec08nrjMfX/qg=="),
            ("x-cos-server-side-encryption-customer-algorithm", "AES256"),
            ("x-cos-server-side-encryption-customer-key", "MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY="),
            ("x-cos-server-side-encryption-customer-key-MD5", "U5L61r7jcwdNvT7frmUG8g=="),
        ]);
        let path = "/folder/obj 腾讯云(1).bin";
        let request = SignedRequest { method: "PUT", paths: &[path], hosts: &[HOST], query: &query, headers: &headers };
        let right = authorization(
            "content-length;content-md5;content-type;host;x-cos-server-side-encryption-customer-algorithm;\
             x-cos-server-side-encryption-customer-key;x-cos-server-side-encryption-customer-key-md5",
            "partnumber;uploadid",
            "0656d419b509d88f02f2d25980f696d49807ed7f",
        );
        assert_eq!(verify(SECRET_KEY, &right, request), Ok(()));
    }

    /// `protocol.md` V5: presigned GET with a token among the parameters, with and without a port.
    #[test]
    fn any_of_the_allowed_hosts_and_paths_may_be_the_signed_one() {
        let query = query(
            "response-content-disposition=attachment%3B%20filename%3D%22a%2Bb.txt%22\
             &x-cos-security-token=exampleSessionToken_not-real",
        );
        let with_port = format!("{HOST}:9000");
        let hosts = [with_port.as_str(), HOST];
        let paths = ["/examplebucket-1250000000/exampleobject", "/exampleobject"];
        let headers = HeaderMap::new();
        let request = SignedRequest { method: "GET", paths: &paths, hosts: &hosts, query: &query, headers: &headers };
        for signature in ["ea7e5bd61195d060a79a4d45ab586fe3c79d37fa", "a1bca6b94d989e0e6df7a5bf8a6e915c3f15ed52"] {
            let right = authorization("host", "response-content-disposition;x-cos-security-token", signature);
            assert_eq!(verify(SECRET_KEY, &right, request), Ok(()), "{signature}");
        }
        let only_the_name = SignedRequest { hosts: &hosts[1..], ..request };
        let port_signed = authorization(
            "host",
            "response-content-disposition;x-cos-security-token",
            "a1bca6b94d989e0e6df7a5bf8a6e915c3f15ed52",
        );
        assert!(verify(SECRET_KEY, &port_signed, only_the_name).is_err());
    }

    #[test]
    fn a_listed_name_that_is_absent_cannot_match() {
        let headers = HeaderMap::new();
        let request = SignedRequest { method: "GET", paths: &["/"], hosts: &[HOST], query: &[], headers: &headers };
        let listed = authorization("date;host", "", "aa8d1ce0089316525b891f6d9e29e30bf527e789");
        let mismatch = verify(SECRET_KEY, &listed, request).expect_err("date is absent");
        assert!(mismatch.format_string.contains("\ndate=&host="));
    }

    /// `protocol.md` §2.6, with the keys of the vectors above.
    #[test]
    fn a_policy_verifies() {
        let policy = br#"{"expiration":"2023-11-15T00:13:20.000Z","conditions":[{"bucket":"examplebucket-1250000000"},["starts-with","$key","folder/"],["content-length-range",1,1048576],{"q-sign-algorithm":"sha1"},{"q-ak":"cos-emulator-test-id"},{"q-sign-time":"1700000000;1700007200"}]}"#;
        let fields = [
            ("q-sign-algorithm", "sha1"),
            ("q-ak", "cos-emulator-test-id"),
            ("q-key-time", "1700000000;1700007200"),
            ("q-signature", "37abf0f844014303f6a70a859e144e297556fd7d"),
        ];
        let field = |name: &str| fields.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        let signed = PolicySignature::from_fields(field).expect("well-formed");
        assert_eq!(verify_policy(SECRET_KEY, &signed, policy), Ok(()));
        let mismatch = verify_policy("another key", &signed, policy).expect_err("signed with another key");
        assert_eq!(mismatch.string_to_sign, "b1d68c8a53b777a9e3029bd974e068f3a95359d6");
        assert_eq!(mismatch.format_string.as_bytes(), policy);
    }
}
