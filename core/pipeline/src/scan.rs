//! `scan`: the sheets of one dossier go through a scanner; each page is durable and filed before it counts.
//!
//! The scanner is read on the calling thread; another packs, stores and files, a bounded number of blocks behind, so that the
//! scanner waits only when the medium does. What ends a run early (a jam, a full disk, a killed process) leaves the batch
//! open at the last whole sheet, and the next run goes on there.

use std::io::{BufReader, BufWriter, Write};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sohoa_capture::frame_file::{self, FrameFileError};
use sohoa_capture::scanner::PageShape;
pub use sohoa_capture::scanner::{Device, Driver, Granted, Mode, ScanError, Scanner, Settings, Source};
use sohoa_capture::separator;
use sohoa_catalog::CatalogError;
use sohoa_catalog::batch::{BatchPage, NewBatch};
pub use sohoa_catalog::batch::{BatchTarget, BatchView, Closing};
use sohoa_catalog::intake::{TakenFile, TakenFrame};
use sohoa_imaging::decode::decode_gray;
use sohoa_imaging::inspect::{Limits, inspect};
use sohoa_imaging::thumbnail::{Picture, Samples, Shrink, Words};
use sohoa_model::frame::{FileFormat, FrameFacts};
use sohoa_model::ids::{BatchId, ReceiptId};
use sohoa_model::receipt::ReceiptLine;
use sohoa_model::{Cancel, Finding, Sha256, crash};
use sohoa_store::{StoreError, disk};

use crate::accounts::{self, Role};
use crate::archive::Archive;
use crate::error::PipelineError;
use crate::import::{SPACE_RESERVE, STANDARD_DPI, frame_findings, is_below_standard};
use crate::pictures;
use crate::progress::{Arrival, Phase, Sink};
use crate::scanner::protocol::BLOCK;

/// Blocks of pixels that may wait to be stored, at most.
const WAITING: usize = 32;
/// Bytes of a page whose height the device learns as it goes, at most.
const LARGEST_UNKNOWN: usize = 256 << 20;

/// The finding of a page that shows the same as one shortly before it in its batch.
pub const DOUBLED: &str = "page-doubled";
/// The finding of the blank back of a sheet.
pub const BLANK_BACK: &str = "blank-back";
/// Sheets that a page is compared with.
const LOOK_BACK: u32 = 2;

/// What to scan, and how.
#[derive(Debug, Clone)]
pub struct ScanPlan {
    /// The code of the dossier.
    pub dossier: String,
    /// The ordinal of the (first) document; `None` is the dossier as one document.
    pub document: Option<u32>,
    /// How a stack is parted into documents.
    pub parting: Parting,
    /// The device.
    pub device: String,
    /// How.
    pub settings: Settings,
    /// Sheets of the whole batch, as the operator counted them.
    pub sheets: Option<u32>,
    /// Whether a dossier that is not known may be made.
    pub new_dossier: bool,
    /// Why it is scanned below the standard, if it is.
    pub reason: Option<String>,
    /// Where the pages go. An open batch goes on where it was begun for.
    pub target: BatchTarget,
    /// What becomes of the blank backs of sheets.
    pub blank_backs: BlankBacks,
}

/// What becomes of the blank backs of sheets that are scanned on both sides. They are kept in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlankBacks {
    /// They are pages like others, and marked.
    #[default]
    Keep,
    /// They do not count as pages, unless a person brings them back.
    LeaveOut,
}

impl BlankBacks {
    /// The word in commands and records: `keep` or `leave-out`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::LeaveOut => "leave-out",
        }
    }
}

impl FromStr for BlankBacks {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let all = [Self::Keep, Self::LeaveOut];
        all.into_iter().find(|rule| rule.word() == word).ok_or_else(|| "keep, leave-out".to_owned())
    }
}

/// How a stack is parted into documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    /// Not at all.
    None,
    /// By separator sheets, which are no pages and are not counted.
    Separators,
    /// After so many sheets.
    Every(u32),
    /// By blank sheets, which are counted and kept, but are no pages unless a person brings them back.
    Blank,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// There was no paper left.
    Empty,
    /// The device stopped.
    Fault(ScanError),
}

/// What a run did.
#[derive(Debug)]
pub struct ScanOutcome {
    /// The batch as it stands now.
    pub batch: BatchView,
    /// What the device was set to.
    pub granted: Granted,
    /// Pages of this run.
    pub pages: u32,
    /// How it ended.
    pub ended: Ended,
    /// For each page how long it took from its last row to being durable and filed.
    pub waits: Vec<Duration>,
}

/// How a kind of paper is scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The device, if one is meant.
    pub device: Option<String>,
    /// How it is set.
    pub settings: Settings,
    /// What becomes of blank backs.
    #[serde(default)]
    pub blank_backs: BlankBacks,
}

impl Default for Profile {
    /// The minimum of TT 05/2025 for papers: colour, 200 dpi; A4 from the feeder.
    fn default() -> Self {
        let settings = Settings { source: Source::Adf, mode: Mode::Color, dpi: 200.0, paper: (210.0, 297.0) };
        Self { device: None, settings, blank_backs: BlankBacks::Keep }
    }
}

/// Keeps a profile under a name.
pub fn set_profile(archive: &Archive, name: &str, profile: &Profile) -> Result<(), PipelineError> {
    let value = serde_json::to_value(profile).map_err(|error| PipelineError::record(name, error))?;
    archive.catalog().set_scan_profile(name, &value, &archive.act())?;
    archive.write_archive_manifest()?;
    Ok(())
}

/// Removes a profile.
///
/// # Errors
/// [`CatalogError::Unknown`] if there is none of this name.
pub fn remove_profile(archive: &Archive, name: &str) -> Result<(), PipelineError> {
    archive.catalog().remove_scan_profile(name, &archive.act())?;
    archive.write_archive_manifest()?;
    Ok(())
}

/// A profile by its name.
pub fn profile(archive: &Archive, name: &str) -> Result<Profile, PipelineError> {
    let value = archive.catalog().scan_profile(name)?;
    serde_json::from_value(value).map_err(|error| PipelineError::record(name, error))
}

/// All profiles by name.
pub fn profiles(archive: &Archive) -> Result<Vec<(String, Profile)>, PipelineError> {
    let all = archive.catalog().scan_profiles()?.into_iter();
    let read = |(name, value): (String, Value)| match serde_json::from_value(value) {
        Ok(profile) => Ok((name, profile)),
        Err(error) => Err(PipelineError::record(name, error)),
    };
    all.map(read).collect()
}

/// Scans until the feeder is empty or something stops it, and closes the batch if the count is right.
///
/// A request to `cancel` ends the run when the sheet that is being fed is through; the driver has one of its own that
/// ends it at once.
pub fn scan(
    archive: &Archive,
    plan: &ScanPlan,
    driver: &mut dyn Driver,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<ScanOutcome, PipelineError> {
    allowed(archive, plan)?;
    let mut scanner = driver.open(&plan.device)?;
    let granted = scanner.configure(&plan.settings)?;
    // Nothing is begun before a first page comes.
    let Some(first) = first_page(archive, plan, scanner.as_mut())? else {
        let batch = already_complete(archive, plan)?;
        return Ok(ScanOutcome { batch, granted, pages: 0, ended: Ended::Empty, waits: Vec::new() });
    };
    let batch = begin(archive, plan, &granted)?;
    crash::point("scan.batch-opened");
    let options = json!({ "device": plan.device, "batch": batch.id.to_string() });
    let receipt = archive.catalog().begin_receipt(&format!("device:{}", plan.device), &options, &archive.act())?;
    let (sender, pieces) = mpsc::sync_channel(WAITING);
    let (broken_off, left_out) = (AtomicU32::new(0), AtomicU32::new(0));
    let before = batch.pages;
    let lately = lately(archive, plan, &batch)?;
    let (ended, filed) = thread::scope(|scope| {
        let gate = Gate { sink, batch: batch.id, before, broken_off: &broken_off, left_out: &left_out };
        let mut filing = Filing { archive, plan, batch: &batch, granted: &granted, receipt, gate, lately };
        let storing = scope.spawn(move || filing.all(&pieces));
        let ended = deliver(scanner.as_mut(), first, &sender, (cancel, batch.sides), gate);
        if ended.is_none() {
            scanner.stop();
        }
        drop(sender);
        // The device is free for others while the last pages are made safe.
        drop(scanner);
        let stored =
            storing.join().unwrap_or_else(|_| Err(PipelineError::record("scan", "the storing thread broke off")));
        (ended, stored)
    });
    let Filed { lines, waits } = filed?;
    archive.catalog().add_receipt_lines(receipt, &lines)?;
    archive.catalog().finish_receipt(receipt, &archive.act())?;
    // The channel breaks only when storing failed, and that was said above.
    let ended = ended.unwrap_or(Ended::Fault(ScanError::Cancelled));
    let batch = settle(archive, plan, batch, &ended)?;
    crash::point("scan.batch-settled");
    archive.write_stale_manifests()?;
    let pages = batch.pages - before;
    Ok(ScanOutcome { batch, granted, pages, ended, waits })
}

/// Closes an open batch: reconciled if the count is right, else overridden with a reason.
pub fn close(
    archive: &Archive,
    dossier: &str,
    sheets: Option<u32>,
    reason: Option<&str>,
) -> Result<BatchView, PipelineError> {
    let Some(mut batch) = archive.catalog().open_batch(dossier)? else {
        return Err(PipelineError::NoBatch(dossier.to_owned()));
    };
    if let Some(sheets) = sheets {
        batch = archive.catalog().count_sheets(batch.id, sheets, &archive.act())?;
    }
    let closing = match reason {
        _ if batch.expected() == Some(batch.pages) => Closing::Reconciled,
        Some(reason) => {
            accounts::needs(archive, Role::Supervisor)?;
            Closing::Overridden { reason: reason.to_owned() }
        }
        None => return Err(PipelineError::NotReconciled { pages: batch.pages, expected: batch.expected() }),
    };
    Ok(archive.catalog().close_batch(batch.id, &closing, &archive.act())?)
}

/// How a batch was asked for when it began: what goes on with it is scanned the same way.
pub fn settings_of(batch: &BatchView) -> Option<Settings> {
    Settings::deserialize(batch.settings.get("asked")?).ok()
}

/// Whether this dossier may be scanned so.
fn allowed(archive: &Archive, plan: &ScanPlan) -> Result<(), PipelineError> {
    match archive.catalog().dossier(&plan.dossier) {
        Ok(view) if view.dossier.held => return Err(PipelineError::Held(plan.dossier.clone())),
        Ok(_) => {}
        Err(CatalogError::UnknownDossier(_)) if plan.new_dossier => {}
        Err(CatalogError::UnknownDossier(_)) => return Err(PipelineError::NoSuchDossier(plan.dossier.clone())),
        Err(error) => return Err(error.into()),
    }
    let is_below = plan.settings.mode != Mode::Color || plan.settings.dpi < f64::from(STANDARD_DPI);
    if is_below && plan.reason.is_none() {
        return Err(PipelineError::BelowStandard);
    }
    let free = disk::free_bytes(archive.layout().root())?;
    if free < SPACE_RESERVE {
        let path = archive.layout().root().to_owned();
        return Err(PipelineError::NotEnoughSpace { path, needed: SPACE_RESERVE, free });
    }
    Ok(())
}

/// The first page of a run; what keeps it from coming is an incident of the open batch, if there is one.
fn first_page(
    archive: &Archive,
    plan: &ScanPlan,
    scanner: &mut dyn Scanner,
) -> Result<Option<PageShape>, PipelineError> {
    let first = scanner.next_page();
    if let (Err(error), Some(open)) = (&first, archive.catalog().open_batch(&plan.dossier)?) {
        archive.catalog().batch_incident(open.id, error.code(), &error.to_string(), &archive.act())?;
    }
    Ok(first?)
}

/// Closes the open batch if all its pages came in an earlier run.
///
/// # Errors
/// [`PipelineError::FeederEmpty`] if pages are missing, or if there is no batch.
fn already_complete(archive: &Archive, plan: &ScanPlan) -> Result<BatchView, PipelineError> {
    let catalog = archive.catalog();
    match catalog.open_batch(&plan.dossier)? {
        Some(open) if open.expected() == Some(open.pages) => {
            Ok(catalog.close_batch(open.id, &Closing::Reconciled, &archive.act())?)
        }
        _ => Err(PipelineError::FeederEmpty),
    }
}

/// The open batch of the dossier, or a new one.
fn begin(archive: &Archive, plan: &ScanPlan, granted: &Granted) -> Result<BatchView, PipelineError> {
    let sides = plan.settings.source.sides();
    let catalog = archive.catalog();
    if let Some(open) = catalog.open_batch(&plan.dossier)? {
        if open.sides != sides {
            return Err(PipelineError::OtherSides { sides: open.sides });
        }
        if plan.target != BatchTarget::Append && open.target == BatchTarget::Append {
            return Err(PipelineError::BatchGoesOn { dossier: plan.dossier.clone() });
        }
        return match plan.sheets.filter(|sheets| open.sheets != Some(*sheets)) {
            Some(sheets) => Ok(catalog.count_sheets(open.id, sheets, &archive.act())?),
            None => Ok(open),
        };
    }
    let settings = json!({
        "asked": plan.settings, "granted": granted, "reason": plan.reason, "blank_backs": plan.blank_backs,
        "station": archive.session().station,
    });
    let sheets = match &plan.target {
        BatchTarget::InsteadOf(pages) => plan.sheets.or(Some((pages.len() as u32).div_ceil(sides))),
        _ => plan.sheets,
    };
    let new = NewBatch {
        dossier: &plan.dossier,
        device: &plan.device,
        settings: &settings,
        sides,
        sheets,
        target: plan.target.clone(),
        document: match plan.parting {
            Parting::None => plan.document,
            Parting::Separators | Parting::Every(_) | Parting::Blank => Some(plan.document.unwrap_or(1)),
        },
    };
    Ok(catalog.begin_batch(&new, &archive.act())?)
}

/// The words of the last pages of a batch, of an earlier run.
fn lately(archive: &Archive, plan: &ScanPlan, batch: &BatchView) -> Result<Vec<(u32, Words)>, PipelineError> {
    let first = batch.pages.saturating_sub(LOOK_BACK * batch.sides) + 1;
    if batch.pages == 0 {
        return Ok(Vec::new());
    }
    let pages = archive.catalog().pages(&plan.dossier)?;
    let numbered = (first..=batch.pages).filter_map(|number| {
        let path = BatchPage { batch: batch.id, number }.path();
        let page = pages.iter().find(|page| page.path == path)?;
        Some((number, pictures::load(archive, &page.master)?.words()))
    });
    Ok(numbered.collect())
}

/// Writes down how the run ended, and closes the batch if all came that was expected.
fn settle(archive: &Archive, plan: &ScanPlan, batch: BatchView, ended: &Ended) -> Result<BatchView, PipelineError> {
    let catalog = archive.catalog();
    let Some(now) = catalog.open_batch(&plan.dossier)? else { return Ok(batch) };
    match ended {
        Ended::Empty if now.expected() == Some(now.pages) => {
            return Ok(catalog.close_batch(now.id, &Closing::Reconciled, &archive.act())?);
        }
        Ended::Empty => {
            // The end of a feed is a claim, not a fact.
            if let Some(expected) = now.expected() {
                let detail = format!("{}/{expected}", now.pages);
                let code = if now.pages < expected { "short-feed" } else { "long-feed" };
                catalog.batch_incident(now.id, code, &detail, &archive.act())?;
            }
        }
        Ended::Fault(error) => catalog.batch_incident(now.id, error.code(), &error.to_string(), &archive.act())?,
    }
    Ok(now)
}

/// What the thread that stores is given.
enum Piece {
    Begin {
        width: u32,
        height: Option<u32>,
        mode: Mode,
    },
    /// Whole rows.
    Rows(Vec<u8>),
    /// The page was delivered, at this moment; what it shows in small, if its height was known beforehand.
    End(Instant, Option<Picture>),
    /// The page broke off, and the run with it.
    Abort,
}

/// What the thread that reads the scanner and the one that stores know of each other.
#[derive(Clone, Copy)]
struct Gate<'a> {
    sink: &'a dyn Sink,
    batch: BatchId,
    /// Pages of the batch before this run.
    before: u32,
    /// The page of this run that broke off, so that what of it still waits is not packed in vain.
    broken_off: &'a AtomicU32,
    /// Pages of this run that are not filed: separators.
    left_out: &'a AtomicU32,
}

impl Gate<'_> {
    /// A page of this run came, from 1: it is seen at once, whatever still waits to be packed before it.
    fn came(&self, page: u32, small: &Picture, delivered: Instant) {
        let number = (self.before + page).saturating_sub(self.left_out.load(Ordering::SeqCst));
        self.sink.arrived(&Arrival { batch: self.batch, number, small, delivered });
    }
}

fn samples(mode: Mode) -> Samples {
    match mode {
        Mode::Color => Samples::Rgb,
        Mode::Gray => Samples::Gray,
        Mode::Bilevel => Samples::Ink,
    }
}

/// Reads the scanner to its end; `None` if nobody stores any more.
fn deliver(
    scanner: &mut dyn Scanner,
    first: PageShape,
    sender: &SyncSender<Piece>,
    (cancel, sides): (&Cancel, u32),
    gate: Gate<'_>,
) -> Option<Ended> {
    let mut buffer = vec![0; BLOCK];
    let (mut page, mut first) = (0, Some(first));
    loop {
        if cancel.is_requested() && page % sides == 0 {
            scanner.stop();
            sender.send(Piece::Abort).ok()?;
            return Some(Ended::Fault(ScanError::Cancelled));
        }
        let next = match first.take() {
            Some(first) => Ok(Some(first)),
            None => scanner.next_page(),
        };
        let shape = match next {
            Ok(Some(shape)) => shape,
            Ok(None) => return Some(Ended::Empty),
            Err(error) => {
                sender.send(Piece::Abort).ok()?;
                return Some(Ended::Fault(error));
            }
        };
        page += 1;
        sender.send(Piece::Begin { width: shape.width, height: shape.height, mode: shape.mode }).ok()?;
        let row = shape.row_bytes();
        let mut shrink = shape.height.map(|height| Shrink::new(samples(shape.mode), shape.width, height, row));
        let mut rest: Vec<u8> = Vec::new();
        loop {
            match scanner.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    rest.extend_from_slice(&buffer[..length]);
                    let whole = rest.len() / row * row;
                    let behind = rest.split_off(whole);
                    let rows = std::mem::replace(&mut rest, behind);
                    if !rows.is_empty() {
                        shrink.iter_mut().for_each(|shrink| shrink.rows(&rows));
                        sender.send(Piece::Rows(rows)).ok()?;
                    }
                }
                Err(error) => {
                    gate.broken_off.store(page, Ordering::SeqCst);
                    sender.send(Piece::Abort).ok()?;
                    return Some(Ended::Fault(error));
                }
            }
        }
        if !rest.is_empty() {
            sender.send(Piece::Abort).ok()?;
            return Some(Ended::Fault(ScanError::Broken { detail: "a row is cut off".to_owned() }));
        }
        let (delivered, small) = (Instant::now(), shrink.and_then(Shrink::finish));
        small.iter().for_each(|small| gate.came(page, small, delivered));
        sender.send(Piece::End(delivered, small)).ok()?;
    }
}

/// Where a page stands: among those that were begun in this run, and among those of the batch.
struct InRun {
    begun: u32,
    number: u32,
}

/// Why a page was not packed.
enum Stop {
    BrokeOff,
    File(FrameFileError),
}

impl From<FrameFileError> for Stop {
    fn from(error: FrameFileError) -> Self {
        Self::File(error)
    }
}

/// A page that lies in the vault and is to be filed with the other side of its sheet.
struct Packed {
    file: TakenFile,
    delivered: Instant,
    is_blank: bool,
}

/// What was filed in a run.
#[derive(Default)]
struct Filed {
    lines: Vec<ReceiptLine>,
    waits: Vec<Duration>,
}

/// Stores and files the pages of a run.
struct Filing<'a> {
    archive: &'a Archive,
    plan: &'a ScanPlan,
    batch: &'a BatchView,
    granted: &'a Granted,
    receipt: ReceiptId,
    gate: Gate<'a>,
    /// The words of the last pages of the batch, with their numbers.
    lately: Vec<(u32, Words)>,
}

impl Filing<'_> {
    /// Files sheet by sheet: both sides of one in one go, so that a sheet that broke off is fed again as a whole.
    fn all(&mut self, pieces: &Receiver<Piece>) -> Result<Filed, PipelineError> {
        let mut filed = Filed::default();
        let mut sheet: Vec<Packed> = Vec::new();
        let (mut begun, mut number, mut document) = (0, self.batch.pages, self.batch.document);
        let mut document_from = self.batch.document_from;
        while let Ok(piece) = pieces.recv() {
            match piece {
                Piece::Begin { width, height, mode } => {
                    begun += 1;
                    let place = InRun { begun, number: number + 1 + sheet.len() as u32 };
                    let shape = PageShape { width, height, mode };
                    let Some(file) = self.page(pieces, place, shape)? else { break };
                    sheet.push(file);
                    if (sheet.len() as u32) < self.batch.sides {
                        continue;
                    }
                    let is_separator = self.is_separator(&sheet)?;
                    let is_full = match self.plan.parting {
                        Parting::Every(sheets) => number - document_from >= sheets * self.batch.sides,
                        Parting::None | Parting::Separators | Parting::Blank => false,
                    };
                    if is_separator || is_full {
                        document = self.archive.catalog().next_document(self.batch.id, &self.archive.act())?;
                        document_from = number;
                    }
                    if is_separator {
                        self.gate.left_out.fetch_add(self.batch.sides, Ordering::SeqCst);
                        self.discard(&mut sheet)?;
                        continue;
                    }
                    let parts = self.plan.parting == Parting::Blank && sheet.iter().all(|packed| packed.is_blank);
                    for Packed { file, .. } in &mut sheet {
                        file.document_ordinal = document;
                        file.left_out |= parts;
                    }
                    number += self.batch.sides;
                    self.file(&mut sheet, &mut filed)?;
                    if parts {
                        document = self.archive.catalog().next_document(self.batch.id, &self.archive.act())?;
                        document_from = number;
                    }
                }
                Piece::Abort => break,
                Piece::Rows(_) | Piece::End(..) => {
                    return Err(PipelineError::record("scan", "pixels outside of a page"));
                }
            }
        }
        if !sheet.is_empty() {
            // One side of a sheet that broke off comes again with the other.
            self.discard(&mut sheet)?;
        }
        Ok(filed)
    }

    fn discard(&self, sheet: &mut Vec<Packed>) -> Result<(), PipelineError> {
        for Packed { file, .. } in sheet.drain(..) {
            self.archive.vault().discard(&file.sha256)?;
            pictures::discard(self.archive, &file.sha256);
        }
        Ok(())
    }

    /// Whether a side of the sheet carries the code of a separator.
    fn is_separator(&self, sheet: &[Packed]) -> Result<bool, PipelineError> {
        if self.plan.parting != Parting::Separators {
            return Ok(false);
        }
        for Packed { file, .. } in sheet {
            let mut source = BufReader::new(self.archive.vault().open(&file.sha256)?);
            let facts = &file.frames[0].facts;
            let image = decode_gray(&mut source, facts, &Limits::default())
                .map_err(|error| PipelineError::record(file.sha256, error))?;
            if separator::is_separator(&image) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn file(&self, sheet: &mut Vec<Packed>, filed: &mut Filed) -> Result<(), PipelineError> {
        let (files, delivered): (Vec<TakenFile>, Vec<Instant>) =
            sheet.drain(..).map(|packed| (packed.file, packed.delivered)).unzip();
        self.archive.catalog().take_files(&files, &self.archive.act())?;
        crash::point("scan.page-filed");
        for file in files {
            let (path, sha256, dossier) = (file.path, file.sha256, file.dossier);
            filed.lines.push(ReceiptLine::Taken { path, sha256, pages: 1, dossier });
        }
        filed.waits.extend(delivered.iter().map(Instant::elapsed));
        let done = u64::from(self.batch.pages) + filed.lines.len() as u64;
        self.gate.sink.step(Phase::Taking, done, u64::from(self.batch.expected().unwrap_or(0)).max(done));
        Ok(())
    }

    /// Packs a page into the vault; `None` if it broke off.
    fn page(
        &mut self,
        pieces: &Receiver<Piece>,
        place: InRun,
        shape: PageShape,
    ) -> Result<Option<Packed>, PipelineError> {
        let InRun { begun, number } = place;
        let (mut delivered, mut small) = (Instant::now(), None);
        let (height, mut known) = match shape.height {
            Some(height) => (height, None),
            None => match gathered(pieces, &shape)? {
                Some((rows, at)) => {
                    let bytes: usize = rows.iter().map(Vec::len).sum();
                    let height = (bytes / shape.row_bytes()) as u32;
                    let mut shrink = Shrink::new(samples(shape.mode), shape.width, height, shape.row_bytes());
                    rows.iter().for_each(|rows| shrink.rows(rows));
                    (delivered, small) = (at, shrink.finish());
                    small.iter().for_each(|small| self.gate.came(begun, small, at));
                    (height, Some(rows.into_iter()))
                }
                None => return Ok(None),
            },
        };
        let mut next = || match &mut known {
            _ if self.gate.broken_off.load(Ordering::SeqCst) == begun => Err(Stop::BrokeOff),
            Some(rows) => Ok(rows.next()),
            None => match pieces.recv() {
                Ok(Piece::Rows(rows)) => Ok(Some(rows)),
                Ok(Piece::End(at, made)) => {
                    (delivered, small) = (at, made);
                    Ok(None)
                }
                Ok(Piece::Abort | Piece::Begin { .. }) | Err(_) => Err(Stop::BrokeOff),
            },
        };
        let mut file = self.archive.vault().begin()?;
        let mut out = BufWriter::with_capacity(1 << 20, &mut file);
        let (dpi, provenance) = (self.granted.settings.dpi, self.provenance(number).to_string());
        match frame_file::pack(&mut out, &shape, height, dpi, &provenance, &mut next) {
            Ok(()) => {}
            Err(Stop::BrokeOff) => return Ok(None),
            Err(Stop::File(FrameFileError::Write(error))) => {
                return Err(StoreError::write(self.archive.layout().vault(), error).into());
            }
            Err(Stop::File(error)) => return Err(PipelineError::record("scan", error)),
        }
        out.flush().map_err(|error| StoreError::write(self.archive.layout().vault(), error))?;
        drop(out);
        crash::point("scan.page-written");
        let stored = self.archive.vault().finish(file)?;
        crash::point("scan.page-stored");
        let facts = self.facts(&stored.sha256)?;
        let below_standard = is_below_standard(&facts);
        let mut findings = frame_findings(std::slice::from_ref(&facts));
        let (mut is_blank, mut is_blank_back) = (false, false);
        if let Some(small) = small {
            pictures::keep(self.archive, &stored.sha256, &small)?;
            is_blank = small.is_blank();
            is_blank_back = self.batch.sides == 2 && number.is_multiple_of(2) && is_blank;
            let seen = if is_blank { None } else { self.seen_before(number, small.words()) };
            findings.extend(seen.map(|other| (Some(0), Finding::warn(DOUBLED, other.to_string()))));
            findings.extend(is_blank_back.then(|| (Some(0), Finding::note(BLANK_BACK, String::new()))));
        }
        let page = BatchPage { batch: self.batch.id, number };
        let file = TakenFile {
            dossier: self.plan.dossier.clone(),
            document_ordinal: self.batch.document,
            path: page.path(),
            stem: format!("{number:04}"),
            sha256: stored.sha256,
            bytes: stored.bytes,
            format: FileFormat::Png,
            frames: vec![TakenFrame { facts, below_standard }],
            findings,
            receipt: self.receipt,
            batch: Some(page),
            left_out: is_blank_back && self.plan.blank_backs == BlankBacks::LeaveOut,
        };
        Ok(Some(Packed { file, delivered, is_blank }))
    }

    /// The number of a page of the last sheets that shows the same as this one: the sheet went through twice, it seems.
    fn seen_before(&mut self, number: u32, words: Words) -> Option<u32> {
        // A sheet that broke off comes again under its number, and is no double of itself.
        let first = number.saturating_sub(LOOK_BACK * self.batch.sides);
        self.lately.retain(|(other, _)| (first..number).contains(other));
        let seen = self.lately.iter().rev().find(|(_, other)| words.show_the_same(other)).map(|(other, _)| *other);
        self.lately.push((number, words));
        seen
    }

    /// The facts of a page as it lies in the vault, decoded to its last pixel.
    fn facts(&self, sha256: &Sha256) -> Result<FrameFacts, PipelineError> {
        let mut source = BufReader::new(self.archive.vault().open(sha256)?);
        let frames = inspect(&mut source, &Limits::default()).map_err(|error| PipelineError::record(sha256, error))?;
        frames.into_iter().next().ok_or_else(|| PipelineError::record(sha256, "no frame"))
    }

    /// Where a page comes from, as it stands in its file.
    fn provenance(&self, number: u32) -> Value {
        let act = self.archive.act();
        json!({
            "schema": "sohoa-provenance/1",
            "batch": self.batch.id.to_string(),
            "page": number,
            "device": self.plan.device,
            "serial": serial(&self.granted.options),
            "asked": self.plan.settings,
            "granted": self.granted.settings,
            "options": self.granted.options,
            "operator": act.operator,
            "station": self.archive.session().station,
            "software": act.software,
            "at": act.at.0,
        })
    }
}

/// The serial number of a device, if its driver has an option that says it.
fn serial(options: &[(String, String)]) -> Option<&str> {
    const NAMES: [&str; 4] = ["serial", "serial-number", "serialnumber", "device-serial"];
    let named = options.iter().find(|(name, value)| NAMES.contains(&name.as_str()) && !value.trim().is_empty());
    named.map(|(_, value)| value.trim())
}

/// Rows in the blocks that they came in.
type Blocks = Vec<Vec<u8>>;

/// All rows of a page whose height is not known beforehand, and when it was delivered; `None` if it broke off.
fn gathered(pieces: &Receiver<Piece>, shape: &PageShape) -> Result<Option<(Blocks, Instant)>, PipelineError> {
    let (mut rows, mut bytes) = (Vec::new(), 0);
    loop {
        match pieces.recv() {
            Ok(Piece::Rows(more)) => {
                bytes += more.len();
                if bytes > LARGEST_UNKNOWN {
                    return Err(PipelineError::record("scan", format!("a page of more than {LARGEST_UNKNOWN} bytes")));
                }
                rows.push(more);
            }
            Ok(Piece::End(at, _)) if bytes >= shape.row_bytes() => return Ok(Some((rows, at))),
            Ok(Piece::End(..) | Piece::Abort | Piece::Begin { .. }) | Err(_) => return Ok(None),
        }
    }
}
