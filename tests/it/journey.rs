//! The main job, as its users do it: a folder goes in, signed PDF/A come out, are accepted, counted and found again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sohoa_tests::places::{judged, repository, sample_inventory, sample_pages};
use sohoa_tests::station::{ARCHIVIST, SUPERVISOR, Station};

const PAGES: &str = "tests/pages";

/// A demonstration archive with inventory and plan, in which the test pages were imported.
fn imported() -> Station {
    let station = Station::with_demo_archive();
    station
        .run(["inventory", "import"].map(Into::into).into_iter().chain([repository().join("tests/pages.csv")]))
        .done();
    station.run(["plan", "example"]).done();
    station.run(import_arguments()).done();
    station
}

fn import_arguments() -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<std::ffi::OsString> = ["import", "--lang", "vie", "--json"].map(Into::into).to_vec();
    arguments.push(repository().join(PAGES).into());
    arguments
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn paths(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|line| line["path"].as_str().unwrap()).collect()
}

fn done_share(progress: &Value) -> Vec<u64> {
    progress["targets"].as_array().unwrap().iter().map(|target| target["done"].as_u64().unwrap()).collect()
}

#[test]
fn a_folder_becomes_signed_pdfs_that_are_accepted_counted_and_found() {
    let station = imported();
    assert_eq!(done_share(&station.run(["progress", "--json"]).done().json()), [0, 0]);

    station.run(["accept", "HS.01"]).refused().ended_with(10);
    station.run_as(SUPERVISOR, ["accept", "HS.01"]).done();
    assert_eq!(done_share(&station.run(["progress", "--json"]).done().json()), [1, 1]);

    for (query, dossier) in [("khai sinh", "HS.01"), ("duc thang", "HS.01"), ("ho tich", "HS.02")] {
        let found = station.run(["search", query, "--json"]).done();
        assert!(found.stdout.contains(dossier), "{query}: {}", found.stdout);
    }
    station.run(["verify"]).done();
    station.run(["check"]).done();
    let found = station.run(["findings", "--notes", "--json"]).done().json();
    let grave = |place: &Value| ["reject", "warn", "note"].iter().position(|word| place["severity"] == *word).unwrap();
    let graves: Vec<_> = found.as_array().unwrap().iter().map(grave).collect();
    assert!(!graves.is_empty() && graves.is_sorted(), "{found}");
    let shown = station.run(["show", "HS.01"]).done().stdout;
    assert!(shown.contains("Hồ sơ cấp giấy khai sinh năm 1996"), "{shown}");
}

#[test]
fn every_file_stands_on_the_receipt_once_and_a_second_import_takes_nothing() {
    let station = Station::with_demo_archive();
    let folder = station.folder().join("lô quét");
    let page = fs::read(repository().join(PAGES).join("HS.01/p1.jpg")).unwrap();
    for (name, bytes) in [
        ("HS.01/tờ 1.jpg", page.as_slice()),
        ("HS.01/tờ 2.jpg", &page),
        ("HS.01/tờ 3.jpg", &page[..page.len() / 2]),
        ("HS.01/ghi chú.txt", "không phải ảnh".as_bytes()),
        ("HS.01/rỗng.png", b""),
        ("HS.01/ảnh.gif", b"GIF89a\x01\x00\x01\x00"),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", folder.join("HS.01/liên kết.jpg")).unwrap();

    let arguments = || {
        [&["import", "--lang", "vie", "--json"].map(std::ffi::OsString::from)[..], &[folder.clone().into()]].concat()
    };
    let dry = station.run(arguments().into_iter().chain(["--dry-run".into()])).done_in_part().json();
    let receipt = station.run(arguments()).done_in_part().json();
    for part in ["taken", "skipped", "refused"] {
        assert_eq!(paths(&dry[part]), paths(&receipt[part]), "a dry run says what the import does: {part}");
    }
    assert_eq!(paths(&receipt["taken"]), ["HS.01/tờ 1.jpg"]);
    assert_eq!(paths(&receipt["skipped"]), ["HS.01/tờ 2.jpg"]);
    let refused: BTreeSet<&str> = paths(&receipt["refused"]).into_iter().collect();
    let expected = ["HS.01/tờ 3.jpg", "HS.01/ghi chú.txt", "HS.01/rỗng.png", "HS.01/ảnh.gif", "HS.01/liên kết.jpg"];
    assert_eq!(refused, expected.into_iter().collect());
    for line in receipt["refused"].as_array().unwrap() {
        assert!(!line["reason"].as_str().unwrap().is_empty() && !line["hint"].as_str().unwrap().is_empty(), "{line}");
    }
    assert_eq!(receipt["taken"][0]["pages"], 1);

    let again = station.run(arguments()).done_in_part().json();
    assert_eq!(paths(&again["taken"]), [""; 0]);
    assert_eq!(paths(&again["skipped"]), ["HS.01/tờ 1.jpg", "HS.01/tờ 2.jpg"]);
}

#[test]
fn texts_and_pdfs_go_out_only_if_the_dossier_may_travel() {
    let station = imported();
    let to = station.folder().join("xuất");
    let export = |kind: &str, more: &[&str]| {
        let mut arguments: Vec<std::ffi::OsString> = ["export", "--as", kind, "--to"].map(Into::into).to_vec();
        arguments.push(to.clone().into());
        arguments.extend(more.iter().map(Into::into));
        station.run(arguments)
    };
    export("text", &[]).done();
    let text = fs::read_to_string(to.join("HS.01/p1.txt")).unwrap();
    assert!(text.contains("Hồ sơ số 12 về việc cấp giấy khai sinh"), "{text}");
    for frame in ["HS.02/HS.02.0000001.txt", "HS.02/HS.02.0000002.1.txt", "HS.02/HS.02.0000002.2.txt"] {
        assert!(to.join(frame).is_file(), "{frame}");
    }

    station.run(["hold", "HS.01", "--reason", "thấy dấu mật"]).done();
    fs::remove_dir_all(&to).unwrap();
    export("pdf", &[]).done_in_part();
    assert!(!to.join("HS.01").exists() && to.join("HS.02/HS.02.0000001.pdf").is_file());
    export("pdf", &["--held-reason", "theo quyết định số 7"]).done();
    assert!(to.join("HS.01/HS.01.pdf").is_file());
    assert!(station.run(["log", "HS.01"]).done().stdout.contains("theo quyết định số 7"));
}

#[test]
fn the_text_layer_gives_back_the_words_that_were_read() {
    let station = imported();
    let to = station.folder().join("out");
    for kind in ["text", "pdf"] {
        station.run(["export".into(), "--as".into(), kind.into(), "--to".into(), to.clone().into_os_string()]).done();
    }
    for (pdf, texts) in [
        ("HS.01/HS.01.pdf", vec!["HS.01/p1.txt", "HS.01/p2.txt"]),
        ("HS.02/HS.02.0000002.pdf", vec!["HS.02/HS.02.0000002.1.txt", "HS.02/HS.02.0000002.2.txt"]),
    ] {
        let output = Command::new("pdftotext").arg("-raw").arg(to.join(pdf)).arg("-").output().unwrap();
        let drawn = String::from_utf8(output.stdout).unwrap();
        let read: String = texts.iter().map(|text| fs::read_to_string(to.join(text)).unwrap()).collect();
        // The visible block of the signature is no part of the page's text.
        let drawn: Vec<&str> = words(&drawn);
        let read = words(&read);
        let mut rest = drawn.iter();
        let found = read.iter().filter(|word| rest.clone().any(|w| w == *word) && rest.any(|w| w == *word)).count();
        assert_eq!(found, read.len(), "{pdf}: {drawn:?}\n{read:?}");
        let name = format!("journey-{}.signed.pdf", pdf.replace('/', "-").trim_end_matches(".pdf"));
        fs::copy(to.join(pdf), judged().join(name)).unwrap();
    }
    fs::write(judged().join("journey-root.pem"), station.demo_root()).unwrap();
}

#[test]
fn texts_with_boxes_are_read_by_other_programs() {
    let station = imported();
    let to = station.folder().join("out");
    for kind in ["text", "hocr", "alto"] {
        station.run(["export".into(), "--as".into(), kind.into(), "--to".into(), to.clone().into_os_string()]).done();
    }
    let tools = sohoa_tests::places::tools().join("venv/bin");
    for stem in ["HS.01/p1", "HS.02/HS.02.0000001", "HS.02/HS.02.0000002.2"] {
        let read = fs::read_to_string(to.join(format!("{stem}.txt"))).unwrap();
        let (hocr, alto) = (to.join(format!("{stem}.hocr")), to.join(format!("{stem}.alto.xml")));
        for (file, query) in [
            (&hocr, "count(//*[@class='ocrx_word'][contains(@title, 'x_wconf')])"),
            (&alto, "count(//*[local-name()='String'][@WC<=1 and @WIDTH>0 and @HEIGHT>0])"),
        ] {
            let Some(count) = judged_by(Path::new("xmllint"), &["--nonet", "--xpath", query], file) else { return };
            assert_eq!(count.trim().parse(), Ok(words(&read).len()), "{}", file.display());
        }
        if let Some(said) = judged_by(&tools.join("hocr-check"), &[], &hocr) {
            assert!(!said.contains("not ok"), "{said}");
        }
        if let Some(said) = judged_by(&tools.join("alto-tools"), &["--text"], &alto) {
            assert_eq!(words(&said), words(&read), "{stem}");
        }
    }
}

/// What a judge says of a file; `None` where it is missing and that is allowed.
fn judged_by(program: &Path, arguments: &[&str], file: &Path) -> Option<String> {
    match Command::new(program).args(arguments).arg(file).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(output.status.success(), "{}: {said}", program.display());
            Some(said)
        }
        Err(_) if !sohoa_tests::places::in_ci() => {
            sohoa_tests::announce(&format!("{}: skipped, it is not installed", program.display()));
            None
        }
        Err(error) => panic!("{} is needed: {error}", program.display()),
    }
}

#[test]
fn what_was_changed_behind_the_back_of_the_archive_is_named() {
    let station = imported();
    let mut masters = Vec::new();
    for folder in fs::read_dir(station.archive().join("vault")).unwrap() {
        let folder = folder.unwrap().path();
        if folder.file_name().unwrap().len() == 2 {
            masters.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    let master = masters.iter().find(|path| fs::read(path).unwrap().starts_with(b"\xFF\xD8")).unwrap();
    let mut bytes = fs::read(master).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(master).unwrap();
    fs::write(master, bytes).unwrap();
    let name = master.file_name().unwrap().to_str().unwrap();
    let checked = station.run(["check"]).ended_with(6);
    assert!(checked.stdout.contains(name) || checked.stderr.contains(name), "{}", checked.stdout);
    station.run(["verify"]).ended_with(6);
}

#[test]
fn the_catalog_can_be_made_again_from_the_folder_alone() {
    let station = imported();
    station.run_as(SUPERVISOR, ["accept", "HS.01"]).done();
    station.run(["hold", "HS.02", "--reason", "chờ ý kiến"]).done();
    let asked: [&[&str]; 4] = [
        &["progress", "--json"],
        &["verify", "--json"],
        &["show", "HS.01", "--json"],
        &["search", "ho tich", "--json"],
    ];
    let look = || -> Vec<Value> {
        asked
            .iter()
            .map(|question| {
                let mut value = station.run(*question).done().json();
                if let Some(object) = value.as_object_mut() {
                    object.remove("now");
                    object.remove("events");
                }
                value
            })
            .collect()
    };
    let before = look();
    for name in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
        let _ = fs::remove_file(station.archive().join(name));
    }
    station.run(["progress"]).refused().ended_with(4);
    station.run(["check", "--rebuild"]).done();
    for (question, (before, after)) in asked.iter().zip(before.iter().zip(look())) {
        assert_eq!(*before, after, "{question:?}");
    }
    let again = station.run(import_arguments()).done().json();
    assert_eq!(paths(&again["taken"]), [""; 0], "the catalog that was made again knows its files");
}

#[test]
fn without_a_key_an_import_stops_at_assembled_and_says_so() {
    let station = Station::empty();
    station.finish(station.bare().args(["--operator", ARCHIVIST, "init"]).arg(station.archive())).done();
    station.run(["inventory".into(), "import".into(), repository().join("tests/pages.csv").into_os_string()]).done();
    station.run(import_arguments()).done();
    let shown = station.run(["show", "HS.01", "--json"]).done().json();
    assert_eq!(shown["state"], "assembled", "{shown}");
    station.run(["sign"]).ended_with(9);
    station.run_as(SUPERVISOR, ["accept", "HS.01"]).refused().ended_with(10);
}

#[test]
fn bad_input_is_one_sentence_a_hint_and_a_code() {
    let station = imported();
    let empty = Station::empty();
    let cases: [(&Station, &[&str], i32); 9] = [
        (&empty, &["progress"], 4),
        (&station, &["import", "/nowhere"], 4),
        (&station, &["import", "."], 10),
        (&station, &["show", "HS.99"], 4),
        (&station, &["verify", "/etc/hostname"], 6),
        (&station, &["inventory", "import", "/usr/bin/env"], 5),
        (&station, &["release", "HS.01", "--reason", "x"], 10),
        (&station, &["key", "use", "/etc/hostname"], 9),
        (&station, &["hold", "HS.01", "--reason", " "], 2),
    ];
    for (station, arguments, code) in cases {
        let said = station.run(arguments);
        assert_eq!(said.code, Some(code), "{arguments:?}: {}{}", said.stdout, said.stderr);
        assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
        let vietnamese = station.finish(station.command_as(ARCHIVIST).args(arguments).env("SOHOA_UI_LANG", "vi"));
        assert_eq!(vietnamese.code, Some(code));
        assert!(!vietnamese.stderr.is_empty() || !vietnamese.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(empty.run(["progress"]).code, Some(4));
    assert!(!empty.archive().exists(), "nothing makes an archive silently");
}

#[test]
fn a_stamped_mark_of_secrecy_holds_its_dossier() {
    let station = Station::with_demo_archive();
    station.run(["inventory".into(), "import".into(), sample_inventory().into_os_string()]).done();
    for code in ["H49.61.8.2018.05", "RSB.F04.1934.051"] {
        station.run(["import".into(), sample_pages().join(code).into_os_string()]).done();
    }
    let held = station.run(["show", "H49.61.8.2018.05", "--json"]).done().json();
    assert_eq!(held["held"], true, "{held}");
    station.run_as(SUPERVISOR, ["accept", "H49.61.8.2018.05"]).refused().ended_with(10);
    let free = station.run(["show", "RSB.F04.1934.051", "--json"]).done().json();
    assert_eq!(free["held"], false, "{free}");
}

#[test]
fn a_model_that_is_not_listed_stops_the_work_before_it_begins() {
    let station = Station::with_demo_archive();
    let models = station.folder().join("models");
    fs::create_dir(&models).unwrap();
    fs::write(models.join("vie.traineddata"), b"who knows what this reads").unwrap();
    let import = || {
        let mut command = station.command_as(ARCHIVIST);
        command.args(import_arguments()).env("SOHOA_TESSDATA", &models);
        station.finish(&mut command)
    };
    let said = import().refused().ended_with(5);
    assert!(said.stderr.contains("vie.traineddata"), "{}", said.stderr);
    fs::remove_file(models.join("vie.traineddata")).unwrap();
    import().refused().ended_with(5);
    let receipt = station.run(import_arguments()).done().json();
    assert_eq!(receipt["taken"].as_array().unwrap().len(), 4, "nothing was taken before");
    assert_eq!(receipt["work"]["pages_not_read"], 0);
}
