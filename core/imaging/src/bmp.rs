//! Windows bitmaps: 1, 4, 8, 24 and 32 bits a pixel, not compressed.
//!
//! Rows lie from bottom to top, unless the height is negative, and end on a multiple of four bytes. Whether the file
//! holds all of them is seen before any is read. Run-length coding and 16 bits are told apart and refused.

use std::io::{Read, Seek};

use sohoa_model::frame::{Conversion, Embedding, FrameFacts, Samples};
use sohoa_model::geometry::Rotation;

use crate::decode::{Alpha, Row, RowSink, lay_on_white};
use crate::error::ImagingError;
use crate::exif::{self, Resolution};
use crate::inspect::Limits;
use crate::source::Source;

const CUT: &str = "it ends before its last row";

/// The masks of red, green and blue that stand for the usual order of bytes.
const USUAL_MASKS: [u32; 3] = [0x00FF_0000, 0x0000_FF00, 0x0000_00FF];

/// A bitmap, without its pixels.
#[derive(Debug)]
pub(crate) struct Bmp {
    pub(crate) width: u32,
    pub(crate) height: u32,
    bits: u8,
    has_alpha: bool,
    top_down: bool,
    /// Red, green, blue of each index; empty where samples are no indices.
    palette: Vec<[u8; 3]>,
    /// Where the pixels begin.
    start: u64,
    resolution: Option<Resolution>,
}

/// Reads the header.
pub(crate) fn read<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Bmp, ImagingError> {
    const CUT_HEADER: &str = "it ends inside its header";
    let mut source = Source::new(source)?;
    let head = source.read(0..18, 0, CUT_HEADER)?;
    let (start, header_size) = (u64::from(long(&head, 10)), u64::from(long(&head, 14)));
    if !is_header(header_size) {
        return Err(ImagingError::unsupported(0, "a bitmap header of an unknown kind"));
    }
    let head = source.read(0..14 + header_size, 0, CUT_HEADER)?;
    let (width, height, bits, compression) = if header_size == 12 {
        (i64::from(short(&head, 18)), i64::from(short(&head, 20)), short(&head, 24), 0)
    } else {
        let signed = |at| i64::from(long(&head, at) as i32);
        (signed(18), signed(22), short(&head, 28), long(&head, 30))
    };
    limits.check(0, width.unsigned_abs(), height.unsigned_abs())?;
    if width < 0 {
        return Err(ImagingError::corrupt(0, "its width is negative"));
    }
    let bits = match (compression, bits) {
        (0, 1 | 4 | 8 | 24 | 32) | (3, 32) => bits as u8,
        (1 | 2, _) => return Err(ImagingError::unsupported(0, "run-length coding")),
        (0 | 3, 16) => return Err(ImagingError::unsupported(0, "16 bits a pixel")),
        (0 | 3, other) => return Err(ImagingError::unsupported(0, format!("{other} bits a pixel"))),
        (other, _) => return Err(ImagingError::unsupported(0, format!("compression number {other}"))),
    };
    let mut has_alpha = false;
    if compression == 3 {
        // The masks follow the short header and lie inside of the long ones.
        let masks = source.read(54..70, 0, CUT_HEADER)?;
        if [0, 4, 8].map(|at| long(&masks, at)) != USUAL_MASKS {
            return Err(ImagingError::unsupported(0, "colours in an unusual order"));
        }
        has_alpha = header_size >= 56 && long(&masks, 12) == 0xFF00_0000;
    }
    let mut palette = Vec::new();
    if bits <= 8 {
        let used = if header_size >= 40 { u64::from(long(&head, 46)) } else { 0 };
        let most = 1_u64 << bits;
        let count = if used == 0 { most } else { used.min(most) };
        let entry = if header_size == 12 { 3 } else { 4 };
        let from = 14 + header_size;
        let bytes = source.read(from..from + count * entry, 0, CUT_HEADER)?;
        palette = bytes.chunks_exact(entry as usize).map(|bgr| [bgr[2], bgr[1], bgr[0]]).collect();
    }
    let resolution = (header_size >= 40).then(|| [38, 42].map(|at| f64::from(long(&head, at)) / 100.0));
    let file = Bmp {
        width: width as u32,
        height: height.unsigned_abs() as u32,
        bits,
        has_alpha,
        top_down: height < 0,
        palette,
        start,
        resolution: resolution.and_then(|[x, y]| Resolution::in_unit(3, x, y)),
    };
    if source.length() < file.row_start(file.height) {
        return Err(ImagingError::Truncated { frame: 0, what: CUT });
    }
    Ok(file)
}

/// Whether a header of a bitmap has such a length.
pub(crate) fn is_header(size: u64) -> bool {
    matches!(size, 12 | 40 | 52 | 56 | 108 | 124)
}

impl Bmp {
    /// The facts of the one frame.
    pub(crate) fn facts(&self) -> FrameFacts {
        let (dpi, dpi_stated) = exif::dpi(self.resolution, Rotation::None, self.width, self.height);
        FrameFacts {
            is_sealed: false,
            index: 0,
            width: self.width,
            height: self.height,
            dpi,
            dpi_stated,
            samples: self.samples(),
            stated_rotation: Rotation::None,
            embedding: Embedding::Repack,
            conversion: self.has_alpha.then_some(Conversion::Transparency),
        }
    }

    fn samples(&self) -> Samples {
        let is_gray = |rgb: &[u8; 3]| rgb[0] == rgb[1] && rgb[1] == rgb[2];
        match self.bits {
            1 if matches!(self.palette[..], [[0, 0, 0], [255, 255, 255]] | [[255, 255, 255], [0, 0, 0]]) => {
                Samples::Bilevel
            }
            1..=8 if self.palette.iter().all(is_gray) => Samples::Gray8,
            _ => Samples::Rgb8,
        }
    }

    fn row_bytes(&self) -> u64 {
        (u64::from(self.width) * u64::from(self.bits)).div_ceil(32) * 4
    }

    /// Where a row lies, counted as they are stored.
    fn row_start(&self, stored: u32) -> u64 {
        self.start.saturating_add(self.row_bytes() * u64::from(stored))
    }

    /// Decodes the frame.
    pub(crate) fn rows<R: Read + Seek>(&self, source: &mut R, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let mut source = Source::new(source)?;
        let width = self.width as usize;
        let samples = self.samples();
        let (mut colors, mut laid) = (Vec::new(), Vec::new());
        for y in 0..self.height {
            let stored = if self.top_down { y } else { self.height - 1 - y };
            let mut row = source.read(self.row_start(stored)..self.row_start(stored + 1), 0, CUT)?;
            colors.clear();
            match self.bits {
                1 if samples == Samples::Bilevel => {
                    // 1 is black in a row.
                    if self.palette[0] == [0, 0, 0] {
                        row.iter_mut().for_each(|byte| *byte = !*byte);
                    }
                    row.truncate(width.div_ceil(8));
                    if let Some(last) = row.last_mut() {
                        *last &= 0xFF << ((8 - width % 8) % 8);
                    }
                    sink(Row::Bilevel(&row))?;
                    continue;
                }
                bits @ (1 | 4 | 8) => {
                    let a_byte = usize::from(8 / bits);
                    let mask = ((1_u16 << bits) - 1) as u8;
                    for x in 0..width {
                        let index = row[x / a_byte] >> (8 - usize::from(bits) * (x % a_byte + 1)) & mask;
                        let rgb = self.palette.get(usize::from(index)).copied().unwrap_or_default();
                        if samples == Samples::Gray8 { colors.push(rgb[0]) } else { colors.extend(rgb) }
                    }
                }
                24 => colors.extend(row.chunks_exact(3).take(width).flat_map(|bgr| [bgr[2], bgr[1], bgr[0]])),
                _ => {
                    for pixel in row.chunks_exact(4).take(width) {
                        colors.extend([pixel[2], pixel[1], pixel[0]]);
                        if self.has_alpha {
                            colors.push(pixel[3]);
                        }
                    }
                }
            }
            if self.has_alpha {
                lay_on_white(&colors, 3, 8, Alpha::Apart, &mut laid);
                std::mem::swap(&mut colors, &mut laid);
            }
            sink(if samples == Samples::Gray8 { Row::Gray(&colors) } else { Row::Rgb(&colors) })?;
        }
        Ok(())
    }
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
