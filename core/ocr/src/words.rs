//! From the engine's words to lines of text: NFC, no white space, no specks, Chinese lines in one piece.

use sohoa_model::page_text::{TextLine, Word};
use unicode_normalization::UnicodeNormalization;

use crate::tesseract::FoundWord;

/// Confidence below which a word without a single valid syllable is taken for a speck or a stroke of a seal.
const GARBAGE: f32 = 30.0;

/// Confidence below which a word of one or two characters that are no letters or digits is taken for a speck.
const SPECK: f32 = 50.0;

/// Mean confidence below which a line is noise: dirt, a torn edge, the surround of a photo.
const NOISE: f32 = 25.0;

/// Angle of a line that runs from top to bottom.
const DOWN: f32 = -90.0;

/// Sorts the engine's words into blocks of lines, dropping what is no text.
pub(crate) fn blocks(found: impl Iterator<Item = FoundWord>, is_vertical: bool) -> Vec<Vec<TextLine>> {
    let mut blocks: Vec<Vec<TextLine>> = Vec::new();
    let (mut new_block, mut new_line) = (true, true);
    for found in found {
        new_block |= found.starts_block;
        new_line |= found.starts_line;
        let Some((word, angle)) = word(&found, is_vertical) else { continue };
        if new_block {
            blocks.push(Vec::new());
        }
        let lines = blocks.last_mut().expect("the first word starts a block");
        if new_line || new_block {
            lines.push(TextLine { angle, words: Vec::new() });
        }
        (new_block, new_line) = (false, false);
        push(&mut lines.last_mut().expect("the first word starts a line").words, word, is_vertical);
    }
    blocks.iter_mut().for_each(|lines| lines.retain(|line| !is_noise(line)));
    blocks.retain(|lines| !lines.is_empty());
    blocks
}

/// Whether a line is more likely dirt than text; what may be a secrecy mark never is.
fn is_noise(line: &TextLine) -> bool {
    let characters = |word: &Word| word.text.chars().count() as f32;
    let all: f32 = line.words.iter().map(characters).sum();
    let sum: f32 = line.words.iter().map(|word| word.confidence * characters(word)).sum();
    sum < NOISE * all && !line.words.iter().any(|word| may_be_mark(&word.text))
}

/// Whether a word may be (a part of) MẬT, TỐI MẬT or TUYỆT MẬT: such a word stays, however badly it was read.
fn may_be_mark(text: &str) -> bool {
    let plain: String = text.nfd().filter(char::is_ascii_alphabetic).collect();
    ["MAT", "TOI", "TUYET"].iter().any(|part| plain.contains(part))
}

/// One word with the angle of its baseline, or nothing if it is no text.
fn word(found: &FoundWord, is_vertical: bool) -> Option<(Word, f32)> {
    let text: String = found.text.nfc().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    if text.is_empty() || is_garbage(&text, found) {
        return None;
    }
    let [left, top, right, bottom] = found.bounds.map(|v| v as f32);
    let width = (right - left).max(1.0);
    let height = (bottom - top).max(1.0);
    if is_vertical {
        // Turned with its line, a character has its left side below and its top ahead.
        let confidence = found.confidence;
        let word = Word { text, confidence, x: left, y: top, width: height, ascent: width, descent: 0.0 };
        return Some((word, DOWN));
    }
    // A baseline far from the letters is none; quotation marks and hyphens float above theirs.
    let y = found.baseline.map(|[_, y, _, _]| y as f32).filter(|&y| y > top && y < bottom + 3.0 * height + 8.0);
    let y = y.unwrap_or(bottom).max(top + 1.0);
    // The angle of the whole line: that of a short word would be rounding.
    let angle = match found.line {
        Some([x1, y1, x2, y2]) if x2 > x1 => -((y2 - y1) as f32).atan2((x2 - x1) as f32).to_degrees(),
        _ => 0.0,
    };
    let angle = if angle.abs() < 15.0 { angle } else { 0.0 };
    let word = Word {
        text,
        confidence: found.confidence,
        x: left,
        y,
        width,
        ascent: (y - top).max(1.0),
        descent: (bottom - y).max(0.0),
    };
    Some((word, angle))
}

/// Whether a word is more likely a speck, a rule or a piece of a seal than text.
fn is_garbage(text: &str, found: &FoundWord) -> bool {
    if may_be_mark(text) {
        return false;
    }
    if text.chars().all(|c| matches!(c, '|' | '¦')) {
        return true;
    }
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if letters == 0 {
        return found.confidence < SPECK;
    }
    let is_short = text.chars().count() <= 3 && !text.chars().any(is_han);
    found.confidence < GARBAGE && !found.in_dictionary && is_short
}

/// Adds a word to a line; what continues a run of Chinese characters continues their word.
fn push(words: &mut Vec<Word>, word: Word, is_vertical: bool) {
    if let Some(last) = words.last_mut() {
        let along = if is_vertical { word.y - last.y } else { word.x - last.x };
        let gap = along - last.width;
        let height = last.ascent + last.descent;
        let joins = last.text.chars().next_back().is_some_and(is_han) && word.text.chars().next().is_some_and(is_han);
        if joins && gap < 0.9 * height {
            let (n, m) = (last.text.chars().count() as f32, word.text.chars().count() as f32);
            last.confidence = (last.confidence * n + word.confidence * m) / (n + m);
            last.width = (along + word.width).max(last.width);
            last.ascent = last.ascent.max(word.ascent);
            last.descent = last.descent.max(word.descent);
            last.text.push_str(&word.text);
            return;
        }
    }
    words.push(word);
}

/// Whether a character is Chinese (ideographs, their extensions) or belongs to Chinese lines (its punctuation).
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{303F}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FF65}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, x: i32, confidence: f32, starts_line: bool) -> FoundWord {
        FoundWord {
            text: text.to_owned(),
            confidence,
            bounds: [x, 100, x + 40, 130],
            baseline: Some([x, 122, x + 40, 122]),
            line: Some([0, 122, 400, 122]),
            starts_line,
            starts_block: false,
            in_dictionary: false,
        }
    }

    fn texts(blocks: &[Vec<TextLine>]) -> Vec<Vec<&str>> {
        blocks.iter().flatten().map(|line| line.words.iter().map(|w| w.text.as_str()).collect()).collect()
    }

    #[test]
    fn words_come_out_composed_and_on_their_baseline() {
        let blocks = blocks(
            [found("Nghi\u{323}", 10, 90.0, true), found("\u{111}i\u{323}nh", 60, 91.0, false)].into_iter(),
            false,
        );
        assert_eq!(texts(&blocks), [["Nghị", "định"]]);
        let word = &blocks[0][0].words[1];
        assert_eq!((word.x, word.y, word.width, word.ascent, word.descent), (60.0, 122.0, 40.0, 22.0, 8.0));
    }

    #[test]
    fn a_rising_baseline_has_a_positive_angle() {
        let mut rising = found("Quyết", 10, 90.0, true);
        rising.line = Some([10, 122, 410, 102]);
        let angle = blocks([rising].into_iter(), false)[0][0].angle;
        assert!((angle - 2.86).abs() < 0.01, "{angle}");
    }

    #[test]
    fn specks_are_dropped_and_the_line_they_began_still_begins() {
        let words = [
            found("Số", 10, 95.0, true),
            found("|", 5, 20.0, true),
            found("  ", 6, 99.0, false),
            found("ngày", 20, 25.0, false),
            found("#", 70, 90.0, false),
        ];
        assert_eq!(texts(&blocks(words.into_iter(), false)), [vec!["Số"], vec!["ngày", "#"]]);
    }

    #[test]
    fn a_chinese_line_is_one_word_unless_there_is_a_real_space() {
        let words = [
            found("地", 10, 80.0, true),
            found("簿", 55, 90.0, false),
            found("河內", 100, 70.0, false),
            found("𡨸喃", 200, 70.0, false),
        ];
        let blocks = blocks(words.into_iter(), false);
        assert_eq!(texts(&blocks), [["地簿河內", "𡨸喃"]]);
        assert_eq!(blocks[0][0].words[0].width, 130.0);
        assert_eq!(blocks[0][0].words[0].confidence, 77.5);
    }

    #[test]
    fn a_line_of_dirt_is_dropped_but_never_what_may_be_a_secrecy_mark() {
        let lines = |text: &str, confidence: f32| {
            let words = [found("kính", 10, 90.0, true), found(text, 10, confidence, true), found("|", 60, 95.0, false)];
            blocks(words.into_iter(), false).iter().flatten().count()
        };
        assert_eq!(lines("Nriogate", 24.0), 1);
        assert_eq!(lines("nghiệp", 26.0), 2);
        for mark in ["MẬT", "MAT", "TÔI", "TUYÊT", "MÂT,"] {
            assert_eq!(lines(mark, 1.0), 2, "{mark}");
        }
    }

    #[test]
    fn a_line_that_runs_down_is_one_word_on_a_falling_line() {
        let character = |text: &str, top: i32, starts_line: bool| FoundWord {
            bounds: [700, top, 740, top + 42],
            baseline: None,
            line: None,
            ..found(text, 0, 80.0, starts_line)
        };
        let words = [character("嗣", 100, true), character("德", 145, false), character("三", 400, false)];
        let lines = &blocks(words.into_iter(), true)[0];
        assert_eq!((lines.len(), lines[0].words.len(), lines[0].words[0].text.as_str()), (1, 2, "嗣德"));
        let bounds = lines[0].words[0].bounds(lines[0].angle);
        let sides = [bounds.left, bounds.top, bounds.right, bounds.bottom].map(f32::round);
        assert_eq!(sides, [700.0, 100.0, 740.0, 187.0]);
    }
}
