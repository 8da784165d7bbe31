//! Checksums that came with the scans are compared, and the receipt says so.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;
use sohoa_tests::{places, station::Station};

/// Writes a list with `sha256sum`, as senders do.
fn sha256sum(folder: &Path, files: &[&str], list: &str) {
    let done = Command::new("sha256sum").args(files).current_dir(folder).stdin(Stdio::null()).output();
    let done = done.expect("sha256sum can be started");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    fs::write(folder.join(list), done.stdout).unwrap();
}

/// The code of each file on a receipt; `taken` for what was taken.
fn codes(receipt: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (kind, key) in [("taken", ""), ("skipped", "code"), ("refused", "code")] {
        for line in receipt[kind].as_array().unwrap() {
            let code = if key.is_empty() { "taken" } else { line["code"].as_str().unwrap() };
            assert!(found.insert(line["path"].as_str().unwrap().to_owned(), code.to_owned()).is_none(), "{line}");
        }
    }
    found
}

#[test]
fn lists_of_checksums_and_bags_are_compared_before_anything_is_taken() {
    let station = Station::with_demo_archive();
    let lot = station.folder().join("lô giao nộp");
    let page = |name: &str| fs::read(places::sample_pages().join("H49.61.8.2017.01").join(name)).unwrap();
    let (first, second) = (page("p001.jpg"), page("p002.jpg"));
    fs::create_dir_all(lot.join("HS.05")).unwrap();
    fs::write(lot.join("HS.05/trang một.jpg"), &first).unwrap();
    fs::write(lot.join("HS.05/trang hai.jpg"), &second).unwrap();
    sha256sum(&lot.join("HS.05"), &["trang một.jpg", "trang hai.jpg"], "hồ sơ.sha256");
    let mut damaged = second.clone();
    damaged.truncate(second.len() - 1);
    damaged.push(0);
    fs::write(lot.join("HS.05/trang hai.jpg"), &damaged).unwrap();

    let bag = lot.join("HS.06");
    fs::create_dir_all(bag.join("data")).unwrap();
    fs::write(bag.join("data/1.jpg"), &first).unwrap();
    fs::write(bag.join("data/2.jpg"), &second).unwrap();
    fs::write(bag.join("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n").unwrap();
    sha256sum(&bag, &["data/1.jpg", "data/2.jpg"], "manifest-sha256.txt");
    sha256sum(&bag, &["bagit.txt", "manifest-sha256.txt"], "tagmanifest-sha256.txt");
    fs::write(bag.join("bagit.txt"), "BagIt-Version: 0.9\n").unwrap();
    fs::remove_file(bag.join("data/2.jpg")).unwrap();
    fs::write(lot.join("sai.sha256"), "đây không phải mã băm\n").unwrap();
    fs::write(lot.join("cũ.md5"), "d41d8cd98f00b204e9800998ecf8427e  x\n").unwrap();

    let expected = [
        ("HS.05/hồ sơ.sha256", "checksums"),
        ("HS.05/trang một.jpg", "taken"),
        ("HS.05/trang hai.jpg", "checksum-differs"),
        ("HS.06/bagit.txt", "checksum-differs"),
        ("HS.06/data/1.jpg", "taken"),
        ("HS.06/manifest-sha256.txt", "checksums-missing"),
        ("HS.06/tagmanifest-sha256.txt", "checksums"),
        ("cũ.md5", "checksums-of-another-kind"),
        ("sai.sha256", "checksums-unreadable"),
    ];
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect();
    let import = |more: &[&str]| {
        let mut arguments = vec!["import", lot.to_str().unwrap(), "--lang", "vie", "--json"];
        arguments.extend(more);
        station.run(arguments)
    };
    assert_eq!(codes(&import(&["--dry-run"]).json()), expected);
    let receipt = import(&[]).done_in_part().json();
    assert_eq!(codes(&receipt), expected);
    let dossiers: Vec<_> =
        receipt["taken"].as_array().unwrap().iter().map(|line| line["dossier"].as_str().unwrap()).collect();
    assert_eq!(dossiers, ["HS.05", "HS.06"], "the payload folder of a bag is not a dossier");

    // What was missing or damaged comes again, and now everything fits.
    fs::write(lot.join("HS.05/trang hai.jpg"), &second).unwrap();
    fs::write(bag.join("data/2.jpg"), &second).unwrap();
    let again = codes(&import(&[]).done_in_part().json());
    for path in ["HS.05/trang hai.jpg", "HS.06/data/2.jpg"] {
        assert_eq!(again[path], "taken", "{path}");
    }
    assert_eq!(again["HS.06/manifest-sha256.txt"], "checksums");
}

#[test]
fn a_rule_tells_dossiers_where_folders_do_not() {
    let station = Station::with_demo_archive();
    let lot = station.folder().join("lô cũ");
    fs::create_dir_all(lot.join("hộp 1")).unwrap();
    let pages = places::sample_pages().join("H49.61.8.2017.01");
    fs::copy(pages.join("p001.jpg"), lot.join("hộp 1/HS.77_2_0001.jpg")).unwrap();
    fs::copy(pages.join("p002.jpg"), lot.join("hộp 1/bìa.jpg")).unwrap();
    let lot = lot.to_str().unwrap();
    station.run(["import", lot, "--rule", "{page}"]).refused().ended_with(2);
    let rule = "{dossier}_{document}_{page}";
    let receipt = station.run(["import", lot, "--rule", rule, "--lang", "vie", "--json"]).done_in_part().json();
    let taken = receipt["taken"].as_array().unwrap();
    assert_eq!((taken.len(), taken[0]["dossier"].as_str()), (1, Some("HS.77")), "{receipt}");
    assert_eq!(receipt["refused"][0]["code"], "bad-name", "{receipt}");
    let shown = station.run(["show", "HS.77"]).done().stdout;
    assert!(shown.contains("HS.77.0000002"), "{shown}");
}
