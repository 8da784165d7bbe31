//! What the window shows, read from the archive on a thread of its own so that no frame waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use eframe::egui::{ColorImage, Context};
use sohoa_catalog::progress::Progress;
use sohoa_catalog::query::{DossierEntry, PageView};
use sohoa_catalog::work::{Lot, Work};
use sohoa_catalog::{Catalog, CatalogError};
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::fold;
use sohoa_model::{Cancel, Timestamp};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::accounts::{self, Role, Secret};
use sohoa_pipeline::archive::{Archive, NewArchive, Session};
use sohoa_pipeline::inventory::{self, InventoryOutcome};
use sohoa_pipeline::plan;
use sohoa_pipeline::progress::{Phase, Sink};
use sohoa_pipeline::rebuild::{self, RebuildReport};
use sohoa_pipeline::second_vault;
use sohoa_shell::history::Happening;
use sohoa_shell::report::Report;
use sohoa_shell::{Exit, Failure, Texts, history, upstream};
use sohoa_store::disk;

use crate::errand::Errand;
use crate::mill;
use crate::parts::Mark;

/// Below so many free bytes somebody should look at the disk.
const SCARCE: u64 = 20 << 30;
/// Events that the log tells, at most; neighbours of one kind are one line.
const LOGGED: usize = 3_000;

/// A dossier as the inventory shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierLine {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The fonds.
    pub fonds: String,
    /// The series.
    pub series: String,
    /// The box.
    pub box_code: String,
    /// Its state.
    pub state: DossierState,
    /// Whether a mark of secrecy, or a person, holds it.
    pub held: bool,
    /// Whether it waits to be scanned again.
    pub rescan: bool,
    /// Whether a batch of it is open.
    pub batch_open: bool,
    /// How much there is that a person should look at.
    pub exceptions: u32,
    /// Pages that count.
    pub pages: u32,
    /// Pages that the inventory expects.
    pub expected: Option<u32>,
    /// Code, title, fonds and box in folded letters.
    folded: String,
}

/// Which dossiers a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chip {
    /// All.
    All,
    /// Those with an open batch.
    BatchOpen,
    /// Those that wait to be scanned again.
    Rescan,
    /// Those that a person should look at.
    Findings,
    /// Those whose PDF/A files wait for a signature.
    Unsigned,
    /// Those that are signed and not accepted.
    Unaccepted,
    /// Those that are held.
    Held,
}

impl Chip {
    /// What can wait for a person, gravest first.
    pub const WAITING: [Self; 6] =
        [Self::Rescan, Self::BatchOpen, Self::Findings, Self::Unsigned, Self::Unaccepted, Self::Held];

    /// The text that names it.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "ui-chip-all",
            Self::BatchOpen => "ui-chip-batch-open",
            Self::Rescan => "ui-chip-rescan",
            Self::Findings => "ui-chip-findings",
            Self::Unsigned => "ui-chip-unsigned",
            Self::Unaccepted => "ui-chip-unaccepted",
            Self::Held => "ui-chip-held",
        }
    }

    /// Whether a dossier belongs to it.
    pub fn takes(self, line: &DossierLine) -> bool {
        match self {
            Self::All => true,
            Self::BatchOpen => line.batch_open,
            Self::Rescan => line.rescan,
            Self::Findings => line.exceptions > 0 && !line.batch_open && !line.rescan,
            Self::Unsigned => line.state == DossierState::Assembled && !line.rescan && !line.batch_open,
            Self::Unaccepted => line.state == DossierState::Signed,
            Self::Held => line.held,
        }
    }
}

impl DossierLine {
    /// A line with nothing but its place and state.
    #[cfg(test)]
    pub(crate) fn for_tests(fonds: &str, series: &str, box_code: &str, state: DossierState) -> Self {
        Self {
            code: format!("{fonds}.{series}.{box_code}"),
            title: String::new(),
            fonds: fonds.to_owned(),
            series: series.to_owned(),
            box_code: box_code.to_owned(),
            state,
            held: false,
            rescan: false,
            batch_open: false,
            exceptions: 0,
            pages: 0,
            expected: None,
            folded: String::new(),
        }
    }

    /// A line of what the catalog says, and of what else is known of the dossier.
    fn of(entry: &DossierEntry<'_>, batch_open: bool, exceptions: u32) -> Self {
        let all = format!("{} {} {} {}", entry.code, entry.title, entry.fonds, entry.box_code);
        Self {
            code: entry.code.to_owned(),
            title: entry.title.to_owned(),
            fonds: entry.fonds.to_owned(),
            series: entry.series.to_owned(),
            box_code: entry.box_code.to_owned(),
            state: entry.state,
            held: entry.held,
            rescan: entry.rescan,
            batch_open,
            exceptions,
            pages: entry.pages,
            expected: entry.expected_pages,
            folded: fold::letters(&all).collect(),
        }
    }

    /// Whether [`DossierLine::of`] would say the same.
    fn says(&self, entry: &DossierEntry<'_>, batch_open: bool, exceptions: u32) -> bool {
        let own = DossierEntry {
            code: &self.code,
            title: &self.title,
            fonds: &self.fonds,
            series: &self.series,
            box_code: &self.box_code,
            state: self.state,
            held: self.held,
            rescan: self.rescan,
            pages: self.pages,
            expected_pages: self.expected,
        };
        own == *entry && self.batch_open == batch_open && self.exceptions == exceptions
    }

    /// Whether every word of the filter stands somewhere in it; `filter` is folded.
    pub fn matches(&self, filter: &str) -> bool {
        filter.split_whitespace().all(|word| self.folded.contains(word))
    }
}

/// A fonds, a series of it, or a box of that; what is empty stands for all.
pub type Branch = [String; 3];

/// A line of the tree of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLine {
    /// Which branch.
    pub branch: Branch,
    /// 0 fonds, 1 series, 2 box.
    pub depth: usize,
    /// Its dossiers that are done.
    pub done: u64,
    /// All its dossiers.
    pub all: u64,
}

/// All branches of the archive with what is done of them, each behind the one it belongs to.
pub fn tree(dossiers: &[Arc<DossierLine>]) -> Vec<TreeLine> {
    // Dossiers of a box are many and stand together: they are counted before any name is copied.
    let mut boxes: BTreeMap<[&str; 3], (u64, u64)> = BTreeMap::new();
    for line in dossiers {
        let count = boxes.entry([&line.fonds, &line.series, &line.box_code]).or_default();
        count.0 += u64::from(line.state >= DossierState::Accepted);
        count.1 += 1;
    }
    let mut counts: BTreeMap<([&str; 3], usize), (u64, u64)> = BTreeMap::new();
    for (names, (done, all)) in boxes {
        for depth in (0..3).filter(|depth| !names[*depth].is_empty()) {
            let mut branch = [""; 3];
            branch[..=depth].copy_from_slice(&names[..=depth]);
            let count = counts.entry((branch, depth)).or_default();
            count.0 += done;
            count.1 += all;
        }
    }
    let line = |((branch, depth), (done, all)): (([&str; 3], usize), (u64, u64))| TreeLine {
        branch: branch.map(str::to_owned),
        depth,
        done,
        all,
    };
    counts.into_iter().map(line).collect()
}

/// The archive at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Name of the archive.
    pub title: String,
    /// Whether it is for trials only.
    pub demo: bool,
    /// Who may work here; nobody is asked for a password where there is none.
    pub accounts: Vec<(String, Role)>,
    /// What the operator may do.
    pub role: Role,
    /// Where it lies.
    pub folder: PathBuf,
    /// Pages that wait to be read.
    pub to_read: u64,
    /// Documents whose pages were read, and that wait to be a PDF/A.
    pub to_assemble: u64,
    /// Free bytes on its medium.
    pub free: u64,
    /// Where the second vault is, if one is kept, and how many masters have no copy there.
    pub second_vault: Option<(PathBuf, u64)>,
    /// Boxes that are not on their shelves.
    pub boxes_away: usize,
    /// How the station stands with its hub, if it has one.
    pub upstream: Option<Upstream>,
    /// How far it is.
    pub progress: Progress,
    /// What was accepted of each target by week.
    pub weeks: Vec<BTreeMap<String, u64>>,
    /// What was done lately.
    pub work: Work,
    /// All dossiers, by code. One that did not change is the same as in the reading before.
    pub dossiers: Vec<Arc<DossierLine>>,
    /// The tree of their fonds, series and boxes.
    pub tree: Vec<TreeLine>,
    /// What waits for a person, gravest first; what does not wait is not there.
    pub waiting: Vec<Waiting>,
    /// The dossier that was being scanned, if one was.
    pub resume: Option<Resume>,
}

/// How a station stands with its hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The address of the hub.
    pub hub: String,
    /// Changes that may leave and are not acknowledged.
    pub waiting: u64,
    /// Dossiers that these are of.
    pub unsent: u64,
    /// Changes of dossiers that are held or not cleared.
    pub kept_back: u64,
    /// Dossiers that were accepted and are on their way.
    pub accepted: usize,
    /// Dossiers that are delivered.
    pub delivered: usize,
    /// When the hub was last spoken to.
    pub contact: Option<Timestamp>,
    /// What somebody should look at: the last word of the text that says it, and why.
    pub alarm: Option<(&'static str, String)>,
}

/// A dossier whose batch is open.
#[derive(Debug, Clone)]
pub struct Resume {
    /// Its place in the list.
    pub at: usize,
    /// Its last page.
    pub last: Option<PageView>,
    /// Pages of the sheets that were counted, with those of earlier batches.
    pub counted: Option<u32>,
}

/// Some dossiers that wait for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// For what.
    pub chip: Chip,
    /// How many.
    pub count: usize,
    /// The codes of the first ones.
    pub first: String,
}

/// Codes that stand beside a number.
const FIRST: usize = 3;

fn waiting(dossiers: &[Arc<DossierLine>]) -> Vec<Waiting> {
    let of = |chip: Chip| {
        let codes: Vec<&str> = dossiers.iter().filter(|line| chip.takes(line)).map(|line| line.code.as_str()).collect();
        let more = if codes.len() > FIRST { "…" } else { "" };
        let first = codes.iter().take(FIRST).copied().collect::<Vec<_>>().join(", ") + more;
        Waiting { chip, count: codes.len(), first }
    };
    Chip::WAITING.into_iter().map(of).filter(|waiting| waiting.count > 0).collect()
}

/// All dossiers by code. A line that says the same as before is taken over: its words are neither copied nor folded again.
///
/// What stands in the place of the titles of held dossiers, if they are not for this operator, is `cover`.
fn lines(
    catalog: &Catalog,
    cover: Option<&str>,
    before: &[Arc<DossierLine>],
) -> Result<Vec<Arc<DossierLine>>, CatalogError> {
    let open = catalog.dossiers_with_open_batch()?;
    let exceptions = catalog.exceptions()?;
    let mut before = before.iter().peekable();
    let mut lines = Vec::with_capacity(before.len());
    catalog.each_dossier(|entry| {
        let title = cover.filter(|_| entry.held).unwrap_or(entry.title);
        let entry = DossierEntry { title, ..entry };
        while before.next_if(|line| line.code.as_str() < entry.code).is_some() {}
        let batch_open = open.contains(entry.code);
        let exceptions = exceptions.get(entry.code).copied().unwrap_or(0);
        let same = before.next_if(|line| line.says(&entry, batch_open, exceptions));
        lines.push(same.map_or_else(|| Arc::new(DossierLine::of(&entry, batch_open, exceptions)), Arc::clone));
    })?;
    Ok(lines)
}

impl Snapshot {
    /// Reads the archive; `before` are the dossiers of the reading before.
    ///
    /// # Errors
    /// What happened and what to do next, as the program says it.
    pub fn read(
        root: &Path,
        session: &Session,
        free: Option<u64>,
        before: &[Arc<DossierLine>],
        texts: &Texts,
    ) -> Result<Self, Failure> {
        let failed = |error| Failure::of(&error, texts);
        let archive = Archive::open(root, session).map_err(failed)?;
        let catalog = archive.catalog();
        let lost = |error: CatalogError| failed(error.into());
        let role = archive.settings().role(&session.operator);
        let cover = (role < Role::Supervisor).then(|| texts.get("ui-title-covered"));
        let dossiers = lines(catalog, cover.as_deref(), before).map_err(lost)?;
        let second = match second_vault::folder(&archive) {
            Some(folder) => Some((folder, catalog.count_masters_not_copied().map_err(lost)?)),
            None => None,
        };
        let resume = match dossiers.iter().position(|line| line.batch_open && !line.held) {
            Some(at) => {
                let code = &dossiers[at].code;
                let batches = catalog.batches(code).map_err(lost)?;
                let counted: Option<Vec<u32>> = batches.iter().map(|batch| batch.expected()).collect();
                let last = catalog.pages(code).map_err(lost)?.pop();
                Some(Resume { at, last, counted: counted.map(|counted| counted.iter().sum()) })
            }
            None => None,
        };
        let people = &archive.settings().people;
        let now = archive.act().at;
        let upstream = match catalog.sync_state().map_err(lost)? {
            Some(state) => {
                let backlog = catalog.backlog().map_err(lost)?;
                let alarm = upstream::alarm(&state, &backlog, now);
                let count = |state| dossiers.iter().filter(|line| line.state == state).count();
                Some(Upstream {
                    accepted: count(DossierState::Accepted),
                    delivered: count(DossierState::Delivered),
                    hub: state.hub,
                    waiting: backlog.marked + backlog.unacknowledged,
                    unsent: backlog.dossiers,
                    kept_back: backlog.kept_back,
                    contact: state.contact,
                    alarm: alarm.map(|alarm| (alarm, state.why)),
                })
            }
            None => None,
        };
        let progress = catalog.progress(now).map_err(lost)?;
        let weeks = progress.targets.iter().map(|target| catalog.target_weeks(&target.target));
        let weeks = weeks.collect::<Result<_, _>>().map_err(lost)?;
        let free = match free {
            Some(free) => free,
            None => disk::free_bytes(root).map_err(|error| failed(error.into()))?,
        };
        Ok(Self {
            title: archive.facts().title.clone(),
            demo: archive.facts().demo,
            accounts: people.accounts.iter().map(|account| (account.name.clone(), account.role)).collect(),
            role,
            folder: root.to_owned(),
            free,
            second_vault: second,
            boxes_away: catalog.boxes_away().map_err(lost)?.len(),
            upstream,
            work: catalog.work(Day::of(now)).map_err(lost)?,
            weeks,
            to_read: catalog.count_pages_to_read(None).map_err(lost)?,
            to_assemble: catalog.count_documents_to_assemble().map_err(lost)?,
            progress,
            waiting: waiting(&dossiers),
            tree: tree(&dossiers),
            resume,
            dossiers,
        })
    }

    /// The dossier behind one, or before it if there is none behind, of which this is so.
    pub fn next(&self, code: &str, is_so: impl Fn(&DossierLine) -> bool) -> Option<&DossierLine> {
        let at = self.dossiers.partition_point(|line| line.code.as_str() <= code);
        let (before, behind) = self.dossiers.split_at(at);
        behind.iter().chain(before).map(|line| &**line).find(|line| line.code != code && is_so(line))
    }

    /// How the station stands with its hub: a mark, which warns where somebody should look, and a few words; none without
    /// a hub.
    pub fn upstream_words(&self, texts: &Texts) -> Option<(Mark, String)> {
        let upstream = self.upstream.as_ref()?;
        if let Some((alarm, why)) = &upstream.alarm {
            return Some((Mark::Warn, upstream::alarm_words(texts, alarm, why)));
        }
        Some(match (upstream.waiting, upstream.contact) {
            (0, Some(at)) => (Mark::Safe, texts.say("ui-synced", &[("moment", at.short_vietnam().into())])),
            (0, None) => (Mark::Safe, texts.get("sync-no-contact")),
            (waiting, _) => (Mark::Unsaved, texts.say("ui-sync-waits", &[("changes", waiting.into())])),
        })
    }

    /// Whether the disk is almost full.
    pub fn is_scarce(&self) -> bool {
        self.free < SCARCE
    }

    /// The dossier behind one that is to be scanned.
    pub fn next_to_scan(&self, code: &str) -> Option<&DossierLine> {
        self.next(code, |line| line.state == DossierState::Planned && !line.held)
    }

    /// How many dossiers belong to a chip.
    pub fn count(&self, chip: Chip) -> usize {
        match chip {
            Chip::All => self.dossiers.len(),
            _ => self.waiting.iter().find(|waiting| waiting.chip == chip).map_or(0, |waiting| waiting.count),
        }
    }
}

/// What the reading thread is asked for.
enum Wish {
    Look(Arc<Texts>),
    /// The catalog made again from the folder.
    Rebuild(Arc<Texts>),
    Make(PathBuf, NewArchive, Arc<Texts>),
    /// An inventory: what it would change, or that it be taken.
    Inventory(PathBuf, bool, Arc<Texts>),
    /// Whether this is the password of somebody.
    SignIn(String, Secret, Arc<Texts>),
    /// The daily report, in files with these endings.
    Report(&'static [&'static str], Arc<Texts>),
    /// A list of dossiers, as a workbook and as text.
    List(Box<Report>, Arc<Texts>),
    /// What the machine did lately.
    Log(Arc<Texts>),
    /// The dossiers of a lot.
    Lot(Lot, Arc<Texts>),
    /// The targets of the Ministry become those of the archive.
    SetTargets(Arc<Texts>),
    /// The chart as a picture: pixels across, and four bytes a pixel.
    Picture(usize, Vec<u8>, Arc<Texts>),
}

/// Why an archive can't be read.
pub struct Unread {
    /// What happened.
    pub failure: Failure,
    /// Whether its catalog can be made again from what lies in the folder.
    pub may_be_rebuilt: bool,
}

impl Unread {
    fn new(root: &Path, failure: Failure) -> Box<Self> {
        let may_be_rebuilt = matches!(failure.exit, Exit::Damage | Exit::NotFound) && rebuild::is_possible(root);
        Box::new(Self { failure, may_be_rebuilt })
    }
}

/// What the reading thread says.
pub enum Answer {
    /// How the archive stands, or why it can't be read.
    Read(Result<Box<Snapshot>, Box<Unread>>),
    /// The catalog was made again, or why not.
    Rebuilt(Result<RebuildReport, Box<Unread>>),
    /// A new archive was made in this folder, or why none was.
    Made(Result<PathBuf, Failure>),
    /// What an inventory would change, or did, and which it was.
    Inventory(PathBuf, bool, Result<Box<InventoryOutcome>, Failure>),
    /// Somebody signed in, or why not.
    SignedIn(Result<String, Failure>),
    /// What the machine did lately, the last first, or why that can't be told.
    Log(Result<Vec<Happening>, Failure>),
    /// The dossiers of a lot, or why they can't be told.
    Lot(Lot, Result<BTreeSet<String>, Failure>),
    /// The targets were set, or why not.
    Planned(Result<(), Failure>),
    /// A report was written to these files, with letters that its form lacks, or why not.
    Written(Result<(Vec<PathBuf>, String), Failure>),
}

/// Something that takes its time.
#[derive(Clone)]
pub struct Doing {
    /// The text that names it.
    pub what: &'static str,
    /// Asked to, it stops and changes nothing; none where it can't stop half-way.
    pub cancel: Option<Cancel>,
    steps: Arc<Steps>,
}

impl Doing {
    /// How much of it is done, of how much, and the seconds that are left, as soon as something can be said.
    pub fn how_far(&self) -> Option<((u64, u64), Option<u64>)> {
        let (since, done, all) = (*self.steps.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some(((done, all), mill::seconds_left(since.elapsed(), done, all)))
    }
}

/// The steps of something: since when they are made, how many are done, of how many.
#[derive(Default)]
struct Steps(Mutex<Option<(Instant, u64, u64)>>);

impl Sink for Steps {
    fn step(&self, _: Phase, done: u64, total: u64) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.map_or_else(Instant::now, |(since, ..)| since);
        *now = Some((since, done, total));
    }
}

/// The thread that reads the archive.
pub struct Reader {
    errand: Errand<Wish, Answer>,
    doing: Arc<Mutex<Option<Doing>>>,
}

impl Wish {
    /// What it is called where it takes its time.
    fn doing(&self) -> Option<Doing> {
        let of = |what, cancel| Some(Doing { what, cancel, steps: Arc::default() });
        match self {
            Self::Rebuild(_) => of("ui-rebuilding", None),
            Self::Inventory(..) => of("ui-importing-inventory", Some(Cancel::new())),
            Self::Report(..) | Self::List(..) | Self::Picture(..) => of("ui-writing-report", None),
            Self::Look(_) | Self::Make(..) | Self::SignIn(..) | Self::Log(_) | Self::Lot(..) | Self::SetTargets(_) => {
                None
            }
        }
    }
}

impl Reader {
    /// Starts the thread; it ends with this.
    pub fn start(root: PathBuf, session: Session, free: Option<u64>, ctx: &Context) -> Self {
        let doing = Arc::<Mutex<Option<Doing>>>::default();
        let (now, frames) = (doing.clone(), ctx.clone());
        let errand = Errand::start(ctx, move |asked: &Receiver<Wish>, answers| {
            let mut next = None;
            let mut before = Vec::new();
            while let Some(wish) = next.take().or_else(|| asked.recv().ok()) {
                let begun = wish.doing();
                let cancel = begun.as_ref().and_then(|doing| doing.cancel.clone()).unwrap_or_default();
                let is_long = begun.is_some();
                let steps = begun.as_ref().map(|doing| doing.steps.clone()).unwrap_or_default();
                *now.lock().unwrap_or_else(PoisonError::into_inner) = begun;
                if is_long {
                    frames.request_repaint();
                }
                let answer = match wish {
                    Wish::Look(texts) => {
                        // Several looks at once are one.
                        next = asked.try_recv().ok();
                        if matches!(next, Some(Wish::Look(_))) {
                            continue;
                        }
                        let snapshot = Snapshot::read(&root, &session, free, &before, &texts);
                        if let Ok(snapshot) = &snapshot {
                            before.clone_from(&snapshot.dossiers);
                        }
                        Answer::Read(snapshot.map(Box::new).map_err(|failure| Unread::new(&root, failure)))
                    }
                    Wish::Rebuild(texts) => {
                        let made = rebuild::rebuild(&root, &session).map(|(_, report)| report);
                        Answer::Rebuilt(made.map_err(|error| Unread::new(&root, Failure::of(&error, &texts))))
                    }
                    Wish::Inventory(path, is_taken, texts) => {
                        let outcome = Archive::open(&root, &session).and_then(|archive| match is_taken {
                            true => inventory::import_inventory(&archive, &path, &cancel, &*steps),
                            false => inventory::preview_inventory(&archive, &path, &cancel),
                        });
                        let outcome = outcome.map(Box::new).map_err(|error| Failure::of(&error, &texts));
                        Answer::Inventory(path, is_taken, outcome)
                    }
                    Wish::SignIn(name, password, texts) => {
                        let opened = Archive::open(&root, &session);
                        let signed = opened.and_then(|archive| accounts::sign_in(archive.settings(), &name, &password));
                        Answer::SignedIn(signed.map(|_| name).map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::Report(endings, texts) => Answer::Written(
                        report(&root, &session, endings, &texts, &steps).map_err(|error| Failure::of(&error, &texts)),
                    ),
                    Wish::List(list, texts) => {
                        let written = Archive::open(&root, &session)
                            .and_then(|archive| write(&archive, &list, &["xlsx", "csv"], &texts, &steps));
                        Answer::Written(written.map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::Log(texts) => {
                        let events = Archive::open(&root, &session)
                            .and_then(|archive| Ok(archive.catalog().events_of(history::OF_MACHINES, LOGGED)?));
                        let log = events.map(|events| history::tell(&texts, &events).into_iter().rev().collect());
                        Answer::Log(log.map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::Lot(lot, texts) => {
                        let codes = Archive::open(&root, &session)
                            .and_then(|archive| Ok(archive.catalog().lot(&lot, Day::of(archive.act().at))?));
                        Answer::Lot(lot, codes.map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::SetTargets(texts) => {
                        let set = Archive::open(&root, &session)
                            .and_then(|archive| plan::set_of_the_ministry(&archive).map(drop));
                        Answer::Planned(set.map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::Picture(width, pixels, texts) => {
                        let written = picture(&root, &session, width, &pixels);
                        let written = written.map(|path| (vec![path], String::new()));
                        Answer::Written(written.map_err(|error| Failure::of(&error, &texts)))
                    }
                    Wish::Make(folder, new, texts) => {
                        let made = Archive::init(&folder, &new, &session);
                        Answer::Made(made.map(|_| folder).map_err(|error| Failure::of(&error, &texts)))
                    }
                };
                *now.lock().unwrap_or_else(PoisonError::into_inner) = None;
                if !answers.tell(answer) {
                    return;
                }
            }
        });
        Self { errand, doing }
    }

    /// What takes its time now, if something does.
    pub fn doing(&self) -> Option<Doing> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks what an inventory would change, or for it to be taken.
    pub fn inventory(&self, path: PathBuf, is_taken: bool, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Inventory(path, is_taken, texts.clone()));
    }

    /// Asks whether this is the password of somebody.
    pub fn sign_in(&self, name: String, password: Secret, texts: &Arc<Texts>) {
        self.errand.ask(Wish::SignIn(name, password, texts.clone()));
    }

    /// Asks for the daily report in files with these endings.
    pub fn report(&self, endings: &'static [&'static str], texts: &Arc<Texts>) {
        self.errand.ask(Wish::Report(endings, texts.clone()));
    }

    /// Asks for a list of dossiers in files beside the archive.
    pub fn list(&self, list: Report, texts: &Arc<Texts>) {
        self.errand.ask(Wish::List(Box::new(list), texts.clone()));
    }

    /// Asks what the machine did lately.
    pub fn log(&self, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Log(texts.clone()));
    }

    /// Asks for the dossiers of a lot.
    pub fn lot(&self, lot: Lot, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Lot(lot, texts.clone()));
    }

    /// Asks for the targets of the Ministry to be set.
    pub fn set_targets(&self, texts: &Arc<Texts>) {
        self.errand.ask(Wish::SetTargets(texts.clone()));
    }

    /// What keeps a part of the window as a picture, once the window was painted.
    pub fn picture(&self, texts: &Arc<Texts>) -> impl FnOnce(ColorImage) + Send + 'static {
        let (asker, texts) = (self.errand.asker(), texts.clone());
        move |image| {
            let pixels = image.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
            // The thread ends with the window, and with it whoever waits for the picture.
            let _ = asker.send(Wish::Picture(image.size[0], pixels, texts));
        }
    }

    /// Asks for a look; failures come in this language.
    pub fn ask(&self, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Look(texts.clone()));
    }

    /// Asks for the catalog to be made again from the folder.
    pub fn rebuild(&self, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Rebuild(texts.clone()));
    }

    /// Asks for a new archive in a folder.
    pub fn make(&self, folder: PathBuf, new: NewArchive, texts: &Arc<Texts>) {
        self.errand.ask(Wish::Make(folder, new, texts.clone()));
    }

    /// What was answered since, one at a time.
    pub fn answer(&self) -> Option<Answer> {
        self.errand.answer()
    }
}

/// A path for a report of today that nothing has yet: `reports/<day>[-<n>].<ending>` in the archive.
fn free_path(root: &Path, session: &Session, ending: &str) -> Result<PathBuf, PipelineError> {
    let folder = root.join("reports");
    let unreadable = |path: &Path, source| PipelineError::Unreadable { path: path.to_owned(), source };
    std::fs::create_dir_all(&folder).map_err(|source| unreadable(&folder, source))?;
    let day = session.act().at.day_vietnam();
    let nth = |n: u32| match n {
        1 => folder.join(format!("{day}.{ending}")),
        n => folder.join(format!("{day}-{n}.{ending}")),
    };
    let free = (1..10_000).map(nth).find(|path| !path.exists());
    let full = || unreadable(&folder, std::io::ErrorKind::AlreadyExists.into());
    free.ok_or_else(full)
}

fn report(
    root: &Path,
    session: &Session,
    endings: &[&str],
    texts: &Texts,
    steps: &Steps,
) -> Result<(Vec<PathBuf>, String), PipelineError> {
    let archive = Archive::open(root, session)?;
    let now = archive.act().at;
    let (progress, work) = (archive.catalog().progress(now)?, archive.catalog().work(Day::of(now))?);
    write(&archive, &Report::of(texts, &archive.facts().title, &progress, &work), endings, texts, steps)
}

/// Writes a report to files of today with these endings; gives them, with the letters that its form lacks.
fn write(
    archive: &Archive,
    report: &Report,
    endings: &[&str],
    texts: &Texts,
    steps: &Steps,
) -> Result<(Vec<PathBuf>, String), PipelineError> {
    let (root, now) = (archive.layout().root(), archive.act().at);
    let (mut written, mut lacking) = (Vec::new(), String::new());
    for (done, ending) in endings.iter().enumerate() {
        steps.step(Phase::Taking, done as u64, endings.len() as u64);
        let path = free_path(root, archive.session(), ending)?;
        let organisation = &archive.settings().archive.organisation;
        let result = report.write(&path, texts, organisation, now);
        lacking += &result.map_err(|source| PipelineError::Unreadable { path: path.clone(), source })?;
        written.push(path);
    }
    Ok((written, lacking))
}

fn picture(root: &Path, session: &Session, width: usize, pixels: &[u8]) -> Result<PathBuf, PipelineError> {
    let path = free_path(root, session, "png")?;
    let failed = |error: png::EncodingError| PipelineError::record(path.display(), error);
    let file =
        std::fs::File::create_new(&path).map_err(|source| PipelineError::Unreadable { path: path.clone(), source })?;
    let height = pixels.len() / 4 / width.max(1);
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sohoa_shell::UiLanguage;

    use super::*;

    fn entry<'r>(code: &'r str, state: DossierState) -> DossierEntry<'r> {
        DossierEntry {
            code,
            title: "Sổ hộ tịch",
            fonds: "Phông Sở Tư pháp",
            series: "01",
            box_code: "14",
            state,
            held: false,
            rescan: false,
            pages: 3,
            expected_pages: Some(4),
        }
    }

    #[test]
    fn what_takes_its_time_says_how_far_it_is_as_soon_as_that_is_known() {
        let doing = Wish::Report(&["pdf", "xlsx", "csv"], Arc::new(Texts::for_window(UiLanguage::English))).doing();
        let doing = doing.expect("it takes its time");
        assert_eq!(doing.how_far(), None);
        doing.steps.step(Phase::Taking, 1, 3);
        assert_eq!(doing.how_far(), Some(((1, 3), None)), "nothing is said of the time in the first moments");
        let begun = doing.steps.0.lock().expect("steps").expect("a step").0;
        *doing.steps.0.lock().expect("steps") = Some((begun - Duration::from_secs(8), 2, 3));
        assert_eq!(doing.how_far(), Some(((2, 3), Some(5))));
    }

    #[test]
    fn a_line_says_the_same_until_something_about_its_dossier_changes() {
        let planned = entry("HS.01", DossierState::Planned);
        let line = DossierLine::of(&planned, false, 0);
        assert!(line.says(&planned, false, 0) && line.matches("so ho tich 14"));
        for (other, batch_open, exceptions) in [
            (entry("HS.02", DossierState::Planned), false, 0),
            (entry("HS.01", DossierState::Captured), false, 0),
            (DossierEntry { title: "Sổ khai sinh", ..planned }, false, 0),
            (DossierEntry { held: true, ..planned }, false, 0),
            (DossierEntry { pages: 4, ..planned }, false, 0),
            (planned, true, 0),
            (planned, false, 1),
        ] {
            assert!(!line.says(&other, batch_open, exceptions), "{other:?}");
        }
    }
}
