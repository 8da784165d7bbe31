//! A connection whose answers do not wait for ever: who asks and does not read what comes is cut off.
//!
//! The writes of an answer may wait as long as its patience altogether, and one second more for each 8 KiB that were taken; the
//! next request begins anew. So a slow line is served, and neither silence nor dripping keeps a connection; how long the
//! answer itself is waited for, as when the store is slow, is not the reader's.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::body::SLOWEST;

/// A stream with patience.
pub struct Patient<S> {
    stream: S,
    patience: Duration,
    waiting: Option<Waiting>,
}

/// An answer that had to wait.
struct Waiting {
    /// How long writes waited that came to their end.
    before: Duration,
    /// Since when one waits.
    since: Option<Instant>,
    written: u64,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    /// A stream that waits so long.
    pub fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, waiting: None }
    }

    /// Takes note of what a write came to.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
        written: fn(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match poll {
            Poll::Ready(done) => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.before += waiting.since.take().map_or(Duration::ZERO, |since| since.elapsed());
                    waiting.written += done.as_ref().map_or(0, written) as u64;
                }
                Poll::Ready(done)
            }
            Poll::Pending => {
                let now = Instant::now();
                let waiting = self.waiting.get_or_insert_with(|| {
                    let alarm = Box::pin(tokio::time::sleep_until(now + self.patience));
                    Waiting { before: Duration::ZERO, since: None, written: 0, alarm }
                });
                let may = self.patience + Duration::from_secs(waiting.written / SLOWEST);
                let end = *waiting.since.get_or_insert(now) + may.saturating_sub(waiting.before);
                if waiting.alarm.deadline() != end {
                    waiting.alarm.as_mut().reset(end);
                }
                if waiting.alarm.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                tracing::info!(written = waiting.written, "an answer was not read in time");
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.waiting = None;
        }
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, poll, |written| *written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.judge(context, poll, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, poll, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(context, poll, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Writes to a reader who takes so many bytes a second; the answer is how long it went well, and whether to its end.
    async fn write(bytes: usize, a_second: usize) -> (Duration, bool) {
        let (near, mut far) = tokio::io::duplex(1024);
        let reader = tokio::spawn(async move {
            let mut taken = vec![0; a_second];
            while a_second > 0 && far.read_exact(&mut taken).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            // It holds its end, as who only waits does.
            std::future::pending::<()>().await;
        });
        let (mut stream, began) = (Patient::new(near, PATIENCE), Instant::now());
        let done = stream.write_all(&vec![7; bytes]).await;
        reader.abort();
        if let Err(error) = &done {
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
        (began.elapsed(), done.is_ok())
    }

    #[tokio::test]
    async fn who_reads_nothing_or_too_slowly_is_cut_off_and_who_reads_slowly_is_not() {
        tokio::time::pause();
        let (after, whole) = write(10_000_000, 0).await;
        assert!(!whole && (PATIENCE..PATIENCE * 2).contains(&after), "{after:?}");
        let (after, whole) = write(10_000_000, 1024).await;
        assert!(!whole && (PATIENCE..PATIENCE * 2).contains(&after), "{after:?}");
        let (after, whole) = write(10_000_000, 16 * 1024).await;
        assert!(whole && after > PATIENCE * 10, "{after:?}");
    }

    #[tokio::test]
    async fn what_the_answer_itself_waits_for_is_not_the_readers() {
        tokio::time::pause();
        let (near, mut far) = tokio::io::duplex(1024);
        let reader = tokio::spawn(async move {
            let mut taken = [0; 512];
            while far.read_exact(&mut taken).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        let mut stream = Patient::new(near, PATIENCE);
        for _ in 0..4 {
            stream.write_all(&[7; 16 * 1024]).await.unwrap();
            assert!(stream.waiting.is_some(), "it had to wait for a moment");
            tokio::time::sleep(PATIENCE * 2).await;
        }
        reader.abort();
    }

    #[tokio::test]
    async fn the_waits_of_an_answer_are_added_up_over_its_pauses() {
        tokio::time::pause();
        let (near, mut far) = tokio::io::duplex(1024);
        let reader = tokio::spawn(async move {
            let mut taken = [0; 1024];
            while far.read_exact(&mut taken).await.is_ok() {
                tokio::time::sleep(PATIENCE / 2).await;
            }
        });
        let mut stream = Patient::new(near, PATIENCE);
        let mut parts = 0;
        while parts < 100 && stream.write_all(&[7; 1024]).await.is_ok() {
            parts += 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!((2..6).contains(&parts), "{parts}");
        reader.abort();
    }

    #[tokio::test]
    async fn the_next_request_has_its_patience_anew() {
        tokio::time::pause();
        let (near, mut far) = tokio::io::duplex(1024);
        let mut stream = Patient::new(near, PATIENCE);
        for _ in 0..4 {
            let (mut answer, mut asked) = (vec![0; 2048], [0; 3]);
            far.write_all(b"get").await.unwrap();
            stream.read_exact(&mut asked).await.unwrap();
            let read = async {
                tokio::time::sleep(PATIENCE / 2).await;
                far.read_exact(&mut answer).await.unwrap();
            };
            let (written, ()) = tokio::join!(stream.write_all(&[7; 2048]), read);
            written.unwrap();
        }
    }
}
