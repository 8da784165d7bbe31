//! The contract of the store, kept by a folder and by a service that speaks S3; and what the doctor says of one that is not
//! as the settings say.

use bytes::Bytes;
use futures_util::stream::StreamExt;
use object_store::GetRange;
use reqwest::StatusCode;
use sohoa_hub::settings::{S3Checksum, S3Settings, StoreSettings};
use sohoa_hub::store::{Store, StoreError};
use sohoa_tests::s3::{self, S3};
use sohoa_wire::limits;

use crate::group::Group;
use crate::station::client;

fn bucket(service: &S3, checksum: S3Checksum) -> S3Settings {
    S3Settings {
        endpoint: service.endpoint.clone(),
        region: "us-east-1".to_owned(),
        bucket: s3::BUCKET.to_owned(),
        access_key: s3::ACCESS_KEY.to_owned(),
        secret_key_file: service.secret_file(),
        allow_http: true,
        checksum,
    }
}

fn open(settings: S3Settings) -> Store {
    Store::open(&StoreSettings::S3(settings)).unwrap()
}

#[tokio::test]
async fn a_folder_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreSettings::Folder(folder.path().to_owned())).unwrap();
    contract(&store, 2).await;
    assert_eq!(std::fs::read_dir(folder.path().join("staging")).unwrap().count(), 1, "the one that was not completed");
}

#[tokio::test]
async fn a_bucket_keeps_the_contract() {
    let Some(service) = S3::start() else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    contract(&open(bucket(&service, S3Checksum::Sha256)), 5 << 20).await;
    let left = walk(&service.objects().join("f"));
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn a_bucket_without_checksums_keeps_the_contract_and_says_so_if_it_is_asked_for_some() {
    let Some(service) = S3::start_strict() else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    contract(&open(bucket(&service, S3Checksum::None)), 5 << 20).await;
    let error =
        open(bucket(&service, S3Checksum::Sha256)).put("f/aa/x.9", Bytes::from_static(b"abc")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unknown(_)), "{error:?}");
    assert!(error.to_string().contains("checksum = \"none\""), "{error}");
}

/// What every store does, with parts of a size that it takes; one object is left.
async fn contract(store: &Store, part_bytes: usize) {
    store.answers().await.unwrap();
    // Whole objects.
    store.put("f/aa/x.1", Bytes::from_static(b"abcdef")).await.unwrap();
    assert_eq!(store.get("f/aa/x.1").await.unwrap(), "abcdef");
    assert_eq!(store.size("f/aa/x.1").await.unwrap(), 6);
    let part = store.open_object("f/aa/x.1", Some(GetRange::Bounded(2..4))).await.unwrap();
    assert_eq!(part.bytes().await.unwrap(), "cd");
    assert_eq!(store.read_range("f/aa/x.1", GetRange::Bounded(4..9)).await.unwrap(), "ef");
    store.put("f/ab/y.1", Bytes::from_static(b"abc")).await.unwrap();
    store.put("b/z.1", Bytes::from_static(b"abc")).await.unwrap();
    let mut listed: Vec<_> =
        store.list("f").map(|found| found.unwrap()).map(|one| (one.key, one.bytes)).collect().await;
    listed.sort();
    assert_eq!(listed, [("f/aa/x.1".to_owned(), 6), ("f/ab/y.1".to_owned(), 3)]);
    for key in ["f/ab/y.1", "b/z.1"] {
        store.delete(key).await.unwrap();
    }
    store.delete("f/aa/x.1").await.unwrap();
    store.delete("f/aa/x.1").await.unwrap();
    assert!(store.get("f/aa/x.1").await.unwrap_err().is_missing());
    assert!(store.size("f/aa/x.1").await.unwrap_err().is_missing());
    let whole = Bytes::from(vec![7; limits::PART_BYTES as usize]);
    store.put("f/aa/x.1", whole.clone()).await.unwrap();
    assert_eq!(store.get("f/aa/x.1").await.unwrap(), whole, "the largest that goes whole");
    store.delete("f/aa/x.1").await.unwrap();

    // In parts, in order: seen only when it is complete.
    let upload = store.begin("f/aa/x.2", "0123456789abcdef").await.unwrap();
    let mut parts = Vec::new();
    let mut all = Vec::new();
    for number in 0..3_u8 {
        let bytes = Bytes::from(vec![number; if number == 2 { 3 } else { part_bytes }]);
        all.extend_from_slice(&bytes);
        // A part that comes twice is there once.
        store.part("f/aa/x.2", &upload, number.into(), Bytes::from(vec![9; bytes.len()])).await.unwrap();
        parts.push(store.part("f/aa/x.2", &upload, number.into(), bytes).await.unwrap());
        assert!(store.get("f/aa/x.2").await.unwrap_err().is_missing());
    }
    store.complete("f/aa/x.2", &upload, parts.clone()).await.unwrap();
    assert!(store.get("f/aa/x.2").await.unwrap() == all);
    // Whoever completes again learns that the parts are gone, and finds the object.
    assert!(store.complete("f/aa/x.2", &upload, parts).await.is_err());
    assert_eq!(store.size("f/aa/x.2").await.unwrap(), all.len() as u64);
    store.abort("f/aa/x.2", &upload).await.unwrap();
    assert!(store.get("f/aa/x.2").await.unwrap() == all);

    // Given up: nothing is left, and giving up again is no fault.
    let upload = store.begin("f/aa/x.3", "fedcba9876543210").await.unwrap();
    let part = store.part("f/aa/x.3", &upload, 0, Bytes::from(vec![1; part_bytes])).await.unwrap();
    store.abort("f/aa/x.3", &upload).await.unwrap();
    store.abort("f/aa/x.3", &upload).await.unwrap();
    assert!(store.complete("f/aa/x.3", &upload, vec![part]).await.is_err());
    assert!(store.get("f/aa/x.3").await.unwrap_err().is_missing());

    // A part that was overwritten is noticed.
    let upload = store.begin("f/aa/x.4", "0123456789abcdef").await.unwrap();
    let first = store.part("f/aa/x.4", &upload, 0, Bytes::from_static(b"ab")).await.unwrap();
    store.part("f/aa/x.4", &upload, 0, Bytes::from_static(b"xy")).await.unwrap();
    assert!(store.complete("f/aa/x.4", &upload, vec![first]).await.is_err());
    assert!(store.get("f/aa/x.4").await.unwrap_err().is_missing());
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        if entry.path().is_dir() { found.extend(walk(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_bucket_is_said() {
    let Some(service) = S3::start() else { return };
    let Some(group) = Group::in_bucket(&service.settings(&service.endpoint)).await else { return };
    assert!(group.run(&["doctor"]).contains("ok      store: writes, reads and removes"));
    let hub = group.hub();
    let ready = async |hub: &crate::group::Process| {
        let reply = client().get(format!("{}/readyz", hub.base)).send().await.expect("an answer");
        (reply.status(), reply.text().await.expect("text"))
    };
    assert_eq!(ready(&hub).await.0, StatusCode::OK);
    let path = group.folder.path().join("hub.toml");
    let right = std::fs::read_to_string(&path).unwrap();
    let elsewhere = group.folder.path().join("other.secret");
    std::fs::write(&elsewhere, "not-it").unwrap();
    let (secret, elsewhere) = (service.secret_file().display().to_string(), elsewhere.display().to_string());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap();
    for (from, to, said) in [
        (secret.as_str(), elsewhere.as_str(), "refuses the access key"),
        (s3::ACCESS_KEY, "somebody", "refuses the access key"),
        ("bucket = 'hub'", "bucket = 'another'", "has no such bucket"),
        (service.endpoint.as_str(), &format!("http://{nobody}"), "the store failed at doctor/"),
    ] {
        assert!(right.contains(from));
        std::fs::write(&path, right.replace(from, to)).unwrap();
        let output = group.command(&["doctor"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find(|line| line.starts_with("broken  store: ")).unwrap_or_else(|| panic!("{text}"));
        assert!(line.contains(said) && !output.status.success(), "{line}");
        assert!(!line.contains(s3::SECRET_KEY) && !line.contains("not-it"), "{line}");
        let (status, reply) = ready(&group.hub()).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{to}: {reply}");
        assert!(reply.contains(said.trim_end_matches("doctor/")), "{reply}");
    }
}
