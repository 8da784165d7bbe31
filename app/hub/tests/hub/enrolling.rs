//! Enrolment: a code is good once, for one key, for three days; a second machine fences the first.

use reqwest::{Method, StatusCode};
use sohoa_wire::{KeyId, ProblemKind, SecretKey};

use crate::group::Group;
use crate::station::{Ask, Station, client, send_once};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_and_its_receipt_is_given_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let code = group.invitation("TTLT").code.to_string();
    let key = SecretKey::from_bytes(&[1; 32]);
    let first = Station::try_enrol(&hub.base, &code, &key).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let again = Station::try_enrol(&hub.base, &code.to_lowercase().replace('-', " "), &key).await;
    assert_eq!((again.status, again.text()), (StatusCode::OK, first.text()));
    let other = Station::try_enrol(&hub.base, &code, &SecretKey::from_bytes(&[2; 32])).await;
    assert_eq!(other.refused(), ProblemKind::CodeUsed);
    assert_eq!(group.number("SELECT count(*) FROM station").await, 1);

    let late = group.invitation("TTLT").code.to_string();
    let past = "UPDATE enrolment_code SET expires_at = now() - interval '1 second' WHERE used_key IS NULL";
    sohoa_hub::database::sql(past).execute(&group.pool).await.unwrap();
    assert_eq!(Station::try_enrol(&hub.base, &late, &key).await.refused(), ProblemKind::CodeExpired);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_codes_must_wait() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let key = SecretKey::from_bytes(&[1; 32]);
    for guess in ["0000-0000-0000-0000-0000", "'; DROP TABLE station; --", "", "../../etc", "<script>"] {
        assert_eq!(Station::try_enrol(&hub.base, guess, &key).await.refused(), ProblemKind::CodeUnknown, "{guess}");
    }
    let right = group.invitation("TTLT").code.to_string();
    let reply = Station::try_enrol(&hub.base, &right, &key).await;
    assert_eq!(reply.refused(), ProblemKind::TooManyRequests);
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(group.number("SELECT count(*) FROM station").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_machine_fences_the_first() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut old = group.station(&hub, "TTLT", 1).await;
    old.bring(1, 0).await;
    let invitation = group.run(&["enrol", "--again", &old.id.to_string()]).trim().parse().unwrap();
    assert_eq!(old.hello().await.epoch, 1, "an invitation alone fences nobody");
    let mut new = Station::enrol(&hub.base, &invitation, 2).await;
    assert_eq!((new.id, new.key_id), (old.id, KeyId::Station(old.id, 2)));
    let fenced = old.get("/v1/station").await;
    assert_eq!((fenced.refused(), fenced.problem().epoch), (ProblemKind::EpochFenced, Some(2)));
    old.scan(2, 0);
    assert_eq!(old.send(old.batch(2, 2)).await.refused(), ProblemKind::EpochFenced);
    new.log = old.log[..1].to_vec();
    assert_eq!(new.hello().await.seq, 1, "the log goes on where it was");
    new.scan(3, 0);
    new.send_from(2).await;
    let unknown = group.command(&["enrol", "--again", "01970000-0000-7000-8000-00000000000a"]).output().unwrap();
    assert!(!unknown.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_is_signed_by_the_key_that_it_brings() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let code = group.invitation("TTLT").code.to_string();
    let (mine, yours) = (SecretKey::from_bytes(&[1; 32]), SecretKey::from_bytes(&[2; 32]));
    let body = serde_json::json!({"code": code, "public_key": yours.public().to_string(), "software": "0.1.0"});
    let ask = Ask::new(Method::POST, "/v1/enrolments").field("content-type", "application/json").body(body.to_string());
    let client = client();
    let first = send_once(&client, &hub.base, &ask, &mine, KeyId::New, "").await;
    let nonce = first.headers["sohoa-nonce"].to_str().unwrap().to_owned();
    let reply = send_once(&client, &hub.base, &ask, &mine, KeyId::New, &nonce).await;
    assert_eq!(reply.refused(), ProblemKind::BadSignature);
    assert_eq!(group.number("SELECT count(*) FROM station").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_database_forgot_its_own_receipt_brings_back() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let (key, other) = (SecretKey::from_bytes(&[1; 32]), SecretKey::from_bytes(&[2; 32]));
    let receipt = Station::try_enrol(&hub.base, &group.invitation("TTLT").code.to_string(), &key).await.text();
    let resume = async |base: &str, text: &str, key: &SecretKey| {
        let ask = Ask::new(Method::POST, "/v1/enrolments/resume").field("content-type", "application/json").body(text);
        let client = client();
        let nonce = send_once(&client, base, &ask, key, KeyId::New, "").await.headers["sohoa-nonce"].clone();
        send_once(&client, base, &ask, key, KeyId::New, nonce.to_str().unwrap()).await
    };
    let forget = async |text: &'static str| sohoa_hub::database::sql(text).execute(&group.pool).await.unwrap();
    assert_eq!(resume(&hub.base, &receipt, &key).await.refused(), ProblemKind::ReceiptInvalid, "nothing was restored");
    forget("TRUNCATE station CASCADE").await;
    forget("UPDATE hub SET generation = generation + 1").await;
    drop(hub);
    let hub = group.hub();
    assert_eq!(resume(&hub.base, &receipt, &other).await.refused(), ProblemKind::BadSignature);
    let forged = receipt.replace("\"epoch\":1", "\"epoch\":9");
    assert_eq!(resume(&hub.base, &forged, &key).await.refused(), ProblemKind::ReceiptInvalid);
    assert_eq!(resume(&hub.base, "{}", &key).await.refused(), ProblemKind::ReceiptInvalid);
    assert_eq!(group.number("SELECT count(*) FROM station").await, 0);
    for _ in 0..2 {
        let reply = resume(&hub.base, &receipt, &key).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, receipt.clone()));
    }
    assert_eq!(group.number("SELECT count(*) FROM station WHERE epoch = 1 AND seq = 0").await, 1);
    forget("UPDATE station SET epoch = 2").await;
    assert_eq!(resume(&hub.base, &receipt, &key).await.refused(), ProblemKind::NewerExists);
    forget("UPDATE station SET epoch = 1, revoked = true").await;
    assert_eq!(resume(&hub.base, &receipt, &key).await.refused(), ProblemKind::Revoked);
}
