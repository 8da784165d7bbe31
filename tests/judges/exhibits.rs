//! An exhibit: a PDF that a test has left to be judged, and the spoilt copies that a judge has to refuse.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sohoa_tests::{announce, places};

/// How many files may lie there: what veraPDF judges in about two minutes.
const FILES_AT_MOST: usize = 150;

/// How many pages a file may have.
const PAGES_AT_MOST: usize = 60;

/// All exhibits, in the order of their names; never none.
pub(crate) fn all() -> Vec<PathBuf> {
    let folder = places::judged();
    let mut found: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of exhibits can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "there is nothing to judge in {}; run the other tests first", folder.display());
    found
}

/// The exhibits that carry a signature, by their names.
pub(crate) fn signed() -> Vec<PathBuf> {
    let signed: Vec<_> = all().into_iter().filter(|path| name(path).contains("signed")).collect();
    assert!(!signed.is_empty(), "there is no signed file among the exhibits");
    signed
}

/// The certificates that signatures are to be trusted by: every PEM file beside the exhibits, in one text.
pub(crate) fn roots() -> String {
    let folder = places::judged();
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of exhibits can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pem"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there is no root certificate beside the exhibits in {}", folder.display());
    files.iter().map(|file| fs::read_to_string(file).expect("a root certificate is PEM")).collect()
}

/// Writes a copy of `original` in which every `from` reads `to`, which is as long.
pub(crate) fn spoilt(original: &Path, from: &[u8], to: &[u8], copy: &Path) {
    assert_eq!(from.len(), to.len(), "offsets must stay as they are");
    let mut bytes = fs::read(original).expect("an exhibit can be read");
    let places: Vec<_> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert!(!places.is_empty(), "{} has no {} to spoil", original.display(), String::from_utf8_lossy(from));
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    fs::write(copy, bytes).expect("a temporary file can be written");
}

/// The program of a judge, or `None` when it is missing and that is allowed here.
pub(crate) fn judge(program: &Path) -> Option<&Path> {
    let found = if program.components().count() > 1 {
        program.exists()
    } else {
        Command::new(program)
            .arg("-v")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    if found {
        return Some(program);
    }
    assert!(!places::in_ci(), "the judge {} is missing; packaging/setup judges installs it", program.display());
    announce(&format!("judge {}: skipped, it is not installed (packaging/setup judges)", program.display()));
    None
}

/// Prints how many files a judge passed, and fails with what it said about the others.
#[track_caller]
pub(crate) fn verdict(judge: &str, judged: usize, faults: &[String]) {
    announce(&format!("judge {judge}: {} of {judged} passed", judged - faults.len().min(judged)));
    assert!(faults.is_empty(), "{judge} does not pass:\n  {}", faults.join("\n  "));
}

/// The file's name, for what is printed.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn the_exhibits_are_neither_too_many_nor_too_long() {
    let exhibits = all();
    assert!(exhibits.len() <= FILES_AT_MOST, "{} files are more than {FILES_AT_MOST}", exhibits.len());
    let Some(qpdf) = judge(Path::new("qpdf")) else { return };
    let mut pages_in_all = 0;
    for exhibit in &exhibits {
        let output = Command::new(qpdf).arg("--show-npages").arg(exhibit).output().expect("qpdf can be started");
        let pages: usize = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0);
        assert!((1..=PAGES_AT_MOST).contains(&pages), "{} has {pages} pages", name(exhibit));
        pages_in_all += pages;
    }
    announce(&format!("exhibits: {} files, {pages_in_all} pages", exhibits.len()));
}
