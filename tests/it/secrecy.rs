//! Marks of secrecy on made pages: how many are read, and how many are imagined. A missed mark leaves the archive.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use sohoa_tests::announce;
use sohoa_tests::places::repository;
use sohoa_tests::station::{Station, sample_scans};

#[test]
fn marks_of_secrecy_are_read_and_hardly_ever_imagined() {
    let station = Station::empty();
    let trials = station.folder().join("trials");
    let made = Command::new(sample_scans()).arg("--secrecy").arg(&trials).current_dir(repository()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // Reading all of them takes minutes: every second one tells a loss as well.
    if std::env::var_os("SOHOA_TRIALS").is_none() {
        let mut names: Vec<String> =
            fs::read_dir(&trials).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for name in &names {
            let count = seen.entry(name.rsplit_once('-').unwrap().0).or_default();
            *count += 1;
            if count.is_multiple_of(2) {
                fs::remove_dir_all(trials.join(name)).unwrap();
            }
        }
    }
    station.finish(station.bare().arg("init").arg(station.archive())).done();
    let import = ["import", "--lang", "vie", "--no-sign", "--json"].map(Into::into);
    station.run(import.into_iter().chain([trials.into_os_string()])).done();

    // By kind: held, of so many.
    let mut kinds: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let all = station.run(["show", "--limit", "0", "--json"]).done().json();
    for dossier in all.as_array().unwrap() {
        let code = dossier["code"].as_str().unwrap();
        let kind = code.rsplit_once('-').unwrap().0;
        let (held, of) = kinds.entry(kind.to_owned()).or_default();
        *held += u32::from(dossier["held"].as_bool().unwrap());
        *of += 1;
    }
    let sum = |side: &str| {
        let rows = kinds.iter().filter(|(kind, _)| kind.starts_with(side));
        rows.fold((0, 0), |(held, of), (_, row)| (held + row.0, of + row.1))
    };
    let (marked, plain) = (sum("marked"), sum("plain"));
    let held = marked.0 + plain.0;
    let rows: Vec<_> = kinds.iter().map(|(kind, (held, of))| format!("{kind} {held}/{of}")).collect();
    announce(&format!(
        "secrecy marks: {} pages, recall {:.3} ({}/{}), precision {:.3} ({}/{held}); held: {}",
        marked.1 + plain.1,
        f64::from(marked.0) / f64::from(marked.1),
        marked.0,
        marked.1,
        f64::from(marked.0) / f64::from(held),
        marked.0,
        rows.join(", ")
    ));
    assert!(marked.1 >= 50 && plain.1 >= 50, "{rows:?}");
    // What was reached, so that nobody loses it again; docs/benchmarks.md says which are missed.
    assert!(marked.0 * 100 >= marked.1 * 94, "marks were missed: {rows:?}");
    assert!(marked.0 * 100 >= held * 98, "marks were imagined: {rows:?}");
}
