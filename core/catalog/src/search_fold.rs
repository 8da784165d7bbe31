//! Folding: the form in which texts are indexed and queries are asked, so that `benh vien` finds `bệnh viện`.
//!
//! Marks are stripped, đ becomes d, letters become small. Chinese characters stand alone and in overlapping pairs, each
//! as `h` and its hexadecimal number, so that a query of one or two characters is found inside any run.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word in its folded form, or one Chinese character, and where it stands in the text (in bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) folded: String,
    pub(crate) range: Range<usize>,
    pub(crate) han: bool,
}

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let letter = !is_han(c) && (c.is_alphanumeric() || (start.is_some() && is_combining_mark(c)));
        match (start, letter) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                push_word(&mut tokens, text, from..at);
                start = None;
            }
            _ => {}
        }
        if is_han(c) {
            let range = at..at + c.len_utf8();
            tokens.push(Token { folded: format!("h{:x}", u32::from(c)), range, han: true });
        }
    }
    tokens
}

/// What the index holds of a text.
pub(crate) fn body(text: &str) -> String {
    let mut body = String::new();
    let tokens = tokens(text);
    for (i, token) in tokens.iter().enumerate() {
        body.push_str(&token.folded);
        body.push(' ');
        if let Some(next) = tokens.get(i + 1)
            && adjacent(token, next)
        {
            body.push_str(&token.folded);
            body.push_str(&next.folded);
            body.push(' ');
        }
    }
    body
}

/// Whether two tokens are neighbours in a run of Chinese characters.
pub(crate) fn adjacent(a: &Token, b: &Token) -> bool {
    a.han && b.han && a.range.end == b.range.start
}

fn push_word(tokens: &mut Vec<Token>, text: &str, range: Range<usize>) {
    let mut folded = String::new();
    for c in text[range.clone()].nfkd().filter(|c| !is_combining_mark(*c)) {
        for c in c.to_lowercase() {
            match c {
                'đ' => folded.push('d'),
                // Lower case may bring a mark back (İ), compatibility a space or a slash (½).
                c if c.is_alphanumeric() => folded.push(c),
                _ => {}
            }
        }
    }
    if !folded.is_empty() {
        tokens.push(Token { folded, range, han: false });
    }
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xf900..=0xfaff | 0x20000..=0x323af)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_keep_their_place() {
        let folded = |text: &str| tokens(text).into_iter().map(|t| t.folded).collect::<Vec<_>>().join(" ");
        for (text, expected) in [
            ("Bệnh viện ĐƯỜNG", "benh vien duong"),
            ("be\u{323}\u{302}nh", "benh"),
            ("12/HĐ-UBND", "12 hd ubnd"),
            ("l’arrêté n° 5", "l arrete n 5"),
            ("地簿abc", "h5730 h7c3f abc"),
            ("", ""),
            ("\u{301}", ""),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
        let text = "xem bệnh viện";
        assert_eq!(tokens(text).iter().map(|t| &text[t.range.clone()]).collect::<Vec<_>>(), ["xem", "bệnh", "viện"]);
    }

    #[test]
    fn chinese_is_indexed_by_character_and_by_pair() {
        assert_eq!(body("河內地"), "h6cb3 h6cb3h5167 h5167 h5167h5730 h5730 ");
        assert_eq!(body("河 內"), "h6cb3 h5167 ");
    }
}
