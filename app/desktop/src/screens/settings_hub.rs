//! Settings of the hub: how the station stands with it, and its enrolment.

use std::path::PathBuf;

use eframe::egui;
use egui::Ui;

use crate::keeper::Change;
use crate::kept;
use crate::parts::Action;
use crate::screens::settings::{Choice, Seen, State, buttons, card, fact, hint, text};

/// What is typed.
#[derive(Default)]
pub struct Form {
    invitation: String,
    authority: String,
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
        kept::keep(ui.ctx(), "settings/authority", &mut state.hub.authority, &String::new());
        text(ui, &texts.get("ui-hub-authority"), &mut state.hub.authority, true);
        hint(ui, &texts.get("ui-hub-invitation-what"));
        buttons(ui, |ui| {
            let word = texts.get("ui-hub-do-enrol");
            let is_typed = !state.hub.invitation.trim().is_empty();
            let can = is_typed && !state.waits_for_change();
            if Action::new(&word, "").primary().enabled(can).show(ui, None).clicked() {
                let authority = state.hub.authority.trim();
                let authority = (!authority.is_empty()).then(|| PathBuf::from(authority));
                choice = Some(Choice::Change(Change::Enrol(state.hub.invitation.trim().to_owned(), authority)));
            }
        });
    });
    choice
}
