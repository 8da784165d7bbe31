//! The schemas in `schema/` and the types of the crate say the same: two witnesses, compared on examples and on what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use sohoa_wire::{Kind, Record, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema")
}

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of(kind: Kind) -> Self {
        let text = fs::read_to_string(folder().join(format!("{kind}.1.json"))).expect("a schema for each kind");
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        let address = schema["$id"].as_str().expect("a schema has a name").to_owned();
        compiler.add_resource(&address, schema).expect("one schema of a name");
        let mut schemas = Schemas::new();
        let index = compiler.compile(&address, &mut schemas).expect("a schema of draft 2020-12");
        Self { schemas, index }
    }

    fn takes(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }
}

fn examples(kind: Kind) -> Vec<String> {
    let text = fs::read_to_string(folder().join(format!("{kind}.1.ndjson"))).expect("examples for each kind");
    text.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn every_example_is_a_record_of_one_spelling_and_fits_its_schema() {
    for kind in Kind::ALL {
        let schema = Schema::of(*kind);
        let examples = examples(*kind);
        assert!(examples.len() >= 2, "{kind}");
        for line in examples {
            let record = Record::read(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error:?}"));
            assert_eq!(record.kind, *kind);
            assert_eq!(String::from_utf8(record.line().expect("a record").bytes).expect("text"), line);
            assert!(schema.takes(&serde_json::from_str(&line).expect("JSON")), "{line}");
        }
    }
}

#[test]
fn there_is_no_schema_without_a_kind() {
    let names =
        fs::read_dir(folder()).expect("the folder of schemas").map(|entry| entry.expect("an entry").file_name());
    let mut found: Vec<_> = names.map(|name| name.into_string().expect("ASCII")).collect();
    found.sort();
    let mut expected: Vec<_> =
        Kind::ALL.iter().flat_map(|k| [format!("{k}.1.json"), format!("{k}.1.ndjson")]).collect();
    expected.sort();
    assert_eq!(found, expected);
}

/// The pointers to every value inside a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, field)| pointers(field, &format!("{at}/{key}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| pointers(item, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

fn without(value: &Value, pointer: &str) -> Option<Value> {
    let mut value = value.clone();
    let (parent, key) = pointer.rsplit_once('/')?;
    value.pointer_mut(parent)?.as_object_mut()?.remove(key)?;
    Some(value)
}

#[test]
fn schema_and_type_refuse_the_same() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(4_294_967_296_i64),
        json!(9_007_199_254_740_992_i64),
        json!(0.5),
        json!("x"),
        json!(""),
        json!("'; DROP TABLE page; --"),
        json!("<script>alert(1)</script>"),
        json!("../../etc/passwd"),
        json!([]),
        json!({}),
        json!([1]),
        json!({"a": "b"}),
    ];
    let (mut compared, mut refused) = (0, 0);
    for kind in Kind::ALL {
        let schema = Schema::of(*kind);
        for line in examples(*kind) {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            let mut places = Vec::new();
            pointers(&line, "", &mut places);
            let mut changed: Vec<Value> = places.iter().filter_map(|place| without(&line, place)).collect();
            for place in &places {
                for value in &wrong {
                    let mut other = line.clone();
                    *other.pointer_mut(place).expect("it was found there") = value.clone();
                    changed.push(other);
                }
            }
            for value in changed {
                let read = Record::read(value.to_string().as_bytes());
                assert_eq!(schema.takes(&value), read.is_ok(), "{value}: {read:?}");
                compared += 1;
                refused += usize::from(read.is_err());
            }
        }
    }
    assert!(compared > 5_000 && refused > 3_000, "{compared} {refused}");
}

#[test]
fn text_of_any_kind_travels_as_it_is() {
    for text in
        ["'; DROP TABLE page; --", "<script>alert(1)</script>", "../../etc/passwd", "\u{202e}\u{7f}\n\t", "Ồ \u{1f}"]
    {
        for kind in Kind::ALL {
            for line in examples(*kind) {
                let mut line: Value = serde_json::from_str(&line).expect("JSON");
                line["body"]["added_by_a_newer_minor"] = json!(text);
                let canonical = json::canonical(&line).expect("a text");
                let record = Record::read(canonical.as_bytes()).expect("unknown fields are ignored");
                assert_eq!(record.line().expect("a record").bytes, canonical.as_bytes());
            }
        }
    }
}
