//! Signing in: who works, and the password. Nothing of the archive is shown before.

use eframe::egui;
use egui::{Key, Margin, RichText, ScrollArea, TextEdit, Ui};
use sohoa_pipeline::accounts::{Role, Secret};
use sohoa_shell::{Failure, Texts};

use crate::parts::{self, Action};
use crate::theme::{semibold, tokens};

/// What is typed.
#[derive(Default)]
pub struct State {
    name: Option<String>,
    password: String,
    waits: bool,
    takes_focus: bool,
    refused: Option<Failure>,
}

impl State {
    /// The password was wrong.
    pub fn refused(&mut self, failure: Failure) {
        self.password.clear();
        self.waits = false;
        self.takes_focus = true;
        self.refused = Some(failure);
    }
}

/// Draws it; gives name and password once both are there.
pub fn show(
    ui: &mut Ui,
    texts: &Texts,
    title: &str,
    accounts: &[(String, Role)],
    state: &mut State,
) -> Option<(String, Secret)> {
    let t = tokens(ui.ctx());
    let mut answer = None;
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.12).min(96.0));
        ui.label(RichText::new(title).font(semibold(20.0)).color(t.text));
        ui.label(RichText::new(texts.get("ui-who-works")).color(t.text2));
        ui.add_space(12.0);
        parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_width(440.0);
            ScrollArea::vertical().id_salt("accounts").max_height(320.0).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for (name, role) in accounts {
                    let is_chosen = state.name.as_ref() == Some(name);
                    let words = format!("{name} · {}", texts.get(&format!("role-{}", role.word())));
                    let row = egui::Button::selectable(is_chosen, RichText::new(&words).size(15.0))
                        .min_size(egui::vec2(ui.available_width(), 44.0));
                    if ui.add(row).clicked() {
                        state.name = Some(name.clone());
                        state.refused = None;
                        state.takes_focus = true;
                    }
                }
            });
            let Some(name) = state.name.clone() else { return };
            ui.add_space(8.0);
            let label = ui.label(RichText::new(texts.get("ui-password")).small().color(t.text2));
            let field = TextEdit::singleline(&mut state.password)
                .password(true)
                .desired_width(f32::INFINITY)
                .margin(Margin::symmetric(10, 8));
            let field = ui.add_enabled(!state.waits, field).labelled_by(label.id);
            if std::mem::take(&mut state.takes_focus) {
                field.request_focus();
            }
            if let Some(failure) = &state.refused {
                parts::failed(ui, failure, &texts.get("ui-data-untouched"));
            }
            ui.add_space(6.0);
            let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let word = texts.get("ui-sign-in");
            let can = !state.password.is_empty() && !state.waits;
            let action = Action::new(&word, "Enter").primary().icon(lucide_icons::Icon::LogIn).enabled(can);
            let width = ui.available_width();
            if (action.show(ui, Some(width)).clicked() || is_entered) && can {
                state.waits = true;
                answer = Some((name, Secret::new(std::mem::take(&mut state.password))));
            }
        });
    });
    answer
}
