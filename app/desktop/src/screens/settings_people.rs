//! Settings: who may work at the station, with which role, and the form of an account.
//!
//! The first account is that of who makes it: from then on the window asks for a password.

use eframe::egui::Ui;
use sohoa_pipeline::accounts::{Role, SHORTEST, Secret};

use crate::keeper::Change;
use crate::kept;
use crate::parts::Action;
use crate::screens::settings::{Choice, Seen, State, buttons, card, choice, entry, hint, password, text};

/// The account that is being made or changed.
pub(super) struct Form {
    /// The one that is changed; none while a new one is made.
    chosen: Option<String>,
    name: String,
    role: Role,
    password: String,
    again: String,
}

impl Default for Form {
    fn default() -> Self {
        let (name, password, again) = Default::default();
        Self { chosen: None, name, role: Role::Archivist, password, again }
    }
}

impl Form {
    /// What a kill took of it is there again; passwords are kept nowhere.
    fn keep(&mut self, ui: &Ui, accounts: &[(String, Role)]) {
        let stored = self.chosen.as_ref().and_then(|chosen| accounts.iter().find(|(name, _)| name == chosen));
        let (name, role) = stored.cloned().unwrap_or_else(|| (String::new(), Role::Archivist));
        let mut typed = (self.chosen.take(), std::mem::take(&mut self.name), self.role);
        let written = (typed.0.clone(), name, role);
        kept::keep(ui.ctx(), "settings/account", &mut typed, &written);
        (self.chosen, self.name, self.role) = typed;
    }
}

pub(super) fn show(ui: &mut Ui, seen: &Seen<'_>, state: &mut State) -> Option<Choice> {
    let texts = seen.texts;
    let mut decided = None;
    let waits = state.waits_for_change();
    let accounts = &seen.snapshot.accounts;
    let administrators = match &state.books {
        Some(Ok(books)) => books.administrators.join(", "),
        _ => String::new(),
    };
    let form = &mut state.people;
    card(ui, &texts.get("ui-settings-people"), |ui| {
        if accounts.is_empty() {
            hint(ui, &texts.get("ui-accounts-none"));
        }
        ui.spacing_mut().item_spacing.y = 2.0;
        for (name, role) in accounts {
            let is_chosen = form.chosen.as_ref() == Some(name);
            let words = texts.get(&format!("role-{}", role.word()));
            if entry(ui, name, &words, is_chosen).clicked() {
                *form = Form { chosen: Some(name.clone()), name: name.clone(), role: *role, ..Form::default() };
            }
        }
        if !administrators.is_empty() {
            ui.add_space(4.0);
            hint(ui, &texts.say("ui-administrators", &[("names", (&administrators).into())]));
        }
    });
    if !seen.is_administrator() {
        hint(ui, &texts.say("ui-administrators-only", &[("names", (&administrators).into())]));
        return None;
    }
    form.keep(ui, accounts);
    let is_first = accounts.is_empty();
    let head = match &form.chosen {
        Some(name) => texts.say("ui-change-account", &[("name", name.into())]),
        None => texts.get("ui-new-account"),
    };
    card(ui, &head, |ui| {
        let (mut own, mut administrator) = (seen.operator.to_owned(), Role::Administrator);
        let (name, role) = match is_first {
            true => (&mut own, &mut administrator),
            false => (&mut form.name, &mut form.role),
        };
        text(ui, &texts.get("ui-account-name"), name, form.chosen.is_none() && !is_first);
        let roles = Role::ALL.map(|role| (role, texts.get(&format!("role-{}", role.word()))));
        let roles = if is_first { &roles[2..] } else { &roles[..] };
        choice(ui, &texts.get("ui-account-role"), role, roles);
        let (name, role) = (name.trim().to_owned(), *role);
        password(ui, &texts.get("ui-new-password"), &mut form.password);
        password(ui, &texts.get("ui-new-password-again"), &mut form.again);
        let differs = !form.again.is_empty() && form.again != form.password;
        let id = if differs { "ui-passwords-differ" } else { "ui-account-hint" };
        hint(ui, &texts.say(id, &[("letters", SHORTEST.into())]));
        if is_first {
            hint(ui, &texts.get("ui-first-account"));
        }
        buttons(ui, |ui| {
            let can = !name.is_empty() && !form.password.is_empty() && form.again == form.password && !waits;
            let word = texts.get("ui-keep-account");
            if Action::new(&word, "").primary().enabled(can).show(ui, None).clicked() {
                let secret = Secret::new(std::mem::take(&mut form.password));
                form.again.clear();
                decided = Some(Choice::Change(Change::SetAccount(name, role, secret)));
            }
            let Some(chosen) = form.chosen.clone() else { return };
            // Nobody shuts themselves out.
            let is_other = chosen != seen.operator;
            let word = texts.get("ui-remove-account");
            if Action::new(&word, "").enabled(is_other && !waits).show(ui, None).clicked() {
                decided = Some(Choice::Change(Change::RemoveAccount(chosen)));
            }
            if Action::new(&texts.get("ui-new-account"), "").show(ui, None).clicked() {
                *form = Form::default();
            }
        });
    });
    decided
}
