//! Secrecy trials: pages with and without a mark of secrecy, to count how many marks are read and how many are imagined.
//!
//! Every page is the first sheet of a letter. Marked ones carry MẬT, TỐI MẬT or TUYỆT MẬT as a stamp with or without a
//! frame, red or black, straight or turned, faint, or typed; the others carry what is easily taken for a mark: stamps of
//! urgency and of copies, *bí mật* in headings and text, the Fatherland Front (*Mặt trận*), or nothing at all.

use crate::canvas::{BLACK, Canvas, Ink, RED, Type};
use crate::files::Pixels;
use crate::fonts::{Face, Fonts};
use crate::letter::{self, Block, Letter, Look};
use crate::rng::Rng;
use crate::sheet::{Align, Sheet};
use crate::wear::Wear;
use crate::wording::{self, Matter};

/// How many pages there are.
pub const TRIALS: usize = 240;

/// The marks of Decree 30/2020/NĐ-CP.
const MARKS: [&str; 3] = ["MẬT", "TỐI MẬT", "TUYỆT MẬT"];

/// What is put on a page.
#[derive(Debug, Clone, Copy)]
enum Trial {
    /// A framed stamp; degrees by which it may be turned, and its ink.
    Framed { tilt: f32, ink: Ink, words: &'static str },
    /// Capitals without a frame.
    Bare { ink: Ink, words: &'static str },
    /// A line that states the level.
    Stated { words: &'static str },
    /// A heading of its own.
    Heading { words: &'static str },
    /// A sentence in the text.
    Sentence { words: &'static str },
    /// Nothing.
    Nothing,
}

/// One page of the trials.
pub struct Page {
    /// A name that begins with `marked` or `plain`, then what is on it.
    pub name: String,
    /// The page as the scanner sees it.
    pub pixels: Pixels,
}

/// The page of a number below [`TRIALS`]: even ones are marked, odd ones are not.
pub fn page(fonts: &Fonts, number: usize) -> Page {
    let rng = &mut Rng::named(&format!("secrecy {number}"));
    let mark = MARKS[number / 2 % MARKS.len()];
    let (kind, trial) = if number.is_multiple_of(2) { marked(number / 2, mark, rng) } else { plain(number / 2) };
    let year = rng.whole(1985, 2021);
    let look = *rng.pick(&[Look::Office, Look::Office, Look::Typed]);
    let mut letter = wording::official_letter(rng, year, look, Matter::Office, 3);
    shape(&mut letter, trial);
    let sheet = set(fonts, &format!("secrecy {number}"), &letter, trial);
    let wear = match number / 6 % 3 {
        0 => Wear::recent(rng),
        1 => Wear::used(rng),
        _ => Wear::old(rng),
    };
    let rgb = wear.apply(&sheet.canvas, None, rng);
    let (width, height) = (sheet.canvas.width, sheet.canvas.height);
    let side = if number.is_multiple_of(2) { "marked" } else { "plain" };
    Page { name: format!("{side}-{kind}-{number:03}"), pixels: Pixels { width, height, rgb } }
}

fn marked(place: usize, words: &'static str, rng: &mut Rng) -> (&'static str, Trial) {
    match place / MARKS.len() % 6 {
        0 => ("framed", Trial::Framed { tilt: rng.between(-2.0, 2.0), ink: RED, words }),
        1 => (
            "turned",
            Trial::Framed {
                tilt: rng.between(4.0, 8.0) * if place.is_multiple_of(2) { 1.0 } else { -1.0 },
                ink: RED,
                words,
            },
        ),
        2 => ("faint", Trial::Framed { tilt: rng.between(-3.0, 3.0), ink: [232, 130, 130], words }),
        3 => ("black", Trial::Framed { tilt: rng.between(-3.0, 3.0), ink: BLACK, words }),
        4 => ("bare", Trial::Bare { ink: RED, words }),
        _ => ("typed", Trial::Bare { ink: BLACK, words }),
    }
}

fn plain(place: usize) -> (&'static str, Trial) {
    let framed = |words| Trial::Framed { tilt: 1.5, ink: RED, words };
    match place % 10 {
        0 => (
            "sentence",
            Trial::Sentence {
                words: "Các đơn vị giữ gìn bí mật nhà nước, quản lý tài liệu mật theo quy định của pháp luật.",
            },
        ),
        1 => ("heading", Trial::Heading { words: "QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC" }),
        2 => ("front", Trial::Heading { words: "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM" }),
        3 => ("urgent", framed("HỎA TỐC")),
        4 => ("urgent", framed("KHẨN")),
        5 => ("copy", framed("SAO Y BẢN CHÍNH")),
        6 => (
            "sentence",
            Trial::Sentence {
                words: "Văn bản có đóng dấu TỐI MẬT phải gửi riêng trong bì có niêm phong."
            },
        ),
        7 => ("stated", Trial::Stated { words: "Độ mật: Không" }),
        8 => ("heading", Trial::Heading { words: "TỔNG MẶT BẰNG XÂY DỰNG" }),
        _ => ("nothing", Trial::Nothing),
    }
}

/// Puts what belongs to the text into the letter.
fn shape(letter: &mut Letter, trial: Trial) {
    // The end of a letter has no part in this, and a short page is read sooner.
    letter.body.retain(|block| !matches!(block, Block::Closing(_)));
    match trial {
        Trial::Heading { words } => letter.body.insert(0, Block::Title(words.to_owned())),
        Trial::Sentence { words } => letter.body.insert(1, Block::Paragraph(words.to_owned())),
        _ => {}
    }
}

fn set<'a>(fonts: &'a Fonts, name: &str, letter: &Letter, trial: Trial) -> Sheet<'a> {
    let sheets = letter::set(fonts, name, letter);
    let mut sheet = sheets.into_iter().next().unwrap_or_else(|| Sheet::new(Canvas::upright(), fonts, Rng::named(name)));
    // Below the date on the right: the only place of a letterhead that is free whatever the number of lines on the left.
    let (x, y) = (150.0, 47.0);
    match trial {
        Trial::Framed { tilt, ink, words } => sheet.framed_stamp_in(words, x, y, tilt, ink),
        Trial::Bare { ink, words } => {
            let style = Type { ink, ..Type::print(Face::SerifBold, 16.0) };
            sheet.line(style, words, Align::Centre, x - 30.0, x + 30.0, y);
        }
        Trial::Stated { words } => {
            sheet.line(Type::print(Face::Serif, 12.0), words, Align::Centre, x - 30.0, x + 30.0, y);
        }
        _ => {}
    }
    sheet
}
