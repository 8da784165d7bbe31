//! One strip or tile of a TIFF: from its stored bytes to packed rows.
//!
//! Every way of packing gives exactly the bytes that its rows need: fewer is an error, more is cut off, and nothing is
//! allocated beyond that.

use std::io::{Read, Seek};
use std::ops::Range;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use weezl::{BitOrder, LzwStatus, decode::Decoder};

use crate::ccitt;
use crate::error::ImagingError;
use crate::source::{Source, zeroed};

/// How the bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
    Group4,
}

/// How the samples of a page lie in its strips or tiles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packing {
    pub(crate) compression: Compression,
    /// The least significant bit comes first (FillOrder 2).
    pub(crate) reversed_bits: bool,
    pub(crate) bits: u8,
    pub(crate) samples: u8,
    /// Each sample of 8 bits is the difference to its left neighbour (Predictor 2).
    pub(crate) predicts: bool,
}

const CUT: &str = "a strip or tile has too few bytes";

impl Packing {
    /// Bytes of a row of so many pixels.
    pub(crate) fn row_bytes(&self, width: u32) -> u64 {
        (u64::from(width) * u64::from(self.bits) * u64::from(self.samples)).div_ceil(8)
    }

    /// Reads and unpacks so many rows of so many pixels.
    pub(crate) fn unpack<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        range: Range<u64>,
        width: u32,
        rows: u32,
        frame: u32,
    ) -> Result<Vec<u8>, ImagingError> {
        let needed = self.row_bytes(width) * u64::from(rows);
        let range = match self.compression {
            Compression::None => range.start..range.end.min(range.start.saturating_add(needed)),
            _ => range,
        };
        let mut data = source.read(range, frame, CUT)?;
        if self.reversed_bits {
            data.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        let mut pixels = match self.compression {
            Compression::None => data,
            Compression::PackBits => unpack_bits(&data, needed, frame)?,
            Compression::Lzw => unpack_lzw(&data, needed, frame)?,
            Compression::Deflate => inflate(&data, needed, frame)?,
            Compression::Group4 => ccitt::decode(&data, width, rows, frame)?,
        };
        if (pixels.len() as u64) < needed {
            return Err(ImagingError::Truncated { frame, what: CUT });
        }
        if self.predicts {
            let samples = usize::from(self.samples);
            for row in pixels.chunks_exact_mut(self.row_bytes(width) as usize) {
                for x in samples..row.len() {
                    row[x] = row[x].wrapping_add(row[x - samples]);
                }
            }
        }
        Ok(pixels)
    }
}

/// TIFF 6.0, section 9.
fn unpack_bits(data: &[u8], needed: u64, frame: u32) -> Result<Vec<u8>, ImagingError> {
    let mut pixels = zeroed(needed, frame)?;
    let (mut unfilled, mut rest) = (pixels.as_mut_slice(), data);
    while !unfilled.is_empty() {
        let cut = || ImagingError::Truncated { frame, what: CUT };
        let (head, after) = rest.split_first().ok_or_else(cut)?;
        rest = after;
        let head = *head as i8;
        if head == -128 {
            continue;
        }
        let length = usize::from(head.unsigned_abs()) + 1;
        let used = length.min(unfilled.len());
        let (target, after) = unfilled.split_at_mut(used);
        unfilled = after;
        if head >= 0 {
            target.copy_from_slice(rest.get(..used).ok_or_else(cut)?);
            rest = rest.get(length..).unwrap_or_default();
        } else {
            let (value, after) = rest.split_first().ok_or_else(cut)?;
            target.fill(*value);
            rest = after;
        }
    }
    Ok(pixels)
}

/// TIFF 6.0, section 13.
fn unpack_lzw(data: &[u8], needed: u64, frame: u32) -> Result<Vec<u8>, ImagingError> {
    if matches!(data, [0, second, ..] if second & 1 == 1) {
        return Err(ImagingError::unsupported(frame, "LZW compression of the old kind"));
    }
    let mut pixels = zeroed(needed, frame)?;
    let mut decoder = Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut unfilled, mut rest) = (pixels.as_mut_slice(), data);
    while !unfilled.is_empty() {
        let step = decoder.decode_bytes(rest, unfilled);
        rest = &rest[step.consumed_in..];
        unfilled = &mut unfilled[step.consumed_out..];
        match step.status {
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) if unfilled.is_empty() => {}
            Ok(LzwStatus::Done) => return Err(ImagingError::corrupt(frame, "LZW data ends before its last row")),
            Ok(_) => return Err(ImagingError::Truncated { frame, what: CUT }),
            Err(cause) => {
                return Err(ImagingError::Corrupt { frame, what: "LZW data is damaged", cause: Some(Box::new(cause)) });
            }
        }
    }
    Ok(pixels)
}

/// Zlib data (TIFF technical note of 22 March 2002).
fn inflate(data: &[u8], needed: u64, frame: u32) -> Result<Vec<u8>, ImagingError> {
    let limit = usize::try_from(needed).unwrap_or(usize::MAX);
    match decompress_to_vec_zlib_with_limit(data, limit) {
        Ok(pixels) => Ok(pixels),
        // A last strip may be stored with rows past the end of the page.
        Err(error) if error.status == TINFLStatus::HasMoreOutput && error.output.len() as u64 >= needed => {
            Ok(error.output)
        }
        Err(error) if matches!(error.status, TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress) => {
            Err(ImagingError::Truncated { frame, what: CUT })
        }
        Err(_) => Err(ImagingError::corrupt(frame, "Deflate data is damaged")),
    }
}
