//! A network that swallows what is sent holds up a sync, and nothing else: scanning, importing and reading go on, for no
//! lock is held over the network.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sohoa_tests::places::repository;
use sohoa_tests::proxy::Fault;
use sohoa_tests::station::ARCHIVIST;

use crate::syncing::{administer, behind_a_proxy, consistent, masters, stored, sync};

#[test]
fn capture_goes_on_while_a_sync_hangs_in_the_network() {
    let Some((hub, proxy, station)) = behind_a_proxy() else { return };
    let sent: Vec<String> = masters(&station, "HS.01").iter().map(ToString::to_string).collect();

    // One of the files is swallowed first, then the records themselves.
    for (number, swallowed) in [(4, sent[0].as_str()), (5, "/v1/batches")] {
        let before = proxy.log().len();
        proxy.plan_for(swallowed, Fault::Delayed(60_000));
        let mut command = station.command_as(ARCHIVIST);
        command.args(["sync", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut syncing = command.spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while !proxy.log()[before..].iter().any(|line| line.ends_with(swallowed)) {
            assert!(Instant::now() < end && syncing.try_wait().unwrap().is_none(), "{swallowed} is not on its way");
        }

        let (scanned, imported) = (format!("QUÉT.{number}"), format!("NHẬP.{number}"));
        let mut scan = station.command_as(ARCHIVIST);
        scan.env("SOHOA_SIMULATED_SCANNER", "sheets=3").args(["scan", &scanned, "--new-dossier", "--sheets", "3"]);
        scan.args(["--paper", "60x40", "--device", "simulated:0", "--json"]);
        let said = station.finish(&mut scan).done().json();
        assert_eq!((&said["pages"], &said["state"]), (&3.into(), &"reconciled".into()), "{said}");
        let folder = station.folder().join(format!("in-{number}")).join(&imported);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(repository().join("tests/pages/HS.01/p1.jpg"), folder.join("1.jpg")).unwrap();
        let said = station.run(["import", folder.parent().unwrap().to_str().unwrap(), "--lang", "vie"]);
        assert!(matches!(said.code, Some(0 | 3)), "{said:?}");
        for code in [&scanned, &imported] {
            administer(&station, &["clear", code, "--reason", "đã xem"]).done();
        }
        assert_eq!(masters(&station, &imported).len(), 1);
        assert!(syncing.try_wait().unwrap().is_none(), "the sync hangs still");

        proxy.heal();
        let output = syncing.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(sync(&station)["waiting"], 0);
        let stored = stored(&hub);
        for code in ["HS.01", &scanned, &imported] {
            assert!(masters(&station, code).iter().all(|master| stored.contains(master)), "{code}");
        }
        station.run(["page", "turn", "HS.01", "1", "--by", "90"]).done();
        station.run(["process", "HS.01", "--lang", "vie"]).done();
        administer(&station, &["clear", "HS.01", "--reason", "đã xem"]).done();
    }
    assert_eq!(sync(&station)["waiting"], 0);
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "13");
    consistent(&hub);
    assert_eq!(sync(&station)["records"], 0);
}
