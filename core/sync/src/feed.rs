//! What the hub decided comes down: kept as it was received before anything else, then applied, each once.
//!
//! What this program does not know how to apply stays in the catalog, waiting for one that does.

use std::collections::BTreeMap;
use std::path::Path;

use sohoa_catalog::assignment::Assigned;
use sohoa_catalog::decision::TwoPersons;
use sohoa_catalog::wanted::WantedLine;
use sohoa_catalog::{Catalog, CatalogError};
use sohoa_model::ids::{DossierId, PageId};
use sohoa_model::plan::{Target, Unit};
use sohoa_model::{Act, Sha256};
use sohoa_wire::body::{self, Account, Assignment, Decided, Decision, FileWanted, Inventory, Plan, Profile, Rescan};
use sohoa_wire::{Kind, LogLine, Record, limits};

use crate::error::SyncError;
use crate::hub::{Content, Hub};
use crate::run::Station;

/// Answers that are read in a row, at most: the rest comes with the next sync.
const ROUNDS: u32 = 100;

/// What came down.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) records: u64,
    pub(crate) applied: u64,
    /// Of a kind that this program does not apply.
    pub(crate) waiting: u64,
    /// That did not fit what is here.
    pub(crate) refused: u64,
}

/// What a front-end does because the hub published it, through the verbs that people use. An error is a reason in words.
pub trait Verbs {
    /// A list becomes a version of the inventory; `name` is what the hub calls it.
    fn inventory(&self, name: &str, rows: &Path) -> Result<(), String>;

    /// Settings are kept under a name.
    fn profile(&self, name: &str, settings: &BTreeMap<String, String>) -> Result<(), String>;

    /// Somebody may work here, or no more; the hash of the password is Argon2id in the PHC form.
    fn account(&self, name: &str, roles: &[String], hash: Option<&str>, is_active: bool) -> Result<(), String>;
}

/// Takes what is new and applies it.
pub(crate) fn receive(hub: &Hub<'_>, station: &Station<'_>, cursor: u64) -> Result<Received, SyncError> {
    let (catalog, act) = (station.catalog, || station.act());
    let mut received = Received::default();
    let mut cursor = cursor;
    for _ in 0..ROUNDS {
        let reply = hub.call("GET", &format!("/v1/feed?after={cursor}&limit=500"), Content::default())?;
        if reply.status == 204 {
            break;
        }
        let next = reply.feed_next.filter(|next| *next > cursor).ok_or_else(|| hub.answer("a feed without an end"))?;
        let lines = reply.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        received.records += keep(catalog, lines, next, &act()).map_err(|fault| fault.at(hub.address()))?;
        cursor = next;
    }
    apply_waiting(station, Some(hub), &mut received)?;
    Ok(received)
}

/// Why lines are no feed.
pub(crate) enum Fault {
    /// Not what a hub sends down.
    Line(&'static str),
    /// They could not be kept.
    Catalog(CatalogError),
}

impl Fault {
    /// The same of a hub.
    pub(crate) fn at(self, hub: &str) -> SyncError {
        match self {
            Self::Line(what) => SyncError::Answer { hub: hub.to_owned(), what: what.to_owned() },
            Self::Catalog(error) => error.into(),
        }
    }
}

/// Keeps lines of the feed as they were received, up to a cursor; gives their number.
pub(crate) fn keep<'l>(
    catalog: &Catalog,
    lines: impl Iterator<Item = &'l [u8]>,
    next: u64,
    act: &Act,
) -> Result<u64, Fault> {
    let lines: Result<Vec<(String, Vec<u8>)>, Fault> = lines
        .map(|line| match LogLine::read(line) {
            Ok(LogLine::Record(record, _)) => Ok((record.kind.word().to_owned(), line.to_vec())),
            Ok(LogLine::Withheld(_)) => Err(Fault::Line("a withheld line in the feed")),
            // Of a newer hub: it is kept, and waits for a newer program.
            Err(sohoa_wire::record::RecordError::TooNew(schema)) => Ok((schema, line.to_vec())),
            Err(_) => Err(Fault::Line("a line of the feed that is no record")),
        })
        .collect();
    let lines = lines?;
    catalog.receive_feed(&lines, next, act).map_err(Fault::Catalog)?;
    Ok(lines.len() as u64)
}

/// Applies what was kept and is not applied yet; `hub` is asked for files that are not here.
pub(crate) fn apply_waiting(
    station: &Station<'_>,
    hub: Option<&Hub<'_>>,
    received: &mut Received,
) -> Result<(), SyncError> {
    let catalog = station.catalog;
    let mut wanted = Vec::new();
    for line in catalog.waiting_feed(station.software)? {
        let Ok(record) = Record::read(&line.body) else {
            received.waiting += 1;
            catalog.leave_feed(line.number, station.software)?;
            continue;
        };
        match apply(station, hub, &record)? {
            Applied::Done => {
                received.applied += 1;
                catalog.settle_feed(line.number, "applied")?;
            }
            Applied::Wanted(FileWanted { sha256, bytes }) => {
                received.applied += 1;
                wanted.push(WantedLine { number: line.number, sha256: sha256.into(), bytes });
            }
            Applied::Refused(why) => {
                received.refused += 1;
                catalog.settle_feed(line.number, &why)?;
            }
            // Said once, and kept for a newer program.
            Applied::Unknown => {
                received.waiting += 1;
                catalog.leave_feed(line.number, station.software)?;
            }
            Applied::NotYet => {}
        }
    }
    Ok(catalog.want_files(&wanted, &Act { operator: "hub".to_owned(), ..station.act() })?)
}

enum Applied {
    Done,
    /// The hub wants a file: kept and settled in one transaction, with all others that it wants.
    Wanted(FileWanted),
    Refused(String),
    /// Of a kind that this program does not apply.
    Unknown,
    /// A file of it is not here, and there is no hub to ask.
    NotYet,
}

impl Applied {
    fn of(done: Result<(), String>) -> Self {
        match done {
            Ok(()) => Self::Done,
            Err(why) => Self::Refused(why),
        }
    }
}

fn apply(station: &Station<'_>, hub: Option<&Hub<'_>>, record: &Record) -> Result<Applied, SyncError> {
    let catalog = station.catalog;
    let by = |name: &str| Act { operator: format!("{name} (hub)"), ..station.act() };
    Ok(match record.kind {
        Kind::Decision => {
            let (Ok(decision), Some(code)) = (record.body::<Decision>(), code_of(catalog, record)?) else {
                return Ok(Applied::Refused("no such dossier here".to_owned()));
            };
            let reason = decision.reason.as_deref().filter(|reason| !reason.trim().is_empty()).unwrap_or("hub");
            let act = by(&decision.by);
            let done = match decision.decided {
                Decided::HoldOrdered if decision.withdrawn => catalog.hold_withdrawn(&code, reason, record.id.0, &act),
                Decided::HoldOrdered => catalog.hold(&code, reason, &act),
                Decided::Rejected => catalog.reject(&code, reason, &act),
                Decided::Accepted => catalog.accept(&code, &serde_json::json!(["hub"]), TwoPersons::Required, &act),
            };
            match done {
                Ok(()) => Applied::Done,
                Err(error) => Applied::Refused(error.to_string()),
            }
        }
        Kind::Rescan => {
            let (Ok(rescan), Some(code)) = (record.body::<Rescan>(), code_of(catalog, record)?) else {
                return Ok(Applied::Unknown);
            };
            let act = by(&rescan.by);
            let done = match rescan.page {
                Some(page) => {
                    let is_here = catalog.pages(&code)?.iter().any(|view| view.id.0 == page.0);
                    if !is_here {
                        return Ok(Applied::Refused("no such page here".to_owned()));
                    }
                    catalog
                        .reject_pages(&code, &[PageId(page.0)], &rescan.reason, &act)
                        .map(drop)
                        .map_err(|e| e.to_string())
                }
                None => catalog.reject(&code, &rescan.reason, &act).map_err(|e| e.to_string()),
            };
            match done {
                Ok(_) => Applied::Done,
                Err(why) => Applied::Refused(why),
            }
        }
        Kind::Plan => {
            let Ok(plan) = record.body::<Plan>() else { return Ok(Applied::Refused("not a plan".to_owned())) };
            let targets: Option<Vec<Target>> = plan.targets.iter().map(target).collect();
            let Some(targets) = targets else {
                return Ok(Applied::Refused("a target that can't be understood".to_owned()));
            };
            for target in &targets {
                catalog.set_target(target, &by("kế hoạch"))?;
            }
            Applied::Done
        }
        Kind::Inventory => inventory(station, hub, record)?,
        Kind::Profile => match record.body::<Profile>() {
            Ok(profile) => Applied::of(station.verbs.profile(&profile.name, &profile.settings)),
            Err(_) => Applied::Refused("not a profile".to_owned()),
        },
        Kind::Account => match record.body::<Account>() {
            Ok(account) => {
                let Account { name, roles, password_hash, active, .. } = account;
                Applied::of(station.verbs.account(&name, &roles, password_hash.as_deref(), active))
            }
            Err(_) => Applied::Refused("not an account".to_owned()),
        },
        Kind::Assignment => {
            let (Ok(body), Some(dossier)) = (record.body::<Assignment>(), record.dossier) else {
                return Ok(Applied::Refused("not an assignment".to_owned()));
            };
            let Assignment { station: to, number, code } = body;
            match catalog.assign(DossierId(dossier.0), &code, to.0, number, &by("phân công"))? {
                Assigned::Now | Assigned::Older => Applied::Done,
                Assigned::OtherName => Applied::Refused("a dossier of this code is here under another name".to_owned()),
            }
        }
        Kind::FileWanted => match record.body::<FileWanted>() {
            Ok(wanted) => Applied::Wanted(wanted),
            Err(_) => Applied::Refused("not a wanted file".to_owned()),
        },
        _ => Applied::Unknown,
    })
}

/// The rows are fetched into the vault first, where the list is kept that the version was made from.
fn inventory(station: &Station<'_>, hub: Option<&Hub<'_>>, record: &Record) -> Result<Applied, SyncError> {
    let rows = record.files.iter().find(|file| file.role == "rows" && file.bytes <= limits::FEED_FILE_BYTES);
    let (Ok(body), Some(rows)) = (record.body::<Inventory>(), rows) else {
        return Ok(Applied::Refused("an inventory without rows".to_owned()));
    };
    let sha256 = Sha256::from(rows.sha256);
    if station.vault.verify(&sha256).is_err() {
        let Some(hub) = hub else { return Ok(Applied::NotYet) };
        let reply = hub.call("GET", &format!("/v1/files/{}", rows.sha256), Content::default())?;
        if Sha256::of(&reply.body) != sha256 {
            return Err(hub.answer("another file than was asked for"));
        }
        station.vault.put(&reply.body)?;
    }
    Ok(Applied::of(station.verbs.inventory(&body.title, &station.vault.path(&sha256))))
}

fn code_of(catalog: &Catalog, record: &Record) -> Result<Option<String>, SyncError> {
    let Some(dossier) = record.dossier else { return Ok(None) };
    Ok(catalog.code_of(DossierId(dossier.0))?)
}

/// A target of a plan of the hub; none if it says what this program does not count.
fn target(target: &body::Target) -> Option<Target> {
    let day = sohoa_model::day::Day::parse(&target.deadline);
    (day.is_some() && (1..=1_000_000).contains(&target.share_ppm)).then_some(())?;
    Some(Target {
        name: target.name.clone(),
        share_ppm: target.share_ppm,
        unit: Unit::from_word(&target.unit)?,
        value_class: target.value_class.clone().unwrap_or_default(),
        deadline: target.deadline.clone(),
        counts_below_standard: target.counts_below_standard,
    })
}
