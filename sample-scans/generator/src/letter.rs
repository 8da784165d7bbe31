//! Letters and decisions as Decree 30/2020/NĐ-CP lays them out: two-column letterhead, body, recipients and signature.

use crate::canvas::{Canvas, Type};
use crate::fonts::{Face, Fonts};
use crate::rng::Rng;
use crate::sheet::{Align, Sheet};

/// The letterhead: issuer and number on the left, motto and date on the right.
#[derive(Debug, Clone)]
pub struct Head {
    /// The body above the issuer; may be empty.
    pub parent: String,
    /// The issuer.
    pub issuer: String,
    /// Number and sign, `Số: 12/QĐ-UBND`.
    pub number: String,
    /// What a letter is about, `V/v …`; empty in a decision.
    pub about: String,
    /// Place and date.
    pub place: String,
}

/// The end: recipients on the left, role, signature, seal and name on the right.
#[derive(Debug, Clone)]
pub struct Closing {
    /// Recipients, one a line.
    pub recipients: Vec<String>,
    /// Role of the signer, one a line.
    pub role: Vec<String>,
    /// Name of the signer.
    pub name: String,
    /// Words around the seal.
    pub seal: String,
}

/// A part of the body.
#[derive(Debug, Clone)]
pub enum Block {
    /// A centred line in bold capitals.
    Title(String),
    /// A centred text in bold.
    Subtitle(String),
    /// A paragraph.
    Paragraph(String),
    /// A paragraph in italics, as the grounds of a decision are.
    Ground(String),
    /// A paragraph in bold.
    Heading(String),
    /// The end.
    Closing(Closing),
}

/// What a paper is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Times, 13.5 points.
    Office,
    /// Noto Serif, 11.5 points.
    Book,
    /// A typewriter, 11.5 points.
    Typed,
}

/// A letter or decision before it is set.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is set in.
    pub look: Look,
    /// Its head; later pages of a long paper have none.
    pub head: Option<Head>,
    /// The words of a secrecy stamp, left below the number.
    pub stamp: Option<String>,
    /// Its body.
    pub body: Vec<Block>,
}

const LEFT: f32 = 30.0;
const RIGHT: f32 = 190.0;
const BOTTOM: f32 = 275.0;

impl Look {
    fn faces(self) -> (Face, Face, Face, f32, f32, f32) {
        match self {
            Self::Office => (Face::Serif, Face::SerifBold, Face::SerifItalic, 13.5, 6.9, 0.0),
            Self::Book => (Face::Book, Face::SansBold, Face::Book, 11.0, 6.5, 0.0),
            Self::Typed => (Face::Typewriter, Face::TypewriterBold, Face::Typewriter, 11.5, 6.6, 0.7),
        }
    }
}

/// Sets a letter on as many sheets as it needs.
pub fn set<'a>(fonts: &'a Fonts, name: &str, letter: &Letter) -> Vec<Sheet<'a>> {
    let (plain, bold, italic, points, leading, unrest) = letter.look.faces();
    let style = |face, points| Type { unrest, ..Type::print(face, points) };
    let new_sheet = |page: usize| Sheet::new(Canvas::upright(), fonts, Rng::named(&format!("{name} sheet {page}")));
    let mut done = Vec::new();
    let mut sheet = new_sheet(1);
    let mut y = 24.0;
    if let Some(head) = &letter.head {
        y = set_head(&mut sheet, head, letter.look);
    }
    if let Some(stamp) = &letter.stamp {
        let tilt = sheet.rng.between(-3.0, 3.0);
        sheet.framed_stamp(stamp, 52.0, y + 5.0, tilt);
        y += 19.0;
    }
    for block in &letter.body {
        let (text, face, points, indent, gap) = match block {
            Block::Title(text) => (text, bold, points + 0.5, None, 1.0),
            Block::Subtitle(text) => (text, bold, points, None, 3.0),
            Block::Paragraph(text) => (text, plain, points, Some(10.0), 2.2),
            Block::Ground(text) => (text, italic, points, Some(10.0), 1.2),
            Block::Heading(text) => (text, bold, points, Some(10.0), 1.5),
            Block::Closing(closing) => {
                if y + 52.0 > BOTTOM {
                    done.push(std::mem::replace(&mut sheet, new_sheet(done.len() + 2)));
                    y = 28.0;
                }
                set_closing(&mut sheet, closing, letter.look, y + 4.0);
                y += 60.0;
                continue;
            }
        };
        let style = style(face, points);
        let lines = match indent {
            Some(indent) => sheet.broken(style, text, RIGHT - LEFT, indent),
            None => sheet.broken(style, text, 140.0, 0.0),
        };
        let count = lines.len();
        for (i, line) in lines.into_iter().enumerate() {
            if y > BOTTOM {
                done.push(std::mem::replace(&mut sheet, new_sheet(done.len() + 2)));
                sheet.line(Type::print(plain, points), &(done.len() + 1).to_string(), Align::Centre, LEFT, RIGHT, 16.0);
                y = 28.0;
            }
            match indent {
                Some(indent) => {
                    let left = if i == 0 { LEFT + indent } else { LEFT };
                    sheet.justified(style, &line, left, RIGHT, y, i + 1 == count);
                }
                None => sheet.line(style, &line, Align::Centre, LEFT, RIGHT, y),
            }
            y += leading;
        }
        y += gap;
    }
    done.push(sheet);
    done
}

fn set_head(sheet: &mut Sheet<'_>, head: &Head, look: Look) -> f32 {
    let (plain, bold, italic, _, _, unrest) = look.faces();
    // A typewriter has one width for all letters, so its head is set smaller to fit beside the motto.
    let small = if look == Look::Typed { 8.6 } else { 12.0 };
    let style = |face, points| Type { unrest, ..Type::print(face, points) };
    let (left, middle, right) = (20.0, 92.0, 196.0);
    let mut y = 22.0;
    if !head.parent.is_empty() {
        y = sheet.boxed(style(plain, small), &head.parent, Align::Centre, (left, middle), y, 5.4);
    }
    let issuer = sheet.broken(style(bold, small), &head.issuer, middle - left, 0.0);
    let count = issuer.len();
    for (i, line) in issuer.iter().enumerate() {
        if i + 1 == count {
            sheet.ruled_line(style(bold, small), line, left, middle, y, 0.5);
        } else {
            sheet.line(style(bold, small), line, Align::Centre, left, middle, y);
        }
        y += 5.4;
    }
    y += 3.5;
    sheet.line(style(plain, small + 0.5), &head.number, Align::Centre, left, middle, y);
    y += 6.0;
    if !head.about.is_empty() {
        y = sheet.boxed(style(plain, small), &head.about, Align::Centre, (left + 3.0, middle - 3.0), y, 5.2);
    }
    sheet.line(style(bold, small), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Align::Centre, middle, right, 22.0);
    sheet.ruled_line(style(bold, small + 1.0), "Độc lập - Tự do - Hạnh phúc", middle, right, 27.6, 1.0);
    sheet.line(style(italic, small + 1.0), &head.place, Align::Centre, middle, right, 37.0);
    y.max(43.0) + 8.0
}

fn set_closing(sheet: &mut Sheet<'_>, closing: &Closing, look: Look, y: f32) {
    let (plain, bold, italic, points, _, unrest) = look.faces();
    let style = |face, points| Type { unrest, ..Type::print(face, points) };
    let (left, middle, right) = (30.0, 105.0, 192.0);
    sheet.line(style(italic, points - 1.5), "Nơi nhận:", Align::Left, left, middle, y);
    let mut below = y + 5.4;
    for recipient in &closing.recipients {
        below = sheet.boxed(style(plain, points - 2.5), recipient, Align::Left, (left, middle - 4.0), below, 5.0);
    }
    let mut below = y;
    for role in &closing.role {
        sheet.line(style(bold, points), role, Align::Centre, middle, right, below);
        below += 6.4;
    }
    let name_at = below + 29.0;
    sheet.signature(150.0, name_at - 16.0);
    sheet.line(style(bold, points), &closing.name, Align::Centre, middle, right, name_at);
    let (dx, dy) = (sheet.rng.between(-4.0, 3.0), sheet.rng.between(-3.0, 2.0));
    sheet.seal(&closing.seal, 131.0 + dx, name_at - 15.0 + dy);
}
