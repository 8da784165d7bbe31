//! `process`: reads the pages that wait, assembles and signs the documents that are complete.
//!
//! Pages are leased in the catalog, so that several processes share the work; each lane is a thread with one worker
//! process. One finisher thread assembles and signs beside them. Calling it again goes on where it stopped.

use std::collections::BTreeSet;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::reading::PageJob;
use sohoa_catalog::rendition::{DocumentJob, Seal};
use sohoa_catalog::text_record;
use sohoa_model::code_list::PaperLanguage;
use sohoa_model::finding::Finding;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::DocumentId;
use sohoa_model::page_text::PageText;
use sohoa_model::part::FramePart;
use sohoa_model::reading::{LanguageChoice, PageQuality, Reading, ReadingState, Recipe};
use sohoa_model::{Cancel, Language, Timestamp, crash};
use sohoa_sign::SignError;
use sohoa_store::StoreError;
use sohoa_store::lock::ArchiveLock;

use crate::archive::Archive;
use crate::assemble;
use crate::error::{PipelineError, error_chain};
use crate::progress::{Phase, Sink};
use crate::signing::{self, SigningKey};
use crate::worker::protocol::{RecipeRecord, Request, Response};
use crate::worker::{Worker, WorkerFault};

/// A lease is free again after this time, should its process have vanished unnoticed.
const LEASE: Duration = Duration::from_secs(15 * 60);
/// A worker may start its models and decode within this time beyond the time for recognition.
const START_ALLOWANCE: Duration = Duration::from_secs(20);
/// A worker that dies over a page gets so many attempts at it.
const ATTEMPTS: u32 = 2;

/// What to process, and how.
#[derive(Debug, Clone)]
pub struct ProcessPlan {
    /// Number of worker processes, at least 1.
    pub jobs: usize,
    /// Which language to read in.
    pub language: LanguageChoice,
    /// Only this dossier.
    pub dossier: Option<String>,
}

/// What was done.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ProcessOutcome {
    /// Pages whose reading ended.
    pub pages: u64,
    /// Pages that could not be read to their end.
    pub pages_not_read: u64,
    /// Documents that became a PDF/A.
    pub assembled: u64,
    /// Documents that were signed.
    pub signed: u64,
    /// Documents that could not be assembled or signed: name and reason.
    pub problems: Vec<(String, String)>,
    /// Documents that wait for a key.
    pub unsigned: u64,
}

/// Puts pages that could not be read to their end back into the queue, of one dossier or of all; says how many.
pub fn read_again(archive: &Archive, dossier: Option<&str>) -> Result<usize, PipelineError> {
    let codes = match dossier {
        Some(code) => vec![code.to_owned()],
        None => archive.catalog().captured_codes()?,
    };
    let mut pages = 0;
    for code in codes {
        pages +=
            archive.catalog().read_again(&code, &[ReadingState::Failed, ReadingState::TimedOut], &archive.act())?;
    }
    Ok(pages)
}

/// Reads, assembles and signs what waits.
pub fn process(
    archive: &Archive,
    plan: &ProcessPlan,
    key: Option<&SigningKey>,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<ProcessOutcome, PipelineError> {
    signing::finish_publications(archive, cancel)?;
    if archive.catalog().count_pages_to_read(plan.dossier.as_deref())? > 0 {
        check_models(archive, plan.language, cancel)?;
    }
    go_on(archive, plan, key, cancel, sink)
}

/// The work of [`process`], for a caller that has ended open publications and looked at the models already.
pub(crate) fn go_on(
    archive: &Archive,
    plan: &ProcessPlan,
    key: Option<&SigningKey>,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<ProcessOutcome, PipelineError> {
    let total = archive.catalog().count_pages_to_read(plan.dossier.as_deref())?;
    let shared = Shared { outcome: Mutex::default(), failure: Mutex::default(), stop: Cancel::new(), total };
    thread::scope(|scope| {
        let (sender, finished) = mpsc::channel();
        for _ in 0..plan.jobs.max(1) {
            let (sender, shared) = (sender.clone(), &shared);
            scope.spawn(move || {
                let result = lane(archive, plan, shared, cancel, sink, &|| {
                    let _ = sender.send(());
                });
                shared.note(result);
            });
        }
        drop(sender);
        let shared = &shared;
        scope.spawn(move || {
            let worker = Worker::new(archive.session().worker.clone());
            let given_up = BTreeSet::new();
            let result = Finisher { archive, plan, key, shared, cancel, sink, worker, given_up }.work(&finished);
            shared.note(result);
        });
    });
    if let Some(error) = shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut outcome = shared.outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.unsigned = archive.catalog().documents_to_sign(plan.dossier.as_deref())?.len() as u64;
    archive.write_stale_manifests()?;
    Ok(outcome)
}

/// Makes sure that the recognition models are there and listed, before any page is tried.
pub(crate) fn check_models(archive: &Archive, language: LanguageChoice, cancel: &Cancel) -> Result<(), PipelineError> {
    let mut worker = Worker::new(archive.session().worker.clone());
    let request = Request::Models { recipe: RecipeRecord::from(&Recipe::current(language)) };
    match worker.call(&request, START_ALLOWANCE, cancel)?.0 {
        Response::Ready => Ok(()),
        Response::Refused { detail, .. } => Err(PipelineError::Models(detail)),
        _ => Err(PipelineError::Models("the worker gave another answer".to_owned())),
    }
}

struct Shared {
    outcome: Mutex<ProcessOutcome>,
    failure: Mutex<Option<PipelineError>>,
    stop: Cancel,
    total: u64,
}

impl Shared {
    fn update(&self, change: impl FnOnce(&mut ProcessOutcome)) {
        change(&mut self.outcome.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Keeps the first failure and stops everybody.
    fn note(&self, result: Result<(), PipelineError>) {
        if let Err(error) = result {
            self.stop.request();
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }
}

/// One lane: leases a page, has it read, writes down what came of it, until nothing waits.
fn lane(
    archive: &Archive,
    plan: &ProcessPlan,
    shared: &Shared,
    cancel: &Cancel,
    sink: &dyn Sink,
    finished: &dyn Fn(),
) -> Result<(), PipelineError> {
    let mut worker = Worker::new(archive.session().worker.clone());
    let owner = archive.lease_owner();
    let mut last: Option<(String, Language)> = None;
    while !cancel.is_requested() && !shared.stop.is_requested() {
        let now = archive.session().clock.now();
        let until = Timestamp(now.0 + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX));
        let job = archive.catalog().pages_to_read(1, &owner, until, now, plan.dossier.as_deref())?.pop();
        let Some(job) = job else { break };
        let hint = hint(&job, last.as_ref());
        let Some(reading) = read(archive, plan, &job, hint, &mut worker, cancel)? else {
            archive.catalog().release_lease(job.page)?;
            break;
        };
        crash::point("import.page-read");
        if let (ReadingState::Done, Some(language)) = (reading.state, reading.language) {
            last = Some((job.dossier.clone(), language));
        }
        let stored = archive.vault().put(&text_record::to_bytes(&reading.text))?;
        crash::point("import.text-stored");
        archive.catalog().record_reading(job.page, &reading, stored.sha256, &archive.act())?;
        let mut pages = 0;
        shared.update(|outcome| {
            outcome.pages += 1;
            outcome.pages_not_read += u64::from(!reading.state.is_read());
            pages = outcome.pages;
        });
        sink.step(Phase::Reading, pages, shared.total.max(pages));
        finished();
        sink.rest();
    }
    Ok(())
}

/// The language to try first: that of the page before in the same dossier, or what the inventory says of the papers, or
/// that of the page that was read last. A hint costs or saves time; it does not decide.
fn hint(job: &PageJob, last: Option<&(String, Language)>) -> Option<Language> {
    let neighbour = last.filter(|(dossier, _)| *dossier == job.dossier).or(last.filter(|_| job.language.is_none()));
    neighbour.map(|(_, language)| *language).or_else(|| job.language.and_then(usual))
}

/// The language that papers are read in by what the inventory says of them.
fn usual(language: PaperLanguage) -> Option<Language> {
    match language {
        PaperLanguage::English => Some(Language::English),
        PaperLanguage::French => Some(Language::French),
        PaperLanguage::Chinese | PaperLanguage::HanNom => Some(Language::Chinese),
        PaperLanguage::Russian | PaperLanguage::Other => None,
        _ => Some(Language::Vietnamese),
    }
}

/// Has one page read; `None` if the work was asked to stop.
fn read(
    archive: &Archive,
    plan: &ProcessPlan,
    job: &PageJob,
    hint: Option<Language>,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Option<Reading>, PipelineError> {
    let language = match plan.language {
        LanguageChoice::Auto(None) => LanguageChoice::Auto(hint),
        choice => choice,
    };
    let recipe = Recipe::current(language);
    archive.keep_recipe(&recipe.canonical())?;
    let request = Request::Read {
        path: archive.vault().path(&job.master),
        facts: Box::new(FactsRecord::of(&job.facts)),
        shown: job.part.map(FramePart::numbers),
        turn: job.turn.map(Rotation::degrees),
        recipe: RecipeRecord::from(&recipe),
    };
    let limit = Duration::from_secs(u64::from(recipe.seconds)) + START_ALLOWANCE;
    let start = Instant::now();
    let mut attempt = 1;
    let (state, finding) = loop {
        match worker.call(&request, limit, cancel) {
            Ok((Response::Reading { reading }, _)) => {
                let Some(mut reading) = reading.reading() else { break (ReadingState::Failed, "answer") };
                let marks = sohoa_describe::secrecy::secrecy_marks(&reading.text);
                reading.findings.extend(marks);
                return Ok(Some(reading));
            }
            Ok((Response::Refused { code, detail }, _)) if code == "models" => {
                return Err(PipelineError::Models(detail));
            }
            Ok(_) => break (ReadingState::Failed, "decode"),
            Err(WorkerFault::Cancelled) => return Ok(None),
            Err(fault @ WorkerFault::Start(_)) => return Err(fault.into()),
            Err(WorkerFault::Silent(_)) => break (ReadingState::TimedOut, "silent"),
            Err(WorkerFault::Died) if attempt < ATTEMPTS => attempt += 1,
            Err(WorkerFault::Died) => break (ReadingState::Failed, "died"),
        }
    };
    let shown = job.part.unwrap_or_else(|| FramePart::whole(&job.facts));
    let (width, height) = (shown.width(), shown.height());
    Ok(Some(Reading {
        state,
        rotation: job.turn.unwrap_or(job.facts.stated_rotation),
        language: None,
        engine: String::new(),
        model: None,
        recipe: recipe.hash(),
        input: None,
        confidence: None,
        milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        quality: PageQuality::default(),
        text: PageText { width, height, blocks: Vec::new() },
        findings: vec![Finding::warn(&format!("reading-{}", state.word()), finding)],
    }))
}

/// Assembles and signs whatever is complete, as long as pages are read and once more after that.
struct Finisher<'a> {
    archive: &'a Archive,
    plan: &'a ProcessPlan,
    key: Option<&'a SigningKey>,
    shared: &'a Shared,
    cancel: &'a Cancel,
    sink: &'a dyn Sink,
    worker: Worker,
    given_up: BTreeSet<DocumentId>,
}

impl Finisher<'_> {
    /// Each time a page ended, until no lane is left.
    fn work(&mut self, finished: &mpsc::Receiver<()>) -> Result<(), PipelineError> {
        let mut lanes_work = true;
        loop {
            self.finish_documents(lanes_work && self.shared.total > 0)?;
            if !lanes_work || self.is_stopped() {
                return Ok(());
            }
            match finished.recv_timeout(Duration::from_secs(1)) {
                Ok(()) => while finished.try_recv().is_ok() {},
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => lanes_work = false,
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.cancel.is_requested() || self.shared.stop.is_requested()
    }

    /// Ends what can be ended now. How far that is is told where no page is read meanwhile, which is told instead.
    fn finish_documents(&mut self, lanes_work: bool) -> Result<(), PipelineError> {
        let Self { archive, plan, key, shared, cancel, sink, .. } = *self;
        let lock = archive.layout().documents_lock();
        let stopped = || cancel.is_requested() || shared.stop.is_requested();
        let mut dossiers = BTreeSet::new();
        let hopeless = self.given_up.clone();
        let mut settle =
            |job: &DocumentJob, result: Result<(), PipelineError>, count: fn(&mut ProcessOutcome)| match result {
                Ok(()) => {
                    shared.update(count);
                    dossiers.insert(job.dossier.clone());
                    Ok(())
                }
                Err(PipelineError::Cancelled | PipelineError::Worker(WorkerFault::Cancelled)) => Ok(()),
                Err(error) if is_of_the_document(&error) => {
                    let name = archive.catalog().document_detail(job.document)?.name;
                    shared.update(|outcome| outcome.problems.push((name, error_chain(&error))));
                    self.given_up.insert(job.document);
                    Ok(())
                }
                Err(error) => Err(error),
            };
        let jobs = archive.catalog().documents_to_assemble(plan.dossier.as_deref())?;
        let all = jobs.len() as u64;
        for (done, job) in (0..).zip(jobs) {
            if hopeless.contains(&job.document) {
                continue;
            }
            if !lanes_work {
                sink.step(Phase::Assembling, done, all);
            }
            sink.rest();
            // Another process may be at the same document: one after the other, and each looks again what is left to do.
            let Some(_turn) = ArchiveLock::in_turn(&lock, &stopped)? else { break };
            let detail = archive.catalog().document_detail(job.document)?;
            match detail.seal() {
                Seal::Open => {}
                Seal::Kept(_) => continue,
                Seal::Broken => {
                    settle(&job, Err(PipelineError::SealBroken), |_| ())?;
                    continue;
                }
            }
            if !stopped() && detail.pdfa.is_none() && detail.input == Some(job.input) {
                settle(&job, assemble::assemble(archive, &job, &mut self.worker, cancel), |outcome| {
                    outcome.assembled += 1
                })?;
            }
        }
        if let Some(key) = key {
            let jobs = archive.catalog().documents_to_sign(plan.dossier.as_deref())?;
            let all = jobs.len() as u64;
            for (done, job) in (0..).zip(jobs) {
                if hopeless.contains(&job.document) {
                    continue;
                }
                if !lanes_work {
                    sink.step(Phase::Signing, done, all);
                }
                let Some(_turn) = ArchiveLock::in_turn(&lock, &stopped)? else { break };
                let detail = archive.catalog().document_detail(job.document)?;
                if !stopped() && detail.pdfa.is_some() && detail.signed.is_none() {
                    let signed = signing::sign_document(archive, &job, key);
                    if let Ok(verdict) = &signed {
                        sink.signed(&detail.name, verdict);
                    }
                    settle(&job, signed.map(drop), |outcome| outcome.signed += 1)?;
                }
            }
        }
        for code in dossiers {
            let evidence = archive.catalog().dossier(&code)?.dossier.evidence;
            let done = if key.is_some() { evidence.documents_signed } else { evidence.documents_assembled };
            if evidence.pages_ended == evidence.pages && done == evidence.documents {
                archive.write_manifest(&code)?;
            }
        }
        Ok(())
    }
}

/// Whether an error is one document's misfortune; the others go on.
fn is_of_the_document(error: &PipelineError) -> bool {
    // A key that is gone is every document's misfortune.
    if matches!(error, PipelineError::Sign(SignError::KeyGone)) {
        return false;
    }
    matches!(
        error,
        PipelineError::Pdfa(_)
            | PipelineError::Sign(_)
            | PipelineError::Record { .. }
            | PipelineError::SealBroken
            | PipelineError::Worker(_)
            | PipelineError::Store(StoreError::Missing(_) | StoreError::Torn { .. })
    )
}
