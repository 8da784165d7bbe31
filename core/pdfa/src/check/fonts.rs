//! The fonts that pages use: embedded, no code without its character, no code that shows `.notdef`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use sohoa_pdf::{File, Object, Operations, PdfError};

use super::{Report, decoded};

/// What pages use: which codes of which fonts (8 KiB a font), and which content streams.
#[derive(Debug, Default)]
pub(super) struct Used {
    fonts: BTreeMap<u32, Codes>,
    contents: BTreeSet<u32>,
}

type Codes = Vec<u64>;

impl Used {
    /// Enters a code of a font.
    pub(super) fn enter(&mut self, font: u32, code: u16) {
        set(self.fonts.entry(font).or_insert_with(no_codes), code);
    }

    /// Enters a content stream; whether it was not there before. Each is looked into once, however many pages name it.
    pub(super) fn first_time(&mut self, content: u32) -> bool {
        self.contents.insert(content)
    }
}

fn no_codes() -> Codes {
    vec![0; 1024]
}

fn set(codes: &mut Codes, code: u16) {
    codes[usize::from(code / 64)] |= 1 << (code % 64);
}

fn has(codes: &Codes, code: u16) -> bool {
    codes[usize::from(code / 64)] & 1 << (code % 64) != 0
}

/// Checks every font that was used.
pub(super) fn check<R: Read + Seek>(file: &mut File<R>, used: &Used, report: &mut Report) -> Result<(), PdfError> {
    for (&number, codes) in &used.fonts {
        font(file, number, codes, report)?;
    }
    Ok(())
}

fn font<R: Read + Seek>(file: &mut File<R>, number: u32, used: &Codes, report: &mut Report) -> Result<(), PdfError> {
    let dict = file.dict(number)?;
    let composite = dict.get("Subtype").is_some_and(|kind| kind.is_name("Type0"))
        && dict.get("Encoding").is_some_and(|encoding| encoding.is_name("Identity-H"));
    report.want(composite, "6.2.11.3.1", number, "a font that this stage never writes");
    let descendants = file.get(&dict, "DescendantFonts")?;
    let descendant = match descendants.as_array() {
        Some([only]) => file.resolve(only)?,
        _ => Object::Null,
    };
    let descendant = descendant.as_dict().cloned().unwrap_or_default();
    let descriptor = file.get(&descendant, "FontDescriptor")?.as_dict().cloned().unwrap_or_default();
    let program = match descriptor.get("FontFile2").and_then(Object::as_reference) {
        Some(program) => decoded(file, program.number)?.unwrap_or_default(),
        None => Vec::new(),
    };
    report.want(program.starts_with(&[0, 1, 0, 0]), "6.2.11.4.1", number, "a font without its TrueType program");

    let glyphs = match descendant.get("CIDToGIDMap").and_then(Object::as_reference) {
        Some(map) => decoded(file, map.number)?.unwrap_or_default(),
        None => Vec::new(),
    };
    report.want(!glyphs.is_empty(), "6.2.11.3.2", number, "a font without its map of glyphs");
    let (glyphs, _) = glyphs.as_chunks::<2>();
    let shown = |code: u16| glyphs.get(usize::from(code)).is_some_and(|glyph| *glyph != [0, 0]);
    let unicode = match dict.get("ToUnicode").and_then(Object::as_reference) {
        Some(map) => decoded(file, map.number)?.unwrap_or_default(),
        None => Vec::new(),
    };
    let known = characters(&unicode);
    report.want(known.is_some(), "6.2.11.7.2", number, "a malformed map to Unicode");
    let known = known.unwrap_or_else(no_codes);
    for code in (0..=u16::MAX).filter(|code| has(used, *code)) {
        if !shown(code) {
            report.add("6.2.11.8", number, format!("code {code} shows .notdef"));
        }
        if !has(&known, code) {
            report.add("6.2.11.7.2", number, format!("code {code} has no character"));
        }
    }
    Ok(())
}

/// The codes that a ToUnicode CMap gives a character to; `None` if it is malformed or gives one that is forbidden.
fn characters(map: &[u8]) -> Option<Codes> {
    let mut known = no_codes();
    for operation in Operations::new(map) {
        let operation = operation.ok()?;
        if operation.operator != "endbfchar" {
            continue;
        }
        let (pairs, odd) = operation.operands.as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        for [code, text] in pairs {
            let code = u16::from_be_bytes(code.as_string()?.try_into().ok()?);
            let (units, odd) = text.as_string()?.as_chunks::<2>();
            let text: Result<String, _> =
                char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect();
            let text = text.ok()?;
            if text.is_empty() || !odd.is_empty() || text.contains(['\0', '\u{FEFF}', '\u{FFFE}']) {
                return None;
            }
            set(&mut known, code);
        }
    }
    Some(known)
}
