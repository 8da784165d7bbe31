//! The front: everything a command has at hand: texts, output, the station, who works, on which archive.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sohoa_model::Cancel;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::scanner::RemoteDriver;
use sohoa_pipeline::second_vault;
use sohoa_pipeline::signing::SigningKey;
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::station::{self, KeyEntry, PasswordSource, Station, StationError};
use sohoa_shell::{Exit, Failure, Texts, environment, system, worker};
use sohoa_sign::Secret;

use crate::args::Global;
use crate::output::{self, Output};
use crate::progress_bar::Bar;
use crate::stop::Stop;

/// Name and version of the program, as events and files name it.
pub(crate) const SOFTWARE: &str = concat!("sohoa ", env!("CARGO_PKG_VERSION"));

/// Everything a command has at hand.
pub(crate) struct Front {
    pub(crate) texts: Arc<Texts>,
    pub(crate) output: Output,
    pub(crate) station: Station,
    pub(crate) session: Session,
    pub(crate) cancel: Cancel,
    archive: Option<PathBuf>,
}

impl Front {
    /// The front for what was typed and what the environment says.
    pub(crate) fn new(global: &Global, texts: Texts, output: Output) -> Result<Self, Failure> {
        let failed = |error: StationError| Failure::of_station(&error, &texts);
        let station = Station::locate(&environment).map_err(failed)?;
        let program = std::env::current_exe()
            .map_err(|source| failed(StationError::Store(sohoa_store::StoreError::read("sohoa", source))))?;
        let operator = global
            .operator
            .clone()
            .or_else(|| environment("SOHOA_OPERATOR").map(|name| name.trim().to_owned()).filter(|n| !n.is_empty()))
            .or_else(|| station::system_user(&environment))
            .unwrap_or_else(|| "?".to_owned());
        let session = Session {
            operator,
            software: SOFTWARE.to_owned(),
            station: system::station_name(&environment),
            clock: system::clock(&environment),
            randomness: Arc::new(system::SystemRandomness),
            worker: WorkerProgram { program, arguments: vec!["worker".to_owned()] },
        };
        let archive = global.archive.clone().or_else(|| environment("SOHOA_ARCHIVE").map(PathBuf::from));
        Ok(Self { texts: Arc::new(texts), output, station, session, cancel: Cancel::new(), archive })
    }

    /// The scanners of this station.
    pub(crate) fn scanners(&self) -> RemoteDriver {
        worker::scanners(&self.session.worker, &self.cancel, &environment)
    }

    /// The folder in which the archive is looked for.
    pub(crate) fn archive_folder(&self) -> &Path {
        self.archive.as_deref().unwrap_or(Path::new("."))
    }

    /// Opens the archive.
    pub(crate) fn open(&self) -> Result<Archive, Stop> {
        Ok(Archive::open(self.archive_folder(), &self.session)?)
    }

    /// Opens the archive if one is named or lies here; one that is named has to be there.
    pub(crate) fn open_if_there(&self) -> Result<Option<Archive>, Stop> {
        if self.archive.is_none() && !Path::new("catalog.sqlite").is_file() {
            return Ok(None);
        }
        self.open().map(Some)
    }

    /// Opens the key in use for signing in an archive; none if no key is in use.
    pub(crate) fn signing_key(&self, archive: &Archive, password_fd: Option<u32>) -> Result<Option<SigningKey>, Stop> {
        let Some(entry) = self.station.key()? else { return Ok(None) };
        if entry.is_demo() && !archive.facts().demo {
            return Err(StationError::DemoKeyInRealArchive.into());
        }
        // Nobody is asked for the password of a key that is not plugged in.
        if let Err(source) = std::fs::metadata(&entry.path) {
            return Err(StationError::KeyFile { path: entry.path, source }.into());
        }
        let password = self.password(Some(&entry), password_fd)?;
        Ok(Some(SigningKey(Box::new(self.station.open_key(&entry, &password)?))))
    }

    /// The password of a key: from a descriptor, from a file, or from a person at the terminal.
    pub(crate) fn password(&self, entry: Option<&KeyEntry>, descriptor: Option<u32>) -> Result<Secret, Stop> {
        if let Some(number) = descriptor {
            return Ok(station::read_password(&PathBuf::from(format!("/dev/fd/{number}")))?);
        }
        match self.station.password_source(entry, &environment) {
            PasswordSource::File(path) => Ok(station::read_password(&path)?),
            PasswordSource::Prompt => {
                use std::io::IsTerminal;
                if !std::io::stdin().is_terminal() {
                    return Err(StationError::NoPassword.into());
                }
                let typed = rpassword::prompt_password(self.texts.get("key-password-prompt"));
                Ok(Secret::new(typed.map_err(|_| StationError::NoPassword)?))
            }
        }
    }

    /// Copies the catalog, and masters to the second vault, at the clean end of work; what was done stands, so a copy that
    /// fails is only said.
    pub(crate) fn make_copies(&mut self, archive: &Archive) {
        let catalog = archive.copy_catalog().map(drop);
        let bar = self.bar();
        let masters = second_vault::copy_masters(archive, None, &self.cancel, &bar).map(drop);
        drop(bar);
        for (id, result) in [("catalog-not-copied", catalog), ("masters-not-copied", masters)] {
            if let Err(error) = result {
                let failure = Failure::of(&error, &self.texts);
                let line = self.texts.say(id, &[("cause", failure.sentence.into())]);
                self.output.warn(line);
            }
        }
    }

    /// From now on Ctrl-C and the end of the session ask the work to stop at its next safe place; a second time ends it.
    pub(crate) fn stop_cleanly_on_request(&self) {
        let cancel = self.cancel.clone();
        let stopping = self.text("stopping");
        let handler = move || {
            if cancel.is_requested() {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
            cancel.request();
            output::say_at_once(&stopping);
        };
        if ctrlc::set_handler(handler).is_err() {
            tracing::warn!("signals keep their usual effect");
        }
    }

    /// A bar on the terminal that shows how far the work is; nothing where nobody looks.
    pub(crate) fn bar(&self) -> Bar {
        Bar::new(self.texts.clone(), !self.output.is_quiet())
    }

    /// A text without values.
    pub(crate) fn text(&self, id: &str) -> String {
        self.texts.get(id)
    }
}
