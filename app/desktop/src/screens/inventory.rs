//! Inventory: every dossier, filtered as one types; only the rows that are seen are drawn.

use eframe::egui;
use egui::{Align2, FontId, Margin, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};
use sohoa_shell::Texts;

use crate::model::{Chip, DossierLine, Snapshot};
use crate::parts::{self, Mark};
use crate::theme::{semibold, tokens};
use sohoa_model::fold;

/// Height of a row.
const ROW: f32 = 28.0;
/// Where the columns begin, as shares of the width: code, title, box, pages, state.
const COLUMNS: [f32; 5] = [0.03, 0.23, 0.64, 0.70, 0.80];

/// What is typed, the chip that is chosen, and which dossiers that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    text: String,
    chip: Chip,
    /// The places of the dossiers that are left, for this text and chip; none after the archive was read again.
    left: Option<(String, Chip, Vec<usize>)>,
}

impl Filter {
    /// A filter that was not asked yet.
    pub fn new(text: String, chip: Chip) -> Self {
        Self { text, chip, left: None }
    }

    /// The archive was read again: what was left may be so no more.
    pub fn forget(&mut self) {
        self.left = None;
    }

    /// The places of the dossiers that are left; looked for again only when something changed.
    fn left(&mut self, dossiers: &[DossierLine]) -> &[usize] {
        let is_fresh = self.left.as_ref().is_some_and(|(text, chip, _)| *text == self.text && *chip == self.chip);
        if !is_fresh {
            let wanted: String = fold::letters(&self.text).collect();
            let takes = |at: &usize| self.chip.takes(&dossiers[*at]) && dossiers[*at].matches(&wanted);
            let places = (0..dossiers.len()).filter(takes).collect();
            self.left = Some((self.text.clone(), self.chip, places));
        }
        self.left.as_ref().map_or(&[], |(_, _, places)| places)
    }
}

/// Draws it.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, filter: &mut Filter) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        let hint = texts.get("ui-filter");
        let label = ui.label(egui::RichText::new(&hint).color(t.text2));
        let field = TextEdit::singleline(&mut filter.text).desired_width(360.0).margin(Margin::symmetric(10, 7));
        ui.add(field).labelled_by(label.id);
    });
    ui.horizontal_wrapped(|ui| {
        for chip in std::iter::once(Chip::All).chain(Chip::WAITING) {
            let label = format!("{}  {}", texts.get(chip.label()), snapshot.count(chip));
            if ui.selectable_label(filter.chip == chip, label).clicked() {
                filter.chip = chip;
            }
        }
    });
    ui.add_space(6.0);
    let left = filter.left(&snapshot.dossiers);
    parts::card(ui).inner_margin(Margin::same(1)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let width = ui.available_width();
        let heads = ["field-code", "field-title", "ui-box", "ui-pages", "field-state"].map(|id| texts.get(id));
        let (head, _) = ui.allocate_exact_size(vec2(width, 30.0), Sense::hover());
        ui.painter().rect_filled(head, 0.0, t.panel);
        for (at, (place, words)) in COLUMNS.iter().zip(&heads).enumerate() {
            let (x, align) = column(head.left(), width, at, *place);
            ui.painter().text(pos2(x, head.center().y), align, words, semibold(13.0), t.text2);
        }
        if left.is_empty() {
            let (rect, _) = ui.allocate_exact_size(vec2(width, 80.0), Sense::hover());
            let id = if snapshot.dossiers.is_empty() { "ui-inventory-empty" } else { "ui-no-match" };
            let words = texts.get(id);
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, FontId::proportional(14.0), t.text2);
            return;
        }
        ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW, left.len(), |ui, range| {
            for &at in &left[range] {
                row(ui, texts, &snapshot.dossiers[at]);
            }
        });
    });
}

/// Where the words of a column stand: numbers at its right.
fn column(left: f32, width: f32, at: usize, place: f32) -> (f32, Align2) {
    match at {
        3 => (left + width * (COLUMNS[4] - 0.02), Align2::RIGHT_CENTER),
        _ => (left + width * place, Align2::LEFT_CENTER),
    }
}

fn row(ui: &mut Ui, texts: &Texts, line: &DossierLine) {
    let t = tokens(ui.ctx());
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
    let ground = if response.hovered() { t.hover } else { t.surface };
    ui.painter().rect_filled(rect, 0.0, ground);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, t.line));
    mark(line).paint(ui, pos2(rect.left() + 14.0, rect.center().y), ground);
    let pages = match line.expected {
        Some(expected) => format!("{} / {expected}", line.pages),
        None => line.pages.to_string(),
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
        ui.painter().with_clip_rect(room.intersect(ui.clip_rect())).text(
            pos2(x, rect.center().y),
            align,
            words,
            FontId::proportional(13.0),
            colour,
        );
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, cells.join(" · ")));
    response.on_hover_text(format!("{}\n{}\n{}", line.code, line.title, line.fonds));
}

fn mark(line: &DossierLine) -> Mark {
    use sohoa_model::dossier_state::DossierState;
    match line.state {
        _ if line.held => Mark::Held,
        _ if line.rescan => Mark::Rescan,
        _ if line.batch_open => Mark::Unsaved,
        _ if line.open_findings > 0 => Mark::Warn,
        DossierState::Planned => Mark::Planned,
        _ => Mark::Pass,
    }
}
