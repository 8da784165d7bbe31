//! A file of a bundle into the store, by the steps of an upload: a row with a key never used before, the object, then the
//! row says durable; a file that is not what its name says is never seen.

use std::io::Read;

use bytes::Bytes;
use sohoa_model::hash::Hasher;
use sohoa_wire::api::FileOffer;
use sohoa_wire::{Hash, ProblemKind, limits};

use crate::api::files;
use crate::auth::Caller;
use crate::metrics::Metrics;
use crate::{Hub, Refusal, hub};

/// Seconds for which nobody else may write a file that is read from a disk; each part begins them anew.
const LEASE_S: i32 = 600;

/// Stores a file; nothing of it stays if its bytes are others.
pub(super) async fn keep(
    hub: &Hub,
    caller: &Caller,
    file: &FileOffer,
    from: &mut (dyn Read + Send),
) -> Result<(), Refusal> {
    if file.bytes > limits::PARTS * limits::PART_BYTES {
        return Err(Refusal::new(ProblemKind::TooLarge).detail(file.sha256.to_string()));
    }
    let key = files::intend(hub, caller, file.sha256, file.bytes, LEASE_S).await?;
    let done = match file.bytes <= limits::PART_BYTES {
        true => whole(hub, &key, file, from).await,
        false => in_parts(hub, &key, file, from).await,
    };
    if let Err(refusal) = done {
        files::give_up(hub, &key).await;
        return Err(refusal);
    }
    files::make_durable(hub, &key).await?;
    Metrics::add(&hub.metrics.files, 1);
    Metrics::add(&hub.metrics.file_bytes, file.bytes);
    Ok(())
}

async fn whole(hub: &Hub, key: &str, file: &FileOffer, from: &mut (dyn Read + Send)) -> Result<(), Refusal> {
    let bytes = piece(file, from, file.bytes + 1)?;
    if bytes.len() as u64 != file.bytes || Hash::of(&bytes) != file.sha256 {
        return Err(other(file));
    }
    Ok(hub.store.put(key, bytes).await?)
}

async fn in_parts(hub: &Hub, key: &str, file: &FileOffer, from: &mut (dyn Read + Send)) -> Result<(), Refusal> {
    let upload = hub.store.begin(key, &hub::random_name()?).await?;
    let done = parts(hub, key, &upload, file, from).await;
    let done = match done {
        Ok(parts) => hub.store.complete(key, &upload, parts).await.map_err(Refusal::from),
        Err(refusal) => Err(refusal),
    };
    if done.is_err() {
        hub.store.abort(key, &upload).await?;
    }
    done
}

async fn parts(
    hub: &Hub,
    key: &str,
    upload: &str,
    file: &FileOffer,
    from: &mut (dyn Read + Send),
) -> Result<Vec<String>, Refusal> {
    let (mut hasher, mut parts) = (Hasher::new(), Vec::new());
    loop {
        let bytes = piece(file, from, limits::PART_BYTES)?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(&bytes);
        if hasher.bytes() > file.bytes {
            return Err(other(file));
        }
        let number = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        parts.push(hub.store.part(key, upload, number, bytes).await?);
        files::renew(hub, key, LEASE_S).await?;
    }
    let is_it = hasher.bytes() == file.bytes && Hash::from(hasher.finish()) == file.sha256;
    if is_it { Ok(parts) } else { Err(other(file)) }
}

fn piece(file: &FileOffer, from: &mut (dyn Read + Send), most: u64) -> Result<Bytes, Refusal> {
    let mut bytes = Vec::new();
    let read = tokio::task::block_in_place(|| from.take(most).read_to_end(&mut bytes));
    read.map_err(|error| super::unreadable(&file.sha256.to_string(), error))?;
    Ok(Bytes::from(bytes))
}

fn other(file: &FileOffer) -> Refusal {
    Refusal::new(ProblemKind::DigestMismatch).detail(file.sha256.to_string())
}
