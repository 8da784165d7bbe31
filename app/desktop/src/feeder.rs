//! The feeder: looks for scanners and feeds sheets into a dossier, on a thread of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui::{ColorImage, Context};
use sohoa_model::Cancel;
use sohoa_model::ids::BatchId;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::progress::{Arrival, Phase, Sink};
use sohoa_pipeline::scan::{self, Device, Driver, Ended, Profile, ScanError, ScanPlan};
use sohoa_pipeline::second_vault;
use sohoa_shell::worker::scanners;
use sohoa_shell::{Failure, Texts};

use crate::errand::{Errand, Tell};
use crate::theme;

/// What the feeder is asked for.
enum Wish {
    /// Scanners and profiles.
    Look(Arc<Texts>),
    /// Sheets.
    Feed { plan: Box<ScanPlan>, after_sheet: Cancel, at_once: Cancel, texts: Arc<Texts> },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// There was no paper left.
    Empty,
    /// A person stopped it.
    Stopped,
    /// Something went wrong: its code, and what to do.
    Fault(&'static str, Failure),
    /// Nothing was begun.
    Refused(Failure),
}

/// A page that came and is being stored.
#[derive(Debug)]
pub struct Arrived {
    /// Its batch.
    pub batch: BatchId,
    /// Its number in the batch, from 1.
    pub number: u32,
    /// What it shows, in small.
    pub image: ColorImage,
    /// When its last row came.
    pub delivered: Instant,
}

/// What the feeder says.
#[derive(Debug)]
pub enum News {
    /// The scanners of this station, or why none can be found.
    Devices(Result<Vec<Device>, Failure>),
    /// The profiles of the archive.
    Profiles(Vec<(String, Profile)>),
    /// A page came, and is being stored.
    Arrived(Box<Arrived>),
    /// A sheet is filed: so many pages of the batch are.
    Filed(u64),
    /// The run is over.
    Ended(Ending),
    /// The second vault was brought up to date, or could not be.
    Copied(Option<Failure>),
}

/// The feeder.
pub struct Feeder {
    errand: Errand<Wish, News>,
    running: Option<(Cancel, Cancel)>,
}

struct Steps<'a>(&'a Tell<News>);

impl Sink for Steps<'_> {
    fn step(&self, phase: Phase, done: u64, _: u64) {
        if phase == Phase::Taking {
            self.0.hint(News::Filed(done));
        }
    }

    fn arrived(&self, page: &Arrival<'_>) {
        let &Arrival { batch, number, small, delivered } = page;
        let image = theme::image(small.width, small.height, &small.pixels);
        self.0.hint(News::Arrived(Box::new(Arrived { batch, number, image, delivered })));
    }
}

impl Feeder {
    /// Starts the thread; it ends with this. A simulation may stand in for the scanners of the station.
    pub fn start(root: PathBuf, session: Session, simulated: Option<String>, ctx: &Context) -> Self {
        let errand = Errand::start(ctx, move |wishes, news| {
            while let Ok(wish) = wishes.recv() {
                match wish {
                    Wish::Look(texts) => {
                        let profiles = Archive::open(&root, &session).and_then(|archive| scan::profiles(&archive));
                        news.tell(News::Profiles(profiles.unwrap_or_default()));
                        let mut driver = scanners(&session.worker, &Cancel::new(), &|_| simulated.clone());
                        let failed = |error| Failure::of(&PipelineError::Scan(error), &texts);
                        news.tell(News::Devices(driver.devices().map_err(failed)));
                    }
                    Wish::Feed { plan, after_sheet, at_once, texts } => {
                        let mut driver = scanners(&session.worker, &at_once, &|_| simulated.clone());
                        feed(&root, &session, &plan, &mut driver, &after_sheet, &texts, news);
                    }
                }
            }
        });
        Self { errand, running: None }
    }

    /// Looks for scanners and profiles.
    pub fn look(&self, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Look(texts.clone()));
    }

    /// Feeds sheets.
    pub fn feed(&mut self, plan: ScanPlan, texts: &Arc<Texts>) {
        let (after_sheet, at_once) = (Cancel::new(), Cancel::new());
        self.running = Some((after_sheet.clone(), at_once.clone()));
        self.errand.ask(Wish::Feed { plan: Box::new(plan), after_sheet, at_once, texts: texts.clone() });
    }

    /// Whether sheets are being fed.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Whether it was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.running.as_ref().is_some_and(|(after_sheet, _)| after_sheet.is_requested())
    }

    /// Stops after this sheet; asked a second time, at once: the sheet is fed again then.
    pub fn stop(&self) {
        if let Some((after_sheet, at_once)) = &self.running {
            if after_sheet.is_requested() {
                at_once.request();
            }
            after_sheet.request();
        }
    }

    /// What happened since, one at a time.
    pub fn news(&mut self) -> Option<News> {
        let news = self.errand.answer();
        if matches!(news, Some(News::Ended(_))) {
            self.running = None;
        }
        news
    }
}

fn feed(
    root: &std::path::Path,
    session: &Session,
    plan: &ScanPlan,
    driver: &mut dyn Driver,
    after_sheet: &Cancel,
    texts: &Texts,
    news: &Tell<News>,
) {
    let failed = |error: &PipelineError| Failure::of(error, texts);
    let archive = match Archive::open(root, session) {
        Ok(archive) => archive,
        Err(error) => {
            news.tell(News::Ended(Ending::Refused(failed(&error))));
            return;
        }
    };
    let ending = match scan::scan(&archive, plan, driver, after_sheet, &Steps(news)) {
        Ok(outcome) => match outcome.ended {
            Ended::Empty => Ending::Empty,
            Ended::Fault(ScanError::Cancelled) => Ending::Stopped,
            Ended::Fault(error) => Ending::Fault(error.code(), failed(&PipelineError::Scan(error))),
        },
        Err(PipelineError::Scan(ScanError::Cancelled)) => Ending::Stopped,
        Err(error) => {
            let failure = failed(&error);
            match error {
                PipelineError::Scan(error) => Ending::Fault(error.code(), failure),
                _ => Ending::Refused(failure),
            }
        }
    };
    news.tell(News::Ended(ending));
    let copied = archive
        .copy_catalog()
        .and_then(|_| second_vault::copy_masters(&archive, Some(&plan.dossier), &Cancel::new(), &Steps(news)));
    news.tell(News::Copied(copied.err().map(|error| failed(&error))));
}
