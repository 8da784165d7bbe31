//! The unit of the hub: systemd reads it without a complaint, and finds little that the service could do to its machine.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use sohoa_tests::places::repository;
use sohoa_tests::station;

use crate::exhibits;

/// The most exposure, in tenths, on systemd's scale from 0 to 10: the network and its own files are what the hub works with.
const EXPOSED: &str = "15";

fn ask(judge: &Path, line: &[&str], unit: &Path) -> Output {
    Command::new(judge).args(line).arg(unit).output().expect("systemd-analyze starts")
}

#[test]
fn systemd_understands_the_unit_of_the_hub_and_finds_it_locked_in() {
    let Some(judge) = exhibits::judge(Path::new("systemd-analyze")) else { return };
    let text = fs::read_to_string(repository().join("packaging/sohoa-hub.service")).expect("the unit");
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("sohoa-hub.service");
    let write = |text: &str| fs::write(&unit, text).expect("a unit");
    // The program stands where it was built, not where it will be installed.
    let built = station::hub().to_str().expect("a path");
    assert!(text.contains("/usr/bin/sohoa-hub "), "the unit starts the program");
    let text = text.replace("/usr/bin/sohoa-hub ", &format!("{built} "));
    // It complains and goes on: silence is what counts.
    let complaint = || {
        let said = ask(judge, &["verify", "--man=no"], &unit);
        let words = String::from_utf8_lossy(&said.stderr).into_owned();
        if said.status.success() { words } else { format!("{words}{}", said.status) }
    };
    let security = ["security", "--offline=true", "--no-pager", "--threshold", EXPOSED];

    write(&text);
    assert_eq!(complaint(), "");
    let said = ask(judge, &security, &unit);
    let shown = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success(), "{shown}{}", String::from_utf8_lossy(&said.stderr));
    let exposure = shown.lines().find(|line| line.contains("exposure level")).expect("a figure");
    sohoa_tests::announce(&format!("systemd-analyze: {}", exposure.trim_start_matches(['→', ' '])));

    // A judge that sees nothing is noticed.
    for (right, wrong) in [
        ("ProtectSystem=strict", "ProtectSystem=strikt"),
        ("Restart=on-failure", "Restarts=on-failure"),
        (built, "/nowhere/sohoa-hub"),
    ] {
        write(&text.replace(right, wrong));
        assert_ne!(complaint(), "", "{wrong}");
    }
    write(
        &text
            .replace("ProtectSystem=strict\n", "")
            .replace("PrivateUsers=yes\n", "")
            .replace("CapabilityBoundingSet=\n", ""),
    );
    assert!(!ask(judge, &security, &unit).status.success(), "less locked in is more exposed");
}
