//! Files go up before the records that name them: asked for by hash, hashed again while they are read, resumable by part.

use std::io::Read;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use sohoa_model::{Cancel, Sha256};
use sohoa_store::Vault;
use sohoa_wire::api::{FileOffer, FilesMissing, FilesQuery, UploadBegin, UploadState};
use sohoa_wire::{Hash, ProblemKind, json, limits};

use crate::error::SyncError;
use crate::hub::{Content, Hub, Refusal};

/// Files on their way at once: one less than the hub takes requests of a station, for what a network repeats.
const AT_ONCE: usize = 3;

/// Whether a file, told by its hash and bytes, may still go.
pub(crate) type MayGo<'a> = &'a dyn Fn(&(Sha256, u64)) -> Result<bool, SyncError>;

/// What became of the files that were to go up.
#[derive(Debug, Default)]
pub(crate) struct Uploaded {
    /// Files that the hub took now.
    pub(crate) sent: Vec<Sha256>,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Files that are not what their hash says, or are gone.
    pub(crate) damaged: Vec<Sha256>,
}

/// Sends those of some files that the hub lacks and that may go.
pub(crate) fn upload(
    hub: &Hub<'_>,
    vault: &Vault,
    files: &[(Sha256, u64)],
    may_go: MayGo<'_>,
    cancel: &Cancel,
) -> Result<Uploaded, SyncError> {
    let mut uploaded = Uploaded::default();
    for some in files.chunks(limits::QUERY_FILES) {
        let offers = some.iter().map(|(sha256, bytes)| FileOffer { sha256: (*sha256).into(), bytes: *bytes }).collect();
        let question = json::canonical(&FilesQuery { files: offers }).map_err(|_| hub.answer("a question too long"))?;
        let reply = hub.post_json("/v1/files/query", question.as_bytes())?;
        let FilesMissing { missing, part_bytes } =
            serde_json::from_slice(&reply.body).map_err(|_| hub.answer("/v1/files/query"))?;
        let wanted = some.iter().filter(|(sha256, _)| missing.contains(&Hash::from(*sha256)));
        send(hub, vault, &mut wanted.copied(), part_bytes, may_go, cancel, &mut uploaded)?;
    }
    Ok(uploaded)
}

/// Sends files, some at once; the first that fails ends it when those that are on their way have arrived.
fn send(
    hub: &Hub<'_>,
    vault: &Vault,
    files: &mut dyn Iterator<Item = (Sha256, u64)>,
    part_bytes: u64,
    may_go: MayGo<'_>,
    cancel: &Cancel,
    uploaded: &mut Uploaded,
) -> Result<(), SyncError> {
    let (give, take) = mpsc::channel::<(Sha256, u64)>();
    let (tell, told) = mpsc::channel();
    let take = Mutex::new(take);
    let next = || take.lock().unwrap_or_else(PoisonError::into_inner).recv();
    let mut note = |(sha256, bytes, sent): (Sha256, u64, Result<bool, SyncError>)| match sent {
        Ok(true) => {
            uploaded.bytes += bytes;
            uploaded.sent.push(sha256);
            Ok(())
        }
        Ok(false) => {
            uploaded.damaged.push(sha256);
            Ok(())
        }
        Err(error) => Err(error),
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            let tell = tell.clone();
            scope.spawn(move || {
                while let Ok((sha256, bytes)) = next() {
                    let sent = one(hub, vault, sha256, bytes, part_bytes, cancel);
                    if tell.send((sha256, bytes, sent)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(tell);
        let (mut done, mut on_their_way) = (Ok(()), 0);
        for file in files {
            // Somebody is free when the file goes: a hold that came while others were sent counts for what is not sent yet.
            if on_their_way == AT_ONCE
                && let Ok(one) = told.recv()
            {
                on_their_way -= 1;
                done = note(one);
            }
            done = done.and_then(|()| if cancel.is_requested() { Err(SyncError::Cancelled) } else { Ok(()) });
            match done.and_then(|()| may_go(&file)) {
                Ok(true) => {
                    on_their_way += 1;
                    give.send(file).unwrap_or_default();
                    done = Ok(());
                }
                Ok(false) => done = Ok(()),
                Err(error) => {
                    done = Err(error);
                    break;
                }
            }
        }
        drop(give);
        told.iter().map(&mut note).fold(done, Result::and)
    })
}

/// Takes a file back that no record names; one that is named stays.
pub(crate) fn take_back(hub: &Hub<'_>, sha256: Sha256) -> Result<(), SyncError> {
    match hub.ask("DELETE", &format!("/v1/files/{sha256}"), Content::default()) {
        Ok(_) => Ok(()),
        Err(Refusal::Problem(problem))
            if matches!(problem.kind(), Some(ProblemKind::Referenced | ProblemKind::NotFound)) =>
        {
            Ok(())
        }
        Err(refusal) => Err(hub.failure(refusal)),
    }
}

/// Sends one file; false if it is damaged here.
fn one(
    hub: &Hub<'_>,
    vault: &Vault,
    sha256: Sha256,
    bytes: u64,
    part_bytes: u64,
    cancel: &Cancel,
) -> Result<bool, SyncError> {
    let Ok(file) = vault.open(&sha256) else { return Ok(false) };
    if bytes <= part_bytes.min(limits::PART_BYTES) {
        let mut body = Vec::new();
        if file.take(bytes + 1).read_to_end(&mut body).is_err() || Sha256::of(&body) != sha256 {
            return Ok(false);
        }
        let content = Content { body: &body, media_type: Some("application/octet-stream"), ..Content::default() };
        hub.call("PUT", &format!("/v1/files/{sha256}"), content)?;
        return Ok(true);
    }
    // Hashed before the first byte goes: a damaged file must not keep an upload of the hub open.
    if vault.verify(&sha256).is_err() {
        return Ok(false);
    }
    in_parts(hub, file, sha256, bytes, cancel)
}

/// Sends a file in parts, from the one that the hub lacks.
fn in_parts(
    hub: &Hub<'_>,
    mut file: std::fs::File,
    sha256: Sha256,
    bytes: u64,
    cancel: &Cancel,
) -> Result<bool, SyncError> {
    use std::io::{Seek, SeekFrom};

    let question = json::canonical(&UploadBegin { bytes }).map_err(|_| hub.answer("a question too long"))?;
    let reply = hub.post_json(&format!("/v1/files/{sha256}/upload"), question.as_bytes())?;
    let state: UploadState = serde_json::from_slice(&reply.body).map_err(|_| hub.answer("upload"))?;
    if state.part_bytes == 0 || state.part_bytes > 8 * limits::PART_BYTES {
        return Err(hub.answer("a senseless size of parts"));
    }
    let parts = bytes.div_ceil(state.part_bytes);
    let mut next = state.next_part;
    while next < parts {
        if cancel.is_requested() {
            return Err(SyncError::Cancelled);
        }
        let mut body = Vec::new();
        let is_read = file.seek(SeekFrom::Start(next * state.part_bytes)).is_ok()
            && file.by_ref().take(state.part_bytes).read_to_end(&mut body).is_ok();
        if !is_read {
            return Ok(false);
        }
        let content = Content { body: &body, media_type: Some("application/octet-stream"), ..Content::default() };
        match hub.ask("PUT", &format!("/v1/files/{sha256}/parts/{next}"), content) {
            Ok(_) => next += 1,
            // Another hub of the same store got further, or the last answer was lost.
            Err(Refusal::Problem(problem)) if problem.kind() == Some(ProblemKind::PartOutOfOrder) => {
                let told = problem.next_part.filter(|told| *told != next && *told <= parts);
                next = told.ok_or_else(|| hub.answer("a senseless part"))?;
            }
            Err(refusal) => return Err(hub.failure(refusal)),
        }
    }
    Ok(true)
}
