//! What stored samples mean, and the rows that they become.
//!
//! TIFF and PDF store samples alike: one plane, each row from a new byte, the high byte of a sample first.

use sohoa_model::frame::Samples;

use crate::decode::{Row, RowSink, cmyk_to_rgb};
use crate::error::ImagingError;

/// What the stored samples mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Colors {
    Gray {
        bits: u8,
        min_is_white: bool,
    },
    /// Red, green and blue of each index.
    Palette {
        bits: u8,
        entries: Vec<[u8; 3]>,
    },
    Rgb {
        bits: u8,
    },
    /// Four inks of 8 bits, 0 is none.
    Cmyk,
}

impl Colors {
    /// Samples of a pixel.
    pub(crate) fn channels(&self) -> u8 {
        match self {
            Self::Gray { .. } | Self::Palette { .. } => 1,
            Self::Rgb { .. } => 3,
            Self::Cmyk => 4,
        }
    }

    /// Bits of a sample.
    pub(crate) fn bits(&self) -> u8 {
        match self {
            Self::Gray { bits, .. } | Self::Palette { bits, .. } | Self::Rgb { bits } => *bits,
            Self::Cmyk => 8,
        }
    }

    /// What they are once decoded.
    pub(crate) fn samples(&self) -> Samples {
        match self {
            Self::Gray { bits: 1, .. } => Samples::Bilevel,
            Self::Gray { bits: 16, .. } => Samples::Gray16,
            Self::Gray { .. } => Samples::Gray8,
            Self::Palette { entries, .. } if entries.iter().all(|[r, g, b]| r == g && g == b) => Samples::Gray8,
            Self::Rgb { bits: 16 } => Samples::Rgb16,
            Self::Palette { .. } | Self::Rgb { .. } | Self::Cmyk => Samples::Rgb8,
        }
    }

    /// Hands on a row of so many pixels as stored; the row is overwritten, `converted` is room to work in.
    pub(crate) fn pass(
        &self,
        row: &mut [u8],
        width: u32,
        converted: &mut Vec<u8>,
        sink: &mut RowSink<'_>,
    ) -> Result<(), ImagingError> {
        match self {
            Self::Gray { bits: 1, min_is_white } => {
                if !min_is_white {
                    row.iter_mut().for_each(|byte| *byte = !*byte);
                }
                let padding = row.len() as u32 * 8 - width;
                if let Some(last) = row.last_mut() {
                    *last &= 0xFF << padding;
                }
                sink(Row::Bilevel(row))
            }
            Self::Gray { bits: 16, min_is_white } => {
                if *min_is_white {
                    row.iter_mut().for_each(|byte| *byte = !*byte);
                }
                sink(Row::Gray16(row))
            }
            Self::Gray { bits, min_is_white } => {
                unpack_bits(row, *bits, width, converted);
                let scale = 255 / ((1u16 << bits) - 1) as u8;
                for sample in converted.iter_mut() {
                    *sample *= scale;
                    if *min_is_white {
                        *sample = 255 - *sample;
                    }
                }
                sink(Row::Gray(converted))
            }
            Self::Palette { bits, entries } => {
                let mut indices = Vec::with_capacity(width as usize);
                unpack_bits(row, *bits, width, &mut indices);
                converted.clear();
                let entry = |index: &u8| entries.get(usize::from(*index)).copied().unwrap_or_default();
                if self.samples() == Samples::Gray8 {
                    converted.extend(indices.iter().map(|index| entry(index)[0]));
                    return sink(Row::Gray(converted));
                }
                converted.extend(indices.iter().flat_map(entry));
                sink(Row::Rgb(converted))
            }
            Self::Rgb { bits: 16 } => sink(Row::Rgb16(row)),
            Self::Rgb { .. } => sink(Row::Rgb(row)),
            Self::Cmyk => {
                converted.clear();
                let inks = row.chunks_exact(4).map(|inks| [inks[0], inks[1], inks[2], inks[3]]);
                converted.extend(inks.flat_map(cmyk_to_rgb));
                sink(Row::Rgb(converted))
            }
        }
    }
}

/// Spreads samples of 1, 2, 4 or 8 bits, most significant first, over one byte each.
fn unpack_bits(row: &[u8], bits: u8, width: u32, target: &mut Vec<u8>) {
    target.clear();
    if bits == 8 {
        target.extend_from_slice(row);
        return;
    }
    let mask = (1u8 << bits) - 1;
    let a_byte = usize::from(8 / bits);
    target.extend((0..width as usize).map(|x| row[x / a_byte] >> (8 - usize::from(bits) * (x % a_byte + 1)) & mask));
}
