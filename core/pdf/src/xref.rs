//! Cross-reference tables and trailers (ISO 32000-1, 7.5.4 to 7.5.6): where every object lies, newest revision first.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Seek};

use crate::file::Source;
use crate::object::{Dict, Object};
use crate::parse::Parser;
use crate::{PdfError, parse};

/// How many revisions (cross-reference sections) a file may have.
pub const MAX_REVISIONS: usize = 1024;
/// The highest object number (ISO 19005-2, 6.1.13).
pub const MAX_OBJECTS: u32 = 8_388_607;

const ENTRY: usize = 20;

/// One revision of a file: what was there before the next increment was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// Offset of its cross-reference section.
    pub startxref: u64,
    /// Offset one past its `%%EOF` and the line end after it.
    pub end: u64,
}

/// Where an object lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    Used { offset: u64, generation: u16 },
}

/// All cross-reference sections of a file, merged.
#[derive(Debug)]
pub(crate) struct Xref {
    pub(crate) entries: BTreeMap<u32, Entry>,
    pub(crate) trailer: Dict,
    pub(crate) revisions: Vec<Revision>,
}

/// Reads the chain of sections that starts at `startxref`.
pub(crate) fn read_chain<R: Read + Seek>(source: &mut Source<R>, startxref: u64) -> Result<Xref, PdfError> {
    let mut entries = BTreeMap::new();
    let mut revisions = Vec::new();
    let mut newest = None;
    let mut visited = HashSet::new();
    let mut next = Some(startxref);
    while let Some(offset) = next {
        if !visited.insert(offset) {
            return Err(PdfError::PrevLoop { offset });
        }
        if visited.len() > MAX_REVISIONS {
            return Err(PdfError::Limit { offset, what: "too many cross-reference sections" });
        }
        let trailer_at = read_section(source, offset, &mut entries)?;
        let (trailer, end) = source.parse_at(trailer_at, |parser| {
            parser.keyword("trailer")?;
            let trailer = parser.object()?;
            Ok((trailer, parser.offset()))
        })?;
        let Object::Dict(trailer) = trailer else {
            return Err(PdfError::Syntax { offset: trailer_at, what: "a trailer dictionary" });
        };
        if trailer.contains("XRefStm") {
            return Err(PdfError::CrossReferenceStream { offset: trailer_at });
        }
        revisions.extend(read_end(source, end)?.map(|end| Revision { startxref: offset, end }));
        next = match trailer.get("Prev") {
            None => None,
            Some(prev) => {
                let prev = prev.as_int().and_then(|prev| u64::try_from(prev).ok());
                Some(prev.ok_or(PdfError::Syntax { offset: trailer_at, what: "/Prev as an offset" })?)
            }
        };
        newest.get_or_insert(trailer);
    }
    revisions.reverse();
    let trailer = newest.ok_or(PdfError::NoStartxref)?;
    Ok(Xref { entries, trailer, revisions })
}

/// Reads the subsections of one section and says where its trailer starts.
fn read_section<R: Read + Seek>(
    source: &mut Source<R>,
    offset: u64,
    entries: &mut BTreeMap<u32, Entry>,
) -> Result<u64, PdfError> {
    let head = source.window(offset, 16)?;
    if head.first().is_some_and(u8::is_ascii_digit) {
        return Err(PdfError::CrossReferenceStream { offset });
    }
    if !head.starts_with(b"xref") {
        return Err(PdfError::Syntax { offset, what: "xref" });
    }
    let mut at = offset + 4;
    loop {
        let (header, after) = source.parse_at(at, |parser: &mut Parser<'_>| {
            let start = {
                parser.skip_space()?;
                parser.offset()
            };
            if parser.try_keyword("trailer")? {
                return Ok((None, start));
            }
            let first = parser.unsigned()?;
            let count = parser.unsigned()?;
            Ok((Some((first, count)), parser.offset()))
        })?;
        let Some((first, count)) = header else { return Ok(after) };
        if first.checked_add(count).is_none_or(|end| end > u64::from(MAX_OBJECTS) + 1) {
            return Err(PdfError::Limit { offset: at, what: "too many objects" });
        }
        at = after + line_end(&source.window(after, 3)?);
        let mut number = first as u32;
        let mut left = count as usize;
        while left > 0 {
            let batch = left.min(3_000);
            let bytes = source.window(at, batch * ENTRY)?;
            if bytes.len() != batch * ENTRY {
                return Err(PdfError::Syntax { offset: at, what: "entries of a cross-reference table" });
            }
            let (rows, _) = bytes.as_chunks::<ENTRY>();
            for row in rows {
                let Some(entry) = parse_entry(row) else {
                    return Err(PdfError::Syntax { offset: at, what: "an entry of a cross-reference table" });
                };
                entries.entry(number).or_insert(entry);
                at += ENTRY as u64;
                number += 1;
            }
            left -= batch;
        }
    }
}

/// How many bytes the blanks and the line end at the start take.
fn line_end(bytes: &[u8]) -> u64 {
    let blanks = bytes.iter().take_while(|byte| **byte == b' ').count();
    let rest = &bytes[blanks..];
    let end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    (blanks + end) as u64
}

fn parse_entry(row: &[u8; ENTRY]) -> Option<Entry> {
    let digits = |range: std::ops::Range<usize>| -> Option<u64> {
        let text = &row[range];
        text.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(text).ok()?.parse().ok())?
    };
    let offset = digits(0..10)?;
    let generation = u16::try_from(digits(11..16)?).ok()?;
    if row[10] != b' ' || row[16] != b' ' || !row[18..].iter().all(|byte| parse::is_space(*byte)) {
        return None;
    }
    match row[17] {
        b'n' => Some(Entry::Used { offset, generation }),
        b'f' => Some(Entry::Free),
        _ => None,
    }
}

/// Where the revision ends whose trailer dictionary ends at `at`; `None` for the first part of a linearised file.
fn read_end<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Option<u64>, PdfError> {
    let (startxref, after) = source.parse_at(at, |parser| {
        parser.keyword("startxref")?;
        Ok((parser.unsigned()?, parser.offset()))
    })?;
    let tail = source.window(after, 64)?;
    let blanks = tail.iter().take_while(|byte| parse::is_space(**byte)).count();
    let Some(rest) = tail[blanks..].strip_prefix(b"%%EOF") else {
        return Err(PdfError::Syntax { offset: after, what: "%%EOF" });
    };
    let end = after + blanks as u64 + 5;
    let line_end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    Ok((startxref != 0).then_some(end + line_end))
}
