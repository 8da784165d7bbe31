//! Hubs of one group: programs on one database and one store, ended when the test ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sohoa_wire::enrolment::Invitation;
use sqlx_postgres::PgPool;
use tempfile::TempDir;

use sohoa_tests::postgres::Cluster;

use crate::cluster;
use crate::station::Station;

/// The address that stations know, wherever the hubs listen.
pub(crate) const PUBLIC_URL: &str = "https://hub.example";
const PROGRAM: &str = env!("CARGO_BIN_EXE_sohoa-hub");

/// A database, a store, a key: what hubs share.
pub(crate) struct Group {
    pub(crate) folder: TempDir,
    pub(crate) pool: PgPool,
    cluster: Arc<Cluster>,
}

/// A hub at work.
pub(crate) struct Process {
    child: Child,
    pub(crate) base: String,
    log: PathBuf,
}

impl Group {
    /// A group on a new database, unless PostgreSQL is missing.
    pub(crate) async fn new() -> Option<Self> {
        Self::with("").await
    }

    /// The same, with more settings.
    pub(crate) async fn with(settings: &str) -> Option<Self> {
        Self::made(settings, None).await
    }

    /// The same, with a bucket as its store.
    pub(crate) async fn in_bucket(store: &str) -> Option<Self> {
        Self::made("", Some(store)).await
    }

    async fn made(settings: &str, store: Option<&str>) -> Option<Self> {
        let cluster = cluster::shared()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = cluster.address(&cluster.new_database());
        let text = format!(
            "listen = '127.0.0.1:0'\npublic_url = '{PUBLIC_URL}'\ndatabase = '{database}'\nkey_file = '{0}/hub.key'\n\
             grace_s = 20\npostgresql_programs = '{1}'\n{settings}\n{2}\n",
            folder.path().display(),
            cluster.programs().display(),
            store.map_or_else(|| format!("[store]\nfolder = '{}/store'", folder.path().display()), str::to_owned),
        );
        fs::write(folder.path().join("hub.toml"), text).expect("room");
        let pool = sohoa_hub::database::connect(&database).await.expect("PostgreSQL answers");
        let group = Self { folder, pool, cluster };
        group.run(&["migrate"]);
        Some(group)
    }

    /// Another database for the same store and key, empty and not yet brought up to date.
    pub(crate) async fn with_new_database(mut self) -> Self {
        let path = self.folder.path().join("hub.toml");
        let text = fs::read_to_string(&path).expect("the settings");
        let database = self.cluster.address(&self.cluster.new_database());
        let lines = text.lines().map(|line| match line.starts_with("database = ") {
            true => format!("database = '{database}'"),
            false => line.to_owned(),
        });
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).expect("room");
        self.pool = sohoa_hub::database::connect(&database).await.expect("PostgreSQL answers");
        self
    }

    /// A certificate for the hubs that are started from now on: `tls.pem` in the group's folder.
    pub(crate) fn certify(&self) {
        let folder = self.folder.path();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=hub.example", "-addext", "subjectAltName=DNS:hub.example,IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(folder.join("tls.key"))
            .arg("-out")
            .arg(folder.join("tls.pem"))
            .output()
            .expect("openssl is there");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let path = folder.join("hub.toml");
        let tls = format!(
            "\n[tls]\ncertificate = '{0}/tls.pem'\nkey = '{0}/tls.key'\nauthority = '{0}/tls.pem'\n",
            folder.display()
        );
        let text = fs::read_to_string(&path).expect("the settings");
        fs::write(&path, text + &tls).expect("room");
    }

    /// A command of the program, with the group's settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(self.folder.path().join("hub.toml")).args(arguments);
        command
    }

    /// Runs a command that must succeed; the answer is what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Starts a hub.
    pub(crate) fn hub(&self) -> Process {
        self.hub_that_dies_at(None)
    }

    /// Starts a hub that dies at a point.
    pub(crate) fn hub_that_dies_at(&self, point: Option<&str>) -> Process {
        let name = format!("{:?}.log", Instant::now()).replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let log = self.folder.path().join(name);
        let mut command = self.command(&["serve"]);
        command.stdout(Stdio::piped()).stderr(fs::File::create(&log).expect("room"));
        if let Some(point) = point {
            command.env(sohoa_model::crash::VARIABLE, point);
        }
        let mut child = command.spawn().expect("the program");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("text");
        let Some(address) = line.trim().strip_prefix("listening at ") else {
            panic!("the hub did not start: {}", fs::read_to_string(&log).unwrap_or_default());
        };
        Process { child, base: format!("http://{address}"), log }
    }

    /// An invitation for a new station.
    pub(crate) fn invitation(&self, unit: &str) -> Invitation {
        let text = self.run(&["enrol", "--unit", unit, "--name", "Trạm 3"]);
        text.trim().parse().expect("an invitation")
    }

    /// A station of a unit, enrolled through a hub.
    pub(crate) async fn station(&self, hub: &Process, unit: &str, seed: u8) -> Station {
        Station::enrol(&hub.base, &self.invitation(unit), seed).await
    }

    /// One number from the database.
    pub(crate) async fn number(&self, text: &'static str) -> i64 {
        sohoa_hub::database::value(text).fetch_one(&self.pool).await.expect("a number")
    }

    /// The objects of the store under a prefix.
    pub(crate) fn objects(&self, prefix: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join("store").join(prefix)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
                if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
            }
        }
        found.sort();
        found
    }
}

impl Process {
    /// What it logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is ours")
    }

    /// Waits until it ended by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.has_ended() {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it does not end: {}", self.log());
            std::thread::yield_now();
        }
    }

    /// Asks it to stop, as systemd does.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(status.expect("kill is there").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
