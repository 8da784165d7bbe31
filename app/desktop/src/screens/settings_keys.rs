//! Settings: the key that the station signs with, and the certificates that the archive trusts.

use eframe::egui::Ui;
use sohoa_pipeline::accounts::Secret;

use crate::keeper::Change;
use crate::parts::{self, Action, Mark};
use crate::screens::path_field::{CERTIFICATES, KEYS, PathField};
use crate::screens::settings::{Choice, Seen, State, buttons, card, fact, hint, password, path};
use crate::screens::sign;

/// What is typed.
#[derive(Default)]
pub(super) struct Form {
    key: PathField,
    password: String,
    certificate: PathField,
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
    form.key.keep(ui, "settings/key");
    form.certificate.keep(ui, "settings/certificate");
    card(ui, &texts.get("ui-other-key"), |ui| {
        path(ui, texts, "ui-key-file", &mut form.key, KEYS);
        password(ui, &texts.get("ui-key-password"), &mut form.password);
        hint(ui, &texts.get("ui-key-file-hint"));
        buttons(ui, |ui| {
            let can = !form.key.is_empty() && !form.password.is_empty() && !waits;
            let word = texts.get("ui-use-key");
            let action = Action::new(&word, "").primary().icon(lucide_icons::Icon::FileKey).enabled(can);
            if action.show(ui, None).clicked() {
                let secret = Secret::new(std::mem::take(&mut form.password));
                decided = Some(Choice::Change(Change::UseKey(form.key.path(), secret)));
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
        path(ui, texts, "ui-certificate-file", &mut form.certificate, CERTIFICATES);
        hint(ui, &texts.get("ui-certificate-hint"));
        buttons(ui, |ui| {
            let word = texts.get("ui-trust-it");
            if Action::new(&word, "").enabled(!form.certificate.is_empty() && !waits).show(ui, None).clicked() {
                decided = Some(Choice::Change(Change::Trust(form.certificate.path())));
            }
        });
    });
    if let Some(path) = parts::dropped(ui) {
        match CERTIFICATES.takes(path.as_os_str()) {
            true => form.certificate.fill(path),
            false => form.key.fill(path),
        }
    }
    decided
}
