//! What those who run a hub see: health, counters, the log, the doctor, and an end that breaks nothing off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use rustls::pki_types::pem::PemObject;
use sohoa_wire::{Hash, ProblemKind};

use crate::group::Group;
use crate::station::{Ask, client, signed_fields};

#[tokio::test(flavor = "multi_thread")]
async fn health_counters_and_words() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.scan(1, 0);
    station.scan(2, 0);
    station.send_from(1).await;
    station.send_from(1).await;
    let get = async |path: &str| client().get(format!("{}{path}", hub.base)).send().await.expect("an answer");
    assert_eq!(get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(get("/readyz").await.status(), StatusCode::OK);
    let metrics = get("/metrics").await.text().await.unwrap();
    for line in [
        "sohoa_hub_batches_total 1",
        "sohoa_hub_records_total 2",
        "sohoa_hub_repeated_batches_total 1",
        "sohoa_hub_refused_total{reason=\"use-nonce\"} 2",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
    let refused = station.send(Ask::new(Method::GET, "/v1/files/x").field("accept-language", "en")).await;
    assert_eq!(refused.problem().title, "The request is not of the right form.");
    let refused = station.get("/v1/files/x").await;
    assert_eq!(refused.problem().title, "Yêu cầu không đúng khuôn dạng.");
    let name = refused.problem().instance.unwrap();
    let log = hub.log();
    let line = log.lines().find(|line| line.contains(&name)).expect("the refusal is in the log by its name");
    let line: serde_json::Value = serde_json::from_str(line).expect("the log is JSON");
    assert_eq!((line["code"].as_str(), line["status"].as_u64()), (Some("malformed"), Some(400)));
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_with_a_token_are_for_who_knows_it() {
    let Some(group) = Group::with("metrics_token = 'xyz'").await else { return };
    let hub = group.hub();
    let get = |token: Option<&'static str>| {
        let request = client().get(format!("{}/metrics", hub.base));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        async move { request.send().await.expect("an answer").status() }
    };
    assert_eq!(get(Some("xyz")).await, StatusCode::OK);
    assert_eq!(get(Some("xyy")).await, StatusCode::NOT_FOUND);
    assert_eq!(get(None).await, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_told_to_stop_finishes_what_was_begun() {
    let Some(group) = Group::new().await else { return };
    let mut hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let nonce = station.get("/v1/station").await.headers["sohoa-nonce"].to_str().unwrap().to_owned();
    let ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(b"abc"))).body(b"abc".as_slice());
    let fields = signed_fields(&ask, &station.key, station.key_id, &nonce);
    let mut text = format!("PUT {} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n", ask.path);
    for (name, value) in &fields {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    let mut stream = TcpStream::connect(hub.base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
    // The hub asks for the body: the request has begun.
    let mut head = [0; 25];
    stream.read_exact(&mut head).unwrap();
    assert!(head.starts_with(b"HTTP/1.1 100 Continue"));
    hub.terminate();
    // It takes no new connection once it stops.
    let began = std::time::Instant::now();
    while TcpStream::connect(hub.base.trim_start_matches("http://")).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20), "it still takes connections");
    }
    assert!(hub.has_ended().is_none(), "it waits for the request");
    stream.write_all(b"abc").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 201 Created"), "{reply}");
    assert!(hub.ended().success(), "{}", hub.log());
    assert_eq!(group.number("SELECT count(*) FROM staged WHERE state = 1").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_arrives_though_its_body_was_not_wanted() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let client = client();
    let url = format!("{}/v1/files/{}", hub.base, Hash::of(b""));
    for _ in 0..40 {
        // Not signed: refused before a byte of the body is read. The connection is used again.
        let reply = client.put(&url).body(vec![7; 3_000_000]).send().await.expect("the refusal arrives");
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
        assert!(reply.text().await.expect("whole").contains("use-nonce"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_a_reason_to_ask_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.scan(1, 0);
    // Another program holds the row of the station: the hub waits for five seconds and then says so.
    let mut transaction = group.pool.begin().await.unwrap();
    sohoa_hub::database::sql("SELECT FROM station FOR UPDATE").execute(&mut *transaction).await.unwrap();
    let reply = station.send(station.batch(1, 1)).await;
    assert_eq!(reply.refused(), ProblemKind::Unavailable);
    assert_eq!(reply.headers["retry-after"], "1");
    transaction.rollback().await.unwrap();
    station.send_from(1).await;
    assert_eq!(group.number("SELECT count(*) FROM batch").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_what_is_broken() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let text = group.run(&["doctor"]);
    assert!(text.contains("ok      database") && text.contains("ok      store"), "{text}");
    assert!(text.contains("look    station Trạm 3: was never seen"), "{text}");
    station.hello().await;
    assert!(!group.run(&["doctor"]).contains("never seen"));
    let skewed = "UPDATE station SET skew_ms = 1641600000, backlog = 5";
    sohoa_hub::database::sql(skewed).execute(&group.pool).await.unwrap();
    let text = group.run(&["doctor", "--json"]);
    assert!(text.contains("27360 minutes") && text.contains("its log does not move"), "{text}");
    std::fs::remove_file(group.folder.path().join("hub.key")).unwrap();
    let output = group.command(&["doctor"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("broken  key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_does_not_work_on_a_database_of_another_version() {
    let Some(group) = Group::new().await else { return };
    group.run(&["migrate"]);
    let later = "UPDATE _sqlx_migrations SET version = 99 WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sohoa_hub::database::sql(later).execute(&group.pool).await.unwrap();
    let output = group.command(&["serve"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("schema 99"), "{output:?}");
    assert!(!group.command(&["migrate"]).output().unwrap().status.success(), "an older program changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_spoken_with() {
    let Some(group) = Group::new().await else { return };
    let folder = group.folder.path();
    group.certify();
    let hub = group.hub();
    let pem = std::fs::read(folder.join("tls.pem")).unwrap();
    let certificate = reqwest::Certificate::from_pem(&pem).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let trusting = reqwest::Client::builder().no_proxy().tls_certs_only([certificate]).build().unwrap();
    let url = format!("{}/healthz", hub.base.replace("http://", "https://"));
    assert_eq!(trusting.get(&url).send().await.unwrap().text().await.unwrap(), "ok\n");
    let distrusting = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    assert!(distrusting.get(&url).send().await.is_err());
    assert!(client().get(format!("{}/healthz", hub.base)).send().await.is_err(), "nothing is said in the clear");
    let invitation = group.invitation("TTLT");
    let der = rustls::pki_types::CertificateDer::from_pem_slice(&pem).unwrap();
    assert_eq!(invitation.ca, Some(Hash::of(&der)));
}
