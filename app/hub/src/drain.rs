//! Bodies that nobody wanted: a refusal is answered before the body was read, and closing a connection with bytes unread
//! makes the kernel reset it, which can take the answer away from the sender. So the rest is read, within limits, first.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Read to the end at most so many bytes: more than any request may have.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// A body that comes back when its reader drops it before its end.
pub struct Lent {
    body: Body,
    back: Option<oneshot::Sender<Body>>,
}

/// Where a lent body comes back to.
pub struct Rest(oneshot::Receiver<Body>);

/// Lends a body to whoever answers the request.
pub fn lend(body: Body) -> (Body, Rest) {
    let (sender, receiver) = oneshot::channel();
    (Body::new(Lent { body, back: Some(sender) }), Rest(receiver))
}

impl Rest {
    /// Reads what is left of the body, within limits.
    pub async fn drain(mut self) {
        let Ok(body) = self.0.try_recv() else { return };
        let (until, mut left) = (Instant::now() + PATIENCE, MOST_BYTES);
        let mut data: BodyDataStream = body.into_data_stream();
        while let Ok(Some(Ok(bytes))) = tokio::time::timeout_at(until, data.next()).await {
            match left.checked_sub(bytes.len()) {
                Some(less) => left = less,
                None => return,
            }
        }
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take()
            && !self.body.is_end_stream()
        {
            // Nobody waits for it any more if the connection is gone.
            let _ = back.send(std::mem::take(&mut self.body));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_not_read_comes_back() {
        let chunks = ["ab", "cd"].map(|text| Ok::<_, std::io::Error>(Bytes::from(text)));
        let (lent, rest) = lend(Body::from_stream(futures_util::stream::iter(chunks)));
        let mut data = lent.into_data_stream();
        assert_eq!(data.next().await.unwrap().unwrap(), "ab");
        drop(data);
        let body = { rest }.0.try_recv().unwrap();
        assert_eq!(body.into_data_stream().next().await.unwrap().unwrap(), "cd");
    }

    #[tokio::test]
    async fn draining_ends_when_nothing_comes() {
        tokio::time::pause();
        let silent = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let (lent, rest) = lend(Body::from_stream(silent));
        drop(lent);
        rest.drain().await;
    }
}
