//! A canvas: the ink on one side of a sheet. Coordinates are pixels, origin in the upper left corner, y down.
//!
//! Every ink takes light away from what is below it, as on paper: a seal over a signature darkens it.

use ab_glyph::{Font, Glyph, Point, ScaleFont};

use crate::fonts::{Face, Fonts};
use crate::rng::{Rng, turn};

/// Pixels to the inch.
pub const PER_INCH: f32 = 200.0;

/// Pixels of so many millimetres.
pub fn mm(millimetres: f32) -> f32 {
    millimetres * PER_INCH / 25.4
}

/// A colour of ink: the light that it lets through, red, green, blue.
pub type Ink = [u8; 3];
/// Toner or printing ink.
pub const BLACK: Ink = [28, 27, 30];
/// A ball pen.
pub const BLUE: Ink = [38, 52, 140];
/// The ink of seals.
pub const RED: Ink = [206, 38, 48];
/// A typewriter's ribbon.
pub const RIBBON: Ink = [44, 42, 58];
/// Printed rules and forms.
pub const GREY: Ink = [90, 88, 92];

/// How letters are set.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// The face.
    pub face: Face,
    /// Points to the em.
    pub points: f32,
    /// The ink.
    pub ink: Ink,
    /// How far a letter strays from its place, in pixels, and how unevenly it prints: 0 for print, 1 for a typewriter.
    pub unrest: f32,
}

impl Type {
    /// Black print.
    pub fn print(face: Face, points: f32) -> Self {
        Self { face, points, ink: BLACK, unrest: 0.0 }
    }
}

/// Letters with the fonts that they come from.
#[derive(Clone, Copy)]
pub struct Set<'a> {
    /// All typefaces.
    pub fonts: &'a Fonts,
    /// Which one, how large, in which ink.
    pub style: Type,
}

/// The ink on one side of a sheet.
#[derive(Debug, Clone)]
pub struct Canvas {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Light let through, three bytes a pixel; 255 where there is no ink.
    pub light: Vec<u8>,
}

impl Canvas {
    /// An empty A4 sheet, upright.
    pub fn upright() -> Self {
        Self::sized(1654, 2339)
    }

    /// An empty A4 sheet, lying.
    pub fn lying() -> Self {
        Self::sized(2339, 1654)
    }

    fn sized(width: usize, height: usize) -> Self {
        Self { width, height, light: vec![255; width * height * 3] }
    }

    /// Puts ink on a pixel; `cover` from 0 (none) to 1.
    pub fn ink(&mut self, x: i32, y: i32, ink: Ink, cover: f32) {
        if x < 0 || y < 0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let at = (y as usize * self.width + x as usize) * 3;
        for (light, ink) in self.light[at..at + 3].iter_mut().zip(ink) {
            let through = 255.0 - (255.0 - f32::from(ink)) * cover.clamp(0.0, 1.0);
            *light = (f32::from(*light) * through / 255.0) as u8;
        }
    }

    /// Sets a line of letters from a point on its baseline; each space is `stretch` pixels wider. Returns where it ends.
    pub fn letters(&mut self, set: &Set<'_>, text: &str, at: (f32, f32), stretch: f32, rng: &mut Rng) -> f32 {
        let (Set { fonts, style }, (x, y)) = (*set, at);
        let scale = fonts.scale(style.face, style.points);
        let font = fonts.face(style.face).as_scaled(scale);
        let mut pen = x;
        let mut last = None;
        for character in text.chars() {
            let id = font.glyph_id(character);
            if let Some(last) = last {
                pen += font.kern(last, id);
            }
            let (mut dx, mut dy, mut cover) = (0.0, 0.0, 1.0);
            if style.unrest > 0.0 {
                dx = rng.between(-0.8, 0.8) * style.unrest;
                dy = rng.between(-1.2, 1.2) * style.unrest;
                cover = 1.0 - rng.between(0.0, 0.35) * style.unrest;
            }
            let glyph = Glyph { id, scale, position: Point { x: pen + dx, y: y + dy } };
            if let Some(outlined) = fonts.face(style.face).outline_glyph(glyph) {
                let bounds = outlined.px_bounds();
                let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
                outlined.draw(|gx, gy, c| self.ink(left + gx as i32, top + gy as i32, style.ink, c * cover));
            }
            pen += font.h_advance(id) + if character == ' ' { stretch } else { 0.0 };
            last = Some(id);
        }
        pen
    }

    /// Sets one letter with its middle at a point, turned clockwise by so many degrees; its ink is patchy.
    pub fn turned_letter(&mut self, set: &Set<'_>, letter: char, at: (f32, f32), degrees: f32, rng: &mut Rng) {
        let (Set { fonts, style }, (x, y)) = (*set, at);
        let scale = fonts.scale(style.face, style.points);
        let font = fonts.face(style.face);
        let id = font.glyph_id(letter);
        let glyph = Glyph { id, scale, position: Point { x: 0.0, y: 0.0 } };
        let Some(outlined) = font.outline_glyph(glyph) else { return };
        let bounds = outlined.px_bounds();
        let (width, height) = (bounds.width() as usize + 1, bounds.height() as usize + 1);
        let mut mask = vec![0.0_f32; width * height];
        outlined.draw(|gx, gy, c| {
            if (gx as usize) < width && (gy as usize) < height {
                mask[gy as usize * width + gx as usize] = c;
            }
        });
        // The middle of a letter is half its advance, and half the height of a capital above the baseline.
        let middle = (font.as_scaled(scale).h_advance(id) / 2.0, -style.points * PER_INCH / 72.0 * 0.33);
        let (cosine, sine) = turn(degrees);
        let reach = (width + height) as i32;
        for oy in -reach..=reach {
            for ox in -reach..=reach {
                let (fx, fy) = (ox as f32, oy as f32);
                let gx = cosine * fx + sine * fy + middle.0 - bounds.min.x;
                let gy = -sine * fx + cosine * fy + middle.1 - bounds.min.y;
                if gx < 0.0 || gy < 0.0 || gx as usize + 1 >= width || gy as usize + 1 >= height {
                    continue;
                }
                let (ix, iy) = (gx as usize, gy as usize);
                let (rx, ry) = (gx - ix as f32, gy - iy as f32);
                let at = |x: usize, y: usize| mask[y * width + x];
                let cover = (at(ix, iy) * (1.0 - rx) + at(ix + 1, iy) * rx) * (1.0 - ry)
                    + (at(ix, iy + 1) * (1.0 - rx) + at(ix + 1, iy + 1) * rx) * ry;
                if cover > 0.01 {
                    self.ink((x + fx) as i32, (y + fy) as i32, style.ink, cover * rng.between(0.6, 1.0));
                }
            }
        }
    }

    /// Draws a straight stroke with round ends; `patchy` from 0 (even) to 1 (full of gaps).
    pub fn stroke(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, ink: Ink, patchy: f32, rng: &mut Rng) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length2 = (dx * dx + dy * dy).max(0.01);
        let reach = thick / 2.0 + 1.0;
        let (left, right) = (from.0.min(to.0) - reach, from.0.max(to.0) + reach);
        let (top, bottom) = (from.1.min(to.1) - reach, from.1.max(to.1) + reach);
        for y in top as i32..=bottom as i32 {
            for x in left as i32..=right as i32 {
                let (px, py) = (x as f32 - from.0, y as f32 - from.1);
                let along = ((px * dx + py * dy) / length2).clamp(0.0, 1.0);
                let (ex, ey) = (px - along * dx, py - along * dy);
                let cover = (thick / 2.0 + 0.5 - (ex * ex + ey * ey).sqrt()).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.ink(x, y, ink, cover * (1.0 - patchy * rng.unit()));
                }
            }
        }
    }

    /// Draws a ring.
    pub fn ring(&mut self, middle: (f32, f32), radius: f32, thick: f32, ink: Ink, patchy: f32, rng: &mut Rng) {
        let reach = (radius + thick) as i32 + 1;
        for oy in -reach..=reach {
            for ox in -reach..=reach {
                let distance = ((ox * ox + oy * oy) as f32).sqrt();
                let cover = (thick / 2.0 + 0.5 - (distance - radius).abs()).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.ink(middle.0 as i32 + ox, middle.1 as i32 + oy, ink, cover * (1.0 - patchy * rng.unit()));
                }
            }
        }
    }

    /// Draws a five-pointed star.
    pub fn star(&mut self, middle: (f32, f32), radius: f32, ink: Ink, rng: &mut Rng) {
        let corners: Vec<(f32, f32)> = (0..10)
            .map(|i| {
                let (cosine, sine) = turn(i as f32 * 36.0 - 90.0);
                let far = if i % 2 == 0 { radius } else { radius * 0.4 };
                (cosine * far, sine * far)
            })
            .collect();
        let reach = radius as i32 + 1;
        for oy in -reach..=reach {
            for ox in -reach..=reach {
                let (x, y) = (ox as f32, oy as f32);
                let mut inside = false;
                for (i, a) in corners.iter().enumerate() {
                    let b = corners[(i + 1) % corners.len()];
                    if (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0 {
                        inside = !inside;
                    }
                }
                if inside {
                    self.ink(middle.0 as i32 + ox, middle.1 as i32 + oy, ink, rng.between(0.5, 0.95));
                }
            }
        }
    }
}
