//! Custody: a box is handed out, given back, and goes onto its shelf only when its paper may.

use std::fs;

use sohoa_tests::station::{ARCHIVIST, Said, Station};

#[test]
fn a_box_goes_out_comes_back_and_is_refiled_once_its_paper_is_safe() {
    let station = Station::with_demo_archive();
    let run = |line: &[&str]| station.run(line.iter().copied());
    let list = "mã hồ sơ,tên phông,hộp số,tiêu đề hồ sơ,số lượng tờ\nHS.01,Phông A,14,Sổ khai sinh,3\n\
                HS.02,Phông A,14,Sổ khai tử,2\nHS.03,Phông B,14,Sổ kết hôn,2\n";
    let inventory = station.folder().join("danh mục.csv");
    fs::write(&inventory, list).unwrap();
    run(&["inventory", "import", inventory.to_str().unwrap()]).done();

    run(&["box", "show", "99"]).ended_with(4);
    let said = run(&["box", "show", "14"]).ended_with(2);
    assert!(said.stderr.contains("Phông A; Phông B"), "{}", said.stderr);
    let in_a = ["--fonds", "Phông A", "--json"];
    let boxed = |verb: &[&str]| -> Said { run(&["box"].iter().chain(verb).chain(&in_a).copied().collect::<Vec<_>>()) };
    boxed(&["return", "14", "--from", "Bình"]).ended_with(10);
    boxed(&["hand-out", "14", "--to", "Trần Văn Bình"]).done();
    boxed(&["hand-out", "14", "--to", "Hoa"]).ended_with(10);
    let away = run(&["box", "list", "--json"]).done().json();
    assert_eq!((&away[0]["person"], &away[0]["kind"]), (&"Trần Văn Bình".into(), &"handed-out".into()), "{away}");

    let scan = |dossier: &str, simulation: &str, sheets: &str| {
        let mut command = station.command_as(ARCHIVIST);
        let line = ["scan", dossier, "--paper", "60x40", "--device", "simulated:0", "--sheets", sheets];
        command.env("SOHOA_SIMULATED_SCANNER", simulation).args(line);
        station.finish(&mut command)
    };
    scan("HS.01", "sheets=2", "3").done_in_part();
    boxed(&["return", "14", "--from", "Trần Văn Bình"]).done();
    // A sheet is missing: no reason puts that box onto its shelf.
    let refused = boxed(&["refile", "14", "--reason", "vội"]).ended_with(10);
    assert!(refused.stderr.contains("HS.01") && !refused.stderr.contains("HS.02"), "{}", refused.stderr);
    scan("HS.01", "sheets=1 first=3", "3").done();
    // Nothing of the other dossier was scanned: that needs a reason.
    let refused = boxed(&["refile", "14"]).ended_with(10);
    assert!(refused.stderr.contains("HS.02"), "{}", refused.stderr);
    let shown = boxed(&["refile", "14", "--reason", "HS.02 đã bị mối xông"]).done().json();
    assert_eq!((&shown["place"], shown["movements"].as_array().unwrap().len()), (&"refiled".into(), 3), "{shown}");
    assert_eq!(run(&["box", "list", "--json"]).done().json(), serde_json::json!([]));
    // What was not scanned is no warning once the box stands on its shelf.
    let told = run(&["box", "show", "14", "--fonds", "Phông A"]).done().stdout;
    assert!(told.contains("HS.02 đã bị mối xông") && !told.contains("KEEP"), "{told}");
    let log = run(&["log", "--limit", "0"]).done().stdout;
    for sentence in [
        "box 14 handed out to Trần Văn Bình",
        "Trần Văn Bình gave box 14 back",
        "box 14 put onto its shelf: HS.02 đã bị mối xông",
    ] {
        assert!(log.contains(sentence), "{sentence}: {log}");
    }
    // What the font of the forms lacks is said, not printed as something else in silence.
    let list = "mã hồ sơ,tên phông,hộp số,tiêu đề hồ sơ,số lượng tờ\nHS.04,Phông C,15,Địa bạ 地簿,2\n";
    fs::write(&inventory, list).unwrap();
    run(&["inventory", "import", inventory.to_str().unwrap()]).done();
    run(&["box", "hand-out", "15", "--to", "Hoa"]).done();
    let paper = station.folder().join("biên bản.pdf");
    let said = run(&["box", "minutes", "15", paper.to_str().unwrap()]).done();
    assert!(said.stderr.contains("lacks") && said.stderr.contains('簿'), "{}", said.stderr);
    // The folder alone knows where boxes are.
    run(&["check", "--rebuild"]).done();
    assert_eq!(boxed(&["show", "14"]).done().json()["movements"], shown["movements"]);
    run(&["check"]).done();
}
