//! Skew: the angle by which the lines of an upright page rise, and the page turned back by it.
//!
//! Angles are degrees, counter-clockwise positive: the lines rise to the right. Only the copy for recognition is ever
//! turned; a [`Straightened`] page maps its coordinates back to the page as it was.

use sohoa_model::frame::GrayImage;

use crate::normalise::InkMap;

/// Largest angle that is looked for.
const LARGEST: f32 = 7.0;

/// Steps of the first and of the second search.
const STEPS: [f32; 2] = [0.25, 0.05];

/// How much sharper the lines at the best angle are than at the usual one, at least.
const SHARPER: f64 = 1.1;

/// Estimates the skew of a page; 0 if it shows no lines.
pub fn estimate(map: &InkMap) -> f32 {
    let (mx, my) = (map.width / 20, map.height / 20);
    let mut points = Vec::new();
    for y in my..map.height.saturating_sub(my) {
        // The lower edge of ink: it is where lines of text are sharpest, and it is thin on solid areas too.
        for x in mx..map.width.saturating_sub(mx) {
            if map.at(x, y) && (y + 1 == map.height || !map.at(x, y + 1)) {
                points.push((x as i32 - map.width as i32 / 2, y as i32));
            }
        }
    }
    if points.len() < 200 {
        return 0.0;
    }
    let reach = (map.width as f32 * LARGEST.to_radians().tan()) as usize + 2;
    let mut rows = vec![0_u32; map.height + 2 * reach];
    let mut sharpness = |angle: f32| -> f64 {
        rows.fill(0);
        let slope = (angle.to_radians().tan() * 65_536.0) as i64;
        for &(x, y) in &points {
            let row = i64::from(y) + ((i64::from(x) * slope) >> 16) + reach as i64;
            if let Some(count) = usize::try_from(row).ok().and_then(|row| rows.get_mut(row)) {
                *count += 1;
            }
        }
        rows.iter().map(|&n| f64::from(n) * f64::from(n)).sum()
    };
    let coarse = (LARGEST / STEPS[0]) as i32;
    let all: Vec<(f32, f64)> =
        (-coarse..=coarse).map(|i| i as f32 * STEPS[0]).map(|angle| (angle, sharpness(angle))).collect();
    let mean = all.iter().map(|(_, s)| s).sum::<f64>() / all.len() as f64;
    let Some(&(middle, best)) = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)) else { return 0.0 };
    if best < mean * SHARPER || middle.abs() + STEPS[0] > LARGEST {
        return 0.0;
    }
    let fine = (STEPS[0] / STEPS[1]) as i32;
    let near = (-fine..=fine).map(|i| middle + i as f32 * STEPS[1]).map(|angle| (angle, sharpness(angle)));
    near.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(middle, |(angle, _)| angle)
}

/// A page turned so that its lines are level, on a canvas that holds all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Straightened {
    /// The turned samples; what lies outside of the page is white.
    pub image: GrayImage,
    sin: f32,
    cos: f32,
    from: (f32, f32),
    to: (f32, f32),
}

/// The tone in the middle of all tones of a page: that of its paper.
fn usual_tone(page: &GrayImage) -> u8 {
    let mut counts = [0_u32; 256];
    page.pixels.iter().step_by(7).for_each(|tone| counts[usize::from(*tone)] += 1);
    let half = counts.iter().sum::<u32>() / 2;
    let mut sum = 0;
    let tone = counts.iter().position(|count| {
        sum += count;
        sum > half
    });
    tone.map_or(255, |tone| tone as u8)
}

impl Straightened {
    /// Turns a page clockwise by `angle` degrees, which levels lines that rise by it. Nothing is cut off; what comes in at
    /// the corners is white.
    pub fn of(page: &GrayImage, angle: f32) -> Self {
        let (sin, cos) = angle.to_radians().sin_cos();
        let (w, h) = (page.width as f32, page.height as f32);
        let width = (w * cos.abs() + h * sin.abs()).ceil() as u32;
        let height = (w * sin.abs() + h * cos.abs()).ceil() as u32;
        let from = (w / 2.0, h / 2.0);
        let to = (width as f32 / 2.0, height as f32 / 2.0);
        let mut turned = Self { image: GrayImage { width, height, pixels: Vec::new() }, sin, cos, from, to };
        turned.image.pixels = turned.samples(page);
        turned
    }

    /// Gives the corners that came in the usual tone of the page: an engine that looks for one threshold would take grey
    /// paper beside white corners for one dark patch.
    pub fn tint_corners(&mut self, page: &GrayImage) {
        let tone = usual_tone(page);
        let mut pixels = std::mem::take(&mut self.image.pixels);
        self.each(page, &mut pixels, |pixel, source| {
            if source.is_none() {
                *pixel = tone;
            }
        });
        self.image.pixels = pixels;
    }

    /// The point of the page that lies at a point of the turned image.
    pub fn on_page(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.to.0, y - self.to.1);
        (self.from.0 + x * self.cos + y * self.sin, self.from.1 - x * self.sin + y * self.cos)
    }

    /// Bilinear samples.
    fn samples(&self, page: &GrayImage) -> Vec<u8> {
        let stride = page.width as usize;
        let mut pixels = vec![255_u8; self.image.width as usize * self.image.height as usize];
        self.each(page, &mut pixels, |pixel, source| {
            let Some((at, right, down)) = source else { return };
            let mix = |a: u8, b: u8| u32::from(a) * (256 - right) + u32::from(b) * right;
            let upper = mix(page.pixels[at], page.pixels[at + 1]);
            let lower = mix(page.pixels[at + stride], page.pixels[at + stride + 1]);
            *pixel = ((upper * (256 - down) + lower * down) >> 16) as u8;
        });
        pixels
    }

    /// Visits each pixel with the one of the page at its upper left and the way from there, in 256ths; `None` outside. In
    /// fixed point: 16 bits behind the point.
    fn each(&self, page: &GrayImage, pixels: &mut [u8], mut visit: impl FnMut(&mut u8, Option<(usize, u32, u32)>)) {
        let fixed = |v: f32| (v * 65_536.0) as i64;
        let (width, height) = (i64::from(page.width), i64::from(page.height));
        let stride = page.width as usize;
        for (y, row) in pixels.chunks_exact_mut(self.image.width.max(1) as usize).enumerate() {
            let (x, y) = self.on_page(0.5, y as f32 + 0.5);
            let (mut x, mut y) = (fixed(x - 0.5), fixed(y - 0.5));
            for pixel in row {
                let (left, top) = (x >> 16, y >> 16);
                let is_inside = left >= 0 && top >= 0 && left + 1 < width && top + 1 < height;
                let at = is_inside.then(|| top as usize * stride + left as usize);
                visit(pixel, at.map(|at| (at, ((x >> 8) & 255) as u32, ((y >> 8) & 255) as u32)));
                x += fixed(self.cos);
                y -= fixed(self.sin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of bars like lines of words that rise by `angle` degrees.
    fn bars(width: u32, height: u32, angle: f32) -> GrayImage {
        let slope = angle.to_radians().tan();
        let pixels = (0..height).flat_map(|y| {
            (0..width).map(move |x| {
                let line = y as f32 + x as f32 * slope;
                let ink = line.rem_euclid(40.0) < 14.0 && x % 90 < 70 && x > width / 10 && x < width * 9 / 10;
                if ink { 30 } else { 235 }
            })
        });
        GrayImage { width, height, pixels: pixels.collect() }
    }

    #[test]
    fn the_angle_of_bars_is_found() {
        for angle in [-4.0, -1.3, -0.2, 0.0, 0.45, 2.0, 5.5_f32] {
            let found = estimate(&InkMap::of(&bars(1_400, 2_000, angle)));
            assert!((found - angle).abs() <= 0.2, "{angle}: {found}");
        }
    }

    #[test]
    fn a_page_without_lines_has_no_skew() {
        let blank = GrayImage { width: 700, height: 900, pixels: vec![240; 700 * 900] };
        assert_eq!(estimate(&InkMap::of(&blank)), 0.0);
    }

    #[test]
    fn a_straightened_page_is_level_and_maps_back() {
        let page = bars(1_000, 1_400, 3.0);
        let level = Straightened::of(&page, 3.0);
        assert!(estimate(&InkMap::of(&level.image)).abs() <= 0.1);
        // The corners that come in are white, or paper.
        let mut tinted = Straightened::of(&page, 3.0);
        tinted.tint_corners(&page);
        assert_eq!((level.image.pixels[0], tinted.image.pixels[0], tinted.image.pixels.last()), (255, 235, Some(&235)));
        let differ = level.image.pixels.iter().zip(&tinted.image.pixels).filter(|(one, other)| one != other);
        assert!(differ.clone().count() > 1_000 && differ.clone().all(|(one, _)| *one == 255));
        // Inked points of the turned image lie on ink of the page.
        let mut checked = 0;
        for y in (100..level.image.height - 100).step_by(37) {
            for x in (150..level.image.width - 150).step_by(31) {
                if level.image.row(y)[x as usize] < 40 {
                    let (px, py) = level.on_page(x as f32 + 0.5, y as f32 + 0.5);
                    assert!(page.row(py as u32)[px as usize] < 120, "{x} {y} → {px} {py}");
                    checked += 1;
                }
            }
        }
        assert!(checked > 50, "{checked}");
    }

    #[test]
    fn the_corners_stay_on_the_canvas() {
        let is_edge = |x: u32, y: u32| !(30..270).contains(&x) || !(30..470).contains(&y);
        let pixels = (0..500).flat_map(|y| (0..300).map(move |x| if is_edge(x, y) { 0 } else { 255 })).collect();
        let page = GrayImage { width: 300, height: 500, pixels };
        let turned = Straightened::of(&page, 5.0);
        let black = turned.image.pixels.iter().filter(|&&p| p < 128).count();
        assert!(black.abs_diff(300 * 500 - 240 * 440) < 1_700, "{black}");
    }
}
