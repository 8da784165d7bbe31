//! Offline bundles: a station and a real hub without a network between them, and a disk that is carried, carried twice,
//! changed on the way, or pulled out.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sohoa_model::Sha256;
use sohoa_model::crash::POINTS;
use sohoa_tests::hub::Hub;
use sohoa_tests::preload::preloaded;
use sohoa_tests::station::{ARCHIVIST, Station};
use walkdir::WalkDir;

use crate::crashes::copy_folder;
use crate::syncing::{administer, consistent, enrolled, masters, stored, sync};
use crate::upgrading::import_large;

/// The disk that lies in a station's folder.
pub(crate) fn disk(station: &Station) -> PathBuf {
    station.folder().join("đĩa")
}

pub(crate) fn write(station: &Station, more: &[&str]) -> Value {
    let disk = disk(station);
    let line = ["sync", "--to", disk.to_str().unwrap(), "--json"].into_iter().chain(more.iter().copied());
    station.run(line).done().json()
}

pub(crate) fn receive(hub: &Hub, disk: &Path) -> Vec<Value> {
    lines(&hub.run(&["receive", disk.to_str().unwrap(), "--json"]).done().stdout)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn take(station: &Station) -> Value {
    station.run(["sync", "--from", disk(station).to_str().unwrap(), "--json"]).done().json()
}

fn bundles(disk: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(disk).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.to_string_lossy().contains("sohoa-bundle-")).collect();
    found.sort();
    found
}

/// Every file below a folder that holds some text, batches unpacked.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let files = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    let holds = |path: &Path| {
        let plain = match path.extension().is_some_and(|extension| extension == "zst") {
            true => Command::new("zstd").arg("-dcq").arg(path).output().unwrap().stdout,
            false => fs::read(path).unwrap(),
        };
        plain.windows(text.len()).any(|window| window == text.as_bytes())
    };
    files.map(walkdir::DirEntry::into_path).filter(|path| holds(path)).collect()
}

/// The files of the one bundle on a disk, with what tells whether they were written anew.
fn files_of(disk: &Path) -> Vec<(String, u64)> {
    let [bundle] = bundles(disk).try_into().unwrap();
    let files = WalkDir::new(bundle.join("files")).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().unwrap().ino())).collect()
}

#[test]
fn what_goes_on_a_disk_arrives_as_over_the_network_and_only_its_receipt_counts() {
    let Some((hub, station)) = enrolled() else { return };
    let written = write(&station, &[]);
    assert_eq!(written["bundles"].as_array().unwrap().len(), 1, "{written}");
    assert!(written["records"].as_u64().unwrap() > 10 && written["files"].as_u64().unwrap() >= 6, "{written}");
    let disk = disk(&station);
    assert!(holding(&disk, "HS.01").is_empty(), "encrypted: nothing of it can be read");
    let status = station.run(["sync", "--status", "--json"]).done().json();
    assert_eq!(status["acknowledged"], 0, "nothing is acknowledged by writing");
    // Written once more it tells of that as well, and the files that lie there are kept.
    let before = files_of(&disk);
    let written = write(&station, &[]);
    assert!(before.len() >= 6 && files_of(&disk) == before, "{before:?}");

    let first = receive(&hub, &disk);
    assert_eq!((&first[0]["taken"], &first[0]["refused"]), (&written["records"], &Value::Null), "{first:?}");
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    assert_eq!(hub.sql("SELECT code, pages FROM dossier ORDER BY code"), "HS.01|2\nHS.02|3\nHS.03|0");
    let stored = stored(&hub);
    for dossier in ["HS.01", "HS.02"] {
        assert!(masters(&station, dossier).iter().all(|master| stored.contains(master)), "{dossier}");
    }
    // Carried twice it changes nothing.
    let second = receive(&hub, &disk);
    assert_eq!((&second[0]["taken"], &second[0]["had"]), (&0.into(), &written["records"]), "{second:?}");
    consistent(&hub);

    // A decision of the hub comes back on the same disk.
    publish_hold(&hub, &station, "HS.02");
    receive(&hub, &disk);
    let taken = take(&station);
    assert_eq!((&taken["acknowledged"], &taken["applied"]), (&written["records"], &1.into()), "{taken}");
    assert_eq!(station.run(["show", "HS.02", "--json"]).done().json()["held"], true);
    let again = take(&station);
    assert_eq!((&again["acknowledged"], &again["received"]), (&0.into(), &0.into()), "{again}");
    // The network goes on behind the disk: of what the disk carried nothing is sent again.
    let outcome = sync(&station);
    assert_eq!(outcome["files"], 0, "{outcome}");
    consistent(&hub);
    assert_eq!(sync(&station)["records"], 0);
}

#[test]
fn the_feed_of_a_restored_hub_is_read_from_its_beginning_by_disk_and_by_network() {
    let Some((mut hub, station)) = enrolled() else { return };
    let is_held = |code: &str| station.run(["show", code, "--json"]).done().json()["held"] == true;
    // As a restore leaves the feed: shorter than what was read of the one before.
    let restore = |hub: &mut Hub| {
        hub.sql("DELETE FROM feed");
        hub.sql("DELETE FROM feed_head");
        hub.sql("UPDATE hub SET generation = generation + 1");
        hub.stop();
        hub.serve();
    };
    write(&station, &[]);
    receive(&hub, &disk(&station));
    take(&station);
    publish_hold(&hub, &station, "HS.03");
    assert_eq!(sync(&station)["applied"], 1);
    write(&station, &["--all-files"]);
    restore(&mut hub);
    publish_hold(&hub, &station, "HS.02");
    receive(&hub, &disk(&station));
    let taken = take(&station);
    assert!(taken["applied"] == 1 && is_held("HS.02"), "{taken}");
    restore(&mut hub);
    publish_hold(&hub, &station, "HS.01");
    let outcome = sync(&station);
    assert!(outcome["applied"] == 1 && is_held("HS.01"), "{outcome}");
    consistent(&hub);
}

fn publish_hold(hub: &Hub, station: &Station, code: &str) {
    let id = hub.sql(&format!("SELECT dossier FROM dossier WHERE code = '{code}'"));
    let line = format!(
        "{{\"at\":\"2026-11-21T10:15:02.120+07:00\",\"body\":{{\"by\":\"Minh\",\"decided\":\"hold_ordered\",\
         \"reason\":\"khiếu nại\"}},\"dossier\":\"{id}\",\"id\":\"01970000-0000-7000-8000-00000000000c\",\
         \"kind\":\"decision\",\"rev\":1,\"schema\":\"decision/1.0\"}}\n"
    );
    let file = station.folder().join("decision.ndjson");
    fs::write(&file, line).unwrap();
    hub.run(&["publish", "--unit", "so-tu-phap", file.to_str().unwrap()]).done();
}

#[test]
fn a_bundle_that_was_changed_is_refused_in_words_and_nothing_of_it_is_stored() {
    let Some((hub, station)) = enrolled() else { return };
    write(&station, &["--plain"]);
    let whole = disk(&station);
    let name = bundles(&whole)[0].file_name().unwrap().to_owned();
    let first_in = |folder: &str| {
        let inside = WalkDir::new(bundles(&whole)[0].join(folder)).sort_by_file_name();
        let file = inside.into_iter().filter_map(Result::ok).find(|entry| entry.file_type().is_file()).unwrap();
        file.path().strip_prefix(&bundles(&whole)[0]).unwrap().to_owned()
    };
    let (lines, file) = (first_in("lines"), first_in("files"));
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let sign_again = |place: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(place.join("manifest.json")).unwrap();
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, to, 1);
        fs::write(place.join("COMPLETE"), format!("{}\n", Sha256::of(text.as_bytes()))).unwrap();
        fs::write(place.join("manifest.json"), text).unwrap();
    };
    type Change<'a> = (&'a str, &'a str, &'a dyn Fn(&Path));
    let changes: &[Change<'_>] = &[
        ("a byte of the manifest", "was changed", &|place| flip(&place.join("manifest.json"))),
        ("a number of the manifest, complete again", "not signed", &|place| {
            sign_again(place, "\"feed_cursor\":0", "\"feed_cursor\":9");
        }),
        ("the signature, complete again", "not signed", &|place| {
            let text = fs::read_to_string(place.join("manifest.json")).unwrap();
            let signature = text.split("\"signature\":\"").nth(1).unwrap().chars().next().unwrap();
            let other = if signature == 'A' { 'B' } else { 'A' };
            sign_again(place, &format!("\"signature\":\"{signature}"), &format!("\"signature\":\"{other}"));
        }),
        ("a byte of the list", "was changed", &|place| flip(&place.join("list.ndjson"))),
        ("a byte of a batch", "not what the list says", &|place| flip(&place.join(&lines))),
        ("a byte of a file", "not what the list says", &|place| flip(&place.join(&file))),
        ("a file that is shorter", "not what the list says", &|place| fs::write(place.join(&file), b"x").unwrap()),
        ("a file that is missing", "is missing", &|place| fs::remove_file(place.join(&file)).unwrap()),
        ("a link in place of a file", "is a link", &|place| {
            let elsewhere = place.parent().unwrap().join("elsewhere");
            fs::rename(place.join(&file), &elsewhere).unwrap();
            std::os::unix::fs::symlink(elsewhere, place.join(&file)).unwrap();
        }),
        ("a link in place of the folder of files", "is a link", &|place| {
            let elsewhere = place.parent().unwrap().join("elsewhere");
            fs::rename(place.join("files"), &elsewhere).unwrap();
            std::os::unix::fs::symlink(elsewhere, place.join("files")).unwrap();
        }),
        ("an extra file", "not listed", &|place| fs::write(place.join("files/x"), b"x").unwrap()),
        ("an extra folder", "not listed", &|place| fs::create_dir(place.join("down")).unwrap()),
        ("no COMPLETE", "COMPLETE is missing", &|place| fs::remove_file(place.join("COMPLETE")).unwrap()),
        ("another name", "than its folder says", &|place| {
            let other = place.to_str().unwrap().replace("-1-", "-2-");
            fs::rename(place, other).unwrap();
        }),
    ];
    for (what, word, change) in changes {
        let disk = tempfile::tempdir().unwrap();
        copy_folder(&whole, disk.path());
        change(&disk.path().join(&name));
        let said = hub.run(&["receive", disk.path().to_str().unwrap()]).ended_with(1);
        assert!(said.stdout.contains("refused") && said.stdout.contains(word), "{what}: {}", said.stdout);
        assert!(said.stdout.contains("nothing of it was stored"), "{what}: {}", said.stdout);
        assert!(!said.stderr.contains("panicked"), "{what}: {}", said.stderr);
        assert_eq!(hub.sql("SELECT (SELECT count(*) FROM batch) + (SELECT count(*) FROM staged)"), "0", "{what}");
        assert!(stored(&hub).is_empty(), "{what}: nothing is stored");
        assert!(!disk.path().join("sohoa-answer").exists(), "{what}");
    }
    sohoa_tests::announce(&format!("{} changes of a bundle refused", changes.len()));
    let empty = tempfile::tempdir().unwrap();
    assert!(hub.run(&["receive", empty.path().to_str().unwrap()]).ended_with(1).stderr.contains("no finished bundle"));
    // Unchanged it is taken; then the answer is changed on the way back.
    receive(&hub, &whole);
    let answer = fs::read_dir(&whole).unwrap().map(|entry| entry.unwrap().path());
    let answer = answer.into_iter().find(|path| path.to_string_lossy().contains("sohoa-answer-")).unwrap();
    let kept = station.folder().join("kept");
    copy_folder(&answer, &kept);
    let from = ["sync", "--from", whole.to_str().unwrap()];
    flip(&answer.join("answer.json"));
    station.run(from).ended_with(6).refused();
    fs::copy(kept.join("answer.json"), answer.join("answer.json")).unwrap();
    fs::write(answer.join("extra"), b"x").unwrap();
    let said = station.run(from).ended_with(6).refused();
    assert!(said.stderr.contains("not whole or was changed"), "{}", said.stderr);
    fs::remove_file(answer.join("extra")).unwrap();
    assert_eq!(station.run(["sync", "--status", "--json"]).done().json()["acknowledged"], 0);
    station.run(from).done();
}

#[test]
fn parts_in_another_order_leave_a_gap_that_is_said_and_the_network_may_go_ahead() {
    let Some((hub, station)) = enrolled() else { return };
    let largest = masters(&station, "HS.01").into_iter().chain(masters(&station, "HS.02"));
    let length = |master: Sha256| {
        let name = master.to_string();
        fs::metadata(station.archive().join("vault").join(&name[..2]).join(&name)).unwrap().len()
    };
    let most = (largest.map(length).max().unwrap() * 2 + 400_000).to_string();
    let said = station.run(["sync", "--to", disk(&station).to_str().unwrap(), "--max-size", "1000"]).ended_with(2);
    assert!(said.refused().stderr.contains("too small"));
    let written = write(&station, &["--max-size", &most]);
    let parts = written["bundles"].as_array().unwrap().len();
    assert!(parts > 1, "{written}");
    let whole = disk(&station);
    for bundle in bundles(&whole) {
        let bytes: u64 = WalkDir::new(&bundle).into_iter().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
        assert!(bytes <= most.parse().unwrap(), "{bytes} of {most}");
    }
    let part = |text: &Path| fs::read_to_string(text.join("manifest.json")).unwrap().contains("\"part\":1,");
    let first = bundles(&whole).into_iter().find(|bundle| part(bundle)).unwrap();
    let aside = station.folder().join("aside");
    fs::rename(&first, &aside).unwrap();
    let said = hub.run(&["receive", whole.to_str().unwrap(), "--json"]).ended_with(1);
    let refused = lines(&said.stdout);
    assert_eq!(refused.len(), parts - 1);
    assert!(refused.iter().all(|bundle| bundle["taken"] == 0 && bundle["refused"].is_string()), "{refused:?}");
    assert_eq!(hub.sql("SELECT count(*) FROM batch"), "0");
    assert!(stored(&hub).is_empty(), "behind a gap nothing is stored");
    let told = station.run(["sync", "--from", whole.to_str().unwrap(), "--json"]).done_in_part().json();
    assert_eq!(told["bundles"][0]["refused"]["kind"], "head-moved", "{told}");
    assert_eq!(told["acknowledged"], 0);
    assert_eq!(told["unanswered"][0][0], 1, "the first part was not there: {told}");
    assert_eq!(station.run(["sync", "--status", "--json"]).done().json()["state"], "ok", "a gap is no fault");

    // The first part goes by disk, the rest over the network, then the disk comes with all of it.
    let alone = station.folder().join("alone");
    fs::create_dir(&alone).unwrap();
    copy_folder(&aside, &alone.join(first.file_name().unwrap()));
    receive(&hub, &alone);
    let outcome = sync(&station);
    assert_eq!(outcome["waiting"], 0, "{outcome}");
    consistent(&hub);
    fs::rename(&aside, &first).unwrap();
    let late = receive(&hub, &whole);
    assert!(late.iter().all(|bundle| bundle["taken"] == 0 && bundle["refused"].is_null()), "{late:?}");
    consistent(&hub);
    take(&station);
    // The answer to the first part alone is older than what the network said.
    let old = station.run(["sync", "--from", alone.to_str().unwrap(), "--json"]).done().json();
    assert_eq!((&old["old"], &old["acknowledged"]), (&true.into(), &0.into()), "{old}");
    assert_eq!(sync(&station)["records"], 0);
}

#[test]
fn what_was_refused_once_and_taken_later_leaves_the_station_well_and_an_answer_that_fails_loses_nothing() {
    let Some((hub, station)) = enrolled() else { return };
    let disk = disk(&station);
    let folder = disk.to_str().unwrap();
    let state = || station.run(["sync", "--status", "--json"]).json()["state"].clone();
    let head = || hub.sql("SELECT format('%s, chain = decode(%L, %L)', seq, encode(chain, 'hex'), 'hex') FROM station");
    let before = head();
    sync(&station);
    let after = head();
    hub.sql(&format!("UPDATE station SET seq = {before}"));
    station.run(["sync"]).refused();
    assert_eq!(state(), "refused");
    hub.sql(&format!("UPDATE station SET seq = {after}"));
    write(&station, &[]);
    receive(&hub, &disk);
    take(&station);
    assert_eq!(state(), "ok");
    consistent(&hub);

    let entries = fs::read_dir(&disk).unwrap().map(|entry| entry.unwrap().path());
    let answer = entries.into_iter().find(|path| path.to_string_lossy().contains("sohoa-answer-")).unwrap();
    fs::remove_dir_all(&answer).unwrap();
    fs::write(&answer, b"no folder").unwrap();
    let said = hub.run(&["receive", folder]).ended_with(1);
    assert!(said.stdout.contains("had been taken before"), "{}", said.stdout);
    assert!(said.stderr.contains("are safe in the hub"), "{}", said.stderr);
    fs::remove_file(&answer).unwrap();
    receive(&hub, &disk);
    take(&station);
}

#[test]
fn a_disk_that_is_pulled_out_anywhere_is_gone_on_with() {
    let Some((hub, station)) = enrolled() else { return };
    let disk = disk(&station);
    let passed: Vec<&str> = POINTS.iter().copied().filter(|point| point.starts_with("bundle.")).collect();
    let (back, there): (Vec<&str>, Vec<&str>) = passed.iter().partition(|point| point.ends_with("answer-taken"));
    let (at_hub, at_station): (Vec<&str>, Vec<&str>) =
        there.into_iter().partition(|point: &&str| point.contains("received") || point.contains("answer"));
    for (nth, point) in at_station.iter().enumerate() {
        let mut command = station.command_as(ARCHIVIST);
        let point = if *point == "bundle.file" { format!("{point}:{}", 3 + nth) } else { (*point).to_owned() };
        station.finish(command.args(["sync", "--to"]).arg(&disk).env("SOHOA_CRASH_AT", point)).killed();
    }
    // A file that the stick lost half of is written anew.
    let page = || {
        let files = WalkDir::new(bundles(&disk)[0].join("files")).sort_by_file_name().into_iter();
        files.filter_map(Result::ok).find(|entry| entry.file_type().is_file()).unwrap().into_path()
    };
    let whole = fs::read(page()).unwrap();
    fs::write(page(), &whole[..whole.len() / 2]).unwrap();
    let written = write(&station, &[]);
    assert_eq!(bundles(&disk).len(), 1, "{:?}", bundles(&disk));
    assert_eq!(fs::read(page()).unwrap(), whole);
    for point in &at_hub {
        hub.crash(&["receive", disk.to_str().unwrap()], point).killed();
        consistent(&hub);
    }
    receive(&hub, &disk);
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    consistent(&hub);
    for point in &back {
        let mut command = station.command_as(ARCHIVIST);
        station.finish(command.args(["sync", "--from"]).arg(&disk).env("SOHOA_CRASH_AT", point)).killed();
    }
    take(&station);
    let status = station.run(["sync", "--status", "--json"]).done().json();
    assert_eq!(status["acknowledged"], written["records"], "{status}");
    let kills = at_station.len() + at_hub.len() + back.len();
    assert_eq!(kills, passed.len());
    sohoa_tests::announce(&format!("killed at {kills} points of a bundle: {}", passed.join(", ")));
}

#[test]
fn what_was_begun_on_a_disk_without_room_tells_nothing_of_a_dossier_that_is_held_since() {
    let Some((hub, station)) = enrolled() else { return };
    let libraries = tempfile::tempdir().unwrap();
    let Some(recorder) = preloaded(libraries.path(), "recorder") else { return };
    let disk = disk(&station);
    let mut command = station.command_as(ARCHIVIST);
    command.args(["sync", "--plain", "--to"]).arg(&disk);
    station.finish(command.env("SOHOA_CRASH_AT", "bundle.lines:1")).killed();
    let code = "HS.02";
    let is_begun = bundles(&disk)[0].extension().is_some_and(|end| end == "incomplete");
    assert!(is_begun && !holding(&disk, code).is_empty());
    let names = files_of(&disk);
    let carries = |master: &Sha256| names.iter().any(|(name, _)| *name == master.to_string());
    assert!(masters(&station, code).iter().all(carries), "{names:?}");

    // More than there is room for, and another dossier may not leave any more.
    import_large(&station);
    station.run(["hold", code, "--reason", "dấu MẬT"]).done();
    let mut command = station.command_as(ARCHIVIST);
    command.args(["sync", "--plain", "--to"]).arg(&disk).env("LD_PRELOAD", &recorder).env("RECORDER_ROOT", &disk);
    command.env("RECORDER_LOG", libraries.path().join("log")).env("RECORDER_FREE", "1000000");
    station.finish(&mut command).ended_with(8).refused();
    assert_eq!(bundles(&disk), Vec::<PathBuf>::new());

    // With room, one that is begun after the hold is gone on with.
    let mut command = station.command_as(ARCHIVIST);
    command.args(["sync", "--plain", "--to"]).arg(&disk);
    station.finish(command.env("SOHOA_CRASH_AT", "bundle.lines:1")).killed();
    let begun = files_of(&disk);
    write(&station, &["--plain"]);
    assert_eq!(files_of(&disk), begun, "what was written is kept");
    assert_eq!(holding(&disk, code), Vec::<PathBuf>::new());
    assert!(receive(&hub, &disk).iter().all(|bundle| bundle["refused"].is_null()));
    consistent(&hub);
}

#[test]
fn a_link_on_the_disk_leads_no_writer_off_it() {
    use std::os::unix::fs::symlink;
    let Some((hub, station)) = enrolled() else { return };
    let disk = disk(&station);
    write(&station, &["--plain"]);
    let finished = bundles(&disk).remove(0);
    let name = finished.file_name().unwrap().to_str().unwrap();
    let begun = disk.join(format!("{}.incomplete", name.rsplit_once('-').unwrap().0));
    let outside = station.folder().join("ngoài");
    fs::create_dir_all(outside.join("files")).unwrap();
    fs::write(outside.join("files/của tôi"), b"mine").unwrap();
    let untouched = || {
        let names =
            WalkDir::new(&outside).into_iter().map(|entry| entry.unwrap().path().to_owned()).collect::<Vec<_>>();
        assert_eq!(names, [outside.clone(), outside.join("files"), outside.join("files/của tôi")]);
        assert_eq!(fs::read(outside.join("files/của tôi")).unwrap(), b"mine");
    };
    // At the name of one that is begun, at that of a finished one, inside of it.
    fs::remove_dir_all(&finished).unwrap();
    symlink(&outside, &begun).unwrap();
    write(&station, &["--plain"]);
    untouched();
    let finished = bundles(&disk).remove(0);
    fs::remove_dir_all(&finished).unwrap();
    symlink(&outside, &finished).unwrap();
    write(&station, &["--plain"]);
    untouched();
    let finished = bundles(&disk).remove(0);
    fs::remove_dir_all(finished.join("files")).unwrap();
    symlink(outside.join("files"), finished.join("files")).unwrap();
    write(&station, &["--plain"]);
    untouched();
    assert!(receive(&hub, &disk).iter().all(|bundle| bundle["refused"].is_null()));
    consistent(&hub);
}

#[test]
fn a_file_that_is_damaged_in_the_vault_is_named_and_the_disk_is_not_blamed() {
    let Some((_hub, station)) = enrolled() else { return };
    write(&station, &[]);
    let name = masters(&station, "HS.02")[0].to_string();
    let master = station.archive().join("vault").join(&name[..2]).join(&name);
    let mut bytes = fs::read(&master).unwrap();
    bytes[100] ^= 1;
    fs::remove_file(&master).unwrap();
    fs::write(&master, bytes).unwrap();
    let other = station.folder().join("đĩa khác");
    let said = station.run(["sync", "--to", other.to_str().unwrap()]).ended_with(6).refused();
    assert!(said.stderr.contains(&format!("vault/{}/{name}", &name[..2])), "{}", said.stderr);
    assert!(!said.stderr.contains("đĩa khác"), "{}", said.stderr);
    fs::remove_file(&master).unwrap();
    let said = station.run(["sync", "--to", other.to_str().unwrap()]).refused();
    assert!(said.stderr.contains(&name) && !said.stderr.contains("đĩa khác"), "{}", said.stderr);
    assert!(bundles(&other).iter().all(|bundle| bundle.extension().is_some_and(|end| end == "incomplete")));
}

#[test]
fn what_is_held_is_on_no_disk_and_what_was_is_taken_off() {
    let Some((hub, station)) = enrolled() else { return };
    let (disk, title) = (disk(&station), "Hồ sơ bàn giao sổ hộ tịch");
    let pages = masters(&station, "HS.02");
    let on_disk = |text: &str| !holding(&disk, text).is_empty();
    // Before it is held it is on the disk: what is looked for can be found.
    write(&station, &["--plain"]);
    assert!(on_disk("HS.02") && on_disk(title) && on_disk(&pages[0].to_string()) && on_disk("HS.01"));
    station.run(["hold", "HS.02", "--reason", "dấu MẬT"]).done();
    let written = write(&station, &["--plain"]);
    assert!(written["kept_back"].as_u64().unwrap() > 0, "{written}");
    assert!(!on_disk("HS.02") && !on_disk(title) && on_disk("HS.01"), "its code or title");
    for page in &pages {
        assert!(!on_disk(&page.to_string()), "{page}");
        let name = page.to_string();
        let bytes = fs::read(station.archive().join("vault").join(&name[..2]).join(&name)).unwrap();
        let copies = WalkDir::new(&disk).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file());
        assert!(copies.into_iter().all(|entry| fs::read(entry.path()).unwrap() != bytes), "{page}");
    }
    receive(&hub, &disk);
    take(&station);
    assert_eq!(hub.sql("SELECT count(*) FROM dossier WHERE code = 'HS.02'"), "0");
    consistent(&hub);
    // Lifted, it goes with the next.
    administer(&station, &["release", "HS.02", "--reason", "đã xem"]).done();
    write(&station, &[]);
    receive(&hub, &disk);
    take(&station);
    assert_eq!(hub.sql("SELECT code, pages FROM dossier ORDER BY code"), "HS.01|2\nHS.02|3\nHS.03|0");
    consistent(&hub);
}

#[test]
fn a_quota_stops_the_bundles_of_its_unit_until_there_is_room() {
    let Some((hub, station)) = enrolled() else { return };
    write(&station, &[]);
    hub.run(&["quota", "so-tu-phap", "1"]).done();
    let said = hub.run(&["receive", disk(&station).to_str().unwrap(), "--json"]).ended_with(1);
    let refused = lines(&said.stdout);
    assert!(refused.iter().all(|bundle| bundle["refused"].is_string()), "{refused:?}");
    assert!(stored(&hub).is_empty(), "nothing passes by the quota");
    let told = station.run(["sync", "--from", disk(&station).to_str().unwrap(), "--json"]).done_in_part().json();
    assert_eq!(told["bundles"][0]["refused"]["kind"], "store-full", "{told}");
    hub.run(&["quota", "so-tu-phap"]).done();
    receive(&hub, &disk(&station));
    assert!(!stored(&hub).is_empty());
    consistent(&hub);
}
