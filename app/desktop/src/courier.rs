//! The courier: speaks to the hub on a thread of its own, as long as the station is enrolled, so that nobody has to think
//! of it. What it brings is that something changed; how the station stands is read with the archive.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use eframe::egui::Context;
use sohoa_model::Cancel;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_shell::{Failure, Texts, upstream};
use sohoa_sync::SyncError;

use crate::errand::Errand;
use crate::keeper::located;

/// Between two syncs while all is well; the first comes after the window has its hands free.
const PAUSE: Duration = Duration::from_secs(30);

/// A wish: now, not only when it is time; failures come in this language.
type Wish = Arc<Texts>;

/// What the courier brings.
#[derive(Debug)]
pub enum News {
    /// Something went up or came down.
    Moved,
    /// Somebody has to do something.
    Stopped(Failure),
}

/// The courier of a window.
pub struct Courier {
    errand: Errand<Wish, News>,
    cancel: Cancel,
}

impl Courier {
    /// Starts the thread; it ends with this.
    pub fn start(root: PathBuf, session: Session, settings: Option<PathBuf>, texts: Arc<Texts>, ctx: &Context) -> Self {
        let cancel = Cancel::new();
        let asked_to_stop = cancel.clone();
        let errand = Errand::start(ctx, move |asked: &Receiver<Wish>, answers| {
            let mut texts = texts;
            let mut said = None;
            loop {
                let is_asked = match asked.recv_timeout(PAUSE) {
                    Ok(wish) => {
                        texts = wish;
                        true
                    }
                    Err(RecvTimeoutError::Timeout) => false,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                let news = match go(&root, &session, settings.as_deref(), &asked_to_stop) {
                    Ok(true) => {
                        said = None;
                        Some(News::Moved)
                    }
                    // What passes by itself stands in the header; the rest is said once, or when somebody asks.
                    Err(error) if !error.is_passing() => {
                        let failure = Failure::of_sync(&error, &texts);
                        let is_new = said.as_ref() != Some(&failure) || is_asked;
                        said = Some(failure.clone());
                        is_new.then_some(News::Stopped(failure))
                    }
                    Ok(false) | Err(_) => None,
                };
                if news.is_some_and(|news| !answers.tell(news)) {
                    return;
                }
            }
        });
        Self { errand, cancel }
    }

    /// Asks for a sync now.
    pub fn go(&self, texts: &Arc<Texts>) {
        self.errand.ask(texts.clone());
    }

    /// What was brought since, one at a time.
    pub fn news(&self) -> Option<News> {
        self.errand.answer()
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.cancel.request();
    }
}

/// One sync, if the station is enrolled; says whether anything moved.
fn go(root: &Path, session: &Session, settings: Option<&Path>, cancel: &Cancel) -> Result<bool, SyncError> {
    // An archive that can't be opened is told of by whoever shows it.
    let Ok(archive) = Archive::open(root, session) else { return Ok(false) };
    if archive.catalog().sync_state()?.is_none() {
        return Ok(false);
    }
    let Ok(station) = located(settings) else { return Ok(false) };
    match upstream::sync(&archive, &station, cancel) {
        Ok(outcome) => Ok(outcome.records + outcome.received > 0),
        Err(SyncError::Cancelled | SyncError::Busy) => Ok(false),
        Err(error) => Err(error),
    }
}
