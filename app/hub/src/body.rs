//! Reading a request's body: counted, hashed against what was signed, and not for ever.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use sohoa_wire::{Hash, ProblemKind};
use tokio::time::Instant;

use crate::Refusal;

/// A body may take so long before its rate counts.
const PATIENCE: Duration = Duration::from_secs(10);
/// The slowest rate that is waited for, in bytes a second.
const SLOWEST: u64 = 8 * 1024;

/// Reads a body of at most `limit` bytes that must have a digest.
pub async fn read(body: Body, limit: usize, digest: Hash) -> Result<Bytes, Refusal> {
    let bytes = read_any(body, limit).await?;
    if Hash::of(&bytes) != digest {
        return Err(Refusal::new(ProblemKind::DigestMismatch));
    }
    Ok(bytes)
}

/// Reads a body of at most `limit` bytes; a sender slower than 8 KiB a second is cut off.
pub async fn read_any(mut body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let began = Instant::now();
    let mut read = Vec::new();
    loop {
        let patience = PATIENCE + Duration::from_secs(read.len() as u64 / SLOWEST);
        let frame = tokio::time::timeout_at(began + patience, body.frame());
        let Ok(frame) = frame.await else { return Err(Refusal::new(ProblemKind::RequestTimeout)) };
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|error| Refusal::new(ProblemKind::Malformed).because(error))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > limit {
            return Err(Refusal::new(ProblemKind::TooLarge).detail(format!("over {limit} bytes")));
        }
        read.extend_from_slice(&data);
    }
    Ok(Bytes::from(read))
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
