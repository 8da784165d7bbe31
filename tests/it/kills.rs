//! A kill: the process ends at a named point as `kill -9` would end it, and the next run goes on where it was.
//!
//! What a killed and resumed archive holds is compared with what the same import leaves without a kill: progress,
//! verdicts, and the vault by the names of its files, which are the hashes of their contents.

use std::{collections::BTreeSet, path::Path};

use sohoa_model::crash;
use sohoa_tests::{
    announce, places,
    station::{SUPERVISOR, Station},
};
use walkdir::WalkDir;

/// Three pages that make one document, complete by the inventory.
const DOSSIER: &str = "H49.61.8.2019.11";

/// The clock of every run, so that times that enter bytes are equal: 2026-03-02 03:04:05 UTC.
const NOW: &str = "1772420645000";

/// The points of `store` and `catalog` are passed by every write; these are also killed at later passes.
const LATER_PASSES: [u32; 3] = [3, 9, 17];

#[test]
fn a_kill_at_any_named_point_changes_nothing_in_the_end() {
    let start = Station::with_demo_archive();
    let inventory = places::sample_inventory();
    start.run(["inventory".as_ref(), "import".as_ref(), inventory.as_os_str()]);
    start.run(["plan", "example"]).done();
    let pages = small_dossier(&start);

    let unkilled = start.twin();
    import(&unkilled, &pages, "unkilled", None).done();
    let expected = Remains::of(&unkilled);

    let mut killed_at = Vec::new();
    for point in crash::POINTS {
        killed_then_resumed(&start, &pages, point, 1, &expected);
        killed_at.push(*point);
        if point.starts_with("store.") || point.starts_with("catalog.") {
            for pass in LATER_PASSES {
                killed_then_resumed(&start, &pages, point, pass, &expected);
            }
        }
    }
    announce(&format!("killed and resumed at {} points: {}", killed_at.len(), killed_at.join(", ")));
}

fn killed_then_resumed(start: &Station, pages: &Path, point: &str, pass: u32, expected: &Remains) {
    let station = start.twin();
    import(&station, pages, "killed", Some(&format!("{point}:{pass}"))).killed();
    import(&station, pages, "resumed", None).done();
    let remains = Remains::of(&station);
    assert_eq!(remains, *expected, "after a kill at {point}, pass {pass}");
}

/// One import; `seed` is the randomness of this run, for no two runs draw the same.
fn import(station: &Station, pages: &Path, seed: &str, crash_at: Option<&str>) -> sohoa_tests::station::Said {
    let mut command = station.command_as(sohoa_tests::station::ARCHIVIST);
    command.env("SOHOA_TEST_CLOCK", NOW).env("SOHOA_TEST_SEED", seed);
    if let Some(crash_at) = crash_at {
        command.env("SOHOA_CRASH_AT", crash_at);
    }
    command.args(["import", "--jobs", "2", "--lang", "vie"]).arg(pages);
    station.finish(&mut command)
}

/// A folder with one short dossier of the sample pages.
fn small_dossier(station: &Station) -> std::path::PathBuf {
    let dossier = places::sample_pages().join(DOSSIER);
    let root = station.folder().join("pages");
    let copy = root.join(DOSSIER);
    std::fs::create_dir_all(&copy).expect("a temporary folder can be made");
    for name in files_in(&dossier) {
        std::fs::copy(dossier.join(&name), copy.join(&name)).expect("a sample page can be copied");
    }
    root
}

fn files_in(folder: &Path) -> BTreeSet<String> {
    let files = WalkDir::new(folder).min_depth(1).into_iter().map(|entry| entry.expect("a folder can be read"));
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder).expect("it lies in the folder").display().to_string())
        .collect()
}

/// What is left of an import for everybody to see.
#[derive(Debug, PartialEq)]
struct Remains {
    progress: serde_json::Value,
    verdicts: String,
    vault: BTreeSet<String>,
    published: BTreeSet<String>,
}

impl Remains {
    fn of(station: &Station) -> Self {
        station.run(["check"]).done();
        let mut progress = station.run_as(SUPERVISOR, ["progress", "--json"]).done().json();
        progress.as_object_mut().expect("progress is an object").remove("now");
        let archive = station.archive();
        let verdicts = station.run_as(SUPERVISOR, ["verify"]).done().stdout;
        Self {
            progress,
            verdicts: verdicts.replace(&archive.display().to_string(), "ARCHIVE"),
            vault: files_in(&archive.join("vault")),
            published: files_in(&archive.join("pdf")),
        }
    }
}
