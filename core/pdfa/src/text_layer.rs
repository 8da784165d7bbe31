//! The invisible text of a page: each word over its ink, and apart from its neighbours for every reader.
//!
//! Words come in upright page pixels (y down); the content stream speaks points of the stored frame (y up), so places are
//! turned back by the page's rotation. Readers guess word boundaries from distances, whatever spaces are shown: poppler's
//! raw mode joins two words of one baseline that are less than 0.15 of the font size apart and splits a word whose
//! characters come closer than 0.1 of it, or whose baseline drifts by half a point. So a word is drawn a little narrower
//! than its ink where the next one is near, smaller where it has no room, and inside an ActualText span where it leans.

use std::fmt::Write as _;

use sohoa_model::geometry::Rotation;
use sohoa_model::page_text::{PageText, TextLine};
use sohoa_model::part::FramePart;

use crate::document::is_text;
use crate::font::{Code, Fonts};
use crate::glyphless;

/// Least distance to the next word in font sizes.
const GAP: f64 = 0.22;
/// Least advance of a character in font sizes.
const MIN_ADVANCE: f64 = 0.15;
/// Smallest font size in points.
const MIN_SIZE: f64 = 0.5;
/// Characters of one word that are shown; two bytes each, they stay within a string of 32 767 (ISO 19005-2, 6.1.13).
const MAX_CHARACTERS: usize = 8_000;
/// How far the baseline may drift within a word, in points, before the word needs a span.
const MAX_DRIFT: f64 = 0.35;

/// What a page shows of its frame, as stored, in points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSpace {
    /// Points a pixel.
    pub(crate) scale: f64,
    /// Its width as stored in points.
    pub(crate) width: f64,
    /// Its height as stored in points.
    pub(crate) height: f64,
    /// What makes it upright.
    pub(crate) rotation: Rotation,
}

/// A word in points of the upright page, x to the right and y up.
#[derive(Debug, Clone)]
struct Placed {
    text: String,
    codes: Vec<Code>,
    x: f64,
    y: f64,
    /// Radians, counter-clockwise.
    angle: f64,
    width: f64,
    size: f64,
}

/// The operators that show the text, and which fonts they use; empty if there is nothing to show.
pub(crate) fn content(text: &PageText, shown: FramePart, space: PageSpace, fonts: &mut Fonts) -> (String, Vec<usize>) {
    let mut words = place(text, shown, space, fonts);
    let (width, height) = upright(space);
    for i in 0..words.len() {
        let next = words.get(i + 1).cloned();
        fit(&mut words[i], next.as_ref(), width, height);
    }
    let mut used: Vec<usize> = words.iter().flat_map(|word| &word.codes).map(|code| code.font).collect();
    used.sort_unstable();
    used.dedup();
    if words.is_empty() {
        return (String::new(), used);
    }
    let space_code = fonts.code(' ');
    if !used.contains(&space_code.font) {
        used.push(space_code.font);
    }
    let mut out = String::from("BT\n3 Tr\n");
    for word in &words {
        show(&mut out, word, space, space_code);
    }
    out.push_str("ET\n");
    (out, used)
}

fn upright(space: PageSpace) -> (f64, f64) {
    match space.rotation {
        Rotation::None | Rotation::Half => (space.width, space.height),
        Rotation::Quarter | Rotation::ThreeQuarters => (space.height, space.width),
    }
}

/// All words that have characters, in reading order, in points.
fn place(text: &PageText, shown: FramePart, space: PageSpace, fonts: &mut Fonts) -> Vec<Placed> {
    let (width, height) = upright(space);
    let (columns, rows) = space.rotation.turned(shown.width(), shown.height());
    let scale = |seen: u32, stored: u32| match seen {
        0 => space.scale,
        seen => space.scale * f64::from(stored) / f64::from(seen),
    };
    let (across, down) = (scale(text.width, columns), scale(text.height, rows));
    let mut placed = Vec::new();
    for line in text.blocks.iter().flat_map(|block| &block.lines) {
        let size = line_size(line, down, width.min(height));
        for word in &line.words {
            let shown = word.text.chars().filter(|c| is_text(*c) && !c.is_whitespace());
            let shown: String = shown.take(MAX_CHARACTERS).collect();
            if shown.is_empty() {
                continue;
            }
            let codes: Vec<Code> = shown.chars().map(|c| fonts.code(c)).collect();
            placed.push(Placed {
                text: shown,
                codes,
                x: finite(word.x) * across,
                y: height - finite(word.y) * down,
                angle: finite(line.angle).to_radians(),
                width: finite(word.width) * across,
                size,
            });
        }
    }
    placed
}

fn finite(value: f32) -> f64 {
    if value.is_finite() { f64::from(value) } else { 0.0 }
}

/// The font size of a line: the middle one of the heights of its words, in points.
fn line_size(line: &TextLine, scale: f64, most: f64) -> f64 {
    let mut heights: Vec<f64> =
        line.words.iter().map(|word| (finite(word.ascent).max(0.0) + finite(word.descent).max(0.0)) * scale).collect();
    heights.sort_unstable_by(f64::total_cmp);
    let middle = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    middle.clamp(2.0 * MIN_SIZE, most.max(2.0 * MIN_SIZE))
}

/// Gives a word a width and a size with which it stays whole, on the page and apart from the next one.
fn fit(word: &mut Placed, next: Option<&Placed>, page_width: f64, page_height: f64) {
    let count = word.codes.len() as f64;
    word.x = word.x.clamp(0.0, (page_width - 1.0).max(0.0));
    word.y = word.y.clamp(0.5, (page_height - 0.5).max(0.5));
    let (sin, cos) = word.angle.sin_cos();
    let mut room = room_on_page(word.x, cos, page_width).min(room_on_page(word.y, sin, page_height));
    word.width = word.width.max(count * 0.02);
    if let Some(next) = next {
        let (dx, dy) = (next.x.clamp(0.0, page_width) - word.x, next.y - word.y);
        let (along, off) = (dx * cos + dy * sin, dy * cos - dx * sin);
        if off.abs() < 0.75 * word.size {
            if along - GAP * word.size >= count * MIN_ADVANCE * word.size {
                room = room.min(along - GAP * word.size);
            } else if along > 0.0 {
                let size = along / (count * MIN_ADVANCE + 2.0 * GAP);
                if size >= MIN_SIZE {
                    word.size = size;
                    room = room.min(along - GAP * size);
                } else {
                    // No room at all: an overlap, which readers take for a new line.
                    word.width = word.width.max(along + 0.3 * word.size);
                }
            } else {
                word.width = word.width.max(along + 0.3 * word.size);
            }
        }
    }
    word.width = word.width.min(room.max(count * 0.02));
    word.size = word.size.min(word.width / (count * MIN_ADVANCE)).max(MIN_SIZE.min(word.size));
}

/// How far one can go from `at` in a direction without leaving `0..=most`.
fn room_on_page(at: f64, direction: f64, most: f64) -> f64 {
    if direction > 1e-6 {
        (most - at) / direction
    } else if direction < -1e-6 {
        at / -direction
    } else {
        f64::INFINITY
    }
}

fn show(out: &mut String, word: &Placed, space: PageSpace, space_code: Code) {
    let advance = f64::from(glyphless::ADVANCE) / f64::from(glyphless::EM);
    let stretch = 100.0 * word.width / (word.codes.len() as f64 * advance * word.size);
    let (x, y) = stored(word.x, word.y, space);
    let turn = f64::from(space.rotation.degrees()).to_radians();
    let (sin, cos) = (word.angle + turn).sin_cos();
    let leaning = word.width * sin.abs().min(cos.abs()) > MAX_DRIFT;
    let mut line = String::new();
    if leaning {
        line.push_str("/Span <</ActualText <FEFF");
        word.text.encode_utf16().for_each(|unit| put(&mut line, format_args!("{unit:04X}")));
        line.push_str(">>> BDC\n");
    }
    let matrix = [cos, sin, -sin, cos].map(|value| if value.abs() < 1e-7 { 0.0 } else { value });
    let mut font = word.codes[0].font;
    put(&mut line, format_args!("/F{font} {:.3} Tf {stretch:.4} Tz ", word.size));
    matrix.iter().for_each(|value| put(&mut line, format_args!("{} ", short(*value))));
    put(&mut line, format_args!("{} {} Tm <", short(x), short(y)));
    for code in &word.codes {
        change_font(&mut line, &mut font, code.font, word.size);
        put(&mut line, format_args!("{:04X}", code.cid));
    }
    if leaning {
        line.push_str("> Tj\nEMC\n<");
    }
    change_font(&mut line, &mut font, space_code.font, word.size);
    put(&mut line, format_args!("{:04X}> Tj\n", space_code.cid));
    out.push_str(&line);
}

fn change_font(line: &mut String, font: &mut usize, wanted: usize, size: f64) {
    if *font != wanted {
        *font = wanted;
        if line.ends_with('<') {
            line.pop();
        } else {
            line.push_str("> Tj ");
        }
        put(line, format_args!("/F{wanted} {size:.3} Tf <"));
    }
}

fn put(line: &mut String, arguments: std::fmt::Arguments<'_>) {
    line.write_fmt(arguments).expect("a String takes everything");
}

pub(crate) fn short(value: f64) -> String {
    let text = format!("{value:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A point of the upright page as a point of the stored frame; both y up.
fn stored(x: f64, y: f64, space: PageSpace) -> (f64, f64) {
    match space.rotation {
        Rotation::None => (x, y),
        Rotation::Quarter => (space.width - y, x),
        Rotation::Half => (space.width - x, space.height - y),
        Rotation::ThreeQuarters => (y, space.height - x),
    }
}
