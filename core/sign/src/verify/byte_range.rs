//! The byte range: which bytes a signature covers, and whether the gap between them is its own `/Contents` and nothing else.

use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object};

use super::Stop;

/// A byte range that lies within the file.
pub(super) struct ByteRange {
    /// Offset of the `<` of `/Contents`.
    pub(super) gap_start: u64,
    /// Offset one past its `>`.
    pub(super) gap_end: u64,
    /// Offset one past the last byte covered.
    pub(super) end: u64,
    /// The bytes of `/Contents`.
    pub(super) contents: Vec<u8>,
    /// What the gap is besides the hexadecimal string of `/Contents`; such a gap hides bytes from the signature.
    pub(super) loose: Option<&'static str>,
}

/// Largest gap that is looked at, in bytes.
const LARGEST_GAP: u64 = 4 * 1024 * 1024;

impl ByteRange {
    /// Reads `/ByteRange` and the gap (ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 6.3).
    pub(super) fn read<R: Read + Seek>(file: &mut File<R>, signature: &Dict) -> Result<Self, Stop> {
        let wrong = |what: &str| Stop::failed(format!("FORMAT_FAILURE: {what}"));
        let range = file.get(signature, "ByteRange")?;
        let numbers: Vec<u64> = range.as_array().unwrap_or_default().iter().filter_map(offset).take(5).collect();
        let [0, gap_start, gap_end, rest] = numbers[..] else {
            return Err(wrong("the byte range is not four numbers that start at 0"));
        };
        let end = gap_end.checked_add(rest).filter(|end| *end <= file.length());
        let end = end.ok_or_else(|| wrong("the byte range ends beyond the file"))?;
        let gap = gap_end.checked_sub(gap_start).filter(|gap| (2..=LARGEST_GAP).contains(gap));
        if gap.is_none() {
            return Err(wrong("the gap in the byte range has no possible length"));
        }
        let stated = file.get(signature, "Contents")?;
        let contents = stated.as_string().ok_or_else(|| wrong("the signature has no /Contents"))?.to_vec();
        let mut bytes = Vec::new();
        file.for_each_piece(gap_start, gap_end, |piece| bytes.extend_from_slice(piece))?;
        let in_gap = bytes.strip_prefix(b"<").and_then(|hex| hex.strip_suffix(b">")).and_then(from_hex);
        let loose = match in_gap {
            None => Some("the gap in the byte range is not a hexadecimal string"),
            Some(in_gap) if in_gap != contents => {
                Some("the gap in the byte range is not the signature's own /Contents")
            }
            Some(_) => None,
        };
        Ok(Self { gap_start, gap_end, end, contents, loose })
    }
}

fn offset(number: &Object) -> Option<u64> {
    u64::try_from(number.as_int()?).ok()
}

fn from_hex(hex: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = hex.as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs.iter().map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()).collect()
}
