//! A parser of objects over a window of bytes, bounded in depth, length and number of items.
//!
//! A window may end before the object does: the parser then says [`Stop::Incomplete`] and the reader comes back with a
//! longer one. It never reads behind the window and never panics.

mod strings;

use std::collections::HashSet;

use crate::object::{Dict, Object, Reference};
use crate::{PdfError, Stream};

/// How deep arrays and dictionaries may lie in one another.
pub const MAX_DEPTH: u32 = 32;
/// How many items and entries one indirect object may have in all.
pub const MAX_ITEMS: usize = 262_144;
/// How many bytes one indirect object may take, a stream's data not counted.
pub const MAX_OBJECT_BYTES: usize = 4 << 20;

/// Parses one direct object that fills the bytes but for white space and comments.
pub fn parse_object(bytes: &[u8]) -> Result<Object, PdfError> {
    let mut parser = Parser::new(bytes, 0, Ending::Real);
    let object = parser.object().map_err(|stop| stop.into_error(bytes.len() as u64))?;
    match parser.skip_space() {
        Err(Stop::Incomplete) => Ok(object),
        _ => Err(PdfError::Syntax { offset: parser.offset(), what: "bytes after the object" }),
    }
}

/// Why the parser stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The window ends inside the object.
    Incomplete,
    /// The bytes are wrong.
    Error(PdfError),
}

impl Stop {
    pub(crate) fn into_error(self, end: u64) -> PdfError {
        match self {
            Self::Incomplete => PdfError::Syntax { offset: end, what: "the object does not end" },
            Self::Error(error) => error,
        }
    }
}

/// Whether the end of the window is also the end of what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Real,
    Window,
}

#[derive(Debug)]
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    base: u64,
    ending: Ending,
    depth: u32,
    items: usize,
}

impl<'a> Parser<'a> {
    /// A parser of a window whose first byte lies at `base` in the file.
    pub(crate) fn new(bytes: &'a [u8], base: u64, ending: Ending) -> Self {
        Self { bytes, at: 0, base, ending, depth: 0, items: 0 }
    }

    /// Where the parser stands, from the start of the file.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    fn syntax<T>(&self, what: &'static str) -> Result<T, Stop> {
        Err(Stop::Error(PdfError::Syntax { offset: self.offset(), what }))
    }

    fn limit<T>(&self, what: &'static str) -> Result<T, Stop> {
        Err(Stop::Error(PdfError::Limit { offset: self.offset(), what }))
    }

    fn peek(&self) -> Result<u8, Stop> {
        self.bytes.get(self.at).copied().ok_or(Stop::Incomplete)
    }

    /// Skips white space and comments up to the next byte that counts.
    pub(crate) fn skip_space(&mut self) -> Result<(), Stop> {
        loop {
            match self.peek()? {
                byte if is_space(byte) => self.at += 1,
                b'%' => {
                    while !matches!(self.peek()?, b'\r' | b'\n') {
                        self.at += 1;
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// The regular characters from here on.
    fn regular(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        if length == rest.len() && self.ending == Ending::Window {
            return Err(Stop::Incomplete);
        }
        self.at += length;
        Ok(&rest[..length])
    }

    /// Takes a keyword such as `obj` or `endobj`.
    pub(crate) fn keyword(&mut self, word: &'static str) -> Result<(), Stop> {
        self.skip_space()?;
        if self.regular()? == word.as_bytes() { Ok(()) } else { self.syntax(word) }
    }

    /// Takes a keyword if it comes next; else stays.
    pub(crate) fn try_keyword(&mut self, word: &str) -> Result<bool, Stop> {
        self.skip_space()?;
        let start = self.at;
        let found = self.regular()? == word.as_bytes();
        if !found {
            self.at = start;
        }
        Ok(found)
    }

    /// Starts to count items anew, for the next of several objects.
    pub(crate) fn restart_count(&mut self) {
        self.items = 0;
    }

    /// Takes an operator if one comes next: a word that is no object.
    pub(crate) fn operator(&mut self) -> Result<Option<String>, Stop> {
        let start = self.at;
        if !matches!(self.peek()?, b'A'..=b'Z' | b'a'..=b'z' | b'\'' | b'"') {
            return Ok(None);
        }
        let word = self.regular()?;
        if matches!(word, b"true" | b"false" | b"null") {
            self.at = start;
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(word).into_owned()))
    }

    /// Takes an unsigned integer of at most 19 digits.
    pub(crate) fn unsigned(&mut self) -> Result<u64, Stop> {
        self.skip_space()?;
        let word = self.regular()?;
        match parse_unsigned(word) {
            Some(value) => Ok(value),
            None => self.syntax("an unsigned integer"),
        }
    }

    /// Takes `n g obj`, an object and `endobj` or the head of a stream.
    pub(crate) fn indirect(&mut self) -> Result<(Reference, Object), Stop> {
        let number = self.unsigned()?;
        let generation = self.unsigned()?;
        let (Ok(number), Ok(generation)) = (u32::try_from(number), u16::try_from(generation)) else {
            return self.syntax("an object number and a generation in range");
        };
        self.keyword("obj")?;
        let object = self.object()?;
        self.skip_space()?;
        if self.try_keyword("endobj")? {
            return Ok((Reference { number, generation }, object));
        }
        let Object::Dict(dict) = object else { return self.syntax("endobj") };
        self.keyword("stream")?;
        match (self.peek()?, self.bytes.get(self.at + 1)) {
            (b'\n', _) => self.at += 1,
            (b'\r', Some(b'\n')) => self.at += 2,
            (b'\r', None) => return Err(Stop::Incomplete),
            _ => return self.syntax("a line end after stream"),
        }
        Ok((Reference { number, generation }, Object::Stream(Stream { dict, data_offset: self.offset() })))
    }

    /// Takes a direct object or a reference.
    pub(crate) fn object(&mut self) -> Result<Object, Stop> {
        self.skip_space()?;
        self.items += 1;
        if self.items > MAX_ITEMS {
            return self.limit("too many items in one object");
        }
        match self.peek()? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.literal_string().map(Object::String),
            b'[' => {
                self.at += 1;
                self.nested(Self::array)
            }
            b'<' => match self.bytes.get(self.at + 1) {
                None => Err(Stop::Incomplete),
                Some(b'<') => {
                    self.at += 2;
                    self.nested(Self::dict)
                }
                Some(_) => {
                    self.at += 1;
                    self.hex_string().map(Object::String)
                }
            },
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference(),
            _ => match self.regular()? {
                b"null" => Ok(Object::Null),
                b"true" => Ok(Object::Bool(true)),
                b"false" => Ok(Object::Bool(false)),
                _ => self.syntax("an object"),
            },
        }
    }

    fn nested(&mut self, take: fn(&mut Self) -> Result<Object, Stop>) -> Result<Object, Stop> {
        if self.depth == MAX_DEPTH {
            return self.limit("arrays and dictionaries too deep");
        }
        self.depth += 1;
        let object = take(self)?;
        self.depth -= 1;
        Ok(object)
    }

    fn array(&mut self) -> Result<Object, Stop> {
        let mut items = Vec::new();
        loop {
            self.skip_space()?;
            if self.peek()? == b']' {
                self.at += 1;
                return Ok(Object::Array(items));
            }
            items.push(self.object()?);
        }
    }

    fn dict(&mut self) -> Result<Object, Stop> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        loop {
            self.skip_space()?;
            match self.peek()? {
                b'/' => {
                    let key = self.name()?;
                    if !seen.insert(key.clone()) {
                        return self.syntax("a key occurs twice in a dictionary");
                    }
                    entries.push((key, self.object()?));
                }
                b'>' => match self.bytes.get(self.at + 1) {
                    None => return Err(Stop::Incomplete),
                    Some(b'>') => {
                        self.at += 2;
                        return Ok(Object::Dict(Dict::from_unique(entries)));
                    }
                    Some(_) => return self.syntax(">> at the end of a dictionary"),
                },
                _ => return self.syntax("a key of a dictionary"),
            }
        }
    }

    fn number_or_reference(&mut self) -> Result<Object, Stop> {
        let word = self.regular()?;
        let Some(number) = parse_number(word) else { return self.syntax("a number") };
        let Some(object) = parse_unsigned(word).and_then(|value| u32::try_from(value).ok()) else { return Ok(number) };
        let after = self.at;
        let reference = self.rest_of_reference(object);
        match reference {
            Ok(Some(reference)) => return Ok(Object::Reference(reference)),
            Err(Stop::Incomplete) if self.ending == Ending::Window => return Err(Stop::Incomplete),
            _ => self.at = after,
        }
        Ok(number)
    }

    fn rest_of_reference(&mut self, number: u32) -> Result<Option<Reference>, Stop> {
        self.skip_space()?;
        let Some(generation) = parse_unsigned(self.regular()?).and_then(|value| u16::try_from(value).ok()) else {
            return Ok(None);
        };
        self.skip_space()?;
        Ok((self.regular()? == b"R").then_some(Reference { number, generation }))
    }
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

fn parse_unsigned(word: &[u8]) -> Option<u64> {
    if word.is_empty() || word.len() > 19 || !word.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn parse_number(word: &[u8]) -> Option<Object> {
    let digits = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    let points = digits.iter().filter(|byte| **byte == b'.').count();
    let plain = digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if !plain || points > 1 || digits.len() == points || digits.len() > 255 {
        return None;
    }
    let text = std::str::from_utf8(word).ok()?;
    if points == 0
        && let Ok(value) = text.parse()
    {
        return Some(Object::Int(value));
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Object::Real)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reparse(text: &[u8]) -> String {
        match parse_object(text) {
            Ok(object) => String::from_utf8_lossy(&object.to_bytes()).into_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn objects_survive_parsing_and_serialising() {
        for (source, expected) in [
            ("null", "null"),
            (" true % comment\n", "true"),
            ("-0.50", "-0.5"),
            ("+17", "17"),
            (".5", "0.5"),
            ("4.", "4"),
            ("12 0 R", "12 0 R"),
            ("[1 2 3 0 R 4 5]", "[1 2 3 0 R 4 5]"),
            ("(\\101\\n\\\\)", "<410A5C>"),
            ("(a\\(b\\) (in) \\101)", "(a\\(b\\) \\(in\\) A)"),
            ("<48 65 6C6c6F7>", "(Hellop)"),
            ("/A#20B#2F", "/A#20B#2F"),
            ("<</K[/V(x)]/N<</M null>>>>", "<</K [/V (x)]/N <</M null>>>>"),
        ] {
            assert_eq!(reparse(source.as_bytes()), expected, "{source}");
        }
    }

    #[test]
    fn broken_objects_are_errors_and_never_panics() {
        let sources: [&[u8]; 14] = [
            b"",
            b"(",
            b"<",
            b"<<",
            b"[",
            b"/#4",
            b"/#zz",
            b"1 2 R x",
            b"--1",
            b"1e5",
            b"<<1 2>>",
            b"<</A 1/A 2>>",
            b"trua",
            b"/#00",
        ];
        for source in sources {
            assert!(parse_object(source).is_err(), "{source:?}");
        }
        let deep = [b"[".repeat(40), b"]".repeat(40)].concat();
        assert!(matches!(parse_object(&deep), Err(PdfError::Limit { .. })));
        let wide = [b"[".to_vec(), b"0 ".repeat(MAX_ITEMS + 1), b"]".to_vec()].concat();
        assert!(matches!(parse_object(&wide), Err(PdfError::Limit { .. })));
    }

    #[test]
    fn every_cut_window_of_an_object_is_incomplete_and_never_another_object() {
        let whole = b"7 0 obj\n<</Type/X/A[1 0 R 2(s\\)t)<4142>]/B -1.5/C true>>\nendobj\n";
        for length in 0..whole.len() - 1 {
            let mut parser = Parser::new(&whole[..length], 0, Ending::Window);
            assert!(matches!(parser.indirect(), Err(Stop::Incomplete)), "{length}");
        }
        assert!(Parser::new(whole, 0, Ending::Window).indirect().is_ok());
    }
}
