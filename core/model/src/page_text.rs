//! The text of a page with its place on the ink: blocks in reading order, lines, words.
//!
//! Coordinates are **upright page pixels**: the frame after its [`Rotation`](crate::geometry::Rotation) and *before* any
//! deskewing, origin in the upper left corner, y down. A skewed line says so by its angle; the image is never turned.
//! Of a page that shows a [part](crate::part::FramePart) of its frame they are pixels of that part, turned: its corner is
//! the origin, and nothing outside it is spoken of.

/// The text of one page in reading order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageText {
    /// Columns of the upright page.
    pub width: u32,
    /// Rows of the upright page.
    pub height: u32,
    /// Blocks in reading order.
    pub blocks: Vec<TextBlock>,
}

/// What part of a page a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockRole {
    /// Running text, or a part that is not told apart.
    Body,
    /// A column of the letterhead (issuer and number; motto and date).
    Letterhead,
    /// The zone of recipients and signature.
    Signature,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBlock {
    /// What part of the page it is.
    pub role: BlockRole,
    /// Lines from first to last.
    pub lines: Vec<TextLine>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    /// Angle of the baseline in degrees, counter-clockwise positive: the line rises to the right.
    pub angle: f32,
    /// Words from first to last; a Chinese line without spaces is one word.
    pub words: Vec<Word>,
}

/// A run of characters without white space.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The characters, NFC, never empty, no white space.
    pub text: String,
    /// Confidence of the engine, 0 to 100.
    pub confidence: f32,
    /// X of the start of the baseline.
    pub x: f32,
    /// Y of the start of the baseline.
    pub y: f32,
    /// Length along the baseline.
    pub width: f32,
    /// Height above the baseline, at right angles to it; positive.
    pub ascent: f32,
    /// Depth below the baseline; zero or positive.
    pub descent: f32,
}

/// A box with sides parallel to the page, in upright page pixels; `left` and `top` belong to it, `right` and `bottom` do not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Bounds {
    /// The smallest box around several; `None` around none.
    pub fn around(boxes: impl IntoIterator<Item = Self>) -> Option<Self> {
        boxes.into_iter().reduce(|a, b| Self {
            left: a.left.min(b.left),
            top: a.top.min(b.top),
            right: a.right.max(b.right),
            bottom: a.bottom.max(b.bottom),
        })
    }
}

impl Word {
    /// The box around the word on a line that rises by `angle` degrees.
    pub fn bounds(&self, angle: f32) -> Bounds {
        let (sin, cos) = angle.to_radians().sin_cos();
        // Along the baseline, and up from it; y runs down.
        let corner = |along: f32, up: f32| (self.x + along * cos - up * sin, self.y - along * sin - up * cos);
        let corners = [
            corner(0.0, self.ascent),
            corner(self.width, self.ascent),
            corner(0.0, -self.descent),
            corner(self.width, -self.descent),
        ];
        let fold = |start: f32, pick: fn(f32, f32) -> f32, of: fn(&(f32, f32)) -> f32| {
            corners.iter().map(of).fold(start, pick)
        };
        Bounds {
            left: fold(f32::INFINITY, f32::min, |c| c.0),
            top: fold(f32::INFINITY, f32::min, |c| c.1),
            right: fold(f32::NEG_INFINITY, f32::max, |c| c.0),
            bottom: fold(f32::NEG_INFINITY, f32::max, |c| c.1),
        }
    }
}

impl TextLine {
    /// The box around its words; `None` without words.
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.words.iter().map(|word| word.bounds(self.angle)))
    }
}

impl TextBlock {
    /// The box around its lines; `None` without words.
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.lines.iter().filter_map(TextLine::bounds))
    }
}

impl PageText {
    /// All words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.blocks.iter().flat_map(|block| &block.lines).flat_map(|line| &line.words)
    }

    /// The text as people read it: words parted by a space, lines by a line feed, blocks by an empty line.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            if !text.is_empty() {
                text.push('\n');
            }
            for line in &block.lines {
                for (i, word) in line.words.iter().enumerate() {
                    if i > 0 {
                        text.push(' ');
                    }
                    text.push_str(&word.text);
                }
                text.push('\n');
            }
        }
        text
    }

    /// Mean confidence weighted by characters, 0 to 100; `None` without words.
    pub fn confidence(&self) -> Option<f32> {
        let (mut sum, mut characters) = (0.0, 0.0);
        for word in self.words() {
            let n = word.text.chars().count() as f32;
            sum += word.confidence * n;
            characters += n;
        }
        (characters > 0.0).then(|| sum / characters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_on_a_line_that_rises_has_a_box_around_its_corners() {
        let word = |angle| {
            let word =
                Word { text: "a".into(), confidence: 9.0, x: 100.0, y: 200.0, width: 40.0, ascent: 10.0, descent: 5.0 };
            word.bounds(angle)
        };
        assert_eq!(word(0.0), Bounds { left: 100.0, top: 190.0, right: 140.0, bottom: 205.0 });
        // A quarter turn: the baseline runs up, ascents reach to the left.
        let turned = word(90.0);
        let expected = [90.0, 160.0, 105.0, 200.0];
        for (found, expected) in [turned.left, turned.top, turned.right, turned.bottom].into_iter().zip(expected) {
            assert!((found - expected).abs() < 0.001, "{turned:?}");
        }
    }
}
