//! Hubs that die between two steps: whatever was begun is finished by the next one, and nothing is lost or doubled.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use sohoa_model::crash;
use sohoa_wire::{Hash, ProblemKind, limits};

use crate::files::{begin, large, part};
use crate::group::Group;
use crate::log::check;
use crate::station::{Ask, Reply, Station};

/// Asks again until the hub takes it, as a station does; leases of dead hubs are ended by hand, not waited for.
async fn insist(group: &Group, station: &Station, ask: &Ask) -> Reply {
    let began = Instant::now();
    loop {
        let reply = station.send(ask.clone()).await;
        if reply.status != StatusCode::SERVICE_UNAVAILABLE {
            return reply;
        }
        assert_eq!(reply.refused(), ProblemKind::Unavailable);
        assert_eq!(reply.headers["retry-after"], "1");
        assert!(began.elapsed() < Duration::from_secs(30), "{}", reply.text());
        end_leases(group).await;
    }
}

/// What the clock does: the leases of hubs that died are over.
async fn end_leases(group: &Group) {
    let ended = sohoa_hub::database::sql("UPDATE staged SET lease_until = now() - interval '1 second' WHERE state = 0");
    ended.execute(&group.pool).await.expect("a statement");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_dies_at_any_point_loses_and_doubles_nothing() {
    let mut passed = 0;
    let points: Vec<&str> = crash::POINTS.iter().copied().filter(|point| point.starts_with("hub.")).collect();
    for point in &points {
        let Some(group) = Group::new().await else { return };
        let healthy = group.hub();
        let mut station = group.station(&healthy, "TTLT", 1).await;
        let first = station.scan(1, 1);
        station.put(&first[0]).await;
        station.send_from(1).await;

        let mut doomed = group.hub_that_dies_at(Some(point));
        let mut through = station.through(&doomed);
        let files = through.scan(2, 2);
        station.log.clone_from(&through.log);
        // Two parts are enough here.
        let bytes = large()[..limits::PART_BYTES as usize + 1000].to_vec();
        let digest = Hash::of(&bytes);
        let mut asks = vec![begin(&bytes, digest), part(&bytes, digest, 0)];
        let put = |file: &Vec<u8>| Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(file))).body(file.as_slice());
        asks.extend(files.iter().map(put));
        asks.push(through.batch(3, through.log.len()));
        // The point stops the hub somewhere on the way: what it did not answer is asked of the other one.
        let mut died = false;
        for ask in &asks {
            died = died || through.try_send(ask).await.is_err();
        }
        assert!(died, "no request passed the point {point}");
        assert!(!doomed.ended().success(), "{point}");

        for file in &files {
            let reply = insist(&group, &station, &put(file)).await;
            assert!(reply.status.is_success(), "{point}: {}", reply.text());
        }
        let reply = insist(&group, &station, &station.batch(3, station.log.len())).await;
        station.acknowledged(&reply);
        let reply = insist(&group, &station, &begin(&bytes, digest)).await;
        let next: sohoa_wire::api::UploadState = serde_json::from_slice(&reply.body).expect("a state");
        for number in usize::try_from(next.next_part).expect("few parts")..2 {
            let reply = insist(&group, &station, &part(&bytes, digest, number)).await;
            assert!(reply.status.is_success(), "{point}: {}", reply.text());
        }
        let whole = station.get(&format!("/v1/files/{digest}")).await;
        assert_eq!(Hash::of(&whole.body), digest, "{point}");
        forget_orphans(&group).await;
        check(&group, &station).await;
        passed += 1;
    }
    assert!(passed == points.len() && passed > 5, "{passed}");
}

/// Bodies that a dead hub stored for a batch that did not move the log: no row names them.
pub(crate) async fn forget_orphans(group: &Group) {
    let keys: Vec<String> =
        sohoa_hub::database::value("SELECT key FROM batch").fetch_all(&group.pool).await.expect("keys");
    let store = group.folder.path().join("store");
    for object in group.objects("b") {
        let key = object.strip_prefix(&store).expect("below the store").to_str().expect("ASCII").to_owned();
        if !keys.contains(&key) {
            std::fs::remove_file(object).expect("it was listed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_is_writing_is_left_to_them_until_their_lease_ends() {
    let Some(group) = Group::new().await else { return };
    let healthy = group.hub();
    let station = group.station(&healthy, "TTLT", 1).await;
    let mut doomed = group.hub_that_dies_at(Some("hub.after-put"));
    let ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(b"abc"))).body(b"abc".as_slice());
    assert!(station.through(&doomed).try_send(&ask).await.is_err());
    assert!(!doomed.ended().success());
    assert_eq!(station.send(ask.clone()).await.refused(), ProblemKind::Unavailable);
    end_leases(&group).await;
    assert_eq!(station.send(ask).await.status, StatusCode::CREATED);
    let keys: i64 = group.number("SELECT count(*) FROM staged WHERE state = 1").await;
    assert_eq!((keys, group.objects("f").len()), (1, 2), "under a key of its own, beside the orphan");
}
