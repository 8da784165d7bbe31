//! TIFF files (TIFF 6.0, BigTIFF): each page a frame.
//!
//! Taken in: one or many pages, strips or tiles, stored plain, PackBits, LZW, Deflate or CCITT Group 4; grey of 1, 2, 4 and
//! 8 bits in both photometric senses, palettes of up to 8 bits and RGB of 3 × 8 bits in one plane. A page that is marked as
//! a reduced image and is at most half as wide and high as the page before it is its thumbnail, and one that is marked as a
//! mask belongs to another page: neither is a frame. A page decodes without its predecessors.

use std::io::{Read, Seek};
use std::ops::Range;

use sohoa_model::frame::{Embedding, FrameFacts, Samples};

use crate::decode::{Row, RowSink};
use crate::error::ImagingError;
use crate::exif::{self, Orientation, Resolution};
use crate::ifd::{Directory, directories};
use crate::inspect::Limits;
use crate::source::{Source, zeroed};
use crate::strip::{Compression, Packing};

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    index: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    colors: Colors,
    packing: Packing,
    /// Size of each strip or tile; the last strip may have fewer rows.
    chunk: (u32, u32),
    is_tiled: bool,
    ranges: Vec<Range<u64>>,
    resolution: Option<Resolution>,
    pub(crate) orientation: Orientation,
}

/// What the stored samples mean.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Colors {
    Gray {
        bits: u8,
        min_is_white: bool,
    },
    /// Red, green and blue of each index.
    Palette {
        bits: u8,
        entries: Vec<[u8; 3]>,
    },
    Rgb,
}

/// Reads the directories of all pages, without their pixels.
pub(crate) fn pages<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Vec<Page>, ImagingError> {
    let mut source = Source::new(source)?;
    let mut pages: Vec<Page> = Vec::new();
    for directory in directories(&mut source, limits)? {
        let index = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut fields = Fields { directory: &directory, source: &mut source, index };
        if !fields.is_beside(pages.last())? {
            pages.push(fields.page(limits)?);
        }
    }
    Ok(pages)
}

impl Page {
    /// The facts of the page.
    pub(crate) fn facts(&self) -> FrameFacts {
        let rotation = self.orientation.rotation;
        let (dpi, dpi_stated) = exif::dpi(self.resolution, rotation, self.width, self.height);
        FrameFacts {
            index: self.index,
            width: self.width,
            height: self.height,
            dpi,
            dpi_stated,
            samples: self.samples(),
            stated_rotation: rotation,
            embedding: self.embedding(),
        }
    }

    fn samples(&self) -> Samples {
        match &self.colors {
            Colors::Gray { bits: 1, .. } => Samples::Bilevel,
            Colors::Gray { .. } => Samples::Gray8,
            Colors::Palette { entries, .. } if entries.iter().all(|[r, g, b]| r == g && g == b) => Samples::Gray8,
            Colors::Palette { .. } | Colors::Rgb => Samples::Rgb8,
        }
    }

    fn embedding(&self) -> Embedding {
        let Colors::Gray { bits: 1, min_is_white } = self.colors else { return Embedding::Repack };
        let passes = self.packing.compression == Compression::Group4
            && !self.packing.reversed_bits
            && !self.is_tiled
            && !self.orientation.mirrored;
        if !passes {
            return Embedding::Repack;
        }
        let rows = (0..self.height).step_by(self.chunk.1 as usize).map(|top| self.chunk.1.min(self.height - top));
        Embedding::CcittG4 { strips: self.ranges.iter().cloned().zip(rows).collect(), min_is_white }
    }

    /// Decodes the page.
    pub(crate) fn rows<R: Read + Seek>(&self, source: &mut R, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let mut source = Source::new(source)?;
        let mut converted = Vec::new();
        let stride = self.packing.row_bytes(self.width) as usize;
        let across = self.width.div_ceil(self.chunk.0) as usize;
        let tops = (0..self.height).step_by(self.chunk.1 as usize);
        for (band, top) in self.ranges.chunks(across).zip(tops) {
            let rows = self.chunk.1.min(self.height - top);
            // Tiles are stored whole, strips end with the page.
            let stored_rows = if self.is_tiled { self.chunk.1 } else { rows };
            let chunk_stride = self.packing.row_bytes(self.chunk.0) as usize;
            let mut pixels = zeroed(stride as u64 * u64::from(rows), self.index)?;
            for (column, range) in band.iter().enumerate() {
                let data = self.packing.unpack(&mut source, range.clone(), self.chunk.0, stored_rows, self.index)?;
                let left = column * chunk_stride;
                let used = chunk_stride.min(stride - left);
                for (target, row) in pixels.chunks_exact_mut(stride).zip(data.chunks_exact(chunk_stride)) {
                    target[left..left + used].copy_from_slice(&row[..used]);
                }
            }
            for row in pixels.chunks_exact_mut(stride) {
                self.pass(row, &mut converted, sink)?;
            }
        }
        Ok(())
    }

    fn pass(&self, row: &mut [u8], converted: &mut Vec<u8>, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        match &self.colors {
            Colors::Gray { bits: 1, min_is_white } => {
                if !min_is_white {
                    row.iter_mut().for_each(|byte| *byte = !*byte);
                }
                let padding = row.len() as u32 * 8 - self.width;
                if let Some(last) = row.last_mut() {
                    *last &= 0xFF << padding;
                }
                sink(Row::Bilevel(row))
            }
            Colors::Gray { bits, min_is_white } => {
                unpack_bits(row, *bits, self.width, converted);
                let scale = 255 / ((1u16 << bits) - 1) as u8;
                for sample in converted.iter_mut() {
                    *sample *= scale;
                    if *min_is_white {
                        *sample = 255 - *sample;
                    }
                }
                sink(Row::Gray(converted))
            }
            Colors::Palette { bits, entries } => {
                let mut indices = Vec::with_capacity(self.width as usize);
                unpack_bits(row, *bits, self.width, &mut indices);
                converted.clear();
                let entry = |index: &u8| entries.get(usize::from(*index)).copied().unwrap_or_default();
                if self.samples() == Samples::Gray8 {
                    converted.extend(indices.iter().map(|index| entry(index)[0]));
                    return sink(Row::Gray(converted));
                }
                converted.extend(indices.iter().flat_map(entry));
                sink(Row::Rgb(converted))
            }
            Colors::Rgb => sink(Row::Rgb(row)),
        }
    }
}

/// The fields of one directory while a page is made of them.
struct Fields<'f, 's, R> {
    directory: &'f Directory,
    source: &'f mut Source<'s, R>,
    index: u32,
}

impl<R: Read + Seek> Fields<'_, '_, R> {
    fn number(&mut self, tag: u16, default: u64) -> Result<u64, ImagingError> {
        Ok(self.directory.number(self.source, tag)?.unwrap_or(default))
    }

    fn corrupt(&self, what: &'static str) -> ImagingError {
        ImagingError::corrupt(self.index, what)
    }

    /// Whether the directory is a thumbnail of, or a mask for, another page.
    fn is_beside(&mut self, before: Option<&Page>) -> Result<bool, ImagingError> {
        let kind = self.number(254, 0)?;
        let Some(before) = before else { return Ok(false) };
        let half = |small: u64, whole: u32| small.saturating_mul(2) <= u64::from(whole);
        let is_small = half(self.number(256, 0)?, before.width) && half(self.number(257, 0)?, before.height);
        Ok(kind & 4 != 0 || kind & 1 != 0 && is_small)
    }

    fn page(mut self, limits: &Limits) -> Result<Page, ImagingError> {
        let (width, height) = (self.number(256, 0)?, self.number(257, 0)?);
        limits.check(self.index, width, height)?;
        let (width, height) = (width as u32, height as u32);
        let compression = self.compression()?;
        let (colors, samples, bits) = self.colors(compression)?;
        let predicts = match self.number(317, 1)? {
            1 => false,
            2 if bits == 8 && matches!(compression, Compression::Lzw | Compression::Deflate) => true,
            // The other compressions have no predictor and ignore the field.
            2 if bits == 8 => false,
            _ => return Err(ImagingError::unsupported(self.index, "a predictor other than that for 8 bits")),
        };
        let packing = Packing {
            compression,
            reversed_bits: match self.number(266, 1)? {
                1 => false,
                2 => true,
                _ => return Err(self.corrupt("its fill order is wrong")),
            },
            bits,
            samples,
            predicts,
        };
        let is_tiled = !self.directory.numbers(self.source, 324)?.is_empty();
        let chunk = self.chunk(width, height, is_tiled, limits)?;
        if is_tiled && !(u64::from(chunk.0) * u64::from(bits) * u64::from(samples)).is_multiple_of(8) {
            return Err(self.corrupt("its tiles do not end with a byte"));
        }
        let count = u64::from(width.div_ceil(chunk.0)) * u64::from(height.div_ceil(chunk.1));
        let ranges = self.ranges(is_tiled, count, packing.row_bytes(chunk.0) * u64::from(chunk.1), compression)?;
        let (unit, x) = (self.number(296, 2)?, self.directory.fraction(self.source, 282)?);
        let y = self.directory.fraction(self.source, 283)?.or(x);
        let resolution = x.zip(y).and_then(|(x, y)| Resolution::in_unit(unit, x, y));
        let orientation = Orientation::of_tag(self.number(274, 1)?);
        Ok(Page { index: self.index, width, height, colors, packing, chunk, is_tiled, ranges, resolution, orientation })
    }

    fn compression(&mut self) -> Result<Compression, ImagingError> {
        let name = match self.number(259, 1)? {
            1 => return Ok(Compression::None),
            4 => {
                if self.number(293, 0)? & 2 != 0 {
                    return Err(ImagingError::unsupported(self.index, "Group 4 data with uncompressed parts"));
                }
                return Ok(Compression::Group4);
            }
            5 => return Ok(Compression::Lzw),
            8 | 32_946 => return Ok(Compression::Deflate),
            32_773 => return Ok(Compression::PackBits),
            2 => "CCITT Huffman compression".into(),
            3 => "CCITT Group 3 compression".into(),
            6 => "JPEG compression of the old kind".into(),
            7 => "JPEG compression inside TIFF".into(),
            other => format!("compression number {other}"),
        };
        Err(ImagingError::unsupported(self.index, name))
    }

    /// The colours, the samples a pixel and the bits a sample.
    fn colors(&mut self, compression: Compression) -> Result<(Colors, u8, u8), ImagingError> {
        let samples = self.number(277, 1)?;
        let bits = self.directory.numbers(self.source, 258)?;
        let depth = bits.first().copied().unwrap_or(1);
        let formats = self.directory.numbers(self.source, 339)?;
        let index = self.index;
        let refused = |what: String| Err(ImagingError::unsupported(index, what));
        if bits.iter().any(|other| *other != depth) {
            return refused("samples of unequal depth".into());
        }
        if formats.iter().any(|format| *format != 1) {
            return refused("samples that are not whole numbers".into());
        }
        let photometric = match (self.directory.number(self.source, 262)?, compression) {
            (Some(photometric), _) => photometric,
            (None, Compression::Group4) => 0,
            (None, _) => return Err(self.corrupt("it does not say what its samples mean")),
        };
        if compression == Compression::Group4 && (samples, depth) != (1, 1) {
            return Err(self.corrupt("its Group 4 data is not of one bit a pixel"));
        }
        match (photometric, samples, depth) {
            (0 | 1, 1, 1 | 2 | 4 | 8) => {
                Ok((Colors::Gray { bits: depth as u8, min_is_white: photometric == 0 }, 1, depth as u8))
            }
            (3, 1, 1 | 2 | 4 | 8) => {
                let entries = self.palette(1 << depth)?;
                Ok((Colors::Palette { bits: depth as u8, entries }, 1, depth as u8))
            }
            (2, 3, 8) => match self.number(284, 1)? {
                1 => Ok((Colors::Rgb, 3, 8)),
                _ => refused("a plane for each colour".into()),
            },
            (0..=3, _, 9..) => refused(format!("{depth} bits a sample")),
            (0..=2, _, _) if samples > if photometric == 2 { 3 } else { 1 } => refused("extra samples (alpha)".into()),
            (4, _, _) => refused("a mask in place of an image".into()),
            (5, _, _) => refused("CMYK colours".into()),
            (6, _, _) => refused("YCbCr colours".into()),
            (8..=10, _, _) => refused("CIELab colours".into()),
            _ => refused(format!("{samples} samples of {depth} bits in photometric sense {photometric}")),
        }
    }

    fn palette(&mut self, count: usize) -> Result<Vec<[u8; 3]>, ImagingError> {
        let map = self.directory.numbers(self.source, 320)?;
        if map.len() < 3 * count {
            return Err(self.corrupt("its palette is too short"));
        }
        // Some writers give 8 bits where the format has 16.
        let shift = if map.iter().all(|value| *value < 256) { 0 } else { 8 };
        let value = |index: usize| (map[index] >> shift) as u8;
        Ok((0..count).map(|index| [value(index), value(count + index), value(2 * count + index)]).collect())
    }

    /// Width and height of a strip or a tile.
    fn chunk(&mut self, width: u32, height: u32, is_tiled: bool, limits: &Limits) -> Result<(u32, u32), ImagingError> {
        if is_tiled {
            let (width, height) = (self.number(322, 0)?, self.number(323, 0)?);
            limits.check(self.index, width, height)?;
            return Ok((width as u32, height as u32));
        }
        match self.number(278, u64::from(height))? {
            0 => Err(self.corrupt("its strips have no rows")),
            rows => Ok((width, rows.min(u64::from(height)) as u32)),
        }
    }

    fn ranges(
        &mut self,
        is_tiled: bool,
        count: u64,
        plain_length: u64,
        compression: Compression,
    ) -> Result<Vec<Range<u64>>, ImagingError> {
        let (offsets_tag, lengths_tag) = if is_tiled { (324, 325) } else { (273, 279) };
        let offsets = self.directory.numbers(self.source, offsets_tag)?;
        let mut lengths = self.directory.numbers(self.source, lengths_tag)?;
        if lengths.is_empty() && compression == Compression::None {
            lengths = vec![plain_length; offsets.len()];
        }
        if (offsets.len() as u64) < count || (lengths.len() as u64) < count {
            return Err(self.corrupt("strips or tiles are missing"));
        }
        let length = self.source.length();
        let range = |(start, size): (&u64, &u64)| {
            // A length that leads past the end is cut to the file; whether all pixels are there is for the decoder to say.
            if *start >= length {
                return Err(ImagingError::Truncated { frame: self.index, what: "it ends before its pixels" });
            }
            Ok(*start..start.saturating_add(*size).min(length))
        };
        offsets.iter().zip(&lengths).take(count as usize).map(range).collect()
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
