//! A hub: a PostgreSQL of its own in a temporary folder, a folder as its store, and the program `sohoa-hub` that serves on
//! the loopback interface. Everything ends with the value, and also when the tests are killed.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::places::in_ci;
use crate::station::{self, Said};

/// How long a server may take to answer, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(120);

/// A hub that serves.
#[derive(Debug)]
pub struct Hub {
    folder: TempDir,
    programs: PathBuf,
    database: Child,
    serving: Option<Child>,
    /// Its address.
    pub url: String,
}

impl Hub {
    /// Starts one; `None`, after saying so, where there is no PostgreSQL.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(!in_ci(), "PostgreSQL is missing; packaging/setup judges installs it");
            crate::announce("skipped: there is no PostgreSQL in /usr/lib/postgresql");
            return None;
        };
        // Short, for the path of a socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("hub").tempdir_in("/tmp").expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let data = folder.path().join("pg");
        fs::create_dir(&data).expect("a new folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&data));
        }
        let initdb = ["-U", "sohoa", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"];
        run(as_postgres(&programs.join("initdb")).arg("-D").arg(&data).args(initdb).current_dir("/"));
        let script = "\"$0\"/postgres -D \"$1\" -k \"$1\" -c listen_addresses= -c fsync=off >\"$1\"/server.log 2>&1 & \
                      server=$!; cat >/dev/null; kill -INT $server; wait $server";
        let database = as_postgres(Path::new("sh"))
            .args(["-c", script])
            .args([&programs, &data])
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        // The port is free now; nobody else on a test machine takes it in the moment between.
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let url = format!("http://127.0.0.1:{port}");
        let mut hub = Self { folder, programs, database, serving: None, url };
        hub.until("PostgreSQL answers", |hub| hub.try_sql("postgres", "SELECT 1").is_some());
        hub.try_sql("postgres", "CREATE DATABASE hub").expect("a new database");
        let settings = format!(
            "listen = '127.0.0.1:{port}'\npublic_url = '{}'\ndatabase = 'postgres://sohoa@localhost/hub?host={}'\n\
             key_file = '{}'\n[store]\nfolder = '{}'\n",
            hub.url,
            hub.data().display(),
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
        let mut serving = Command::new(station::hub())
            .arg("--config")
            .arg(self.settings())
            .arg("serve")
            .stdin(Stdio::null())
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
        let mut command = Command::new(station::hub());
        command.arg("--config").arg(self.settings()).args(line).stdin(Stdio::null());
        Said::of(&mut command)
    }

    /// An invitation for a new station.
    pub fn invite(&self, name: &str) -> String {
        let said = self.run(&["enrol", "--unit", "so-tu-phap", "--unit-name", "Sở Tư pháp", "--name", name]).done();
        said.stdout.lines().find(|line| line.contains('#')).expect("an invitation").trim().to_owned()
    }

    /// What a question answers, columns parted by `|`, rows by line feeds.
    pub fn sql(&self, question: &str) -> String {
        self.try_sql("hub", question).unwrap_or_else(|| panic!("{question}"))
    }

    /// Everything that the database holds, as text.
    pub fn dump(&self) -> String {
        let mut command = Command::new(self.programs.join("pg_dump"));
        let output = command.arg("-h").arg(self.data()).args(["-U", "sohoa", "hub"]).output().expect("pg_dump");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The folder of its files.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// What it wrote to its log since it serves.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("hub.log")).unwrap_or_default()
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("hub.toml")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("pg")
    }

    fn try_sql(&self, database: &str, question: &str) -> Option<String> {
        let mut command = Command::new(self.programs.join("psql"));
        let command = command.arg("-h").arg(self.data()).args(["-U", "sohoa", "-d", database, "-Atc", question]);
        let output = command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < end, "not in time: {what}");
            std::thread::yield_now();
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop();
        drop(self.database.stdin.take());
        let _ = self.database.wait();
        let _ = std::io::stderr().flush();
    }
}

/// The folder of the newest PostgreSQL of Debian.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let version = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max()?;
    let folder = Path::new("/usr/lib/postgresql").join(version.to_string()).join("bin");
    folder.join("initdb").is_file().then_some(folder)
}

/// PostgreSQL refuses to run as root: then its own user runs it.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|text| text.lines().any(|line| line.starts_with("Uid:\t0\t")))
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program is there");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
