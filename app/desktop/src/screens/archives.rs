//! Archives: another one is opened, or a new one made.

use std::path::PathBuf;

use eframe::egui;
use egui::{Margin, RichText, TextEdit, Ui};
use sohoa_pipeline::archive::NewArchive;
use sohoa_shell::{Failure, Texts};

use crate::parts::{self, Action, Mark, Notice};
use crate::theme::{semibold, tokens};

/// What is typed.
#[derive(Debug, Default)]
pub struct State {
    folder: String,
    new_folder: String,
    title: String,
    organisation: String,
    /// Why no archive could be made.
    pub refused: Option<Failure>,
}

/// What was decided.
pub enum Choice {
    /// The archive in this folder is opened.
    Open(PathBuf),
    /// One is made in this folder, and opened.
    Make(PathBuf, NewArchive),
}

/// Draws both ways, of which making is the next thing to do where there is no archive yet.
pub fn show(ui: &mut Ui, texts: &Texts, state: &mut State, makes_first: bool) -> Option<Choice> {
    let t = tokens(ui.ctx());
    let mut choice = None;
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width().min(560.0));
        ui.label(RichText::new(texts.get("ui-open-archive")).font(semibold(16.0)).color(t.text));
        field(ui, &texts.get("ui-archive-folder"), &mut state.folder);
        let word = texts.get("ui-open-it");
        let folder = state.folder.trim();
        let mut action = Action::new(&word, "").icon(lucide_icons::Icon::FolderOpen).enabled(!folder.is_empty());
        action.is_primary = !makes_first;
        if action.show(ui, None).clicked() {
            choice = Some(Choice::Open(PathBuf::from(folder)));
        }
    });
    ui.add_space(12.0);
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width().min(560.0));
        ui.label(RichText::new(texts.get("ui-make-archive")).font(semibold(16.0)).color(t.text));
        if let Some(failure) = &state.refused {
            Notice { mark: Mark::Reject, state: t.reject, title: &failure.sentence, lines: &[&failure.hint] }.show(ui);
        }
        field(ui, &texts.get("ui-new-folder"), &mut state.new_folder);
        field(ui, &texts.get("ui-archive-title"), &mut state.title);
        field(ui, &texts.get("ui-organisation"), &mut state.organisation);
        let typed = [&state.new_folder, &state.title, &state.organisation].map(|text| text.trim().to_owned());
        let word = texts.get("ui-make-it");
        let is_whole = typed.iter().all(|text| !text.is_empty());
        let mut action = Action::new(&word, "").icon(lucide_icons::Icon::Archive).enabled(is_whole);
        action.is_primary = makes_first;
        if action.show(ui, None).clicked() {
            let [folder, title, organisation] = typed;
            choice = Some(Choice::Make(PathBuf::from(folder), NewArchive { title, organisation, demo: false }));
        }
    });
    choice
}

fn field(ui: &mut Ui, words: &str, text: &mut String) {
    let t = tokens(ui.ctx());
    let label = ui.label(RichText::new(words).small().color(t.text2));
    let field = TextEdit::singleline(text).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 7));
    ui.add(field).labelled_by(label.id);
}
