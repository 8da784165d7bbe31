//! Search: words, what they were found in, and the place on the paper.

use std::sync::Arc;

use eframe::egui;
use egui::text::LayoutJob;
use egui::{
    CentralPanel, FontId, Frame, Key, Margin, Modifiers, Panel, RichText, Role, ScrollArea, Sense, Stroke, TextEdit,
    TextFormat, Ui, WidgetInfo, vec2,
};
use sohoa_catalog::search::{Found, Hit, Scope};
use sohoa_model::ids::PageId;
use sohoa_shell::{Failure, Texts};

use crate::finder::{Answer, Finder, MARKERS, Shown};
use crate::gallery::Gallery;
use crate::lens::Lens;
use crate::parts::{self, Mark};
use crate::regions;
use crate::screens::{Act, Screen};
use crate::theme::{semibold, tokens};

/// Height of a hit.
const ROW: f32 = 78.0;

/// Where can be searched.
const SCOPES: [(Scope, &str); 3] = [
    (Scope::Everywhere, "ui-scope-everywhere"),
    (Scope::Descriptions, "ui-scope-descriptions"),
    (Scope::Pages, "ui-scope-pages"),
];

/// What was typed and what came of it.
#[derive(Default)]
pub struct State {
    query: String,
    /// Where is searched.
    scope: Scope,
    asked: (Scope, String),
    found: Option<((Scope, String), Found, u64)>,
    chosen: usize,
    shown: Option<(PageId, Box<Shown>)>,
    /// Which of the places of the page is looked at.
    place: usize,
    wanted: Option<PageId>,
    lens: Lens,
    refused: Option<Failure>,
    scrolls: bool,
    had_focus: bool,
    /// Whether what is typed next is to be searched for.
    pub is_asked_for: bool,
    /// What led to a dossier, the last first.
    recent: Vec<String>,
}

/// Searches that are remembered, at most.
const RECENT: usize = 8;

impl State {
    /// Takes what the finder brought.
    pub fn take(&mut self, answer: Answer) {
        self.refused = None;
        match answer {
            Answer::Found(scope, query, found, unread) => {
                self.chosen = 0;
                self.shown = None;
                self.wanted = None;
                self.found = Some(((scope, query), found, unread));
            }
            Answer::Shown(page, shown) => {
                self.place = 0;
                let place = shown.places.first();
                self.lens.look_at(shown.view.id, place.copied());
                self.shown = Some((page, shown));
            }
            Answer::Failed(failure) => self.refused = Some(failure),
        }
    }

    /// Whether what was asked for has come.
    pub fn is_settled(&self) -> bool {
        let is_found = self.asked.1.is_empty() || self.found.as_ref().is_some_and(|(asked, ..)| *asked == self.asked);
        is_found && self.wanted == self.shown.as_ref().map(|(page, _)| *page)
    }

    /// Remembers what led to a dossier.
    fn remember(&mut self) {
        self.recent.retain(|query| *query != self.asked.1);
        self.recent.insert(0, self.asked.1.clone());
        self.recent.truncate(RECENT);
    }

    /// Looks at the next place of the page where a word was found.
    pub fn next_place(&mut self) {
        let Some((_, shown)) = &self.shown else { return };
        if shown.places.is_empty() {
            return;
        }
        self.place = (self.place + 1) % shown.places.len();
        self.lens.look_at(shown.view.id, shown.places.get(self.place).copied());
    }

    fn hit(&self) -> Option<&Hit> {
        self.found.as_ref().and_then(|(_, found, _)| found.hits.get(self.chosen))
    }
}

/// Draws it.
pub fn show(
    ui: &mut Ui,
    texts: &Arc<Texts>,
    finder: &Finder,
    state: &mut State,
    gallery: &mut Gallery,
    acts: &mut Vec<Act>,
) {
    let t = tokens(ui.ctx());
    field(ui, texts, finder, state);
    ui.add_space(6.0);
    keys(ui, state, acts);
    let width = (ui.available_width() * 0.42).clamp(320.0, 560.0);
    let frame = Frame::new().fill(t.app);
    Panel::left("hits").exact_size(width).resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
        regions::region(ui, &texts.get("ui-search"));
        hits(ui, texts, state);
    });
    let page = state.hit().filter(|hit| !hit.held).and_then(|hit| Some((hit.dossier.clone(), hit.page.as_ref()?.page)));
    if let Some((dossier, page)) = page
        && state.wanted != Some(page)
    {
        state.wanted = Some(page);
        finder.show(&dossier, page, &state.asked.1, texts);
    }
    let frame = Frame::new().fill(t.stage).outer_margin(Margin { left: 12, ..Margin::ZERO }).corner_radius(8);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        regions::region(ui, &texts.get("ui-page"));
        let rect = ui.max_rect();
        let hit = state.hit().cloned();
        match (&state.shown, hit) {
            (_, Some(hit)) if hit.held => {
                Mark::Held.paint(ui, rect.center() - vec2(0.0, 26.0), t.stage);
                let words = texts.get("ui-held-covered");
                let font = FontId::proportional(14.0);
                let place = ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, &words, font, t.text2);
                parts::said(ui, place, &words);
            }
            (Some((page, shown)), Some(hit)) if hit.page.as_ref().is_some_and(|hit| hit.page == *page) => {
                let name = title(texts, &hit);
                state.lens.show_view(ui, rect, &shown.view, gallery, &name, &shown.places);
            }
            (_, Some(hit)) if hit.page.is_none() => {
                let words = format!("{} · {}", hit.dossier, hit.title);
                let galley = parts::cut(ui, &words, semibold(16.0), t.text, rect.width() - 48.0);
                ui.painter().galley(rect.center() - galley.size() / 2.0 - vec2(0.0, 14.0), galley, t.text);
                let (at, font) = (rect.center() + vec2(0.0, 16.0), FontId::proportional(14.0));
                let where_found = texts.get("ui-hit-in-description");
                let place = ui.painter().text(at, egui::Align2::CENTER_CENTER, &where_found, font, t.text2);
                parts::said(ui, place, &format!("{words} · {where_found}"));
            }
            _ => {}
        }
    });
}

fn field(ui: &mut Ui, texts: &Arc<Texts>, finder: &Finder, state: &mut State) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(texts.get("ui-search-for")).color(t.text2));
        let field = TextEdit::singleline(&mut state.query)
            .hint_text(texts.get("ui-no-marks-needed"))
            .desired_width(560.0)
            .font(FontId::proportional(16.0))
            .margin(Margin::symmetric(12, 9));
        let field = ui.add(field).labelled_by(label.id);
        if std::mem::take(&mut state.is_asked_for) | !std::mem::replace(&mut state.had_focus, true) {
            field.request_focus();
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (scope, id) in SCOPES {
            let words = texts.get(id);
            if parts::chip(ui, None, &words, &words, scope == state.scope).clicked() {
                state.scope = scope;
            }
        }
    });
    let asked = (state.scope, state.query.trim().to_owned());
    if asked != state.asked {
        match asked.1.is_empty() {
            true => state.found = None,
            false => finder.find(asked.0, &asked.1, texts),
        }
        state.asked = asked;
    }
}

/// Hits by the arrows, the dossier of one by Enter; the field keeps the letters.
fn keys(ui: &mut Ui, state: &mut State, acts: &mut Vec<Act>) {
    if !parts::is_uncovered(ui) {
        return;
    }
    let count = state.found.as_ref().map_or(0, |(_, found, _)| found.hits.len());
    let pressed = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(ui, Key::ArrowDown) && state.chosen + 1 < count {
        state.chosen += 1;
        state.scrolls = true;
    }
    if pressed(ui, Key::ArrowUp) && state.chosen > 0 {
        state.chosen -= 1;
        state.scrolls = true;
    }
    if pressed(ui, Key::Enter)
        && let Some(dossier) = state.hit().map(|hit| hit.dossier.clone())
    {
        state.remember();
        acts.push(Act::Open(dossier, Screen::Check));
    }
}

/// What was found, and what can't be found yet.
fn hits(ui: &mut Ui, texts: &Texts, state: &mut State) {
    let t = tokens(ui.ctx());
    if let Some(failure) = &state.refused {
        parts::failed(ui, failure, &texts.get("ui-data-untouched"));
    }
    let Some((_, found, unread)) = &state.found else {
        ui.label(RichText::new(texts.get("ui-search-empty")).color(t.text2));
        recent(ui, texts, state);
        return;
    };
    let count = match found.more_than {
        Some(more) => texts.say("ui-hits-more", &[("hits", more.into())]),
        None => texts.say("ui-hits", &[("hits", found.hits.len().into())]),
    };
    ui.label(RichText::new(count).small().color(t.text2));
    if *unread > 0 {
        let words = texts.say("ui-unread-pages", &[("pages", (*unread).into())]);
        ui.label(RichText::new(words).small().color(t.warn.fg));
    }
    if found.hits.is_empty() && state.scope != Scope::Everywhere {
        let word = RichText::new(texts.get("ui-search-everywhere")).color(t.accent_text);
        if ui.add(egui::Button::new(word).frame(false)).clicked() {
            state.scope = Scope::Everywhere;
        }
    }
    ui.add_space(4.0);
    let mut chosen = None;
    parts::card(ui).inner_margin(Margin::same(1)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut area = ScrollArea::vertical().id_salt("hits").auto_shrink([false, false]);
        if std::mem::take(&mut state.scrolls) {
            let middle = ROW * state.chosen as f32 - ui.available_height() / 2.0;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
        area.show_rows(ui, ROW, found.hits.len(), |ui, range| {
            for at in range {
                if row(ui, texts, &found.hits[at], at == state.chosen).clicked() {
                    chosen = Some(at);
                }
            }
        });
    });
    if let Some(at) = chosen {
        state.chosen = at;
    }
}

/// What led to a dossier before, to be looked for again.
fn recent(ui: &mut Ui, texts: &Texts, state: &mut State) {
    let t = tokens(ui.ctx());
    if state.recent.is_empty() {
        return;
    }
    ui.add_space(12.0);
    ui.label(RichText::new(texts.get("ui-recent-searches")).font(semibold(13.0)).color(t.text2));
    let mut again = None;
    for query in &state.recent {
        let words = RichText::new(query).color(t.accent_text);
        if ui.add(egui::Button::new(words).frame(false)).clicked() {
            again = Some(query.clone());
        }
    }
    if let Some(query) = again {
        state.query = query;
    }
}

fn title(texts: &Texts, hit: &Hit) -> String {
    match &hit.page {
        Some(page) => {
            let values = [
                ("dossier", (&hit.dossier).into()),
                ("document", (&page.document_name).into()),
                ("page", page.number.into()),
            ];
            texts.say("search-page", &values)
        }
        None => hit.dossier.clone(),
    }
}

fn row(ui: &mut Ui, texts: &Texts, hit: &Hit, is_chosen: bool) -> egui::Response {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let fill = parts::ground(t, &response, is_chosen);
    ui.painter().rect_filled(rect, 0.0, fill);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, t.line));
    let (left, room) = (rect.left() + 14.0, rect.width() - 28.0);
    let title = title(texts, hit);
    let head = parts::cut(ui, &title, semibold(13.0), t.text, room - if hit.held { 24.0 } else { 0.0 });
    ui.painter().galley(egui::pos2(left, rect.top() + 8.0), head, t.text);
    if hit.held {
        Mark::Held.paint(ui, egui::pos2(rect.right() - 20.0, rect.top() + 17.0), fill);
    }
    let snippet = if hit.held { texts.get("ui-held-hit") } else { hit.snippet.clone() };
    let mut job = LayoutJob::default();
    job.wrap.max_width = room;
    job.wrap.max_rows = 2;
    let plain = TextFormat { font_id: FontId::proportional(13.0), color: t.text2, ..TextFormat::default() };
    let found = TextFormat { color: t.text, background: t.hit, ..plain.clone() };
    for (n, part) in snippet.split(MARKERS.0).enumerate() {
        match part.split_once(MARKERS.1).filter(|_| n > 0) {
            Some((word, rest)) => {
                job.append(word, 0.0, found.clone());
                job.append(rest, 0.0, plain.clone());
            }
            None => job.append(part, 0.0, plain.clone()),
        }
    }
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(egui::pos2(left, rect.top() + 30.0), galley, t.text2);
    let words = snippet.replace([MARKERS.0, MARKERS.1].map(|mark| mark.chars().next().unwrap_or(' ')), "");
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, format!("{title} · {words}")));
    response
}
