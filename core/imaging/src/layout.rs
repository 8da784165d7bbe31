//! A layout: the zones of an upright page that are read by themselves, in reading order, and the stamps apart from them.
//!
//! Vietnamese official papers open with two columns (issuer and number; motto and date) and close with two (recipients;
//! signature). An engine that reads across them mixes their lines. Such a pair is recognised by a gutter that no letter
//! crosses, at the head or at the foot of the page, with lines on both sides, and that *ends*. A gutter through most of
//! the page parts two columns of a print if running text stands on both sides; otherwise it belongs to a table, whose
//! rows must not be torn apart. All is measured on an [`InkMap`], in cells; results are page pixels.

use sohoa_model::geometry::Rect;
use sohoa_model::page_text::BlockRole;

use crate::normalise::InkMap;

/// Width of a gutter as a share of the page's width, at least.
const GUTTER: f32 = 0.018;

/// Height of a letterhead or signature zone as a share of the page's height, at most.
const ZONE: f32 = 0.42;

/// Where a gutter may lie, as shares of the page's width.
const GUTTER_RANGE: (f32, f32) = (0.25, 0.68);

/// Length of a gutter between columns as a share of the height of the page, at least.
const LONG: f32 = 0.5;

/// Share of a column's area, line by line, that letters of running text cover, at least; the cells of a table have less.
const FILLED: f32 = 0.3;

/// Width of a gap that tears a line into cells, in usual heights of letters.
const TORN: u32 = 4;

/// Lines of a column, at least.
const LINES: u32 = 12;

/// How often a zone may be cut into two columns, one cut within the other.
const CUTS: u32 = 2;

/// What kind of papers the zones are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// Vietnamese official papers: letterhead, signature zone, framed stamps.
    Official,
    /// Any other: columns only.
    Any,
}

/// A part of the page that is read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    /// Where it lies, in page pixels.
    pub rect: Rect,
    /// What part of the page it is.
    pub role: BlockRole,
}

/// A framed stamp, as it was pressed: never quite straight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stamp {
    /// The box around it, in page pixels.
    pub rect: Rect,
    /// Degrees by which its lines rise, counter-clockwise positive; 0 where that is too little to matter.
    pub rise: f32,
}

impl Stamp {
    /// Half the width and half the height of the frame itself, along its sides, in page pixels.
    pub fn half_sides(&self) -> (f32, f32) {
        let (w, h) = (self.rect.width() as f32, self.rect.height() as f32);
        let (sin, cos) = self.rise.to_radians().abs().sin_cos();
        let square = cos * cos - sin * sin;
        (((w * cos - h * sin) / square / 2.0).max(0.0), ((h * cos - w * sin) / square / 2.0).max(0.0))
    }
}

/// The zones of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Parts in reading order; they do not overlap, and together they hold every line of letters.
    pub zones: Vec<Zone>,
    /// Framed stamps; they lie inside of zones.
    pub stamps: Vec<Stamp>,
}

/// Looks for the zones of an upright, level page of `width` by `height` pixels.
pub fn analyse(map: &InkMap, paper: Paper, width: u32, height: u32) -> Layout {
    let whole = Rect { left: 0, top: 0, right: map.width as u32, bottom: map.height as u32 };
    let stamps = if paper == Paper::Official { stamps(map) } else { Vec::new() };
    let letters = letters(map, &stamps.iter().map(|(cells, _)| *cells).collect::<Vec<_>>());
    let mut zones = Vec::new();
    if let Some(letters) = &letters {
        let pair = |side| if paper == Paper::Official { letters.pair(map, side) } else { None };
        let mut body = whole;
        if let Some((gutter, bottom)) = pair(Side::Head) {
            body.top = bottom;
            zones.push((Rect { right: gutter, bottom, ..whole }, BlockRole::Letterhead));
            zones.push((Rect { left: gutter, bottom, ..whole }, BlockRole::Letterhead));
        }
        let foot = pair(Side::Foot).filter(|&(_, top)| top > body.top);
        body.bottom = foot.map_or(body.bottom, |(_, top)| top);
        zones.extend(letters.columns(body, map, CUTS).into_iter().map(|column| (column, BlockRole::Body)));
        if let Some((gutter, top)) = foot {
            zones.push((Rect { top, right: gutter, ..whole }, BlockRole::Signature));
            zones.push((Rect { top, left: gutter, ..whole }, BlockRole::Signature));
        }
    } else {
        zones.push((whole, BlockRole::Body));
    }
    // A page that stays whole is the engine's to look at as it is.
    let split = letters.filter(|_| zones.len() > 1);
    let trimmed = |cells: Rect| split.as_ref().map_or(cells, |letters| letters.trimmed(cells));
    let zones =
        zones.into_iter().map(|(cells, role)| Zone { rect: map.pixels(trimmed(cells), width, height), role }).collect();
    let stamp = |(cells, slope): (Rect, f32)| Stamp {
        rect: map.pixels(cells, width, height),
        rise: -slope.atan().to_degrees(),
    };
    Layout { zones, stamps: stamps.into_iter().map(stamp).collect() }
}

/// Which end of the page a pair of columns is looked for at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Head,
    Foot,
}

/// The letters of a page, as boxes of connected ink, with their usual height; cells.
struct Letters {
    boxes: Vec<Rect>,
    usual: u32,
}

/// The letters of a page; `None` if there are too few to speak of lines.
fn letters(map: &InkMap, stamps: &[Rect]) -> Option<Letters> {
    let boxes = components(&map.ink, map.width, map.height);
    let mut heights: Vec<u32> = boxes.iter().map(Rect::height).filter(|&h| h >= 4).collect();
    if heights.len() < 60 {
        return None;
    }
    let middle = heights.len() / 2;
    let usual = *heights.select_nth_unstable(middle).1;
    let in_stamp = |b: &Rect| stamps.iter().any(|stamp| overlaps(stamp, b));
    let is_letter = |b: &Rect| {
        let (w, h) = (b.width(), b.height());
        let speck = w * 5 < usual * 2 && h * 5 < usual * 2;
        let rule = w > 8 * h || h > 8 * w;
        !speck && !rule && h < 4 * usual && w < 12 * usual && !in_stamp(b)
    };
    // What touches the rim of the page is the scanner's shadow.
    let rim = (map.width / 50) as u32;
    let inside = |b: &Rect| b.left > rim && b.right + rim < map.width as u32 && b.bottom > rim;
    let boxes: Vec<Rect> = boxes.into_iter().filter(|b| is_letter(b) && inside(b)).collect();
    (boxes.len() >= 40).then_some(Letters { boxes, usual })
}

impl Letters {
    /// A pair of columns at one end of the page: the column of cells that parts them, and the row where they end.
    fn pair(&self, map: &InkMap, side: Side) -> Option<(u32, u32)> {
        let (width, height) = (map.width as f32, map.height as f32);
        // At the foot everything is seen upside down, so that one rule serves both.
        let turn = |b: &Rect| match side {
            Side::Head => *b,
            Side::Foot => Rect { top: map.height as u32 - b.bottom, bottom: map.height as u32 - b.top, ..*b },
        };
        let boxes: Vec<Rect> = self.boxes.iter().map(turn).collect();
        let wide = (width * GUTTER) as u32;
        let depth = depths(&boxes, map.width as u32, map.height as u32, wide);
        let range = (width * GUTTER_RANGE.0) as usize..(width * GUTTER_RANGE.1) as usize;
        let deepest = depth.get(range.clone())?.iter().copied().max()?;
        // Windows that are blocked by the same line of letters are equally good; take the first run of them.
        let first = range.clone().find(|&x| depth[x] + self.usual >= deepest)?;
        let run =
            range.clone().filter(|&x| x >= first).take_while(|&x| depth[x] + self.usual >= deepest).count() as u32;
        let gutter = first as u32 + (run + wide) / 2;
        let gutter = gutter.min(first as u32 + wide);
        let end = self.line_start(&boxes, deepest);
        if end as f32 > height * ZONE {
            return None;
        }
        let (left, right): (Vec<Rect>, Vec<Rect>) =
            boxes.iter().filter(|b| b.bottom <= end + 1).partition(|b| b.right <= gutter);
        if !self.is_column(&left, 2) || !self.is_column(&right, 2) {
            return None;
        }
        Some(match side {
            Side::Head => (gutter, end),
            Side::Foot => (gutter, map.height as u32 - end),
        })
    }

    /// A zone cut at the gutters of running text, in reading order: what stands above a gutter, its left column, its
    /// right column, what stands below.
    fn columns(&self, zone: Rect, map: &InkMap, cuts: u32) -> Vec<Rect> {
        let Some((gutter, top, bottom)) = self.long_gutter(zone, map).filter(|_| cuts > 0) else { return vec![zone] };
        let left = Rect { top, bottom, right: gutter, ..zone };
        let right = Rect { top, bottom, left: gutter, ..zone };
        if !self.is_running_text(&left) || !self.is_running_text(&right) {
            return vec![zone];
        }
        let mut parts = Vec::new();
        if top > zone.top {
            parts.push(Rect { bottom: top, ..zone });
        }
        parts.extend(self.columns(left, map, cuts - 1));
        parts.extend(self.columns(right, map, cuts - 1));
        if bottom < zone.bottom {
            parts.push(Rect { top: bottom, ..zone });
        }
        parts
    }

    /// The longest gutter of a zone, if it is [`LONG`]: its column of cells, and the rows between which it is free.
    fn long_gutter(&self, zone: Rect, map: &InkMap) -> Option<(u32, u32, u32)> {
        let wide = (map.width as f32 * GUTTER) as u32;
        let within = |b: &&Rect| overlaps(b, &zone);
        let mut boxes: Vec<&Rect> = self.boxes.iter().filter(within).collect();
        boxes.sort_unstable_by_key(|b| b.top);
        let (text_left, text_right) = (boxes.iter().map(|b| b.left).min()?, boxes.iter().map(|b| b.right).max()?);
        let reach = (text_right - text_left) / 5;
        let mut best = (0, 0, 0);
        for x in (text_left + reach..(text_right - reach).saturating_sub(wide)).step_by(2) {
            let mut free_from = zone.top;
            let crossing = boxes.iter().filter(|b| b.left < x + wide && b.right > x);
            let ends = crossing.map(|b| (b.top, b.bottom)).chain([(zone.bottom, zone.bottom)]);
            for (top, bottom) in ends {
                if top.saturating_sub(free_from) > best.2 - best.1 {
                    best = (x + wide / 2, free_from, top);
                }
                free_from = free_from.max(bottom);
            }
        }
        ((best.2 - best.1) as f32 > map.height as f32 * LONG).then_some(best)
    }

    /// Whether a part of the page holds many lines that letters cover well.
    fn is_running_text(&self, part: &Rect) -> bool {
        let middle = |b: &Rect| (b.top + b.bottom) / 2;
        let within = |b: &&Rect| overlaps(b, part) && 2 * b.height() >= self.usual;
        let mut boxes: Vec<Rect> = self.boxes.iter().filter(within).copied().collect();
        boxes.sort_unstable_by_key(middle);
        let (Some(left), Some(right)) = (boxes.iter().map(|b| b.left).min(), boxes.iter().map(|b| b.right).max())
        else {
            return false;
        };
        let (mut lines, mut torn, mut letters) = (0, 0, 0);
        for line in boxes.chunk_by_mut(|a, b| middle(b) - middle(a) <= self.usual / 2).filter(|line| line.len() >= 3) {
            line.sort_unstable_by_key(|b| b.left);
            lines += 1;
            letters += line.iter().map(Rect::width).sum::<u32>();
            torn += u32::from(line.windows(2).any(|w| w[1].left > w[0].right + TORN * self.usual));
        }
        lines >= LINES && torn * 4 <= lines && letters as f32 > FILLED * (lines * (right - left)) as f32
    }

    /// A zone without the margins at its left and right, where specks and shadows lead the engine astray.
    ///
    /// Only letters that have a neighbour on their line count, so that no speck is taken for the edge of the text.
    fn trimmed(&self, zone: Rect) -> Rect {
        let near = |a: &Rect, b: &Rect| {
            a != b
                && a.top < b.bottom
                && b.top < a.bottom
                && a.left < b.right + 3 * self.usual
                && b.left < a.right + 3 * self.usual
        };
        let within = |b: &&Rect| overlaps(b, &zone) && 2 * b.height() >= self.usual;
        let mut found: Vec<&Rect> = self.boxes.iter().filter(within).collect();
        found.sort_unstable_by_key(|b| b.left);
        let edge = |mut letters: Box<dyn Iterator<Item = &Rect> + '_>| {
            letters.find(|b| found.iter().any(|other| near(b, other))).copied()
        };
        let first = edge(Box::new(found.iter().copied()));
        let last = edge(Box::new(found.iter().rev().copied()));
        let (Some(first), Some(last)) = (first, last) else { return zone };
        let margin = 2 * self.usual;
        Rect {
            left: first.left.saturating_sub(margin).max(zone.left),
            right: (last.right + margin).min(zone.right),
            ..zone
        }
    }

    /// The row just before the line of letters that a letter at `top` belongs to.
    fn line_start(&self, boxes: &[Rect], top: u32) -> u32 {
        let in_line = |b: &&Rect| {
            b.top < top + self.usual / 2 && b.bottom > top + self.usual / 4 && b.bottom < top + 3 * self.usual
        };
        let first = boxes.iter().filter(in_line).map(|b| b.top).min().unwrap_or(top).min(top);
        first.saturating_sub(1)
    }

    /// Whether boxes make at least `lines` lines of several letters.
    fn is_column(&self, boxes: &[Rect], lines: usize) -> bool {
        let mut middles: Vec<u32> =
            boxes.iter().filter(|b| 2 * b.height() >= self.usual).map(|b| (b.top + b.bottom) / 2).collect();
        middles.sort_unstable();
        let found = middles.chunk_by(|a, b| b - a <= self.usual / 2).filter(|line| line.len() >= 3).count();
        found >= lines
    }
}

/// For each column of cells, how far down a gutter of `wide` cells that starts there stays free of letters.
fn depths(boxes: &[Rect], width: u32, height: u32, wide: u32) -> Vec<u32> {
    let mut depth = vec![height; width as usize];
    for b in boxes {
        let from = b.left.saturating_sub(wide) as usize;
        for free in &mut depth[from..b.right.min(width) as usize] {
            *free = (*free).min(b.top);
        }
    }
    depth
}

/// Slopes at which the sides of a stamp are looked for, a degree apart: a hand presses it up to ten degrees askew.
fn slopes() -> impl Iterator<Item = f32> {
    (0..=20).map(|n| (n + 1) / 2 * if n % 2 == 0 { 1 } else { -1 }).map(|degrees| (degrees as f32).to_radians().tan())
}

/// Framed stamps: closed rectangles, a little turned perhaps, larger than a word and smaller than a table; each with the
/// slope of its lines, cells down for a cell to the right.
fn stamps(map: &InkMap) -> Vec<(Rect, f32)> {
    let closed = thickened(map);
    let (width, height) = (map.width as u32, map.height as u32);
    // Thickened, a frame with breaks hangs together; as it is, a frame hangs less often together with letters beside it.
    let mut boxes = components(&closed, map.width, map.height);
    boxes.extend(components(&map.ink, map.width, map.height));
    let mut found: Vec<(Rect, f32)> = boxes
        .into_iter()
        .filter(|b| {
            let (w, h) = (b.width(), b.height());
            w * 9 > width && w * 5 < width * 2 && h * 40 > height && h * 5 < width && w * 2 > h * 3
        })
        .filter_map(|b| {
            // Of all slopes that the sides may have, the one with the most ink right on the sides; the least if in doubt.
            let frames = slopes().filter_map(|slope| Some((frame(&closed, map.width, &b, slope)?, slope)));
            let best = frames.reduce(|best, other| if other.0 > best.0 { other } else { best });
            best.map(|(_, slope)| (b, slope))
        })
        .collect();
    found.sort_by_key(|(b, _)| (b.top, b.left));
    found.dedup_by_key(|(b, _)| (b.top, b.left));
    // Frames inside of frames are the lines of one stamp; more than a few are the cells of a table.
    let all = found.clone();
    found.retain(|(b, _)| {
        !all.iter().any(|(o, _)| o != b && overlaps(o, b) && o.width() * o.height() > b.width() * b.height())
    });
    if found.len() > 3 { Vec::new() } else { found }
}

/// How many cells of the four sides are ink of the rectangle of this slope that a box is drawn around; `None` if no
/// frame runs along them.
///
/// For a frame ink may lie a seventh of the height of the rectangle off; what is counted lies within two cells.
fn frame(ink: &[bool], width: usize, b: &Rect, slope: f32) -> Option<usize> {
    let height = ink.len() / width.max(1);
    let (left, right) = (b.left as usize, b.right as usize);
    let (top, bottom) = (b.top as usize, b.bottom as usize);
    let (w, h) = (right - left, bottom - top);
    let upright = h as f32 - slope.abs() * w as f32;
    if slope != 0.0 && upright * 4.0 < h as f32 {
        return None;
    }
    let deep = (upright as usize / 7).max(3);
    let inked = |x: usize, y: usize| x < width && y < height && ink[y * width + x];
    // How far the side has moved in at a place, for the corner that touches the box at its beginning or its end.
    let from_start = |n: usize| (slope.abs() * n as f32) as usize;
    let (downwards, across) = (slope > 0.0, right - 1);
    let column = |x: usize, side: Edge, deep: usize| {
        let moved = from_start(if downwards == (side == Edge::First) { x - left } else { across - x });
        let near = |depth: usize| match side {
            Edge::First => inked(x, top + moved + depth),
            Edge::Last => (bottom - 1).checked_sub(moved + depth).is_some_and(|y| inked(x, y)),
        };
        (0..deep).any(near)
    };
    let row = |y: usize, side: Edge, deep: usize| {
        let moved = from_start(if downwards == (side == Edge::First) { bottom - 1 - y } else { y - top });
        let near = |depth: usize| match side {
            Edge::First => inked(left + moved + depth, y),
            Edge::Last => across.checked_sub(moved + depth).is_some_and(|x| inked(x, y)),
        };
        (0..deep).any(near)
    };
    let columns = |side, deep| (left..right).filter(|&x| column(x, side, deep)).count();
    let rows = |side, deep| (top..bottom).filter(|&y| row(y, side, deep)).count();
    let sides = [Edge::First, Edge::Last];
    let framed = sides.iter().all(|&side| columns(side, deep) * 100 >= w * 85 && rows(side, deep) * 100 >= h * 70);
    framed.then(|| sides.iter().map(|&side| columns(side, 2) + rows(side, 2)).sum())
}

/// Which of two opposite sides: the one at the top or left, or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    First,
    Last,
}

/// Ink grown by one cell in all directions, which closes thin breaks.
fn thickened(map: &InkMap) -> Vec<bool> {
    let mut grown = vec![false; map.ink.len()];
    for y in 0..map.height {
        for x in 0..map.width {
            if map.at(x, y) {
                for ny in y.saturating_sub(1)..(y + 2).min(map.height) {
                    grown[ny * map.width + x.saturating_sub(1)..ny * map.width + (x + 2).min(map.width)].fill(true);
                }
            }
        }
    }
    grown
}

/// The boxes of ink that hangs together, by corners too, in the order of their first cell.
fn components(ink: &[bool], width: usize, height: usize) -> Vec<Rect> {
    let mut seen = vec![false; ink.len()];
    let mut boxes = Vec::new();
    let mut open = Vec::new();
    for start in 0..ink.len() {
        if !ink[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        open.push(start);
        let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
        while let Some(cell) = open.pop() {
            let (x, y) = (cell % width, cell / width);
            (left, right, top, bottom) = (left.min(x), right.max(x + 1), top.min(y), bottom.max(y + 1));
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for next in ny * width + x.saturating_sub(1)..ny * width + (x + 2).min(width) {
                    if ink[next] && !seen[next] {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        boxes.push(Rect { left: left as u32, top: top as u32, right: right as u32, bottom: bottom as u32 });
    }
    boxes
}

/// Whether two boxes share a cell.
fn overlaps(a: &Rect, b: &Rect) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 700 by 990 cells that is drawn line by line.
    struct Page(InkMap);

    impl Page {
        fn new() -> Self {
            Self(InkMap { width: 700, height: 990, scale: 3, ink: vec![false; 700 * 990] })
        }

        /// Letters of 8 by 10 cells with 3 between them.
        fn line(mut self, left: usize, right: usize, top: usize) -> Self {
            for x in (left..right - 8).step_by(11) {
                self.fill(x, x + 8, top, top + 10);
            }
            self
        }

        fn body(self, from: usize, to: usize) -> Self {
            (from..to).step_by(20).fold(self, |page, top| page.line(70, 640, top))
        }

        fn fill(&mut self, left: usize, right: usize, top: usize, bottom: usize) {
            for y in top..bottom {
                self.0.ink[y * 700 + left..y * 700 + right].fill(true);
            }
        }

        fn frame(mut self, left: usize, right: usize, top: usize, bottom: usize) -> Self {
            self.fill(left, right, top, top + 2);
            self.fill(left, right, bottom - 2, bottom);
            self.fill(left, left + 2, top, bottom);
            self.fill(right - 2, right, top, bottom);
            self
        }

        fn letterhead(self) -> Self {
            self.line(80, 280, 60).line(320, 640, 60).line(380, 580, 80).line(110, 240, 110).line(350, 600, 110)
        }

        fn signature(self) -> Self {
            let left = (800..920).step_by(20).fold(self, |page, top| page.line(80, 300, top));
            left.line(420, 600, 800).line(420, 600, 820).line(440, 580, 900)
        }

        fn roles(&self) -> Vec<BlockRole> {
            let zones = analyse(&self.0, Paper::Official, 2_100, 2_970).zones;
            for y in 0..self.0.height {
                for x in (0..self.0.width).filter(|&x| self.0.at(x, y)) {
                    let (x, y) = (x as u32 * 3, y as u32 * 3);
                    let holds = |r: Rect| r.left <= x && x < r.right && r.top <= y && y < r.bottom;
                    assert_eq!(zones.iter().filter(|zone| holds(zone.rect)).count(), 1, "{x} {y} in {zones:?}");
                }
            }
            zones.iter().map(|zone| zone.role).collect()
        }
    }

    use BlockRole::{Body, Letterhead, Signature};

    #[test]
    fn a_letterhead_and_a_signature_zone_are_read_column_by_column() {
        let page = Page::new().letterhead().line(250, 450, 160).body(190, 760).signature();
        assert_eq!(page.roles(), [Letterhead, Letterhead, Body, Signature, Signature]);
        let zones = analyse(&page.0, Paper::Official, 2_100, 2_970).zones;
        assert!((280 * 3..=320 * 3).contains(&zones[0].rect.right), "{zones:?}");
        assert!((120 * 3..=160 * 3).contains(&zones[0].rect.bottom), "{zones:?}");
        assert!((300 * 3..=420 * 3).contains(&zones[3].rect.right), "{zones:?}");
        assert!((760 * 3..=800 * 3).contains(&zones[3].rect.top), "{zones:?}");
    }

    #[test]
    fn running_text_and_a_page_number_stay_whole() {
        assert_eq!(Page::new().body(60, 940).roles(), [Body]);
        assert_eq!(Page::new().line(340, 362, 40).body(90, 900).roles(), [Body]);
    }

    #[test]
    fn a_print_in_two_columns_is_read_column_by_column_below_its_page_number() {
        let page = (90..920)
            .step_by(20)
            .fold(Page::new().line(325, 370, 40), |page, top| page.line(60, 330, top).line(370, 640, top));
        assert_eq!(page.roles(), [Body, Body, Body]);
        let zones = analyse(&page.0, Paper::Any, 2_100, 2_970).zones;
        assert!(zones[0].rect.bottom <= 90 * 3 && zones[1].rect.right <= 370 * 3, "{zones:?}");
        assert!(zones[1].rect.left < zones[2].rect.left && zones[2].rect.left >= 330 * 3, "{zones:?}");
    }

    #[test]
    fn the_rows_of_a_table_stay_together() {
        let page = (90..920).step_by(30).fold(Page::new(), |page, top| {
            page.line(60, 120, top).line(200, 240, top).line(330, 390, top).line(520, 640, top)
        });
        assert_eq!(page.roles(), [Body]);
    }

    #[test]
    fn papers_of_another_kind_have_no_letterhead() {
        let page = Page::new().letterhead().line(250, 450, 160).body(190, 760).signature();
        let zones = analyse(&page.0, Paper::Any, 2_100, 2_970).zones;
        assert_eq!(zones.iter().map(|zone| zone.role).collect::<Vec<_>>(), [Body]);
    }

    #[test]
    fn a_blank_page_and_an_empty_map_stay_whole() {
        assert_eq!(Page::new().roles(), [Body]);
        let none = InkMap { width: 0, height: 0, scale: 1, ink: Vec::new() };
        assert_eq!(analyse(&none, Paper::Official, 0, 0).zones.len(), 1);
    }

    #[test]
    fn a_framed_stamp_is_found_and_a_table_is_not() {
        let stamp = Page::new().body(300, 900).frame(60, 210, 200, 260).line(80, 190, 215).line(80, 190, 235);
        let found = analyse(&stamp.0, Paper::Official, 2_100, 2_970).stamps;
        assert_eq!(found.len(), 1);
        let rect = found[0].rect;
        assert!(rect.left.abs_diff(180) <= 6 && rect.bottom.abs_diff(780) <= 6, "{found:?}");
        assert_eq!(found[0].rise, 0.0);

        let rows = (300..700).step_by(40);
        let table = rows.fold(Page::new().body(60, 280), |page, top| {
            page.frame(60, 240, top, top + 42).frame(238, 440, top, top + 42).frame(438, 640, top, top + 42)
        });
        assert_eq!(analyse(&table.0, Paper::Official, 2_100, 2_970).stamps, []);
    }

    #[test]
    fn a_stamp_pressed_askew_is_found_with_its_slope() {
        for slope in [-0.14_f32, -0.08, 0.06, 0.13] {
            let mut page = Page::new().body(300, 900);
            // Sides of 120 and 48 cells around (400, 200).
            let angle = slope.atan();
            let place =
                |u: f32, v: f32| (400.0 + u * angle.cos() - v * angle.sin(), 200.0 + u * angle.sin() + v * angle.cos());
            for step in -240..=240 {
                let (u, v) = (step as f32 / 4.0, step as f32 / 10.0);
                for (x, y) in [place(u, -24.0), place(u, 24.0), place(-60.0, v), place(60.0, v)] {
                    page.0.ink[y as usize * 700 + x as usize] = true;
                }
            }
            let found = analyse(&page.0, Paper::Official, 2_100, 2_970).stamps;
            assert_eq!(found.len(), 1, "{slope}");
            assert!((found[0].rise + angle.to_degrees()).abs() <= 2.1, "{slope}: {found:?}");
            let (half_width, half_height) = found[0].half_sides();
            assert!(
                (half_width - 180.0).abs() < 12.0 && (half_height - 72.0).abs() < 20.0,
                "{half_width} {half_height}"
            );
        }
    }
}
