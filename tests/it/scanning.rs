//! Scanning: the real libsane with its test backend, and a simulated device that fails at every point of a batch. No
//! sheet is lost, none is counted twice, and a batch closes only when the count is right.

use std::fs;
use std::process::Command;

use serde_json::Value;
use sohoa_tests::announce;
use sohoa_tests::places::repository;
use sohoa_tests::preload::preloaded;
use sohoa_tests::station::{ARCHIVIST, Said, Station};

use crate::power;

/// Sheets of the batches that are interrupted.
const SHEETS: u32 = 6;

/// The program with SANE's test backend as its only driver.
fn with_sane(station: &Station, arguments: &[&str]) -> Said {
    let mut command = station.command_as(ARCHIVIST);
    command.env("SANE_CONFIG_DIR", repository().join("core/sane/tests/sane.d")).args(arguments);
    station.finish(&mut command)
}

/// The program on a simulated scanner; `crash` names a point at which it dies, and the how-manieth passing.
fn simulated(station: &Station, simulation: &str, arguments: &[&str], crash: Option<(&str, u32)>) -> Said {
    let mut command: Command = station.command_as(ARCHIVIST);
    command.env("SOHOA_SIMULATED_SCANNER", simulation).args(arguments);
    if let Some((point, nth)) = crash {
        command.env("SOHOA_CRASH_AT", format!("{point}:{nth}"));
    }
    station.finish(&mut command)
}

const SCAN: [&str; 10] =
    ["scan", "HS.01", "--new-dossier", "--sheets", "6", "--paper", "60x40", "--device", "simulated:0", "--json"];

/// How many pages of the dossier count.
fn pages(station: &Station) -> u32 {
    let shown = station.run(["show", "HS.01", "--pages", "--json"]);
    if shown.code == Some(4) {
        return 0;
    }
    let shown: Value = shown.done().json();
    u32::try_from(shown["page_list"].as_array().unwrap().len()).unwrap()
}

/// Asserts that the masters of the dossier are the sheets 1 to `SHEETS`, each once and in order.
fn assert_complete(station: &Station, what: &str) {
    let shown: Value = station.run(["show", "HS.01", "--pages", "--json"]).done().json();
    let numbers: Vec<u32> = shown["page_list"].as_array().unwrap().iter().map(|page| sheet_of(station, page)).collect();
    assert_eq!(numbers, (1..=SHEETS).collect::<Vec<_>>(), "{what}");
}

/// The number of the sheet that the pixels of a page show: the darkest tone of its ink.
pub(crate) fn sheet_of(station: &Station, page: &Value) -> u32 {
    let sha256 = page["master_sha256"].as_str().unwrap();
    let file = fs::File::open(station.archive().join("vault").join(&sha256[..2]).join(sha256)).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    u32::from(*pixels.iter().min().unwrap()) - 40
}

#[test]
fn the_real_library_feeds_sheets_and_the_count_has_to_be_right() {
    let station = Station::with_demo_archive();
    let devices = with_sane(&station, &["devices", "--json"]).done().json();
    assert_eq!(devices[0]["id"], "test:0", "{devices}");
    let able = with_sane(&station, &["devices", "--device", "test:1", "--json"]).done().json();
    assert_eq!(able[0]["abilities"]["sources"], serde_json::json!(["flatbed", "adf"]), "{able}");

    let scan = |more: &[&str]| {
        let mut arguments = vec!["scan", "HS.01", "--device", "test:0", "--paper", "80x50", "--json"];
        arguments.extend(more);
        with_sane(&station, &arguments)
    };
    scan(&[]).ended_with(4);
    // The backend's feeder holds ten sheets: two are missing, and the batch stays open.
    let short = scan(&["--new-dossier", "--sheets", "12"]).done_in_part().json();
    assert_eq!((&short["pages"], &short["state"], &short["ended"]), (&10.into(), &"open".into(), &"empty".into()));
    let found = station.run(["findings", "HS.01"]).done().stdout;
    assert!(found.contains("A batch of this dossier is not closed"), "{found}");
    station.run(["scan", "HS.01", "--close"]).ended_with(10);
    let safe = || station.run(["show", "HS.01", "--json"]).done().json()["safe_to_refile"].clone();
    assert_eq!(safe(), false);
    // Two more from the glass, one by one: another source of one page a sheet goes on with the batch.
    assert_eq!(scan(&["--source", "flatbed"]).done_in_part().json()["pages"], 11);
    let full = scan(&["--source", "flatbed"]).done().json();
    assert_eq!((&full["pages"], &full["state"]), (&12.into(), &"reconciled".into()));
    assert_eq!(safe(), true);
    assert!(station.run(["show", "HS.01"]).done().stdout.contains("safe to refile"));
    let found = station.run(["findings", "HS.01"]).done().stdout;
    assert!(!found.contains("not closed"), "{found}");
    // What comes out is a signed PDF/A like any other.
    station.run(["process", "HS.01", "--lang", "vie"]).done();
    station.run(["verify", "HS.01"]).done();
    station.run(["check"]).done();
    let log = station.run(["log", "--limit", "0"]).done().stdout;
    assert!(log.contains("the feeder was empty too early (10/12)"), "{log}");
}

#[test]
fn what_a_device_can_not_do_is_said_before_any_paper_moves() {
    let station = Station::with_demo_archive();
    let refused = |more: &[&str], code: i32, sentence: &str| {
        let mut arguments = vec!["scan", "HS.01", "--new-dossier"];
        arguments.extend(more);
        let said = with_sane(&station, &arguments).ended_with(code);
        assert!(said.stderr.contains(sentence), "{}", said.stderr);
    };
    refused(&[], 2, "There are several scanners");
    refused(&["--device", "test:7"], 4, "There is no scanner test:7");
    refused(&["--device", "test:0", "--source", "adf-duplex"], 2, "no such source: adf-duplex");
    refused(&["--device", "test:0", "--paper", "a3"], 2, "no room for paper");
    refused(&["--device", "test:0", "--dpi", "2000"], 2, "no such resolution");
    refused(&["--device", "test:0", "--dpi", "150"], 10, "below the standard");
    refused(&["--device", "test:0", "--mode", "gray"], 10, "below the standard");
    assert_eq!(station.run(["show", "--limit", "0", "--json"]).done().json(), serde_json::json!([]));
    // What a profile says is refused like what is typed; what is typed counts more.
    let station_run = |arguments: &[&str]| station.run(arguments.iter().copied());
    station_run(&["profile", "set", "bản đồ", "--device", "test:0", "--dpi", "300", "--paper", "a3"]).done();
    refused(&["--profile", "bản đồ"], 2, "no room for paper");
    refused(&["--profile", "bản đồ", "--paper", "a4", "--dpi", "100"], 10, "below the standard");
    refused(&["--profile", "sổ"], 4, "sổ");
    let listed = station_run(&["profile", "list", "--json"]).done().json();
    assert_eq!((&listed[0]["name"], &listed[0]["settings"]["dpi"]), (&"bản đồ".into(), &300.0.into()), "{listed}");
    // With a reason it goes.
    let gray =
        ["--device", "test:0", "--mode", "gray", "--paper", "60x40", "--reason", "sổ in đen trắng", "--sheets", "10"];
    let mut arguments = vec!["scan", "HS.01", "--new-dossier"];
    arguments.extend(gray);
    with_sane(&station, &arguments).done();
    station.run(["hold", "HS.01", "--reason", "chờ ý kiến"]).done();
    refused(&["--device", "test:0"], 10, "is held");
}

#[test]
fn whatever_breaks_a_batch_off_it_goes_on_at_the_right_sheet() {
    let mut points = 0;
    // The device, at each sheet.
    for fault in ["jam", "double-feed", "cover", "unplug", "crash"] {
        for sheet in 1..=SHEETS {
            let station = Station::with_demo_archive();
            let broken = simulated(&station, &format!("sheets={SHEETS} fault={fault}@{sheet}"), &SCAN, None);
            assert!(matches!(broken.code, Some(1 | 3)), "{fault}@{sheet}: {}", broken.stderr);
            assert_eq!(pages(&station), sheet - 1, "{fault}@{sheet}");
            let rest = format!("sheets={} first={sheet}", SHEETS - sheet + 1);
            let done = simulated(&station, &rest, &SCAN, None).done().json();
            assert_eq!(done["state"], "reconciled", "{fault}@{sheet}");
            assert_complete(&station, &format!("{fault}@{sheet}"));
            points += 1;
        }
    }
    // An empty feeder begins nothing; it closes a batch of which all had come.
    let station = Station::with_demo_archive();
    simulated(&station, "sheets=0", &SCAN, None).done_in_part();
    assert_eq!(station.run(["show", "--limit", "0", "--json"]).done().json(), serde_json::json!([]));
    // The station, killed at each point of a page and of a batch.
    let of_a_page = [
        "scan.page-written",
        "store.temp-synced",
        "store.renamed",
        "scan.page-stored",
        "catalog.before-commit",
        "catalog.after-commit",
        "scan.page-filed",
    ];
    let kills = of_a_page.iter().flat_map(|point| [1, 3, 6].map(|nth| (*point, nth)));
    for (point, nth) in kills.chain([("scan.batch-opened", 1), ("scan.batch-settled", 1)]) {
        let station = Station::with_demo_archive();
        simulated(&station, &format!("sheets={SHEETS}"), &SCAN, Some((point, nth))).killed();
        let before = pages(&station);
        if before < SHEETS {
            let rest = format!("sheets={} first={}", SHEETS - before, before + 1);
            let done = simulated(&station, &rest, &SCAN, None).done().json();
            assert_eq!(done["state"], "reconciled", "{point}:{nth}");
        } else if point != "scan.batch-settled" {
            // All had come; only the closing is missing.
            let closed = simulated(&station, "sheets=0", &SCAN, None).done().json();
            assert_eq!(closed["state"], "reconciled", "{point}:{nth}");
        }
        assert_complete(&station, &format!("{point}:{nth}"));
        station.run(["check"]).done();
        points += 1;
    }
    // The disk fills up, or fails, at changes all over a batch.
    let folder = tempfile::tempdir().unwrap();
    if let Some(recorder) = preloaded(folder.path(), "recorder") {
        for fault in (10..=250)
            .step_by(20)
            .map(|change| format!("full:{change}"))
            .chain((20..=220).step_by(40).map(|change| format!("io:{change}")))
        {
            let station = Station::with_demo_archive();
            let log = folder.path().join(format!("log-{fault}"));
            let mut command = station.command_as(ARCHIVIST);
            command.env("SOHOA_SIMULATED_SCANNER", format!("sheets={SHEETS}")).args(SCAN);
            let failed =
                station.finish(power::under(&mut command, &recorder, &station, &log).env("RECORDER_FAIL", &fault));
            assert!(failed.code.is_some() && !failed.stderr.contains("panicked"), "{fault}: {}", failed.stderr);
            let before = pages(&station);
            if failed.code != Some(0) {
                let rest = format!("sheets={} first={}", SHEETS - before, before + 1);
                let done = simulated(&station, &rest, &SCAN, None).done().json();
                assert_eq!(done["state"], "reconciled", "{fault}");
            }
            assert_complete(&station, &fault);
            station.run(["check"]).done();
            points += 1;
        }
    }
    announce(&format!("scanning: {points} points of a batch of {SHEETS} sheets, none lost, none counted twice"));
}

/// Sheets of the batch in which something happens at every one.
const MANY: u32 = 50;

/// Scans what is left of the batch of [`MANY`] sheets from sheet `next` on.
fn feed(station: &Station, next: u32, fault: &str, crash: Option<(&str, u32)>) -> Said {
    let scan = SCAN.map(|word| if word == "6" { "50" } else { word });
    simulated(station, &format!("sheets={} first={next} {fault}", MANY + 1 - next), &scan, crash)
}

/// Asserts that the batch is reconciled and every sheet is there once, in order.
fn assert_all_there(station: &Station, what: &str) {
    let shown: Value = station.run(["show", "HS.01", "--pages", "--json"]).done().json();
    assert_eq!(shown["batches"][0]["state"], "reconciled", "{what}");
    assert_eq!(shown["batches"].as_array().unwrap().len(), 1, "{what}");
    let sheets = shown["page_list"].as_array().unwrap().iter().map(|page| sheet_of(station, page));
    // The tone of the ink tells fifty sheets apart.
    assert_eq!(sheets.collect::<Vec<_>>(), (1..=MANY).map(|sheet| sheet % 50).collect::<Vec<_>>(), "{what}");
    station.run(["check"]).done();
}

/// The device stops at each sheet in turn; says how often.
fn stopped_at_every_sheet(fault: &str) -> u32 {
    let station = Station::with_demo_archive();
    for sheet in 1..=MANY {
        let broken = feed(&station, sheet.max(2) - 1, &format!("fault={fault}@{sheet}"), None);
        assert!(matches!(broken.code, Some(1 | 3)), "{fault}@{sheet}: {}", broken.stderr);
    }
    feed(&station, MANY, "", None).done();
    assert_all_there(&station, fault);
    MANY
}

/// The process is killed at a point of each page in turn; says how often.
fn killed_at_every_page(point: &str) -> u32 {
    let station = Station::with_demo_archive();
    let (mut kills, mut before, mut nth) = (0, 0, 1);
    while before < MANY {
        let said = feed(&station, before + 1, "", Some((point, nth)));
        if said.code.is_some() {
            // The point is not passed so often any more: the batch is at its end.
            said.done();
            break;
        }
        kills += 1;
        let now = pages(&station);
        assert!(now >= before, "{point}: {before} pages were acknowledged, {now} are there");
        // Where a page passes the point several times, the next kill comes later.
        nth = if now > before { nth } else { nth + 1 };
        before = now;
    }
    let closed = feed(&station, MANY + 1, "", None);
    assert!(matches!(closed.code, Some(0 | 3)), "{point}: {}", closed.stderr);
    assert_all_there(&station, point);
    kills
}

/// The process is killed when the batch is opened, and when all of it has come and it is settled; says how often.
fn killed_at_both_ends() -> u32 {
    let station = Station::with_demo_archive();
    feed(&station, 1, "", Some(("scan.batch-opened", 1))).killed();
    assert_eq!(pages(&station), 0);
    feed(&station, 1, "", Some(("scan.batch-settled", 1))).killed();
    assert_eq!(pages(&station), MANY);
    assert_all_there(&station, "both ends");
    2
}

/// The disk fills up, or fails, again and again; says how often. `None` without a recorder.
fn disk_failed_all_along(kind: &str) -> Option<u32> {
    let folder = tempfile::tempdir().unwrap();
    let recorder = preloaded(folder.path(), "recorder")?;
    let station = Station::with_demo_archive();
    let scan = SCAN.map(|word| if word == "6" { "50" } else { word });
    let (mut failures, mut before, mut change) = (0, 0, 80);
    while before < MANY {
        let log = folder.path().join(format!("log-{failures}"));
        let mut command = station.command_as(ARCHIVIST);
        let rest = format!("sheets={} first={}", MANY - before, before + 1);
        command.env("SOHOA_SIMULATED_SCANNER", rest).args(scan);
        let fault = format!("{kind}:{change}");
        let said = station.finish(power::under(&mut command, &recorder, &station, &log).env("RECORDER_FAIL", fault));
        assert!(said.code.is_some() && !said.stderr.contains("panicked"), "{kind}: {}", said.stderr);
        failures += u32::from(said.code != Some(0));
        let now = pages(&station);
        assert!(now >= before, "{kind}: {before} pages were acknowledged, {now} are there");
        // At another place of the page each time.
        change = if now > before { 80 + (change + 7) % 13 } else { change + 20 };
        before = now;
    }
    let closed = feed(&station, MANY + 1, "", None);
    assert!(matches!(closed.code, Some(0 | 3)), "{kind}: {}", closed.stderr);
    assert_all_there(&station, kind);
    Some(failures)
}

#[test]
fn a_batch_of_fifty_sheets_survives_a_fault_at_every_sheet() {
    let faults = ["jam", "double-feed", "cover", "unplug", "network", "crash"];
    let points =
        ["scan.page-written", "scan.page-stored", "catalog.before-commit", "catalog.after-commit", "scan.page-filed"];
    let disks = [("disk full", "full"), ("disk error", "io")];
    let tried: Vec<(&str, u32)> = std::thread::scope(|scope| {
        // A driver that hangs is waited for, a minute each time; meanwhile the others have their turn.
        let hangs = scope.spawn(|| {
            let station = Station::with_demo_archive();
            let said = feed(&station, 1, "fault=hang@25", None).ended_with(1);
            assert!(said.stderr.contains("has not answered") || said.stderr.contains("silent"), "{}", said.stderr);
            assert_eq!(pages(&station), 24);
            feed(&station, 25, "", None).done();
            assert_all_there(&station, "hang");
        });
        let parts = [
            scope.spawn(|| faults.map(|fault| (fault, stopped_at_every_sheet(fault))).to_vec()),
            scope.spawn(|| points.map(|point| (point, killed_at_every_page(point))).to_vec()),
            scope.spawn(|| {
                disks.iter().filter_map(|(what, kind)| Some((*what, disk_failed_all_along(kind)?))).collect()
            }),
        ];
        let tried = parts.into_iter().flat_map(|part| part.join().unwrap()).collect();
        hangs.join().unwrap();
        tried
    });
    assert!(tried.iter().all(|(_, times)| *times >= MANY * 4 / 5), "{tried:?}");
    let ends = killed_at_both_ends();
    let all: u32 = tried.iter().map(|(_, times)| times).sum::<u32>() + ends + 1;
    let each: Vec<String> = tried.iter().map(|(what, times)| format!("{what} {times}")).collect();
    announce(&format!(
        "scanning: {all} points of a {MANY}-page batch: {all} resumed, 0 lost, 0 doubled ({}, batch opened and settled {ends}, hang 1: it is waited for a minute)",
        each.join(", ")
    ));
}

#[test]
fn a_stack_is_parted_into_documents_by_separator_sheets_or_by_count() {
    let documents = |station: &Station| -> Vec<(u64, u64)> {
        let shown = station.run(["show", "HS.01", "--json"]).done().json();
        let all = shown["documents"].as_array().unwrap().iter();
        all.map(|document| (document["ordinal"].as_u64().unwrap(), document["pages"].as_u64().unwrap())).collect()
    };
    for source in ["adf", "adf-duplex"] {
        let station = Station::with_demo_archive();
        let sides = if source == "adf" { 1 } else { 2 };
        let scan: Vec<&str> = SCAN.iter().copied().chain(["--source", source, "--separators"]).collect();
        // It breaks off behind the first separator, before a page of the second document came.
        let at = format!("sheets=6 separator-after=2 fault=jam@{}", 2 * sides + 1);
        simulated(&station, &at, &scan, None).done_in_part();
        let done = simulated(&station, "sheets=4 first=3 separator-after=3", &scan, None).done().json();
        assert_eq!((&done["pages"], &done["state"]), (&(6 * sides).into(), &"reconciled".into()), "{source}");
        assert_eq!(documents(&station), [(1, 2 * sides), (2, 3 * sides), (3, sides)], "{source}");
    }
    let station = Station::with_demo_archive();
    let scan: Vec<&str> = SCAN.iter().copied().chain(["--split", "4", "--document", "7"]).collect();
    simulated(&station, "sheets=6 fault=jam@5", &scan, None).done_in_part();
    simulated(&station, "sheets=2 first=5", &scan, None).done();
    assert_eq!(documents(&station), [(7, 4), (8, 2)]);
    station.run(["separators", "to.pdf", "--copies", "2"]).done();
    station.run(["separators", "to.pdf"]).ended_with(5);
}

#[test]
fn both_sides_of_a_sheet_count_together() {
    let station = Station::with_demo_archive();
    let duplex: Vec<&str> = SCAN.iter().copied().chain(["--source", "adf-duplex"]).collect();
    // The back of the third sheet jams: its front is not counted either.
    let broken = simulated(&station, "sheets=6 fault=jam@6", &duplex, None);
    assert_eq!(broken.code, Some(3), "{}", broken.stderr);
    assert_eq!(pages(&station), 4);
    let done = simulated(&station, "sheets=4 first=3", &duplex, None).done().json();
    assert_eq!((&done["pages"], &done["state"]), (&12.into(), &"reconciled".into()));
    let one_side = simulated(&station, "sheets=2", &SCAN, None).done_in_part().json();
    assert_eq!(one_side["state"], "open", "a new batch of six sheets, of which two came");
    simulated(&station, "sheets=2", &duplex, None).ended_with(10);
    // The folder alone knows of the open batch, too.
    let pages = station.run(["show", "HS.01", "--json"]).done().json()["pages"].clone();
    fs::remove_file(station.archive().join("catalog.sqlite")).unwrap();
    station.run(["check", "--rebuild"]).done();
    assert_eq!(station.run(["show", "HS.01", "--json"]).done().json()["pages"], pages);
    let closed = station.run(["scan", "HS.01", "--close", "--reason", "hai tờ phụ lục", "--json"]).done().json();
    assert_eq!(closed["state"], "overridden");
}
