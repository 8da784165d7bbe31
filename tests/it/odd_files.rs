//! Files that broke other programs: each stands on the receipt, none stops the batch, and a PDF/A holds what could be taken.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use sohoa_tests::station::Station;
use sohoa_tests::{announce, places};

/// Pages that a judge looks at in one file.
const PAGES_AT_MOST: usize = 60;

#[test]
fn every_odd_file_stands_on_the_receipt_and_none_breaks_a_worker_or_the_batch() {
    let Some(scans) = places::real_scans() else {
        announce("odd files: skipped, SOHOA_SCANS names no folder");
        return;
    };
    let station = Station::with_demo_archive();
    let dossier = station.folder().join("odd/HS.ODD");
    fs::create_dir_all(&dossier).unwrap();
    let files = walkdir::WalkDir::new(scans.join("odd-files")).sort_by_file_name();
    let mut given = BTreeSet::new();
    for entry in files.into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        let name = format!("{:03}-{}", given.len(), entry.file_name().to_string_lossy());
        fs::copy(entry.path(), dossier.join(&name)).unwrap();
        given.insert(format!("HS.ODD/{name}"));
    }
    assert!(given.len() > 100, "only {} odd files", given.len());

    let mut import: Vec<_> = ["import", "--lang", "vie", "--json"].map(std::ffi::OsString::from).to_vec();
    import.push(station.folder().join("odd").into());
    let receipt = station.run(import).done_in_part().json();
    let lines = |of: &str| receipt[of].as_array().unwrap().clone();
    let path = |line: &Value| line["path"].as_str().unwrap().to_owned();
    let (taken, refused, skipped) = (lines("taken"), lines("refused"), lines("skipped"));
    let told: BTreeSet<String> = taken.iter().chain(&refused).chain(&skipped).map(path).collect();
    assert_eq!(told, given);
    for line in &refused {
        let reason = line["reason"].as_str().unwrap();
        assert!(!reason.starts_with("decoding"), "a worker died or stayed silent: {line}");
    }
    let pages: u64 = taken.iter().map(|line| line["pages"].as_u64().unwrap()).sum();
    announce(&format!("odd files: {} taken with {pages} pages, {} refused", taken.len(), refused.len()));
    assert!(taken.len() >= 40 && pages as usize <= PAGES_AT_MOST, "{} taken, {pages} pages", taken.len());

    let to = station.folder().join("out");
    let mut export: Vec<_> =
        ["export", "--as", "pdf", "--held-reason", "kiểm thử"].map(std::ffi::OsString::from).to_vec();
    export.extend(["--to".into(), to.clone().into()]);
    station.run(export).done();
    fs::write(places::judged().join("odd-files-root.pem"), station.demo_root()).unwrap();
    fs::copy(to.join("HS.ODD/HS.ODD.pdf"), places::judged().join("odd-files.signed.pdf")).unwrap();
}
