//! The visible block: what a reader of page 1 sees of the signature, the organisation's name and the signing time.
//!
//! TT 05/2025/TT-BNV, Điều 8: upper right of the first page, Times New Roman, upright, size 10, black, no seal. All
//! lengths are points. The block stands upright in the upper corner *as the page is seen*, whatever its `/Rotate`.

use sohoa_model::Timestamp;
use sohoa_model::geometry::Rotation;
use sohoa_pdf::Object;
use unicode_normalization::UnicodeNormalization;

use crate::error::SignError;
use crate::font::BlockFont;

/// How the visible block is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VisibleBlock {
    /// Where it stands on page 1.
    pub corner: Corner,
    /// Its width in points, unless the page is narrower.
    pub width: f64,
    /// Distance from the edges of the page in points.
    pub margin: f64,
    /// Size of the letters in points; a long name is set smaller, down to [`SMALLEST`].
    pub size: f64,
}

/// A corner of the page as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// Where TT 05/2025/TT-BNV wants the organisation's signature.
    UpperRight,
    /// Where TT 01/2023/TT-VPCP wants the operator's signature.
    UpperLeft,
}

/// The smallest size of letters in points.
pub const SMALLEST: f64 = 7.0;
/// Lines a name may take before it is set smaller.
const COMFORTABLE_LINES: usize = 2;
const LONGEST_NAME: usize = 200;
const PADDING: f64 = 2.0;

impl Default for VisibleBlock {
    fn default() -> Self {
        Self { corner: Corner::UpperRight, width: 170.0, margin: 10.0, size: 10.0 }
    }
}

/// The page that the block stands on: its visible box in default user space and its turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PageView {
    /// Left, bottom, right, top.
    pub(crate) bounds: [f64; 4],
    pub(crate) rotation: Rotation,
}

/// The block laid out: lines of text in a box whose origin is its lower left corner as seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) size: f64,
    /// Start of the baseline and text of each line.
    pub(crate) lines: Vec<(f64, f64, String)>,
}

impl PageView {
    /// Width and height as seen.
    fn seen(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.bounds;
        match self.rotation {
            Rotation::None | Rotation::Half => (right - left, top - bottom),
            Rotation::Quarter | Rotation::ThreeQuarters => (top - bottom, right - left),
        }
    }

    /// A point of the page as seen (origin lower left, y up) in default user space.
    fn user_space(&self, (u, v): (f64, f64)) -> (f64, f64) {
        let [left, bottom, right, top] = self.bounds;
        match self.rotation {
            Rotation::None => (left + u, bottom + v),
            Rotation::Quarter => (right - v, bottom + u),
            Rotation::Half => (right - u, top - v),
            Rotation::ThreeQuarters => (left + v, top - u),
        }
    }
}

impl Layout {
    /// Sets the organisation's name and the signing time, centred, one below the other.
    ///
    /// # Errors
    /// [`SignError::OrganisationLength`], [`SignError::NoGlyph`].
    pub(crate) fn new(
        organisation: &str,
        at: Timestamp,
        block: &VisibleBlock,
        page: &PageView,
        font: &BlockFont,
    ) -> Result<Self, SignError> {
        let name = organisation.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
        let characters = name.chars().count();
        if !(1..=LONGEST_NAME).contains(&characters) {
            return Err(SignError::OrganisationLength { characters });
        }
        let time = at.iso_vietnam();
        if let Some(c) = font.missing(&name).or_else(|| font.missing(&time)) {
            return Err(SignError::NoGlyph(c));
        }
        let room = (page.seen().0 - 2.0 * block.margin).max(20.0);
        let width = block.width.min(room);
        let inner = width - 2.0 * PADDING;
        let mut size = block.size.max(SMALLEST);
        let mut lines = wrapped(&name, inner / size, font);
        while size > SMALLEST && (lines.len() > COMFORTABLE_LINES || font.width(&time) * size > inner) {
            size = (size - 0.5).max(SMALLEST);
            lines = wrapped(&name, inner / size, font);
        }
        lines.extend(wrapped(&time, inner / size, font));
        let leading = (font.ascent() + font.descent()) * size;
        let height = leading * lines.len() as f64 + 2.0 * PADDING;
        let top = height - PADDING - font.ascent() * size;
        let placed = lines.into_iter().enumerate().map(|(i, line)| {
            let left = (width - font.width(&line) * size) / 2.0;
            (left, top - leading * i as f64, line)
        });
        Ok(Self { width, height, size, lines: placed.collect() })
    }

    /// All characters that are shown.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|(_, _, line)| line.as_str()).collect()
    }

    /// `/Rect` of the widget in default user space.
    pub(crate) fn rect(&self, block: &VisibleBlock, page: &PageView) -> Object {
        let (seen_width, seen_height) = page.seen();
        let left = match block.corner {
            Corner::UpperRight => seen_width - block.margin - self.width,
            Corner::UpperLeft => block.margin,
        };
        let bottom = seen_height - block.margin - self.height;
        let (ax, ay) = page.user_space((left, bottom));
        let (bx, by) = page.user_space((left + self.width, bottom + self.height));
        Object::array([ax.min(bx), ay.min(by), ax.max(bx), ay.max(by)].map(Object::Real))
    }

    /// `/BBox` of the appearance.
    pub(crate) fn bounds(&self) -> Object {
        Object::array([0.0, 0.0, self.width, self.height].map(Object::Real))
    }

    /// `/Matrix` of the appearance, which turns it against the page so that it is seen upright.
    pub(crate) fn matrix(&self, page: &PageView) -> Object {
        let (w, h) = (self.width, self.height);
        let matrix = match page.rotation {
            Rotation::None => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            Rotation::Quarter => [0.0, 1.0, -1.0, 0.0, h, 0.0],
            Rotation::Half => [-1.0, 0.0, 0.0, -1.0, w, h],
            Rotation::ThreeQuarters => [0.0, -1.0, 1.0, 0.0, 0.0, w],
        };
        Object::array(matrix.map(Object::Real))
    }
}

/// Breaks a text at spaces into lines of at most `room` em; a longer word is broken inside.
fn wrapped(text: &str, room: f64, font: &BlockFont) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if font.width(&longer) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if !line.is_empty() && font.width(&line) + font.width(&c.to_string()) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const A4: [f64; 4] = [0.0, 0.0, 595.0, 842.0];
    const AT: Timestamp = Timestamp(1_795_314_605_000);

    fn layout(name: &str, view: &PageView) -> Result<Layout, SignError> {
        Layout::new(name, AT, &VisibleBlock::default(), view, &BlockFont::termes())
    }

    #[test]
    fn a_short_name_takes_one_line_of_ten_points() {
        let view = PageView { bounds: A4, rotation: Rotation::None };
        let block = layout("Sở Tư pháp tỉnh Quảng Ngãi", &view).unwrap();
        assert_eq!((block.size, block.lines.len(), block.width), (10.0, 2, 170.0));
        assert_eq!(block.lines[1].2, "2026-11-22T09:30:05+07:00");
        assert!((25.0..35.0).contains(&block.height), "{}", block.height);
    }

    #[test]
    fn a_long_name_is_wrapped_and_set_smaller_but_never_cut() {
        let view = PageView { bounds: A4, rotation: Rotation::None };
        let name = "Trung tâm Lưu trữ lịch sử trực thuộc Sở Nội vụ tỉnh Bà Rịa – Vũng Tàu và Ủy ban nhân dân thành phố";
        let block = layout(name, &view).unwrap();
        assert!(block.size < 10.0 && block.size >= SMALLEST);
        let words: Vec<&str> = block.lines.iter().flat_map(|(_, _, line)| line.split(' ')).collect();
        assert_eq!(words[..words.len() - 1].join(" "), name);
        let one_word = layout(&"Ế".repeat(200), &view).unwrap();
        assert_eq!(one_word.text().matches('Ế').count(), 200);
        assert!(one_word.lines.iter().all(|(left, _, _)| *left >= 0.0));
    }

    #[test]
    fn a_name_that_cannot_be_shown_is_refused() {
        let view = PageView { bounds: A4, rotation: Rotation::None };
        assert!(matches!(layout("  ", &view), Err(SignError::OrganisationLength { characters: 0 })));
        assert!(matches!(layout(&"a".repeat(201), &view), Err(SignError::OrganisationLength { characters: 201 })));
        assert!(matches!(layout("河內", &view), Err(SignError::NoGlyph('河'))));
    }

    #[test]
    fn the_block_stands_in_the_upper_right_corner_as_seen() {
        for (rotation, expected) in [
            (Rotation::None, (585.0, 832.0)),
            (Rotation::Quarter, (10.0, 832.0)),
            (Rotation::Half, (10.0, 10.0)),
            (Rotation::ThreeQuarters, (585.0, 10.0)),
        ] {
            let view = PageView { bounds: A4, rotation };
            let block = layout("Sở Tư pháp", &view).unwrap();
            let rect = block.rect(&VisibleBlock::default(), &view);
            let corners: Vec<f64> = rect.as_array().unwrap().iter().filter_map(Object::as_number).collect();
            let on_edge =
                |wanted: f64, low: f64, high: f64| (wanted - low).abs() < 1e-6 || (wanted - high).abs() < 1e-6;
            assert!(on_edge(expected.0, corners[0], corners[2]), "{rotation:?} {corners:?}");
            assert!(on_edge(expected.1, corners[1], corners[3]), "{rotation:?} {corners:?}");
        }
    }
}
