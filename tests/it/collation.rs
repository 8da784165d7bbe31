//! What the pages of a document say of their order: sheets that were scanned twice are told, all others are let alone.

use std::fs;
use std::process::Command;

use sohoa_tests::announce;
use sohoa_tests::places::{repository, sample_pages};
use sohoa_tests::station::{Station, sample_scans};

/// Dossiers whose pages lie in files of one page each, and how many those are.
const DOSSIERS: [&str; 3] = ["H49.61.8.2017.02", "H49.64.12.1985.07", "RSB.D62.1932.114"];

#[test]
fn sheets_scanned_twice_are_told_and_no_others() {
    let station = Station::empty();
    let made = station.folder().join("made");
    let output = Command::new(sample_scans())
        .args(["--again", "-b"])
        .arg(&made)
        .args(DOSSIERS)
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files = 0;
    for dossier in DOSSIERS {
        let once = station.folder().join("once").join(dossier);
        let twice = station.folder().join("twice").join(format!("{dossier}.twice"));
        for (from, to) in [
            (sample_pages().join(dossier), once),
            (sample_pages().join(dossier), twice.clone()),
            (made.join("pages").join(dossier), twice),
        ] {
            fs::create_dir_all(&to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
                files += 1;
            }
        }
    }
    station.finish(station.bare().arg("init").arg(station.archive())).done();
    let (mut told, mut false_alarms, mut repeated) = (0, 0, 0);
    for (folder, suffix) in [("once", ""), ("twice", ".twice")] {
        let import = ["import", "--no-sign", "--json"].map(Into::into);
        station.run(import.into_iter().chain([station.folder().join(folder).into_os_string()])).done();
        for dossier in DOSSIERS {
            let code = format!("{dossier}{suffix}");
            let places = station.run(["findings", &code, "--limit", "0", "--json"]).done().json();
            let places = places.as_array().unwrap();
            let has = |place: &&serde_json::Value| {
                place["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "near-duplicate")
            };
            let found = places.iter().filter(has).count();
            if suffix.is_empty() {
                false_alarms += found;
            } else {
                told += found;
                repeated += fs::read_dir(sample_pages().join(dossier)).unwrap().count();
            }
        }
    }
    announce(&format!(
        "pages scanned twice: {told} of {repeated} told, {false_alarms} false alarms; {files} files imported"
    ));
    assert!(repeated >= 15, "{repeated}");
    assert_eq!(false_alarms, 0, "a page was taken for another");
    assert!(told <= repeated && told * 10 >= repeated * 9, "{told} of {repeated}");
}
