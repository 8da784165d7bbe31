//! Parts that every screen is made of: marks, bars, key caps, cards, rows of lists. Each says its name to screen readers.

use std::f32::consts::TAU;

use eframe::egui;
use egui::{
    Align2, Color32, FontId, Frame, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::theme::{Tokens, semibold, tokens};

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
        }
    }

    /// Sets it in a line of widgets.
    pub fn show(self, ui: &mut Ui, ground: Color32) {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
        self.paint(ui, rect.center(), ground);
    }
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
        let left = rect.left() + 48.0;
        let text = |at: Pos2, align, words: &str, font, colour| {
            painter.text(at, align, words, font, colour);
        };
        let (title, hint) = (rect.center().y - 9.0, rect.center().y + 10.0);
        text(pos2(left, title), Align2::LEFT_CENTER, self.title, FontId::proportional(14.0), t.text);
        text(pos2(left, hint), Align2::LEFT_CENTER, self.hint, FontId::proportional(12.0), t.text3);
        let mut right = rect.right() - 16.0;
        if !self.key.is_empty() {
            let cap = Rect::from_center_size(pos2(right - 10.0, rect.center().y), Vec2::splat(20.0));
            painter.rect(cap, 4.0, t.surface, Stroke::new(1.0, t.line2), egui::StrokeKind::Inside);
            text(cap.center(), Align2::CENTER_CENTER, self.key, FontId::proportional(12.0), t.text2);
            right -= 34.0;
        }
        text(pos2(right, rect.center().y), Align2::RIGHT_CENTER, self.figure, semibold(18.0), t.text);
        let name = format!("{} {}", self.title, self.figure);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        response
    }
}
