//! Descriptions of documents: filled in from the inventory and the letterhead, set by a person, and there again after a
//! rebuild.

use serde_json::Value;
use sohoa_tests::places::repository;
use sohoa_tests::station::Station;

/// The values of a document by field.
fn values(shown: &Value, at: usize) -> Vec<(String, String, String)> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
    let values = shown[at]["values"].as_array().unwrap().iter();
    values.map(|value| (text(value, "field"), text(value, "value"), text(value, "origin"))).collect()
}

fn has(shown: &Value, at: usize, field: &str, value: &str, origin: &str) -> bool {
    values(shown, at).contains(&(field.to_owned(), value.to_owned(), origin.to_owned()))
}

#[test]
fn a_description_is_filled_in_set_found_and_rebuilt() {
    let station = Station::with_demo_archive();
    let folder = station.folder().join("scans/H49.61.9.2012.04");
    std::fs::create_dir_all(&folder).unwrap();
    let pages = repository().join("sample-scans/pages/H49.61.9.2012.04");
    let mut names: Vec<_> = std::fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names {
        std::fs::copy(pages.join(&name), folder.join(&name)).unwrap();
    }
    let list = repository().join("sample-scans/inventory.xlsx");
    station.run(["inventory", "import", list.to_str().unwrap()]).done();
    let scans = station.folder().join("scans");
    station.run(["import", scans.to_str().unwrap(), "--lang", "vie", "--no-sign"]).done();

    let describe = |more: &[&str]| station.run(["describe", "H49.61.9.2012.04"].iter().chain(more).copied());
    let shown = describe(&["--json"]).done().json();
    assert_eq!(shown.as_array().unwrap().len(), 2);
    for (field, value, origin) in [
        ("typeName", "02", "recognition"),
        ("codeNumber", "56", "recognition"),
        ("issuedDate", "03/06/2012", "recognition"),
        ("language", "01", "inventory"),
    ] {
        assert!(has(&shown, 0, field, value, origin), "{field}: {shown}");
    }
    assert_eq!(shown[0]["state"], "filled-in");

    // Which document, which field, which value: each is asked for in words.
    describe(&["--set", "subject=x"]).ended_with(2);
    describe(&["--document", "1", "--set", "titel=x"]).ended_with(2);
    let refused = describe(&["--document", "1", "--set", "issuedDate=31/2/2012", "--ui-lang", "vi"]);
    refused.ended_with(2);
    let subject = "subject=Về việc cấp giấy chứng nhận quyền sử dụng đất tại xã Quảng Phúc";
    describe(&["--document", "1", "--set", subject, "--done"]).done();
    let shown = describe(&["--json"]).done().json();
    assert_eq!((&shown[0]["state"], &shown[1]["state"]), (&"described".into(), &"filled-in".into()));
    assert!(values(&shown, 0).iter().any(|(field, _, origin)| field == "subject" && origin == "person"));
    let found = station.run(["search", "Quảng Phúc", "--json"]).done().json();
    let hits = found["hits"].as_array().unwrap();
    assert!(hits.iter().any(|hit| hit["dossier"] == "H49.61.9.2012.04"), "{found}");

    std::fs::remove_file(station.archive().join("catalog.sqlite")).unwrap();
    for name in ["catalog.sqlite-wal", "catalog.sqlite-shm"] {
        let _ = std::fs::remove_file(station.archive().join(name));
    }
    station.run(["check", "--rebuild"]).done();
    assert_eq!(describe(&["--json"]).done().json(), shown, "the manifest carries the description");
}
