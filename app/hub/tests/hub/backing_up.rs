//! Backup and restore: what a backup holds is stable, and a restored hub is told from the one before it.

use reqwest::StatusCode;
use sohoa_wire::head::{Standing, compare};
use sohoa_wire::{ProblemKind, Signed};

use crate::faults::forget_orphans;
use crate::group::Group;
use crate::log::check;

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_backup_is_sent_again_to_the_restored_hub() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 2).await;
    assert_eq!(station.hello().await.stable_seq, 0);
    let before = group.run(&["doctor"]);
    assert!(before.contains("look    backup: there was none yet"), "{before}");

    // Uploaded before the backup, and taken back after it.
    station.put(b"taken back").await;
    let folder = group.folder.path().join("backups");
    let manifest = group.run(&["backup", folder.to_str().unwrap()]);
    let manifest = manifest.trim();
    assert!(group.run(&["doctor"]).contains("ok      backup"));
    assert_eq!(station.hello().await.stable_seq, 3, "what the backup holds is stable");
    let reply = station.send(station.batch(1, 3)).await;
    assert_eq!(station.acknowledged(&reply).stable_seq, 3);

    let more = station.scan(2, 2);
    for file in &more {
        station.put(file).await;
    }
    let ack = station.send_from(4).await;
    assert_eq!((ack.seq, ack.stable_seq, ack.generation), (6, 3, 1), "what came later is acknowledged, not stable");
    let taken =
        crate::station::Ask::new(reqwest::Method::DELETE, format!("/v1/files/{}", sohoa_wire::Hash::of(b"taken back")));
    assert_eq!(station.send(taken).await.status, StatusCode::NO_CONTENT);
    drop(hub);

    let full = group.command(&["restore", manifest]).output().unwrap();
    assert!(!full.status.success(), "never over a database that has something in it");
    let group = group.with_new_database().await;
    assert_eq!(group.run(&["restore", manifest]), "restored as generation 2\n");
    let hub = group.hub();
    station = station.through(&hub);
    let hello = station.hello().await;
    assert_eq!((hello.generation, hello.seq, hello.stable_seq, hello.epoch), (2, 3, 3, 1));
    let chains = |seq: u64| Some(station.chain(usize::try_from(seq).unwrap()));
    assert_eq!(compare(hello.seq, hello.chain, 6, chains), Standing::GoOn, "the station goes on where the backup ends");

    let again = station.send(station.batch(4, 6)).await;
    assert_eq!(again.refused(), ProblemKind::FilesMissing, "files that no row names are asked for again");
    for file in &more {
        assert_eq!(station.put(file).await.status, StatusCode::CREATED);
    }
    let reply = station.send(station.batch(4, 6)).await;
    let ack = station.acknowledged(&reply);
    assert_eq!((ack.generation, ack.stable_seq), (2, 3));
    assert!(Signed::<sohoa_wire::Ack>::read(&reply.body, &station.hub_key).is_ok(), "by the same key");
    let gone = station.get(&format!("/v1/files/{}", sohoa_wire::Hash::of(b"taken back"))).await;
    assert_eq!(gone.refused(), ProblemKind::NotFound);
    forget_orphans(&group).await;
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_is_not_restored() {
    let Some(group) = Group::new().await else { return };
    let folder = group.folder.path().join("backups");
    let manifest = group.run(&["backup", folder.to_str().unwrap()]);
    let manifest = std::path::Path::new(manifest.trim()).to_owned();
    let dump = manifest.with_extension("dump");
    let mut bytes = std::fs::read(&dump).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&dump, bytes).unwrap();
    let group = group.with_new_database().await;
    let refused = group.command(&["restore", manifest.to_str().unwrap()]).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was changed since it was made"), "{refused:?}");
    let text = std::fs::read_to_string(&manifest).unwrap().replace("hub-1-", "../hub-1-");
    std::fs::write(&manifest, text).unwrap();
    assert!(!group.command(&["restore", manifest.to_str().unwrap()]).output().unwrap().status.success());
    assert_eq!(group.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_fails_makes_nothing_stable() {
    let Some(group) = Group::with("key_name = 'h2'").await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 0).await;
    let path = group.folder.path().join("hub.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let broken = text.lines().map(|line| match line.starts_with("postgresql_programs") {
        true => format!("postgresql_programs = '{}'", group.folder.path().display()),
        false => line.to_owned(),
    });
    std::fs::write(&path, broken.collect::<Vec<_>>().join("\n")).unwrap();
    let folder = group.folder.path().join("backups");
    assert!(!group.command(&["backup", folder.to_str().unwrap()]).output().unwrap().status.success());
    assert_eq!(station.hello().await.stable_seq, 0);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
