//! Receiving bundles: what stations wrote on a disk is taken by the code that takes it over the network.
//!
//! First a bundle is looked through to its last byte: signed by the station's key, complete, of exactly what it lists.
//! Only then anything of it is stored: for each batch its files, then the batch, under the same head rule and in the same
//! transaction as any other. Behind a batch that is refused nothing more is taken. What came of it goes back on the same
//! disk (`answer`), with the acknowledgement and the feed.

mod answer;
mod enrolment;
mod file;

pub use enrolment::Admitted;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::Serialize;
use sohoa_model::{Cancel, Sha256, crash};
use sohoa_store::StoreError;
use sohoa_store::carried::{self, CarriedError};
use sohoa_wire::age::{AgeError, Opened};
use sohoa_wire::api::FileOffer;
use sohoa_wire::bundle::{self, BundleReceipt, Entry, Manifest};
use sohoa_wire::enrolment::REQUEST_FOLDER;
use sohoa_wire::{Batch, BatchHeader, Hash, LogLine, ProblemKind, Signed, StationId, limits};
use uuid::Uuid;

use crate::api::{batches, files};
use crate::auth::{self, Caller};
use crate::database::{sql, value};
use crate::refusal::chain_of;
use crate::words::{self, Language};
use crate::{Hub, Refusal, ingest, quota};

/// So many missing files are named in a receipt.
const NAMED: usize = 10;
/// What is said of a bundle that is not believed.
const NOT_BELIEVED: &str =
    "; nothing of it was stored, and the station still has everything: have it write the bundle again";
/// What is said of a bundle of a machine that was replaced.
const FENCED: &str = "; nothing of it was stored: it was written before its station was enrolled again. Keep it until that station has \
    shown that it has everything";
const DISK: &str = "the disk could not be read";

/// Why bundles can't be received at all.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The folder holds none.
    #[error(
        "{0} holds no finished bundle (sohoa-bundle-…) and no request for enrolment (sohoa-enrolment-…); name the folder \
         that they lie in"
    )]
    Nothing(PathBuf),
    /// The medium failed.
    #[error(transparent)]
    Medium(#[from] StoreError),
    /// The hub can't answer now.
    #[error("the hub cannot now: {}", told(.0))]
    Later(Box<Refusal>),
}

/// What came of a folder of bundles.
#[derive(Debug, Default)]
pub struct Reception {
    /// What came of the requests for enrolment, which are answered last.
    pub admitted: Vec<Admitted>,
    /// What came of each, in the order in which they were taken.
    pub bundles: Vec<Received>,
    /// Stations whose answer could not be written, and why; what was taken of theirs is in the hub.
    pub unanswered: Vec<(StationId, ReceiveError)>,
}

/// What came of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The name of its folder.
    pub name: String,
    /// Records that were taken now.
    pub taken: u64,
    /// Records that had been taken before.
    pub had: u64,
    /// Why the rest, or all of it, was refused.
    pub refused: Option<String>,
}

/// Why a bundle is not believed; nothing of it is stored.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Carried(#[from] CarriedError),
    #[error("{0} was changed, or is not finished")]
    Changed(&'static str),
    #[error("it is not signed by the station that it names")]
    Signature,
    #[error("it is of another station than its folder says")]
    Name,
    #[error("the hub does not believe its station ({})", .0.code())]
    Station(ProblemKind),
    #[error("it is of a newer version of the program than this hub")]
    TooNew,
}

/// A bundle that was looked through.
struct Whole {
    manifest: Manifest,
    /// Its batches in their order: where they lie, and their headers.
    batches: Vec<(String, String)>,
    files: BTreeMap<Hash, FileOffer>,
}

/// Takes every bundle in a folder, answers the requests for enrolment in it, and writes the answers beside them.
///
/// What the hub or the disk does not allow now ends with its own station: the others go on, and all are answered.
pub async fn receive(hub: &Hub, folder: &Path) -> Result<Reception, ReceiveError> {
    let (mut found, mut requests) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(|error| StoreError::read(folder, error))? {
        let entry = entry.map_err(|error| StoreError::read(folder, error))?;
        if let Some(name) = entry.file_name().to_str().filter(|name| name.starts_with(REQUEST_FOLDER)) {
            requests.push(name.to_owned());
        }
        if let Some(name) = entry.file_name().to_str().filter(|name| bundle::is_bundle_folder(name)) {
            let mut parts = name.rsplitn(3, '-');
            let last: u64 = parts.next().and_then(|last| last.parse().ok()).unwrap_or(0);
            let first: u64 = parts.next().and_then(|first| first.parse().ok()).unwrap_or(0);
            found.push((parts.next().unwrap_or_default().to_owned(), first, last, name.to_owned()));
        }
    }
    if found.is_empty() && requests.is_empty() {
        return Err(ReceiveError::Nothing(folder.to_owned()));
    }
    requests.sort();
    // In the order of each log.
    found.sort();
    let mut reception = Reception::default();
    let mut stopped = BTreeSet::new();
    let mut answers: BTreeMap<i32, (Caller, u64, Vec<BundleReceipt>)> = BTreeMap::new();
    for (station, .., name) in found {
        let refuse = |name, why: String| Received { name, taken: 0, had: 0, refused: Some(why) };
        if stopped.contains(&station) {
            let why = "not looked at: one before it could not be taken now; run the command again".to_owned();
            reception.bundles.push(refuse(name, why));
            continue;
        }
        let place = folder.join(&name);
        let (caller, whole) = match look_through(hub, &place, &name).await {
            Ok(found) => found,
            Err(fault) => {
                tracing::warn!(name, %fault, "a bundle was refused");
                let mut why = chain_of(&fault);
                match &fault {
                    Fault::Station(ProblemKind::EpochFenced) => why.push_str(FENCED),
                    Fault::Station(kind) if kind.status() >= 500 => {
                        why.push_str("; run the command again");
                        stopped.insert(station);
                    }
                    _ => why.push_str(NOT_BELIEVED),
                }
                reception.bundles.push(refuse(name, why));
                continue;
            }
        };
        let (receipt, later) = take(hub, &caller, &place, &whole).await;
        let BundleReceipt { taken, had, ref refused, .. } = receipt;
        let refused = match later {
            Some(later) => {
                tracing::warn!(name, cause = ?later.cause, "a bundle can't be taken now");
                stopped.insert(station);
                Some(format!("{}; run the command again", told(&later)))
            }
            None => refused.as_ref().map(|problem| {
                let kind = problem.kind().unwrap_or(ProblemKind::Internal);
                let detail = problem.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
                format!("{}{detail}", words::title(kind, Language::English))
            }),
        };
        reception.bundles.push(Received { name, taken, had, refused });
        // The cursor of a database that was restored since counts other things.
        let is_of_this = whole.manifest.generation == hub.generation;
        let cursor = if is_of_this { whole.manifest.feed_cursor } else { 0 };
        if is_of_this && let Err(refusal) = heard(hub, &caller).await {
            tracing::warn!(station = %caller.station, cause = ?refusal.cause, "it is not written down that the station knows of this database");
        }
        let answer = answers.entry(caller.station_no).or_insert((caller, cursor, Vec::new()));
        answer.1 = answer.1.max(cursor);
        answer.2.push(receipt);
    }
    for (caller, cursor, receipts) in answers.into_values() {
        if let Err(error) = answer::write(hub, &caller, folder, cursor, receipts).await {
            reception.unanswered.push((caller.station, error));
        }
        crash::point("bundle.answer-written");
    }
    // Last: what a machine wrote before it was replaced is taken while its enrolment is still the one that counts.
    for name in requests {
        reception.admitted.push(enrolment::take(hub, folder, name).await);
    }
    Ok(reception)
}

async fn look_through(hub: &Hub, place: &Path, name: &str) -> Result<(Caller, Whole), Fault> {
    let complete = carried::read_small(place, bundle::COMPLETE, 100)?;
    let text = carried::read_small(place, bundle::MANIFEST, limits::LINE_BYTES as u64)?;
    if String::from_utf8_lossy(&complete).trim() != Hash::of(&text).to_string() {
        return Err(Fault::Changed(bundle::MANIFEST));
    }
    let said = Signed::<Manifest>::peek(&text).map_err(|_| Fault::Changed(bundle::MANIFEST))?;
    let caller = auth::of_disk(hub, said.station, said.epoch).await.map_err(|refusal| Fault::Station(refusal.kind))?;
    let manifest = Signed::<Manifest>::read(&text, &caller.key).map_err(|_| Fault::Signature)?.statement;
    if manifest.format != bundle::BUNDLE_FORMAT {
        return Err(Fault::TooNew);
    }
    if bundle::bundle_folder(manifest.station, manifest.first, manifest.last) != name {
        return Err(Fault::Name);
    }
    if manifest.list.bytes > bundle::LIST_BYTES {
        return Err(Fault::Changed(bundle::LIST));
    }
    let list = carried::read_small(place, bundle::LIST, manifest.list.bytes)?;
    if list.len() as u64 != manifest.list.bytes || Hash::of(&list) != manifest.list.sha256 {
        return Err(Fault::Changed(bundle::LIST));
    }
    let entries = bundle::read_list(&list).map_err(|_| Fault::Changed(bundle::LIST))?;
    let readme = carried::read_small(place, bundle::README, limits::LINE_BYTES as u64)?;
    let mut listed: BTreeMap<String, (u64, Sha256)> = BTreeMap::new();
    for (name, bytes) in
        [(bundle::COMPLETE, &complete), (bundle::MANIFEST, &text), (bundle::LIST, &list), (bundle::README, &readme)]
    {
        listed.insert(name.to_owned(), (bytes.len() as u64, Sha256::of(bytes)));
    }
    let (mut batches, mut files) = (Vec::new(), BTreeMap::new());
    for entry in entries {
        let path = entry.path(manifest.sealed);
        if listed.insert(path.clone(), (entry.stored().bytes, entry.stored().sha256.into())).is_some() {
            return Err(Fault::Changed(bundle::LIST));
        }
        match entry {
            Entry::Lines { batch: Some(header), .. } => batches.push((path, header)),
            Entry::Lines { batch: None, .. } => return Err(Fault::Changed(bundle::LIST)),
            Entry::File { file, .. } => {
                files.insert(file.sha256, file);
            }
        }
    }
    batches.sort();
    tokio::task::block_in_place(|| carried::check(place, &listed, &Cancel::new()))?;
    Ok((caller, Whole { manifest, batches, files }))
}

/// Takes the batches of a bundle that was looked through, until one is refused; beside it why it can't be taken now.
async fn take(hub: &Hub, caller: &Caller, place: &Path, whole: &Whole) -> (BundleReceipt, Option<Refusal>) {
    let Manifest { id: bundle, first, last, .. } = whole.manifest;
    let mut receipt = BundleReceipt { bundle, first, last, taken: 0, had: 0, refused: None };
    for (path, header) in &whole.batches {
        match take_batch(hub, caller, place, whole, (path, header)).await {
            Ok(Came::Now(count)) => receipt.taken += count,
            Ok(Came::Before(count)) => receipt.had += count,
            Err(refusal) => {
                // What is over a quota stays so until there is room; what the hub can't do now it can do later.
                let is_passing = refusal.kind.status() >= 500 && !quota::is_over(&refusal);
                let later = is_passing.then(|| refusal.clone());
                let mut problem = *refusal.problem;
                words::title(refusal.kind, Language::Vietnamese).clone_into(&mut problem.title);
                problem.missing.truncate(NAMED);
                receipt.refused = Some(problem);
                return (receipt, later);
            }
        }
        crash::point("bundle.received-batch");
    }
    (receipt, None)
}

/// Writes down that a station knows of this database, as its hello over the network would.
async fn heard(hub: &Hub, caller: &Caller) -> Result<(), Refusal> {
    sql("UPDATE station SET generation = $2 WHERE station_no = $1 AND generation <> $2")
        .bind(caller.station_no)
        .bind(hub.generation.cast_signed())
        .execute(&hub.pool)
        .await?;
    Ok(())
}

/// A refusal in words, with what is behind it: whoever runs the command stands at the hub.
fn told(refusal: &Refusal) -> String {
    let mut text = words::title(refusal.kind, Language::English).to_owned();
    let cause = refusal.cause.as_ref().map(|cause| chain_of(&**cause));
    for more in refusal.problem.detail.iter().cloned().chain(cause) {
        text = format!("{text}: {more}");
    }
    text
}

/// When the records of a batch came, and how many they are.
enum Came {
    Now(u64),
    Before(u64),
}

async fn take_batch(
    hub: &Hub,
    caller: &Caller,
    place: &Path,
    whole: &Whole,
    (path, header): (&str, &str),
) -> Result<Came, Refusal> {
    let header = BatchHeader::read(header).map_err(batches::refuse)?;
    if header.station != caller.station {
        return Err(Refusal::new(ProblemKind::NotOwner).detail("the batch is of another station's log"));
    }
    header.verify(&caller.key).map_err(|error| batches::refuse(error.into()))?;
    let claim = header.claim;
    let last = claim.first.saturating_add(claim.count - 1);
    let (head, _) = ingest::read_head(&hub.pool, caller.station_no, "").await?;
    if last <= head.seq {
        return match is_of_the_log(hub, caller, last, &header).await? {
            true => Ok(Came::Before(claim.count)),
            false => Err(ingest::head_moved(hub, &head)),
        };
    }
    let packed = plain(hub, place, path, whole.manifest.sealed, limits::BATCH_COMPRESSED_BYTES as u64)?;
    let batch = Batch::open(header, &packed).map_err(batches::refuse)?;
    // Looked at before its files are stored: behind a gap nothing is worth storing.
    if claim.first != head.seq + 1 || claim.prev != head.chain {
        return Err(ingest::head_moved(hub, &head));
    }
    // Nor is anything of a dossier that is held.
    let (mut dossiers, mut wanted) = (BTreeMap::<Uuid, u64>::new(), BTreeSet::new());
    for (seq, line) in batch.positions() {
        let LogLine::Record(record, _) = line else { continue };
        if let Some(dossier) = record.dossier {
            dossiers.entry(dossier.0).or_insert(seq);
        }
        wanted.extend(record.files.iter().map(|file| file.sha256));
    }
    let held: Option<Uuid> = value("SELECT dossier FROM hold WHERE dossier = ANY($1) AND withdrawn IS NULL LIMIT 1")
        .bind(dossiers.keys().copied().collect::<Vec<_>>())
        .fetch_optional(&hub.pool)
        .await?;
    if let Some(seq) = held.and_then(|dossier| dossiers.get(&dossier)) {
        return Err(Refusal::new(ProblemKind::Held).at(*seq));
    }
    for file in wanted.iter().filter_map(|digest| whole.files.get(digest)) {
        if !files::has(hub, caller, file.sha256).await? {
            let path = bundle::file_path(file.sha256, whole.manifest.sealed);
            file::keep(hub, caller, file, &mut open(hub, place, &path, whole.manifest.sealed)?).await?;
            crash::point("bundle.received-file");
        }
    }
    ingest::take(hub, caller, &batch, &Bytes::from(packed)).await?;
    Ok(Came::Now(claim.count))
}

/// Whether a batch that ends behind the head is part of the log, as far as can be told: where the log was cut at the
/// same place the chains must agree. What was cut elsewhere the station compares itself, with the acknowledgement.
async fn is_of_the_log(hub: &Hub, caller: &Caller, last: u64, header: &BatchHeader) -> Result<bool, Refusal> {
    let chain: Option<Vec<u8>> = value("SELECT chain FROM batch WHERE station_no = $1 AND last_seq = $2")
        .bind(caller.station_no)
        .bind(i64::try_from(last).unwrap_or(i64::MAX))
        .fetch_optional(&hub.pool)
        .await?;
    Ok(chain.is_none_or(|chain| chain == header.claim.chain.0.0))
}

/// A small file of a bundle without its seal.
fn plain(hub: &Hub, place: &Path, path: &str, sealed: bool, limit: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = open(hub, place, path, sealed)?.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(path, error))?;
    match bytes.len() as u64 <= limit {
        true => Ok(bytes),
        false => Err(Refusal::new(ProblemKind::TooLarge).detail(path)),
    }
}

fn open(hub: &Hub, place: &Path, path: &str, sealed: bool) -> Result<Box<dyn Read + Send>, Refusal> {
    let file = carried::open(place, path).map_err(|error| match error {
        CarriedError::Store(error) => Refusal::new(ProblemKind::Unavailable).detail(DISK).because(error),
        error => Refusal::new(ProblemKind::DigestMismatch).detail(path).because(error),
    })?;
    match sealed {
        false => Ok(Box::new(file)),
        true => match Opened::new(&hub.key, file) {
            Ok(opened) => Ok(Box::new(opened)),
            Err(AgeError::Read(error)) => Err(unreadable(path, error)),
            Err(error) => {
                Err(Refusal::new(ProblemKind::DigestMismatch).detail(format!("{path}: {error}")).because(error))
            }
        },
    }
}

/// A seal that does not fit is the station's fault, anything else the disk's: then nothing is said of what it holds.
fn unreadable(path: &str, error: io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            Refusal::new(ProblemKind::DigestMismatch).detail(format!("{path}: {error}")).because(error)
        }
        _ => Refusal::new(ProblemKind::Unavailable).detail(DISK).because(error),
    }
}
