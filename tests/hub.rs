//! A hub: a PostgreSQL of its own, a folder as its store, and the program `sohoa-hub` that serves on the loopback
//! interface. Everything ends with the value, and also when the tests are killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::postgres::Cluster;
use crate::station::{self, Said};

/// A hub that serves.
#[derive(Debug)]
pub struct Hub {
    folder: TempDir,
    serving: Option<Child>,
    cluster: Cluster,
    database: String,
    /// Its address.
    pub url: String,
}

impl Hub {
    /// Starts one; `None`, after saying so, where there is no PostgreSQL.
    pub fn start() -> Option<Self> {
        let cluster = Cluster::start()?;
        let database = cluster.new_database();
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The port is free now; nobody else on a test machine takes it in the moment between.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = free.expect("a port").port();
        let mut hub = Self { folder, serving: None, cluster, database, url: format!("http://127.0.0.1:{port}") };
        let settings = format!(
            "listen = '127.0.0.1:{port}'\npublic_url = '{}'\ndatabase = '{}'\nkey_file = '{}'\n[store]\nfolder = '{}'\n",
            hub.url,
            hub.cluster.address(&hub.database),
            hub.folder.path().join("hub.key").display(),
            hub.store().display(),
        );
        fs::write(hub.settings(), settings).expect("settings");
        fs::create_dir(hub.store()).expect("a store");
        hub.run(&["migrate"]).done();
        hub.serve();
        Some(hub)
    }

    /// Serves, until [`stop`](Self::stop).
    pub fn serve(&mut self) {
        let mut serving = self
            .command(&["serve"])
            .stdout(Stdio::piped())
            .stderr(fs::File::create(self.folder.path().join("hub.log")).expect("a log"))
            .spawn()
            .expect("the program was built and can be started");
        let mut line = String::new();
        BufReader::new(serving.stdout.take().expect("it is piped")).read_line(&mut line).expect("a line");
        self.serving = Some(serving);
        assert!(line.starts_with("listening at"), "{line}\n{}", self.log());
    }

    /// Kills it without a word.
    pub fn stop(&mut self) {
        if let Some(mut serving) = self.serving.take() {
            let _ = serving.kill();
            let _ = serving.wait();
        }
    }

    /// Runs `sohoa-hub` with its settings.
    pub fn run(&self, line: &[&str]) -> Said {
        Said::of(&mut self.command(line))
    }

    /// An invitation for a new station.
    pub fn invite(&self, name: &str) -> String {
        self.invitation(&["enrol", "--unit", "so-tu-phap", "--unit-name", "Sở Tư pháp", "--name", name])
    }

    /// An invitation for a new machine of a station.
    pub fn invite_again(&self, station: &str) -> String {
        self.invitation(&["enrol", "--again", station])
    }

    /// What a question answers, columns parted by `|`, rows by line feeds.
    #[track_caller]
    pub fn sql(&self, question: &str) -> String {
        self.cluster.sql(&self.database, question)
    }

    /// Everything that the database holds, as text.
    pub fn dump(&self) -> String {
        self.cluster.dump(&self.database)
    }

    /// The folder of its files.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn invitation(&self, line: &[&str]) -> String {
        let said = self.run(line).done();
        said.stdout.lines().find(|line| line.contains('#')).expect("an invitation").trim().to_owned()
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(station::hub());
        command.arg("--config").arg(self.settings()).args(line).stdin(Stdio::null());
        command
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("hub.log")).unwrap_or_default()
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("hub.toml")
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop();
    }
}
