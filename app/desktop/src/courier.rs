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
use sohoa_sync::{SyncError, SyncOutcome};

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
    /// Somebody has to do something, in these words.
    Said(String),
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
            let mut said = String::new();
            loop {
                let is_asked = match asked.recv_timeout(PAUSE) {
                    Ok(wish) => {
                        texts = wish;
                        true
                    }
                    Err(RecvTimeoutError::Timeout) => false,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                // What passes by itself stands in the header.
                let (moved, words) = match go(&root, &session, settings.as_deref(), &asked_to_stop) {
                    Ok(None) => (false, String::new()),
                    Ok(Some(outcome)) => {
                        let moved = outcome.records + outcome.received > 0;
                        (moved, upstream::troubles(&texts, &outcome).join(" "))
                    }
                    Err(error) if error.is_passing() => continue,
                    Err(error) => {
                        let failure = Failure::of_sync(&error, &texts);
                        (false, format!("{} {}", failure.sentence, failure.hint))
                    }
                };
                // The rest is said once, or when somebody asks.
                let is_to_say = !words.is_empty() && (words != said || is_asked);
                said.clone_from(&words);
                let is_heard = match (is_to_say, moved) {
                    (true, _) => answers.tell(News::Said(words)),
                    (false, true) => answers.tell(News::Moved),
                    (false, false) => true,
                };
                if !is_heard {
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

/// One sync, if the station is enrolled and nobody else syncs.
fn go(
    root: &Path,
    session: &Session,
    settings: Option<&Path>,
    cancel: &Cancel,
) -> Result<Option<SyncOutcome>, SyncError> {
    // An archive that can't be opened is told of by whoever shows it.
    let Ok(archive) = Archive::open(root, session) else { return Ok(None) };
    let Ok(station) = located(settings) else { return Ok(None) };
    match upstream::sync(&archive, &station, cancel) {
        Ok(outcome) => Ok(Some(outcome)),
        Err(SyncError::NotEnrolled | SyncError::Cancelled | SyncError::Busy) => Ok(None),
        Err(error) => Err(error),
    }
}
