//! The palette: every command of this screen and everywhere, and every dossier, by a few letters.

use std::sync::Arc;

use eframe::egui;
use egui::{Align2, FontId, Key, Margin, Modal, Modifiers, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, vec2};
use sohoa_model::fold;
use sohoa_shell::Texts;

use crate::command::{Command, Place};
use crate::model::{DossierLine, Snapshot, TreeLine};
use crate::parts;
use crate::screens::{Act, inventory};
use crate::theme::{semibold, tokens};

/// Dossiers that are offered, at most.
const DOSSIERS: usize = 8;
/// Boxes that are offered, at most.
const BOXES: usize = 4;
/// Height of a row.
const ROW: f32 = 34.0;

/// What is typed, and which row is chosen.
#[derive(Default)]
pub struct State {
    text: String,
    chosen: usize,
    had_focus: bool,
    /// The dossiers that fit, and the text that they were looked for with; none after the archive was read again.
    found: Option<(String, Vec<Arc<DossierLine>>)>,
    /// The same of boxes.
    boxes: Option<(String, Vec<TreeLine>)>,
    /// Whether only places are offered: boxes and dossiers.
    places_only: bool,
}

impl State {
    /// One that offers boxes and dossiers, and no commands.
    pub fn of_places() -> Self {
        Self::of_places_with(String::new())
    }

    /// One of boxes and dossiers that begins with a text.
    pub fn of_places_with(text: String) -> Self {
        Self { text, places_only: true, ..Self::default() }
    }

    /// The archive was read again: other dossiers may fit.
    pub fn forget(&mut self) {
        self.found = None;
        self.boxes = None;
    }

    /// The boxes whose code begins with the text, those that are it first; looked for again only when something changed.
    fn find_boxes(&mut self, snapshot: &Snapshot) -> &[TreeLine] {
        if self.boxes.as_ref().is_none_or(|(text, _)| *text != self.text) {
            let wanted: String = fold::letters(self.text.trim()).collect();
            let (mut exact, mut others) = (Vec::new(), Vec::new());
            for line in snapshot.tree.iter().filter(|line| line.depth == 2 && !wanted.is_empty()) {
                let code: String = fold::letters(&line.branch[2]).collect();
                if code == wanted {
                    exact.push(line.clone());
                } else if code.starts_with(&wanted) && others.len() < BOXES {
                    others.push(line.clone());
                }
            }
            exact.extend(others);
            exact.truncate(BOXES);
            self.boxes = Some((self.text.clone(), exact));
        }
        self.boxes.as_ref().map_or(&[], |(_, lines)| lines)
    }

    /// The first dossiers that fit the text, looked for again only when something changed.
    fn find(&mut self, snapshot: &Snapshot) -> &[Arc<DossierLine>] {
        if self.found.as_ref().is_none_or(|(text, _)| *text != self.text) {
            let wanted: String = fold::letters(&self.text).collect();
            let lines = snapshot.dossiers.iter().filter(|line| !wanted.trim().is_empty() && line.matches(&wanted));
            self.found = Some((self.text.clone(), lines.take(DOSSIERS).cloned().collect()));
        }
        self.found.as_ref().map_or(&[], |(_, lines)| lines)
    }
}

/// A row: what it is called, its key, and what comes of it.
struct Offer {
    icon: lucide_icons::Icon,
    words: String,
    beside: String,
    act: Act,
}

/// Draws it; gives what was chosen, or nothing once it is left.
pub fn show(
    ui: &Ui,
    texts: &Texts,
    place: Place,
    snapshot: Option<&Snapshot>,
    state: &mut State,
) -> Option<Option<Act>> {
    let t = tokens(ui.ctx());
    let mut offers = match state.places_only {
        true => Vec::new(),
        false => offers(texts, place, &state.text),
    };
    if let Some(snapshot) = snapshot {
        offers.extend(state.find_boxes(snapshot).iter().map(|line| of_box(texts, line)));
        offers.extend(state.find(snapshot).iter().map(|line| of_dossier(texts, line)));
    }
    let mut answer = None;
    let modal = Modal::new(egui::Id::unique("palette")).frame(parts::modal(ui).inner_margin(8));
    let top = egui::Area::new(egui::Id::unique("palette-area")).anchor(Align2::CENTER_TOP, vec2(0.0, 110.0));
    let shown = modal.area(top.order(egui::Order::Foreground)).show(ui.ctx(), |ui| {
        ui.set_width(640.0);
        let hint = texts.get(if state.places_only { "ui-box-or-dossier" } else { "ui-palette-hint" });
        let field = TextEdit::singleline(&mut state.text)
            .hint_text(&hint)
            .desired_width(f32::INFINITY)
            .font(FontId::proportional(16.0))
            .margin(Margin::symmetric(12, 10));
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
        if !std::mem::replace(&mut state.had_focus, true) {
            field.request_focus();
        }
        if field.changed() {
            state.chosen = 0;
        }
        let pressed = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(ui, Key::ArrowDown) && state.chosen + 1 < offers.len() {
            state.chosen += 1;
        }
        if pressed(ui, Key::ArrowUp) {
            state.chosen = state.chosen.saturating_sub(1);
        }
        state.chosen = state.chosen.min(offers.len().saturating_sub(1));
        let mut taken = ui.input(|input| input.key_pressed(Key::Enter)).then_some(state.chosen);
        ui.add_space(4.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        let shown = ROW * offers.len().min(12) as f32;
        let area = ScrollArea::vertical().id_salt("palette").max_height(ROW * 12.0).min_scrolled_height(shown);
        area.show(ui, |ui| {
            for (at, offer) in offers.iter().enumerate() {
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
                let fill = if at == state.chosen || response.hovered() { t.accent_soft } else { t.surface };
                ui.painter().rect_filled(rect, 4.0, fill);
                let sign = egui::pos2(rect.left() + 18.0, rect.center().y + 1.0);
                let icon = char::from(offer.icon);
                ui.painter().text(sign, Align2::CENTER_CENTER, icon, FontId::proportional(16.0), t.text2);
                let beside = egui::pos2(rect.right() - 12.0, rect.center().y);
                let small = FontId::proportional(12.0);
                let end = ui.painter().text(beside, Align2::RIGHT_CENTER, &offer.beside, small, t.text3).left();
                let font = if at == state.chosen { semibold(14.0) } else { FontId::proportional(14.0) };
                let words = parts::cut(ui, &offer.words, font, t.text, end - rect.left() - 56.0);
                let left = egui::pos2(rect.left() + 40.0, rect.center().y - words.size().y / 2.0);
                ui.painter().galley(left, words, t.text);
                let is_chosen = at == state.chosen;
                response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &offer.words));
                if is_chosen && ui.input(|input| input.key_down(Key::ArrowDown) || input.key_down(Key::ArrowUp)) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    taken = Some(at);
                }
            }
        });
        if let Some(at) = taken.filter(|at| *at < offers.len()) {
            answer = Some(Some(offers.swap_remove(at).act));
        }
    });
    if shown.should_close() && answer.is_none() {
        answer = Some(None);
    }
    answer
}

/// The commands that fit a text.
fn offers(texts: &Texts, place: Place, text: &str) -> Vec<Offer> {
    let wanted: String = fold::letters(text).collect();
    let fits = |words: &str| {
        let words: String = fold::letters(words).collect();
        wanted.split_whitespace().all(|word| words.contains(word))
    };
    let here = Command::of(place).iter().filter(|_| place != Place::Everywhere);
    here.chain(&Command::EVERYWHERE)
        .filter(|command| !command.is_of_screen())
        .map(|command| (*command, texts.get(command.label())))
        .filter(|(_, words)| fits(words))
        .map(|(command, words)| Offer {
            icon: command.icon(),
            words,
            beside: command.cap(texts),
            act: Act::Command(command),
        })
        .collect()
}

fn of_box(texts: &Texts, line: &TreeLine) -> Offer {
    let above = line.branch[..2].iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>().join(" › ");
    Offer {
        icon: Command::GoToBox.icon(),
        words: format!("{}  {above}", texts.say("ui-box-n", &[("box", (&line.branch[2]).into())])),
        beside: texts.say("ui-dossiers-of", &[("done", line.done.into()), ("all", line.all.into())]),
        act: Act::Branch(line.branch.clone()),
    }
}

fn of_dossier(texts: &Texts, line: &DossierLine) -> Offer {
    Offer {
        icon: lucide_icons::Icon::Archive,
        words: format!("{}  {}", line.code, line.title),
        beside: texts.get(&format!("state-{}", line.state.word())),
        act: Act::Open(line.code.clone(), inventory::step_of(line)),
    }
}
