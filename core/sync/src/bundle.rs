//! Writing bundles: what a sync would send goes on a disk instead, in as many parts as are asked for.
//!
//! Records are sealed as for the network, once their files were found whole in the vault; then the log behind the last
//! acknowledgement is planned into parts, room is looked for, and each part is written file by file, every one read back
//! from the medium. What was written before a disk was pulled out is kept if it reads back as it should. A dossier that is
//! held meanwhile makes the plan start anew, and what was written of it is removed before the part is called complete.
//! Nothing here moves what is acknowledged: only the hub's answer does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sohoa_catalog::Catalog;
use sohoa_catalog::bundle::{Extent, WrittenBundle};
use sohoa_catalog::outbox::{SyncHealth, SyncState};
use sohoa_model::crash;
use sohoa_model::hash::Hasher;
use sohoa_model::{Cancel, Sha256};
use sohoa_store::vault::Stored;
use sohoa_store::{StoreError, Vault, atomic, carried, disk};
use sohoa_wire::age::{self, Seed};
use sohoa_wire::api::FileOffer;
use sohoa_wire::bundle::{self, Entry, Listed, Manifest};
use sohoa_wire::moment::Moment;
use sohoa_wire::signed::Signed;
use sohoa_wire::{Chain, Hash, PublicKey, RecordId, StationId, limits};

use crate::error::SyncError;
use crate::run::{self, Outlet, Station, SyncOutcome};
use crate::standing;
use crate::upload::{MayGo, Uploaded};
use crate::{cut, enrol, records};

const README: &str = include_str!("bundle.README.txt");
/// Bytes that a part has besides batches and files, and for each of these in its list.
const OVERHEAD: u64 = 64 * 1024;
const OVERHEAD_OF_A_FILE: u64 = 1024;
/// Bytes that are left free for the hub's answer, which comes back on the same medium.
const FOR_THE_ANSWER: u64 = 64 * 1024 * 1024;
/// Files of a part, at most: its list stays within [`bundle::LIST_BYTES`].
const MOST_FILES: usize = 500_000;

/// The end of the name of a bundle that is begun.
const BEGUN: &str = ".incomplete";

/// What is to be written where.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The folder on the medium.
    pub folder: &'a Path,
    /// The most bytes of a part.
    pub most_bytes: Option<u64>,
    /// Whether files go along that an acknowledged record names.
    pub all_files: bool,
    /// Whether nothing is sealed for the hub.
    pub is_plain: bool,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The folders of the parts, by name.
    pub bundles: Vec<String>,
    /// Records in them.
    pub records: u64,
    /// Files in them.
    pub files: u64,
    /// Bytes of all of it on the medium.
    pub bytes: u64,
    /// Parts that found no room on the medium.
    pub left: u32,
    /// What was kept back, as after a sync.
    pub sync: SyncOutcome,
}

/// Files are looked at where they lie: they are copied when it is known where to.
struct Disk<'a> {
    catalog: &'a Catalog,
    vault: &'a Vault,
    all_files: bool,
    cancel: &'a Cancel,
}

impl Outlet for Disk<'_> {
    fn carry(&self, files: &[(Sha256, u64)], _: MayGo<'_>) -> Result<Uploaded, SyncError> {
        let mut uploaded = Uploaded::default();
        for (sha256, bytes) in files {
            if self.cancel.is_requested() {
                return Err(SyncError::Cancelled);
            }
            if !self.all_files && self.catalog.is_file_acknowledged(sha256)? {
                continue;
            }
            if !self.vault.verify(sha256).is_ok_and(|found| found == *bytes) {
                uploaded.damaged.push(*sha256);
            }
        }
        Ok(uploaded)
    }

    fn take_back(&self, _: Sha256) -> Result<(), SyncError> {
        Ok(())
    }
}

/// A range of the log that becomes one bundle.
#[derive(Debug, Default, PartialEq, Eq)]
struct Part {
    /// Its batches: first and last position.
    batches: Vec<(u64, u64)>,
    files: Vec<(Sha256, u64)>,
    withheld: BTreeSet<u64>,
    /// Bytes that it has at most.
    bytes: u64,
}

/// Writes all that may leave and is not acknowledged.
pub fn write(station: &Station<'_>, order: &Order<'_>, cancel: &Cancel) -> Result<Written, SyncError> {
    let catalog = station.catalog;
    let state = standing::begin(catalog)?;
    let mut written = Written::default();
    let mut kept_back = BTreeSet::new();
    let outlet = Disk { catalog, vault: station.vault, all_files: order.all_files, cancel };
    while run::seal(station, &outlet, &state, &mut kept_back, &mut written.sync)? {}
    // Also where nothing else waits: the answer to it brings what was decided.
    run::about_itself(station, state.clock_offset)?;
    loop {
        match write_parts(station, order, &mut written, cancel)? {
            Done::Yes => break,
            // A dossier was held: its lines are withheld now, and the plan is another.
            Done::HeldMeanwhile => (written.records, written.files, written.bytes) = (0, 0, 0),
        }
    }
    written.sync.backlog = catalog.backlog()?;
    Ok(written)
}

enum Done {
    Yes,
    HeldMeanwhile,
}

fn write_parts(
    station: &Station<'_>,
    order: &Order<'_>,
    written: &mut Written,
    cancel: &Cancel,
) -> Result<Done, SyncError> {
    written.bundles.clear();
    let state = station.catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;
    let known = |sha256: &Sha256| match order.all_files {
        true => Ok(false),
        false => Ok(station.catalog.is_file_acknowledged(sha256)?),
    };
    let parts = plan(&station.catalog.log_extents(state.acknowledged)?, order.most_bytes, &known)?;
    if parts.is_empty() {
        return Ok(Done::Yes);
    }
    atomic::make_folder(order.folder)?;
    take_away_withheld(station.catalog, &state, order.folder)?;
    let (way, free, more, fitting) = loop {
        let way = Way::find(order.folder, &state, &parts)?;
        let free = disk::free_bytes(order.folder)?.saturating_add(way.freed);
        let more: Vec<u64> = parts.iter().map(|part| way.more(StationId(state.station), part)).collect();
        let fitting = fitting(&more, free);
        if !take_away_begun(station.catalog, &state, order.folder, &parts[..fitting])? {
            break (way, free, more, fitting);
        }
    };
    if fitting == 0 {
        let needed = more.first().unwrap_or(&0) + FOR_THE_ANSWER;
        return Err(SyncError::NoRoom { folder: order.folder.to_owned(), needed, free });
    }
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let parts = &parts[..fitting];
    way.make(StationId(state.station), order.folder, parts)?;
    written.left = count - u32::try_from(fitting).unwrap_or(count);
    for (number, part) in (1..).zip(parts) {
        let writer = Writer { station, order, state: &state, hub_key: enrol::receipt(&state)?.hub_public_key, cancel };
        match writer.write(part, number, count, written)? {
            Done::Yes => {}
            Done::HeldMeanwhile => break,
        }
    }
    take_away_held(station.catalog, &state, order.folder, parts)
}

/// A bundle of this station that lies in a folder, by what its name tells.
struct OwnBundle {
    path: PathBuf,
    name: String,
    /// Position of its first line.
    first: Option<u64>,
    /// Position of its last line; none of one that is begun only.
    last: Option<u64>,
}

/// What lies in a folder under names of this station's bundles, finished or begun.
fn own_bundles(folder: &Path, station: StationId) -> Result<Vec<OwnBundle>, StoreError> {
    let prefix = format!("sohoa-bundle-{station}-");
    let mut own = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| StoreError::read(folder, error))? {
        let path = entry.map_err(|error| StoreError::read(folder, error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(range) = name.strip_prefix(&prefix) else { continue };
        let (first, last) = match range.strip_suffix(BEGUN) {
            Some(first) => (first, ""),
            None => range.split_once('-').unwrap_or((range, "")),
        };
        let (first, last) = (first.parse().ok(), last.parse().ok());
        own.push(OwnBundle { path, name, first, last });
    }
    Ok(own)
}

/// Takes finished bundles of this station away that may tell of what is withheld by now: before there is any question
/// of room, and whether or not something is written in their place.
fn take_away_withheld(catalog: &Catalog, state: &SyncState, folder: &Path) -> Result<(), SyncError> {
    let on_their_way = catalog.bundles_on_their_way()?;
    for own in own_bundles(folder, StationId(state.station))? {
        let (Some(first), Some(last)) = (own.first, own.last) else { continue };
        if last <= state.acknowledged {
            continue;
        }
        let withheld: BTreeSet<u64> = catalog.withheld_lines(first, last)?.into_iter().map(|(seq, _)| seq).collect();
        let was_left_out = |bundle: &WrittenBundle| {
            (bundle.first, bundle.last) == (first, last) && bundle.withheld.is_superset(&withheld)
        };
        if !withheld.is_empty() && !on_their_way.iter().any(was_left_out) && carried::is_real_folder(&own.path)? {
            fs::remove_dir_all(&own.path).map_err(|error| StoreError::write(&own.path, error))?;
        }
    }
    Ok(())
}

/// Takes begun bundles away that may tell of what is withheld by now, but for those that are gone on with: the writer leaves
/// nothing of that in them. Whether there were any: then there is more room.
fn take_away_begun(catalog: &Catalog, state: &SyncState, folder: &Path, written: &[Part]) -> Result<bool, SyncError> {
    let station = StationId(state.station);
    let gone_on_with: BTreeSet<String> = written.iter().flat_map(|part| names(station, part)).collect();
    let mut any = false;
    for own in own_bundles(folder, station)? {
        let (Some(first), None) = (own.first, own.last) else { continue };
        if gone_on_with.contains(&own.name) || catalog.withheld_lines(first, state.sealed)?.is_empty() {
            continue;
        }
        if carried::is_real_folder(&own.path)? {
            fs::remove_dir_all(&own.path).map_err(|error| StoreError::write(&own.path, error))?;
            any = true;
        }
    }
    Ok(any)
}

/// Takes parts away that tell of a dossier which was held while the others were written.
fn take_away_held(catalog: &Catalog, state: &SyncState, folder: &Path, parts: &[Part]) -> Result<Done, SyncError> {
    let mut done = Done::Yes;
    for part in parts {
        let (Some((first, _)), Some((_, last))) = (part.batches.first(), part.batches.last()) else { continue };
        let still = catalog.withheld_lines(*first, *last)?.into_iter().map(|(seq, _)| seq).collect::<BTreeSet<_>>();
        if still == part.withheld {
            continue;
        }
        done = Done::HeldMeanwhile;
        for name in names(StationId(state.station), part) {
            let place = folder.join(name);
            if carried::is_real_folder(&place)? {
                fs::remove_dir_all(&place).map_err(|error| StoreError::write(&place, error))?;
            }
        }
    }
    Ok(done)
}

/// Cuts lines into batches and batches into parts; a file goes into the first part that names it.
fn plan(
    extents: &[Extent],
    most_bytes: Option<u64>,
    is_known: &dyn Fn(&Sha256) -> Result<bool, SyncError>,
) -> Result<Vec<Part>, SyncError> {
    let mut parts: Vec<Part> = Vec::new();
    let mut carried = BTreeSet::new();
    let mut batch_bytes = 0;
    for extent in extents {
        let line = extent.bytes.unwrap_or(80) + 1;
        let mut files = Vec::new();
        for file in &extent.files {
            if !carried.contains(&file.0) && !is_known(&file.0)? {
                files.push(*file);
            }
        }
        let weight = |file: &(Sha256, u64)| age::sealed_bytes(file.1) + OVERHEAD_OF_A_FILE;
        let needed = line + files.iter().map(weight).sum::<u64>();
        let fits = |bytes: u64| most_bytes.is_none_or(|most| bytes + needed + OVERHEAD_OF_A_FILE <= most);
        let is_in_list = |part: &Part| part.files.len() + files.len() <= MOST_FILES;
        if !parts.last().is_some_and(|part| fits(part.bytes) && is_in_list(part)) {
            if !fits(OVERHEAD) {
                return Err(SyncError::PartTooSmall { needed: OVERHEAD + needed + OVERHEAD_OF_A_FILE });
            }
            parts.push(Part { bytes: OVERHEAD, ..Part::default() });
            batch_bytes = u64::MAX;
        }
        let Some(part) = parts.last_mut() else { continue };
        match part.batches.last_mut() {
            Some((first, last))
                if extent.seq - *first < limits::BATCH_RECORDS as u64
                    && batch_bytes + line <= limits::BATCH_BYTES as u64 =>
            {
                *last = extent.seq;
                batch_bytes += line;
            }
            _ => {
                part.batches.push((extent.seq, extent.seq));
                part.bytes += OVERHEAD_OF_A_FILE;
                batch_bytes = line;
            }
        }
        part.bytes += needed;
        if extent.bytes.is_none() {
            part.withheld.insert(extent.seq);
        }
        carried.extend(files.iter().map(|(sha256, _)| *sha256));
        part.files.extend(files);
    }
    Ok(parts)
}

/// How many of the leading parts have room, beside the hub's answer: the others wait for another disk, or for this one to
/// come back.
fn fitting(more: &[u64], free: u64) -> usize {
    let mut needed = if more.iter().any(|bytes| *bytes > 0) { FOR_THE_ANSWER } else { 0 };
    let fits = |bytes: &&u64| {
        needed = needed.saturating_add(**bytes);
        needed <= free
    };
    more.iter().take_while(fits).count()
}

/// What this station's bundles in a folder leave of room: found before anything is removed, made when it is enough.
#[derive(Debug, Default)]
struct Way {
    /// Bytes that are removed.
    freed: u64,
    /// Bytes that are kept or replaced, by the name of the part.
    there: BTreeMap<String, u64>,
    /// What is superseded by what is written now.
    superseded: Vec<PathBuf>,
    /// What is looked through again: where it lies, and the folder that it is begun in.
    again: Vec<(PathBuf, PathBuf)>,
}

impl Way {
    fn find(folder: &Path, state: &SyncState, parts: &[Part]) -> Result<Self, StoreError> {
        let station = StationId(state.station);
        let wanted: BTreeSet<String> = parts.iter().flat_map(|part| names(station, part)).collect();
        let mut way = Self::default();
        for OwnBundle { path, name, first, last } in own_bundles(folder, station)? {
            // One that is acknowledged to its end is left to its owner; any other may tell what is withheld by now.
            let is_wanted = wanted.contains(&name);
            if !is_wanted && last.is_some_and(|last| last <= state.acknowledged) {
                continue;
            }
            if !carried::is_real_folder(&path)? {
                continue;
            }
            let bytes = carried::bytes_below(&path)?;
            // A finished one is looked through in the place of one that is begun.
            let begun = first.filter(|_| last.is_some()).map(|first| begun_folder(station, first));
            match begun.filter(|begun| wanted.contains(begun)) {
                _ if is_wanted => {
                    way.there.insert(name, bytes);
                }
                Some(begun) if !carried::is_real_folder(&folder.join(&begun))? => {
                    way.again.push((path, folder.join(&begun)));
                    way.there.insert(begun, bytes);
                }
                _ => {
                    way.freed += bytes;
                    way.superseded.push(path);
                }
            }
        }
        Ok(way)
    }

    /// Bytes that a part needs besides those that lie there already.
    fn more(&self, station: StationId, part: &Part) -> u64 {
        let there = names(station, part).iter().filter_map(|name| self.there.get(name)).sum();
        part.bytes.saturating_sub(there)
    }

    /// Makes it for the parts that are written now: a bundle in the place of a part that is not stays as it is.
    fn make(self, station: StationId, folder: &Path, parts: &[Part]) -> Result<(), StoreError> {
        for path in self.superseded {
            fs::remove_dir_all(&path).map_err(|error| StoreError::write(&path, error))?;
        }
        let written: BTreeSet<PathBuf> =
            parts.iter().flat_map(|part| names(station, part)).map(|name| folder.join(name)).collect();
        for (path, begun) in self.again.into_iter().filter(|(_, begun)| written.contains(begun)) {
            take_apart(&path, &begun)?;
        }
        Ok(())
    }
}

/// The folder of a part that is finished, and of one that is begun: by its beginning alone, for what was sealed since
/// does not make it another one.
fn names(station: StationId, part: &Part) -> [String; 2] {
    let first = part.batches.first().map_or(0, |(first, _)| *first);
    let last = part.batches.last().map_or(0, |(_, last)| *last);
    [bundle::bundle_folder(station, first, last), begun_folder(station, first)]
}

fn begun_folder(station: StationId, first: u64) -> String {
    format!("sohoa-bundle-{station}-{first}{BEGUN}")
}

/// A bundle that was finished before is looked through again like one that was begun.
fn take_apart(place: &Path, begun: &Path) -> Result<(), StoreError> {
    if carried::is_real_folder(begun)? {
        fs::remove_dir_all(begun).map_err(|error| StoreError::write(begun, error))?;
    }
    fs::rename(place, begun).map_err(|error| StoreError::write(begun, error))?;
    let complete = begun.join(bundle::COMPLETE);
    match fs::remove_file(&complete) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::write(complete, error)),
        _ => Ok(()),
    }
}

struct Writer<'a> {
    station: &'a Station<'a>,
    order: &'a Order<'a>,
    state: &'a SyncState,
    hub_key: PublicKey,
    cancel: &'a Cancel,
}

impl Writer<'_> {
    fn write(&self, part: &Part, number: u32, count: u32, written: &mut Written) -> Result<Done, SyncError> {
        let (Some((first, _)), Some((_, last))) = (part.batches.first(), part.batches.last()) else {
            return Ok(Done::Yes);
        };
        let (first, last) = (*first, *last);
        let (catalog, station) = (self.station.catalog, StationId(self.state.station));
        let [name, begun] = names(station, part);
        let (place, begun) = (self.order.folder.join(&name), self.order.folder.join(begun));
        if carried::is_real_folder(&place)? {
            take_apart(&place, &begun)?;
        }
        carried::is_real_folder(&begun)?;
        atomic::make_folder(&begun)?;
        // No link in it is written through, and nothing of an earlier try takes room.
        let sealed = !self.order.is_plain;
        let files: BTreeSet<String> =
            part.files.iter().map(|(name, _)| bundle::file_path((*name).into(), sealed)).collect();
        carried::keep_only(&begun, &|name| name.starts_with("lines/") || files.contains(name))?;
        let mut entries = Vec::new();
        for (sha256, bytes) in &part.files {
            entries.push(self.file(&begun, *sha256, *bytes)?);
            crash::point("bundle.file");
        }
        entries.sort_by_key(|entry| entry.path(!self.order.is_plain));
        for range in &part.batches {
            self.lines(&begun, *range, &mut entries)?;
            crash::point("bundle.lines");
        }
        let still = catalog.withheld_lines(first, last)?.into_iter().map(|(seq, _)| seq).collect::<BTreeSet<_>>();
        if still != part.withheld {
            return Ok(Done::HeldMeanwhile);
        }
        let list = bundle::write_list(&entries).map_err(|_| self.unwritable())?;
        let (prev, chain) = (self.chain_at(first - 1)?, self.chain_at(last)?);
        let id = records::derived(&[
            b"bundle",
            self.state.station.as_bytes(),
            &self.state.epoch.to_be_bytes(),
            &first.to_be_bytes(),
            &chain.0.0,
        ]);
        let manifest = Manifest {
            format: bundle::BUNDLE_FORMAT.to_owned(),
            id: RecordId(id),
            station,
            epoch: self.state.epoch,
            generation: self.state.generation,
            first,
            last,
            prev,
            chain,
            part: number,
            parts: count,
            feed_cursor: self.state.feed_cursor,
            sealed: !self.order.is_plain,
            list: Listed { bytes: list.len() as u64, sha256: Hash::of(&list) },
            at: Moment(self.station.clock.now()),
        };
        let manifest = Signed::new(manifest, self.station.key).map_err(|_| self.unwritable())?.text;
        self.keep(&begun.join(bundle::LIST), &mut |out| out.write_all(&list))?;
        self.keep(&begun.join(bundle::README), &mut |out| out.write_all(README.as_bytes()))?;
        self.keep(&begun.join(bundle::MANIFEST), &mut |out| out.write_all(manifest.as_bytes()))?;
        let paths: BTreeSet<String> = entries.iter().map(|entry| entry.path(!self.order.is_plain)).collect();
        let own = [bundle::LIST, bundle::README, bundle::MANIFEST];
        carried::keep_only(&begun, &|name| own.contains(&name) || paths.contains(name))?;
        let complete = Hash::of(manifest.as_bytes()).to_string();
        self.keep(&begun.join(bundle::COMPLETE), &mut |out| writeln!(out, "{complete}"))?;
        crash::point("bundle.complete");
        // Before it has its name: a bundle that nobody here knows of must not be carried away.
        let kept = WrittenBundle { id, first, last, withheld: still };
        if !catalog.keep_bundle(&kept, &self.station.act())? {
            return Ok(Done::HeldMeanwhile);
        }
        carried::rename_folder(&begun, &place)?;
        crash::point("bundle.named");
        written.records += last - first + 1;
        written.files += part.files.len() as u64;
        written.bytes += entries.iter().map(|entry| entry.stored().bytes).sum::<u64>() + list.len() as u64;
        written.bundles.push(name);
        Ok(Done::Yes)
    }

    fn file(&self, folder: &Path, sha256: Sha256, bytes: u64) -> Result<Entry, SyncError> {
        let digest = Hash::from(sha256);
        let target = folder.join(bundle::file_path(digest, !self.order.is_plain));
        let mut in_vault = None;
        let kept = self.keep(&target, &mut |out| {
            let path = self.station.vault.path(&sha256);
            let file = self.station.vault.open(&sha256).map_err(|fault| {
                let what = fault.to_string();
                in_vault = Some(fault);
                io::Error::other(what)
            })?;
            let mut file = Checked { file, path, hasher: Some(Hasher::new()), expected: sha256, fault: None };
            let sealed = self.seal(digest, &mut file, out);
            in_vault = file.fault;
            sealed
        });
        // What fails in the vault is not the fault of the disk.
        if let Some(fault) = in_vault {
            return Err(fault.into());
        }
        let stored = kept?;
        let stored = Listed { bytes: stored.bytes, sha256: stored.sha256.into() };
        Ok(Entry::File { file: FileOffer { sha256: digest, bytes }, stored })
    }

    fn lines(&self, folder: &Path, (first, last): (u64, u64), entries: &mut Vec<Entry>) -> Result<(), SyncError> {
        let most = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
        let rows = self.station.catalog.log_rows(first - 1, most, usize::MAX)?;
        let cut = cut::cut(self.state, self.chain_at(first - 1)?.0.into(), &rows, self.station.key);
        let Some(cut) = cut.map_err(|_| self.unwritable())? else {
            // Texts of another kind than usual pack worse than usual.
            let middle = first + (last - first) / 2;
            self.lines(folder, (first, middle), entries)?;
            return self.lines(folder, (middle + 1, last), entries);
        };
        let target = folder.join(bundle::lines_path(first, !self.order.is_plain));
        let digest = Hash::of(&cut.body);
        let stored = self.keep(&target, &mut |out| self.seal(digest, &mut cut.body.as_slice(), out))?;
        let stored = Listed { bytes: stored.bytes, sha256: stored.sha256.into() };
        entries.push(Entry::Lines { first, batch: Some(cut.header.to_string()), stored });
        Ok(())
    }

    fn seal(&self, digest: Hash, plain: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
        match self.order.is_plain {
            true => io::copy(plain, out).map(drop),
            false => age::seal(&self.hub_key, &Seed::of(self.station.key, &self.hub_key, digest), plain, out),
        }
    }

    /// Writes a file, unless it lies there already as it should.
    fn keep(&self, target: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<Stored, SyncError> {
        if self.cancel.is_requested() {
            return Err(SyncError::Cancelled);
        }
        if fs::symlink_metadata(target).is_ok_and(|facts| facts.is_file()) {
            let mut wanted = Measured(Hasher::new());
            fill(&mut wanted).map_err(|error| StoreError::read(target, error))?;
            let wanted = Stored { bytes: wanted.0.bytes(), sha256: wanted.0.finish() };
            if carried::read_back(target, self.cancel).is_ok_and(|found| found == wanted) {
                return Ok(wanted);
            }
        }
        Ok(carried::write(target, fill, self.cancel)?)
    }

    fn chain_at(&self, seq: u64) -> Result<Chain, SyncError> {
        match self.station.catalog.chain_at(seq)? {
            Some(chain) => Ok(Chain(chain.into())),
            None => {
                let why = "the log does not begin where the hub is";
                Err(standing::stop(self.station.catalog, SyncHealth::Refused, why, &self.station.act())?)
            }
        }
    }

    fn unwritable(&self) -> SyncError {
        SyncError::Answer { hub: self.state.hub.clone(), what: "a record that fits into no batch".to_owned() }
    }
}

/// A file of the vault that must be what its name says to its last byte.
struct Checked {
    file: fs::File,
    path: PathBuf,
    hasher: Option<Hasher>,
    expected: Sha256,
    /// Why it cannot be read.
    fault: Option<StoreError>,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match self.file.read(buffer) {
            Ok(length) => length,
            Err(error) => {
                self.fault = Some(StoreError::read(&self.path, error.kind().into()));
                return Err(error);
            }
        };
        if length > 0 {
            self.hasher.as_mut().into_iter().for_each(|hasher| hasher.update(&buffer[..length]));
        } else if !buffer.is_empty()
            && let Some(found) = self.hasher.take().map(Hasher::finish)
            && found != self.expected
        {
            self.fault = Some(StoreError::Torn { path: self.path.clone(), expected: self.expected, found });
            return Err(io::Error::other("damaged in the vault"));
        }
        Ok(length)
    }
}

/// Where nothing is written, only hashed.
struct Measured(Hasher);

impl Write for Measured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(seq: u64, files: &[(u8, u64)]) -> Extent {
        let files = files.iter().map(|(name, bytes)| (Sha256([*name; 32]), *bytes)).collect();
        Extent { seq, bytes: Some(700), files }
    }

    fn planned(extents: &[Extent], most: Option<u64>) -> Result<Vec<Part>, SyncError> {
        plan(extents, most, &|sha256| Ok(sha256.0 == [9; 32]))
    }

    #[test]
    fn the_leading_parts_that_have_room_beside_the_answer_are_written() {
        let parts = [10, 20, 30];
        for (room, count) in [(0, 0), (9, 0), (10, 1), (29, 1), (30, 2), (60, 3), (u64::MAX - FOR_THE_ANSWER, 3)] {
            assert_eq!(fitting(&parts, FOR_THE_ANSWER + room), count, "{room}");
        }
        assert_eq!(fitting(&parts, 10), 0);
        assert_eq!(fitting(&[0, 0], 0), 2, "all of it lies there already");
    }

    #[test]
    fn a_file_is_carried_once_and_what_the_hub_has_is_not() {
        let extents = [extent(5, &[(1, 10), (9, 10)]), extent(6, &[(1, 10), (2, 20)])];
        let parts = planned(&extents, None).unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].batches, [(5, 6)]);
        assert_eq!(parts[0].files, [(Sha256([1; 32]), 10), (Sha256([2; 32]), 20)]);
        assert!(planned(&[], None).unwrap().is_empty());
    }

    #[test]
    fn parts_are_as_large_as_was_asked_and_batches_as_large_as_the_hub_takes() {
        let extents: Vec<Extent> = (1..=10).map(|seq| extent(seq, &[(seq as u8 + 20, 1 << 20)])).collect();
        let most = 3 << 20;
        let parts = planned(&extents, Some(most)).unwrap();
        assert_eq!(
            parts.iter().map(|part| part.batches[0]).collect::<Vec<_>>(),
            [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]
        );
        assert!(parts.iter().all(|part| part.bytes <= most));
        assert!(
            matches!(planned(&extents, Some(1 << 20)), Err(SyncError::PartTooSmall { needed }) if needed > 1 << 20)
        );
        let many: Vec<Extent> = (1..=4_001).map(|seq| extent(seq, &[])).collect();
        assert_eq!(planned(&many, None).unwrap()[0].batches, [(1, 2_000), (2_001, 4_000), (4_001, 4_001)]);
        let long: Vec<Extent> = (1..=3).map(|seq| Extent { bytes: Some(8 << 20), ..extent(seq, &[]) }).collect();
        assert_eq!(planned(&long, None).unwrap()[0].batches, [(1, 1), (2, 2), (3, 3)]);
        let mut name = [0; 32];
        let mut count = 0_u64;
        let mut next = || {
            count += 1;
            name[..8].copy_from_slice(&count.to_be_bytes());
            (Sha256(name), 1)
        };
        let mut full: Vec<Extent> = (1..=5).map(|seq| extent(seq, &[])).collect();
        full.iter_mut().for_each(|extent| extent.files.extend((0..MOST_FILES / 4).map(|_| next())));
        let parts = planned(&full, None).unwrap();
        assert_eq!(parts.iter().map(|part| part.batches[0]).collect::<Vec<_>>(), [(1, 4), (5, 5)]);
        let withheld = [extent(1, &[]), Extent { bytes: None, ..extent(2, &[]) }];
        assert_eq!(planned(&withheld, None).unwrap()[0].withheld, BTreeSet::from([2]));
    }
}
