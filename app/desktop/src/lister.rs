//! The lister: reads folders for the picker, makes new ones and finds disks, each time on a thread of its own.
//!
//! A network disk that hangs holds its own thread and nothing else: another folder is read by another one.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{fs, io};

use eframe::egui::Context;
use sohoa_model::{Timestamp, fold, natural};

use crate::errand::Errand;

/// Entries that are listed, at most.
const MOST: usize = 5_000;
/// Bytes that a name may have on the disks of this system.
const LONGEST_NAME: usize = 255;
/// What stands in the place of a character that can't be shown.
const NO_LETTER: char = '\u{FFFD}';
/// Where people find the disks that they plug in, and where disks of the network are mounted.
const DISKS: [&str; 3] = ["/media", "/run/media", "/mnt"];

/// What is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A file with one of these endings.
    File(&'static [&'static str]),
    /// A folder that is there.
    Folder,
    /// A folder that may be made for it.
    NewFolder,
}

impl Wanted {
    /// Whether a file of this name is listed.
    pub fn takes(self, name: &OsStr) -> bool {
        let Self::File(endings) = self else { return false };
        let ending = Path::new(name).extension();
        ending.is_some_and(|ending| endings.iter().any(|wanted| ending.eq_ignore_ascii_case(wanted)))
    }
}

/// A file or a folder of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, byte for byte.
    pub name: OsString,
    /// Its name as it can be shown in a line.
    pub shown: String,
    /// Whether it is a folder, or a link to one.
    pub is_folder: bool,
    /// Bytes of a file.
    pub bytes: u64,
    /// When it was changed last, if the disk says.
    pub changed: Option<Timestamp>,
    folded: String,
}

impl Entry {
    fn new(name: OsString, is_folder: bool) -> Self {
        let shown = shown(&name);
        Self { folded: fold::letters(&shown).collect(), shown, name, is_folder, bytes: 0, changed: None }
    }

    /// Whether its name has all of these words, which are folded.
    pub fn matches(&self, wanted: &str) -> bool {
        wanted.split_whitespace().all(|word| self.folded.contains(word))
    }
}

/// What a folder has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The folder.
    pub folder: PathBuf,
    /// Folders, then files, each as people count them.
    pub entries: Vec<Entry>,
    /// Entries that are left out because there are too many.
    pub more: usize,
    /// Files that are left out because another kind is wanted.
    pub others: usize,
}

/// The first of several folders that could be read, or why the last one could not.
pub type Read = Result<Listing, (PathBuf, io::Error)>;

/// The folder that was made, or why it was not.
pub type Made = Result<PathBuf, (PathBuf, io::Error)>;

/// A name as it can be shown in a line: what is no text, or would break or turn the line, has a mark in its place.
pub fn shown(name: &OsStr) -> String {
    let turns = |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    name.to_string_lossy().chars().map(|c| if c.is_control() || turns(c) { NO_LETTER } else { c }).collect()
}

/// Whether a new folder can have this name, and would be listed.
pub fn is_name(name: &str) -> bool {
    let is_plain = !name.is_empty() && !name.starts_with('.') && name.len() <= LONGEST_NAME;
    is_plain && !name.chars().any(|c| c == '/' || c.is_control())
}

/// Reads the first of these folders that can be read.
pub fn read(ctx: &Context, folders: Vec<PathBuf>, wanted: Wanted) -> Errand<(), Read> {
    once(ctx, move || {
        let mut fault = (PathBuf::new(), io::Error::from(io::ErrorKind::NotFound));
        for folder in folders {
            match list(&folder, wanted) {
                Ok(listing) => return Ok(listing),
                Err(error) => fault = (folder, error),
            }
        }
        Err(fault)
    })
}

/// Makes a folder.
pub fn make(ctx: &Context, folder: PathBuf) -> Errand<(), Made> {
    once(ctx, move || match fs::create_dir(&folder) {
        Ok(()) => Ok(folder),
        Err(error) => Err((folder, error)),
    })
}

/// Looks which disks are mounted. The kernel is asked, not the disks.
pub fn disks(ctx: &Context) -> Errand<(), Vec<PathBuf>> {
    once(ctx, || fs::read("/proc/self/mounts").map_or_else(|_| Vec::new(), |list| mounted(&list)))
}

fn once<Answer: Send + 'static>(ctx: &Context, work: impl FnOnce() -> Answer + Send + 'static) -> Errand<(), Answer> {
    // Who asked may have gone elsewhere meanwhile.
    Errand::start(ctx, move |_, answers| _ = answers.tell(work()))
}

fn list(folder: &Path, wanted: Wanted) -> io::Result<Listing> {
    let (mut entries, mut others) = (Vec::new(), 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // A link is what it leads to; one that leads nowhere, or in a circle, is nothing.
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => fs::metadata(entry.path()).map(|facts| facts.file_type()),
            kind => kind,
        };
        match kind {
            Ok(kind) if kind.is_dir() => entries.push(Entry::new(name, true)),
            Ok(kind) if kind.is_file() && wanted.takes(&name) => entries.push(Entry::new(name, false)),
            Ok(kind) if kind.is_file() => others += 1,
            _ => {}
        }
    }
    entries.sort_unstable_by(|a, b| {
        let folders_first = Reverse(a.is_folder).cmp(&Reverse(b.is_folder));
        folders_first.then_with(|| natural::compare(&a.folded, &b.folded)).then_with(|| a.name.cmp(&b.name))
    });
    let more = entries.len().saturating_sub(MOST);
    entries.truncate(MOST);
    for entry in &mut entries {
        let Ok(facts) = fs::metadata(folder.join(&entry.name)) else { continue };
        entry.bytes = facts.len();
        let since = facts.modified().ok().and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
        entry.changed = since.and_then(|since| i64::try_from(since.as_millis()).ok()).map(Timestamp);
    }
    Ok(Listing { folder: folder.to_owned(), entries, more, others })
}

/// The disks in the kernel's list of what is mounted (proc(5)), where a blank is `\040`.
fn mounted(list: &[u8]) -> Vec<PathBuf> {
    let places = list.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(1));
    let places = places.map(|place| PathBuf::from(OsString::from_vec(unescaped(place))));
    let mut disks: Vec<PathBuf> = places.filter(|place| DISKS.iter().any(|disks| place.starts_with(disks))).collect();
    disks.sort();
    disks.dedup();
    disks
}

fn unescaped(mut text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    while let Some((&first, rest)) = text.split_first() {
        let octal = rest.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = octal.filter(|_| first == b'\\').and_then(|digits| u8::from_str_radix(digits, 8).ok());
        plain.push(byte.unwrap_or(first));
        text = if byte.is_some() { &rest[3..] } else { rest };
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    const TABLES: Wanted = Wanted::File(&["csv", "xlsx"]);

    fn names(folder: &Path, wanted: Wanted) -> Vec<String> {
        list(folder, wanted).expect("a listing").entries.into_iter().map(|entry| entry.shown).collect()
    }

    #[test]
    fn folders_come_first_and_both_as_people_count_them_whatever_their_case_and_marks() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["Tờ 10", "tờ 2", "Đợt 1"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        for name in ["b.csv", "A.CSV", "đ.xlsx", "e.csv", "c.pdf", ".ẩn.csv", "csv"] {
            fs::write(folder.path().join(name), "12").expect("a file");
        }
        let seen = ["Đợt 1", "tờ 2", "Tờ 10", "A.CSV", "b.csv", "đ.xlsx", "e.csv"];
        assert_eq!(names(folder.path(), TABLES), seen);
        assert_eq!(names(folder.path(), Wanted::NewFolder), seen[..3]);
        let listing = list(folder.path(), TABLES).expect("a listing");
        assert_eq!((listing.others, listing.more, listing.entries[3].bytes), (2, 0, 2));
        assert!(listing.entries[3].changed.is_some_and(|changed| changed.0 > 1_700_000_000_000));
    }

    #[test]
    fn typing_finds_names_without_marks_and_by_any_of_their_words() {
        let entry = Entry::new("Danh mục Đăng ký 2026.xlsx".into(), false);
        for (wanted, fits) in [("dang ky", true), ("2026 danh", true), ("", true), ("muc luc", false)] {
            assert_eq!(entry.matches(wanted), fits, "{wanted}");
        }
    }

    #[test]
    fn no_name_is_too_odd_to_be_listed_in_one_line_and_to_be_opened_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd: [&[u8]; 4] = [b"hai\ndong.csv", b"kh\xF4ng.csv", "\u{202E}vsc.csv".as_bytes(), b" -rf *.csv"];
        for name in odd {
            fs::write(folder.path().join(OsStr::from_bytes(name)), "x").expect("a file");
        }
        let listing = list(folder.path(), TABLES).expect("a listing");
        let shown: Vec<&str> = listing.entries.iter().map(|entry| entry.shown.as_str()).collect();
        assert_eq!(shown, [" -rf *.csv", "hai\u{FFFD}dong.csv", "kh\u{FFFD}ng.csv", "\u{FFFD}vsc.csv"]);
        for entry in &listing.entries {
            assert_eq!(fs::read(folder.path().join(&entry.name)).expect("the file"), b"x", "{entry:?}");
        }
    }

    #[test]
    fn links_are_what_they_lead_to_and_those_that_go_in_a_circle_are_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("thật")).expect("a folder");
        fs::write(at("thật/a.csv"), "").expect("a file");
        for (from, to) in
            [("thật", "nối"), ("thật/a.csv", "nối.csv"), ("vòng b", "vòng a"), ("vòng a", "vòng b"), ("mất", "cụt.csv")]
        {
            symlink(at(from), at(to)).expect("a link");
        }
        symlink(folder.path(), at("thật/lên")).expect("a link");
        assert_eq!(names(folder.path(), TABLES), ["nối", "thật", "nối.csv"]);
        assert_eq!(
            names(&at("thật/lên/thật/lên/nối"), TABLES),
            ["lên", "a.csv"],
            "one goes in a circle as long as one likes"
        );
    }

    #[test]
    fn of_ten_thousand_files_the_first_are_listed_and_the_rest_is_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        for n in 0..10_000 {
            fs::write(folder.path().join(format!("{n}.csv")), "").expect("a file");
        }
        fs::create_dir(folder.path().join("z")).expect("a folder");
        let listing = list(folder.path(), TABLES).expect("a listing");
        assert_eq!((listing.entries.len(), listing.more), (MOST, 10_001 - MOST));
        assert_eq!((&*listing.entries[0].shown, &*listing.entries[MOST - 1].shown), ("z", "4998.csv"));
    }

    #[test]
    fn what_can_not_be_read_is_passed_over_while_there_is_another_folder_to_begin_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = folder.path().join("không có");
        let ctx = Context::default();
        let answer = |folders: &[&Path]| {
            let errand = read(&ctx, folders.iter().map(|folder| folder.to_path_buf()).collect(), Wanted::Folder);
            loop {
                match errand.answer() {
                    Some(read) => return read,
                    None => std::thread::yield_now(),
                }
            }
        };
        assert_eq!(answer(&[&gone, folder.path()]).expect("a listing").folder, folder.path());
        let (path, error) = answer(&[folder.path().join("x").as_path(), &gone]).expect_err("neither is there");
        assert_eq!((path, error.kind()), (gone, io::ErrorKind::NotFound));
    }

    #[test]
    fn a_new_folder_has_a_name_of_its_own_and_nothing_else() {
        for (name, is) in [
            ("Kho mới", true),
            ("", false),
            (".ẩn", false),
            ("..", false),
            ("a/b", false),
            ("a\nb", false),
            (&"x".repeat(256), false),
        ] {
            assert_eq!(is_name(name), is, "{name:?}");
        }
    }

    #[test]
    fn disks_are_those_that_the_kernel_has_mounted_where_people_look_for_them() {
        let list = b"proc /proc proc rw 0 0\n/dev/sdb1 /media/lan/\\303\\224\\040USB vfat rw 0 0\n\
            /dev/sdb1 /media/lan/\\303\\224\\040USB vfat rw 0 0\n//srv/kho /mnt/kho cifs rw 0 0\n\
            /dev/sda1 /mnt2 ext4 rw 0 0\n/dev/sdc /run/media/lan/A\\134B ext4 rw 0 0\nhalf";
        let disks = ["/media/lan/Ô USB", "/mnt/kho", "/run/media/lan/A\\B"].map(PathBuf::from);
        assert_eq!(mounted(list), disks);
    }
}
