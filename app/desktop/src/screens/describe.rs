//! Read and describe: the documents of a dossier, the page with its words, what was recognised, and the form.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui;
use egui::{
    Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, vec2,
};
use sohoa_catalog::description::DescriptionView;
use sohoa_model::description::{DocumentField, Origin};
use sohoa_model::dossier_state::DossierState;
use sohoa_model::ids::{DocumentId, PageId};
use sohoa_pipeline::decide::Decision;
use sohoa_pipeline::describe::Form;
use sohoa_shell::{Failure, Texts};

use crate::command::Command;
use crate::desk::{Deed, Dossier, Page, Read};
use crate::gallery::Gallery;
use crate::jotter::{Jot, Typed, Typing, Word};
use crate::kept;
use crate::lens::{self, Lens};
use crate::parts::{self, Action, Mark};
use crate::regions;
use crate::screens::describe_form::Draft;
use crate::screens::describe_text::Asked;
use crate::screens::{Act, describe_form, describe_text, page_keys};
use crate::theme::{semibold, tokens};

/// Seconds after the last letter until a draft is kept.
const DRAFT_AFTER: f64 = 5.0;

/// A word of the page that is looked at.
#[derive(Debug, Clone, Default)]
pub struct Editing {
    /// The page.
    page: Option<PageId>,
    /// Its place among the words of the page.
    pub at: usize,
    /// What stands there as it was read.
    pub old: String,
    /// What stands in the field.
    pub typed: String,
    /// Whether the field is to have the focus.
    pub wants_focus: bool,
    /// Whether the text is to be scrolled to the word.
    pub scrolls: bool,
}

/// What the screen remembers.
#[derive(Default)]
pub struct State {
    /// The documents of the dossier, once they are known.
    forms: Option<Vec<Form>>,
    /// The document that is looked at.
    chosen: Option<DocumentId>,
    /// What was typed into the forms and is not written yet.
    drafts: BTreeMap<DocumentId, Draft>,
    /// The documents with a file of what is typed.
    jotted: BTreeSet<DocumentId>,
    /// The words that stand in such files.
    jotted_words: BTreeMap<DocumentId, Vec<Word>>,
    /// Words that were being put right when the window ended, or somebody went elsewhere, until the text of their page is
    /// there again.
    parked: BTreeMap<PageId, (DocumentId, Word)>,
    /// What was typed in the place of words that are no longer there, for their pages were read anew; until somebody says that
    /// it was seen.
    pub unplaced: Vec<(DocumentId, Word)>,
    /// The page of the document, from 0.
    page: usize,
    /// What was recognised on which page.
    text: Option<(PageId, Vec<Vec<Read>>)>,
    /// Whether the text was asked for and has not come.
    is_asked: bool,
    /// The word that is chosen.
    pub word: Option<Editing>,
    /// From which word on the next one in doubt is to be chosen once the text is there.
    wants_doubt: Option<usize>,
    /// The field that has the focus, or had it last.
    pub field: Option<DocumentField>,
    /// A field that is to get the focus.
    pub wants_field: Option<DocumentField>,
    /// Whether the place where the value of the field was read is to be shown.
    pub wants_source: bool,
    /// Where the value of a field was read on the page.
    source: Option<[f32; 4]>,
    /// Whether the boxes of words, and the list of documents, are hidden.
    hides_words: bool,
    hides_list: bool,
    lens: Lens,
    /// When something was typed last, or could not be written.
    typed_at: Option<f64>,
    /// Whether a word was sent to be put right.
    corrects: bool,
    /// Why somebody wants to hold the dossier, while that is asked.
    pub holding: Option<String>,
    /// What could not be done.
    pub refused: Option<Failure>,
}

/// What the screen shows besides its state.
pub struct Seen<'a> {
    /// The texts.
    pub texts: &'a Texts,
    /// The dossier on the desk.
    pub dossier: &'a Dossier,
}

impl State {
    /// Another dossier lies on the desk.
    pub fn begin(&mut self) {
        self.park();
        let words = self.words_typed();
        let Self { hides_words, hides_list, parked, unplaced, mut jotted, mut jotted_words, .. } = std::mem::take(self);
        // The files of the others go once their drafts are written.
        jotted.retain(|document| words.contains_key(document));
        jotted_words.retain(|document, _| words.contains_key(document));
        *self = Self { hides_words, hides_list, parked, unplaced, jotted, jotted_words, ..Self::default() };
    }

    /// The descriptions of the dossier have come, and what was typed into them and not written before the window ended;
    /// says whether something of that is in the forms again.
    pub fn take(&mut self, forms: Vec<Form>, jots: BTreeMap<DocumentId, Jot>) -> bool {
        let (before, mut is_back) = (self.drafts.len(), false);
        for (document, jot) in jots {
            let Some(form) = forms.iter().find(|form| form.document == document) else { continue };
            self.jotted.insert(document);
            is_back |= !jot.words.is_empty();
            for word in jot.words {
                // Its page may stand in another document by now.
                match forms.iter().find(|form| form.pages.contains(&word.page)) {
                    Some(form) => drop(self.parked.insert(word.page, (form.document, word))),
                    None => self.unplaced.push((document, word)),
                }
            }
            // What was written since stands in its place.
            let is_newer = form.written.as_ref().is_none_or(|written| written.at < jot.at);
            let draft = Draft::resume(form, jot.typed);
            if is_newer && !draft.reads_as(&form.filled) {
                self.drafts.entry(document).or_insert(draft);
            }
        }
        let is_parked = |form: &Form| form.pages.iter().position(|page| self.parked.contains_key(page));
        if let Some((document, page)) = forms.iter().find_map(|form| Some((form.document, is_parked(form)?))) {
            (self.chosen, self.page) = (Some(document), page);
        }
        let is_there = |id: DocumentId| forms.iter().any(|form| form.document == id);
        if !self.chosen.is_some_and(is_there) {
            let first = forms.iter().find(|form| !form.is_done()).or_else(|| forms.first());
            self.chosen = first.map(|form| form.document);
            self.page = 0;
        }
        self.forms = Some(forms);
        self.is_asked = false;
        self.drafts.len() > before || is_back
    }

    /// The recognised text of a page has come.
    ///
    /// What is not of the page that is looked at is not taken.
    pub fn read(&mut self, page: PageId, lines: &[Vec<Read>]) {
        if self.text.as_ref().is_none_or(|(of, _)| *of != page) {
            return;
        }
        self.text = Some((page, lines.to_vec()));
        self.is_asked = false;
        if let Some(from) = self.wants_doubt.take()
            && self.word.is_none()
        {
            self.choose_doubt(from);
        }
        let Some((document, word)) = self.parked.remove(&page) else { return };
        if self.words().nth(word.at).is_none_or(|read| read.text != word.old) {
            self.unplaced.push((document, word));
            return;
        }
        self.choose_word(word.at);
        if let Some(editing) = &mut self.word {
            editing.typed = word.typed;
        }
    }

    /// Leaves the word that is being put right where it is found again: what was typed is never dropped but by who chooses
    /// another word.
    fn park(&mut self) {
        self.parked.extend(self.typed_word().map(|(document, word)| (word.page, (document, word))));
        self.word = None;
    }

    /// All words that were typed and are not known to be written, by their documents.
    fn words_typed(&self) -> BTreeMap<DocumentId, Vec<Word>> {
        let mut all = BTreeMap::<DocumentId, Vec<Word>>::new();
        let kept = self.parked.values().chain(&self.unplaced).cloned();
        for (document, word) in kept.chain(self.typed_word()) {
            all.entry(document).or_default().push(word);
        }
        all
    }

    /// The word that is being put right, if something else was typed in its place.
    fn typed_word(&self) -> Option<(DocumentId, Word)> {
        let editing = self.word.as_ref().filter(|editing| editing.typed != editing.old)?;
        let Editing { at, old, typed, .. } = editing.clone();
        Some((self.chosen?, Word { page: editing.page?, at, old, typed }))
    }

    /// Something was done: texts and forms are to be asked for again.
    pub fn done(&mut self, deed: &Deed) {
        self.refused = None;
        match deed {
            Deed::Describe { document, description, .. } => {
                // What was typed since stays a draft of its own.
                match self.drafts.get_mut(document) {
                    Some(draft) if draft.says(description) => {
                        self.drafts.remove(document);
                        // The file goes, and comes again with its words.
                        self.jotted_words.remove(document);
                    }
                    Some(draft) => draft.jot_again(),
                    None => {}
                }
                let form = self.forms.iter_mut().flatten().find(|form| form.document == *document);
                if let Some(form) = form {
                    form.filled = description.clone();
                }
            }
            Deed::Correct { page, at, old, new } => {
                self.corrects = false;
                let is_it = |word: &Word| word.at == *at && word.old == *old && word.typed.trim() == new;
                self.parked.retain(|of, (_, word)| of != page || !is_it(word));
                match self.typed_word() {
                    Some((_, word)) if word.page != *page || !is_it(&word) => self.park(),
                    _ => {
                        self.word = None;
                        self.wants_doubt = Some(*at);
                    }
                }
                self.text = None;
            }
            _ => {}
        }
    }

    /// Something could not be done.
    pub fn refused(&mut self, failure: Failure) {
        if std::mem::take(&mut self.corrects) {
            // What somebody saw may be another text by now.
            self.park();
            self.text = None;
        }
        // What was not written is to be: some seconds from now, or when the window closes.
        self.drafts.values_mut().for_each(|draft| draft.is_changed = true);
        self.typed_at = None;
        self.refused = Some(failure);
    }

    /// What stands written of the documents has come.
    pub fn written(&mut self, written: &BTreeMap<DocumentId, DescriptionView>) {
        for form in self.forms.iter_mut().flatten() {
            if let Some(view) = written.get(&form.document) {
                form.filled = view.description.clone();
                form.written = Some(view.clone());
            }
        }
    }

    /// Whether something was typed into the form of a document, or in the place of one of its words, that is not known
    /// to be written.
    pub fn is_typed(&self, document: DocumentId) -> bool {
        self.drafts.contains_key(&document) || self.has_word(document)
    }

    /// Whether a word of a document is being put right, or is to be taken up again.
    pub fn has_word(&self, document: DocumentId) -> bool {
        self.words_typed().contains_key(&document)
    }

    /// Whether something that was typed was sent to be written, and is not known to be.
    pub fn is_waiting(&self) -> bool {
        !self.drafts.is_empty()
    }

    /// What could not be read is asked for again.
    pub fn try_again(&mut self) {
        self.is_asked = false;
        self.refused = None;
        self.text = None;
    }

    /// The form that is looked at.
    fn form(&self) -> Option<&Form> {
        self.forms.as_ref()?.iter().find(|form| Some(form.document) == self.chosen)
    }

    /// What stands in the fields of a form: as it was typed, else as it is filled in.
    fn draft(&self, form: &Form) -> Draft {
        self.drafts.get(&form.document).cloned().unwrap_or_else(|| Draft::of(form))
    }

    /// Where the form that is looked at stands among all.
    fn at(&self) -> Option<usize> {
        self.forms.as_ref()?.iter().position(|form| Some(form.document) == self.chosen)
    }

    /// Whether a document stands before the one that is looked at.
    pub fn has_before(&self) -> bool {
        self.at().is_some_and(|at| at > 0)
    }

    /// The page that is looked at.
    fn page<'d>(&self, dossier: &'d Dossier) -> Option<&'d Page> {
        let id = *self.form()?.pages.get(self.page)?;
        dossier.pages.iter().find(|page| page.view.id == id)
    }

    /// The words of the page that is looked at, in reading order.
    fn words(&self) -> impl Iterator<Item = &Read> {
        self.text.iter().flat_map(|(_, lines)| lines.iter().flatten())
    }

    /// What keeps everything that was typed since: a draft of each document whose form was changed. Told once.
    pub fn unwritten(&mut self) -> Vec<Deed> {
        self.typed_at = None;
        // A letter that was typed and taken back changed nothing.
        let forms = self.forms.as_deref().unwrap_or_default();
        let is_same = |document: &DocumentId, draft: &Draft| {
            forms.iter().any(|form| form.document == *document && draft.reads_as(&form.filled))
        };
        self.drafts.retain(|document, draft| draft.is_finished || !is_same(document, draft));
        let deed = |(document, draft): (&DocumentId, &mut Draft)| {
            std::mem::take(&mut draft.is_changed).then(|| draft.deed(*document))
        };
        self.drafts.iter_mut().filter_map(deed).collect()
    }

    /// What was typed and is not known to be written, for the last moment of the window.
    pub fn unconfirmed(&self) -> Vec<Deed> {
        self.drafts.iter().map(|(document, draft)| draft.deed(*document)).collect()
    }

    /// What is to stand in the files of what is typed, where that changed; no file where nothing waits to be written.
    pub fn jots(&mut self) -> Vec<(DocumentId, Option<Typing>)> {
        let words = self.words_typed();
        let before = std::mem::replace(&mut self.jotted_words, words.clone());
        let changed: BTreeSet<DocumentId> = words.keys().chain(before.keys()).copied().collect();
        let mut jots = Vec::new();
        for document in changed.into_iter().filter(|document| words.get(document) != before.get(document)) {
            match (self.drafts.get_mut(&document), words.get(&document)) {
                (Some(draft), _) => draft.jot_again(),
                // Nothing was typed into the form of its document.
                (None, Some(words)) => jots.push((document, Some((Typed::new(), words.clone())))),
                (None, None) => {}
            }
        }
        let of = |document: &DocumentId| words.get(document).cloned().unwrap_or_default();
        jots.extend(self.drafts.iter_mut().filter_map(|(document, draft)| {
            let typed = draft.jot()?;
            Some((*document, Some((typed, of(document)))))
        }));
        self.jotted.extend(jots.iter().map(|(document, _)| *document));
        let mut stays: BTreeSet<DocumentId> = self.drafts.keys().copied().collect();
        stays.extend(words.keys().copied());
        let gone = self.jotted.extract_if(.., |document| !stays.contains(document));
        jots.extend(gone.map(|document| (document, None)));
        jots
    }

    /// What is to be written now: some seconds after the last letter, or at once when another screen is shown.
    pub fn due(&mut self, ctx: &egui::Context, is_shown: bool) -> Vec<Deed> {
        if !self.drafts.values().any(|draft| draft.is_changed) {
            return Vec::new();
        }
        let now = ctx.input(|input| input.time);
        let waited = now - *self.typed_at.get_or_insert(now);
        let has_failed = self.refused.is_some();
        if waited >= DRAFT_AFTER || !is_shown && !has_failed {
            return self.unwritten();
        }
        ctx.request_repaint_after(std::time::Duration::from_secs_f64(DRAFT_AFTER - waited));
        Vec::new()
    }

    /// Keeps what was typed as drafts.
    fn keep(&mut self, acts: &mut Vec<Act>) {
        acts.extend(self.unwritten().into_iter().map(Act::Do));
    }

    fn choose(&mut self, document: DocumentId, acts: &mut Vec<Act>) {
        self.keep(acts);
        self.chosen = Some(document);
        self.page = 0;
        self.look_at_page();
        self.field = None;
    }

    fn look_at_page(&mut self) {
        self.park();
        self.source = None;
        self.text = None;
        self.is_asked = false;
    }

    fn turn_to(&mut self, page: usize) {
        if self.form().is_some_and(|form| page < form.pages.len()) {
            self.page = page;
            self.look_at_page();
        }
    }

    /// Chooses the first word in doubt from a place on; says whether there is one.
    fn choose_doubt(&mut self, from: usize) -> bool {
        let next = self.words().enumerate().skip(from).find(|(_, word)| word.is_doubtful).map(|(at, _)| at);
        if let Some(at) = next {
            self.choose_word(at);
        }
        next.is_some()
    }

    /// Chooses a word.
    pub fn choose_word(&mut self, at: usize) {
        let word = self.words().nth(at).map(|word| (word.text.clone(), word.place));
        let (Some((old, place)), Some((page, _))) = (word, &self.text) else { return };
        let page = *page;
        self.source = None;
        self.lens.look_at(page, Some(place));
        let typed = old.clone();
        self.word = Some(Editing { page: Some(page), at, old, typed, wants_focus: true, scrolls: true });
    }

    /// The next thing that needs a person: a word in doubt on this page, a field, the next page, the next document.
    fn next_doubt(&mut self, acts: &mut Vec<Act>) {
        let from = self.word.as_ref().map_or(0, |word| word.at + 1);
        if self.choose_doubt(from) {
            return;
        }
        let Some(form) = self.form() else { return };
        let draft = self.draft(form);
        let fault = draft.faults().into_iter().next();
        let (pages, is_done) = (form.pages.len(), form.is_done());
        if self.page + 1 < pages {
            self.turn_to(self.page + 1);
            self.wants_doubt = Some(0);
        } else if let Some((field, _)) = fault.filter(|(field, _)| !is_done && self.field != Some(*field)) {
            self.park();
            self.wants_field = Some(field);
        } else if let Some(next) = self.next_open() {
            self.choose(next, acts);
            self.wants_doubt = Some(0);
        }
    }

    fn previous_doubt(&mut self) {
        let before = self.word.as_ref().map_or(usize::MAX, |word| word.at);
        let last = self.words().enumerate().take_while(|(at, _)| *at < before).filter(|(_, word)| word.is_doubtful);
        match last.last().map(|(at, _)| at) {
            Some(at) => self.choose_word(at),
            None => self.turn_to(self.page.wrapping_sub(1)),
        }
    }

    /// The next document that nobody said is complete, behind this one or else before it.
    fn next_open(&self) -> Option<DocumentId> {
        let forms = self.forms.as_ref()?;
        let at = self.at()?;
        let behind = forms.iter().skip(at + 1).chain(forms.iter().take(at));
        behind.filter(|form| !form.is_done()).map(|form| form.document).next()
    }

    /// The form of the document is complete: it is written, and the next one is looked at.
    fn finish(&mut self, acts: &mut Vec<Act>) {
        let Some(form) = self.form() else { return };
        let (document, filled) = (form.document, Draft::of(form));
        let draft = self.drafts.entry(document).or_insert(filled);
        if let Some((field, _)) = draft.faults().first() {
            self.wants_field = Some(*field);
            return;
        }
        draft.is_changed = false;
        draft.is_finished = true;
        acts.push(Act::Do(draft.deed(document)));
        if let Some(next) = self.next_open() {
            self.choose(next, acts);
        }
    }

    /// Takes a word as it was typed.
    pub fn accept_word(&mut self, acts: &mut Vec<Act>) {
        let (Some(editing), Some((page, lines))) = (&self.word, &self.text) else { return };
        // The text may be on its way.
        if lines.is_empty() {
            return;
        }
        let read = self.words().nth(editing.at).filter(|read| read.text == editing.old);
        let (Some(read), true) = (read, editing.page == Some(*page)) else {
            self.unplaced.extend(self.typed_word());
            self.word = None;
            return;
        };
        let (at, old, new) = (editing.at, read.text.clone(), editing.typed.trim().to_owned());
        let page = *page;
        // A word in doubt that a person looked at, and that is right, is sure from now on.
        if old == new && !read.is_doubtful {
            self.word = None;
            return;
        }
        self.corrects = true;
        acts.push(Act::Do(Deed::Correct { page, at, old, new }));
    }

    /// Shows where the value of the field was read.
    fn show_source(&mut self) {
        let (Some(field), Some(form)) = (self.field, self.form()) else { return };
        let draft = self.draft(form);
        let Some(Origin::Recognition { page, place }) = draft.origin(field) else { return };
        let Some(at) = form.pages.iter().position(|id| *id == page) else { return };
        if at != self.page {
            self.turn_to(at);
        }
        let place = [place.left, place.top, place.right, place.bottom];
        self.lens.look_at(page, Some(place));
        self.source = Some(place);
    }

    /// Takes over what the document before says: of the field that has the focus, else of every empty one.
    fn copy_previous(&mut self) {
        let (Some(at), Some(forms)) = (self.at(), &self.forms) else { return };
        let (Some(before), Some(form)) = (at.checked_sub(1).and_then(|at| forms.get(at)), forms.get(at)) else {
            return;
        };
        let from = self.draft(before);
        let (document, filled) = (form.document, Draft::of(form));
        self.drafts.entry(document).or_insert(filled).copy(&from, self.field);
    }

    /// Carries out a command of this screen; says whether it was one.
    pub fn carry_out(&mut self, command: Command, acts: &mut Vec<Act>) -> bool {
        match command {
            Command::Finish if self.word.as_ref().is_some_and(|word| !word.wants_focus) => self.accept_word(acts),
            Command::Finish => self.finish(acts),
            Command::NextDoubt => self.next_doubt(acts),
            Command::PreviousDoubt => self.previous_doubt(),
            Command::ShowSource => self.show_source(),
            Command::ShowText => self.hides_words = !self.hides_words,
            Command::ShowDocuments => self.hides_list = !self.hides_list,
            Command::Hold => self.holding = Some(String::new()),
            Command::CopyPrevious => self.copy_previous(),
            Command::PageBefore => self.turn_to(self.page.wrapping_sub(1)),
            Command::PageAfter => self.turn_to(self.page + 1),
            _ => return false,
        }
        true
    }

    /// Whether a question stands above the screen.
    pub fn is_asking(&self) -> bool {
        self.holding.is_some()
    }

    /// Asks for what is not there yet.
    fn follow(&mut self, seen: &Seen<'_>, acts: &mut Vec<Act>) {
        if self.forms.is_none() && !self.is_asked {
            self.is_asked = true;
            acts.push(Act::Forms);
        }
        // A page that is to be read anew has no text that counts.
        let page = self.page(seen.dossier).filter(|page| page.view.reading.is_some() && seen.dossier.held.is_none());
        let page = page.map(|page| page.view.id);
        if page.is_none() {
            self.park();
            self.text = None;
        }
        if let Some(page) = page
            && self.text.as_ref().is_none_or(|(of, _)| *of != page)
        {
            // Asked once: what comes is of this page, or of one that was left.
            self.text = Some((page, Vec::new()));
            self.is_asked = true;
            acts.push(Act::Text(page));
        }
    }
}

/// Draws the screen.
pub fn show(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    state.follow(seen, acts);
    let all = ui.available_width();
    let (list, text, form) = match all {
        all if all < 1250.0 => (140.0, 300.0, 320.0),
        all if all < 1500.0 => (156.0, 300.0, 340.0),
        _ => (200.0, 380.0, 400.0),
    };
    let frame = || Frame::new().fill(t.panel).stroke(Stroke::new(1.0, t.line));
    if !state.hides_list && all >= 1100.0 {
        Panel::left("describe-list").exact_size(list).resizable(false).frame(frame()).show(ui, |ui| {
            regions::region(ui, &seen.texts.get("ui-show-documents"));
            documents(ui, state, seen, acts);
        });
    }
    Panel::right("describe-form").exact_size(form).resizable(false).frame(frame().inner_margin(16)).show(ui, |ui| {
        regions::region(ui, &seen.texts.get("ui-describe"));
        form_of(ui, state, seen, acts);
    });
    if seen.dossier.held.is_none() {
        Panel::right("describe-text").exact_size(text).resizable(false).frame(frame()).show(ui, |ui| {
            regions::region(ui, &seen.texts.get("ui-text-head"));
            let Some(page) = state.page(seen.dossier) else { return };
            let is_signed = seen.dossier.state >= DossierState::Signed;
            let text = state.text.as_ref();
            match describe_text::show(ui, &mut state.word, seen.texts, page, text, is_signed, gallery) {
                Some(Asked::Choose(at)) => state.choose_word(at),
                Some(Asked::Take) => state.accept_word(acts),
                None => {}
            }
        });
    }
    let bar = frame().inner_margin(Margin::symmetric(12, 8));
    Panel::top("describe-tools")
        .exact_size(48.0)
        .resizable(false)
        .frame(bar)
        .show(ui, |ui| tools(ui, state, seen, acts));
    CentralPanel::default().frame(Frame::new().fill(t.stage)).show(ui, |ui| {
        regions::region(ui, &seen.texts.get("ui-page"));
        stage(ui, state, seen, gallery, acts);
    });
    hold(ui, state, seen, acts);
}

fn tools(ui: &mut Ui, state: &State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let Some(form) = state.form() else { return };
    ui.horizontal_centered(|ui| {
        let values = [("page", (state.page + 1).into()), ("pages", form.pages.len().into())];
        ui.label(RichText::new(seen.texts.say("ui-page-of", &values)).font(semibold(16.0)).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for command in [Command::PageAfter, Command::PageBefore, Command::ShowText] {
                let (word, cap) = (seen.texts.get(command.label()), command.cap(seen.texts));
                let is_worded = command == Command::ShowText && ui.available_width() > 320.0;
                let action = Action { is_worded, ..Action::new(&word, &cap) };
                if action.icon(command.icon()).show(ui, None).clicked() {
                    acts.push(Act::Command(command));
                }
            }
        });
    });
}

/// The page with its words.
fn stage(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let rect = ui.max_rect();
    if page_keys::covered(ui, rect, seen.texts, seen.dossier) {
        return;
    }
    let Some(page) = state.page(seen.dossier) else { return };
    if gallery.is_lost(&page.view) {
        let words = seen.texts.say("ui-page-lost", &[("page", page.number.into())]);
        if lens::lost(ui, rect, &words, &seen.texts.get("ui-try-again")) {
            acts.push(Act::TryPictures);
        }
        return;
    }
    let source: Vec<[f32; 4]> = state.source.into_iter().collect();
    let name = page_keys::name(seen.texts, page);
    let response = state.lens.show_view(ui, rect, &page.view, gallery, &name, &source);
    if let Some(place) = state.source.and_then(|place| state.lens.on_screen(place)) {
        parts::said(ui, place, &seen.texts.get("ui-source-here"));
    }
    let painter = ui.painter().with_clip_rect(rect);
    let chosen = state.word.as_ref().map(|word| word.at);
    let mut hit = None;
    let pointed = response.interact_pointer_pos().filter(|_| response.clicked()).and_then(|at| state.lens.on_page(at));
    for (at, word) in state.words().enumerate() {
        let Some(place) = state.lens.on_screen(word.place) else { continue };
        let [left, top, right, bottom] = word.place;
        if pointed.is_some_and(|p| (left..=right).contains(&p.x) && (top..=bottom).contains(&p.y)) {
            hit = Some(at);
        }
        if !place.intersects(rect) {
            continue;
        }
        let place = place.expand(1.5);
        let stroke = match (chosen == Some(at), word.is_doubtful) {
            (true, _) => Stroke::new(2.5, t.reject.fg),
            (false, true) => Stroke::new(1.5, t.warn.fg),
            (false, false) if state.hides_words => continue,
            (false, false) => Stroke::new(1.0, t.accent.gamma_multiply(0.45)),
        };
        if word.is_doubtful {
            painter.rect_filled(place, 2.0, t.hit.gamma_multiply(0.3));
        }
        painter.rect_stroke(place, 2.0, stroke, StrokeKind::Outside);
    }
    if let Some(at) = hit {
        state.choose_word(at);
    }
}

/// The documents, each with how far its description is.
fn documents(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let Some(forms) = &state.forms else {
        ui.label(RichText::new(texts.get("ui-reading")).color(t.text3));
        return;
    };
    let done = forms.iter().filter(|form| form.is_done()).count();
    let all = forms.len();
    Panel::bottom("describe-done").show_separator_line(false).frame(Frame::new().inner_margin(12)).show(ui, |ui| {
        let words = texts.say("ui-described-of", &[("done", done.into()), ("all", all.into())]);
        ui.label(RichText::new(&words).small().color(t.text2));
        let share = if all == 0 { 0.0 } else { done as f32 / all as f32 };
        let width = ui.available_width();
        parts::bar(ui, width, share, None, &words);
    });
    Frame::new().inner_margin(Margin::symmetric(12, 14)).show(ui, |ui| {
        let head = texts.say("ui-documents-n", &[("documents", all.into())]);
        ui.label(RichText::new(head).font(semibold(14.0)).color(t.text));
    });
    let mut chosen = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("documents").auto_shrink([false, false]).show_rows(ui, 34.0, all, |ui, range| {
        for (form, n) in forms[range.clone()].iter().zip(range.start + 1..) {
            let draft = state.drafts.get(&form.document);
            let mark = match (form.is_done(), form.written.is_some() || draft.is_some_and(|draft| draft.is_changed)) {
                (true, _) => Mark::Pass,
                (false, true) => Mark::Warn,
                (false, false) => Mark::Planned,
            };
            let state_word = texts.get(match mark {
                Mark::Pass => "ui-described",
                Mark::Warn => "ui-draft",
                _ => "ui-not-described",
            });
            // What a held dossier is about is covered with it.
            let words = match seen.dossier.is_covered() {
                true => format!("{n} {}", texts.get("ui-document")),
                false => describe_form::title(texts, form, draft, n),
            };
            let is_chosen = state.chosen == Some(form.document);
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::click());
            let ground = if is_chosen {
                t.accent_soft
            } else if response.hovered() {
                t.hover
            } else {
                t.panel
            };
            ui.painter().rect_filled(rect, 0.0, ground);
            if is_chosen {
                let bar = egui::Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
                ui.painter().rect_filled(bar, 0.0, t.accent);
            }
            mark.paint(ui, egui::pos2(rect.left() + 20.0, rect.center().y), ground);
            let font = if is_chosen { semibold(13.0) } else { egui::FontId::proportional(13.0) };
            let galley = parts::cut(ui, &words, font, t.text, rect.width() - 44.0);
            ui.painter().galley(
                egui::pos2(rect.left() + 36.0, rect.center().y - galley.size().y / 2.0),
                galley,
                t.text,
            );
            let name = format!("{words} · {state_word}");
            let kind = egui::Role::Button;
            response.widget_info(|| egui::WidgetInfo::selected(kind, true, is_chosen, &name));
            if response.on_hover_text(&name).clicked() {
                chosen = Some(form.document);
            }
        }
    });
    if let Some(document) = chosen {
        state.choose(document, acts);
    }
}

fn form_of(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let Some(form) = state.form().cloned() else {
        if let Some(failure) = &state.refused {
            parts::failed(ui, failure, &seen.texts.get("ui-typed-stays"));
            return;
        }
        let id = if state.forms.is_some() { "ui-no-pages" } else { "ui-reading" };
        ui.label(RichText::new(seen.texts.get(id)).color(t.text2));
        return;
    };
    let next = state.next_open().and_then(|next| state.forms.as_ref()?.iter().position(|form| form.document == next));
    // Only what was typed is a draft: else the form is what stands written.
    let kept = state.drafts.remove(&form.document);
    let was_kept = kept.is_some();
    let mut draft = kept.unwrap_or_else(|| Draft::of(&form));
    if describe_form::show(ui, state, seen, &form, &mut draft, next.map(|at| at + 1), acts) {
        state.typed_at = Some(ui.input(|input| input.time));
    }
    if was_kept || draft.is_changed || draft.is_being_typed() {
        state.drafts.insert(form.document, draft);
    }
    if std::mem::take(&mut state.wants_source) {
        state.show_source();
    }
}

/// Asks why the dossier is to be held.
fn hold(ui: &Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let Some(reason) = &mut state.holding else { return };
    let kept = format!("hold/{}", seen.dossier.code);
    kept::keep(ui.ctx(), &kept, reason, &String::new());
    let mut choice = None;
    let shown = egui::Modal::new(egui::Id::unique("hold")).frame(parts::modal(ui)).show(ui.ctx(), |ui| {
        ui.set_width(440.0);
        ui.label(RichText::new(texts.say("ui-hold-dossier", &[("dossier", (&seen.dossier.code).into())])).heading());
        ui.label(RichText::new(texts.get("ui-hold-means")).color(t.text2));
        ui.add_space(8.0);
        let label = ui.label(RichText::new(texts.get("ui-reason")).small().color(t.text2));
        let field = egui::TextEdit::singleline(reason).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 8));
        let field = ui.add(field).labelled_by(label.id);
        if reason.is_empty() && !field.has_focus() {
            field.request_focus();
        }
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.add_space(12.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let word = texts.get("ui-hold");
            let can = !reason.trim().is_empty();
            let action = Action::new(&word, "Enter").primary().icon(Command::Hold.icon()).enabled(can);
            if (action.show(ui, None).clicked() || is_entered) && can {
                choice = Some(true);
            }
            if Action::new(&texts.get("ui-leave"), "Esc").show(ui, None).clicked() {
                choice = Some(false);
            }
        });
    });
    match choice {
        Some(true) => {
            let reason = state.holding.take().unwrap_or_default();
            acts.push(Act::Do(Deed::Decide(Decision::Hold(reason.trim().to_owned()))));
        }
        Some(false) => state.holding = None,
        None if shown.should_close() => state.holding = None,
        None => return,
    }
    kept::forget(ui.ctx(), &kept);
}
