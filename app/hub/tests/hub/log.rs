//! A log on its way: enrol, upload, send, send again, out of order, through two hubs at once, and back.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::api::{FileOffer, FilesMissing, FilesQuery};
use sohoa_wire::{Ack, BatchHeader, Chain, Hash, LogLine, ProblemKind, Signed, codec};

use crate::group::Group;
use crate::station::{Ask, Station, dossier_body, record};

/// What the stored bodies of a station say, read without the database: the lines in their order.
pub(crate) fn stored_lines(group: &Group, station: &Station) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut chain = Chain::start(station.id);
    for path in group.objects(&format!("b/{}", station.id)) {
        let object = std::fs::read(&path).expect("an object");
        let end = object.iter().position(|byte| *byte == b'\n').expect("a first line");
        let first: serde_json::Value = serde_json::from_slice(&object[..end]).expect("JSON");
        let header = BatchHeader::read(first["batch"].as_str().expect("a header")).expect("a header");
        assert_eq!(header.verify(&station.key.public()), Ok(()), "the signature outlives the request");
        assert_eq!(header.claim.prev, chain, "{}", path.display());
        let unpacked = codec::decode(&object[end + 1..]).expect("a body");
        chain = chain.then_all(unpacked.iter().map(|line| LogLine::read(line).expect("a line").line().hash));
        assert_eq!(header.claim.chain, chain);
        lines.extend(unpacked);
    }
    lines
}

/// What must hold whatever happened: nothing doubled, nothing lost, counters right, every named file there.
pub(crate) async fn check(group: &Group, station: &Station) {
    let lines = stored_lines(group, station);
    let own: Vec<_> = station.log.iter().map(|line| line.bytes.clone()).collect();
    assert_eq!(lines, own, "the log in the store is the station's");
    let records: Vec<_> = lines.iter().filter_map(|line| LogLine::read(line).ok()?.record().cloned()).collect();
    let distinct: BTreeSet<_> = records.iter().map(|record| (record.kind, record.id, record.rev)).collect();
    assert_eq!(distinct.len(), records.len(), "nothing is in the log twice");
    let hello = station.hello().await;
    assert_eq!((hello.seq, hello.chain), (own.len() as u64, station.chain(own.len())));
    for file in records.iter().flat_map(|record| &record.files) {
        let reply = station.get(&format!("/v1/files/{}", file.sha256)).await;
        assert_eq!((reply.status, Hash::of(&reply.body)), (StatusCode::OK, file.sha256), "a named file is there");
    }
    let wrong = "SELECT count(*) FROM (SELECT station_no, fonds_no, state, count(*) AS d, sum(pages) AS p, \
        sum(a4_thousandths) AS a, sum(bytes) AS b FROM dossier WHERE NOT retired GROUP BY 1, 2, 3) c \
        FULL JOIN (SELECT * FROM progress WHERE dossiers <> 0) q USING (station_no, fonds_no, state) \
        WHERE (c.d, c.p, c.a, c.b) IS DISTINCT FROM (q.dossiers, q.pages, q.a4_thousandths, q.bytes)";
    assert_eq!(group.number(wrong).await, 0, "counters are what a recount says");
    let wrong = "SELECT count(*) FROM (SELECT station_no, state, sum(dossiers) AS d, sum(pages) AS p FROM progress \
        GROUP BY 1, 2) c FULL JOIN progress_top q USING (station_no, state) \
        WHERE (c.d, c.p) IS DISTINCT FROM (q.dossiers, q.pages)";
    assert_eq!(group.number(wrong).await, 0, "the counters of counters too");
    let doubled = "SELECT count(*) - count(DISTINCT page) FROM page";
    assert_eq!(group.number(doubled).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_arrives_once_and_the_acknowledgement_is_given_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let hello = station.hello().await;
    assert_eq!((hello.seq, hello.stable_seq, hello.generation), (0, 0, 1));
    assert!(hello.majors.contains(&"page/1".to_owned()));

    let files = station.scan(1, 3);
    let offers = files.iter().map(|file| FileOffer { sha256: Hash::of(file), bytes: file.len() as u64 }).collect();
    let query = Ask::new(Method::POST, "/v1/files/query")
        .field("content-type", "application/json")
        .body(serde_json::to_vec(&FilesQuery { files: offers }).unwrap());
    let missing: FilesMissing = serde_json::from_slice(&station.send(query.clone()).await.body).unwrap();
    assert_eq!(missing.missing, files.iter().map(|file| Hash::of(file)).collect::<Vec<_>>());

    let early = station.send(station.batch(1, station.log.len())).await;
    assert_eq!(early.refused(), ProblemKind::FilesMissing, "metadata never arrives before its files");
    assert_eq!(early.problem().missing.len(), 3);
    assert_eq!(group.objects("b").len(), 0, "nothing is stored of a batch that was refused");
    assert_eq!(group.number("SELECT count(*) FROM dossier").await, 0);

    for file in &files {
        assert_eq!(station.put(file).await.status, StatusCode::CREATED);
        assert_eq!(station.put(file).await.status, StatusCode::OK, "the second time there is nothing to store");
    }
    let missing: FilesMissing = serde_json::from_slice(&station.send(query).await.body).unwrap();
    assert!(missing.missing.is_empty());

    let ask = station.batch(1, station.log.len());
    let first = station.send(ask.clone()).await;
    let ack = station.acknowledged(&first);
    assert_eq!((ack.epoch, ack.generation, ack.stable_seq), (1, 1, 0));
    let second = station.send(ask).await;
    assert_eq!(second.text(), first.text(), "the same acknowledgement, to the letter");
    assert_eq!(group.number("SELECT count(*) FROM batch").await, 1);
    assert_eq!(group.number("SELECT count(*) FROM page").await, 3);
    assert_eq!(group.number("SELECT count(*) FROM staged").await, 0, "the files were claimed");
    assert_eq!(group.number("SELECT pages FROM progress_top").await, 3);
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_extend_the_log_is_answered_with_the_head() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    for dossier in 1..=6 {
        station.scan(dossier, 0);
    }
    let (first, middle) = (station.batch(1, 2), station.batch(3, 4));
    let gap = station.send(middle.clone()).await;
    assert_eq!(gap.refused(), ProblemKind::HeadMoved);
    assert_eq!((gap.problem().seq, gap.problem().chain), (Some(0), Some(Chain::start(station.id))));
    assert_eq!(station.send(first.clone()).await.status, StatusCode::OK);
    assert_eq!(station.send(middle).await.status, StatusCode::OK);
    let old = station.send(first).await;
    assert_eq!(old.refused(), ProblemKind::HeadMoved, "an old batch that comes late moves nothing");
    assert_eq!((old.problem().seq, old.problem().chain), (Some(4), Some(station.chain(4))));
    assert_eq!(station.send(station.batch(2, 6)).await.refused(), ProblemKind::HeadMoved, "an overlap is no extension");
    assert_eq!(station.send(station.batch(3, 4)).await.status, StatusCode::OK, "the end of the log, cut otherwise");
    assert_eq!(station.send(station.batch(1, 4)).await.status, StatusCode::OK, "and the whole of it");
    station.send_from(5).await;
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_does_not_extend_the_log_of_its_original() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let invitation = group.invitation("TTLT");
    let mut original = Station::enrol(&hub.base, &invitation, 1).await;
    let again = Station::try_enrol(&hub.base, &invitation.code.to_string(), &original.key).await;
    assert_eq!(again.status, StatusCode::OK, "the receipt is given again");
    let mut clone = Station::of_receipt(&hub.base, original.key.clone(), &again);
    original.scan(1, 0);
    clone.scan(2, 0);
    original.send_from(1).await;
    assert_eq!(clone.send(clone.batch(1, 1)).await.refused(), ProblemKind::HeadMoved);
    check(&group, &original).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_batch_through_two_hubs_at_once_is_there_once() {
    let Some(group) = Group::new().await else { return };
    let hubs = [group.hub(), group.hub()];
    let mut station = group.station(&hubs[0], "TTLT", 1).await;
    let mut twin = station.through(&hubs[1]);
    let mut next = 1;
    for round in 1..=20 {
        let files = station.scan(round, 2);
        for file in &files {
            assert_eq!(station.put(file).await.status, StatusCode::CREATED);
        }
        twin.log.clone_from(&station.log);
        let (left, right) = tokio::join!(
            station.send(station.batch(next, station.log.len())),
            twin.send(twin.batch(next, twin.log.len()))
        );
        station.acknowledged(&left);
        twin.acknowledged(&right);
        assert_eq!(left.text(), right.text());
        next = station.log.len() + 1;
    }
    assert_eq!(group.number("SELECT count(*) FROM batch").await, 20);
    assert_eq!(group.objects("b").len(), 20, "the body that came second was removed");
    check(&group, &station).await;
    check(&group, &twin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_move_counters_by_the_difference() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let mut rev = 0;
    // Each dossier goes through states and counts, in batches of uneven sizes, newest last and also in one batch.
    for (step, state) in DossierState::ALL.into_iter().take(8).enumerate() {
        rev += 1;
        for dossier in 1..=5 {
            let mut body = dossier_body(&format!("TA-{dossier}"), dossier + rev, state);
            body.fonds = format!("P{}", (dossier as usize + step) % 3);
            body.retired = (dossier == 3 && step % 2 == 1).then(|| "merged".to_owned());
            let id = station.name(dossier, 0);
            station.write(&record(id, rev, &body).of_dossier(id));
        }
    }
    let mut first = 1;
    for last in [1, 3, 9, 10, 27, 40] {
        let reply = station.send(station.batch(first, last)).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        first = last + 1;
    }
    check(&group, &station).await;
    assert_eq!(group.number("SELECT count(*) FROM dossier WHERE rev = 8").await, 5);
    assert_eq!(group.number("SELECT sum(dossiers)::bigint FROM progress").await, 4, "a retired one does not count");
    // An older revision that comes late is in the log, and changes no row.
    let id = station.name(1, 9);
    station.write(&record(id, 2, &dossier_body("TA-9", 2, DossierState::Checked)).of_dossier(id));
    station.write(&record(id, 1, &dossier_body("TA-9", 1, DossierState::Captured)).of_dossier(id));
    station.send(station.batch(41, 41)).await;
    station.send_from(42).await;
    assert_eq!(group.number("SELECT pages::bigint FROM dossier WHERE code = 'TA-9'").await, 2);
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_gets_its_own_records_back_to_the_byte() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let other = group.station(&hub, "TTLT", 2).await;
    for dossier in 1..=7 {
        station.scan(dossier, 0);
    }
    station.send(station.batch(1, 3)).await;
    // A record that was held after it was sealed goes as its digest alone.
    let hash = station.log[3].hash;
    station.log[3] = LogLine::withheld(hash).line().clone();
    station.send_from(4).await;
    for after in 0..7_usize {
        let (mut at, mut lines) = (after, Vec::new());
        loop {
            let reply = station.get(&format!("/v1/log?after={at}")).await;
            if reply.status == StatusCode::NO_CONTENT {
                break;
            }
            assert_eq!(reply.headers["content-encoding"], "zstd");
            assert_eq!(reply.headers["sohoa-log-first"].to_str().unwrap(), (at + 1).to_string());
            let part = codec::decode(&reply.body).unwrap();
            at += part.len();
            assert_eq!(reply.headers["link"].to_str().unwrap(), format!("</v1/log?after={at}>; rel=\"next\""));
            lines.extend(part);
        }
        let own: Vec<_> = station.log[after..].iter().map(|line| line.bytes.clone()).collect();
        assert_eq!(lines, own);
    }
    assert_eq!(other.get("/v1/log").await.status, StatusCode::NO_CONTENT, "a station sees its own log alone");
    assert_eq!(station.get("/v1/log?after=-1").await.refused(), ProblemKind::Malformed);
    check(&group, &station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_is_signed_by_the_hub_of_the_receipt() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.scan(1, 0);
    let reply = station.send(station.batch(1, 1)).await;
    assert!(Signed::<Ack>::read(&reply.body, &station.key.public()).is_err());
    assert!(Signed::<Ack>::read(&reply.body, &station.hub_key).is_ok());
}
