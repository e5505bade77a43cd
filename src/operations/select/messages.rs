//! The messages of an answer, sent one by one to whoever passes them on. Blocks while that one is busy.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc::Sender;

use crate::codec::event_stream::{self, LARGEST_PAYLOAD, Progress};
use crate::domain::error::{Error, ErrorCode};

/// Framed messages, never a part of one; or an error that came before the first of them.
pub(crate) type Chunk = Result<Bytes, Error>;

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) struct Messages {
    sender: Sender<Chunk>,
    /// Of the result, what is not framed yet.
    result: Vec<u8>,
    framed_of_result: u64,
    /// Messages that leave together. Node's `selectObjectContent` feeds what it reads back to its own parser, and so understands
    /// only what comes in one piece; short answers therefore do.
    framed: BytesMut,
    has_begun: bool,
    wants_progress: bool,
    /// The longest that a client waits for a message.
    pause: Duration,
    last: Instant,
}

impl Messages {
    pub(super) fn new(sender: Sender<Chunk>, wants_progress: bool, pause: Duration) -> Self {
        Self {
            sender,
            result: Vec::new(),
            framed_of_result: 0,
            framed: BytesMut::new(),
            has_begun: false,
            wants_progress,
            pause,
            last: Instant::now(),
        }
    }

    /// Where the result is written to.
    pub(super) fn result(&mut self) -> &mut Vec<u8> {
        &mut self.result
    }

    /// Sends what fills messages, and when the client has waited long enough, whatever there is to tell. `scanned` and
    /// `processed` are bytes of the object.
    pub(super) fn pass(&mut self, scanned: u64, processed: u64) -> Result<(), Gone> {
        if self.last.elapsed() >= self.pause {
            self.frame_result(self.result.len())?;
            let progress = self.progress(scanned, processed);
            let message = if self.wants_progress { event_stream::progress(&progress) } else { event_stream::continuation() };
            self.framed.extend_from_slice(&message);
            return self.send();
        }
        self.frame_result(self.result.len() / LARGEST_PAYLOAD * LARGEST_PAYLOAD)?;
        self.send()
    }

    /// Sends the rest and ends the answer.
    pub(super) fn finish(mut self, scanned: u64, processed: u64) -> Result<(), Gone> {
        self.frame_result(self.result.len())?;
        let progress = self.progress(scanned, processed);
        if self.wants_progress {
            self.framed.extend_from_slice(&event_stream::progress(&progress));
        }
        self.framed.extend_from_slice(&event_stream::stats(&progress));
        self.framed.extend_from_slice(&event_stream::end());
        self.send()
    }

    /// Ends the answer with an error: in a message when others went before it.
    pub(super) fn fail(mut self, error: Error) -> Result<(), Gone> {
        if !self.has_begun {
            return self.sender.blocking_send(Err(error)).map_err(|_| Gone);
        }
        if error.code() == ErrorCode::InternalError {
            tracing::error!(code = error.code().name(), cause = ?error.cause(), "a SELECT failed on the way");
        }
        self.frame_result(self.result.len())?;
        self.framed.extend_from_slice(&event_stream::error(error.code().name(), error.message()));
        self.send()
    }

    fn progress(&self, scanned: u64, processed: u64) -> Progress {
        Progress { bytes_scanned: scanned, bytes_processed: processed, bytes_returned: self.framed_of_result }
    }

    /// Makes messages of the result's first bytes, and sends all but the last message.
    fn frame_result(&mut self, length: usize) -> Result<(), Gone> {
        for start in (0..length).step_by(LARGEST_PAYLOAD) {
            self.send()?;
            let piece = &self.result[start..length.min(start + LARGEST_PAYLOAD)];
            self.framed.extend_from_slice(&event_stream::records(piece));
            self.framed_of_result += piece.len() as u64;
        }
        self.result.drain(..length);
        Ok(())
    }

    fn send(&mut self) -> Result<(), Gone> {
        if self.framed.is_empty() {
            return Ok(());
        }
        self.has_begun = true;
        self.last = Instant::now();
        self.sender.blocking_send(Ok(self.framed.split().freeze())).map_err(|_| Gone)
    }
}
