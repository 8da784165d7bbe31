//! Inventory: fonds, series and boxes at the left, every dossier, filtered as one types; only the rows that are seen are
//! drawn. What is chosen stands at the right with its next step.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui;
use egui::{
    Align2, CentralPanel, FontId, Frame, Key, Margin, Modifiers, Panel, RichText, Role, ScrollArea, Sense, Stroke,
    TextEdit, Ui, WidgetInfo, pos2, vec2,
};
use sohoa_model::dossier_state::DossierState;
use sohoa_model::fold;
use sohoa_shell::report::Report;
use sohoa_shell::{Texts, history};

use crate::command::Command;
use crate::model::{Branch, Chip, DossierLine, Snapshot, TreeLine};
use crate::parts::{self, Action, Mark};
use crate::regions;
use crate::screens::{Act, Screen};
use crate::theme::{semibold, tokens};

/// Height of a row.
const ROW: f32 = 28.0;
/// Where the columns begin, as shares of the width: code, title, box, pages, state.
const COLUMNS: [f32; 5] = [0.05, 0.27, 0.60, 0.66, 0.76];

/// What is typed, the chip and the branch that are chosen, which dossiers that leaves, and which of them is chosen.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
    chip: Option<Chip>,
    branch: Branch,
    /// The codes of those that are meant at all, and what they are in words.
    only: Option<(String, BTreeSet<String>)>,
    /// The places of the dossiers that are left, for this text, chip and branch; none after the archive was read again.
    left: Option<(String, Option<Chip>, Branch, Vec<usize>)>,
    /// The places of the lines of the tree that are seen; none after a branch was opened or closed.
    seen: Option<Vec<usize>>,
    open: BTreeSet<Branch>,
    chosen: Option<String>,
    scrolls: bool,
    /// Whether what is typed next is to go into the filter.
    pub is_asked_for: bool,
}

impl Filter {
    /// A filter that was not asked yet.
    pub fn new(text: String, chip: Chip) -> Self {
        Self { text, chip: Some(chip), ..Self::default() }
    }

    /// A filter that leaves the dossiers with these codes, which are this in words.
    pub fn only(words: String, codes: BTreeSet<String>) -> Self {
        Self { only: Some((words, codes)), ..Self::new(String::new(), Chip::All) }
    }

    /// A filter that leaves the dossiers of a branch, which is open in the tree.
    pub fn branch(branch: Branch) -> Self {
        let mut filter = Self { branch: branch.clone(), ..Self::new(String::new(), Chip::All) };
        for depth in (1..branch.len()).filter(|depth| !branch[*depth - 1].is_empty()) {
            let mut above = branch.clone();
            above[depth..].iter_mut().for_each(String::clear);
            filter.unfold(&above);
        }
        filter
    }

    /// The archive was read again: what was left may be so no more.
    pub fn forget(&mut self) {
        self.left = None;
        self.seen = None;
    }

    fn chip(&self) -> Chip {
        self.chip.unwrap_or(Chip::All)
    }

    /// Looks for what is left, again only when something changed.
    fn find(&mut self, dossiers: &[Arc<DossierLine>]) {
        let is_fresh = self
            .left
            .as_ref()
            .is_some_and(|(text, chip, branch, _)| *text == self.text && *chip == self.chip && *branch == self.branch);
        if is_fresh {
            return;
        }
        let wanted: String = fold::letters(&self.text).collect();
        let takes = |at: &usize| {
            let line = &dossiers[*at];
            let is_meant = self.only.as_ref().is_none_or(|(_, codes)| codes.contains(&line.code));
            is_meant && self.chip().takes(line) && is_in(line, &self.branch) && line.matches(&wanted)
        };
        let places = (0..dossiers.len()).filter(takes).collect();
        self.left = Some((self.text.clone(), self.chip, self.branch.clone(), places));
    }

    fn left(&self) -> &[usize] {
        self.left.as_ref().map_or(&[], |(_, _, _, places)| places)
    }

    /// Where the chosen dossier stands among those that are left.
    fn place(&self, dossiers: &[Arc<DossierLine>]) -> Option<usize> {
        let chosen = self.chosen.as_ref()?;
        self.left().binary_search_by(|&at| dossiers[at].code.cmp(chosen)).ok()
    }

    /// The places of the lines of the tree that are seen: all that they belong to is open.
    fn seen(&mut self, tree: &[TreeLine]) -> &[usize] {
        let open = &self.open;
        self.seen.get_or_insert_with(|| {
            let above = |line: &TreeLine, depth: usize| {
                let mut branch = line.branch.clone();
                branch[depth..].iter_mut().for_each(String::clear);
                branch
            };
            let is_open = |line: &TreeLine| (1..=line.depth).all(|depth| open.contains(&above(line, depth)));
            (0..tree.len()).filter(|&at| is_open(&tree[at])).collect()
        })
    }

    /// Opens a branch.
    fn unfold(&mut self, branch: &Branch) {
        self.seen = None;
        self.open.insert(branch.clone());
    }

    /// Opens a branch, or closes it.
    fn turn(&mut self, branch: &Branch) {
        self.seen = None;
        if !self.open.remove(branch) {
            self.open.insert(branch.clone());
        }
    }
}

/// What the list shows now, to be written down.
pub fn listed(texts: &Texts, snapshot: &Snapshot, filter: &Filter) -> Report {
    let row = |at: &usize| {
        let line = &snapshot.dossiers[*at];
        let state = texts.get(&format!("state-{}", line.state.word()));
        let place = [line.fonds.clone(), line.series.clone(), line.box_code.clone()];
        let [fonds, series, in_box] = place;
        ([line.code.clone(), line.title.clone(), fonds, series, in_box, state], line.pages, line.expected)
    };
    Report::of_dossiers(texts, &snapshot.title, filter.left().iter().map(row))
}

fn is_in(line: &DossierLine, branch: &Branch) -> bool {
    let own = [&line.fonds, &line.series, &line.box_code];
    branch.iter().zip(own).all(|(wanted, own)| wanted.is_empty() || wanted == own)
}

/// Draws it.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, filter: &mut Filter, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let width = ui.available_width();
    let frame = Frame::new().fill(t.app);
    if width > 900.0 {
        let tree_width = if width < 1250.0 { 220.0 } else { 260.0 };
        Panel::left("inventory-tree")
            .exact_size(tree_width)
            .resizable(false)
            .show_separator_line(false)
            .frame(frame)
            .show(ui, |ui| {
                regions::region(ui, &texts.get("ui-whole-archive"));
                tree(ui, texts, snapshot, filter);
            });
    }
    if filter.chosen.as_ref().is_none_or(|code| line_of(snapshot, code).is_none()) {
        // Something is always chosen, so that nothing moves when it is.
        filter.find(&snapshot.dossiers);
        filter.chosen = filter.left().first().map(|&at| snapshot.dossiers[at].code.clone());
    }
    let chosen = filter.chosen.as_ref().and_then(|code| line_of(snapshot, code));
    if let Some(line) = chosen.filter(|_| width > 800.0 && !regions::is_folded(ui.ctx())) {
        Panel::right("inventory-inspector")
            .exact_size(300.0)
            .resizable(false)
            .show_separator_line(false)
            .frame(Frame::new().fill(t.app).inner_margin(Margin { left: 12, ..Margin::ZERO }))
            .show(ui, |ui| {
                regions::region(ui, &line.code);
                inspector(ui, texts, line, acts);
            });
    }
    let frame = Frame::new().fill(t.app).inner_margin(Margin { left: 12, ..Margin::ZERO });
    CentralPanel::default().frame(frame).show(ui, |ui| {
        regions::region(ui, &texts.get("ui-inventory"));
        fields(ui, texts, snapshot, filter, acts);
        ui.add_space(6.0);
        filter.find(&snapshot.dossiers);
        keys(ui, snapshot, filter, acts);
        table(ui, texts, snapshot, filter, acts);
    });
}

fn line_of<'s>(snapshot: &'s Snapshot, code: &str) -> Option<&'s DossierLine> {
    let at = snapshot.dossiers.binary_search_by(|line| line.code.as_str().cmp(code)).ok()?;
    snapshot.dossiers.get(at).map(|line| &**line)
}

fn fields(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, filter: &mut Filter, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(texts.get("ui-filter")).color(t.text2));
        // Beside it the import has its place, also where the window is enlarged.
        let width = (ui.available_width() - 230.0).clamp(120.0, 320.0);
        let field = TextEdit::singleline(&mut filter.text).desired_width(width).margin(Margin::symmetric(10, 7));
        let field = ui.add(field).labelled_by(label.id);
        let (word, cap) = (texts.get(Command::ImportInventory.label()), Command::ImportInventory.cap(texts));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if Action::new(&word, &cap).icon(Command::ImportInventory.icon()).show(ui, None).clicked() {
                acts.push(Act::Command(Command::ImportInventory));
            }
        });
        if std::mem::take(&mut filter.is_asked_for) {
            field.request_focus();
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if let Some((words, codes)) = &filter.only {
            let label = format!("{words}  {}  ×", texts.count(codes.len() as u64));
            let name = texts.say("ui-drop-filter", &[("filter", words.into())]);
            if parts::chip(ui, None, &label, &name, true).on_hover_text(&name).clicked() {
                filter.only = None;
                filter.forget();
            }
        }
        let chosen = filter.chip();
        let is_shown = |chip: &Chip| *chip == chosen || snapshot.count(*chip) > 0;
        for chip in std::iter::once(Chip::All).chain(Chip::WAITING.into_iter().filter(is_shown)) {
            let label = format!("{}  {}", texts.get(chip.label()), texts.count(snapshot.count(chip) as u64));
            if parts::chip(ui, None, &label, &label, chosen == chip).clicked() {
                filter.chip = Some(chip);
            }
        }
    });
}

/// Rows by the arrows; the next step of the chosen one by Enter.
fn keys(ui: &mut Ui, snapshot: &Snapshot, filter: &mut Filter, acts: &mut Vec<Act>) {
    if !parts::is_uncovered(ui) {
        return;
    }
    let left = filter.left();
    let code = |at: usize| snapshot.dossiers[left[at]].code.clone();
    let page = 20;
    let step = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        if pressed(Key::ArrowDown) {
            Some(1)
        } else if pressed(Key::ArrowUp) {
            Some(-1)
        } else if pressed(Key::PageDown) {
            Some(page)
        } else if pressed(Key::PageUp) {
            Some(-page)
        } else {
            None
        }
    });
    if let Some(step) = step.filter(|_| !left.is_empty()) {
        let last = left.len() - 1;
        let at = filter.place(&snapshot.dossiers);
        let next = at.map_or(0, |at| at.saturating_add_signed(step)).min(last);
        let chosen = code(next);
        filter.chosen = Some(chosen);
        filter.scrolls = true;
        return;
    }
    let chosen = filter.chosen.as_ref().and_then(|code| line_of(snapshot, code));
    if let Some(line) = chosen
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter))
    {
        acts.push(Act::Open(line.code.clone(), step_of(line)));
    }
}

/// Where the next step of a dossier is done.
pub fn step_of(line: &DossierLine) -> Screen {
    match line.state {
        _ if line.batch_open || line.rescan => Screen::Scan,
        DossierState::Planned => Screen::Scan,
        _ => Screen::Check,
    }
}

fn tree(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, filter: &mut Filter) {
    let t = tokens(ui.ctx());
    let seen = filter.seen(&snapshot.tree).to_vec();
    parts::card(ui).inner_margin(Margin::same(1)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let head = texts.get("ui-whole-archive");
        if branch_row(ui, &head, 0, None, filter.branch == Branch::default(), None) == Some(false) {
            filter.branch = Branch::default();
        }
        ScrollArea::vertical().id_salt("tree").auto_shrink([false, false]).show_rows(
            ui,
            ROW,
            seen.len(),
            |ui, range| {
                for &at in &seen[range] {
                    let line = &snapshot.tree[at];
                    let name = match line.depth {
                        2 => texts.say("ui-box-n", &[("box", (&line.branch[2]).into())]),
                        depth => line.branch[depth].clone(),
                    };
                    let share = line.done.saturating_mul(1000).checked_div(line.all).unwrap_or(0);
                    let share = format!("{} %", history::decimal(texts, share));
                    let has_more = line.depth < 2;
                    let is_open = has_more.then(|| filter.open.contains(&line.branch));
                    let is_chosen = filter.branch == line.branch;
                    match branch_row(ui, &name, line.depth + 1, is_open, is_chosen, Some(&share)) {
                        Some(true) => filter.turn(&line.branch),
                        Some(false) => {
                            filter.branch.clone_from(&line.branch);
                            if has_more {
                                filter.unfold(&line.branch);
                            }
                        }
                        None => {}
                    }
                }
                if seen.is_empty() {
                    ui.label(RichText::new(texts.get("ui-no-branches")).small().color(t.text3));
                }
            },
        );
    });
}

/// A row of the tree; says whether its arrow (true) or its name (false) was pressed.
fn branch_row(
    ui: &mut Ui,
    name: &str,
    depth: usize,
    is_open: Option<bool>,
    is_chosen: bool,
    share: Option<&str>,
) -> Option<bool> {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let fill = parts::ground(t, &response, is_chosen);
    ui.painter().rect_filled(rect, 4.0, fill);
    let indent = rect.left() + 8.0 + 14.0 * depth as f32;
    let font = if is_chosen { semibold(13.0) } else { FontId::proportional(13.0) };
    if let Some(is_open) = is_open {
        let icon = if is_open { lucide_icons::Icon::ChevronDown } else { lucide_icons::Icon::ChevronRight };
        let at = pos2(indent, rect.center().y);
        ui.painter().text(at, Align2::CENTER_CENTER, char::from(icon), FontId::proportional(14.0), t.text2);
    }
    let mut end = rect.right() - 10.0;
    if let Some(share) = share {
        let at = pos2(end, rect.center().y);
        let shown = ui.painter().text(at, Align2::RIGHT_CENTER, share, FontId::proportional(12.0), t.text2);
        end = shown.left() - 8.0;
    }
    let room = egui::Rect::from_x_y_ranges(indent + 10.0..=end, rect.y_range());
    let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
    painter.text(pos2(indent + 12.0, rect.center().y), Align2::LEFT_CENTER, name, font, t.text);
    response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, is_chosen, name));
    let pointer = response.interact_pointer_pos();
    let is_pressed = response.clicked();
    response.on_hover_text(name);
    is_pressed.then(|| is_open.is_some() && pointer.is_some_and(|at| at.x < indent + 10.0))
}

fn table(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, filter: &mut Filter, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let (mut chosen, mut opened) = (None, None);
    parts::card(ui).inner_margin(Margin::same(1)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let width = ui.available_width();
        let heads = ["field-code", "field-title", "ui-box", "ui-pages", "field-state"].map(|id| texts.get(id));
        let (head, _) = ui.allocate_exact_size(vec2(width, 30.0), Sense::hover());
        ui.painter().rect_filled(head, 0.0, t.panel);
        for (at, (place, words)) in COLUMNS.iter().zip(&heads).enumerate() {
            let (x, align) = column(head.left(), width, at, *place);
            let shown = ui.painter().text(pos2(x, head.center().y), align, words, semibold(13.0), t.text2);
            parts::said(ui, shown, words);
        }
        let left = filter.left();
        if left.is_empty() {
            let (rect, _) = ui.allocate_exact_size(vec2(width, 80.0), Sense::hover());
            let id = if snapshot.dossiers.is_empty() { "ui-inventory-empty" } else { "ui-no-match" };
            let (words, font) = (texts.get(id), FontId::proportional(14.0));
            let shown = ui.painter().text(rect.center(), Align2::CENTER_CENTER, &words, font, t.text2);
            parts::said(ui, shown, &words);
            return;
        }
        let mut area = ScrollArea::vertical().id_salt("dossiers").auto_shrink([false, false]);
        if let Some(at) = filter.place(&snapshot.dossiers).filter(|_| filter.scrolls) {
            let middle = ROW * at as f32 - ui.available_height() / 2.0;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
        area.show_rows(ui, ROW, left.len(), |ui, range| {
            for &at in &left[range] {
                let line = &snapshot.dossiers[at];
                let response = row(ui, texts, line, filter.chosen.as_ref() == Some(&line.code));
                if response.double_clicked() {
                    opened = Some(at);
                } else if response.clicked() {
                    chosen = Some(line.code.clone());
                }
            }
        });
    });
    filter.scrolls = false;
    if chosen.is_some() {
        filter.chosen = chosen;
    }
    if let Some(at) = opened {
        let line = &snapshot.dossiers[at];
        acts.push(Act::Open(line.code.clone(), step_of(line)));
    }
}

/// Where the words of a column stand: numbers at its right.
fn column(left: f32, width: f32, at: usize, place: f32) -> (f32, Align2) {
    match at {
        3 => (left + width * (COLUMNS[4] - 0.02), Align2::RIGHT_CENTER),
        _ => (left + width * place, Align2::LEFT_CENTER),
    }
}

fn row(ui: &mut Ui, texts: &Texts, line: &DossierLine, is_chosen: bool) -> egui::Response {
    let t = tokens(ui.ctx());
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
    let ground = parts::ground(t, &response, is_chosen);
    ui.painter().rect_filled(rect, 0.0, ground);
    if is_chosen {
        let strip = egui::Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(strip, 0.0, t.accent);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, t.line));
    mark(line).paint(ui, pos2(rect.left() + 18.0, rect.center().y), ground);
    let pages = match line.expected {
        Some(expected) => format!("{} / {}", texts.count(line.pages.into()), texts.count(expected.into())),
        None => texts.count(line.pages.into()),
    };
    let state = texts.get(&format!("state-{}", line.state.word()));
    let cells = [line.code.clone(), line.title.clone(), line.box_code.clone(), pages, state];
    for (at, (place, words)) in COLUMNS.iter().zip(&cells).enumerate() {
        let (x, align) = column(rect.left(), width, at, *place);
        let end = COLUMNS.get(at + 1).copied().unwrap_or(1.0);
        let room = egui::Rect::from_x_y_ranges(
            rect.left() + width * place..=rect.left() + width * (end - 0.01).max(*place),
            rect.y_range(),
        );
        let colour = if at == 0 { t.text } else { t.text2 };
        let galley = parts::cut(ui, words, FontId::proportional(13.0), colour, room.width());
        let place = align.anchor_size(pos2(x, rect.center().y), galley.size());
        ui.painter().galley(place.min, galley, colour);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, cells.join(" · ")));
    response.on_hover_text(format!("{}\n{}\n{}", line.code, line.title, line.fonds))
}

/// The mark of how a dossier stands.
pub fn mark(line: &DossierLine) -> Mark {
    match line.state {
        _ if line.held => Mark::Held,
        _ if line.rescan => Mark::Rescan,
        _ if line.batch_open => Mark::Unsaved,
        _ if line.exceptions > 0 => Mark::Warn,
        DossierState::Planned => Mark::Planned,
        _ => Mark::Pass,
    }
}

/// What is known of the chosen dossier, its steps, and the next one as the button.
fn inspector(ui: &mut Ui, texts: &Texts, line: &DossierLine, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_height(ui.available_height());
        Panel::bottom("inventory-next").resizable(false).show_separator_line(false).frame(Frame::new()).show(
            ui,
            |ui| {
                let screen = step_of(line);
                let id = match (screen, line.state) {
                    (Screen::Scan, DossierState::Planned) => "ui-scan-this",
                    (Screen::Scan, _) => "ui-scan-on",
                    _ => "ui-check-this",
                };
                let (word, cap) = (texts.get(id), Command::Open.cap(texts));
                let icon = if screen == Screen::Scan { Command::ShowScan.icon() } else { Command::ShowCheck.icon() };
                let width = ui.available_width();
                let other = if screen == Screen::Scan { Screen::Check } else { Screen::Scan };
                let other_word = texts.get(if other == Screen::Scan { "ui-scan-on" } else { "ui-check-this" });
                if line.pages > 0 && Action::new(&other_word, "").show(ui, Some(width)).clicked() {
                    acts.push(Act::Open(line.code.clone(), other));
                }
                if Action::new(&word, &cap).primary().icon(icon).enabled(!line.held).show(ui, Some(width)).clicked() {
                    acts.push(Act::Open(line.code.clone(), screen));
                }
            },
        );
        ScrollArea::vertical().id_salt("inventory-inspector").auto_shrink([false, false]).show(ui, |ui| {
            ui.label(RichText::new(&line.code).font(semibold(16.0)).color(t.text));
            ui.label(RichText::new(&line.title).color(t.text));
            let above: Vec<&str> =
                [line.fonds.as_str(), line.series.as_str()].into_iter().filter(|word| !word.is_empty()).collect();
            ui.label(RichText::new(above.join(" › ")).small().color(t.text2));
            if !line.box_code.is_empty() {
                let words = texts.say("ui-box-n", &[("box", (&line.box_code).into())]);
                ui.label(RichText::new(words).small().color(t.text2));
            }
            ui.add_space(8.0);
            for (is_so, mark, id) in [
                (line.held, Mark::Held, "ui-chip-held"),
                (line.rescan, Mark::Rescan, "ui-chip-rescan"),
                (line.batch_open, Mark::Unsaved, "ui-chip-batch-open"),
                (Chip::Findings.takes(line), Mark::Warn, "ui-chip-findings"),
            ] {
                if is_so {
                    ui.horizontal(|ui| {
                        mark.show(ui, t.surface);
                        ui.label(RichText::new(texts.get(id)).color(t.text));
                    });
                }
            }
            ui.add_space(8.0);
            ui.label(RichText::new(texts.get("ui-steps")).font(semibold(13.0)).color(t.text2));
            ui.spacing_mut().item_spacing.y = 2.0;
            for state in DossierState::ALL {
                ui.horizontal(|ui| {
                    ui.set_min_height(22.0);
                    let is_done = state <= line.state;
                    let mark = if is_done { Mark::Pass } else { Mark::Planned };
                    mark.show(ui, t.surface);
                    let colour = if is_done { t.text } else { t.text3 };
                    ui.label(RichText::new(texts.get(&format!("state-{}", state.word()))).size(13.0).color(colour));
                });
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tree;

    fn line(fonds: &str, series: &str, box_code: &str, state: DossierState) -> DossierLine {
        DossierLine::for_tests(fonds, series, box_code, state)
    }

    #[test]
    fn the_tree_counts_what_is_done_on_every_branch() {
        let lines = [
            line("A", "1", "7", DossierState::Accepted),
            line("A", "1", "8", DossierState::Planned),
            line("A", "1", "8", DossierState::Delivered),
            line("A", "", "9", DossierState::Planned),
            line("B", "", "", DossierState::Signed),
        ]
        .map(Arc::new);
        let tree = tree(&lines);
        let counts: Vec<(usize, u64, u64)> = tree.iter().map(|line| (line.depth, line.done, line.all)).collect();
        assert_eq!(counts, [(0, 2, 4), (2, 0, 1), (1, 2, 3), (2, 1, 1), (2, 1, 2), (0, 0, 1)]);
        let mut filter = Filter::new(String::new(), Chip::All);
        assert_eq!(filter.seen(&tree), [0, 5]);
        filter.unfold(&tree[0].branch);
        assert_eq!(filter.seen(&tree), [0, 1, 2, 5]);
        filter.turn(&tree[2].branch);
        assert_eq!(filter.seen(&tree), [0, 1, 2, 3, 4, 5]);
        filter.turn(&tree[0].branch);
        assert_eq!(filter.seen(&tree), [0, 5]);
        filter.branch = tree[3].branch.clone();
        filter.find(&lines);
        assert_eq!(filter.left(), [0]);
    }

    #[test]
    fn the_chosen_dossier_is_found_among_those_that_are_left() {
        let lines: Vec<Arc<DossierLine>> =
            ["1", "2", "3"].map(|box_code| Arc::new(line("A", "1", box_code, DossierState::Planned))).to_vec();
        let mut filter = Filter::new(String::new(), Chip::All);
        filter.find(&lines);
        filter.chosen = Some(lines[2].code.clone());
        assert_eq!(filter.place(&lines), Some(2));
        filter.branch = ["A", "1", "3"].map(str::to_owned);
        filter.find(&lines);
        assert_eq!(filter.place(&lines), Some(0));
        filter.chosen = Some(lines[0].code.clone());
        assert_eq!(filter.place(&lines), None);
    }
}
