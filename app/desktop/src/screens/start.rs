//! Start: what waits for a person, and how the station is.

use eframe::egui;
use egui::{Align, Key, Layout, Margin, RichText, ScrollArea, Ui, vec2};
use sohoa_shell::{Texts, failure};

use crate::model::{Chip, Snapshot};
use crate::parts::{self, Mark, Row};
use crate::theme::{semibold, tokens};

/// Width of the column at the right.
const SIDE: f32 = 320.0;
/// Below so many free bytes somebody should look at the disk.
const SCARCE: u64 = 20 << 30;

/// Draws it; says which list to open.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, station: &str) -> Option<Chip> {
    let t = tokens(ui.ctx());
    let waiting = &snapshot.waiting;
    let keys = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6];
    let mut chosen = None;
    if !ui.ctx().egui_wants_keyboard_input() {
        let pressed = |key: &Key| ui.input(|input| input.modifiers.is_none() && input.key_pressed(*key));
        chosen = keys.iter().position(pressed).and_then(|at| waiting.get(at)).map(|waiting| waiting.chip);
    }
    let width = (ui.available_width() - SIDE - 16.0).max(320.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let left = Layout::top_down(Align::Min);
        ui.allocate_ui_with_layout(vec2(width, ui.available_height()), left, |ui| {
            ScrollArea::vertical().id_salt("start").show(ui, |ui| {
                ui.set_width(width - 12.0);
                let dossiers = snapshot.dossiers.len();
                let id = if waiting.is_empty() { "ui-nothing-waits" } else { "ui-waits" };
                ui.label(RichText::new(texts.get(id)).font(semibold(28.0)).color(t.text));
                let share = snapshot.progress.total.done.dossiers;
                let values = [("done", share.into()), ("all", dossiers.into())];
                ui.label(RichText::new(texts.say("ui-accepted-of", &values)).color(t.text2));
                ui.add_space(10.0);
                if waiting.is_empty() {
                    return;
                }
                parts::card(ui).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    egui::Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
                        ui.label(RichText::new(texts.get("ui-waiting-for-me")).font(semibold(16.0)).color(t.text));
                    });
                    for (at, waiting) in waiting.iter().enumerate() {
                        let row = Row {
                            mark: mark(waiting.chip),
                            title: &texts.get(waiting.chip.label()),
                            hint: &waiting.first,
                            figure: &waiting.count.to_string(),
                            key: &(at + 1).to_string(),
                        };
                        if row.show(ui).clicked() {
                            chosen = Some(waiting.chip);
                        }
                    }
                });
            });
        });
        ui.vertical(|ui| health(ui, texts, snapshot, station));
    });
    chosen
}

/// The mark of what waits.
fn mark(chip: Chip) -> Mark {
    match chip {
        Chip::All => Mark::Planned,
        Chip::BatchOpen => Mark::Unsaved,
        Chip::Rescan => Mark::Rescan,
        Chip::Findings | Chip::Unsigned | Chip::Unaccepted => Mark::Warn,
        Chip::Held => Mark::Held,
    }
}

/// The right column: disk, second vault, boxes, where the archive lies.
fn health(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, station: &str) {
    let t = tokens(ui.ctx());
    ui.set_width(SIDE);
    ui.spacing_mut().item_spacing.x = 10.0;
    ui.label(RichText::new(station).font(semibold(16.0)).color(t.text));
    let disk = if snapshot.free < SCARCE { Mark::Warn } else { Mark::Pass };
    let second = match &snapshot.second_vault {
        None => (Mark::Planned, texts.get("ui-second-vault-none")),
        Some((_, 0)) => (Mark::Safe, texts.get("ui-second-vault-whole")),
        Some((_, masters)) => (Mark::Unsaved, texts.say("ui-second-vault-behind", &[("masters", (*masters).into())])),
    };
    let boxes = match snapshot.boxes_away {
        0 => (Mark::Pass, texts.get("ui-boxes-home")),
        boxes => (Mark::Unsaved, texts.say("ui-boxes-away", &[("boxes", boxes.into())])),
    };
    let free = texts.say("ui-free-of", &[("free", failure::bytes(snapshot.free).into())]);
    let rows = [
        (disk, texts.get("ui-disk"), free),
        (second.0, texts.get("ui-second-vault"), second.1),
        (boxes.0, texts.get("ui-boxes"), boxes.1),
    ];
    parts::card(ui).inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        for (at, (mark, title, hint)) in rows.into_iter().enumerate() {
            if at > 0 {
                ui.separator();
            }
            ui.horizontal(|ui| {
                mark.show(ui, t.surface);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(RichText::new(title).color(t.text));
                    ui.label(RichText::new(hint).small().color(t.text3));
                });
            });
        }
    });
    ui.add_space(12.0);
    ui.label(RichText::new(texts.get("ui-archive")).font(semibold(16.0)).color(t.text));
    parts::card(ui).inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.set_width(SIDE - 34.0);
        ui.label(RichText::new(&snapshot.title).color(t.text));
        let folder = snapshot.folder.display().to_string();
        ui.add(egui::Label::new(RichText::new(folder).small().color(t.text3)).truncate());
    });
}
