//! A station and a real hub on a real PostgreSQL: nothing is lost, nothing is doubled, nothing that is held leaves.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use sohoa_model::Sha256;
use sohoa_tests::hub::Hub;
use sohoa_tests::places::repository;
use sohoa_tests::proxy::{Fault, Proxy};
use sohoa_tests::s3::S3;
use sohoa_tests::station::{ARCHIVIST, SUPERVISOR, Said, Station};
use walkdir::WalkDir;

use crate::crashes::copy_of;

/// A station with two read dossiers of three pages, enrolled at a hub; none where there is no PostgreSQL.
pub(crate) fn enrolled() -> Option<(Hub, Station)> {
    let hub = Hub::start()?;
    let station = read();
    let said = administer(&station, &["enrol", &hub.invite("Trạm 3")]).done();
    assert!(said.stdout.contains("Enrolled Trạm 3 (so-tu-phap)"), "{}", said.stdout);
    Some((hub, station))
}

/// A station with two read dossiers of three pages: read once, and copied for each test.
pub(crate) fn read() -> Station {
    static READ: OnceLock<Station> = OnceLock::new();
    copy_of(READ.get_or_init(read_now))
}

fn read_now() -> Station {
    let station = Station::with_demo_archive();
    let tests = repository().join("tests");
    station.run(["inventory", "import", tests.join("pages.csv").to_str().unwrap()]).done();
    station.run(["import", tests.join("pages").to_str().unwrap(), "--lang", "vie", "--jobs", "2"]);
    station
}

/// Runs the program as who made the archive, and is its administrator.
pub(crate) fn administer(station: &Station, line: &[&str]) -> Said {
    station.finish(station.bare().arg("--archive").arg(station.archive()).args(line))
}

pub(crate) fn sync(station: &Station) -> Value {
    station.run(["sync", "--json"]).done().json()
}

/// Every file of the hub's store, by its digest.
pub(crate) fn stored(hub: &Hub) -> BTreeSet<Sha256> {
    digests(&hub.store())
}

fn digests(folder: &Path) -> BTreeSet<Sha256> {
    let files = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file());
    // The marker says whose store it is, and is of no record.
    let files = files.filter(|entry| entry.file_name() != "store-id");
    files.map(|entry| Sha256::of(&fs::read(entry.path()).unwrap())).collect()
}

/// The masters of a dossier at the station.
pub(crate) fn masters(station: &Station, dossier: &str) -> Vec<Sha256> {
    let shown = station.run(["show", dossier, "--pages", "--json"]).done().json();
    let pages = shown["page_list"].as_array().unwrap().clone();
    pages.iter().map(|page| page["master_sha256"].as_str().unwrap().parse().unwrap()).collect()
}

/// What must be so of the hub whatever happened: the log without gaps, every record once.
pub(crate) fn consistent(hub: &Hub) {
    let ranges = hub.sql("SELECT first_seq, last_seq FROM batch ORDER BY station_no, first_seq");
    let mut next = 1;
    for range in ranges.lines() {
        let (first, last) = range.split_once('|').unwrap();
        assert_eq!(first.parse::<u64>().unwrap(), next, "{ranges}");
        next = last.parse::<u64>().unwrap() + 1;
    }
    assert_eq!(hub.sql("SELECT seq + 1 FROM station"), next.to_string());
    for table in ["page", "dossier"] {
        let doubled = hub.sql(&format!("SELECT count(*) - count(DISTINCT {table}) FROM {table}"));
        assert_eq!(doubled, "0", "{table}");
    }
}

#[test]
fn pages_go_up_whole_and_a_second_sync_sends_nothing() {
    let Some((hub, station)) = enrolled() else { return };
    let waits = station.run(["sync", "--status", "--json"]).done().json();
    assert!(waits["waiting"].as_u64().unwrap() > 10, "{waits}");
    let first = sync(&station);
    assert!(first["records"].as_u64().unwrap() > 10 && first["files"].as_u64().unwrap() >= 6, "{first}");
    assert_eq!((&first["waiting"], &first["kept_back"]), (&0.into(), &0.into()), "{first}");
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    // The third one waits on its shelf: the hub knows what is still to be done.
    let codes = hub.sql("SELECT code, pages FROM dossier ORDER BY code");
    assert_eq!(codes, "HS.01|2\nHS.02|3\nHS.03|0");
    let stored = stored(&hub);
    for dossier in ["HS.01", "HS.02"] {
        for master in masters(&station, dossier) {
            assert!(stored.contains(&master), "{dossier}: {master}");
        }
    }
    consistent(&hub);
    let second = sync(&station);
    assert_eq!((&second["records"], &second["files"]), (&0.into(), &0.into()), "{second}");
    // What changes is one new revision, and nothing that was sent is sent again.
    station.run(["page", "turn", "HS.01", "1", "--by", "90"]).done();
    station.run(["process", "HS.01", "--lang", "vie"]).done();
    let third = sync(&station);
    assert!(third["records"].as_u64().unwrap() > 0, "{third}");
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    consistent(&hub);
}

#[test]
fn what_is_held_or_not_cleared_does_not_leave() {
    let Some((hub, station)) = enrolled() else { return };
    station.run(["hold", "HS.02", "--reason", "dấu MẬT"]).done();
    let held = "Hồ sơ bàn giao sổ hộ tịch".to_owned();
    assert!(station.run(["show", "HS.02"]).done().stdout.contains(&held));
    let outcome = sync(&station);
    assert!(outcome["kept_back"].as_u64().unwrap() > 0, "{outcome}");
    let (dump, stored) = (hub.dump(), stored(&hub));
    assert!(!dump.contains("HS.02") && !dump.contains(&held), "its code or title");
    for master in masters(&station, "HS.02") {
        assert!(!stored.contains(&master) && !dump.contains(&master.to_string()), "{master}");
    }
    assert!(grep(&hub.store(), "HS.01"), "batches are looked through");
    assert!(!grep(&hub.store(), "HS.02"), "in no batch either");
    // Lifted by an administrator it goes up like any other.
    administer(&station, &["release", "HS.02", "--reason", "đã xem"]).done();
    assert_eq!(sync(&station)["kept_back"], 0);
    assert_eq!(hub.sql("SELECT count(*) FROM dossier WHERE code = 'HS.02'"), "1");
    consistent(&hub);
}

/// Whether the lines of a batch of a store hold some text.
fn grep(store: &Path, text: &str) -> bool {
    WalkDir::new(store.join("b")).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file()).any(|entry| {
        let mut command = std::process::Command::new("sh");
        let script = "tail -n +2 \"$0\" | zstd -dcq | grep -qF -- \"$1\"";
        command.args(["-c", script]).arg(entry.path()).arg(text).status().unwrap().success()
    })
}

#[test]
fn a_station_that_is_killed_anywhere_goes_on_and_nothing_is_doubled() {
    let Some((mut hub, station)) = enrolled() else { return };
    let mut kills = 0;
    for point in [
        "catalog.before-commit:1",
        "catalog.after-commit:2",
        "sync.before-seal:1",
        "sync.after-seal:1",
        "sync.before-batch:1",
        "sync.after-batch:1",
    ] {
        let mut command = station.command_as(sohoa_tests::station::ARCHIVIST);
        station.finish(command.arg("sync").env("SOHOA_CRASH_AT", point)).killed();
        kills += 1;
        consistent(&hub);
    }
    sohoa_tests::announce(&format!("killed at {kills} points of a sync"));
    // The hub is killed as well, and comes back.
    hub.stop();
    let away = station.run(["sync"]).ended_with(12);
    assert!(
        away.stderr.contains("can't be reached") && away.stderr.contains("scanning is not affected"),
        "{}",
        away.stderr
    );
    hub.serve();
    let outcome = sync(&station);
    assert_eq!(outcome["waiting"], 0, "{outcome}");
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    consistent(&hub);
    assert_eq!(sync(&station)["records"], 0);
}

#[test]
fn a_restored_catalog_stops_sending_never_scanning_and_goes_on_with_a_new_code() {
    let Some((hub, station)) = enrolled() else { return };
    sync(&station);
    let catalog = station.archive().join("catalog.sqlite");
    let old = station.folder().join("old.sqlite");
    fs::copy(&catalog, &old).unwrap();
    station.run(["page", "turn", "HS.01", "1", "--by", "180"]).done();
    station.run(["process", "HS.01", "--lang", "vie"]).done();
    sync(&station);
    let before = hub.sql("SELECT seq FROM station");

    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(station.archive().join(format!("catalog.sqlite{suffix}")));
    }
    fs::copy(&old, &catalog).unwrap();
    let said = station.run(["sync"]).ended_with(13);
    assert!(said.stderr.contains("restored from an older copy"), "{}", said.stderr);
    let status = station.run(["sync", "--status", "--json"]).ended_with(13).json();
    assert_eq!((&status["state"], &status["alarm"]), (&"behind".into(), &"behind".into()), "{status}");
    // Work goes on.
    station.run(["page", "turn", "HS.02", "1.1", "--by", "90"]).done();
    station.run(["process", "HS.02", "--lang", "vie"]).done();
    assert_eq!(hub.sql("SELECT seq FROM station"), before, "nothing was sent");

    let id = hub.sql("SELECT station FROM station");
    let said = administer(&station, &["enrol", &hub.invite_again(&id)]).done();
    assert!(said.stdout.contains("goes on behind them"), "{}", said.stdout);
    let outcome = sync(&station);
    assert_eq!(outcome["waiting"], 0, "{outcome}");
    consistent(&hub);
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    assert_eq!(sync(&station)["records"], 0);
}

#[test]
fn an_archive_that_is_copied_to_another_machine_has_no_key_to_send_with() {
    let Some((_hub, station)) = enrolled() else { return };
    sync(&station);
    let other = Station::empty();
    let mut command = other.bare();
    let said = other.finish(command.arg("--archive").arg(station.archive()).arg("sync"));
    let said = said.ended_with(9);
    assert!(said.stderr.contains("came from another machine"), "{}", said.stderr);
}

#[test]
fn acceptance_rejection_a_rescan_and_a_plan_of_the_hub_take_effect_at_the_station() {
    let Some((hub, station)) = enrolled() else { return };
    sync(&station);
    let id = |code: &str| hub.sql(&format!("SELECT dossier FROM dossier WHERE code = '{code}'"));
    let about = |kind: &str, number: u32, dossier: &str, body: &str| {
        let dossier = if dossier.is_empty() { String::new() } else { format!("\"dossier\":\"{}\",", id(dossier)) };
        format!(
            "{{\"at\":\"2026-11-21T10:15:02.120+07:00\",\"body\":{body},{dossier}\
             \"id\":\"01970000-0000-7000-8000-0000000000{number}\",\"kind\":\"{kind}\",\"rev\":1,\"schema\":\"{kind}/1.0\"}}\n"
        )
    };
    let by = format!("\"by\":\"{SUPERVISOR}\"");
    let target = "{\"counts_below_standard\":false,\"deadline\":\"2026-12-31\",\"name\":\"Tất cả\",\"share_ppm\":1000000,\
        \"unit\":\"dossiers\",\"value_class\":\"valuable\"}";
    let lines = [
        about("decision", 21, "HS.01", &format!("{{{by},\"decided\":\"accepted\"}}")),
        about("decision", 22, "HS.02", &format!("{{{by},\"decided\":\"rejected\",\"reason\":\"trang 2 mờ\"}}")),
        about("rescan", 23, "HS.02", &format!("{{{by},\"reason\":\"quét lại trang 3\"}}")),
        about("plan", 24, "", &format!("{{\"name\":\"2026\",\"targets\":[{target}]}}")),
    ];
    let file = station.folder().join("decisions.ndjson");
    fs::write(&file, lines.concat()).unwrap();
    hub.run(&["publish", "--unit", "so-tu-phap", file.to_str().unwrap()]).done();
    let outcome = sync(&station);
    assert_eq!((&outcome["received"], &outcome["applied"]), (&4.into(), &4.into()), "{outcome}");
    let log = |code: &str| station.run(["log", code, "--json"]).done().stdout;
    assert!(log("HS.01").contains("acceptance") && log("HS.01").contains(SUPERVISOR), "{}", log("HS.01"));
    let second = log("HS.02");
    assert!(["rejection", "trang 2 mờ", "quét lại trang 3"].iter().all(|word| second.contains(word)), "{second}");
    let targets = station.run(["plan", "list", "--json"]).done().stdout;
    assert!(targets.contains("Tất cả") && targets.contains("2026-12-31"), "{targets}");
    consistent(&hub);
}

#[test]
fn a_watching_sync_sends_by_itself_until_it_is_asked_to_stop() {
    let Some((hub, station)) = enrolled() else { return };
    let mut command = station.command_as(ARCHIVIST);
    let mut watching = command.args(["sync", "--watch"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while hub.sql("SELECT count(*) FROM station WHERE backlog = 0 AND seq > 10") == "0" {
        assert!(Instant::now() < end, "nothing arrives");
    }
    assert!(watching.try_wait().unwrap().is_none(), "it goes on");
    assert!(Command::new("kill").args(["-INT", &watching.id().to_string()]).status().unwrap().success());
    assert_eq!(watching.wait().unwrap().code(), Some(130));
    assert_eq!(sync(&station)["records"], 0, "all of it was sent");
    consistent(&hub);
}

#[test]
fn a_watching_sync_whose_queue_does_not_move_says_so_once() {
    let Some((mut hub, station)) = enrolled() else { return };
    hub.run(&["quota", "so-tu-phap", "1"]).done();
    for (hours, alarm) in
        [(1, "the queue has not moved for more than 15 minutes"), (49, "was not reached for more than a day")]
    {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() + hours * 3_600_000;
        let mut command = station.command_as(ARCHIVIST);
        command.args(["sync", "--watch"]).env("SOHOA_TEST_CLOCK", now.to_string());
        let mut watching = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(watching.stderr.take().unwrap()).lines();
        // Two failures are told: the second one without the alarm.
        while said.lines().count() < 3 {
            said += &(lines.next().expect("it goes on").unwrap() + "\n");
        }
        assert_eq!(said.matches(alarm).count(), 1, "{said}");
        assert!(Command::new("kill").args(["-INT", &watching.id().to_string()]).status().unwrap().success());
        assert_eq!(watching.wait().unwrap().code(), Some(130));
        hub.stop();
    }
}

#[test]
fn a_hub_knows_how_much_waits_at_a_station_that_cannot_send() {
    let Some((hub, station)) = enrolled() else { return };
    hub.run(&["quota", "so-tu-phap", "1"]).done();
    station.run(["sync"]).ended_with(12);
    let waits: u64 = hub.sql("SELECT backlog FROM station").parse().unwrap();
    assert!(waits > 3, "{waits}");
    hub.sql("UPDATE station SET moved_at = now() - interval '2 days'");
    let said = hub.run(&["doctor"]);
    assert!(said.stdout.contains("its log does not move"), "{}", said.stdout);
    hub.run(&["quota", "so-tu-phap"]).done();
    assert_eq!(sync(&station)["waiting"], 0);
    assert_eq!(hub.sql("SELECT backlog FROM station"), "0");
}

#[test]
fn what_was_decided_at_the_hub_is_done_at_the_station() {
    let Some((hub, station)) = enrolled() else { return };
    sync(&station);
    let id = hub.sql("SELECT dossier FROM dossier WHERE code = 'HS.01'");
    let decide = |number: u32, reason: &str, more: &str| {
        let line = format!(
            "{{\"at\":\"2026-11-21T10:15:02.120+07:00\",\"body\":{{\"by\":\"{SUPERVISOR}\",\"decided\":\"hold_ordered\",\
             \"reason\":\"{reason}\"{more}}},\"dossier\":\"{id}\",\"id\":\"01970000-0000-7000-8000-0000000000{number:02}\",\
             \"kind\":\"decision\",\"rev\":1,\"schema\":\"decision/1.1\"}}\n"
        );
        let file = station.folder().join("decision.ndjson");
        fs::write(&file, line).unwrap();
        hub.run(&["publish", "--unit", "so-tu-phap", file.to_str().unwrap()]).done();
    };
    decide(12, "có đơn khiếu nại", "");
    let outcome = sync(&station);
    assert_eq!((&outcome["received"], &outcome["applied"]), (&1.into(), &1.into()), "{outcome}");
    let shown = station.run(["show", "HS.01", "--json"]).done().json();
    assert_eq!(shown["held"], true, "{shown}");
    assert!(sync(&station)["kept_back"].as_u64().unwrap() > 0);
    let log = station.run(["log", "HS.01", "--json"]).done().stdout;
    assert!(log.contains(SUPERVISOR) && log.contains("có đơn khiếu nại"), "{log}");
    // Lifted here, it is still held there: it is held again, and nobody else waits for it.
    administer(&station, &["release", "HS.01", "--reason", "đã xem"]).done();
    station.run(["page", "turn", "HS.02", "1.1", "--by", "90"]).done();
    station.run(["process", "HS.02", "--lang", "vie"]).done();
    let outcome = sync(&station);
    assert!(outcome["kept_back"].as_u64().unwrap() > 0 && outcome["waiting"] == 0, "{outcome}");
    assert_eq!(station.run(["show", "HS.01", "--json"]).done().json()["held"], true);
    // Taken back there, it is held here until somebody lifts it, and hidden there until it is told of again.
    decide(13, "nhầm hồ sơ", ",\"withdrawn\":true");
    sync(&station);
    assert_eq!(station.run(["show", "HS.01", "--json"]).done().json()["held"], true);
    assert!(station.run(["log", "HS.01", "--json"]).done().stdout.contains("nhầm hồ sơ"));
    assert_eq!(hub.sql("SELECT count(*) FROM hold WHERE withdrawn IS NOT NULL"), "1");
    administer(&station, &["release", "HS.01", "--reason", "máy chủ đã rút lệnh"]).done();
    assert_eq!(sync(&station)["waiting"], 0);
    assert_eq!(hub.sql("SELECT count(*) FROM hold"), "0");
    assert_eq!(station.run(["show", "HS.01", "--json"]).done().json()["held"], false);
    consistent(&hub);
}

#[test]
fn a_station_that_a_restored_hub_has_forgotten_comes_back_by_its_receipt() {
    let Some((mut hub, station)) = enrolled() else { return };
    sync(&station);
    // As a restore leaves it of a station that was enrolled after the backup.
    hub.sql("TRUNCATE station, page, item, file, staged, progress, progress_top CASCADE");
    hub.sql("UPDATE hub SET generation = generation + 1");
    fs::remove_dir_all(hub.store()).unwrap();
    fs::create_dir(hub.store()).unwrap();
    hub.stop();
    hub.serve();
    let outcome = sync(&station);
    assert!(outcome["waiting"] == 0 && outcome["records"].as_u64().unwrap() > 10, "{outcome}");
    let stored = stored(&hub);
    for dossier in ["HS.01", "HS.02"] {
        assert!(masters(&station, dossier).iter().all(|master| stored.contains(master)), "{dossier}");
    }
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    consistent(&hub);
    assert_eq!(sync(&station)["records"], 0);
}

#[test]
fn what_is_no_invitation_or_not_encrypted_is_refused_in_words() {
    let station = Station::with_demo_archive();
    station.run(["sync"]).ended_with(10).refused();
    station.run(["enrol", "https://127.0.0.1:1#K7QF"]).ended_with(10).refused();
    for (text, code) in [
        ("K7QF-1234", 5),
        ("http://hub.example#K7QF-AAAA-AAAA-AAAA-AAAA", 10),
        ("https://127.0.0.1:1#K7QF-AAAA-AAAA-AAAA-AAAA", 12),
    ] {
        administer(&station, &["enrol", text]).ended_with(code).refused();
    }
    assert_eq!(station.run(["sync", "--status"]).ended_with(10).refused().stdout, "");
}

/// A white page of 24 bits a pixel, uncompressed.
pub(crate) fn white(width: u32, height: u32) -> Vec<u8> {
    let size = width * 3 * height;
    let mut bytes = b"BM".to_vec();
    for number in [54 + size, 0, 54, 40, width, height, 1 | 24 << 16, 0, size, 11_811, 11_811, 0, 0] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.resize(54 + size as usize, 255);
    bytes
}

/// A hub behind a proxy, and a station that is enrolled there by way of it.
pub(crate) fn behind_a_proxy() -> Option<(Hub, Proxy, Station)> {
    let mut hub = Hub::plan(None)?;
    let proxy = Proxy::before(&[&hub.url]);
    hub.settle(&proxy.url);
    hub.serve();
    let station = read();
    administer(&station, &["enrol", &hub.invite("Trạm 3")]).done();
    Some((hub, proxy, station))
}

#[test]
fn a_bit_that_flips_on_its_way_is_refused_and_what_it_was_in_is_sent_again() {
    let Some((hub, proxy, station)) = behind_a_proxy() else { return };
    let file = masters(&station, "HS.01")[0].to_string();
    proxy.plan_for(&file, Fault::Flipped(3));
    let said = station.run(["sync"]).ended_with(12).refused();
    assert!(said.stderr.contains("The hub is busy") && said.stderr.contains("không khớp mã băm"), "{}", said.stderr);
    let staged = format!("SELECT count(*) FROM staged WHERE state = 1 AND encode(sha256, 'hex') = '{file}'");
    assert_eq!(hub.sql(&staged), "0");
    // The lines of the log are sent again at once.
    proxy.plan_for("/v1/batches", Fault::Flipped(11));
    assert_eq!(sync(&station)["waiting"], 0);
    let flipped = proxy.flipped();
    assert!(flipped.len() == 2 && flipped.iter().all(|(_, status)| *status == Some(422)), "{flipped:?}");
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    let stored = stored(&hub);
    assert!(masters(&station, "HS.01").iter().all(|master| stored.contains(master)));
    consistent(&hub);
    assert_eq!(sync(&station)["records"], 0);
}

#[test]
fn two_hubs_and_a_bucket_take_turns_and_a_large_file_goes_on_through_the_other() {
    let Some(service) = S3::start() else { return };
    let Some(mut first) = Hub::plan(Some(&service.settings(&service.endpoint))) else { return };
    let mut second = first.another("second");
    let proxy = Proxy::before(&[&first.url, &second.url]);
    for hub in [&mut first, &mut second] {
        hub.settle(&proxy.url);
        hub.serve();
    }
    let station = read();
    let large = station.folder().join("in/HS.03");
    fs::create_dir_all(&large).unwrap();
    fs::write(large.join("1.bmp"), white(2400, 2500)).unwrap();
    station.run(["import", large.parent().unwrap().to_str().unwrap(), "--lang", "vie", "--no-sign"]);
    administer(&station, &["clear", "HS.03", "--reason", "đã xem"]).done();
    administer(&station, &["enrol", &first.invite("Trạm 3")]).done();

    // The first dies when the second part is stored and not yet counted.
    first.stop();
    second.stop();
    proxy.aim(&[&first.url]);
    assert!(first.try_serve(Some("hub.after-part:2"), &[]));
    station.run(["sync"]).ended_with(12);
    assert!(!first.is_serving());
    assert_eq!(first.sql("SELECT next_part FROM upload"), "1");
    second.serve();
    proxy.aim(&[&second.url]);
    let outcome = sync(&station);
    assert_eq!((&outcome["waiting"], &outcome["kept_back"]), (&0.into(), &0.into()), "{outcome}");
    let log = proxy.log();
    let parts = |number: u8| log.iter().filter(|line| line.ends_with(&format!("/parts/{number}"))).count();
    assert_eq!((parts(0), parts(1), parts(2)), (1, 2, 1), "what was stored is not sent again: {log:?}");

    first.serve();
    proxy.aim(&[&first.url, &second.url]);
    station.run(["page", "turn", "HS.01", "1", "--by", "90"]).done();
    station.run(["process", "HS.01", "--lang", "vie"]).done();
    assert_eq!(sync(&station)["waiting"], 0);
    assert_eq!(sync(&station)["records"], 0);
    consistent(&first);
    assert_eq!(first.sql("SELECT count(*) FROM page WHERE NOT retired"), "6");
    let stored = digests(&service.objects());
    for dossier in ["HS.01", "HS.02", "HS.03"] {
        for master in masters(&station, dossier) {
            assert!(stored.contains(&master), "{dossier}: {master}");
        }
    }
}
