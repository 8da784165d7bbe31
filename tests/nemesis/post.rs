//! A post: a station of the run, with what it was told and what has to be true of it therefore.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sohoa_model::Sha256;
use sohoa_tests::station::{ARCHIVIST, Said, Station};

use crate::Libraries;
use crate::plan::{Dice, Plan, Sync, Work};
use crate::tally::{Property, Tally};

/// Dossiers on the list of a station.
const LISTED: usize = 400;
const HEADER: &str = "fonds,series,box,dossier_code,title,start_date,end_date,retention,access_level,paper_file_code,\
    value_class,expected_sheets,expected_pages,language,physical_condition";

/// What the program may end with while things go wrong: done, done in part, no space, without the key that its catalog
/// speaks of (an older catalog of one that was enrolled again), busy, unreachable, stopped.
const EXPECTED: [i32; 7] = [0, 3, 8, 9, 11, 12, 13];

/// A station of the run.
pub(crate) struct Post {
    pub(crate) number: usize,
    pub(crate) station: Station,
    pub(crate) books: Books,
    /// Catalog and books of a backup.
    pub(crate) backup: Option<(PathBuf, Books)>,
    /// An invitation that was not used yet.
    pub(crate) invitation: Option<String>,
    /// Whether it stopped and waits for a person.
    pub(crate) is_stopped: bool,
    /// How far its clock is off, in seconds.
    pub(crate) drift: i64,
    next: usize,
    pub(crate) dice: Dice,
}

/// What a station knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    /// Dossiers with their masters.
    pub(crate) scanned: BTreeMap<String, Vec<Sha256>>,
    pub(crate) held: BTreeSet<String>,
    /// Those of which nothing ever could leave.
    pub(crate) never_left: BTreeSet<String>,
    /// Those that changed since everything was acknowledged.
    pub(crate) changed: BTreeSet<String>,
    /// Masters that the program showed as acknowledged: whatever is restored at the station, the hub has them.
    pub(crate) acknowledged: BTreeSet<Sha256>,
    /// Those of them that the last backup of the hub has: whatever is restored anywhere, the hub has them.
    pub(crate) stable: BTreeSet<Sha256>,
}

impl Post {
    /// A station with a list of dossiers, none scanned.
    pub(crate) fn new(number: usize, plan: &Plan, libraries: &Libraries) -> Self {
        let mut station = Station::empty();
        let drift = plan.drifts[number];
        if let Some(clock) = &libraries.clock {
            station.set("LD_PRELOAD", clock);
            station.set("CLOCK_OFFSET", drift.to_string());
        }
        station.finish(station.bare().args(["init", "--demo"]).arg(station.archive())).done();
        let list = station.folder().join("list.csv");
        let lines = (0..LISTED).map(|place| {
            format!(
                "Phông {number},Mục lục 1,Hộp {},T{number}.{place},Hồ sơ {place},1996,1996,01,01,,valuable,,,01,02",
                place / 10
            )
        });
        fs::write(&list, [HEADER.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")).unwrap();
        station.run(["inventory", "import", list.to_str().unwrap()]).done();
        Self {
            number,
            station,
            books: Books::default(),
            backup: None,
            invitation: None,
            is_stopped: false,
            drift,
            next: 0,
            dice: Dice::new(plan.seed ^ number as u64),
        }
    }

    /// Runs the program as who made the archive, and is its administrator.
    pub(crate) fn administer(&self, line: &[&str]) -> Said {
        self.station.finish(self.station.bare().arg("--archive").arg(self.station.archive()).args(line))
    }

    /// Does some work.
    pub(crate) fn work(&mut self, work: Work, tally: &Tally) {
        tally.operation(match work {
            Work::Scan(_) | Work::ScanLarge => "scan",
            Work::ScanHeld => "scan and hold",
            Work::Turn => "new revision",
            Work::Hold => "hold",
            Work::Lift => "lift",
        });
        let done = match work {
            Work::Scan(pages) => self.scan(usize::from(pages), (200, 280)),
            Work::ScanLarge => self.scan(1, (3000, 3000)),
            Work::ScanHeld => {
                let code = self.scan(1, (200, 280));
                self.administer(&["hold", &code, "--reason", "dấu MẬT"]).done();
                self.books.held.insert(code.clone());
                self.books.never_left.insert(code.clone());
                code
            }
            Work::Turn => match self.any(|books, code| !books.held.contains(code)) {
                None => return,
                Some(code) => {
                    self.station.run(["page", "turn", &code, "1", "--by", "90"]).done();
                    self.station.run(["process", &code, "--lang", "vie", "--no-sign", "--jobs", "1"]);
                    self.administer(&["clear", &code, "--reason", "đã xem"]).done();
                    code
                }
            },
            Work::Hold => match self.any(|books, code| !books.held.contains(code)) {
                None => return,
                Some(code) => {
                    self.station.run(["hold", &code, "--reason", "đơn khiếu nại"]).done();
                    self.books.held.insert(code.clone());
                    code
                }
            },
            // What never left stays so: nothing of it may be anywhere in the end.
            Work::Lift => match self.any(|books, code| books.held.contains(code) && !books.never_left.contains(code)) {
                None => return,
                Some(code) => {
                    self.administer(&["release", &code, "--reason", "đã xem"]).done();
                    self.administer(&["clear", &code, "--reason", "đã xem"]).done();
                    self.books.held.remove(&code);
                    code
                }
            },
        };
        tally.tell(&format!("station {}: {work:?} {done}", self.number));
        self.books.changed.insert(done);
    }

    fn any(&mut self, fits: impl Fn(&Books, &String) -> bool) -> Option<String> {
        let books = &self.books;
        let codes: Vec<&String> = books.scanned.keys().filter(|code| fits(books, code)).collect();
        let place = self.dice.next() % codes.len().max(1) as u64;
        codes.get(place as usize).map(|code| (*code).clone())
    }

    /// Scans the next dossier of the list; pages of a size, no two alike.
    fn scan(&mut self, pages: usize, size: (u32, u32)) -> String {
        let code = format!("T{}.{}", self.number, self.next);
        self.next += 1;
        let scans = self.station.folder().join(format!("in-{code}"));
        let folder = scans.join(&code);
        fs::create_dir_all(&folder).unwrap();
        for page in 1..=pages {
            if size.0 > 1000 {
                fs::write(folder.join(format!("{page}.bmp")), bitmap(size, self.dice.next())).unwrap();
            } else {
                picture(&folder.join(format!("{page}.png")), size, self.dice.next());
            }
        }
        let line = ["import", scans.to_str().unwrap(), "--lang", "vie", "--no-sign", "--jobs", "1"];
        let said = self.station.run(line);
        assert!(matches!(said.code, Some(0 | 3)), "{said:?}");
        self.administer(&["clear", &code, "--reason", "đã xem"]).done();
        let masters = self.masters(&code);
        assert_eq!(masters.len(), pages);
        self.books.scanned.insert(code.clone(), masters);
        code
    }

    /// The masters of a dossier, as the program tells them.
    pub(crate) fn masters(&self, code: &str) -> Vec<Sha256> {
        let shown = self.station.run(["show", code, "--pages", "--json"]).done().json();
        let list = shown["page_list"].as_array().cloned().unwrap_or_default();
        list.iter().map(|page| page["master_sha256"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// Syncs once, in some way, and learns from what the program says; `process` is told of its process.
    pub(crate) fn sync(
        &mut self,
        how: Sync,
        libraries: &Libraries,
        process: &Mutex<Option<u32>>,
        tally: &Tally,
    ) -> Option<Value> {
        let mut command = self.station.command_as(ARCHIVIST);
        command.args(["sync", "--json"]);
        let armed = prepare(&mut command, how, libraries, &self.station);
        let (code, out, err) = self.watched(&mut command, &format!("sync {how:?}"), process, tally);
        match (how, code) {
            (Sync::DiesAt(..), None) => tally.faults("station killed at a point", 1),
            (Sync::DiskFull(_), Some(code)) if armed && code != 0 => tally.faults("station without space", 1),
            (Sync::Clock(_), _) => tally.faults("clock of a station off by 40 days", 1),
            _ => {}
        }
        // SQLite has no word of its own for a journal that finds no space.
        let is_expected = |code| EXPECTED.contains(&code) || code == 1 && matches!(how, Sync::DiskFull(_));
        let is_sound = !err.contains("panicked") && code.is_none_or(is_expected);
        tally.check(Property::Sound, is_sound, || format!("station {}: {code:?}\n{err}", self.number));
        self.learn(code, &out)
    }

    /// Runs the program; `process` is told of it. What it ended with, said, and said on standard error.
    pub(crate) fn watched(
        &self,
        command: &mut Command,
        what: &str,
        process: &Mutex<Option<u32>>,
        tally: &Tally,
    ) -> (Option<i32>, String, String) {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the program was built and can be started");
        *process.lock().unwrap() = Some(child.id());
        let output = child.wait_with_output().expect("it is ours");
        *process.lock().unwrap() = None;
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        let code = output.status.code();
        tally.operation("sync");
        let first = err.lines().next().unwrap_or_default();
        let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
        tally.tell(&format!("station {}: {what} → {code:?} {words}{first}", self.number));
        (code, out, err)
    }

    /// What a sync says and ends with: what is acknowledged by now; its words if all was done.
    pub(crate) fn learn(&mut self, code: Option<i32>, out: &str) -> Option<Value> {
        self.is_stopped = matches!(code, Some(9 | 13));
        let said: Value = serde_json::from_str(out).ok()?;
        if code == Some(0) && said["waiting"] == 0 {
            for code in std::mem::take(&mut self.books.changed) {
                if self.books.held.contains(&code) {
                    continue;
                }
                self.books.acknowledged.extend(self.books.scanned[&code].iter().copied());
            }
        }
        (code == Some(0)).then_some(said)
    }

    /// Its clock is off by so many seconds from now on.
    pub(crate) fn set_clock(&mut self, drift: i64) {
        self.drift = drift;
        self.station.set("CLOCK_OFFSET", drift.to_string());
    }

    /// A copy of its catalog, taken while nothing works on it.
    pub(crate) fn back_up(&mut self) {
        let copy = self.station.folder().join("backup");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir_all(&copy).unwrap();
        for entry in catalog_files(&self.station.archive()) {
            fs::copy(&entry, copy.join(entry.file_name().unwrap())).unwrap();
        }
        self.backup = Some((copy, self.books.clone()));
    }

    /// The catalog is again what it was at the backup.
    pub(crate) fn restore(&mut self) -> bool {
        let Some((copy, books)) = self.backup.clone() else { return false };
        for entry in catalog_files(&self.station.archive()) {
            fs::remove_file(entry).unwrap();
        }
        for entry in catalog_files(&copy) {
            fs::copy(&entry, self.station.archive().join(entry.file_name().unwrap())).unwrap();
        }
        let Books { acknowledged, stable, .. } = std::mem::take(&mut self.books);
        self.books = Books { acknowledged, stable, ..books };
        // What changed before the backup may have been said since, or not: it has to be said now.
        self.books.changed.extend(self.books.scanned.keys().cloned());
        true
    }

    /// Another machine with the same archive and the same keys.
    pub(crate) fn copy(&self) -> Self {
        let mut twin = Station::empty();
        self.station.environment().for_each(|(name, value)| twin.set(name, value));
        copy_folder(&self.station.archive(), &twin.archive());
        copy_folder(&self.station.settings(), &twin.settings());
        Self {
            number: self.number + 100,
            station: twin,
            books: self.books.clone(),
            backup: None,
            invitation: None,
            is_stopped: false,
            drift: self.drift,
            next: LISTED,
            dice: Dice::new(self.next as u64),
        }
    }
}

/// Sets the stage of a sync; whether it could be set.
fn prepare(command: &mut Command, how: Sync, libraries: &Libraries, station: &Station) -> bool {
    match how {
        Sync::Plain | Sync::ByDisk { .. } => {}
        Sync::DiesAt(point, time) => {
            command.env(sohoa_model::crash::VARIABLE, format!("{point}:{time}"));
        }
        Sync::Clock(days) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
            command.env("SOHOA_TEST_CLOCK", (now + i64::from(days) * 86_400_000).to_string());
        }
        Sync::DiskFull(change) => {
            let Some(both) = libraries.both() else { return false };
            command
                .env("LD_PRELOAD", both)
                .env("RECORDER_ROOT", station.archive())
                .env("RECORDER_LOG", station.folder().join("recorder.log"))
                .env("RECORDER_FAIL", format!("full:{change}"));
        }
    }
    true
}

fn catalog_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().filter_map(Result::ok).map(|entry| entry.path());
    entries
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("catalog.sqlite")))
        .collect()
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().filter_map(Result::ok) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A page of a few grey dots.
fn picture(path: &Path, (width, height): (u32, u32), seed: u64) {
    let mut dice = Dice::new(seed);
    let mut pixels = vec![255; (width * height) as usize];
    for _ in 0..8 {
        let place = dice.next() as usize % pixels.len();
        pixels[place] = 200;
    }
    let mut encoder = png::Encoder::new(BufWriter::new(fs::File::create(path).unwrap()), width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let dots = Some(png::PixelDimensions { xppu: 11_811, yppu: 11_811, unit: png::Unit::Meter });
    encoder.set_pixel_dims(dots);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
}

/// A white page of 8 bits a pixel, uncompressed, with one dot.
fn bitmap((width, height): (u32, u32), seed: u64) -> Vec<u8> {
    let (palette, size) = (1024, width.next_multiple_of(4) * height);
    let mut bytes = b"BM".to_vec();
    for number in
        [54 + palette + size, 0, 54 + palette, 40, width, height, 1 | 8 << 16, 0, size, 11_811, 11_811, 256, 0]
    {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend((0..=255_u8).flat_map(|grey| [grey, grey, grey, 0]));
    let start = bytes.len();
    bytes.resize(start + size as usize, 255);
    bytes[start + seed as usize % size as usize] = 200;
    bytes
}
