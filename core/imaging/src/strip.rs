//! One strip or tile of a TIFF: from its stored bytes to packed rows.
//!
//! Every way of packing gives exactly the bytes that its rows need: fewer is an error, more is cut off, and nothing is
//! allocated beyond that.

use std::io::{Cursor, Read, Seek};
use std::ops::Range;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use weezl::{BitOrder, LzwStatus, decode::Decoder};

use crate::ccitt::{self, Group3};
use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::jpeg::{self, Stored};
use crate::source::{Source, zeroed};

/// How the bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
    Group4,
    /// CCITT data of the older kinds.
    Group3(Group3),
    /// A JPEG in each strip or tile (TIFF technical note 2).
    Jpeg,
}

/// How the samples of a page lie in its strips or tiles.
#[derive(Debug, Clone)]
pub(crate) struct Packing {
    pub(crate) compression: Compression,
    /// The least significant bit comes first (FillOrder 2).
    pub(crate) reversed_bits: bool,
    pub(crate) bits: u8,
    pub(crate) samples: u8,
    /// Each sample is the difference to its left neighbour (Predictor 2).
    pub(crate) predicts: bool,
    /// The low byte of a sample of 16 bits comes first.
    pub(crate) little_endian: bool,
    /// The tables that all JPEGs of the page share; empty if each has its own.
    pub(crate) jpeg_tables: Vec<u8>,
    /// What the components of its JPEGs are.
    pub(crate) jpeg_stores: Stored,
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
            Compression::Group3(kind) => ccitt::decode_group3(&data, width, rows, kind, frame)?,
            Compression::Jpeg => self.unpack_jpeg(&data, width, rows, frame)?,
        };
        if (pixels.len() as u64) < needed {
            return Err(ImagingError::Truncated { frame, what: CUT });
        }
        if self.bits == 16 && self.little_endian {
            pixels.chunks_exact_mut(2).for_each(<[u8]>::reverse);
        }
        if self.predicts {
            let samples = usize::from(self.samples);
            for row in pixels.chunks_exact_mut(self.row_bytes(width) as usize) {
                if self.bits == 16 {
                    for x in (samples * 2..row.len() - 1).step_by(2) {
                        let value = |at: usize| u16::from_be_bytes([row[at], row[at + 1]]);
                        let sum = value(x).wrapping_add(value(x - samples * 2));
                        row[x..x + 2].copy_from_slice(&sum.to_be_bytes());
                    }
                } else {
                    for x in samples..row.len() {
                        row[x] = row[x].wrapping_add(row[x - samples]);
                    }
                }
            }
        }
        Ok(pixels)
    }

    /// The JPEG of a strip with the tables of the page; it may have more rows than the page needs, never fewer.
    fn unpack_jpeg(&self, data: &[u8], width: u32, rows: u32, frame: u32) -> Result<Vec<u8>, ImagingError> {
        let whole = if self.jpeg_tables.is_empty() {
            data.to_vec()
        } else {
            let tables = self.jpeg_tables.strip_suffix(b"\xFF\xD9").unwrap_or(&self.jpeg_tables);
            let own = data.strip_prefix(b"\xFF\xD8").unwrap_or(data);
            [tables, own].concat()
        };
        let side = width.max(rows).saturating_add(4096);
        let limits = Limits { pixels: u64::from(width).saturating_mul(u64::from(rows) + 4096), frames: 1, side };
        let file = jpeg::read_stored(&mut Cursor::new(whole), self.jpeg_stores, &limits)
            .map_err(|error| error.in_frame(frame))?;
        if file.width != width || file.height < rows || file.components() != self.samples {
            return Err(ImagingError::corrupt(frame, "the JPEG in it has another size or number of colours"));
        }
        file.interleaved(self.jpeg_stores).map_err(|error| error.in_frame(frame))
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
