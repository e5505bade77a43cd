//! `multipart/form-data`, field by field, as it arrives.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use multer::Multipart;

/// The most bytes that are read to find the next field, or the next bytes of one: more than a connection gives at once.
const MOST_AHEAD: usize = 1 << 20;

/// Why a form could not be read on.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    #[error("{0}")]
    Malformed(multer::Error),
    #[error("no field begins within {MOST_AHEAD} bytes")]
    Endless,
    /// The stream that it was read from failed so.
    #[error("{0}")]
    Source(Box<dyn Error + Send + Sync>),
}

/// A form of which nothing is kept but what is being looked at.
pub struct Form<'a> {
    multipart: Multipart<'a>,
    ahead: Arc<AtomicUsize>,
}

/// A field, to be read before the next one is asked for.
pub struct Field<'a> {
    field: multer::Field<'a>,
    ahead: Arc<AtomicUsize>,
}

impl<'a> Form<'a> {
    /// # Errors
    /// [`FormError::Malformed`] unless the content type is `multipart/form-data` with a boundary.
    pub fn new<E: Error + Send + Sync + 'static>(
        content_type: &str,
        pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'a,
    ) -> Result<Self, FormError> {
        let boundary = multer::parse_boundary(content_type)?;
        let ahead = Arc::new(AtomicUsize::new(0));
        let pieces = pieces.map_err(|error| FormError::Source(Box::new(error))).boxed();
        let paced = Paced { pieces, is_sated: false, ahead: Arc::clone(&ahead) };
        Ok(Self { multipart: Multipart::new(paced, boundary), ahead })
    }

    /// The next field, once the one before it is dropped; `None` behind the last.
    ///
    /// # Errors
    /// The form is malformed or ends too early, or its source failed.
    pub async fn next_field(&mut self) -> Result<Option<Field<'a>>, FormError> {
        let field = self.multipart.next_field().await?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(field.map(|field| Field { field, ahead: Arc::clone(&self.ahead) }))
    }
}

impl Field<'_> {
    /// Empty when it has none.
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// As [`Form::next_field`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, FormError> {
        let piece = self.field.chunk().await?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(piece)
    }
}

impl From<multer::Error> for FormError {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamReadFailed(cause) => cause.downcast().map_or_else(Self::Source, |error| *error),
            error => Self::Malformed(error),
        }
    }
}

/// Lets the parser have one piece at a time. It takes all that it can get, whether it needs it or not (rwf2/multer, issue 62), so
/// a client that sends faster than the disk writes would fill the memory.
struct Paced<'a> {
    pieces: BoxStream<'a, Result<Bytes, FormError>>,
    /// Whether the parser has to look at a piece before it gets another.
    is_sated: bool,
    /// Bytes given since the parser last found something.
    ahead: Arc<AtomicUsize>,
}

impl Stream for Paced<'_> {
    type Item = Result<Bytes, FormError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.is_sated) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.pieces.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.is_sated = true;
            if self.ahead.fetch_add(piece.len(), Ordering::Relaxed) > MOST_AHEAD {
                return Poll::Ready(Some(Err(FormError::Endless)));
            }
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use proptest::prelude::*;
    use std::io;

    const TYPE: &str = "multipart/form-data; boundary=x";

    type Fields = Vec<(String, Option<String>, Vec<u8>)>;

    /// Reads all fields of a form that arrives in pieces of this size.
    fn read(form: &[u8], size: usize) -> Result<Fields, FormError> {
        let pieces = form.chunks(size).map(|piece| Ok::<_, io::Error>(Bytes::copy_from_slice(piece)));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut form = Form::new(TYPE, stream::iter(pieces))?;
            let mut fields = Vec::new();
            while let Some(mut field) = form.next_field().await? {
                let mut bytes = Vec::new();
                while let Some(piece) = field.next().await? {
                    bytes.extend_from_slice(&piece);
                }
                fields.push((field.name().to_owned(), field.file_name().map(str::to_owned), bytes));
            }
            Ok(fields)
        })
    }

    fn part(head: &str, content: &[u8]) -> Vec<u8> {
        [format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
    }

    #[test]
    fn fields_are_found_in_order_however_they_arrive() {
        let tricky = b"\r\n--\r\n-x--x\r\n--y\r\n\r";
        let form =
            [part("name=\"键\"", b""), part("name=file; filename=\"a \\\"b\\\".txt\"", tricky), b"--x--\r\n".to_vec()].concat();
        for size in [1, 2, 3, 7, 50, 1000] {
            let fields = read(&form, size).expect("a form");
            let expected =
                [("键".to_owned(), None, vec![]), ("file".to_owned(), Some("a \"b\".txt".to_owned()), tricky.to_vec())];
            assert_eq!(fields, expected, "{size}");
        }
    }

    #[test]
    fn what_is_no_form_is_malformed() {
        for form in ["", "x", "--x\r\n", "--x\r\n\r\na", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\na\r\n--y--"] {
            assert!(matches!(read(form.as_bytes(), 3), Err(FormError::Malformed(_))), "{form:?}");
        }
        for content_type in ["", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x"] {
            let opened = Form::new(content_type, stream::empty::<io::Result<Bytes>>());
            assert!(matches!(opened, Err(FormError::Malformed(_))), "{content_type}");
        }
    }

    #[test]
    fn a_head_without_an_end_is_not_waited_for() {
        for beginning in ["", "--x\r\nContent-Disposition: "] {
            let form = [beginning.as_bytes(), &vec![b'a'; 2 * MOST_AHEAD]].concat();
            assert!(matches!(read(&form, 64 << 10), Err(FormError::Endless)), "{beginning:?}");
        }
    }

    #[test]
    fn a_field_may_be_longer_than_what_is_kept() {
        let content = vec![b'\r'; 3 * MOST_AHEAD];
        let form = [part("name=a", &content), b"--x--".to_vec()].concat();
        assert!(read(&form, 512 << 10).expect("a form")[0].2 == content);
    }

    #[test]
    fn a_source_that_fails_says_why() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let pieces = stream::iter([Ok(Bytes::from_static(b"--x")), Err(io::Error::other("broken"))]);
        let failed = runtime.block_on(async { Form::new(TYPE, pieces)?.next_field().await.map(|_| ()) });
        assert!(matches!(&failed, Err(FormError::Source(cause)) if cause.to_string() == "broken"), "{failed:?}");
    }

    proptest! {
        #[test]
        fn any_content_survives(contents: Vec<Vec<u8>>, size in 1usize..200) {
            let has_boundary = |content: &Vec<u8>| content.windows(4).any(|window| window == b"\n--x");
            prop_assume!(!contents.is_empty() && !contents.iter().any(has_boundary));
            let parts = contents.iter().enumerate().flat_map(|(index, content)| part(&format!("name=\"{index}\""), content));
            let form: Vec<u8> = parts.chain(*b"--x--").collect();
            let expected: Fields =
                contents.into_iter().enumerate().map(|(index, content)| (index.to_string(), None, content)).collect();
            prop_assert_eq!(read(&form, size).expect("a form"), expected);
        }

        #[test]
        fn no_bytes_panic_the_parser(bytes: Vec<u8>, text in "(--x|\r\n|Content-Disposition|form-data|[:;=\" a-z-]){0,20}") {
            let _ = read(&bytes, 5);
            let _ = read(text.as_bytes(), 5);
            let _ = read(&[b"--x\r\n", bytes.as_slice()].concat(), 5);
        }
    }
}
