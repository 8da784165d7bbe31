//! Vertical trials: petitions in Chinese characters whose lines run from top to bottom, the first at the right.

use crate::canvas::{BLACK, Canvas, Type};
use crate::files::Pixels;
use crate::fonts::{Face, Fonts};
use crate::rng::Rng;
use crate::sheet::Sheet;
use crate::wear::Wear;

/// How many pages there are.
pub const TRIALS: usize = 8;

/// What the petitions say, in turns: a village asks leave to copy a land register that a flood has spoilt.
const CLAUSES: [&str; 10] = [
    "嗣德三十年十月初三日承天府香茶縣安寧社里長阮文德等謹稟",
    "爲本社田土簿籍年久殘缺乞准重修事",
    "緣本社原有公田一百二十畝私田八十五畝",
    "前經官員丈量明白造成地簿三本一本留社一本納縣一本納府",
    "茲因去年秋間洪水漫溢社中倉廪民居多被漂沒",
    "所留地簿亦爲水濕字跡模糊不能辨認",
    "恐日後界址不明致生爭訟爲此里長等會同鄉目耆老公同商議",
    "願將原簿再行抄錄逐畝開列四至界址明白以憑稽考",
    "伏乞府堂大人洞察民情俯准所請俾得遵行實爲公便",
    "今謹稟里長阮文德鄉目黎德勝記",
];

// Sides of the written part, in millimetres.
const LEFT: f32 = 22.0;
const RIGHT: f32 = 190.0;
const TOP: f32 = 30.0;
const BOTTOM: f32 = 270.0;

/// One page of the trials.
pub struct Page {
    /// The code of its dossier.
    pub name: String,
    /// The page as the scanner sees it.
    pub pixels: Pixels,
    /// What it says, a line of text for each line of characters, from right to left.
    pub truth: String,
}

/// The page of a number below [`TRIALS`]; its letters, its wear and where its text begins differ from page to page.
pub fn page(fonts: &Fonts, number: usize) -> Page {
    let name = format!("HN-{number:02}");
    let mut sheet = Sheet::new(Canvas::upright(), fonts, Rng::named(&name));
    let points = 15.0 + 1.5 * (number % 4) as f32;
    let style = Type { face: Face::Chinese, points, ink: BLACK, unrest: 0.3 };
    let side = points * 25.4 / 72.0;
    let (pitch, between) = (side * 1.12, side * 1.8);
    let mut text = CLAUSES.iter().cycle().skip(number).flat_map(|clause| clause.chars());
    let mut x = RIGHT - side;
    while x > LEFT {
        let mut line = String::new();
        let mut y = TOP + side;
        while y < BOTTOM {
            let character = text.next().map(String::from).unwrap_or_default();
            sheet.unread(style, &character, x, y);
            line.push_str(&character);
            y += pitch;
        }
        sheet.note(&line);
        x -= between;
    }
    let rng = &mut Rng::named(&format!("wear of {name}"));
    let wear = match number % 3 {
        0 => Wear::recent(rng),
        1 => Wear::used(rng),
        _ => Wear::old(rng),
    };
    let rgb = wear.apply(&sheet.canvas, None, rng);
    let (width, height) = (sheet.canvas.width, sheet.canvas.height);
    Page { name, pixels: Pixels { width, height, rgb }, truth: sheet.truth().to_owned() }
}
