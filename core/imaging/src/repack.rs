//! Repacking: the pixels of a frame whose stored bytes can't enter a PDF, packed again without loss.
//!
//! Bilevel frames become one CCITT Group 4 stream, which is decoded and compared before it is handed out; grey and colour
//! become zlib data with PNG row filters. Nothing is turned; mirrored frames are mirrored back.

use std::io::{Cursor, Read, Seek, Write};

use png::{BitDepth, ColorType, Compression, Encoder, Filter};
use sohoa_model::frame::{FrameFacts, Samples};

use crate::decode::{Row, each_row};
use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::source::{Source, zeroed};
use crate::{ccitt, png as png_file};

/// Pixels packed for a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repacked {
    /// Zlib data of rows with PNG filters (FlateDecode, `/Predictor 15`).
    Flate {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// 1 (grey) or 3 (red, green, blue).
        components: u8,
        /// Bits a component: 8 or 16; 1 (0 is black) for a bilevel frame that is too wide for the Group 4 encoder.
        bits: u8,
        /// The compressed data.
        data: Vec<u8>,
    },
    /// One CCITT Group 4 stream of the whole frame with its end mark (CCITTFaxDecode, `/K -1`, `/BlackIs1 false`): the
    /// white of the fax is white on the page.
    CcittG4 {
        /// The compressed data.
        data: Vec<u8>,
    },
}

/// Packs a frame again.
///
/// # Errors
/// Those of [`inspect`](crate::inspect::inspect); `corrupt` if the new stream does not give the same pixels back.
pub fn repack<R: Read + Seek>(source: &mut R, facts: &FrameFacts, limits: &Limits) -> Result<Repacked, ImagingError> {
    limits.check(facts.index, u64::from(facts.width), u64::from(facts.height))?;
    match facts.samples {
        Samples::Bilevel if facts.width <= ccitt::WIDEST_ENCODED => group4(source, facts, limits),
        Samples::Bilevel => flate(source, facts, limits, ColorType::Grayscale, BitDepth::One),
        Samples::Gray8 => flate(source, facts, limits, ColorType::Grayscale, BitDepth::Eight),
        Samples::Rgb8 => flate(source, facts, limits, ColorType::Rgb, BitDepth::Eight),
        Samples::Gray16 => flate(source, facts, limits, ColorType::Grayscale, BitDepth::Sixteen),
        Samples::Rgb16 => flate(source, facts, limits, ColorType::Rgb, BitDepth::Sixteen),
    }
}

fn group4<R: Read + Seek>(source: &mut R, facts: &FrameFacts, limits: &Limits) -> Result<Repacked, ImagingError> {
    let stride = facts.width.div_ceil(8) as usize;
    let mut pixels = zeroed(stride as u64 * u64::from(facts.height), facts.index)?;
    let mut unfilled = pixels.chunks_exact_mut(stride);
    each_row(source, facts, limits, &mut |row| match (row, unfilled.next()) {
        (Row::Bilevel(bits), Some(target)) => {
            target.copy_from_slice(bits);
            Ok(())
        }
        _ => Err(unlike(facts)),
    })?;
    let data = ccitt::encode(&pixels, facts.width);
    if ccitt::decode(&data, facts.width, facts.height, facts.index)? != pixels {
        return Err(ImagingError::corrupt(facts.index, "its Group 4 encoding does not give the same pixels back"));
    }
    Ok(Repacked::CcittG4 { data })
}

fn flate<R: Read + Seek>(
    source: &mut R,
    facts: &FrameFacts,
    limits: &Limits,
    color: ColorType,
    depth: BitDepth,
) -> Result<Repacked, ImagingError> {
    let refused = |cause: Box<dyn std::error::Error + Send + Sync>| ImagingError::Corrupt {
        frame: facts.index,
        what: "its pixels could not be packed again",
        cause: Some(cause),
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, facts.width, facts.height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(if depth == BitDepth::One { Filter::NoFilter } else { Filter::Adaptive });
    let mut writer = encoder.write_header().map_err(|error| refused(error.into()))?;
    let mut rows = writer.stream_writer().map_err(|error| refused(error.into()))?;
    each_row(source, facts, limits, &mut |row| {
        let written = match (row, facts.samples) {
            (Row::Gray(samples), Samples::Gray8)
            | (Row::Rgb(samples), Samples::Rgb8)
            | (Row::Gray16(samples), Samples::Gray16)
            | (Row::Rgb16(samples), Samples::Rgb16) => rows.write_all(samples),
            (Row::Bilevel(bits), Samples::Bilevel) => {
                rows.write_all(&bits.iter().map(|byte| !byte).collect::<Vec<u8>>())
            }
            _ => return Err(unlike(facts)),
        };
        written.map_err(|error| refused(error.into()))
    })?;
    rows.finish().map_err(|error| refused(error.into()))?;
    writer.finish().map_err(|error| refused(error.into()))?;
    Ok(Repacked::Flate {
        width: facts.width,
        height: facts.height,
        components: if color == ColorType::Rgb { 3 } else { 1 },
        bits: depth as u8,
        data: compressed_rows(&file)?,
    })
}

/// The zlib data inside a PNG file of our own.
fn compressed_rows(file: &[u8]) -> Result<Vec<u8>, ImagingError> {
    let whole = Limits { pixels: u64::MAX, frames: 1, side: u32::MAX };
    let mut source = Cursor::new(file);
    let ranges = png_file::read(&mut source, &whole)?.into_data();
    let mut source = Source::new(&mut source)?;
    let mut data = Vec::new();
    for range in ranges {
        data.extend(source.read(range, 0, "its pixels could not be packed again")?);
    }
    Ok(data)
}

fn unlike(facts: &FrameFacts) -> ImagingError {
    ImagingError::corrupt(facts.index, "it is not the frame that was inspected")
}
