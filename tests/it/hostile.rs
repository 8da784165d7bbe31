//! What may not happen whatever goes on around an archive: processes beside each other, deaths, hands in its folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sohoa_model::Sha256;
use sohoa_tests::places::repository;
use sohoa_tests::station::{ARCHIVIST, Station};

const DOCUMENTS: usize = 3;

fn import() -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ["import", "--lang", "vie", "--jobs", "1", "--json"].map(Into::into).to_vec();
    arguments.push(repository().join("tests/pages").into());
    arguments
}

fn list_inventory(station: &Station) {
    let file = repository().join("tests/pages.csv");
    station.run(["inventory".into(), "import".into(), file.into_os_string()]).done();
}

fn files_below(folder: &std::path::Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned()).collect()
}

fn passed(station: &Station) -> usize {
    let verdicts = station.run(["verify"]).done().stdout;
    verdicts.lines().filter(|line| line.contains(": passed")).count()
}

#[test]
fn imports_of_one_folder_beside_each_other_take_every_file_once_and_sign_every_document_once() {
    let station = Station::with_demo_archive();
    list_inventory(&station);
    let start = |arguments: Vec<OsString>| {
        let mut command = station.command_as(ARCHIVIST);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = (0..3).map(|_| start(import())).collect();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let receipt: Value = serde_json::from_slice(&output.stdout).unwrap();
        let (new, old) = (receipt["taken"].as_array().unwrap(), receipt["skipped"].as_array().unwrap());
        assert_eq!((new.len() + old.len(), receipt["refused"].as_array().unwrap().len()), (4, 0), "{receipt}");
        for line in new {
            *taken.entry(line["path"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(taken.len(), 4);
    assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    assert_eq!(passed(&station), DOCUMENTS);
    assert_eq!(files_below(&station.archive().join("pdf")).len(), DOCUMENTS);
    station.run(["check"]).done();
    let log = station.run(["log", "--json"]).done().stdout;
    assert_eq!(log.matches("digital signature generation").count(), DOCUMENTS, "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_does_not_outlive_its_parent_even_if_nobody_closes_its_pipe() {
    let station = Station::empty();
    let program = station.bare().get_program().to_owned();
    let mut parent = std::process::Command::new("sh")
        .args(["-c", r#"exec 3<&0; "$0" worker <&3 & exec sleep 60 >/dev/null"#])
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let _pipe = parent.stdin.take();
    let mut answers = parent.stdout.take().unwrap();
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(answers.read_to_end(&mut Vec::new()).is_ok()));
    assert!(ended.recv_timeout(Duration::from_secs(1)).is_err(), "it waits for work as long as its parent lives");
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(ended.recv_timeout(Duration::from_secs(10)), Ok(true), "it ends with its parent");
}

#[test]
fn a_dossier_that_the_inventory_lists_after_its_capture_stays_sound() {
    let station = Station::with_demo_archive();
    station.run(import()).done();
    let before = files_below(&station.archive().join("pdf"));
    assert_eq!((before.len(), passed(&station)), (DOCUMENTS, DOCUMENTS));
    list_inventory(&station);
    station.run(["check"]).done();
    station.run(["process", "--lang", "vie"]).done();
    assert_eq!(passed(&station), DOCUMENTS);
    station.run(["check"]).done();
    let after = files_below(&station.archive().join("pdf"));
    assert_eq!(after.len(), DOCUMENTS, "the file under the earlier name is gone: {after:?}");
    assert!(after.iter().all(|path| path.starts_with("Phông Tư pháp/")), "{after:?}");
}

#[test]
fn a_lost_master_stops_its_own_document_and_no_other() {
    let station = Station::with_demo_archive();
    let mut first = station.command_as(ARCHIVIST);
    station.finish(first.args(import()).env("SOHOA_CRASH_AT", "pdfa.intent-written")).killed();
    let page = Sha256::of(&fs::read(repository().join("tests/pages/HS.01/p1.jpg")).unwrap()).to_string();
    let master = station.archive().join("vault").join(&page[..2]).join(&page);
    let bytes = fs::read(&master).unwrap();
    fs::remove_file(&master).unwrap();
    station.run(["process", "--lang", "vie"]).done_in_part();
    assert_eq!(files_below(&station.archive().join("pdf")).len(), DOCUMENTS - 1);
    fs::write(&master, bytes).unwrap();
    station.run(["process", "--lang", "vie"]).done();
    assert_eq!(passed(&station), DOCUMENTS);
}

#[test]
fn a_changed_or_planted_manifest_is_seen_and_set_right() {
    let station = Station::with_demo_archive();
    station.run(import()).done();
    station.run(["check"]).done();
    let manifests = station.archive().join("vault/manifest");
    let newest = |name: &str| {
        let revision = |path: &String| path.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".json")?.parse().ok();
        let revision: u32 = files_below(&manifests).iter().filter_map(revision).max().unwrap();
        manifests.join(format!("{name}.{revision}.json"))
    };
    let of_archive = newest(".archive");
    let mut bytes = fs::read(&of_archive).unwrap();
    bytes.push(b' ');
    fs::write(&of_archive, bytes).unwrap();
    assert_ne!(station.run(["check"]).code, Some(0), "a changed manifest of the archive");
    station.run(["check", "--repair"]).done();
    station.run(["check"]).done();

    fs::copy(newest("HS.01"), manifests.join("HS.01.999.json")).unwrap();
    let said = station.run(["check"]);
    assert!(said.stdout.contains("HS.01.999.json"), "{}", said.stdout);
    station.run(["check", "--repair"]).done();
    assert!(!manifests.join("HS.01.999.json").exists());
    assert!(station.archive().join("set-aside/HS.01.999.json").is_file());
    fs::write(manifests.join("HS.01.999.json"), b"another").unwrap();
    station.run(["check", "--repair"]).done();
    assert_eq!(fs::read(station.archive().join("set-aside/HS.01.999.json~2")).unwrap(), b"another");
    assert_ne!(fs::read(station.archive().join("set-aside/HS.01.999.json")).unwrap(), b"another");
}

#[test]
fn a_log_without_its_catalog_does_not_enter_the_one_that_is_made_again() {
    let station = Station::with_demo_archive();
    list_inventory(&station);
    station.run(import()).done();
    let state = || (station.run(["show"]).done().stdout, passed(&station));
    let before = state();
    let mut killed = station.command_as(ARCHIVIST);
    station
        .finish(killed.args(["hold", "HS.02", "--reason", "thử"]).env("SOHOA_CRASH_AT", "catalog.after-commit"))
        .killed();
    let catalog = station.archive().join("catalog.sqlite");
    assert!(fs::metadata(catalog.with_extension("sqlite-wal")).unwrap().len() > 0, "the log was left behind");
    fs::remove_file(&catalog).unwrap();
    station.run(["check", "--rebuild"]).done();
    assert_eq!(state(), before);
    station.run(["check"]).done();
}

#[test]
fn pages_that_were_taken_but_not_read_yet_outlive_their_catalog() {
    let station = Station::with_demo_archive();
    list_inventory(&station);
    let mut killed = station.command_as(ARCHIVIST);
    station.finish(killed.args(import()).env("SOHOA_CRASH_AT", "import.page-read")).killed();
    let before = station.run(["show"]).done().stdout;
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(station.archive().join(format!("catalog.sqlite{suffix}")));
    }
    station.run(["check", "--rebuild"]).done();
    assert_eq!(station.run(["show"]).done().stdout, before);
    station.run(["process", "--lang", "vie"]).done();
    assert_eq!(passed(&station), DOCUMENTS);
    station.run(["check"]).done();
}

#[test]
fn the_copy_of_the_catalog_takes_the_place_of_one_that_is_destroyed() {
    let station = Station::with_demo_archive();
    list_inventory(&station);
    station.run(import()).done();
    let (catalog, copy) = (station.archive().join("catalog.sqlite"), station.archive().join("catalog.copy.sqlite"));
    let (progress, verified) = (station.run(["progress", "--json"]).done().json(), passed(&station));
    let made = fs::metadata(&copy).unwrap().modified().unwrap();
    station.run(["process"]).done();
    assert_eq!(fs::metadata(&copy).unwrap().modified().unwrap(), made, "a copy that is fresh is not made again");

    let length = fs::metadata(&catalog).unwrap().len() as usize;
    fs::write(&catalog, vec![0xA5; length]).unwrap();
    station.run(["show"]).refused();
    fs::copy(&copy, &catalog).unwrap();
    for rest in ["catalog.sqlite-wal", "catalog.sqlite-shm"] {
        let _ = fs::remove_file(station.archive().join(rest));
    }
    station.run(import()).done();
    station.run(["check"]).done();
    let again = station.run(["progress", "--json"]).done().json();
    assert_eq!((&again["total"], &again["by_state"]), (&progress["total"], &progress["by_state"]));
    assert_eq!((passed(&station), verified), (DOCUMENTS, DOCUMENTS));
}
