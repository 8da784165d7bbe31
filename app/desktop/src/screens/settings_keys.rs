//! Settings: the key that the station signs with, and the certificates that the archive trusts.

use std::path::PathBuf;

use eframe::egui::Ui;
use sohoa_pipeline::accounts::Secret;

use crate::keeper::Change;
use crate::kept;
use crate::parts::{self, Action, Mark};
use crate::screens::settings::{Choice, Seen, State, buttons, card, fact, hint, password, text};
use crate::screens::sign;

/// What is typed.
#[derive(Default)]
pub(super) struct Form {
    path: String,
    password: String,
    certificate: String,
}

pub(super) fn show(ui: &mut Ui, seen: &Seen<'_>, state: &mut State) -> Option<Choice> {
    let texts = seen.texts;
    let mut decided = None;
    let waits = state.waits_for_change();
    card(ui, &texts.get("ui-signing-key"), |ui| match &seen.mill.key {
        None => hint(ui, &texts.get("ui-reading")),
        Some(Err(failure)) => {
            parts::failed(ui, failure, &texts.get("ui-data-untouched"));
        }
        Some(Ok(None)) => fact(ui, Some(Mark::Warn), &texts.get("ui-no-key"), &texts.get("ui-no-key-here"), ""),
        Some(Ok(Some(key))) => {
            fact(ui, Some(Mark::Pass), &key.subject, &key.path.display().to_string(), "");
            hint(ui, &format!("SHA-256 {}", key.fingerprint));
            if let Some(validity) = seen.mill.validity() {
                sign::valid(ui, texts, validity);
            }
        }
    });
    let form = &mut state.keys;
    kept::keep(ui.ctx(), "settings/key", &mut form.path, &String::new());
    kept::keep(ui.ctx(), "settings/certificate", &mut form.certificate, &String::new());
    card(ui, &texts.get("ui-other-key"), |ui| {
        text(ui, &texts.get("ui-key-file"), &mut form.path, true);
        password(ui, &texts.get("ui-key-password"), &mut form.password);
        hint(ui, &texts.get("ui-key-file-hint"));
        buttons(ui, |ui| {
            let path = form.path.trim();
            let can = !path.is_empty() && !form.password.is_empty() && !waits;
            let word = texts.get("ui-use-key");
            let action = Action::new(&word, "").primary().icon(lucide_icons::Icon::FileKey).enabled(can);
            if action.show(ui, None).clicked() {
                let secret = Secret::new(std::mem::take(&mut form.password));
                decided = Some(Choice::Change(Change::UseKey(PathBuf::from(path), secret)));
            }
        });
    });
    card(ui, &texts.get("ui-trusted"), |ui| {
        let Some(Ok(books)) = &state.books else { return };
        if books.trusted.is_empty() {
            hint(ui, &texts.get("ui-trusted-none"));
        }
        for name in &books.trusted {
            fact(ui, Some(Mark::Pass), name, "", "");
        }
        if !seen.is_administrator() {
            let names = [("names", books.administrators.join(", ").into())];
            hint(ui, &texts.say("ui-administrators-only", &names));
            return;
        }
        text(ui, &texts.get("ui-certificate-file"), &mut form.certificate, true);
        hint(ui, &texts.get("ui-certificate-hint"));
        buttons(ui, |ui| {
            let path = form.certificate.trim();
            let word = texts.get("ui-trust-it");
            if Action::new(&word, "").enabled(!path.is_empty() && !waits).show(ui, None).clicked() {
                decided = Some(Choice::Change(Change::Trust(PathBuf::from(path))));
            }
        });
    });
    decided
}
