//! `enrol` and `sync`: the station joins a hub, sends what may leave and takes what was decided.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use sohoa_catalog::outbox::Backlog;
use sohoa_pipeline::archive::Archive;
use sohoa_shell::{Exit, Failure, failure, upstream};
use sohoa_sync::bundle::Order;
use sohoa_sync::enrol::OnDisk;
use sohoa_sync::{BundleReceipt, ProblemKind, SyncError, SyncOutcome, enrol as enrolment};

use crate::args::{EnrolArgs, SyncArgs};
use crate::front::Front;
use crate::stop::Stop;

/// Between two syncs of `--watch`, while all is well.
const PAUSE: Duration = Duration::from_secs(30);
/// The pause after a first failure; it doubles with each, up to the longest.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(300);
/// How often a pause looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Serialize)]
struct Enrolled {
    hub: String,
    name: String,
    unit: String,
    epoch: u32,
    known_records: u64,
}

#[derive(Serialize)]
struct Asked<'a> {
    asked: &'a Path,
}

#[derive(Serialize)]
struct Outcome {
    records: u64,
    files: u64,
    file_bytes: u64,
    received: u64,
    applied: u64,
    not_applied: u64,
    damaged: Vec<String>,
    /// Dossiers of files that the hub lost and that are not whole here either.
    lacking: Vec<String>,
    /// Files that the hub lost and that may not leave.
    wanted_kept_back: u64,
    unwritable: Vec<String>,
    clock_offset_ms: i64,
    #[serde(flatten)]
    waits: Waits,
}

#[derive(Serialize)]
struct Waits {
    /// Changes that may leave, sealed or not.
    waiting: u64,
    /// Changes of dossiers that are held or not cleared.
    kept_back: u64,
}

#[derive(Serialize)]
struct Status {
    hub: String,
    station: String,
    unit: String,
    epoch: u32,
    state: &'static str,
    why: String,
    acknowledged: u64,
    stable: u64,
    #[serde(flatten)]
    waits: Waits,
    /// Files that the hub lost and asks for again.
    wanted: usize,
    last_contact: Option<String>,
    alarm: Option<&'static str>,
}

#[derive(Serialize)]
struct BundleWritten<'a> {
    bundles: &'a [String],
    records: u64,
    files: u64,
    bytes: u64,
    left: u32,
    encrypted: bool,
    damaged: Vec<String>,
    unwritable: Vec<String>,
    #[serde(flatten)]
    waits: Waits,
}

#[derive(Serialize)]
struct AnswerTaken<'a> {
    acknowledged: u64,
    /// Whether the answer is older than what is known.
    old: bool,
    bundles: Vec<Receipt<'a>>,
    /// Bundles on their way that it says nothing of: first and last position.
    unanswered: &'a [(u64, u64)],
    received: u64,
    applied: u64,
    not_applied: u64,
    #[serde(flatten)]
    waits: Waits,
}

#[derive(Serialize)]
struct Receipt<'a> {
    first: u64,
    last: u64,
    taken: u64,
    had: u64,
    refused: Option<Refused<'a>>,
}

#[derive(Serialize)]
struct Refused<'a> {
    kind: &'a str,
    title: &'a str,
}

impl<'a> Receipt<'a> {
    fn of(receipt: &'a BundleReceipt) -> Self {
        let BundleReceipt { first, last, taken, had, .. } = *receipt;
        let refused = receipt
            .refused
            .as_ref()
            .map(|problem| Refused { kind: problem.kind().map_or("", ProblemKind::code), title: &problem.title });
        Self { first, last, taken, had, refused }
    }
}

pub(super) fn enrol(front: &mut Front, args: &EnrolArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    archive.require_administrator()?;
    let (invitation, authority) = (&args.invitation, args.authority.as_deref());
    let done = match &args.enrol_disk {
        None => upstream::enrol(&archive, &front.station, invitation, authority)?,
        Some(folder) => match upstream::enrol_on_disk(&archive, &front.station, invitation, authority, folder)? {
            OnDisk::Enrolled(done) => done,
            OnDisk::Asked(place) => {
                if args.json {
                    front.output.json(&Asked { asked: &place });
                } else {
                    let values = [("place", place.display().to_string().into())];
                    front.output.data(front.texts.say("enrol-asked", &values));
                    front.output.note(front.texts.get("enrol-asked-next"));
                }
                return Ok(Exit::Done);
            }
        },
    };
    if args.json {
        let enrolment::Enrolled { hub, name, unit, epoch, known } = done;
        front.output.json(&Enrolled { hub, name, unit, epoch, known_records: known });
        return Ok(Exit::Done);
    }
    let values = [("name", (&done.name).into()), ("unit", (&done.unit).into()), ("hub", (&done.hub).into())];
    front.output.data(front.texts.say("enrolled", &values));
    if done.known > 0 {
        front.output.data(front.texts.say("enrolled-again", &[("records", done.known.into())]));
    }
    Ok(Exit::Done)
}

pub(super) fn run(front: &mut Front, args: &SyncArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    if args.sync_status {
        return status(front, &archive, args.json);
    }
    if let Some(seq) = args.withhold {
        archive.require_administrator()?;
        let reason = args.reason.as_deref().unwrap_or_default();
        archive.catalog().withhold(seq, reason, &archive.act())?;
        front.output.data(front.texts.say("sync-withheld", &[("seq", seq.into())]));
        return Ok(Exit::Done);
    }
    front.stop_cleanly_on_request();
    if let Some(folder) = &args.sync_to {
        return write_bundle(front, &archive, folder, args);
    }
    if let Some(folder) = &args.sync_from {
        return take_answer(front, &archive, folder, args.json);
    }
    if args.sync_watch {
        return watch(front, &archive, args.json);
    }
    let outcome = upstream::sync(&archive, &front.station, &front.cancel)?;
    Ok(say(front, &outcome, args.json))
}

/// Syncs again and again; what passes by itself is said once and tried again, what does not ends it.
fn watch(front: &mut Front, archive: &Archive, as_json: bool) -> Result<Exit, Stop> {
    let (mut retry, mut raised) = (FIRST_RETRY, None);
    loop {
        let done = upstream::sync(archive, &front.station, &front.cancel);
        raise(front, archive, &mut raised)?;
        match done {
            Ok(outcome) => {
                let troubled = outcome.damaged.len() + outcome.lacking.len();
                if outcome.records + outcome.files + outcome.received + troubled as u64 > 0 {
                    say(front, &outcome, as_json);
                }
                retry = FIRST_RETRY;
                pause(front, PAUSE);
            }
            Err(SyncError::Cancelled) => return Ok(Exit::Interrupted),
            // Who answers in the hub's place hears nothing, and is gone again some day.
            Err(error) if error.is_passing() || matches!(error, SyncError::Untrusted { .. }) => {
                let failure = Failure::of_sync(&error, &front.texts);
                front.output.warn(failure.sentence);
                // Stations that lost the hub in the same moment do not all come back in the same moment.
                let jitter = u64::from(front.session.randomness.ten_bytes()[0]);
                let wait = retry.mul_f64(0.5 + jitter as f64 / 510.0);
                pause(front, wait);
                retry = (retry * 2).min(LONGEST_RETRY);
            }
            Err(error) => return Err(error.into()),
        }
        if front.cancel.is_requested() {
            return Ok(Exit::Interrupted);
        }
    }
}

/// Says what somebody should look at, once for as long as it lasts.
fn raise(front: &mut Front, archive: &Archive, raised: &mut Option<&'static str>) -> Result<(), Stop> {
    let Some(state) = archive.catalog().sync_state()? else { return Ok(()) };
    let alarm = upstream::alarm(&state, &archive.catalog().backlog()?, front.session.clock.now());
    if let Some(alarm) = alarm.filter(|_| alarm != *raised) {
        front.output.warn(upstream::alarm_words(&front.texts, alarm, &state.why));
    }
    *raised = alarm;
    Ok(())
}

fn pause(front: &Front, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end && !front.cancel.is_requested() {
        thread::sleep(LOOK);
    }
}

fn say(front: &mut Front, outcome: &SyncOutcome, as_json: bool) -> Exit {
    let SyncOutcome { damaged, lacking, unwritable, refused, .. } = outcome;
    let is_whole = damaged.is_empty() && lacking.is_empty() && unwritable.is_empty() && *refused == 0;
    let exit = if is_whole { Exit::Done } else { Exit::Partial };
    if as_json {
        front.output.json(&Outcome {
            records: outcome.records,
            files: outcome.files,
            file_bytes: outcome.file_bytes,
            received: outcome.received,
            applied: outcome.applied,
            not_applied: outcome.waiting + outcome.refused,
            damaged: outcome.damaged.iter().map(|(code, _)| code.clone()).collect(),
            lacking: outcome.lacking.iter().map(|(code, _)| code.clone()).collect(),
            wanted_kept_back: outcome.wanted_kept_back,
            unwritable: outcome.unwritable.clone(),
            clock_offset_ms: outcome.clock_offset,
            waits: waits(&outcome.backlog),
        });
        return exit;
    }
    let texts = front.texts.clone();
    if outcome.records == 0 && outcome.files == 0 {
        front.output.data(texts.get("sync-nothing"));
    } else {
        let values = [
            ("records", outcome.records.into()),
            ("files", outcome.files.into()),
            ("bytes", failure::bytes(&texts, outcome.file_bytes).into()),
        ];
        front.output.data(texts.say("sync-sent", &values));
    }
    if outcome.received > 0 {
        let values = [("received", outcome.received.into()), ("applied", outcome.applied.into())];
        front.output.data(texts.say("sync-received", &values));
    }
    if outcome.backlog.kept_back > 0 {
        front.output.data(texts.say("sync-kept-back", &[("changes", outcome.backlog.kept_back.into())]));
    }
    for line in upstream::troubles(&texts, outcome) {
        front.output.warn(line);
    }
    exit
}

/// Writes what may leave on a disk.
fn write_bundle(front: &mut Front, archive: &Archive, folder: &Path, args: &SyncArgs) -> Result<Exit, Stop> {
    let order = Order { folder, most_bytes: args.max_size, all_files: args.all_files, is_plain: args.bundle_plain };
    let written = upstream::write_bundle(archive, &front.station, &order, &front.cancel)?;
    let sync = &written.sync;
    let is_whole = sync.damaged.is_empty() && sync.unwritable.is_empty() && written.left == 0;
    let exit = if is_whole { Exit::Done } else { Exit::Partial };
    if args.json {
        front.output.json(&BundleWritten {
            bundles: &written.bundles,
            records: written.records,
            files: written.files,
            bytes: written.bytes,
            left: written.left,
            encrypted: !args.bundle_plain,
            damaged: sync.damaged.iter().map(|(code, _)| code.clone()).collect(),
            unwritable: sync.unwritable.clone(),
            waits: waits(&sync.backlog),
        });
        return Ok(exit);
    }
    let texts = front.texts.clone();
    if written.bundles.is_empty() {
        front.output.data(texts.get("sync-nothing"));
    } else {
        let values = [
            ("records", written.records.into()),
            ("files", written.files.into()),
            ("bytes", failure::bytes(&texts, written.bytes).into()),
            ("bundles", written.bundles.len().into()),
        ];
        front.output.data(texts.say("bundle-written", &values));
        written.bundles.iter().for_each(|name| front.output.data(format!("  {name}")));
        if args.bundle_plain {
            front.output.warn(texts.get("bundle-plain"));
        }
        if written.left > 0 {
            front.output.warn(texts.say("bundle-left", &[("parts", written.left.into())]));
        }
        front.output.note(texts.get("bundle-next"));
    }
    if sync.backlog.kept_back > 0 {
        front.output.data(texts.say("sync-kept-back", &[("changes", sync.backlog.kept_back.into())]));
    }
    upstream::troubles(&texts, sync).into_iter().for_each(|line| front.output.warn(line));
    Ok(exit)
}

/// Takes the hub's answer from a disk.
fn take_answer(front: &mut Front, archive: &Archive, folder: &Path, as_json: bool) -> Result<Exit, Stop> {
    let taken = upstream::take_answer(archive, &front.station, folder, &front.cancel)?;
    let is_whole = taken.receipts.iter().all(|receipt| receipt.refused.is_none())
        && taken.unanswered.is_empty()
        && taken.sync.refused == 0;
    let exit = if is_whole { Exit::Done } else { Exit::Partial };
    if as_json {
        front.output.json(&AnswerTaken {
            acknowledged: taken.acknowledged,
            old: taken.is_old,
            bundles: taken.receipts.iter().map(Receipt::of).collect(),
            unanswered: &taken.unanswered,
            received: taken.sync.received,
            applied: taken.sync.applied,
            not_applied: taken.sync.waiting + taken.sync.refused,
            waits: waits(&taken.sync.backlog),
        });
        return Ok(exit);
    }
    let texts = front.texts.clone();
    if taken.is_old {
        front.output.data(texts.get("answer-old"));
    } else {
        front.output.data(texts.say("answer-acknowledged", &[("records", taken.acknowledged.into())]));
    }
    for receipt in &taken.receipts {
        let receipt = Receipt::of(receipt);
        let mut values = vec![
            ("first", receipt.first.into()),
            ("last", receipt.last.into()),
            ("taken", receipt.taken.into()),
            ("had", receipt.had.into()),
        ];
        match &receipt.refused {
            None => front.output.data(texts.say("answer-bundle", &values)),
            Some(refused) => {
                values.push(("cause", refused.title.into()));
                front.output.warn(texts.say("answer-refused", &values));
            }
        }
    }
    for (first, last) in &taken.unanswered {
        let values = [("first", (*first).into()), ("last", (*last).into())];
        front.output.warn(texts.say("answer-unanswered", &values));
    }
    if taken.receipts.iter().filter_map(|receipt| receipt.refused.as_ref()).any(|problem| !problem.missing.is_empty()) {
        front.output.note(texts.get("answer-files-missing"));
    }
    if taken.sync.received > 0 {
        let values = [("received", taken.sync.received.into()), ("applied", taken.sync.applied.into())];
        front.output.data(texts.say("sync-received", &values));
    }
    upstream::troubles(&texts, &taken.sync).into_iter().for_each(|line| front.output.warn(line));
    Ok(exit)
}

/// How the station stands with its hub, without asking it.
fn status(front: &mut Front, archive: &Archive, as_json: bool) -> Result<Exit, Stop> {
    let state = archive.catalog().sync_state()?.ok_or(SyncError::NotEnrolled)?;
    let backlog = archive.catalog().backlog()?;
    let wanted = archive.catalog().wanted_files()?.len();
    let receipt = enrolment::receipt(&state)?;
    let alarm = upstream::alarm(&state, &backlog, front.session.clock.now());
    let exit = if alarm.is_some() { Exit::SyncStopped } else { Exit::Done };
    if as_json {
        front.output.json(&Status {
            hub: state.hub,
            station: receipt.name,
            unit: receipt.unit,
            epoch: state.epoch,
            state: state.health.word(),
            why: state.why,
            acknowledged: state.acknowledged,
            stable: state.stable,
            waits: waits(&backlog),
            wanted,
            last_contact: state.contact.map(|at| at.iso_vietnam()),
            alarm,
        });
        return Ok(exit);
    }
    let texts = front.texts.clone();
    let values = [("name", receipt.name.into()), ("unit", receipt.unit.into()), ("hub", (&state.hub).into())];
    front.output.data(texts.say("sync-station", &values));
    let values = [("acknowledged", state.acknowledged.into()), ("stable", state.stable.into())];
    front.output.data(texts.say("sync-acknowledged", &values));
    let values = [("waiting", waits(&backlog).waiting.into()), ("kept", backlog.kept_back.into())];
    front.output.data(texts.say("sync-waits", &values));
    if wanted > 0 {
        front.output.data(texts.say("sync-wanted", &[("files", wanted.into())]));
    }
    match state.contact {
        Some(at) => front.output.data(texts.say("sync-contact", &[("moment", at.short_vietnam().into())])),
        None => front.output.data(texts.get("sync-no-contact")),
    }
    if let Some(alarm) = alarm {
        front.output.warn(upstream::alarm_words(&front.texts, alarm, &state.why));
    }
    Ok(exit)
}

fn waits(backlog: &Backlog) -> Waits {
    Waits { waiting: backlog.marked + backlog.unacknowledged, kept_back: backlog.kept_back }
}
