//! The dossier on the desk: what is known of it, and what people do to its pages, on a thread of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;
use sohoa_catalog::batch::{BatchPage, BatchView};
use sohoa_catalog::description::DescriptionView;
use sohoa_catalog::finding::Openness;
use sohoa_catalog::query::PageView;
use sohoa_model::description::DocumentDescription;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::finding::Severity;
use sohoa_model::ids::{DocumentId, PageId};
use sohoa_model::part::{Cut, Run};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::accounts::Role;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::custody::{self, Paper};
use sohoa_pipeline::decide::{self, Decision};
use sohoa_pipeline::describe::{self, Form};
use sohoa_pipeline::pages::{self, Edit, GonePage, Seat, Split};
use sohoa_pipeline::refile::{self, Waits};
use sohoa_pipeline::scan;
use sohoa_pipeline::worker::Worker;
use sohoa_shell::{Failure, Texts, reasons};

use crate::errand::Errand;
use crate::jotter::{self, Jot};

/// Something about a page or a dossier that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How grave.
    pub severity: Severity,
    /// Its stable code.
    pub code: String,
    /// Its kind in two or three words.
    pub name: String,
    /// What is so.
    pub sentence: String,
}

/// A page on the desk.
#[derive(Debug, Clone)]
pub struct Page {
    /// The page; its number is the one in its document.
    pub view: PageView,
    /// Its number in the dossier, from 1.
    pub number: usize,
    /// The sheet, from 1, and whether it is the back of it; none if it came as a file.
    pub sheet: Option<(u32, bool)>,
    /// Whether a document begins with it that is not the first.
    pub begins: bool,
    /// Whether its bytes are safe: durable, and verified in the second vault where one is kept.
    pub is_safe: bool,
    /// What is open about it, gravest first.
    pub found: Vec<Found>,
}

impl Page {
    /// The gravest of what is open about it; `None` if nothing is but notes.
    pub fn exception(&self) -> Option<&Found> {
        self.found.first().filter(|found| found.severity > Severity::Note)
    }
}

/// The box of the dossier, and how many of its dossiers may be refiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxLight {
    /// Its code.
    pub code: String,
    /// Dossiers whose paper may go back.
    pub free: usize,
    /// All its dossiers.
    pub all: usize,
}

/// A dossier at one moment.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The fonds.
    pub fonds: String,
    /// The series.
    pub series: String,
    /// Its state.
    pub state: DossierState,
    /// Why it is held, if it is.
    pub held: Option<String>,
    /// Whether it has a hub and stays here all the same, for it is not public and nobody said that it may leave.
    pub stays: bool,
    /// Whether an administrator looks at it all the same, which stands in the log.
    pub is_revealed: bool,
    /// Pages that the inventory expects.
    pub listed: Option<u32>,
    /// Pages more than frames: each page that was split gave one.
    pub split: u32,
    /// Its pages in their order.
    pub pages: Vec<Page>,
    /// Pages that do not count, and can be brought back.
    pub gone: Vec<GonePage>,
    /// Its batches, the oldest first.
    pub batches: Vec<BatchView>,
    /// What is open about the dossier as a whole.
    pub found: Vec<Found>,
    /// What keeps its paper on the table; `None` if nothing was scanned here.
    pub paper: Option<Vec<Waits>>,
    /// Its box, if it is in one.
    pub in_box: Option<BoxLight>,
    /// The pages that a second person should look at before accepting it.
    pub sample: Vec<PageId>,
    /// Pages of a hundred that this sample has, as the archive is set.
    pub sample_percent: u8,
}

impl Dossier {
    /// The open batch.
    pub fn open(&self) -> Option<&BatchView> {
        self.batches.iter().find(|batch| batch.closed.is_none())
    }

    /// Pages that scanners delivered for it.
    pub fn delivered(&self) -> u32 {
        self.batches.iter().map(|batch| batch.pages).sum()
    }

    /// Sheets that came.
    pub fn sheets(&self) -> u32 {
        self.batches.iter().map(|batch| batch.pages / batch.sides.max(1)).sum()
    }

    /// Pages of all sheets that people counted; `None` if one batch was not counted.
    pub fn counted(&self) -> Option<u32> {
        let all: Option<Vec<u32>> = self.batches.iter().map(BatchView::expected).collect();
        all.filter(|all| !all.is_empty()).map(|all| all.iter().sum())
    }

    /// Pages that are expected: as counted, and one more for each that was split, else as the inventory has them.
    pub fn expected(&self) -> Option<u32> {
        self.counted().map(|counted| counted + self.split).or(self.listed)
    }

    /// Whether its pages are not to be seen.
    pub fn is_covered(&self) -> bool {
        self.held.is_some() && !self.is_revealed
    }

    /// Pages whose bytes are safe.
    pub fn safe(&self) -> usize {
        self.pages.iter().filter(|page| page.is_safe).count()
    }

    /// Whether its paper may go back onto the shelf.
    pub fn may_be_refiled(&self) -> bool {
        self.paper.as_ref().is_some_and(Vec::is_empty)
    }

    fn read(archive: &Archive, code: &str, texts: &Texts) -> Result<Self, PipelineError> {
        let catalog = archive.catalog();
        let view = catalog.dossier(code)?;
        let batches = catalog.batches(code)?;
        let without_copy = refile::unsafe_masters(archive, code)?;
        let mut on_page: BTreeMap<PageId, Vec<Found>> = BTreeMap::new();
        let mut found = Vec::new();
        for recorded in catalog.findings(Some(code), Openness::Open)? {
            let about = Found {
                severity: recorded.finding.severity,
                name: capitalised(&reasons::name(texts, &recorded.finding.code)),
                sentence: reasons::finding(texts, &recorded.finding).sentence,
                code: recorded.finding.code,
            };
            match recorded.page {
                Some(page) => on_page.entry(page).or_default().push(about),
                None => found.push(about),
            }
        }
        let mut before = BTreeMap::new();
        let mut sheets = 0;
        for batch in &batches {
            before.insert(batch.id, (sheets, batch.sides.max(1)));
            sheets += batch.pages.div_ceil(batch.sides.max(1));
        }
        let sheet = |page: &PageView| {
            let place = BatchPage::of_path(&page.path)?;
            let (before, sides) = *before.get(&place.batch)?;
            Some((before + place.number.div_ceil(sides), sides == 2 && place.number.is_multiple_of(2)))
        };
        let mut last: Option<DocumentId> = None;
        let pages = (1..).zip(catalog.pages(code)?).map(|(number, view)| {
            let begins = last.replace(view.document).is_some_and(|last| last != view.document);
            let mut found = on_page.remove(&view.id).unwrap_or_default();
            found.sort_by_key(|found| std::cmp::Reverse(found.severity));
            Page { number, sheet: sheet(&view), begins, is_safe: !without_copy.contains(&view.master), found, view }
        });
        let row = &view.dossier;
        let held = view.holds.iter().find(|hold| hold.released.is_none());
        let in_box = match row.description.box_code.as_str() {
            "" => None,
            name => {
                let view = custody::find(archive, name, Some(&row.description.fonds))?;
                let papers = custody::papers(archive, &view)?;
                let free = papers.iter().filter(|paper| matches!(paper, Paper::Free { .. })).count();
                Some(BoxLight { code: name.to_owned(), free, all: papers.len() })
            }
        };
        let pages: Vec<Page> = pages.collect();
        let frames: BTreeSet<_> = pages.iter().map(|page| (page.view.master, page.view.facts.index)).collect();
        let names: BTreeMap<DocumentId, &str> = view.documents.iter().map(|d| (d.id, d.name.as_str())).collect();
        let sample = match row.state {
            DossierState::Signed => decide::sample(archive, code)?,
            _ => Vec::new(),
        };
        let is_sampled = |page: &&Page| {
            let name = names.get(&page.view.document);
            sample.iter().any(|(document, number)| Some(&document.as_str()) == name && *number == page.view.number)
        };
        let sample = pages.iter().filter(is_sampled).map(|page| page.view.id).collect();
        Ok(Self {
            sample,
            sample_percent: archive.settings().acceptance.sample_percent.min(100),
            code: row.description.code.clone(),
            title: match row.held && archive.settings().role(&archive.session().operator) < Role::Supervisor {
                true => texts.get("ui-title-covered"),
                false => row.description.title.clone(),
            },
            fonds: row.description.fonds.clone(),
            series: row.description.series.clone(),
            state: row.state,
            held: held.filter(|_| row.held).map(|hold| reasons::hold(texts, &hold.reason)),
            stays: !row.held
                && row.state >= DossierState::Assembled
                && catalog.sync_state()?.is_some()
                && !catalog.is_cleared(code)?,
            is_revealed: false,
            listed: row.evidence.expected_pages,
            split: (pages.len() - frames.len()) as u32,
            pages,
            gone: catalog.gone_pages(code)?,
            found,
            paper: refile::of_dossier(archive, code)?,
            batches,
            in_box,
        })
    }
}

/// With a capital at its head, as the head of a list has it.
fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A word as it was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The characters.
    pub text: String,
    /// Whether a person should look: the engine was not sure of it.
    pub is_doubtful: bool,
    /// How sure it was, of 100.
    pub confidence: f32,
    /// Left, top, right and bottom in pixels of the page as it stands.
    pub place: [f32; 4],
}

/// Below this confidence, of 100, a word is doubtful.
const DOUBTFUL: f32 = 60.0;

/// The recognised text of a page: paragraphs of lines of words; none if the page was not read.
fn text_of(archive: &Archive, page: PageId) -> Result<Vec<Vec<Read>>, PipelineError> {
    let Some(text) = pages::text(archive, page)? else { return Ok(Vec::new()) };
    let lines = text.blocks.iter().flat_map(|block| &block.lines);
    let read = |line: &sohoa_model::page_text::TextLine| {
        let words = line.words.iter().map(|word| {
            let bounds = word.bounds(line.angle);
            Read {
                text: word.text.clone(),
                is_doubtful: word.confidence < DOUBTFUL,
                confidence: word.confidence,
                place: [bounds.left, bounds.top, bounds.right, bounds.bottom],
            }
        });
        words.collect()
    };
    Ok(lines.map(read).collect())
}

/// What can be done to a dossier.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Pages are edited, or judged.
    Pages {
        /// Which.
        pages: Vec<PageId>,
        /// How.
        edit: Edit,
        /// Why.
        reason: String,
    },
    /// Pages that were split are whole again.
    Join {
        /// Which.
        pages: Vec<PageId>,
        /// Where they were split.
        split: Split,
        /// Why that was done.
        reason: String,
    },
    /// A verdict is taken back.
    TakeBack {
        /// On these pages.
        pages: Vec<PageId>,
        /// What it was.
        verdict: Edit,
        /// Its reason.
        reason: String,
        /// The findings that it closed or made.
        findings: Vec<i64>,
    },
    /// The open batch is closed: reconciled if the count is right, else with a reason.
    Close {
        /// Sheets as counted now.
        sheets: Option<u32>,
        /// Why the count may differ.
        reason: Option<String>,
    },
    /// A person decides on the dossier.
    Decide(Decision),
    /// An administrator looks at a dossier that is held.
    Reveal,
    /// A document is described, or a draft of that is kept.
    Describe {
        /// The document.
        document: DocumentId,
        /// What is said of it.
        description: DocumentDescription,
        /// Whether the person says that it is complete.
        is_done: bool,
    },
    /// A word that was read wrong is put right.
    Correct {
        /// The page.
        page: PageId,
        /// The place of the word among those of the page.
        at: usize,
        /// What stands there.
        old: String,
        /// What is to stand there.
        new: String,
    },
}

/// In what way something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// For the first time.
    Anew,
    /// To undo what was done.
    Back,
    /// To do again what was undone.
    Again,
}

/// What the desk is asked for.
enum Wish {
    Look(String, Arc<Texts>),
    Text(PageId, Arc<Texts>),
    Forms(String, Arc<Texts>),
    Described(String, Arc<Texts>),
    Cut(Box<PageView>, Run, Arc<Texts>),
    Do { code: String, deed: Deed, way: Way, texts: Arc<Texts> },
}

/// What the desk says.
pub enum Answer {
    /// How the dossier stands.
    Dossier(Box<Dossier>),
    /// The lines of a page as they were recognised.
    Text(PageId, Vec<Vec<Read>>),
    /// The descriptions of the documents of a dossier, and what was typed into them and not written.
    Forms(String, Vec<Form>, BTreeMap<DocumentId, Jot>),
    /// What stands written of the documents of a dossier.
    Described(String, BTreeMap<DocumentId, DescriptionView>),
    /// Where a page would best be cut.
    Cut(PageId, Cut),
    /// Something was done; what would undo it, if anything can.
    Done {
        /// To which dossier.
        code: String,
        /// In what way.
        way: Way,
        /// What was done.
        deed: Deed,
        /// What undoes it.
        undo: Option<Deed>,
    },
    /// It could not be.
    Failed(Failure),
}

/// The desk.
pub struct Desk(Errand<Wish, Answer>);

impl Desk {
    /// Starts the thread; it ends with this.
    pub fn start(root: PathBuf, session: Session, ctx: &Context) -> Self {
        Self(Errand::start(ctx, move |wishes, answers| {
            let mut archive = None;
            let mut worker = Worker::new(session.worker.clone());
            let mut next = VecDeque::new();
            while let Some(wish) = next.pop_front().or_else(|| wishes.recv().ok()) {
                let (Wish::Look(_, texts)
                | Wish::Text(_, texts)
                | Wish::Forms(_, texts)
                | Wish::Described(_, texts)
                | Wish::Cut(_, _, texts)
                | Wish::Do { texts, .. }) = &wish;
                let texts = texts.clone();
                let answer = match opened(&mut archive, &root, &session) {
                    Ok(archive) => answer(archive, wish, &mut worker),
                    Err(error) => Err(error),
                };
                if !answers.tell(answer.unwrap_or_else(|error| Answer::Failed(Failure::of(&error, &texts)))) {
                    return;
                }
                while let Ok(later) = wishes.try_recv() {
                    // Looks that wait are one look, the last.
                    if matches!(later, Wish::Look(..)) {
                        next.retain(|wish| !matches!(wish, Wish::Look(..)));
                    }
                    next.push_back(later);
                }
            }
        }))
    }

    /// Asks how a dossier stands.
    pub fn look(&self, code: &str, texts: &Arc<Texts>) {
        self.0.ask(Wish::Look(code.to_owned(), texts.clone()));
    }

    /// Asks for the recognised text of a page.
    pub fn text(&self, page: PageId, texts: &Arc<Texts>) {
        self.0.ask(Wish::Text(page, texts.clone()));
    }

    /// Asks for the descriptions of the documents of a dossier.
    pub fn forms(&self, code: &str, texts: &Arc<Texts>) {
        self.0.ask(Wish::Forms(code.to_owned(), texts.clone()));
    }

    /// Asks for what stands written of the documents of a dossier.
    pub fn described(&self, code: &str, texts: &Arc<Texts>) {
        self.0.ask(Wish::Described(code.to_owned(), texts.clone()));
    }

    /// Asks where a page would best be cut.
    pub fn cut(&self, page: Box<PageView>, run: Run, texts: &Arc<Texts>) {
        self.0.ask(Wish::Cut(page, run, texts.clone()));
    }

    /// Asks for something to be done.
    pub fn ask(&self, code: &str, deed: Deed, way: Way, texts: &Arc<Texts>) {
        self.0.ask(Wish::Do { code: code.to_owned(), deed, way, texts: texts.clone() });
    }

    /// What was answered since, one at a time.
    pub fn answer(&self) -> Option<Answer> {
        self.0.answer()
    }
}

fn opened<'a>(
    archive: &'a mut Option<Archive>,
    root: &std::path::Path,
    session: &Session,
) -> Result<&'a Archive, PipelineError> {
    match archive {
        Some(archive) => Ok(archive),
        empty => Ok(empty.insert(Archive::open(root, session)?)),
    }
}

fn answer(archive: &Archive, wish: Wish, worker: &mut Worker) -> Result<Answer, PipelineError> {
    match wish {
        Wish::Look(code, texts) => Ok(Answer::Dossier(Box::new(Dossier::read(archive, &code, &texts)?))),
        Wish::Forms(code, _) => {
            let forms = describe::forms(archive, &code)?;
            let root = archive.layout().root();
            // Only who typed it goes on with it, and not while the dossier is held.
            let operator = &archive.session().operator;
            let left = |form: &Form| jotter::left_behind(root, form.document).filter(|jot| jot.operator == *operator);
            let jots = match archive.catalog().is_held(&code)? {
                true => BTreeMap::new(),
                false => forms.iter().filter_map(|form| Some((form.document, left(form)?))).collect(),
            };
            Ok(Answer::Forms(code, forms, jots))
        }
        Wish::Described(code, _) => {
            let written = archive.catalog().descriptions(&code)?;
            Ok(Answer::Described(code, written))
        }
        Wish::Cut(page, run, _) => Ok(Answer::Cut(page.id, pages::proposed_cut(archive, &page, run, worker)?)),
        Wish::Text(page, _) => Ok(Answer::Text(page, text_of(archive, page)?)),
        Wish::Do { code, deed, way, texts } => {
            let undo = done(archive, &code, &deed, &texts)?;
            Ok(Answer::Done { code, way, deed, undo })
        }
    }
}

/// Does it, and gives what would undo it.
fn done(archive: &Archive, code: &str, deed: &Deed, texts: &Texts) -> Result<Option<Deed>, PipelineError> {
    match deed {
        Deed::Pages { pages: chosen, edit, reason } => {
            let back = undoing(archive, code, chosen, edit)?;
            let findings = pages::edit(archive, code, chosen, edit, reason)?;
            Ok(match edit {
                Edit::Pass | Edit::Reject => Some(Deed::TakeBack {
                    pages: chosen.clone(),
                    verdict: edit.clone(),
                    reason: reason.clone(),
                    findings,
                }),
                Edit::Split(split) => Some(Deed::Join { pages: chosen.clone(), split: *split, reason: reason.clone() }),
                _ => back.map(|(pages, edit)| Deed::Pages { pages, edit, reason: texts.get("ui-undone") }),
            })
        }
        Deed::Join { pages: chosen, split, reason } => {
            pages::edit(archive, code, chosen, &Edit::Restore, &texts.get("ui-undone"))?;
            Ok(Some(Deed::Pages { pages: chosen.clone(), edit: Edit::Split(*split), reason: reason.clone() }))
        }
        Deed::TakeBack { pages: chosen, verdict, reason, findings } => {
            pages::take_back(archive, code, verdict, findings)?;
            Ok(Some(Deed::Pages { pages: chosen.clone(), edit: verdict.clone(), reason: reason.clone() }))
        }
        Deed::Close { sheets, reason } => {
            scan::close(archive, code, *sheets, reason.as_deref())?;
            archive.write_stale_manifests()?;
            Ok(None)
        }
        Deed::Decide(decision) => {
            decide::decide(archive, code, decision)?;
            Ok(None)
        }
        Deed::Reveal => {
            decide::reveal(archive, code)?;
            Ok(None)
        }
        Deed::Describe { document, description, is_done } => {
            describe::describe(archive, code, *document, description, *is_done)?;
            Ok(None)
        }
        Deed::Correct { page, at, old, new } => {
            describe::correct_word(archive, code, *page, *at, old, new)?;
            Ok(None)
        }
    }
}

/// Does something at once, where the window can't wait for the desk any more: it is being closed.
///
/// Says whether it was done. Nobody is there to be told why not; what was typed stands in its file still.
pub fn do_now(root: &std::path::Path, session: &Session, code: &str, deed: &Deed, texts: &Texts) -> bool {
    Archive::open(root, session).and_then(|archive| done(&archive, code, deed, texts)).is_ok()
}

/// What would undo an edit that is about to be made.
fn undoing(
    archive: &Archive,
    code: &str,
    chosen: &[PageId],
    edit: &Edit,
) -> Result<Option<(Vec<PageId>, Edit)>, PipelineError> {
    Ok(match edit {
        Edit::Turn(by) => {
            let back = sohoa_model::geometry::Rotation::from_degrees(-i32::from(by.degrees())).unwrap_or_default();
            Some((chosen.to_vec(), Edit::Turn(back)))
        }
        Edit::Remove => Some((chosen.to_vec(), Edit::Restore)),
        Edit::Restore => Some((chosen.to_vec(), Edit::Remove)),
        Edit::Part => {
            // What went to the new document goes behind the page before it again.
            let all = archive.catalog().pages(code)?;
            let at = all.iter().position(|page| chosen.first() == Some(&page.id));
            let before = at.and_then(|at| Some((at, all.get(at.checked_sub(1)?)?)));
            before.map(|(at, before)| {
                let behind = all[at..].iter().take_while(|page| page.document == before.document);
                (behind.map(|page| page.id).collect(), Edit::Move(Seat::After(before.id)))
            })
        }
        Edit::Move(_) | Edit::Split(_) | Edit::Pass | Edit::Reject => None,
    })
}
