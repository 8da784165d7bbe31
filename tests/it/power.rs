//! Power cuts and failing disks: the real program is recorded call by call, and what a cut may leave is put together again.
//!
//! The recorder (`tests/recorder`) sees every change below the archive, those of SQLite too. A schedule is a seed: it draws
//! when the power goes, and then, of all that was not synced, what reached the disk: nothing, all, the first part, or any
//! part, the last write torn. Names are only there for good when their folder was synced. From what is left the program must
//! still know every page that it said it had taken, and the next start must end exactly where an undisturbed run ends.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sohoa_tests::announce;
use sohoa_tests::preload::preloaded;
use sohoa_tests::station::{ARCHIVIST, Station};

use crate::crashes::{Outcome, copy_folder, copy_of, outcome, prepared, still};

/// Power cuts, unless `SOHOA_SCHEDULES` says how many.
const CUTS: u64 = 200;

/// Power cuts on a disk that lies about syncing.
const CONTROLS: u64 = 20;

/// One disk that fills up or fails for so many power cuts.
const CUTS_A_FAULT: u64 = 10;

/// Numbers that look drawn: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(bits ^ (bits >> 31)) * count as u128) >> 64) as usize
    }
}

/// A recorded call.
struct Op {
    kind: u8,
    inode: u64,
    number: u64,
    a: Vec<u8>,
    b: Vec<u8>,
}

fn recorded(log: &Path) -> Vec<Op> {
    let bytes = fs::read(log).unwrap();
    let mut rest = &bytes[..];
    let mut ops = Vec::new();
    let take = |rest: &mut &[u8], count: usize| {
        let (taken, left) = rest.split_at(count);
        *rest = left;
        taken.to_vec()
    };
    let number = |bytes: Vec<u8>| bytes.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    while !rest.is_empty() {
        let kind = take(&mut rest, 1)[0];
        let (inode, count) = (number(take(&mut rest, 8)), number(take(&mut rest, 8)));
        let length = number(take(&mut rest, 4)) as usize;
        let a = take(&mut rest, length);
        let length = number(take(&mut rest, 4)) as usize;
        let b = take(&mut rest, length);
        ops.push(Op { kind, inode, number: count, a, b });
    }
    ops
}

/// A change of a file's bytes that was not synced yet.
#[derive(Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Length(u64),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => {
                let end = *offset as usize + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset as usize..end].copy_from_slice(data);
            }
            Self::Length(length) => bytes.resize(*length as usize, 0),
        }
    }
}

/// A change of names that was not synced yet.
#[derive(Clone)]
enum Naming {
    Add(String, usize),
    Remove(String),
    Move(String, String),
    Folder(String),
}

#[derive(Clone, Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

/// A disk: what is on it for good, and what is only in memory.
#[derive(Clone, Default)]
struct Disk {
    contents: Vec<Content>,
    by_inode: HashMap<u64, usize>,
    /// Names as programs see them.
    seen: BTreeMap<String, usize>,
    names: BTreeMap<String, usize>,
    folders: BTreeSet<String>,
    pending: BTreeMap<String, Vec<Naming>>,
}

impl Disk {
    /// The disk as it is below a folder, all of it durable.
    fn of(root: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        let mut disk = Self::default();
        for entry in walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap) {
            let path = entry.path().to_str().unwrap().to_owned();
            if entry.file_type().is_dir() {
                disk.folders.insert(path);
                continue;
            }
            let id = disk.contents.len();
            disk.contents.push(Content { durable: fs::read(&path).unwrap(), pending: vec![] });
            disk.by_inode.insert(entry.metadata().unwrap().ino(), id);
            disk.seen.insert(path.clone(), id);
            disk.names.insert(path, id);
        }
        disk
    }

    fn later(&mut self, path: &str, naming: Naming) {
        let folder = Path::new(path).parent().unwrap().to_str().unwrap();
        self.pending.entry(folder.to_owned()).or_default().push(naming);
    }

    fn step(&mut self, op: &Op) {
        let path = || String::from_utf8(op.a.clone()).unwrap();
        match op.kind {
            b'O' if op.number == 1 => {
                let id = self.contents.len();
                self.contents.push(Content::default());
                self.by_inode.insert(op.inode, id);
                self.seen.insert(path(), id);
                self.later(&path(), Naming::Add(path(), id));
            }
            b'W' | b'T' => {
                let id = self.by_inode[&op.inode];
                let change = match op.kind {
                    b'W' => Change::Write(op.number, op.a.clone()),
                    _ => Change::Length(op.number),
                };
                self.contents[id].pending.push(change);
            }
            b'S' => {
                let content = &mut self.contents[self.by_inode[&op.inode]];
                for change in std::mem::take(&mut content.pending) {
                    change.apply(&mut content.durable);
                }
            }
            b'D' => {
                for naming in self.pending.remove(&path()).unwrap_or_default() {
                    self.name(&naming);
                }
            }
            b'R' | b'L' => {
                let to = String::from_utf8(op.b.clone()).unwrap();
                let id = self.seen[&path()];
                self.seen.insert(to.clone(), id);
                if op.kind == b'R' {
                    self.seen.remove(&path());
                    self.later(&to, Naming::Move(path(), to.clone()));
                } else {
                    self.later(&to, Naming::Add(to.clone(), id));
                }
            }
            b'U' => {
                self.seen.remove(&path());
                self.later(&path(), Naming::Remove(path()));
            }
            b'M' => self.later(&path(), Naming::Folder(path())),
            _ => {}
        }
    }

    /// Carries a change of names out on what is durable.
    fn name(&mut self, naming: &Naming) {
        match naming {
            Naming::Add(path, id) => drop(self.names.insert(path.clone(), *id)),
            Naming::Remove(path) => drop(self.names.remove(path)),
            Naming::Folder(path) => drop(self.folders.insert(path.clone())),
            Naming::Move(from, to) => {
                // The name that it had may never have been durable; the file is known all the same.
                if let Some(id) = self.names.remove(from).or_else(|| self.seen.get(to).copied()) {
                    self.names.insert(to.clone(), id);
                }
            }
        }
    }

    /// What a power cut leaves, drawn.
    fn cut(mut self, dice: &mut Dice) -> Self {
        for (_, namings) in std::mem::take(&mut self.pending) {
            for naming in namings.iter().take(dice.below(namings.len() + 1)) {
                self.name(naming);
            }
        }
        for content in &mut self.contents {
            let pending = std::mem::take(&mut content.pending);
            let (way, count) = (dice.below(4), pending.len());
            let first = dice.below(count + 1);
            for (i, change) in pending.into_iter().enumerate() {
                let reaches = match way {
                    0 => false,
                    1 => true,
                    2 => i < first,
                    _ => dice.below(2) == 0,
                };
                if !reaches {
                    continue;
                }
                match change {
                    // Torn at a sector, or anywhere.
                    Change::Write(offset, mut data) if i + 1 == first || i + 1 == count => {
                        let grain = if dice.below(2) == 0 { 512 } else { 1 };
                        data.truncate(dice.below(data.len() / grain + 1) * grain);
                        Change::Write(offset, data).apply(&mut content.durable);
                    }
                    change => change.apply(&mut content.durable),
                }
            }
        }
        self
    }

    /// Writes what is durable below another folder.
    fn lay_out(&self, root: &str, to: &Path) {
        let target = |path: &str| to.join(path.strip_prefix(root).unwrap().trim_start_matches('/'));
        for folder in &self.folders {
            fs::create_dir_all(target(folder)).unwrap();
        }
        for (path, id) in &self.names {
            let path = target(path);
            // A file whose folder never became durable can't be reached.
            if path.parent().unwrap().is_dir() {
                fs::write(path, &self.contents[*id].durable).unwrap();
            }
        }
    }
}

/// Small pages: what is recorded is what the program does with them, not what stands on them.
fn pages(folder: &Path) -> PathBuf {
    let folder = folder.join("pages");
    for (dossier, count) in [("HS.01", 3), ("HS.02", 2)] {
        fs::create_dir_all(folder.join(dossier)).unwrap();
        for page in 1..=count {
            // A bitmap of 8 bits and 200 dpi: white with a few black bars that differ from page to page.
            let (width, height) = (120_u32, 64_u32);
            let mut file = b"BM\0\0\0\0\0\0\0\0".to_vec();
            file.extend([54 + 1024, 40, width, height].iter().flat_map(|number| number.to_le_bytes()));
            file.extend([1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            file.extend([7874_u32, 7874, 256, 0].iter().flat_map(|number| number.to_le_bytes()));
            file.extend((0..=255_u8).flat_map(|gray| [gray, gray, gray, 0]));
            let ink = |x: u32, y: u32| y % 16 < 4 && x > 10 && x < 20 + 13 * page + dossier.as_bytes()[4] as u32 % 7;
            file.extend((0..height).flat_map(|y| (0..width).map(move |x| if ink(x, y) { 20 } else { 255 })));
            fs::write(folder.join(dossier).join(format!("p{page}.bmp")), file).unwrap();
        }
    }
    folder
}

const PAGES: u64 = 5;

fn import(station: &Station, pages: &Path) -> Command {
    let mut command = station.command_as(ARCHIVIST);
    still(&mut command).args(["-v", "import", "--lang", "vie", "--jobs", "1"]).arg(pages);
    command
}

/// A command under the recorder.
pub(crate) fn under<'a>(command: &'a mut Command, recorder: &Path, station: &Station, log: &Path) -> &'a mut Command {
    command.env("LD_PRELOAD", recorder).env("RECORDER_ROOT", station.archive()).env("RECORDER_LOG", log)
}

/// How many pages the program said that it had taken.
fn acknowledged<'a>(ops: impl IntoIterator<Item = &'a Op>) -> u64 {
    let said: Vec<u8> = ops.into_iter().filter(|op| op.kind == b'A').flat_map(|op| op.a.clone()).collect();
    let said = String::from_utf8_lossy(&said);
    let taken = said.lines().filter_map(|line| line.split_once("Taking: ")?.1.split(' ').next()?.parse().ok());
    taken.max().unwrap_or(0)
}

/// What is missing of the pages that were acknowledged, before anything is taken again.
fn loss(station: &Station, acknowledged: u64) -> Option<String> {
    let json = |arguments: &[&str]| {
        let mut command = station.command_as(ARCHIVIST);
        let said = station.finish(still(&mut command).args(arguments));
        let told = format!("{arguments:?} ended with {:?}: {}", said.code, said.stderr);
        if matches!(said.code, Some(0 | 6)) { Ok(said.json()) } else { Err(told) }
    };
    let rows = match json(&["show", "--json"]) {
        Ok(rows) => rows,
        Err(told) => return Some(told),
    };
    let there: u64 = rows.as_array().unwrap().iter().map(|row| row["pages"].as_u64().unwrap()).sum();
    if there < acknowledged {
        return Some(format!("{there} pages are there, {acknowledged} were acknowledged"));
    }
    match json(&["check", "--json"]) {
        Ok(report) => {
            let damage = report["damage"].as_array().unwrap().clone();
            // Publishing comes after recording, and the next start does it.
            let lost: Vec<_> = damage.iter().filter(|line| line["code"] != "published-missing").collect();
            (!lost.is_empty()).then(|| format!("{lost:?}"))
        }
        Err(told) => Some(told),
    }
}

/// Asserts that every page that was acknowledged is there with its master, and that going on ends where it should.
fn assert_nothing_lost(
    station: &Station,
    acknowledged: u64,
    pages: &Path,
    (expected, removed): &(Outcome, BTreeSet<String>),
    what: &str,
) {
    assert_eq!(loss(station, acknowledged), None, "{what}");
    let said = station.finish(&mut import(station, pages));
    assert_eq!(said.code, Some(0), "{what}: going on: {}\n{}", said.stdout, said.stderr);
    let mut found = outcome(station);
    // What was removed and not synced may come back: an unsigned PDF/A beside the signed one that was made of it.
    found.objects.retain(|name| !removed.contains(name));
    assert!(&found == expected, "{what}: the outcome is not that of an undisturbed run: {found:#?}");
    let said = station.run(["check"]);
    assert_eq!(said.code, Some(0), "{what}: {}", said.stdout);
}

#[test]
fn no_power_cut_and_no_failing_disk_loses_a_page_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let Some(recorder) = preloaded(folder.path(), "recorder") else { return };
    let pages = pages(folder.path());
    let template = prepared();
    let undisturbed = copy_of(&template);
    undisturbed.finish(&mut import(&undisturbed, &pages)).done();
    let expected = outcome(&undisturbed);
    assert_eq!(expected.published.len(), 2);

    let cuts = std::env::var("SOHOA_SCHEDULES").map_or(CUTS, |text| text.parse().expect("a number of schedules"));
    let faults = cuts / CUTS_A_FAULT;

    let live = copy_of(&template);
    let root = live.archive().to_str().unwrap().to_owned();
    let start = Disk::of(&live.archive());
    let log = folder.path().join("log");
    let said = live.finish(under(&mut import(&live, &pages), &recorder, &live, &log));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let ops = recorded(&log);
    let changes = ops.iter().filter(|op| op.kind != b'A').count();
    assert_eq!(acknowledged(&ops), PAGES);
    assert!(changes > 300, "only {changes} changes were recorded: the recorder is blind");
    let below =
        |path: &[u8]| String::from_utf8_lossy(path).trim_start_matches(&root).trim_start_matches('/').to_owned();
    let removed: BTreeSet<String> = ops.iter().filter(|op| op.kind == b'U').map(|op| below(&op.a)).collect();
    assert!(removed.iter().all(|name| !expected.objects.contains(name)));
    let expected = (expected, removed);
    // Where nothing is lost, the disk is the one that the run has left.
    let mut whole = start.clone();
    ops.iter().for_each(|op| whole.step(op));
    for (path, id) in &whole.seen {
        let mut bytes = whole.contents[*id].durable.clone();
        whole.contents[*id].pending.iter().for_each(|change| change.apply(&mut bytes));
        if !path.ends_with("-shm") {
            assert!(fs::read(path).is_ok_and(|found| found == bytes), "{path} is not what was recorded");
        }
    }

    // On a disk that only says that it synced, these cuts do lose pages: what looks for losses finds them.
    let lying = (0..CONTROLS).filter(|seed| {
        let mut dice = Dice(*seed);
        let at = dice.below(ops.len() + 1);
        let station = Station::empty();
        copy_folder(&template.settings(), &station.settings());
        let mut disk = start.clone();
        ops[..at].iter().filter(|op| !matches!(op.kind, b'S' | b'D')).for_each(|op| disk.step(op));
        disk.cut(&mut dice).lay_out(&root, &station.archive());
        loss(&station, acknowledged(&ops[..at])).is_some()
    });
    let lost = lying.count() as u64;
    assert!(lost > CONTROLS / 4, "only {lost} of {CONTROLS} cuts on a lying disk were seen to lose something");

    let next = AtomicU64::new(0);
    let done = Mutex::new((0_u64, 0_u64));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= cuts + faults {
                        break;
                    }
                    let mut dice = Dice(seed);
                    let station = Station::empty();
                    copy_folder(&template.settings(), &station.settings());
                    if seed < cuts {
                        let at = dice.below(ops.len() + 1);
                        let mut disk = start.clone();
                        ops[..at].iter().for_each(|op| disk.step(op));
                        disk.cut(&mut dice).lay_out(&root, &station.archive());
                        let what = format!("power cut {seed} after call {at} of {}", ops.len());
                        assert_nothing_lost(&station, acknowledged(&ops[..at]), &pages, &expected, &what);
                        done.lock().unwrap().0 += 1;
                    } else {
                        copy_folder(&template.archive(), &station.archive());
                        let kind = if dice.below(2) == 0 { "full" } else { "io" };
                        let fault = format!("{kind}:{}", 1 + dice.below(changes));
                        let log = folder.path().join(format!("log-{seed}"));
                        let mut command = import(&station, &pages);
                        let said = station.finish(
                            under(&mut command, &recorder, &station, &log).env("RECORDER_FAIL", OsString::from(&fault)),
                        );
                        let what = format!("{fault} ({seed}), ended with {:?}", said.code);
                        assert!(said.code.is_some() && !said.stderr.contains("panicked"), "{what}: {}", said.stderr);
                        assert_nothing_lost(&station, acknowledged(&recorded(&log)), &pages, &expected, &what);
                        done.lock().unwrap().1 += 1;
                    }
                }
            });
        }
    });
    let (cut, failed) = done.into_inner().unwrap();
    announce(&format!(
        "power was cut {cut} times, the disk filled up or failed {failed} times: no page was lost; \
         on a lying disk {lost} of {CONTROLS} cuts lost something"
    ));
}
