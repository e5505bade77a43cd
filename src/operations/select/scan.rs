//! The scan of an object: from its bytes to the messages of the answer. Blocks.

use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::domain::error::Error;
use crate::domain::select::column::Record;
use crate::domain::select::parameters::{Compression, FileHeaderInfo, Input};
use crate::domain::select::query::Query;
use crate::operations::select::messages::{Chunk, Gone, Messages};
use crate::operations::select::records::{Failure, Records};
use crate::operations::select::request::SelectRequest;
use crate::operations::select::source::{self, Meter};
use crate::storage::ObjectBytes;

/// How long a client waits for a message; Go gives up after 3 s.
pub(crate) const PAUSE: Duration = Duration::from_secs(1);

enum Stop {
    Failed(Error),
    Gone,
}

/// Scans the object and sends the answer, until it is whole, fails, or nobody listens; never silent for much longer than `pause`.
pub(crate) fn run(request: SelectRequest, bytes: ObjectBytes, pause: Duration, sender: Sender<Chunk>) {
    let mut messages = Messages::new(sender, request.wants_progress, pause);
    let (scanned, processed) = (Meter::default(), Meter::default());
    let ended = match scan(request, bytes, &scanned, &processed, &mut messages) {
        Ok(()) => messages.finish(scanned.bytes(), processed.bytes()),
        Err(Stop::Failed(error)) => messages.fail(error),
        Err(Stop::Gone) => Err(Gone),
    };
    if ended.is_err() {
        tracing::debug!("the client of a SELECT is gone");
    }
}

fn scan(
    request: SelectRequest,
    bytes: ObjectBytes,
    scanned: &Meter,
    processed: &Meter,
    messages: &mut Messages,
) -> Result<(), Stop> {
    let SelectRequest { statement, compression, input, output, .. } = request;
    let header = match &input {
        Input::Csv(csv) => Some(csv.header),
        Input::JsonLines | Input::JsonDocument => None,
    };
    let mut query = Query::new(statement, output);
    let text = source::text_of(bytes, compression, scanned.clone(), processed.clone());
    let mut records = Records::new(input, text);
    if let Some(header) = header {
        begin_csv(header, &mut query, &mut records, compression)?;
    }
    while !query.is_done() {
        let Some(record) = records.next_record().map_err(|failure| stop(failure, compression))? else { break };
        query.take(record, messages.result())?;
        messages.pass(scanned.bytes(), processed.bytes())?;
    }
    query.finish(messages.result())?;
    Ok(())
}

/// Reads the header, if there is one, and finds the columns.
fn begin_csv<R: std::io::BufRead>(
    header: FileHeaderInfo,
    query: &mut Query,
    records: &mut Records<R>,
    compression: Compression,
) -> Result<(), Stop> {
    if header == FileHeaderInfo::None {
        return Ok(query.bind(None)?);
    }
    let first = records.next_record().map_err(|failure| stop(failure, compression))?;
    match first {
        Some(Record::Csv(names)) if header == FileHeaderInfo::Use => {
            query.bind(Some(names.iter().map(str::to_owned).collect()))?;
        }
        // Without a header no name is wrong.
        None if header == FileHeaderInfo::Use => {}
        _ => query.bind(None)?,
    }
    Ok(())
}

fn stop(failure: Failure, compression: Compression) -> Stop {
    Stop::Failed(match failure {
        Failure::Record(error) => error,
        Failure::Source(error) => source::failure(error, compression),
    })
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Gone> for Stop {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::event_stream::{self, Progress};
    use crate::domain::error::ErrorCode;
    use crate::operations::s3::Dialect;
    use bytes::Bytes;
    use futures_util::stream;
    use tokio::sync::mpsc;
    use tokio::task::spawn_blocking;

    fn request(expression: &str, progress: &str) -> SelectRequest {
        let body = format!(
            "<SelectRequest><Expression>{expression}</Expression><ExpressionType>SQL</ExpressionType><InputSerialization><CSV>\
             <FileHeaderInfo>NONE</FileHeaderInfo></CSV></InputSerialization><OutputSerialization><CSV/></OutputSerialization>\
             <RequestProgress><Enabled>{progress}</Enabled></RequestProgress></SelectRequest>"
        );
        SelectRequest::parse(body.as_bytes(), Dialect::Cos, "2019-01-01T00:00Z".parse().expect("a timestamp")).expect("a request")
    }

    fn answer(request: SelectRequest, text: &str, pause: Duration) -> Vec<Result<Bytes, ErrorCode>> {
        let (sender, mut chunks) = mpsc::channel(100);
        run(request, ObjectBytes::Whole(text.to_owned().into()), pause, sender);
        let mut answer = Vec::new();
        while let Ok(chunk) = chunks.try_recv() {
            answer.push(chunk.map_err(|error| error.code()));
        }
        answer
    }

    fn chunk(messages: &[Bytes]) -> Result<Bytes, ErrorCode> {
        Ok(messages.concat().into())
    }

    fn progress(bytes_returned: u64) -> Progress {
        Progress { bytes_scanned: 4, bytes_processed: 4, bytes_returned }
    }

    #[test]
    fn a_short_answer_comes_in_one_piece() {
        let messages = [event_stream::records(b"1\n2\n"), event_stream::stats(&progress(4)), event_stream::end()];
        assert_eq!(answer(request("SELECT * FROM COSObject", "FALSE"), "1\n2\n", PAUSE), [chunk(&messages)]);
    }

    #[test]
    fn a_client_that_has_waited_hears_that_the_scan_goes_on() {
        let chunks = answer(request("SELECT COUNT(*) FROM COSObject", "FALSE"), "1\n2\n", Duration::ZERO);
        let still_there = || chunk(&[event_stream::continuation()]);
        let last = [event_stream::records(b"2\n"), event_stream::stats(&progress(2)), event_stream::end()];
        assert_eq!(chunks, [still_there(), still_there(), chunk(&last)]);
    }

    #[test]
    fn a_client_that_asked_for_it_hears_how_far_the_scan_is() {
        let chunks = answer(request("SELECT * FROM COSObject", "TRUE"), "1\n2\n", Duration::ZERO);
        let after =
            |record: &[u8], returned| chunk(&[event_stream::records(record), event_stream::progress(&progress(returned))]);
        let last = [event_stream::progress(&progress(4)), event_stream::stats(&progress(4)), event_stream::end()];
        assert_eq!(chunks, [after(b"1\n", 2), after(b"2\n", 4), chunk(&last)]);
    }

    #[test]
    fn a_failure_is_a_message_only_behind_others() {
        let request = || request("SELECT CAST(_1 AS INT) FROM COSObject", "FALSE");
        assert_eq!(answer(request(), "1\nx\n", PAUSE), [Err(ErrorCode::CastFailed)]);
        let first = [event_stream::records(b"1\n"), event_stream::continuation()];
        let last = [event_stream::error("CastFailed", "\"x\" is not a number")];
        assert_eq!(answer(request(), "1\nx\n", Duration::ZERO), [chunk(&first), chunk(&last)]);
    }

    #[tokio::test]
    async fn the_scan_of_an_endless_object_ends_when_nobody_listens() {
        let (sender, chunks) = mpsc::channel(1);
        drop(chunks);
        let endless = ObjectBytes::Stream(Box::pin(stream::repeat_with(|| Ok(Bytes::from_static(b"1\n")))));
        let request = request("SELECT * FROM COSObject", "FALSE");
        spawn_blocking(move || run(request, endless, PAUSE, sender)).await.expect("the scan ends");
    }
}
