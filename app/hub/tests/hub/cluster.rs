//! A PostgreSQL of the tests' own: a cluster in a temporary folder, reached through a socket, stopped when the last test
//! that uses it ends, and also when the tests are killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use sqlx_postgres::PgPool;
use tempfile::TempDir;

/// How long PostgreSQL may take to answer, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A running PostgreSQL.
pub(crate) struct Cluster {
    child: Child,
    folder: TempDir,
}

/// The cluster that all tests share, if PostgreSQL is installed.
pub(crate) fn shared() -> Option<Arc<Cluster>> {
    let mut shared = SHARED.lock().expect("no test panics while it starts PostgreSQL");
    if let Some(cluster) = shared.upgrade() {
        return Some(cluster);
    }
    let Some(programs) = programs() else {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is missing; packaging/setup judges installs it");
        println!("skipped: there is no PostgreSQL in /usr/lib/postgresql");
        return None;
    };
    let cluster = Arc::new(Cluster::start(&programs));
    *shared = Arc::downgrade(&cluster);
    Some(cluster)
}

/// The folder of the newest PostgreSQL of Debian.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let version = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max()?;
    let folder = Path::new("/usr/lib/postgresql").join(version.to_string()).join("bin");
    folder.join("initdb").is_file().then_some(folder)
}

/// PostgreSQL refuses to run as root: then its own user runs it.
fn as_postgres(program: impl AsRef<std::ffi::OsStr>) -> Command {
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

impl Cluster {
    fn start(programs: &Path) -> Self {
        // Short, for the path of a socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a new folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&data));
        }
        run(as_postgres(programs.join("initdb")).arg("-D").arg(&data).current_dir("/").args([
            "-U",
            "sohoa",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]));
        // It ends when its standard input does: no server outlives the tests, however they end.
        let script = "\"$0\"/postgres -D \"$1\" -k \"$1\" -c listen_addresses= -c fsync=off -c max_connections=200 \
            >\"$1\"/server.log 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server";
        let child = as_postgres("sh")
            .arg("-c")
            .arg(script)
            .arg(programs)
            .arg(&data)
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let cluster = Self { child, folder };
        let began = Instant::now();
        while !cluster.answers(programs) {
            assert!(began.elapsed() < PATIENCE, "PostgreSQL does not answer: {}", cluster.log());
            std::thread::yield_now();
        }
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn answers(&self, programs: &Path) -> bool {
        let ready = Command::new(programs.join("pg_isready")).args(["-q", "-t", "1", "-h"]).arg(self.data()).status();
        ready.is_ok_and(|status| status.success())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.data().join("server.log")).unwrap_or_default()
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://sohoa@localhost/{database}?host={}", self.data().display())
    }

    /// A new database; the answer is its address.
    pub(crate) async fn database(&self) -> String {
        let name = format!("hub{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let pool = PgPool::connect(&self.address("postgres")).await.expect("PostgreSQL answers");
        let text = sqlx_core::sql_str::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx_core::raw_sql::raw_sql(text).execute(&pool).await.expect("a new name");
        pool.close().await;
        self.address(&name)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
