//! The courier: speaks to the hub on a thread of its own, as long as the station is enrolled, so that nobody has to think
//! of it. What it brings is that something changed; how the station stands is read with the archive.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui::Context;
use sohoa_model::Cancel;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_shell::{Failure, Texts, upstream};
use sohoa_sync::{SyncError, SyncOutcome};

use crate::errand::Errand;
use crate::keeper::located;
use crate::mill;

/// Between two syncs while all is well; the first comes after the window has its hands free.
const PAUSE: Duration = Duration::from_secs(30);

/// A wish: now, not only when it is time; failures come in this language. And when it was made.
type Wish = (Arc<Texts>, Instant);

/// What the courier brings.
#[derive(Debug)]
pub enum News {
    /// Something went up or came down.
    Moved,
    /// Somebody has to do something, in these words.
    Said(String),
}

/// A sync that runs.
#[derive(Clone)]
pub struct Speaking {
    /// Records that the hub took.
    pub sent: u64,
    /// All that waited.
    pub all: u64,
    since: Instant,
    cancel: Cancel,
}

impl Speaking {
    /// Seconds until all is sent, once something can be said.
    pub fn seconds_left(&self) -> Option<u64> {
        mill::seconds_left(self.since.elapsed(), self.sent, self.all)
    }
}

/// What window and thread share.
#[derive(Default)]
struct Shared {
    speaking: Option<Speaking>,
    /// When a person stopped it: it speaks again once somebody asks after that.
    stopped: Option<Instant>,
    /// The window is gone.
    is_over: bool,
}

/// The courier of a window.
pub struct Courier {
    errand: Errand<Wish, News>,
    shared: Arc<Mutex<Shared>>,
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Courier {
    /// Starts the thread; it ends with this.
    pub fn start(root: PathBuf, session: Session, settings: Option<PathBuf>, texts: Arc<Texts>, ctx: &Context) -> Self {
        let shared = Arc::<Mutex<Shared>>::default();
        let (seen, frames) = (shared.clone(), ctx.clone());
        let errand = Errand::start(ctx, move |asked: &Receiver<Wish>, answers| {
            let mut texts = texts;
            let mut said = String::new();
            loop {
                let at = match asked.recv_timeout(PAUSE) {
                    Ok((wish, at)) => {
                        texts = wish;
                        Some(at)
                    }
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                let Some(cancel) = begin(&seen, at) else { continue };
                let told = |sent, all| {
                    if let Some(speaking) = &mut locked(&seen).speaking {
                        (speaking.sent, speaking.all) = (sent, all);
                    }
                    frames.request_repaint();
                };
                let outcome = go(&root, &session, settings.as_deref(), &cancel, &told);
                locked(&seen).speaking = None;
                frames.request_repaint();
                // What passes by itself stands in the header.
                let (moved, words) = match outcome {
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
                let is_to_say = !words.is_empty() && (words != said || at.is_some());
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
        Self { errand, shared }
    }

    /// The sync that runs, if one does.
    pub fn speaking(&self) -> Option<Speaking> {
        locked(&self.shared).speaking.clone()
    }

    /// Whether a person stopped it, so that nothing goes up until somebody asks.
    pub fn is_stopped(&self) -> bool {
        locked(&self.shared).stopped.is_some()
    }

    /// Stops what runs at the next safe place, and says nothing more until it is asked.
    pub fn stop(&self) {
        let mut shared = locked(&self.shared);
        shared.stopped = Some(Instant::now());
        if let Some(speaking) = &shared.speaking {
            speaking.cancel.request();
        }
    }

    /// Asks for a sync now.
    pub fn go(&self, texts: &Arc<Texts>) {
        self.errand.ask((texts.clone(), Instant::now()));
    }

    /// What was brought since, one at a time.
    pub fn news(&self) -> Option<News> {
        self.errand.answer()
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        let mut shared = locked(&self.shared);
        shared.is_over = true;
        if let Some(speaking) = &shared.speaking {
            speaking.cancel.request();
        }
    }
}

/// A sync begins, unless it was stopped and nobody asked for it.
fn begin(shared: &Mutex<Shared>, asked: Option<Instant>) -> Option<Cancel> {
    let mut shared = locked(shared);
    shared.stopped = shared.stopped.filter(|stopped| asked.is_none_or(|asked| asked < *stopped));
    if shared.stopped.is_some() || shared.is_over {
        return None;
    }
    let cancel = Cancel::new();
    shared.speaking = Some(Speaking { sent: 0, all: 0, since: Instant::now(), cancel: cancel.clone() });
    Some(cancel)
}

/// One sync, if the station is enrolled and nobody else syncs.
fn go(
    root: &Path,
    session: &Session,
    settings: Option<&Path>,
    cancel: &Cancel,
    told: &(dyn Fn(u64, u64) + Sync),
) -> Result<Option<SyncOutcome>, SyncError> {
    // An archive that can't be opened is told of by whoever shows it.
    let Ok(archive) = Archive::open(root, session) else { return Ok(None) };
    let Ok(station) = located(settings) else { return Ok(None) };
    match upstream::sync_telling(&archive, &station, cancel, told) {
        Ok(outcome) => Ok(Some(outcome)),
        Err(SyncError::NotEnrolled | SyncError::Cancelled | SyncError::Busy) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stopped_begins_again_once_somebody_asks() {
        let shared = Mutex::new(Shared::default());
        let before = Instant::now();
        let cancel = begin(&shared, None).expect("a sync");
        locked(&shared).stopped = Some(Instant::now());
        assert!(!cancel.is_requested() && begin(&shared, None).is_none(), "not by itself");
        assert!(begin(&shared, Some(before)).is_none(), "not by who asked before");
        assert!(begin(&shared, Some(Instant::now())).is_some() && begin(&shared, None).is_some());
        locked(&shared).is_over = true;
        assert!(begin(&shared, Some(Instant::now())).is_none(), "nothing begins behind a window that is gone");
    }
}
