//! The messages of an answer, sent one by one to whoever passes them on. Blocks while that one is busy.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc::Sender;

use crate::codec::event_stream::{self, LARGEST_PAYLOAD, Progress};
use crate::domain::error::{Error, ErrorCode};

/// A framed message; or an error that came before the first of them.
pub(crate) type Message = Result<Bytes, Error>;

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) struct Messages {
    sender: Sender<Message>,
    /// Of the result, what is not sent yet.
    result: Vec<u8>,
    sent_of_result: u64,
    has_begun: bool,
    wants_progress: bool,
    /// The longest that a client waits for a message.
    pause: Duration,
    last: Instant,
}

impl Messages {
    pub(super) fn new(sender: Sender<Message>, wants_progress: bool, pause: Duration) -> Self {
        let last = Instant::now();
        Self { sender, result: Vec::new(), sent_of_result: 0, has_begun: false, wants_progress, pause, last }
    }

    /// Where the result is written to.
    pub(super) fn result(&mut self) -> &mut Vec<u8> {
        &mut self.result
    }

    /// Sends what fills messages, and when the client has waited long enough, whatever there is to tell. `scanned` and
    /// `processed` are bytes of the object.
    pub(super) fn pass(&mut self, scanned: u64, processed: u64) -> Result<(), Gone> {
        if self.last.elapsed() >= self.pause {
            self.flush()?;
            let progress = self.progress(scanned, processed);
            return self.send(if self.wants_progress { event_stream::progress(&progress) } else { event_stream::continuation() });
        }
        let full = self.result.len() / LARGEST_PAYLOAD * LARGEST_PAYLOAD;
        self.send_result(full)
    }

    /// Sends the rest and ends the answer.
    pub(super) fn finish(mut self, scanned: u64, processed: u64) -> Result<(), Gone> {
        self.flush()?;
        let progress = self.progress(scanned, processed);
        if self.wants_progress {
            self.send(event_stream::progress(&progress))?;
        }
        self.send(event_stream::stats(&progress))?;
        self.send(event_stream::end())
    }

    /// Ends the answer with an error: in a message when others went before it.
    pub(super) fn fail(mut self, error: Error) -> Result<(), Gone> {
        if !self.has_begun {
            return self.sender.blocking_send(Err(error)).map_err(|_| Gone);
        }
        if error.code() == ErrorCode::InternalError {
            tracing::error!(code = error.code().name(), cause = ?error.cause(), "a SELECT failed on the way");
        }
        self.flush()?;
        self.send(event_stream::error(error.code().name(), error.message()))
    }

    fn progress(&self, scanned: u64, processed: u64) -> Progress {
        Progress { bytes_scanned: scanned, bytes_processed: processed, bytes_returned: self.sent_of_result }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        self.send_result(self.result.len())
    }

    fn send_result(&mut self, length: usize) -> Result<(), Gone> {
        for start in (0..length).step_by(LARGEST_PAYLOAD) {
            let piece = &self.result[start..length.min(start + LARGEST_PAYLOAD)];
            self.sent_of_result += piece.len() as u64;
            let message = event_stream::records(piece);
            self.send(message)?;
        }
        self.result.drain(..length);
        Ok(())
    }

    fn send(&mut self, message: Bytes) -> Result<(), Gone> {
        self.has_begun = true;
        self.last = Instant::now();
        self.sender.blocking_send(Ok(message)).map_err(|_| Gone)
    }
}
