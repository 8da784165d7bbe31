//! The keeper: reads and changes the settings of the station and of the archive, on a thread of its own.
//!
//! Each change goes through the same verbs as those of the command line; of a file with several certificates those before a bad
//! one are trusted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;
use sohoa_model::{Cancel, Language};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::accounts::{self, Role, Secret};
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::scan::{self, Profile};
use sohoa_pipeline::{models, second_vault, trust};
use sohoa_shell::station::{Beside, Station, StationError};
use sohoa_shell::window::{KnownArchive, Look, WindowSettings};
use sohoa_shell::worker::models_folder;
use sohoa_shell::{Failure, Texts, environment, upstream};
use sohoa_store::ArchiveLayout;

use crate::errand::{Errand, Tell};

/// What can be changed.
#[derive(Debug)]
pub enum Change {
    /// A profile is kept under a name.
    SetProfile(String, Box<Profile>),
    /// A profile is removed.
    RemoveProfile(String),
    /// A key file is taken into use, opened with its password.
    UseKey(PathBuf, Secret),
    /// The certificates of a file are trusted.
    Trust(PathBuf),
    /// A folder is the second vault.
    SetSecondVault(PathBuf),
    /// There is no second vault any more.
    UnsetSecondVault,
    /// Somebody gets an account, or another role and password.
    SetAccount(String, Role, Secret),
    /// An account is removed.
    RemoveAccount(String),
    /// The station is enrolled with what the hub printed, and the certificate of the hub's authority.
    Enrol(String, Option<PathBuf>),
}

/// The part of the settings that a change belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// How papers are scanned.
    Profiles,
    /// What pages are read with.
    Models,
    /// The signing key, and what the archive trusts.
    Keys,
    /// The second vault.
    SecondVault,
    /// The hub.
    Hub,
    /// Who works here.
    People,
    /// How the window looks.
    Looks,
}

impl Part {
    /// All, in the order of their tabs.
    pub const ALL: [Self; 7] =
        [Self::Profiles, Self::Models, Self::Keys, Self::SecondVault, Self::Hub, Self::People, Self::Looks];
}

impl Change {
    /// The part that it belongs to.
    pub fn part(&self) -> Part {
        match self {
            Self::SetProfile(..) | Self::RemoveProfile(_) => Part::Profiles,
            Self::UseKey(..) | Self::Trust(_) => Part::Keys,
            Self::SetSecondVault(_) | Self::UnsetSecondVault => Part::SecondVault,
            Self::SetAccount(..) | Self::RemoveAccount(_) => Part::People,
            Self::Enrol(..) => Part::Hub,
        }
    }
}

/// What the archive keeps of its settings, as the screen shows it.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Its profiles by name.
    pub profiles: Vec<(String, Profile)>,
    /// Names of the certificates that it trusts.
    pub trusted: Vec<String>,
    /// Administrators by name, whether they have an account or not.
    pub administrators: Vec<String>,
}

/// An archive that was opened.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its folder and name.
    pub archive: KnownArchive,
    /// How it stands.
    pub stands: Stands,
}

/// How an archive that was opened stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It is the one that is open.
    Open,
    /// It can be opened.
    There,
    /// Its folder is not there now.
    Away,
}

/// What the keeper is asked for.
enum Wish {
    Window(Arc<Texts>),
    Opened(String, Arc<Texts>),
    Forget(PathBuf, Arc<Texts>),
    Look(String, Look, Arc<Texts>),
    Books(Arc<Texts>),
    Models,
    Change(Change, Arc<Texts>),
}

/// What the keeper says.
pub enum Answer {
    /// What the window keeps, and how each archive that was opened stands.
    Window(Result<(WindowSettings, Vec<Known>), Failure>),
    /// What the archive keeps.
    Books(Result<Box<Books>, Failure>),
    /// The folder of the models, and whether those of each language are there.
    Models(PathBuf, Vec<(Language, bool)>),
    /// A change was made, with words on what came of it if there is more to say, or why not.
    Changed(Part, Result<Option<String>, Failure>),
}

/// The keeper.
pub struct Keeper(Errand<Wish, Answer>);

impl Keeper {
    /// Starts the thread; it ends with this. The settings of the station lie in their usual folder, or in another one.
    pub fn start(root: PathBuf, session: Session, settings: Option<PathBuf>, ctx: &Context) -> Self {
        Self(Errand::start(ctx, move |wishes, answers: &Tell<Answer>| {
            let window = |texts: &Texts, change: &dyn Fn(&mut WindowSettings)| {
                let kept = located(settings.as_deref()).and_then(|station| station.change_window(change));
                let here = root.canonicalize().ok();
                let seen = |kept: WindowSettings| {
                    let stands = |folder: &Path| match ArchiveLayout::new(folder).catalog().is_file() {
                        true if here.as_deref() == Some(folder) => Stands::Open,
                        true => Stands::There,
                        false => Stands::Away,
                    };
                    let known =
                        |archive: &KnownArchive| Known { archive: archive.clone(), stands: stands(&archive.folder) };
                    let archives = kept.archives.iter().map(known).collect();
                    (kept, archives)
                };
                Answer::Window(kept.map(seen).map_err(|error| Failure::of_station(&error, texts)))
            };
            while let Ok(wish) = wishes.recv() {
                let answer = match wish {
                    Wish::Window(texts) => window(&texts, &|_| {}),
                    Wish::Opened(title, texts) => {
                        let folder = root.canonicalize().unwrap_or_else(|_| root.clone());
                        window(&texts, &|kept| kept.opened(&folder, &title))
                    }
                    Wish::Forget(folder, texts) => window(&texts, &|kept| kept.forget(&folder)),
                    Wish::Look(operator, look, texts) => window(&texts, &|kept| {
                        kept.looks.insert(operator.clone(), look);
                    }),
                    Wish::Books(texts) => {
                        let books = Archive::open(&root, &session).and_then(|archive| books(&archive));
                        Answer::Books(books.map(Box::new).map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::Models => {
                        let all = models::look(&session.worker, &Cancel::new());
                        Answer::Models(models_folder(None, &environment), all)
                    }
                    Wish::Change(change, texts) => {
                        let part = change.part();
                        Answer::Changed(part, changed(&root, &session, settings.as_deref(), change, &texts))
                    }
                };
                if !answers.tell(answer) {
                    return;
                }
            }
        }))
    }

    /// Asks what the window keeps.
    pub fn window(&self, texts: &Arc<Texts>) {
        self.0.ask(Wish::Window(texts.clone()));
    }

    /// Keeps that the archive was opened; this is its name.
    pub fn opened(&self, title: &str, texts: &Arc<Texts>) {
        self.0.ask(Wish::Opened(title.to_owned(), texts.clone()));
    }

    /// Takes an archive off the list of those that were opened.
    pub fn forget(&self, folder: PathBuf, texts: &Arc<Texts>) {
        self.0.ask(Wish::Forget(folder, texts.clone()));
    }

    /// Keeps how the window looks to an operator.
    pub fn look(&self, operator: &str, look: Look, texts: &Arc<Texts>) {
        self.0.ask(Wish::Look(operator.to_owned(), look, texts.clone()));
    }

    /// Asks what the archive keeps.
    pub fn books(&self, texts: &Arc<Texts>) {
        self.0.ask(Wish::Books(texts.clone()));
    }

    /// Asks which models are there.
    pub fn models(&self) {
        self.0.ask(Wish::Models);
    }

    /// Asks for a change.
    pub fn change(&self, change: Change, texts: &Arc<Texts>) {
        self.0.ask(Wish::Change(change, texts.clone()));
    }

    /// What was answered since, one at a time.
    pub fn answer(&self) -> Option<Answer> {
        self.0.answer()
    }
}

/// The station with its settings in this folder, or where the environment says.
pub fn located(settings: Option<&Path>) -> Result<Station, StationError> {
    let folder = settings.map(|folder| folder.display().to_string());
    Station::locate(&|name| folder.clone().filter(|_| name == "SOHOA_CONFIG_DIR").or_else(|| environment(name)))
}

fn books(archive: &Archive) -> Result<Books, PipelineError> {
    let settings = archive.settings();
    Ok(Books {
        profiles: scan::profiles(archive)?,
        trusted: settings.trust.iter().map(|root| root.name.clone()).collect(),
        administrators: settings.people.administrators.clone(),
    })
}

fn changed(
    root: &Path,
    session: &Session,
    settings: Option<&Path>,
    change: Change,
    texts: &Texts,
) -> Result<Option<String>, Failure> {
    let failed = |error| Failure::of(&error, texts);
    let mut archive = Archive::open(root, session).map_err(failed)?;
    let done = match change {
        Change::SetProfile(name, profile) => scan::set_profile(&archive, &name, &profile),
        Change::RemoveProfile(name) => scan::remove_profile(&archive, &name),
        Change::UseKey(path, password) => {
            let beside = Beside { root, is_demo: archive.facts().demo };
            let now = archive.act().at;
            let used = located(settings).and_then(|s| s.use_key(&path, &password, None, Some(beside), now));
            return used.map(|_| None).map_err(|error| Failure::of_station(&error, texts));
        }
        Change::Trust(path) => {
            let trusted = trust::add_file(&mut archive, &path, &Cancel::new()).map_err(failed)?;
            let told = [("key-trusted", &trusted.added), ("key-trusted-before", &trusted.before)];
            let told = told.iter().flat_map(|(id, names)| names.iter().map(|name| (*id, name)));
            let mut lines: Vec<String> = told.map(|(id, name)| texts.say(id, &[("name", name.into())])).collect();
            if trusted.documents_passed > 0 {
                let documents = [("documents", trusted.documents_passed.into())];
                lines.push(texts.say("key-trust-signatures", &documents));
            }
            return Ok(Some(lines.join(" · ")));
        }
        Change::SetSecondVault(folder) => second_vault::set(&mut archive, &folder),
        Change::UnsetSecondVault => second_vault::unset(&mut archive),
        Change::SetAccount(name, role, password) => accounts::set(&mut archive, &name, role, &password),
        Change::RemoveAccount(name) => accounts::remove(&mut archive, &name),
        Change::Enrol(invitation, authority) => {
            archive.require_administrator().map_err(failed)?;
            let station = located(settings).map_err(|error| Failure::of_station(&error, texts))?;
            let enrolled = upstream::enrol(&archive, &station, &invitation, authority.as_deref());
            let done = enrolled.map_err(|error| Failure::of_sync(&error, texts))?;
            let values = [("name", done.name.into()), ("unit", done.unit.into()), ("hub", done.hub.into())];
            return Ok(Some(texts.say("enrolled", &values)));
        }
    };
    done.map(|()| None).map_err(failed)
}
