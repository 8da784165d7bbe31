//! Reading a request's body: counted, hashed against what was signed, and not for ever.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use object_store::{PutPayload, PutPayloadMut};
use sohoa_model::hash::Hasher;
use sohoa_wire::{Hash, ProblemKind};
use tokio::time::Instant;

use crate::Refusal;

/// A body may take so long before its rate counts.
const PATIENCE: Duration = Duration::from_secs(10);
/// The slowest rate that is waited for, in bytes a second.
pub const SLOWEST: u64 = 8 * 1024;
/// Pieces with fewer bytes are put together to pieces of so many: more room than that is kept for none.
const SMALL: usize = 8 * 1024;

/// Reads a body of at most `limit` bytes that must have a digest.
pub async fn read(body: Body, limit: usize, digest: Hash) -> Result<Bytes, Refusal> {
    let bytes = read_any(body, limit).await?;
    if Hash::of(&bytes) != digest {
        return Err(Refusal::new(ProblemKind::DigestMismatch));
    }
    Ok(bytes)
}

/// The same in the pieces that it came in, which are hashed while the next ones are on their way.
pub async fn read_pieces(body: Body, limit: usize, digest: Hash) -> Result<PutPayload, Refusal> {
    let (mut pieces, mut hasher) = (PutPayloadMut::new().with_block_size(SMALL), Hasher::new());
    each(body, limit, |piece| {
        hasher.update(&piece);
        // A small piece would keep the buffer that it came in.
        match piece.len() < SMALL {
            true => pieces.extend_from_slice(&piece),
            false => pieces.push(piece),
        }
    })
    .await?;
    if Hash::from(hasher.finish()) != digest {
        return Err(Refusal::new(ProblemKind::DigestMismatch));
    }
    Ok(pieces.freeze())
}

/// Reads a body of at most `limit` bytes.
pub async fn read_any(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let stated = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut read = Vec::with_capacity(stated.min(limit));
    each(body, limit, |piece| read.extend_from_slice(&piece)).await?;
    Ok(Bytes::from(read))
}

/// Takes the pieces of a body of at most `limit` bytes; a sender slower than 8 KiB a second is cut off.
async fn each(mut body: Body, limit: usize, mut take: impl FnMut(Bytes)) -> Result<(), Refusal> {
    let (began, mut read) = (Instant::now(), 0);
    loop {
        let patience = PATIENCE + Duration::from_secs(read as u64 / SLOWEST);
        let frame = tokio::time::timeout_at(began + patience, body.frame());
        let Ok(frame) = frame.await else { return Err(Refusal::new(ProblemKind::RequestTimeout)) };
        let Some(frame) = frame else { return Ok(()) };
        let frame = frame.map_err(|error| Refusal::new(ProblemKind::Malformed).because(error))?;
        let Ok(data) = frame.into_data() else { continue };
        if read + data.len() > limit {
            return Err(Refusal::new(ProblemKind::TooLarge).detail(format!("over {limit} bytes")));
        }
        read += data.len();
        take(data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn a_body_is_counted_and_compared() {
        run(async {
            let digest = Hash::of(b"abc");
            assert_eq!(read(Body::from("abc"), 3, digest).await.unwrap(), "abc");
            let kind = |body, limit| async move { read(Body::from(body), limit, digest).await.unwrap_err().kind };
            assert_eq!(kind("abcd", 3).await, ProblemKind::TooLarge);
            assert_eq!(kind("abd", 3).await, ProblemKind::DigestMismatch);
            let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
            for lengths in [vec![1, 2, 9_000, 3, 70_000], vec![1; 300], vec![8_192]] {
                let pieces: Vec<Bytes> = lengths
                    .iter()
                    .cycle()
                    .scan(0, |at, length| {
                        let end = (*at + length).min(text.len());
                        let piece = Bytes::copy_from_slice(&text[std::mem::replace(at, end)..end]);
                        (!piece.is_empty()).then_some(piece)
                    })
                    .collect();
                let stream = || {
                    Body::from_stream(futures_util::stream::iter(
                        pieces.clone().into_iter().map(Ok::<_, std::io::Error>),
                    ))
                };
                let read = read_pieces(stream(), text.len(), Hash::of(&text)).await.unwrap();
                assert_eq!(Bytes::from(read), text, "{lengths:?}");
                let long = read_pieces(stream(), text.len() - 1, Hash::of(&text)).await;
                assert_eq!(long.unwrap_err().kind, ProblemKind::TooLarge);
                let wrong = read_pieces(stream(), text.len(), digest).await;
                assert_eq!(wrong.unwrap_err().kind, ProblemKind::DigestMismatch);
            }
        });
    }

    #[test]
    fn a_sender_that_says_nothing_is_cut_off() {
        run(async {
            tokio::time::pause();
            let silent = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
            let refusal = read(silent, 3, Hash::of(b"")).await.unwrap_err();
            assert_eq!(refusal.kind, ProblemKind::RequestTimeout);
        });
    }
}
