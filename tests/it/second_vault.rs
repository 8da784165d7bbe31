//! The second vault: paper stays on the table until its pages lie there, what is damaged comes back from it, and it is an
//! archive when the first one is gone.

use std::fs;

use sohoa_tests::station::{ARCHIVIST, Said, Station};

fn scan(station: &Station, simulation: &str, sheets: &str) -> Said {
    let mut command = station.command_as(ARCHIVIST);
    let line = ["scan", "HS.01", "--new-dossier", "--paper", "60x40", "--device", "simulated:0", "--sheets", sheets];
    command.env("SOHOA_SIMULATED_SCANNER", simulation).args(line);
    station.finish(&mut command)
}

#[test]
fn paper_waits_for_the_second_vault_and_what_is_damaged_comes_back_from_it() {
    let station = Station::with_demo_archive();
    let run = |line: &[&str]| station.run(line.iter().copied());
    let second = station.folder().join("ổ thứ hai");
    let folder = second.to_str().unwrap();
    run(&["second-vault", "copy"]).ended_with(4);
    run(&["second-vault", "set", station.archive().join("in").to_str().unwrap()]).ended_with(10);
    assert!(!station.archive().join("in").exists());
    run(&["second-vault", "set", folder]).done();

    let said = scan(&station, "sheets=3", "3").done().stdout;
    assert!(said.contains("safe to refile"), "{said}");
    let shown = || run(&["show", "HS.01", "--pages", "--json"]).done().json();
    let safe = |page: usize| shown()["page_list"][page]["safe_to_refile"].clone();
    assert_eq!((&shown()["safe_to_refile"], &safe(0)), (&true.into(), &true.into()));

    // The medium is unplugged: an empty folder is no second vault.
    let away = station.folder().join("unplugged");
    fs::rename(&second, &away).unwrap();
    fs::create_dir(&second).unwrap();
    let said = scan(&station, "sheets=1 first=4", "1").done();
    assert!(said.stderr.contains("There is no second vault at"), "{}", said.stderr);
    assert!(said.stdout.contains("KEEP THE PAPER"), "{}", said.stdout);
    assert_eq!(shown()["refile_waits_for"], serde_json::json!(["copy"]));
    assert_eq!((safe(0), safe(3)), (false.into(), false.into()));
    assert_eq!((&shown()["page_list"][0]["safe"], &shown()["page_list"][3]["safe"]), (&true.into(), &false.into()));
    fs::remove_dir(&second).unwrap();
    fs::rename(&away, &second).unwrap();
    run(&["process", "HS.01", "--lang", "vie"]).done();
    assert_eq!(shown()["safe_to_refile"], true);
    run(&["second-vault", "copy"]).done();

    // A copy that rotted is found, said and mended.
    let master = shown()["page_list"][1]["master_sha256"].as_str().unwrap().to_owned();
    let spoil = |root: &std::path::Path| {
        let path = root.join("vault").join(&master[..2]).join(&master);
        let mut bytes = fs::read(&path).unwrap();
        bytes[100] ^= 1;
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    };
    spoil(&second);
    let mended = run(&["second-vault", "copy", "--json"]).done().json();
    assert_eq!(mended["mended"], 1, "{mended}");
    // And so is the master itself, from its copy.
    spoil(&station.archive());
    run(&["check"]).ended_with(6);
    run(&["check", "--repair"]).done();
    run(&["check"]).done();
    run(&["verify", "HS.01"]).done();
    // Where the first one is bad, no bad copy is made.
    fs::remove_file(second.join("vault").join(&master[..2]).join(&master)).unwrap();
    spoil(&station.archive());
    run(&["second-vault", "copy"]).ended_with(6);
    assert!(!second.join("vault").join(&master[..2]).join(&master).exists());
}

#[test]
fn the_second_vault_is_an_archive_when_the_first_one_is_gone() {
    let station = Station::with_demo_archive();
    let run = |line: &[&str]| station.run(line.iter().copied());
    let second = station.folder().join("second");
    run(&["second-vault", "set", second.to_str().unwrap()]).done();
    scan(&station, "sheets=3", "3").done();
    run(&["process", "HS.01", "--lang", "vie"]).done();
    run(&["second-vault", "copy"]).done();
    let before = run(&["show", "HS.01", "--json"]).done().json();
    fs::rename(station.archive(), station.folder().join("burnt")).unwrap();
    fs::rename(&second, station.archive()).unwrap();
    run(&["check", "--rebuild"]).done();
    let after = run(&["show", "HS.01", "--json"]).done().json();
    assert_eq!((&after["state"], &after["documents"]), (&before["state"], &before["documents"]));
    // Another archive's second vault is left alone.
    let other = Station::with_demo_archive();
    let taken = station.archive();
    other.run(["second-vault", "set", taken.to_str().unwrap()]).ended_with(10);
}
