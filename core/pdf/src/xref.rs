//! Cross-reference tables, streams and trailers (ISO 32000-1, 7.5.4 to 7.5.8): where every object lies, newest revision first.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Seek};

use crate::decode::{self, MAX_DECODED};
use crate::file::Source;
use crate::object::{Dict, Object};
use crate::parse::Parser;
use crate::{PdfError, parse};

/// How many revisions (cross-reference sections) a file may have.
pub const MAX_REVISIONS: usize = 1024;
/// The highest object number (ISO 19005-2, 6.1.13).
pub const MAX_OBJECTS: u32 = 8_388_607;

const ENTRY: usize = 20;
/// How many entries all cross-reference streams of a file may have: a few bytes can stand for millions of them.
const MAX_STREAM_ENTRIES: usize = 2_000_000;

/// One revision of a file: what was there before the next increment was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// The offset that its `startxref` names: where its chain of cross-reference sections starts.
    pub startxref: u64,
    /// Offset one past its `%%EOF` and the line end after it.
    pub end: u64,
}

/// Where an object lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    Used {
        offset: u64,
        generation: u16,
    },
    /// The object is the `index`-th in the object stream of this number; its generation is 0.
    Compressed {
        stream: u32,
        index: u32,
    },
}

/// All cross-reference sections of a file, merged.
#[derive(Debug, Clone)]
pub(crate) struct Xref {
    pub(crate) entries: BTreeMap<u32, Entry>,
    pub(crate) trailer: Dict,
    pub(crate) revisions: Vec<Revision>,
    /// Where the first cross-reference stream lies, if there is one.
    pub(crate) stream_at: Option<u64>,
}

/// One cross-reference section.
struct Section {
    entries: BTreeMap<u32, Entry>,
    trailer: Dict,
    /// Offset one past its trailer dictionary, or the `endobj` of its stream.
    end: u64,
}

/// Reads the chain of sections that starts at `startxref`.
pub(crate) fn read_chain<R: Read + Seek>(source: &mut Source<R>, startxref: u64) -> Result<Xref, PdfError> {
    let mut entries = BTreeMap::new();
    let mut revisions = Vec::new();
    let mut newest = None;
    let mut stream_at = None;
    let mut left = MAX_STREAM_ENTRIES;
    let mut visited = HashSet::new();
    let mut next = Some(startxref);
    while let Some(offset) = next {
        if !visited.insert(offset) {
            return Err(PdfError::PrevLoop { offset });
        }
        if visited.len() > MAX_REVISIONS {
            return Err(PdfError::Limit { offset, what: "too many cross-reference sections" });
        }
        let is_stream = source.window(offset, 1)?.first().is_some_and(u8::is_ascii_digit);
        let section = if is_stream { read_stream(source, offset, &mut left)? } else { read_table(source, offset)? };
        // The objects of a hybrid file that are hidden from old readers stand in a stream of their own (7.5.8.4).
        if let Some(hidden) = offset_of(&section.trailer, "XRefStm", offset)? {
            let hidden = read_stream(source, hidden, &mut left)?;
            stream_at = stream_at.or(Some(offset));
            merge(&mut entries, hidden.entries);
        }
        stream_at = stream_at.or(is_stream.then_some(offset));
        merge(&mut entries, section.entries);
        revisions.extend(read_end(source, section.end, is_stream)?);
        next = offset_of(&section.trailer, "Prev", offset)?;
        newest.get_or_insert(section.trailer);
    }
    revisions.reverse();
    let trailer = newest.ok_or(PdfError::NoStartxref)?;
    Ok(Xref { entries, trailer, revisions, stream_at })
}

/// What a newer section says of an object stands.
fn merge(entries: &mut BTreeMap<u32, Entry>, older: BTreeMap<u32, Entry>) {
    for (number, entry) in older {
        entries.entry(number).or_insert(entry);
    }
}

fn offset_of(trailer: &Dict, key: &str, at: u64) -> Result<Option<u64>, PdfError> {
    let Some(value) = trailer.get(key) else { return Ok(None) };
    let offset = value.as_int().and_then(|offset| u64::try_from(offset).ok());
    offset.map(Some).ok_or(PdfError::Syntax { offset: at, what: "/Prev or /XRefStm as an offset" })
}

fn read_table<R: Read + Seek>(source: &mut Source<R>, offset: u64) -> Result<Section, PdfError> {
    let mut entries = BTreeMap::new();
    let trailer_at = read_section(source, offset, &mut entries)?;
    let (trailer, end) = source.parse_at(trailer_at, |parser| {
        parser.keyword("trailer")?;
        let trailer = parser.object()?;
        Ok((trailer, parser.offset()))
    })?;
    let Object::Dict(trailer) = trailer else {
        return Err(PdfError::Syntax { offset: trailer_at, what: "a trailer dictionary" });
    };
    Ok(Section { entries, trailer, end })
}

/// Reads a cross-reference stream (ISO 32000-1, 7.5.8) of at most `left` entries, and takes its own off.
fn read_stream<R: Read + Seek>(source: &mut Source<R>, offset: u64, left: &mut usize) -> Result<Section, PdfError> {
    let wrong = |what| PdfError::Syntax { offset, what };
    let (_, object) = source.parse_at(offset, |parser| parser.indirect())?;
    let Object::Stream(stream) = object else { return Err(wrong("a cross-reference stream")) };
    let dict = stream.dict;
    if !dict.get("Type").is_some_and(|kind| kind.is_name("XRef")) {
        return Err(wrong("a cross-reference stream"));
    }
    let length = dict.get("Length").and_then(Object::as_int).and_then(|length| usize::try_from(length).ok());
    let length = length.filter(|length| *length <= MAX_DECODED);
    let raw =
        source.window(stream.data_offset, length.ok_or_else(|| wrong("a cross-reference stream with a length"))?)?;
    let end = source.parse_at(stream.data_offset + raw.len() as u64, |parser| {
        parser.keyword("endstream")?;
        parser.keyword("endobj")?;
        Ok(parser.offset())
    })?;
    let numbers = |key: &str| -> Option<Vec<u64>> {
        dict.get(key)?.as_array()?.iter().map(|item| u64::try_from(item.as_int()?).ok()).collect()
    };
    let widths = numbers("W").filter(|widths| widths.len() == 3 && widths.iter().all(|width| *width <= 8));
    let widths = widths.ok_or_else(|| wrong("/W of a cross-reference stream"))?;
    let size = dict.get("Size").and_then(Object::as_int).and_then(|size| u64::try_from(size).ok());
    let index = numbers("Index").unwrap_or_else(|| vec![0, size.unwrap_or(0)]);
    let row = widths.iter().sum::<u64>() as usize;
    if row == 0 || !index.len().is_multiple_of(2) {
        return Err(wrong("/Index or /W of a cross-reference stream"));
    }
    // With a predictor each row has one byte more.
    let data = decode::decode(&dict, &raw, MAX_DECODED.min((*left + 1) * (row + 1))).map_err(wrong)?;
    *left = left.checked_sub(data.len() / row).ok_or(PdfError::Limit { offset, what: "too many objects" })?;
    let mut rows = data.chunks_exact(row);
    let mut entries = BTreeMap::new();
    for pair in index.chunks_exact(2) {
        let (first, count) = (pair[0], pair[1]);
        if first.checked_add(count).is_none_or(|end| end > u64::from(MAX_OBJECTS) + 1) {
            return Err(PdfError::Limit { offset, what: "too many objects" });
        }
        for number in first..first + count {
            let row = rows.next().ok_or_else(|| wrong("as many entries as /Index says"))?;
            // Entries of an unknown type are references to null (table 18).
            let entry = stream_entry(row, &widths).unwrap_or(Entry::Free);
            entries.entry(number as u32).or_insert(entry);
        }
    }
    Ok(Section { entries, trailer: dict, end })
}

/// An entry of a cross-reference stream: type, then two fields whose meaning depends on it (ISO 32000-1, table 18).
fn stream_entry(row: &[u8], widths: &[u64]) -> Option<Entry> {
    let (kind, rest) = row.split_at(widths[0] as usize);
    let (second, third) = rest.split_at(widths[1] as usize);
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    match if kind.is_empty() { 1 } else { number(kind) } {
        0 => Some(Entry::Free),
        1 => Some(Entry::Used { offset: number(second), generation: u16::try_from(number(third)).ok()? }),
        2 => {
            let (stream, index) = (u32::try_from(number(second)).ok()?, u32::try_from(number(third)).ok()?);
            Some(Entry::Compressed { stream, index })
        }
        _ => None,
    }
}

/// Reads the subsections of one section and says where its trailer starts.
fn read_section<R: Read + Seek>(
    source: &mut Source<R>,
    offset: u64,
    entries: &mut BTreeMap<u32, Entry>,
) -> Result<u64, PdfError> {
    if !source.window(offset, 4)?.starts_with(b"xref") {
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

/// The revision whose cross-reference section ends at `at`; `None` for the first part of a linearised file, which names no
/// offset, and which need not even have an end if it is a stream (ISO 32000-1, annex F.3.4).
fn read_end<R: Read + Seek>(source: &mut Source<R>, at: u64, is_stream: bool) -> Result<Option<Revision>, PdfError> {
    let end = source.parse_at(at, |parser| {
        if is_stream && !parser.try_keyword("startxref")? {
            return Ok(None);
        }
        if !is_stream {
            parser.keyword("startxref")?;
        }
        Ok(Some((parser.unsigned()?, parser.offset())))
    })?;
    let Some((startxref, after)) = end else { return Ok(None) };
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
    Ok((startxref != 0).then_some(Revision { startxref, end: end + line_end }))
}
