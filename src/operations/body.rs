//! A body that is read a piece at a time, and held to what its client says of it.

use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::domain::error::{Error, ErrorCode};
use crate::operations::s3::payload::Payload;

/// How long a body may stand still before it counts as broken off.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the client said that the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    Declared(u64),
    Chunked,
    /// Neither Content-Length nor Transfer-Encoding.
    Missing,
}

/// A body that is read a piece at a time; also says how the connection fares.
pub struct RequestBody {
    sent: Sent,
    length: BodyLength,
    /// Whether the client waits for `100 Continue`, which is sent by the first read.
    waits_for_continue: bool,
    /// What the body is held to, and what was sent of it but not yet looked at.
    payload: Option<Box<(Payload, Bytes)>>,
}

/// The bytes as they come from the connection.
struct Sent {
    body: Body,
    state: BodyState,
    received: u64,
    /// When the last piece came.
    last_read: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyState {
    Untouched,
    Begun,
    Ended,
    Broken,
}

impl RequestBody {
    pub fn new(body: Body, headers: &HeaderMap) -> Self {
        let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let length = match declared {
            Some(length) => BodyLength::Declared(length),
            None if headers.contains_key(header::TRANSFER_ENCODING) => BodyLength::Chunked,
            None => BodyLength::Missing,
        };
        let expects = headers.get(header::EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let is_empty = matches!(length, BodyLength::Missing | BodyLength::Declared(0));
        let state = if is_empty { BodyState::Ended } else { BodyState::Untouched };
        let sent = Sent { body, state, received: 0, last_read: None };
        Self { sent, length, waits_for_continue: expects, payload: None }
    }

    /// Holds the body to what an S3 client says of it, before it is read.
    pub fn hold_to(&mut self, payload: Payload) {
        if let Some(length) = payload.length().filter(|_| self.length != BodyLength::Missing) {
            self.length = BodyLength::Declared(length);
        }
        self.payload = Some(Box::new((payload, Bytes::new())));
    }

    /// What the body was held to; gone once it was found wrong.
    pub fn payload(&self) -> Option<&Payload> {
        self.payload.as_deref().map(|(payload, _)| payload)
    }

    /// Bytes that were read.
    pub fn received(&self) -> u64 {
        self.payload().map_or(self.sent.received, Payload::taken)
    }

    /// When the last of them came.
    pub fn last_read(&self) -> Option<Instant> {
        self.sent.last_read
    }

    pub fn length(&self) -> BodyLength {
        self.length
    }

    /// The next piece; `None` at the end of a body that is as its client says.
    ///
    /// # Errors
    /// `IncompleteBody` when the client breaks off, `RequestTimeout` when it stands still, and those of [`Payload`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(payload) = &mut self.payload else { return self.sent.next().await };
        let (payload, unread) = payload.as_mut();
        let next = self.sent.next_of(payload, unread).await;
        if next.is_err() {
            // What still comes is thrown away as it is.
            self.payload = None;
        }
        next
    }

    /// The pieces of [`Self::next`] as a stream.
    pub fn pieces(&mut self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        stream::try_unfold(self, |body| async move { Ok(body.next().await?.map(|piece| (piece, body))) })
    }

    /// Whether the connection cannot be used again: the body broke off, or the client, told to go on only by a read that never
    /// came, will send none.
    pub fn ends_connection(&self) -> bool {
        let state = self.sent.state;
        state == BodyState::Broken || self.waits_for_continue && state == BodyState::Untouched
    }

    /// Whether bytes of the body may still be on their way.
    pub fn is_unread(&self) -> bool {
        !self.ends_connection() && matches!(self.sent.state, BodyState::Untouched | BodyState::Begun)
    }

    pub(super) async fn read_whole(&mut self, limit: usize, too_long: ErrorCode) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await? {
            if whole.len() + piece.len() > limit {
                return Err(too_long.because(format!("the body is longer than {limit} bytes, the most allowed here")));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }
}

impl Sent {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while self.state != BodyState::Ended {
            self.state = BodyState::Begun;
            let frame = match timeout(PATIENCE, self.body.frame()).await {
                Ok(frame) => frame,
                Err(_) => {
                    self.state = BodyState::Broken;
                    return Err(
                        ErrorCode::RequestTimeout.because(format!("no byte of the body came for {} s", PATIENCE.as_secs()))
                    );
                }
            };
            match frame {
                None => self.state = BodyState::Ended,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        self.received += data.len() as u64;
                        self.last_read = Some(Instant::now());
                        return Ok(Some(data));
                    }
                }
                Some(Err(cause)) => {
                    self.state = BodyState::Broken;
                    return Err(Error::from(ErrorCode::IncompleteBody).caused_by(cause));
                }
            }
        }
        Ok(None)
    }

    /// The next piece of a body that is held to something.
    async fn next_of(&mut self, payload: &mut Payload, unread: &mut Bytes) -> Result<Option<Bytes>, Error> {
        if !unread.is_empty() {
            // A piece as it came takes several turns to digest.
            yield_now().await;
        }
        loop {
            if let Some(piece) = payload.take(unread)? {
                return Ok(Some(piece));
            }
            match self.next().await? {
                Some(sent) => *unread = sent,
                None => {
                    payload.finish()?;
                    return Ok(None);
                }
            }
        }
    }
}
