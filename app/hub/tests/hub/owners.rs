//! Whose a dossier is: the first station's that told of it, or whose the hub says; and what may not travel does not.

use reqwest::StatusCode;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::body::{Assignment, Decided, Decision, Document, FileWanted, Finding, Release, Station as About};
use sohoa_wire::{Hash, ProblemKind, Record, RecordId, StationId};

use crate::group::Group;
use crate::log::check;
use crate::station::{Station, dossier_body, record, record_of_page};

/// Sends one record after the log, and takes it out of the log again if it was refused.
async fn attempt(station: &mut Station, record: &Record) -> Result<(), ProblemKind> {
    station.write(record);
    let last = station.log.len();
    let reply = station.send(station.batch(last, last)).await;
    if reply.status == StatusCode::OK {
        return Ok(());
    }
    station.log.pop();
    assert!(reply.problem().kind() != Some(ProblemKind::Internal), "{}", reply.text());
    Err(reply.refused())
}

pub(crate) fn publish(group: &Group, unit: &str, record: &Record) {
    let path = group.folder.path().join("down.ndjson");
    std::fs::write(&path, record.line().unwrap().bytes).unwrap();
    group.run(&["publish", "--unit", unit, path.to_str().unwrap()]);
}

fn dossier(id: RecordId, rev: u32) -> Record {
    record(id, rev, &dossier_body("TA-1", rev, DossierState::Captured)).of_dossier(id)
}

pub(crate) fn assignment(id: RecordId, to: StationId, number: u32) -> Record {
    let body = Assignment { station: to, number, code: "TA-1".to_owned() };
    record(RecordId(uuid::Uuid::from_u128(u128::from(number))), number, &body).of_dossier(id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_has_one_station_at_a_time() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut first = group.station(&hub, "TTLT", 1).await;
    let mut second = group.station(&hub, "TTLT", 2).await;
    let id = first.name(1, 0);
    let page = |n| record_of_page(second_name(n), id, n, b"");
    assert_eq!(attempt(&mut second, &page(1)).await, Err(ProblemKind::Dangling), "no dossier was told of");
    assert_eq!(attempt(&mut first, &dossier(id, 1)).await, Ok(()));
    assert_eq!(attempt(&mut second, &dossier(id, 2)).await, Err(ProblemKind::NotOwner));
    assert_eq!(attempt(&mut second, &page(1)).await, Err(ProblemKind::NotOwner));

    publish(&group, "TTLT", &assignment(id, first.id, 1));
    let release = record(first.name(1, 7), 1, &Release { assignment: 1, reason: None }).of_dossier(id);
    assert_eq!(attempt(&mut first, &release).await, Ok(()));
    assert_eq!(attempt(&mut first, &dossier(id, 2)).await, Err(ProblemKind::NotOwner), "it was given up");
    assert_eq!(attempt(&mut second, &dossier(id, 2)).await, Err(ProblemKind::NotOwner), "and is nobody's yet");
    publish(&group, "TTLT", &assignment(id, second.id, 2));
    assert_eq!(attempt(&mut second, &dossier(id, 2)).await, Ok(()));
    assert_eq!(attempt(&mut second, &page(1)).await, Ok(()));
    assert_eq!(attempt(&mut first, &dossier(id, 3)).await, Err(ProblemKind::NotOwner));
    publish(&group, "TTLT", &assignment(id, first.id, 1));
    assert_eq!(attempt(&mut first, &dossier(id, 3)).await, Err(ProblemKind::NotOwner), "an old assignment comes late");
    check(&group, &first).await;
    check(&group, &second).await;
}

fn second_name(n: u32) -> RecordId {
    RecordId(uuid::Uuid::from_u128(0xabc0 + u128::from(n)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_cannot_take_over_what_another_told_of() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut first = group.station(&hub, "TTLT", 1).await;
    let mut second = group.station(&hub, "TTLT", 2).await;
    let (mine, yours) = (first.name(1, 0), second.name(1, 0));
    attempt(&mut first, &dossier(mine, 1)).await.unwrap();
    attempt(&mut second, &dossier(yours, 1)).await.unwrap();
    let document =
        Document { ordinal: 1, pages: 1, title: None, number: None, date: None, issuer: None, retired: None };
    let taken = first.name(1, 5);
    attempt(&mut first, &record(taken, 1, &document).of_dossier(mine)).await.unwrap();
    let stolen = record(taken, 2, &document).of_dossier(yours);
    assert_eq!(attempt(&mut second, &stolen).await, Err(ProblemKind::NotOwner));
    let finding =
        Finding { code: "x".to_owned(), severity: sohoa_model::Severity::Note, open: true, detail: None, of: None };
    attempt(&mut first, &record(taken, 1, &finding)).await.unwrap();
    assert_eq!(attempt(&mut second, &record(taken, 2, &finding)).await, Err(ProblemKind::NotOwner));
    let about = About {
        software: "9".to_owned(),
        disk_free: 1,
        disk_total: 2,
        backlog: 3,
        clock_offset_ms: None,
        pages_last_hour: None,
        reject_ppm: None,
    };
    assert_eq!(attempt(&mut second, &record(RecordId(first.id.0), 1, &about)).await, Err(ProblemKind::NotOwner));
    let own = record(RecordId(first.id.0), 1, &about);
    assert_eq!(attempt(&mut first, &own).await, Ok(()));
    assert_eq!(group.number("SELECT sum(backlog)::bigint FROM station").await, 3);
    check(&group, &first).await;
    check(&group, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_dossier_is_refused_and_what_hubs_write_too() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let id = station.name(1, 0);
    attempt(&mut station, &dossier(id, 1)).await.unwrap();
    let decision = Decision {
        decided: Decided::HoldOrdered,
        by: "minh".to_owned(),
        reason: Some("MẬT".to_owned()),
        of_rev: None,
        withdrawn: false,
    };
    let ordered = record(station.name(1, 9), 1, &decision).of_dossier(id);
    assert_eq!(attempt(&mut station, &ordered).await, Err(ProblemKind::RecordInvalid), "a station decides nothing");
    publish(&group, "TTLT", &ordered);
    assert_eq!(attempt(&mut station, &dossier(id, 2)).await, Err(ProblemKind::Held));
    let page = record_of_page(station.name(1, 1), id, 1, b"");
    assert_eq!(attempt(&mut station, &page).await, Err(ProblemKind::Held));
    let wanted = record(station.name(1, 8), 1, &FileWanted { sha256: Hash::of(b"x"), bytes: 1 });
    assert_eq!(attempt(&mut station, &wanted).await, Err(ProblemKind::RecordInvalid));
    let other = station.name(2, 0);
    assert_eq!(attempt(&mut station, &dossier(other, 1)).await, Ok(()), "the others go on");
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_has_one_content() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let id = station.name(1, 0);
    attempt(&mut station, &dossier(id, 1)).await.unwrap();
    let other = record(id, 1, &dossier_body("TA-1", 99, DossierState::Captured)).of_dossier(id);
    assert_eq!(attempt(&mut station, &other).await, Err(ProblemKind::RevConflict));
    let page = record_of_page(station.name(1, 1), id, 1, b"a");
    attempt(&mut station, &page).await.unwrap();
    let page = record_of_page(station.name(1, 1), id, 1, b"b");
    assert_eq!(attempt(&mut station, &page).await, Err(ProblemKind::RevConflict));
    // Within one batch, too.
    let fresh = station.name(2, 0);
    station.write(&dossier(fresh, 1));
    station.write(&record(fresh, 1, &dossier_body("TA-1", 99, DossierState::Captured)).of_dossier(fresh));
    let last = station.log.len();
    let reply = station.send(station.batch(last - 1, last)).await;
    assert_eq!((reply.refused(), reply.problem().seq), (ProblemKind::RevConflict, Some(last as u64)));
    station.log.truncate(last - 2);
    check(&group, &station).await;
}
