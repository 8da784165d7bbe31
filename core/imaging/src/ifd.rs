//! The directories of a TIFF file (TIFF 6.0, part 1; BigTIFF): where they are and what their fields say.
//!
//! Only the fields that a page needs are read. The chain of directories ends at the first offset of 0; an offset that
//! comes twice is a loop and an error.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::ops::Range;

use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::source::Source;

/// The most fields of one directory.
const MOST_FIELDS: u64 = 4096;
/// The most values of one field; a strip for each row of the highest frame.
const MOST_VALUES: u64 = 1 << 20;

/// One directory: its fields by tag.
#[derive(Debug)]
pub(crate) struct Directory {
    frame: u32,
    order: Order,
    fields: HashMap<u16, Field>,
}

/// A field as the directory has it.
#[derive(Debug)]
struct Field {
    kind: u16,
    count: u64,
    /// Where its values begin in the file.
    at: u64,
}

/// Byte order and offset size.
#[derive(Debug, Clone, Copy)]
struct Order {
    little: bool,
    big_tiff: bool,
}

const CUT: &str = "it ends inside a directory";

/// Finds all directories of the main chain.
pub(crate) fn directories<R: Read + Seek>(
    source: &mut Source<'_, R>,
    limits: &Limits,
) -> Result<Vec<Directory>, ImagingError> {
    let head = source.read(0..8, 0, CUT)?;
    let order = Order { little: head[0] == b'I', big_tiff: head.contains(&b'+') };
    let mut next = if order.big_tiff { order.number(&source.read(8..16, 0, CUT)?) } else { order.number(&head[4..]) };
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while next != 0 {
        let frame = u32::try_from(found.len()).unwrap_or(u32::MAX);
        if frame >= limits.frames {
            return Err(ImagingError::TooManyFrames { limit: limits.frames });
        }
        if !seen.insert(next) {
            return Err(ImagingError::corrupt(frame, "its directories form a loop"));
        }
        let (directory, after) = order.directory(source, next, frame)?;
        found.push(directory);
        next = after;
    }
    if found.is_empty() {
        return Err(ImagingError::corrupt(0, "it has no directory"));
    }
    Ok(found)
}

impl Directory {
    /// Whether the low byte of a number comes first.
    pub(crate) fn is_little_endian(&self) -> bool {
        self.order.little
    }

    /// The bytes of a field of undefined bytes, at most so many; empty if there is no such field.
    pub(crate) fn blob<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        tag: u16,
        most: u64,
    ) -> Result<Vec<u8>, ImagingError> {
        let Some(field) = self.fields.get(&tag).filter(|field| matches!(field.kind, 1 | 7)) else {
            return Ok(Vec::new());
        };
        if field.count > most {
            return Err(ImagingError::corrupt(self.frame, "a field of its directory is too long"));
        }
        self.bytes(source, field, 1)
    }

    /// Where the bytes of a field of undefined bytes lie; empty if there is no such field.
    pub(crate) fn blob_range(&self, tag: u16) -> Range<u64> {
        let field = self.fields.get(&tag).filter(|field| matches!(field.kind, 1 | 7));
        field.map_or(0..0, |field| field.at..field.at.saturating_add(field.count))
    }

    /// The values of a field of whole numbers; empty if there is no such field.
    pub(crate) fn numbers<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        tag: u16,
    ) -> Result<Vec<u64>, ImagingError> {
        let Some(field) = self.fields.get(&tag) else { return Ok(Vec::new()) };
        let size = match field.kind {
            1 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return Err(ImagingError::corrupt(self.frame, "a field of its directory is of a wrong type")),
        };
        let bytes = self.bytes(source, field, size)?;
        Ok(bytes.chunks_exact(size as usize).map(|bytes| self.order.number(bytes)).collect())
    }

    /// The first value of a field of whole numbers.
    pub(crate) fn number<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        tag: u16,
    ) -> Result<Option<u64>, ImagingError> {
        Ok(self.numbers(source, tag)?.first().copied())
    }

    /// The first value of a field of fractions; what is no fraction says nothing.
    pub(crate) fn fraction<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        tag: u16,
    ) -> Result<Option<f64>, ImagingError> {
        let Some(field) = self.fields.get(&tag).filter(|field| field.kind == 5 && field.count > 0) else {
            return Ok(None);
        };
        let bytes = self.bytes(source, field, 8)?;
        Ok(Some(self.order.number(&bytes[..4]) as f64 / self.order.number(&bytes[4..8]) as f64))
    }

    fn bytes<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        field: &Field,
        size: u64,
    ) -> Result<Vec<u8>, ImagingError> {
        if field.count > MOST_VALUES {
            return Err(ImagingError::corrupt(self.frame, "a field of its directory has too many values"));
        }
        let end = field.at.saturating_add(field.count * size);
        source.read(field.at..end, self.frame, CUT)
    }
}

impl Order {
    /// A number of 1, 2, 4 or 8 bytes.
    fn number(self, bytes: &[u8]) -> u64 {
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if self.little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) }
    }

    /// Reads one directory and the offset of the next.
    fn directory<R: Read + Seek>(
        self,
        source: &mut Source<'_, R>,
        at: u64,
        frame: u32,
    ) -> Result<(Directory, u64), ImagingError> {
        let (count_size, entry_size, offset_size) = if self.big_tiff { (8, 20, 8) } else { (2, 12, 4) };
        let start = at.saturating_add(count_size);
        let count = self.number(&source.read(at..start, frame, CUT)?);
        if count > MOST_FIELDS {
            return Err(ImagingError::corrupt(frame, "a directory has too many fields"));
        }
        let end = start.saturating_add(count * entry_size);
        let entries = source.read(start..end, frame, CUT)?;
        let mut fields = HashMap::new();
        for (index, entry) in (0u64..).zip(entries.chunks_exact(entry_size as usize)) {
            let kind = self.number(&entry[2..4]) as u16;
            let value = 4 + offset_size as usize;
            let count = self.number(&entry[4..value]);
            let size = match kind {
                1 | 2 | 6 | 7 => 1,
                3 | 8 => 2,
                5 | 10 | 12 | 16..=18 => 8,
                _ => 4,
            };
            let inside = count.saturating_mul(size) <= offset_size;
            let at = if inside { start + index * entry_size + value as u64 } else { self.number(&entry[value..]) };
            fields.entry(self.number(&entry[..2]) as u16).or_insert(Field { kind, count, at });
        }
        // Without this offset nobody knows whether pages are missing.
        let next = self.number(&source.read(end..end.saturating_add(offset_size), frame, CUT)?);
        Ok((Directory { frame, order: self, fields }, next))
    }
}
