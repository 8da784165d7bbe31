//! The text of a page comes back word by word through poppler's raw mode, however the words lie.

use std::sync::LazyLock;

use sohoa_model::geometry::Rotation;
use sohoa_model::page_text::{PageText, TextLine};
use unicode_normalization::UnicodeNormalization;

use crate::judged::{folder, judge, tool};
use crate::made::{self, Page, Picture};

const VIETNAMESE: &str = "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập – Tự do – Hạnh phúc Số: 12/QĐ-UB Nghệ An, ngày 15 tháng 8 năm 1985 \
    QUYẾT ĐỊNH Về việc đăng ký hộ tịch quá hạn cho ông Nguyễn Văn Ưỡn , bà Trần Thị “Ngoãn” ( sinh 1920 ) . Ủy ban nhân dân xã \
    Điều 1. Nay cho phép … l l i ; 'a' -- ---------------- .......................................... | _ * § ½";
const FRENCH: &str =
    "Le Résident supérieur J'ai l'honneur de vous rendre compte qu’à l’époque où œuvre ci-dessus n° 1.234 « Tonkin »";
const CHINESE: &str = "地簿 河內省 嗣德三十年 之 𡨸喃 𠀋𠀧𠁀 皇帝陛下之寶 一二三四五六七八九十一二三四五六七八九十";
const ODD: &str = "e\u{301}t a\u{323}\u{302}u ` ´ ^ ~ ¨ a` `b ´c´ x^2 \u{200B}z fi ﬁ a\u{AD}b \u{E000} 🙂 ¸ ˛x";

/// Words that come back, in order, as a share of those that went in and as a share of those that came out (the lesser).
fn share(expected: &[String], found: &[String]) -> f64 {
    let mut row = vec![0_usize; found.len() + 1];
    for word in expected {
        let mut diagonal = 0;
        for (i, other) in found.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] = if word == other { diagonal + 1 } else { above.max(row[i]) };
            diagonal = above;
        }
    }
    row[found.len()] as f64 / expected.len().max(found.len()).max(1) as f64
}

fn words_of(text: &str) -> Vec<String> {
    text.nfc().collect::<String>().split_whitespace().map(str::to_owned).collect()
}

/// A page of 2 480 by 3 508 pixels, upright or on its side, encoded once.
fn blank(landscape: bool) -> Picture {
    static UPRIGHT: LazyLock<Picture> = LazyLock::new(|| made::g4(2480, 3508, 3508, true));
    static LYING: LazyLock<Picture> = LazyLock::new(|| made::g4(3508, 2480, 2480, true));
    if landscape { LYING.clone() } else { UPRIGHT.clone() }
}

/// Writes one page for each text and compares what poppler reads; gives the worst share.
fn read_back(name: &str, pages: &[(Rotation, PageText)]) -> f64 {
    let sheets: Vec<Page> = pages
        .iter()
        .map(|(rotation, text)| {
            let turned = matches!(rotation, Rotation::Quarter | Rotation::ThreeQuarters);
            let mut page = made::page(blank(turned), 300.0);
            page.rotation = *rotation;
            page.text = Some(text.clone());
            page
        })
        .collect();
    let (bytes, _) = made::write(&made::info(name), &sheets);
    let path = judge(name, &bytes);
    let Some(raw) = tool("pdftotext", &["-raw".as_ref(), path.as_os_str(), "-".as_ref()]) else { return 1.0 };
    let raw = String::from_utf8(raw).unwrap();
    let found: Vec<&str> = raw.split('\u{C}').collect();
    let mut worst: f64 = 1.0;
    for (i, (_, text)) in pages.iter().enumerate() {
        let expected: Vec<String> = text.words().flat_map(|word| words_of(&word.text)).collect();
        let found = words_of(found[i]);
        let share = share(&expected, &found);
        if share < 1.0 {
            let missing: Vec<_> = expected.iter().filter(|word| !found.contains(word)).take(12).collect();
            let extra: Vec<_> = found.iter().filter(|word| !expected.contains(word)).take(12).collect();
            println!("{name} page {}: {share:.5}; missing {missing:?}, extra {extra:?}", i + 1);
        }
        worst = worst.min(share);
    }
    worst
}

/// Lines of about 60 % of the page's width, the gap between words in parts of the height of the letters.
fn page(text: &str, height: f32, gap: f32, angle: f32) -> PageText {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut lines: Vec<TextLine> = Vec::new();
    let mut y = 500.0;
    for chunk in words.chunks(7) {
        lines.push(made::line(chunk, 400.0, y, height, gap * height, angle));
        y += height * 1.5;
    }
    made::text(2480, 3508, lines)
}

#[test]
fn words_come_back_at_every_gap() {
    let text = [VIETNAMESE, FRENCH, CHINESE].join(" ");
    let gaps = [0.4, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0, -0.05, -0.1, -0.2, -0.5, -1.0];
    let pages: Vec<_> = gaps.iter().map(|gap| (Rotation::None, page(&text, 44.0, *gap, 0.0))).collect();
    assert_eq!(read_back("gaps", &pages), 1.0);
}

#[test]
fn words_come_back_at_every_size() {
    let text = [VIETNAMESE, FRENCH, CHINESE].join(" ");
    let pages: Vec<_> = [2.0, 4.0, 8.0, 20.0, 60.0].map(|size| (Rotation::None, page(&text, size, 0.3, 0.0))).into();
    assert_eq!(read_back("sizes", &pages), 1.0);
    let huge = made::text(2480, 3508, vec![made::line(&["SỔ", "Bộ"], 100.0, 1500.0, 900.0, 90.0, 0.0)]);
    assert_eq!(read_back("huge", &[(Rotation::None, huge)]), 1.0);
}

#[test]
fn words_come_back_from_leaning_lines() {
    let text = [VIETNAMESE, FRENCH, CHINESE].join(" ");
    let angles = [0.2, -0.2, 0.6, -0.6, 1.5, -1.5, 5.0, -5.0, 12.0];
    let pages: Vec<_> = angles.iter().map(|angle| (Rotation::None, page(&text, 40.0, 0.25, *angle))).collect();
    assert_eq!(read_back("leaning", &pages), 1.0);
}

/// How many boxes of words poppler sees when it puts the page together by itself, as its viewers do to search and mark.
fn boxes(name: &str, pages: &[(Rotation, PageText)]) -> Option<usize> {
    read_back(name, pages);
    let path = folder().join(format!("pdfa-{name}.pdf"));
    let html = tool("pdftotext", &["-bbox".as_ref(), path.as_os_str(), "-".as_ref()])?;
    Some(String::from_utf8(html).unwrap().matches("<word ").count())
}

#[test]
fn a_leaning_word_is_one_box() {
    let text = [VIETNAMESE, FRENCH, CHINESE].join(" ");
    let pages: Vec<_> = [1.5, -5.0].iter().map(|angle| (Rotation::None, page(&text, 40.0, 0.25, *angle))).collect();
    let Some(boxes) = boxes("leaning-boxes", &pages) else { return };
    assert_eq!(boxes, 2 * text.split_whitespace().count());
}

#[test]
fn a_squeezed_word_is_one_box() {
    let mut squeezed = page(VIETNAMESE, 40.0, 0.25, 0.0);
    for word in squeezed.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words) {
        word.width *= 0.1;
    }
    let Some(boxes) = boxes("squeezed-boxes", &[(Rotation::None, squeezed)]) else { return };
    assert_eq!(boxes, VIETNAMESE.split_whitespace().count());
}

#[test]
fn words_come_back_from_turned_pages() {
    let text = [VIETNAMESE, FRENCH, CHINESE].join(" ");
    let turns = [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters];
    let pages: Vec<_> =
        turns.iter().flat_map(|turn| [0.0, 2.0, -90.0].map(|angle| (*turn, page(&text, 36.0, 0.2, angle)))).collect();
    assert_eq!(read_back("turned-text", &pages), 1.0);
}

#[test]
fn odd_characters_come_back_composed() {
    let mut with_marks = page(ODD, 44.0, 0.3, 0.0);
    assert_eq!(read_back("odd", &[(Rotation::None, with_marks.clone())]), 1.0);
    for word in with_marks.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words) {
        word.text = format!("{}\u{0}\u{FEFF}\u{FFFF}", word.text);
    }
    let (bytes, _) = made::write(
        &made::info("forbidden"),
        &[{
            let mut page = made::page(made::jpeg(248, 350, 1), 30.0);
            page.text = Some(with_marks);
            page
        }],
    );
    judge("forbidden-characters", &bytes);
}

#[test]
fn words_come_back_from_wild_boxes() {
    let mut seed = 12_345_u32;
    let mut random = |most: f32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / (1 << 24) as f32 * most
    };
    let text = [VIETNAMESE, FRENCH, CHINESE].join(" ");
    let mut pages = Vec::new();
    for _ in 0..6 {
        let mut wild = page(&text, 40.0, 0.2, 0.0);
        for line in wild.blocks.iter_mut().flat_map(|block| &mut block.lines) {
            line.angle = random(4.0) - 2.0;
            for word in &mut line.words {
                word.x += random(60.0) - 30.0;
                word.y += random(20.0) - 10.0;
                word.width *= random(2.0) - 0.2;
                word.ascent *= random(2.0) - 0.2;
                word.descent *= random(3.0) - 0.5;
                if random(1.0) < 0.05 {
                    (word.x, word.width) = (random(4000.0) - 700.0, f32::NAN);
                }
            }
        }
        pages.push((Rotation::None, wild));
    }
    let share = read_back("wild", &pages);
    println!("wild boxes: {share:.5}");
    assert!(share >= 0.999, "{share}");
}
