//! Secrecy marks: MẬT, TỐI MẬT and TUYỆT MẬT on a page (Decree 30/2020/NĐ-CP, component 10a), as recognition reads them.
//!
//! A mark is a stamp: capitals that stand by themselves. Recognition hands it over as a line of its own, or at the end of
//! a line that belongs to something else, parted from it by a wide gap; so lines are first cut at wide gaps into *runs*.
//!
//! - In the **mark zone**, the upper [`ZONE`] of the page over its whole width (the mark stands below the number on the
//!   left, on old papers above the letterhead or below the date on the right), a run counts as a mark however
//!   recognition bent it: tone marks lost or wrong (`MAT`, `MẶT`, `TÔI MẬT`), letters apart (`M Ậ T`), a frame read as
//!   `|` or `I`, one letter wrong in the longer words. A line `Độ mật: Tối mật` counts too.
//! - **Elsewhere** a run counts only if it is spelled right: a stamp may be put anywhere, and text doesn't show frames.
//! - Inside running text the words are only noted.
//!
//! Secrecy is default-deny: when in doubt a run is a mark. Invariant: every mark gives a finding `secrecy-mark` that
//! holds the dossier; at most one finding `secrecy-words` a page says that the words occur in its text.

use sohoa_model::Finding;
use sohoa_model::page_text::{PageText, TextLine, Word};
use unicode_normalization::UnicodeNormalization;

use crate::fold::fold;

/// The share of the page's height, from its top, in which bent spellings count.
pub const ZONE: f32 = 0.4;

/// The marks with their folded forms, the gravest first.
const MARKS: [(&str, &str); 3] = [("TUYỆT MẬT", "tuyetmat"), ("TỐI MẬT", "toimat"), ("MẬT", "mat")];

/// Words that speak of secrecy inside running text.
const WORDS: [&str; 8] =
    ["bí mật nhà nước", "tuyệt mật", "tối mật", "độ mật", "tài liệu mật", "văn bản mật", "dấu mật", "hồ sơ mật"];

/// What a page says about its own secrecy.
///
/// Gives [`Finding::warn`] `secrecy-mark` with the mark for each mark that was read, the gravest first, each once; and
/// [`Finding::note`] `secrecy-words` with the words, parted by commas, if running text or a bent run outside of the zone
/// has them.
pub fn secrecy_marks(text: &PageText) -> Vec<Finding> {
    let mut marks = [false; MARKS.len()];
    let mut words: Vec<String> = Vec::new();
    let end_of_zone = if text.height == 0 { f32::INFINITY } else { text.height as f32 * ZONE };
    for line in text.blocks.iter().flat_map(|block| &block.lines) {
        let mut plain = Vec::new();
        for run in runs(line) {
            let in_zone = run.first().is_none_or(|word| word.y - word.ascent <= end_of_zone);
            match mark(run) {
                Some((which, Spelling::Right)) => marks[which] = true,
                Some((which, Spelling::Bent)) if in_zone => marks[which] = true,
                Some((_, Spelling::Bent)) => words.push(joined(run)),
                None if in_zone && let Some(which) = stated_level(run) => marks[which] = true,
                None => plain.push(joined(run)),
            }
        }
        let plain = plain.join(" ").to_lowercase();
        words.extend(WORDS.iter().filter(|word| has_words(&plain, word)).map(|word| (*word).to_owned()));
    }
    let mut findings: Vec<Finding> = MARKS
        .iter()
        .zip(marks)
        .filter(|(_, found)| *found)
        .map(|((mark, _), _)| Finding::warn("secrecy-mark", *mark))
        .collect();
    if !words.is_empty() {
        let mut distinct: Vec<String> = Vec::new();
        for word in words {
            if !distinct.contains(&word) {
                distinct.push(word);
            }
        }
        findings.push(Finding::note("secrecy-words", distinct.join(", ")));
    }
    findings
}

/// How a mark is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// Letter by letter.
    Right,
    /// As recognition bends it.
    Bent,
}

/// The mark that a run is, by its place in [`MARKS`].
fn mark(run: &[Word]) -> Option<(usize, Spelling)> {
    let whole = letters(run);
    let framed = letters(without_frame(run));
    for (which, (spelled, folded)) in MARKS.iter().enumerate() {
        for text in [&whole, &framed] {
            if !mostly_capital(text) {
                continue;
            }
            if text.chars().eq(spelled.chars().filter(|c| *c != ' ')) {
                return Some((which, Spelling::Right));
            }
            let read = straightened(text);
            let wrong = usize::from(folded.len() > 3);
            if distance(&read, folded) <= wrong {
                return Some((which, Spelling::Bent));
            }
        }
    }
    None
}

/// The mark that a line `Độ mật: Tối mật` states.
fn stated_level(run: &[Word]) -> Option<usize> {
    let folded = fold(&letters(run));
    let level = folded.strip_prefix("domat").or_else(|| folded.strip_prefix("mucdomat"))?;
    MARKS.iter().position(|(_, mark)| level == *mark)
}

/// Cuts a line where the gap between two words is much wider than between the others.
fn runs(line: &TextLine) -> Vec<&[Word]> {
    let gap = |pair: &[Word]| pair[1].x - (pair[0].x + pair[0].width);
    let mut gaps: Vec<f32> = line.words.windows(2).map(gap).collect();
    gaps.sort_by(f32::total_cmp);
    let usual = if gaps.len() < 3 { None } else { gaps.get(gaps.len() / 2).copied() };
    let mut runs = Vec::new();
    let mut start = 0;
    for (i, pair) in line.words.windows(2).enumerate() {
        let tall = (pair[0].ascent + pair[0].descent).max(pair[1].ascent + pair[1].descent);
        let wide = usual.map_or(tall * 1.5, |usual| (usual * 2.0).max(tall * 0.8));
        // The letters of a spaced word are no runs of their own.
        let spaced = pair.iter().all(|word| letters(std::slice::from_ref(word)).chars().count() <= 1);
        if gap(pair) > wide && !spaced {
            runs.push(&line.words[start..=i]);
            start = i + 1;
        }
    }
    runs.push(&line.words[start..]);
    runs
}

/// A run without the single strokes at its ends that a frame is read as.
fn without_frame(run: &[Word]) -> &[Word] {
    let stroke = |word: &Word| matches!(word.text.as_str(), "I" | "l" | "1" | "J" | "i" | "Ï" | "L");
    let mut run = run;
    while let [first, rest @ ..] = run
        && !rest.is_empty()
        && stroke(first)
    {
        run = rest;
    }
    while let [rest @ .., last] = run
        && !rest.is_empty()
        && stroke(last)
    {
        run = rest;
    }
    run
}

/// The letters and digits of a run, composed.
fn letters(run: &[Word]) -> String {
    run.iter().flat_map(|word| word.text.nfc()).filter(|c| c.is_alphanumeric()).collect()
}

fn joined(run: &[Word]) -> String {
    run.iter().map(|word| word.text.nfc().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn mostly_capital(text: &str) -> bool {
    let capital = text.chars().filter(|c| c.is_uppercase()).count();
    capital > text.chars().filter(|c| c.is_lowercase()).count()
}

/// The folded text with digits and strokes taken for the letters that they look like.
fn straightened(text: &str) -> String {
    let look = |c: char| match c {
        '0' => 'o',
        '1' | 'l' => 'i',
        '4' => 'a',
        '7' => 't',
        c => c,
    };
    fold(text).chars().map(look).collect()
}

/// Whether the words stand in a text as words, not as a part of longer ones.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The number of letters to change, add or drop; one more than the length of `b` stands for anything longer.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > b.len() * 2 {
        return b.len() + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(left != right)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use sohoa_model::page_text::{BlockRole, TextBlock};

    use super::*;

    /// A page of 1000 × 1400 pixels; each line is its top in pixels and its words, `_` for a wide gap.
    fn page(lines: &[(f32, &str)]) -> PageText {
        let set = |(y, text): &(f32, &str)| {
            let mut x = 100.0;
            let mut words = Vec::new();
            for text in text.split(' ') {
                if text == "_" {
                    x += 120.0;
                    continue;
                }
                let width = 12.0 * text.chars().count() as f32;
                let text = text.to_owned();
                words.push(Word { text, confidence: 90.0, x, y: *y, width, ascent: 20.0, descent: 5.0 });
                x += width + 8.0;
            }
            TextLine { angle: 0.0, words }
        };
        let block = TextBlock { role: BlockRole::Body, lines: lines.iter().map(set).collect() };
        PageText { width: 1000, height: 1400, blocks: vec![block] }
    }

    fn found(lines: &[(f32, &str)]) -> Vec<String> {
        let shown = |f: Finding| format!("{} {} {}", f.severity.word(), f.code, f.detail);
        secrecy_marks(&page(lines)).into_iter().map(shown).collect()
    }

    #[test]
    fn a_mark_in_the_zone_is_read_however_it_is_bent() {
        for (text, mark) in [
            ("MẬT", "MẬT"),
            ("MAT", "MẬT"),
            ("MÂT", "MẬT"),
            ("MẶT", "MẬT"),
            ("MẤT", "MẬT"),
            ("MậT", "MẬT"),
            ("M Ậ T", "MẬT"),
            ("M _ Ậ _ T", "MẬT"),
            ("| MẬT |", "MẬT"),
            ("[MẬT]", "MẬT"),
            ("I MẬT l", "MẬT"),
            ("M4T", "MẬT"),
            ("MA\u{302}\u{323}T", "MẬT"),
            ("TỐI MẬT", "TỐI MẬT"),
            ("TÔI MẬT", "TỐI MẬT"),
            ("T0I MAT", "TỐI MẬT"),
            ("TỐl MẬT", "TỐI MẬT"),
            ("TỐIMẬT", "TỐI MẬT"),
            ("TỒI MẶT.", "TỐI MẬT"),
            ("TUYỆT MẬT", "TUYỆT MẬT"),
            ("TUYET MAT", "TUYỆT MẬT"),
            ("TUYỆT MẠ", "TUYỆT MẬT"),
            ("T U Y Ệ T M Ậ T", "TUYỆT MẬT"),
            ("Độ mật: Tối mật", "TỐI MẬT"),
            ("ĐỘ MẬT: MẬT", "MẬT"),
        ] {
            assert_eq!(found(&[(250.0, text)]), [format!("warn secrecy-mark {mark}")], "{text}");
        }
    }

    #[test]
    fn a_mark_beside_other_text_is_told_from_it_by_the_gap() {
        for text in ["MẬT _ Thạch Khê, ngày 05 tháng 3 năm 1984", "Số: 12/BC-TP ngày 5/3 _ MẬT", "MẬT _ HỎA"]
        {
            assert_eq!(found(&[(200.0, text)]), ["warn secrecy-mark MẬT"], "{text}");
        }
    }

    #[test]
    fn outside_of_the_zone_only_the_right_spelling_is_a_mark() {
        assert_eq!(found(&[(1200.0, "TỐI MẬT")]), ["warn secrecy-mark TỐI MẬT"]);
        assert_eq!(found(&[(1200.0, "| MẬT |")]), ["warn secrecy-mark MẬT"]);
        assert_eq!(found(&[(1200.0, "MẶT")]), ["note secrecy-words MẶT"]);
    }

    #[test]
    fn words_in_running_text_are_only_noted() {
        let text = "Cán bộ phải giữ gìn bí mật nhà nước, không sao chụp tài liệu mật, bí mật nhà nước";
        assert_eq!(found(&[(300.0, text)]), ["note secrecy-words bí mật nhà nước, tài liệu mật"]);
        assert_eq!(found(&[(300.0, "văn bản có đóng dấu TỐI MẬT phải gửi riêng")]), ["note secrecy-words tối mật"]);
        assert_eq!(found(&[(300.0, "PHÁP LỆNH BẢO VỆ BÍ MẬT NHÀ NƯỚC")]), ["note secrecy-words bí mật nhà nước"]);
    }

    #[test]
    fn other_capitals_raise_no_alarm() {
        for text in [
            "MẶT TRẬN TỔ QUỐC VIỆT NAM",
            "ỦY BAN MẶT TRẬN TỔ QUỐC",
            "MẶT BẰNG TẦNG 1",
            "BÍ MẬT ĐỜI TƯ",
            "MẬT ONG",
            "Mật",
            "mặt",
            "mất",
            "TÔI",
            "MỤC LỤC",
            "MAI",
            "TM. ỦY BAN NHÂN DÂN",
            "Độ mật: Không",
            "TỔNG MẶT BẰNG",
            "M",
            "",
        ] {
            let marks = found(&[(250.0, text)]).into_iter().filter(|f| f.contains("secrecy-mark")).count();
            assert_eq!(marks, 0, "{text}");
        }
    }

    #[test]
    fn several_marks_give_one_finding_each_the_gravest_first() {
        assert_eq!(
            found(&[(100.0, "MẬT"), (140.0, "MAT"), (180.0, "TUYỆT MẬT")]),
            ["warn secrecy-mark TUYỆT MẬT", "warn secrecy-mark MẬT"]
        );
        assert_eq!(found(&[]), [] as [String; 0]);
    }
}
