//! Who is calling: signatures in every form that clients send.

use cos_emulator::codec::{percent, signature};
use cos_emulator::domain::time::Timestamp;
use cos_emulator::server::Settings;
use http::Method;

use crate::harness::{Answer, BUCKET, HOST, KEY_TIME, NOW, OTHER, SECRET_ID, SECRET_KEY, TestServer, settings};

/// What a client signs.
#[derive(Clone)]
struct Signing<'a> {
    secret_id: &'a str,
    secret_key: &'a str,
    sign_time: &'a str,
    key_time: &'a str,
    method: &'a str,
    path: &'a str,
    parameters: &'a [(&'a str, &'a str)],
    headers: &'a [(&'a str, &'a str)],
}

/// GET of the key `a`, by the default account, with the host signed.
const GET: Signing<'_> = Signing {
    secret_id: SECRET_ID,
    secret_key: SECRET_KEY,
    sign_time: KEY_TIME,
    key_time: KEY_TIME,
    method: "get",
    path: "/a",
    parameters: &[],
    headers: &[("host", HOST)],
};

impl Signing<'_> {
    /// The seven fields, in order.
    fn fields(&self) -> [(&'static str, String); 7] {
        let names = |list: &[(&str, &str)]| list.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let key = signature::sign_key(self.secret_key, self.key_time);
        let text = signature::string_to_sign(self.sign_time, &self.http_string());
        [
            ("q-sign-algorithm", "sha1".to_owned()),
            ("q-ak", self.secret_id.to_owned()),
            ("q-sign-time", self.sign_time.to_owned()),
            ("q-key-time", self.key_time.to_owned()),
            ("q-header-list", names(self.headers)),
            ("q-url-param-list", names(self.parameters)),
            ("q-signature", signature::signature(&key, &text)),
        ]
    }

    fn http_string(&self) -> String {
        let pairs = |list: &[(&str, &str)]| {
            list.iter().map(|(name, value)| format!("{name}={}", percent::encode(value))).collect::<Vec<_>>().join("&")
        };
        signature::http_string(self.method, self.path, &pairs(self.parameters), &pairs(self.headers))
    }

    /// The header form.
    fn text(&self) -> String {
        self.fields().map(|(name, value)| format!("{name}={value}")).join("&")
    }

    /// The split query form.
    fn query(&self) -> String {
        self.fields().map(|(name, value)| format!("{name}={}", percent::encode(&value))).join("&")
    }
}

/// A bucket with the object `a`, whose body is `x`.
async fn served(settings: Settings) -> TestServer {
    let cos = TestServer::start_with(settings).await;
    cos.request(HOST, Method::PUT, "").send().await.assert_status(200);
    cos.request(HOST, Method::PUT, "a").body("x").send().await.assert_status(200);
    cos
}

async fn start() -> TestServer {
    served(settings()).await
}

/// GET with this Authorization header.
async fn get(cos: &TestServer, target: &str, authorization: &str) -> Answer {
    cos.request(HOST, Method::GET, target).anonymous().header("authorization", authorization).send().await
}

async fn get_unsigned(cos: &TestServer, target: &str) -> Answer {
    cos.request(HOST, Method::GET, target).anonymous().send().await
}

#[track_caller]
fn assert_is_a(answer: &Answer) {
    answer.assert_status(200);
    assert_eq!(answer.text(), "x");
}

#[tokio::test]
async fn a_signature_stands_in_the_header_with_its_fields_in_any_order() {
    let cos = start().await;
    assert_is_a(&get(&cos, "a", &GET.text()).await);
    let mut fields = GET.fields();
    fields.reverse();
    assert_is_a(&get(&cos, "a", &fields.map(|(name, value)| format!("{name}={value}")).join("&")).await);
}

#[tokio::test]
async fn a_signature_stands_in_the_query_in_parameters_or_in_one() {
    let cos = start().await;
    assert_is_a(&get_unsigned(&cos, &format!("a?{}", GET.query())).await);
    assert_is_a(&get_unsigned(&cos, &format!("a?sign={}", percent::encode(&GET.text()))).await);
    // Node leaves the semicolons as they are, and puts its own parameters on both sides.
    let raw = GET.query().replace("%3B", ";");
    assert_is_a(&get_unsigned(&cos, &format!("a?versionId=&{raw}&x=1")).await);
    let wrong = GET.query().replace("q-signature=", "q-signature=0");
    get_unsigned(&cos, &format!("a?{wrong}")).await.assert_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_header_is_preferred_to_the_query() {
    let cos = start().await;
    let unknown = Signing { secret_id: "AKIDnobody", ..GET };
    assert_is_a(&get(&cos, &format!("a?{}", unknown.query()), &GET.text()).await);
    get(&cos, &format!("a?{}", GET.query()), &unknown.text()).await.assert_error(403, "InvalidAccessKeyId");
}

#[tokio::test]
async fn an_empty_header_is_an_anonymous_caller() {
    let cos = start().await;
    for answer in [get(&cos, "a", "").await, get_unsigned(&cos, "a").await] {
        answer.assert_error(403, "AccessDenied");
        assert_eq!(answer.element("Message"), "Access Denied.");
    }
    // The query counts all the same.
    assert_is_a(&get(&cos, &format!("a?{}", GET.query()), "").await);
}

#[tokio::test]
async fn text_that_cannot_be_used_is_an_anonymous_caller_who_is_told_why() {
    let cos = start().await;
    let text = GET.text();
    for (authorization, why) in [
        ("hello".to_owned(), "q-sign-algorithm is missing or malformed"),
        (text.replace("=sha1", "=md5"), "q-sign-algorithm is missing or malformed"),
        (text.replace(SECRET_ID, ""), "q-ak is missing or malformed"),
        (text.replace("q-sign-time", "q-sign-tim"), "q-sign-time is missing or malformed"),
        (text.replacen(';', ",", 2), "q-sign-time is missing or malformed"),
        (text.replace("q-signature", "signature"), "q-signature is missing or malformed"),
    ] {
        let answer = get(&cos, "a", &authorization).await;
        answer.assert_error(403, "AccessDenied");
        let message = answer.element("Message");
        assert!(message.starts_with("Access Denied: ") && message.ends_with(why), "{message}");
    }
    let answer = get_unsigned(&cos, "a?sign=hello").await;
    answer.assert_error(403, "AccessDenied");
    assert!(answer.element("Message").contains("parameter sign"));
}

#[tokio::test]
async fn an_unknown_key_is_refused_before_all_else() {
    let cos = start().await;
    let answer = get(&cos, "a", &Signing { secret_id: "AKIDnobody", sign_time: "1;2", ..GET }.text()).await;
    answer.assert_error(403, "InvalidAccessKeyId");
    assert_eq!(answer.element("Message"), "The Access Key Id you provided does not exist in our records");
}

#[tokio::test]
async fn a_mismatch_shows_what_the_server_signed_without_secrets() {
    const KEY: &str = "x-cos-server-side-encryption-customer-key";
    let cos = start().await;
    let put = Signing {
        secret_key: "wrong",
        method: "put",
        path: "/dir/a b",
        parameters: &[("versionid", ""), ("x", "1 2")],
        headers: &[("host", HOST), ("x-cos-meta-a", "c&d"), ("x-cos-security-token", "t/1"), (KEY, "QUJD")],
        ..GET
    };
    let request = cos.request(HOST, Method::PUT, "dir/a%20b?x=1+2&versionId&y=3").anonymous();
    let request = request.header("authorization", &put.text()).header(KEY, "QUJD").header("x-cos-security-token", "t/1");
    let answer = request.header("x-cos-meta-a", "c&d").header("x-cos-meta-b", "e").body("x").send().await;
    answer.assert_error(403, "SignatureDoesNotMatch");
    // Names and values as the algorithm sorts and escapes them; `&` as XML does.
    let format_string = format!(
        "put\n/dir/a b\nversionid=&amp;x=1%202\nhost={HOST}&amp;x-cos-meta-a=c%26d&amp;x-cos-security-token=***&amp;\
         x-cos-server-side-encryption-customer-key=***\n"
    );
    assert_eq!(
        answer.text(),
        format!(
            "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>SignatureDoesNotMatch</Code>\n\
             \t<Message>The Signature you specified is invalid.</Message>\n\
             \t<StringToSign>{}</StringToSign>\n\t<FormatString>{format_string}</FormatString>\n\
             \t<Resource>{HOST}/dir/a%20b</Resource>\n\t<RequestId>{}</RequestId>\n\t<TraceId>{}</TraceId>\n</Error>",
            signature::string_to_sign(KEY_TIME, &put.http_string()),
            answer.header("x-cos-request-id"),
            answer.header("x-cos-trace-id"),
        )
    );
}

#[tokio::test]
async fn every_signed_thing_must_be_as_it_was_sent() {
    let cos = start().await;
    for wrong in [
        Signing { secret_key: OTHER.2, ..GET },
        Signing { method: "put", ..GET },
        Signing { path: "/b", ..GET },
        Signing { path: "/%61", ..GET },
        Signing { headers: &[("host", "b.example")], ..GET },
        Signing { headers: &[("content-type", "text/plain"), ("host", HOST)], ..GET },
        Signing { headers: &[("host", HOST), ("x-cos-meta-absent", "1")], ..GET },
        Signing { parameters: &[("response-expires", "2")], ..GET },
        Signing { parameters: &[("absent", "1")], ..GET },
    ] {
        let request = cos.request(HOST, Method::GET, "a?response-expires=1").anonymous().header("content-type", "text/html");
        let answer = request.header("authorization", &wrong.text()).send().await;
        answer.assert_error(403, "SignatureDoesNotMatch");
    }
}

#[tokio::test]
async fn what_is_not_signed_may_be_added() {
    let cos = start().await;
    let request = cos.request(HOST, Method::GET, "a?response-expires=now&x=1").anonymous();
    let answer = request.header("authorization", &GET.text()).header("range", "bytes=0-").header("x-cos-y", "1").send().await;
    answer.assert_status(206);
    assert_eq!(answer.header("expires"), "now");
    let nothing = Signing { headers: &[], ..GET };
    assert_is_a(&get(&cos, "a", &nothing.text()).await);
}

#[tokio::test]
async fn signed_parameters_are_compared_decoded_and_in_any_letter_case() {
    let cos = start().await;
    for (query, parameters) in [
        ("prefix=a+b%2F", &[("prefix", "a b/")][..]),
        ("prefix=a%20b/", &[("prefix", "a b/")]),
        ("prefix=a%2Bb", &[("prefix", "a+b")]),
        ("max-keys=1&Marker", &[("marker", ""), ("max-keys", "1")]),
        ("prefix=%E8%85%BE", &[("prefix", "腾")]),
    ] {
        let signing = Signing { path: "/", parameters, ..GET };
        get(&cos, &format!("?{query}"), &signing.text()).await.assert_status(200);
    }
}

#[tokio::test]
async fn a_repeated_header_is_signed_once_for_each_value() {
    let cos = start().await;
    let signing = Signing { headers: &[("host", HOST), ("x-cos-y", "1"), ("x-cos-y", "2")], ..GET };
    let request = || cos.request(HOST, Method::GET, "a").anonymous().header("authorization", &signing.text());
    assert_is_a(&request().header("x-cos-y", "2").header("x-cos-y", "1").send().await);
    request().header("x-cos-y", "1").send().await.assert_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_signature_ends_with_either_of_its_times() {
    let cos = start().await;
    let (over, last) = (format!("{};{}", NOW - 60, NOW - 1), format!("{};{NOW}", NOW - 60));
    for (sign_time, key_time) in [(&*over, KEY_TIME), (KEY_TIME, &*over), (&*over, &*over)] {
        for signing in [Signing { sign_time, key_time, ..GET }, Signing { sign_time, key_time, secret_key: "wrong", ..GET }] {
            for answer in [get(&cos, "a", &signing.text()).await, get_unsigned(&cos, &format!("a?{}", signing.query())).await] {
                answer.assert_error(403, "AccessDenied");
                assert_eq!(answer.element("Message"), "Request has expired");
                assert_eq!(answer.element("ServerTime"), "2023-11-14T22:13:20Z");
            }
        }
    }
    for (sign_time, key_time) in [(&*last, KEY_TIME), (KEY_TIME, &*last)] {
        assert_is_a(&get(&cos, "a", &Signing { sign_time, key_time, ..GET }.text()).await);
    }
    cos.clock.stop(Timestamp::from_seconds(1_700_003_601));
    assert_eq!(get(&cos, "a", &GET.text()).await.element("Message"), "Request has expired");
}

#[tokio::test]
async fn a_clients_clock_may_be_15_minutes_ahead() {
    let cos = start().await;
    let from = |start: i64| format!("{start};{}", start + 60);
    for ahead in [600, 900] {
        let time = from(NOW + ahead);
        assert_is_a(&get(&cos, "a", &Signing { sign_time: &time, key_time: &time, ..GET }.text()).await);
    }
    let time = from(NOW + 901);
    for (sign_time, key_time) in [(&*time, KEY_TIME), (KEY_TIME, &*time)] {
        let answer = get(&cos, "a", &Signing { sign_time, key_time, ..GET }.text()).await;
        answer.assert_error(403, "RequestTimeTooSkewed");
        assert_eq!(answer.element("ServerTime"), "2023-11-14T22:13:20Z");
    }
}

#[tokio::test]
async fn an_account_has_no_part_in_anothers_bucket() {
    let cos = start().await;
    let theirs = Signing { secret_id: OTHER.1, secret_key: OTHER.2, ..GET };
    let answer = get(&cos, "a", &theirs.text()).await;
    answer.assert_error(403, "AccessDenied");
    assert_eq!(answer.element("Message"), "Access Denied.");
    for target in ["", "a", "?uploads", "a?uploadId=1", "missing"] {
        cos.request(HOST, Method::GET, target).signed_by(OTHER.1, OTHER.2).send().await.assert_error(403, "AccessDenied");
        cos.request(HOST, Method::GET, target).anonymous().send().await.assert_error(403, "AccessDenied");
    }
}

#[tokio::test]
async fn in_path_style_the_path_may_be_signed_without_the_bucket_and_the_host_without_the_port() {
    let cos = start().await;
    let long = format!("/{BUCKET}/a");
    for path in [long.as_str(), "/a"] {
        for host in ["127.0.0.1:7436", "127.0.0.1"] {
            let signing = Signing { path, headers: &[("host", host)], ..GET }.text();
            let request = cos.request("127.0.0.1:7436", Method::GET, &format!("{BUCKET}/a")).anonymous();
            assert_is_a(&request.header("authorization", &signing).send().await);
        }
    }
    let signing = Signing { path: "/b", headers: &[("host", "127.0.0.1")], ..GET }.text();
    let request = cos.request("127.0.0.1:7436", Method::GET, &format!("{BUCKET}/a")).anonymous();
    request.header("authorization", &signing).send().await.assert_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn without_checks_every_caller_is_the_default_account() {
    let cos = served(Settings { check_signatures: false, ..settings() }).await;
    assert_is_a(&get_unsigned(&cos, "a").await);
    let wrong = Signing { secret_id: OTHER.1, secret_key: "wrong", sign_time: "1;2", ..GET };
    for authorization in ["hello", "AWS4-HMAC-SHA256 Credential=x", &wrong.text()] {
        assert_is_a(&get(&cos, "a", authorization).await);
    }
    let listed = cos.request("service.cos.myqcloud.com", Method::GET, "").anonymous().send().await;
    assert_eq!((listed.elements("Name"), listed.element("DisplayName")), (vec![BUCKET.to_owned()], "100000000001".to_owned()));
}
