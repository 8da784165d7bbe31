//! A page in small, made while its rows come: to be looked at in a strip of pages, and to tell two things at once:
//! whether the page is blank, and whether it shows what another shows.

use std::io::Write;

use jpeg_encoder::{ColorType, Encoder};
use sohoa_model::geometry::Rotation;

use crate::decode::turned;

/// Width and height of a thumbnail in pixels, at most.
pub const LARGEST: (u32, u32) = (300, 424);
/// Quality of its file, of 100.
const QUALITY: u8 = 80;

/// What of each side is left out when a page is looked at for ink: there lie shadows and the edge of the sheet.
const MARGIN: f32 = 0.04;
/// By how much ink is darker than the paper around it, of 255, once it is mixed with it in a pixel of a thumbnail.
const INK: u8 = 24;
/// Pixels with ink that a blank page may have: dust and folds.
const DUST: usize = 8;

/// Tiles across and down by which two pages are laid on each other.
const TILES: (usize, usize) = (5, 7);
/// How far two scans of a sheet may lie apart, in pixels of a thumbnail halved: some 3 mm of A4.
const APART: isize = 4;
/// Mean square of the relief of a tile from which on there is ink in it.
const INKED: f32 = 16.0;
/// From this likeness on two pages are taken to be scans of the same side.
const SAME: f32 = 0.87;

/// What the samples of a row are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// Red, green and blue, a byte each.
    Rgb,
    /// A byte of grey.
    Gray,
    /// A bit, the first pixel the highest; 1 is black.
    Ink,
}

/// A page as people see it, mostly small: red, green and blue of 8 bits, row by row from the upper left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Three bytes a pixel.
    pub pixels: Vec<u8>,
}

/// By how much a page of so many pixels is made smaller for a thumbnail.
pub fn factor(width: u32, height: u32) -> u32 {
    width.div_ceil(LARGEST.0).max(height.div_ceil(LARGEST.1)).max(1)
}

/// Makes a thumbnail from the rows of a page.
#[derive(Debug)]
pub struct Shrink {
    samples: Samples,
    width: usize,
    row_bytes: usize,
    factor: usize,
    across: usize,
    /// Sums of the pixels of the row of the thumbnail that is being made.
    sums: Vec<u32>,
    rows: usize,
    pixels: Vec<u8>,
}

impl Shrink {
    /// For a page of so many pixels, whose rows take `row_bytes` each.
    pub fn new(samples: Samples, width: u32, height: u32, row_bytes: usize) -> Self {
        Self::by(factor(width, height), samples, width, row_bytes)
    }

    /// For a page whose pixels across and down are made fewer by a factor.
    pub fn by(factor: u32, samples: Samples, width: u32, row_bytes: usize) -> Self {
        let factor = factor.max(1) as usize;
        let across = (width as usize).div_ceil(factor);
        Self {
            samples,
            width: width as usize,
            row_bytes: row_bytes.max(1),
            factor,
            across,
            sums: vec![0; across * 3],
            rows: 0,
            pixels: Vec::new(),
        }
    }

    /// Takes whole rows.
    pub fn rows(&mut self, rows: &[u8]) {
        for row in rows.chunks_exact(self.row_bytes) {
            match self.samples {
                Samples::Rgb => {
                    let pixels = row[..(self.width * 3).min(row.len())].chunks(self.factor * 3);
                    for (sum, block) in self.sums.chunks_exact_mut(3).zip(pixels) {
                        for pixel in block.chunks_exact(3) {
                            sum[0] += u32::from(pixel[0]);
                            sum[1] += u32::from(pixel[1]);
                            sum[2] += u32::from(pixel[2]);
                        }
                    }
                }
                Samples::Gray => {
                    let pixels = row[..self.width.min(row.len())].chunks(self.factor);
                    for (sum, block) in self.sums.chunks_exact_mut(3).zip(pixels) {
                        let grey: u32 = block.iter().map(|&sample| u32::from(sample)).sum();
                        sum.iter_mut().for_each(|sum| *sum += grey);
                    }
                }
                Samples::Ink => {
                    for x in 0..self.width {
                        if row[x / 8] >> (7 - x % 8) & 1 == 0 {
                            let at = x / self.factor * 3;
                            self.sums[at..at + 3].iter_mut().for_each(|sum| *sum += 255);
                        }
                    }
                }
            }
            self.rows += 1;
            if self.rows == self.factor {
                self.end_row();
            }
        }
    }

    fn end_row(&mut self) {
        for (x, sum) in self.sums.chunks_exact_mut(3).enumerate() {
            let columns = (self.width - x * self.factor).min(self.factor);
            let pixels = (columns * self.rows) as u32;
            self.pixels.extend(sum.iter().map(|sum| ((sum + pixels / 2) / pixels) as u8));
            sum.fill(0);
        }
        self.rows = 0;
    }

    /// The page in small; `None` if no row came.
    pub fn finish(mut self) -> Option<Picture> {
        if self.rows > 0 {
            self.end_row();
        }
        let height = self.pixels.len() / (self.across * 3).max(1);
        (height > 0).then_some(Picture { width: self.across as u32, height: height as u32, pixels: self.pixels })
    }
}

impl Picture {
    /// The picture turned.
    pub fn turned(self, rotation: Rotation) -> Self {
        let (width, height) = rotation.turned(self.width, self.height);
        Self { width, height, pixels: turned(self.pixels, self.width, 3, rotation) }
    }

    /// A part of it, cut where it would reach beyond: left, top, width and height.
    pub fn part(&self, [left, top, width, height]: [u32; 4]) -> Self {
        let (left, top) = (left.min(self.width), top.min(self.height));
        let (width, height) = (width.min(self.width - left), height.min(self.height - top));
        let row = self.width as usize * 3;
        let columns = left as usize * 3..(left + width) as usize * 3;
        let rows = self.pixels.chunks_exact(row.max(1)).skip(top as usize).take(height as usize);
        Self { width, height, pixels: rows.flat_map(|row| &row[columns.clone()]).copied().collect() }
    }

    /// Writes it as JPEG.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn write(&self, out: impl Write) -> std::io::Result<()> {
        let size = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        let failed = |error| match error {
            jpeg_encoder::EncodingError::IoError(error) => error,
            other => std::io::Error::other(other.to_string()),
        };
        let encoder = Encoder::new(out, QUALITY);
        encoder.encode(&self.pixels, size(self.width), size(self.height), ColorType::Rgb).map_err(failed)
    }

    /// Reads what [`Picture::write`] wrote; `None` if it is something else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut decoder = jpeg_decoder::Decoder::new(bytes);
        decoder.read_info().ok()?;
        let facts = decoder.info()?;
        let (width, height) = (u32::from(facts.width), u32::from(facts.height));
        let is_small =
            width <= LARGEST.0 && height <= LARGEST.1 && facts.pixel_format == jpeg_decoder::PixelFormat::RGB24;
        let pixels = is_small.then(|| decoder.decode().ok()).flatten()?;
        Some(Self { width, height, pixels })
    }

    /// Whether nothing is on the page but paper, dust and folds.
    ///
    /// A page number alone is ink. What is fainter than pencil is not seen, so a page is marked by this, never dropped.
    pub fn is_blank(&self) -> bool {
        let grey = self.grey(1);
        let (dx, dy) = ((grey.width as f32 * MARGIN) as usize, (grey.height as f32 * MARGIN) as usize);
        // The paper may be darker at one side, so it is measured in squares.
        const SQUARE: usize = 20;
        let mut inked = 0;
        for top in (dy..grey.height.saturating_sub(dy)).step_by(SQUARE) {
            for left in (dx..grey.width.saturating_sub(dx)).step_by(SQUARE) {
                let (bottom, right) = ((top + SQUARE).min(grey.height - dy), (left + SQUARE).min(grey.width - dx));
                let square = (top..bottom).flat_map(|y| &grey.pixels[y * grey.width + left..y * grey.width + right]);
                let mut square: Vec<u8> = square.copied().collect();
                square.sort_unstable();
                // The paper is what most of a square is, unless it is full of ink: then most is not paper.
                let paper = square[square.len() * 9 / 10];
                inked += square.iter().take_while(|&&pixel| pixel < paper.saturating_sub(INK)).count();
                if inked > DUST {
                    return false;
                }
            }
        }
        true
    }

    /// What of it is compared with other pages.
    pub fn words(&self) -> Words {
        Words { coarse: self.grey(2).relief(), fine: self.grey(1).relief() }
    }

    /// Its grey, made smaller once more.
    fn grey(&self, factor: usize) -> Plane {
        let (across, down) = (self.width as usize, self.height as usize);
        let (width, height) = (across / factor, down / factor);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0;
                for (dx, dy) in (0..factor).flat_map(|dy| (0..factor).map(move |dx| (dx, dy))) {
                    let at = ((y * factor + dy) * across + x * factor + dx) * 3;
                    sum += self.pixels[at..at + 3].iter().map(|&sample| usize::from(sample)).sum::<usize>();
                }
                pixels.push((sum / (3 * factor * factor)) as u8);
            }
        }
        Plane { width, height, pixels }
    }
}

/// The words of a page in small: what two scans of one side have in common.
#[derive(Debug)]
pub struct Words {
    coarse: Relief,
    fine: Relief,
}

impl Words {
    /// Whether two pages seem to be scans of the same side of a sheet. Two blank pages are not told from each other.
    pub fn show_the_same(&self, other: &Self) -> bool {
        self.likeness(other) >= SAME
    }

    /// How alike two pages are, from 0 to 1: tile by tile, each laid where it fits best, and of all tiles what three in
    /// four reach. So two sheets of a form are not alike if they are filled in differently.
    ///
    /// Tiles without ink say nothing; a page with ink in fewer than three tiles has no likeness.
    pub fn likeness(&self, other: &Self) -> f32 {
        let (a, b) = (&self.coarse, &other.coarse);
        if a.width.abs_diff(b.width).max(a.height.abs_diff(b.height)) > 8 {
            return 0.0;
        }
        let (width, height) = (a.width / TILES.0, a.height / TILES.1);
        let mut scores = Vec::new();
        for tile in 0..TILES.0 * TILES.1 {
            let tile = (tile % TILES.0 * width, tile / TILES.0 * height, width, height);
            let fine = (tile.0 * 2, tile.1 * 2, width * 2, height * 2);
            if self.fine.energy(fine).max(other.fine.energy(fine)) < INKED {
                continue;
            }
            let near = |reach: isize| (-reach..=reach).flat_map(move |y| (-reach..=reach).map(move |x| (x, y)));
            let rough = near(APART).map(|(x, y)| (a.correlation(b, tile, x, y), x, y));
            let (_, x, y) = rough.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default();
            let exact = near(2).map(|(dx, dy)| self.fine.correlation(&other.fine, fine, x * 2 + dx, y * 2 + dy));
            scores.push(exact.fold(0.0_f32, f32::max));
        }
        scores.sort_unstable_by(f32::total_cmp);
        if scores.len() < 3 { 0.0 } else { scores[scores.len() / 4] }
    }
}

struct Plane {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Plane {
    /// Means over squares of three pixels.
    fn softened(&self) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let across = |y: usize, x: usize| {
            let row = &self.pixels[y * width..(y + 1) * width];
            u32::from(row[x.saturating_sub(1)]) + u32::from(row[x]) + u32::from(row[(x + 1).min(width - 1)])
        };
        let mut soft = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            let (above, below) = (y.saturating_sub(1), (y + 1).min(height - 1));
            soft.extend((0..width).map(|x| ((across(above, x) + across(y, x) + across(below, x)) / 9) as u8));
        }
        soft
    }

    /// What is darker than what stands beside it in its row: words, not lines of text, which most pages have alike, nor
    /// stains and shadows of the lid.
    fn relief(&self) -> Relief {
        const REACH: usize = 10;
        let mut heights = Vec::with_capacity(self.pixels.len());
        // A little soft, so that a shift by half a pixel costs little.
        let soft = self.softened();
        for row in soft.chunks_exact(self.width.max(1)) {
            for (x, &pixel) in row.iter().enumerate() {
                let beside = &row[x.saturating_sub(REACH)..(x + REACH + 1).min(row.len())];
                let sum: u32 = beside.iter().map(|&pixel| u32::from(pixel)).sum();
                heights.push(sum as f32 / beside.len() as f32 - f32::from(pixel));
            }
        }
        Relief { width: self.width, height: self.height, heights }
    }
}

#[derive(Debug)]
struct Relief {
    width: usize,
    height: usize,
    heights: Vec<f32>,
}

impl Relief {
    fn at(&self, x: isize, y: isize) -> f32 {
        let inside = x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height;
        if inside { self.heights[y as usize * self.width + x as usize] } else { 0.0 }
    }

    /// Mean square of the heights of a tile.
    fn energy(&self, (left, top, width, height): (usize, usize, usize, usize)) -> f32 {
        let sum: f32 = (top..top + height)
            .flat_map(|y| (left..left + width).map(move |x| (x, y)))
            .map(|(x, y)| self.at(x as isize, y as isize).powi(2))
            .sum();
        sum / (width * height).max(1) as f32
    }

    /// Correlation of a tile of this with the same of another, moved.
    fn correlation(&self, other: &Self, tile: (usize, usize, usize, usize), dx: isize, dy: isize) -> f32 {
        let (left, top, width, height) = tile;
        let (mut ab, mut aa, mut bb) = (0.0_f32, 0.0_f32, 0.0_f32);
        for y in top as isize..(top + height) as isize {
            for x in left as isize..(left + width) as isize {
                let (a, b) = (self.at(x, y), other.at(x + dx, y + dy));
                ab += a * b;
                aa += a * a;
                bb += b * b;
            }
        }
        if aa * bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of A4 at 100 dpi with bars where words would be; `seed` says where, `lines` how many lines.
    fn page(seed: u32, lines: u32, moved: (u32, u32)) -> Picture {
        let (width, height) = (827_u32, 1169_u32);
        let mut pixels = vec![236_u8; (width * height * 3) as usize];
        let mut state = seed.wrapping_mul(2_654_435_761).max(1);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        for line in 0..lines {
            let mut x = 90;
            while x < 700 {
                let word = 15 + next() % 60;
                for y in 0..9 {
                    for dx in 0..word {
                        let (x, y) = (x + dx + moved.0, 90 + line * 22 + y + moved.1);
                        if (x + y * 7) % 3 != 0 {
                            let at = ((y * width + x) * 3) as usize;
                            pixels[at..at + 3].fill(40);
                        }
                    }
                }
                x += word + 9;
            }
        }
        let mut shrink = Shrink::new(Samples::Rgb, width, height, width as usize * 3);
        shrink.rows(&pixels);
        shrink.finish().expect("a page")
    }

    #[test]
    fn a_page_becomes_small_whatever_its_samples_are() {
        let mut shrink = Shrink::new(Samples::Gray, 1001, 1500, 1001);
        for _ in 0..1500 {
            let row: Vec<u8> = (0..1001).map(|x| if x < 500 { 0 } else { 200 }).collect();
            shrink.rows(&row);
        }
        let small = shrink.finish().expect("rows came");
        assert_eq!((small.width, small.height), (251, 375));
        assert_eq!((&small.pixels[..3], &small.pixels[250 * 3..251 * 3]), (&[0; 3][..], &[200; 3][..]));

        let mut shrink = Shrink::new(Samples::Ink, 10, 2, 2);
        shrink.rows(&[0b1010_0000, 0b0100_0000, 0, 0]);
        let small = shrink.finish().expect("rows came");
        let row: Vec<u8> = small.pixels.chunks(3).take(10).map(|pixel| pixel[0]).collect();
        assert_eq!(row, [0, 255, 0, 255, 255, 255, 255, 255, 255, 0]);
        assert_eq!(Shrink::new(Samples::Gray, 5, 5, 5).finish(), None);
    }

    #[test]
    fn a_thumbnail_is_a_picture_that_opens() {
        let small = page(7, 30, (0, 0));
        let mut file = Vec::new();
        small.write(&mut file).expect("memory takes it");
        let read = Picture::read(&file).expect("a picture");
        assert_eq!((read.width, read.height), (small.width, small.height));
        assert!(read.words().likeness(&small.words()) > 0.98);
        assert_eq!(Picture::read(&file[..200]), None);
        assert!(file.len() < 60_000, "{} bytes", file.len());
    }

    #[test]
    fn a_page_with_a_word_is_not_blank_and_paper_with_dust_is() {
        assert!(page(1, 0, (0, 0)).is_blank());
        assert!(!page(1, 1, (0, 0)).is_blank());
        let mut dusty = page(1, 0, (0, 0));
        for at in [5_000, 40_000, 99_000] {
            dusty.pixels[at * 3..at * 3 + 3].fill(90);
        }
        // A shadow that grows from one side is paper too.
        for (at, pixel) in dusty.pixels.iter_mut().enumerate() {
            *pixel = pixel.saturating_sub((at / 3 % dusty.width as usize / 8) as u8);
        }
        assert!(dusty.is_blank());
    }

    #[test]
    fn the_same_side_is_known_again_and_another_of_the_same_form_is_not() {
        let [first, again, other] =
            [(1, (0, 0)), (1, (5, 7)), (2, (0, 0))].map(|(seed, moved)| page(seed, 40, moved).words());
        let (same, different) = (first.likeness(&again), first.likeness(&other));
        assert!(first.show_the_same(&again) && !first.show_the_same(&other), "{same} {different}");
        assert!(!page(1, 0, (0, 0)).words().show_the_same(&page(2, 0, (0, 0)).words()), "blank pages");
    }
}
