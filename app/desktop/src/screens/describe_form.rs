//! The form of a document: the fields of TT 05/2025 in the order of the paper, each with where its value came from.

use std::collections::BTreeMap;

use eframe::egui;
use egui::{
    Align, ComboBox, Event, Key, KeyboardShortcut, Layout, Margin, Modifiers, Panel, RichText, ScrollArea, Sense,
    TextEdit, Ui,
};
use lucide_icons::Icon;
use sohoa_model::code_list::DocumentType;
use sohoa_model::description::{DocumentDescription, DocumentField, FieldFault, FieldValue, Origin};
use sohoa_model::ids::DocumentId;
use sohoa_pipeline::describe::{self, Form};
use sohoa_shell::{Texts, UiLanguage, reasons};

use crate::command::Command;
use crate::desk::Deed;
use crate::jotter::Typed;
use crate::parts::{self, Action, Mark, Notice};
use crate::screens::Act;
use crate::screens::describe::{Seen, State};
use crate::theme::{semibold, tokens};

/// What stands in the fields of a form.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The texts as they were typed, and where each came from.
    fields: BTreeMap<DocumentField, (String, Origin)>,
    /// Whether something was typed that was not sent to be written.
    pub is_changed: bool,
    /// Whether the person said that it is complete, and typed nothing since.
    pub is_finished: bool,
    /// Whether what was typed stands in the file of the document.
    is_jotted: bool,
    /// Digits that were struck in a list of codes.
    digits: String,
}

impl Draft {
    /// What a form is filled in with.
    pub fn of(form: &Form) -> Self {
        let fields = form.filled.values.iter().map(|(field, value)| (*field, (value.text.clone(), value.origin)));
        Self { fields: fields.collect(), ..Self::default() }
    }

    /// The text of a field.
    fn text(&self, field: DocumentField) -> &str {
        self.fields.get(&field).map_or("", |(text, _)| text.as_str())
    }

    /// Where the value of a field came from; `None` if it is empty.
    pub fn origin(&self, field: DocumentField) -> Option<Origin> {
        self.fields.get(&field).filter(|(text, _)| !text.trim().is_empty()).map(|(_, origin)| *origin)
    }

    /// Takes a text that a person gave.
    fn set(&mut self, field: DocumentField, text: String) {
        self.fields.insert(field, (text, Origin::Person));
        self.is_changed = true;
        self.is_finished = false;
        self.is_jotted = false;
    }

    /// The fields that a person typed into; `None` if they were told before.
    pub fn jot(&mut self) -> Option<Typed> {
        let typed = |(field, (text, origin)): (&DocumentField, &(String, Origin))| {
            (*origin == Origin::Person).then(|| (*field, text.clone()))
        };
        (!std::mem::replace(&mut self.is_jotted, true)).then(|| self.fields.iter().filter_map(typed).collect())
    }

    /// What stands in the file of the document is to be newer than what was just written.
    pub fn jot_again(&mut self) {
        self.is_jotted = false;
    }

    /// Takes up what was typed into a form and not written.
    pub fn resume(form: &Form, typed: Typed) -> Self {
        let mut draft = Self::of(form);
        typed.into_iter().for_each(|(field, text)| draft.set(field, text));
        draft
    }

    /// Whether the first digit of a code was struck.
    pub fn is_being_typed(&self) -> bool {
        !self.digits.is_empty()
    }

    /// What the fields say, in the form in which it is recorded; what is no value of its field as it was typed.
    fn said(&self) -> DocumentDescription {
        let value = |(&field, (text, origin)): (&DocumentField, &(String, Origin))| {
            let text = describe::drafted(field, text);
            (!text.is_empty()).then_some((field, FieldValue { text, origin: *origin }))
        };
        DocumentDescription { values: self.fields.iter().filter_map(value).collect() }
    }

    /// Whether it says this, value by value and with the same origins.
    pub fn says(&self, description: &DocumentDescription) -> bool {
        self.said() == *description
    }

    /// Whether it reads as this does, wherever the values came from.
    pub fn reads_as(&self, description: &DocumentDescription) -> bool {
        let said = self.said();
        DocumentField::ALL.into_iter().all(|field| said.text(field) == description.text(field))
    }

    /// What writes it down: complete, if the person said so, else a draft.
    pub fn deed(&self, document: DocumentId) -> Deed {
        Deed::Describe { document, description: self.said(), is_done: self.is_finished }
    }

    /// What keeps the form from being complete, in the order of the form.
    pub fn faults(&self) -> Vec<(DocumentField, FieldFault)> {
        let fault = |field: DocumentField| match field.canonical(self.text(field)) {
            Err(fault) => Some((field, fault)),
            Ok(text) if text.is_empty() && field.is_required() => Some((field, FieldFault::Missing)),
            Ok(_) => None,
        };
        DocumentField::ALL.into_iter().filter_map(fault).collect()
    }

    /// Takes over one field of another form, or every one that is empty here.
    pub fn copy(&mut self, from: &Self, field: Option<DocumentField>) {
        let is_meant = |candidate: &DocumentField| match field {
            Some(field) => *candidate == field,
            None => self.text(*candidate).trim().is_empty(),
        };
        let meant: Vec<DocumentField> = DocumentField::ALL.into_iter().filter(is_meant).collect();
        for field in meant {
            if !from.text(field).trim().is_empty() {
                self.set(field, from.text(field).to_owned());
            }
        }
    }
}

/// A document in a few words: its kind and number, as far as they are known.
pub fn title(texts: &Texts, form: &Form, draft: Option<&Draft>, n: usize) -> String {
    let filled = Draft::of(form);
    let draft = draft.unwrap_or(&filled);
    let code = draft.text(DocumentField::TypeName);
    let codes = DocumentField::TypeName.codes().unwrap_or_default();
    let kind = codes.iter().find(|(known, ..)| *known == code);
    let is_vietnamese = texts.language() == UiLanguage::Vietnamese;
    let kind = kind.map(|(_, vietnamese, english)| if is_vietnamese { *vietnamese } else { *english });
    let number = draft.text(DocumentField::CodeNumber);
    match kind.filter(|_| code != DocumentType::Other.code()) {
        Some(kind) => format!("{n} {kind} {number}").trim_end().to_owned(),
        None => match draft.text(DocumentField::Subject) {
            "" => format!("{n} {}", texts.get("ui-document")),
            subject => format!("{n} {subject}"),
        },
    }
}

/// Draws the form; says whether something was typed.
pub fn show(
    ui: &mut Ui,
    state: &mut State,
    seen: &Seen<'_>,
    form: &Form,
    draft: &mut Draft,
    next: Option<usize>,
    acts: &mut Vec<Act>,
) -> bool {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let mut is_typed = false;
    Panel::bottom("describe-next").resizable(false).show_separator_line(false).frame(egui::Frame::new()).show(
        ui,
        |ui| {
            next_step(ui, state, seen, draft, next, acts);
        },
    );
    ScrollArea::vertical().id_salt("describe-form").auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(ui.available_width() - 10.0);
        ui.horizontal(|ui| {
            ui.label(RichText::new(texts.get("ui-describe-document")).font(semibold(16.0)).color(t.text));
            if state.has_before() {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let (word, cap) = (texts.get("ui-copy-previous"), Command::CopyPrevious.cap(texts));
                    let action = Action { is_worded: false, ..Action::new(&word, &cap) };
                    if action.icon(Command::CopyPrevious.icon()).show(ui, None).clicked() {
                        acts.push(Act::Command(Command::CopyPrevious));
                    }
                });
            }
        });
        if let Some(failure) = &state.refused {
            parts::failed(ui, failure, &seen.texts.get("ui-typed-stays"));
        }
        state.unplaced.retain(|(document, word)| {
            if *document != form.document {
                return true;
            }
            let title = texts.say("ui-word-unplaced", &[("typed", (&word.typed).into())]);
            let line = texts.get("ui-word-unplaced-next");
            Notice { mark: Mark::Warn, state: t.warn, title: &title, lines: &[&line] }.show(ui);
            !Action::new(&texts.get("ui-word-seen"), "").show(ui, None).clicked()
        });
        if let Some(reason) = &seen.dossier.held {
            let line = texts.get("ui-held-stays");
            Notice { mark: Mark::Held, state: t.held, title: reason, lines: &[&line] }.show(ui);
            return;
        }
        if form.unread > 0 {
            let words = texts.say("ui-pages-unread", &[("pages", form.unread.into())]);
            ui.label(RichText::new(words).small().color(t.warn.fg));
        }
        ui.spacing_mut().item_spacing.y = 4.0;
        let mut one = |ui: &mut Ui, field| is_typed |= self::field(ui, state, seen, form, draft, field);
        use DocumentField as F;
        one(ui, F::TypeName);
        ui.columns(2, |columns| {
            one(&mut columns[0], F::CodeNumber);
            one(&mut columns[1], F::CodeNotation);
        });
        ui.columns(2, |columns| {
            one(&mut columns[0], F::IssuedDate);
            counted(&mut columns[1], &texts.get("ead-numberOfPage"), &form.pages.len().to_string(), texts);
        });
        one(ui, F::OrganName);
        one(ui, F::Subject);
        one(ui, F::Language);
        ui.columns(2, |columns| {
            one(&mut columns[0], F::Mode);
            counted(&mut columns[1], &texts.get("ead-confidenceLevel"), &texts.get("ui-digitised-02"), texts);
        });
        one(ui, F::Autograph);
        one(ui, F::Keyword);
        ui.columns(2, |columns| {
            one(&mut columns[0], F::InforSign);
            one(&mut columns[1], F::Format);
        });
        one(ui, F::Description);
        if let Some(written) = &form.written {
            let id = if written.is_done { "ui-described-by" } else { "ui-drafted-by" };
            let values = [("operator", (&written.operator).into()), ("at", written.at.short_vietnam().into())];
            ui.add_space(6.0);
            ui.label(RichText::new(texts.say(id, &values)).small().color(t.text3));
        }
    });
    is_typed
}

/// The sign of where a value came from, and what it means.
fn source(texts: &Texts, form: &Form, origin: Origin) -> (Icon, String) {
    match origin {
        Origin::Inventory => (Icon::ListTree, texts.get("ui-from-inventory")),
        Origin::Person => (Icon::UserRound, texts.get("ui-from-person")),
        Origin::Recognition { page, .. } => {
            let page = form.pages.iter().position(|id| *id == page).map_or(0, |at| at + 1);
            (Icon::ScanText, texts.say("ui-page-n", &[("page", page.into())]))
        }
    }
}

/// A field with its label, its source, its mark and what is wrong with it; says whether something was typed.
fn field(
    ui: &mut Ui,
    state: &mut State,
    seen: &Seen<'_>,
    form: &Form,
    draft: &mut Draft,
    field: DocumentField,
) -> bool {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let name = texts.get(&format!("ead-{}", field.word()));
    let before = draft.text(field).to_owned();
    let canonical = field.canonical(&before);
    let is_missing = field.is_required() && canonical.as_deref() == Ok("");
    let label = ui
        .horizontal(|ui| {
            let label = ui.label(RichText::new(&name).small().color(t.text2));
            if let Some(origin) = draft.origin(field) {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let (icon, words) = source(texts, form, origin);
                    let is_wide = ui.available_width() > 70.0;
                    let sign = char::from(icon);
                    let shown = if is_wide { format!("{sign} {words}") } else { sign.to_string() };
                    let is_shown = matches!(origin, Origin::Recognition { .. });
                    let sense = if is_shown { Sense::click() } else { Sense::hover() };
                    let label = egui::Label::new(RichText::new(shown).small().color(t.text3)).sense(sense);
                    let response = ui.add(label);
                    if is_shown {
                        let name = format!("{} · {name} · {words}", texts.get(Command::ShowSource.label()));
                        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                    }
                    if response.on_hover_text(words).clicked() {
                        state.field = Some(field);
                        state.wants_source = true;
                    }
                });
            }
            label
        })
        .inner;
    let mark = match &canonical {
        Err(_) => Some(Mark::Warn),
        Ok(_) if is_missing => Some(Mark::Warn),
        Ok(text) if !text.is_empty() => Some(Mark::Pass),
        Ok(_) => None,
    };
    let wants_focus = state.wants_field == Some(field);
    let mut typed = before.clone();
    let response = match field.codes() {
        Some(codes) => coded(ui, texts, draft, field, &codes, &mut typed),
        None => {
            let rows = if matches!(field, DocumentField::Subject | DocumentField::Autograph) { 2 } else { 1 };
            let edit = match rows {
                1 => TextEdit::singleline(&mut typed),
                _ => TextEdit::multiline(&mut typed).return_key(KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter)),
            };
            let margin = Margin { left: 10, right: 28, top: 6, bottom: 6 };
            let id = ui.scope_id().with(("field", form.document.0, field.word()));
            let hint = if field.is_required() { String::new() } else { texts.get("ui-if-any") };
            ui.add(edit.id(id).hint_text(hint).desired_rows(rows).desired_width(f32::INFINITY).margin(margin))
        }
    };
    let response = response.labelled_by(label.id);
    // A narrow choice has no room for it beside its arrow.
    if let Some(mark) = mark.filter(|_| field.codes().is_none() || response.rect.width() > 160.0) {
        let inset = if field.codes().is_some() { 38.0 } else { 14.0 };
        mark.paint(ui, egui::pos2(response.rect.right() - inset, response.rect.center().y), t.surface);
    }
    if wants_focus {
        response.request_focus();
        response.scroll_to_me(Some(Align::Center));
        state.wants_field = None;
    }
    if response.has_focus() {
        state.field = Some(field);
    }
    let fault = match canonical {
        Err(fault) => Some(fault),
        Ok(_) if is_missing => Some(FieldFault::Missing),
        Ok(_) => None,
    };
    if let Some(fault) = fault {
        ui.label(RichText::new(reasons::fault(texts, fault)).small().color(t.warn.fg));
    } else if response.has_focus() && matches!(draft.origin(field), Some(Origin::Recognition { .. })) {
        ui.label(RichText::new(texts.get("ui-f3-source")).small().color(t.text3));
    }
    if typed == before {
        return false;
    }
    draft.set(field, typed);
    true
}

/// A choice from a list of codes; two digits struck in it choose one.
fn coded(
    ui: &mut Ui,
    texts: &Texts,
    draft: &mut Draft,
    field: DocumentField,
    codes: &[(&'static str, &'static str, &'static str)],
    typed: &mut String,
) -> egui::Response {
    let chosen = codes.iter().find(|(code, ..)| *code == typed.as_str());
    let shown = chosen.map_or_else(|| texts.get("ui-choose"), |item| reasons::code(texts, field, item.0));
    let width = ui.available_width();
    let combo =
        ComboBox::from_id_salt(("codes", field.word())).selected_text(shown).width(width).height(420.0).truncate();
    let shown = combo.show_ui(ui, |ui| {
        for item in codes {
            ui.selectable_value(typed, item.0.to_owned(), reasons::code(texts, field, item.0));
        }
        if !field.is_required() {
            ui.selectable_value(typed, String::new(), texts.get("ui-not-known"));
        }
    });
    let response = shown.response;
    if response.has_focus() {
        let struck: String = ui.input(|input| {
            let texts = input.events.iter().filter_map(|event| match event {
                Event::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.flat_map(str::chars).filter(char::is_ascii_digit).collect()
        });
        for digit in struck.chars() {
            draft.digits.push(digit);
            let digits = std::mem::take(&mut draft.digits);
            match codes.iter().any(|(code, ..)| *code == digits) {
                true => *typed = digits,
                false if digits.len() < 2 => draft.digits = digits,
                false => draft.digits = digit.to_string(),
            }
        }
    }
    response
}

/// What the catalog itself knows.
fn counted(ui: &mut Ui, name: &str, value: &str, texts: &Texts) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).small().color(t.text2));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(char::from(Icon::Scale)).small().color(t.text3))
                .on_hover_text(texts.get("ui-measured"));
        });
    });
    let frame = egui::Frame::new().fill(t.panel).stroke(egui::Stroke::new(1.0, t.line)).corner_radius(6);
    let shown = frame.inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(value).color(t.text));
    });
    let rect = shown.response.rect;
    Mark::Pass.paint(ui, egui::pos2(rect.right() - 14.0, rect.center().y), t.panel);
}

/// What is next: the next thing that needs a person, holding, or the next document.
fn next_step(ui: &mut Ui, state: &State, seen: &Seen<'_>, draft: &Draft, next: Option<usize>, acts: &mut Vec<Act>) {
    let texts = seen.texts;
    if seen.dossier.held.is_some() {
        return;
    }
    ui.add_space(8.0);
    let width = ui.available_width();
    ui.horizontal(|ui| {
        let gap = ui.spacing().item_spacing.x;
        // Where there is little room the second one loses its word.
        let is_narrow = width < 340.0;
        let first = if is_narrow { width - gap - 92.0 } else { (width - gap) / 2.0 };
        for (command, wide) in [(Command::NextDoubt, first), (Command::Hold, width - gap - first)] {
            let (word, cap) = (texts.get(command.label()), command.cap(texts));
            let is_worded = command == Command::NextDoubt || !is_narrow;
            let action = Action { is_worded, ..Action::new(&word, &cap) };
            if action.icon(command.icon()).show(ui, Some(wide)).clicked() {
                acts.push(Act::Command(command));
            }
        }
    });
    let word = match next {
        Some(n) => texts.say("ui-done-next-document", &[("document", n.into())]),
        None => texts.get("ui-done-last-document"),
    };
    // While a word is being put right the key takes the word.
    let cap = if state.word.is_some() { String::new() } else { Command::Finish.cap(texts) };
    let action = Action::new(&word, &cap).primary().enabled(draft.faults().is_empty());
    if action.show(ui, Some(width)).clicked() {
        acts.push(Act::Command(Command::Finish));
    }
}
