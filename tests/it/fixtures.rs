//! Requests and answers as Tencent's documentation prints them, replayed over a socket.
//!
//! A fixture has its source in the first line, then the request, a line `---` and the answer. Placeholders: `[authorization]` is
//! the signature of everything that the page signs; `[date]`, `[request-id]` and `[etag]` vary from answer to answer, and stand
//! for any text of their form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cos_emulator::codec::crypto::Key;
use cos_emulator::codec::{percent, signature};
use cos_emulator::domain::bucket::{Bucket, BucketName, Region};
use cos_emulator::domain::encryption::Encryption;
use cos_emulator::domain::key::ObjectKey;
use cos_emulator::domain::part::UploadId;
use cos_emulator::domain::time::Timestamp;
use cos_emulator::storage::{Attributes, Upload};

use crate::harness::{APPID, SECRET_ID, SECRET_KEY, TestServer, UIN};
use crate::raw::{RawAnswer, Socket};

/// Half of a fixture: the first line, the headers, and the body of a request.
struct Message<'a> {
    first: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: Vec<u8>,
}

impl<'a> Message<'a> {
    fn parse(text: &'a str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let first = lines.next().expect("a first line");
        let headers = lines.map(|line| line.split_once(": ").expect("a header")).collect();
        let body = match body.trim_end().strip_suffix(" zero bytes]").and_then(|text| text.strip_prefix('[')) {
            Some(count) => vec![0; count.parse().expect("a number")],
            None => body.trim_end().as_bytes().to_vec(),
        };
        Self { first, headers, body }
    }

    fn header(&self, name: &str) -> &'a str {
        self.headers.iter().find(|(given, _)| *given == name).unwrap_or_else(|| panic!("no header {name}")).1
    }

    /// Path and query, decoded.
    fn target(&self) -> (String, Vec<(String, String)>) {
        let target = self.first.split(' ').nth(1).expect("a target");
        let (path, query) = target.split_once('?').expect("a query");
        (percent::decode(path).expect("UTF-8"), percent::decode_query(query).expect("UTF-8"))
    }

    fn parameter(&self, name: &str) -> String {
        self.target().1.into_iter().find(|(given, _)| given == name).expect("the parameter").1
    }
}

fn parse(fixture: &str) -> (Message<'_>, Message<'_>) {
    let (source, messages) = fixture.split_once('\n').expect("a line with the source");
    assert!(source.starts_with("# "), "{source}");
    let (request, answer) = messages.split_once("\n---\n").expect("a request and an answer");
    (Message::parse(request), Message::parse(answer))
}

/// Signs all parameters and, but for those that no page signs, all headers.
fn authorization(request: &Message<'_>, now: Timestamp) -> String {
    let unsigned = ["authorization", "connection"];
    let mut names: Vec<String> = request.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.retain(|name| !unsigned.contains(&name.as_str()));
    names.sort();
    let headers = signature::http_list(&names, |name| {
        request.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| *value).collect()
    });
    let (path, query) = request.target();
    let mut parameters: Vec<String> = query.iter().map(|(name, _)| name.to_lowercase()).collect();
    parameters.sort();
    let query = signature::http_list(&parameters, |name| {
        query.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
    });
    let method = request.first.split(' ').next().expect("a method");
    let time = format!("{};{}", now.seconds(), now.seconds() + 7200);
    let text = signature::http_string(method, &path, &query, &headers);
    let signature = signature::signature(&signature::sign_key(SECRET_KEY, &time), &signature::string_to_sign(&time, &text));
    format!(
        "q-sign-algorithm=sha1&q-ak={SECRET_ID}&q-sign-time={time}&q-key-time={time}&q-header-list={}&q-url-param-list={}\
         &q-signature={signature}",
        names.join(";"),
        parameters.join(";")
    )
}

/// Makes the bucket and the upload that the page has already.
async fn prepare(cos: &TestServer, request: &Message<'_>, now: Timestamp, encryption: Encryption) {
    let (name, rest) = request.header("Host").split_once(".cos.").expect("a bucket's host");
    let name: BucketName = name.parse().expect("a name");
    let region: Region = rest.split('.').next().expect("a region").parse().expect("a region");
    let store = &cos.app.services().store;
    let bucket = Bucket::new(name.clone(), region, APPID.to_owned(), now);
    store.create_bucket(bucket).await.expect("stored");
    let key: ObjectKey = request.target().0[1..].parse().expect("a key");
    let id: UploadId = request.parameter("uploadId").parse().expect("an upload id");
    let upload = Upload {
        initiated: now,
        initiator: UIN.to_owned(),
        attributes: Attributes { encryption, ..Attributes::default() },
        forbids_overwrite: false,
        retained_until: None,
    };
    assert!(store.create_upload(&name, &key, &id, upload).await.expect("stored"));
}

/// Sends the fixture's request and gives the answer, which ends the connection.
async fn send(cos: &TestServer, request: &Message<'_>, now: Timestamp) -> RawAnswer {
    let authorization = authorization(request, now);
    let mut text = format!("{}\r\n", request.first);
    for (name, value) in &request.headers {
        text += &format!("{name}: {}\r\n", value.replace("[authorization]", &authorization));
    }
    let mut socket = Socket::open(cos).await;
    socket.send(format!("{text}\r\n")).await;
    socket.send(&request.body).await;
    let answer = socket.answer().await;
    assert!(socket.rest().await.is_empty());
    answer
}

fn is_like(pattern: &str, value: &str, request: &Message<'_>) -> bool {
    match pattern {
        "[date]" => value == request.header("Date"),
        "[request-id]" => STANDARD.decode(value).is_ok_and(|id| id.split(|byte| *byte == b'_').count() == 4),
        "[etag]" => {
            let hex = value.trim_matches('"');
            let md5 = STANDARD.decode(request.header("Content-MD5")).expect("base64");
            value.len() == 34 && hex.len() == 32 && hex::decode(hex).is_ok_and(|etag| etag != md5)
        }
        _ => value == pattern,
    }
}

/// The answer has the headers of the fixture, spelled so, and no others.
async fn replay(fixture: &str, encryption: Encryption) {
    let (request, expected) = parse(fixture);
    let now = Timestamp::from_http_date(request.header("Date")).expect("a date");
    let cos = TestServer::start().await;
    cos.clock.stop(now);
    prepare(&cos, &request, now, encryption).await;
    let answer = send(&cos, &request, now).await;
    assert_eq!(format!("{} {}", answer.version, answer.status), expected.first.trim_end_matches(" OK"), "{}", answer.text());
    let mut names: Vec<&str> = expected.headers.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(answer.names(), names);
    for (name, pattern) in &expected.headers {
        let value = answer.header(name);
        assert!(is_like(pattern, value, &request), "{name} is {value}, not {pattern}");
    }
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn upload_part_plain() {
    replay(include_str!("../../fixtures/upload_part/plain.http"), Encryption::None).await;
}

#[tokio::test]
async fn upload_part_sse_cos() {
    replay(include_str!("../../fixtures/upload_part/sse_cos.http"), Encryption::SseCos).await;
}

#[tokio::test]
async fn upload_part_sse_kms() {
    let fixture = include_str!("../../fixtures/upload_part/sse_kms.http");
    let key_id = parse(fixture).1.header("x-cos-server-side-encryption-cos-kms-key-id").to_owned();
    replay(fixture, Encryption::SseKms { key_id, context: None }).await;
}

#[tokio::test]
async fn upload_part_sse_c() {
    let fixture = include_str!("../../fixtures/upload_part/sse_c.http");
    let request = parse(fixture).0;
    let key = STANDARD.decode(request.header("x-cos-server-side-encryption-customer-key")).expect("base64");
    let check = Key::new(key.try_into().expect("32 bytes")).check([0; 16]);
    let key_md5 = request.header("x-cos-server-side-encryption-customer-key-MD5").to_owned();
    replay(fixture, Encryption::SseC { key_md5, check }).await;
}

#[tokio::test]
async fn a_changed_byte_of_a_fixture_no_longer_fits_its_signature() {
    let (mut request, _) = parse(include_str!("../../fixtures/upload_part/sse_cos.http"));
    let now = Timestamp::from_http_date(request.header("Date")).expect("a date");
    let cos = TestServer::start().await;
    cos.clock.stop(now);
    prepare(&cos, &request, now, Encryption::SseCos).await;
    let authorization = authorization(&request, now);
    for (name, value) in &mut request.headers {
        match *name {
            "Authorization" => *value = &authorization,
            "Content-Type" => *value = "text/plain",
            _ => {}
        }
    }
    let answer = send(&cos, &request, now).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(answer.text().contains("<Code>SignatureDoesNotMatch</Code>"));
}
