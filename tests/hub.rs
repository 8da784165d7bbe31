//! A hub: a PostgreSQL of its own, a folder or a bucket as its store, and the program `sohoa-hub` that serves on the loopback
//! interface, alone or in a group. Everything ends with the value, and also when the tests are killed.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use sohoa_model::crash;
use tempfile::TempDir;

use crate::postgres::Cluster;
use crate::station::{self, Said};

/// A hub that serves.
#[derive(Debug)]
pub struct Hub {
    shared: Arc<Shared>,
    name: String,
    environment: Vec<(&'static str, OsString)>,
    serving: Option<Child>,
    /// Its address.
    pub url: String,
}

/// What hubs of one group share.
#[derive(Debug)]
struct Shared {
    folder: TempDir,
    cluster: Cluster,
    database: Mutex<String>,
    /// The lines of the settings that name the store.
    store: String,
}

impl Hub {
    /// Starts one; `None`, after saying so, where there is no PostgreSQL.
    pub fn start() -> Option<Self> {
        let mut hub = Self::plan(None)?;
        hub.serve();
        Some(hub)
    }

    /// One that does not serve yet, with a folder as its store or with the store that some lines of settings name.
    pub fn plan(store: Option<&str>) -> Option<Self> {
        let cluster = Cluster::start()?;
        let database = Mutex::new(cluster.new_database());
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("store")).expect("a store");
        let store = match store {
            Some(lines) => lines.to_owned(),
            None => format!("[store]\nfolder = '{}'\n", folder.path().join("store").display()),
        };
        let hub = Self::of(Arc::new(Shared { folder, cluster, database, store }), "hub");
        hub.settle(&hub.url);
        hub.run(&["migrate"]).done();
        Some(hub)
    }

    /// Another hub of the group, which does not serve yet.
    pub fn another(&self, name: &str) -> Self {
        let hub = Self::of(Arc::clone(&self.shared), name);
        hub.settle(&hub.url);
        hub
    }

    fn of(shared: Arc<Shared>, name: &str) -> Self {
        // The port is free now; nobody else on a test machine takes it in the moment between.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let url = format!("http://{}", free.expect("a port"));
        Self { shared, name: name.to_owned(), environment: Vec::new(), serving: None, url }
    }

    /// Writes its settings; `public_url` is what stations call it, be it a proxy before it.
    pub fn settle(&self, public_url: &str) {
        self.settle_with(public_url, "");
    }

    /// The same with more lines at the end, e.g. its certificate.
    pub fn settle_with(&self, public_url: &str, more: &str) {
        let listen = self.url.trim_start_matches("http://");
        let settings = format!(
            "listen = '{listen}'\npublic_url = '{public_url}'\ndatabase = '{}'\nkey_file = '{}'\n\
             postgresql_programs = '{}'\n{}{more}",
            self.cluster().address(&self.database()),
            self.folder().join("hub.key").display(),
            self.cluster().programs().display(),
            self.shared.store,
        );
        fs::write(self.settings(), settings).expect("settings");
    }

    /// The database of the group from now on is a new one, empty and without tables; the settings of its hubs want to be
    /// written again.
    pub fn use_new_database(&self) {
        *self.shared.database.lock().expect("no panic") = self.cluster().new_database();
    }

    /// From now on the program finds this in its environment.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.push((name, value.into()));
    }

    /// Its PostgreSQL.
    pub fn cluster(&self) -> &Cluster {
        &self.shared.cluster
    }

    /// A folder that the hubs of the group share.
    pub fn folder(&self) -> &Path {
        self.shared.folder.path()
    }

    fn database(&self) -> String {
        self.shared.database.lock().expect("no panic").clone()
    }

    /// Serves, until [`stop`](Self::stop).
    pub fn serve(&mut self) {
        let started = self.try_serve(None, &[]);
        assert!(started, "{}", self.log());
    }

    /// Serves with more in its environment, until it dies at a point, if one is named; false if it does not start.
    pub fn try_serve(&mut self, point: Option<&str>, with: &[(&str, &Path)]) -> bool {
        self.stop();
        let log = fs::OpenOptions::new().append(true).create(true).open(self.log_file()).expect("a log");
        let mut command = self.command(&["serve"]);
        command.envs(point.map(|point| (crash::VARIABLE, point))).envs(with.iter().copied());
        command.stdout(Stdio::piped()).stderr(log);
        let mut serving = command.spawn().expect("the program was built and can be started");
        let mut line = String::new();
        BufReader::new(serving.stdout.take().expect("it is piped")).read_line(&mut line).expect("a line");
        self.serving = Some(serving);
        line.starts_with("listening at")
    }

    /// Whether it serves still.
    pub fn is_serving(&mut self) -> bool {
        self.serving.as_mut().is_some_and(|serving| matches!(serving.try_wait(), Ok(None)))
    }

    /// Its process.
    pub fn process(&self) -> Option<u32> {
        self.serving.as_ref().map(Child::id)
    }

    /// Asks it to stop, as systemd does.
    pub fn terminate(&self) {
        let process = self.process().expect("it serves").to_string();
        let asked = Command::new("kill").args(["-s", "TERM", &process]).status();
        assert!(asked.is_ok_and(|status| status.success()), "{process}");
    }

    /// Whether it takes connections still.
    pub fn is_listening(&self) -> bool {
        TcpStream::connect(self.url.trim_start_matches("http://")).is_ok()
    }

    /// Whether it has read whatever was sent to it (`/proc/net/tcp`: nothing waits in a queue of a connection to its port).
    pub fn has_read_all(&self) -> bool {
        let port = self.url.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).expect("a port");
        let port = format!(":{port:04X}");
        let connections = std::fs::read_to_string("/proc/net/tcp").expect("a table of connections");
        connections.lines().skip(1).all(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let is_its = fields[1].ends_with(&port) || fields[2].ends_with(&port);
            // State 1: established; the listening socket counts connections in its queue.
            !is_its || fields[3] != "01" || fields[4] == "00000000:00000000"
        })
    }

    /// Waits for its end; whether all was well.
    pub fn ended(&mut self) -> bool {
        self.serving.take().expect("it served").wait().is_ok_and(|status| status.success())
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

    /// Runs `sohoa-hub` until it is killed at a named point.
    pub fn crash(&self, line: &[&str], point: &str) -> Said {
        Said::of(self.command(line).env("SOHOA_CRASH_AT", point))
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
        self.cluster().sql(&self.database(), question)
    }

    /// The same; none while PostgreSQL is down.
    pub fn try_sql(&self, question: &str) -> Option<String> {
        self.cluster().try_sql(&self.database(), question)
    }

    /// Everything that the database holds, as text.
    pub fn dump(&self) -> String {
        self.cluster().dump(&self.database())
    }

    /// The folder of its files.
    pub fn store(&self) -> PathBuf {
        self.folder().join("store")
    }

    fn invitation(&self, line: &[&str]) -> String {
        let said = self.run(line).done();
        said.stdout.lines().find(|line| line.contains('#')).expect("an invitation").trim().to_owned()
    }

    /// A command of the program with its settings.
    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(station::hub());
        command.arg("--config").arg(self.settings()).args(line).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder().join(format!("{}.log", self.name))
    }

    fn settings(&self) -> PathBuf {
        self.folder().join(format!("{}.toml", self.name))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop();
    }
}
