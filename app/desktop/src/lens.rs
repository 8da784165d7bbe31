//! A page looked at: as a whole or as near as one likes, from one picture or from tiles.

use eframe::egui;
use egui::{Painter, Pos2, Rect, Response, Role, Sense, Shadow, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};
use sohoa_catalog::query::PageView;
use sohoa_model::ids::PageId;

use crate::desk::Page;
use crate::gallery::{Gallery, TILE, whole_factor};
use crate::parts;
use crate::theme::{Tokens, UNTINTED, tokens};

/// Points left free around a page that is seen as a whole.
const MARGIN: f32 = 16.0;
/// How near one can come: points a pixel.
const NEAREST: f32 = 8.0;

/// How a page is looked at.
#[derive(Debug, Clone, Default)]
pub struct Lens {
    of: Option<PageId>,
    /// Points that a pixel of the page takes; the whole page if none is said.
    scale: Option<f32>,
    /// The pixel of the page in the middle of the view.
    middle: Vec2,
    /// Whether the page is to be shown as recognition is given it, and whether it was drawn so.
    pub is_after: bool,
    shows_after: bool,
    /// Where the upper left corner of the page was drawn last, and points a pixel there.
    drawn: Option<(Pos2, f32)>,
}

/// Pixels across and down of a page as it stands.
fn size(page: &PageView) -> Vec2 {
    let (width, height) = page.size();
    vec2(width as f32, height as f32)
}

impl Lens {
    /// The whole page; asked again, each pixel as one of the screen.
    pub fn toggle(&mut self, pixels_per_point: f32) {
        self.scale = match self.scale {
            Some(_) => None,
            None => Some(1.0 / pixels_per_point),
        };
    }

    /// Nearer by a factor, or farther.
    pub fn zoom(&mut self, rect: Rect, page: &Page, by: f32) {
        let fit = whole(rect, &page.view);
        let next = (self.scale.unwrap_or(fit) * by).min(NEAREST);
        self.scale = (next > fit).then_some(next);
    }

    /// Turns to a page, so that a place on it is in the middle once one is near.
    pub fn look_at(&mut self, page: PageId, place: Option<[f32; 4]>) {
        self.of = Some(page);
        let middle = |[left, top, right, bottom]: [f32; 4]| vec2((left + right) / 2.0, (top + bottom) / 2.0);
        self.middle = place.map_or(Vec2::ZERO, middle);
    }

    /// How much of its size on the screen a pixel has, in percent of one point a pixel; `None` for the whole page.
    fn percent(&self, pixels_per_point: f32) -> Option<u32> {
        self.scale.map(|scale| (scale * pixels_per_point * 100.0).round() as u32)
    }

    /// Draws the page into a place; `name` is for screen readers.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, page: &Page, gallery: &mut Gallery, name: &str) -> Response {
        self.show_view(ui, rect, &page.view, gallery, name, &[])
    }

    /// The same with places marked: left, top, right, bottom in pixels of the page as it stands.
    pub fn show_view(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        page: &PageView,
        gallery: &mut Gallery,
        name: &str,
        places: &[[f32; 4]],
    ) -> Response {
        let t = tokens(ui.ctx());
        let size = size(page);
        if self.of != Some(page.id) {
            // The next page is seen from as near, at its upper left, where reading begins.
            self.of = Some(page.id);
            self.middle = vec2(0.0, 0.0);
        }
        let response = ui.interact(rect, ui.scope_id().with("page"), Sense::click_and_drag());
        let fit = whole(rect, page);
        if response.hovered() {
            let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
            let by = (wheel / 240.0).exp() * pinch;
            if (by - 1.0).abs() > 1e-3 {
                let now = self.scale.unwrap_or(fit);
                let next = (now * by).clamp(fit, NEAREST);
                // What is under the pointer stays there.
                let pointer = response.hover_pos().unwrap_or(rect.center()) - rect.center();
                self.middle = self.held(rect, size, now) + pointer / now - pointer / next;
                self.scale = (next > fit * 1.001).then_some(next);
            }
        }
        let scale = self.scale.unwrap_or(fit);
        if response.dragged() && self.scale.is_some() {
            self.middle -= response.drag_delta() / scale;
        }
        self.middle = self.held(rect, size, scale);
        let corner = rect.center() - self.middle * scale;
        self.drawn = Some((corner, scale));
        let paper = Rect::from_min_size(corner, size * scale);
        let painter = ui.painter().with_clip_rect(rect);
        lay(&painter, t, paper);
        let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let after = if self.is_after { gallery.prepared(page) } else { None };
        let is_after = after.is_some();
        self.shows_after = is_after;
        let texture = after.or_else(|| gallery.whole(page)).or_else(|| gallery.small(page));
        if let Some(texture) = texture {
            // What was made level is somewhat larger around the same middle.
            let grown = texture.size_vec2() * whole_factor(page) as f32;
            let place = if is_after { Rect::from_center_size(paper.center(), grown * scale) } else { paper };
            painter.image(texture.id(), place, all, UNTINTED);
        }
        let pixel = scale * ui.ctx().pixels_per_point();
        let level = level(pixel);
        if level < whole_factor(page) && !is_after {
            for (place, [across, down]) in tiles(rect, corner, size, scale, level) {
                if let Some(texture) = gallery.tile(page, level, across, down) {
                    painter.image(texture.id(), place, all, UNTINTED);
                }
            }
        }
        for [left, top, right, bottom] in places {
            let place = Rect::from_min_max(corner + vec2(*left, *top) * scale, corner + vec2(*right, *bottom) * scale);
            let place = place.expand(3.0);
            painter.rect_filled(place, 2.0, t.hit.gamma_multiply(0.3));
            painter.rect_stroke(place, 2.0, Stroke::new(2.0, t.warn.fg), egui::StrokeKind::Outside);
        }
        let percent = self.percent(ui.ctx().pixels_per_point());
        let name = percent.map_or_else(|| name.to_owned(), |percent| format!("{name}, {percent} %"));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        response
    }

    /// Whether the page was drawn as recognition is given it.
    pub fn shows_after(&self) -> bool {
        self.is_after && self.shows_after
    }

    /// Where a place on the page (left, top, right, bottom in its pixels) was drawn last.
    pub fn on_screen(&self, [left, top, right, bottom]: [f32; 4]) -> Option<Rect> {
        let (corner, scale) = self.drawn?;
        Some(Rect::from_min_max(corner + vec2(left, top) * scale, corner + vec2(right, bottom) * scale))
    }

    /// The pixel of the page that was drawn last at a point of the screen.
    pub fn on_page(&self, point: Pos2) -> Option<Pos2> {
        let (corner, scale) = self.drawn?;
        Some(((point - corner) / scale).to_pos2())
    }

    /// The middle of the view, held so that the page does not leave it.
    fn held(&self, rect: Rect, size: Vec2, scale: f32) -> Vec2 {
        let half = rect.size() / 2.0 / scale;
        let hold = |middle: f32, half: f32, size: f32| {
            if half * 2.0 >= size { size / 2.0 } else { middle.clamp(half, size - half) }
        };
        vec2(hold(self.middle.x, half.x, size.x), hold(self.middle.y, half.y, size.y))
    }
}

/// Points a pixel at which the whole page is seen.
fn whole(rect: Rect, page: &PageView) -> f32 {
    fit(rect, size(page))
}

fn fit(rect: Rect, size: Vec2) -> f32 {
    let room = rect.size() - Vec2::splat(2.0 * MARGIN);
    (room.x / size.x).min(room.y / size.y).max(1e-3)
}

/// Lays a sheet of so many pixels into a place, all of it: where it lies.
pub fn paper(ui: &Ui, rect: Rect, size: Vec2) -> Rect {
    let paper = Rect::from_center_size(rect.center(), size * fit(rect, size));
    lay(&ui.painter().with_clip_rect(rect), tokens(ui.ctx()), paper);
    paper
}

/// A sheet with its shadow.
fn lay(painter: &Painter, t: &Tokens, paper: Rect) {
    let shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: t.shadow };
    painter.add(shadow.as_shape(paper, 0.0));
    painter.rect_filled(paper, 0.0, t.paper);
}

/// The factor by which the pixels of a page may be made fewer and still each gives one of the screen.
fn level(pixel: f32) -> u32 {
    let fewer = (1.0 / pixel.max(1e-3)).floor().max(1.0) as u32;
    // The largest power of two that is not larger.
    1 << fewer.ilog2()
}

/// The tiles that are seen, each with its place on the screen.
fn tiles(rect: Rect, corner: Pos2, size: Vec2, scale: f32, level: u32) -> Vec<(Rect, [u32; 2])> {
    let side = TILE as f32 * level as f32 * scale;
    let first = |from: f32, to: f32| ((from - to) / side).floor().max(0.0) as u32;
    let page = Rect::from_min_size(corner, size * scale);
    let last = |end: f32, of: f32, from: f32| ((end.min(of) - from) / side).ceil().max(0.0) as u32;
    let columns = first(rect.left(), corner.x)..last(rect.right(), page.right(), corner.x);
    let rows = first(rect.top(), corner.y)..last(rect.bottom(), page.bottom(), corner.y);
    rows.flat_map(|down| columns.clone().map(move |across| [across, down]))
        .map(|[across, down]| {
            let at = corner + vec2(across as f32, down as f32) * side;
            (Rect::from_min_max(at, (at + Vec2::splat(side)).min(page.max)), [across, down])
        })
        .collect()
}

/// Two pages side by side, each in its half.
pub fn halves(rect: Rect) -> [Rect; 2] {
    let middle = rect.center().x;
    [
        Rect::from_min_max(rect.min, pos2(middle - 4.0, rect.bottom())),
        Rect::from_min_max(pos2(middle + 4.0, rect.top()), rect.max),
    ]
}

/// A page that can't be shown: what is so, and a button to look for it again.
pub fn lost(ui: &mut Ui, rect: Rect, words: &str, again: &str) -> bool {
    let t = tokens(ui.ctx());
    let at = rect.center() - vec2(0.0, 24.0);
    parts::Mark::Reject.paint(ui, at - vec2(0.0, 24.0), t.stage);
    let place = ui.painter().text(at, egui::Align2::CENTER_CENTER, words, egui::FontId::proportional(14.0), t.text);
    parts::said(ui, place, words);
    let place = Rect::from_center_size(at + vec2(0.0, 40.0), vec2(160.0, 32.0));
    ui.put(place, egui::Button::new(again)).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_never_shows_fewer_pixels_than_the_screen_has() {
        for (pixel, expected) in [(1.0, 1), (2.0, 1), (0.6, 1), (0.5, 2), (0.3, 2), (0.25, 4), (0.1, 8)] {
            assert_eq!(level(pixel), expected, "{pixel}");
        }
    }

    #[test]
    fn only_tiles_that_are_seen_are_asked_for_and_they_cover_the_view() {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(800.0, 600.0));
        let size = vec2(7016.0, 9921.0);
        let seen = tiles(rect, rect.min - vec2(3000.0, 4000.0), size, 1.0, 1);
        assert_eq!(seen.len(), 2 * 2);
        assert_eq!((seen[0].1, seen[3].1), ([2, 3], [3, 4]));
        let union = seen.iter().fold(Rect::NOTHING, |all, (tile, _)| all.union(*tile));
        assert!(union.contains_rect(rect));
        // At its end a tile is cut with the page.
        let end = tiles(rect, rect.max - size, size, 1.0, 1);
        assert!(end.iter().all(|(tile, _)| tile.max.x <= rect.max.x + 0.5 && tile.max.y <= rect.max.y + 0.5));
    }
}
