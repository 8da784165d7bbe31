//! `core/wire/openapi.json` against the hub: its routes are the hub's, and what a judge that is not ours makes up from it is
//! answered as it says, whether it is signed or not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::Value;

use crate::group::{Group, PUBLIC_URL};
use crate::station::client;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";
const ROUTES: &str = include_str!("../../src/api.rs");

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/wire/openapi.json")
}

fn document() -> Value {
    serde_json::from_str(&std::fs::read_to_string(file()).unwrap()).unwrap()
}

/// Method and path of everything in the document.
fn documented() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, operations) in document()["paths"].as_object().unwrap() {
        found.extend(operations.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())));
    }
    found
}

#[test]
fn every_route_is_in_the_document_and_no_other() {
    let mut routed = BTreeSet::new();
    for line in ROUTES.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
        let (path, methods) = line.split_once("\", ").unwrap();
        for method in ["get", "put", "post", "delete"] {
            if methods.starts_with(&format!("{method}(")) || methods.contains(&format!(").{method}(")) {
                routed.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(routed.len() > 12, "the search is blind: {routed:?}");
    assert_eq!(routed, documented());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_signature_every_request_of_a_station_is_refused_as_the_document_says() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let document = document();
    let mut refused = 0;
    for (method, path) in documented() {
        let operation = &document["paths"][&path][&method];
        if operation["security"][0]["signature"].is_null() {
            continue;
        }
        let url = format!("{}{}", hub.base, path.replace("{sha256}", &"0".repeat(64)).replace("{part}", "0"));
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let reply = client().request(method, url).body("{}").send().await.unwrap();
        assert_eq!(reply.status(), 401, "{path}");
        assert_eq!(reply.headers()["content-type"], "application/problem+json", "{path}");
        assert!(reply.headers().contains_key("sohoa-nonce"), "{path}");
        let problem: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(problem["type"], "https://sohoa.invalid/problems/use-nonce", "{path}");
        assert!(operation["responses"].get("401").is_some(), "{path}");
        refused += 1;
    }
    assert!(refused >= 12, "{refused}");
}

/// The judge that `packaging/setup judges` makes.
fn judge() -> Option<PathBuf> {
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/schemathesis/bin/schemathesis");
    if judge.is_file() {
        return Some(judge);
    }
    assert!(std::env::var_os("CI").is_none(), "schemathesis is missing; packaging/setup judges installs it");
    println!("skipped: schemathesis is not in target/tools/schemathesis");
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_judge_makes_up_from_the_document_is_answered_as_it_says() {
    let (Some(group), Some(judge)) = (Group::new().await, judge()) else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 7).await;
    for (who, seconds) in [(Some(station.key_id.to_string()), "20"), (None, "6")] {
        let mut command = Command::new(&judge);
        command
            .arg("run")
            .arg(file().canonicalize().unwrap())
            .args(["--url", &hub.base, "--max-time", seconds, "--max-examples", "50", "--seed", "1", "--no-color"])
            .args(["--generation-database", "none", "--phases", "examples,coverage,fuzzing", "--continue-on-failure"])
            .args(["--checks", CHECKS])
            .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
            .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hub"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SOHOA_PUBLIC_URL", PUBLIC_URL)
            .env("SOHOA_SEED", "07".repeat(32))
            .current_dir(group.folder.path())
            .stdin(Stdio::null());
        if let Some(station) = &who {
            command.env("SOHOA_STATION", station);
        }
        let said = command.output().unwrap();
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{text}\n{}", String::from_utf8_lossy(&said.stderr));
        let last = text.lines().rfind(|line| line.contains("generated") || line.contains("passed"));
        println!("{}: {}", if who.is_some() { "signed" } else { "not signed" }, last.unwrap_or_default().trim());
    }
    // What was signed got past the signature.
    let log = hub.log();
    let answered = |path: &str| log.lines().filter(|line| line.contains("answered") && line.contains(path)).count();
    for path in ["/v1/station", "/v1/files/query", "/v1/feed"] {
        assert!(answered(path) > 0, "{path}");
    }
}
