//! Settings: the scan profiles of the archive, and the form of one.

use eframe::egui::Ui;
use sohoa_pipeline::scan::{BlankBacks, Mode, Profile, Source};
use sohoa_shell::Texts;

use crate::keeper::Change;
use crate::kept;
use crate::parts::Action;
use crate::screens::settings::{Choice, Seen, State, buttons, card, choice, entry, hint, text};

/// Resolutions that are offered, in dots per inch; from the least that the rules allow.
const RESOLUTIONS: [u32; 4] = [200, 300, 400, 600];
/// Papers that are offered, in millimetres.
const PAPERS: [(&str, (f64, f64)); 5] = [
    ("A4", (210.0, 297.0)),
    ("A3", (297.0, 420.0)),
    ("A5", (148.0, 210.0)),
    ("F4", (210.0, 330.0)),
    ("Letter", (215.9, 279.4)),
];

/// The profile that is being made or changed.
#[derive(Default)]
pub(super) struct Form {
    /// The one that is changed; none while a new one is made.
    chosen: Option<String>,
    name: String,
    profile: Profile,
}

impl Form {
    /// What a kill took of it is there again.
    fn keep(&mut self, ui: &Ui, known: &[(String, Profile)]) {
        let stored = self.chosen.as_ref().and_then(|chosen| known.iter().find(|(name, _)| name == chosen));
        let stored = stored.map_or_else(Self::default, |(name, profile)| Self::of(name, profile));
        let parts = |form: Self| (form.chosen, form.name, form.profile);
        let mut typed = parts(std::mem::take(self));
        kept::keep(ui.ctx(), "settings/profile", &mut typed, &parts(stored));
        (self.chosen, self.name, self.profile) = typed;
    }

    fn of(name: &str, profile: &Profile) -> Self {
        Self { chosen: Some(name.to_owned()), name: name.to_owned(), profile: profile.clone() }
    }
}

fn paper(size: (f64, f64)) -> String {
    let named = PAPERS.iter().find(|(_, known)| *known == size).map(|(name, _)| format!("{name} · "));
    format!("{}{:.0} × {:.0} mm", named.unwrap_or_default(), size.0, size.1)
}

fn described(texts: &Texts, profile: &Profile) -> String {
    let settings = &profile.settings;
    let mut words = vec![
        texts.get(&format!("ui-mode-{}", settings.mode.word())),
        format!("{:.0} dpi", settings.dpi),
        texts.get(&format!("ui-source-{}", settings.source.word())),
        paper(settings.paper),
    ];
    if settings.source == Source::AdfDuplex {
        words.push(texts.get(&format!("blank-backs-{}", profile.blank_backs.word())));
    }
    words.extend(profile.device.clone());
    words.join(" · ")
}

pub(super) fn show(ui: &mut Ui, seen: &Seen<'_>, state: &mut State) -> Option<Choice> {
    let texts = seen.texts;
    let mut decided = None;
    let known: &[(String, Profile)] = match &state.books {
        Some(Ok(books)) => &books.profiles,
        _ => &[],
    };
    card(ui, &texts.get("ui-settings-profiles"), |ui| {
        if known.is_empty() {
            hint(ui, &texts.get("ui-profiles-none"));
        }
        ui.spacing_mut().item_spacing.y = 2.0;
        for (name, profile) in known {
            let is_chosen = state.profiles.chosen.as_ref() == Some(name);
            if entry(ui, name, &described(texts, profile), is_chosen).clicked() {
                state.profiles = Form::of(name, profile);
            }
        }
    });
    let form = &mut state.profiles;
    let head = match &form.chosen {
        Some(name) => texts.say("ui-change-profile", &[("name", name.into())]),
        None => texts.get("ui-new-profile"),
    };
    let waits = state.waits_for_change();
    let form = &mut state.profiles;
    form.keep(ui, known);
    card(ui, &head, |ui| {
        text(ui, &texts.get("ui-profile-name"), &mut form.name, true);
        let Profile { device, settings, blank_backs } = &mut form.profile;
        let name = |id: &str| {
            let device = seen.devices.iter().find(|device| device.id == id);
            let model = device.filter(|device| !device.model.is_empty());
            model.map_or_else(|| id.to_owned(), |device| format!("{} {} ({id})", device.vendor, device.model))
        };
        let ids = seen.devices.iter().map(|device| device.id.clone());
        let ids = with(ids.collect(), device.clone());
        let mut devices = vec![(None, texts.get("ui-any-scanner"))];
        devices.extend(ids.into_iter().map(|id| (Some(id.clone()), name(&id))));
        choice(ui, &texts.get("ui-scanner"), device, &devices);
        let sources = Source::ALL.map(|source| (source, texts.get(&format!("ui-source-{}", source.word()))));
        choice(ui, &texts.get("ui-profile-source"), &mut settings.source, &sources);
        // Grey and black and white are below the standard: they are shown where a profile has them, and not offered.
        let modes = with(vec![Mode::Color], Some(settings.mode));
        let modes: Vec<_> =
            modes.into_iter().map(|mode| (mode, texts.get(&format!("ui-mode-{}", mode.word())))).collect();
        choice(ui, &texts.get("ui-profile-mode"), &mut settings.mode, &modes);
        let resolutions = with(RESOLUTIONS.map(f64::from).to_vec(), Some(settings.dpi));
        let resolutions: Vec<_> = resolutions.into_iter().map(|dpi| (dpi, format!("{dpi:.0} dpi"))).collect();
        choice(ui, &texts.get("ui-profile-resolution"), &mut settings.dpi, &resolutions);
        let papers = with(PAPERS.map(|(_, size)| size).to_vec(), Some(settings.paper));
        let papers: Vec<_> = papers.into_iter().map(|size| (size, paper(size))).collect();
        choice(ui, &texts.get("ui-profile-paper"), &mut settings.paper, &papers);
        if settings.source == Source::AdfDuplex {
            let rules = [BlankBacks::Keep, BlankBacks::LeaveOut]
                .map(|rule| (rule, texts.get(&format!("blank-backs-{}", rule.word()))));
            choice(ui, &texts.get("ui-profile-blank-backs"), blank_backs, &rules);
        }
        hint(ui, &texts.get("ui-profile-hint"));
        buttons(ui, |ui| {
            let name = form.name.trim();
            let replaces = known.iter().any(|(known, _)| known == name);
            let word = texts.get(if replaces { "ui-replace-profile" } else { "ui-keep-profile" });
            let can = !name.is_empty() && !waits;
            if Action::new(&word, "").primary().enabled(can).show(ui, None).clicked() {
                let change = Change::SetProfile(name.to_owned(), Box::new(form.profile.clone()));
                decided = Some(Choice::Change(change));
            }
            let Some(chosen) = form.chosen.clone() else { return };
            if Action::new(&texts.get("ui-remove-profile"), "").enabled(!waits).show(ui, None).clicked() {
                decided = Some(Choice::Change(Change::RemoveProfile(chosen)));
            }
            if Action::new(&texts.get("ui-new-profile"), "").show(ui, None).clicked() {
                *form = Form::default();
            }
        });
    });
    decided
}

/// What is offered, and what is chosen where that is none of it.
fn with<T: PartialEq>(mut all: Vec<T>, chosen: Option<T>) -> Vec<T> {
    all.extend(chosen.filter(|chosen| !all.contains(chosen)));
    all
}
