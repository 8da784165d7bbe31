//! The feed: what the hub writes comes down in order, to those it is for, and to nobody else.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sohoa_wire::body::{Account, Notice};
use sohoa_wire::{Record, RecordId};

use crate::group::Group;
use crate::station::{Station, record};

fn notice(n: u32) -> Record {
    let body = Notice { vi: format!("Thông báo {n}"), en: format!("Notice {n}"), oldest_software: None };
    record(RecordId(uuid::Uuid::from_u128(u128::from(n))), 1, &body)
}

fn account() -> Record {
    let body = Account {
        login: "lan".to_owned(),
        name: "Lan".to_owned(),
        password_hash: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        roles: vec!["archivist".to_owned()],
        active: true,
    };
    record(RecordId(uuid::Uuid::from_u128(1000)), 1, &body)
}

fn publish(group: &Group, records: &[Record], more: &[&str]) -> bool {
    let path = group.folder.path().join("down.ndjson");
    let lines: Vec<_> = records.iter().map(|record| record.line().unwrap().bytes).collect();
    std::fs::write(&path, lines.join(&b'\n')).unwrap();
    let arguments = [&["publish", "--unit", "TTLT", path.to_str().unwrap()], more].concat();
    group.command(&arguments).output().unwrap().status.success()
}

/// The records after a cursor, and the next cursor.
async fn read(station: &Station, after: u64, more: &str) -> (Vec<Record>, u64) {
    let reply = station.get(&format!("/v1/feed?after={after}{more}")).await;
    if reply.status == StatusCode::NO_CONTENT {
        return (Vec::new(), after);
    }
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let next = reply.headers["sohoa-feed-next"].to_str().unwrap().parse().unwrap();
    (reply.text().lines().map(|line| Record::read(line.as_bytes()).unwrap()).collect(), next)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_comes_down_in_order_to_its_unit() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let stranger = group.station(&hub, "OTHER", 2).await;
    assert_eq!(read(&station, 0, "").await, (vec![], 0));
    let notices: Vec<_> = (1..=5).map(notice).collect();
    assert!(publish(&group, &notices[..2], &[]));
    assert!(publish(&group, &notices[2..], &[]));
    assert_eq!(station.hello().await.feed_head, 5);
    let (all, next) = read(&station, 0, "").await;
    assert_eq!((all, next), (notices.clone(), 5));
    let (part, next) = read(&station, 1, "&limit=2").await;
    assert_eq!((part.as_slice(), next), (&notices[1..3], 3));
    assert_eq!(read(&station, 5, "").await.0, []);
    assert_eq!(read(&stranger, 0, "").await.0, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_goes_to_its_station_alone() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let neighbour = group.station(&hub, "TTLT", 2).await;
    assert!(!publish(&group, &[account()], &[]), "never to all");
    assert!(publish(&group, &[account()], &["--station", &station.id.to_string()]));
    assert_eq!(read(&station, 0, "").await, (vec![account()], 1));
    let (others, next) = read(&neighbour, 0, "").await;
    assert_eq!((others, next), (vec![], 1), "the cursor moves on, the account is not shown");
    assert!(!publish(&group, &[notice(1)], &["--station", "01970000-0000-7000-8000-00000000000a"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_station_is_told_at_once() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let began = Instant::now();
    let (told, ()) = tokio::join!(read(&station, 0, "&wait=25"), async { assert!(publish(&group, &[notice(1)], &[])) });
    assert_eq!(told.0, [notice(1)]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let began = Instant::now();
    assert_eq!(read(&station, 1, "&wait=1").await.0, []);
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_lines_of_a_publication_go_down_or_none() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let id = station.name(1, 0);
    let dossier = crate::station::dossier_body("TA-1", 1, sohoa_model::dossier_state::DossierState::Captured);
    let wrong = record(id, 1, &dossier).of_dossier(id);
    assert!(!publish(&group, &[notice(1), wrong], &[]), "only stations write of dossiers");
    assert_eq!(station.hello().await.feed_head, 0);
    assert!(publish(&group, &[notice(2)], &[]));
    assert_eq!(read(&station, 0, "").await, (vec![notice(2)], 1));
}
