//! What is still to be done outside of requests.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{MutexGuard, Notify};

use crate::domain::bucket::BucketName;

/// Lines of a log of which so many bytes wait are written without waiting for their time.
const MOST_WAITING: usize = 1 << 20;

/// Reports and log files that wait to be written.
#[derive(Debug, Default)]
pub struct Agenda {
    /// Held by whoever does what is due: one at a time, so that nothing is done twice.
    turn: tokio::sync::Mutex<()>,
    asked: Notify,
    /// Lines by the bucket whose requests they tell of.
    logs: Mutex<HashMap<BucketName, String>>,
}

impl Agenda {
    /// Asks for what was just added to be done at once.
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    /// Waits until somebody asks, if nobody has since the last call.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Adds a line to the log of a bucket.
    pub fn log(&self, bucket: &BucketName, line: &str) {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = logs.entry(bucket.clone()).or_default();
        lines.push_str(line);
        if lines.len() > MOST_WAITING {
            self.ask();
        }
    }

    /// All lines that wait, which wait no more.
    pub(super) fn take_logs(&self) -> HashMap<BucketName, String> {
        mem::take(&mut *self.logs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}
