//! A hot folder: files are taken once they are complete, and each lies where it belongs afterwards.

use std::fs;
use std::path::Path;

use sohoa_tests::places::sample_pages;
use sohoa_tests::station::{ARCHIVIST, Station};

const WATCH: [&str; 8] = ["watch", "hot", "--once", "--settle", "1", "--lang", "vie", "--json"];

fn scan(name: &str) -> Vec<u8> {
    fs::read(sample_pages().join("H49.61.8.2017.01").join(name)).unwrap()
}

fn files_below(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn files_are_taken_when_they_are_complete_and_moved_to_where_they_belong() {
    let station = Station::with_demo_archive();
    let hot = station.folder().join("hot");
    let dossier = hot.join("HS.01");
    fs::create_dir_all(&dossier).unwrap();
    let (first, second) = (scan("p001.jpg"), scan("p002.jpg"));
    fs::write(dossier.join("tờ 1.jpg"), &first).unwrap();
    fs::write(dossier.join("hỏng.jpg"), &second[..second.len() / 2]).unwrap();
    fs::write(dossier.join("ghi chú.txt"), "không phải ảnh").unwrap();
    fs::write(dossier.join("tờ 3.jpg.part"), &first[..1000]).unwrap();
    fs::write(dossier.join("tờ 2.jpg"), &second).unwrap();
    let told = station.run(WATCH).done_in_part().json();
    assert_eq!((&told["taken"], &told["refused"]), (&2.into(), &2.into()), "{told}");
    assert_eq!(told["work"]["pages"], 2, "{told}");
    let expected = [
        "HS.01/tờ 3.jpg.part",
        "done/HS.01/tờ 1.jpg",
        "done/HS.01/tờ 2.jpg",
        "refused/HS.01/ghi chú.txt",
        "refused/HS.01/ghi chú.txt.txt",
        "refused/HS.01/hỏng.jpg",
        "refused/HS.01/hỏng.jpg.txt",
    ];
    assert_eq!(files_below(&hot), expected);
    let why = fs::read_to_string(hot.join("refused/HS.01/hỏng.jpg.txt")).unwrap();
    assert!(why.contains("cut off"), "{why}");
    // The same page once more, under another name: it is known, and lies beside the first.
    fs::create_dir_all(&dossier).unwrap();
    fs::write(dossier.join("tờ 1.jpg"), &first).unwrap();
    let told = station.run(WATCH).done().json();
    assert_eq!((&told["taken"], &told["skipped"]), (&0.into(), &1.into()), "{told}");
    assert!(hot.join("done/HS.01/tờ 1~2.jpg").is_file());
    station.run(["verify", "HS.01"]).done();
}

#[test]
fn a_station_that_dies_between_taking_and_moving_takes_nothing_twice() {
    for point in ["import.after-vault:2", "catalog.after-commit:2", "watch.taken:1", "watch.moved:1"] {
        let station = Station::with_demo_archive();
        let hot = station.folder().join("hot");
        fs::create_dir_all(hot.join("HS.01")).unwrap();
        fs::write(hot.join("HS.01/1.jpg"), scan("p001.jpg")).unwrap();
        fs::write(hot.join("HS.01/2.jpg"), scan("p002.jpg")).unwrap();
        let watch = WATCH.iter().chain(&["--no-sign"]);
        let mut killed = station.command_as(ARCHIVIST);
        station.finish(killed.args(watch.clone()).env("SOHOA_CRASH_AT", point)).killed();
        station.run(watch).done();
        assert_eq!(files_below(&hot), ["done/HS.01/1.jpg", "done/HS.01/2.jpg"], "{point}");
        let shown = station.run(["show", "HS.01", "--json"]).done().json();
        assert_eq!(shown["pages"], 2, "{point}");
    }
}
