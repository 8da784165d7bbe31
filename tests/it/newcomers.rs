//! Enrolment on a disk: a station that no network reaches, a real hub, and what may happen to the disk between them.

use std::fs;
use std::path::{Path, PathBuf};

use sohoa_tests::hub::Hub;
use sohoa_tests::station::{Said, Station};

use crate::bundles::{disk, receive, take, write};
use crate::syncing::{administer, consistent, read};

const BY_DISK: [&str; 7] =
    ["enrol", "--on-disk", "--unit", "so-tu-phap", "--unit-name=Sở Tư pháp", "--name", "Trạm đảo xa"];

fn invitation(hub: &Hub, line: &[&str]) -> String {
    hub.run(line).done().stdout.trim().to_owned()
}

fn enrol(station: &Station, invitation: &str) -> Said {
    administer(station, &["enrol", invitation, "--disk", disk(station).to_str().unwrap()])
}

/// The folders on a disk whose names begin so.
fn folders(disk: &Path, begin: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(disk).unwrap().map(|entry| entry.unwrap());
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(begin)).map(|entry| entry.path()).collect()
}

#[test]
fn a_station_that_no_network_reaches_is_enrolled_by_disk_and_again_on_a_new_machine() {
    let Some(hub) = Hub::start() else { return };
    let station = read();
    let code = invitation(&hub, &BY_DISK);
    assert!(code.contains("&key="), "{code}");
    let said = enrol(&station, &code).done();
    assert!(said.stdout.contains("sohoa-enrolment-") && said.stderr.contains("run this command once more"), "{said:?}");
    // Asked twice before the hub answered: the same request.
    enrol(&station, &code).done();
    let disk = disk(&station);
    assert_eq!(folders(&disk, "sohoa-enrolment-").len(), 1);
    let request = fs::read(folders(&disk, "sohoa-enrolment-")[0].join("request.json.age")).unwrap();
    let secret = code.split(['#', '&']).nth(1).unwrap();
    assert!(!request.windows(secret.len()).any(|window| window == secret.as_bytes()), "the code lies open on the disk");

    let answered = receive(&hub, &disk);
    assert_eq!(answered[0]["station"][0], "Trạm đảo xa", "{answered:?}");
    // The disk may be read twice at the hub.
    receive(&hub, &disk);
    assert_eq!(hub.sql("SELECT count(*) FROM station"), "1");
    let said = enrol(&station, &code).done();
    assert!(said.stdout.contains("Enrolled Trạm đảo xa (so-tu-phap)"), "{}", said.stdout);
    assert!(fs::read_dir(&disk).unwrap().next().is_none(), "nothing of it is left to be answered again");

    // What it was enrolled for: its records go on the same disk.
    write(&station, &[]);
    receive(&hub, &disk);
    assert!(take(&station)["acknowledged"].as_u64().unwrap() > 10);
    consistent(&hub);

    // A new machine with a copy of the archive and no key: its log goes on behind what the hub has.
    let id = hub.sql("SELECT station FROM station");
    let again = invitation(&hub, &["enrol", "--on-disk", "--again", &id]);
    // What the machine before had written last is still on the disk: it is taken before its enrolment ends.
    station.run(["page", "turn", "HS.02", "1.1", "--by", "180"]).done();
    write(&station, &[]);
    let before: u64 = hub.sql("SELECT seq FROM station").parse().unwrap();
    fs::remove_dir_all(station.settings().join("hub")).unwrap();
    enrol(&station, &again).done();
    receive(&hub, &disk);
    assert!(hub.sql("SELECT seq FROM station").parse::<u64>().unwrap() > before);
    for bundle in folders(&disk, "sohoa-bundle-") {
        fs::remove_dir_all(bundle).unwrap();
    }
    let said = enrol(&station, &again).done();
    assert!(said.stdout.contains("records of this station already"), "{}", said.stdout);
    station.run(["page", "reject", "HS.01", "1", "--reason", "mờ"]).done();
    let written = write(&station, &["--all-files"]);
    receive(&hub, &disk);
    let taken = take(&station);
    assert_eq!(taken["acknowledged"], written["records"], "{taken} {written}");
    consistent(&hub);
}

#[test]
fn nobody_but_the_hub_of_the_invitation_enrols_a_station_by_disk() {
    let Some(hub) = Hub::start() else { return };
    let station = Station::with_demo_archive();
    let disk = disk(&station);
    let said = enrol(&station, &hub.invite("Trạm 3")).ended_with(5).refused();
    assert!(said.stderr.contains("for a network") && said.stderr.contains("--on-disk"), "{}", said.stderr);
    assert!(!disk.exists());

    let code = invitation(&hub, &BY_DISK);
    enrol(&station, &code).done();
    let request = folders(&disk, "sohoa-enrolment-")[0].join("request.json.age");
    let sealed = fs::read(&request).unwrap();
    let refused = |what: &str| {
        let said = hub.run(&["receive", disk.to_str().unwrap()]).ended_with(1);
        assert!(said.stdout.contains(what), "{}", said.stdout);
        assert_eq!(hub.sql("SELECT count(*) FROM station"), "0");
        assert!(folders(&disk, "sohoa-enrolled-").is_empty());
    };
    for wrong in [&sealed[..sealed.len() - 1], b"", b"age-encryption.org/v1\n", &sealed.repeat(2), &[0; 2_000_000]] {
        fs::write(&request, wrong).unwrap();
        refused(if wrong.len() > 1_000_000 {
            "not what the list says"
        } else {
            "was changed, or is sealed for another hub"
        });
    }
    fs::remove_file(&request).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &request).unwrap();
    refused("link");
    fs::remove_file(&request).unwrap();
    fs::write(&request, &sealed).unwrap();
    // A code that has run out is said at the hub.
    hub.sql("UPDATE enrolment_code SET expires_at = now() - interval '1 hour'");
    refused("The one-time code is too old. Nothing was changed.");
    hub.sql("UPDATE enrolment_code SET expires_at = now() + interval '1 hour'");

    // Another hub, to which somebody leads the disk, cannot read the request; its answer is not believed.
    let Some(other) = Hub::start() else { return };
    let said = other.run(&["receive", disk.to_str().unwrap()]).ended_with(1);
    assert!(said.stdout.contains("sealed for another hub"), "{}", said.stdout);
    receive(&hub, &disk);
    let answer = folders(&disk, "sohoa-enrolled-").remove(0);
    let whole = fs::read(answer.join("answer.json")).unwrap();
    let tampered = String::from_utf8(whole.clone()).unwrap().replace("Trạm đảo xa", "Trạm đảo gần");
    fs::write(answer.join("answer.json"), &tampered).unwrap();
    enrol(&station, &code).ended_with(6).refused();
    fs::write(answer.join("answer.json"), whole).unwrap();
    fs::write(answer.join("extra"), b"x").unwrap();
    enrol(&station, &code).ended_with(6).refused();
    fs::remove_file(answer.join("extra")).unwrap();
    station.run(["sync", "--status"]).refused();
    assert!(enrol(&station, &code).done().stdout.contains("Enrolled Trạm đảo xa"));
    // Once more, as by a hand that is used to it: nothing is asked anew.
    assert!(enrol(&station, &code).done().stdout.contains("Enrolled Trạm đảo xa"));
    assert!(fs::read_dir(&disk).unwrap().next().is_none());
    // The code was used: a second machine is told so at the hub.
    let second = Station::with_demo_archive();
    administer(&second, &["enrol", &code, "--disk", disk.to_str().unwrap()]).done();
    let said = hub.run(&["receive", disk.to_str().unwrap()]).ended_with(1);
    assert!(said.stdout.contains("The one-time code was used"), "{}", said.stdout);
}
