//! Splitting: a line over the page that a person moves to where two pages meet, before one becomes two.
//!
//! The line begins where the gutter is seen, else in the middle; arrows or the mouse move it, the key of the command gives
//! it the other direction, Enter cuts, Esc leaves. As long as it stands there the letters of the screen are no keys.

use eframe::egui;
use egui::{CursorIcon, Event, EventFilter, Id, Key, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::PageId;
use sohoa_model::part::{Cut, LEAST, Run, Share};
use sohoa_pipeline::pages::{Edit, Split};
use sohoa_shell::Texts;
use sohoa_shell::history::decimal;

use crate::command::Command;
use crate::desk::{Deed, Page};
use crate::lens::Lens;
use crate::parts::{self, Action};
use crate::screens::Act;
use crate::theme::{semibold, tokens};

/// How far an arrow moves the line, in parts per million of the page; with Shift one pixel.
const STEP: u32 = 5_000;
/// Points around the line in which the mouse takes hold of it.
const GRIP: f32 = 12.0;

/// A cut that is being chosen.
#[derive(Debug, Clone, Copy)]
pub struct Splitting {
    /// The page.
    pub page: PageId,
    stands: Rotation,
    size: (u32, u32),
    cut: Cut,
    /// Whether the person moved the line: what is found in the page no longer does.
    is_moved: bool,
    /// The line on the screen, once it was shown: it has the focus as long as nothing else takes it.
    line: Option<Id>,
    /// What the keys of this frame ask for.
    wish: Option<Wish>,
}

/// What came of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Cut,
    Turn,
    Leave,
}

impl Splitting {
    /// Begins with the middle, through the longer side, and asks for the gutter.
    pub fn of(page: &Page, acts: &mut Vec<Act>) -> Self {
        let size = page.view.size();
        let cut = Cut { run: Run::through_the_longer(size.0, size.1), at: Share::MIDDLE };
        acts.push(Act::FindCut(Box::new(page.view.clone()), cut.run));
        Self { page: page.view.id, stands: page.view.stands, size, cut, is_moved: false, line: None, wish: None }
    }

    /// Where the page would best be cut, as was asked for.
    pub fn found(&mut self, page: PageId, cut: Cut) {
        if page == self.page && cut.run == self.cut.run && !self.is_moved {
            self.cut = cut;
        }
    }

    /// Whether it is of the page as it stands now.
    pub fn is_of(&self, page: &Page) -> bool {
        (self.page, self.stands, self.size) == (page.view.id, page.view.stands, page.view.size())
    }

    /// Moves the line to where the page was clicked on.
    pub fn press(&mut self, pointer: Pos2, lens: &Lens) {
        if let Some(paper) = self.paper(lens) {
            self.move_to(pointer, paper);
        }
    }

    /// Hears the keys, before anything else of the screen does. Where a field or a button has the focus, or something stands
    /// above, they are not the line's; else all that are struck alone are, whether they mean something or not.
    pub fn hear(&mut self, ui: &Ui) {
        let is_other = |memory: &egui::Memory| {
            memory.focused().is_some_and(|focused| Some(focused) != self.line) || memory.top_modal_layer().is_some()
        };
        if ui.memory(is_other) {
            return;
        }
        let mut steps = 0_i64;
        let step = i64::from(STEP) * i64::from(self.length()) / 1_000_000;
        ui.input_mut(|input| {
            input.events.retain(|event| {
                let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
                if modifiers.ctrl || modifiers.alt || modifiers.command {
                    return true;
                }
                let step = if modifiers.shift { 1 } else { step.max(1) };
                match key {
                    Key::ArrowLeft | Key::ArrowUp => steps -= step,
                    Key::ArrowRight | Key::ArrowDown => steps += step,
                    Key::Enter => self.wish = Some(Wish::Cut),
                    Key::Escape => self.wish = Some(Wish::Leave),
                    key if *key == Command::Split.shortcut().logical_key => self.wish = Some(Wish::Turn),
                    _ => {}
                }
                false
            });
        });
        if steps != 0 {
            self.set_pixel(self.pixel() + steps);
        }
    }

    /// Draws the line over a page that was drawn, and hears what is done to it. Says whether it goes on.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        lens: &Lens,
        page: &Page,
        texts: &Texts,
        acts: &mut Vec<Act>,
    ) -> bool {
        let Some(paper) = self.paper(lens) else { return true };
        let id = ui.scope_id().with("cut");
        let mut wish = self.wish.take();
        let line = self.line(paper);
        let grip = Rect::from_two_pos(line[0], line[1]).expand(GRIP).intersect(rect);
        let response = ui.interact(grip, id, Sense::drag());
        if self.line.replace(id).is_none() {
            response.request_focus();
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, escape: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let cursor =
            if self.cut.run == Run::Upright { CursorIcon::ResizeHorizontal } else { CursorIcon::ResizeVertical };
        let response = response.on_hover_and_drag_cursor(cursor);
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            self.move_to(pointer, paper);
        }
        let name = texts.get(if self.cut.run == Run::Upright { "ui-cut-upright" } else { "ui-cut-across" });
        response.widget_info(|| WidgetInfo::slider(true, f64::from(self.cut.at.0) / 10_000.0, &name));
        self.draw(ui, rect, paper);
        let percent = decimal(texts, u64::from((self.cut.at.0 + 500) / 1_000));
        told(ui, rect, &texts.say("ui-cut-how", &[("line", (&name).into()), ("percent", percent.into())]));
        let buttons = [
            (Wish::Cut, texts.get(Command::Split.label()), "Enter".to_owned()),
            (Wish::Turn, texts.get("ui-cut-turn"), Command::Split.cap(texts)),
            (Wish::Leave, texts.get("ui-cut-leave"), "Esc".to_owned()),
        ];
        let place = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 64.0), rect.max).shrink(12.0);
        ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
            ui.horizontal_centered(|ui| {
                let room = (place.width() - 440.0).max(0.0) / 2.0;
                ui.add_space(room);
                for (meant, word, cap) in buttons {
                    let action = Action::new(&word, &cap);
                    let action = if meant == Wish::Cut { action.primary() } else { action };
                    if action.show(ui, None).clicked() {
                        wish = Some(meant);
                    }
                }
            });
        });
        match wish {
            None => true,
            Some(Wish::Leave) => false,
            Some(Wish::Turn) => {
                self.cut = Cut { run: self.cut.run.other(), at: Share::MIDDLE };
                self.is_moved = false;
                acts.push(Act::FindCut(Box::new(page.view.clone()), self.cut.run));
                true
            }
            Some(Wish::Cut) => {
                let split = Split { run: Some(self.cut.run), at: Some(self.cut.at), stands: Some(self.stands) };
                let reason = texts.get("ui-reason-split");
                acts.push(Act::Do(Deed::Pages { pages: vec![self.page], edit: Edit::Split(split), reason }));
                false
            }
        }
    }

    /// Where the page was drawn.
    fn paper(&self, lens: &Lens) -> Option<Rect> {
        lens.on_screen([0.0, 0.0, self.size.0 as f32, self.size.1 as f32])
    }

    /// Pixels of the side that the line moves along.
    fn length(&self) -> u32 {
        if self.cut.run == Run::Upright { self.size.0 } else { self.size.1 }
    }

    fn pixel(&self) -> i64 {
        i64::from(self.cut.at.of(self.length()))
    }

    /// Moves the line, so far that either half is a page still.
    fn set_pixel(&mut self, pixel: i64) {
        let (length, least) = (i64::from(self.length().max(1)), i64::from(LEAST));
        let pixel = pixel.clamp(least.min(length / 2), (length - least).max(length / 2));
        self.cut.at = u32::try_from(pixel).map_or(Share::MIDDLE, |pixel| Share::at(pixel, self.length()));
        self.is_moved = true;
    }

    fn move_to(&mut self, pointer: Pos2, paper: Rect) {
        let share = match self.cut.run {
            Run::Upright => (pointer.x - paper.left()) / paper.width(),
            Run::Across => (pointer.y - paper.top()) / paper.height(),
        };
        self.set_pixel((f64::from(share) * f64::from(self.length())).round() as i64);
    }

    /// The ends of the line on the screen.
    fn line(&self, paper: Rect) -> [Pos2; 2] {
        let share = self.cut.at.0 as f32 / 1e6;
        match self.cut.run {
            Run::Upright => {
                let x = paper.left() + paper.width() * share;
                [pos2(x, paper.top()), pos2(x, paper.bottom())]
            }
            Run::Across => {
                let y = paper.top() + paper.height() * share;
                [pos2(paper.left(), y), pos2(paper.right(), y)]
            }
        }
    }

    /// The line, with a border that shows on any paper, and the number of each half.
    fn draw(&self, ui: &Ui, rect: Rect, paper: Rect) {
        let t = tokens(ui.ctx());
        let painter = ui.painter().with_clip_rect(rect);
        let line = self.line(paper);
        painter.line_segment(line, Stroke::new(6.0, t.on_dark));
        painter.line_segment(line, Stroke::new(2.5, t.accent));
        let halves = [Rect::from_min_max(paper.min, line[1]), Rect::from_min_max(line[0], paper.max)];
        for (number, half) in ["1", "2"].into_iter().zip(halves) {
            let middle = half.intersect(rect).center();
            painter.circle_filled(middle, 20.0, t.accent);
            painter.text(middle, egui::Align2::CENTER_CENTER, number, semibold(20.0), t.on_dark);
        }
    }
}

/// What to do, in the middle above the page.
fn told(ui: &mut Ui, rect: Rect, words: &str) {
    let t = tokens(ui.ctx());
    let galley =
        ui.painter().layout(words.to_owned(), egui::FontId::proportional(13.0), t.on_dark, rect.width() - 64.0);
    let size = galley.size() + vec2(24.0, 12.0);
    let place = Rect::from_min_size(pos2(rect.center().x - size.x / 2.0, rect.top() + 12.0), size);
    ui.painter().rect_filled(place, 6.0, t.rail);
    ui.painter().galley(place.min + vec2(12.0, 6.0), galley, t.on_dark);
    parts::said(ui, place, words);
}
