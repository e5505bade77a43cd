//! Requests as S3's clients send them: signed with AWS's signatures, their bodies framed in chunks if need be.

use bytes::Bytes;
use cos_emulator::codec::mac::sha256_hex;
use cos_emulator::codec::percent;
use cos_emulator::codec::signature_v4::{ChunkSigner, Scope, SigningKey};
use cos_emulator::domain::time::Timestamp;
use http::Method;
use sha2::{Digest, Sha256};

use crate::harness::{Answer, Bucket, NOW, SECRET_ID, SECRET_KEY, TestRequest};

pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
pub(crate) const SIGNED_CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
pub(crate) const SIGNED_CHUNKS_AND_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
pub(crate) const UNSIGNED_CHUNKS: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// A request in the making; the host and all headers are signed.
#[must_use]
#[derive(Clone)]
pub(crate) struct S3Request<'a> {
    request: TestRequest<'a>,
    method: Method,
    /// As sent, escaped, without the first `/`.
    target: String,
    host: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    /// What is said of the body; `None` says its hash.
    payload: Option<String>,
    key: (String, String),
    /// Seconds.
    time: i64,
    region: &'static str,
}

/// A request to this bucket's own host, by the default account.
pub(crate) fn request<'a>(bucket: &Bucket<'a>, method: Method, target: &str) -> S3Request<'a> {
    S3Request {
        request: bucket.request(method.clone(), target).anonymous(),
        method,
        target: target.to_owned(),
        host: bucket.host.clone(),
        headers: Vec::new(),
        body: Bytes::new(),
        payload: None,
        key: (SECRET_ID.to_owned(), SECRET_KEY.to_owned()),
        time: NOW,
        region: "us-east-1",
    }
}

impl<'a> S3Request<'a> {
    /// Adds a header, which is signed.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Says this of the body in place of its hash.
    pub(crate) fn payload(mut self, text: &str) -> Self {
        self.payload = Some(text.to_owned());
        self
    }

    pub(crate) fn signed_by(mut self, secret_id: &str, secret_key: &str) -> Self {
        self.key = (secret_id.to_owned(), secret_key.to_owned());
        self
    }

    /// Signs at this moment, in seconds.
    pub(crate) fn at(mut self, time: i64) -> Self {
        self.time = time;
        self
    }

    pub(crate) fn region(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let body = self.body.clone();
        self.signed().0.body(body).send().await
    }

    /// Sends a body that was made with what signs its chunks.
    pub(crate) async fn send_framed(self, frame: impl FnOnce(ChunkSigner) -> Vec<u8>) -> Answer {
        let (request, signer) = self.signed();
        request.body(frame(signer)).send().await
    }

    /// Signs in the header.
    pub(crate) fn signed(mut self) -> (TestRequest<'a>, ChunkSigner) {
        let hash = self.payload.clone().unwrap_or_else(|| sha256_hex(&self.body));
        let date_time = Timestamp::from_seconds(self.time).iso_basic();
        self.headers.extend([("x-amz-content-sha256", hash.clone()), ("x-amz-date", date_time)]);
        let mut lines: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lines.push(("host", &self.host));
        lines.sort_unstable();
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let (signature, signer) = self.sign(&lines, query, &hash);
        let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={signature}",
            self.key.0,
            self.scope(),
            names.join(";")
        );
        let request = self.headers.iter().fold(self.request, |request, (name, value)| request.header(name, value));
        (request.header("authorization", &authorization), signer)
    }

    /// The target of an address that is good for so many seconds; headers of the request are signed, and must be sent.
    pub(crate) fn presigned(&self, expires: i64, further: &[(&str, &str)]) -> String {
        let mut lines: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lines.push(("host", &self.host));
        lines.sort_unstable();
        let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
        let parameters = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("X-Amz-Credential", format!("{}/{}", self.key.0, self.scope())),
            ("X-Amz-Date", Timestamp::from_seconds(self.time).iso_basic()),
            ("X-Amz-Expires", expires.to_string()),
            ("X-Amz-SignedHeaders", names.join(";")),
        ];
        let further = further.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let (path, own) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let pairs = parameters.into_iter().chain(further).map(|(name, value)| format!("{name}={}", percent::encode(&value)));
        let query = own.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).chain(pairs).collect::<Vec<_>>().join("&");
        let (signature, _) = self.sign(&lines, &query, UNSIGNED);
        format!("{path}?{query}&X-Amz-Signature={signature}")
    }

    fn scope(&self) -> Scope {
        let date = Timestamp::from_seconds(self.time).iso_basic()[..8].to_owned();
        Scope { date, region: self.region.to_owned(), service: "s3".to_owned() }
    }

    /// The steps as AWS documents them; the target is escaped as it is to be signed.
    fn sign(&self, lines: &[(&str, &str)], query: &str, hash: &str) -> (String, ChunkSigner) {
        let path = self.target.split('?').next().expect("the first piece is always there");
        let mut pairs: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(with_value).collect();
        // By names first: `select=` stands before `select-type=2`.
        pairs.sort_by(|one, other| one.split('=').cmp(other.split('=')));
        let headers: String = lines.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
        let request = format!("{}\n/{path}\n{}\n{headers}\n{}\n{hash}", self.method, pairs.join("&"), names.join(";"));
        let (scope, date_time) = (self.scope(), Timestamp::from_seconds(self.time).iso_basic());
        let key = SigningKey::new(&self.key.1, &scope);
        let signature = key.sign(&format!("AWS4-HMAC-SHA256\n{date_time}\n{scope}\n{}", sha256_hex(request.as_bytes())));
        (signature.clone(), ChunkSigner::new(key, &date_time, &scope, signature))
    }
}

/// The canonical form of a parameter has a `=`.
fn with_value(pair: &str) -> String {
    if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") }
}

/// These chunks, each signed, and the last.
pub(crate) fn signed_chunks(signer: &mut ChunkSigner, chunks: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for chunk in chunks.iter().copied().chain([&b""[..]]) {
        let signature = signer.sign_chunk(Sha256::digest(chunk).into());
        body.extend(format!("{:x};chunk-signature={signature}\r\n", chunk.len()).bytes());
        if !chunk.is_empty() {
            body.extend([chunk, b"\r\n"].concat());
        }
    }
    body
}

/// A trailer and its signature, which end a body of signed chunks.
pub(crate) fn signed_trailer(signer: &mut ChunkSigner, name: &str, value: &str) -> String {
    let signature = signer.sign_trailers(&format!("{name}:{value}\n"));
    format!("{name}:{value}\r\nx-amz-trailer-signature:{signature}\r\n\r\n")
}

/// These chunks without signatures, and this trailer.
pub(crate) fn unsigned_chunks(chunks: &[&[u8]], (name, value): (&str, &str)) -> Vec<u8> {
    let mut body = Vec::new();
    for chunk in chunks {
        body.extend(format!("{:x}\r\n", chunk.len()).bytes());
        body.extend([chunk, &b"\r\n"[..]].concat());
    }
    body.extend(format!("0\r\n{name}:{value}\r\n\r\n").bytes());
    body
}
