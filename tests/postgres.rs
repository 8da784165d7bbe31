//! A PostgreSQL of the tests' own: a cluster in a temporary folder, reached through a socket, ended with the value and also
//! when the tests are killed.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::places::in_ci;

/// How long PostgreSQL may take to answer, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Cluster {
    server: Mutex<Child>,
    folder: TempDir,
    programs: PathBuf,
    databases: AtomicU32,
}

impl Cluster {
    /// Starts one; `None`, after saying so, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(!in_ci(), "PostgreSQL is missing; packaging/setup judges installs it");
            crate::announce("skipped: there is no PostgreSQL in /usr/lib/postgresql");
            return None;
        };
        // Short, for the path of a socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a new folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&data));
        }
        let initdb = ["-U", "sohoa", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"];
        run(as_postgres(programs.join("initdb")).arg("-D").arg(&data).args(initdb).current_dir("/"));
        let server = Mutex::new(serve(&programs, &data));
        let cluster = Self { server, folder, programs, databases: AtomicU32::new(0) };
        cluster.wait();
        Some(cluster)
    }

    /// Ends every process of it without a word to anybody, and starts it again.
    pub fn crash(&self) {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        run(Command::new("kill").args(["-s", "QUIT", &self.first_process()]));
        drop(server.stdin.take());
        let _ = server.wait();
        *server = serve(&self.programs, &self.data());
        drop(server);
        self.wait();
    }

    /// Sends a signal to all of its processes.
    pub fn signal_all(&self, signal: &str) {
        let first = self.first_process();
        // The kernel's list of children may leave one out while others end: that one would be stopped for ever.
        let all = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let all = all.filter_map(|entry| entry.file_name().into_string().ok());
        let numbers: Vec<String> = all.filter(|number| parent(number).as_ref() == Some(&first)).collect();
        // One that ended since is no fault.
        let _ = Command::new("kill").args(["-s", signal]).args(numbers).arg(first).stderr(Stdio::null()).status();
    }

    fn first_process(&self) -> String {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        text.lines().next().expect("a number of a process").to_owned()
    }

    fn wait(&self) {
        let end = Instant::now() + PATIENCE;
        while self.try_sql("postgres", "SELECT 1").is_none() {
            assert!(Instant::now() < end, "PostgreSQL does not answer: {}", self.log());
            std::thread::yield_now();
        }
    }

    /// The folder of its programs.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// A new, empty database; its name.
    pub fn new_database(&self) -> String {
        let name = format!("hub{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://sohoa@localhost/{database}?host={}", self.data().display())
    }

    /// What a question answers, columns parted by `|`, rows by line feeds.
    #[track_caller]
    pub fn sql(&self, database: &str, question: &str) -> String {
        self.try_sql(database, question).unwrap_or_else(|| panic!("{question}\n{}", self.log()))
    }

    /// Everything that a database holds, as text.
    pub fn dump(&self, database: &str) -> String {
        let mut command = self.client("pg_dump");
        let output = command.arg(database).output().expect("pg_dump");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The same; none where it does not answer.
    pub fn try_sql(&self, database: &str, question: &str) -> Option<String> {
        let output =
            self.client("psql").args(["-d", database, "-Atc", question]).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-h").arg(self.data()).args(["-U", "sohoa"]);
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.data().join("server.log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let server = self.server.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(server.stdin.take());
        let _ = server.wait();
    }
}

/// The number of a process' parent; none if it ended, or is no process.
fn parent(number: &str) -> Option<String> {
    // Behind the name, which may hold anything, stand the state and the parent (proc(5)).
    let about = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    Some(about.rsplit_once(')')?.1.split_whitespace().nth(1)?.to_owned())
}

/// Starts the server. It ends when its standard input does: no server outlives the tests, however they end.
fn serve(programs: &Path, data: &Path) -> Child {
    let script = "\"$0\"/postgres -D \"$1\" -k \"$1\" -c listen_addresses= -c fsync=off -c max_connections=200 \
        >>\"$1\"/server.log 2>&1 & server=$!; cat >/dev/null; kill -INT $server 2>/dev/null; wait $server";
    let mut command = as_postgres("sh");
    command.args(["-c", script]).args([programs, data]).current_dir("/").stdin(Stdio::piped()).spawn().expect("a shell")
}

/// The folder of the newest PostgreSQL of Debian.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let version = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max()?;
    let folder = Path::new("/usr/lib/postgresql").join(version.to_string()).join("bin");
    folder.join("initdb").is_file().then_some(folder)
}

/// PostgreSQL refuses to run as root: then its own user runs it.
fn as_postgres(program: impl AsRef<OsStr>) -> Command {
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
