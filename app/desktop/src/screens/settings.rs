//! Settings: forms for what the archive and the station keep. How the window looks is kept as it is chosen, all else with a button.
//!
//! What was refused says so above the form; what was typed stays, but for passwords.

use std::path::PathBuf;

use eframe::egui;
use egui::{
    Align, ComboBox, FontId, Layout, Margin, Modal, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke,
    TextEdit, Ui, WidgetInfo, pos2, vec2,
};
use sohoa_model::Language;
use sohoa_pipeline::accounts::Role as Rank;
use sohoa_pipeline::scan::Device;
use sohoa_shell::{Failure, Texts, UiLanguage};

use crate::command::Command;
use crate::keeper::{Books, Change, Part};
use crate::lister::Wanted;
use crate::looks::Shown;
use crate::mill::Mill;
use crate::model::Snapshot;
use crate::parts::{self, Action, Mark, Notice};
use crate::screens::path_field::{self, PathField};
use crate::screens::{Act, jobs, settings_hub, settings_keys, settings_people, settings_profiles};
use crate::theme::{semibold, tokens};

/// Width of a card, at most.
const CARD: f32 = 860.0;
/// Width of the words before a field.
const LABEL: f32 = 220.0;
/// Width of a field, at most.
const FIELD: f32 = 460.0;

/// What is typed, and what is known.
pub struct State {
    part: Part,
    pub(super) profiles: settings_profiles::Form,
    pub(super) keys: settings_keys::Form,
    pub(super) people: settings_people::Form,
    pub(super) hub: settings_hub::Form,
    /// The folder of the second vault.
    folder: PathField,
    /// What is asked about before it is done.
    question: Option<Change>,
    /// Whether a change is being made.
    waits: bool,
    /// How the last change ended.
    told: Option<(Part, Result<Option<String>, Failure>)>,
    /// What the archive keeps, once it is known.
    pub books: Option<Result<Box<Books>, Failure>>,
    /// The folder of the models, and whether those of each language are there, once it is known.
    pub models: Option<(PathBuf, Vec<(Language, bool)>)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            part: Part::Profiles,
            profiles: Default::default(),
            keys: Default::default(),
            people: Default::default(),
            hub: Default::default(),
            folder: Default::default(),
            question: None,
            waits: false,
            told: None,
            books: None,
            models: None,
        }
    }
}

impl State {
    /// How a change ended. What was typed for it is no longer needed once it was made.
    pub fn changed(&mut self, part: Part, outcome: Result<Option<String>, Failure>) {
        self.waits = false;
        if outcome.is_ok() {
            match part {
                Part::Profiles => self.profiles = Default::default(),
                Part::Keys => self.keys = Default::default(),
                Part::People => self.people = Default::default(),
                Part::SecondVault => self.folder = Default::default(),
                Part::Hub => self.hub = Default::default(),
                Part::Models | Part::Looks => {}
            }
        }
        self.told = Some((part, outcome));
    }

    /// Whether a change is being made.
    pub(super) fn waits_for_change(&self) -> bool {
        self.waits
    }

    /// Whether a change is being made, or something is not known yet.
    pub fn is_waiting(&self) -> bool {
        self.waits || self.books.is_none()
    }
}

/// What the screen shows.
pub struct Seen<'a> {
    /// The texts.
    pub texts: &'a Texts,
    /// The archive.
    pub snapshot: &'a Snapshot,
    /// What the machine does, and the key.
    pub mill: &'a Mill,
    /// The scanners that are there.
    pub devices: &'a [Device],
    /// Who works.
    pub operator: &'a str,
    /// How the window looks.
    pub shown: Shown,
    /// Why what the window keeps can't be read or written.
    pub not_kept: Option<&'a Failure>,
}

impl Seen<'_> {
    pub(super) fn is_administrator(&self) -> bool {
        self.snapshot.role == Rank::Administrator
    }
}

/// What was decided.
pub enum Choice {
    /// A change is to be made.
    Change(Change),
    /// Everything is to be copied to the second vault.
    Copy,
    /// The window is to look like this.
    Look(Shown),
    /// It is to be looked which models are there.
    Models,
}

/// Draws it.
pub fn show(ui: &mut Ui, seen: &Seen<'_>, state: &mut State, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    ui.label(RichText::new(seen.texts.get("ui-settings")).font(semibold(20.0)).color(t.text));
    tabs(ui, seen.texts, state);
    ui.add_space(4.0);
    ScrollArea::vertical().id_salt(("settings", state.part as u8)).auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(CARD.min(ui.available_width() - 8.0));
        told(ui, seen, state);
        let choice = match state.part {
            Part::Profiles => settings_profiles::show(ui, seen, state),
            Part::Models => models(ui, seen, state),
            Part::Keys => settings_keys::show(ui, seen, state),
            Part::SecondVault => second_vault(ui, seen, state, acts),
            Part::Hub => settings_hub::show(ui, seen, state),
            Part::People => settings_people::show(ui, seen, state),
            Part::Looks => looks(ui, seen),
        };
        if let Some(choice) = choice {
            decide(state, choice, acts);
        }
    });
    if let Some(change) = question(ui, seen.texts, state) {
        acts.push(begin(state, Choice::Change(change)));
    }
}

/// What takes something away is asked about first.
fn decide(state: &mut State, choice: Choice, acts: &mut Vec<Act>) {
    match choice {
        Choice::Change(change @ (Change::RemoveProfile(_) | Change::RemoveAccount(_) | Change::UnsetSecondVault)) => {
            state.question = Some(change);
        }
        choice => acts.push(begin(state, choice)),
    }
}

fn begin(state: &mut State, choice: Choice) -> Act {
    if matches!(choice, Choice::Change(_)) {
        state.waits = true;
        state.told = None;
    }
    Act::Settings(choice)
}

fn tabs(ui: &mut Ui, texts: &Texts, state: &mut State) {
    let t = tokens(ui.ctx());
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for part in Part::ALL {
            let is_chosen = part == state.part;
            let words = texts.get(name(part));
            let (font, colour) = match is_chosen {
                true => (semibold(14.0), t.text),
                false => (FontId::proportional(14.0), t.text2),
            };
            let galley = ui.painter().layout_no_wrap(words.clone(), font, colour);
            let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 24.0, 36.0), Sense::click());
            if response.hovered() {
                ui.painter().rect_filled(rect, 6.0, t.hover);
            }
            if is_chosen {
                let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 3.0), rect.max);
                ui.painter().rect_filled(foot, 1.0, t.accent);
            }
            if response.has_focus() {
                ui.painter().rect_stroke(rect, 6.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
            }
            ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colour);
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_chosen, &words));
            if response.clicked() {
                state.part = part;
                state.told = None;
            }
        }
    });
    let rect = row.response.rect;
    ui.painter().hline(rect.left()..=rect.left() + ui.available_width(), rect.bottom(), Stroke::new(1.0, t.line));
}

/// The text that names a part.
fn name(part: Part) -> &'static str {
    match part {
        Part::Profiles => "ui-settings-profiles",
        Part::Models => "ui-settings-models",
        Part::Keys => "ui-signing-key",
        Part::SecondVault => "ui-second-vault",
        Part::Hub => "ui-hub",
        Part::People => "ui-settings-people",
        Part::Looks => "ui-settings-looks",
    }
}

/// How the last change ended: what happened, what is safe, what to do next.
fn told(ui: &mut Ui, seen: &Seen<'_>, state: &State) {
    let (t, texts) = (tokens(ui.ctx()), seen.texts);
    let refused = |ui: &mut Ui, failure: &Failure| {
        parts::failed(ui, failure, &texts.get("ui-settings-safe"));
        ui.add_space(8.0);
    };
    match &state.told {
        Some((part, _)) if *part != state.part => {}
        None => {}
        Some((_, Err(failure))) => refused(ui, failure),
        Some((_, Ok(more))) => {
            let (title, more) = (texts.get("ui-settings-kept"), more.clone().unwrap_or_default());
            Notice { mark: Mark::Pass, state: t.pass, title: &title, lines: &[&more] }.show(ui);
            ui.add_space(8.0);
        }
    }
    let of_books = matches!(state.part, Part::Profiles | Part::Keys | Part::People);
    if let Some(Err(failure)) = state.books.as_ref().filter(|_| of_books) {
        refused(ui, failure);
    }
    if let Some(failure) = seen.not_kept.filter(|_| state.part == Part::Looks) {
        refused(ui, failure);
    }
}

/// A card with its heading.
pub(super) fn card(ui: &mut Ui, head: &str, add: impl FnOnce(&mut Ui)) {
    let t = tokens(ui.ctx());
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(head).font(semibold(16.0)).color(t.text));
        ui.add_space(4.0);
        add(ui);
    });
    ui.add_space(12.0);
}

/// A line of a form: its words at the left, the field at the right.
pub(super) fn line(ui: &mut Ui, words: &str, field: impl FnOnce(&mut Ui, f32) -> Response) -> Response {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        let left = Layout::left_to_right(Align::Center);
        let label = ui.allocate_ui_with_layout(vec2(LABEL, 34.0), left, |ui| {
            ui.set_min_width(LABEL);
            ui.add(egui::Label::new(RichText::new(words).color(t.text2)).wrap())
        });
        let width = (ui.available_width() - 4.0).min(FIELD);
        field(ui, width).labelled_by(label.inner.id)
    })
    .inner
}

/// A line with a field for text.
pub(super) fn text(ui: &mut Ui, words: &str, text: &mut String, is_enabled: bool) -> Response {
    line(ui, words, |ui, width| {
        let field = TextEdit::singleline(text).desired_width(width).margin(Margin::symmetric(10, 7));
        ui.add_enabled(is_enabled, field)
    })
}

/// A line with a field for a path, and the way to pick it.
pub(super) fn path(ui: &mut Ui, texts: &Texts, id: &str, field: &mut PathField, wanted: Wanted) -> Response {
    let words = texts.get(id);
    line(ui, &words, |ui, _| {
        let beside = path_field::BUTTON + ui.spacing().item_spacing.x;
        let width = (ui.available_width() - 4.0).min(FIELD + beside);
        field.show(ui, texts, &words, wanted, width, true)
    })
}

/// A line with a field for a password.
pub(super) fn password(ui: &mut Ui, words: &str, text: &mut String) -> Response {
    line(ui, words, |ui, width| {
        let field = TextEdit::singleline(text).password(true).desired_width(width);
        ui.add(field.margin(Margin::symmetric(10, 7)))
    })
}

/// A line with a choice among several.
pub(super) fn choice<T: PartialEq + Clone>(ui: &mut Ui, words: &str, chosen: &mut T, all: &[(T, String)]) {
    line(ui, words, |ui, width| {
        let shown = all.iter().find(|(value, _)| value == chosen).map_or("", |(_, words)| words.as_str());
        let list = ComboBox::from_id_salt(words.to_owned()).selected_text(shown).width(width);
        let list = list.show_ui(ui, |ui| {
            for (value, words) in all {
                ui.selectable_value(chosen, value.clone(), words);
            }
        });
        list.response
    });
}

/// A word below a form.
pub(super) fn hint(ui: &mut Ui, words: &str) {
    let t = tokens(ui.ctx());
    ui.label(RichText::new(words).small().color(t.text3));
}

/// The buttons of a form, the next thing to do at the right.
pub(super) fn buttons(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.set_min_height(40.0);
        ui.with_layout(Layout::right_to_left(Align::Center), add);
    });
}

/// A fact of a list: a mark, what it is, what is to be known of it, and how it stands.
pub(super) fn fact(ui: &mut Ui, mark: Option<Mark>, title: &str, about: &str, stands: &str) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        ui.set_min_height(36.0);
        if let Some(mark) = mark {
            mark.show(ui, t.surface);
        }
        let name = |ui: &mut Ui| ui.add(egui::Label::new(RichText::new(title).color(t.text)).truncate());
        let room = vec2((ui.available_width() - 150.0).max(160.0), 36.0);
        match about.is_empty() {
            true => ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| drop(name(ui))),
            false => ui.allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                name(ui);
                ui.add(egui::Label::new(RichText::new(about).small().color(t.text3)).truncate()).on_hover_text(about);
            }),
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(stands).color(t.text2));
        });
    });
}

/// A row of a list that is chosen to be changed.
pub(super) fn entry(ui: &mut Ui, title: &str, about: &str, is_chosen: bool) -> Response {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::click());
    let fill = parts::ground(t, &response, is_chosen);
    ui.painter().rect_filled(rect, 4.0, fill);
    if is_chosen {
        let strip = Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(strip, 1.0, t.accent);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
    }
    let room = rect.width() - 24.0;
    let hints = if is_chosen { t.text2 } else { t.text3 };
    for (y, words, size, colour) in [(-9.0, title, 14.0, t.text), (10.0, about, 12.0, hints)] {
        let galley = parts::cut(ui, words, FontId::proportional(size), colour, room);
        let at = pos2(rect.left() + 12.0, rect.center().y + y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, colour);
    }
    let name = format!("{title} · {about}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &name));
    response
}

fn models(ui: &mut Ui, seen: &Seen<'_>, state: &State) -> Option<Choice> {
    let (t, texts) = (tokens(ui.ctx()), seen.texts);
    let mut choice = None;
    card(ui, &texts.get("ui-settings-models"), |ui| {
        let Some((folder, all)) = &state.models else {
            ui.label(RichText::new(texts.get("ui-looking-for-models")).color(t.text3));
            return;
        };
        hint(ui, &texts.say("ui-models-folder", &[("path", folder.display().to_string().into())]));
        ui.add_space(4.0);
        for (language, is_there) in all {
            ui.separator();
            let names: Vec<&str> = std::iter::once(language.model()).chain(language.vertical_model()).collect();
            let title = format!("{} ({})", texts.get(&format!("ui-language-{}", language.model())), names.join(", "));
            let packages: Vec<String> =
                names.iter().map(|name| format!("tesseract-ocr-{}", name.replace('_', "-"))).collect();
            let install = texts.say("ui-model-install", &[("packages", packages.join(" ").into())]);
            match is_there {
                true => fact(ui, Some(Mark::Pass), &title, "", &texts.get("ui-model-there")),
                false => fact(ui, Some(Mark::Warn), &title, &install, &texts.get("ui-model-missing")),
            }
        }
        buttons(ui, |ui| {
            let word = texts.get("ui-look-for-models");
            if Action::new(&word, "").icon(Command::Refresh.icon()).show(ui, None).clicked() {
                choice = Some(Choice::Models);
            }
        });
    });
    choice
}

fn second_vault(ui: &mut Ui, seen: &Seen<'_>, state: &mut State, acts: &mut Vec<Act>) -> Option<Choice> {
    let (t, texts) = (tokens(ui.ctx()), seen.texts);
    let mut choice = None;
    let kept = seen.snapshot.second_vault.as_ref();
    card(ui, &texts.get("ui-second-vault"), |ui| {
        match kept {
            None => fact(
                ui,
                Some(Mark::Planned),
                &texts.get("ui-second-vault-unset"),
                &texts.get("ui-second-vault-why"),
                "",
            ),
            Some((folder, masters)) => {
                let (mark, words) = match masters {
                    0 => (Mark::Safe, texts.get("ui-second-vault-whole")),
                    n => (Mark::Unsaved, texts.say("ui-second-vault-behind", &[("masters", (*n).into())])),
                };
                fact(ui, Some(mark), &words, &folder.display().to_string(), "");
            }
        }
        ui.add_space(4.0);
        match (&seen.mill.running, &seen.mill.copied) {
            (Some(running), _) => jobs::progress(ui, texts, running),
            (None, Some(Err(failure))) => {
                parts::failed(ui, failure, &texts.get("ui-work-safe"));
            }
            (None, Some(Ok(None))) => {
                let (title, safe) = (texts.get("ui-work-stopped"), texts.get("ui-work-safe"));
                Notice { mark: Mark::Warn, state: t.warn, title: &title, lines: &[&safe] }.show(ui);
            }
            (None, Some(Ok(Some(copied)))) => {
                let values = [("objects", copied.objects.into()), ("mended", copied.mended.into())];
                let (title, line) = (texts.get("ui-work-done"), texts.say("second-vault-copied", &values));
                Notice { mark: Mark::Pass, state: t.pass, title: &title, lines: &[&line] }.show(ui);
            }
            (None, None) => {}
        }
        if kept.is_none() {
            return;
        }
        buttons(ui, |ui| {
            if let Some(running) = &seen.mill.running {
                let word = texts.get(if running.is_stopping() { "ui-stopping-work" } else { "ui-stop-work" });
                let action = Action::new(&word, "").icon(Command::StopWork.icon()).enabled(!running.is_stopping());
                if action.show(ui, None).clicked() {
                    acts.push(Act::Command(Command::StopWork));
                }
                return;
            }
            let (copy, off) = (texts.get("ui-copy-now"), texts.get("ui-second-vault-off"));
            if Action::new(&copy, "").primary().icon(lucide_icons::Icon::Copy).show(ui, None).clicked() {
                choice = Some(Choice::Copy);
            }
            if Action::new(&off, "").enabled(!state.waits).show(ui, None).clicked() {
                choice = Some(Choice::Change(Change::UnsetSecondVault));
            }
        });
    });
    let head = if kept.is_some() { "ui-second-vault-other" } else { "ui-second-vault-set" };
    card(ui, &texts.get(head), |ui| {
        state.folder.keep(ui, "settings/second-vault");
        path(ui, texts, "ui-second-vault-folder", &mut state.folder, Wanted::NewFolder);
        hint(ui, &texts.get("ui-second-vault-hint"));
        buttons(ui, |ui| {
            let word = texts.get("ui-second-vault-take");
            let can = !state.folder.is_empty() && !state.waits && seen.mill.running.is_none();
            let mut action = Action::new(&word, "").icon(lucide_icons::Icon::HardDrive).enabled(can);
            action.is_primary = kept.is_none();
            if action.show(ui, None).clicked() {
                choice = Some(Choice::Change(Change::SetSecondVault(state.folder.path())));
            }
        });
    });
    if let Some(path) = parts::dropped(ui) {
        state.folder.fill(path);
    }
    choice
}

fn looks(ui: &mut Ui, seen: &Seen<'_>) -> Option<Choice> {
    let texts = seen.texts;
    let mut shown = seen.shown;
    card(ui, &texts.get("ui-settings-looks"), |ui| {
        // Each language says its own name.
        let languages = [UiLanguage::Vietnamese, UiLanguage::English]
            .map(|language| (language, texts.get(&format!("ui-language-name-{}", language.tag()))));
        choice(ui, &texts.get("ui-window-language"), &mut shown.language, &languages);
        let themes = [(false, texts.get("ui-theme-light")), (true, texts.get("ui-theme-dark"))];
        choice(ui, &texts.get("ui-window-theme"), &mut shown.is_dark, &themes);
        let mut sizes: Vec<u32> = (9..=20).map(|tenth| tenth * 10).collect();
        if !sizes.contains(&shown.zoom) {
            sizes.insert(0, shown.zoom);
        }
        let sizes: Vec<(u32, String)> = sizes.into_iter().map(|size| (size, format!("{size} %"))).collect();
        choice(ui, &texts.get("ui-window-zoom"), &mut shown.zoom, &sizes);
        let words = texts.get("ui-reduce-motion");
        ui.horizontal(|ui| {
            ui.add_space(LABEL + ui.spacing().item_spacing.x);
            // The box would have the colour of the handle of a scroll bar.
            let widgets = &mut ui.visuals_mut().widgets;
            for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                widget.bg_fill = widget.weak_bg_fill;
            }
            ui.checkbox(&mut shown.is_still, &words);
        });
        hint(ui, &texts.say("ui-looks-kept", &[("operator", seen.operator.into())]));
    });
    (shown != seen.shown).then_some(Choice::Look(shown))
}

/// Asks before something is taken away; gives what is to be done.
fn question(ui: &Ui, texts: &Texts, state: &mut State) -> Option<Change> {
    let t = tokens(ui.ctx());
    let (id, name, word) = match state.question.as_ref()? {
        Change::RemoveProfile(name) => ("ui-ask-remove-profile", name.clone(), "ui-remove-profile"),
        Change::RemoveAccount(name) => ("ui-ask-remove-account", name.clone(), "ui-remove-account"),
        _ => ("ui-ask-second-vault-off", String::new(), "ui-second-vault-off"),
    };
    let mut answer = None;
    let shown = Modal::new(egui::Id::unique("settings-question")).frame(parts::modal(ui)).show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        let values = [("name", (&name).into())];
        ui.label(RichText::new(texts.say(id, &values)).font(semibold(16.0)).color(t.text));
        ui.label(RichText::new(texts.hint(id, &values)).color(t.text2));
        buttons(ui, |ui| {
            if Action::new(&texts.get(word), "").primary().show(ui, None).clicked() {
                answer = Some(true);
            }
            if Action::new(&texts.get("ui-leave"), "Esc").show(ui, None).clicked() {
                answer = Some(false);
            }
        });
    });
    if shown.should_close() {
        answer = answer.or(Some(false));
    }
    let is_wanted = answer?;
    state.question.take().filter(|_| is_wanted)
}
