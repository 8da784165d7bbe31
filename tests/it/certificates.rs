//! A station speaks TLS with its hub and trusts one authority alone, the one that its invitation named.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sohoa_tests::hub::Hub;
use sohoa_tests::preload::preloaded;
use sohoa_tests::station::{ARCHIVIST, Station};

use crate::syncing::{administer, consistent, read, sync};

/// An authority of certificates, in a folder of its own.
struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        let mut command = openssl();
        command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        command.args(["-days", "2", "-subj", "/CN=CA", "-keyout"]).arg(authority.file("ca.key"));
        run(command.arg("-out").arg(authority.certificate()));
        authority
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its own certificate.
    fn certificate(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// The settings of a hub whose certificate is of this authority and names some address.
    fn hub(&self, address: &str) -> String {
        let [key, request, pem] = ["key", "csr", "pem"].map(|kind| self.file(&format!("{address}.{kind}")));
        let mut command = openssl();
        command.args([
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=hub",
        ]);
        command.args(["-addext", &format!("subjectAltName={address}"), "-keyout"]).arg(&key).arg("-out").arg(&request);
        run(&mut command);
        let mut command = openssl();
        command
            .args(["x509", "-req", "-days", "2", "-CAcreateserial", "-copy_extensions", "copy", "-in"])
            .arg(&request);
        command.arg("-CA").arg(self.certificate()).arg("-CAkey").arg(self.file("ca.key")).arg("-out").arg(&pem);
        run(&mut command);
        let shown = |path: &Path| path.display().to_string();
        format!(
            "[tls]\ncertificate = '{}'\nkey = '{}'\nauthority = '{}'\n",
            shown(&pem),
            shown(&key),
            shown(&self.certificate())
        )
    }
}

fn openssl() -> Command {
    Command::new("openssl")
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().expect("openssl is there");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn enrol(station: &Station, invitation: &str, authority: &Path) -> sohoa_tests::station::Said {
    administer(station, &["enrol", invitation, "--authority", authority.to_str().unwrap()])
}

/// What the hub knows of stations and of invitations.
fn known(hub: &Hub) -> String {
    hub.sql("SELECT s FROM station s") + &hub.sql("SELECT c FROM enrolment_code c ORDER BY 1")
}

#[test]
fn a_station_sends_to_a_hub_of_the_authority_that_it_was_given_and_to_no_other() {
    let Some(mut hub) = Hub::plan(None) else { return };
    let (own, other) = (Authority::new(), Authority::new());
    let url = hub.url.replace("http://", "https://");
    let certificate = own.hub("IP:127.0.0.1");
    hub.settle_with(&url, &certificate);
    hub.serve();
    let station = read();
    let invitation = hub.invite("Trạm 3");
    assert!(invitation.contains("&ca="), "{invitation}");

    // Without the authority that the invitation names, or with another, the code is not even sent.
    let said = administer(&station, &["enrol", &invitation]).ended_with(10).refused();
    assert!(said.stderr.contains("a certificate authority of its own"), "{}", said.stderr);
    enrol(&station, &invitation, &other.certificate()).ended_with(10).refused();
    enrol(&station, &invitation, &own.certificate()).done();
    assert_eq!(sync(&station)["waiting"], 0);
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "5");
    consistent(&hub);

    // Somebody else answers at the address: nothing is said to him.
    station.run(["page", "turn", "HS.01", "1", "--by", "90"]).done();
    station.run(["process", "HS.01", "--lang", "vie"]).done();
    let newcomer = read();
    let second = hub.invite("Trạm 4");
    let seen = known(&hub);
    for (who, tls, words) in [
        ("another authority's", other.hub("IP:127.0.0.1"), "was not issued by anybody this station trusts"),
        ("another address", own.hub("DNS:hub.example"), "its certificate is for another name"),
        ("no certificate at all", String::new(), "what answers does not speak TLS"),
    ] {
        hub.settle_with(&url, &tls);
        hub.serve();
        let said = station.run(["sync"]).ended_with(13).refused();
        let is_clear = said.stderr.contains("is not the hub that enrolled this station")
            && said.stderr.contains(words)
            && said.stderr.contains("Nothing is sent");
        assert!(is_clear, "{who}: {}", said.stderr);
        let said = enrol(&newcomer, &second, &own.certificate()).ended_with(13).refused();
        assert!(said.stderr.contains(&url), "{who}: {}", said.stderr);
        assert_eq!(known(&hub), seen, "{who}: it heard something");
    }
    let status = station.run(["sync", "--status", "--json"]).done().json();
    assert!(status["waiting"].as_u64().unwrap() > 0, "{status}");

    // A clock that is wrong, or a certificate that nobody renewed: it may well be the right hub, and nothing is sent.
    hub.settle_with(&url, &certificate);
    hub.serve();
    let folder = tempfile::tempdir().unwrap();
    if let Some(clock) = preloaded(folder.path(), "clock") {
        for (days, words) in [(3, "has expired, so nothing was sent"), (-3, "is not valid yet, so nothing was sent")] {
            let mut command = station.command_as(ARCHIVIST);
            command.arg("sync").env("LD_PRELOAD", &clock).env("CLOCK_OFFSET", (days * 86_400).to_string());
            let said = station.finish(&mut command).ended_with(13).refused();
            assert!(said.stderr.contains(words) && said.stderr.contains("date and time"), "{}", said.stderr);
        }
    }
    hub.settle_with(&url, "");
    hub.serve();

    // A sync that watches says so, and goes on by itself when the right one answers again.
    let mut command = station.command_as(ARCHIVIST);
    let mut watching = command.args(["sync", "--watch"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(watching.stderr.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert!(line.contains("is not the hub that enrolled this station"), "{line}");
    hub.settle_with(&url, &certificate);
    hub.serve();
    let end = Instant::now() + Duration::from_secs(60);
    while hub.sql("SELECT backlog FROM station") != "0" || known(&hub) == seen {
        assert!(Instant::now() < end, "nothing arrives");
    }
    assert!(Command::new("kill").args(["-INT", &watching.id().to_string()]).status().unwrap().success());
    assert_eq!(watching.wait().unwrap().code(), Some(130));
    assert_eq!(sync(&station)["waiting"], 0);
    consistent(&hub);
    enrol(&newcomer, &second, &own.certificate()).done();
}
