//! PNG files (ISO 15948).
//!
//! The chunks are walked here for facts and for the ranges of the compressed data, so that they can enter a PDF unchanged;
//! the pixels come from the `png` crate with all checksums checked. Transparency is laid on white.

use std::io::{BufReader, Read, Seek};
use std::ops::Range;

use png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Transformations};
use sohoa_model::frame::{Conversion, Embedding, FrameFacts, RowFilter, Samples};

use crate::decode::{Alpha, Row, RowSink, lay_on_white};
use crate::error::ImagingError;
use crate::exif::{self, Orientation, Resolution};
use crate::inspect::Limits;
use crate::source::{Source, zeroed};

/// The most chunks that are walked.
const MOST_CHUNKS: usize = 1_000_000;
/// The longest EXIF chunk that is read.
const LONGEST_EXIF: u64 = 1 << 16;

/// The chunks of a PNG file, without its pixels.
#[derive(Debug)]
pub(crate) struct Png {
    pub(crate) width: u32,
    pub(crate) height: u32,
    bits: u8,
    kind: Kind,
    interlaced: bool,
    has_key: bool,
    palette: Option<Vec<u8>>,
    data: Vec<Range<u64>>,
    resolution: Option<Resolution>,
    pub(crate) orientation: Orientation,
}

/// The colour type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gray,
    Rgb,
    Indexed,
    GrayAlpha,
    Rgba,
}

/// Walks the chunks of a file to its end mark.
pub(crate) fn read<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Png, ImagingError> {
    const CUT: &str = "it ends inside a chunk or before its end mark";
    let mut source = Source::new(source)?;
    let (name, mut range) = chunk(&mut source, 8, CUT)?;
    if &name != b"IHDR" || range.end - range.start != 13 {
        return Err(ImagingError::corrupt(0, "its header chunk is wrong"));
    }
    let mut file = header(&source.read(range.clone(), 0, CUT)?, limits)?;
    for _ in 0..MOST_CHUNKS {
        let (name, next) = chunk(&mut source, range.end + 4, CUT)?;
        range = next.clone();
        let length = range.end - range.start;
        match &name {
            b"IDAT" if length > 0 => file.data.push(next),
            b"PLTE" => {
                if length > 768 || length % 3 != 0 || length == 0 {
                    return Err(ImagingError::corrupt(0, "its palette is wrong"));
                }
                file.palette = Some(source.read(next, 0, CUT)?);
            }
            b"tRNS" => file.has_key = true,
            b"pHYs" if length == 9 => {
                let bytes = source.read(next, 0, CUT)?;
                let metre =
                    |at: usize| f64::from(u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
                if bytes[8] == 1 {
                    file.resolution = Resolution::in_unit(3, metre(0) / 100.0, metre(4) / 100.0);
                }
            }
            b"eXIf" if length <= LONGEST_EXIF => {
                let exif = exif::parse(&source.read(next, 0, CUT)?);
                file.orientation = exif.orientation;
                file.resolution = file.resolution.or(exif.resolution);
            }
            b"IEND" => return file.checked(),
            _ => {}
        }
    }
    Err(ImagingError::corrupt(0, "it has more than a million chunks"))
}

impl Png {
    /// The facts of the one frame.
    pub(crate) fn facts(&self) -> FrameFacts {
        let rotation = self.orientation.rotation;
        let (dpi, dpi_stated) = exif::dpi(self.resolution, rotation, self.width, self.height);
        FrameFacts {
            is_sealed: false,
            index: 0,
            width: self.width,
            height: self.height,
            dpi,
            dpi_stated,
            samples: self.samples(),
            stated_rotation: rotation,
            embedding: self.embedding(),
            conversion: self.is_transparent().then_some(Conversion::Transparency),
        }
    }

    fn is_transparent(&self) -> bool {
        self.has_key || matches!(self.kind, Kind::GrayAlpha | Kind::Rgba)
    }

    /// The ranges of the compressed data.
    pub(crate) fn into_data(self) -> Vec<Range<u64>> {
        self.data
    }

    /// Decodes the frame, and reads the file to its end mark.
    pub(crate) fn rows<R: Read + Seek>(&self, source: &mut R, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let mut source = Source::new(source)?;
        let mut options = DecodeOptions::default();
        options.set_ignore_checksums(false);
        options.set_ignore_text_chunk(true);
        options.set_ignore_iccp_chunk(true);
        let mut decoder = Decoder::new_with_options(BufReader::new(source.rewound()?), options);
        decoder.set_transformations(match self.samples() {
            Samples::Bilevel => Transformations::IDENTITY,
            _ => Transformations::EXPAND,
        });
        let mut reader = decoder.read_info().map_err(|cause| self.fault(cause))?;
        let (color, depth) = reader.output_color_type();
        let line = reader.output_line_size(self.width).ok_or(self.too_large())?;
        let mut rows = Rows { file: self, color, depth, converted: Vec::new() };
        if self.interlaced {
            let mut pixels = zeroed(reader.output_buffer_size().ok_or(self.too_large())? as u64, 0)?;
            reader.next_frame(&mut pixels).map_err(|cause| self.fault(cause))?;
            for row in pixels.chunks_exact(line).take(self.height as usize) {
                rows.pass(row, sink)?;
            }
        } else {
            for _ in 0..self.height {
                let row = reader.next_row().map_err(|cause| self.fault(cause))?;
                let row = row.ok_or(ImagingError::Truncated { frame: 0, what: "rows are missing" })?;
                rows.pass(row.data(), sink)?;
            }
        }
        reader.finish().map_err(|cause| self.fault(cause))
    }

    fn samples(&self) -> Samples {
        let gray = match (self.kind, &self.palette) {
            (Kind::Gray | Kind::GrayAlpha, _) => true,
            (Kind::Indexed, Some(palette)) => palette.chunks_exact(3).all(|rgb| rgb[0] == rgb[1] && rgb[1] == rgb[2]),
            _ => false,
        };
        if self.kind == Kind::Gray && self.bits == 1 && !self.has_key {
            Samples::Bilevel
        } else {
            match (gray, self.bits) {
                (true, 16) => Samples::Gray16,
                (true, _) => Samples::Gray8,
                (false, 16) => Samples::Rgb16,
                (false, _) => Samples::Rgb8,
            }
        }
    }

    fn embedding(&self) -> Embedding {
        if self.interlaced || self.is_transparent() || self.orientation.mirrored {
            return Embedding::Repack;
        }
        Embedding::Flate {
            rows: RowFilter::Png,
            ranges: self.data.clone(),
            components: if self.kind == Kind::Rgb { 3 } else { 1 },
            bits: self.bits,
            palette: self.palette.clone().filter(|_| self.kind == Kind::Indexed),
        }
    }

    fn checked(self) -> Result<Self, ImagingError> {
        if self.data.is_empty() {
            return Err(ImagingError::corrupt(0, "it has no pixels"));
        }
        if self.kind == Kind::Indexed && self.palette.is_none() {
            return Err(ImagingError::corrupt(0, "its palette is missing"));
        }
        Ok(self)
    }

    fn too_large(&self) -> ImagingError {
        ImagingError::TooLarge { frame: 0, width: u64::from(self.width), height: u64::from(self.height) }
    }

    fn fault(&self, cause: DecodingError) -> ImagingError {
        match cause {
            DecodingError::LimitsExceeded => self.too_large(),
            DecodingError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
                ImagingError::Truncated { frame: 0, what: "its compressed pixels end too early" }
            }
            DecodingError::IoError(cause) => ImagingError::ReadFailed { cause },
            cause => ImagingError::Corrupt { frame: 0, what: "the PNG decoder gave up", cause: Some(Box::new(cause)) },
        }
    }
}

/// Turns what the decoder gives into rows.
struct Rows<'f> {
    file: &'f Png,
    color: ColorType,
    depth: BitDepth,
    converted: Vec<u8>,
}

impl Rows<'_> {
    fn pass(&mut self, row: &[u8], sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let samples = self.file.samples();
        self.converted.clear();
        match (samples, self.color, self.depth) {
            (Samples::Bilevel, ColorType::Grayscale, BitDepth::One) => {
                self.converted.extend(row.iter().map(|byte| !byte));
                let padding = row.len() * 8 - self.file.width as usize;
                if let Some(last) = self.converted.last_mut() {
                    *last &= 0xFF << padding;
                }
                sink(Row::Bilevel(&self.converted))
            }
            (_, color @ (ColorType::GrayscaleAlpha | ColorType::Rgba), BitDepth::Eight | BitDepth::Sixteen) => {
                let mut laid = std::mem::take(&mut self.converted);
                lay_on_white(row, color.samples() - 1, self.depth as u8, Alpha::Apart, &mut laid);
                let color = if color == ColorType::Rgba { ColorType::Rgb } else { ColorType::Grayscale };
                let passed = pass_colors(&laid, samples, color, self.depth, sink);
                self.converted = laid;
                passed
            }
            (_, color, depth) => pass_colors(row, samples, color, depth, sink),
        }
    }
}

/// Hands on a row without transparency; of a palette of greys only one of three equal samples.
fn pass_colors(
    row: &[u8],
    samples: Samples,
    color: ColorType,
    depth: BitDepth,
    sink: &mut RowSink<'_>,
) -> Result<(), ImagingError> {
    match (samples, color, depth) {
        (Samples::Gray8, ColorType::Grayscale, BitDepth::Eight) => sink(Row::Gray(row)),
        (Samples::Rgb8, ColorType::Rgb, BitDepth::Eight) => sink(Row::Rgb(row)),
        (Samples::Gray16, ColorType::Grayscale, BitDepth::Sixteen) => sink(Row::Gray16(row)),
        (Samples::Rgb16, ColorType::Rgb, BitDepth::Sixteen) => sink(Row::Rgb16(row)),
        (Samples::Gray8, ColorType::Rgb, BitDepth::Eight) => {
            sink(Row::Gray(&row.chunks_exact(3).map(|pixel| pixel[0]).collect::<Vec<u8>>()))
        }
        _ => Err(ImagingError::corrupt(0, "its header and its pixels disagree")),
    }
}

fn header(bytes: &[u8], limits: &Limits) -> Result<Png, ImagingError> {
    let number = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (width, height, bits) = (number(0), number(4), bytes[8]);
    limits.check(0, u64::from(width), u64::from(height))?;
    let kind = match (bytes[9], bits) {
        (0, 1 | 2 | 4 | 8 | 16) => Kind::Gray,
        (2, 8 | 16) => Kind::Rgb,
        (3, 1 | 2 | 4 | 8) => Kind::Indexed,
        (4, 8 | 16) => Kind::GrayAlpha,
        (6, 8 | 16) => Kind::Rgba,
        _ => return Err(ImagingError::corrupt(0, "its colour type and depth do not go together")),
    };
    Ok(Png {
        width,
        height,
        bits,
        kind,
        interlaced: bytes[12] != 0,
        has_key: false,
        palette: None,
        data: Vec::new(),
        resolution: None,
        orientation: Orientation::default(),
    })
}

/// The name of the chunk at an offset and the range of its data; all of it, checksum included, lies inside the file.
fn chunk<R: Read + Seek>(
    source: &mut Source<'_, R>,
    at: u64,
    cut: &'static str,
) -> Result<([u8; 4], Range<u64>), ImagingError> {
    let head = source.read(at..at + 8, 0, cut)?;
    let length = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
    if at + 12 + length > source.length() {
        return Err(ImagingError::Truncated { frame: 0, what: cut });
    }
    Ok(([head[4], head[5], head[6], head[7]], at + 8..at + 8 + length))
}
