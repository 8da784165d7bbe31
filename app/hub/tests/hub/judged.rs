//! Signed requests judged by a library that is not ours, in both directions: what it signs the hub takes, what we sign it
//! verifies, and what was changed it refuses.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sohoa_wire::{KeyId, ProblemKind};

use crate::group::{Group, PUBLIC_URL};
use crate::station::{Ask, client, send_fields, signed_fields};

/// The Python that `packaging/setup judges` makes.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/venv/bin/python");
    let has_it = |python: &PathBuf| {
        let tried = Command::new(python).args(["-c", "import http_message_signatures"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let found = Some(python).filter(has_it);
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "the judge of requests is missing; packaging/setup judges installs it"
        );
        println!("skipped: http-message-signatures is not in target/tools/venv");
    }
    found
}

/// Asks the judge; none if it refuses.
fn judge(python: &Path, asked: &Value) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hub/judge.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("Python");
    child.stdin.take().expect("it is piped").write_all(asked.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_library_signs_the_hub_takes() {
    let (Some(group), Some(python)) = (Group::new().await, python()) else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 7).await;
    station.scan(1, 0);
    let nonce = station.get("/v1/station").await.headers["sohoa-nonce"].to_str().unwrap().to_owned();
    for ask in [Ask::new(Method::GET, "/v1/feed?after=0&limit=3"), station.batch(1, 1)] {
        let mut fields = signed_fields(&ask, &station.key, station.key_id, &nonce);
        fields.remove("signature");
        fields.remove("signature-input");
        let shown: Value =
            fields.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap()))).collect();
        let asked = json!({"do": "sign", "seed": "07".repeat(32), "method": ask.method.as_str(),
            "url": format!("{PUBLIC_URL}{}", ask.path), "key_id": station.key_id.to_string(), "nonce": nonce,
            "fields": shown});
        let signed = judge(&python, &asked).expect("it signs");
        for name in ["signature-input", "signature"] {
            let value = HeaderValue::from_str(signed[name].as_str().unwrap()).unwrap();
            fields.insert(HeaderName::from_static(name), value);
        }
        let reply = send_fields(&client(), &hub.base, &ask, fields.clone()).await;
        assert!(reply.status.is_success(), "{}", reply.text());
        let elsewhere = Ask { method: Method::DELETE, path: "/v1/files/".to_owned() + &"0".repeat(64), ..ask };
        let reply = send_fields(&client(), &hub.base, &elsewhere, fields).await;
        assert_eq!((reply.status, reply.refused()), (StatusCode::UNAUTHORIZED, ProblemKind::BadSignature));
    }
    station.acknowledged(&station.send(station.batch(1, 1)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_sign_another_library_verifies() {
    let Some(python) = python() else { return };
    let key = sohoa_wire::SecretKey::from_bytes(&[7; 32]);
    let key_id: KeyId = "01970000-0000-7000-8000-00000000000a/1".parse().unwrap();
    let public: String = key.public().to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let ask = Ask::new(Method::PUT, "/v1/files/x?y=1").field("content-type", "text/plain").body(b"abc".as_slice());
    let fields = signed_fields(&ask, &key, key_id, "nonce");
    let shown: Value = fields.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap()))).collect();
    let url = format!("{PUBLIC_URL}{}", ask.path);
    let asked = json!({"do": "verify", "public": public, "method": "PUT", "url": url, "fields": shown});
    let verdict = judge(&python, &asked).expect("it verifies");
    assert_eq!(verdict["label"], "sohoa");
    assert_eq!(verdict["parameters"]["keyid"], key_id.to_string());
    for (pointer, value) in
        [("/method", "POST"), ("/url", "https://hub.example/other"), ("/fields/content-digest", "sha-256=:AAAA:")]
    {
        let mut changed = asked.clone();
        *changed.pointer_mut(pointer).unwrap() = json!(value);
        assert_eq!(judge(&python, &changed), None, "{pointer}");
    }
}
