//! The text of a page with its place on the ink: blocks in reading order, lines, words.
//!
//! Coordinates are **upright page pixels**: the frame after its [`Rotation`](crate::geometry::Rotation) and *before* any
//! deskewing, origin in the upper left corner, y down. A skewed line says so by its angle; the image is never turned.

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
