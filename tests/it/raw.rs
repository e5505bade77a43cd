//! HTTP as bytes over a socket, plain or inside of TLS, for what a client library would not send or would hide.

use std::future::Future;
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use crate::harness::{SECRET_ID, SECRET_KEY, TestServer, authorization};

/// Longer than anything takes that works; what waits for ever fails instead.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

pub(crate) struct Socket(BufReader<Box<dyn Stream>>);

impl Socket {
    pub(crate) async fn open(cos: &TestServer) -> Self {
        Self::over(cos.connect().await)
    }

    pub(crate) fn over(stream: impl Stream + 'static) -> Self {
        Self(BufReader::new(Box::new(stream)))
    }

    /// What is beneath, for another protocol; everything that was answered must have been read.
    pub(crate) fn into_stream(self) -> Box<dyn Stream> {
        assert!(self.0.buffer().is_empty(), "the server said more than was read");
        self.0.into_inner()
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within(self.0.get_mut().write_all(bytes.as_ref())).await.expect("the server reads");
    }

    /// Sends no more, but still reads.
    pub(crate) async fn half_close(&mut self) {
        within(self.0.get_mut().shutdown()).await.expect("the server is there");
    }

    /// The next answer, with the body that its Content-Length announces.
    pub(crate) async fn answer(&mut self) -> RawAnswer {
        let mut answer = self.answer_to_head().await;
        if matches!(answer.status, 100 | 204 | 304) {
            return answer;
        }
        let length = answer.header("Content-Length").parse().expect("a number");
        answer.body = vec![0; length];
        within(self.0.read_exact(&mut answer.body)).await.expect("the answer is whole");
        answer
    }

    /// The next answer, which has no body whatever its headers say.
    pub(crate) async fn answer_to_head(&mut self) -> RawAnswer {
        let status_line = self.line().await;
        let mut words = status_line.splitn(3, ' ');
        let version = words.next().expect("a version").to_owned();
        let status = words.next().and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {status_line:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            if line.is_empty() {
                return RawAnswer { version, status, headers, body: Vec::new() };
            }
            let (name, value) = line.split_once(": ").expect("a header");
            headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Everything until the server closes the connection.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        within(self.0.read_to_end(&mut rest)).await.expect("the connection ends in order");
        rest
    }

    /// Sends what may be refused before it has all come, then no more; whatever is answered is read to its end.
    pub(crate) async fn exhaust(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = within(self.0.get_mut().write_all(bytes.as_ref())).await;
        let _ = within(self.0.get_mut().shutdown()).await;
        let _ = within(self.0.read_to_end(&mut Vec::new())).await;
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        within(self.0.read_line(&mut line)).await.expect("a line of text");
        line.strip_suffix("\r\n").unwrap_or_else(|| panic!("the connection ended: {line:?}")).to_owned()
    }
}

#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) version: String,
    pub(crate) status: u16,
    /// Names as spelled on the wire.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl RawAnswer {
    #[track_caller]
    pub(crate) fn assert_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
    }

    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert!(self.text().contains(&format!("<Code>{code}</Code>")), "{}", self.text());
        self.assert_common_headers();
    }

    /// The headers that every answer has, each once.
    #[track_caller]
    pub(crate) fn assert_common_headers(&self) {
        for name in ["Date", "Server", "Connection", "x-cos-request-id"] {
            assert_eq!(self.headers.iter().filter(|(given, _)| given == name).count(), 1, "{name} in {:?}", self.headers);
        }
        assert_eq!(self.header("Date"), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(self.header("Server"), "tencent-cos");
    }

    /// The value of a header that is spelled exactly so.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.header_opt(name).unwrap_or_else(|| panic!("no header {name} in {:?}", self.headers))
    }

    pub(crate) fn header_opt(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// All names, sorted byte by byte.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A signed request without its body. `target` begins with `/`; `headers` are lines without their ends.
pub(crate) fn signed(method: &str, host: &str, target: &str, headers: &[&str]) -> String {
    let path = target.split('?').next().expect("the first piece is always there");
    let verb = Method::from_bytes(method.as_bytes()).expect("a method");
    let authorization = format!("Authorization: {}", authorization(SECRET_ID, SECRET_KEY, &verb, path, host));
    unsigned(method, host, target, &[&[authorization.as_str()], headers].concat())
}

pub(crate) fn unsigned(method: &str, host: &str, target: &str, headers: &[&str]) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n")
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.expect("the server does not stand still")
}
