//! `openapi.json` and the types of the crate say the same of every body that is neither a record nor a file.

use std::fs;
use std::path::Path;

use boon::{Compiler, Schemas};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sohoa_model::Timestamp;
use sohoa_wire::api::{FileOffer, FilesMissing, FilesQuery, Hello, Limits, UploadBegin, UploadState};
use sohoa_wire::enrolment::{EnrolmentReceipt, EnrolmentRequest};
use sohoa_wire::moment::Moment;
use sohoa_wire::{Ack, Chain, Hash, Kind, Problem, ProblemKind, SecretKey, Signed, StationId, limits};
use uuid::Uuid;

fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the file is there")).expect("JSON")
}

/// Whether a component of the document takes a value.
fn takes(name: &str, value: &Value) -> bool {
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    let address = "https://sohoa.invalid/openapi.json";
    compiler.add_resource(address, document()).expect("one document");
    let mut schemas = Schemas::new();
    let place = format!("{address}#/components/schemas/{name}");
    let index = compiler.compile(&place, &mut schemas).expect("a schema of draft 2020-12");
    schemas.validate(value, index).is_ok()
}

/// What we write fits, and without any member it is refused by both or by neither.
fn check<T: DeserializeOwned>(name: &str, written: Value) {
    assert!(takes(name, &written), "{name}: {written}");
    let members = written.as_object().expect("an object").clone();
    for member in members.keys() {
        let mut without = members.clone();
        without.remove(member);
        // The signature is taken out of a statement before its type reads it.
        let ours = member != "signature" && serde_json::from_value::<T>(Value::Object(without.clone())).is_ok();
        assert_eq!(takes(name, &Value::Object(without)), ours, "{name} without {member}");
        let mut other = members.clone();
        other.insert(member.clone(), json!([{}]));
        assert!(!takes(name, &Value::Object(other)), "{name} with another {member}");
    }
    let known = document()["components"]["schemas"][name]["properties"].as_object().expect("properties").len();
    assert_eq!(known, members.len(), "{name}: every member has an example");
}

fn plain<T: Serialize + DeserializeOwned>(name: &str, value: &T) {
    check::<T>(name, serde_json::to_value(value).expect("JSON"));
}

#[test]
fn the_bodies_of_the_document_are_those_of_the_types() {
    let (station, hash, at) = (StationId(Uuid::from_u128(7)), Hash::of(b"x"), Moment(Timestamp(1_795_314_605_000)));
    let key = SecretKey::from_bytes(&[7; 32]);
    let offer = FileOffer { sha256: hash, bytes: 3 };
    plain("FileOffer", &offer);
    plain("FilesQuery", &FilesQuery { files: vec![offer] });
    plain("FilesMissing", &FilesMissing { missing: vec![hash], part_bytes: limits::PART_BYTES });
    plain("UploadBegin", &UploadBegin { bytes: limits::PARTS * limits::PART_BYTES });
    plain("UploadState", &UploadState { part_bytes: 1, next_part: 2, lease_s: 3 });
    plain("Limits", &Limits::default());
    let hello = Hello {
        station,
        epoch: 1,
        generation: 1,
        seq: 2,
        chain: Chain(hash),
        stable_seq: 1,
        majors: Kind::ALL.iter().map(|kind| format!("{kind}/{}", kind.major())).collect(),
        limits: Limits::default(),
        feed_head: 3,
        hub_time: at,
        hub_key: "h1".to_owned(),
    };
    plain("Hello", &hello);
    let request =
        EnrolmentRequest { code: "K7QF".to_owned(), public_key: key.public(), software: "sohoa 0.1.0".to_owned() };
    plain("EnrolmentRequest", &request);
    let receipt = EnrolmentReceipt {
        station,
        epoch: 1,
        generation: 1,
        unit: "TTLT".to_owned(),
        name: "Trạm 3".to_owned(),
        public_key: key.public(),
        hub_key: "h1".to_owned(),
        hub_public_key: key.public(),
        at,
    };
    let signed = Signed::new(receipt, &key).expect("it is signed").text;
    check::<EnrolmentReceipt>("EnrolmentReceipt", serde_json::from_str(&signed).expect("JSON"));
    let ack = Ack {
        station,
        epoch: 1,
        generation: 1,
        seq: 2,
        chain: Chain(hash),
        stable_seq: 1,
        at,
        hub_key: "h1".to_owned(),
    };
    let signed = Signed::new(ack, &key).expect("it is signed").text;
    check::<Ack>("Ack", serde_json::from_str(&signed).expect("JSON"));
    let problem = Problem {
        detail: Some("x".to_owned()),
        instance: Some("0123456789abcdef".to_owned()),
        missing: vec![hash],
        seq: Some(1),
        chain: Some(Chain(hash)),
        generation: Some(1),
        epoch: Some(1),
        next_part: Some(1),
        ..Problem::new(ProblemKind::HeadMoved, "Đầu chuỗi đã khác.")
    };
    plain("Problem", &problem);
    for kind in ProblemKind::ALL {
        assert!(takes("Problem", &serde_json::to_value(Problem::new(*kind, "x")).expect("JSON")), "{kind:?}");
    }
}

#[test]
fn every_kind_of_record_has_its_schema_in_the_document() {
    let named = document()["x-records"].as_object().expect("an object").clone();
    let expected: Vec<(String, Value)> =
        Kind::ALL.iter().map(|kind| (kind.to_string(), json!(format!("schema/{kind}.1.json")))).collect();
    let mut found: Vec<(String, Value)> = named.into_iter().collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut expected = expected;
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found, expected);
    for (_, path) in found {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path.as_str().expect("a path"));
        assert!(path.is_file(), "{}", path.display());
    }
}
