//! Parts that every screen is made of: marks, bars, key caps, cards, rows of lists. Each says its name to screen readers.

use std::f32::consts::TAU;
use std::path::PathBuf;

use eframe::egui;
use egui::{
    Align2, Color32, Event, FontId, Frame, Key, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use sohoa_shell::Failure;

use crate::regions;
use crate::theme::{Semantic, Tokens, UNTINTED, semibold, tokens};

/// A state, told by colour and outline alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is right.
    Pass,
    /// Somebody should look.
    Warn,
    /// It is wrong.
    Reject,
    /// It is to be scanned again.
    Rescan,
    /// It is held.
    Held,
    /// The paper may be refiled.
    Safe,
    /// Something is not safe yet.
    Unsaved,
    /// It is planned.
    Planned,
    /// It is under way.
    Running,
    /// The page is blank.
    Blank,
}

impl Mark {
    fn colour(self, t: &Tokens) -> Color32 {
        match self {
            Self::Pass => t.pass.fg,
            Self::Warn => t.warn.fg,
            Self::Reject | Self::Rescan => t.reject.fg,
            Self::Held => t.held.fg,
            Self::Safe => t.safe.fg,
            Self::Unsaved => t.unsaved.fg,
            Self::Planned => t.line2,
            Self::Running => t.accent_text,
            Self::Blank => t.text3,
        }
    }

    /// Paints it in a square of 16 points around a middle, cut out of `ground`.
    pub fn paint(self, ui: &Ui, middle: Pos2, ground: Color32) {
        let t = tokens(ui.ctx());
        let (painter, colour) = (ui.painter(), self.colour(t));
        let at = |x: f32, y: f32| middle + vec2(x - 8.0, y - 8.0);
        let line = |points: &[(f32, f32)], width: f32, colour: Color32| {
            painter.add(Shape::line(points.iter().map(|p| at(p.0, p.1)).collect(), Stroke::new(width, colour)));
        };
        let filled = |points: &[(f32, f32)]| {
            let points = points.iter().map(|p| at(p.0, p.1)).collect();
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        };
        match self {
            Self::Pass => {
                painter.circle_filled(middle, 7.0, colour);
                line(&[(4.6, 8.2), (7.0, 10.6), (11.4, 5.8)], 1.8, ground);
            }
            Self::Warn => {
                filled(&[(8.0, 1.2), (15.2, 15.0), (0.8, 15.0)]);
                line(&[(8.0, 5.6), (8.0, 10.2)], 1.8, ground);
                painter.circle_filled(at(8.0, 12.8), 1.1, ground);
            }
            Self::Reject => {
                filled(&[
                    (5.0, 0.8),
                    (11.0, 0.8),
                    (15.2, 5.0),
                    (15.2, 11.0),
                    (11.0, 15.2),
                    (5.0, 15.2),
                    (0.8, 11.0),
                    (0.8, 5.0),
                ]);
                line(&[(5.4, 5.4), (10.6, 10.6)], 1.8, ground);
                line(&[(10.6, 5.4), (5.4, 10.6)], 1.8, ground);
            }
            Self::Rescan => {
                filled(&[(8.0, 0.5), (15.5, 8.0), (8.0, 15.5), (0.5, 8.0)]);
                let arc = (0..=12).map(|n| {
                    let angle = TAU * (0.1 + 0.75 * n as f32 / 12.0);
                    middle + vec2(angle.cos(), angle.sin()) * 3.2
                });
                painter.add(Shape::line(arc.collect(), Stroke::new(1.6, ground)));
                line(&[(9.4, 4.0), (11.4, 5.0), (10.2, 7.0)], 1.4, ground);
            }
            Self::Held => {
                painter.rect_filled(Rect::from_min_size(at(2.0, 6.6), vec2(12.0, 8.8)), 1.6, colour);
                let shackle = (0..=12).map(|n| {
                    let angle = TAU / 2.0 * (1.0 + n as f32 / 12.0);
                    at(8.0, 6.0) + vec2(angle.cos(), angle.sin()) * 3.4
                });
                painter.add(Shape::line(shackle.collect(), Stroke::new(1.9, colour)));
            }
            Self::Safe => {
                filled(&[
                    (8.0, 0.6),
                    (14.6, 3.1),
                    (14.2, 8.6),
                    (11.8, 12.8),
                    (8.0, 15.5),
                    (4.2, 12.8),
                    (1.8, 8.6),
                    (1.4, 3.1),
                ]);
                line(&[(4.8, 7.8), (7.2, 10.2), (11.2, 5.6)], 1.8, ground);
            }
            Self::Unsaved => {
                for n in 0..8 {
                    let arc = (0..=4).map(|m| {
                        let angle = TAU * (n as f32 + 0.6 * m as f32 / 4.0) / 8.0;
                        middle + vec2(angle.cos(), angle.sin()) * 6.3
                    });
                    painter.add(Shape::line(arc.collect(), Stroke::new(1.9, colour)));
                }
                painter.circle_filled(middle, 2.1, colour);
            }
            Self::Planned => {
                painter.circle_stroke(middle, 6.3, Stroke::new(1.6, colour));
            }
            Self::Running => {
                painter.circle_stroke(middle, 6.3, Stroke::new(1.8, t.track));
                let arc = (0..=8).map(|n| {
                    let angle = TAU * (n as f32 / 8.0 - 1.0) / 4.0;
                    middle + vec2(angle.cos(), angle.sin()) * 6.3
                });
                painter.add(Shape::line(arc.collect(), Stroke::new(1.8, colour)));
            }
            Self::Blank => {
                let sheet = Rect::from_min_size(at(3.0, 1.0), vec2(10.0, 14.0));
                painter.rect_stroke(sheet, 1.0, Stroke::new(1.5, colour), egui::StrokeKind::Inside);
                line(&[(5.5, 8.0), (10.5, 8.0)], 1.5, colour);
            }
        }
    }

    /// Sets it in a line of widgets.
    pub fn show(self, ui: &mut Ui, ground: Color32) {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
        self.paint(ui, rect.center(), ground);
    }
}

/// A button: one filled one on a screen, the others outlined; its key stands on it.
pub struct Action<'a> {
    /// Whether it is the next thing to do.
    pub is_primary: bool,
    /// Its sign.
    pub icon: Option<lucide_icons::Icon>,
    /// What it does; only its accessible name where there is no room.
    pub word: &'a str,
    /// Whether the word is shown.
    pub is_worded: bool,
    /// Its key, empty for none.
    pub cap: &'a str,
    /// Whether it can be pressed.
    pub is_enabled: bool,
}

impl<'a> Action<'a> {
    /// An outlined button with a word and a key.
    pub fn new(word: &'a str, cap: &'a str) -> Self {
        Self { is_primary: false, icon: None, word, is_worded: true, cap, is_enabled: true }
    }

    /// The next thing to do.
    pub fn primary(self) -> Self {
        Self { is_primary: true, ..self }
    }

    /// With a sign before the word.
    pub fn icon(self, icon: lucide_icons::Icon) -> Self {
        Self { icon: Some(icon), ..self }
    }

    /// Whether it can be pressed.
    pub fn enabled(self, is_enabled: bool) -> Self {
        Self { is_enabled, ..self }
    }

    /// Draws it, as wide as said or as it needs.
    pub fn show(&self, ui: &mut Ui, width: Option<f32>) -> Response {
        let t = tokens(ui.ctx());
        let (height, font) = match self.is_primary {
            true => (40.0, semibold(14.0)),
            false => (32.0, FontId::proportional(14.0)),
        };
        let is_filled = self.is_primary && self.is_enabled;
        let colour = match (is_filled, self.is_enabled) {
            (true, _) => t.on_dark,
            (false, true) => t.text,
            (false, false) => t.text3,
        };
        let icon = self
            .icon
            .map(|icon| ui.painter().layout_no_wrap(char::from(icon).to_string(), FontId::proportional(16.0), colour));
        let room = width.map_or(f32::INFINITY, |width| width - 14.0);
        let cap = (!self.cap.is_empty()).then(|| {
            let colour = if is_filled { t.on_dark } else { t.text2 };
            ui.painter().layout_no_wrap(self.cap.to_owned(), FontId::proportional(12.0), colour)
        });
        let taken =
            icon.as_ref().map_or(0.0, |icon| icon.size().x + 8.0) + cap.as_ref().map_or(0.0, |cap| cap.size().x + 20.0);
        let word = self.is_worded.then(|| cut(ui, self.word, font, colour, room - taken));
        let content = taken + word.as_ref().map_or(-8.0, |word| word.size().x);
        let size = vec2(width.unwrap_or(content + 24.0), height);
        let sense = if self.is_enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let painter = ui.painter();
        let (fill, line) = match (is_filled, response.hovered() && self.is_enabled) {
            (true, true) => (t.accent_hover, t.accent_hover),
            (true, false) => (t.accent, t.accent),
            (false, true) => (t.hover, t.line2),
            (false, false) => (t.surface, if self.is_enabled { t.line2 } else { t.line }),
        };
        painter.rect(rect, 6.0, fill, Stroke::new(1.0, line), egui::StrokeKind::Inside);
        if response.has_focus() {
            painter.rect_stroke(rect.expand(2.0), 8.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
        }
        let middle = rect.center().y;
        let mut x = rect.center().x - content / 2.0;
        let put = |galley: std::sync::Arc<egui::Galley>, x: f32| {
            painter.galley(pos2(x, middle - galley.size().y / 2.0), galley, colour);
        };
        if let Some(icon) = icon {
            let width = icon.size().x;
            // The face of the signs sits higher than the letters.
            painter.galley(pos2(x, middle - icon.size().y / 2.0 + 2.0), icon, colour);
            x += width + 8.0;
        }
        if let Some(word) = word {
            let width = word.size().x;
            put(word, x);
            x += width + 8.0;
        }
        if let Some(cap) = cap {
            let frame = Rect::from_min_size(pos2(x, middle - 10.0), vec2(cap.size().x + 12.0, 20.0));
            let (fill, line) = if is_filled { (t.accent_hover, t.on_dark) } else { (t.surface, t.line2) };
            painter.rect(frame, 4.0, fill, Stroke::new(1.0, line), egui::StrokeKind::Inside);
            put(cap, x + 6.0);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.is_enabled, self.word));
        if self.is_worded { response } else { response.on_hover_text(self.word) }
    }
}

/// A chip of a filter: mark and words, filled softly when it is chosen.
pub fn chip(ui: &mut Ui, mark: Option<Mark>, words: &str, name: &str, is_chosen: bool) -> Response {
    let t = tokens(ui.ctx());
    let (font, colour) = match is_chosen {
        true => (semibold(13.0), t.accent_text),
        false => (FontId::proportional(13.0), t.text),
    };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, colour);
    let left = if mark.is_some() { 30.0 } else { 12.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(left + galley.size().x + 12.0, 28.0), Sense::click());
    let fill = ground(t, &response, is_chosen);
    let line = if is_chosen || response.has_focus() { Stroke::new(2.0, t.focus) } else { Stroke::new(1.0, t.line2) };
    ui.painter().rect(rect, 14.0, fill, line, egui::StrokeKind::Inside);
    if let Some(mark) = mark {
        mark.paint(ui, pos2(rect.left() + 18.0, rect.center().y), fill);
    }
    ui.painter().galley(pos2(rect.left() + left, rect.center().y - galley.size().y / 2.0), galley, colour);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, name));
    response
}

/// What a mark with its words stands on: state, strong words, weak words below or beside.
pub struct Notice<'a> {
    /// Its mark.
    pub mark: Mark,
    /// The colours of the state.
    pub state: Semantic,
    /// What is so.
    pub title: &'a str,
    /// What is to be known of it.
    pub lines: &'a [&'a str],
}

impl Notice<'_> {
    /// Draws it over the whole width.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(self.state.soft).corner_radius(8).inner_margin(egui::Margin::symmetric(12, 10));
        let inside = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 10.0;
                self.mark.show(ui, self.state.soft);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(egui::RichText::new(self.title).font(semibold(14.0)).color(self.state.fg));
                    for line in self.lines.iter().filter(|line| !line.is_empty()) {
                        ui.label(egui::RichText::new(*line).small().color(t.text));
                    }
                });
            });
        });
        inside.response
    }
}

/// What could not be done, in three lines: what happened, what is safe, what to do next.
pub fn failed(ui: &mut Ui, failure: &Failure, safe: &str) {
    let state = tokens(ui.ctx()).reject;
    Notice { mark: Mark::Reject, state, title: &failure.sentence, lines: &[safe, &failure.hint] }.show(ui);
}

/// A page in small, on a card with its number and marks.
pub struct Thumb<'a> {
    /// How large the card is.
    pub size: Vec2,
    /// The picture; a sheet of paper while there is none.
    pub texture: Option<egui::TextureHandle>,
    /// Its number.
    pub number: &'a str,
    /// Its marks, the last at the right.
    pub marks: &'a [Mark],
    /// Whether it is the chosen one.
    pub is_chosen: bool,
    /// Its name for screen readers.
    pub name: &'a str,
}

impl Thumb<'_> {
    /// Draws it.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let t = tokens(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(self.size, Sense::click());
        let line = match (self.is_chosen, response.hovered()) {
            (true, _) => Stroke::new(3.0, t.focus),
            (false, true) => Stroke::new(1.0, t.line2),
            (false, false) => Stroke::new(1.0, t.line),
        };
        ui.painter().rect(rect, 4.0, t.surface, line, egui::StrokeKind::Inside);
        let room = Rect::from_min_max(rect.min + vec2(6.0, 6.0), rect.max - vec2(6.0, 28.0));
        match &self.texture {
            Some(texture) => {
                let size = texture.size_vec2();
                let scale = (room.width() / size.x).min(room.height() / size.y);
                picture(ui, texture, Rect::from_center_size(room.center(), size * scale));
            }
            None => {
                let paper = Rect::from_center_size(room.center(), vec2(room.height() * 0.707, room.height()));
                ui.painter().rect_filled(paper.intersect(room), 0.0, t.paper);
                let font = FontId::proportional(13.0);
                ui.painter().text(room.center(), Align2::CENTER_CENTER, self.number, font, t.paper_text);
            }
        }
        let foot = rect.bottom() - 14.0;
        let font = if self.is_chosen { semibold(12.0) } else { FontId::proportional(12.0) };
        ui.painter().text(pos2(rect.left() + 8.0, foot), Align2::LEFT_CENTER, self.number, font, t.text);
        for (at, mark) in self.marks.iter().rev().enumerate() {
            mark.paint(ui, pos2(rect.right() - 14.0 - 19.0 * at as f32, foot), t.surface);
        }
        if response.has_focus() && !self.is_chosen {
            ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
        }
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.is_chosen, self.name));
        response
    }
}

/// A whole texture in a place.
pub fn picture(ui: &Ui, texture: &egui::TextureHandle, rect: Rect) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture.id(), rect, whole, UNTINTED);
}

/// A card: the ground of a list or a chart.
pub fn card(ui: &Ui) -> Frame {
    let t = tokens(ui.ctx());
    Frame::new().fill(t.surface).stroke(Stroke::new(1.0, t.line)).corner_radius(8).inner_margin(0)
}

/// A bar that is filled to a share from 0 to 1; a tick shows where it has to be.
pub fn bar(ui: &mut Ui, width: f32, share: f32, tick: Option<f32>, name: &str) -> Response {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(width, 16.0), Sense::hover());
    let track = Rect::from_center_size(rect.center(), vec2(width, 8.0));
    ui.painter().rect_filled(track, 4.0, t.track);
    let mut filled = track;
    filled.set_width(width * share.clamp(0.0, 1.0));
    ui.painter().rect_filled(filled, 4.0, t.accent);
    if let Some(tick) = tick {
        let x = track.left() + width * tick.clamp(0.0, 1.0);
        ui.painter().line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], Stroke::new(2.0, t.text));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    response
}

/// Whether keys are meant for this screen: nothing is typed, and no question stands above it.
pub fn is_live(ui: &Ui) -> bool {
    is_uncovered(ui) && !regions::is_typing(ui.ctx())
}

/// Whether a key was struck alone. What counts are the keys that were held when it was struck, not those that are held by the
/// end of the frame: a quick Ctrl 5 is over by then, and is no 5.
pub fn is_struck(ui: &Ui, key: Key) -> bool {
    let is_it = |event: &Event| matches!(event, Event::Key { key: struck, pressed: true, modifiers, .. } if *struck == key && modifiers.is_none());
    ui.input(|input| input.events.iter().any(is_it))
}

/// Whether Enter means what the screen proposes.
pub fn is_entered(ui: &Ui) -> bool {
    is_live(ui) && is_struck(ui, Key::Enter)
}

/// Whether no question stands above this screen.
pub fn is_uncovered(ui: &Ui) -> bool {
    ui.memory(|memory| memory.top_modal_layer()).is_none_or(|layer| layer == ui.layer_id())
}

/// What was dropped on the window, if nothing stands above this screen and the desktop says where it lies.
pub fn dropped(ui: &Ui) -> Option<PathBuf> {
    if !is_uncovered(ui) {
        return None;
    }
    ui.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()))
        .filter(|path| path.is_absolute())
}

/// The ground of a row or chip: chosen, under the pointer, or neither.
pub fn ground(t: &Tokens, response: &Response, is_chosen: bool) -> Color32 {
    match (is_chosen, response.hovered()) {
        (true, _) => t.accent_soft,
        (false, true) => t.hover,
        (false, false) => t.surface,
    }
}

/// Words in one line, cut with an ellipsis where there is no more room.
pub fn cut(ui: &Ui, words: &str, font: FontId, colour: Color32, room: f32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(16.0));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Gives words that were painted at a place a name for screen readers.
pub fn said(ui: &Ui, place: Rect, words: &str) {
    let response = ui.interact(place, ui.scope_id().with(("said", words)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

/// What a question stands on.
pub fn modal(ui: &Ui) -> Frame {
    card(ui).stroke(Stroke::new(1.0, tokens(ui.ctx()).line2)).corner_radius(10).inner_margin(20)
}

/// A key as it stands on the keyboard.
pub fn keycap(ui: &mut Ui, key: &str) {
    let t = tokens(ui.ctx());
    let galley = ui.painter().layout_no_wrap(key.to_owned(), FontId::proportional(12.0), t.text2);
    let size = vec2(galley.size().x + 12.0, 20.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let inside = egui::StrokeKind::Inside;
    ui.painter().rect(rect, 4.0, t.surface, Stroke::new(1.0, t.line2), inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.text2);
}

/// A row of a list that opens something: mark, words, a figure, a key.
pub struct Row<'a> {
    /// Its mark.
    pub mark: Mark,
    /// What it is about.
    pub title: &'a str,
    /// What is to be known of it.
    pub hint: &'a str,
    /// How many.
    pub figure: &'a str,
    /// The key that opens it; empty for none.
    pub key: &'a str,
}

impl Row<'_> {
    /// Draws it over the whole width.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let t = tokens(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
        let painter = ui.painter();
        let ground = if response.hovered() || response.has_focus() { t.hover } else { t.surface };
        painter.rect_filled(rect.shrink(1.0), 0.0, ground);
        painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.line));
        if response.has_focus() {
            painter.rect_stroke(rect.shrink(2.0), 4.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
        }
        self.mark.paint(ui, pos2(rect.left() + 24.0, rect.center().y), ground);
        let text = |at: Pos2, align, words: &str, font, colour| painter.text(at, align, words, font, colour);
        let mut right = rect.right() - 16.0;
        if !self.key.is_empty() {
            let cap = Rect::from_center_size(pos2(right - 10.0, rect.center().y), Vec2::splat(20.0));
            painter.rect(cap, 4.0, t.surface, Stroke::new(1.0, t.line2), egui::StrokeKind::Inside);
            text(cap.center(), Align2::CENTER_CENTER, self.key, FontId::proportional(12.0), t.text2);
            right -= 34.0;
        }
        let figure = pos2(right, rect.center().y);
        right = text(figure, Align2::RIGHT_CENTER, self.figure, semibold(18.0), t.text).left() - 12.0;
        let left = rect.left() + 48.0;
        for (y, words, size, colour) in [(-9.0, self.title, 14.0, t.text), (10.0, self.hint, 12.0, t.text3)] {
            let galley = cut(ui, words, FontId::proportional(size), colour, right - left);
            painter.galley(pos2(left, rect.center().y + y - galley.size().y / 2.0), galley, colour);
        }
        let name = format!("{} {}", self.title, self.figure);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        response
    }
}
