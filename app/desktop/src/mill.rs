//! The mill: reads pages, assembles PDF/A files and signs them, on a thread of its own, until it is done or told to stop.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use eframe::egui::Context;
use sohoa_model::reading::LanguageChoice;
use sohoa_model::{Cancel, Clock, Verdict};
use sohoa_pipeline::accounts::Secret;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::process::{self, ProcessOutcome, ProcessPlan};
use sohoa_pipeline::progress::{Phase, Sink};
use sohoa_pipeline::second_vault::{self, Copied};
use sohoa_pipeline::signing::SigningKey;
use sohoa_shell::station::{KeyEntry, StationError, Validity};
use sohoa_shell::{Failure, Texts};

use crate::errand::{Errand, Tell};
use crate::keeper::located;

/// What the mill is asked for.
enum Wish {
    /// Which key the station signs with.
    Key(Arc<Texts>),
    /// Work: with a password also signing, with a dossier only on that.
    Work { password: Option<Secret>, cancel: Cancel, gate: Arc<Gate>, texts: Arc<Texts> },
    /// Everything is copied to the second vault, and what is there is hashed again.
    Copy { cancel: Cancel, gate: Arc<Gate>, texts: Arc<Texts> },
}

/// What the mill says.
#[derive(Debug)]
pub enum News {
    /// The key in use, if there is one.
    Key(Result<Option<KeyEntry>, Failure>),
    /// So much of a phase is done.
    Step(Phase, u64, u64),
    /// The work is over; whether it was told to stop.
    Ended(Result<(ProcessOutcome, bool), Failure>),
    /// The copy is over; none if it was told to stop.
    Copied(Result<Option<Copied>, Failure>),
}

/// How far the mill is.
#[derive(Debug, Clone)]
pub struct Running {
    /// Whether it signs.
    pub signs: bool,
    /// What it is busy with, how much of that is done, of how much.
    pub step: Option<(Phase, u64, u64)>,
    /// Since when it is busy with that, without the time that it was paused.
    since: Instant,
    cancel: Cancel,
    gate: Arc<Gate>,
    /// Since when it is paused.
    paused: Option<Instant>,
}

/// Where the work waits between two steps as long as it is paused: each page that was begun is ended first.
#[derive(Debug, Default)]
struct Gate {
    is_closed: Mutex<bool>,
    turned: Condvar,
}

impl Gate {
    fn set(&self, is_closed: bool) {
        *self.is_closed.lock().unwrap_or_else(PoisonError::into_inner) = is_closed;
        self.turned.notify_all();
    }

    fn pass(&self) {
        let closed = self.is_closed.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.turned.wait_while(closed, |is_closed| *is_closed));
    }
}

/// Seconds until all is done, if the rest takes as long as what was done; nothing is said in the first moments.
pub fn seconds_left(spent: Duration, done: u64, all: u64) -> Option<u64> {
    let spent = spent.as_secs_f64();
    (done > 0 && spent > 3.0).then(|| (spent / done as f64 * all.saturating_sub(done) as f64).ceil() as u64)
}

impl Running {
    /// Seconds that are left of this phase, once something can be said.
    pub fn seconds_left(&self) -> Option<u64> {
        let (_, done, total) = self.step?;
        let spent = self.paused.map_or_else(|| self.since.elapsed(), |at| at - self.since);
        seconds_left(spent, done, total)
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.cancel.is_requested()
    }

    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Whether it can be paused: what is being signed is not left waiting.
    pub fn may_pause(&self) -> bool {
        !self.signs && !self.is_stopping()
    }
}

/// The mill.
pub struct Mill {
    errand: Errand<Wish, News>,
    /// What it does now.
    pub running: Option<Running>,
    /// How it ended last.
    pub ended: Option<Result<(ProcessOutcome, bool), Failure>>,
    /// How copying to the second vault ended last; none if it was told to stop.
    pub copied: Option<Result<Option<Copied>, Failure>>,
    /// What was signed by the work that runs or ended last, the first first.
    pub signed: Signed,
    /// The key of the station, once it is known.
    pub key: Option<Result<Option<KeyEntry>, Failure>>,
    clock: Arc<dyn Clock>,
}

/// Documents that were signed, each with the verdict on it.
pub type Signed = Arc<Mutex<Vec<(String, Verdict)>>>;

struct Steps<'a>(&'a Tell<News>, &'a Gate, &'a Signed);

impl Sink for Steps<'_> {
    fn step(&self, phase: Phase, done: u64, total: u64) {
        self.0.hint(News::Step(phase, done, total));
    }

    fn rest(&self) {
        self.1.pass();
    }

    fn signed(&self, document: &str, verdict: &Verdict) {
        self.2.lock().unwrap_or_else(PoisonError::into_inner).push((document.to_owned(), verdict.clone()));
    }
}

impl Mill {
    /// Starts the thread; it ends with this. The settings of the station lie in their usual folder, or in another one.
    pub fn start(root: PathBuf, session: Session, settings: Option<PathBuf>, ctx: &Context) -> Self {
        let signed = Signed::default();
        let kept = signed.clone();
        let clock = session.clock.clone();
        let errand = Errand::start(ctx, move |wishes, news| {
            while let Ok(wish) = wishes.recv() {
                match wish {
                    Wish::Key(texts) => {
                        let key = located(settings.as_deref()).and_then(|station| station.key());
                        news.tell(News::Key(key.map_err(|error| Failure::of_station(&error, &texts))));
                    }
                    Wish::Work { password, cancel, gate, texts } => {
                        let key = password.map(|password| (settings.as_deref(), password));
                        let ended = work(&root, &session, key, &cancel, &texts, &Steps(news, &gate, &kept));
                        news.tell(News::Ended(ended.map(|outcome| (outcome, cancel.is_requested()))));
                    }
                    Wish::Copy { cancel, gate, texts } => {
                        let copied = Archive::open(&root, &session)
                            .and_then(|archive| second_vault::copy_all(&archive, &cancel, &Steps(news, &gate, &kept)));
                        news.tell(News::Copied(match copied {
                            Ok(copied) => Ok(Some(copied)),
                            Err(_) if cancel.is_requested() => Ok(None),
                            Err(error) => Err(Failure::of(&error, &texts)),
                        }));
                    }
                }
            }
        });
        Self { errand, running: None, ended: None, copied: None, signed, key: None, clock }
    }

    /// How the certificate of the key stands now, if that is known.
    pub fn validity(&self) -> Option<Validity> {
        let Some(Ok(Some(key))) = &self.key else { return None };
        key.validity(self.clock.now())
    }

    /// Asks which key the station signs with.
    pub fn look(&self, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Key(texts.clone()));
    }

    /// Starts to read and assemble what waits; with a password also to sign.
    pub fn work(&mut self, password: Option<Secret>, texts: &Arc<Texts>) {
        if self.running.is_some() {
            return;
        }
        self.ended = None;
        self.signed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let (cancel, gate) = self.begin(password.is_some());
        self.errand.ask(Wish::Work { password, cancel, gate, texts: texts.clone() });
    }

    /// Starts to copy everything to the second vault.
    pub fn copy(&mut self, texts: &Arc<Texts>) {
        if self.running.is_some() {
            return;
        }
        self.copied = None;
        let (cancel, gate) = self.begin(false);
        self.errand.ask(Wish::Copy { cancel, gate, texts: texts.clone() });
    }

    fn begin(&mut self, signs: bool) -> (Cancel, Arc<Gate>) {
        let (cancel, gate) = (Cancel::new(), Arc::<Gate>::default());
        let (since, kept) = (Instant::now(), (cancel.clone(), gate.clone()));
        self.running = Some(Running { signs, step: None, since, cancel: kept.0, gate: kept.1, paused: None });
        (cancel, gate)
    }

    /// Has the work wait before its next page, or go on.
    pub fn pause(&mut self) {
        let Some(running) = self.running.as_mut().filter(|running| running.may_pause()) else { return };
        match running.paused.take() {
            Some(at) => {
                running.since += at.elapsed();
                running.gate.set(false);
            }
            None => {
                running.paused = Some(Instant::now());
                running.gate.set(true);
            }
        }
    }

    /// Stops at the next safe place: no page and no file is left half-done.
    pub fn stop(&mut self) {
        if let Some(running) = &mut self.running {
            running.cancel.request();
            running.paused = None;
            running.gate.set(false);
        }
    }

    /// Takes what happened since; says whether the work ended.
    pub fn take(&mut self) -> bool {
        let mut has_ended = false;
        while let Some(news) = self.errand.answer() {
            match news {
                News::Key(key) => self.key = Some(key),
                News::Step(phase, done, total) => {
                    if let Some(running) = &mut self.running {
                        if running.step.is_none_or(|(before, ..)| before != phase) {
                            running.since = running.paused.unwrap_or_else(Instant::now);
                        }
                        running.step = Some((phase, done, total));
                    }
                }
                News::Ended(ended) => {
                    self.running = None;
                    self.ended = Some(ended);
                    has_ended = true;
                }
                News::Copied(copied) => {
                    self.running = None;
                    self.copied = Some(copied);
                    has_ended = true;
                }
            }
        }
        has_ended
    }
}

/// Work that is paused ends where it is when its window goes: nobody could let it go on.
impl Drop for Mill {
    fn drop(&mut self) {
        if self.running.as_ref().is_some_and(Running::is_paused) {
            self.stop();
        }
    }
}

fn work(
    root: &Path,
    session: &Session,
    signing: Option<(Option<&Path>, Secret)>,
    cancel: &Cancel,
    texts: &Texts,
    steps: &Steps<'_>,
) -> Result<ProcessOutcome, Failure> {
    let failed = |error| Failure::of(&error, texts);
    let archive = Archive::open(root, session).map_err(failed)?;
    let key = signing.map(|(settings, password)| key(&archive, settings, &password)).transpose();
    let key = key.map_err(|error| Failure::of_station(&error, texts))?;
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let plan = ProcessPlan { jobs, language: LanguageChoice::Auto(None), dossier: None };
    let outcome = process::process(&archive, &plan, key.as_ref(), cancel, steps).map_err(failed)?;
    let copied = archive.copy_catalog().and_then(|_| second_vault::copy_masters(&archive, None, cancel, steps));
    copied.map(|_| outcome).map_err(failed)
}

/// The key of the station, opened with its password.
fn key(archive: &Archive, settings: Option<&Path>, password: &Secret) -> Result<SigningKey, StationError> {
    let station = located(settings)?;
    let entry = station.key()?.ok_or(StationError::NoKey)?;
    if entry.is_demo() && !archive.facts().demo {
        return Err(StationError::DemoKeyInRealArchive);
    }
    Ok(SigningKey(Box::new(station.open_key(&entry, password)?)))
}
