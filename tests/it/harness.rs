//! A server per test, in process: its own folder, clock and randomness; stopped when dropped.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use cos_emulator::codec::{percent, signature};
use cos_emulator::domain;
use cos_emulator::domain::account::Account;
use cos_emulator::domain::random::Random;
use cos_emulator::domain::time::{Clock, Timestamp};
use cos_emulator::server::{self, App, Settings};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The moment at which every test's clock stands still: 2023-11-14T22:13:20Z.
pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const KEY_TIME: &str = "1699999940;1700003600";
pub(crate) const APPID: &str = "1250000000";
pub(crate) const UIN: &str = "100000000001";
pub(crate) const SECRET_ID: &str = "AKIDtest";
pub(crate) const SECRET_KEY: &str = "test-secret-key";
/// A second account.
pub(crate) const OTHER: (&str, &str, &str) = ("1250000001", "AKIDother", "other-secret-key");
pub(crate) const OTHER_UIN: &str = "100000000002";
pub(crate) const BUCKET: &str = "examplebucket-1250000000";
pub(crate) const HOST: &str = "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com";

pub(crate) struct TestServer {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Clock,
    pub(crate) address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<io::Result<()>>,
}

pub(crate) fn settings() -> Settings {
    let account = |appid: &str, uin: &str, secret_id: &str, secret_key: &str| Account {
        appid: appid.to_owned(),
        uin: uin.to_owned(),
        secret_id: secret_id.to_owned(),
        secret_key: secret_key.to_owned(),
    };
    Settings {
        data_dir: None,
        buckets: Vec::new(),
        account: account(APPID, UIN, SECRET_ID, SECRET_KEY),
        sub_accounts: Vec::new(),
        roles: Vec::new(),
        further_accounts: vec![account(OTHER.0, OTHER_UIN, OTHER.1, OTHER.2)],
        check_signatures: true,
        domains: Vec::new(),
        default_bucket: None,
        region: "ap-guangzhou".parse().expect("valid"),
        certificate: None,
    }
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(settings()).await
    }

    pub(crate) async fn start_with(settings: Settings) -> Self {
        let clock = Clock::stopped(Timestamp::from_seconds(NOW));
        let app = App::open(settings, clock.clone(), Random::from_seed(1)).await.expect("the server opens its folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&app);
        let serving = tokio::spawn(async move { server::serve(vec![listener], served, async { drop(stopped.await) }).await });
        Self { app, clock, address, stop: Some(stop), serving }
    }

    /// Stops in order: when this returns, the data folder is closed and another server may open it.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.serving).await.expect("the server does not panic").expect("the folder is closed in order");
    }

    /// The usual bucket, made.
    pub(crate) async fn put_bucket(&self) -> Bucket<'_> {
        let bucket = self.bucket(BUCKET);
        bucket.request(Method::PUT, "").send().await.assert_status(200);
        bucket
    }

    /// A bucket of several zones, made.
    pub(crate) async fn put_multi_az_bucket(&self) -> Bucket<'_> {
        let bucket = self.bucket("several-1250000000");
        let body = "<CreateBucketConfiguration><BucketAZConfig>MAZ</BucketAZConfig></CreateBucketConfiguration>";
        bucket.put("", body).await.assert_status(200);
        bucket
    }

    /// A bucket by its name, which need not be there.
    pub(crate) fn bucket(&self, name: &str) -> Bucket<'_> {
        Bucket { server: self, host: format!("{name}.cos.ap-guangzhou.myqcloud.com") }
    }

    /// Makes the usual bucket's record something that no request makes of it.
    pub(crate) async fn change_bucket(&self, change: impl FnOnce(&mut domain::bucket::Bucket) + Send + 'static) {
        let change = move |bucket: &mut domain::bucket::Bucket| {
            change(bucket);
            Ok::<_, ()>(())
        };
        self.app.services().store.change_bucket(&BUCKET.parse().expect("a name"), change).await.expect("stored");
    }

    /// A signed request by the default account to any host; `target` is the path with its query, escaped, without the first `/`.
    pub(crate) fn request(&self, host: &str, method: Method, target: &str) -> TestRequest<'_> {
        TestRequest {
            server: self,
            host: host.to_owned(),
            method,
            target: format!("/{target}"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            signer: Signer::Key(SECRET_ID.to_owned(), SECRET_KEY.to_owned()),
        }
    }

    /// A fresh connection, for tests that care for raw bytes.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server listens")
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

pub(crate) struct Bucket<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) host: String,
}

impl<'a> Bucket<'a> {
    pub(crate) fn request(&self, method: Method, target: &str) -> TestRequest<'a> {
        self.server.request(&self.host, method, target)
    }

    pub(crate) async fn put(&self, target: &str, body: impl Into<Bytes>) -> Answer {
        self.request(Method::PUT, target).body(body).send().await
    }

    pub(crate) async fn post(&self, target: &str, body: impl Into<Bytes>) -> Answer {
        self.request(Method::POST, target).body(body).send().await
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.request(Method::GET, target).send().await
    }

    pub(crate) async fn head(&self, target: &str) -> Answer {
        self.request(Method::HEAD, target).send().await
    }

    pub(crate) async fn delete(&self, target: &str) -> Answer {
        self.request(Method::DELETE, target).send().await
    }

    /// Begins an upload and gives its id.
    pub(crate) async fn initiate(&self, key: &str) -> String {
        let answer = self.post(&format!("{key}?uploads"), "").await;
        answer.assert_status(200);
        answer.element("UploadId")
    }

    /// Uploads a part and gives its ETag, with quotes.
    pub(crate) async fn part(&self, key: &str, upload_id: &str, number: u16, body: impl Into<Bytes>) -> String {
        let answer = self.put(&format!("{key}?partNumber={number}&uploadId={upload_id}"), body).await;
        answer.assert_status(200);
        answer.header("etag").to_owned()
    }

    /// Completes an upload of these parts.
    pub(crate) async fn complete(&self, key: &str, upload_id: &str, parts: &[(u16, &str)]) -> Answer {
        self.post(&format!("{key}?uploadId={upload_id}"), part_list(parts)).await
    }
}

/// The body of a Complete Multipart Upload.
pub(crate) fn part_list(parts: &[(u16, &str)]) -> String {
    let parts: String =
        parts.iter().map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")).collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>")
}

#[derive(Clone)]
enum Signer {
    Nobody,
    Key(String, String),
}

#[must_use]
#[derive(Clone)]
pub(crate) struct TestRequest<'a> {
    server: &'a TestServer,
    host: String,
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
    signer: Signer,
}

impl TestRequest<'_> {
    /// Adds a header; it is not signed.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().expect("a header value"));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Signs with another key pair.
    pub(crate) fn signed_by(mut self, secret_id: &str, secret_key: &str) -> Self {
        self.signer = Signer::Key(secret_id.to_owned(), secret_key.to_owned());
        self
    }

    /// As a client sends it to a forward proxy.
    pub(crate) fn in_absolute_form(mut self) -> Self {
        self.target = format!("http://{}{}", self.host, self.target);
        self
    }

    pub(crate) fn anonymous(mut self) -> Self {
        self.signer = Signer::Nobody;
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(&self.method).uri(&self.target).header("host", &self.host);
        if let Signer::Key(secret_id, secret_key) = &self.signer {
            let path = self.target.split('?').next().expect("the first piece is always there");
            let now = self.server.clock.now().seconds();
            let time = format!("{};{}", now - 60, now + 3600);
            let authorization = authorization_at(&time, secret_id, secret_key, &self.method, path, &self.host);
            request = request.header("authorization", authorization);
        }
        // hyper says nothing of the length of an empty body; COS's clients do.
        let says_length = self.body.is_empty() && [Method::PUT, Method::POST].contains(&self.method);
        let mut request = request.body(Full::new(self.body)).expect("a request");
        request.headers_mut().extend(self.headers);
        if says_length {
            request.headers_mut().insert("content-length", HeaderValue::from_static("0"));
        }
        let (mut sender, connection) = http1::handshake(TokioIo::new(self.server.connect().await)).await.expect("HTTP is spoken");
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.expect("the request is answered");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the answer is whole").to_bytes();
        drop(sender);
        let _ = connection.await;
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// An Authorization header that signs the host and no parameters, at the moment at which tests begin.
pub(crate) fn authorization(secret_id: &str, secret_key: &str, method: &Method, path: &str, host: &str) -> String {
    authorization_at(KEY_TIME, secret_id, secret_key, method, path, host)
}

fn authorization_at(time: &str, secret_id: &str, secret_key: &str, method: &Method, path: &str, host: &str) -> String {
    let path = percent::decode(path).expect("UTF-8");
    let text = signature::http_string(method.as_str(), &path, "", &format!("host={}", percent::encode(host)));
    let key = signature::sign_key(secret_key, time);
    let signature = signature::signature(&key, &signature::string_to_sign(time, &text));
    format!(
        "q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={time}&q-key-time={time}&q-header-list=host&q-url-param-list=\
         &q-signature={signature}"
    )
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    #[track_caller]
    pub(crate) fn assert_status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
    }

    /// The answer is this error, in full: status, code, id and resource.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.element("Code").as_str()), (status, code), "{}", self.text());
        assert_eq!(self.header("content-type"), "application/xml");
        assert_eq!(self.element("RequestId"), self.header("x-cos-request-id"));
        // S3's clients get S3's name for the second id.
        let is_s3 = self.headers.contains_key("x-amz-id-2");
        let (element, header) = if is_s3 { ("HostId", "x-amz-id-2") } else { ("TraceId", "x-cos-trace-id") };
        assert_eq!(self.element(element), self.header(header));
        assert!(!self.element("Message").is_empty() && !self.element("Resource").is_empty());
    }

    /// A HEAD's error: status and headers, no body.
    #[track_caller]
    pub(crate) fn assert_head_error(&self, status: u16) {
        assert_eq!((self.status.as_u16(), self.body.len()), (status, 0));
        assert_eq!((self.header("content-type"), self.header("content-length")), ("application/xml", "0"));
        assert!(!self.header("x-cos-request-id").is_empty() && !self.header("x-cos-trace-id").is_empty());
    }

    /// The whole body, less the declaration that all documents begin with.
    #[track_caller]
    pub(crate) fn assert_document(&self, expected: &str) {
        assert_eq!((self.status.as_u16(), self.header("content-type")), (200, "application/xml"), "{}", self.text());
        let text = self.text();
        let body = text.strip_prefix("<?xml version='1.0' encoding='utf-8' ?>\n").expect("the declaration");
        assert_eq!(body, expected);
    }

    /// These are all headers, in order of names, but for the four that every answer has.
    #[track_caller]
    pub(crate) fn assert_headers(&self, expected: &[(&str, &str)]) {
        const COMMON: [&str; 4] = ["connection", "date", "server", "x-cos-request-id"];
        assert!(COMMON.iter().all(|name| self.headers.contains_key(*name)), "{:?}", self.headers);
        let names = self.headers.keys().map(http::HeaderName::as_str).filter(|name| !COMMON.contains(name));
        let mut given: Vec<(&str, &str)> = names.map(|name| (name, self.header(name))).collect();
        given.sort_unstable();
        assert_eq!(given, expected);
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.header_opt(name).unwrap_or_else(|| panic!("no header {name} in {:?}", self.headers))
    }

    pub(crate) fn header_opt(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| std::str::from_utf8(value.as_bytes()).expect("UTF-8"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The text of the first element of that name.
    #[track_caller]
    pub(crate) fn element(&self, name: &str) -> String {
        self.elements(name).into_iter().next().unwrap_or_else(|| panic!("no <{name}> in {}", self.text()))
    }

    /// The texts of all elements of that name.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        text.split(&open).skip(1).filter_map(|rest| rest.split(&close).next().map(str::to_owned)).collect()
    }
}

/// `length` bytes that repeat with no short period.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    (0..length as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect()
}

/// A part that may stand before others: 1 MiB.
pub(crate) fn full_part() -> Vec<u8> {
    bytes(1 << 20)
}
