//! One connection to the emulator, path style, without signatures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::emulator::{BUCKET, Emulator};

/// A shared disk can hold up a flush for a minute; only a hang takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The emulator was killed before its answer was whole: whether the request took effect is open.
#[derive(Debug)]
pub(crate) struct Cut;

pub(crate) struct Client {
    address: SocketAddr,
    is_killed: Arc<AtomicBool>,
    sender: Option<SendRequest<Full<Bytes>>>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    pub(crate) fn new(emulator: &Emulator) -> Self {
        Self { address: emulator.address, is_killed: Arc::clone(&emulator.is_killed), sender: None }
    }

    /// `target` is a key, escaped, with its query; `encrypt` asks for encryption at rest.
    pub(crate) async fn send(&mut self, method: Method, target: &str, body: Bytes, encrypt: bool) -> Result<Answer, Cut> {
        self.request(method, target, body, encrypt, "").await
    }

    /// Copies one key to another.
    pub(crate) async fn copy(&mut self, from: &str, to: &str, encrypt: bool) -> Result<Answer, Cut> {
        self.request(Method::PUT, to, Bytes::new(), encrypt, &format!("{BUCKET}/{from}")).await
    }

    /// An empty header counts as none.
    async fn request(
        &mut self,
        method: Method,
        target: &str,
        body: Bytes,
        encrypt: bool,
        copy_source: &str,
    ) -> Result<Answer, Cut> {
        let request = Request::builder()
            .method(&method)
            .uri(format!("/{BUCKET}/{target}"))
            .header("host", self.address.to_string())
            .header("x-cos-copy-source", copy_source)
            .header("x-cos-server-side-encryption", if encrypt { "AES256" } else { "" })
            .body(Full::new(body))
            .expect("a request");
        // A killed process that waits for its disk keeps its connections open until the disk is done.
        match timeout(PATIENCE, self.exchange(request)).await.unwrap_or_else(|late| Err(late.into())) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                assert!(self.is_killed.load(Ordering::SeqCst), "{method} {target}: {error}, but nobody killed it");
                Err(Cut)
            }
        }
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let sender = match &mut self.sender {
            Some(sender) => sender,
            None => {
                let (sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(self.address).await?)).await?;
                tokio::spawn(connection);
                self.sender.insert(sender)
            }
        };
        sender.ready().await?;
        let (parts, body) = sender.send_request(request).await?.into_parts();
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The texts in all elements of that name.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        elements(&self.text(), name)
    }

    /// For each element `outer`, the texts of the elements `inner` in it; ETags less their quotes.
    pub(crate) fn rows<const N: usize>(&self, outer: &str, inner: [&str; N]) -> Vec<[String; N]> {
        let row = |row: &String| {
            inner.map(|name| {
                let text = elements(row, name).into_iter().next().unwrap_or_else(|| panic!("no <{name}> in {row}"));
                text.replace("&quot;", "\"").trim_matches('"').to_owned()
            })
        };
        self.elements(outer).iter().map(row).collect()
    }
}

fn elements(text: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    text.split(&open).skip(1).filter_map(|rest| rest.split(&close).next().map(str::to_owned)).collect()
}
