//! An ink map: a reduced picture of a page in which every cell is ink or paper, for measuring only.
//!
//! Skew, orientation, layout and blankness are seen on it. The engine never gets it: cleaning an image before
//! recognition eats the dots and tone marks that it needs.

use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::Rect;

/// Columns that a page is reduced to, about; roughly 85 dpi on A4.
const COLUMNS: u32 = 700;

/// Side in cells of a tile whose paper is measured as one.
const TILE: usize = 16;

/// The level that paper is brought to.
const PAPER: u32 = 240;

/// Ink and paper of a page; coordinates are cells, origin in the upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InkMap {
    /// Columns of cells.
    pub width: usize,
    /// Rows of cells.
    pub height: usize,
    /// Page pixels a cell, in both directions.
    pub scale: u32,
    /// Whether each cell is ink, row by row.
    pub ink: Vec<bool>,
}

impl InkMap {
    /// Reduces a page and parts its ink from its paper, whatever the light.
    pub fn of(image: &GrayImage) -> Self {
        let scale = ((image.width.min(image.height) + COLUMNS / 2) / COLUMNS).max(1);
        let (width, height) = ((image.width / scale) as usize, (image.height / scale) as usize);
        if width == 0 || height == 0 {
            return Self { width: 0, height: 0, scale, ink: Vec::new() };
        }
        let mut cells = reduced(image, scale as usize, width, height);
        level_paper(&mut cells, width, height);
        let threshold = threshold(&cells);
        Self { width, height, scale, ink: cells.iter().map(|&v| v < threshold).collect() }
    }

    /// Whether a cell is ink.
    pub fn at(&self, x: usize, y: usize) -> bool {
        self.ink[y * self.width + x]
    }

    /// Share of ink inside a margin of 4 % on each side, 0 to 1.
    pub fn share(&self) -> f32 {
        let (mx, my) = (self.width / 25, self.height / 25);
        let (mut ink, mut all) = (0_u64, 0_u64);
        for y in my..self.height.saturating_sub(my) {
            let row = &self.ink[y * self.width + mx..(y + 1) * self.width - mx];
            ink += row.iter().filter(|&&ink| ink).count() as u64;
            all += row.len() as u64;
        }
        ink as f32 / (all.max(1)) as f32
    }

    /// Page pixels of a box of cells, cut to a page of `width` by `height` pixels.
    pub fn pixels(&self, cells: Rect, width: u32, height: u32) -> Rect {
        Rect {
            left: (cells.left * self.scale).min(width),
            top: (cells.top * self.scale).min(height),
            right: if cells.right as usize >= self.width { width } else { cells.right * self.scale },
            bottom: if cells.bottom as usize >= self.height { height } else { cells.bottom * self.scale },
        }
    }
}

/// Means of `scale` by `scale` pixels.
fn reduced(image: &GrayImage, scale: usize, width: usize, height: usize) -> Vec<u8> {
    let mut cells = Vec::with_capacity(width * height);
    let mut sums = vec![0_u32; width];
    for y in 0..height {
        sums.fill(0);
        for dy in 0..scale {
            let row = image.row((y * scale + dy) as u32);
            for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(scale)) {
                *sum += pixels.iter().map(|&p| u32::from(p)).sum::<u32>();
            }
        }
        cells.extend(sums.iter().map(|sum| (sum / (scale * scale) as u32) as u8));
    }
    cells
}

/// Divides every cell by the paper around it.
fn level_paper(cells: &mut [u8], width: usize, height: usize) {
    let (across, down) = (width.div_ceil(TILE), height.div_ceil(TILE));
    let mut paper = Vec::with_capacity(across * down);
    for tile_y in 0..down {
        for tile_x in 0..across {
            let mut values: Vec<u8> = Vec::with_capacity(TILE * TILE);
            for y in tile_y * TILE..((tile_y + 1) * TILE).min(height) {
                values.extend(&cells[y * width + tile_x * TILE..y * width + ((tile_x + 1) * TILE).min(width)]);
            }
            // Every tile has a cell, so three quarters of their number is an index.
            let place = values.len() * 3 / 4;
            paper.push(*values.select_nth_unstable(place).1);
        }
    }
    let paper = neighbours(&paper, across, down, |around| around.iter().copied().max().unwrap_or(255));
    let paper = neighbours(&paper, across, down, |around| {
        (around.iter().map(|&v| u32::from(v)).sum::<u32>() / around.len().max(1) as u32) as u8
    });
    for y in 0..height {
        for x in 0..width {
            let level = u32::from(paper[y / TILE * across + x / TILE]).max(30);
            let cell = &mut cells[y * width + x];
            *cell = (u32::from(*cell) * PAPER / level).min(255) as u8;
        }
    }
}

/// Every tile replaced by what `of` makes of it and its neighbours.
fn neighbours(tiles: &[u8], across: usize, down: usize, of: impl Fn(&[u8]) -> u8) -> Vec<u8> {
    let mut result = Vec::with_capacity(tiles.len());
    let mut around = Vec::with_capacity(9);
    for y in 0..down {
        for x in 0..across {
            around.clear();
            for ny in y.saturating_sub(1)..(y + 2).min(down) {
                around.extend(&tiles[ny * across + x.saturating_sub(1)..ny * across + (x + 2).min(across)]);
            }
            result.push(of(&around));
        }
    }
    result
}

/// Otsu's threshold, kept between what is certainly ink and what is certainly paper.
fn threshold(cells: &[u8]) -> u8 {
    let mut histogram = [0_u64; 256];
    cells.iter().for_each(|&v| histogram[usize::from(v)] += 1);
    let all = cells.len() as f64;
    let total: f64 = histogram.iter().enumerate().map(|(value, &n)| value as f64 * n as f64).sum();
    let (mut below, mut sum, mut best, mut threshold) = (0.0, 0.0, 0.0, 0_u8);
    for (value, &n) in histogram.iter().enumerate() {
        below += n as f64;
        sum += value as f64 * n as f64;
        if below == 0.0 || below == all {
            continue;
        }
        let apart = sum / below - (total - sum) / (all - below);
        let variance = below * (all - below) * apart * apart;
        if variance > best {
            (best, threshold) = (variance, value as u8);
        }
    }
    threshold.clamp(140, 205)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_found_under_uneven_light() {
        // Paper falls from 250 to 90; a bar of 50 lower at each end.
        let (width, height) = (700, 200);
        let pixels = (0..height).flat_map(|y| {
            (0..width).map(move |x| {
                let paper = 250 - x * 160 / width;
                let bar = (90..100).contains(&y) && (60..120).contains(&(x % 580));
                (if bar { paper * 2 / 5 } else { paper }) as u8
            })
        });
        let map = InkMap::of(&GrayImage { width, height, pixels: pixels.collect() });
        assert_eq!(map.scale, 1);
        for y in 0..200 {
            for x in 0..700 {
                let bar = (90..100).contains(&y) && (60..120).contains(&(x % 580));
                assert_eq!(map.at(x, y), bar, "{x} {y}");
            }
        }
    }

    #[test]
    fn an_empty_page_has_no_ink_and_a_tiny_one_no_cells() {
        let page = GrayImage { width: 1_700, height: 2_400, pixels: vec![231; 1_700 * 2_400] };
        assert_eq!(InkMap::of(&page).share(), 0.0);
        let none = GrayImage { width: 0, height: 5, pixels: Vec::new() };
        assert_eq!(InkMap::of(&none).share(), 0.0);
    }
}
