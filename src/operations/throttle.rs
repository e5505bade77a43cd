//! Bodies slowed down to `x-cos-traffic-limit`.

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, sleep_until};

use crate::domain::error::Error;
use crate::domain::traffic_limit::TrafficLimit;
use crate::operations::headers::TRAFFIC_LIMIT;
use crate::operations::request::RequestHead;

/// Holds a body back so that, at any moment, no more has passed than the limit allows since the beginning.
pub(super) struct Throttle {
    limit: TrafficLimit,
    begun: Instant,
    passed: u64,
}

impl Throttle {
    pub(super) fn new(limit: TrafficLimit) -> Self {
        Self { limit, begun: Instant::now(), passed: 0 }
    }

    /// Waits until `bytes` more may have passed.
    pub(super) async fn pass(&mut self, bytes: usize) {
        self.passed += bytes as u64;
        sleep_until(self.begun + self.limit.duration_of(self.passed)).await;
    }
}

/// The limit in the header or the query parameter of that name; the header wins.
///
/// # Errors
/// `InvalidArgument` outside 819200 to 838860800 bit/s.
pub(super) fn limit(head: &RequestHead) -> Result<Option<TrafficLimit>, Error> {
    match head.header_opt(&TRAFFIC_LIMIT)? {
        Some(limit) => Ok(Some(limit)),
        None => head.query_opt(TRAFFIC_LIMIT.as_str()),
    }
}

/// A stream at the speed of the limit, in even pieces.
pub(super) fn throttled<E>(
    limit: TrafficLimit,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<Bytes, E>> + Send + 'static
where
    E: Send + 'static,
{
    stream::unfold((Throttle::new(limit), bytes, Bytes::new()), move |(mut throttle, mut bytes, mut rest)| async move {
        if rest.is_empty() {
            match bytes.next().await? {
                Ok(piece) => rest = piece,
                Err(error) => return Some((Err(error), (throttle, bytes, rest))),
            }
        }
        let piece = rest.split_to(limit.piece().min(rest.len()));
        throttle.pass(piece.len()).await;
        Some((Ok(piece), (throttle, bytes, rest)))
    })
}
