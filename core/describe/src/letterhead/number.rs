//! The number line: `Số: 217/TP-HT`, the number before the stroke and the notation behind it.

use super::Value;
use super::kind::Title;
use super::runs::{Piece, Run, Sheet};

/// The share of the page's height, from its top, in which the number stands.
const ZONE: f32 = 0.4;

/// A number line and what it says.
#[derive(Debug)]
pub(super) struct NumberLine<'a> {
    /// Where it stands, by its place in the sheet's runs.
    pub(super) run: usize,
    pub(super) number: Option<Value<'a>>,
    pub(super) notation: Option<Value<'a>>,
}

/// The number line of a page; `None` if there is none, or more than one.
pub(super) fn line<'a>(sheet: &Sheet<'a>, title: Option<&Title<'a>>) -> Option<NumberLine<'a>> {
    let end = title.map_or(sheet.height * ZONE, |title| sheet.runs[title.run].base);
    let runs = sheet.runs.iter().enumerate().take_while(|(_, run)| run.base < end);
    let left = runs.filter(|(_, run)| run.middle() < sheet.width * 0.5);
    let mut lines = left.filter_map(|(place, run)| {
        let (number, notation) = read(&sheet.rest_of_line(run), run)?;
        Some(NumberLine { run: place, number, notation })
    });
    let first = lines.next()?;
    let Some(second) = lines.next() else { return Some(first) };
    // The stamp of an office where the paper arrived has a number, but no notation.
    let mut with_notation = [first, second].into_iter().chain(lines).filter(|line| line.notation.is_some());
    with_notation.next().filter(|_| with_notation.next().is_none())
}

/// What a number line says from its first word on; `None` if it is none.
fn read<'a>(words: &[Piece<'a>], run: &Run<'a>) -> Option<(Option<Value<'a>>, Option<Value<'a>>)> {
    let of_run = run.words.len();
    let french = !run.folded.starts_with("so");
    if french && !run.folded.starts_with("n°") && !run.folded.starts_with("nº") {
        return None;
    }
    // Each character with the place of its word.
    let mut text: Vec<(char, usize)> = Vec::new();
    for (place, piece) in words.iter().enumerate().take(of_run + 12) {
        if place > 0 {
            text.push((' ', place));
        }
        text.extend(piece.word.text.chars().take(60).map(|c| (c, place)));
    }
    if !text.first()?.0.is_uppercase() {
        return None;
    }
    let mut rest = &text[2..];
    // `Số` is a word; what follows at once is a colon, a digit or nothing.
    if rest.first().is_some_and(|(c, _)| c.is_alphabetic()) {
        return None;
    }
    let colon = rest.iter().take_while(|(c, _)| is_filling(*c)).any(|(c, _)| *c == ':');
    rest = skip(rest, is_filling);
    let digits = rest.iter().take_while(|(c, _)| c.is_ascii_digit()).count();
    let letters = rest[digits..].iter().take_while(|(c, _)| c.is_lowercase()).count();
    let (number, after) = rest.split_at(digits + letters);
    let ends = after.first().is_none_or(|(c, _)| *c == ' ' || is_stroke(*c));
    let sound = (1..=6).contains(&digits) && letters <= 2 && ends;
    let (number, mut after) = if sound {
        (Some(value(number, words)), after)
    } else {
        // A number that nobody wrote or that was not read; the notation may be there all the same.
        let stroke = rest.iter().take(12).position(|(c, _)| *c == '/');
        (None, stroke.map_or(&rest[..0], |stroke| &rest[stroke..]))
    };
    after = skip(after, |c| c == ' ');
    let stroke = after.first().is_some_and(|(c, _)| is_stroke(*c));
    let notation = skip(after, |c| c == ' ' || is_stroke(c));
    let (notation, behind) = notation.split_at(end_of_notation(notation));
    // Words behind it make a sentence of it, unless they stand apart.
    if behind.iter().any(|(c, place)| c.is_alphanumeric() && *place < of_run) {
        return None;
    }
    let shape: String = notation.iter().map(|(c, _)| *c).filter(|c| *c != ' ').collect();
    let sound = is_notation(&shape) && (stroke || shape.contains(is_stroke));
    let sound = sound && (!french || number.is_some());
    if !(sound || colon || french || number.is_some()) {
        return None;
    }
    // A number without a notation needs more than the word `số` to be believed.
    if !sound && notation.is_empty() && !colon && !french {
        return None;
    }
    Some((number, sound.then(|| value(notation, words))))
}

fn value<'a>(text: &[(char, usize)], words: &[Piece<'a>]) -> Value<'a> {
    let mut places: Vec<usize> = text.iter().filter(|(c, _)| *c != ' ').map(|(_, place)| *place).collect();
    places.dedup();
    Value {
        text: text.iter().map(|(c, _)| *c).filter(|c| *c != ' ').collect(),
        words: places.into_iter().map(|place| words[place]).collect(),
    }
}

fn is_filling(c: char) -> bool {
    matches!(c, ':' | '.' | ' ' | '…' | '_' | ';' | '°' | 'º')
}

fn is_stroke(c: char) -> bool {
    matches!(c, '/' | '-' | '–' | '—')
}

fn skip(text: &[(char, usize)], skipped: impl Fn(char) -> bool) -> &[(char, usize)] {
    let first = text.iter().position(|(c, _)| !skipped(*c)).unwrap_or(text.len());
    &text[first..]
}

/// How many characters of a text are the notation that it begins with: blanks only beside strokes.
fn end_of_notation(text: &[(char, usize)]) -> usize {
    let mut end = 0;
    while let Some((c, _)) = text.get(end) {
        if *c == ' ' {
            let next = text[end..].iter().map(|(c, _)| *c).find(|c| *c != ' ');
            let beside =
                end.checked_sub(1).is_some_and(|before| is_stroke(text[before].0)) || next.is_some_and(is_stroke);
            if !beside {
                break;
            }
        } else if !c.is_alphanumeric() && !is_stroke(*c) && *c != '.' && *c != '&' {
            break;
        }
        end += 1;
    }
    while end > 0 && matches!(text[end - 1].0, ' ' | '.') {
        end -= 1;
    }
    end
}

/// Whether a text without blanks looks like a notation: parts that begin with a capital, or a year.
fn is_notation(text: &str) -> bool {
    let sound = |part: &str| {
        let capital = part.chars().filter(|c| c.is_uppercase()).count();
        let small = part.chars().filter(|c| c.is_lowercase()).count();
        let year = part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
        year || part.starts_with(char::is_uppercase) && small <= capital && part.chars().all(|c| !c.is_ascii_digit())
            || part.starts_with(char::is_uppercase) && small == 0
    };
    text.split(is_stroke).all(sound) && text.contains(char::is_uppercase)
}
