//! The date of issue: `Phủ Lý, ngày 14 tháng 5 năm 1998`, as far as it can be read.

use sohoa_model::page_text::BlockRole;

use super::Value;
use super::kind::Title;
use super::runs::{Piece, Run, Sheet, folded};

/// The share of the page's height, from its top, in which a letterhead's date stands if no title ends it sooner.
const HEAD: f32 = 0.35;

/// The share of the page's height below which the date of a signature stands.
const FOOT: f32 = 0.5;

/// Words of a place's name that have no capital.
const SMALL: [&str; 8] = ["pho", "xa", "tran", "huyen", "tinh", "quan", "phuong", "dao"];

/// Folded words that tell the date of a copy or of a certificate on the paper.
const COPY: [&str; 6] = ["sao y", "sao luc", "sao dung", "chung thuc", "cong chung", "trich sao"];

/// The date of issue; `None` if there is none, or if there are several.
pub(super) fn issued<'a>(sheet: &Sheet<'a>, title: Option<&Title<'a>>) -> Option<Value<'a>> {
    let end = title.map_or(sheet.height * HEAD, |title| sheet.runs[title.run].base);
    let dated = |run: &Run<'a>| dated(&sheet.rest_of_line(run), run);
    let mut head: Vec<Option<Value<'a>>> =
        sheet.runs.iter().take_while(|run| run.base < end).filter_map(dated).map(|(_, date)| date).collect();
    if !head.is_empty() {
        return if head.len() == 1 { head.swap_remove(0) } else { None };
    }
    let motto = sheet.motto.is_some();
    let below = |run: &&Run<'a>| {
        let right = run.role == BlockRole::Signature || run.middle() > sheet.width * 0.5;
        run.base > sheet.height * FOOT && right && (motto || run.role == BlockRole::Signature)
    };
    let mut foot = sheet.runs.iter().filter(below).filter_map(|run| Some((run, dated(run)?)));
    let (run, (placed, date)) = foot.next()?;
    if foot.next().is_some() || !placed {
        return None;
    }
    let near = |other: &&Run<'_>| other.base < run.base && run.base - other.base < run.tall * 8.0;
    let copy = sheet.runs.iter().filter(near).any(|other| COPY.iter().any(|words| other.folded.contains(words)));
    date.filter(|_| !copy)
}

/// Whether a line is a date of issue, whether it names a place before it, and its date if it can be read.
fn dated<'a>(words: &[Piece<'a>], run: &Run<'a>) -> Option<(bool, Option<Value<'a>>)> {
    let (first, placed) = place(run)?;
    // Dots and blanks that a hand filled in part the words; a date has few of them.
    let words = &words[first..];
    let words = &words[..words.len().min(24)];
    let mut text: Vec<(char, usize)> = Vec::new();
    for (place, piece) in words.iter().enumerate() {
        text.extend(folded(&piece.word.text).chars().take(20).map(|c| (c, place)));
        text.push((' ', place));
    }
    let of_run = run.words.len() - first;
    let date = read(&text);
    if let Some((_, end)) = date
        && text[end..].iter().any(|(c, place)| c.is_alphanumeric() && *place < of_run)
    {
        return None;
    }
    // A line that only begins like a date says nothing; one with month and year is one that could not be read.
    let plain: String = text.iter().map(|(c, _)| *c).collect();
    if date.is_none() && !(plain.contains("thang") && plain.contains("nam")) {
        return None;
    }
    let value = date.map(|(text_of, end)| {
        let last = text[..end].last().map_or(0, |(_, place)| *place);
        Value { text: text_of, words: words[..=last].to_vec() }
    });
    Some((placed, value))
}

/// The first word of a date in a run that is a place and a date, and whether a place is named.
fn place(run: &Run<'_>) -> Option<(usize, bool)> {
    for (i, piece) in run.words.iter().enumerate().take(8) {
        let word = &piece.word.text;
        let plain = folded(word);
        let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
        let before = i.checked_sub(1).map(|before| run.words[before].word.text.as_str());
        let parted = before.is_some_and(|before| before.ends_with([',', '.', ';']));
        if plain == "ngay" || (plain == "nam" && parted) {
            return Some((i, parted));
        }
        let name = word.starts_with(char::is_uppercase) || SMALL.contains(&plain) || plain.is_empty();
        if !name || word.contains([':', '(']) || word.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
    }
    None
}

/// The date that a folded text begins with, and where it ends.
fn read(text: &[(char, usize)]) -> Option<(String, usize)> {
    let plain: Vec<char> = text.iter().map(|(c, _)| *c).collect();
    let mut at = 0;
    let blank = |at: &mut usize| {
        let from = *at;
        while plain.get(*at).is_some_and(|c| !c.is_alphanumeric()) {
            *at += 1;
        }
        plain[from..*at].iter().collect::<String>()
    };
    let number = |at: &mut usize| {
        let from = *at;
        while plain.get(*at).is_some_and(char::is_ascii_digit) {
            *at += 1;
        }
        plain[from..*at].iter().collect::<String>()
    };
    // The value between one word and the next: digits, or nothing that can be read.
    let between = |at: &mut usize, word: &str| -> Option<String> {
        let word: Vec<char> = word.chars().collect();
        let found = plain[*at..].windows(word.len()).take(24).position(|window| *window == word[..])?;
        let value: String = plain[*at..*at + found].iter().collect();
        *at += found + word.len();
        let value = value.trim_matches(|c: char| !c.is_alphanumeric());
        let sound = (1..=2).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        Some(if sound { value.to_owned() } else { String::new() })
    };
    let year = |at: &mut usize| {
        let year = number(at);
        let sound = year.len() == 4 && (year.starts_with("1") || year.starts_with("20"));
        let ends = plain.get(*at).is_none_or(|c| !c.is_alphanumeric());
        (sound && ends && *year >= *"1800").then_some(year)
    };
    blank(&mut at);
    if plain[at..].starts_with(&['n', 'a', 'm']) {
        at += 3;
        blank(&mut at);
        let year = year(&mut at)?;
        return Some((year, at));
    }
    if !plain[at..].starts_with(&['n', 'g', 'a', 'y']) {
        return None;
    }
    at += 4;
    let start = at;
    blank(&mut at);
    // 14/5/1998, 14-5-1998, 14.5.1998.
    let day = number(&mut at);
    let parted = |parting: &str| matches!(parting.trim(), "/" | "-" | ".");
    let first = blank(&mut at);
    if parted(&first) {
        let month = number(&mut at);
        let second = blank(&mut at);
        if parted(&second)
            && !day.is_empty()
            && !month.is_empty()
            && let Some(year) = year(&mut at)
        {
            return Some((format!("{day}/{month}/{year}"), at));
        }
    }
    at = start;
    let day = between(&mut at, "thang")?;
    let month = between(&mut at, "nam")?;
    blank(&mut at);
    let year = year(&mut at)?;
    let known = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|n| (1..=most).contains(&n));
    let date = match (known(&day, 31), known(&month, 12)) {
        (true, true) => format!("{day}/{month}/{year}"),
        (false, true) => format!("{month}/{year}"),
        (_, false) => year,
    };
    Some((date, at))
}
