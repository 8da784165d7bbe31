//! The hub as front-ends speak to it: where the station's key lies, and one sync at a time on one archive.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use sohoa_catalog::outbox::{Backlog, SyncHealth, SyncState};
use sohoa_model::{Cancel, Timestamp};
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::{PipelineError, from_hub};
use sohoa_store::StoreError;
use sohoa_store::lock::ArchiveLock;
use sohoa_sync::answer::{self, Taken};
use sohoa_sync::bundle::{self, Order, Written};
use sohoa_sync::enrol::{self, Brought, Enrolled, OnDisk};
use sohoa_sync::{SyncError, SyncOutcome, Verbs, key, run};

use crate::Texts;
use crate::station::Station;

/// The queue has not moved for so many milliseconds although the hub answers: an alarm.
const STUCK: i64 = 15 * 60 * 1000;
/// The hub was not reached for so many milliseconds although something waits: an alarm.
const AWAY: i64 = 24 * 60 * 60 * 1000;

/// Where the key of an archive's station lies: outside the archive, so that copying that copies no key.
pub fn key_path(archive: &Archive, station: &Station) -> PathBuf {
    station.folder().join("hub").join(format!("{}.key", archive.facts().id))
}

/// Enrols the station of an archive with what the hub printed.
pub fn enrol(
    archive: &Archive,
    station: &Station,
    invitation: &str,
    authority: Option<&Path>,
) -> Result<Enrolled, SyncError> {
    as_newcomer(archive, invitation, authority, |brought| {
        let clock = &*archive.session().clock;
        enrol::enrol(archive.catalog(), &key_path(archive, station), brought, clock, &archive.act())
    })
}

/// Enrols the station of an archive by way of a disk: writes a request there, or takes the answer to it.
pub fn enrol_on_disk(
    archive: &Archive,
    station: &Station,
    invitation: &str,
    authority: Option<&Path>,
    folder: &Path,
) -> Result<OnDisk, SyncError> {
    as_newcomer(archive, invitation, authority, |brought| {
        enrol::enrol_on_disk(archive.catalog(), &key_path(archive, station), brought, folder, &archive.act())
    })
}

fn as_newcomer<T>(
    archive: &Archive,
    invitation: &str,
    authority: Option<&Path>,
    work: impl FnOnce(&Brought<'_>) -> Result<T, SyncError>,
) -> Result<T, SyncError> {
    let _turn = turn(archive)?;
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| StoreError::read(path, error));
    let authority = authority.map(read).transpose()?;
    let (secret, authority) = (secret()?, authority.as_deref());
    work(&Brought { invitation, authority, secret: &secret, software: &archive.session().software })
}

/// Syncs an archive once.
pub fn sync(archive: &Archive, station: &Station, cancel: &Cancel) -> Result<SyncOutcome, SyncError> {
    sync_telling(archive, station, cancel, &|_, _| {})
}

/// The same, telling how many records of how many the hub has taken so far.
pub fn sync_telling(
    archive: &Archive,
    station: &Station,
    cancel: &Cancel,
    told: &(dyn Fn(u64, u64) + Sync),
) -> Result<SyncOutcome, SyncError> {
    as_station(archive, station, |station| sohoa_sync::sync(&run::Station { told, ..*station }, cancel))
}

/// Writes what may leave on a disk.
pub fn write_bundle(
    archive: &Archive,
    station: &Station,
    order: &Order<'_>,
    cancel: &Cancel,
) -> Result<Written, SyncError> {
    as_station(archive, station, |station| bundle::write(station, order, cancel))
}

/// Takes the hub's answer from a disk.
pub fn take_answer(archive: &Archive, station: &Station, folder: &Path, cancel: &Cancel) -> Result<Taken, SyncError> {
    as_station(archive, station, |station| answer::take(station, folder, cancel))
}

fn as_station<T>(
    archive: &Archive,
    station: &Station,
    work: impl FnOnce(&run::Station<'_>) -> Result<T, SyncError>,
) -> Result<T, SyncError> {
    let _turn = turn(archive)?;
    let state = archive.catalog().sync_state()?.ok_or(SyncError::NotEnrolled)?;
    let key = key::find(&key_path(archive, station), &enrol::receipt(&state)?.public_key)?;
    let session = archive.session();
    let verbs = ByHub { archive };
    let station = run::Station {
        catalog: archive.catalog(),
        vault: archive.vault(),
        root: archive.layout().root(),
        key: &key,
        clock: &*session.clock,
        operator: &session.operator,
        software: &session.software,
        verbs: &verbs,
        told: &|_, _| {},
    };
    work(&station)
}

/// What the hub publishes takes effect under its name.
struct ByHub<'a> {
    archive: &'a Archive,
}

impl ByHub<'_> {
    fn open(&self) -> Result<Archive, PipelineError> {
        let session = Session { operator: "hub".to_owned(), ..self.archive.session().clone() };
        Archive::open(self.archive.layout().root(), &session)
    }
}

impl Verbs for ByHub<'_> {
    fn inventory(&self, name: &str, rows: &Path) -> Result<(), String> {
        let refused = self.open().and_then(|archive| from_hub::inventory(&archive, name, rows)).map_err(in_words)?;
        if refused > 0 { Err(format!("{refused} rows were not understood; the others were taken")) } else { Ok(()) }
    }

    fn profile(&self, name: &str, settings: &BTreeMap<String, String>) -> Result<(), String> {
        self.open().and_then(|archive| from_hub::profile(&archive, name, settings)).map_err(in_words)
    }

    fn account(&self, name: &str, roles: &[String], hash: Option<&str>, is_active: bool) -> Result<(), String> {
        let done = self.open().and_then(|mut archive| from_hub::account(&mut archive, name, roles, hash, is_active));
        done.map_err(in_words)
    }
}

/// An error with what is behind it, for the outcome that the catalog keeps.
fn in_words(error: PipelineError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// What did not go as it should although the sync came to its end: a line each, which says what to do.
pub fn troubles(texts: &Texts, outcome: &SyncOutcome) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, count) in [("sync-waits-for-program", outcome.waiting), ("sync-not-applied", outcome.refused)] {
        if count > 0 {
            lines.push(texts.say(id, &[("records", count.into())]));
        }
    }
    for (code, sha256) in &outcome.damaged {
        lines.push(texts.say("sync-damaged", &[("code", code.into()), ("file", sha256.to_string().into())]));
    }
    for (code, sha256) in &outcome.lacking {
        lines.push(texts.say("sync-lacking", &[("code", code.into()), ("file", sha256.to_string().into())]));
    }
    if outcome.wanted_kept_back > 0 {
        lines.push(texts.say("sync-wanted-kept-back", &[("files", outcome.wanted_kept_back.into())]));
    }
    lines.extend(outcome.unwritable.iter().map(|code| texts.say("sync-unwritable", &[("code", code.into())])));
    if outcome.clock_offset.abs() > run::CLOCK_OFF {
        let minutes = outcome.clock_offset.unsigned_abs() / 60_000;
        lines.push(texts.say("sync-clock", &[("minutes", minutes.into())]));
    }
    lines
}

/// What somebody should look at, as the last word of the text that says it: silence is no success.
pub fn alarm(state: &SyncState, backlog: &Backlog, now: Timestamp) -> Option<&'static str> {
    if state.health != SyncHealth::Fine {
        return Some(state.health.word());
    }
    if backlog.marked + backlog.unacknowledged == 0 {
        return None;
    }
    let contact = state.contact.unwrap_or(state.moved);
    // A clock that was put back must not make a day of silence into weeks of it.
    if (now.0 - contact.0).abs() > AWAY {
        return Some("away");
    }
    (contact.0 - state.moved.0 > STUCK).then_some("stuck")
}

/// An alarm in words, with why the last try failed.
pub fn alarm_words(texts: &Texts, alarm: &str, why: &str) -> String {
    texts.say(&format!("sync-alarm-{alarm}"), &[("cause", why.into())])
}

/// One process at a time speaks for the station.
fn turn(archive: &Archive) -> Result<ArchiveLock, SyncError> {
    match ArchiveLock::exclusive(&archive.layout().sync_lock()) {
        Ok(lock) => Ok(lock),
        Err(StoreError::Locked { .. }) => Err(SyncError::Busy),
        Err(error) => Err(error.into()),
    }
}

/// The secret of a new key, from the system; a machine that has none to give gets no key.
fn secret() -> Result<[u8; 32], SyncError> {
    const SOURCE: &str = "/dev/urandom";
    let mut secret = [0; 32];
    let read = File::open(SOURCE).and_then(|mut source| source.read_exact(&mut secret));
    read.map_err(|error| StoreError::read(SOURCE, error))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use sohoa_model::Sha256;

    use super::*;

    #[test]
    fn silence_is_an_alarm_only_where_something_waits() {
        let state = |contact: Option<i64>, moved: i64, health| SyncState {
            station: Default::default(),
            hub: "https://hub.example".to_owned(),
            authority: String::new(),
            receipt: String::new(),
            epoch: 1,
            generation: 1,
            health,
            why: String::new(),
            base: 0,
            base_chain: Sha256([0; 32]),
            sealed: 0,
            chain: Sha256([0; 32]),
            acknowledged: 0,
            stable: 0,
            feed_cursor: 0,
            clock_offset: None,
            contact: contact.map(Timestamp),
            told: None,
            moved: Timestamp(moved),
        };
        let waits = Backlog { marked: 1, ..Backlog::default() };
        let kept = Backlog { kept_back: 9, ..Backlog::default() };
        let now = Timestamp(2 * AWAY);
        let fine = |contact, moved, backlog: &Backlog| alarm(&state(contact, moved, SyncHealth::Fine), backlog, now);
        assert_eq!(fine(Some(now.0), now.0, &waits), None);
        assert_eq!(fine(Some(now.0), now.0 - STUCK - 1, &waits), Some("stuck"));
        assert_eq!(fine(Some(now.0 - AWAY - 1), now.0 - AWAY - 1, &waits), Some("away"));
        assert_eq!(fine(Some(now.0 + 40 * AWAY), now.0, &waits), Some("away"), "of a clock that was put back");
        assert_eq!(fine(None, 0, &waits), Some("away"));
        assert_eq!(fine(None, 0, &kept), None, "what is kept back waits for nobody's network");
        assert_eq!(alarm(&state(Some(now.0), now.0, SyncHealth::Forked), &Backlog::default(), now), Some("forked"));
    }
}
