//! Files: whole and in parts, through any hub, taken back, and nobody else's.

use reqwest::{Method, StatusCode};
use sohoa_wire::api::{UploadBegin, UploadState};
use sohoa_wire::{Hash, ProblemKind, limits};

use crate::group::Group;
use crate::station::{Ask, Station};

/// A file of two whole parts and a rest, which compresses badly and repeats nowhere.
pub(crate) fn large() -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(2 * limits::PART_BYTES as usize + 1000).collect()
}

pub(crate) fn begin(bytes: &[u8], digest: Hash) -> Ask {
    Ask::new(Method::POST, format!("/v1/files/{digest}/upload"))
        .field("content-type", "application/json")
        .body(serde_json::to_vec(&UploadBegin { bytes: bytes.len() as u64 }).unwrap())
}

pub(crate) fn part(bytes: &[u8], digest: Hash, number: usize) -> Ask {
    let size = limits::PART_BYTES as usize;
    let part = &bytes[number * size..bytes.len().min((number + 1) * size)];
    Ask::new(Method::PUT, format!("/v1/files/{digest}/parts/{number}")).body(part)
}

async fn next_part(station: &Station, bytes: &[u8], digest: Hash) -> u64 {
    let reply = station.send(begin(bytes, digest)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    serde_json::from_slice::<UploadState>(&reply.body).unwrap().next_part
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_on_through_another_hub() {
    let Some(group) = Group::new().await else { return };
    let hubs = [group.hub(), group.hub()];
    let station = group.station(&hubs[0], "TTLT", 1).await;
    let twin = station.through(&hubs[1]);
    let bytes = large();
    let digest = Hash::of(&bytes);
    assert_eq!(next_part(&station, &bytes, digest).await, 0);
    assert_eq!(station.send(part(&bytes, digest, 1)).await.problem().next_part, Some(0), "parts come in order");
    assert_eq!(station.send(part(&bytes, digest, 0)).await.status, StatusCode::OK);
    assert_eq!(twin.send(part(&bytes, digest, 0)).await.problem().next_part, Some(1), "a part comes once");
    assert_eq!(next_part(&twin, &bytes, digest).await, 1, "the other hub knows how far it is");
    assert_eq!(twin.send(part(&bytes, digest, 1)).await.status, StatusCode::OK);
    assert_eq!(station.get(&format!("/v1/files/{digest}")).await.refused(), ProblemKind::NotFound);
    assert_eq!(station.send(part(&bytes, digest, 2)).await.status, StatusCode::CREATED);
    assert_eq!(next_part(&twin, &bytes, digest).await, 3, "there is nothing left to send");
    let whole = twin.get(&format!("/v1/files/{digest}")).await;
    assert_eq!((whole.status, Hash::of(&whole.body)), (StatusCode::OK, digest));
    assert_eq!(group.objects("staging").len(), 0);
    assert_eq!(group.number("SELECT count(*) FROM upload").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_hubs_get_the_same_part_at_once() {
    let Some(group) = Group::new().await else { return };
    let hubs = [group.hub(), group.hub()];
    let station = group.station(&hubs[0], "TTLT", 1).await;
    let twin = station.through(&hubs[1]);
    let bytes = large();
    let digest = Hash::of(&bytes);
    next_part(&station, &bytes, digest).await;
    for number in 0..3 {
        let (left, right) =
            tokio::join!(station.send(part(&bytes, digest, number)), twin.send(part(&bytes, digest, number)));
        let passed = [&left, &right].into_iter().filter(|reply| reply.status.is_success()).count();
        assert!(passed >= 1, "{left:?} {right:?}");
    }
    let whole = station.get(&format!("/v1/files/{digest}")).await;
    assert_eq!(Hash::of(&whole.body), digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_it_says_never_appears() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let bytes = large();
    let wrong = Hash::of(b"something else");
    next_part(&station, &bytes, wrong).await;
    assert_eq!(station.send(part(&bytes, wrong, 0)).await.status, StatusCode::OK);
    let short = Ask::new(Method::PUT, format!("/v1/files/{wrong}/parts/1")).body(b"short".as_slice());
    assert_eq!(station.send(short).await.refused(), ProblemKind::Malformed);
    assert_eq!(station.send(part(&bytes, wrong, 1)).await.status, StatusCode::OK);
    assert_eq!(station.send(part(&bytes, wrong, 2)).await.refused(), ProblemKind::DigestMismatch);
    assert_eq!(station.get(&format!("/v1/files/{wrong}")).await.refused(), ProblemKind::NotFound);
    assert_eq!(next_part(&station, &bytes, wrong).await, 0, "it begins anew");
    let abort = Ask::new(Method::DELETE, format!("/v1/files/{wrong}/upload"));
    assert_eq!(station.send(abort).await.status, StatusCode::NO_CONTENT);
    assert_eq!(group.number("SELECT count(*) FROM staged").await, 0);
    assert_eq!((group.objects("f").len(), group.objects("staging").len()), (0, 0));

    let path = format!("/v1/files/{wrong}");
    let other = station.send(Ask::new(Method::PUT, path).body(b"abc".as_slice())).await;
    assert_eq!(other.refused(), ProblemKind::DigestMismatch);
    let mut large = vec![0; limits::PART_BYTES as usize + 1];
    assert_eq!(station.put(&large).await.refused(), ProblemKind::TooLarge);
    large.pop();
    assert_eq!(station.put(&large).await.status, StatusCode::CREATED);
    assert_eq!(group.objects("f").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_whole_in_ranges_and_not_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let bytes = b"0123456789";
    station.put(bytes).await;
    let path = format!("/v1/files/{}", Hash::of(bytes));
    let ranged = |range: &str| station.send(Ask::new(Method::GET, &path).field("range", range));
    let part = ranged("bytes=2-5").await;
    assert_eq!((part.status, part.text().as_str()), (StatusCode::PARTIAL_CONTENT, "2345"));
    assert_eq!(part.headers["content-range"], "bytes 2-5/10");
    assert_eq!(ranged("bytes=-2").await.text(), "89");
    assert_eq!(ranged("bytes=10-").await.refused(), ProblemKind::RangeNotSatisfiable);
    let whole = station.get(&path).await;
    assert_eq!((whole.text().as_bytes(), whole.headers["content-length"].to_str().unwrap()), (bytes.as_slice(), "10"));
    let etag = whole.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(etag, format!("\"{}\"", Hash::of(bytes)));
    let again = station.send(Ask::new(Method::GET, &path).field("if-none-match", etag)).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_unit_learns_nothing_of_a_file() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let mut stranger = group.station(&hub, "OTHER", 2).await;
    let files = station.scan(1, 1);
    assert_eq!(station.put(&files[0]).await.status, StatusCode::CREATED);
    let digest = Hash::of(&files[0]);
    assert_eq!(stranger.get(&format!("/v1/files/{digest}")).await.refused(), ProblemKind::NotFound);
    let delete = Ask::new(Method::DELETE, format!("/v1/files/{digest}"));
    assert_eq!(stranger.send(delete.clone()).await.status, StatusCode::NO_CONTENT, "as for a file that is nowhere");
    station.send_from(1).await;
    // Naming the digest does not make the file the stranger's.
    let id = stranger.name(1, 0);
    let body = crate::station::dossier_body("X-1", 1, sohoa_model::dossier_state::DossierState::Captured);
    let file = sohoa_wire::FileRef { sha256: digest, bytes: files[0].len() as u64, role: "master".to_owned() };
    stranger.write(&crate::station::record(id, 1, &body).of_dossier(id).with_files(vec![file]));
    let claimed = stranger.send(stranger.batch(1, 1)).await;
    assert_eq!(claimed.problem().missing, [digest]);
    assert_eq!(stranger.put(&files[0]).await.status, StatusCode::CREATED, "it must send the file itself");
    stranger.send_from(1).await;
    assert_eq!(station.send(delete).await.refused(), ProblemKind::Referenced);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_no_record_names_is_taken_back() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    station.put(b"held").await;
    let path = format!("/v1/files/{}", Hash::of(b"held"));
    for _ in 0..2 {
        assert_eq!(station.send(Ask::new(Method::DELETE, &path)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(station.get(&path).await.refused(), ProblemKind::NotFound);
        assert_eq!(group.objects("f").len(), 0);
    }
    assert_eq!(station.put(b"held").await.status, StatusCode::CREATED);
}
