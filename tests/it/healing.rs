//! What the hub loses comes back from the station that scanned it: found by reading the store again, asked for down the feed,
//! sent again from the vault, and never of a dossier that may not leave.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use sohoa_model::Sha256;
use sohoa_tests::hub::Hub;
use sohoa_tests::station::Station;

use crate::syncing::{administer, consistent, enrolled, masters, stored, sync};

/// The object of a file at the hub.
fn object(hub: &Hub, sha256: &Sha256) -> PathBuf {
    hub.store().join(hub.sql(&format!("SELECT key FROM file WHERE encode(sha256, 'hex') = '{sha256}'")))
}

fn flip(path: PathBuf) {
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The text and the signed PDF of a dossier, as the hub has them.
fn others(hub: &Hub, code: &str) -> Vec<Sha256> {
    let of = format!("FROM dossier d WHERE code = '{code}'");
    let text = format!(
        "SELECT encode(text_sha256, 'hex') FROM page WHERE NOT retired AND dossier = (SELECT dossier {of}) LIMIT 1"
    );
    let pdf = format!(
        "SELECT body->>'sha256' FROM item WHERE kind = 'rendition' AND dossier = (SELECT dossier {of}) LIMIT 1"
    );
    [text, pdf]
        .iter()
        .map(|question| hub.sql(question))
        .filter(|found| !found.is_empty())
        .map(|found| found.parse().unwrap())
        .collect()
}

fn is_content(hub: &Hub) {
    let said = hub.run(&["doctor", "--files"]).done();
    assert!(said.stdout.contains("none is missing, none is damaged"), "{}", said.stdout);
}

fn vault(station: &Station, sha256: &Sha256) -> PathBuf {
    let name = sha256.to_string();
    station.archive().join("vault").join(&name[..2]).join(&name)
}

#[test]
fn what_the_hub_lost_comes_back_from_the_vault() {
    let Some((hub, station)) = enrolled() else { return };
    sync(&station);
    is_content(&hub);
    let (first, second) = (masters(&station, "HS.01"), masters(&station, "HS.02"));
    let others = others(&hub, "HS.01");
    assert_eq!(others.len(), 2, "a text and a PDF");
    fs::remove_file(object(&hub, &first[0])).unwrap();
    flip(object(&hub, &second[0]));
    for sha256 in &others {
        flip(object(&hub, sha256));
    }
    let said = hub.run(&["doctor", "--files"]).ended_with(1);
    assert!(said.stdout.contains("1 are missing, 3 are damaged"), "{}", said.stdout);
    assert!(said.stdout.contains("stations are asked for 4 that are lost"), "{}", said.stdout);

    // A sync that is killed while it takes what is asked for asks for nothing twice and forgets nothing.
    for point in ["catalog.before-commit:3", "catalog.after-commit:4"] {
        let mut command = station.command_as(sohoa_tests::station::ARCHIVIST);
        station.finish(command.arg("sync").env("SOHOA_CRASH_AT", point)).killed();
    }
    let outcome = sync(&station);
    assert_eq!((&outcome["files"], &outcome["waiting"]), (&4.into(), &0.into()), "{outcome}");
    is_content(&hub);
    let stored = stored(&hub);
    assert!(first.iter().chain(&second).chain(&others).all(|sha256| stored.contains(sha256)));
    let log = station.run(["log", "HS.01", "--json"]).done().stdout;
    assert!(log.contains("file wanted") && log.contains(&first[0].to_string()), "{log}");
    let again = sync(&station);
    assert_eq!((&again["records"], &again["files"]), (&0.into(), &0.into()), "{again}");
    consistent(&hub);
    // What took the place of the damaged ones is all that is left.
    let told = hub.run(&["collect", "--sweep", "--orphan-days", "0"]).done().stdout;
    assert!(told.contains("removed 3 objects that no row names"), "{told}");
    is_content(&hub);
}

#[test]
fn what_is_held_does_not_come_back_and_what_the_vault_lacks_keeps_nothing_back() {
    let Some((hub, station)) = enrolled() else { return };
    sync(&station);
    let (first, second) = (masters(&station, "HS.01"), masters(&station, "HS.02"));
    for sha256 in [&first[0], &second[0]] {
        fs::remove_file(object(&hub, sha256)).unwrap();
    }
    hub.run(&["doctor", "--files"]).ended_with(1);
    station.run(["hold", "HS.02", "--reason", "dấu MẬT"]).done();
    station.run(["page", "turn", "HS.01", "2", "--by", "90"]).done();
    station.run(["process", "HS.01", "--lang", "vie"]).done();
    administer(&station, &["clear", "HS.01", "--reason", "đã xem"]).done();
    let kept = vault(&station, &first[0]);
    let away = station.folder().join("away");
    fs::rename(&kept, &away).unwrap();

    // The queue goes on: the page that was turned is told.
    let before = hub.sql("SELECT seq FROM station");
    let said = station.run(["sync", "--json"]).ended_with(3);
    let outcome = said.json();
    assert_eq!((&outcome["wanted_kept_back"], &outcome["waiting"]), (&1.into(), &0.into()), "{outcome}");
    assert_eq!(outcome["lacking"], serde_json::json!(["HS.01"]));
    assert_ne!(hub.sql("SELECT seq FROM station"), before);
    let said = station.run(["sync"]).ended_with(3);
    let words = format!("The hub lost the file {} of dossier HS.01", first[0]);
    assert!(said.stderr.contains(&words) && said.stderr.contains("they stay here"), "{}", said.stderr);
    assert!(!said.stderr.contains(&second[0].to_string()), "{}", said.stderr);
    let status = station.run(["sync", "--status", "--json"]).done().json();
    assert_eq!((&status["wanted"], &status["alarm"]), (&2.into(), &serde_json::Value::Null), "{status}");
    let gone = |wanted: &[&Sha256]| {
        let stored: BTreeSet<Sha256> = stored(&hub);
        assert!(!wanted.iter().any(|sha256| stored.contains(sha256)));
    };
    gone(&[&first[0], &second[0]]);

    // Whole again, it goes; what is held still does not, on a disk neither.
    fs::rename(&away, &kept).unwrap();
    assert_eq!(sync(&station)["files"], 1);
    gone(&[&second[0]]);
    let said = hub.run(&["doctor", "--files"]).ended_with(1);
    assert!(said.stdout.contains("1 files are lost"), "{}", said.stdout);
    administer(&station, &["release", "HS.02", "--reason", "đã xem"]).done();
    let outcome = sync(&station);
    assert_eq!((&outcome["wanted_kept_back"], &outcome["lacking"]), (&0.into(), &serde_json::json!([])), "{outcome}");
    is_content(&hub);
    consistent(&hub);
    assert_eq!(sync(&station)["records"], 0);
}
