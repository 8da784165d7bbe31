//! The hub looks after its files: what nobody names is removed, what a record names never is; what is lost is found, asked for
//! and mended.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, SystemTime};

use reqwest::{Method, StatusCode};
use sohoa_hub::collect::Turn;
use sohoa_hub::database::{sql, value};
use sohoa_hub::{Hub, Settings, look_after};
use sohoa_model::crash;
use sohoa_tests::s3::S3;
use sohoa_wire::api::{FileOffer, FilesMissing, FilesQuery};
use sohoa_wire::body::FileWanted;
use sohoa_wire::{Hash, Kind, ProblemKind, Record};

use crate::files::{begin, large, part};
use crate::group::Group;
use crate::station::{Ask, Station};

/// Runs a command; whether it succeeded, and what it printed on both streams.
fn said(output: &Output) -> (bool, String) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn run(group: &Group, arguments: &[&str]) -> (bool, String) {
    said(&group.command(arguments).output().unwrap())
}

async fn execute(group: &Group, statement: &'static str) {
    sql(statement).execute(&group.pool).await.unwrap();
}

/// Which of some files the hub lacks.
async fn lacks(station: &Station, files: &[Vec<u8>]) -> Vec<Hash> {
    let files = files.iter().map(|file| FileOffer { sha256: Hash::of(file), bytes: file.len() as u64 }).collect();
    let ask = Ask::new(Method::POST, "/v1/files/query")
        .field("content-type", "application/json")
        .body(serde_json::to_vec(&FilesQuery { files }).unwrap());
    let reply = station.send(ask).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    serde_json::from_slice::<FilesMissing>(&reply.body).unwrap().missing
}

/// The object of a file that a record names.
async fn object(group: &Group, file: &[u8]) -> PathBuf {
    let key: String = value("SELECT key FROM file WHERE sha256 = $1")
        .bind(Hash::of(file).0.as_slice().to_vec())
        .fetch_one(&group.pool)
        .await
        .unwrap();
    group.folder.path().join("store").join(key)
}

/// What stands in the place of an object so that it can be neither read nor removed.
fn block(path: &Path) {
    let _ = fs::remove_file(path);
    std::os::unix::fs::symlink(path.join("in itself"), path).unwrap();
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[3] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// An object of no row, which was written some days ago.
fn orphan(group: &Group, name: &str, days: u64) -> PathBuf {
    let path = group.folder.path().join("store").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, b"orphan").unwrap();
    age(&path, days);
    path
}

/// Something of the store is so many days old.
fn age(path: &Path, days: u64) {
    let at = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60 + 60);
    File::open(path).unwrap().set_modified(at).unwrap();
}

/// Sweeps; the answer is what was printed.
fn sweep(group: &Group, more: &[&str]) -> String {
    group.run(&[["collect", "--sweep"].as_slice(), more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_record_names_is_collected_and_what_one_names_is_kept() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 2).await;
    station.put(b"left").await;
    let (_, told) = run(&group, &["collect", "--days", "0", "--dry-run"]);
    assert!(told.contains("would remove 1 files that no record names (4 bytes)"), "{told}");
    assert!(group.run(&["collect"]).contains("removed 0 files"), "it is not old enough");
    assert_eq!(group.objects("f").len(), 3);
    assert!(group.run(&["collect", "--days", "0"]).contains("removed 1 files that no record names (4 bytes)"));
    assert_eq!((group.objects("f").len(), group.number("SELECT count(*) FROM staged").await), (2, 0));
    assert_eq!(lacks(&station, &[files[0].clone(), b"left".to_vec()]).await, [Hash::of(b"left")]);
    assert_eq!(station.put(b"left").await.status, StatusCode::CREATED, "it may come again");
    assert!(group.run(&["doctor", "--files"]).contains("ok      files: 2 were read again"));
    // The access log has each.
    let noted =
        "SELECT count(*) FROM access WHERE what = 'command' AND (detail LIKE '%collect%' OR detail LIKE '%--files')";
    assert_eq!(group.number(noted).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_completes_is_forgotten_with_its_parts() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let bytes = large();
    let digest = Hash::of(&bytes);
    station.send(begin(&bytes, digest)).await;
    assert_eq!(station.send(part(&bytes, digest, 0)).await.status, StatusCode::OK);
    assert!(group.run(&["collect", "--days", "0"]).contains("removed 0 files"), "whoever writes it has a lease");
    execute(&group, "UPDATE staged SET lease_until = now() - interval '1 second'").await;
    let told = group.run(&["collect", "--days", "0"]);
    assert!(told.contains("removed 1 files") && told.contains("the parts of 1 uploads"), "{told}");
    assert_eq!(group.number("SELECT (SELECT count(*) FROM staged) + (SELECT count(*) FROM upload)").await, 0);
    assert_eq!(group.objects("staging").len(), 0);
    assert_eq!(station.send(part(&bytes, digest, 1)).await.refused(), ProblemKind::NotFound);

    // Its row was taken away and its parts were not: it begins anew.
    station.send(begin(&bytes, digest)).await;
    assert_eq!(station.send(part(&bytes, digest, 0)).await.status, StatusCode::OK);
    execute(&group, "UPDATE staged SET state = 2").await;
    assert_eq!(station.send(part(&bytes, digest, 1)).await.refused(), ProblemKind::Unavailable);
    let state = station.send(begin(&bytes, digest)).await;
    assert!(state.text().contains("\"next_part\":0"), "{}", state.text());
    for number in 0..3 {
        assert!(station.send(part(&bytes, digest, number)).await.status.is_success(), "{number}");
    }
    assert_eq!(Hash::of(&station.get(&format!("/v1/files/{digest}")).await.body), digest);
    assert_eq!(group.objects("staging").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_dies_between_its_steps_leaves_what_the_next_one_finishes() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let named = station.scan(1, 1);
    station.put(&named[0]).await;
    station.send_from(1).await;
    let mut killed = 0;
    for point in crash::POINTS.iter().filter(|point| point.starts_with("collect.")) {
        let die = || group.command(&["collect", "--days", "0"]).env(crash::VARIABLE, point).output().unwrap();
        // Nobody sends it again.
        station.put(b"left").await;
        assert!(!die().status.success(), "{point}");
        assert_eq!(lacks(&station, &[b"left".to_vec()]).await, [Hash::of(b"left")], "{point}: it is not had");
        assert_eq!(station.get(&format!("/v1/files/{}", Hash::of(b"left"))).await.refused(), ProblemKind::NotFound);
        assert!(group.run(&["collect"]).contains("removed 1 files"), "{point}: whatever its age");
        assert_eq!((group.objects("f").len(), group.number("SELECT count(*) FROM staged").await), (1, 0), "{point}");

        // The station sends it again meanwhile: that one stays.
        station.put(b"left").await;
        assert!(!die().status.success(), "{point}");
        assert_eq!(station.put(b"left").await.status, StatusCode::CREATED, "{point}");
        assert!(sweep(&group, &["--orphan-days", "0"]).contains("removed 0 files"), "{point}");
        assert_eq!(group.objects("f").len(), 2, "{point}");
        assert_eq!(station.get(&format!("/v1/files/{}", Hash::of(b"left"))).await.text(), "left", "{point}");

        // And it is taken back by who may.
        assert!(!die().status.success(), "{point}");
        let back = Ask::new(Method::DELETE, format!("/v1/files/{}", Hash::of(b"left")));
        assert_eq!(station.send(back).await.status, StatusCode::NO_CONTENT, "{point}");
        assert_eq!(group.objects("f").len(), 1, "{point}");
        killed += 1;
    }
    assert_eq!(killed, 2);
    assert!(lacks(&station, &named).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_no_row_names_are_swept_once_they_are_old() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 2).await;
    station.put(b"waits").await;
    let name = |n: u8| {
        let digest = Hash::of(&[n]).to_string();
        format!("f/{}/{digest}.0123456789abcdef", &digest[..2])
    };
    let (old, young) = (orphan(&group, &name(1), 8), orphan(&group, &name(2), 6));
    let foreign = orphan(&group, "f/readme", 100);
    // As a hub leaves it that dies while it writes.
    let torn = orphan(&group, &format!("{}#1", name(3)), 8);
    let parts = group.folder.path().join("store/staging/fedcba9876543210");
    fs::create_dir_all(&parts).unwrap();
    age(&parts, 8);
    let before = group.objects("").len();
    assert!(
        run(&group, &["collect", "--sweep", "--dry-run"])
            .1
            .contains("would remove 2 objects that no row names (12 bytes)")
    );
    let told = group.run(&["collect"]);
    assert!(!told.contains("objects") && told.contains("the parts of 1 uploads") && !parts.exists(), "{told}");
    assert_eq!(group.objects("").len(), before, "nothing is swept by itself");
    assert!(!run(&group, &["collect", "--anyway"]).0, "it belongs to --sweep");
    assert!(sweep(&group, &[]).contains("removed 2 objects that no row names (12 bytes)"));
    assert!(!old.exists() && !torn.exists() && young.exists());
    assert!(sweep(&group, &["--orphan-days", "0"]).contains("removed 1 objects"));
    assert!(!young.exists() && foreign.exists());
    assert_eq!(group.objects("").len(), before - 3);

    // A database that names less than half of what is there is not believed to be the one of the store.
    let many: Vec<PathBuf> = (1..=4).map(|n| orphan(&group, &name(n), 8)).collect();
    let (done, told) = run(&group, &["collect", "--sweep"]);
    assert!(!done && told.contains("4 objects that no row names stay"), "{told}");
    assert!(many.iter().all(|path| path.exists()));
    assert!(run(&group, &["collect", "--sweep", "--anyway"]).0);
    assert!(!many.iter().any(|path| path.exists()));
    for file in files {
        assert_eq!(station.get(&format!("/v1/files/{}", Hash::of(&file))).await.body, file);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_removed_after_a_restore_until_every_station_has_spoken() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let other = group.station(&hub, "TTLT", 2).await;
    let silent = group.station(&hub, "TTLT", 3).await;
    let files = station.scan(1, 1);
    station.put(&files[0]).await;
    station.send_from(1).await;
    for one in [&station, &other, &silent] {
        one.hello().await;
    }
    let folder = group.folder.path().join("backups");
    let manifest = group.run(&["backup", folder.to_str().unwrap()]);
    drop(hub);
    let group = group.with_new_database().await;
    group.run(&["restore", manifest.trim()]);
    let hub = group.hub();
    let digest = Hash::of(b"sent after the backup").to_string();
    let needed = orphan(&group, &format!("f/{}/{digest}.0123456789abcdef", &digest[..2]), 8);
    let refused = |silent: u8| {
        let (done, told) = run(&group, &["collect", "--sweep"]);
        let says = told.contains(&format!("{silent} of its stations have not spoken to it yet"));
        assert!(!done && says && needed.exists(), "{told}");
    };
    refused(3);
    station.through(&hub).hello().await;
    refused(2);
    other.through(&hub).hello().await;
    refused(1);
    assert!(run(&group, &["collect", "--sweep", "--dry-run", "--anyway"]).1.contains("would remove 1 objects"));
    refused(1);
    assert!(run(&group, &["collect"]).0, "what was uploaded since is this database's");
    silent.through(&hub).hello().await;
    assert!(sweep(&group, &[]).contains("removed 1 objects"));
    assert!(!needed.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_swept_where_batch_bodies_tell_of_more_than_the_database_knows() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 2).await;
    let folder = group.folder.path().join("backups");
    let manifest = group.run(&["backup", folder.to_str().unwrap()]);
    let before = station.log.len();
    let forgotten = station.bring(2, 1).await;
    let mut stranger = group.station(&hub, "TTLT", 2).await;
    stranger.bring(3, 1).await;
    drop(hub);
    let group = group.with_new_database().await;
    group.run(&["restore", manifest.trim()]);
    let hub = group.hub();
    // They say hello, and send nothing.
    let mut station = station.through(&hub);
    station.hello().await;
    let bodies: Vec<PathBuf> = group.objects("b");
    let (ahead, strange) = (
        bodies.iter().find(|path| path.to_str().unwrap().contains(&format!("/{:020}-", before + 1))).unwrap(),
        bodies.iter().find(|path| path.to_str().unwrap().contains(&stranger.id.to_string())).unwrap(),
    );
    let files = group.objects("f").len();
    let refused = |why: &str| {
        let (done, told) = run(&group, &["collect", "--sweep", "--orphan-days", "0"]);
        assert!(!done && told.contains(why) && told.contains("nothing is swept"), "{told}");
        assert_eq!(group.objects("f").len(), files);
    };
    refused("a station that the database does not know");
    age(ahead, 1);
    let away = group.folder.path().join("away");
    fs::rename(strange, &away).unwrap();
    refused("goes on behind what the database has of its station");
    assert!(sweep(&group, &["--orphan-days", "0", "--dry-run", "--anyway"]).contains("would remove 2 objects"));

    // The station sends once more what the database forgot, with more behind it: the body before it tells nothing new.
    let more = station.scan(4, 1);
    for file in forgotten.iter().chain(&more) {
        station.put(file).await;
    }
    station.send_from(before + 1).await;
    assert!(sweep(&group, &["--orphan-days", "0", "--dry-run"]).contains("would remove 2 objects"));

    // Another log of the same station: a copy of it went on differently.
    let mut text = fs::read(ahead).unwrap();
    let end = text.iter().position(|byte| *byte == b'\n').unwrap();
    let header = String::from_utf8(text[..end].to_vec()).unwrap();
    let at = header.rfind("chain=:").unwrap() + "chain=:".len();
    text[at] = if text[at] == b'A' { b'B' } else { b'A' };
    fs::write(ahead, text).unwrap();
    let files = group.objects("f").len();
    let (done, told) = run(&group, &["collect", "--sweep", "--orphan-days", "0"]);
    assert!(!done && told.contains("is not on the log that the database has of its station"), "{told}");
    assert_eq!(group.objects("f").len(), files);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_damaged_is_found_asked_for_and_mended() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let stranger = group.station(&hub, "OTHER", 2).await;
    let mut files = station.scan(1, 3);
    let large = large();
    let file = sohoa_wire::FileRef { sha256: Hash::of(&large), bytes: large.len() as u64, role: "pdfa".to_owned() };
    let page = crate::station::record_of_page(station.name(1, 9), station.name(1, 0), 4, &large);
    station.write(&page.with_files(vec![file]));
    for number in 0..=3 {
        let ask =
            if number == 0 { begin(&large, Hash::of(&large)) } else { part(&large, Hash::of(&large), number - 1) };
        assert!(station.send(ask).await.status.is_success());
    }
    for file in &files {
        station.put(file).await;
    }
    station.send_from(1).await;
    files.push(large);
    let used = "SELECT sum(bytes)::bigint FROM unit_use";
    let before = group.number(used).await;
    assert!(group.run(&["doctor", "--files"]).contains("ok      files: 4 were read again"));

    let damaged = object(&group, &files[1]).await;
    fs::remove_file(object(&group, &files[0]).await).unwrap();
    flip(&damaged);
    flip(&object(&group, &files[3]).await);
    let (fine, told) = run(&group, &["doctor", "--files"]);
    assert!(
        !fine && told.contains("broken  files: 4 were read again") && told.contains("1 are missing, 2 are damaged"),
        "{told}"
    );
    assert!(told.contains("stations are asked for 3 that are lost"), "{told}");
    let (fine, told) = run(&group, &["doctor"]);
    assert!(!fine && told.contains("broken  files: 3 files are lost"), "{told}");
    let lost = [&files[0], &files[1], &files[3]];
    assert_eq!(lacks(&station, &files).await, lost.map(|file| Hash::of(file)));
    assert_eq!(station.get(&format!("/v1/files/{}", Hash::of(&files[1]))).await.refused(), ProblemKind::NotFound);
    let feed = station.get("/v1/feed?after=0").await;
    let mut wanted: Vec<Hash> = feed
        .text()
        .lines()
        .map(|line| Record::read(line.as_bytes()).unwrap())
        .inspect(|record| assert_eq!(record.kind, Kind::FileWanted))
        .map(|record| record.body::<FileWanted>().unwrap().sha256)
        .collect();
    wanted.sort_unstable();
    let mut expected = lost.map(|file| Hash::of(file));
    expected.sort_unstable();
    assert_eq!(wanted, expected);
    assert_eq!(stranger.get("/v1/feed?after=0").await.status, StatusCode::NO_CONTENT, "another unit hears nothing");
    assert!(!run(&group, &["doctor", "--files"]).1.contains("stations are asked"), "not each time");

    // Sent again, it is there at once, under another key; the object before it is swept in its time.
    assert_eq!(station.put(&files[0]).await.status, StatusCode::CREATED);
    assert_eq!(station.put(&files[1]).await.status, StatusCode::CREATED);
    for number in 0..=3 {
        let (bytes, digest) = (&files[3], Hash::of(&files[3]));
        let ask = if number == 0 { begin(bytes, digest) } else { part(bytes, digest, number - 1) };
        assert!(station.send(ask).await.status.is_success());
    }
    assert!(lacks(&station, &files).await.is_empty());
    for file in &files {
        assert!(station.get(&format!("/v1/files/{}", Hash::of(file))).await.body == *file);
    }
    assert!(group.run(&["doctor", "--files"]).contains("ok      files: 4 were read again"));
    let left = "SELECT (SELECT count(*) FROM staged) + (SELECT count(*) FROM upload) + (SELECT count(*) FROM file WHERE state = 1) \
        + (SELECT count(*) FROM lost_file WHERE mended_at IS NULL)";
    assert_eq!((group.number(left).await, group.number(used).await), (0, before));
    assert!(damaged.exists() && object(&group, &files[1]).await != damaged);
    assert!(sweep(&group, &["--orphan-days", "0"]).contains("removed 2 objects"));
    assert!(!damaged.exists());

    // A batch that names what is lost has it sent as well.
    fs::remove_file(object(&group, &files[2]).await).unwrap();
    assert!(!run(&group, &["doctor", "--files"]).0);
    let again = crate::station::record_of_page(station.name(1, 3), station.name(1, 0), 3, &files[2]);
    let file =
        sohoa_wire::FileRef { sha256: Hash::of(&files[2]), bytes: files[2].len() as u64, role: "master".to_owned() };
    let first = station.log.len() + 1;
    station.write(&Record { rev: 2, ..again }.with_files(vec![file]));
    let refused = station.send(station.batch(first, first)).await;
    assert_eq!(refused.problem().missing, [Hash::of(&files[2])]);
    station.put(&files[2]).await;
    station.send_from(first).await;
    assert!(run(&group, &["doctor", "--files"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_which_nothing_is_marks_nothing_unless_it_is_said() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 2).await;
    let store = group.folder.path().join("store");
    fs::rename(store.join("f"), store.join("away")).unwrap();
    let (fine, told) = run(&group, &["doctor", "--files"]);
    assert!(!fine && told.contains("none of them is in the store"), "{told}");
    assert_eq!(group.number("SELECT count(*) FROM file WHERE state = 1").await, 0);
    fs::rename(store.join("away"), store.join("f")).unwrap();
    assert!(run(&group, &["doctor", "--files"]).0, "it was away");
    fs::remove_file(store.join("store-id")).unwrap();
    fs::remove_dir_all(store.join("f")).unwrap();
    assert!(!run(&group, &["doctor", "--files", "--anyway"]).0);
    assert_eq!(lacks(&station, &files).await.len(), 2);
    for file in &files {
        assert_eq!(station.put(file).await.status, StatusCode::CREATED);
    }
    assert!(run(&group, &["doctor", "--files"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_go_on_where_the_last_one_ended() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let mut files = station.scan(1, 30);
    for file in &files {
        station.put(file).await;
    }
    station.send_from(1).await;
    let look = || run(&group, &["doctor", "--files", "--share", "1"]);
    let (fine, told) = look();
    assert!(fine && told.contains("files: 20 were read again"), "{told}");
    files.sort_by_key(|file| Hash::of(file));
    flip(&object(&group, &files[4]).await);
    flip(&object(&group, &files[25]).await);
    let (_, told) = look();
    assert!(told.contains("0 are missing, 2 are damaged"), "the ten that are left, and the first ten again: {told}");
    assert_eq!(group.number("SELECT count(*) FROM lost_file").await, 2);
    flip(&object(&group, &files[9]).await);
    assert!(look().1.contains("none is damaged"), "it was looked at before the others");
    assert!(!run(&group, &["doctor", "--files", "--share", "0"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hub_of_a_group_looks_after_the_store_once_a_day() {
    let Some(group) = Group::new().await else { return };
    let process = group.hub();
    let mut station = group.station(&process, "TTLT", 1).await;
    let files = station.bring(1, 2).await;
    let hub = Hub::open(Settings::read(&group.folder.path().join("hub.toml")).unwrap()).await.unwrap();
    let age = "UPDATE staged SET touched_at = now() - interval '31 days'";
    station.put(b"left").await;
    execute(&group, age).await;
    fs::remove_file(object(&group, &files[0]).await).unwrap();
    let digest = Hash::of(b"of no row").to_string();
    let of_no_row = orphan(&group, &format!("f/{}/{digest}.0123456789abcdef", &digest[..2]), 100);

    let turn = Turn::take(&group.pool).await.unwrap().expect("nobody has it");
    look_after::once(&hub).await.unwrap();
    assert_eq!(group.number("SELECT count(*) FROM staged").await, 1, "another one has the turn");
    let (done, told) = run(&group, &["collect"]);
    assert!(!done && told.contains("another hub of the group looks after the store now"), "{told}");
    turn.end().await.unwrap();
    look_after::once(&hub).await.unwrap();
    let found =
        "SELECT (SELECT count(*) FROM staged) * 10 + (SELECT count(*) FROM lost_file WHERE asked_at IS NOT NULL)";
    assert_eq!(group.number(found).await, 1, "collected, and what is lost is asked for");
    assert!(of_no_row.exists(), "no hub sweeps by itself");
    station.put(b"left").await;
    execute(&group, age).await;
    look_after::once(&hub).await.unwrap();
    assert_eq!(group.number("SELECT count(*) FROM staged").await, 1, "not twice a day");
    execute(&group, "UPDATE hub SET looked_after_at = now() - interval '25 hours'").await;
    look_after::once(&hub).await.unwrap();
    assert_eq!(group.number("SELECT count(*) FROM staged").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_whole_object_of_a_file_is_never_swept_and_its_row_gets_it() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 3).await;
    let key = async |file: &[u8]| {
        value::<String>("SELECT key FROM file WHERE sha256 = $1")
            .bind(Hash::of(file).0.as_slice().to_vec())
            .fetch_one(&group.pool)
            .await
            .unwrap()
    };
    let set_key = async |file: &[u8], key: &str| {
        sql("UPDATE file SET key = $2, state = 0 WHERE sha256 = $1")
            .bind(Hash::of(file).0.as_slice().to_vec())
            .bind(key.to_owned())
            .execute(&group.pool)
            .await
            .unwrap();
    };
    // Damaged, mended under a new key, and then a backup of before is restored: the row names the damaged object again.
    let old = key(&files[0]).await;
    flip(&object(&group, &files[0]).await);
    assert!(!run(&group, &["doctor", "--files"]).0);
    assert_eq!(station.put(&files[0]).await.status, StatusCode::CREATED);
    let new = key(&files[0]).await;
    assert_ne!(old, new);
    set_key(&files[0], &old).await;
    // The same, and nothing is left under the old key.
    let gone = key(&files[1]).await;
    let beside = format!("{}.fedcba9876543210", gone.rsplit_once('.').unwrap().0);
    let store = group.folder.path().join("store");
    fs::rename(store.join(&gone), store.join(&beside)).unwrap();
    // Neither the object of the row nor the one beside it is whole.
    flip(&object(&group, &files[2]).await);
    let bad = format!("{}.fedcba9876543210", key(&files[2]).await.rsplit_once('.').unwrap().0);
    fs::write(store.join(&bad), "not whole either").unwrap();

    let told = group.run(&["collect", "--sweep", "--orphan-days", "0", "--anyway", "--dry-run"]);
    assert!(
        told.contains("would give 2 files an object") && told.contains("1 objects that no row names stay"),
        "{told}"
    );
    assert_eq!(key(&files[0]).await, old);
    let told = sweep(&group, &["--orphan-days", "0", "--anyway"]);
    assert!(told.contains("gave 2 files an object") && told.contains("removed 0 objects"), "{told}");
    assert_eq!((key(&files[0]).await, key(&files[1]).await), (new, beside));
    assert!(store.join(&bad).exists());
    for file in &files[..2] {
        assert_eq!(station.get(&format!("/v1/files/{}", Hash::of(file))).await.body, *file);
    }
    assert!(run(&group, &["doctor", "--files"]).1.contains("0 are missing, 1 are damaged"));
    assert_eq!(station.put(&files[2]).await.status, StatusCode::CREATED);
    // The damaged ones are of no use now.
    assert!(sweep(&group, &["--orphan-days", "0", "--anyway"]).contains("removed 3 objects"));
    assert!(run(&group, &["doctor", "--files"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_removed_or_read_keeps_nothing_else_back() {
    let Some(group) = Group::new().await else { return };
    let process = group.hub();
    let mut station = group.station(&process, "TTLT", 1).await;
    let mut files = station.bring(1, 12).await;
    files.sort_by_key(|file| Hash::of(file));
    for left in [b"left", b"also"] {
        station.put(left).await;
    }
    let key: String = value("SELECT key FROM staged WHERE sha256 = $1")
        .bind(Hash::of(b"left").0.as_slice().to_vec())
        .fetch_one(&group.pool)
        .await
        .unwrap();
    let path = group.folder.path().join("store").join(&key);
    fs::remove_file(&path).unwrap();
    fs::create_dir_all(path.join("something")).unwrap();
    let (done, told) = run(&group, &["collect", "--days", "0"]);
    assert!(!done && told.contains("removed 1 files") && told.contains("1 could not be removed"), "{told}");
    assert!(told.contains(&key), "{told}");

    // A hub goes on with what it reads, and behind what it cannot.
    for file in &files[..7] {
        block(&object(&group, file).await);
    }
    fs::remove_file(object(&group, &files[9]).await).unwrap();
    let hub = Hub::open(Settings::read(&group.folder.path().join("hub.toml")).unwrap()).await.unwrap();
    look_after::once(&hub).await.unwrap();
    assert_eq!(group.number("SELECT count(*) FROM lost_file").await, 1);
    assert_eq!(group.number("SELECT length(read_to_sha256)::bigint FROM hub").await, 32);
    let (fine, told) = run(&group, &["doctor", "--files"]);
    assert!(!fine && told.contains("7 could not be read"), "{told}");
    fs::remove_dir_all(&path).unwrap();
    assert!(group.run(&["collect"]).contains("removed 1 files"), "the next run tries it again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_and_comes_back_is_well_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 3).await;
    let away = |number: usize| group.folder.path().join(number.to_string());
    let mut places = Vec::new();
    for (number, file) in files[..2].iter().enumerate() {
        let place = object(&group, file).await;
        fs::rename(&place, away(number)).unwrap();
        places.push(place);
    }
    assert!(!run(&group, &["doctor", "--files"]).0);
    assert_eq!(lacks(&station, &files).await.len(), 2);
    let open = "SELECT count(*) FROM lost_file WHERE mended_at IS NULL";
    for (number, extent) in
        [["doctor", "--files"].as_slice(), &["doctor", "--files", "--share", "0.1"]].iter().enumerate()
    {
        fs::rename(away(number), &places[number]).unwrap();
        let (_, told) = run(&group, extent);
        assert!(told.contains("ok      files: 1 that were lost are whole again"), "{told}");
        assert_eq!(group.number(open).await, 1 - number as i64);
    }
    assert!(lacks(&station, &files).await.is_empty());
    assert!(run(&group, &["doctor", "--files"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_the_marker_of_its_database_is_not_used() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 2).await;
    drop(hub);
    let store = group.folder.path().join("store");
    let away = group.folder.path().join("away");
    fs::rename(&store, &away).unwrap();
    let commands: [&[&str]; 4] = [&["serve"], &["collect"], &["doctor"], &["doctor", "--files"]];
    for command in commands {
        let (done, told) = run(&group, command);
        assert!(!done && told.contains("has no object `store-id` of this database"), "{told}");
        assert!(told.contains("sohoa-hub doctor --files --anyway"), "{told}");
    }
    assert_eq!(group.number("SELECT count(*) FROM file WHERE state = 1").await, 0);
    fs::remove_dir_all(&store).unwrap();
    fs::rename(&away, &store).unwrap();
    let hub = group.hub();
    let station = station.through(&hub);

    // Another database on the same store.
    let other = group.with_new_database().await;
    other.run(&["migrate"]);
    for command in commands {
        let (done, told) = run(&other, command);
        assert!(!done && told.contains("is another database's"), "{told}");
    }
    assert!(!run(&other, &["doctor", "--files", "--anyway"]).0, "not even then");
    assert_eq!(station.get(&format!("/v1/files/{}", Hash::of(&files[0]))).await.body, files[0]);
    drop(hub);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_from_before_there_were_markers_is_known_by_its_files() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 2).await;
    drop(hub);
    let store = group.folder.path().join("store");
    fs::remove_file(store.join("store-id")).unwrap();
    execute(&group, "UPDATE hub SET store_is_marked = false").await;
    fs::rename(store.join("f"), store.join("away")).unwrap();
    assert!(run(&group, &["collect"]).1.contains("has no object `store-id` of this database"));
    fs::rename(store.join("away"), store.join("f")).unwrap();
    group.run(&["collect"]);
    assert!(store.join("store-id").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_looked_after_like_a_folder() {
    let Some(service) = S3::start() else { return };
    let Some(group) = Group::in_bucket(&service.settings(&service.endpoint)).await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.bring(1, 3).await;
    station.put(b"left").await;
    let bytes = large();
    station.send(begin(&bytes, Hash::of(&bytes))).await;
    station.send(part(&bytes, Hash::of(&bytes), 0)).await;
    execute(&group, "UPDATE staged SET lease_until = now() - interval '1 second'").await;
    let told = group.run(&["collect", "--days", "0"]);
    assert!(told.contains("removed 2 files") && told.contains("the parts of 1 uploads"), "{told}");
    let in_bucket = async |file: &[u8]| {
        let path = object(&group, file).await;
        service.objects().join(path.strip_prefix(group.folder.path().join("store")).unwrap())
    };
    assert!(group.run(&["doctor", "--files"]).contains("ok      files: 3 were read again"));
    let damaged = in_bucket(&files[1]).await;
    fs::remove_file(in_bucket(&files[0]).await).unwrap();
    flip(&damaged);
    let (fine, told) = run(&group, &["doctor", "--files"]);
    assert!(!fine && told.contains("1 are missing, 1 are damaged"), "{told}");
    for file in &files[..2] {
        assert_eq!(station.put(file).await.status, StatusCode::CREATED);
    }
    assert!(run(&group, &["doctor", "--files"]).0);
    assert!(sweep(&group, &["--orphan-days", "0"]).contains("removed 1 objects"));
    assert!(!damaged.exists());
    // A service that does not answer loses nothing.
    drop(service);
    let (fine, told) = run(&group, &["doctor", "--files"]);
    assert!(!fine && told.contains("could not be read"), "{told}");
    assert_eq!(group.number("SELECT count(*) FROM file WHERE state = 1").await, 0);
}
