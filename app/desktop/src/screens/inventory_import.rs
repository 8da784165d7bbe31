//! A spreadsheet becomes the next version of the inventory: what it changes is shown before it does.

use std::path::PathBuf;

use eframe::egui;
use egui::{Align, Key, Layout, Modal, RichText, ScrollArea, Ui};
use sohoa_pipeline::inventory::InventoryOutcome;
use sohoa_shell::{Failure, Texts, reasons};

use crate::parts::{self, Action};
use crate::screens::path_field::{PathField, TABLES};
use crate::theme::{semibold, tokens};

/// Width of the question, at most.
const WIDTH: f32 = 760.0;
/// Codes that are named of each kind, at most.
const NAMED: usize = 200;

/// What is typed, and what it would change.
#[derive(Default)]
pub struct State {
    file: PathField,
    waits: bool,
    shown: Option<(PathBuf, Box<InventoryOutcome>)>,
    refused: Option<Failure>,
    had_focus: bool,
    /// The new version is written; what the window shows is still the one before.
    is_taken: bool,
}

/// What was decided.
pub enum Choice {
    /// What the file would change is to be shown.
    Preview(PathBuf),
    /// The file is taken.
    Take(PathBuf),
    /// Nothing is done.
    Leave,
}

impl State {
    /// The new version is written: it goes away with the first list that has it.
    pub fn taken(&mut self) {
        self.is_taken = true;
    }

    /// Whether nothing is left to wait for once the archive was read again.
    pub fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// What a file would change is known, or why not.
    pub fn previewed(&mut self, path: PathBuf, outcome: Result<Box<InventoryOutcome>, Failure>) {
        self.waits = false;
        match outcome {
            Ok(outcome) => self.shown = Some((path, outcome)),
            Err(failure) => self.refused = Some(failure),
        }
    }
}

/// Draws it above the inventory.
pub fn show(ui: &Ui, texts: &Texts, state: &mut State) -> Option<Choice> {
    let t = tokens(ui.ctx());
    let mut choice = None;
    let shown = Modal::new(egui::Id::unique("inventory-import")).frame(parts::modal(ui)).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 80.0));
        ui.label(RichText::new(texts.get("ui-import-inventory")).font(semibold(20.0)).color(t.text));
        let words = texts.get("ui-inventory-file");
        let label = ui.label(RichText::new(&words).small().color(t.text2));
        let field = ui.horizontal(|ui| {
            let width = ui.available_width();
            state.file.show(ui, texts, &words, TABLES, width, !state.waits).labelled_by(label.id)
        });
        let field = field.inner;
        if let Some(path) = parts::dropped(ui).filter(|_| !state.waits) {
            state.file.fill(path);
        }
        let is_filled = state.file.was_filled();
        if !std::mem::replace(&mut state.had_focus, true) {
            field.request_focus();
        }
        if field.changed() || is_filled {
            state.shown = None;
            state.refused = None;
        }
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some(failure) = &state.refused {
            parts::failed(ui, failure, &texts.get("ui-data-untouched"));
        }
        if let Some((_, outcome)) = &state.shown {
            changes(ui, texts, outcome);
        }
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            let back = texts.get("ui-leave");
            if Action::new(&back, "Esc").show(ui, None).clicked() {
                choice = Some(Choice::Leave);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| match &state.shown {
                Some((shown, outcome)) => {
                    let change = &outcome.change;
                    let changes = change.added.len() + change.changed.len() + change.removed.len();
                    let word = texts.say("ui-take-version", &[("version", change.version.into())]);
                    let can = changes > 0 && !state.waits;
                    if Action::new(&word, "").primary().enabled(can).show(ui, None).clicked() {
                        state.waits = true;
                        choice = Some(Choice::Take(shown.clone()));
                    }
                }
                None => {
                    let word = texts.get("ui-preview");
                    let can = !state.file.is_empty() && !state.waits;
                    let action = Action::new(&word, "Enter").primary().enabled(can);
                    if (action.show(ui, None).clicked() || is_entered || is_filled) && can {
                        state.waits = true;
                        choice = Some(Choice::Preview(state.file.path()));
                    }
                }
            });
        });
    });
    if shown.should_close() && choice.is_none() {
        choice = Some(Choice::Leave);
    }
    choice
}

/// What is added, changed and missing, side by side; what is missing is never deleted. Then what was refused.
fn changes(ui: &mut Ui, texts: &Texts, outcome: &InventoryOutcome) {
    let t = tokens(ui.ctx());
    let change = &outcome.change;
    ui.add_space(8.0);
    let words = texts.say("ui-unchanged-rows", &[("rows", change.unchanged.into())]);
    ui.label(RichText::new(words).small().color(t.text2));
    let changed: Vec<String> =
        change.changed.iter().map(|(code, fields)| format!("{code}: {}", fields.join(", "))).collect();
    ui.columns(3, |columns| {
        for (column, (id, codes)) in columns.iter_mut().zip([
            ("ui-rows-added", &change.added),
            ("ui-rows-changed", &changed),
            ("ui-rows-missing", &change.removed),
        ]) {
            let words = texts.say(id, &[("rows", codes.len().into())]);
            column.label(RichText::new(words).font(semibold(14.0)).color(t.text));
            ScrollArea::vertical().id_salt(id).max_height(220.0).auto_shrink([false, true]).show(column, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for code in codes.iter().take(NAMED) {
                    let label = egui::Label::new(RichText::new(code).size(13.0).color(t.text2)).truncate();
                    ui.add(label).on_hover_text(code);
                }
                if codes.len() > NAMED {
                    ui.label(RichText::new("…").color(t.text3));
                }
            });
        }
    });
    let refused = &outcome.parsed.refused;
    if refused.is_empty() {
        return;
    }
    ui.add_space(6.0);
    let words = texts.say("ui-rows-refused", &[("rows", refused.len().into())]);
    ui.label(RichText::new(words).font(semibold(14.0)).color(t.warn.fg));
    ScrollArea::vertical().id_salt("refused").max_height(120.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for row in refused.iter().take(NAMED) {
            let values = [
                ("row", row.row.into()),
                ("column", (&row.column).into()),
                ("reason", reasons::row(texts, row).sentence.into()),
            ];
            let id = if row.column.is_empty() { "inventory-row-refused-whole" } else { "inventory-row-refused" };
            ui.label(RichText::new(texts.say(id, &values)).size(13.0).color(t.text2));
        }
    });
}
