//! Settings of the hub: how the station stands with it, and its enrolment.

use eframe::egui;
use egui::Ui;

use crate::keeper::Change;
use crate::parts::{self, Action};
use crate::screens::path_field::{CERTIFICATES, PathField};
use crate::screens::settings::{Choice, Seen, State, buttons, card, fact, hint, path, text};

/// What is typed.
#[derive(Default)]
pub struct Form {
    invitation: String,
    authority: PathField,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, seen: &Seen<'_>, state: &mut State) -> Option<Choice> {
    let texts = seen.texts;
    card(ui, &texts.get("ui-hub"), |ui| match (&seen.snapshot.upstream, seen.snapshot.upstream_words(texts)) {
        (Some(upstream), Some((mark, words))) => {
            fact(ui, Some(mark), &upstream.hub, &words, "");
            if upstream.kept_back > 0 {
                hint(ui, &texts.say("sync-kept-back", &[("changes", upstream.kept_back.into())]));
            }
            hint(ui, &texts.get("ui-hub-what"));
        }
        _ => hint(ui, &texts.get("ui-hub-why")),
    });
    if !seen.is_administrator() {
        let names =
            state.books.as_ref().and_then(|books| books.as_ref().ok()).map(|books| books.administrators.join(", "));
        hint(ui, &texts.say("ui-administrators-only", &[("names", names.unwrap_or_default().into())]));
        return None;
    }
    let mut choice = None;
    let is_enrolled = seen.snapshot.upstream.is_some();
    card(ui, &texts.get(if is_enrolled { "ui-hub-enrol-again" } else { "ui-hub-enrol" }), |ui| {
        text(ui, &texts.get("ui-hub-invitation"), &mut state.hub.invitation, true);
        // The invitation is as good as a password until it is used, and is kept nowhere.
        state.hub.authority.keep(ui, "settings/authority");
        path(ui, texts, "ui-hub-authority", &mut state.hub.authority, CERTIFICATES);
        hint(ui, &texts.get("ui-hub-invitation-what"));
        buttons(ui, |ui| {
            let word = texts.get("ui-hub-do-enrol");
            let is_typed = !state.hub.invitation.trim().is_empty();
            let can = is_typed && !state.waits_for_change();
            if Action::new(&word, "").primary().enabled(can).show(ui, None).clicked() {
                let authority = (!state.hub.authority.is_empty()).then(|| state.hub.authority.path());
                choice = Some(Choice::Change(Change::Enrol(state.hub.invitation.trim().to_owned(), authority)));
            }
        });
    });
    if let Some(path) = parts::dropped(ui) {
        state.hub.authority.fill(path);
    }
    choice
}
