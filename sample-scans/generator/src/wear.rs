//! Wear: what time, the copier and the scanner do to a sheet before it is a file.
//!
//! Skew, faint toner, bleed-through from the other side, paper that yellows unevenly, stains, uneven light, the soft
//! focus and the noise of the scanner. The result is red, green, blue, three bytes a pixel.

use crate::canvas::Canvas;
use crate::rng::Rng;

/// How worn a sheet is.
#[derive(Debug, Clone, Copy)]
pub struct Wear {
    /// Rise of the lines: 0.035 is two degrees.
    pub skew: f32,
    /// Share of the ink that is gone, 0 to 1.
    pub faint: f32,
    /// Deviation of the noise, in steps of 256.
    pub noise: f32,
    /// Number of stains.
    pub stains: u32,
    /// Share of the other side's ink that shines through, 0 to 1.
    pub bleed: f32,
    /// Loss of light from the brightest to the darkest corner, 0 to 1.
    pub shade: f32,
    /// Colour of the paper.
    pub paper: [u8; 3],
    /// Softness of the focus, 0 to 0.3.
    pub soft: f32,
}

impl Wear {
    /// A recent print from an office, scanned with care.
    pub fn recent(rng: &mut Rng) -> Self {
        Self {
            skew: rng.between(-0.008, 0.008),
            faint: rng.between(0.0, 0.06),
            noise: rng.between(1.0, 2.2),
            stains: 0,
            bleed: rng.between(0.0, 0.05),
            shade: rng.between(0.0, 0.06),
            paper: [250, 249, 246],
            soft: rng.between(0.05, 0.12),
        }
    }

    /// A paper of some twenty years.
    pub fn used(rng: &mut Rng) -> Self {
        Self {
            skew: rng.between(-0.02, 0.02),
            faint: rng.between(0.05, 0.2),
            noise: rng.between(1.8, 3.2),
            stains: rng.whole(0, 2),
            bleed: rng.between(0.04, 0.1),
            shade: rng.between(0.04, 0.12),
            paper: [244, 240, 228],
            soft: rng.between(0.08, 0.16),
        }
    }

    /// A paper of fifty to ninety years.
    pub fn old(rng: &mut Rng) -> Self {
        Self {
            skew: rng.between(-0.035, 0.035),
            faint: rng.between(0.12, 0.32),
            noise: rng.between(2.2, 4.0),
            stains: rng.whole(1, 4),
            bleed: rng.between(0.06, 0.14),
            shade: rng.between(0.08, 0.2),
            paper: [232, 218, 188],
            soft: rng.between(0.1, 0.2),
        }
    }

    /// Wears a sheet; `other` is its other side.
    pub fn apply(&self, sheet: &Canvas, other: Option<&Canvas>, rng: &mut Rng) -> Vec<u8> {
        let (width, height) = (sheet.width, sheet.height);
        let light = softened(&sheet.light, width, height, self.soft);
        let through = other.filter(|other| self.bleed > 0.0 && other.width == width && other.height == height);
        let mottle = Field::new(rng, width, height, 190.0);
        let fibre = Field::new(rng, width, height, 14.0);
        let toner = Field::new(rng, width, height, 42.0);
        let stains: Vec<Stain> = (0..self.stains).map(|_| Stain::new(rng, width, height)).collect();
        let (gx, gy) = (rng.between(-1.0, 1.0), rng.between(-1.0, 1.0));
        let cosine = 1.0 / (1.0 + self.skew * self.skew).sqrt();
        let sine = self.skew * cosine;
        let (mx, my) = (width as f32 / 2.0, height as f32 / 2.0);
        let mut pixels = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                let (fx, fy) = (x as f32 - mx, y as f32 - my);
                let (sx, sy) = (cosine * fx - sine * fy + mx, sine * fx + cosine * fy + my);
                let ink = sample(&light, width, height, sx, sy);
                let behind = through.map_or(1.0, |other| {
                    let [r, g, b] = sample(&other.light, width, height, width as f32 - 1.0 - sx - 6.0, sy + 4.0);
                    1.0 - self.bleed * (1.0 - (r + g + b) / 3.0)
                });
                let slope = (gx * fx / mx + gy * fy / my) / 2.0;
                let mut glow = behind * (1.0 - self.shade * (0.5 + slope * 0.5).clamp(0.0, 1.0));
                glow *= 1.0 - 0.035 * mottle.at(x, y) - 0.012 * fibre.at(x, y);
                let mut brown = 0.0_f32;
                for stain in &stains {
                    brown = brown.max(stain.at(x as f32, y as f32));
                }
                let gone = self.faint * (0.55 + 0.9 * toner.at(x, y)).min(1.0);
                let noise = rng.normal() * self.noise;
                for (channel, ink) in ink.into_iter().enumerate() {
                    let tint = 1.0 - brown * [0.10, 0.17, 0.30][channel];
                    let ink = 1.0 - (1.0 - ink) * (1.0 - gone);
                    let value = f32::from(self.paper[channel]) * glow * tint * ink + noise;
                    pixels.push(value.clamp(0.0, 255.0) as u8);
                }
            }
        }
        pixels
    }
}

/// Values from 0 to 1 that change smoothly over a page.
struct Field {
    columns: usize,
    cell: f32,
    values: Vec<f32>,
}

impl Field {
    fn new(rng: &mut Rng, width: usize, height: usize, cell: f32) -> Self {
        let columns = (width as f32 / cell) as usize + 2;
        let rows = (height as f32 / cell) as usize + 2;
        Self { columns, cell, values: (0..columns * rows).map(|_| rng.unit()).collect() }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let (u, v) = (x as f32 / self.cell, y as f32 / self.cell);
        let (column, row) = (u as usize, v as usize);
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (ru, rv) = (smooth(u - column as f32), smooth(v - row as f32));
        let at = |column: usize, row: usize| self.values[row * self.columns + column];
        (at(column, row) * (1.0 - ru) + at(column + 1, row) * ru) * (1.0 - rv)
            + (at(column, row + 1) * (1.0 - ru) + at(column + 1, row + 1) * ru) * rv
    }
}

/// A dried drop of tea or damp, darker at its rim.
struct Stain {
    x: f32,
    y: f32,
    radius: f32,
    flat: f32,
    depth: f32,
}

impl Stain {
    fn new(rng: &mut Rng, width: usize, height: usize) -> Self {
        Self {
            x: rng.between(0.0, width as f32),
            y: rng.between(0.0, height as f32),
            radius: rng.between(50.0, 260.0),
            flat: rng.between(0.6, 1.5),
            depth: rng.between(0.25, 0.8),
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.x, (y - self.y) * self.flat);
        let far = (dx * dx + dy * dy).sqrt() / self.radius;
        if far >= 1.0 {
            return 0.0;
        }
        let rim = 1.0 - ((far - 0.93).abs() / 0.07).min(1.0);
        let edge = ((1.0 - far) / 0.08).min(1.0);
        self.depth * edge * (0.45 + 0.55 * rim)
    }
}

/// The light at a place between pixels, 0 to 1; beyond the sheet there is paper.
fn sample(light: &[u8], width: usize, height: usize, x: f32, y: f32) -> [f32; 3] {
    if x < 0.0 || y < 0.0 || x >= (width - 1) as f32 || y >= (height - 1) as f32 {
        return [1.0; 3];
    }
    let (ix, iy) = (x as usize, y as usize);
    let (rx, ry) = (x - ix as f32, y - iy as f32);
    let at = (iy * width + ix) * 3;
    let below = at + width * 3;
    let mut out = [0.0; 3];
    for (channel, value) in out.iter_mut().enumerate() {
        let upper = f32::from(light[at + channel]) * (1.0 - rx) + f32::from(light[at + 3 + channel]) * rx;
        let lower = f32::from(light[below + channel]) * (1.0 - rx) + f32::from(light[below + 3 + channel]) * rx;
        *value = (upper * (1.0 - ry) + lower * ry) / 255.0;
    }
    out
}

/// Mixes every pixel with its four neighbours.
fn softened(light: &[u8], width: usize, height: usize, soft: f32) -> Vec<u8> {
    let mut out = light.to_vec();
    let share = soft.clamp(0.0, 0.24);
    for y in 1..height - 1 {
        for at in (y * width + 1) * 3..(y * width + width - 1) * 3 {
            let around = u16::from(light[at - 3])
                + u16::from(light[at + 3])
                + u16::from(light[at - width * 3])
                + u16::from(light[at + width * 3]);
            out[at] = (f32::from(light[at]) * (1.0 - 4.0 * share) + f32::from(around) * share) as u8;
        }
    }
    out
}

/// Turns pixels by 90 degrees clockwise.
pub fn turned_quarter(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.len());
    for y in 0..width {
        for x in 0..height {
            let at = ((height - 1 - x) * width + y) * 3;
            out.extend_from_slice(&pixels[at..at + 3]);
        }
    }
    out
}
