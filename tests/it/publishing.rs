//! What the hub publishes arrives at the stations that it is for, takes effect there once, and is kept where it can't.

use std::fs;

use serde_json::Value;
use sohoa_tests::hub::Hub;
use sohoa_tests::places::repository;
use sohoa_tests::station::Station;

use crate::bundles::{disk, receive, take, write};
use crate::syncing::{administer, sync};

fn enrol(hub: &Hub, station: &Station, name: &str) -> String {
    administer(station, &["enrol", &hub.invite(name)]).done();
    hub.sql(&format!("SELECT station FROM station WHERE name = '{name}'"))
}

fn publish(hub: &Hub, kind: &str, text: &str, more: &[&str]) -> sohoa_tests::station::Said {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Mục lục 2026.csv");
    fs::write(&file, text).unwrap();
    let line = ["publish", "--unit", "so-tu-phap", "--as", kind, file.to_str().unwrap()];
    hub.run(&[&line, more].concat())
}

fn counts(outcome: &Value) -> (u64, u64, u64) {
    ["received", "applied", "not_applied"].map(|name| outcome[name].as_u64().unwrap()).into()
}

#[test]
fn what_is_published_arrives_where_it_is_meant_and_takes_effect_once() {
    let Some(hub) = Hub::start() else { return };
    let (first, second) = (Station::with_demo_archive(), Station::with_demo_archive());
    let (one, two) = (enrol(&hub, &first, "Trạm 1"), enrol(&hub, &second, "Trạm 2"));
    let rows = fs::read_to_string(repository().join("tests/pages.csv")).unwrap();

    // What a station could not use is refused at the hub, and nothing goes down.
    publish(&hub, "inventory", &rows, &[]).ended_with(1);
    publish(&hub, "inventory", "tên,tuổi\nLan,30\n", &["--station", &one]).ended_with(1);
    publish(&hub, "profiles", "[[profile]]\nname = 'x'\ncolour = 'red'\n", &[]).ended_with(1);
    let account = |hash: &str| {
        format!(
            "[[account]]\nlogin = 'lan'\nname = 'Nguyễn Thị Lan'\nroles = ['supervisor']\npassword_hash = '{hash}'\n"
        )
    };
    publish(&hub, "accounts", &account("$2b$10$x"), &["--station", &one]).ended_with(1);
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$IdrPTrTUxOoSMMWoEEMuMYm9sLVXe9vJ4Zlyn5oGtHA";
    publish(&hub, "accounts", &account(hash), &[]).ended_with(1);
    assert_eq!(hub.sql("SELECT count(*) FROM feed"), "0");

    publish(&hub, "inventory", &rows, &["--station", &one]).done();
    publish(&hub, "profiles", "[[profile]]\nname = 'bản-đồ'\ndpi = 400\nsource = 'flatbed'\n", &[]).done();
    publish(&hub, "accounts", &account(hash), &["--station", &one]).done();
    assert_eq!(counts(&sync(&first)), (3, 3, 0));
    assert_eq!(counts(&sync(&second)), (1, 1, 0));
    for station in [&first, &second] {
        let profiles = station.run(["profile", "list", "--json"]).done().json();
        assert_eq!((&profiles[0]["name"], &profiles[0]["settings"]["dpi"]), (&"bản-đồ".into(), &400.0.into()));
        assert_eq!(counts(&sync(station)), (0, 0, 0), "a second sync applies nothing");
    }
    let versions = first.run(["inventory", "list", "--json"]).done().json();
    assert_eq!((&versions[0]["source"], &versions[0]["rows"]), (&"Mục lục 2026.csv".into(), &3.into()), "{versions}");
    let log = first.run(["log", "--json"]).done().stdout;
    assert!(log.contains("\"hub\""), "who it was is in the log: {log}");
    let accounts = |station: &Station| administer(station, &["account", "list", "--json"]).done().stdout;
    assert!(accounts(&first).contains("Nguyễn Thị Lan") && accounts(&first).contains("supervisor"));
    assert!(!accounts(&second).contains("Nguyễn Thị Lan"), "an account goes to its station alone");
    assert_eq!(second.run(["inventory", "list", "--json"]).done().json(), Value::Array(Vec::new()));

    // Whose a dossier is: what is another's is told of no more, and the rest goes on.
    assert_eq!(hub.sql("SELECT count(*) FROM dossier"), "3");
    let id = hub.sql("SELECT dossier FROM dossier WHERE code = 'HS.03'");
    let record = |kind: &str, n: u32, body: &str, dossier: &str| {
        format!(
            "{{\"at\":\"2026-11-21T10:15:02.120+07:00\",\"body\":{body},{dossier}\
             \"id\":\"01970000-0000-7000-8000-0000000000{n:02}\",\"kind\":\"{kind}\",\"rev\":1,\"schema\":\"{kind}/1.0\"}}\n"
        )
    };
    let body = format!("{{\"code\":\"HS.03\",\"number\":1,\"station\":\"{two}\"}}");
    let assignment = record("assignment", 10, &body, &format!("\"dossier\":\"{id}\","));
    // A kind that stations do not apply yet is said once, and kept.
    let notice = record("notice", 11, "{\"en\":\"x\",\"vi\":\"x\"}", "");
    publish(&hub, "records", &format!("{assignment}{notice}"), &[]).done();
    assert_eq!(counts(&sync(&first)), (2, 1, 1));
    assert_eq!(counts(&sync(&first)), (0, 0, 0), "it is said once");
    let changed = rows.replacen("Hồ sơ", "Tập hồ sơ", 5);
    publish(&hub, "inventory", &changed, &["--station", &one]).done();
    let outcome = sync(&first);
    assert_eq!((counts(&outcome), &outcome["waiting"]), ((1, 1, 0), &0.into()), "{outcome}");
    let told = hub.sql("SELECT code FROM dossier WHERE title LIKE 'Tập%' ORDER BY code");
    assert_eq!(told, "HS.01\nHS.02");
    let versions = first.run(["inventory", "list", "--json"]).done().json();
    assert_eq!(versions.as_array().unwrap().len(), 2, "{versions}");

    // The rows of a list travel on a disk as well.
    publish(&hub, "inventory", &rows, &["--station", &two]).done();
    write(&second, &[]);
    receive(&hub, &disk(&second));
    let taken = take(&second);
    assert_eq!(counts(&taken), (3, 2, 1), "{taken}");
    assert_eq!(second.run(["inventory", "list", "--json"]).done().json().as_array().unwrap().len(), 1);
}
