//! A station: one archive and one settings folder in a temporary place, and the program `sohoa` run on them.
//!
//! Nothing of the machine's own settings, keys or archives reaches a station, and the program speaks English.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

/// The person who captures, unless a test says otherwise.
pub const ARCHIVIST: &str = "Nguyễn Thị Lan";

/// A second person, who accepts what the first one captured.
pub const SUPERVISOR: &str = "Trần Văn Minh";

/// A station with a folder of its own, removed when the value is dropped.
#[derive(Debug)]
pub struct Station {
    folder: TempDir,
    settings: TempDir,
    environment: Vec<(&'static str, OsString)>,
}

impl Station {
    /// An empty station: no archive yet, no key.
    pub fn empty() -> Self {
        Self { folder: temporary(), settings: temporary(), environment: Vec::new() }
    }

    /// From now on the program finds this in its environment, in place of what was said before.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.into()));
    }

    /// What was said so.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.environment.iter().cloned()
    }

    /// A station with a demonstration archive and a demonstration key.
    pub fn with_demo_archive() -> Self {
        let station = Self::empty();
        let archive = station.archive();
        station.finish(station.bare().args(["init", "--demo"]).arg(archive)).done();
        station.run(["key", "demo"]).done();
        station
    }

    /// The folder in which the archive lies; a test may put its own files beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The archive's folder.
    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// The folder of the station's settings and keys.
    pub fn settings(&self) -> PathBuf {
        self.settings.path().to_owned()
    }

    /// The certificate that the demonstration archive trusts, in PEM.
    pub fn demo_root(&self) -> String {
        const END: &str = "-----END CERTIFICATE-----\n";
        let settings = std::fs::read_to_string(self.archive().join("sohoa.toml")).expect("an archive has settings");
        let start = settings.find("-----BEGIN CERTIFICATE-----").expect("a demonstration archive trusts its root");
        let end = settings[start..].find(END.trim_end()).expect("a certificate ends") + start;
        format!("{}{END}", &settings[start..end])
    }

    /// The program with the station's environment, without archive and operator.
    pub fn bare(&self) -> Command {
        let mut command = Command::new(sohoa());
        command
            .env("SOHOA_CONFIG_DIR", self.settings())
            .env("SOHOA_UI_LANG", "en")
            .env("OMP_THREAD_LIMIT", "1")
            .env("NO_COLOR", "1")
            .env_remove("SOHOA_ARCHIVE")
            .env_remove("SOHOA_KEY_PASSWORD_FILE")
            .env_remove("SOHOA_CRASH_AT")
            .env_remove("SOHOA_TEST_CLOCK")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    /// The program on the station's archive, with `operator` at the keyboard.
    pub fn command_as(&self, operator: &str) -> Command {
        let mut command = self.bare();
        command.arg("--archive").arg(self.archive()).args(["--operator", operator]);
        command
    }

    /// Runs the program on the station's archive as the archivist.
    pub fn run(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Said {
        self.run_as(ARCHIVIST, args)
    }

    /// Runs the program on the station's archive as `operator`.
    pub fn run_as(&self, operator: &str, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Said {
        self.finish(self.command_as(operator).args(args))
    }

    /// Runs a command that was made here to its end.
    pub fn finish(&self, command: &mut Command) -> Said {
        Said::of(command)
    }
}

/// What the program said and how it ended.
#[derive(Clone, Debug)]
pub struct Said {
    call: String,
    /// The exit code; `None` when a signal ended the program.
    pub code: Option<i32>,
    /// Data.
    pub stdout: String,
    /// All else.
    pub stderr: String,
}

impl Said {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program was built and can be started");
        Self {
            call: format!("{command:?}"),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("the program writes UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("the program writes UTF-8"),
        }
    }

    /// Asserts that all was done (exit code 0).
    #[track_caller]
    pub fn done(self) -> Self {
        self.ended_with(0)
    }

    /// Asserts that a part was done (exit code 3).
    #[track_caller]
    pub fn done_in_part(self) -> Self {
        self.ended_with(3)
    }

    /// Asserts that the program ended with `code`.
    #[track_caller]
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n--- stdout\n{}\n--- stderr\n{}", self.call, self.stdout, self.stderr);
        self
    }

    /// Asserts that the program was ended by a signal, as a kill point does.
    #[track_caller]
    pub fn killed(self) -> Self {
        assert_eq!(self.code, None, "{}\n--- stdout\n{}\n--- stderr\n{}", self.call, self.stdout, self.stderr);
        self
    }

    /// Asserts that this is a refusal fit for a person: a failure code, one short text on standard error, nothing on
    /// standard output, no trace of a panic.
    #[track_caller]
    pub fn refused(self) -> Self {
        let shown = format!("{}\n--- stdout\n{}\n--- stderr\n{}", self.call, self.stdout, self.stderr);
        assert!(self.code.is_some_and(|code| code != 0 && code != 3), "not refused: {shown}");
        assert!(self.stdout.is_empty(), "a refusal prints no data: {shown}");
        assert!(!self.stderr.trim().is_empty(), "a refusal says why: {shown}");
        assert!(self.stderr.lines().count() <= 4, "a refusal is one sentence and a hint: {shown}");
        assert!(!self.stderr.contains("panicked"), "a refusal is no panic: {shown}");
        self
    }

    /// The data as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("{}: no JSON on standard output ({error}):\n{}", self.call, self.stdout),
        }
    }
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("the machine has room for temporary files")
}

/// The program `sohoa`, built from the sources as they are now, in the profile of the running test.
pub fn sohoa() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("sohoa"))
}

/// The window `sohoa-desktop`, built likewise.
pub fn desktop() -> PathBuf {
    built("sohoa-desktop")
}

/// The hub `sohoa-hub`, built likewise.
pub fn hub() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("sohoa-hub"))
}

/// The program that draws pages, `sohoa-sample-scans`, built likewise.
pub fn sample_scans() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("sohoa-sample-scans"))
}

fn built(name: &str) -> PathBuf {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--workspace", "--bin", name]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    // What cargo tells this test about itself would be news to build scripts that watch it (ring's), which then build anew
    // what stands on them, for minutes.
    let of_this_test = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_", "OUT_DIR"];
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| of_this_test.iter().any(|prefix| name.starts_with(prefix))) {
            build.env_remove(name);
        }
    }
    let status = build.current_dir(crate::places::repository()).stdin(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "the program {name} could not be built");

    let test = std::env::current_exe().expect("a running test has a path");
    let folder = test.ancestors().nth(2).expect("a test lies in the folder deps of its profile");
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
