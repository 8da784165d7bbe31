//! Taking the hub's answer from a disk: what it acknowledges, why it refused, and what was decided meanwhile.
//!
//! Everything is looked through before anything is believed: the signature of the hub that enrolled this station, then
//! that the folder holds what was signed and nothing else. An answer that is older than what is known changes nothing.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use sohoa_catalog::outbox::{SyncHealth, SyncState};
use sohoa_model::{Act, Cancel, Sha256, crash};
use sohoa_store::{StoreError, carried};
use sohoa_wire::age::Opened;
use sohoa_wire::bundle::{self, Answer, BundleReceipt, Entry, Listed};
use sohoa_wire::signed::{Signed, Statement};
use sohoa_wire::{Ack, Hash, ProblemKind, PublicKey, SecretKey, StationId, codec, json, limits};

use crate::enrol;
use crate::error::{Misfit, SyncError};
use crate::feed::{self, Received};
use crate::run::{Station, SyncOutcome};
use crate::standing::{self, Seen};

/// Bytes of a signed answer, at most.
const ANSWER_BYTES: u64 = limits::LINE_BYTES as u64;

/// What an answer said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// Records that the hub acknowledged by it.
    pub acknowledged: u64,
    /// Whether it is older than what is known, so that it changed nothing of that.
    pub is_old: bool,
    /// What became of the bundles on the disk.
    pub receipts: Vec<BundleReceipt>,
    /// Bundles that are on their way and that it says nothing of, by their first and last position: they were not on this
    /// disk, or the hub did not believe them.
    pub unanswered: Vec<(u64, u64)>,
    /// What came down, and what waits still.
    pub sync: SyncOutcome,
}

/// Takes the answer to this station that lies in a folder.
pub fn take(station: &Station<'_>, folder: &Path, cancel: &Cancel) -> Result<Taken, SyncError> {
    let catalog = station.catalog;
    let state = standing::begin(catalog)?;
    let place = folder.join(bundle::answer_folder(StationId(state.station)));
    let hub_key = enrol::receipt(&state)?.hub_public_key;
    let (answer, entries) = read(&place, &state, &hub_key, cancel)?;
    let ack = json::canonical(&answer.ack).ok().and_then(|text| Signed::<Ack>::read(text.as_bytes(), &hub_key).ok());
    let ack = ack.filter(|ack| ack.statement.station == answer.station && ack.statement.epoch == answer.epoch);
    let ack = ack.ok_or_else(|| SyncError::BadAnswer(place.join(bundle::ANSWER)))?;
    let mut taken = Taken { receipts: answer.receipts.clone(), ..Taken::default() };

    let said = &ack.statement;
    let is_newer = said.generation > state.generation;
    taken.is_old = said.generation < state.generation || (!is_newer && said.seq < state.acknowledged);
    if !taken.is_old {
        let (seq, chain, generation, stable) = (said.seq, said.chain, said.generation, said.stable_seq);
        let seen = Seen { seq, chain, generation, stable, at: answer.at.0, text: &ack.text };
        standing::stand(catalog, &state, &seen, &station.act())?;
        taken.acknowledged = seq.saturating_sub(state.acknowledged);
    }
    let state = catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;
    crash::point("bundle.answer-taken");

    let received = feed(station, &place, &answer, &entries, &state)?;
    (taken.sync.received, taken.sync.applied) = (received.records, received.applied);
    (taken.sync.waiting, taken.sync.refused) = (received.waiting, received.refused);
    if !taken.is_old {
        taken.unanswered = unanswered(station, &taken.receipts)?;
        heed(station, &taken.receipts)?;
    }
    taken.sync.backlog = catalog.backlog()?;
    if taken.sync.backlog.marked + taken.sync.backlog.unacknowledged == 0 {
        catalog.nothing_waited(&station.act())?;
    }
    Ok(taken)
}

/// The answer to this station and its list.
fn read(
    place: &Path,
    state: &SyncState,
    hub_key: &PublicKey,
    cancel: &Cancel,
) -> Result<(Answer, Vec<Entry>), SyncError> {
    let is_mine = |answer: &Answer| {
        answer.format == bundle::ANSWER_FORMAT && answer.station.0 == state.station && answer.epoch == state.epoch
    };
    let listed = |answer: &Answer| is_mine(answer).then_some((answer.list, answer.sealed));
    signed(place, &state.hub, hub_key, &listed, cancel)
}

/// What a hub said in a folder, and the list of what lies beside it: signed by it and whole. `listed` tells the list of a
/// statement, and whether its files are sealed, or nothing if the statement is meant for somebody else.
pub(crate) fn signed<T: Statement>(
    place: &Path,
    hub: &str,
    hub_key: &PublicKey,
    listed: &dyn Fn(&T) -> Option<(Listed, bool)>,
    cancel: &Cancel,
) -> Result<(T, Vec<Entry>), SyncError> {
    if !place.is_dir() {
        return Err(SyncError::NoAnswer(place.to_owned()));
    }
    let bad = |name: &str| SyncError::BadAnswer(place.join(name));
    let complete = carried::read_small(place, bundle::COMPLETE, 100)?;
    let text = carried::read_small(place, bundle::ANSWER, ANSWER_BYTES)?;
    if String::from_utf8_lossy(&complete).trim() != Hash::of(&text).to_string() {
        return Err(bad(bundle::ANSWER));
    }
    let signed = Signed::<T>::read(&text, hub_key)
        .map_err(|_| SyncError::Untrusted { hub: hub.to_owned(), what: Misfit::Answer })?;
    let (wanted, sealed) = listed(&signed.statement).ok_or_else(|| SyncError::NoAnswer(place.to_owned()))?;
    let list = carried::read_small(place, bundle::LIST, wanted.bytes.min(bundle::LIST_BYTES))?;
    if list.len() as u64 != wanted.bytes || Hash::of(&list) != wanted.sha256 {
        return Err(bad(bundle::LIST));
    }
    let entries = bundle::read_list(&list).map_err(|_| bad(bundle::LIST))?;
    let mut listed: BTreeMap<String, (u64, Sha256)> = entries
        .iter()
        .map(|entry| (entry.path(sealed), (entry.stored().bytes, entry.stored().sha256.into())))
        .collect();
    for (name, bytes) in [(bundle::COMPLETE, &complete), (bundle::ANSWER, &text), (bundle::LIST, &list)] {
        listed.insert(name.to_owned(), (bytes.len() as u64, Sha256::of(bytes)));
    }
    carried::check(place, &listed, cancel)?;
    Ok((signed.statement, entries))
}

/// Keeps and applies the feed, if it goes on where this station is; the files that it names go into the vault first.
fn feed(
    station: &Station<'_>,
    place: &Path,
    answer: &Answer,
    entries: &[Entry],
    state: &SyncState,
) -> Result<Received, SyncError> {
    let (catalog, act) = (station.catalog, || station.act());
    let mut received = Received::default();
    // Cursors of another database count other things.
    let is_of_this_feed = answer.generation == state.generation;
    if is_of_this_feed && answer.feed_after <= state.feed_cursor && answer.feed_next > state.feed_cursor {
        for entry in entries {
            let path = entry.path(answer.sealed);
            match entry {
                Entry::File { file, .. } => {
                    let plain = plain(station.key, place, &path, answer.sealed)?;
                    keep_file(station, file.sha256.into(), plain, place.join(&path))?;
                }
                Entry::Lines { .. } => {
                    let lines = lines(station.key, place, &path, answer.sealed)?;
                    let lines = lines.iter().map(Vec::as_slice);
                    // The cursor moves with the last piece: one that is kept twice is there once.
                    received.records +=
                        feed::keep(catalog, lines, state.feed_cursor, &act()).map_err(|fault| fault.at(&state.hub))?;
                }
            }
        }
        catalog.receive_feed(&[], answer.feed_next, &act())?;
    }
    feed::apply_waiting(station, None, &mut received)?;
    Ok(received)
}

/// A file of the answer without its seal.
fn plain(key: &SecretKey, place: &Path, path: &str, sealed: bool) -> Result<Box<dyn Read>, SyncError> {
    let file = carried::open(place, path)?;
    match sealed {
        false => Ok(Box::new(file)),
        true => match Opened::new(key, file) {
            Ok(opened) => Ok(Box::new(opened)),
            Err(_) => Err(SyncError::BadAnswer(place.join(path))),
        },
    }
}

/// The lines of a piece, without its seal.
pub(crate) fn lines(key: &SecretKey, place: &Path, path: &str, sealed: bool) -> Result<Vec<Vec<u8>>, SyncError> {
    let mut body = Vec::new();
    let most = limits::BATCH_COMPRESSED_BYTES as u64 + 1;
    let read = plain(key, place, path, sealed)?.take(most).read_to_end(&mut body);
    read.map_err(|error| StoreError::read(place.join(path), error))?;
    codec::decode(&body).map_err(|_| SyncError::BadAnswer(place.join(path)))
}

fn keep_file(
    station: &Station<'_>,
    sha256: Sha256,
    mut plain: Box<dyn Read>,
    path: std::path::PathBuf,
) -> Result<(), SyncError> {
    if station.vault.verify(&sha256).is_ok() {
        return Ok(());
    }
    let mut file = station.vault.begin()?;
    io::copy(&mut plain, &mut file).map_err(|error| StoreError::read(&path, error))?;
    match station.vault.finish(file)?.sha256 == sha256 {
        true => Ok(()),
        false => Err(SyncError::BadAnswer(path)),
    }
}

/// The bundles on their way that no receipt speaks of, nor of one that was written later in their place.
fn unanswered(station: &Station<'_>, receipts: &[BundleReceipt]) -> Result<Vec<(u64, u64)>, SyncError> {
    let on_their_way = station.catalog.bundles_on_their_way()?.into_iter().map(|bundle| (bundle.first, bundle.last));
    let is_answered =
        |(first, last): &(u64, u64)| receipts.iter().any(|receipt| receipt.first <= *first && *last <= receipt.last);
    Ok(on_their_way.filter(|range| !is_answered(range)).collect())
}

/// Heeds the refusals that still stand; where there is none that waits for a person, nothing is against sending.
fn heed(station: &Station<'_>, receipts: &[BundleReceipt]) -> Result<(), SyncError> {
    let catalog = station.catalog;
    let acknowledged = catalog.sync_state()?.map_or(0, |state| state.acknowledged);
    let mut is_fine = !receipts.is_empty();
    for receipt in receipts {
        let Some(problem) = &receipt.refused else { continue };
        // What was acknowledged or withheld meanwhile is settled: an answer may be taken twice.
        let stands = match problem.seq {
            Some(seq) => seq > acknowledged && catalog.withheld_lines(seq, seq)?.is_empty(),
            None => receipt.last > acknowledged,
        };
        if stands {
            is_fine &= problem.kind().is_none_or(|kind| kind == ProblemKind::Held || kind.is_passing());
            refusal(station, problem.kind(), problem.seq, &problem.title)?;
        }
    }
    if is_fine {
        catalog.set_sync_health(SyncHealth::Fine, "", &station.act())?;
    }
    Ok(())
}

/// What a refusal means here: a hold is one here too, and what trying again does not mend waits for a person.
fn refusal(station: &Station<'_>, kind: Option<ProblemKind>, seq: Option<u64>, title: &str) -> Result<(), SyncError> {
    let (catalog, act) = (station.catalog, station.act());
    match kind {
        Some(ProblemKind::Held) => {
            if let Some(code) = seq.map(|seq| catalog.dossier_of_line(seq)).transpose()?.flatten() {
                let by = Act { operator: "hub".to_owned(), ..act };
                // One that is held already stays so.
                if let Err(error) = catalog.hold(&code, title, &by) {
                    tracing::warn!(code, %error, "a hold that the hub ordered");
                }
            }
            Ok(())
        }
        Some(ProblemKind::EpochFenced) => {
            let why = "another machine was enrolled in this one's place";
            Err(standing::stop(catalog, SyncHealth::Fenced, why, &act)?)
        }
        Some(kind) if !kind.is_passing() => {
            let line = seq.map(|seq| format!(" (#{seq})")).unwrap_or_default();
            catalog.set_sync_health(SyncHealth::Refused, &format!("{}: {title}{line}", kind.code()), &act)?;
            Ok(())
        }
        _ => Ok(()),
    }
}
