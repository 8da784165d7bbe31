//! Printed matter: pages of text, lines and codes as a PDF, in the serif letters that administrative papers are set in.
//!
//! Lengths are points; the origin is the upper left corner of the page. The font is embedded with the letters that are
//! used, so that a file looks the same everywhere and its text can be copied.

use std::collections::BTreeSet;
use std::io::Write;

use sohoa_pdf::{Dict, Object, ObjectWriter, PdfError};
use sohoa_sign::font::BlockFont;
use unicode_normalization::UnicodeNormalization;

/// A4, in points.
pub const A4: (f64, f64) = (595.28, 841.89);
/// A6, in points.
pub const A6: (f64, f64) = (297.64, 419.53);

/// Where a text stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// It begins there.
    Left,
    /// Its middle is there.
    Middle,
    /// It ends there.
    Right,
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Size of the letters in points.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Where it stands to its place.
    pub align: Align,
}

enum Mark {
    Text { x: f64, y: f64, size: f64, bold: bool, text: String },
    Line { from: (f64, f64), to: (f64, f64), width: f64 },
    Dark { x: f64, y: f64, side: f64 },
}

/// Pages that are being set.
pub struct Printed {
    font: BlockFont,
    size: (f64, f64),
    pages: Vec<Vec<Mark>>,
    lacking: BTreeSet<char>,
    copies: u32,
}

impl Printed {
    /// One empty page of this size.
    pub fn new(size: (f64, f64)) -> Self {
        Self { font: BlockFont::termes(), size, pages: vec![Vec::new()], lacking: BTreeSet::new(), copies: 1 }
    }

    /// Width and height of the pages.
    pub fn size(&self) -> (f64, f64) {
        self.size
    }

    /// Begins a new page.
    pub fn new_page(&mut self) {
        self.pages.push(Vec::new());
    }

    /// Pages so far, of one copy.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Lets the file hold so many copies, one behind the other.
    pub fn repeat(&mut self, copies: u32) {
        self.copies = copies;
    }

    /// Letters of what was set that the font lacks, and that stand as `?` on the paper.
    pub fn lacking(&self) -> &BTreeSet<char> {
        &self.lacking
    }

    /// What the font shows of a text: letters it lacks become `?`.
    fn shown(&self, text: &str) -> String {
        let fits = |c: char| self.font.missing(&c.to_string()).is_none();
        text.nfc().map(|c| if fits(c) { c } else { '?' }).collect()
    }

    /// Width of a text of this size.
    pub fn width(&self, text: &str, size: f64) -> f64 {
        self.font.width(&self.shown(text)) * size
    }

    /// Sets a text with its baseline at `y`.
    pub fn text(&mut self, x: f64, y: f64, style: Style, text: &str) {
        let lacks = |c: &char| self.font.missing(&c.to_string()).is_some();
        let lacking: Vec<char> = text.nfc().filter(lacks).collect();
        self.lacking.extend(lacking);
        let text = self.shown(text);
        let width = self.font.width(&text) * style.size;
        let x = match style.align {
            Align::Left => x,
            Align::Middle => x - width / 2.0,
            Align::Right => x - width,
        };
        self.mark(Mark::Text { x, y, size: style.size, bold: style.bold, text });
    }

    /// A text in lines no wider than `width`; one word that is wider is cut.
    pub fn wrapped(&self, text: &str, size: f64, width: f64) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let last = lines.len() - 1;
            let longer = if lines[last].is_empty() { word.to_owned() } else { format!("{} {word}", lines[last]) };
            if self.width(&longer, size) <= width {
                lines[last] = longer;
                continue;
            }
            if !lines[last].is_empty() {
                lines.push(String::new());
            }
            let mut part = String::new();
            for c in word.chars() {
                if !part.is_empty() && self.width(&format!("{part}{c}"), size) > width {
                    let at = lines.len() - 1;
                    lines[at] = std::mem::take(&mut part);
                    lines.push(String::new());
                }
                part.push(c);
            }
            let at = lines.len() - 1;
            lines[at] = part;
        }
        lines
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64) {
        self.mark(Mark::Line { from, to, width });
    }

    /// A code of dark and light modules, `side` wide, with its upper left corner at a place.
    pub fn code(&mut self, x: f64, y: f64, side: f64, modules: usize, dark: &[bool]) {
        let module = side / modules.max(1) as f64;
        for at in (0..dark.len()).filter(|&at| dark[at]) {
            let (column, row) = ((at % modules) as f64, (at / modules) as f64);
            self.mark(Mark::Dark { x: x + column * module, y: y + row * module, side: module });
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Writes the PDF.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn write(&self, out: impl Write, title: &str) -> Result<(), PdfError> {
        let all: String = self.pages.iter().flatten().filter_map(Mark::letters).collect();
        // What is shown has glyphs, see [`Printed::shown`].
        let subset = self.font.subset(&format!("{all} ")).map_err(|_| PdfError::Io(std::io::Error::other("font")))?;
        let mut writer = ObjectWriter::new_file(out)?;
        let (catalog, tree, info) = (writer.allocate()?, writer.allocate()?, writer.allocate()?);
        let (font, cid_font, descriptor) = (writer.allocate()?, writer.allocate()?, writer.allocate()?);
        let (program, to_unicode) = (writer.allocate()?, writer.allocate()?);
        writer.stream(program, &Dict::new().with("Subtype", Object::name("CIDFontType0C")), &subset.cff)?;
        writer.stream(to_unicode, &Dict::new(), &subset.to_unicode)?;
        writer.object(descriptor, &subset.descriptor.clone().with("FontFile3", program).into())?;
        writer.object(cid_font, &subset.cid_font.clone().with("FontDescriptor", descriptor).into())?;
        let type0 = subset.type0.clone().with("DescendantFonts", Object::array([cid_font]));
        writer.object(font, &type0.with("ToUnicode", to_unicode).into())?;
        let resources = Dict::new().with("Font", Dict::new().with("F0", font));
        let mut contents = Vec::new();
        for page in &self.pages {
            let content = writer.allocate()?;
            let drawing: String = page.iter().map(|mark| mark.drawn(self.size.1, &subset)).collect();
            writer.stream(content, &Dict::new(), drawing.as_bytes())?;
            contents.push(content);
        }
        let mut leaves = Vec::new();
        for content in (0..self.copies).flat_map(|_| &contents) {
            let leaf = writer.allocate()?;
            let dict = Dict::new()
                .with("Type", Object::name("Page"))
                .with("Parent", tree)
                .with("MediaBox", Object::array([0.0, 0.0, self.size.0, self.size.1]))
                .with("Resources", resources.clone())
                .with("Contents", *content);
            writer.object(leaf, &dict.into())?;
            leaves.push(leaf);
        }
        let count = i64::try_from(leaves.len()).unwrap_or(i64::MAX);
        let node =
            Dict::new().with("Type", Object::name("Pages")).with("Count", count).with("Kids", Object::array(leaves));
        writer.object(tree, &node.into())?;
        writer.object(catalog, &Dict::new().with("Type", Object::name("Catalog")).with("Pages", tree).into())?;
        let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(title.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        writer.object(info, &Dict::new().with("Title", Object::String(utf16)).into())?;
        let id = Object::String(sohoa_model::Sha256::of(all.as_bytes()).0[..16].to_vec());
        writer
            .close(Dict::new().with("Root", catalog).with("Info", info).with("ID", Object::array([id.clone(), id])))?;
        Ok(())
    }
}

impl Mark {
    fn letters(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The operators that draw it on a page of this height.
    fn drawn(&self, height: f64, font: &sohoa_sign::font::FontSubset) -> String {
        match self {
            Self::Text { x, y, size, bold, text } => {
                // A bold face is not at hand: the letters are drawn with an outline.
                let weight = if *bold { format!("2 Tr {:.2} w", size * 0.022) } else { "0 Tr".to_owned() };
                format!("BT /F0 {size} Tf {weight} {x:.2} {:.2} Td <{}> Tj ET\n", height - y, font.show(text))
            }
            Self::Line { from, to, width } => {
                format!("{width} w {:.2} {:.2} m {:.2} {:.2} l S\n", from.0, height - from.1, to.0, height - to.1)
            }
            // A hair wider, so that no white line shows between two.
            Self::Dark { x, y, side } => {
                format!("{x:.2} {:.2} {side:.2} {side:.2} re f\n", height - y - side, side = side + 0.05)
            }
        }
    }
}
