//! The look of a page, measured: focus, tones, borders, letters cut off at an edge, skew.
//!
//! [`Look::of`] measures an upright page, [`Look::findings`] says what a person should see to. Measuring never changes a
//! page, and nothing here stops one: a page that is out of focus is kept, read, and shown first.

use sohoa_model::finding::Finding;
use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::Dpi;

use crate::normalise::InkMap;

/// Every so many rows of pixels one is looked at for edges.
const ROW_STEP: usize = 6;

/// Share of the contrast of a page that an edge has to have to be worth measuring.
const EDGE: f32 = 0.6;

/// Levels that it has to have in any case, so that noise is none.
const LEAST_EDGE: i32 = 24;

/// Share of ink below which a page has no letters to speak of.
const SOME_INK: f32 = 0.002;

/// Fewer edges than this say nothing about focus.
const FEW_EDGES: usize = 400;

/// Width of an edge, in pixels at 300 dpi, from which letters are out of focus.
const SOFT: f32 = 5.0;

/// The same, from which they can hardly be told.
const BLURRED: f32 = 8.0;

/// Share of ink in a line of cells along an edge that makes it border.
const BORDER_LINE: f32 = 0.6;

/// Share of a side that a black border may take: a hair-line is left by every scanner.
const WIDE_BORDER: f32 = 0.03;

/// Pieces of ink that touch an edge from which text seems to go on beyond it.
const CUT_PIECES: usize = 4;

/// Cells from an edge inwards in which the rest of a cut word is looked for; about 4 mm.
const INWARDS: usize = 14;

/// Degrees from which lines lie visibly askew.
const ASKEW: f32 = 3.0;

/// Levels between paper and ink below which letters are faint.
const FAINT: u8 = 50;

/// Level of paper below which a page is too dark.
const DARK_PAPER: u8 = 90;

/// Share of pure black outside the borders from which shadows are lost, on a page with tones.
const SHADOWS: f32 = 0.15;

/// A side of the upright page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Left.
    Left,
    /// Top.
    Top,
    /// Right.
    Right,
    /// Bottom.
    Bottom,
}

impl Side {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Left, Self::Top, Self::Right, Self::Bottom];

    /// The word in findings: `left`, `top`, `right`, `bottom`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Top => "top",
            Self::Right => "right",
            Self::Bottom => "bottom",
        }
    }
}

/// What was measured on one upright page.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Median width of the edges of letters, in pixels at 300 dpi; `None` if there are too few edges to say.
    pub edge_width: Option<f32>,
    /// Level of the paper, 0 to 255.
    pub paper: u8,
    /// Level of the ink, 0 to 255; `None` of a page without letters.
    pub ink: Option<u8>,
    /// Whether the page has tones at all, or only black and white.
    pub tones: bool,
    /// Share of pixels that are pure black and not border, 0 to 1.
    pub shadows: f32,
    /// Depth of the black border on each side of [`Side::ALL`], as a share of the page's width or height.
    pub borders: [f32; 4],
    /// Pieces of ink that touch each side of [`Side::ALL`] inside the border, without running along it.
    pub touching: [usize; 4],
    /// Skew in degrees, counter-clockwise positive.
    pub skew: f32,
}

impl Look {
    /// Measures an upright page whose ink map and skew are known already.
    pub fn of(image: &GrayImage, map: &InkMap, skew: f32, dpi: Option<Dpi>) -> Self {
        let histogram = histogram(image);
        let all: u64 = histogram.iter().sum();
        let middle: u64 = histogram[24..232].iter().sum();
        let depths = Side::ALL.map(|side| border_depth(map, side));
        let touching = Side::ALL.map(|side| touching_pieces(map, side, &depths));
        let borders = [0, 1, 2, 3].map(|side| {
            let cells = if side % 2 == 0 { map.width } else { map.height };
            depths[side] as f32 / cells.max(1) as f32
        });
        let bordered = 1.0 - (1.0 - borders[0] - borders[2]).max(0.0) * (1.0 - borders[1] - borders[3]).max(0.0);
        let black = histogram[..2].iter().sum::<u64>() as f32 / all.max(1) as f32;
        let paper = level(&histogram, all, 750);
        let share = map.share();
        // The darkest quarter of the ink: strokes are dark in the middle only.
        let ink = (share >= SOME_INK).then(|| level(&histogram, all, ((share * 250.0) as u64).clamp(1, 10)));
        let contrast = paper.saturating_sub(ink.unwrap_or(paper));
        let edge = LEAST_EDGE.max((f32::from(contrast) * EDGE) as i32);
        Self {
            edge_width: edge_width(image, edge).map(|width| width * 300.0 / dpi.map_or(300.0, |dpi| dpi.0.max(1.0))),
            paper,
            ink,
            tones: middle * 50 > all,
            shadows: (black - bordered).max(0.0),
            borders,
            touching,
            skew,
        }
    }

    /// What a person should look at, gravest first.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(width) = self.edge_width.filter(|width| *width >= SOFT) {
            let code = if width >= BLURRED { "blurred" } else { "soft-focus" };
            findings.push(Finding::warn(code, format!("{width:.1} px")));
        }
        for (side, pieces) in Side::ALL.into_iter().zip(self.touching) {
            if pieces >= CUT_PIECES {
                findings.push(Finding::warn("text-cut-off", side.word()));
            }
        }
        if self.tones {
            if self.paper < DARK_PAPER {
                findings.push(Finding::warn("too-dark", self.paper.to_string()));
            } else if let Some(contrast) = self.ink.map(|ink| self.paper.saturating_sub(ink))
                && contrast < FAINT
            {
                findings.push(Finding::warn("faint", contrast.to_string()));
            }
            if self.shadows > SHADOWS {
                findings.push(Finding::warn("shadows-clipped", percent(self.shadows)));
            }
        }
        if self.skew.abs() >= ASKEW {
            findings.push(Finding::warn("askew", format!("{:.1}°", self.skew)));
        }
        if self.borders.iter().any(|depth| *depth >= WIDE_BORDER) {
            let widest = self.borders.iter().copied().fold(0.0, f32::max);
            findings.push(Finding::note("black-border", percent(widest)));
        }
        findings
    }
}

fn percent(share: f32) -> String {
    format!("{:.0} %", share * 100.0)
}

fn histogram(image: &GrayImage) -> [u64; 256] {
    let mut histogram = [0; 256];
    for y in (0..image.height).step_by(3) {
        image.row(y).iter().for_each(|&value| histogram[usize::from(value)] += 1);
    }
    histogram
}

/// The level below which so many of a thousand pixels lie.
fn level(histogram: &[u64; 256], all: u64, per_mille: u64) -> u8 {
    let mut below = 0;
    for (value, n) in histogram.iter().enumerate() {
        below += n;
        if below * 1_000 > all * per_mille {
            return value as u8;
        }
    }
    255
}

/// Median over the edges of a page of height by steepest step: how many pixels an edge would take at its steepest.
fn edge_width(image: &GrayImage, least: i32) -> Option<f32> {
    // Widths in tenths of a pixel; what is wider than 25 pixels is no edge.
    let mut widths = [0_usize; 251];
    let mut edges = 0;
    for y in (0..image.height).step_by(ROW_STEP) {
        let row = image.row(y);
        let mut start = 0;
        while start + 1 < row.len() {
            let direction = step(row, start).signum();
            let (mut end, mut steepest) = (start + 1, step(row, start).abs());
            while direction != 0 && end + 1 < row.len() && step(row, end).signum() == direction {
                steepest = steepest.max(step(row, end).abs());
                end += 1;
            }
            let height = (i32::from(row[end]) - i32::from(row[start])).abs();
            if height >= least {
                widths[((height * 10 / steepest.max(1)) as usize).min(250)] += 1;
                edges += 1;
            }
            start = end;
        }
    }
    if edges < FEW_EDGES {
        return None;
    }
    let mut below = 0;
    let median = widths.iter().position(|n| {
        below += n;
        below * 2 > edges
    });
    median.map(|tenths| tenths as f32 / 10.0)
}

fn step(row: &[u8], at: usize) -> i32 {
    i32::from(row[at + 1]) - i32::from(row[at])
}

/// Length of a side in cells, and the number of lines of cells behind it.
fn extent(map: &InkMap, side: Side) -> (usize, usize) {
    match side {
        Side::Left | Side::Right => (map.height, map.width),
        Side::Top | Side::Bottom => (map.width, map.height),
    }
}

/// The cell at place `along` of a side, `depth` lines away from it.
fn cell(map: &InkMap, side: Side, along: usize, depth: usize) -> bool {
    match side {
        Side::Left => map.at(depth, along),
        Side::Right => map.at(map.width - 1 - depth, along),
        Side::Top => map.at(along, depth),
        Side::Bottom => map.at(along, map.height - 1 - depth),
    }
}

/// Lines of cells from a side inwards that are mostly ink; at most a quarter of the page.
fn border_depth(map: &InkMap, side: Side) -> usize {
    let (length, lines) = extent(map, side);
    if length == 0 {
        return 0;
    }
    let inked = |depth: &usize| {
        let ink = (0..length).filter(|&along| cell(map, side, along, *depth)).count();
        ink as f32 >= BORDER_LINE * length as f32
    };
    // The outermost line may be half paper, so a border may begin at the second.
    let start = (0..(lines / 4).min(3)).find(inked).unwrap_or(lines);
    if start == lines { 0 } else { start + (start..lines / 4).take_while(inked).count() }
}

/// Pieces of ink that touch a side (or its border's inner edge) and are about as long as letters are high.
fn touching_pieces(map: &InkMap, side: Side, depths: &[usize; 4]) -> usize {
    let (length, lines) = extent(map, side);
    let of = |side: Side| depths[Side::ALL.iter().position(|s| *s == side).unwrap_or(0)];
    let depth = of(side) + usize::from(of(side) > 0);
    if depth > 0 || lines < 40 || length < 40 {
        // Behind a border the edge of the paper is not known well enough to say what it cuts.
        return 0;
    }
    let (before, after) = match side {
        Side::Left | Side::Right => (of(Side::Top), of(Side::Bottom)),
        Side::Top | Side::Bottom => (of(Side::Left), of(Side::Right)),
    };
    // Letters are 1 to 6 mm high; a page is about 200 mm wide, and 700 cells.
    let (shortest, longest) = (2, 24);
    let (mut pieces, mut run, mut inwards) = (0, 0, 0);
    for along in before + 2..length.saturating_sub(after + 2) {
        if cell(map, side, along, 0) || cell(map, side, along, 1) {
            run += 1;
            // Words go on inwards; specks and the shadow of an edge do not.
            inwards += (2..INWARDS).filter(|&depth| cell(map, side, along, depth)).count();
        } else {
            pieces += usize::from((shortest..=longest).contains(&run) && inwards >= run);
            (run, inwards) = (0, 0);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of letters: dark blocks of 12 by 20 pixels on light paper, in lines that keep off the edges.
    fn page(edge: usize) -> GrayImage {
        let (width, height) = (1_400_usize, 2_000_usize);
        let mut pixels = vec![235_u8; width * height];
        for top in (edge..height - edge - 20).step_by(48) {
            for left in (edge..width - edge - 12).step_by(26) {
                for y in top..top + 20 {
                    pixels[y * width + left..y * width + left + 12].fill(40);
                }
            }
        }
        GrayImage { width: width as u32, height: height as u32, pixels }
    }

    fn blurred(image: &GrayImage, times: u32) -> GrayImage {
        let mut image = image.clone();
        let width = image.width as usize;
        for _ in 0..times {
            let before = image.pixels.clone();
            for row in 0..image.height as usize {
                for x in 1..width - 1 {
                    let at = row * width + x;
                    let sum = u32::from(before[at - 1]) + 2 * u32::from(before[at]) + u32::from(before[at + 1]);
                    image.pixels[at] = (sum / 4) as u8;
                }
            }
        }
        image
    }

    fn codes(image: &GrayImage, skew: f32) -> Vec<String> {
        let look = Look::of(image, &InkMap::of(image), skew, None);
        look.findings().into_iter().map(|finding| format!("{} {}", finding.code, finding.detail)).collect()
    }

    #[test]
    fn a_good_page_raises_nothing() {
        assert_eq!(codes(&page(120), 0.4), Vec::<String>::new());
        assert_eq!(codes(&blurred(&page(120), 2), -1.9), Vec::<String>::new());
        let empty = GrayImage { width: 1_400, height: 2_000, pixels: vec![235; 2_800_000] };
        assert_eq!(codes(&empty, 0.0), Vec::<String>::new());
        let none = GrayImage { width: 0, height: 0, pixels: Vec::new() };
        assert_eq!(codes(&none, 0.0), Vec::<String>::new());
    }

    #[test]
    fn a_page_out_of_focus_is_told() {
        let found = codes(&blurred(&page(120), 14), 0.0);
        assert!(found[0].starts_with("soft-focus"), "{found:?}");
    }

    #[test]
    fn letters_at_an_edge_are_told_with_the_side() {
        let whole = page(120);
        let width = whole.width as usize;
        let pixels = whole.pixels.chunks(width).flat_map(|row| row[126..].to_vec()).collect();
        let cut = GrayImage { width: whole.width - 126, height: whole.height, pixels };
        assert_eq!(codes(&cut, 0.0), ["text-cut-off left"]);
    }

    #[test]
    fn a_black_border_is_no_text() {
        let mut bordered = page(200);
        let width = bordered.width as usize;
        for row in bordered.pixels.chunks_mut(width) {
            row[width - 90..].fill(4);
        }
        assert_eq!(codes(&bordered, 0.0), ["black-border 6 %"]);
    }

    #[test]
    fn dark_and_faint_pages_are_told() {
        let map = |f: fn(u8) -> u8| {
            let mut image = page(120);
            image.pixels.iter_mut().enumerate().for_each(|(n, v)| *v = f(*v).saturating_add((n % 3) as u8));
            codes(&image, 0.0)
        };
        assert_eq!(map(|v| v / 3), ["too-dark 80"]);
        assert_eq!(map(|v| 160 + v / 6), ["faint 35"]);
    }

    #[test]
    fn lines_askew_are_told() {
        assert_eq!(codes(&page(120), -3.4), ["askew -3.4°"]);
    }
}
