//! Kills: the program dies at each named point, is started again, and nothing differs from a run that was never killed.
//!
//! The clock stands still in these runs, so that even the signed files must come out byte for byte the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use sohoa_model::Sha256;
use sohoa_model::crash::POINTS;
use sohoa_tests::announce;
use sohoa_tests::places::repository;
use sohoa_tests::station::{ARCHIVIST, Station};

/// Later passes of points that are passed many times: the first pass is not the only dangerous one.
const LATER: &[(&str, u32)] = &[
    ("store.temp-written", 6),
    ("store.renamed", 9),
    ("catalog.before-commit", 8),
    ("catalog.before-commit", 17),
    ("catalog.after-commit", 11),
    ("import.after-vault", 3),
    ("import.page-read", 4),
    ("pdfa.half-written", 2),
    ("sign.digested", 2),
    ("sign.recorded", 2),
    ("import.manifest-written", 2),
];

/// What must not differ: every object of the vault, every published file, progress and verdicts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) objects: Vec<String>,
    pub(crate) published: BTreeMap<String, Sha256>,
    progress: serde_json::Value,
    verdicts: serde_json::Value,
}

pub(crate) fn still(command: &mut Command) -> &mut Command {
    command.env("SOHOA_TEST_CLOCK", "1795314605000")
}

/// An archive with inventory, plan and key, in which nothing was imported yet.
pub(crate) fn prepared() -> Station {
    let station = Station::empty();
    let archive = station.archive();
    station.finish(still(&mut station.bare()).args(["--operator", ARCHIVIST, "init", "--demo"]).arg(archive)).done();
    for arguments in [vec!["key", "demo"], vec!["plan", "example"]] {
        station.finish(still(&mut station.command_as(ARCHIVIST)).args(arguments)).done();
    }
    let inventory = repository().join("tests/pages.csv");
    station.finish(still(&mut station.command_as(ARCHIVIST)).args(["inventory", "import"]).arg(inventory)).done();
    station
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn copy_of(template: &Station) -> Station {
    let station = Station::empty();
    copy_folder(&template.archive(), &station.archive());
    copy_folder(&template.settings(), &station.settings());
    station
}

fn import(station: &Station) -> Command {
    let mut command = station.command_as(ARCHIVIST);
    still(&mut command).args(["import", "--lang", "vie", "--jobs", "1"]).arg(repository().join("tests/pages"));
    command
}

fn files_below(folder: &Path, found: &mut Vec<String>, root: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found, root);
        } else {
            found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
        }
    }
}

pub(crate) fn outcome(station: &Station) -> Outcome {
    let (mut objects, mut published) = (Vec::new(), Vec::new());
    let archive = station.archive();
    files_below(&archive.join("vault"), &mut objects, &archive);
    objects.retain(|name| !name.starts_with("vault/manifest/"));
    objects.sort();
    files_below(&archive.join("pdf"), &mut published, &archive);
    let hash = |name: String| (name.clone(), Sha256::of(&fs::read(archive.join(name)).unwrap()));
    Outcome {
        objects,
        published: published.into_iter().map(hash).collect(),
        progress: station.finish(still(&mut station.command_as(ARCHIVIST)).args(["progress", "--json"])).done().json(),
        verdicts: station.finish(still(&mut station.command_as(ARCHIVIST)).args(["verify", "--json"])).done().json(),
    }
}

#[test]
fn a_kill_at_any_named_point_loses_nothing_and_changes_nothing() {
    let template = prepared();
    let undisturbed = copy_of(&template);
    undisturbed.finish(&mut import(&undisturbed)).done();
    let expected = outcome(&undisturbed);
    assert_eq!(expected.published.len(), 3, "the undisturbed run published its documents");

    // An import passes no point of a scan, of a hot folder, of a sync, of a bundle or of a hub: `scanning`, `watching`,
    // `syncing`, `bundles` and the tests of the hub kill there.
    let others = ["scan.", "watch.", "sync.", "hub.", "collect.", "bundle."];
    let of_others = |name: &&&str| others.iter().any(|other| name.starts_with(other));
    let passed: Vec<&str> = POINTS.iter().filter(|name| !of_others(name)).copied().collect();
    let kills: Vec<(&str, u32)> = passed.iter().map(|name| (*name, 1)).chain(LATER.iter().copied()).collect();
    let queue = Mutex::new(kills.iter());
    let survived = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((name, nth)) = queue.lock().unwrap().next().copied() else { break };
                    let station = copy_of(&template);
                    station.finish(import(&station).env("SOHOA_CRASH_AT", format!("{name}:{nth}"))).killed();
                    station.finish(&mut import(&station)).done();
                    assert_eq!(outcome(&station), expected, "after a kill at {name}, pass {nth}");
                    station.run(["check"]).done();
                    survived.lock().unwrap().push(name);
                }
            });
        }
    });
    let survived = survived.into_inner().unwrap();
    let mut names = survived.clone();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), passed.len());
    announce(&format!(
        "killed at {} points by name, {} kills in all: {}",
        names.len(),
        survived.len(),
        names.join(", ")
    ));
}
