//! Check: decide on what needs a look, worst first, a key for each verdict.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use eframe::egui;
use egui::{
    Align2, CentralPanel, FontId, Frame, Key, Layout, Margin, Panel, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui,
    vec2,
};
use sohoa_catalog::finding::PAGE_REJECTED;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::finding::Severity;
use sohoa_model::ids::PageId;
use sohoa_pipeline::accounts::Role;
use sohoa_pipeline::decide::Decision;
use sohoa_pipeline::pages::Edit;
use sohoa_shell::{Failure, Texts};

use crate::command::Command;
use crate::desk::{Deed, Dossier, Found, Page, Read};
use crate::gallery::Gallery;
use crate::kept;
use crate::parts::{self, Action, Mark, Notice, Thumb};
use crate::regions;
use crate::screens::page_keys::{self, Looking};
use crate::screens::{Act, Screen};
use crate::theme::{semibold, tokens};

/// The reasons for which a page is good all the same, by their keys.
const REASONS: [(&str, Key); 5] = [
    ("ui-because-paper", Key::Num1),
    ("ui-because-readable", Key::Num2),
    ("ui-because-blank", Key::Num3),
    ("ui-because-different", Key::Num4),
    ("ui-because-complete", Key::Num5),
];

/// Points that the buttons above the page take, without words.
const TOOLS: f32 = 440.0;

/// Which pages the contact sheet shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chip {
    Exceptions,
    Reject,
    Warn,
    Pass,
}

impl Chip {
    const ALL: [Self; 4] = [Self::Exceptions, Self::Reject, Self::Warn, Self::Pass];

    fn takes(self, page: &Page) -> bool {
        let severity = page.exception().map(|found| found.severity);
        match self {
            Self::Exceptions => severity.is_some(),
            Self::Reject => severity == Some(Severity::Reject),
            Self::Warn => severity == Some(Severity::Warn),
            Self::Pass => severity.is_none(),
        }
    }

    fn mark(self) -> Option<Mark> {
        match self {
            Self::Exceptions => None,
            Self::Reject => Some(Mark::Reject),
            Self::Warn => Some(Mark::Warn),
            Self::Pass => Some(Mark::Pass),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Exceptions => "ui-exceptions",
            Self::Reject => "ui-exceptions-reject",
            Self::Warn => "ui-exceptions-warn",
            Self::Pass => "ui-exceptions-none",
        }
    }
}

/// What the screen remembers.
#[derive(Default)]
pub struct State {
    /// The page that is looked at.
    pub looking: Looking,
    /// The chip that a person chose; else the exceptions, as long as there are any.
    chip: Option<Chip>,
    by_number: bool,
    /// Whether the recognised text is shown, and what it is of which page.
    shows_text: bool,
    text: Option<(PageId, Vec<Vec<Read>>)>,
    /// Pages that were on the screen since the dossier was laid on the desk.
    seen: BTreeSet<PageId>,
    /// Why an administrator lifts the hold, or lets it leave.
    release: String,
    clear: String,
    refused: Option<Failure>,
}

/// What the screen shows besides its state.
pub struct Seen<'a> {
    /// The texts.
    pub texts: &'a Texts,
    /// The dossier on the desk.
    pub dossier: &'a Dossier,
    /// The next dossier that needs a look, and how many there are.
    pub next: Option<&'a str>,
    /// What the operator may do.
    pub role: Role,
}

impl State {
    /// Another dossier lies on the desk.
    pub fn begin(&mut self) {
        *self = Self { by_number: self.by_number, shows_text: self.shows_text, ..Self::default() };
    }

    /// The recognised text of a page has come; what was not asked for here is not taken.
    pub fn read(&mut self, page: PageId, lines: Vec<Vec<Read>>) {
        if self.text.as_ref().is_some_and(|(of, _)| *of == page) {
            self.text = Some((page, lines));
        }
    }

    /// Asks for the text of the page that is looked at, and marks its words that are in doubt.
    fn follow_text(&mut self, dossier: &Dossier, acts: &mut Vec<Act>) {
        self.looking.marked.clear();
        let page = self.looking.page(dossier).map(|page| page.view.id);
        let Some(page) = page.filter(|_| self.shows_text && dossier.held.is_none()) else { return };
        match &self.text {
            Some((of, lines)) if *of == page => {
                let words = lines.iter().flatten().filter(|word| word.is_doubtful);
                self.looking.marked.extend(words.map(|word| word.place));
            }
            _ => {
                // Asked once: what comes is of this page, or of one that was left.
                self.text = Some((page, Vec::new()));
                acts.push(Act::Text(page));
            }
        }
    }

    /// Something could not be done.
    pub fn refused(&mut self, failure: Failure) {
        self.refused = Some(failure);
    }

    /// Whether a cut is being chosen, so that letters are no keys.
    pub fn is_asking(&self) -> bool {
        self.looking.splitting.is_some()
    }

    /// Something was done.
    pub fn done(&mut self) {
        self.refused = None;
    }

    fn chip(&self, dossier: &Dossier) -> Chip {
        let has_exceptions = dossier.pages.iter().any(|page| page.exception().is_some());
        self.chip.unwrap_or(if has_exceptions { Chip::Exceptions } else { Chip::Pass })
    }

    /// The places of the pages of a chip, in the order that is chosen.
    fn order(&self, dossier: &Dossier, chip: Chip) -> Vec<usize> {
        let mut order: Vec<usize> = (0..dossier.pages.len()).filter(|&at| chip.takes(&dossier.pages[at])).collect();
        if !self.by_number {
            let grave = |&at: &usize| {
                let found = &dossier.pages[at].found;
                Reverse((found.first().map(|found| found.severity), found.len()))
            };
            order.sort_by_key(grave);
        }
        order
    }

    /// The page that is looked at: the chosen one, else the worst.
    fn settle(&mut self, dossier: &Dossier) {
        if !self.looking.settle(dossier) {
            let first = self.order(dossier, Chip::Exceptions).first().copied().unwrap_or(0);
            self.looking.chosen = dossier.pages.get(first).map(|page| page.view.id);
        }
    }

    /// Goes on to the next exception, in the order of the contact sheet.
    fn go_on(&mut self, dossier: &Dossier) {
        let at = self.looking.at(dossier);
        let order = self.order(dossier, Chip::Exceptions);
        let place = order.iter().position(|place| Some(*place) == at);
        let next = match place {
            Some(place) => order.get(place + 1).or_else(|| order.first().filter(|first| Some(**first) != at)),
            None => order.first(),
        };
        if let Some(next) = next {
            self.looking.chosen = Some(dossier.pages[*next].view.id);
        }
    }

    fn verdict(&mut self, dossier: &Dossier, edit: Edit, reason: String, acts: &mut Vec<Act>) {
        let Some(page) = self.looking.page(dossier) else { return };
        let is_open = page.exception().is_some();
        if edit == Edit::Reject || is_open {
            acts.push(Act::Do(Deed::Pages { pages: vec![page.view.id], edit, reason }));
        }
        self.go_on(dossier);
    }

    /// Carries out a command of this screen; says whether it was one.
    pub fn carry_out(&mut self, command: Command, seen: &Seen<'_>, ctx: &egui::Context, acts: &mut Vec<Act>) -> bool {
        let (texts, dossier) = (seen.texts, seen.dossier);
        match command {
            Command::NextException => self.go_on(dossier),
            Command::Previous | Command::Next => {
                let order = self.order(dossier, self.chip(dossier));
                let at = self.looking.at(dossier);
                let place = order.iter().position(|place| Some(*place) == at);
                let step = |place: usize| if command == Command::Next { place + 1 } else { place.saturating_sub(1) };
                if let Some(next) = order.get(place.map_or(0, step)) {
                    self.looking.chosen = Some(dossier.pages[*next].view.id);
                }
            }
            Command::Last => self.looking.chosen = dossier.pages.last().map(|page| page.view.id),
            Command::Order => self.by_number = !self.by_number,
            Command::ShowText => self.shows_text = !self.shows_text,
            Command::Pass => self.verdict(dossier, Edit::Pass, texts.get("ui-because-good"), acts),
            Command::SendBack => {
                let found = self.looking.page(dossier).and_then(Page::exception);
                let reason = found.map_or_else(|| texts.get("ui-to-be-rescanned"), |found| found.name.clone());
                self.verdict(dossier, Edit::Reject, reason, acts);
            }
            Command::NewDocument => return false,
            _ => return self.looking.carry_out(command, dossier, texts, ctx, acts),
        }
        true
    }
}

/// Draws the screen.
pub fn show(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    state.settle(seen.dossier);
    state.looking.hear(ui);
    if let Some(page) = state.looking.page(seen.dossier) {
        state.seen.insert(page.view.id);
    }
    state.follow_text(seen.dossier, acts);
    let all = ui.available_width();
    let (list, inspector_width) = if all < 1290.0 { (264.0, 296.0) } else { (372.0, 320.0) };
    let frame = || Frame::new().fill(t.panel).stroke(Stroke::new(1.0, t.line));
    if !regions::is_folded(ui.ctx()) {
        Panel::right("check-inspector")
            .exact_size(inspector_width)
            .resizable(false)
            .frame(frame().inner_margin(16))
            .show(ui, |ui| {
                regions::region(ui, &seen.dossier.code);
                inspector(ui, state, seen, acts);
            });
    }
    Panel::left("check-list").exact_size(list).resizable(false).frame(frame().inner_margin(12)).show(ui, |ui| {
        regions::region(ui, &seen.texts.get("ui-pages"));
        contact_sheet(ui, state, seen, gallery, acts);
    });
    let bar = frame().inner_margin(Margin::symmetric(12, 8));
    Panel::top("check-tools").exact_size(48.0).resizable(false).frame(bar).show(ui, |ui| {
        let Some(page) = state.looking.page(seen.dossier) else { return };
        ui.horizontal_centered(|ui| {
            let head = seen.texts.say("ui-page-n", &[("page", page.number.into())]);
            ui.label(RichText::new(head).font(semibold(16.0)).color(t.text));
            if let Some(sheet) = page_keys::sheet(seen.texts, page) {
                ui.scope(|ui| {
                    // The buttons stay whole.
                    ui.set_max_width((ui.available_width() - TOOLS).max(0.0));
                    ui.add(egui::Label::new(RichText::new(&sheet).color(t.text2)).truncate()).on_hover_text(&sheet);
                });
            }
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                let has_room = ui.available_width() > 560.0;
                for command in [
                    Command::Fit,
                    Command::Compare,
                    Command::BeforeAfter,
                    Command::ShowText,
                    Command::TurnRight,
                    Command::Split,
                ] {
                    let (word, cap) = (seen.texts.get(command.label()), command.cap(seen.texts));
                    let action =
                        Action { is_worded: command == Command::Compare && has_room, ..Action::new(&word, &cap) };
                    if action.icon(command.icon()).show(ui, None).clicked() {
                        acts.push(Act::Command(command));
                    }
                }
            });
        });
    });
    CentralPanel::default().frame(Frame::new().fill(t.stage)).show(ui, |ui| {
        regions::region(ui, &seen.texts.get("ui-page"));
        let rect = ui.max_rect();
        if page_keys::covered(ui, rect, seen.texts, seen.dossier) {
            let place = egui::Rect::from_center_size(rect.center() + vec2(0.0, 40.0), vec2(260.0, 32.0));
            let words = format!("{}  {}", seen.texts.get("ui-reveal"), Command::Reveal.cap(seen.texts));
            if ui.put(place, egui::Button::new(words)).clicked() {
                acts.push(Act::Command(Command::Reveal));
            }
            return;
        }
        state.looking.show(ui, rect, seen.texts, seen.dossier, gallery, acts);
    });
}

/// All pages of a chip in small, worst first.
fn contact_sheet(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let (texts, dossier) = (seen.texts, seen.dossier);
    ui.horizontal(|ui| {
        let head = RichText::new(&dossier.code).font(semibold(16.0)).color(t.text);
        let whole = ui.available_width();
        let size = vec2(whole - if whole > 300.0 { 190.0 } else { 80.0 }, 32.0);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
            let label = ui.add(egui::Label::new(head).truncate());
            label.on_hover_text(format!("{}\n{}", dossier.code, dossier.title));
        });
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let word = texts.get(if state.by_number { "ui-by-number" } else { "ui-worst-first" });
            let cap = Command::Order.cap(texts);
            let is_worded = whole > 300.0;
            let action = Action { is_worded, ..Action::new(&word, &cap).icon(Command::Order.icon()) };
            if action.show(ui, None).clicked() {
                acts.push(Act::Command(Command::Order));
            }
        });
    });
    let chosen = state.chip(dossier);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for chip in Chip::ALL {
            let count = texts.count(dossier.pages.iter().filter(|page| chip.takes(page)).count() as u64);
            let label = texts.get(chip.label());
            let words = if chip == Chip::Exceptions { format!("{label} {count}") } else { count.clone() };
            let name = format!("{label} {count}");
            if parts::chip(ui, chip.mark(), &words, &name, chosen == chip).on_hover_text(&name).clicked() {
                state.chip = Some(chip);
            }
        }
    });
    ui.add_space(4.0);
    let order = state.order(dossier, state.chip(dossier));
    if order.is_empty() {
        ui.add_space(16.0);
        let id = if dossier.pages.is_empty() { "ui-no-pages" } else { "ui-none-of-chip" };
        ui.label(RichText::new(texts.get(id)).color(t.text2));
        return;
    }
    let columns = if ui.available_width() > 300.0 { 3 } else { 2 };
    let width = (ui.available_width() - 12.0 - 8.0 * (columns - 1) as f32) / columns as f32;
    let size = vec2(width, width * 1.42 + 22.0);
    let rows = order.len().div_ceil(columns);
    ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
    ScrollArea::vertical().id_salt("contact").auto_shrink([false, false]).show_rows(ui, size.y, rows, |ui, range| {
        for row in range {
            ui.horizontal(|ui| {
                for &at in order.iter().skip(row * columns).take(columns) {
                    let page = &dossier.pages[at];
                    let texture = page_keys::small(gallery, dossier, page);
                    let marks: Vec<Mark> = page_keys::marks(page).into_iter().skip(1).collect();
                    let marks = if marks.is_empty() { vec![Mark::Pass] } else { marks };
                    let thumb = Thumb {
                        size,
                        texture,
                        number: &page.number.to_string(),
                        marks: &marks,
                        is_chosen: state.looking.chosen == Some(page.view.id),
                        name: &page_keys::name(texts, page),
                    };
                    let response = thumb.show(ui);
                    if response.clicked() {
                        state.looking.chosen = Some(page.view.id);
                    }
                }
            });
        }
    });
}

fn inspector(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let (texts, dossier) = (seen.texts, seen.dossier);
    let t = tokens(ui.ctx());
    Panel::bottom("check-verdict").resizable(false).show_separator_line(false).frame(Frame::new()).show(ui, |ui| {
        verdicts(ui, state, seen, acts);
    });
    ScrollArea::vertical().id_salt("check-inspector").auto_shrink([false, false]).show(ui, |ui| {
        if let Some(failure) = &state.refused {
            parts::failed(ui, failure, &texts.get("ui-data-untouched"));
            ui.add_space(8.0);
        }
        if let Some(reason) = &dossier.held {
            let line = texts.get("ui-held-stays");
            Notice { mark: Mark::Held, state: t.held, title: reason, lines: &[&line] }.show(ui);
            if seen.role >= Role::Administrator {
                kept::keep(ui.ctx(), &format!("release/{}", dossier.code), &mut state.release, &String::new());
                let words = ["ui-release-why", "ui-release"];
                decide(ui, texts, words, &mut state.release, Decision::Release, acts);
            }
            return;
        }
        state.release.clear();
        kept::forget(ui.ctx(), &format!("release/{}", dossier.code));
        if !dossier.stays {
            state.clear.clear();
            kept::forget(ui.ctx(), &format!("clear/{}", dossier.code));
        }
        let Some(page) = state.looking.page(dossier) else { return };
        let worst = page.exception();
        let (mark, id) = match worst.map(|found| found.severity) {
            _ if worst.is_some_and(is_sent_back) => (Mark::Rescan, "ui-proposal-waits"),
            Some(Severity::Reject) => (Mark::Reject, "ui-proposal-reject"),
            Some(_) => (Mark::Warn, "ui-proposal-look"),
            None => (Mark::Pass, "ui-proposal-pass"),
        };
        ui.horizontal(|ui| {
            mark.show(ui, t.panel);
            ui.label(RichText::new(texts.get(id)).font(semibold(16.0)).color(t.text));
        });
        ui.label(RichText::new(texts.get("ui-master-untouched")).small().color(t.text2));
        ui.add_space(6.0);
        findings(ui, page);
        if worst.is_some() {
            ui.add_space(8.0);
            reasons(ui, state, seen, acts);
        }
        let Some(page) = state.looking.page(dossier) else { return };
        ui.add_space(10.0);
        about(ui, texts, dossier, page);
        if state.shows_text {
            ui.add_space(10.0);
            recognised(ui, texts, page, state.text.as_ref());
        }
        if dossier.stays {
            ui.add_space(10.0);
            let (title, line) = (texts.get("ui-stays"), texts.get("ui-stays-why"));
            Notice { mark: Mark::Held, state: t.held, title: &title, lines: &[&line] }.show(ui);
            if seen.role >= Role::Administrator {
                kept::keep(ui.ctx(), &format!("clear/{}", dossier.code), &mut state.clear, &String::new());
                decide(ui, texts, ["ui-clear-why", "ui-clear"], &mut state.clear, Decision::Clear, acts);
            }
        }
    });
}

/// An administrator decides, and says why.
fn decide(
    ui: &mut Ui,
    texts: &Texts,
    [why, word]: [&str; 2],
    reason: &mut String,
    decision: fn(String) -> Decision,
    acts: &mut Vec<Act>,
) {
    let t = tokens(ui.ctx());
    ui.add_space(8.0);
    let label = ui.label(RichText::new(texts.get(why)).small().color(t.text2));
    let field = TextEdit::singleline(reason).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 7));
    ui.add(field).labelled_by(label.id);
    let (word, width) = (texts.get(word), ui.available_width());
    let action = Action::new(&word, "").icon(Command::Hold.icon()).enabled(!reason.trim().is_empty());
    if action.show(ui, Some(width)).clicked() {
        acts.push(Act::Do(Deed::Decide(decision(reason.trim().to_owned()))));
    }
}

/// Whether a person sent the page back.
fn is_sent_back(found: &Found) -> bool {
    found.code == PAGE_REJECTED
}

fn findings(ui: &mut Ui, page: &Page) {
    let t = tokens(ui.ctx());
    if page.found.is_empty() {
        return;
    }
    parts::card(ui).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (at, found) in page.found.iter().enumerate() {
            let frame = Frame::new().inner_margin(Margin::symmetric(12, 8));
            let inside = frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 10.0;
                    page_keys::mark(found).show(ui, t.surface);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        ui.label(RichText::new(&found.name).font(semibold(14.0)).color(t.text));
                        ui.label(RichText::new(&found.sentence).small().color(t.text2));
                    });
                });
            });
            if at > 0 {
                let rect = inside.response.rect;
                ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.line));
            }
        }
    });
}

/// The reasons for which the page is good all the same, each with its key.
fn reasons(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let texts = seen.texts;
    let t = tokens(ui.ctx());
    ui.label(RichText::new(texts.get("ui-pass-because")).font(semibold(13.0)).color(t.text2));
    let live = parts::is_live(ui);
    let mut chosen = None;
    for (id, key) in REASONS {
        let words = texts.get(id);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 6.0, t.hover);
        }
        let cap = egui::Rect::from_min_size(rect.min + vec2(2.0, 4.0), vec2(20.0, 20.0));
        ui.painter().rect(cap, 4.0, t.surface, Stroke::new(1.0, t.line2), egui::StrokeKind::Inside);
        let small = FontId::proportional(12.0);
        ui.painter().text(cap.center(), Align2::CENTER_CENTER, key.name(), small, t.text2);
        let at = egui::pos2(cap.right() + 10.0, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, &words, FontId::proportional(14.0), t.text);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
        let is_pressed = live && parts::is_struck(ui, key);
        if response.clicked() || is_pressed {
            chosen = Some(words);
        }
    }
    if let Some(reason) = chosen {
        state.verdict(seen.dossier, Edit::Pass, reason, acts);
    }
}

/// The recognised text, line by line; words that are in doubt stand out as they do on the page.
fn recognised(ui: &mut Ui, texts: &Texts, page: &Page, text: Option<&(PageId, Vec<Vec<Read>>)>) {
    let t = tokens(ui.ctx());
    ui.label(RichText::new(texts.get("ui-recognised-text")).font(semibold(13.0)).color(t.text2));
    if page.view.reading.is_none() {
        ui.label(RichText::new(texts.get("ui-not-read-yet")).color(t.text2));
        return;
    }
    let Some((_, lines)) = text.filter(|(of, _)| *of == page.view.id) else { return };
    let mut job = egui::text::LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let plain = egui::TextFormat { font_id: FontId::proportional(13.0), color: t.text, ..Default::default() };
    let doubtful =
        egui::TextFormat { underline: Stroke::new(1.5, t.warn.fg), background: t.warn.soft, ..plain.clone() };
    for line in lines {
        for word in line {
            job.append(&word.text, 0.0, if word.is_doubtful { doubtful.clone() } else { plain.clone() });
            job.append(" ", 0.0, plain.clone());
        }
        job.append("\n", 0.0, plain.clone());
    }
    ui.add(egui::Label::new(job).selectable(true));
}

/// Where the page comes from.
fn about(ui: &mut Ui, texts: &Texts, dossier: &Dossier, page: &Page) {
    let t = tokens(ui.ctx());
    ui.label(RichText::new(texts.get("ui-about-page")).font(semibold(13.0)).color(t.text2));
    let place = sohoa_catalog::batch::BatchPage::of_path(&page.view.path);
    let batch = place.and_then(|place| dossier.batches.iter().find(|batch| batch.id == place.batch));
    let sha = page.view.master.to_string();
    let rows = [
        ("ui-scanned-at", batch.map(|batch| batch.opened.short_vietnam()).unwrap_or_default()),
        ("ui-scanned-with", batch.map(|batch| batch.device.clone()).unwrap_or_default()),
        ("ui-file", page.view.label.clone()),
        ("ui-size", page_keys::facts(texts, &page.view)),
        ("ui-sha", format!("{}…{}", &sha[..8], &sha[sha.len() - 4..])),
    ];
    for (id, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        ui.horizontal(|ui| {
            ui.set_min_height(20.0);
            let (label, _) = ui.allocate_exact_size(vec2(96.0, 18.0), Sense::hover());
            let font = FontId::proportional(13.0);
            let words = texts.get(id);
            let shown = ui.painter().text(label.left_center(), Align2::LEFT_CENTER, &words, font, t.text2);
            parts::said(ui, shown, &words);
            let full = if id == "ui-sha" { sha.clone() } else { value.clone() };
            ui.add(egui::Label::new(RichText::new(value).size(13.0).color(t.text)).truncate()).on_hover_text(full);
        });
    }
}

/// The verdicts: the proposed one filled, the other outlined; or, when all is decided, the way on.
fn verdicts(ui: &mut Ui, state: &State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let (texts, dossier) = (seen.texts, seen.dossier);
    let t = tokens(ui.ctx());
    ui.add_space(8.0);
    let width = ui.available_width();
    let left = dossier.pages.iter().filter(|page| page.exception().is_some()).count();
    let worst = state.looking.page(dossier).and_then(Page::exception);
    let button = |ui: &mut Ui, command: Command, is_primary: bool, acts: &mut Vec<Act>| {
        let (word, cap) = (texts.get(command.label()), command.cap(texts));
        let action = Action { is_primary, ..Action::new(&word, &cap).icon(command.icon()) };
        if action.show(ui, Some(width)).clicked() {
            acts.push(Act::Command(command));
        }
    };
    // A cut that is being chosen is taken or left first.
    if dossier.held.is_some() || dossier.pages.is_empty() || state.is_asking() {
        return;
    }
    if let Some(page) = state.looking.page(dossier).filter(|page| page.exception().is_some_and(is_sent_back)) {
        button(ui, Command::Pass, false, acts);
        let word = texts.get("ui-rescan-now");
        let cap = Command::Open.cap(texts);
        let is_entered = parts::is_entered(ui);
        let action = Action::new(&word, &cap).primary().icon(Command::Rescan.icon());
        if action.show(ui, Some(width)).clicked() || is_entered {
            acts.push(Act::Replace(page.view.id));
        }
        return;
    }
    if left > 0 {
        let rejects = worst.is_some_and(|found| found.severity == Severity::Reject);
        button(ui, if rejects { Command::Pass } else { Command::SendBack }, false, acts);
        button(ui, if rejects { Command::SendBack } else { Command::Pass }, true, acts);
        let words = texts.say("ui-exceptions-left", &[("left", left.into())]);
        ui.vertical_centered(|ui| ui.label(RichText::new(words).small().color(t.text2)));
        return;
    }
    button(ui, Command::SendBack, false, acts);
    let unseen = dossier.sample.iter().filter(|page| !state.seen.contains(page)).count();
    if dossier.state == DossierState::Signed {
        let values = [
            ("all", dossier.sample.len().into()),
            ("seen", (dossier.sample.len() - unseen).into()),
            ("percent", u32::from(dossier.sample_percent).into()),
        ];
        ui.label(RichText::new(texts.say("ui-sample", &values)).small().color(t.text2));
        let next = dossier
            .pages
            .iter()
            .find(|page| dossier.sample.contains(&page.view.id) && !state.seen.contains(&page.view.id));
        let word = match next {
            Some(page) => texts.say("ui-look-at-sample", &[("page", page.number.into())]),
            None => texts.get("ui-accept-dossier"),
        };
        let action = Action::new(&word, "Enter").primary().icon(Command::Pass.icon());
        let is_entered = parts::is_entered(ui);
        if action.show(ui, Some(width)).clicked() || is_entered {
            acts.push(match next {
                Some(page) => Act::Look(page.view.id),
                None => Act::Do(Deed::Decide(Decision::Accept)),
            });
        }
        return;
    }
    ui.label(
        RichText::new(texts.say("ui-no-exceptions", &[("dossier", (&dossier.code).into())])).small().color(t.text2),
    );
    if let Some(next) = seen.next {
        let word = texts.say("ui-next-dossier", &[("dossier", next.into())]);
        let action = Action::new(&word, "Enter").primary();
        let is_entered = parts::is_entered(ui);
        if action.show(ui, Some(width)).clicked() || is_entered {
            acts.push(Act::Open(next.to_owned(), Screen::Check));
        }
    }
}
