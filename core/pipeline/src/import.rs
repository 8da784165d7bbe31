//! `import`: takes every file of a folder into the vault, reads its pages and files what comes of them.
//!
//! Files are hashed and looked at by several workers, but taken one after the other in natural order, so that the same
//! folder always gives the same dossiers. Every regular file below the folder stands on the receipt exactly once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sohoa_capture::{FolderItem, ItemKind, Place, folder, naming};
pub use sohoa_capture::{Rule, RuleError};
use sohoa_catalog::CatalogError;
use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::intake::{TakenFile, TakenFrame};
use sohoa_imaging::sniff;
use sohoa_model::finding::Finding;
use sohoa_model::frame::{FileFormat, FrameFacts, Samples};
use sohoa_model::ids::ReceiptId;
use sohoa_model::reading::LanguageChoice;
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_model::{Cancel, Sha256, Verdict, crash};
use sohoa_store::vault::{hash_file, open_regular};
use sohoa_store::{StoreError, disk};

use crate::archive::Archive;
use crate::checksums::Listed;
use crate::error::PipelineError;
use crate::process::{self, ProcessOutcome, ProcessPlan};
use crate::progress::{Phase, Silent, Sink};
use crate::signing::{self, SigningKey};
use crate::worker::protocol::{Request, Response};
use crate::worker::{Worker, WorkerFault};

/// Silence of a worker that decodes a file, after which it is killed.
const DECODE_LIMIT: Duration = Duration::from_secs(10);
/// What a frame more adds to [`DECODE_LIMIT`], counted by the length of the file: one megabyte, one second.
const DECODE_BYTES_PER_SECOND: u64 = 1 << 20;
/// Bytes on the medium for one byte of a scan: its master, the PDF/A before and after signing, text and catalog.
const SPACE_FACTOR_PERCENT: u64 = 230;
/// Bytes that stay free whatever happens.
pub(crate) const SPACE_RESERVE: u64 = 64 << 20;
/// Resolution below which an import is below the standard (TT 05/2025, article 8).
pub(crate) const STANDARD_DPI: f32 = 200.0;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct ImportPlan {
    /// The folder.
    pub root: PathBuf,
    /// Number of worker processes, at least 1.
    pub jobs: usize,
    /// Which language to read in.
    pub language: LanguageChoice,
    /// Where dossier codes stand in paths; `None` for the usual naming.
    pub rule: Option<Rule>,
}

/// What an import did.
#[derive(Debug)]
pub struct ImportOutcome {
    /// The receipt in the catalog; none for a preview.
    pub receipt: Option<ReceiptId>,
    /// What became of every file, in natural order.
    pub lines: Vec<ReceiptLine>,
    /// What became of the pages.
    pub processed: ProcessOutcome,
    /// Whether somebody asked to stop before the end.
    pub interrupted: bool,
}

/// A folder that is imported, listed.
struct Lot {
    root: PathBuf,
    items: Vec<FolderItem>,
    listed: Listed,
    rule: Option<Rule>,
}

impl Lot {
    /// Lists a folder and makes sure that what is new in it fits into the archive.
    fn open(archive: &Archive, plan: &ImportPlan, cancel: &Cancel) -> Result<Self, PipelineError> {
        let root = canonical_root(archive, &plan.root)?;
        let items = folder::list(&root)?;
        Self::of(archive, plan, root, items, cancel)
    }

    /// Some items of a folder.
    fn of(
        archive: &Archive,
        plan: &ImportPlan,
        root: PathBuf,
        items: Vec<FolderItem>,
        cancel: &Cancel,
    ) -> Result<Self, PipelineError> {
        preflight(archive, &items)?;
        let listed = Listed::read(&items, cancel)?;
        Ok(Self { root, items, listed, rule: plan.rule.clone() })
    }

    /// Where a file belongs.
    fn place_of(&self, relative: &str) -> Result<Place, naming::NamingError> {
        let path = self.listed.checksums().naming_path(relative);
        match &self.rule {
            Some(rule) => rule.place_of(&path),
            None => {
                let root_name = self.root.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                naming::place_of(&path, &root_name)
            }
        }
    }
}

/// What a file turned out to be when it was looked at.
enum Look {
    Settled(ReceiptLine),
    Candidate(Box<Candidate>),
    Interrupted,
}

struct Candidate {
    path: String,
    source: PathBuf,
    place: Place,
    sha256: Sha256,
    bytes: u64,
    format: FileFormat,
    frames: Vec<FrameFacts>,
    /// What is to be said of the signatures that the file came with.
    seal: Option<Finding>,
}

/// Imports a folder: takes, reads, assembles, and signs if there is a key.
pub fn import(
    archive: &Archive,
    plan: &ImportPlan,
    key: Option<&SigningKey>,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<ImportOutcome, PipelineError> {
    let lot = Lot::open(archive, plan, cancel)?;
    process::check_models(archive, plan.language, cancel)?;
    let (receipt, lines) = take_lot(archive, &lot, plan, cancel, sink)?;
    let process_plan = ProcessPlan { jobs: plan.jobs, language: plan.language, dossier: None };
    signing::finish_publications(archive, cancel)?;
    let processed = process::go_on(archive, &process_plan, key, cancel, sink)?;
    archive.catalog().finish_receipt(receipt, &archive.act())?;
    archive.write_archive_manifest()?;
    crash::point("import.receipt-finished");
    Ok(ImportOutcome { receipt: Some(receipt), lines, processed, interrupted: cancel.is_requested() })
}

/// Takes all files of a lot, each with its line on a new receipt.
fn take_lot(
    archive: &Archive,
    lot: &Lot,
    plan: &ImportPlan,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<(ReceiptId, Vec<ReceiptLine>), PipelineError> {
    let language = match plan.language {
        LanguageChoice::Auto(_) => "auto",
        LanguageChoice::Given(language) => language.model(),
    };
    let options = serde_json::json!({ "jobs": plan.jobs, "lang": language });
    let receipt = archive.catalog().begin_receipt(&lot.root.to_string_lossy(), &options, &archive.act())?;
    crash::point("import.receipt-begun");
    let lines = look_at_all(archive, lot, plan.jobs, cancel, sink, |look| match look {
        Look::Candidate(candidate) => take(archive, *candidate, receipt),
        Look::Settled(line) => Ok(line),
        Look::Interrupted => Err(PipelineError::Cancelled),
    })?;
    archive.catalog().add_receipt_lines(receipt, &lines)?;
    // Reading may take all night: what was taken can be found again by the folder alone from now on.
    archive.write_stale_manifests()?;
    Ok((receipt, lines))
}

/// Takes some items of a folder, and reads nothing yet.
pub(crate) fn take_items(
    archive: &Archive,
    plan: &ImportPlan,
    root: &Path,
    items: Vec<FolderItem>,
    cancel: &Cancel,
) -> Result<Vec<ReceiptLine>, PipelineError> {
    let lot = Lot::of(archive, plan, root.to_owned(), items, cancel)?;
    let (receipt, lines) = take_lot(archive, &lot, plan, cancel, &Silent)?;
    archive.catalog().finish_receipt(receipt, &archive.act())?;
    Ok(lines)
}

/// Says what an import would do with every file, and changes nothing.
pub fn preview(
    archive: &Archive,
    plan: &ImportPlan,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<ImportOutcome, PipelineError> {
    let lot = Lot::open(archive, plan, cancel)?;
    let mut seen = std::collections::BTreeSet::new();
    let lines = look_at_all(archive, &lot, plan.jobs, cancel, sink, |look| match look {
        Look::Candidate(c) if !seen.insert((c.place.dossier_code.clone(), c.sha256)) => {
            Ok(ReceiptLine::Skipped { path: c.path, reason: Reason::new("same-bytes-in-dossier", "") })
        }
        Look::Candidate(c) => Ok(taken_line(&c)),
        Look::Settled(line) => Ok(line),
        Look::Interrupted => Err(PipelineError::Cancelled),
    })?;
    Ok(ImportOutcome { receipt: None, lines, processed: ProcessOutcome::default(), interrupted: cancel.is_requested() })
}

pub(crate) fn canonical_root(archive: &Archive, root: &Path) -> Result<PathBuf, PipelineError> {
    let unreadable = |path: &Path, source| PipelineError::Unreadable { path: path.to_owned(), source };
    let folder = root.canonicalize().map_err(|e| unreadable(root, e))?;
    let home = archive.layout().root().canonicalize().map_err(|e| unreadable(archive.layout().root(), e))?;
    if folder.starts_with(&home) || home.starts_with(&folder) {
        return Err(PipelineError::Nested { folder, archive: home });
    }
    Ok(folder)
}

/// Makes sure that what is not in the archive yet fits on its medium.
fn preflight(archive: &Archive, items: &[FolderItem]) -> Result<(), PipelineError> {
    let path = archive.layout().root();
    let free = disk::free_bytes(path)?;
    let space_for = |bytes: u64| (bytes / 100).saturating_mul(SPACE_FACTOR_PERCENT).saturating_add(SPACE_RESERVE);
    let files = || {
        items.iter().filter_map(|item| match item.kind {
            ItemKind::File { bytes } => Some((item, bytes)),
            _ => None,
        })
    };
    if free >= space_for(files().map(|(_, bytes)| bytes).fold(0, u64::saturating_add)) {
        return Ok(());
    }
    let mut new = 0u64;
    for (item, bytes) in files() {
        if !archive.catalog().has_file(&item.relative, bytes)? {
            new = new.saturating_add(bytes);
        }
    }
    let needed = space_for(new);
    if free < needed {
        return Err(PipelineError::NotEnoughSpace { path: path.to_owned(), needed, free });
    }
    Ok(())
}

/// Looks at all items with several workers and settles them one after the other, in their order.
fn look_at_all(
    archive: &Archive,
    lot: &Lot,
    jobs: usize,
    cancel: &Cancel,
    sink: &dyn Sink,
    mut settle: impl FnMut(Look) -> Result<ReceiptLine, PipelineError>,
) -> Result<Vec<ReceiptLine>, PipelineError> {
    let items = &lot.items;
    let next = AtomicUsize::new(0);
    let (sender, looks) = mpsc::channel();
    let total = items.len() as u64;
    let failed = Cancel::new();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let (sender, next, failed) = (sender.clone(), &next, &failed);
            scope.spawn(move || {
                let mut worker = Worker::new(archive.session().worker.clone());
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let look = if cancel.is_requested() || failed.is_requested() {
                        Ok(Look::Interrupted)
                    } else {
                        look_at(archive, item, lot, &mut worker, cancel)
                    };
                    if sender.send((index, look)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut lines = Vec::with_capacity(items.len());
        for (index, look) in looks {
            waiting.insert(index, look);
            while let Some(look) = waiting.remove(&lines.len()) {
                let line = match look.and_then(&mut settle) {
                    Ok(line) => line,
                    Err(PipelineError::Cancelled | PipelineError::Store(StoreError::Cancelled)) => {
                        let path = items[lines.len()].relative.clone();
                        ReceiptLine::Skipped { path, reason: Reason::new("interrupted", "") }
                    }
                    Err(error) => {
                        failed.request();
                        return Err(error);
                    }
                };
                lines.push(line);
                sink.step(Phase::Taking, lines.len() as u64, total);
            }
        }
        Ok(lines)
    })
}

/// Looks at one item without changing anything.
fn look_at(
    archive: &Archive,
    item: &FolderItem,
    lot: &Lot,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Look, PipelineError> {
    let path = item.relative.clone();
    let refused = |code: &str, detail: String| {
        Ok(Look::Settled(ReceiptLine::Refused { path: path.clone(), reason: Reason::new(code, detail) }))
    };
    if let Some(line) = lot.listed.line(&path) {
        return Ok(Look::Settled(line.clone()));
    }
    match item.kind {
        ItemKind::File { bytes: 0 } => return refused("empty-file", String::new()),
        ItemKind::File { .. } => {}
        ItemKind::NamelessFile => return refused("name-not-unicode", String::new()),
        ItemKind::SymbolicLink => return refused("symbolic-link", String::new()),
        ItemKind::Special => return refused("special-file", String::new()),
        ItemKind::TooDeep => return refused("too-deep", folder::DEEPEST.to_string()),
    }
    let format = match format_of(&item.path) {
        Ok(Ok(format)) => format,
        Ok(Err(looks_like)) => return refused("not-an-image", looks_like.to_owned()),
        Err(error) => return refused("read-failed", error.to_string()),
    };
    let place = match lot.place_of(&item.relative) {
        Ok(place) => place,
        Err(error) => return refused("bad-name", error.to_string()),
    };
    let stored = match hash_file(&item.path, cancel) {
        Ok(stored) => stored,
        Err(StoreError::Cancelled) => return Ok(Look::Interrupted),
        Err(error) => return refused("read-failed", error.to_string()),
    };
    if let Some(list) = lot.listed.checksums().contradicted(&path, &stored.sha256) {
        return refused("checksum-differs", list.to_owned());
    }
    let known = archive.catalog().known_file(&place.dossier_code, &stored.sha256)?;
    if let Some(known) = known {
        return Ok(Look::Settled(skipped_as_known(&path, known.path)));
    }
    let limit = DECODE_LIMIT + Duration::from_secs(stored.bytes / DECODE_BYTES_PER_SECOND);
    match worker.call(&Request::Inspect { path: item.path.clone() }, limit, cancel) {
        Ok((Response::Facts { frames, .. }, _)) => {
            let frames: Result<Vec<FrameFacts>, _> = frames.iter().map(FactsRecord::facts).collect();
            let frames = frames.map_err(|e| PipelineError::record("frame facts", e))?;
            let (sha256, bytes) = (stored.sha256, stored.bytes);
            let source = item.path.clone();
            let seal = match frames.iter().any(|facts| facts.is_sealed) {
                true => Some(judge(archive, &item.path, limit, worker, cancel)?),
                false => None,
            };
            Ok(Look::Candidate(Box::new(Candidate { path, source, place, sha256, bytes, format, frames, seal })))
        }
        Ok((Response::Refused { code, detail }, _)) => refused(&code, detail),
        Ok(_) => refused("corrupt", "the worker gave another answer".to_owned()),
        Err(WorkerFault::Silent(_)) => refused("decoding-took-too-long", limit.as_secs().to_string()),
        Err(WorkerFault::Died) => refused("decoding-broke-off", String::new()),
        Err(WorkerFault::Cancelled) => Ok(Look::Interrupted),
        Err(fault @ WorkerFault::Start(_)) => Err(fault.into()),
    }
}

/// The finding about the signatures of a file that was signed before it came here.
fn judge(
    archive: &Archive,
    path: &Path,
    limit: Duration,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Finding, PipelineError> {
    let trust = archive.settings().trust.iter().map(|root| root.pem.clone()).collect();
    let request = Request::Judge { path: path.to_owned(), trust, at: archive.session().clock.now().0 };
    let verdict = match worker.call(&request, limit, cancel) {
        Ok((Response::Judged { verdict, reason }, _)) => Verdict::from_record(&verdict, &reason),
        Err(WorkerFault::Cancelled) => return Err(PipelineError::Cancelled),
        Err(fault @ WorkerFault::Start(_)) => return Err(fault.into()),
        Ok(_) | Err(WorkerFault::Silent(_) | WorkerFault::Died) => None,
    };
    let verdict = verdict.unwrap_or_else(|| Verdict::Indeterminate(String::new()));
    Ok(match verdict {
        Verdict::Passed => Finding::note("signed-elsewhere", verdict.word()),
        Verdict::Indeterminate(_) => Finding::warn("signed-elsewhere", verdict.word()),
        Verdict::Failed(_) => Finding::reject("signed-elsewhere", verdict.word()),
    })
}

/// The format of a file by its first bytes, or what it looks like instead.
fn format_of(path: &Path) -> Result<Result<FileFormat, &'static str>, StoreError> {
    use std::io::Read;
    let mut head = Vec::new();
    let mut file = open_regular(path)?.take(sniff::HEAD_LENGTH as u64);
    file.read_to_end(&mut head).map_err(|e| StoreError::read(path, e))?;
    Ok(sniff::sniff(&head).ok_or_else(|| sniff::lookalike(&head).name()))
}

/// Takes a file: into the vault, then into the catalog.
fn take(archive: &Archive, candidate: Candidate, receipt: ReceiptId) -> Result<ReceiptLine, PipelineError> {
    let code = &candidate.place.dossier_code;
    if let Some(known) = archive.catalog().known_file(code, &candidate.sha256)? {
        return Ok(skipped_as_known(&candidate.path, known.path));
    }
    let free = disk::free_bytes(archive.layout().root())?;
    if free < candidate.bytes.saturating_add(SPACE_RESERVE) {
        let path = archive.layout().root().to_owned();
        return Err(PipelineError::NotEnoughSpace { path, needed: candidate.bytes + SPACE_RESERVE, free });
    }
    crash::point("import.before-vault");
    let stored = archive.vault().put_file_unchanged(&candidate.source, &candidate.sha256, &Cancel::new());
    crash::point("import.after-vault");
    let refused = |path, code, detail: &str| Ok(ReceiptLine::Refused { path, reason: Reason::new(code, detail) });
    match stored {
        Ok(Some(_)) => {}
        Ok(None) => return refused(candidate.path, "changed-meanwhile", ""),
        Err(StoreError::Read { path, source }) if path == candidate.source => {
            return refused(candidate.path, "read-failed", &source.to_string());
        }
        Err(error) => return Err(error.into()),
    }
    crash::point("import.after-inspect");
    let mut findings = frame_findings(&candidate.frames);
    findings.extend(candidate.seal.clone().map(|finding| (None, finding)));
    let catalog = archive.catalog();
    for (other, path) in catalog.files_elsewhere(&candidate.sha256)? {
        findings.push((None, Finding::note("same-bytes-elsewhere", format!("{other}: {path}"))));
    }
    let line = taken_line(&candidate);
    let frames = candidate.frames.into_iter();
    let (code, sha256) = (candidate.place.dossier_code.clone(), candidate.sha256);
    let taken = catalog.take_file(
        &TakenFile {
            dossier: candidate.place.dossier_code,
            document_ordinal: candidate.place.document_ordinal,
            path: candidate.path,
            stem: candidate.place.stem,
            sha256: candidate.sha256,
            bytes: candidate.bytes,
            format: candidate.format,
            frames: frames.map(|facts| TakenFrame { below_standard: is_below_standard(&facts), facts }).collect(),
            findings,
            receipt,
            batch: None,
            left_out: false,
        },
        &archive.act(),
    );
    match taken {
        Ok(_) => Ok(line),
        // Another process took the same bytes into this dossier a moment ago.
        Err(CatalogError::Twice { .. }) => {
            let known = catalog.known_file(&code, &sha256)?.map(|known| known.path).unwrap_or_default();
            Ok(skipped_as_known(line.path(), known))
        }
        Err(error) => Err(error.into()),
    }
}

fn skipped_as_known(path: &str, known: String) -> ReceiptLine {
    let code = if known == path { "already-taken" } else { "same-bytes-in-dossier" };
    ReceiptLine::Skipped { path: path.to_owned(), reason: Reason::new(code, known) }
}

fn taken_line(candidate: &Candidate) -> ReceiptLine {
    ReceiptLine::Taken {
        path: candidate.path.clone(),
        sha256: candidate.sha256,
        pages: u32::try_from(candidate.frames.len()).unwrap_or(u32::MAX),
        dossier: candidate.place.dossier_code.clone(),
    }
}

/// Whether a frame lacks what TT 05/2025 asks of a digitized paper: colour, 200 dpi.
pub(crate) fn is_below_standard(frame: &FrameFacts) -> bool {
    frame.samples == Samples::Bilevel || frame.dpi.0.round() < STANDARD_DPI
}

pub(crate) fn frame_findings(frames: &[FrameFacts]) -> Vec<(Option<u32>, Finding)> {
    let mut findings = Vec::new();
    for frame in frames {
        if !frame.dpi_stated {
            findings.push((Some(frame.index), Finding::warn("resolution-guessed", format!("{:.0}", frame.dpi.0))));
        }
        if let Some(conversion) = frame.conversion {
            findings.push((Some(frame.index), Finding::note("converted", conversion.word())));
        }
        if is_below_standard(frame) {
            let samples = match frame.samples {
                Samples::Bilevel => "1 bit",
                Samples::Gray8 => "8 bit",
                Samples::Rgb8 => "24 bit",
                Samples::Gray16 => "16 bit",
                Samples::Rgb16 => "48 bit",
            };
            let detail = format!("{samples}, {:.0} dpi", frame.dpi.0);
            findings.push((Some(frame.index), Finding::note("below-standard", detail)));
        }
    }
    findings
}
