//! Rebuild: what the batches say is what the tables have, whatever was done to the tables, and nothing else is touched.

use std::fs;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sohoa_hub::database::{rows, sql, value};
use sohoa_model::Severity;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::body::{Decided, Decision, Document, Event, Finding, Outcome, Release, Station as About};
use sohoa_wire::{ProblemKind, RecordId};

use crate::browser::{Browser, PASSWORD, let_in};
use crate::group::{Group, Process};
use crate::log::check;
use crate::owners::{assignment, publish};
use crate::reading::{indexed, one};
use crate::station::{Station, dossier_body, record, record_of_page};

/// Every table that a rebuild answers for, row by row; counters of nothing are left out, they say nothing.
const TABLES: [(&str, &str); 14] = [
    ("fonds", "SELECT to_jsonb(t)::text FROM fonds t ORDER BY 1"),
    ("dossier", "SELECT to_jsonb(t)::text FROM dossier t ORDER BY 1"),
    ("page", "SELECT to_jsonb(t)::text FROM page t ORDER BY 1"),
    ("item", "SELECT to_jsonb(t)::text FROM item t ORDER BY 1"),
    ("work", "SELECT to_jsonb(t)::text FROM work t ORDER BY 1"),
    ("progress", "SELECT to_jsonb(t)::text FROM progress t WHERE dossiers <> 0 OR pages <> 0 OR bytes <> 0 ORDER BY 1"),
    ("progress_top", "SELECT to_jsonb(t)::text FROM progress_top t WHERE dossiers <> 0 OR pages <> 0 ORDER BY 1"),
    ("amount", "SELECT to_jsonb(t)::text FROM amount t WHERE dossiers <> 0 OR pages <> 0 ORDER BY 1"),
    ("accepted_day", "SELECT to_jsonb(t)::text FROM accepted_day t WHERE dossiers <> 0 OR pages <> 0 ORDER BY 1"),
    ("assignment", "SELECT to_jsonb(t)::text FROM assignment t ORDER BY 1"),
    ("hold", "SELECT to_jsonb(t)::text FROM hold t ORDER BY 1"),
    ("station", "SELECT (to_jsonb(t) - 'seen_at' - 'skew_ms' - 'moved_at')::text FROM station t ORDER BY 1"),
    ("page_text", "SELECT to_jsonb(t)::text FROM page_text t ORDER BY 1"),
    ("unit_use", "SELECT concat(unit_no, ' ', sum(bytes)) FROM unit_use GROUP BY unit_no ORDER BY 1"),
];

type Dump = Vec<(&'static str, Vec<String>)>;

async fn dump(group: &Group) -> Dump {
    let mut dump = Vec::new();
    for (table, question) in TABLES {
        let found: Vec<(String,)> = rows(question).fetch_all(&group.pool).await.unwrap();
        dump.push((table, found.into_iter().map(|row| row.0).collect()));
    }
    dump
}

#[track_caller]
fn same(before: &Dump, after: &Dump) {
    for ((table, before), (_, after)) in before.iter().zip(after) {
        assert_eq!(before, after, "{table}");
    }
}

fn event(kind: &str, agent: &str, detail: &str) -> Event {
    Event {
        event_type: kind.to_owned(),
        outcome: Outcome::Success,
        agent: agent.to_owned(),
        detail: Some(detail.to_owned()),
        objects: Vec::new(),
    }
}

fn order(withdrawn: bool) -> Decision {
    let reason = Some("MẬT".to_owned());
    Decision { decided: Decided::HoldOrdered, by: "nam".to_owned(), reason, of_rev: None, withdrawn }
}

fn about(backlog: u64) -> About {
    About {
        software: "0.1.0".to_owned(),
        disk_free: 7 + backlog,
        disk_total: 99,
        backlog,
        clock_offset_ms: None,
        pages_last_hour: Some(12),
        reject_ppm: None,
    }
}

async fn put_all(station: &Station, files: Vec<Vec<u8>>) {
    for file in files {
        assert_eq!(station.put(&file).await.status, StatusCode::CREATED);
    }
}

/// Sends what was written since a position.
async fn send(station: &Station, sent: &mut usize) {
    station.send_from(*sent + 1).await;
    *sent = station.log.len();
}

/// Three stations of two units: dossiers in many states and revisions, of which one is held, one was held and is not any
/// more, one went to another station; documents, findings, texts, and what people did.
async fn fill(group: &Group, hub: &Process) -> [Station; 3] {
    let mut first = group.station(hub, "TTLT", 1).await;
    let mut second = group.station(hub, "TTLT", 2).await;
    let mut third = group.station(hub, "OTHER", 3).await;
    let mut sent = 0;
    for (dossier, pages) in [(1, 2), (2, 1), (4, 0), (5, 1), (6, 1), (7, 1)] {
        let files = first.scan(dossier, pages);
        put_all(&first, files).await;
    }
    first.write(&record(RecordId(first.id.0), 1, &about(3)));
    send(&first, &mut sent).await;
    one(&mut first, 3, "Giấy khai sinh").await;
    sent = first.log.len();

    let mut accepted = dossier_body("TA-1", 2, DossierState::Accepted);
    accepted.accepted_on = Some("2026-11-20".to_owned());
    accepted.value_class = Some("vv".to_owned());
    let mut moved = dossier_body("TA-2", 1, DossierState::Signed);
    moved.fonds = "BTP".to_owned();
    moved.rescan = true;
    let mut retired = dossier_body("TA-4", 0, DossierState::Captured);
    retired.retired = Some("trùng".to_owned());
    for (dossier, body) in [(1, &accepted), (2, &moved), (4, &retired)] {
        let id = first.name(dossier, 0);
        first.write(&record(id, 2, body).of_dossier(id));
    }
    let id = first.name(1, 0);
    let open = |open| Finding { code: "faint".to_owned(), severity: Severity::Warn, open, detail: None, of: None };
    let finding = first.name(1, 9);
    first.write(&record(finding, 1, &open(true)).of_dossier(id));
    let document = Document {
        ordinal: 1,
        pages: 2,
        title: Some("Đơn".to_owned()),
        number: None,
        date: None,
        issuer: None,
        retired: None,
    };
    first.write(&record(first.name(1, 8), 1, &document).of_dossier(id));
    for (place, event) in [
        (20, event("ingestion", "Lê Thị Lan", r#"{"pages":2,"replaces":null}"#)),
        (21, event("ingestion", "Lê Thị Lan", r#"{"pages":1,"replaces":"ab"}"#)),
        (22, event("acceptance", "Vũ Đình Nam", "{}")),
    ] {
        first.write(&record(first.name(1, place), 1, &event).of_dossier(id));
    }
    send(&first, &mut sent).await;
    // A finding is closed, an acceptance is taken back, a page is another one.
    first.write(&record(finding, 2, &open(false)).of_dossier(id));
    first.write(&record(id, 3, &dossier_body("TA-1", 2, DossierState::Signed)).of_dossier(id));
    first.write(&record(first.name(1, 23), 1, &event("rejection", "Vũ Đình Nam", "{}")).of_dossier(id));
    let mut page = record_of_page(first.name(1, 2), id, 2, b"other");
    page.rev = 2;
    first.write(&page);
    first.write(&record(RecordId(first.id.0), 2, &about(0)));
    send(&first, &mut sent).await;

    // An order to hold that was taken back, and of that the station heard; and one that stands.
    let (was_held, is_held) = (first.name(5, 0), first.name(6, 0));
    let taken_back = record(first.name(5, 91), 1, &order(true)).of_dossier(was_held);
    publish(group, "TTLT", &record(first.name(5, 90), 1, &order(false)).of_dossier(was_held));
    publish(group, "TTLT", &taken_back);
    let heard = event("hold withdrawn", "hub", &format!("{{\"order\":\"{}\"}}", taken_back.id));
    first.write(&record(first.name(5, 24), 1, &heard).of_dossier(was_held));
    first.write(&record(was_held, 2, &dossier_body("TA-5", 1, DossierState::Checked)).of_dossier(was_held));
    send(&first, &mut sent).await;
    publish(group, "TTLT", &record(first.name(6, 90), 1, &order(false)).of_dossier(is_held));

    // A dossier that was given up is nobody's.
    let given_up = first.name(2, 0);
    publish(group, "TTLT", &assignment(given_up, first.id, 1));
    first.write(&record(first.name(2, 25), 1, &Release { assignment: 1, reason: None }).of_dossier(given_up));
    send(&first, &mut sent).await;
    // Another one goes from a station to one that was there before it, which has more of it.
    let given = second.name(1, 0);
    let files = second.scan(1, 1);
    put_all(&second, files).await;
    let captured = event("ingestion", "Trần Bình", r#"{"pages":1,"replaces":null}"#);
    second.write(&record(second.name(1, 26), 1, &captured).of_dossier(given));
    second.send_from(1).await;
    publish(group, "TTLT", &assignment(given, second.id, 1));
    second.write(&record(second.name(1, 25), 1, &Release { assignment: 1, reason: None }).of_dossier(given));
    second.send_from(second.log.len()).await;
    publish(group, "TTLT", &assignment(given, first.id, 2));
    first.write(&record(given, 2, &dossier_body("TA-1", 9, DossierState::Delivered)).of_dossier(given));
    first.write(&record_of_page(first.name(7, 9), given, 2, b"first"));
    first.write(&record(first.name(7, 26), 1, &captured).of_dossier(given));
    send(&first, &mut sent).await;

    let files = third.scan(1, 3);
    put_all(&third, files).await;
    accepted.fonds = "BTP".to_owned();
    third.write(&record(third.name(1, 0), 2, &accepted).of_dossier(third.name(1, 0)));
    third.send_from(1).await;
    indexed(group).await;
    [first, second, third]
}

/// Everything that bodies say is gone; what the hub decided is there.
async fn empty(group: &Group) {
    let wipe = [
        "TRUNCATE dossier, page, item, work, progress, progress_top, amount, accepted_day",
        "TRUNCATE page_text, unit_use",
        "UPDATE station SET software = NULL, disk_free = NULL, disk_total = NULL, pages_last_hour = NULL",
    ];
    for text in wipe {
        sql(text).execute(&group.pool).await.unwrap();
    }
}

fn compare(group: &Group) -> Output {
    group.command(&["rebuild", "--compare"]).output().unwrap()
}

#[track_caller]
fn is_same(group: &Group) {
    let output = compare(group);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("nothing was changed"), "{said} {output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_of_empty_tables_gives_what_they_were() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let stations = fill(&group, &hub).await;
    let before = dump(&group).await;
    for (table, rows) in &before {
        assert!(!rows.is_empty(), "nothing is tried of {table}");
    }
    is_same(&group);
    let said = group.run(&["rebuild"]);
    assert!(said.contains("nothing was changed"), "{said}");
    same(&before, &dump(&group).await);

    empty(&group).await;
    let output = compare(&group);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(group.number("SELECT count(*) FROM dossier").await, 0, "a comparison changes nothing");
    let said = group.run(&["rebuild"]);
    for line in [
        &format!("Trạm 3 ({}): 7 batches, {} records\n", stations[0].id, stations[0].log.len()),
        &format!("Trạm 3 ({}): 1 batches, {} records\n", stations[2].id, stations[2].log.len()),
        "dossier: 9 rows are missing, 0 too many, 0 have other values\n",
        "page_text: 1 rows are missing, 0 too many, 0 have other values\n",
        "station: 0 rows are missing, 0 too many, 1 have other values\n",
        "the tables are what the batches say now\n",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    indexed(&group).await;
    same(&before, &dump(&group).await);
    is_same(&group);
    let json: serde_json::Value = serde_json::from_str(&group.run(&["rebuild", "--json"])).unwrap();
    assert_eq!((json["logs"][0]["batches"].as_u64(), json["differences"].as_array().unwrap().len()), (Some(7), 0));

    // Fonds whose numbers are lost get new ones.
    let by_code = "SELECT concat(d.dossier, f.unit_no, f.code, p.dossiers) FROM dossier d JOIN fonds f USING (fonds_no) \
        LEFT JOIN progress p USING (station_no, fonds_no, state) ORDER BY 1";
    let before: Vec<String> = value(by_code).fetch_all(&group.pool).await.unwrap();
    sql("TRUNCATE fonds, dossier").execute(&group.pool).await.unwrap();
    let said = group.run(&["rebuild"]);
    assert!(
        said.contains("fonds: 3 rows are missing, 0 too many") && said.contains("dossier: 9 rows are missing"),
        "{said}"
    );
    assert_eq!(before, value::<String>(by_code).fetch_all(&group.pool).await.unwrap());

    // Stations go on as if nothing had been.
    for mut station in stations {
        let id = station.name(8, 0);
        station.write(&record(id, 1, &dossier_body("TA-8", 1, DossierState::Captured)).of_dossier(id));
        station.send_from(station.log.len()).await;
    }
    is_same(&group);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_the_tables_by_hand_is_found_and_mended() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let stations = fill(&group, &hub).await;
    let before = dump(&group).await;
    for damage in [
        "INSERT INTO fonds (unit_no, code) SELECT unit_no, 'XX' FROM unit",
        "UPDATE dossier SET title = 'x' WHERE code = 'TA-1'",
        "DELETE FROM page WHERE ordinal = 3",
        "UPDATE page SET retired = true WHERE ordinal = 1",
        "DELETE FROM item WHERE kind = 'document'",
        "INSERT INTO item (kind, id, rev, line8, station_no, seq, body) \
             SELECT 'finding', '01970000-0000-7000-8000-000000000001', 1, 0, 1, 1, '{\"open\": true}'",
        "UPDATE work SET again = again + 1 WHERE event = 'ingestion'",
        "DELETE FROM progress WHERE dossiers > 0 AND state = 6",
        "UPDATE progress_top SET bytes = bytes + 1 WHERE station_no = 3",
        "UPDATE amount SET pages = pages + 1 WHERE is_done AND dossiers > 0",
        "INSERT INTO accepted_day SELECT unit_no, '2026-11-21', '', false, 0, 1, 1 FROM unit WHERE code = 'OTHER'",
        "DELETE FROM accepted_day WHERE dossiers = 0",
        "DELETE FROM assignment WHERE released",
        "INSERT INTO hold SELECT (line::jsonb->>'dossier')::uuid, 'x', 'x', now(), (line::jsonb->>'id')::uuid \
             FROM feed WHERE line LIKE '%\"withdrawn\":true%'",
        "UPDATE station SET software = '9'",
        "DELETE FROM page_text",
        "UPDATE unit_use SET bytes = bytes + 1 WHERE unit_no = (SELECT min(unit_no) FROM unit)",
    ] {
        sql(damage).execute(&group.pool).await.unwrap();
    }
    let damaged = dump(&group).await;
    let output = compare(&group);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    let found = said.lines().filter(|line| line.contains("rows are missing")).collect::<Vec<_>>();
    let told = [
        ("fonds", [0, 2, 0]),
        ("dossier", [0, 0, 3]),
        ("page", [1, 0, 8]),
        ("item", [1, 1, 0]),
        ("work", [0, 0, 2]),
        ("progress", [2, 0, 0]),
        ("progress_top", [0, 0, 1]),
        ("amount", [0, 0, 2]),
        ("accepted_day", [0, 1, 0]),
        ("assignment", [1, 0, 0]),
        ("hold", [0, 1, 0]),
        ("station", [0, 0, 3]),
        ("page_text", [1, 0, 0]),
        ("unit_use", [0, 0, 1]),
    ];
    let told = told.map(|(table, [missing, odd, other])| {
        format!("{table}: {missing} rows are missing, {odd} too many, {other} have other values")
    });
    assert_eq!(found, told);
    same(&damaged, &dump(&group).await);

    let said = group.run(&["rebuild"]);
    assert!(said.ends_with("the tables are what the batches say now\n"), "{said}");
    indexed(&group).await;
    same(&before, &dump(&group).await);
    is_same(&group);
    for station in &stations {
        check(&group, station).await;
    }
}

/// A rebuild that must stop: what it says, and that nothing is changed.
async fn stops(group: &Group, words: &str) {
    let before = dump(group).await;
    for line in [&["rebuild"][..], &["rebuild", "--compare"]] {
        let output = group.command(line).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "it is told apart from tables that differ");
        assert!(
            said.starts_with("sohoa-hub: the tables are as they were: ") && said.contains(words),
            "{words}: {said}"
        );
    }
    same(&before, &dump(group).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_missing_or_not_its_own_stops_a_rebuild_and_nothing_changes() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    for dossier in 1..=3 {
        let sent = station.log.len();
        station.scan(dossier, 0);
        station.send_from(sent + 1).await;
    }
    let before = dump(&group).await;
    // Something that a rebuild would change.
    sql("UPDATE dossier SET title = 'x'").execute(&group.pool).await.unwrap();
    let bodies = group.objects("b");
    assert_eq!(bodies.len(), 3);
    let whole = fs::read(&bodies[1]).unwrap();

    fs::remove_file(&bodies[1]).unwrap();
    stops(&group, "the body of records 2 to 2 of Trạm 3 (b/").await;
    stops(&group, ") is not in the store").await;
    let body = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut flipped = whole.clone();
    flipped[body + 20] ^= 1;
    fs::write(&bodies[1], &flipped).unwrap();
    stops(&group, "is damaged: its digest is not the one of its row").await;
    fs::write(&bodies[1], &whole[body..]).unwrap();
    stops(&group, "is damaged: it does not begin with the header of a batch").await;
    // Whole and signed, but another batch's, with a row that has its digest.
    let other = fs::read(&bodies[0]).unwrap();
    fs::write(&bodies[1], &other).unwrap();
    let digests =
        "UPDATE batch b SET body_sha256 = o.body_sha256 FROM batch o WHERE b.first_seq = 2 AND o.first_seq = $1";
    sql(digests).bind(1_i64).execute(&group.pool).await.unwrap();
    stops(&group, "is damaged: its header speaks of another batch than its row").await;
    fs::write(&bodies[1], &whole).unwrap();
    sql("UPDATE batch SET body_sha256 = $1 WHERE first_seq = 2")
        .bind(sohoa_wire::Hash::of(&whole[body..]).0.as_slice())
        .execute(&group.pool)
        .await
        .unwrap();

    for (damage, repair, words) in [
        (
            "UPDATE station_key SET epoch = 7",
            "UPDATE station_key SET epoch = 1",
            "is damaged: the hub has no key of its station for epoch 1",
        ),
        (
            "UPDATE station SET seq = 4",
            "UPDATE station SET seq = 3",
            "the batches of Trạm 3 lead to record 3, and its head is another, at record 4",
        ),
        (
            "CREATE TABLE gone AS SELECT * FROM batch WHERE first_seq = 2; DELETE FROM batch WHERE first_seq = 2",
            "INSERT INTO batch OVERRIDING SYSTEM VALUE SELECT * FROM gone; DROP TABLE gone",
            "records 3 to 3 of Trạm 3",
        ),
        (
            "CREATE TABLE gone AS SELECT * FROM batch WHERE first_seq = 3; DELETE FROM batch WHERE first_seq = 3",
            "INSERT INTO batch OVERRIDING SYSTEM VALUE SELECT * FROM gone; DROP TABLE gone",
            "the batches of Trạm 3 lead to record 2, and its head is another, at record 3",
        ),
        (
            "ALTER TABLE dossier RENAME COLUMN rescan TO other",
            "ALTER TABLE dossier RENAME COLUMN other TO rescan",
            "PostgreSQL failed at records 1 to 1 of Trạm 3 (b/",
        ),
    ] {
        sqlx_core::raw_sql::raw_sql(damage).execute(&group.pool).await.unwrap();
        stops(&group, words).await;
        sqlx_core::raw_sql::raw_sql(repair).execute(&group.pool).await.unwrap();
    }
    let key: Vec<u8> = value("SELECT public_key FROM station_key").fetch_one(&group.pool).await.unwrap();
    let stranger = sohoa_wire::SecretKey::from_bytes(&[9; 32]).public().to_bytes();
    for (key, words) in [(stranger.to_vec(), Some("is damaged: the batch is not signed by its station")), (key, None)] {
        sql("UPDATE station_key SET public_key = $1").bind(key).execute(&group.pool).await.unwrap();
        if let Some(words) = words {
            stops(&group, words).await;
        }
    }
    group.run(&["rebuild"]);
    same(&before, &dump(&group).await);
    check(&group, &station).await;
}

/// Waits until a rebuild waits for a row that somebody else has.
async fn waits_for_a_row(group: &Group) {
    let end = Instant::now() + Duration::from_secs(60);
    let question = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
        WHERE NOT l.granted AND l.locktype = 'transactionid' AND a.datname = current_database()";
    while group.number(question).await == 0 {
        assert!(Instant::now() < end, "it does not come so far");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_change_meanwhile_is_not_overwritten() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 0).await;
    let before = dump(&group).await;
    sql("UPDATE dossier SET title = 'x'").execute(&group.pool).await.unwrap();
    let mut other = group.pool.begin().await.unwrap();
    sql("UPDATE dossier SET title = 'y'").execute(&mut *other).await.unwrap();
    let child = group.command(&["rebuild"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    waits_for_a_row(&group).await;
    other.commit().await.unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("as they were: others were changing the same tables"), "{said}");
    let titles: Vec<String> = value("SELECT title FROM dossier").fetch_all(&group.pool).await.unwrap();
    assert_eq!(titles, ["y"]);
    group.run(&["rebuild"]);
    same(&before, &dump(&group).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_rebuild_mends_only_batches_are_put_off_and_they_leave_nothing_behind() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.scan(1, 0);
    station.scan(2, 0);
    station.send_from(1).await;
    let id = station.name(2, 0);
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let mut supervisor = Browser::new(&hub);
    supervisor.sign_in("nam", PASSWORD).await;
    let token = supervisor.get(&format!("/dossiers/{id}")).await.token();
    for damage in
        ["UPDATE dossier SET title = 'x'", "DELETE FROM progress", "UPDATE progress_top SET bytes = bytes + 1"]
    {
        sql(damage).execute(&group.pool).await.unwrap();
    }
    sql("UPDATE station SET software = '9'").execute(&group.pool).await.unwrap();
    station.scan(3, 0);

    let mut other = group.pool.begin().await.unwrap();
    sql("SELECT FROM progress_top FOR UPDATE").execute(&mut *other).await.unwrap();
    let child = group.command(&["rebuild"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    waits_for_a_row(&group).await;
    let reply = station.send(station.batch(3, 3)).await;
    assert_eq!((reply.refused(), &reply.headers["retry-after"]), (ProblemKind::Unavailable, &"5".parse().unwrap()));
    assert_eq!(reply.problem().detail.as_deref(), Some("the tables are being rebuilt"));
    assert_eq!(group.objects("b").len(), 1, "nothing of it stays in the store");
    assert_eq!(station.get("/v1/station?waiting=7").await.status, StatusCode::OK);
    let hold = [("token", token.as_str()), ("rev", "1"), ("decide", "hold"), ("reason", "MẬT")];
    assert_eq!(supervisor.post(&format!("/dossiers/{id}"), &hold).await.status, StatusCode::SEE_OTHER);
    group.station(&hub, "OTHER", 2).await.hello().await;
    assert_eq!(group.number("SELECT backlog FROM station WHERE seq > 0").await, 7, "it is written");

    other.rollback().await.unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(group.number("SELECT count(*) FROM dossier WHERE title = 'x'").await, 0);
    assert_eq!(group.number("SELECT count(*) FROM station WHERE software IS NOT NULL").await, 0);
    assert_eq!(group.number("SELECT backlog FROM station WHERE seq > 0").await, 7, "it stays");
    assert_eq!(group.number("SELECT count(*) FROM hold").await, 1);
    assert_eq!(station.send(station.batch(3, 3)).await.status, StatusCode::OK);
    is_same(&group);

    // Whatever else a batch fails at before its commit leaves nothing behind either.
    station.scan(4, 0);
    let mut other = group.pool.begin().await.unwrap();
    sql("SELECT FROM station FOR UPDATE").execute(&mut *other).await.unwrap();
    assert_eq!(station.send(station.batch(4, 4)).await.refused(), ProblemKind::Unavailable);
    other.rollback().await.unwrap();
    assert_eq!(group.objects("b").len(), 2);
    assert_eq!(station.send(station.batch(4, 4)).await.status, StatusCode::OK);
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_killed_in_the_middle_has_changed_nothing_and_batches_come_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.scan(1, 0);
    station.scan(2, 0);
    station.send_from(1).await;
    let before = dump(&group).await;
    sql("UPDATE dossier SET title = 'x'").execute(&group.pool).await.unwrap();
    sql("DELETE FROM progress").execute(&group.pool).await.unwrap();
    let damaged = dump(&group).await;
    station.scan(3, 0);

    let mut other = group.pool.begin().await.unwrap();
    sql("SELECT FROM dossier WHERE code = 'TA-2' FOR UPDATE").execute(&mut *other).await.unwrap();
    let mut child = group.command(&["rebuild"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    waits_for_a_row(&group).await;
    assert_eq!(station.send(station.batch(3, 3)).await.refused(), ProblemKind::Unavailable, "it is put off");
    child.kill().unwrap();
    child.wait().unwrap();
    // PostgreSQL notices that nobody is there any more, though what was waited for did not come.
    let end = Instant::now() + Duration::from_secs(60);
    let turns = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
        WHERE l.locktype = 'advisory' AND d.datname = current_database()";
    while group.number(turns).await > 0 {
        assert!(Instant::now() < end, "the turn stays taken");
    }
    other.rollback().await.unwrap();
    // A batch has its turn then, and comes of itself to the next rebuild.
    assert_eq!(station.send(station.batch(3, 3)).await.status, StatusCode::OK);
    let after = dump(&group).await;
    let own = |dump: &Dump, table: &str| {
        let (_, rows) = dump.iter().find(|(found, _)| *found == table).unwrap();
        rows.iter().filter(|row| !row.contains("TA-3")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(own(&damaged, "dossier"), own(&after, "dossier"));
    group.run(&["rebuild"]);
    assert_eq!(own(&before, "dossier"), own(&dump(&group).await, "dossier"));
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_that_goes_to_another_unit_is_counted_there_and_not_here() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut first = group.station(&hub, "TTLT", 1).await;
    let mut second = group.station(&hub, "OTHER", 2).await;
    first.scan(1, 0);
    first.scan(2, 0);
    let id = first.name(1, 0);
    let mut accepted = dossier_body("TA-1", 3, DossierState::Accepted);
    accepted.accepted_on = Some("2026-11-20".to_owned());
    first.write(&record(id, 2, &accepted).of_dossier(id));
    first.send_from(1).await;
    publish(&group, "TTLT", &assignment(id, first.id, 1));
    first.write(&record(first.name(1, 25), 1, &Release { assignment: 1, reason: None }).of_dossier(id));
    first.send_from(4).await;
    publish(&group, "OTHER", &assignment(id, second.id, 2));
    second.write(&record(id, 3, &accepted).of_dossier(id));
    second.send_from(1).await;
    let counted = "SELECT concat_ws(' ', u.code, t.what, sum(t.dossiers), sum(t.pages)) FROM (
            SELECT unit_no, 'amount' AS what, dossiers, pages FROM amount
            UNION ALL SELECT unit_no, 'day', dossiers, pages FROM accepted_day) t JOIN unit u USING (unit_no)
        GROUP BY u.code, t.what ORDER BY 1";
    let counted: Vec<String> = value(counted).fetch_all(&group.pool).await.unwrap();
    assert_eq!(counted, ["OTHER amount 1 3", "OTHER day 1 3", "TTLT amount 1 0", "TTLT day 0 0"]);
    is_same(&group);
    check(&group, &first).await;
    check(&group, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_indexed_though_its_marker_was_taken_before_its_page_was_mended() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    one(&mut station, 1, "Giấy khai sinh").await;
    indexed(&group).await;
    let before = dump(&group).await;
    for damage in [
        "INSERT INTO text_waiting (dossier, page, unit_no, taken_until) \
             SELECT dossier, page, unit_no, now() + interval '1 hour' FROM page_text",
        "DELETE FROM page_text",
        "DELETE FROM page",
    ] {
        sql(damage).execute(&group.pool).await.unwrap();
    }
    group.run(&["rebuild"]);
    // What the hub that took it does then: it finds no page.
    sql("DELETE FROM text_waiting WHERE taken_until > now() + interval '30 minutes'")
        .execute(&group.pool)
        .await
        .unwrap();
    indexed(&group).await;
    same(&before, &dump(&group).await);
}

/// What a rebuild or a comparison says that finds something which no batch mends.
#[track_caller]
fn stays(group: &Group, line: &[&str], words: &[&str]) {
    let output = group.command(line).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    for words in words {
        assert!(said.contains(words), "{words} is not in {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_whose_rows_are_lost_are_told_and_count_in_the_use_of_their_unit() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.scan(1, 3);
    put_all(&station, files.clone()).await;
    station.send_from(1).await;
    is_same(&group);
    let uses = "SELECT sum(bytes)::bigint FROM unit_use";
    let before = group.number(uses).await;
    let gone = sohoa_wire::Hash::of(&files[0]).0;
    sql("DELETE FROM file WHERE sha256 = $1").bind(gone.as_slice()).execute(&group.pool).await.unwrap();
    let other = sohoa_wire::Hash::of(&files[1]).0;
    let told = "file: 1 rows are missing, 0 too many, 0 have other values; no batch mends that\n";
    for line in [&["rebuild"][..], &["rebuild", "--compare"]] {
        stays(&group, line, &[told, "and no batch mends that; nothing was changed\n"]);
    }
    assert_eq!(group.number(uses).await, before, "it is not lowered");
    sql("UPDATE unit_use SET bytes = 1").execute(&group.pool).await.unwrap();
    stays(
        &group,
        &["rebuild"],
        &[told, "unit_use: 0 rows are missing, 0 too many, 1 have", "now, but for what no batch"],
    );
    assert_eq!(group.number(uses).await, before);
    // Sent anew it is there, and counts as what waits for its record.
    assert_eq!(station.put(&files[0]).await.status, StatusCode::CREATED);
    let said = group.run(&["rebuild"]);
    assert!(said.contains("unit_use: 0 rows are missing, 0 too many, 1 have") && !said.contains("file:"), "{said}");
    let both = "SELECT ((SELECT sum(bytes) FROM unit_use) + (SELECT sum(bytes) FROM staged))::bigint";
    assert_eq!(group.number(both).await, before);
    is_same(&group);
    sql("UPDATE file SET bytes = bytes + 1 WHERE sha256 = $1")
        .bind(other.as_slice())
        .execute(&group.pool)
        .await
        .unwrap();
    stays(&group, &["rebuild"], &["file: 0 rows are missing, 0 too many, 1 have other values; no batch mends that\n"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_hub_gave_to_a_station_is_not_given_up_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    fill(&group, &hub).await;
    sql("UPDATE assignment SET released = false WHERE released").execute(&group.pool).await.unwrap();
    let before = dump(&group).await;
    let told = "assignment: 0 rows are missing, 0 too many, 1 have other values; no batch mends that\n";
    for line in [&["rebuild"][..], &["rebuild", "--compare"]] {
        stays(&group, line, &[told]);
    }
    sql("UPDATE dossier SET title = 'x' WHERE code = 'TA-1'").execute(&group.pool).await.unwrap();
    stays(&group, &["rebuild"], &[told, "dossier: 0 rows are missing, 0 too many, 3 have other values\n"]);
    same(&before, &dump(&group).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_this_version_would_refuse_stops_a_rebuild() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 0).await;
    let id = station.name(2, 0);
    let mut body = dossier_body("TA-2", 1, DossierState::Captured);
    body.title = Some("x".repeat(5000));
    station.write(&record(id, 1, &body).of_dossier(id));
    // As another version would have taken it.
    let ask = station.batch(2, 2);
    let (_, header) = ask.fields.iter().find(|(name, _)| *name == sohoa_wire::batch::FIELD).unwrap();
    let first = serde_json::json!({ "batch": header, "received_ms": 0, "skew_ms": 0 }).to_string();
    let object = [first.as_bytes(), b"\n", &ask.body].concat();
    fs::write(group.folder.path().join("store/b/other"), object).unwrap();
    sql("INSERT INTO batch (station_no, epoch, first_seq, last_seq, chain, key, body_sha256, received_at, skew_ms) \
         SELECT station_no, 1, 2, 2, $1, 'b/other', $2, now(), 0 FROM station")
    .bind(station.chain(2).0.0.as_slice())
    .bind(sohoa_wire::Hash::of(&ask.body).0.as_slice())
    .execute(&group.pool)
    .await
    .unwrap();
    let head = "UPDATE station SET seq = 2, chain = $1";
    sql(head).bind(station.chain(2).0.0.as_slice()).execute(&group.pool).await.unwrap();
    stops(&group, "records 2 to 2 of Trạm 3 (b/other) cannot be applied: ").await;
    stops(&group, ": a title is over 4096 bytes long").await;
}
