//! Chinese lines that run from top to bottom: found by themselves, read from right to left, selectable in the PDF/A.

use std::fs;
use std::process::Command;

use sohoa_tests::announce;
use sohoa_tests::places::{judged, repository};
use sohoa_tests::station::{Station, sample_scans};

/// The fewest changes that make one text of the other (Levenshtein).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let change = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

fn characters(text: &str) -> Vec<char> {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn lines_that_run_down_are_read_from_right_to_left() {
    let station = Station::with_demo_archive();
    let trials = station.folder().join("trials");
    let made = Command::new(sample_scans()).arg("--vertical").arg(&trials).current_dir(repository()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    station.run(["import", "trials/pages", "--json"]).done();
    station.run(["export", "--as", "text", "--to", "out", "--held-reason", "only a test"]).done();
    let (mut wrong, mut all, mut rows) = (0, 0, Vec::new());
    for entry in fs::read_dir(trials.join("truth")).unwrap() {
        let truth = entry.unwrap().path();
        let name = truth.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(station.folder().join(format!("out/{name}/p001.txt"))).unwrap();
        let truth = characters(&fs::read_to_string(&truth).unwrap());
        let changes = distance(&truth, &characters(&text));
        rows.push(format!("{name} {:.1} %", 100.0 * changes as f64 / truth.len() as f64));
        (wrong, all) = (wrong + changes, all + truth.len());
        let pages = station.run(["show", &name, "--pages", "--json"]).done().json().to_string();
        assert!(pages.contains("chi_tra"), "{name}: {pages}");
    }
    rows.sort();
    let rate = 100.0 * wrong as f64 / all as f64;
    announce(&format!(
        "vertical lines: {} pages, {all} characters, {rate:.1} % wrong: {}",
        rows.len(),
        rows.join(", ")
    ));
    assert!(rate < 20.0, "{rows:?}");
    fs::write(judged().join("vertical-root.pem"), station.demo_root()).unwrap();
    let signed = station.archive().join("pdf").join("~/HN-00/HN-00.pdf");
    fs::copy(signed, judged().join("vertical.signed.pdf")).unwrap();
}
