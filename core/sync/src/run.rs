//! One sync: asks the hub how far it is, takes what it decided, then seals and sends what may leave, until nothing waits.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sohoa_catalog::Catalog;
use sohoa_catalog::outbox::{Backlog, Mark, NewLine, Revision, SyncHealth, SyncState};
use sohoa_model::{Act, Cancel, Clock, Sha256};
use sohoa_store::Vault;
use sohoa_wire::api::Hello;
use sohoa_wire::{Chain, KeyId, Kind, ProblemKind, SecretKey, StationId, body};

use crate::enrol;
use crate::error::SyncError;
use crate::feed::{self, Verbs};
use crate::hub::{Content, Hub};
use crate::records::{self, Draft};
use crate::send::Sender;
use crate::standing::{self, Seen};
use crate::upload::{self, Uploaded};
use crate::wanted;

/// Marks that are sealed in one transaction.
const MARKS: usize = 500;
/// A station that has nothing else to say speaks of itself once in so many milliseconds.
const STATION_EVERY: i64 = 60 * 60 * 1000;
/// The largest disk that is told of.
const MOST_BYTES: u64 = 1 << 50;
/// A clock is wrong when it is off by so many milliseconds.
pub const CLOCK_OFF: i64 = 5 * 60 * 1000;

/// The station that syncs.
pub struct Station<'a> {
    /// Its catalog.
    pub catalog: &'a Catalog,
    /// Its vault.
    pub vault: &'a Vault,
    /// The folder of the archive, whose disk is told of.
    pub root: &'a Path,
    /// Its key at the hub.
    pub key: &'a SecretKey,
    /// Its clock.
    pub clock: &'a dyn Clock,
    /// Who has it sync.
    pub operator: &'a str,
    /// Version of this program.
    pub software: &'a str,
    /// How what the hub publishes takes effect here.
    pub verbs: &'a dyn Verbs,
    /// Is told how many records the hub took, of how many that waited when the sync began or have come since.
    pub told: &'a (dyn Fn(u64, u64) + Sync),
}

/// What a sync did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncOutcome {
    /// Records that the hub took.
    pub records: u64,
    /// Files that the hub took.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Records that came down.
    pub received: u64,
    /// Records from above that were applied.
    pub applied: u64,
    /// Records from above of kinds that this program does not apply.
    pub waiting: u64,
    /// Records from above that did not fit what is here.
    pub refused: u64,
    /// Dossiers that were kept back because a file of them is damaged here, with the file.
    pub damaged: Vec<(String, Sha256)>,
    /// Files that the hub lost and that are damaged or gone here too, each with a dossier that names it.
    pub lacking: Vec<(String, Sha256)>,
    /// Files that the hub lost and that stay here, for no dossier that names them may leave.
    pub wanted_kept_back: u64,
    /// Dossiers that were kept back because something of them is more than a record holds.
    pub unwritable: Vec<String>,
    /// What waits still.
    pub backlog: Backlog,
    /// The hub's clock less this station's, in milliseconds.
    pub clock_offset: i64,
}

impl Station<'_> {
    pub(crate) fn act(&self) -> Act {
        Act { at: self.clock.now(), operator: self.operator.to_owned(), software: self.software.to_owned() }
    }
}

/// Syncs once.
pub fn sync(station: &Station<'_>, cancel: &Cancel) -> Result<SyncOutcome, SyncError> {
    let outcome = sync_now(station, cancel);
    // Whatever the hub refuses waits for a person, and the status says so from then on.
    if let Err(SyncError::Refused { kind, title }) = &outcome {
        let health = if *kind == ProblemKind::EpochFenced { SyncHealth::Fenced } else { SyncHealth::Refused };
        station.catalog.set_sync_health(health, title, &station.act())?;
    }
    outcome
}

fn sync_now(station: &Station<'_>, cancel: &Cancel) -> Result<SyncOutcome, SyncError> {
    let state = standing::begin(station.catalog)?;
    let key_id = KeyId::Station(StationId(state.station), state.epoch);
    let hub = Hub::new(&state.hub, &state.authority, key_id, station.key, station.clock)?;
    let sender = Sender {
        hub: &hub,
        catalog: station.catalog,
        vault: station.vault,
        key: station.key,
        hub_key: enrol::receipt(&state)?.hub_public_key,
    };
    let act = || station.act();
    let mut outcome = SyncOutcome::default();

    // What waits is told before anything is sent: if the queue does not move, the hub knows of it.
    let waits = station.catalog.backlog()?;
    let hello = format!("/v1/station?waiting={}", waits.marked + waits.unacknowledged);
    let hello = match hub.call("GET", &hello, Content::default()) {
        // A database that was restored may have forgotten the enrolment: the hub's own receipt brings it back.
        Err(SyncError::Refused { kind: ProblemKind::UnknownKey, .. }) => {
            enrol::resume(station, &state)?;
            hub.call("GET", &hello, Content::default())?
        }
        answer => answer?,
    };
    let hello: Hello = serde_json::from_slice(&hello.body).map_err(|_| hub.answer("/v1/station"))?;
    outcome.clock_offset = hello.hub_time.milliseconds() - station.clock.now().0;
    station.catalog.heard_hub(outcome.clock_offset, &station.act())?;
    if let Some(unread) = records::unread_by(&hello.majors) {
        return Err(SyncError::HubTooOld(unread));
    }
    if hello.epoch != state.epoch {
        let why = "another machine was enrolled in this one's place";
        return Err(standing::stop(station.catalog, SyncHealth::Fenced, why, &station.act())?);
    }
    let Hello { seq, chain, generation, stable_seq: stable, .. } = hello;
    let act_now = act();
    let seen = Seen { seq, chain, generation, stable, at: act_now.at, text: "hello" };
    standing::stand(station.catalog, &state, &seen, &act_now)?;
    // The feed of a hub that was restored begins anew.
    let state = station.catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;

    // A hold that was ordered comes before anything that it would keep back.
    let received = feed::receive(&hub, station, state.feed_cursor)?;
    (outcome.received, outcome.applied) = (received.records, received.applied);
    (outcome.waiting, outcome.refused) = (received.waiting, received.refused);

    let mut kept_back = BTreeSet::new();
    let tell = |taken: u64| (station.told)(taken, taken.max(waits.marked + waits.unacknowledged));
    tell(0);
    outcome.records += sender.send(cancel, &act)?;
    tell(outcome.records);
    let network = Network { hub: &hub, vault: station.vault, cancel };
    while seal(station, &network, &state, &mut kept_back, &mut outcome)? {
        outcome.records += sender.send(cancel, &act)?;
        tell(outcome.records);
    }
    if outcome.records > 0 || is_due(&state, station.clock.now().0) {
        about_itself(station, Some(outcome.clock_offset))?;
        outcome.records += sender.send(cancel, &act)?;
    }
    for sha256 in station.catalog.withheld_files()? {
        upload::take_back(&hub, sha256)?;
        station.catalog.forget_withheld_file(sha256)?;
    }
    outcome.backlog = station.catalog.backlog()?;
    if outcome.backlog.marked + outcome.backlog.unacknowledged == 0 {
        station.catalog.nothing_waited(&station.act())?;
    }
    station.catalog.set_sync_health(SyncHealth::Fine, "", &station.act())?;
    wanted::send(&hub, station, cancel, &mut outcome)?;
    Ok(outcome)
}

fn is_due(state: &SyncState, now: i64) -> bool {
    state.told.is_none_or(|told| now - told.0 >= STATION_EVERY)
}

/// How files leave before the records that name them are sealed.
pub(crate) trait Outlet {
    /// Sees to those of some files that the hub lacks and that may go.
    fn carry(&self, files: &[(Sha256, u64)], may_go: upload::MayGo<'_>) -> Result<Uploaded, SyncError>;

    /// Takes a file back that no record will name.
    fn take_back(&self, sha256: Sha256) -> Result<(), SyncError>;
}

struct Network<'a> {
    hub: &'a Hub<'a>,
    vault: &'a Vault,
    cancel: &'a Cancel,
}

impl Outlet for Network<'_> {
    fn carry(&self, files: &[(Sha256, u64)], may_go: upload::MayGo<'_>) -> Result<Uploaded, SyncError> {
        upload::upload(self.hub, self.vault, files, may_go, self.cancel)
    }

    fn take_back(&self, sha256: Sha256) -> Result<(), SyncError> {
        upload::take_back(self.hub, sha256)
    }
}

/// Has the files of some marks leave and seals their records; says whether there may be more.
pub(crate) fn seal(
    station: &Station<'_>,
    outlet: &dyn Outlet,
    before: &SyncState,
    kept_back: &mut BTreeSet<String>,
    outcome: &mut SyncOutcome,
) -> Result<bool, SyncError> {
    let catalog = station.catalog;
    let marks = next_marks(catalog, kept_back)?;
    if marks.is_empty() {
        return Ok(false);
    }
    let mut drafts = Vec::new();
    let unwritable = outcome.unwritable.len();
    for draft in records::of_marks(catalog, station.vault, &marks, station.clock.now())? {
        // Something that no record can hold keeps back its own dossier.
        let content: Sha256 = match (draft.content(), &draft.code) {
            (Ok(content), _) => content.into(),
            (Err(_), Some(code)) => {
                if kept_back.insert(code.clone()) {
                    outcome.unwritable.push(code.clone());
                }
                continue;
            }
            (Err(error), None) => return Err(error),
        };
        let last = catalog.revision(draft.record.kind.word(), draft.record.id.0)?;
        if last.is_none_or(|(_, said)| said != content) {
            drafts.push((draft, last.map_or(1, |(rev, _)| rev + 1), content));
        }
    }
    if outcome.unwritable.len() > unwritable {
        // The others go on without them.
        return Ok(true);
    }
    // Every file once, with the dossiers that name it.
    let mut files: BTreeMap<(Sha256, u64), BTreeSet<&String>> = BTreeMap::new();
    for (draft, ..) in &drafts {
        for file in &draft.record.files {
            files.entry((file.sha256.into(), file.bytes)).or_default().extend(&draft.code);
        }
    }
    let names: Vec<(Sha256, u64)> = files.keys().copied().collect();
    let may_go = |file: &(Sha256, u64)| {
        for code in &files[file] {
            if catalog.is_cleared(code)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let uploaded = outlet.carry(&names, &may_go)?;
    outcome.files += uploaded.sent.len() as u64;
    outcome.file_bytes += uploaded.bytes;
    if !uploaded.damaged.is_empty() {
        for ((sha256, _), codes) in files.iter().filter(|((sha256, _), _)| uploaded.damaged.contains(sha256)) {
            for code in codes {
                kept_back.insert((*code).clone());
                outcome.damaged.push(((*code).clone(), *sha256));
            }
        }
        return Ok(true);
    }

    let state = catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;
    if state.epoch != before.epoch {
        return Err(SyncError::Busy);
    }
    let lines = lines(&drafts, &state)?;
    sohoa_model::crash::point("sync.before-seal");
    if !catalog.seal(state.sealed, &lines, &marks)? {
        // Held since it was looked at: what went up of it comes back.
        for sha256 in uploaded.sent {
            outlet.take_back(sha256)?;
        }
        return match catalog.sync_state()?.is_some_and(|now| now.sealed == state.sealed) {
            true => Ok(true),
            false => Err(SyncError::Busy),
        };
    }
    sohoa_model::crash::point("sync.after-seal");
    Ok(true)
}

/// The next marks of dossiers that nothing keeps back.
fn next_marks(catalog: &Catalog, kept_back: &BTreeSet<String>) -> Result<Vec<Mark>, SyncError> {
    let mut after = 0;
    loop {
        let marks = catalog.marks(after, MARKS)?;
        let Some(last) = marks.last() else { return Ok(Vec::new()) };
        after = last.oid;
        let free: Vec<Mark> = marks
            .into_iter()
            .filter(|mark| mark.dossier.as_ref().is_none_or(|code| !kept_back.contains(code)))
            .collect();
        if !free.is_empty() {
            return Ok(free);
        }
    }
}

/// The lines of some records with their places in the chain.
fn lines(drafts: &[(Draft, u32, Sha256)], state: &SyncState) -> Result<Vec<NewLine>, SyncError> {
    let mut chain = Chain(state.chain.into());
    let mut lines = Vec::new();
    for (draft, rev, content) in drafts {
        let record = sohoa_wire::Record { rev: *rev, ..draft.record.clone() };
        let line = record.line()?;
        chain = chain.then(line.hash);
        let revision = Revision { kind: record.kind.word().to_owned(), id: record.id.0, rev: *rev, content: *content };
        let files = record.files.iter().map(|file| (file.sha256.into(), file.bytes)).collect();
        lines.push(NewLine {
            revision,
            dossier: draft.dossier,
            sha256: line.hash.into(),
            chain: chain.0.into(),
            body: line.bytes,
            files,
        });
    }
    Ok(lines)
}

/// Seals what the station says of itself.
pub(crate) fn about_itself(station: &Station<'_>, clock_offset: Option<i64>) -> Result<(), SyncError> {
    let catalog = station.catalog;
    let state = catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;
    let backlog = catalog.backlog()?;
    let body = body::Station {
        software: station.software.to_owned(),
        // Some file systems say that they have more than anybody has.
        disk_free: sohoa_store::disk::free_bytes(station.root)?.min(MOST_BYTES),
        disk_total: sohoa_store::disk::total_bytes(station.root)?.min(MOST_BYTES),
        backlog: backlog.marked + backlog.unacknowledged,
        clock_offset_ms: clock_offset,
        pages_last_hour: None,
        reject_ppm: None,
    };
    let draft = records::station(state.station, station.clock.now(), &body)?;
    let content: Sha256 = draft.content()?.into();
    let rev = catalog.revision(Kind::Station.word(), state.station)?.map_or(1, |(rev, _)| rev + 1);
    let lines = lines(&[(draft, rev, content)], &state)?;
    match catalog.seal(state.sealed, &lines, &[])? {
        true => Ok(catalog.told_hub(&station.act())?),
        false => Err(SyncError::Busy),
    }
}
