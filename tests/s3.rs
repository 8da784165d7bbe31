//! A service that speaks S3: S3Proxy over a folder, on the loopback interface with a key of its own; ended with the value and
//! also when the tests are killed.
//!
//! It knows the signatures of version 4 and uploads in parts. It has no checksums by SHA-256 (`x-amz-checksum-sha256`): the
//! strict one refuses them, the lenient one overlooks them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use walkdir::WalkDir;

use crate::places::{in_ci, tools};

/// The bucket that is there.
pub const BUCKET: &str = "hub";
/// Who may use it.
pub const ACCESS_KEY: &str = "hub-access-key";
/// With what.
pub const SECRET_KEY: &str = "hub-secret-key";

/// A service that runs.
#[derive(Debug)]
pub struct S3 {
    server: Child,
    folder: TempDir,
    /// Its address.
    pub endpoint: String,
}

impl S3 {
    /// Starts one that overlooks header fields it does not know; `None`, after saying so, where it is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with("s3proxy.ignore-unknown-headers=true\n")
    }

    /// The same, but header fields that it does not know are refused with `NotImplemented`.
    pub fn start_strict() -> Option<Self> {
        Self::start_with("")
    }

    fn start_with(more: &str) -> Option<Self> {
        let program = tools().join("s3proxy.jar");
        if !program.is_file() {
            assert!(!in_ci(), "S3Proxy is missing; packaging/setup judges installs it");
            crate::announce("skipped: S3Proxy is not installed (packaging/setup judges)");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = folder.path().join("objects");
        fs::create_dir_all(base.join(BUCKET)).expect("a new folder");
        let settings = folder.path().join("s3proxy.conf");
        let text = format!(
            "s3proxy.endpoint=http://127.0.0.1:0\ns3proxy.authorization=aws-v4\ns3proxy.identity={ACCESS_KEY}\n\
             s3proxy.credential={SECRET_KEY}\njclouds.provider=filesystem-nio2\njclouds.identity=-\njclouds.credential=-\n\
             jclouds.filesystem.basedir={}\n{more}",
            base.display()
        );
        fs::write(&settings, text).expect("room");
        fs::write(folder.path().join("secret"), SECRET_KEY).expect("room");
        // It ends when its standard input does.
        let script = "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m \
            -Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener \
            -jar \"$0\" --properties \"$1\" & server=$!; cat >/dev/null; kill $server; wait $server";
        let mut server = Command::new("sh")
            .args(["-c", script])
            .args([&program, &settings])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.path().join("errors")).expect("room"))
            .spawn()
            .expect("a shell");
        let mut said = BufReader::new(server.stdout.take().expect("it is piped")).lines();
        let mut log = String::new();
        let mut address = None;
        for line in said.by_ref().map_while(Result::ok) {
            if line.contains("Started ServerConnector") {
                address = line.rsplit_once('{').map(|(_, rest)| rest.trim_end_matches('}').to_owned());
                break;
            }
            log = format!("{log}{line}\n");
        }
        let errors = fs::read_to_string(folder.path().join("errors")).unwrap_or_default();
        let address = address.unwrap_or_else(|| panic!("S3Proxy does not start: {log}{errors}"));
        // What it says from now on is not wanted, but it must be able to say it.
        std::thread::spawn(move || said.map_while(Result::ok).for_each(drop));
        Some(Self { server, folder, endpoint: format!("http://{address}") })
    }

    /// The lines of a hub's settings that have it use the bucket, at the address of the service or of a proxy before it.
    pub fn settings(&self, endpoint: &str) -> String {
        format!(
            "[store.s3]\nendpoint = '{endpoint}'\nbucket = '{BUCKET}'\naccess_key = '{ACCESS_KEY}'\n\
             secret_key_file = '{}'\nallow_http = true\n",
            self.secret_file().display()
        )
    }

    /// The file that holds the secret key.
    pub fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// The folder in which the objects of the bucket lie.
    pub fn objects(&self) -> PathBuf {
        self.folder().join("objects").join(BUCKET)
    }

    /// Takes away what requests that broke off left in its folder, `KEY-UUID`: S3Proxy answers 500 to who lists a bucket with
    /// such a file in it; a service that keeps its objects elsewhere shows none.
    pub fn forget_torn(&self) {
        let files = WalkDir::new(self.objects()).into_iter().filter_map(Result::ok);
        for file in files.filter(|entry| entry.file_type().is_file()) {
            let name = file.file_name().to_string_lossy();
            let parts: Vec<usize> = name.rsplit('-').take(5).map(str::len).collect();
            if parts == [12, 4, 4, 4, 8] {
                fs::remove_file(file.path()).expect("a file that was left");
            }
        }
    }

    /// A folder of its own, for what a test wants to have beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
